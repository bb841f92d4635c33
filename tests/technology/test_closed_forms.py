"""Closed forms of the race: each number is computed by hand or printed in the literature."""

from __future__ import annotations

import numpy as np
import pytest

from upperhand.technology.arrivals import arrivals, chance_of_any
from upperhand.technology.direction import (
    Saving,
    Substitutes,
    input_share,
    relative_profit,
    research_path,
    saving_path,
)
from upperhand.technology.learning import chip_yield, defects_of, learning_exponent, unit_cost
from upperhand.technology.market import (
    domestic_share,
    drift_of,
    logit,
    rationing_loss,
    stock_after,
    stock_bought_ahead,
)
from upperhand.technology.rules import (
    Rents,
    ban_pays,
    value_of_ban,
    value_of_selling,
    withdrawal_loss,
)
from upperhand.technology.step_by_step import (
    Duopoly,
    follower_research,
    neck_research,
    unlevelled_share,
    value_gaps,
)

HALF_A_DIGIT = 5.1e-4  # the table has three digits


@pytest.mark.equation("5.13", "5.14")
@pytest.mark.parametrize(
    ("copying", "rivalry", "expected"),
    [
        (0.0, 0.2, (0.283, 0.410, 0.580)),
        (0.0, 0.5, (0.447, 0.327, 0.732)),
        (0.0, 0.8, (0.566, 0.283, 0.800)),
        (0.1, 0.2, (0.200, 0.371, 0.459)),
        (0.1, 0.5, (0.358, 0.275, 0.656)),
        (0.1, 0.8, (0.474, 0.222, 0.746)),
        (0.3, 0.2, (0.112, 0.297, 0.274)),
        (0.3, 0.5, (0.239, 0.201, 0.488)),
        (0.3, 0.8, (0.340, 0.138, 0.608)),
    ],
)
def test_step_by_step_research_without_discounting(copying, rivalry, expected):
    """Aghion, Bloom, Blundell, Griffith and Howitt (2005), at a leader's profit of 0.2."""
    duopoly = Duopoly(0.2, rivalry, copying)
    found = (neck_research(duopoly), follower_research(duopoly), unlevelled_share(duopoly))
    assert found == pytest.approx(expected, abs=HALF_A_DIGIT)


@pytest.mark.equation("5.12")
@pytest.mark.parametrize("copying", [0.0, 0.1, 0.3])
@pytest.mark.parametrize("rivalry", [0.2, 0.8])
def test_values_of_a_step_satisfy_the_bellman_equations(copying, rivalry):
    """The three equations less one another, at r = 0, where only differences are finite."""
    pi1, h = 0.2, copying
    up, down = value_gaps(Duopoly(pi1, rivalry, h))
    leader = pi1 - (down + h) * up
    level = (1 - rivalry) * pi1 + up * up - up * down - up**2 / 2
    behind = (down + h) * down - down**2 / 2
    assert leader == pytest.approx(level, abs=1e-14)
    assert level == pytest.approx(behind, abs=1e-14)


@pytest.mark.equation("5.10")
def test_learning_curve_of_irwin_and_klenow():
    """A fall of 20 per cent with each doubling is an elasticity of 0.322."""
    assert learning_exponent(0.20) == pytest.approx(0.322, abs=5e-4)
    assert unit_cost(8.0, 0.0, 0.20, 1 / 3) == pytest.approx(0.8**3, rel=1e-12)
    own, shared = unit_cost(2.0, 3.0, 0.2, 0.0), unit_cost(2.0, 3.0, 0.2, 1 / 3)
    assert shared == pytest.approx(unit_cost(3.0, 0.0, 0.2, 1 / 3), rel=1e-12)
    assert shared < own


@pytest.mark.equation("5.11")
def test_yield_of_a_large_die():
    """Ascend 910C, 6.65 square centimetres: yields of 20, 40 and 60 per cent."""
    found = [defects_of(6.65, good) for good in (0.2, 0.4, 0.6)]
    assert found == pytest.approx([0.24, 0.14, 0.08], abs=5e-3)
    assert [chip_yield(6.65, d) for d in found] == pytest.approx([0.2, 0.4, 0.6], rel=1e-12)


@pytest.mark.equation("5.15")
@pytest.mark.parametrize("substitution", [0.0, 0.02, 0.05, 0.1, 0.2])
@pytest.mark.parametrize("diffusion", [0.05, 0.1, 0.3])
@pytest.mark.parametrize("after", [0.0, 4.0])
def test_rule_for_an_export_ban_compares_the_two_values(substitution, diffusion, after):
    """Garcia-Macia and Goyal (2020), stylised: the rule and the values agree."""
    rents = Rents(1.0, 0.3, diffusion, substitution, 0.05, after)
    assert ban_pays(rents) == (value_of_ban(rents) > value_of_selling(rents))
    if substitution >= diffusion:
        assert not ban_pays(rents)


@pytest.mark.equation("5.16")
def test_power_explodes_as_control_nears_the_whole_supply():
    """Clayton, Maggiori and Schreger (2024): the table at unit spending and elasticity 2."""
    found = [withdrawal_loss(w, 1.0, 2.0) for w in (0.5, 0.7, 0.91, 0.94, 0.99)]
    assert found == pytest.approx([0.69, 1.20, 2.41, 2.81, 4.61], abs=6e-3)
    assert withdrawal_loss(0.5, 0.1, 3.0) == pytest.approx(0.05 * np.log(2), rel=1e-12)


