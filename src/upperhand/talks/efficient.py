"""The frontier of deals in parts: no other deal gives one side more and the other as much (12.29).

Sequential quadratic steps on exact payoffs and derivatives; the curvature is learnt from the
derivatives on the way. Each point carries the first-order test of efficiency.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError
from upperhand.talks.scaling import Point, Scale

Array = npt.NDArray[np.float64]

MOST_STEPS = 25
LEVELS = 8  # points between the best deals of the two sides
CLOSE = 5.0  # units of the scale: a level met so nearly is met
REACH = 0.4  # first bound of a step in each strength
SAME = 2.0  # units of the scale: best deals closer than this are one deal
ALMOST = 0.99  # weight of the side whose best deal is sought; the rest breaks ties
Aim = Callable[[Array, Array], tuple[float, Array]]


@dataclass(frozen=True, eq=False)
class Front:
    """The efficient deals, from the best of the second side to the best of the first.

    Attributes:
        points: Deals solved, in order of the first side's payoff.
        weight: At each, the weight on the first side's payoff at which a planner would choose it.
        gap: At each, the first-order promise of a better deal, USD billion.
        start: The state of play.
        walk: What the search has learnt.
    """

    points: tuple[Point, ...]
    weight: tuple[float, ...]
    gap: tuple[float, ...]
    start: Point
    walk: _Walk

    @property
    def single(self) -> bool:
        """Return whether one deal is best for both sides."""
        return len(self.points) == 1


def efficient_deals(scale: Scale, *, levels: int = LEVELS) -> Front:
    """Trace the efficient deals between the best deals of the two sides (eq. 12.29).

    Args:
        scale: Payoffs of the sides by strengths.
        levels: Points between the ends.

    Raises:
        NoEquilibriumError: If the state of play has no equilibrium or derivative.
    """
    walk = _Walk(scale)
    start = walk.visit(scale.now)
    middle = walk.climb(start, _weighted(0.5))
    first, second = (
        walk.climb(middle, _weighted(ALMOST)),
        walk.climb(middle, _weighted(1.0 - ALMOST)),
    )
    if np.abs(first.usd_bn - second.usd_bn).max() <= SAME * scale.unit:
        ends = [middle]
    else:
        ends = [second, middle, first]
        low, high = second.usd_bn[0], first.usd_bn[0]
        turns = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, levels + 1) / (levels + 1))
        for level in low + (high - low) * turns:
            near = min(ends, key=lambda p: abs(float(p.usd_bn[0]) - level))
            ends.append(walk.climb(near, _second, level=float(level)))
    kept = falling(ends)
    tests = [efficiency(p) for p in kept]
    return Front(tuple(kept), tuple(w for w, _ in tests), tuple(g for _, g in tests), start, walk)


def polished(front: Front, level: float) -> Point:
    """Return the efficient deal with a payoff of the first side, solved exactly."""
    if front.single:
        return front.points[0]
    payoffs = np.array([p.usd_bn[0] for p in front.points])
    strengths = np.array([p.strength for p in front.points])
    between = np.array([np.interp(level, payoffs, column) for column in strengths.T])
    start = front.walk.visit(between)
    return front.walk.climb(start, _second, level=level)


def falling(points: list[Point]) -> list[Point]:
    """Return points in order, without those that another one beats."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda p: (-p.usd_bn[0], -p.usd_bn[1])):
        if not kept or point.usd_bn[1] > kept[-1].usd_bn[1] + 1e-6:
            kept.append(point)
    return kept[::-1]


def efficiency(point: Point) -> tuple[float, float]:
    """Return the planner's weight on the first side at a deal, and what contradicts it (eq. 12.30).

    What contradicts it is the gain that the derivatives of the weighted sum promise if every strength
    went as far as it can, USD billion; zero at an efficient deal. Where payoffs are concave no deal
    beats this one by more.
    """
    room = np.array([1.0 - point.strength, point.strength])

    def promise(weight: float) -> float:
        slope = weight * point.slope[0] + (1.0 - weight) * point.slope[1]
        return float(np.maximum(slope, 0.0) @ room[0] + np.maximum(-slope, 0.0) @ room[1])

    from scipy.optimize import minimize_scalar

    found = minimize_scalar(promise, bounds=(0.0, 1.0), method="bounded", options={"xatol": 1e-9})
    return min(
        ((float(w), promise(float(w))) for w in (found.x, 0.0, 1.0)), key=lambda pair: pair[1]
    )


