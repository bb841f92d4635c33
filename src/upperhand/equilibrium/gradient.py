"""Derivatives of an outcome with respect to every wedge at once (model book, eq. 2.16-2.18)."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError
from upperhand.equilibrium.adjoint import Pullback, Seed, point_at, pull_back, sweep_back, zero_seed
from upperhand.equilibrium.calibrate import kernel_axes
from upperhand.equilibrium.country_blocks import step_back_of
from upperhand.equilibrium.hats import State, Wedges
from upperhand.equilibrium.ladder import Solution
from upperhand.equilibrium.layout import Layout
from upperhand.numerics.anderson import solve_fixed_point
from upperhand.world.shock import Shock
from upperhand.world.world import World

Array = npt.NDArray[np.float64]


Positions = npt.NDArray[np.intp]
Rows = Positions | slice

EVERYWHERE = slice(None)
WEDGES = (
    "tariff",
    "export_tax",
    "trade_cost",
    "availability",
    "productivity",
    "subsidy",
    "factor_supply",
    "imbalance",
    "elasticity",
)


def real_income_seed(solution: Solution, weights: Array) -> Seed:
    """Return the seed of weighted sums of log changes of real income.

    Args:
        solution: The equilibrium.
        weights: [N, P] weight of each country in each outcome.
    """
    seed = zero_seed(solution.calibration.base, weights.shape[1])
    return seed._replace(income=weights / solution.flows.income[:, None], log_final_price=-weights)


class Adjoint(NamedTuple):
    """Derivatives with all feedback, and the multipliers that a nearby solve can start from."""

    back: Pullback
    multipliers: Array


def solve_adjoint(
    solution: Solution,
    seed: Seed,
    *,
    tol: float = 1e-10,
    max_steps: int = 500,
    memory: int = 8,
    start: Array | None = None,
) -> Adjoint:
    """Return the derivatives of the seeded outcomes with all feedback (eq. 2.16).

    Args:
        solution: The equilibrium.
        seed: What is differentiated; its last axis counts outcomes.
        tol: Largest gap of the linear fixed point, relative to the largest direct derivative.
        max_steps: Sweeps before giving up.
        memory: Differences that the acceleration keeps; each is as long as all derivatives.
        start: Multipliers of a nearby problem.

    Raises:
        NoEquilibriumError: If the linear fixed point of the adjoint was not reached.
    """
    calibration = solution.calibration
    layout = Layout.of(calibration.base, calibration.nests)
    at = point_at(
        calibration.base,
        calibration.nests,
        solution.wedges,
        calibration.damp,
        solution.state,
        solution.flows,
    )
    nothing = zero_seed(calibration.base, seed.income.shape[1])
    direct = layout.pack_derivative(sweep_back(at, seed))
    size = float(np.max(np.abs(direct))) or 1.0

    def mapping(vector: Array) -> Array:
        seeded = nothing._replace(state=layout.unpack_derivative(vector))
        return direct / size + layout.pack_derivative(sweep_back(at, seeded))

    first = direct if start is None else start
    search = partial(
        solve_fixed_point, mapping, tol=tol, max_steps=max_steps, memory=memory, longest=np.inf
    )
    step_of = partial(step_back_of, calibration.blocks, outcomes=seed.income.shape[1])
    with np.errstate(all="ignore"):  # blocks of the baseline may mislead far away from it
        end = search(first / size, step_of=step_of)
    if not end.reached:
        end = search(first / size)
    if not end.reached:
        raise NoEquilibriumError(
            f"no derivative: the adjoint stopped at a gap of {end.gap:.1e} after {end.steps} steps; "
            "the equilibrium may be at a fold: solve a smaller shock"
        )
    multipliers = end.point * size
    back = pull_back(at, seed._replace(state=_plus(layout.unpack_derivative(multipliers), seed)))
    return Adjoint(back, multipliers)


def _plus(state: State, seed: Seed) -> State:
    return State(*(a + b for a, b in zip(state, seed.state, strict=True)))


def adjoint(solution: Solution, seed: Seed, *, tol: float = 1e-10) -> Pullback:
    """Return the derivatives of the seeded outcomes with all feedback (eq. 2.16)."""
    return solve_adjoint(solution, seed, tol=tol).back


def only(back: Pullback, outcome: int = 0) -> Pullback:
    """Return the derivatives of one outcome, without the axis of outcomes."""
    fields = {name: getattr(back, name)[..., outcome] for name in back._fields if name != "state"}
    return Pullback(state=State(*(item[..., outcome] for item in back.state)), **fields)


def wedge_gradient(
    world: World,
    shock: Shock,
    solution: Solution,
    back: Pullback,
    wrt: str,
    *,
    sectors: Positions | None = None,
) -> Array:
    """Return the derivative with respect to one kind of wedge, in its own unit (eq. 2.18).

    Args:
        world: The baseline.
        shock: The shock at which the derivative is taken.
        solution: Its equilibrium.
        back: The adjoint of one outcome at that equilibrium (see `only`).
        wrt: One of `WEDGES`; a cube is (exporter, importer, sector), a plane (country, sector).
        sectors: Positions of the sectors that are wanted; the derivatives by availability are zero
            in the others, and cost nothing there. Everywhere by default.
    """
    if wrt in ("tariff", "export_tax", "trade_cost"):
        theta = solution.calibration.base.elasticity[:, None, None]
        d_log_cost, d_at_border, d_at_gate = _tensors(solution, back)
        d_log_cost *= -theta
        if wrt == "tariff":
            return _cube(d_log_cost - d_at_border - d_at_gate) / (1.0 + shock.tariff(world))
        if wrt == "export_tax":
            return _cube(d_log_cost - d_at_gate) / (1.0 + shock.export_tax(world))
        return _cube(d_log_cost) / shock.trade_cost
    if wrt == "availability":
        return _by_availability(world, shock, solution, back, sectors)
    if wrt == "elasticity":
        return _by_elasticity(world, shock, solution, back)
    return {
        "productivity": back.log_productivity.T / shock.productivity,
        "subsidy": back.subsidy.T,
        "factor_supply": back.log_factor_supply / shock.factor_supply,
        "imbalance": back.imbalance,
    }[wrt]


def _tensors(
    solution: Solution, back: Pullback, wedges: Wedges | None = None, rows: Rows = EVERYWHERE
) -> tuple[Array, Array, Array]:
    """Return the derivatives by the log of all three tensors, of `at_border` and of `at_gate`.

    Wedges other than those of the solution may be given, for the sectors in `rows` only.
    """
    wedges, flows = wedges or solution.wedges, solution.flows
    pull, density = flows.pull[rows, None, :], flows.density[rows, :, None]
    d_at_border = back.imports[rows, :, None] * pull
    d_at_border += density * back.border[rows, None, :]
    d_at_border *= wedges.at_border
    d_at_gate = density * back.gate[rows, None, :]
    d_at_gate *= wedges.at_border if wedges.at_gate is None else wedges.at_gate
    total = back.access[rows, :, None] * pull
    total *= wedges.kernel
    total += d_at_border
    total += d_at_gate
    return total, d_at_border, d_at_gate


def _by_availability(
    world: World, shock: Shock, solution: Solution, back: Pullback, sectors: Positions | None
) -> Array:
    """Return the derivative by availability; it exists at a ban too, where the flow is zero."""
    rows: Rows = EVERYWHERE if sectors is None else sectors
    duty, levy = (1.0 + cube[..., rows] for cube in (shock.tariff(world), shock.export_tax(world)))
    before = (1.0 + world.tariff[..., rows]) * (1.0 + world.export_tax[..., rows])
    log_price = np.log(duty * levy / before * shock.trade_cost[..., rows])
    base = solution.calibration.base
    power = np.exp(-base.elasticity[rows, None, None] * kernel_axes(log_price))
    unbanned = base.share[rows] * power
    opened = solution.wedges._replace(
        kernel=unbanned,
        at_border=unbanned / kernel_axes(duty),
        at_gate=unbanned / kernel_axes(duty * levy),
    )
    found = np.zeros_like(world.trade)
    found[..., rows] = _cube(_tensors(solution, back, opened, rows)[0])
    return found


def _by_elasticity(world: World, shock: Shock, solution: Solution, back: Pullback) -> Array:
    """Return the derivative by the long-run trade elasticity of each sector."""
    duty, levy = 1.0 + shock.tariff(world), 1.0 + shock.export_tax(world)
    log_price = np.log(duty / (1.0 + world.tariff)) + np.log(levy / (1.0 + world.export_tax))
    log_price = kernel_axes(log_price + np.log(shock.trade_cost))
    through_kernel = -(_tensors(solution, back)[0] * log_price).sum(axis=(1, 2))
    ratio = solution.calibration.base.elasticity / world.trade_elasticity
    return np.asarray((back.elasticity + through_kernel) * ratio)


def _cube(tensor: Array) -> Array:
    """Return [sector, importer, exporter] as (exporter, importer, sector)."""
    return tensor.transpose(2, 1, 0)