@pytest.mark.equation("5.17")
def test_share_of_a_denied_complement_rises():
    assert input_share(1.0, 1.0, 0.5) == pytest.approx(0.5)
    assert input_share(0.5, 1.0, 0.5) > 0.5 > input_share(0.5, 1.0, 2.0)


@pytest.mark.equation("5.18")
def test_research_saves_a_denied_complement_and_then_levels_off():
    """Alfaro, Fadinger, Schymik and Virananda (2025), complements: the offset is gradual."""
    calm = saving_path(Saving(), np.ones(40))
    denied = saving_path(Saving(), np.r_[1.0, np.full(499, 0.3)])
    assert calm == pytest.approx(np.ones(40))
    assert np.all(np.diff(denied[1:]) > 0)
    assert denied[-1] * 0.3 == pytest.approx(1.0, abs=0.02)
    assert denied[5] < 1.1


@pytest.mark.equation("5.19")
def test_a_long_ban_flips_research_for_good_and_a_short_one_does_not():
    """Acemoglu, Aghion, Bursztyn and Hemous (2012), substitutes: path dependence."""
    model = Substitutes(success=0.1)
    for years, stays in ((3, 0.0), (12, 1.0)):
        _, share = research_path(model, 0.5, np.r_[np.full(years, 0.1), np.ones(15)])
        assert share[years - 1] == 1.0
        assert share[-1] == stays
    lead, share = research_path(model, 0.5, np.ones(15))
    assert np.all(share == 0.0)
    assert np.all(np.diff(lead) < 0)


@pytest.mark.equation("5.19")
def test_relative_profit_is_the_formula():
    """phi = (1 - 1/3)(1 - 3) = -4/3; no research: (A_d / A_f) ** (4/3)."""
    still = Substitutes(success=0.0)
    assert still.power == pytest.approx(-4 / 3)
    assert relative_profit(still, 0.5, 0.3) == pytest.approx(0.5 ** (4 / 3), rel=1e-12)
    assert relative_profit(still, 0.5, 0.3, access=0.0) == np.inf


@pytest.mark.equation("5.5")
def test_drift_is_proportional_to_control():
    assert drift_of(0.54, 0.85, 0.85) == pytest.approx(0.54)
    assert drift_of(0.54, 0.0, 0.85) == 0.0


@pytest.mark.equation("5.6")
def test_share_is_logit_in_appeal_and_access():
    for share in (0.06, 0.19, 0.5, 0.93):
        assert domestic_share(logit(share)) == pytest.approx(share, rel=1e-12)
    assert domestic_share(-3.0, 0.0) == 1.0
    assert logit(domestic_share(0.2, 0.5)) == pytest.approx(0.2 + np.log(2))


@pytest.mark.equation("5.8")
def test_stocks_are_laid_in_and_used_up():
    bought = stock_bought_ahead(0.25, 2.0)
    assert bought == 0.25
    assert stock_after(bought, 0.1, 1.0, 0.25) == pytest.approx(0.025)
    assert stock_after(bought, 0.0, 1.0) == 0.0
    assert stock_bought_ahead(0.25, 0.5) == 0.0


@pytest.mark.equation("5.9")
def test_an_input_without_substitute_is_rationed():
    """Magnets to the United States, May 2025: 92 per cent withheld, stocks of some weeks."""
    assert rationing_loss(0.0, 0.92) == pytest.approx(0.92)
    assert rationing_loss(0.3, 0.92) == pytest.approx(0.62)
    assert rationing_loss(2.0, 0.92) == 0.0


@pytest.mark.equation("5.20")
def test_leaps_arrive_at_their_rate():
    found = arrivals(0.3, 50, 400, seed=3)
    assert found.mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.3 / found.size))
    share = (found[:10].sum(axis=0) > 0).mean()
    assert share == pytest.approx(chance_of_any(0.3, 10), abs=0.05)


@pytest.mark.equation("5.15")
@pytest.mark.parametrize("seed", range(20))
def test_a_ban_pays_exactly_where_its_value_is_higher(seed):
    """The rule is the difference of the two values, multiplied by what both are divided by."""
    home, export, diffusion, substitution, after = (
        np.random.default_rng(seed).uniform(0.01, 1.0, 5).tolist()
    )
    rents = Rents(home, export, diffusion, substitution, rate=0.05, after=5 * after)
    assert ban_pays(rents) is (value_of_ban(rents) > value_of_selling(rents))
    assert not ban_pays(Rents(1.0, 0.0, 0.1, 0.1))  # no difference: no ban


@pytest.mark.equation("5.20")
def test_the_same_seed_gives_the_same_arrivals():
    np.testing.assert_array_equal(arrivals(0.5, 4, 3, seed=2), arrivals(0.5, 4, 3, seed=2))
    assert arrivals(0.5, 4, 3, seed=2).dtype == np.float64


@pytest.mark.equation("5.19")
def test_profit_of_research_falls_with_research_at_home_and_does_not_when_it_is_even():
    """With lead 1 and research split in half the two are alike; more at home makes it less."""
    model = Substitutes()
    assert relative_profit(model, 1.0, 0.5) == pytest.approx(1.0, abs=1e-15)
    step = model.growth * model.success
    expected = (1.0 + step) ** (-model.power - 1.0)
    assert relative_profit(model, 1.0, 1.0) == pytest.approx(expected, rel=1e-14)
    assert relative_profit(model, 1.0, 0.0) == pytest.approx(1.0 / expected, rel=1e-14)
