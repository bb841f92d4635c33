"""Axiomatic bargaining: which deal on the frontier, given what each side gets without one.

The result names every other deal that does as well as the one chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from upperhand.game.checks import FloatArray, check, number_faults, shape_faults
from upperhand.talks.frontiers import (
    Box,
    Candidates,
    Curve,
    Frontier,
    Outcomes,
    at,
    box_of,
    cut_points,
    edges,
    mixed,
    named_points,
    outcomes,
    roots,
    slope_at,
    span,
)

__all__ = [
    "Curve",
    "Deal",
    "Frontier",
    "Outcomes",
    "egalitarian",
    "kalai_smorodinsky",
    "nash_solution",
    "outcomes",
    "utilitarian",
    "zeuthen",
]


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
    box = box_of(frontier, threat)

    def score(point: FloatArray) -> float:
        gain = np.maximum(point - box.threat, 0.0)
        return float(powers @ np.log(gain)) if gain.min() > 0 else -np.inf

    if isinstance(frontier, Curve):
        found = _curve_peaks(frontier, box, powers)
    elif frontier.lotteries:
        found = _segment_peaks(frontier, box, powers)
    else:
        found = named_points(frontier)
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
    box = box_of(frontier, threat)
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
    box = box_of(frontier, threat)
    return _proportional(frontier, box, np.ones(len(box.threat)), "egalitarian")


def utilitarian(frontier: Frontier, threat: Sequence[float]) -> Deal:
    """Return the deal with the largest sum of payoffs that no side rejects (eq. 11.4).

    Examples:
        >>> deal = utilitarian(Curve(lambda u: 1 - u**2, 0.0, 1.0), (0.0, 0.0))
        >>> round(deal.payoffs[0], 6)
        0.5
    """
    box = box_of(frontier, threat)

    def score(point: FloatArray) -> float:
        return float(point.sum()) if np.all(point >= box.threat - 1e-12) else -np.inf

    if isinstance(frontier, Outcomes):
        found = _cut(frontier, box) if frontier.lotteries else named_points(frontier)
        return _chosen(box, found, score, "utilitarian")
    low, high = span(frontier, box)

    def slope(u: Any) -> Any:
        return 1.0 + slope_at(frontier, u)

    spots = [*roots(slope, low, high, whole=frontier.whole), low, high]
    return _chosen(box, [(at(frontier, u), "") for u in spots], score, "utilitarian")


def _weights(weights: Sequence[float] | None, sides: int) -> FloatArray:
    """Return bargaining weights that add to one."""
    raw = np.ones(sides) if weights is None else np.asarray(weights, dtype=float)
    check(
        "bargaining",
        shape_faults("weights", raw, (sides,), do="give one weight a side"),
        number_faults("weights", raw, above=0.0, do="give positive weights"),
    )
    return np.asarray(raw / raw.sum(), dtype=float)


def _curve_peaks(curve: Curve, box: Box, powers: FloatArray) -> Candidates:
    """Return the points of a curve where the weighted product is stationary, and its ends."""
    low, high = span(curve, box)

    def slope(u: Any) -> Any:
        mine, yours = at(curve, u)
        rise = powers[1] * slope_at(curve, u) * (mine - box.threat[0])
        return powers[0] * (yours - box.threat[1]) + rise

    spots = [*roots(slope, low, high, whole=curve.whole), low, high]
    return [(at(curve, u), "") for u in spots]


def _segment_peaks(frontier: Outcomes, box: Box, powers: FloatArray) -> Candidates:
    """Return the best point of each edge for the weighted product."""
    found: Candidates = []
    for start, end, first, second in edges(frontier):
        base, move = start - box.threat, end - start
        shares = [0.0, 1.0]
        if move[0] * move[1] < 0:
            best = -(powers[0] * move[0] * base[1] + powers[1] * move[1] * base[0])
            shares.append(float(np.clip(best / (move[0] * move[1]), 0.0, 1.0)))
        found += [(start + s * move, mixed(first, second, s)) for s in shares]
    return found


def _cut(frontier: Outcomes, box: Box) -> Candidates:
    """Return the corners of the part of the convex set that nobody rejects."""
    return cut_points(frontier, box.threat)


def _proportional(frontier: Frontier, box: Box, unit: FloatArray, rule: str) -> Deal:
    """Return the deal whose gains are in fixed proportion, or nearest to it from below."""

    def score(point: FloatArray) -> float:
        return float(((point - box.threat) / unit).min())

    if isinstance(frontier, Outcomes) and not frontier.lotteries:
        return _chosen(box, named_points(frontier), score, rule)
    if isinstance(frontier, Curve):
        low, high = span(frontier, box)

        def gap(u: Any) -> Any:
            mine, yours = at(frontier, u)
            return (mine - box.threat[0]) / unit[0] - (yours - box.threat[1]) / unit[1]

        spots = [*roots(gap, low, high, whole=frontier.whole), low, high]
        return _chosen(box, [(at(frontier, u), "") for u in spots], score, rule)
    found: Candidates = []
    for start, end, first, second in edges(frontier):
        tilt = ((start - box.threat) / unit, (end - start) / unit)
        shares = [0.0, 1.0]
        turn = float(tilt[1][0] - tilt[1][1])
        if turn != 0.0:
            shares.append(float(np.clip((tilt[0][1] - tilt[0][0]) / turn, 0.0, 1.0)))
        found += [(start + s * (end - start), mixed(first, second, s)) for s in shares]
    return _chosen(box, found, score, rule)


def _chosen(box: Box, found: Candidates, score: Callable[[FloatArray], float], rule: str) -> Deal:
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
    box = box_of(frontier, threat)
    low, high = span(frontier, box)
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
