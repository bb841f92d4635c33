"""Axiomatic bargaining: which deal on the frontier, given what each side gets without one.

A frontier is either a falling curve or a set of named outcomes, with or without lotteries. A
threat point that no deal improves on for everybody is refused. The result names every other deal
that does as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

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
    """

    other: Callable[[float], float]
    low: float
    high: float


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


@dataclass(frozen=True, slots=True)
class Deal:
    """A solution of a bargaining problem.

    Attributes:
        payoffs: Payoffs of the sides.
        gains: Payoffs less the threat point.
        ideal: The most each side could get with the others at their threat point or better.
        label: The deal, or the mixture of deals, in words.
        rule: The solution concept.
        others: Payoffs of other deals that are as good.
        peaks: Payoffs of all local maxima of the Nash product; several only without lotteries.
        selection: How this deal was chosen among `others`, in words.
    """

    payoffs: tuple[float, ...]
    gains: tuple[float, ...]
    ideal: tuple[float, ...]
    label: str
    rule: str
    others: tuple[tuple[float, ...], ...]
    selection: str
    peaks: tuple[tuple[float, ...], ...] = ()


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


def nash_solution(
    frontier: Frontier, threat: Sequence[float], *, weights: Sequence[float] | None = None
) -> Deal:
    """Return the deal with the largest (weighted) product of gains (eq. 11.1).

    Without lotteries the product may have several local maxima on the set; all are reported.

    Args:
        frontier: The possible deals.
        threat: What each side gets without a deal.
        weights: Bargaining weights, positive; equal when absent. Only their ratio matters.

    Raises:
        OptionError: If no deal gives every side more than its threat payoff.

    Examples:
        >>> deal = nash_solution(Curve(lambda u: 1 - u**2, 0.0, 1.0), (0.0, 0.0))
        >>> [round(u, 6) for u in deal.payoffs]
        [0.57735, 0.666667]

    References:
        Nash (1950).
    """
    powers = _weights(weights, len(tuple(threat)))
    box = _box(frontier, threat)

    def score(point: FloatArray) -> float:
        gain = np.maximum(point - box.threat, 0.0)
        return float(powers @ np.log(gain)) if gain.min() > 0 else -np.inf

    if isinstance(frontier, Curve):
        found = _curve_peaks(frontier, box, powers)
    elif frontier.lotteries:
        found = _segment_peaks(frontier, box, powers)
    else:
        found = _points(frontier)
    deal = _chosen(box, found, score, "Nash product")
    alone = isinstance(frontier, Outcomes) and frontier.lotteries
    return replace(deal, peaks=(deal.payoffs,) if alone else _peaks(found, score))


def _peaks(
    found: Candidates, score: Callable[[FloatArray], float]
) -> tuple[tuple[float, ...], ...]:
    """Return the local maxima of a score over efficient candidates, along the frontier."""
    points = np.unique(np.array([p for p, _ in found]), axis=0)
    beaten = [any(np.all(q >= p) and np.any(q > p) for q in points) for p in points]
    line = [p for p, b in zip(points, beaten, strict=True) if not b]
    values = [-np.inf, *(score(p) for p in line), -np.inf]
    return tuple(
        tuple(float(u) for u in p)
        for k, p in enumerate(line, start=1)
        if values[k] > -np.inf and values[k] >= max(values[k - 1], values[k + 1])
    )


def kalai_smorodinsky(frontier: Frontier, threat: Sequence[float]) -> Deal:
    """Return the deal with equal shares of each side's ideal gain (eq. 11.2).

    On a set of separate deals equality is out of reach; the deal with the largest smallest share
    is taken.

    Examples:
        >>> deal = kalai_smorodinsky(Curve(lambda u: 1 - u**2, 0.0, 1.0), (0.0, 0.0))
        >>> round(deal.payoffs[0], 6)
        0.618034

    References:
        Kalai and Smorodinsky (1975).
    """
    box = _box(frontier, threat)
    return _proportional(frontier, box, box.ideal - box.threat, "Kalai-Smorodinsky")


