"""Leverage by year: each year is the talks of its own world, and a change is dated to the year."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from upperhand.core.errors import OptionError
from upperhand.equilibrium.solve import solve_counterfactual
from upperhand.horizon.path import states_of
from upperhand.horizon.years import world_in
from upperhand.results.leverage_years import LeverageYears
from upperhand.scenario import leverage_years as by_year
from upperhand.scenario.leverage_years import leverage_years
from upperhand.scenario.read import parse_scenario
from upperhand.talks.by_year import frontier_in, seven_in, table_in
from upperhand.talks.confrontation import confront
from upperhand.technology.feedback import technology_shock
from upperhand.technology.goods import technology
from upperhand.world.shock import compose
from upperhand.world.toy import toy_world
from upperhand.world.world import World

YEARS = range(2031, 2036)
SCENARIO = parse_scenario("""
title: A threat each, and a control in force
world: toy
moves:
  - {kind: tariff, by: USA, against: [CHN], add_pp: 40, status: threat}
  - {kind: export_control, by: USA, to: [CHN], withhold_pct: 20, status: in_force}
  - {kind: tariff, by: CHN, against: [USA], add_pp: 60, status: threat}
""")


def chips() -> World:
    """Return the toy world with its goods being chips, so that the race moves them."""
    names = {"chips": "Chips", "SERV": "Services"}
    return replace(toy_world(), sectors=("chips", "SERV"), sector_names=names)


@pytest.fixture(scope="module")
def found() -> LeverageYears:
    leverage = leverage_years(SCENARIO, chips(), YEARS, every=4, draws=3, seed=5)
    assert leverage is not None
    return leverage


@pytest.fixture(scope="module")
def setting():
    return by_year._setting(SCENARIO, chips(), technology(), tuple(YEARS))


@pytest.mark.equation("5.62")
def test_technology_first_and_a_measure_then_is_both_at_once():
    """Two routes: the rebased world of a year, and both shocks together on the first world."""
    world, tech = chips(), technology()
    states = states_of(world, tech, by_year._setting(SCENARIO, world, tech, tuple(YEARS)).plan)
    shock = technology_shock(world, tech.race, states["with"], 2035)
    later = world_in(world, tech.race, states["with"], 2035)
    tariff = SCENARIO.moves[0]
    alone = solve_counterfactual(world, shock, horizon="long")
    both = solve_counterfactual(world, compose(shock, tariff.to_shock(world)), horizon="long")
    then = solve_counterfactual(later, tariff, horizon="long")
    ratio = both.real_income_change / alone.real_income_change
    # the route through 2035 adjusts to technology at a horizon of 13 years, not at `long`
    np.testing.assert_allclose(then.real_income_change, ratio, rtol=2e-3)
    assert not np.allclose(later.trade, world.trade, rtol=1e-3)


def test_the_measures_of_a_year_are_those_of_the_talks_in_its_world(setting):
    """Two routes: `confront` searches the deals of the world anew, here they are solved again."""
    first, sides = setting.at(2031, setting.tech)
    frontier = frontier_in(first, sides, table_in(first, sides, "medium"))
    world, sides = setting.at(2035, setting.tech)
    mine = seven_in(world, sides, "medium", table_in(world, sides, "medium"), frontier)
    talks = confront(world, *sides, horizons=["medium"], deal_horizon="medium").leverage[0]
    for row in talks.rows:
        # a deal efficient in 2031 is nearly so in 2035: of second order, a percentage point here
        close = 0.01 if row.key == "surplus_share" else 1e-6
        relative = 0.05 if row.key == "clock" else 1e-6
        for one, other in zip(mine.values[row.key], row.values, strict=True):
            assert one == (None if other is None else pytest.approx(other, rel=relative, abs=close))


def test_a_draw_at_the_central_numbers_is_the_central_year(setting):
    """The menu of a draw is filled from its solved sets; what is kept is below the share of eq. 13.10."""
    years: dict[int, by_year._Solved] = {}
    by_year._solve(setting, 2033, None, years, {})
    central = years[2033]
    again = by_year._Menu.of(setting, central).seven(setting, 2033, setting.tech, None)
    assert again.advantage == pytest.approx(central.measures.advantage, rel=1e-6)
    for key in ("pain_ratio", "structural_power", "escalation"):
        for one, other in zip(again.values[key], central.measures.values[key], strict=True):
            assert one == (None if other is None else pytest.approx(other, rel=1e-6))


def test_a_pain_ratio_that_crosses_one_is_dated_to_the_year(found):
    crossing = [change for change in found.changes if change.what == "pain ratio"]
    assert [(c.side, c.before, c.year, c.new) for c in crossing] == [
        ("CHN", 2032, 2033, "above one")
    ]
    ratio = {one.year: one.values["pain_ratio"][1] for one in found.years}
    assert ratio[2032] < 1 < ratio[2033]
    assert list(ratio) == list(YEARS)  # every year between the two that differ was solved


def test_ranges_are_in_the_years_solved_first_and_hold_the_draws(found):
    assert [one.draws for one in found.years] == [3, 0, 0, 0, 3]
    last = found.years[-1]
    low, high = last.ranges["threat_advantage"][0]
    assert low < high
    assert sum(last.chance) == pytest.approx(1)
    assert "credible_ceiling" not in last.ranges  # ceilings are not drawn, and say so by a gap
    assert "10 to 90 per cent of 3 draws" in found.notes[-1]


def test_leverage_by_year_survives_a_record(found):
    assert LeverageYears.from_dict(found.to_dict()) == found


def test_threats_do_not_work_on_technology_before_they_are_carried_out(setting):
    """Only the control in force is in the plan of the years before."""
    assert set(setting.plan.active) == {(0,)}


def test_one_side_alone_has_no_leverage():
    alone = parse_scenario(
        "title: Alone\nworld: toy\nsides: [USA, CHN]\nmoves:\n"
        "  - {kind: tariff, by: USA, against: [CHN], add_pp: 40}\n"
    )
    assert leverage_years(alone, chips(), YEARS) is None


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"every": 0}, "every is 0; allowed: at least 1"),
        ({"draws": 1}, "leverage draws are 1; allowed: 0, or at least 2"),
        ({"draws": -1}, "leverage draws are -1"),
    ],
)
def test_wrong_counts_are_refused(wrong, words):
    with pytest.raises(OptionError, match=words):
        leverage_years(SCENARIO, chips(), YEARS, **wrong)
