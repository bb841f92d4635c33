"""How domestic supply gains: as observed, by learning, by directed research."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from upperhand.core.errors import OptionError
from upperhand.technology.direction import Substitutes, research_path
from upperhand.technology.goods import SUPPLIES, draw_technology, technology, with_models
from upperhand.technology.learning import learning_exponent, unit_cost
from upperhand.technology.market import domestic_share, logit
from upperhand.technology.parameters import Race
from upperhand.technology.state import run_technology
from upperhand.technology.supply import YEARS_BEFORE, Market, directed, learning, observed

YEARS = range(2018, 2036)


def market(**changes: object) -> Market:
    base = Market(
        race=Race(),
        share=0.3,
        drift=0.5,
        drift_control=0.5,
        at=2,
        control=np.full(8, 0.5),
        access=np.ones(8),
        gap=np.full(8, 2.0),
        substitutes=Substitutes(),
        steps=1,
    )
    return replace(base, **changes)


@pytest.mark.parametrize("name", SUPPLIES)
def test_every_law_passes_through_the_share_that_was_measured(name):
    found = run_technology(with_models(technology(), supply=name), YEARS)
    for good in technology().goods:
        assert found[good.name].share[int(good.share_year) - 2018] == pytest.approx(good.share)
    drawn = draw_technology(6, seed=1, base=with_models(technology(), supply=name))
    many = run_technology(drawn, YEARS)["ai_accelerators"]
    assert many.share.shape == (18, 6)
    assert np.all((many.share > 0) & (many.share < 1))


@pytest.mark.equation("5.38")
def test_odds_follow_relative_cost_with_experience():
    """The second year by hand, from eq. 5.10 for both."""
    given = market(control=np.full(8, 0.4), at=0)
    found = learning(given)
    world = 1 / 0.24
    own, others = 0.3 * YEARS_BEFORE, (world - 0.3) * YEARS_BEFORE
    more, theirs = own + 0.3, others + world - 0.3

    def relative(mine: float, rest: float) -> float:
        return np.log(unit_cost(mine, rest, 0.1, 0.6 / 3)) - np.log(
            unit_cost(rest, mine, 0.1, 1 / 3)
        )

    expected = logit(0.3) - 4.0 * (relative(more, theirs) - relative(own, others))
    assert found[1] == pytest.approx(expected, rel=1e-12)


@pytest.mark.equation("5.38")
def test_a_closed_market_teaches_and_a_wider_gap_costs():
    free, closed = learning(market()), learning(market(access=np.full(8, 0.2)))
    behind = learning(market(gap=2.0 + 0.1 * np.arange(8)))
    assert np.all(closed[3:] > free[3:])
    assert np.all(behind[3:] < free[3:])
    assert behind[:3] == pytest.approx(observed(market())[:3])


@pytest.mark.equation("5.38")
def test_alone_in_the_world_each_doubling_is_one_step_down_the_curve():
    """No output abroad and no spillover: output doubles, and odds rise by b ln 2 times four."""
    alone = Race(learning_rate=0.2, learning_spillover=0.0, revenue_research=1.0)
    found = learning(market(race=alone, share=0.999999, at=0, control=np.zeros(8), gap=np.zeros(8)))
    rise = 4.0 * learning_exponent(0.2) * np.log(2.0)
    abroad = 4.0 * learning_exponent(0.2) * np.log(2.0)
    assert found[5] - found[0] == pytest.approx(rise - abroad, abs=1e-3)


@pytest.mark.equation("5.39")
def test_research_goes_where_it_pays_and_stays_after_repeal():
    """Against the path of eq. 5.19; a long ban flips it for good, a short one does not."""
    model = Substitutes(success=0.1)
    for years, stays in ((3, False), (12, True)):
        control = np.r_[np.full(years, 0.9), np.zeros(20 - years)]
        given = market(
            share=0.2, at=0, control=control, access=np.ones(20), gap=np.ones(20), substitutes=model
        )
        odds = directed(given)
        lead = float(np.exp(logit(0.2) / 2.0))
        leads, shares = research_path(model, lead, 1.0 - control)
        assert odds == pytest.approx(2.0 * np.log(leads), abs=1e-9)
        assert (odds[-1] > odds[-2]) is np.bool_(stays)
        assert bool(shares[-1]) is stays


def test_quarters_are_four_to_a_year():
    """Observed and directed laws are sums, learning nearly one: a year by quarters is a year."""
    yearly = market()
    finer = market(
        steps=4, at=8, control=np.full(32, 0.5), access=np.ones(32), gap=np.full(32, 2.0)
    )
    for law in (observed, directed):
        assert law(finer)[::4] == pytest.approx(law(yearly), abs=1e-12)
    shares = [domestic_share(learning(m)[-1 if m.steps == 1 else 28]) for m in (yearly, finer)]
    assert shares[1] == pytest.approx(shares[0], abs=0.01)


def test_technology_by_quarters_meets_the_years():
    yearly = run_technology(technology(), YEARS)
    finer = run_technology(technology(), YEARS, steps=4)
    for name, state in yearly.items():
        four = finer[name]
        assert four.dates[::4] == state.dates
        assert four.share[::4] == pytest.approx(state.share, abs=1e-9), name
        if not state.good.mineral:
            assert four.lag[::4] == pytest.approx(state.lag, abs=1e-9), name
        assert four.efficiency[::4] == pytest.approx(state.efficiency, rel=2e-3), name


@pytest.mark.equation("5.40")
def test_swings_of_odds_and_gap_grow_as_a_random_walk():
    """After the record; the spread over draws of fixed size against its closed form."""
    tech = technology()
    drawn = draw_technology(4000, seed=3, years=range(2018, 2036), base=tech)
    total = sum(size for good, _, size in drawn.swings if good == "chips")
    assert {year for _, year, _ in drawn.swings} == set(range(2026, 2036))
    size = np.sqrt((np.asarray(drawn.race.share_noise) ** 2).mean() * 10)
    assert total.std() == pytest.approx(size, rel=0.05)
    assert abs(total.mean()) < 4 * size / np.sqrt(4000)
    again = run_technology(drawn, YEARS)["chips"]
    before = run_technology(replace(drawn, swings=()), YEARS)["chips"]
    assert again.appeal[-1] - before.appeal[-1] == pytest.approx(total)
    assert again.appeal[7] == pytest.approx(before.appeal[7])


def test_unknown_laws_are_both_named():
    with pytest.raises(OptionError, match=r"(?s)'reduce'.*'learnin'"):
        with_models(technology(), race="reduce", supply="learnin")
