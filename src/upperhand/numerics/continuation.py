"""Follow a path of problems from an easy one to the one wanted, with steps that adapt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]
T = TypeVar("T")

SMALLEST_STEP = 2.0**-8


@dataclass(frozen=True, slots=True)
class Path(Generic[T]):
    """How far a path could be followed.

    Attributes:
        size: Largest size with an accepted solution.
        last: Solution at that size; None if even the first step failed.
        failed: Solution of the last size that was refused; None if none was.
        steps: Problems solved.
    """

    size: float
    last: T | None
    failed: T | None
    steps: int


def follow_path(
    solve_at: Callable[[float, Vector], tuple[Vector, T]],
    start: Vector,
    *,
    accept: Callable[[T], bool],
    end: float = 1.0,
    first_step: float = 0.25,
) -> Path[T]:
    """Solve at growing sizes, each from a line through the last two solutions.

    A refused size halves the step; an accepted one doubles it.

    Args:
        solve_at: Returns the point and the solution at a size, from a start.
        start: Point at size 0.
        accept: Says whether a solution may be used.
        end: Size wanted.
        first_step: First size tried.

    Examples:
        >>> import numpy as np
        >>> def solve_at(size, start):
        ...     return np.array([size**2]), size
        >>> follow_path(solve_at, np.zeros(1), accept=lambda s: s <= 0.75).size
        0.75
    """
    size, step, tried = 0.0, min(first_step, end), 0
    point, before, before_size = start, start, 0.0
    last: T | None = None
    failed: T | None = None
    while size < end and step >= SMALLEST_STEP:
        target = min(size + step, end)
        slope = (point - before) / (size - before_size) if size > before_size else 0.0 * point
        new, solution = solve_at(target, point + (target - size) * slope)
        tried += 1
        if accept(solution):
            before, before_size = point, size
            point, size, last = new, target, solution
            step *= 2.0
        else:
            failed, step = solution, step / 2.0
    return Path(size, last, failed, tried)
