"""Step by step: profits, copying, research that nobody would change, and where chances go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from upperhand.core.errors import NoEquilibriumError
from upperhand.horizon.cost_draws import single
from upperhand.technology.goods import draw_technology, technology, with_models
from upperhand.technology.many_steps import (
    MOST,
    STEP,
    Aim,
    Research,
    Rivals,
    chosen,
    copying,
    profits,
    step_by_step,
)
from upperhand.technology.parameters import Race
from upperhand.technology.race import Drivers, reduced
from upperhand.technology.state import run_technology
from upperhand.technology.step_by_step import Duopoly, follower_research, neck_research


def rivals_under(race: Race, control: float, decoupling: float, access: float) -> Rivals:
    return Rivals(
        *profits(race, decoupling, access), copying(race, control), (0.4, 0.3), race.discount_rate
    )


def values_by_elimination(rivals: Rivals, found: Research) -> tuple[np.ndarray, np.ndarray]:
    """Bellman's equations of both firms for given research, written as one dense system each."""
    size = len(found.leader)
    up, down = found.leader.copy(), found.follower.copy()
    for n in range(size):
        up[n] += rivals.copying[n] * (n < size // 2)
        down[n] += rivals.copying[n] * (n > size // 2)
    up[-1], down[0] = 0.0, 0.0
    system = np.diag(rivals.rate + up + down) - np.diag(up[:-1], 1) - np.diag(down[1:], -1)
    flows = (
        rivals.leader - rivals.cost[0] * found.leader**2 / 2,
        rivals.follower - rivals.cost[1] * found.follower**2 / 2,
    )
    return np.linalg.solve(system, flows[0]), np.linalg.solve(system, flows[1])


@pytest.mark.equation("5.34")
def test_profits_are_all_there_is_and_policy_takes_its_part():
    leader, follower = profits(Race(), 0.0, 1.0)
    assert leader + follower == pytest.approx(np.ones(2 * MOST + 1))
    assert leader[MOST] == follower[MOST] == 0.5
    assert np.all(np.diff(leader) > 0)
    cut, _ = profits(Race(), 0.5, 1.0)
    assert cut / leader == pytest.approx(np.full(2 * MOST + 1, 1 - 0.5 * 0.24))
    _, closed = profits(Race(), 0.0, 0.0)
    assert closed == pytest.approx(0.76 * follower + 0.24)


@pytest.mark.equation("5.35")
def test_who_is_behind_copies_in_proportion_and_controls_bind_the_follower_alone():
    free, held = copying(Race(), 0.0), copying(Race(), 0.5)
    lead = np.arange(-MOST, MOST + 1)
    assert free == pytest.approx(np.abs(lead) * 0.6 / (2.53 * 2.0), rel=1e-4)
    assert held[:MOST] == pytest.approx(free[:MOST])
    assert held[MOST + 1 :] == pytest.approx(free[MOST + 1 :] * (1 - 0.4 * 0.5))


@pytest.mark.equation("5.36")
@pytest.mark.parametrize("hazard", [0.0, 0.1, 0.3])
@pytest.mark.parametrize("rivalry", [0.2, 0.5, 0.8])
def test_with_one_step_it_is_the_duopoly(hazard, rivalry):
    """Nearly no discounting against the closed form without any (eq. 5.13)."""
    neck = 0.2 * (1 - rivalry)
    one = Rivals(
        np.array([0.0, neck, 0.2]),
        np.array([0.2, neck, 0.0]),
        np.array([hazard, 0.0, hazard]),
        (1.0, 1.0),
        1e-6,
    )
    found, _ = chosen(one)
    duopoly = Duopoly(0.2, rivalry, hazard)
    assert found.leader[1] == pytest.approx(neck_research(duopoly), abs=1e-5)
    assert found.follower[1] == pytest.approx(neck_research(duopoly), abs=1e-5)
    assert found.follower[2] == pytest.approx(follower_research(duopoly), abs=1e-5)
    assert found.leader[2] == found.follower[0] == 0.0


@pytest.mark.equation("5.36")
@pytest.mark.parametrize(
    ("control", "decoupling", "access"), [(0.0, 0.0, 1.0), (0.9, 0.35, 1.0), (0.5, 0.2, 0.2)]
)
def test_nobody_gains_by_other_research_at_any_lead(control, decoupling, access):
    """A gain is looked for at each lead alone, in values found by a second route."""
    rivals = rivals_under(Race(), control, decoupling, access)
    found, _ = chosen(rivals)
    at_rest = values_by_elimination(rivals, found)
    for n in range(2 * MOST + 1):
        for change in (-0.1, -0.01, 0.01, 0.1):
            x, y = found.leader.copy(), found.follower.copy()
            x[n] = max(x[n] + change, 0.0)
            y[n] = max(y[n] + change, 0.0)
            mine, _ = values_by_elimination(rivals, Research(x, found.follower))
            _, theirs = values_by_elimination(rivals, Research(found.leader, y))
            assert np.all(mine <= at_rest[0] + 1e-9)
            assert np.all(theirs <= at_rest[1] + 1e-9)


def test_costs_are_those_at_which_both_do_what_they_are_known_to_do():
    race = Race()
    own = race.frontier_rate / STEP
    aim = Aim(np.asarray(MOST + 4), own, 0.4 * own)
    calm = Rivals(*profits(race, 0.0, 1.0), copying(race, 0.0), (1.0, 1.0), race.discount_rate)
    found, cost = chosen(calm, aim=aim)
    assert (found.leader[MOST + 4], found.follower[MOST + 4]) == pytest.approx((own, 0.4 * own))
    again, kept = chosen(replace(calm, cost=cost))
    assert kept == cost
    assert again.leader == pytest.approx(found.leader, abs=1e-7)


@pytest.mark.equation("5.37")
def test_policy_moves_the_race_through_what_pays():
    """Support narrows the gap; a follower cut off from copying falls behind; both by 2024.

    Left alone the mean moves by less than a tenth, as leads spread around where speeds are equal.
    """
    calm = step_by_step(Race(), Drivers(), 2024)
    assert calm.gap == pytest.approx(np.full(11, 2.0), abs=0.1)
    held = step_by_step(Race(), Drivers(control=lambda _: 1.0), 2024)
    helped = step_by_step(Race(), Drivers(support=lambda _: 0.5), 2024)
    poorer = step_by_step(Race(), Drivers(decoupling=lambda _: 1.0), 2024)
    assert held.gap[-1] > calm.gap[-1] + 0.1
    assert helped.gap[-1] < calm.gap[-1]
    assert helped.research[-1] > 1.1
    assert poorer.gap[-1] < calm.gap[-1]


@pytest.mark.equation("5.37")
def test_the_mean_gap_moves_by_the_mean_speeds():
    """In the first year, away from the ends of the line, against a chain simulated by itself."""
    path = step_by_step(Race(), Drivers(), 2016, steps=4)
    rng = np.random.default_rng(3)
    race = Race()
    own = race.frontier_rate / STEP
    aim = Aim(np.asarray(MOST + 4), own, 0.4 * own)
    calm = Rivals(*profits(race, 0.0, 1.0), copying(race, 0.0), (1.0, 1.0), race.discount_rate)
    found, _ = chosen(calm, aim=aim)
    lead, small = np.full(20_000, MOST + 4), 1 / 200
    for _ in range(2 * 200):
        up = found.leader[lead] + np.where(lead < MOST, calm.copying[lead], 0.0)
        down = found.follower[lead] + np.where(lead > MOST, calm.copying[lead], 0.0)
        chance = rng.random(lead.size)
        lead = lead + (chance < small * up) * 1 - (chance > 1 - small * down) * 1
        lead = np.clip(lead, 0, 2 * MOST)
    error = STEP * lead.std() / np.sqrt(lead.size)
    assert path.gap[-1] == pytest.approx(STEP * (lead.mean() - MOST), abs=4 * error + 0.005)


def test_leaps_move_both_ways_and_lose_no_chance():
    """A leap of a generation, one of none, and bad luck of a generation, at the start of 2016."""
    for size in (1.0, -1.0, -9.0):
        jump = Drivers(leaps=lambda date, size=size: size * (date == 2016.0))
        path = step_by_step(Race(), jump, 2017)
        before = step_by_step(Race(), Drivers(), 2017)
        expected = max(before.gap[2] - size, 0.0) if size > -9 else STEP * MOST
        assert path.gap[2] == pytest.approx(expected, abs=0.15)


def test_the_two_races_disagree_on_what_controls_do_to_research():
    """Estimated: it rises by half. Chosen: it falls, as who is far behind has less to gain."""
    held = Drivers(control=lambda _: 1.0)
    assert reduced(Race(), held, 2024).research[-1] > 1.4
    assert step_by_step(Race(), held, 2024).research[-1] < 1.0


def test_draws_that_do_not_settle_have_no_gap_and_the_others_do():
    """One of them alone is an error instead."""
    chips = replace(with_models(technology(), race="step_by_step"), goods=(technology().goods[1],))
    drawn = draw_technology(30, seed=1, base=chips)
    gap = run_technology(drawn, range(2014, 2018))["chips"].gap
    missing = np.isnan(gap[-1])
    assert 0 < missing.mean() < 0.3
    assert np.all(gap[:, ~missing] >= 0)
    with pytest.raises(NoEquilibriumError, match="research of the two firms does not settle"):
        run_technology(single(drawn, int(np.argmax(missing))), range(2014, 2018))
