"""Bargaining solutions, threats and offers: closed forms, invariance, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from upperhand.core.errors import OptionError
from upperhand.game.normal_form import bimatrix
from upperhand.talks.alternating import (
    breakdown_risk,
    finite_horizon,
    inside_options,
    limit_shares,
    outside_options,
    political_rate,
    rubinstein,
)
from upperhand.talks.bargaining import (
    Curve,
    egalitarian,
    kalai_smorodinsky,
    nash_solution,
    outcomes,
    utilitarian,
    zeuthen,
)
from upperhand.talks.threats import threat_game, variable_threats, war_is_better_now

PARABOLA = Curve(lambda u: 1 - u**2, 0.0, 1.0)
deltas = st.floats(0.05, 0.99)
rates = st.floats(0.01, 2.0)


@pytest.mark.equation("11.1", "11.2", "11.3")
def test_solutions_on_the_parabola():
    """N07."""
    root = 0.61803399
    nash = nash_solution(PARABOLA, (0, 0)).payoffs
    np.testing.assert_allclose(nash, (0.57735027, 0.66666667), atol=1e-7)
    assert kalai_smorodinsky(PARABOLA, (0, 0)).payoffs[0] == pytest.approx(root, abs=1e-7)
    assert egalitarian(PARABOLA, (0, 0)).payoffs[0] == pytest.approx(root, abs=1e-7)


@pytest.mark.equation("11.1")
@pytest.mark.parametrize("weight", [0.7, 0.2, 0.5])
def test_weighted_nash_solution_on_the_parabola(weight):
    """N09: the first payoff is the root of a / (2 - a)."""
    found = nash_solution(PARABOLA, (0, 0), weights=(weight, 1 - weight)).payoffs[0]
    assert found == pytest.approx(np.sqrt(weight / (2 - weight)), abs=1e-7)


@pytest.mark.equation("11.1")
@given(st.floats(-0.5, 0.6), st.floats(-0.5, 0.6))
def test_threat_points_move_the_nash_solution(one, two):
    """N10 and other threat points: 3 u^2 - 2 d1 u - (1 - d2) = 0."""
    assume(two < 1 - max(one, 0.0) ** 2 - 1e-3)
    expected = (2 * one + np.sqrt(4 * one**2 + 12 * (1 - two))) / 6
    assume(expected < 1)
    found = nash_solution(PARABOLA, (one, two)).payoffs[0]
    assert found == pytest.approx(expected, abs=1e-7)


@pytest.mark.equation("11.1")
def test_nash_solution_of_the_published_threat_point():
    """N10."""
    found = nash_solution(PARABOLA, (0.1, 0.4)).payoffs
    np.testing.assert_allclose(found, (0.48178747, 0.76788084), atol=1e-7)


@pytest.mark.equation("11.1", "11.2", "11.3")
@given(st.floats(0.1, 50), st.floats(-5, 5))
def test_rescaling_one_payoff_moves_only_the_egalitarian_deal(factor, shift):
    scaled = Curve(lambda v: 1 - ((v - shift) / factor) ** 2, shift, factor + shift)
    for rule in (nash_solution, kalai_smorodinsky):
        plain, other = rule(PARABOLA, (0.1, 0.1)), rule(scaled, (0.1 * factor + shift, 0.1))
        assert (other.payoffs[0] - shift) / factor == pytest.approx(plain.payoffs[0], abs=1e-6)
    if abs(factor - 1) > 0.1:
        fair = egalitarian(scaled, (0.1 * factor + shift, 0.1)).payoffs[0]
        assert abs((fair - shift) / factor - egalitarian(PARABOLA, (0.1, 0.1)).payoffs[0]) > 1e-3


@pytest.mark.equation("11.4")
def test_utilitarian_deal_has_slope_minus_one_where_nobody_rejects_it():
    assert utilitarian(PARABOLA, (0, 0)).payoffs[0] == pytest.approx(0.5, abs=1e-7)
    assert utilitarian(PARABOLA, (0.8, 0)).payoffs[0] == pytest.approx(0.8, abs=1e-7)


@pytest.mark.equation("11.1", "11.2", "11.3", "11.4")
@given(st.integers(0, 10**6))
def test_deals_with_lotteries_agree_with_a_fine_curve(seed):
    """Two routes: the convex set by its edges, and the same frontier as a function."""
    rng = np.random.default_rng(seed)
    x = np.sort(rng.uniform(0, 1, 4))
    points = np.r_[[[0, 1]], np.stack([x, 1 - x**2], axis=1), [[1, 0]]]
    assume(np.diff(points[:, 0]).min() > 0.05)
    deals = outcomes(points, lotteries=True)
    curve = Curve(lambda u: float(np.interp(u, points[:, 0], points[:, 1])), 0.0, 1.0)
    for rule in (kalai_smorodinsky, egalitarian):
        np.testing.assert_allclose(
            rule(deals, (0.1, 0.2)).payoffs, rule(curve, (0.1, 0.2)).payoffs, atol=1e-9
        )
    best = nash_solution(deals, (0.1, 0.2)).payoffs
    grid = np.linspace(0.1, 1, 20001)
    product = (grid - 0.1) * (np.interp(grid, points[:, 0], points[:, 1]) - 0.2)
    assert (best[0] - 0.1) * (best[1] - 0.2) == pytest.approx(
        product.max(), abs=5e-5
    )  # kink between grid points
    assert (best[0] - 0.1) * (best[1] - 0.2) >= product.max() - 1e-12


@pytest.mark.equation("11.1")
def test_separate_deals_report_ties_and_local_maxima():
    deals = outcomes([[4, 1], [1, 4], [1.5, 1.5], [2, 0]], names=["a", "b", "c", "d"])
    found = nash_solution(deals, (0, 0))
    assert {found.payoffs, *found.others} == {(4.0, 1.0), (1.0, 4.0)}
    assert "equally good" in found.selection
    assert set(found.peaks) == {(4.0, 1.0), (1.0, 4.0)}
    assert found.label in {"a", "b"}


@pytest.mark.equation("11.1", "11.2")
def test_three_sides_bargain_over_separate_deals():
    deals = outcomes([[3, 3, 3], [8, 1, 1], [4, 4, 1]])
    assert nash_solution(deals, (0, 0, 0)).label == "deal 1"
    assert kalai_smorodinsky(deals, (0, 0, 0)).label == "deal 1"


@pytest.mark.equation("11.5")
@pytest.mark.parametrize("threat", [(0.0, 0.0), (0.1, 0.4)])
def test_zeuthen_concessions_meet_at_the_nash_solution(threat):
    """N13."""
    met = zeuthen(PARABOLA, threat, step=1e-5)
    assert met[0] == pytest.approx(nash_solution(PARABOLA, threat).payoffs[0], abs=2e-5)


@pytest.mark.equation("11.6", "12.2")
def test_variable_threats_of_the_textbook_game():
    """N11, Nash (1953)."""
    found = variable_threats(bimatrix([[5, 0], [0, 3]], [[3, -4], [0, 6]]))
    assert found.total == 9
    assert found.advantage == pytest.approx(2, abs=1e-9)
    np.testing.assert_allclose(found.payoffs, (5.5, 3.5), atol=1e-9)


@pytest.mark.equation("11.6")
@given(st.integers(0, 10**6), st.floats(-5, 5))
def test_variable_threats_do_not_depend_on_what_both_lose_alike(seed, shift):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=(3, 2)), rng.normal(size=(3, 2))
    plain, moved = variable_threats(bimatrix(a, b)), variable_threats(bimatrix(a + shift, b))
    assert moved.advantage == pytest.approx(plain.advantage + shift, abs=1e-9)
    assert sum(plain.payoffs) == pytest.approx(plain.total, abs=1e-12)
    swapped = variable_threats(bimatrix(b.T, a.T))
    np.testing.assert_allclose(swapped.payoffs, plain.payoffs[::-1], atol=1e-9)


@pytest.mark.equation("11.7")
def test_threat_game_on_a_line_is_the_game_with_side_payments():
    """With payoffs that add up to a constant, both theories give the same deal."""
    a, b = np.array([[3.0, -1], [-2, 1]]), np.array([[1.0, -4], [-3, -2]])
    line = Curve(lambda u: 4.0 - u, -20.0, 20.0)
    money = variable_threats(bimatrix(a, b))
    found = threat_game(line, a - 0.01, b - 0.01)  # strictly inside the frontier
    assert found.no_deal == ()
    np.testing.assert_allclose(found.equilibria.profiles[0].payoffs, money.payoffs, atol=1e-7)
    failed = threat_game(line, [[10.0]], [[10.0]])
    assert failed.no_deal == ((0, 0),)


# -- offers --------------------------------------------------------------------------------------


@pytest.mark.equation("11.9")
@pytest.mark.parametrize(
    ("discounts", "share"),
    [
        ((0.9, 0.9), 0.52631579),
        ((0.95, 0.9), 0.68965517),
        ((0.9, 0.8), 0.71428571),
        ((0.5, 0.5), 0.66666667),
    ],
)
def test_rubinstein_shares(discounts, share):
    """N01, Rubinstein (1982)."""
    assert rubinstein(discounts)[0] == pytest.approx(share, abs=1e-8)


@pytest.mark.equation("11.10")
@pytest.mark.parametrize(
    ("periods", "share"),
    [(1, 1), (2, 0.1), (3, 0.91), (4, 0.181), (5, 0.8371), (10, 0.34280082), (50, 0.52360328)],
)
def test_offers_with_a_deadline(periods, share):
    """N02, Stahl (1972)."""
    assert finite_horizon((0.9, 0.9), periods)[0] == pytest.approx(share, abs=1e-8)


@pytest.mark.equation("11.9", "11.10")
@given(deltas, deltas)
def test_far_deadlines_do_not_matter_and_steady_values_continue(one, two):
    steady = rubinstein((one, two))
    assert finite_horizon((one, two), 4001)[0] == pytest.approx(steady[0], abs=1e-7)
    other = 1 - rubinstein((two, one))[0]
    # After an even number of offers the first side proposes again.
    after = (steady[0], steady[1])
    assert finite_horizon((one, two), 2, after=after)[0] == pytest.approx(steady[0], abs=1e-12)
    assert 0 < other < 1


@pytest.mark.equation("11.11")
def test_fast_offers_reach_the_limit():
    """N03, Binmore, Rubinstein and Wolinsky (1986)."""
    assert limit_shares((0.05, 0.15))[0] == pytest.approx(0.75, abs=1e-12)
    fast = rubinstein((np.exp(-0.05e-3), np.exp(-0.15e-3)))[0]
    assert fast == pytest.approx(0.75001875, abs=1e-7)


@pytest.mark.equation("11.12")
@pytest.mark.parametrize(("option", "shares"), [(0.3, (0.50251256, 0.49748744)), (0.6, (0.4, 0.6))])
def test_outside_options_matter_only_if_they_bind(option, shares):
    """N04, Binmore, Shaked and Sutton (1989)."""
    found = outside_options((0.99, 0.99), (0.0, option))
    np.testing.assert_allclose(found.shares, shares, atol=1e-7)
    assert found.binding == (False, option == 0.6)


@pytest.mark.equation("11.12")
@given(deltas, deltas, st.floats(0, 0.95), st.floats(0, 0.95))
def test_outside_options_solve_their_own_equations(one, two, leave_one, leave_two):
    assume(leave_one + leave_two < 0.99)
    found = outside_options((one, two), (leave_one, leave_two))
    keep = found.shares[0]
    other = 1 - max(one * keep, leave_one)
    assert found.shares[1] == pytest.approx(max(two * other, leave_two), abs=1e-9)


@pytest.mark.equation("11.13")
@given(rates, rates, st.floats(-0.2, 0.2), st.floats(-0.2, 0.2), st.floats(0.001, 0.1))
def test_flows_while_talking_move_the_split_one_for_one(one, two, flow, other, more):
    kept = flow / one + other / two
    plain = inside_options(kept + 10, (one, two), (flow, other))
    assert sum(plain) == pytest.approx(kept + 10, abs=1e-9)
    moved = inside_options(kept + 10 + more / one, (one, two), (flow + more, other))
    assert moved[0] - plain[0] == pytest.approx(more / one, rel=1e-6)
    assert moved[1] == pytest.approx(plain[1], abs=1e-9)


@pytest.mark.equation("11.14")
def test_breakdown_risk():
    """N06, Muthoo (1999): without impatience the difference is split."""
    found = breakdown_risk(1.0, (0.1, 0.2), 0.3, (0.2, 0.1))[0]
    assert found == pytest.approx(0.58888889, abs=1e-7)
    patient = breakdown_risk(1.0, (1e-6, 2e-6), 0.3, (0.2, 0.1))
    assert patient == pytest.approx((0.55, 0.45), abs=2e-5)
    assert sum(breakdown_risk(1.0, (0.1, 0.2), 0.3, (0.2, 0.1))) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.equation("11.11", "11.14")
@given(rates, rates)
def test_no_breakdown_is_the_limit_of_offers(one, two):
    np.testing.assert_allclose(
        breakdown_risk(1.0, (one, two), 0.0, (5.0, -3.0)), limit_shares((one, two)), atol=1e-12
    )


@pytest.mark.equation("11.8", "11.15")
def test_clocks_and_commitment():
    assert political_rate(0.04, [0.1, 0.06]) == pytest.approx(0.2, abs=1e-15)
    assert war_is_better_now(0.9, 2.0, 1.5)
    assert not war_is_better_now(0.5, 2.0, 1.5)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: nash_solution(PARABOLA, (0.8, 0.8)), "outside the frontier"),
        (lambda: nash_solution(PARABOLA, (2.0, 0.0)), "outside the frontier"),
        (lambda: nash_solution(outcomes([[1, 2], [2, 1]]), (1.5, 1.2)), "outside the frontier"),
        (lambda: nash_solution(outcomes([[1, 2], [2, 1]]), (1.5, 1.2), weights=(1, 0)), "weights"),
        (lambda: nash_solution(Curve(lambda u: u, 0, 1), (0, 0)), "rises"),
        (lambda: nash_solution(PARABOLA, (0, 0, 0)), "threat"),
        (lambda: outcomes([[1, 2, 3]], lotteries=True), "lotteries"),
        (lambda: outcomes([[1, 2]], names=["a", "b"]), "different names"),
        (lambda: zeuthen(PARABOLA, (0, 0), step=0), "step"),
        (lambda: rubinstein((1, 1)), "cost of waiting"),
        (lambda: rubinstein((1.1, 0.5)), "discounts"),
        (lambda: finite_horizon((0.9, 0.9), 0), "periods"),
        (lambda: finite_horizon((0.9, 0.9), 2, after=(0.7, 0.7)), "after"),
        (lambda: outside_options((0.9, 0.9), (0.6, 0.5)), "nothing to agree"),
        (lambda: inside_options(1.0, (0.1, 0.1), (0.2, 0.2)), "talks drag on"),
        (lambda: breakdown_risk(1.0, (0.1, 0.1), 5.0, (0.9, 0.9)), "talks fail"),
        (lambda: limit_shares((0.0, 0.1)), "rates"),
        (lambda: political_rate(0.1, [-1]), "hazards"),
        (lambda: war_is_better_now(0.9, 1.0, -1.0), "cost_of_war"),
    ],
)
def test_bad_bargaining_problems_are_refused_with_the_fault_named(build, words):
    with pytest.raises(OptionError, match=words):
        build()