def egalitarian(frontier: Frontier, threat: Sequence[float]) -> Deal:
    """Return the deal with equal gains (eq. 11.3).

    It depends on the unit of each side's payoff: gains in per cent and gains in dollars give
    different deals.

    Examples:
        >>> deal = egalitarian(Curve(lambda u: 1 - u**2, 0.0, 1.0), (0.0, 0.2))
        >>> round(deal.gains[0] - deal.gains[1], 9)
        0.0

    References:
        Kalai (1977).
    """
    box = _box(frontier, threat)
    return _proportional(frontier, box, np.ones(len(box.threat)), "egalitarian")


def utilitarian(frontier: Frontier, threat: Sequence[float]) -> Deal:
    """Return the deal with the largest sum of payoffs that no side rejects (eq. 11.4).

    Examples:
        >>> deal = utilitarian(Curve(lambda u: 1 - u**2, 0.0, 1.0), (0.0, 0.0))
        >>> round(deal.payoffs[0], 6)
        0.5
    """
    box = _box(frontier, threat)

    def score(point: FloatArray) -> float:
        return float(point.sum()) if np.all(point >= box.threat - 1e-12) else -np.inf

    if isinstance(frontier, Outcomes):
        found = _cut(frontier, box) if frontier.lotteries else _points(frontier)
        return _chosen(box, found, score, "utilitarian")
    low, high = _range(frontier, box)

    def slope(u: float) -> float:
        return 1.0 + _slope(frontier, u)

    spots = [*_roots(slope, low, high), low, high]
    return _chosen(box, [(_at(frontier, u), "") for u in spots], score, "utilitarian")


@dataclass(frozen=True, slots=True, eq=False)
class _Box:
    """A bargaining problem with its ideal point."""

    threat: FloatArray
    ideal: FloatArray
    scale: float


def _weights(weights: Sequence[float] | None, sides: int) -> FloatArray:
    """Return bargaining weights that add to one."""
    raw = np.ones(sides) if weights is None else np.asarray(weights, dtype=float)
    check(
        "bargaining",
        shape_faults("weights", raw, (sides,), do="give one weight a side"),
        number_faults("weights", raw, above=0.0, do="give positive weights"),
    )
    return np.asarray(raw / raw.sum(), dtype=float)


def _at(curve: Curve, u: float) -> FloatArray:
    """Return the point of a curve."""
    return np.array([u, float(curve.other(u))])


def _slope(curve: Curve, u: float) -> float:
    """Return the slope of a curve by a five-point difference that stays on it."""
    step = 1e-3 * min(curve.high - curve.low, 1e3 * max(min(u - curve.low, curve.high - u) / 2, 0))
    step = max(step, 1e-7 * (curve.high - curve.low))
    centre = min(max(u, curve.low + 2 * step), curve.high - 2 * step)
    f = curve.other
    return float(
        (8 * (f(centre + step) - f(centre - step)) - (f(centre + 2 * step) - f(centre - 2 * step)))
        / (12 * step)
    )


def _box(frontier: Frontier, threat: Sequence[float]) -> _Box:
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
        cloud = np.array([p for p, _ in _cut_points(frontier, point)]).reshape(-1, 2)
    fits = cloud[np.all(cloud >= point - 1e-12, axis=1)] if len(cloud) else cloud
    better = np.all(fits.max(axis=0) > point) if len(fits) else False
    apart = frontier.lotteries or bool(np.any(np.all(fits > point, axis=1)))
    if not (better and apart):
        _refuse(point)
    return _Box(point, fits.max(axis=0), float(np.ptp(cloud)) or 1.0)


