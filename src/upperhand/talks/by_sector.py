"""Which sectors a package works through: integrated gradients along its path (eq. 12.23)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError
from upperhand.equilibrium.adjoint import Pullback, Seed, zero_seed
from upperhand.equilibrium.calibrate import calibrate
from upperhand.equilibrium.gradient import only, solve_adjoint, wedge_gradient
from upperhand.equilibrium.horizons import Horizon, horizon_of
from upperhand.equilibrium.ladder import Solution
from upperhand.equilibrium.many import solve_many
from upperhand.equilibrium.solve import Closure
from upperhand.world.shock import Shock, compose_all
from upperhand.world.world import World

Array = npt.NDArray[np.float64]

NODES = 10
SOLVED = 1e-11  # of the map
KINDS = ("tariff", "export_tax", "trade_cost", "availability")


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

    See `by_group_and_sector`, which also splits it over groups of measures.
    """
    return np.asarray(
        by_group_and_sector(world, [shock], weights, horizon=horizon, closure=closure, nodes=nodes)[
            0
        ]
    )


def by_group_and_sector(
    world: World,
    groups: Sequence[Shock],
    weights: Array,
    *,
    horizon: str | Horizon,
    closure: Closure = "fixed",
    nodes: int = NODES,
) -> Array:
    """Return what each group's wedges in each sector add to a weighted sum of real incomes (12.23).

    The derivative along the path on which all wedges grow together, wedge by wedge, summed by
    sector. A wedge that several groups move is split in proportion to what each does to it. The
    contributions add up to the change of the weighted sum, to the accuracy of the quadrature.

    Args:
        world: The baseline.
        groups: The package in groups; tariffs, export taxes, trade costs and availability.
        weights: [N] USD million of real income of each country, positive or negative.
        horizon: At which horizon.
        closure: `fixed` or `share`.
        nodes: Gauss-Legendre nodes.

    Returns:
        [G, S] contributions, in the unit of the weights.

    Raises:
        NoEquilibriumError: If a part of the package has no equilibrium.
    """
    calibration = calibrate(world, horizon_of(horizon), scale=False, labour_supply=0.0)
    shock = compose_all(world, groups)
    shares = _shares(world, groups)
    points, measure = np.polynomial.legendre.leggauss(nodes)
    total = np.zeros((len(groups), len(world.sectors)))
    way = [_on_the_way(world, shock, float(t)) for t in 0.5 * (points + 1.0)]
    solutions = solve_many(calibration, [part for part, _ in way], closure=closure, tol=SOLVED)
    multipliers: Array | None = None
    for (part, speed), weight, solution in zip(way, 0.5 * measure, solutions, strict=True):
        if not solution.outcome.ok:
            raise NoEquilibriumError(f"on the way to the package: {solution.outcome.sentence()}")
        found = solve_adjoint(solution, _seed(solution, weights), start=multipliers)
        multipliers = found.multipliers
        total = total + weight * _flow(world, part, solution, only(found.back), speed, shares)
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
        productivity=shock.productivity**t,
        subsidy_add=np.expm1(t * np.log1p(shock.subsidy_add)),
        factor_supply=shock.factor_supply**t,
    )
    speed = {
        "tariff": np.exp(now_tariff) * (tariff - start_tariff),
        "export_tax": np.exp(now_levy) * (levy - start_levy),
        "trade_cost": np.exp(t * cost) * cost,
        "availability": shock.availability - 1.0,
    }
    return part, speed


Share = tuple[tuple[npt.NDArray[np.intp], ...], Array]


def _shares(world: World, groups: Sequence[Shock]) -> list[dict[str, Share]]:
    """Return for each group and kind the cells that it moves and its share in moving them."""
    sizes = [
        {
            "tariff": np.abs(group.tariff(world) - world.tariff),
            "export_tax": np.abs(group.export_tax(world) - world.export_tax),
            "trade_cost": np.abs(np.log(group.trade_cost)),
            "availability": 1.0 - group.availability,
        }
        for group in groups
    ]
    whole = {kind: sum(size[kind] for size in sizes) for kind in KINDS}
    found = []
    for size in sizes:
        own = {}
        for kind in KINDS:
            cells = np.nonzero(size[kind])
            if len(cells[0]):
                own[kind] = (cells, size[kind][cells] / np.asarray(whole[kind])[cells])
        found.append(own)
    return found


def _flow(
    world: World,
    part: Shock,
    solution: Solution,
    back: Pullback,
    speed: dict[str, Array],
    shares: Sequence[dict[str, Share]],
) -> Array:
    """Return the contribution of each group and sector per unit of the path."""
    found = np.zeros((len(shares), len(world.sectors)))
    for kind, pace in speed.items():
        if not pace.any():
            continue
        flow = wedge_gradient(world, part, solution, back, kind) * pace
        for g, own in enumerate(shares):
            if kind in own:
                cells, share = own[kind]
                np.add.at(found[g], cells[2], flow[cells] * share)
    return found
