"""Deals in which every measure has a strength between 0 and 1 (model book, eq. 12.27-12.28).

What is in force can be kept in part, an offer made in part, a threat carried out in part, and the
tariffs that stand between the two sides cut in part. Payoffs and their derivatives by every strength
come from one equilibrium and one adjoint.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError
from upperhand.equilibrium.calibrate import Calibration, calibrate, wedges_of
from upperhand.equilibrium.gradient import only, real_income_seed, solve_adjoint, wedge_gradient
from upperhand.equilibrium.hats import State, Wedges
from upperhand.equilibrium.horizons import Horizon, horizon_of
from upperhand.equilibrium.ladder import Solution, solve_wedges
from upperhand.equilibrium.many import solve_many
from upperhand.equilibrium.solve import Closure
from upperhand.results.talks import DealPart
from upperhand.world.shock import Shock, check_shock, compose, compose_all, no_shock
from upperhand.world.world import World

if TYPE_CHECKING:
    from upperhand.talks.confrontation import Move, Side

Array = npt.NDArray[np.float64]
Cells = tuple[npt.NDArray[np.intp], ...]

ACCURATE = 1e-9  # of the map
DERIVED = 1e-6  # of the adjoint, relative to the largest direct derivative
SMALLEST = 0.5  # points of an average standing tariff below which there is nothing to cut
NEARLY_ALL = 0.9  # of the trade under standing tariffs
ADDED = ("tariff", "export_tax", "subsidy")
MULTIPLIED = ("trade_cost", "productivity", "factor_supply")


@dataclass(frozen=True, eq=False)
class Part:
    """One thing that a deal holds in part.

    Attributes:
        about: What it is, for reports.
        side: Position of the side that decides on it.
        wedges: By kind, the cells that it touches and their wedges at full strength.
    """

    about: DealPart
    side: int
    wedges: dict[str, tuple[Cells, Array]]

    def join(self, kind: str, strength: float, total: Array) -> None:
        """Add this part at a strength to wedges of one kind, in place (eq. 9.21)."""
        if kind not in self.wedges:
            return
        cells, full = self.wedges[kind]
        if kind in ADDED:
            total[cells] += strength * full
        elif kind == "availability":
            total[cells] *= 1.0 - strength * (1.0 - full)
        else:
            total[cells] *= full**strength

    def along(self, kind: str, strength: float, total: Shock, by_wedge: Array) -> float:
        """Return the derivative by the strength, from the one by each wedge of a kind."""
        if kind not in self.wedges:
            return 0.0
        cells, full = self.wedges[kind]
        speed = full
        if kind == "availability":
            own = 1.0 - strength * (1.0 - full)
            rest = np.where(own > 0, total.availability[cells] / np.where(own > 0, own, 1.0), 1.0)
            speed = rest * (full - 1.0)
        elif kind not in ADDED:
            speed = getattr(total, kind)[cells] * np.log(full)
        return float((by_wedge[cells] * speed).sum())


def _wedges(world: World, shock: Shock) -> dict[str, tuple[Cells, Array]]:
    """Return the cells that a shock touches, with its wedges there, by kind."""
    full = {
        "tariff": shock.tariff(world) - world.tariff,
        "export_tax": shock.export_tax_add,
        "subsidy": shock.subsidy_add,
    }
    full |= {kind: getattr(shock, kind) for kind in (*MULTIPLIED, "availability")}
    found = {}
    for kind, values in full.items():
        cells = np.nonzero(values if kind in ADDED else values - 1.0)
        if len(cells[0]):
            found[kind] = (cells, np.asarray(values)[cells])
    return found


def parts_of(world: World, sides: tuple[Side, Side], *, standing: bool = True) -> tuple[Part, ...]:
    """Return everything that a deal of two sides can scale (eq. 12.27).

    Args:
        world: The baseline.
        sides: Both sides.
        standing: Whether the tariffs in force between the sides can be cut, all in proportion. A
            threatened tariff, and an offer to cut the tariff on nearly all goods, are then no
            parts of their own, for they would move the same tariff.
    """
    found = []
    for k, side in enumerate(sides):
        merged = _merged(world, sides, k) if standing else ()
        apart = tuple(move for move in side.offers if move not in merged)
        cut = _standing(world, sides, k, apart, merged) if standing else []
        threats = [
            move
            for move in side.moves
            if not move.in_force and not (cut and move.threat_pp is not None)
        ]
        for role, moves in (
            ("in force", [move for move in side.moves if move.in_force]),
            ("offer", apart if cut else side.offers),
            ("threat", threats),
        ):
            found += [_part(world, sides, k, move, role) for move in moves]
        found += cut
    return tuple(found)


def _part(world: World, sides: tuple[Side, Side], k: int, move: Move, role: str) -> Part:
    shock = compose_all(world, move.measures)
    points = _mean_points(world, sides, k, shock.tariff(world) - world.tariff)
    now = 1.0 if role == "in force" else 0.0
    about = DealPart(sides[k].name, move.label, role, now, points)
    return Part(about, k, _wedges(world, shock))


def _merged(world: World, sides: tuple[Side, Side], k: int) -> tuple[Move, ...]:
    """Return the offers that cut the tariff on nearly all goods, and do nothing else."""
    standing = world.trade * _between(world, sides, k) * (world.tariff > 0)
    found = []
    for move in sides[k].offers:
        wedges = _wedges(world, compose_all(world, move.measures))
        cells, points = wedges.get("tariff", ((), np.zeros(0)))
        if set(wedges) != {"tariff"} or points.max() > 0 or not standing.sum():
            continue
        if standing[cells].sum() / standing.sum() >= NEARLY_ALL:
            found.append(move)
    return tuple(found)


def _between(world: World, sides: tuple[Side, Side], k: int) -> Array:
    """Return 1 where side `k` imports from the other side, else 0."""
    cells = np.zeros(world.trade.shape)
    sources = np.flatnonzero(np.isin(world.countries, sides[1 - k].members))
    own = np.flatnonzero(np.isin(world.countries, sides[k].members))
    cells[np.ix_(sources, own)] = 1.0
    return cells


def _mean_points(world: World, sides: tuple[Side, Side], k: int, change: Array) -> float:
    """Return the change of side `k`'s average tariff on the other side's goods, in points."""
    goods = (world.tariff > 0).any(axis=(0, 1))
    weight = world.trade * _between(world, sides, k) * goods
    return float(100.0 * (change * weight).sum() / weight.sum()) if weight.sum() else 0.0


def _standing(
    world: World,
    sides: tuple[Side, Side],
    k: int,
    apart: Sequence[Move],
    merged: Sequence[Move],
) -> list[Part]:
    """Return the cut of what stands between the sides, other offers to cut tariffs made first."""
    offered = reduce(
        compose, (compose_all(world, move.measures) for move in apart), no_shock(world)
    )
    left = np.maximum(offered.tariff(world), 0.0) * _between(world, sides, k)
    points = _mean_points(world, sides, k, -left)
    if points > -SMALLEST:
        return []
    about = DealPart(
        side=sides[k].name,
        label=f"tariffs in force on {sides[1 - k].name}",
        role="standing tariffs",
        now=0.0,
        points=points,
        includes=tuple(
            (move.label, _part(world, sides, k, move, "offer").about.points) for move in merged
        ),
    )
    return [Part(about, k, _wedges(world, replace(no_shock(world), tariff_add=-left)))]


@dataclass(frozen=True, eq=False)
class Point:
    """A deal that has been solved.

    Attributes:
        strength: [K] strength of each part.
        usd_bn: [2] payoffs of the sides, USD billion a year over the baseline.
        slope: [2, K] their derivatives by each strength.
        state: The equilibrium.
        multipliers: Of its adjoint.
    """

    strength: Array
    usd_bn: Array
    slope: Array
    state: State
    multipliers: Array

    def distance(self, strength: Array) -> float:
        """Return the sum of differences in strength."""
        return float(np.abs(self.strength - strength).sum())


@dataclass
class Scale:
    """Payoffs of both sides as functions of strengths (eq. 12.28); remembers what it has solved."""

    world: World
    calibration: Calibration
    parts: tuple[Part, ...]
    weights: Array
    closure: Closure
    solved: list[Point] = field(default_factory=list)
    solves: int = 0

    @classmethod
    def of(
        cls,
        world: World,
        sides: tuple[Side, Side],
        horizon: str | Horizon,
        closure: Closure,
        *,
        standing: bool = True,
    ) -> Scale:
        """Return the payoffs of two sides at a horizon."""
        members = [np.isin(world.countries, side.members) for side in sides]
        weights = np.stack([np.where(inside, world.income, 0.0) for inside in members]) / 1e3
        calibration = calibrate(world, horizon_of(horizon), scale=False, labour_supply=0.0)
        return cls(world, calibration, parts_of(world, sides, standing=standing), weights, closure)

    @property
    def unit(self) -> float:
        """Return a payoff too small to matter, USD billion: a tenth of a millionth of income."""
        return 1e-7 * float(self.weights.sum())

    @property
    def now(self) -> Array:
        """Return the strengths of the state of play."""
        return np.array([part.about.now for part in self.parts])

    def worth(self, strength: Array) -> Array:
        """Return the payoffs [2] of a deal, without derivatives.

        Raises:
            NoEquilibriumError: If the deal has no equilibrium.
        """
        return self._payoffs(self._solve(self._shock(strength), strength))

    def worths(self, strengths: Sequence[Array]) -> Array:
        """Return the payoffs [B, 2] of many deals, solved together.

        Raises:
            NoEquilibriumError: If one of them has no equilibrium.
        """
        self.solves += len(strengths)
        found = solve_many(
            self.calibration,
            [self._shock(strength) for strength in strengths],
            closure=self.closure,
            tol=ACCURATE,
            starts=[self._guess(strength) for strength in strengths],
        )
        return np.array([self._payoffs(_settled(solution)) for solution in found])

    def at(self, strength: Array) -> Point:
        """Return payoffs and derivatives of a deal (eq. 12.28).

        Raises:
            NoEquilibriumError: If the deal has no equilibrium, or it has no derivative.
        """
        shock = self._shock(strength)
        solution = self._solve(shock, strength)
        level = self.weights * solution.real_income
        seed = real_income_seed(solution, level.T)
        near = self.nearest(strength)
        back, multipliers = solve_adjoint(
            solution, seed, tol=DERIVED, start=near.multipliers if near else None
        )
        slope = np.zeros((2, len(self.parts)))
        for kind in self.kinds:
            for side in (0, 1):
                by_wedge = wedge_gradient(
                    self.world, shock, solution, only(back, side), kind, sectors=self.rows[kind]
                )
                slope[side] += [
                    part.along(kind, float(x), shock, by_wedge)
                    for part, x in zip(self.parts, strength, strict=True)
                ]
        point = Point(
            np.array(strength), self._payoffs(solution), slope, solution.state, multipliers
        )
        self.solved.append(point)
        return point

    def nearest(self, strength: Array) -> Point | None:
        """Return the point solved nearest; None before the first."""
        return min(self.solved, key=lambda p: p.distance(strength), default=None)

    def _payoffs(self, solution: Solution) -> Array:
        return np.asarray(self.weights @ (solution.real_income - 1.0))

    @cached_property
    def rows(self) -> dict[str, npt.NDArray[np.intp]]:
        """Return the positions of the sectors that some part moves, by kind of wedge."""
        return {
            kind: np.unique(
                np.concatenate(
                    [part.wedges[kind][0][-1] for part in self.parts if kind in part.wedges]
                )
            )
            for kind in self.kinds
        }

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of wedges that some part moves."""
        return tuple(dict.fromkeys(kind for part in self.parts for kind in part.wedges))

    def _shock(self, strength: Array) -> Shock:
        """Return all parts at their strengths together (eq. 9.21)."""
        nothing = no_shock(self.world)
        changed: dict[str, Any] = {}
        for kind in self.kinds:
            joined = np.array(getattr(nothing, _field(kind)))
            for part, x in zip(self.parts, strength, strict=True):
                part.join(kind, float(x), joined)
            changed[_field(kind)] = joined
        total = replace(nothing, **changed)
        check_shock(self.world, total)
        return total

    def _solve(self, shock: Shock, strength: Array) -> Solution:
        def wedges_at(size: float) -> Wedges:
            return wedges_of(self.calibration, shock, closure=self.closure, size=size)

        self.solves += 1
        solution = solve_wedges(
            self.calibration, wedges_at, tol=ACCURATE, max_steps=500, start=self._guess(strength)
        )
        return _settled(solution)

    def _guess(self, strength: Array) -> State | None:
        """Return the state on the plane through the points solved nearby."""
        if not self.solved:
            return None
        near = sorted(self.solved, key=lambda p: p.distance(strength))
        near = near[: len(self.parts) + 1]
        moves = np.array([p.strength - near[0].strength for p in near[1:]])
        if not len(moves):
            return near[0].state
        mix = np.linalg.lstsq(moves.T, strength - near[0].strength, rcond=1e-3)[0]
        if np.abs(mix).sum() > 3.0:
            return near[0].state
        return State(
            *(
                base
                + sum(
                    c * (getattr(p.state, name) - base) for c, p in zip(mix, near[1:], strict=True)
                )
                for name, base in zip(State._fields, near[0].state, strict=True)
            )
        )


def _settled(solution: Solution) -> Solution:
    if not solution.outcome.ok:
        raise NoEquilibriumError(f"a deal in parts: {solution.outcome.sentence()}")
    return solution


def _field(kind: str) -> str:
    return f"{kind}_add" if kind in ADDED else kind
