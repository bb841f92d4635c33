"""Small economies with known answers, and the few lines that shock them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.optimize import brentq

from tests.support import random_world
from upperhand import World, rebase, solve_counterfactual
from upperhand.equilibrium.horizons import HORIZONS, Horizon
from upperhand.results.counterfactual import Counterfactual
from upperhand.world.shock import Shock, no_shock

HOME, FOREIGN = 0, 1
CODES = ("HOM", "FOR", "OTH", "ROW")

# Far below every tolerance of a closed form, and above rounding.
SOLVER = 1e-13


def one_sector(trade: object, elasticity: float, **more: object) -> World:
    """Return a one-sector Armington world from a table of exporters (rows) and importers."""
    table = np.asarray(trade, dtype=float)
    return World.from_arrays(
        countries=CODES[: len(table)],
        sectors=("ALL",),
        trade=table[:, :, None],
        trade_elasticity=elasticity,
        **more,
    )


def balanced_two(seed: int) -> np.ndarray:
    """Return a random balanced two-country table: exports equal imports, sizes differ."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(4.0, 1.0, 2))
    trade = rng.uniform(0.1, 0.6) * size.min()
    return np.array([[size[0] - trade, trade], [trade, size[1] - trade]])


def balanced_world(countries: int, sectors: int, seed: int, **options: bool) -> World:
    """Return a random world whose imbalances were removed by solving for none."""
    world = random_world(countries, sectors, seed, **options)
    without = solve_counterfactual(world, no_shock(world), closure="purge", tol=SOLVER)
    return rebase(world, without)


def tariff_of(world: World, country: int, rate: float) -> Shock:
    """Return a tariff at `rate` by `country` on all its imports."""
    added = np.zeros(world.trade.shape)
    added[:, country] = rate
    added[country, country] = 0.0
    return replace(no_shock(world), tariff_add=added)


def export_tax_of(world: World, country: int, rate: float) -> Shock:
    """Return an export tax at `rate` by `country` on all its exports."""
    added = np.zeros(world.trade.shape)
    added[country] = rate
    added[country, country] = 0.0
    return replace(no_shock(world), export_tax_add=added)


def autarky(world: World) -> Shock:
    """Return a ban on every flow across a border."""
    home = np.eye(len(world.countries))[:, :, None]
    return replace(no_shock(world), availability=home * np.ones(world.trade.shape))


def horizon(**changes: float) -> Horizon:
    """Return the long run with some numbers replaced."""
    return replace(HORIZONS["long"], name="custom", label="made for a test", **changes)


def solve(world: World, shock: Shock, **options: object) -> Counterfactual:
    """Solve tightly, and fail the test when there is no equilibrium."""
    return solve_counterfactual(world, shock, **{"tol": SOLVER, **options}).require_converged()


def best_tariff(world: World, country: int, others: Callable[[World], Shock] = no_shock) -> float:
    """Return the uniform tariff at which the sum of our own derivatives over its cells is zero."""
    from upperhand.world.shock import compose

    code = world.countries[country]

    def slope(rate: float) -> float:
        both = compose(tariff_of(world, country, rate), others(world))
        result = solve(world, both)
        cells = result.gradient(of="real_income", country=code, wrt="tariff").sel(importer=code)
        return float(cells.drop_sel(exporter=code).sum())

    return float(brentq(slope, 1e-3, 3.0, xtol=1e-13, rtol=1e-13))


def shares(result: Counterfactual) -> np.ndarray:
    """Return (exporter, importer, sector) shares in spending at users' prices, after the shock."""
    paid = (result.data["trade"] * (1 + result.data["tariff"])).values
    return paid / paid.sum(axis=0)


def own_shares(world: World) -> np.ndarray:
    """Return (country, sector) domestic shares in spending at users' prices."""
    paid = world.trade * (1 + world.tariff)
    return np.einsum("iik->ik", paid) / paid.sum(axis=0)
