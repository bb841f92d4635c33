"""Anderson acceleration of a fixed-point map (Anderson 1965; Walker and Ni 2011).

The map is the whole model, so acceleration is the whole solver: no Jacobian is formed, and the
cost of a step is one evaluation of the map plus a least-squares problem in `memory` unknowns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
Map = Callable[[Vector], Vector]

Kept = npt.NDArray[np.float32]

#: Added to the diagonal of the scaled inner products, so that differences that repeat each other
#: do no harm; the rounding of the differences kept.
RIDGE = 1e-7

#: The history is dropped when the gap grows by more than this factor over the smallest so far.
RESTART = 5.0


@dataclass(frozen=True, slots=True)
class FixedPoint:
    """Where an iteration ended.

    Attributes:
        point: Last point.
        gap: Largest absolute difference between the map's value and the point.
        steps: Evaluations of the map.
        reached: True when `gap` is at most the tolerance.
    """

    point: Vector
    gap: float
    steps: int
    reached: bool


def solve_fixed_point(
    mapping: Map,
    start: Vector,
    *,
    tol: float = 1e-12,
    max_steps: int = 500,
    memory: int = 12,
    longest: float = 2.0,
    step_of: Map | None = None,
) -> FixedPoint:
    """Iterate `mapping` from `start` with Anderson acceleration until it stands still.

    Args:
        mapping: Map from a vector to a vector of the same length.
        start: First point.
        tol: Largest admissible gap `max |mapping(z) - z|`.
        max_steps: Evaluations before giving up.
        memory: Differences kept; the history is dropped when the gap grows fivefold.
        longest: Largest change of any component in one accelerated step; the whole step is
            shortened to it, so that logarithms stay in range far from the solution.
        step_of: Turns the gap `mapping(z) - z` into a better step, linearly; the gap itself by
            default. It changes the number of steps, never where they end.

    Returns:
        The end of the iteration; check `reached`.

    Examples:
        >>> import numpy as np
        >>> end = solve_fixed_point(np.cos, np.array([1.0]))
        >>> end.reached, round(float(end.point[0]), 10)
        (True, 0.7390851332)
    """
    point = np.asarray(start, dtype=np.float64)
    history = _History(memory, point.size)
    best = gap = np.inf
    for steps in range(1, max_steps + 1):
        step = mapping(point) - point
        gap = float(np.abs(step).max(initial=0.0))
        if gap <= tol:
            return FixedPoint(point, gap, steps, reached=True)
        if not np.isfinite(gap):
            return FixedPoint(point, np.inf, steps, reached=False)
        if gap > RESTART * best:
            history.forget()
            best = gap
        best = min(best, gap)
        if step_of is not None:
            step = step_of(step)
        history.remember(point, step)
        point = point + _shortened(history.accelerated(step), longest)
    return FixedPoint(history.point, gap, max_steps, reached=False)


class _History:
    """The last differences of steps, and of points plus steps, in a ring, with inner products.

    They are kept in single precision: they only point the way, and half the memory is read.
    """

    def __init__(self, memory: int, size: int) -> None:
        self.ends: Kept = np.zeros((memory, size), np.float32)  # of points plus steps
        self.turns: Kept = np.zeros((memory, size), np.float32)  # of steps
        self.gram = np.zeros((memory, memory))
        self.count = 0
        self.point: Vector = np.zeros(0)
        self.step: Vector = np.zeros(0)

    def forget(self) -> None:
        """Drop all differences; the next point starts a new history."""
        self.count = 0
        self.point = np.zeros(0)

    def remember(self, point: Vector, step: Vector) -> None:
        """Add the difference to the last point."""
        if self.point.size:
            slot = self.count % len(self.turns)
            turn, move = step - self.step, point - self.point
            self.turns[slot], self.ends[slot] = turn, move + turn
            self.count += 1
            products = self.turns @ self.turns[slot]
            self.gram[slot], self.gram[:, slot] = products, products
        self.point, self.step = point, step

    def accelerated(self, step: Vector) -> Vector:
        """Return the step that the differences extrapolate to (Walker and Ni 2011)."""
        kept = min(self.count, len(self.turns))
        if kept == 0:
            return step
        turns, gram = self.turns[:kept], self.gram[:kept, :kept]
        scale = np.sqrt(np.maximum(gram.diagonal(), 1e-300))
        unit = gram / (scale[:, None] * scale)
        unit.flat[:: kept + 1] += RIDGE
        along = (turns @ step.astype(np.float32)) / scale
        weights = np.linalg.solve(unit, along) / scale
        return np.asarray(step - weights.astype(np.float32) @ self.ends[:kept])


def _shortened(step: Vector, longest: float) -> Vector:
    largest = float(np.abs(step).max(initial=0.0))
    return step if largest <= longest else step * (longest / largest)
