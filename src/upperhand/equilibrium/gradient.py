"""Derivatives of an outcome with respect to every wedge at once (model book, eq. 2.16-2.18)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError
from upperhand.equilibrium import hats
from upperhand.equilibrium.adjoint import Point, Pullback, Seed, pull_back, zero_seed
from upperhand.equilibrium.calibrate import kernel_axes
from upperhand.equilibrium.ladder import Solution
from upperhand.equilibrium.layout import Layout
from upperhand.numerics.anderson import solve_fixed_point
from upperhand.world.shock import Shock
from upperhand.world.world import World

Array = npt.NDArray[np.float64]


class WedgeGradient(NamedTuple):
    """Derivatives of one outcome; cubes are (exporter, importer, sector), planes (country, sector)."""

    tariff: Array
    export_tax: Array
    trade_cost: Array
    availability: Array
    productivity: Array
    subsidy: Array
    factor_supply: Array
    imbalance: Array
    elasticity: Array


def real_income_seed(solution: Solution, weights: Array) -> Seed:
    """Return the seed of the weighted sum of log changes of real income, weights by country."""
    seed = zero_seed(solution.calibration.base)
    return seed._replace(income=weights / solution.flows.income, log_final_price=-weights)


def adjoint(solution: Solution, seed: Seed, *, tol: float = 1e-12, max_steps: int = 500) -> Pullback:
    """Return the derivatives at the equilibrium with all feedback (eq. 2.16).

    Raises:
        NoEquilibriumError: If the linear fixed point of the adjoint was not reached.
    """
    calibration = solution.calibration
    layout = Layout.of(calibration.base)
    at = Point(
        calibration.base,
        calibration.nests,
        solution.wedges,
        hats.wage_damping(calibration.base),
        solution.state,
        solution.flows,
    )
    direct = layout.pack_derivative(pull_back(at, seed).state)
    size = float(np.max(np.abs(direct)))
    nothing = zero_seed(calibration.base)

    def mapping(vector: Array) -> Array:
        seeded = nothing._replace(state=layout.unpack_derivative(vector * size))
        return direct / size + layout.pack_derivative(pull_back(at, seeded).state) / size

    end = solve_fixed_point(mapping, direct / size, tol=tol, max_steps=max_steps, longest=np.inf)
    if not end.reached:
        raise NoEquilibriumError(
            f"no derivative: the adjoint stopped at a gap of {end.gap:.1e} after {end.steps} steps; "
            "the equilibrium may be at a fold: solve a smaller shock"
        )
    return pull_back(at, seed._replace(state=layout.unpack_derivative(end.point * size)))


def wedge_gradient(world: World, shock: Shock, solution: Solution, back: Pullback) -> WedgeGradient:
    """Return the derivatives with respect to new tariffs, taxes, costs and parameters (eq. 2.18)."""
    base, flows = solution.calibration.base, solution.flows
    theta = base.elasticity[:, None, None]
    tariff, export_tax = kernel_axes(shock.tariff(world)), kernel_axes(shock.export_tax(world))
    duty, levy = 1.0 + tariff, 1.0 + export_tax
    duty_before, levy_before = kernel_axes(1.0 + world.tariff), kernel_axes(1.0 + world.export_tax)
    log_price = np.log(duty / duty_before) + np.log(levy / levy_before)
    log_price += np.log(kernel_axes(shock.trade_cost))
    unbanned = base.share * np.exp(-theta * log_price)

    pull, density = flows.pull[:, None, :], flows.density[:, :, None]
    d_border = back.imports[:, :, None] * pull + density * back.border[:, None, :]
    d_border = d_border * unbanned / duty
    d_gate = density * back.gate[:, None, :] * unbanned / (duty * levy)
    d_available = back.access[:, :, None] * pull * unbanned + d_border + d_gate
    available = kernel_axes(shock.availability)
    d_log_cost = -theta * d_available * available
    d_duty = d_log_cost - (d_border + d_gate) * available
    d_levy = d_log_cost - d_gate * available
    through_kernel = -(d_available * available * log_price).sum(axis=(1, 2))
    return WedgeGradient(
        tariff=_cube(d_duty / duty),
        export_tax=_cube(d_levy / levy),
        trade_cost=_cube(d_log_cost) / shock.trade_cost,
        availability=_cube(d_available),
        productivity=back.log_productivity.T / shock.productivity,
        subsidy=back.subsidy.T,
        factor_supply=back.log_factor_supply / shock.factor_supply,
        imbalance=back.imbalance,
        elasticity=(back.elasticity + through_kernel)
        * solution.calibration.horizon.elasticity_ratio,
    )


def _cube(tensor: Array) -> Array:
    """Return [sector, importer, exporter] as (exporter, importer, sector)."""
    return np.ascontiguousarray(tensor.transpose(2, 1, 0))
