"""Worlds that lack a country or a flow, and histories of one year."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from upperhand.technology.feedback import measure_force, technology_shock
from upperhand.technology.goods import draw_technology, technology
from upperhand.technology.parameters import Race
from upperhand.technology.state import run_technology
from upperhand.world.build import from_arrays
from upperhand.world.shock import no_shock

SECTORS = ("chips", "chip_tools")


def world_of(*countries, trade=None):
    n = len(countries)
    if trade is None:
        trade = np.arange(1.0, 1.0 + n * n * 2).reshape(n, n, 2)
    return from_arrays(
        countries=countries,
        sectors=SECTORS,
        trade=trade,
        value_added_share=np.ones((n, 2)),
        trade_elasticity=[3.0, 4.0],
        year=2022,
    )


def withheld(world, left):
    """Everything that crosses a border is available to the share `left`."""
    home = np.eye(len(world.countries), dtype=bool)[:, :, None]
    available = np.where(home, 1.0, np.full(world.trade.shape, left))
    return replace(no_shock(world), availability=available)


@pytest.mark.equation("5.21")
@pytest.mark.parametrize("there", [("USA", "DEU"), ("CHN", "DEU")])
def test_a_race_whose_leader_or_follower_is_not_in_the_world_changes_nothing(there):
    world = world_of(*there)
    states = run_technology(technology(), range(2020, 2031))
    shock = technology_shock(world, Race(), states, 2030)
    np.testing.assert_array_equal(shock.productivity, 1.0)
    both = technology_shock(world_of("USA", "CHN"), Race(), states, 2030)
    assert np.abs(both.productivity - 1.0).max() > 1e-3


@pytest.mark.equation("5.23")
def test_nothing_holds_a_follower_that_is_not_in_the_world():
    world = world_of("USA", "DEU")
    ban = withheld(world, 0.2)
    assert measure_force(world, technology().good("chips"), ban, no_shock(world)) == (0.0, 1.0, 0.0)


@pytest.mark.equation("5.23")
def test_a_leader_that_is_not_in_the_world_loses_no_customer():
    world = world_of("DEU", "CHN")
    control, access, lost = measure_force(
        world, technology().good("chips"), withheld(world, 0.2), no_shock(world)
    )
    assert (control, access) == pytest.approx((0.8, 0.2))
    assert lost == 0.0


@pytest.mark.equation("5.23")
def test_who_buys_no_foreign_machine_cannot_be_denied_one():
    trade = np.arange(1.0, 9.0).reshape(2, 2, 2)
    trade[0, 1, 1] = 0.0  # the United States sells no machine to China
    world = world_of("USA", "CHN", trade=trade)
    control, _, lost = measure_force(
        world, technology().good("chips"), withheld(world, 0.2), no_shock(world)
    )
    assert control == 0.0
    assert lost == pytest.approx(0.8)


def test_a_history_of_one_year_is_that_year_at_any_date():
    (state, *_) = run_technology(technology(), [2020]).values()
    assert [state.at(date) for date in (1990.0, 2020.0, 2050.0)] == [0, 0, 0]


@pytest.mark.equation("5.40")
def test_nothing_arrives_by_chance_in_years_that_the_record_covers():
    past = draw_technology(5, 1, years=range(2018, 2024))
    start = technology()
    assert (past.leaps, past.breakthroughs, past.swings) == (
        start.leaps, start.breakthroughs, start.swings,
    )  # fmt: skip
    assert len(draw_technology(5, 1, years=range(2018, 2030)).leaps) > len(start.leaps)