def _curve_box(curve: Curve, point: FloatArray) -> _Box:
    """Return the problem on a curve, after checking that it falls."""
    check(
        "frontier",
        number_faults("low", curve.low, below=curve.high, do="give low below high"),
        number_faults("high", curve.high, above=curve.low, do="give low below high"),
    )
    grid = np.linspace(curve.low, curve.high, _GRID)
    values = np.array([float(curve.other(float(u))) for u in grid])
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
    return _Box(point, ideal, float(max(np.ptp(values), curve.high - curve.low)))


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


def _range(curve: Curve, box: _Box) -> tuple[float, float]:
    """Return the payoffs of the first side at which both gain."""
    return max(curve.low, float(box.threat[0])), float(box.ideal[0])


def _roots(function: Callable[[float], float], low: float, high: float) -> list[float]:
    """Return the sign changes of a function, polished."""
    from scipy.optimize import brentq

    inset = 1e-9 * (high - low)
    grid = np.linspace(low + inset, high - inset, _GRID)
    values = np.array([function(float(u)) for u in grid])
    return [
        float(brentq(function, grid[k], grid[k + 1], xtol=1e-15))
        for k in np.flatnonzero(values[:-1] * values[1:] <= 0)
        if values[k] != values[k + 1]
    ]


def _curve_peaks(curve: Curve, box: _Box, powers: FloatArray) -> Candidates:
    """Return the points of a curve where the weighted product is stationary, and its ends."""
    low, high = _range(curve, box)

    def slope(u: float) -> float:
        gain = _at(curve, u) - box.threat
        return float(powers[0] * gain[1] + powers[1] * _slope(curve, u) * gain[0])

    spots = [*_roots(slope, low, high), low, high]
    return [(_at(curve, u), "") for u in spots]


def _points(frontier: Outcomes) -> Candidates:
    """Return the deals of a finite set with their names."""
    return list(zip(frontier.points, frontier.names, strict=True))


def _edges(frontier: Outcomes) -> list[tuple[FloatArray, FloatArray, str, str]]:
    """Return the edges of the convex set of deals, with the names at both ends."""
    corners = hull(frontier.points)
    names = [frontier.names[int(np.abs(frontier.points - c).max(axis=1).argmin())] for c in corners]
    count = len(corners)
    return [
        (corners[k], corners[(k + 1) % count], names[k], names[(k + 1) % count])
        for k in range(count)
    ]


def _mixed(start: str, end: str, share: float) -> str:
    """Return a mixture of two deals in words."""
    if share <= 1e-12:
        return start
    return end if share >= 1 - 1e-12 else f"{1 - share:.4g} {start} + {share:.4g} {end}"


def _segment_peaks(frontier: Outcomes, box: _Box, powers: FloatArray) -> Candidates:
    """Return the best point of each edge for the weighted product."""
    found: Candidates = []
    for start, end, first, second in _edges(frontier):
        base, move = start - box.threat, end - start
        shares = [0.0, 1.0]
        if move[0] * move[1] < 0:
            best = -(powers[0] * move[0] * base[1] + powers[1] * move[1] * base[0])
            shares.append(float(np.clip(best / (move[0] * move[1]), 0.0, 1.0)))
        found += [(start + s * move, _mixed(first, second, s)) for s in shares]
    return found


def _cut_points(frontier: Outcomes, threat: FloatArray) -> Candidates:
    """Return corners of the convex set and where its edges meet the threat payoffs."""
    found: Candidates = []
    for start, end, first, second in _edges(frontier):
        shares = [0.0]
        for side in (0, 1):
            move = end[side] - start[side]
            if move != 0.0 and 0.0 < (threat[side] - start[side]) / move < 1.0:
                shares.append(float((threat[side] - start[side]) / move))
        found += [(start + s * (end - start), _mixed(first, second, s)) for s in shares]
    return found


def _cut(frontier: Outcomes, box: _Box) -> Candidates:
    """Return the corners of the part of the convex set that nobody rejects."""
    return _cut_points(frontier, box.threat)


