"""The same equations on the second engine: JAX, for cross-checks, Hessians and batches.

The formulas are those of `hats`; only the iteration differs (`numerics.jax_engine`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from upperhand.equilibrium import hats
from upperhand.equilibrium.calibrate import Calibration
from upperhand.equilibrium.hats import Base, Nests, State, Wedges
from upperhand.equilibrium.ladder import Image, Solution, judged, lost_source, solve_wedges
from upperhand.equilibrium.layout import Layout
from upperhand.numerics.anderson import FixedPoint


def solve_wedges_with_jax(
    calibration: Calibration,
    wedges_at: Callable[[float], Wedges],
    *,
    tol: float,
    max_steps: int,
) -> Solution:
    """Solve for the equilibrium under `wedges_at(1.0)` with JAX.

    JAX runs the first rung of the ladder, the accelerated map. Where that does not reach an
    equilibrium, the other rungs and their verdict are those of the first engine.

    Raises:
        MissingExtraError: If JAX is not installed.
    """
    from upperhand.numerics.jax_engine import solve_fixed_point_with_jax

    layout, wedges = Layout.of(calibration.base, calibration.nests), wedges_at(1.0)
    if lost_source(calibration, wedges) is None:
        state, gap, steps = solve_fixed_point_with_jax(
            partial(_step, calibration.nests),
            (calibration.base, wedges, hats.wage_damping(calibration.base)),
            hats.start_state(calibration.base),
            tol=tol,
            max_steps=max_steps,
        )
        end = FixedPoint(layout.pack(state), gap, steps, gap <= tol)
        with np.errstate(all="ignore"):
            solution = judged(Image(calibration, layout, wedges), end, "jax", tol)
        if solution.outcome.ok:
            return solution
    return solve_wedges(calibration, wedges_at, tol=tol, max_steps=max_steps)


def _step(nests: Nests, given: tuple[Base, Wedges, Any], state: State) -> State:
    base, wedges, damp = given
    return hats.next_state(base, nests, wedges, damp, state)


def log_real_income(nests: Nests, given: tuple[Base, Wedges, Any], state: State) -> Any:
    """Return the log change of real income [N] at a state (eq. 2.12), differentiable."""
    flows = hats.flows_of(given[0], nests, given[1], state)
    xp = state.log_price.__array_namespace__()
    return xp.log(flows.income / given[0].income) - flows.log_final_price


def real_income_derivatives_with_jax(solution: Solution, country: int) -> tuple[Base, Wedges]:
    """Return derivatives of one country's log real income by every array of base and wedges.

    Through the implicit function theorem, with JAX's own transposition of the map: the second
    route to `gradient.adjoint`.
    """
    from upperhand.numerics.jax_engine import implicit_gradient

    calibration = solution.calibration
    damp = hats.wage_damping(calibration.base)
    nests = calibration.nests

    def outcome(given: tuple[Base, Wedges, Any], state: State) -> Any:
        return log_real_income(nests, given, state)[country]

    base, wedges, _ = implicit_gradient(
        partial(_step, nests), outcome, (calibration.base, solution.wedges, damp), solution.state
    )
    return base, wedges
