"""Attrition, signalling, reputation, private information, credibility and enforcement."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from upperhand.core.errors import OptionError
from upperhand.game.linear_political import government_payoff, nash_tariff
from upperhand.talks.attrition import abreu_gul, audience_crisis, known_costs
from upperhand.talks.credibility import carry_out_test, ceilings, credible_ceiling, needed_support
from upperhand.talks.enforcement import (
    cooperative_tariff,
    grim_enforcement,
    most_cooperative_tariff,
    pooled_linkage,
    special_protection,
)
from upperhand.talks.private_information import (
    chatterjee_samuelson,
    escalation_protocol,
    second_best,
)
from upperhand.talks.reputation import chain_store, posterior
from upperhand.talks.signalling import (
    Crisis,
    base_rates,
    bivariate_normal,
    challenge_probability,
    resistance_reply,
    solve_crisis,
)

ORACLE = Crisis(0.0, 1.0, -1.9, -1.2, 0.0, -2.9, 1.0)
priors = st.floats(0.01, 0.5)
speeds = st.floats(0.05, 2.0)


@pytest.mark.equation("11.16", "11.17", "11.18")
def test_stubborn_bargaining_reaches_its_closed_form():
    """N14, Abreu and Gul (2000), proposition 1."""
    war = abreu_gul((0.7, 0.7), (0.1, 0.2), (0.1, 0.1))
    np.testing.assert_allclose(war.rates, (0.15, 0.075), atol=1e-8)
    assert war.end == pytest.approx(15.35056729, abs=1e-8)
    assert war.initial == pytest.approx((0.0, 1 - 1 / np.sqrt(10)), abs=1e-8)
    np.testing.assert_allclose(war.values, (0.57350889, 0.3), atol=1e-8)


@pytest.mark.equation("11.16", "11.17", "11.18")
def test_equal_sides_do_not_give_in_at_once():
    """N16, Abreu and Gul (2000)."""
    war = abreu_gul((0.6, 0.6), (0.1, 0.1), (0.1, 0.1))
    np.testing.assert_allclose(war.rates, (0.2, 0.2), atol=1e-8)
    assert war.end == pytest.approx(11.51292546, abs=1e-8)
    assert war.initial == (0, 0)
    np.testing.assert_allclose(war.values, (0.4, 0.4), atol=1e-8)
    assert war.weak is None


@pytest.mark.equation("11.17", "11.18")
@given(st.floats(0.55, 0.9), st.floats(0.55, 0.9), speeds, speeds, priors, priors)
def test_only_the_stubborn_are_left_at_the_end(one, two, fast, slow, first, second):
    war = abreu_gul((one, two), (fast, slow), (first, second))
    left = 1 - war.conceded(war.end)[:, 0]
    np.testing.assert_allclose(left, (first, second), rtol=1e-9)
    assert war.survival(war.end)[0] == pytest.approx(first * second, rel=1e-9)
    assert min(war.initial) == 0
    middle = war.quantile(0.5)
    if 0 < middle < war.end:
        assert war.settled(middle)[0] == pytest.approx(0.5, abs=1e-9)
    assert math.isinf(war.quantile(1 - 0.5 * first * second))
    grid = war.survival(np.linspace(0, 2 * war.end, 50))
    assert np.all(np.diff(grid) <= 1e-15)


@pytest.mark.equation("11.17")
@given(priors, priors)
def test_a_less_stubborn_side_is_weaker(first, second):
    assume(abs(first - second) > 1e-6)
    war = abreu_gul((0.7, 0.7), (0.1, 0.1), (first, second))
    assert war.weak == int(second < first)


@pytest.mark.equation("11.19")
def test_attrition_with_known_costs():
    """N17, Maynard Smith (1974)."""
    war = known_costs((0.02, 0.02), (1.5, 1.5))
    np.testing.assert_allclose(war.hazards, 0.01333333, atol=1e-8)
    assert war.median == pytest.approx(25.99301927, abs=1e-7)
    assert war.survival(war.median) == pytest.approx(0.5, abs=1e-12)
    uneven = known_costs((0.02, 0.06), (1.0, 1.0))
    assert uneven.hazards == (0.06, 0.02)  # the other's cost drives a side's rate
    assert uneven.first[0] == pytest.approx(0.75, abs=1e-12)


@pytest.mark.equation("11.20", "11.21", "11.22")
def test_audience_costs_reach_their_closed_form():
    """N18, Fearon (1994) with exponential types."""
    crisis = audience_crisis(1.0, (1.0, 1.0))
    assert crisis.horizon == pytest.approx(0.80646599, abs=1e-7)
    assert crisis.war == pytest.approx(0.30643645, abs=1e-7)
    assert crisis.weak is None


@pytest.mark.equation("11.20", "11.21", "11.22")
@given(st.floats(0.2, 5), st.floats(0.2, 5), st.floats(0.2, 5), st.floats(0.3, 3))
def test_at_the_horizon_only_those_who_would_fight_are_left(prize, one, two, cost):
    crisis = audience_crisis(prize, (one, two), (cost, 1.0))
    left = crisis.survival(crisis.horizon)[:, 0]
    fight = 1 - np.exp(-np.array([cost * one, two]) * crisis.horizon)
    np.testing.assert_allclose(left, fight, rtol=1e-8)
    assert crisis.war == pytest.approx(float(fight.prod()), rel=1e-12)
    assert min(crisis.initial) == 0


@pytest.mark.equation("11.22")
def test_higher_audience_cost_makes_the_other_back_down():
    crisis = audience_crisis(1.0, (3.0, 1.0))
    assert crisis.weak == 1


# -- the threat stage ----------------------------------------------------------------------------


@pytest.mark.equation("11.23", "11.24", "11.25", "11.26")
def test_threat_stage_has_its_three_equilibria():
    """N22, Crisman-Cox and Gibilisco (2021)."""
    found = solve_crisis(ORACLE)
    got = [(e.resist, e.challenge, e.carry_out) for e in found.equilibria]
    expected = [
        (0.251105, 0.994789, 0.309695),
        (0.594723, 0.379868, 0.241563),
        (0.813322, 0.205452, 0.208759),
    ]
    np.testing.assert_allclose(got, expected, atol=2e-5)
    assert found.complete
    assert [e.stable for e in found.equilibria] == [True, False, True]
    assert max(e.residual for e in found.equilibria) < 1e-9
    assert "none is picked" in found.sentence()


@pytest.mark.equation("11.26")
@given(st.floats(-4, 1), st.floats(-4, 1), st.floats(-3, 0.5), st.floats(0.1, 3))
def test_no_equilibrium_of_a_fine_scan_is_missed(firm, war, retreat, wins):
    crisis = Crisis(0.0, wins, firm, retreat, 0.0, war, 1.0)
    assume(float(challenge_probability(crisis, 1.0)) > 1e-8)
    found = solve_crisis(crisis)
    grid = np.linspace(1e-6, 1 - 1e-6, 2001)
    gap = resistance_reply(crisis, grid) - grid
    for place in np.flatnonzero(gap[:-1] * gap[1:] < 0):
        assert any(
            grid[place] - 1e-9 <= e.resist <= grid[place + 1] + 1e-9 for e in found.equilibria
        )
    for one in found.equilibria:
        assert sum(one.outcomes) == pytest.approx(1, abs=1e-12)
        assert one.residual < 1e-7 or not found.complete
    assert len(found.equilibria) >= 1


def test_resistance_for_certain_is_an_equilibrium():
    """A threat that would almost never be carried out is always resisted."""
    found = solve_crisis(Crisis(0.0, 1.0, -6.0, 0.0, 0.0, 0.0, 1.0))
    assert any(e.resist == 1.0 for e in found.equilibria)


@pytest.mark.equation("11.25")
@given(st.floats(-4, 4), st.floats(-4, 4), st.floats(-0.95, 0.95))
def test_bivariate_normal_agrees_with_an_integral(first, second, correlation):
    from scipy.integrate import quad
    from scipy.stats import norm

    width = np.sqrt(1 - correlation**2)
    expected = quad(
        lambda x: norm.pdf(x) * norm.cdf((second - correlation * x) / width),
        -12,
        first,
        epsabs=1e-12,
        limit=200,
    )[0]
    assert float(bivariate_normal(first, second, correlation)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.equation("11.38")
def test_base_rates_of_threats():
    """N24, Morgan, Bapat and Kobayashi (2014)."""
    assert list(base_rates().values()) == [144 / 633, 349 / 633, 140 / 633]


# -- reputation and private information ----------------------------------------------------------


@pytest.mark.equation("11.27")
def test_weak_side_makes_an_example_of_the_first_partner():
    """N21, Kreps and Wilson (1982)."""
    found = chain_store(0.5, remaining=3, prior=0.1)
    assert found.fights == pytest.approx(1 / 3, abs=1e-8)
    assert found.posterior == pytest.approx(0.25, abs=1e-8)


@pytest.mark.equation("11.27", "11.28")
@given(st.floats(0.05, 0.95), st.integers(2, 8), st.floats(0.001, 0.9))
def test_fighting_leads_to_the_belief_that_bayes_gives(gain, remaining, prior):
    found = chain_store(gain, remaining, prior)
    assert found.posterior == pytest.approx(posterior(prior, [(1.0, found.fights)]), rel=1e-9)
    assert 0 <= found.fights <= 1


@pytest.mark.equation("11.28")
def test_desperate_moves_reveal_the_type():
    """S03."""
    assert posterior(0.3, [(0.6, 0.2)]) == pytest.approx(0.5625, abs=1e-8)
    assert posterior(0.3, [(0.6, 0.2)] * 2) == pytest.approx(0.79411765, abs=1e-8)


@pytest.mark.equation("11.29", "11.30")
def test_private_information_loses_gains():
    """N20, Chatterjee and Samuelson (1983), Myerson and Satterthwaite (1983)."""
    bids = chatterjee_samuelson()
    assert (bids.trade, bids.gains) == (9 / 32, 9 / 64)
    assert bids.first_best == pytest.approx(1 / 6, abs=1e-15)
    for types, expected in ((10, 0.15120), (20, 0.14681818)):
        grid = (np.arange(types) + 0.5) / types
        found = second_best(grid, grid)
        assert found.gains == pytest.approx(expected, abs=1e-4)
        assert found.violation < 1e-8


@pytest.mark.equation("11.30")
def test_known_types_lose_nothing():
    found = second_best([2.0], [1.0])
    assert found.gains == pytest.approx(found.first_best, abs=1e-9) == 1.0


@pytest.mark.equation("11.31")
def test_less_dependence_brings_more_escalation():
    """The sign of Mayer, Mejean and Thoenig (2025)."""
    chance = [escalation_protocol((x, x), 0.5, types=10).escalation for x in (0.1, 0.25, 0.5)]
    assert chance[0] > chance[1] >= chance[2] >= -1e-9
    low, high = escalation_protocol((0.6, 0.3), 0.5, types=10).concession
    assert low <= high


# -- credibility and enforcement -----------------------------------------------------------------


@pytest.mark.equation("11.32")
def test_threat_is_carried_out_if_backing_down_costs_more():
    assert not carry_out_test(-0.8, 0.0).credible
    assert carry_out_test(-0.8, 0.0, audience_cost=0.8).credible
    assert carry_out_test(-0.8, 0.0, reputation=0.2, discount=0.8).credible
    assert needed_support(-0.8) == 0.8


@pytest.mark.equation("11.33")
@given(st.floats(0.05, 1.5), st.floats(0.2, 5), st.floats(0, 1))
def test_ceiling_is_where_the_threatener_breaks_even(zero, slope, support):
    found = credible_ceiling(lambda t: slope * t * (zero - t), 4.0, support=support)
    expected = (zero + np.sqrt(zero**2 + 4 * support / slope)) / 2
    if expected < 4:
        assert found.value == pytest.approx(expected, abs=1e-9)
        assert not found.capped
    assert found.best == pytest.approx(zero / 2, abs=1e-6)


@pytest.mark.equation("11.33")
def test_ceilings_name_threats_that_always_or_never_pay():
    found = ceilings({"never": lambda t: -t, "always": lambda t: t}, 1.0)
    assert found["never"].value is None
    assert found["always"].capped
    gaps = credible_ceiling(lambda t: (t - 0.2) * (t - 0.5) * (0.8 - t), 1.0)
    np.testing.assert_allclose(gaps.crossings, (0.2, 0.5, 0.8), atol=1e-9)
    assert gaps.value == pytest.approx(0.8, abs=1e-9)


@pytest.mark.equation("10.10")
def test_side_with_too_little_patience_breaks_the_deal():
    found = grim_enforcement([9, 9], [10, 10], [3, 3], [0.2, 0.1])
    assert found.keeps == (True, False)
    assert found.weakest == 1


@pytest.mark.equation("11.34")
@given(st.floats(0.05, 0.95))
def test_most_cooperative_tariff_of_the_linear_economy(discount):
    """Free trade from 10/17 on (B03); below, the constraint binds exactly."""
    best = nash_tariff()

    def agree(t):
        return government_payoff(t, t)

    def deviate(t):
        return government_payoff(best, t)

    war = government_payoff(best, best)
    found = most_cooperative_tariff(agree, deviate, war, discount, high=best)
    assert found.tariff is not None
    if discount > 10 / 17:
        assert found.tariff == 0
        assert not found.binding
    elif discount < 10 / 17 - 1e-6:
        kept = agree(found.tariff)
        slack = discount / (1 - discount) * (kept - war) - (deviate(found.tariff) - kept)
        assert abs(slack) < 1e-10
        assert 0 < found.tariff < best


@pytest.mark.equation("11.34")
def test_no_self_enforcing_tariff_is_named():
    found = most_cooperative_tariff(lambda t: -1 - t, lambda _: 1.0, 0.0, 0.5)
    assert found.tariff is None
    assert "no tariff" in found.sentence()


@pytest.mark.equation("11.35")
@given(st.integers(0, 10**6), st.floats(0.05, 0.95))
def test_linked_issues_hold_when_the_sum_does(seed, discount):
    rng = np.random.default_rng(seed)
    war, loss, gain = rng.normal(size=3), rng.uniform(0, 2, 3), rng.uniform(0, 2, 3)
    found = pooled_linkage(war + loss, war + loss + gain, war, discount)
    assert found.slack == pytest.approx(
        discount / (1 - discount) * loss.sum() - gain.sum(), abs=1e-9
    )
    if all(found.alone):
        assert found.pooled
    greedy = pooled_linkage(war + loss, war + loss + gain, war, discount, joint_gain=1e6)
    assert not greedy.pooled


@pytest.mark.equation("11.36")
def test_deals_fail_in_high_volume_states():
    assert special_protection([1, 2, 5], 1.0, 0.7) == (True, True, False)


@pytest.mark.equation("11.37")
def test_cooperative_tariff_subsidises_goods_with_high_markups():
    """L06, Lashkaripour (2021), equation 26."""
    assert 1 + cooperative_tariff(4.0, 0.5, 1.2) == pytest.approx(0.9375, abs=1e-8)
    assert 1 + cooperative_tariff(0.0, 0.5, 1.2) == pytest.approx(1 / 1.2, abs=1e-8)
    assert cooperative_tariff(4.0, 0.5, 1.0) == 0


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: abreu_gul((0.4, 0.4), (0.1, 0.1), (0.1, 0.1)), "compatible"),
        (lambda: abreu_gul((0.7, 0.7), (0.1, -0.1), (0.1, 1.0)), "2 faults"),
        (lambda: known_costs((0.0, 1.0), (1.0, 1.0)), "never gives in"),
        (lambda: audience_crisis(0.0, (1, 1)), "prize"),
        (lambda: solve_crisis(Crisis(1, 0, 0, 0, 0, 0, 0)), "challenger_wins"),
        (lambda: solve_crisis(Crisis(0, math.nan, 0, 0, 0, 0, 0)), "challenger_wins"),
        (lambda: solve_crisis(Crisis(0, 1, -90, -90, 0, 0, 0)), "no threat"),
        (lambda: chain_store(0.5, 0, 0.1), "remaining"),
        (lambda: posterior(0.3, [(0.0, 0.0)]), "under both"),
        (lambda: second_best([1.0], [0.0], value_weights=[0.5]), "adds to 0.5"),
        (lambda: chatterjee_samuelson(1.0, 0.0), "high"),
        (lambda: escalation_protocol((1, 1), 0.0), "spread"),
        (lambda: carry_out_test(1, 0, audience_cost=-1), "audience_cost"),
        (lambda: credible_ceiling(lambda _: math.nan, 1.0), "gain"),
        (lambda: most_cooperative_tariff(abs, abs, 0.0, 1.0), "discount"),
        (lambda: pooled_linkage([1, 2], [1], [1, 2], 0.5), "deviate"),
        (lambda: cooperative_tariff(1.0, 0.5, 0.0), "relative_markup"),
    ],
)
def test_bad_conflicts_are_refused_with_the_fault_named(build, words):
    with pytest.raises(OptionError, match=words):
        build()


@pytest.mark.equation("11.18")
@pytest.mark.parametrize("chance", [0.3, 0.5, 0.8])
def test_the_time_of_a_chance_of_settlement_gives_that_chance_back(chance):
    war = abreu_gul((0.7, 0.7), (0.1, 0.2), (0.1, 0.1))
    assert war.settled(0.0)[0] < 0.8
    if chance > war.settled(0.0)[0]:
        assert war.settled(war.quantile(chance))[0] == pytest.approx(chance, abs=1e-12)
    else:
        assert war.quantile(chance) == 0.0


@pytest.mark.equation("11.21")
def test_nobody_has_backed_down_before_the_crisis_but_those_who_do_at_once():
    crisis = audience_crisis(1.0, (1.0, 3.0))
    np.testing.assert_allclose(
        crisis.survival(0.0)[:, 0], 1.0 - np.array(crisis.initial), atol=1e-15
    )
    quarter = crisis.survival(0.25 * crisis.horizon)[:, 0]
    assert (quarter < crisis.survival(0.0)[:, 0]).all()


def test_the_parts_of_the_carry_out_test_add_up_to_its_margin():
    found = carry_out_test(-0.8, 0.1, audience_cost=0.3, reputation=0.2, discount=0.8)
    assert found.from_economy == pytest.approx(-0.9)
    parts = found.from_economy + found.from_audience + found.from_reputation
    assert found.margin == pytest.approx(parts, abs=1e-15)


def test_a_deal_holds_where_the_temptation_just_equals_the_loss():
    assert special_protection([2.0, 2.1], loss_from_war=2.0, discount=0.5) == (True, False)


@pytest.mark.equation("11.27")
def test_partners_are_deterred_from_the_belief_that_leaves_them_indifferent():
    """entry_gain ** remaining: 0.125 with three confrontations left."""
    assert not chain_store(0.5, remaining=3, prior=0.12).deters
    assert chain_store(0.5, remaining=3, prior=0.13).deters


@pytest.mark.equation("11.34")
def test_stretches_may_begin_with_the_first_step_of_the_grid():
    """The constraint holds from a tariff between the first two points of the grid on."""
    start = 1e-5
    found = most_cooperative_tariff(lambda t: t, lambda t: t + start, 0.0, 0.5)
    np.testing.assert_allclose(found.stretches, [(start, 1.0)], atol=1e-12)