def _proportional(frontier: Frontier, box: _Box, unit: FloatArray, rule: str) -> Deal:
    """Return the deal whose gains are in fixed proportion, or nearest to it from below."""

    def score(point: FloatArray) -> float:
        return float(((point - box.threat) / unit).min())

    if isinstance(frontier, Outcomes) and not frontier.lotteries:
        return _chosen(box, _points(frontier), score, rule)
    if isinstance(frontier, Curve):
        low, high = _range(frontier, box)

        def gap(u: float) -> float:
            gain = (_at(frontier, u) - box.threat) / unit
            return float(gain[0] - gain[1])

        spots = [*_roots(gap, low, high), low, high]
        return _chosen(box, [(_at(frontier, u), "") for u in spots], score, rule)
    found: Candidates = []
    for start, end, first, second in _edges(frontier):
        tilt = ((start - box.threat) / unit, (end - start) / unit)
        shares = [0.0, 1.0]
        turn = float(tilt[1][0] - tilt[1][1])
        if turn != 0.0:
            shares.append(float(np.clip((tilt[0][1] - tilt[0][0]) / turn, 0.0, 1.0)))
        found += [(start + s * (end - start), _mixed(first, second, s)) for s in shares]
    return _chosen(box, found, score, rule)


def _chosen(box: _Box, found: Candidates, score: Callable[[FloatArray], float], rule: str) -> Deal:
    """Return the best candidate, with every other one that is as good."""
    with np.errstate(divide="ignore"):
        scored = sorted(
            ((score(p), float(p.sum()), tuple(float(u) for u in p), n) for p, n in found),
            reverse=True,
        )
    best = scored[0]
    close = 1e-9 * max(1.0, abs(best[0]))
    others: list[tuple[float, ...]] = []
    for value, _, point, _ in scored[1:]:
        seen = [best[2], *others]
        new = all(
            max(abs(a - b) for a, b in zip(point, s, strict=True)) > 1e-7 * box.scale for s in seen
        )
        if new and value >= best[0] - close:
            others.append(point)
    gains = tuple(float(u - d) for u, d in zip(best[2], box.threat, strict=True))
    how = (
        "the only deal with the best value of the rule"
        if not others
        else f"{len(others) + 1} deals are equally good; the one with the larger sum of payoffs, "
        "then the larger first payoff, is shown"
    )
    return Deal(
        best[2], gains, tuple(float(b) for b in box.ideal), best[3], rule, tuple(others), how
    )


def zeuthen(frontier: Curve, threat: Sequence[float], *, step: float = 1e-4) -> tuple[float, float]:
    """Let the side that can bear less risk concede, step by step, until claims meet (eq. 11.5).

    Both sides start from their ideal. At each step the side with the smaller critical risk gives
    up a little. The meeting point tends to the Nash solution as the step shrinks, when the
    frontier is concave.

    Args:
        frontier: A falling, concave curve.
        threat: What each side gets without a deal.
        step: Concession, as a share of the first side's range of payoffs.

    Examples:
        >>> meeting = zeuthen(Curve(lambda u: 1 - u**2, 0.0, 1.0), (0.0, 0.0))
        >>> round(meeting[0], 3)
        0.577

    References:
        Zeuthen (1930); Harsanyi (1956).
    """
    check("concession", number_faults("step", step, above=0.0, at_most=0.5, do="try 1e-4"))
    box = _box(frontier, threat)
    low, high = _range(frontier, box)
    one, two, move = high, low, step * (high - low)
    while one - two > move:
        # Both claims in the first side's payoff; the second side's come from the curve.
        mine, yours = float(frontier.other(two)), float(frontier.other(one))
        risk_one = (one - two) / (one - box.threat[0])
        risk_two = (mine - yours) / (mine - box.threat[1])
        if risk_one <= risk_two:
            one -= move
        if risk_two <= risk_one:
            two += move
    meeting = 0.5 * (one + two)
    return meeting, float(frontier.other(meeting))
