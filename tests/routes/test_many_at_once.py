"""Many shocks solved together against each solved alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.support import random_world
from upperhand.equilibrium import many
from upperhand.equilibrium.calibrate import calibrate, wedges_of
from upperhand.equilibrium.horizons import horizon_of
from upperhand.equilibrium.ladder import solve_wedges
from upperhand.equilibrium.many import solve_many
from upperhand.numerics.anderson import solve_fixed_point
from upperhand.numerics.anderson_many import solve_fixed_points
from upperhand.world.build import from_arrays
from upperhand.world.shock import no_shock

TOL = 1e-11


def shocks_on(world, seed):
    """Return tariffs, export taxes, costs, cuts, growth and subsidies, and one that leaves no source."""
    random = np.random.default_rng(seed)
    n, s = len(world.countries), len(world.sectors)
    nothing, off = no_shock(world), ~np.eye(n, dtype=bool)

    def cube(low, high, neutral):
        cells = (random.random((n, n, s)) < 0.1) & off[:, :, None]
        return np.where(cells, random.uniform(low, high, (n, n, s)), neutral)

    ban = np.ones((n, n, s))
    ban[:, 1, 0] = 0.0  # the second country can buy the first good nowhere
    return [
        nothing,
        replace(nothing, tariff_add=cube(0.0, 0.5, 0.0)),
        replace(nothing, export_tax_add=cube(0.0, 0.3, 0.0)),
        replace(nothing, trade_cost=cube(1.0, 1.2, 1.0)),
        replace(nothing, availability=cube(0.0, 0.9, 1.0), tariff_add=cube(0.0, 0.2, 0.0)),
        replace(nothing, productivity=random.uniform(0.9, 1.1, (n, s))),
        replace(nothing, subsidy_add=random.uniform(-0.05, 0.05, (n, s))),
        replace(nothing, factor_supply=random.uniform(0.95, 1.05, n)),
        replace(nothing, availability=ban),
    ]


@pytest.mark.equation("2.10")
@pytest.mark.parametrize("closure", ["fixed", "share"])
@pytest.mark.parametrize("horizon", ["short", "medium", "long"])
def test_shocks_solved_together_end_where_each_ends_alone(horizon, closure, monkeypatch):
    monkeypatch.setattr(many, "MOST_TOUCHED", 1.0)  # a world this small has few untouched cells
    world = random_world(6, 4, 3)
    calibration = calibrate(world, horizon_of(horizon), scale=False, labour_supply=0.3)
    shocks = shocks_on(world, seed=7)
    together = list(solve_many(calibration, shocks, closure=closure, tol=TOL))
    assert len(together) == len(shocks)
    for shock, one in zip(shocks, together, strict=True):
        alone = solve_wedges(
            calibration,
            lambda size, shock=shock: wedges_of(calibration, shock, closure=closure, size=size),
            tol=TOL,
            max_steps=500,
        )
        assert one.outcome.ending == alone.outcome.ending
        if alone.outcome.ok:  # both within a hundred tolerances of the same equilibrium
            np.testing.assert_allclose(one.real_income, alone.real_income, rtol=1e-8)
            for mine, other in zip(one.state, alone.state, strict=True):
                np.testing.assert_allclose(mine, other, atol=1e-8)
            np.testing.assert_allclose(one.wedges.kernel, alone.wedges.kernel, rtol=1e-12)
    assert [one.outcome.ok for one in together] == [True] * 8 + [False]


def test_a_shock_that_touches_most_cells_is_solved_alone_with_the_same_result(monkeypatch):
    world = random_world(5, 3, 4)
    calibration = calibrate(world, horizon_of("long"), scale=False, labour_supply=0.0)
    shocks = shocks_on(world, seed=1)[:4]
    monkeypatch.setattr(many, "MOST_TOUCHED", 0.0)
    alone = list(solve_many(calibration, shocks, closure="fixed", tol=TOL))
    monkeypatch.setattr(many, "MOST_TOUCHED", 1.0)
    together = list(solve_many(calibration, shocks, closure="fixed", tol=TOL))
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_allclose(one.real_income, other.real_income, rtol=1e-8)


def test_the_size_of_a_batch_does_not_move_the_equilibria(monkeypatch):
    world = random_world(6, 3, 5)
    calibration = calibrate(world, horizon_of("medium"), scale=False, labour_supply=0.0)
    nothing = no_shock(world)
    shocks = []
    for k in range(7):
        added = nothing.tariff_add.copy()
        added[k % 6, (k + 1) % 6, 0] = 0.1 * (k + 1)
        shocks.append(replace(nothing, tariff_add=added))
    whole = list(solve_many(calibration, shocks, closure="fixed", tol=TOL))
    monkeypatch.setattr(many, "TOGETHER", 3)
    parts = list(solve_many(calibration, shocks, closure="fixed", tol=TOL))
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_allclose(one.real_income, other.real_income, rtol=1e-8)


def test_many_fixed_points_are_those_of_one_at_a_time():
    random = np.random.default_rng(2)
    matrix, shifts = 0.2 * random.standard_normal((30, 30)), random.standard_normal((9, 30))

    def step(point, shift):
        return np.tanh(point @ matrix) + shift

    ends = solve_fixed_points(lambda z, which: step(z, shifts[which]), np.zeros((9, 30)), tol=1e-12)
    assert ends.reached.all()
    for shift, point in zip(shifts, ends.points, strict=True):
        alone = solve_fixed_point(lambda z, shift=shift: step(z, shift), np.zeros(30), tol=1e-12)
        np.testing.assert_allclose(point, alone.point, atol=1e-10)


def test_points_that_do_not_settle_are_not_reached_and_leave_the_others_alone():
    slopes = np.array([0.5, np.nan, 0.3])

    def mapping(points, which):
        return slopes[which, None] * points + 1.0

    ends = solve_fixed_points(mapping, np.zeros((3, 2)))
    assert ends.reached.tolist() == [True, False, True]
    np.testing.assert_allclose(ends.points[[0, 2]], [[2.0, 2.0], [1 / 0.7, 1 / 0.7]], rtol=1e-10)
    few = solve_fixed_points(lambda z, _: np.cos(z) + 0.1 * z, np.zeros((2, 1)), max_steps=2)
    assert not few.reached.any()


def test_a_ban_that_leaves_next_to_nothing_is_judged_by_what_is_left():
    """The shared tensor less what a ban takes away is all rounding then; the single tensors are not."""
    world = random_world(5, 3, 6)
    trade = world.trade.copy()
    trade[[2, 3, 4], 1, 0] *= 1e-12  # all but one foreign source of the first good
    trade[1, 1, 0] *= 1e-12
    thin = from_arrays(
        name="thin",
        countries=world.countries,
        sectors=world.sectors,
        trade=trade,
        trade_elasticity=world.trade_elasticity,
    )
    calibration = calibrate(thin, horizon_of("long"), scale=False, labour_supply=0.0)
    nothing = no_shock(thin)
    shocks = []
    for left in (0.0, 1e-9, 0.5, 1.0):
        open_to = nothing.availability.copy()
        open_to[0, 1, 0] = left
        shocks.append(replace(nothing, availability=open_to))
    found = list(solve_many(calibration, shocks, closure="share", tol=1e-9))
    for shock, one in zip(shocks, found, strict=True):
        alone = solve_wedges(
            calibration,
            lambda size, shock=shock: wedges_of(calibration, shock, closure="share", size=size),
            tol=1e-9,
            max_steps=500,
        )
        assert one.outcome.ending == alone.outcome.ending
        if alone.outcome.ok:
            np.testing.assert_allclose(one.real_income, alone.real_income, rtol=1e-6)
