"""The solver ladder: Anderson, then Newton on the wages, then the shock in smaller steps.

Each rung ends in the same test: the economic conditions at the point, not the solver's own flag.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from upperhand.core.outcome import Ending, Outcome
from upperhand.equilibrium import hats
from upperhand.equilibrium.calibrate import Calibration
from upperhand.equilibrium.country_blocks import step_of
from upperhand.equilibrium.hats import Flows, State, Wedges
from upperhand.equilibrium.layout import Layout
from upperhand.equilibrium.stranded import stranded
from upperhand.numerics.anderson import FixedPoint, solve_fixed_point
from upperhand.numerics.continuation import follow_path

Vector = npt.NDArray[np.float64]

STEPS_ON_THE_WAY = 200  # of the map, for each part of a shock that is solved on the way to it
STEPS_BY_COUNTRY = 100  # of the map on the first rung, which needs a third of them or stalls
NEARLY_GONE = 0.05  # of the baseline: an income below it explains why a path ends
CLOSE_ENOUGH = 100.0  # times the tolerance: rounding in the economic residual at large shocks


@dataclass(frozen=True, eq=False)
class Solution:
    """The last point of a solve and how it ended; `flows` are usable only if `outcome.ok`."""

    calibration: Calibration
    wedges: Wedges
    state: State
    flows: Flows
    outcome: Outcome

    @property
    def real_income(self) -> Vector:
        """Real income [N], new over baseline (eq. 2.12)."""
        level = self.flows.income / self.calibration.base.income
        return np.asarray(level / np.exp(self.flows.log_final_price))


def solve_wedges(
    calibration: Calibration,
    wedges_at: Callable[[float], Wedges],
    *,
    tol: float,
    max_steps: int,
    start: State | None = None,
) -> Solution:
    """Solve for the equilibrium under `wedges_at(1.0)`, climbing the ladder as far as needed.

    Args:
        calibration: The baseline.
        wedges_at: Wedges as a function of the size of the shock, 0 to 1.
        tol: Largest gap of the map.
        max_steps: Evaluations of the map on each rung.
        start: First point; the baseline by default.
    """
    layout = Layout.of(calibration.base, calibration.nests)
    first = hats.start_state(calibration.base) if start is None else start
    with np.errstate(all="ignore"):  # a bad point shows in the outcome, not as a warning
        whole = wedges_at(1.0)
        lost = lost_source(calibration, whole)
        if lost is None:
            for rung, method in (
                (_by_country, "anderson"),
                (_anderson, "anderson"),
                (_newton, "newton"),
            ):
                image = Image(calibration, layout, whole)
                end = rung(image, layout.pack(first), tol, max_steps)
                solution = judged(image, end, method, tol)
                if solution.outcome.ok:
                    return solution
        return _continued(calibration, layout, wedges_at, lost, tol=tol, max_steps=max_steps)


class Image:
    """The equilibrium map under some wedges; remembers the flows at the last point it was asked for."""

    def __init__(self, calibration: Calibration, layout: Layout, wedges: Wedges) -> None:
        self.calibration, self.layout, self.wedges = calibration, layout, wedges
        self._last: tuple[Vector, State, Flows] | None = None

    def __call__(self, vector: Vector) -> Vector:
        """Return the image of a point."""
        base, nests, damp = self.calibration.base, self.calibration.nests, self.calibration.damp
        state, flows = self.at(vector)
        return self.layout.pack(hats.state_after(base, nests, self.wedges, damp, state, flows))

    def at(self, vector: Vector) -> tuple[State, Flows]:
        """Return the state that a vector stands for, and the flows at it."""
        if self._last is None or self._last[0] is not vector:
            state = self.layout.unpack(vector)
            base, nests = self.calibration.base, self.calibration.nests
            self._last = vector, state, hats.flows_of(base, nests, self.wedges, state)
        return self._last[1:]


def _by_country(image: Image, start: Vector, tol: float, max_steps: int) -> FixedPoint:
    """First rung: the whole map, gaps closed within each country, the rest by acceleration."""
    step = partial(step_of, image.calibration.blocks)
    few = min(max_steps, STEPS_BY_COUNTRY)
    return solve_fixed_point(image, start, tol=tol, max_steps=few, step_of=step)


def _anderson(image: Image, start: Vector, tol: float, max_steps: int) -> FixedPoint:
    """Second rung: the whole map, accelerated alone."""
    return solve_fixed_point(image, start, tol=tol, max_steps=max_steps)


def _newton(image: Image, start: Vector, tol: float, max_steps: int) -> FixedPoint:
    """Third rung: Powell's hybrid Newton on the wages, everything else solved for given wages."""
    from scipy.optimize import root

    layout, wedges = image.layout, image.wedges
    base, nests, n = image.calibration.base, image.calibration.nests, layout.countries
    held = {"vector": start, "steps": 0}

    def inner(log_wage: Vector) -> Flows:
        def mapping(rest: Vector) -> Vector:
            state = layout.unpack(np.concatenate([log_wage, rest]))
            flows = hats.flows_of(base, nests, wedges, state)
            return layout.pack(hats.rest_of_state(base, nests, wedges, flows, state, log_wage))[n:]

        rest = cast(Vector, held["vector"])[n:]
        end = solve_fixed_point(mapping, rest, tol=tol / 10, max_steps=max_steps)
        held["steps"] = cast(int, held["steps"]) + end.steps
        if not end.reached:
            raise FloatingPointError
        held["vector"] = np.concatenate([log_wage, end.point])
        return hats.flows_of(base, nests, wedges, layout.unpack(cast(Vector, held["vector"])))

    def excess(log_wage: Any) -> Any:
        flows = inner(log_wage)
        return np.asarray(flows.labour_gap - hats.numeraire_gap(base, flows))

    try:
        limit: Any = {"maxfev": 40 * n}
        wages: Any = start[:n]
        answer = root(excess, wages, method="hybr", tol=1e-10, options=limit)
        inner(answer.x)
    except FloatingPointError:
        return FixedPoint(start, np.inf, cast(int, held["steps"]), reached=False)
    end = _anderson(image, cast(Vector, held["vector"]), tol, max_steps)
    return FixedPoint(end.point, end.gap, end.steps + cast(int, held["steps"]), end.reached)