def _weighted(weight: float) -> Aim:
    def aim(usd: Array, slope: Array) -> tuple[float, Array]:
        both = np.array([weight, 1.0 - weight])
        return float(both @ usd), both @ slope

    return aim


def _second(usd: Array, slope: Array) -> tuple[float, Array]:
    return float(usd[1]), slope[1]


@dataclass
class _Walk:
    """Steps on a model of both payoffs around the last point, with learnt curvature."""

    scale: Scale
    curvature: Array = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.scale.parts)
        self.curvature = np.zeros((2, count, count))

    def visit(self, strength: Array) -> Point:
        """Solve a point and learn from the change of the derivatives."""
        near = self.scale.nearest(strength)
        point = self.scale.at(strength)
        if near is not None:
            self._learn(near, point)
        return point

    def _learn(self, old: Point, new: Point) -> None:
        """Update the curvature by the symmetric rank-one rule."""
        move = new.strength - old.strength
        for side in (0, 1):
            rest = new.slope[side] - old.slope[side] - self.curvature[side] @ move
            size = float(rest @ move)
            if abs(size) > 1e-6 * float(np.linalg.norm(rest) * np.linalg.norm(move)):
                self.curvature[side] += np.outer(rest, rest) / size

    def climb(self, start: Point, aim: Aim, *, level: float | None = None) -> Point:
        """Return the deal with the best aim, at a payoff of the first side where one is given."""
        here, reach = start, REACH
        for _ in range(MOST_STEPS):
            step, promise = self._step(here, aim, reach, level)
            short = 0.0 if level is None else max(0.0, level - float(here.usd_bn[0]))
            if promise < self.scale.unit and short < CLOSE * self.scale.unit:
                break
            try:
                there = self.visit(step)
            except NoEquilibriumError:
                reach /= 4.0
                continue
            if self._better(there, here, aim, level):
                here, reach = there, min(1.0, 2.0 * reach)
            else:
                reach /= 4.0
            if reach < 1e-4:
                break
        return here

    def _better(self, there: Point, here: Point, aim: Aim, level: float | None) -> bool:
        def merit(point: Point) -> float:
            value = aim(point.usd_bn, point.slope)[0]
            if level is None:
                return value
            short = max(0.0, level - float(point.usd_bn[0]))
            return value - 10.0 * short

        return merit(there) > merit(here) - 1e-12

    def _step(
        self, here: Point, aim: Aim, reach: float, level: float | None
    ) -> tuple[Array, float]:
        """Return the best point of the model within reach, and the gain it promises."""
        from scipy.optimize import minimize

        def model(strength: Array) -> tuple[Array, Array]:
            move = strength - here.strength
            bend = self.curvature @ move
            return here.usd_bn + (here.slope + 0.5 * bend) @ move, here.slope + bend

        def downhill(strength: Any) -> Any:
            value, slope = aim(*model(np.asarray(strength)))
            return -value, -slope

        low = np.maximum(0.0, here.strength - reach)
        high = np.minimum(1.0, here.strength + reach)
        limits: list[Any] = []
        if level is not None:
            limits.append(
                {
                    "type": "ineq",
                    "fun": lambda z: model(z)[0][0] - level,
                    "jac": lambda z: model(z)[1][0],
                }
            )
        options: Any = {"ftol": 1e-9, "maxiter": 100}
        bounds: Any = list(zip(low, high, strict=True))
        origin: Any = here.strength
        end = minimize(
            downhill, origin, jac=True, method="SLSQP", bounds=bounds, constraints=limits,
            options=options,
        )  # fmt: skip
        strength = np.clip(end.x, low, high)
        promise = -downhill(strength)[0] + downhill(here.strength)[0]
        return strength, float(promise)
