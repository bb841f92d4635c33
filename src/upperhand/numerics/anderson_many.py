"""Anderson acceleration of many fixed points at once, each on its own history.

The steps are those of `numerics.anderson`; one evaluation of the map serves all points that have
not reached theirs, so that what they share is read once. Points leave as they arrive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from upperhand.numerics.anderson import RESTART, RIDGE, Map

Rows = npt.NDArray[np.float64]
Which = npt.NDArray[np.intp]
MapMany = Callable[[Rows, Which], Rows]


@dataclass(frozen=True, slots=True)
class FixedPoints:
    """Where many iterations ended.

    Attributes:
        points: [B, K] last points.
        gaps: [B] largest absolute difference between the map's value and each point.
        steps: [B] evaluations of the map.
        reached: [B] True where the gap is at most the tolerance.
    """

    points: Rows
    gaps: Rows
    steps: npt.NDArray[np.intp]
    reached: npt.NDArray[np.bool_]


def solve_fixed_points(
    mapping: MapMany,
    starts: Rows,
    *,
    tol: float = 1e-12,
    max_steps: int = 500,
    memory: int = 8,
    longest: float = 2.0,
    step_of: Map | None = None,
) -> FixedPoints:
    """Iterate a map from many points, each with Anderson acceleration, until they stand still.

    Args:
        mapping: Map from points [b, K] and their positions [b] among the starts to values [b, K].
        starts: [B, K] first points.
        tol: Largest admissible gap of a point.
        max_steps: Evaluations before giving up.
        memory: Differences kept of each point.
        longest: Largest change of any component in one accelerated step.
        step_of: Turns gaps [b, K] into better steps, row by row and linearly.

    Returns:
        The ends; check `reached`.

    Examples:
        >>> import numpy as np
        >>> scale = np.array([1.0, 0.5])
        >>> def mapping(points, which):
        ...     return np.cos(scale[which, None] * points)
        >>> ends = solve_fixed_points(mapping, np.ones((2, 1)))
        >>> ends.reached.all(), ends.points.ravel().round(6).tolist()
        (np.True_, [0.739085, 0.900367])
    """
    count = len(starts)
    ends = FixedPoints(
        np.array(starts, dtype=np.float64),
        np.full(count, np.inf),
        np.full(count, max_steps, dtype=np.intp),
        np.zeros(count, dtype=np.bool_),
    )
    which, points = np.arange(count), ends.points.copy()
    history, best = _Histories(count, memory, points.shape[1]), np.full(count, np.inf)
    for steps in range(1, max_steps + 1):
        step = mapping(points, which) - points
        gap = np.abs(step).max(axis=1, initial=0.0)
        ends.points[which], ends.gaps[which] = points, np.where(np.isfinite(gap), gap, np.inf)
        done = ~(gap > tol) | ~np.isfinite(gap)
        if done.any():
            ends.steps[which[done]], ends.reached[which[done]] = steps, gap[done] <= tol
            stay = ~done
            which, points, step, gap, best = (x[stay] for x in (which, points, step, gap, best))
            history = history.keep(stay)
            if not which.size:
                break
        lost = gap > RESTART * best
        history.forget(lost)
        best = np.minimum(np.where(lost, np.inf, best), gap)
        if step_of is not None:
            step = step_of(step)
        history.remember(points, step)
        points = points + _shortened(history.accelerated(step), longest)
    return ends


class _Histories:
    """The last differences of every point, as in `anderson`, in rings of one length.

    A slot that is empty or forgotten holds zeros, which point nowhere.
    """

    def __init__(self, count: int, memory: int, size: int) -> None:
        self.ends = np.zeros((count, memory, size), np.float32)  # of points plus steps
        self.turns = np.zeros((count, memory, size), np.float32)  # of steps
        self.gram = np.zeros((count, memory, memory))
        self.slot = 0
        self.linked = np.zeros(count, dtype=np.bool_)  # the last point belongs to the history
        self.point = np.zeros((count, 0))
        self.step = np.zeros((count, 0))

    def keep(self, stay: npt.NDArray[np.bool_]) -> _Histories:
        """Return the histories of some points."""
        kept = object.__new__(_Histories)
        kept.slot = self.slot
        for name in ("ends", "turns", "gram", "linked", "point", "step"):
            setattr(kept, name, getattr(self, name)[stay])
        return kept

    def forget(self, lost: npt.NDArray[np.bool_]) -> None:
        """Drop all differences of some points."""
        if lost.any():
            self.ends[lost], self.turns[lost], self.gram[lost] = 0.0, 0.0, 0.0
            self.linked[lost] = False

    def remember(self, points: Rows, step: Rows) -> None:
        """Add the differences to the last points."""
        if self.linked.any():
            turn, move = step - self.step, points - self.point
            turn[~self.linked], move[~self.linked] = 0.0, 0.0
            at = self.slot % self.turns.shape[1]
            self.turns[:, at], self.ends[:, at] = turn, move + turn
            self.slot += 1
            products = (self.turns @ self.turns[:, at, :, None])[:, :, 0]
            self.gram[:, at], self.gram[:, :, at] = products, products
        self.point, self.step = points, step
        self.linked = np.ones(len(points), dtype=np.bool_)

    def accelerated(self, step: Rows) -> Rows:
        """Return the steps that the differences extrapolate to (Walker and Ni 2011)."""
        kept = min(self.slot, self.turns.shape[1])
        if kept == 0:
            return step
        turns, ends, gram = (x[:, :kept] for x in (self.turns, self.ends, self.gram))
        scale = np.sqrt(np.maximum(np.diagonal(self.gram, axis1=1, axis2=2)[:, :kept], 1e-300))
        unit = gram[:, :, :kept] / (scale[:, :, None] * scale[:, None, :])
        unit += RIDGE * np.eye(kept)
        along = (turns @ step.astype(np.float32)[:, :, None])[:, :, 0] / scale
        weights = np.linalg.solve(unit, along[:, :, None])[:, :, 0] / scale
        return np.asarray(step - (weights.astype(np.float32)[:, None, :] @ ends)[:, 0])


def _shortened(step: Rows, longest: float) -> Rows:
    largest = np.abs(step).max(axis=1, initial=0.0)
    factor = longest / np.maximum(largest, longest)
    return np.asarray(step * factor[:, None])