def _continued(
    calibration: Calibration,
    layout: Layout,
    wedges_at: Callable[[float], Wedges],
    lost: Lost | None,
    *,
    tol: float,
    max_steps: int,
) -> Solution:
    """Last rung: grow the shock from nothing, and say how much of it has an equilibrium."""
    few = min(max_steps, STEPS_ON_THE_WAY)

    def solve_at(size: float, start: Vector) -> tuple[Vector, Solution]:
        image = Image(calibration, layout, wedges_at(size))
        end = _anderson(image, start, tol, few)
        return end.point, judged(image, end, "homotopy", tol)

    start = layout.pack(hats.start_state(calibration.base))
    end = 1.0 if lost is None else 1.0 - 2.0**-7
    path = follow_path(solve_at, start, accept=lambda solution: solution.outcome.ok, end=end)
    if path.size >= 1.0 and path.last is not None:
        return path.last
    failed = path.failed if path.failed is not None else path.last
    assert failed is not None  # the path was tried at least once
    why = lost or _edge(calibration, path.last, failed)
    outcome = Outcome(
        ending=why.ending,
        residual=failed.outcome.residual,
        steps=path.steps,
        method="homotopy",
        feasible_share=path.size,
        detail=why.detail,
    )
    return Solution(calibration, failed.wedges, failed.state, failed.flows, outcome)


class Lost(NamedTuple):
    """Why there is no equilibrium, in the words of `Outcome`."""

    ending: Ending
    detail: str


def _edge(calibration: Calibration, last: Solution | None, failed: Solution) -> Lost:
    """Return what ends the path: incomes that vanish, or what the refused solution says.

    Near the edge a solver stops for many reasons; when some income has nearly gone at the last
    equilibrium, that is the reason.
    """
    if last is not None:
        left = last.flows.income / calibration.base.income
        poor = [calibration.world.countries[n] for n in np.flatnonzero(left < NEARLY_GONE)]
        if poor:
            return Lost("nonpositive_income", f"income of {', '.join(poor[:5])} goes to zero")
    why = failed.outcome
    return Lost("step_limit" if why.ok else why.ending, why.detail)


def lost_source(calibration: Calibration, wedges: Wedges) -> Lost | None:
    """Return what leaves no equilibrium before any solve, or None.

    Goods that an importer buys but nobody supplies, or imbalances that no trade can carry.
    """
    base, world = calibration.base, calibration.world
    closed = (wedges.kernel.sum(axis=2) <= 0) & (base.active > 0)
    names = [f"{world.sectors[s]} in {world.countries[n]}" for s, n in np.argwhere(closed)]
    if names:
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        return Lost("no_source", "no source left of " + ", ".join(names[:5]) + more)
    held_up = stranded(calibration, wedges)
    return Lost("stranded", held_up) if held_up else None


def judged(image: Image, end: FixedPoint, method: str, tol: float) -> Solution:
    """Return the point with the outcome that its own economic residual deserves."""
    calibration, wedges = image.calibration, image.wedges
    state, flows = image.at(end.point)
    residual = economic_residual(calibration, wedges, state, flows)
    detail = ""
    ending: Ending = "converged"
    if not np.isfinite(residual):
        ending = "not_finite"
    elif (flows.income <= 0).any() or (state.spend < -tol).any():
        ending = "nonpositive_income"
        poor = [calibration.world.countries[n] for n in np.flatnonzero(flows.income <= 0)]
        detail = f"income of {', '.join(poor[:5])}" if poor else "negative spending on a sector"
    elif residual > CLOSE_ENOUGH * tol:
        ending = "step_limit"
    outcome = Outcome(ending, residual, end.steps, method, detail=detail)
    return Solution(calibration, wedges, state, flows, outcome)


def economic_residual(
    calibration: Calibration, wedges: Wedges, state: State, flows: Flows
) -> float:
    """Return the largest gap of the equilibrium conditions (eq. 2.13).

    Labour markets and prices in logarithms, spending as a share of the buyer's income, factor
    prices in logarithms, and the numeraire.
    """
    base = calibration.base
    image = hats.rest_of_state(base, calibration.nests, wedges, flows, state, state.log_wage)
    gaps = [
        flows.labour_gap,
        flows.log_new_price - state.log_price,
        (flows.new_spending - base.spending * state.spend) / flows.income,
        image.log_factor_price - state.log_factor_price,
        image.log_scale - state.log_scale,
        np.atleast_1d(hats.numeraire_gap(base, flows)),
    ]
    return float(max(np.max(np.abs(gap)) for gap in gaps))
