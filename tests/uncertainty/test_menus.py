"""Menus filled from few equilibria, and measures as functions of their strengths."""

from __future__ import annotations

import numpy as np
import pytest

from upperhand.core.errors import OptionError
from upperhand.measures import ExportControl, MineralLicensing
from upperhand.uncertainty.menus import by_mask, by_pair, menu_of, parts_of, worth_of
from upperhand.uncertainty.strengths import assembled, strengths_of
from upperhand.world.shock import compose_all
from upperhand.world.toy import toy_world


@pytest.mark.equation("13.10")
def test_what_sets_add_sums_to_what_they_do():
    worth = np.random.default_rng(1).normal(size=(2, 32))
    worth[:, 0] = 0
    parts = parts_of(worth)
    for mask in range(32):
        inside = [m for m in range(32) if m & mask == m]
        np.testing.assert_allclose(parts[:, inside].sum(axis=1), worth[:, mask], atol=1e-12)
    np.testing.assert_allclose(worth_of(parts), worth, atol=1e-12)


def test_a_menu_that_solves_every_set_is_the_menu_itself():
    random = np.random.default_rng(2)
    central, drawn = (np.hstack([np.zeros((2, 1)), random.normal(size=(2, 15))]) for _ in range(2))
    menu = menu_of("abcd", central, small=0.0)
    found = menu.worth(
        lambda sets: drawn[:, [sum(1 << "abcd".index(n) for n in names) for names in sets]].T
    )
    np.testing.assert_allclose(found, drawn, atol=1e-12)


def test_small_interactions_keep_their_central_value():
    central = np.array([[0.0, -10.0, -5.0, -15.01], [0.0, -1.0, -2.0, -3.0]])
    menu = menu_of("ab", central)
    assert menu.solved == (1, 2)
    effects = {("a",): [-12.0, -1.5], ("b",): [-6.0, -2.5]}
    found = menu.worth(lambda sets: np.array([effects[names] for names in sets]))
    np.testing.assert_allclose(found[:, 3], [-18.01, -4.0], atol=1e-12)


def test_a_menu_with_a_missing_package_is_refused():
    with pytest.raises(OptionError, match="no equilibrium"):
        menu_of("a", np.array([[0.0, np.nan], [0.0, 1.0]]))


def test_pairs_and_sets_are_the_same_table():
    cube = np.random.default_rng(3).normal(size=(2, 4, 2))
    sets = (((), (0,), (1,), (0, 1)), ((), (0,)))
    np.testing.assert_array_equal(by_pair(by_mask(cube, sets), sets), cube)


@pytest.mark.parametrize("values", [{"a": 31.0, "b": 7.0}, {"a": 20.0, "b": 30.0}])
def test_wedges_from_strengths_are_those_of_the_measure(values):
    world = toy_world()

    def build(drawn):
        return ExportControl(
            by="USA", to=["CHN"], withhold_pct=drawn["a"], leak_pct=drawn["b"]
        ).to_shock(world)

    found = strengths_of(world, build, {"a": (20.0, 60.0), "b": (0.0, 30.0)})
    assert found.multilinear
    ours, own = assembled(world, [found.at(world, values)]), compose_all(world, build(values))
    for wedge in ("availability", "trade_cost", "tariff_add"):
        np.testing.assert_allclose(getattr(ours, wedge), getattr(own, wedge), atol=1e-14)


def test_a_measure_that_bends_is_built_anew_for_each_draw():
    """Stocks that outlast the horizon: what is missing stops at zero."""
    world = toy_world()

    def build(drawn):
        licence = MineralLicensing(by="CHN", to=["USA"], withhold_pct=80, cover_months=drawn["m"])
        return licence.at_horizon(6.0).to_shock(world)

    found = strengths_of(world, build, {"m": (0.0, 12.0)})
    assert not found.multilinear
    for months in (2.0, 9.0):
        ours = assembled(world, [found.at(world, {"m": months})])
        np.testing.assert_array_equal(ours.availability, build({"m": months}).availability)
