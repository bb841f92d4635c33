"""Convex sets in the plane by their corners; points and segments are sets like any other."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from upperhand.game.checks import FloatArray


def hull(points: ArrayLike) -> FloatArray:
    """Return the corners of the smallest convex set around points, anticlockwise from the left.

    Examples:
        >>> hull([[0, 0], [2, 0], [1, 0], [1, 1], [0, 0]]).tolist()
        [[0.0, 0.0], [2.0, 0.0], [1.0, 1.0]]
        >>> hull([[1, 1], [1, 1]]).tolist()
        [[1.0, 1.0]]
    """
    cloud = np.asarray(points, dtype=float).reshape(-1, 2)
    width = max(float(np.ptp(cloud, axis=0).max()), 1e-300)
    close = 1e-12 * max(width, float(np.abs(cloud).max()))
    # On a grid finer than any tolerance, points above each other have exactly equal abscissae.
    apart = list(np.unique(np.round(cloud / close) * close, axis=0))
    if len(apart) <= 2:
        return np.array(apart)
    lower, upper = _chain(apart, close), _chain(apart[::-1], close)
    return np.array(lower[:-1] + upper[:-1])


def _chain(points: list[FloatArray], close: float) -> list[FloatArray]:
    """Return one side of the hull of sorted points."""
    chain: list[FloatArray] = []
    for point in points:
        while len(chain) >= 2 and _turn(chain[-2], chain[-1], point) <= close * float(
            np.abs(point - chain[-2]).max()
        ):
            chain.pop()
        chain.append(point)
    return chain


def _turn(a: FloatArray, b: FloatArray, c: FloatArray) -> float:
    """Return twice the signed area of a triangle; positive when it turns left."""
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))


def clipped_below(corners: FloatArray, axis: int, least: float, close: float) -> FloatArray:
    """Return the part of a convex set where one coordinate is at least a number.

    Examples:
        >>> import numpy as np
        >>> clipped_below(np.array([[0.0, 0.0], [2.0, 0.0]]), 0, 1.0, 1e-12).tolist()
        [[1.0, 0.0], [2.0, 0.0]]
    """
    kept: list[FloatArray] = []
    count = len(corners)
    for k in range(count):
        here, there = corners[k], corners[(k + 1) % count]
        above, next_above = here[axis] - least, there[axis] - least
        if above >= -close:
            kept.append(here)
        if (above > close and next_above < -close) or (above < -close and next_above > close):
            kept.append(here + (there - here) * above / (above - next_above))
    return hull(np.array(kept)) if kept else np.zeros((0, 2))


def hausdorff(first: FloatArray, second: FloatArray) -> float:
    """Return the largest distance from a point of one convex set to the other, given their corners.

    Examples:
        >>> import numpy as np
        >>> hausdorff(np.array([[0.0, 0.0]]), np.array([[0.0, 0.0], [3.0, 4.0]]))
        5.0
        >>> segment = np.array([[0.0, 0.0], [2.0, 0.0]])
        >>> hausdorff(segment, np.array([[0.0, 0.0], [2.0, 0.0], [1.0, 0.5]]))
        0.5
    """
    if not len(first) or not len(second):
        return 0.0 if len(first) == len(second) else float("inf")
    return float(max(_farthest(first, second), _farthest(second, first)))


def _farthest(points: FloatArray, corners: FloatArray) -> float:
    """Return the largest distance from points to a convex set with corners in order."""
    start, end = corners, np.roll(corners, -1, axis=0)
    edge = end - start
    length = np.maximum((edge**2).sum(axis=1), 1e-300)
    gap = points[:, None, :] - start[None, :, :]
    along = np.clip((gap * edge).sum(axis=2) / length, 0.0, 1.0)
    away = np.linalg.norm(gap - along[:, :, None] * edge, axis=2).min(axis=1)
    left = edge[:, 0] * gap[:, :, 1] - edge[:, 1] * gap[:, :, 0]
    inside = np.all(left >= 0.0, axis=1) & (len(corners) > 2)
    return float(np.where(inside, 0.0, away).max())
