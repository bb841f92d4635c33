"""Intensities of any instruments, deals of several pairs, and who gains from whose moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.support import random_world
from upperhand import ExportControl, Tariff, World, solve_counterfactual, toy_world
from upperhand.core.errors import OptionError
from upperhand.equilibrium.calibrate import calibrate
from upperhand.equilibrium.first_order import friend_enemy, friend_enemy_of
from upperhand.equilibrium.horizons import HORIZONS
from upperhand.game.addon import addon_tariffs
from upperhand.game.frontier import efficient_tariffs
from upperhand.game.intensity import _Problem, best_intensities, part_of
from upperhand.game.intensity_war import nash_intensities
from upperhand.game.nash_in_nash import nash_in_nash
from upperhand.game.objective import Objective
from upperhand.world.shock import no_shock

GOODS = ["GOODS"]


def moves() -> list:
    """Return a tariff and a control of the United States on China."""
    return [
        Tariff(by="USA", against=["CHN"], sectors=GOODS, add_pp=100),
        ExportControl(by="USA", to=["CHN"], sectors=GOODS, withhold_pct=60, leak_pct=0),
    ]


@pytest.mark.equation("9.20")
def test_the_best_intensity_of_a_tariff_is_the_best_add_on():
    """Two routes: gradient ascent on one intensity against bounded search on the rate."""
    found = best_intensities(toy_world(), "USA", moves()[:1])
    expected = addon_tariffs(toy_world(), "USA", "CHN", sectors=GOODS)
    np.testing.assert_allclose(100 * found.intensity[0], 100 * expected.best, atol=5e-3)
    np.testing.assert_allclose(found.gain, expected.best_gain, atol=1e-8)
    assert found.slope < 1e-8


@pytest.mark.equation("9.20", "9.21")
@pytest.mark.parametrize("horizon", ["short", "long"])
def test_the_slope_by_each_intensity_matches_central_differences(horizon):
    """Every kind of wedge at once; at a step of 1e-4 solves to 1e-12 leave a noise of 1e-8."""
    world = random_world(3, 2, 7)
    rng = np.random.default_rng(7)
    abroad = 1.0 - np.eye(3)[:, :, None]
    quiet = no_shock(world)
    parts = [
        replace(
            quiet,
            tariff_add=0.3 * rng.random((3, 3, 2)) * abroad,
            trade_cost=1 + 0.2 * rng.random((3, 3, 2)) * abroad,
            productivity=1 + 0.1 * rng.random((3, 2)),
        ),
        replace(
            quiet,
            availability=1 - 0.6 * rng.random((3, 3, 2)) * abroad,
            export_tax_add=0.2 * rng.random((3, 3, 2)) * abroad,
            subsidy_add=0.1 * rng.random((3, 2)),
            factor_supply=1 + 0.1 * rng.random(3),
        ),
    ]
    aim = Objective(harm={world.countries[1]: 0.3})
    calibration = calibrate(world, HORIZONS[horizon], scale=False, labour_supply=0.0)
    problem = _Problem(world, calibration, world.countries[0], aim, quiet, parts, "fixed")
    point = np.array([0.4, 0.7])
    slope = problem.value_and_slope(point)[1]
    for k in range(2):
        step = 1e-4 * np.eye(2)[k]
        ends = [problem.value_and_slope(point + sign * step)[0] for sign in (1, -1)]
        np.testing.assert_allclose(slope[k], (ends[0] - ends[1]) / 2e-4, rtol=1e-6)


def test_an_instrument_that_only_costs_is_left_alone_and_called_a_corner():
    """Withholding one's own exports costs real income at every strength in the toy world."""
    found = best_intensities(toy_world(), "USA", [moves()[1]])
    assert found.corners == ("none",)
    assert found.gain == 0.0


def test_a_wish_to_harm_raises_every_intensity():
    plain = best_intensities(toy_world(), "USA", moves())
    angry = best_intensities(toy_world(), "USA", moves(), objective=Objective(harm={"CHN": 2.0}))
    assert all(a >= p - 1e-9 for a, p in zip(angry.intensity, plain.intensity, strict=True))
    assert sum(angry.intensity) > sum(plain.intensity) + 0.1


@pytest.mark.equation("9.21")
def test_full_intensity_is_the_whole_shock_and_none_is_no_shock():
    world = toy_world()
    whole = moves()[0].to_shock(world)
    full = solve_counterfactual(world, part_of(world, whole, 1.0))
    given = solve_counterfactual(world, whole)
    np.testing.assert_allclose(full.real_income_change, given.real_income_change, rtol=1e-12)
    nothing = solve_counterfactual(world, part_of(world, whole, 0.0))
    np.testing.assert_allclose(nothing.real_income_change, 1.0, rtol=1e-12)


@pytest.mark.parametrize(
    ("player", "instruments", "message"),
    [("USB", moves()[:1], "did you mean 'USA'"), ("USA", [], "at least one")],
)
def test_a_choice_that_makes_no_sense_is_refused(player, instruments, message):
    with pytest.raises(OptionError, match=message):
        best_intensities(toy_world(), player, instruments)


