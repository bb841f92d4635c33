"""Repeated games, ladders and the small economies with known tariffs."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from upperhand.core.errors import OptionError
from upperhand.game.escalation import critical_risk, ladder, solve_ladder
from upperhand.game.extensive import Decision, End, backward_induction
from upperhand.game.linear_political import (
    PROHIBITIVE_TARIFF,
    efficient_tariff,
    government_payoff,
    nash_tariff,
    revealed_weight,
    symmetric_war,
)
from upperhand.game.normal_form import bimatrix
from upperhand.game.repeated import (
    critical_discount,
    detection_discount,
    effective_discount,
    grim_sustains,
    holds_against_growth,
    payoff_set,
    punishment_discount,
)

DILEMMA = bimatrix([[9, 1], [10, 3]], [[9, 10], [1, 3]])
discounts = st.floats(0.02, 0.98)


def linear_dilemma():
    payoff = 1000 * np.array([[government_payoff(a, b) for b in (0, 0.05)] for a in (0, 0.05)])
    return bimatrix(payoff, payoff.T)


def same_corners(got, expected, tol):
    assert len(got) == len(expected)
    for corner in expected:
        assert np.abs(got - np.array(corner)).max(axis=1).min() <= tol


@pytest.mark.equation("10.15")
@pytest.mark.parametrize("discount", [0.75, 0.9])
def test_repeated_dilemma_reaches_the_published_payoff_set(discount):
    """G01, Abreu and Sannikov (2014)."""
    found = payoff_set(DILEMMA, discount)
    same_corners(found.vertices, [(3, 3), (9.75, 3), (9, 9), (3, 9.75)], 1e-8)
    assert found.residual < 1e-8


@pytest.mark.equation("10.10")
def test_dilemma_needs_a_discount_factor_of_one_seventh():
    """G03: below it the set is a point, where other programs fail."""
    row, column = grim_sustains(DILEMMA, (0, 0), (1, 1))
    assert row.value == column.value == pytest.approx(1 / 7, abs=1e-10)
    below, above = payoff_set(DILEMMA, 1 / 7 - 1e-3), payoff_set(DILEMMA, 1 / 7 + 1e-3)
    assert below.dimension == 0
    assert np.abs(above.vertices - 9.0).max(axis=1).min() < 1e-8
    assert above.dimension == 1


@pytest.mark.equation("10.15", "10.19")
def test_linear_tariff_game_is_cooperative_just_above_ten_seventeenths():
    """G04: payoffs of the linear economy, times a thousand."""
    game = linear_dilemma()
    np.testing.assert_allclose(
        game.row, [[428.57142857, 425.96938776], [430.10204082, 427.5]], atol=1e-8
    )
    found = payoff_set(game, 0.58833529)
    expected = [(428.57142857, 428.57142857), (427.5, 429.20168067), (427.5, 427.5)]
    same_corners(found.vertices, [*expected, (429.20168067, 427.5)], 1e-6)
    assert payoff_set(game, 0.58).dimension == 0


@pytest.mark.equation("10.15")
@given(st.integers(0, 10**6), st.floats(0.05, 0.8))
@example(299, 0.75)  # here the quick operator circles
def test_payoff_set_generates_itself_and_holds_every_pure_equilibrium(seed, discount):
    rng = np.random.default_rng(seed)
    game = bimatrix(rng.integers(0, 9, (2, 3)), rng.integers(0, 9, (2, 3)))
    found = payoff_set(game, discount)
    assert found.residual < 1e-7
    stable = [
        (game.row[i, j], game.column[i, j])
        for i in range(2)
        for j in range(3)
        if game.row[i, j] == game.row[:, j].max() and game.column[i, j] == game.column[i].max()
    ]
    for u in stable:  # a static equilibrium for ever lies in the convex set
        for direction in np.random.default_rng(1).normal(size=(20, 2)):
            assert direction @ np.array(u) <= (found.vertices @ direction).max() + 1e-7


def test_game_without_pure_equilibrium_has_an_empty_set_and_says_so():
    found = payoff_set(bimatrix([[1, -1], [-1, 1]], [[-1, 1], [1, -1]]), 0.5)
    assert found.dimension == -1
    assert "no equilibrium in pure actions" in found.sentence()


@pytest.mark.equation("10.10", "10.11", "10.12")
@given(st.floats(-5, 5), st.floats(0.01, 5), st.floats(0.01, 5), st.integers(1, 40))
def test_longer_war_and_faster_detection_need_less_patience(war, loss, gain, periods):
    agree, deviate = war + loss, war + loss + gain
    grim = critical_discount(agree, deviate, war).value
    short = punishment_discount(agree, deviate, war, periods).value
    long = punishment_discount(agree, deviate, war, periods + 1).value
    assert grim <= long + 1e-12
    assert long <= short + 1e-12
    if short < 1:
        paid = (agree - war) * sum(short**k for k in range(1, periods + 1))
        assert paid == pytest.approx(gain, rel=1e-9)
    lag = detection_discount(agree, deviate, war, periods).value
    left = gain * (1 - lag**periods) / (1 - lag)
    assert left == pytest.approx(lag**periods / (1 - lag) * loss, rel=1e-6)


@pytest.mark.equation("10.10")
def test_promises_that_need_no_threat_or_have_none_are_named():
    assert critical_discount(5, 4, 0).value == 0
    assert "no threat" in critical_discount(5, 4, 0).reason
    assert math.isinf(critical_discount(5, 6, 5).value)
    assert "nothing deters" in critical_discount(5, 6, 5).reason


@pytest.mark.equation("10.13")
@given(st.floats(0.1, 5), st.floats(0.1, 5), discounts)
def test_constant_partner_is_the_grim_case(loss, gain, discount):
    assume(abs(discount - gain / (gain + loss)) > 1e-6)
    held = holds_against_growth([loss] * 4, [loss + gain] * 4, [0.0] * 4, discount)
    assert held == (discount > gain / (gain + loss),) * 4


@pytest.mark.equation("10.14")
def test_legal_risk_shortens_the_future():
    assert effective_discount(0.95, 0.5) == pytest.approx(0.475, abs=1e-15)


# -- the linear economy --------------------------------------------------------------------------


@pytest.mark.equation("10.16")
@pytest.mark.parametrize(
    ("weight", "tariff"), [(1.0, 0.05), (1.1, 0.06418919), (1.25, 0.08620690), (1.75, 1 / 6)]
)
def test_nash_tariff_of_the_linear_economy(weight, tariff):
    """B01, Bagwell and Staiger (2005)."""
    assert nash_tariff(weight) == pytest.approx(tariff, abs=1e-8)
    rates = np.linspace(0, PROHIBITIVE_TARIFF, 2001)
    best = max(rates, key=lambda t: government_payoff(t, 0.02, weight))
    assert best == pytest.approx(tariff, abs=1e-4)  # the grid is 8e-5 wide


@pytest.mark.equation("10.17")
@pytest.mark.parametrize(("weight", "tariff"), [(1.0, 0.0), (1.1, 0.01941748), (1.25, 0.05)])
def test_efficient_tariff_of_the_linear_economy(weight, tariff):
    """B02, Bagwell and Staiger (2005)."""
    assert efficient_tariff(weight) == pytest.approx(tariff, abs=1e-8)
    rates = np.linspace(0, PROHIBITIVE_TARIFF, 2001)
    best = max(rates, key=lambda t: government_payoff(t, t, weight))
    assert best == pytest.approx(tariff, abs=1e-4)  # the grid is 8e-5 wide


@pytest.mark.equation("10.10", "10.19")
def test_linear_economy_needs_ten_seventeenths_for_free_trade():
    """B03."""
    game = linear_dilemma()
    value = critical_discount(game.row[0, 0], game.row[1, 0], game.row[1, 1]).value
    assert value == pytest.approx(10 / 17, abs=1e-10)


@pytest.mark.equation("10.18")
@pytest.mark.parametrize(("tariff", "weight"), [(0.05, 1.0), (0.0862069, 1.25)])
def test_observed_tariff_reveals_the_political_weight(tariff, weight):
    """B05."""
    assert revealed_weight(tariff) == pytest.approx(weight, abs=1e-7)


@pytest.mark.equation("10.16", "10.18")
@given(st.floats(0.63, 1.74))
def test_revealed_weight_inverts_the_nash_tariff(weight):
    assert revealed_weight(nash_tariff(weight)) == pytest.approx(weight, abs=1e-12)


@pytest.mark.equation("10.20")
def test_symmetric_war_reaches_its_closed_form():
    """T06, Gros (1987)."""
    war = symmetric_war(0.8, 5.0)
    got = (war.tariff, war.own_share, war.real_income_change)
    np.testing.assert_allclose(got, (0.21550360, 0.91389016, 0.98882779), atol=1e-7)


@pytest.mark.equation("10.20")
@given(st.floats(0.5, 0.99), st.floats(1.0, 12.0))
def test_symmetric_war_hurts_and_exceeds_the_small_country_tariff(share, elasticity):
    war = symmetric_war(share, elasticity)
    assert war.real_income_change < 1
    assert war.tariff > 1 / elasticity
    assert war.own_share > share


# -- ladders -------------------------------------------------------------------------------------


@pytest.mark.equation("10.8")
def test_critical_risk_of_ellsberg():
    """N25, Ellsberg (1959)."""
    assert critical_risk(stand=10, concede=4, disaster=-20) == pytest.approx(0.2, abs=1e-9)
    assert critical_risk(stand=10, concede=12, disaster=0) == 0
    assert critical_risk(stand=10, concede=-5, disaster=0) == 1


@pytest.mark.equation("10.7")
@given(st.integers(0, 10**6), st.integers(2, 6), st.integers(0, 1))
def test_ladder_agrees_with_the_general_tree(seed, rungs, first):
    rng = np.random.default_rng(seed)
    game = ladder(rng.normal(size=(rungs, 2)), rng.normal(size=(rungs, 2, 2)))

    def node(rung):
        mover = (first + rung) % 2
        moves = {
            "hold": End(tuple(game.hold[rung])),
            "concede": End(tuple(game.concede[rung, mover])),
        }
        if rung + 1 < rungs:
            moves["climb"] = node(rung + 1)
        return Decision(mover, f"rung {rung}", moves)

    solved, tree = solve_ladder(game, first=first), backward_induction(node(0))
    np.testing.assert_allclose(solved.payoffs, tree.payoffs[0], atol=1e-12)
    for rung, side, move in solved.path:
        assert tree.choices[rung] == (move,)
        assert side in game.sides


@pytest.mark.equation("10.7", "10.8")
def test_side_that_bleeds_less_dominates_the_ladder():
    hold = [(0, 0), (-0.5, -2), (-1, -5), (-2, -9)]
    concede = [((-3, 3), (3, -1.5))] * 4
    solved = solve_ladder(ladder(hold, concede, sides=("USA", "CHN")))
    assert solved.stops_first == "CHN"
    assert solved.dominance[1] is None
    assert solved.dominance[0] is not None
    assert (solved.critical_risk[:, 0] > solved.critical_risk[:, 1]).all()


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: payoff_set(DILEMMA, 1.0), "discount"),
        (lambda: nash_tariff(3.0), "weight"),
        (lambda: revealed_weight(0.2), "tariff"),
        (lambda: government_payoff(0.3, 0.0), "own_tariff"),
        (lambda: symmetric_war(1.0, 5.0), "own_share"),
        (lambda: punishment_discount(1, 2, 0, 0), "periods"),
        (lambda: detection_discount(1, 2, 0, 0), "lag"),
        (lambda: effective_discount(0.9, 1.5), "legal_hazard"),
        (lambda: holds_against_growth([1, 2], [1], [0], 0.5), "lengths"),
        (lambda: grim_sustains(DILEMMA, (0, 0), (0, 0)), "Nash"),
        (lambda: grim_sustains(DILEMMA, (0, 5), (1, 1)), "positions"),
        (lambda: critical_risk(1, 0, 2), "disaster"),
        (lambda: ladder([[0, 0]], [[[0, 0], [0, 0]]]), "rungs"),
        (lambda: solve_ladder(ladder([[0, 0]] * 2, [[[0, 0]] * 2] * 2), first=2), "first"),
    ],
)
def test_bad_repeated_games_are_refused_with_the_fault_named(build, words):
    with pytest.raises(OptionError, match=words):
        build()
