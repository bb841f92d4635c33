"""Which sectors a package works through: integrated gradients along its path (eq. 12.23)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError
from upperhand.equilibrium.adjoint import Pullback, Seed, zero_seed
from upperhand.equilibrium.calibrate import calibrate, wedges_of
from upperhand.equilibrium.gradient import only, solve_adjoint, wedge_gradient
from upperhand.equilibrium.hats import State, Wedges
from upperhand.equilibrium.horizons import Horizon, horizon_of
from upperhand.equilibrium.ladder import Solution, solve_wedges
from upperhand.equilibrium.solve import Closure
from upperhand.world.shock import Shock
from upperhand.world.world import World

Array = npt.NDArray[np.float64]

NODES = 10


def by_sector(
    world: World,
    shock: Shock,
    weights: Array,
    *,
    horizon: str | Horizon,
    closure: Closure = "fixed",
    nodes: int = NODES,
) -> Array:
    """Return the contribution of each sector's wedges to a weighted sum of real incomes (eq. 12.23).

    The derivative along the path on which all wedges grow together, wedge by wedge, summed by
    sector. The contributions add up to the change of the weighted sum, to the accuracy of the
    quadrature.

    Args:
        world: The baseline.
        shock: The package; tariffs, export taxes, trade costs and availability.
        weights: [N] USD million of real income of each country, positive or negative.
        horizon: At which horizon.
        closure: `fixed` or `share`.
        nodes: Gauss-Legendre nodes.

    Returns:
        [S] contributions, in the unit of the weights.

    Raises:
        NoEquilibriumError: If a part of the package has no equilibrium.
    """
    calibration = calibrate(world, horizon_of(horizon), scale=False, labour_supply=0.0)
    points, measure = np.polynomial.legendre.leggauss(nodes)
    total = np.zeros(len(world.sectors))
    state: State | None = None
    multipliers: Array | None = None
    for t, weight in zip(0.5 * (points + 1.0), 0.5 * measure, strict=True):

        def wedges_at(size: float, t: float = float(t)) -> Wedges:
            return wedges_of(calibration, shock, closure=closure, size=t * size)

        solution = solve_wedges(calibration, wedges_at, tol=1e-11, max_steps=500, start=state)
        if not solution.outcome.ok:
            raise NoEquilibriumError(f"at {t:.0%} of the package: {solution.outcome.sentence()}")
        found = solve_adjoint(solution, _seed(solution, weights), start=multipliers)
        state, multipliers = solution.state, found.multipliers
        part, speed = _on_the_way(world, shock, float(t))
        total = total + weight * _flow(world, part, solution, only(found.back), speed)
    return np.asarray(total)


def _seed(solution: Solution, weights: Array) -> Seed:
    """Return the seed of the weighted sum of real incomes."""
    flows, base = solution.flows, solution.calibration.base
    level = weights * flows.income / base.income / np.exp(flows.log_final_price)
    return zero_seed(base)._replace(
        income=(level / flows.income)[:, None], log_final_price=-level[:, None]
    )


def _on_the_way(world: World, shock: Shock, t: float) -> tuple[Shock, dict[str, Array]]:
    """Return the part `t` of a shock and the speed of each kind of wedge along the path."""
    tariff, levy = np.log1p(shock.tariff(world)), np.log1p(shock.export_tax(world))
    start_tariff, start_levy = np.log1p(world.tariff), np.log1p(world.export_tax)
    now_tariff = start_tariff + t * (tariff - start_tariff)
    now_levy = start_levy + t * (levy - start_levy)
    cost = np.log(shock.trade_cost)
    part = replace(
        shock,
        tariff_set=np.full_like(tariff, np.nan),
        tariff_add=np.expm1(now_tariff) - world.tariff,
        export_tax_add=np.expm1(now_levy) - world.export_tax,
        trade_cost=np.exp(t * cost),
        availability=1.0 - t * (1.0 - shock.availability),
    )
    speed = {
        "tariff": np.exp(now_tariff) * (tariff - start_tariff),
        "export_tax": np.exp(now_levy) * (levy - start_levy),
        "trade_cost": np.exp(t * cost) * cost,
        "availability": shock.availability - 1.0,
    }
    return part, speed


def _flow(
    world: World, part: Shock, solution: Solution, back: Pullback, speed: dict[str, Array]
) -> Array:
    """Return the contribution of each sector per unit of the path."""
    found = np.zeros(len(world.sectors))
    for kind, pace in speed.items():
        if pace.any():
            slope = wedge_gradient(world, part, solution, back, kind)
            found = found + (slope * pace).sum(axis=(0, 1))
    return np.asarray(found)