@pytest.mark.equation("9.22")
def test_one_pair_alone_bargains_as_in_the_two_party_talks():
    """Nash-in-Nash with one pair is the Nash bargain over the status quo."""
    world = toy_world()
    deals = nash_in_nash(world, [("USA", "CHN")])
    alone = efficient_tariffs(
        world,
        ["USA", "CHN"],
        threat={"USA": 1.0 - 1e-9, "CHN": 1.0 - 1e-9},  # just below the status quo it starts from
        partners=["USA", "CHN"],
        bounds=(0.0, 10.0),
    )
    assert deals.settled
    for name in ("USA", "CHN"):
        np.testing.assert_allclose(deals.objective[name], alone.objective[name], atol=1e-7)


@pytest.mark.equation("9.22")
def test_deals_of_several_pairs_stand_still_and_both_sides_of_each_gain():
    deals = nash_in_nash(toy_world(), [("USA", "CHN"), ("USA", "VNM"), ("CHN", "VNM")])
    assert deals.settled
    for pair in deals.pairs:
        assert pair in deals.stuck or min(deals.gains[pair]) > 0


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ([("USA", "USA")], "one country twice"),
        ([("USA", "CHM")], "did you mean 'CHN'"),
        ([("USA", "CHN"), ("CHN", "USA")], "each pair once"),
    ],
)
def test_wrong_pairs_are_named(pairs, message):
    with pytest.raises(OptionError, match=message):
        nash_in_nash(toy_world(), pairs)


@pytest.mark.equation("3.10")
@pytest.mark.parametrize("wrt", ["tariff", "export_tax", "trade_cost", "productivity"])
def test_friend_enemy_effects_match_differences_of_whole_solves(wrt):
    """Relative 1e-5: differences of solves at step 1e-5 against the block of adjoints."""
    world = random_world(3, 2, 3)
    effect = friend_enemy_of(world, wrt)
    mover, abroad = 1, 1.0 - np.eye(3)[:, :, None]

    def real_income(size: float) -> np.ndarray:
        quiet = no_shock(world)
        rows = (np.arange(3) == mover).astype(float)
        shocks = {
            "tariff": {"tariff_add": size * abroad * rows[None, :, None] * np.ones(2)},
            "export_tax": {"export_tax_add": size * abroad * rows[:, None, None] * np.ones(2)},
            "trade_cost": {"trade_cost": np.exp(size * abroad * rows[None, :, None] * np.ones(2))},
            "productivity": {"productivity": np.exp(size * rows[:, None] * np.ones(2))},
        }
        solved = solve_counterfactual(world, replace(quiet, **shocks[wrt]))
        return np.log(solved.real_income_change.values)

    slope = (real_income(1e-5) - real_income(-1e-5)) / 2e-5
    np.testing.assert_allclose(effect[:, mover], slope, rtol=1e-5, atol=1e-9)


@pytest.mark.equation("3.10")
def test_friend_enemy_of_the_full_model_is_the_closed_form_in_the_one_sector_world():
    """Kleinman, Liu and Redding's matrix, re-derived, against our adjoints."""
    flows = np.array([[67.0, 11.6, 8.1], [10.3, 155.8, 18.1], [9.3, 16.8, 88.0]])
    for _ in range(300):  # balance: what a country sells is what it spends
        flows = flows * (flows.sum(axis=0) / flows.sum(axis=1))[:, None] ** 0.5
    world = World.from_arrays(
        countries=["AAA", "BBB", "CCC"],
        sectors=["ALL"],
        trade=flows[:, :, None],
        trade_elasticity=4.0,
    )
    expected = friend_enemy(flows, 4.0).welfare
    np.testing.assert_allclose(friend_enemy_of(world, "productivity"), expected, atol=1e-7)


def both() -> dict[str, list]:
    """Return a tariff of each side on the other, one number each."""
    return {
        by: [Tariff(by=by, against=[on], sectors=GOODS, add_pp=200)]
        for by, on in (("USA", "CHN"), ("CHN", "USA"))
    }


@pytest.mark.equation("9.29")
def test_a_war_in_strengths_of_tariffs_is_the_war_in_tariffs():
    """Two routes: replies by climbs on one strength each, and cell-wise first-order conditions."""
    world = toy_world()
    war = nash_intensities(world, both())
    assert war.settled, war.sentence()
    assert max(war.exploitability.values()) <= 1e-8
    bounds = {name: one.intensity[0] for name, one in war.players.items()}
    for name, other in (("USA", "CHN"), ("CHN", "USA")):
        held = Tariff(by=other, against=[name], sectors=GOODS, add_pp=200 * bounds[other])
        alone = addon_tariffs(world, name, other, sectors=GOODS, measures=[held])
        np.testing.assert_allclose(2 * bounds[name], alone.best, atol=5e-5)


@pytest.mark.equation("9.29")
def test_controls_that_only_cost_stay_unused_in_a_war_and_are_named_corners():
    instruments = both()
    instruments["USA"].append(moves()[1])
    war = nash_intensities(toy_world(), instruments)
    assert war.players["USA"].corners == ("", "none")
    assert "USA uses" in war.sentence()
    assert "none of its instruments" in war.sentence()


def test_a_war_in_strengths_needs_two_and_a_start_that_fits():
    world = toy_world()
    with pytest.raises(OptionError, match="two players or more"):
        nash_intensities(world, {"USA": moves()})
    with pytest.raises(OptionError, match="allowed: 2 intensities from 0 to 1"):
        best_intensities(world, "USA", moves(), start=[2.0])
