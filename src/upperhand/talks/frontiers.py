"""What can be agreed: a falling curve, or a set of named deals, with or without lotteries.

A threat point that no deal improves on for everybody is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from upperhand.game.checks import FloatArray, check, frozen, number_faults, shape_faults
from upperhand.game.polygon import hull

_GRID = 801  # points on which a curve is searched before each candidate is polished


@dataclass(frozen=True, slots=True)
class Curve:
    """A falling frontier of two sides.

    Attributes:
        other: Payoff of the second side as a function of the payoff of the first.
        low: Smallest payoff of the first side.
        high: Largest payoff of the first side.
        whole: Whether `other` takes whole arrays, which is faster.
    """

    other: Callable[[Any], Any]
    low: float
    high: float
    whole: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """A finite set of possible deals.

    Attributes:
        points: Payoffs, dims (deal, side).
        names: Names of the deals.
        lotteries: Whether chance mixtures (or side payments that act like them) are plausible.
    """

    points: FloatArray
    names: tuple[str, ...]
    lotteries: bool


Frontier = Curve | Outcomes
Candidates = list[tuple[FloatArray, str]]


def outcomes(
    points: ArrayLike, *, names: Sequence[str] | None = None, lotteries: bool = False
) -> Outcomes:
    """Build a frontier from a list of deals.

    Args:
        points: Payoffs, dims (deal, side); at least two sides.
        names: Names of the deals; `deal 1`, ... when absent.
        lotteries: Whether mixtures are possible; for two sides only.

    Raises:
        OptionError: If a payoff is not finite, names do not fit, or lotteries are asked for with
            more than two sides.

    Examples:
        >>> outcomes([[1, 0], [0, 1]], names=["yours", "mine"]).names
        ('yours', 'mine')
    """
    check(
        "deals",
        shape_faults("points", points, (None, None), do="one row a deal, one column a side"),
        number_faults("points", points, do="give every payoff"),
    )
    table = np.asarray(points, dtype=float)
    labels = tuple(names) if names else tuple(f"deal {k + 1}" for k in range(len(table)))
    faults = []
    if len(labels) != len(table) or len(set(labels)) != len(labels):
        faults.append(
            f"`names` is {list(labels)}, allowed: {len(table)} different names; name each deal once"
        )
    if table.shape[1] < 2 or (lotteries and table.shape[1] != 2):
        faults.append(
            f"`points` has {table.shape[1]} sides, allowed: two or more, exactly two with "
            "lotteries; set `lotteries=False` for more sides"
        )
    check("deals", faults)
    return Outcomes(frozen(table), labels, lotteries)


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """A bargaining problem with its ideal point."""

    threat: FloatArray
    ideal: FloatArray
    scale: float


def at(curve: Curve, u: Any) -> FloatArray:
    """Return the point of a curve, or points in columns."""
    return np.array([u, curve.other(u)], dtype=float)


def values_on(curve: Curve, grid: FloatArray) -> FloatArray:
    """Return the second side's payoff on a grid of the first side's."""
    if curve.whole:
        return np.asarray(curve.other(grid), dtype=float)
    return np.array([float(curve.other(float(u))) for u in grid])


def slope_at(curve: Curve, u: Any) -> Any:
    """Return the slope of a curve by a five-point difference that stays on it."""
    length = curve.high - curve.low
    inside = np.maximum(np.minimum(u - curve.low, curve.high - u) / 2, 0)
    step = np.maximum(1e-3 * np.minimum(length, 1e3 * inside), 1e-7 * length)
    centre = np.minimum(np.maximum(u, curve.low + 2 * step), curve.high - 2 * step)
    spots = [centre + step, centre - step, centre + 2 * step, centre - 2 * step]
    near, back, far, far_back = (
        curve.other(np.array(spots)) if curve.whole else map(curve.other, spots)
    )
    return (8 * (near - back) - (far - far_back)) / (12 * step)


def box_of(frontier: Frontier, threat: Sequence[float]) -> Box:
    """Check a bargaining problem and return its threat and ideal points."""
    point = np.asarray(threat, dtype=float)
    sides = 2 if isinstance(frontier, Curve) else frontier.points.shape[1]
    check(
        "bargaining",
        shape_faults("threat", point, (sides,), do="give one threat payoff a side"),
        number_faults("threat", point, do="give finite threat payoffs"),
    )
    if isinstance(frontier, Curve):
        return _curve_box(frontier, point)
    cloud = frontier.points
    if frontier.lotteries:
        cloud = np.array([p for p, _ in cut_points(frontier, point)]).reshape(-1, 2)
    fits = cloud[np.all(cloud >= point - 1e-12, axis=1)] if len(cloud) else cloud
    better = np.all(fits.max(axis=0) > point) if len(fits) else False
    apart = frontier.lotteries or bool(np.any(np.all(fits > point, axis=1)))
    if not (better and apart):
        _refuse(point)
    return Box(point, fits.max(axis=0), float(np.ptp(cloud)) or 1.0)


def _curve_box(curve: Curve, point: FloatArray) -> Box:
    """Return the problem on a curve, after checking that it falls."""
    check(
        "frontier",
        number_faults("low", curve.low, below=curve.high, do="give low below high"),
        number_faults("high", curve.high, above=curve.low, do="give low below high"),
    )
    grid = np.linspace(curve.low, curve.high, _GRID)
    values = values_on(curve, grid)
    faults = number_faults("other", values, do="give a function that is finite on [low, high]")
    if not faults and np.any(np.diff(values) > 1e-9 * float(np.ptp(values))):
        place = float(grid[int(np.argmax(np.diff(values)))])
        faults = [
            f"`other` rises near {place:.6g}, allowed: a falling function; drop the part of the "
            "frontier where both sides gain together"
        ]
    check("frontier", faults)
    if point[0] >= curve.high or float(curve.other(max(float(point[0]), curve.low))) <= point[1]:
        _refuse(point)
    start = max(curve.low, float(point[0]))
    most = curve.high
    if values[-1] < point[1]:
        from scipy.optimize import brentq

        most = float(brentq(lambda u: curve.other(u) - point[1], start, curve.high, xtol=1e-15))
    ideal = np.array([most, float(curve.other(start))])
    return Box(point, ideal, float(max(np.ptp(values), curve.high - curve.low)))


def _refuse(point: FloatArray) -> None:
    """Raise the error of a threat point that no deal improves on."""
    shown = ", ".join(f"{u:.6g}" for u in point)
    check(
        "bargaining",
        [
            f"the threat point ({shown}) lies outside the frontier, allowed: a point that some "
            "deal improves on for every side; there is nothing to agree on, so add deals or "
            "report that talks fail"
        ],
    )


def span(curve: Curve, box: Box) -> tuple[float, float]:
    """Return the payoffs of the first side at which both gain."""
    return max(curve.low, float(box.threat[0])), float(box.ideal[0])


def roots(
    function: Callable[[Any], Any], low: float, high: float, *, whole: bool = False
) -> list[float]:
    """Return the sign changes of a function, polished; `whole` when it takes whole arrays."""
    from scipy.optimize import brentq

    inset = 1e-9 * (high - low)
    grid = np.linspace(low + inset, high - inset, _GRID)
    values = np.asarray(function(grid)) if whole else np.array([function(float(u)) for u in grid])
    return [
        float(brentq(function, grid[k], grid[k + 1], xtol=1e-15))
        for k in np.flatnonzero(values[:-1] * values[1:] <= 0)
        if values[k] != values[k + 1]
    ]


def named_points(frontier: Outcomes) -> Candidates:
    """Return the deals of a finite set with their names."""
    return list(zip(frontier.points, frontier.names, strict=True))


def edges(frontier: Outcomes) -> list[tuple[FloatArray, FloatArray, str, str]]:
    """Return the edges of the convex set of deals, with the names at both ends."""
    corners = hull(frontier.points)
    names = [frontier.names[int(np.abs(frontier.points - c).max(axis=1).argmin())] for c in corners]
    count = len(corners)
    return [
        (corners[k], corners[(k + 1) % count], names[k], names[(k + 1) % count])
        for k in range(count)
    ]


def mixed(start: str, end: str, share: float) -> str:
    """Return a mixture of two deals in words."""
    if share <= 1e-12:
        return start
    return end if share >= 1 - 1e-12 else f"{1 - share:.4g} {start} + {share:.4g} {end}"


def cut_points(frontier: Outcomes, threat: FloatArray) -> Candidates:
    """Return corners of the convex set and where its edges meet the threat payoffs."""
    found: Candidates = []
    for start, end, first, second in edges(frontier):
        shares = [0.0]
        for side in (0, 1):
            move = end[side] - start[side]
            if move != 0.0 and 0.0 < (threat[side] - start[side]) / move < 1.0:
                shares.append(float((threat[side] - start[side]) / move))
        found += [(start + s * (end - start), mixed(first, second, s)) for s in shares]
    return found
