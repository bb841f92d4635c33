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
    memory: int = 8,
    longest: float = 2.0,
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

    Returns:
        The end of the iteration; check `reached`.

    Examples:
        >>> import numpy as np
        >>> end = solve_fixed_point(np.cos, np.array([1.0]))
        >>> end.reached, round(float(end.point[0]), 10)
        (True, 0.7390851332)
    """
    point = np.asarray(start, dtype=np.float64)
    moves = np.zeros((memory, point.size))
    turns = np.zeros((memory, point.size))
    kept, best = 0, np.inf
    last_point = last_step = point
    for steps in range(1, max_steps + 1):
        step = mapping(point) - point
        gap = float(np.max(np.abs(step), initial=0.0))
        if gap <= tol:
            return FixedPoint(point, gap, steps, True)
        if not np.isfinite(gap):
            return FixedPoint(point, np.inf, steps, False)
        if steps > 1 and gap < 5.0 * best:
            slot = kept % memory
            moves[slot], turns[slot] = point - last_point, step - last_step
            kept += 1
        elif steps > 1:
            kept = 0
        best = min(best, gap) if kept or steps == 1 else gap
        last_point, last_step = point, step
        point = point + _shortened(_accelerated(step, moves, turns, min(kept, memory)), longest)
    return FixedPoint(last_point, gap, max_steps, False)


def _accelerated(step: Vector, moves: Vector, turns: Vector, kept: int) -> Vector:
    """Return the step that the last `kept` differences extrapolate to (Walker and Ni 2011)."""
    if kept == 0:
        return step
    turn, move = turns[:kept], moves[:kept]
    gram = turn @ turn.T
    scale = np.sqrt(np.maximum(np.diag(gram), 1e-300))
    weights = np.linalg.lstsq(gram / np.outer(scale, scale), (turn @ step) / scale, rcond=1e-14)[0]
    return np.asarray(step - (weights / scale) @ (move + turn))


def _shortened(step: Vector, longest: float) -> Vector:
    largest = float(np.max(np.abs(step), initial=0.0))
    return step if largest <= longest else step * (longest / largest)
