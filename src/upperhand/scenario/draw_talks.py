"""Who has the upper hand in a draw: menus, threats, deals and clocks from a few equilibria."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from upperhand.core.errors import NoEquilibriumError, OptionError
from upperhand.equilibrium.hats import State, start_state
from upperhand.scenario.draw_ready import Ready
from upperhand.scenario.drawn import Numbers, drawn_horizon, drawn_rates, measures_of
from upperhand.scenario.talks import has_two_sides, sides_of
from upperhand.talks.agree import rates_of
from upperhand.talks.alternating import limit_shares
from upperhand.talks.bargaining import nash_solution
from upperhand.talks.confrontation import Move, Side
from upperhand.talks.frontiers import Curve, Frontier, outcomes
from upperhand.talks.leverage import clock, upper_hand
from upperhand.talks.measures import BASE, RULE, signs_of
from upperhand.talks.menu import ACCURATE, Payoffs, packages, payoffs
from upperhand.talks.scaling import Scale
from upperhand.talks.threats import variable_threats
from upperhand.uncertainty.menus import Menu, by_mask, by_pair, menu_of
from upperhand.uncertainty.strengths import assembled
from upperhand.uncertainty.year import Array, Closure, real_income, solved

if TYPE_CHECKING:
    from upperhand.results.talks import Talks
    from upperhand.scenario.schema import Scenario
    from upperhand.world.world import World

Sets = tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]
AROUND = (-0.2, 0.2, 0.5)  # of the frontier: further deals that each draw solves again
GRID = 501  # points along the frontier on which prizes are read
FLAT = 1e-6  # USD billion; deals closer than this are one


@dataclass(frozen=True, eq=False)
class Table:
    """A menu at one horizon, ready for draws.

    Attributes:
        horizon: Name of the horizon.
        menu: Central effects and the sets that draws solve.
        labels: Labels of the moves of each side.
        sets: Moves in each package of each side.
    """

    horizon: str
    menu: Menu
    labels: tuple[tuple[str, ...], tuple[str, ...]]
    sets: Sets


@dataclass(frozen=True, eq=False)
class TalksPlan:
    """What the talks of a draw need; goes to the workers with the task.

    Attributes:
        sides: Both sides with the central numbers.
        paths: Paths of the measures of each move and offer, by its name.
        tables: Menu at each horizon.
        deal_horizon: Horizon of the deals.
        deals: [deal, part] strengths of some efficient deals at the central numbers; none where
            deals in parts were not found.
    """

    sides: tuple[Side, Side]
    paths: Mapping[str, tuple[str, ...]]
    tables: tuple[Table, ...]
    deal_horizon: str
    deals: Array

    def numbers(self, held: Ready, world: World, draw: Numbers) -> dict[str, float]:
        """Return threat-point advantage, surplus share, clock and holder by horizon.

        Raises:
            NoEquilibriumError: If a package that a draw solves has no equilibrium.
        """
        sides = self._drawn_sides(held, draw)
        bargain = self._bargain(held, world, sides, draw)
        found: dict[str, float] = {}
        for table in self.tables:
            year = _Year.of(self, held, world, table.horizon, draw)
            found |= dict(_leverage(sides, year.payoffs(table), bargain))
        return found

    def _bargain(
        self, held: Ready, world: World, sides: tuple[Side, Side], draw: Numbers
    ) -> _Bargain | None:
        """Solve some deals again that are efficient at the central numbers.

        Deals that are efficient at other numbers do better by terms of second order only.
        """
        if not len(self.deals):
            return None
        name = self.deal_horizon
        horizon = drawn_horizon(name, draw)
        calibration = held.calibrated(world, horizon)

        def shocks(move: Move, side: Side) -> Move:
            pieces = [held.cells(world, path, name, draw) for path in self.paths[_name(side, move)]]
            whole: Any = assembled(calibration.world, pieces)
            return replace(move, measures=(whole,))

        one, other = (
            replace(
                side,
                moves=tuple(shocks(move, side) for move in side.moves),
                offers=tuple(shocks(move, side) for move in side.offers),
            )
            for side in sides
        )
        closure: Closure = "share" if held.closure(draw) == "share" else "fixed"
        scale = Scale.of(calibration.world, (one, other), horizon, closure)
        points = np.array([scale.worth(strength) for strength in self.deals])
        return _Bargain(points, scale.worth(scale.now), rates_of(sides))

    def _drawn_sides(self, held: Ready, draw: Numbers) -> tuple[Side, Side]:
        clocks = drawn_rates(held.scenario, draw)
        one, other = (
            replace(
                side,
                discount_rate=clocks[side.name].discount_rate,
                hazards=tuple(hazard.per_year for hazard in clocks[side.name].hazards),
            )
            if side.name in clocks
            else side
            for side in self.sides
        )
        return one, other


@dataclass(frozen=True, eq=False)
class _Year:
    """Equilibria of one horizon in a draw, each solved once."""

    plan: TalksPlan
    held: Ready
    draw: Numbers
    name: str
    world: World
    income: Array  # [2] baseline income of each side, USD million
    known: dict[tuple[str, ...], Array]
    states: dict[str, State]

    @classmethod
    def of(cls, plan: TalksPlan, held: Ready, world: World, name: str, draw: Numbers) -> _Year:
        calibration = held.calibrated(world, drawn_horizon(name, draw))
        income = np.array(
            [
                calibration.base.income[np.isin(world.countries, side.members)].sum()
                for side in plan.sides
            ]
        )
        return cls(plan, held, draw, name, calibration.world, income, {}, {})

    def payoffs(self, table: Table) -> Payoffs:
        """Return the effects of every pair of packages, filled from the sets that are solved."""
        usd = by_pair(table.menu.worth(self.solve), table.sets)
        one, other = self.plan.sides
        return Payoffs(
            sides=(one.name, other.name),
            menus=(packages(table.labels[0]), packages(table.labels[1])),
            percent=100.0 * usd / self.income[:, None, None],
            usd=usd,
            horizon=self.name,
            failed=(),
        )

    def solve(self, names: tuple[str, ...]) -> Array:
        """Return the effect of some moves together on both sides, USD million a year."""
        if names not in self.known:
            self.known[names] = self._solved(names)
        return self.known[names]

    def _solved(self, names: tuple[str, ...]) -> Array:
        calibration = self.held.calibrated(self.world, drawn_horizon(self.name, self.draw))
        paths = [path for name in names for path in self.plan.paths[name]]
        cells = [self.held.cells(self.world, path, self.name, self.draw) for path in paths]
        start = start_state(calibration.base)
        if len(names) > 1 and all(name in self.states for name in names):
            start = _sum(start, [self.states[name] for name in names])
        found = solved(
            calibration,
            assembled(self.world, cells),
            closure=self.held.closure(self.draw),
            words=f"{' + '.join(names)}, {self.name} horizon",
            start=start,
            tol=ACCURATE,
        )
        if len(names) == 1:
            self.states[names[0]] = found.state
        gain = calibration.base.income * (real_income(found) - 1.0)
        return np.array(
            [gain[np.isin(self.world.countries, s.members)].sum() for s in self.plan.sides]
        )


@dataclass(frozen=True, eq=False)
class _Bargain:
    """Deals of a draw: payoffs [deal, 2] of efficient ones, those while talking, impatience."""

    points: Array
    talking: Array
    rates: tuple[float, float]

    @property
    def curve(self) -> Frontier:
        """The frontier through the deals; one deal where one is best for both."""
        order = np.argsort(-self.points[:, 0])
        kept: list[Array] = []
        for point in self.points[order]:
            if not kept or point[1] > kept[-1][1] + FLAT:
                kept.append(point)
        table = np.array(kept[::-1])
        if len(table) == 1:
            return outcomes(table, names=["the deal that is best for both"])
        from scipy.interpolate import PchipInterpolator

        curve = PchipInterpolator(table[:, 0], table[:, 1])
        return Curve(curve, table[0, 0], table[-1, 0], whole=True)

    def share(self, threat: Sequence[float]) -> float | None:
        """Return the first side's share of the surplus over a threat point (eq. 12.9)."""
        try:
            deal = nash_solution(self.curve, threat, weights=limit_shares(self.rates))
        except OptionError:
            return None
        gains = np.array(deal.payoffs) - np.array(threat)
        whole = gains.sum() > 0 and gains.min() >= 0
        return float(gains[0] / gains.sum()) if whole else None

    def prizes(self) -> tuple[float, float] | None:
        """Return what each side fights for: its best deal against the other's best."""
        curve = self.curve
        if not isinstance(curve, Curve):
            return None
        grid = np.linspace(curve.low, curve.high, GRID)
        other = np.asarray(curve.other(grid))
        fine = (grid >= self.talking[0]) & (other >= self.talking[1])
        if not fine.any():
            return None
        found = float(np.ptp(grid[fine])), float(np.ptp(other[fine]))
        return found if min(found) > FLAT else None


def talks_plan(
    scenario: Scenario, held: Ready, world: World, central: Numbers, talks: Talks
) -> TalksPlan | None:
    """Return what draws of the talks need; None without two sides, or without all central packages.

    Args:
        scenario: The scenario at the central numbers.
        held: The scenario made ready.
        world: Its baseline at the central numbers.
        central: The central numbers.
        talks: Talks of the same scenario at the central numbers.
    """
    if not has_two_sides(scenario):
        return None
    sides = sides_of(scenario, world)
    where = {id(measure): path for path, measure in measures_of(scenario)}
    paths = {
        _name(side, move): tuple(where[id(measure)] for measure in move.measures)
        for side in sides
        for move in (*side.moves, *side.offers)
    }
    moves = tuple(side.moves for side in sides)
    bare = _Central(scenario, held, world, central, sides, talks)
    try:
        tables = tuple(bare.table(name, moves) for name in scenario.horizons)
    except NoEquilibriumError:
        return None
    return TalksPlan(sides, paths, tables, talks.deal_horizon, _some_deals(talks))


def _some_deals(talks: Talks) -> Array:
    """Return strengths of a few deals along the frontier: its ends, and around what is agreed."""
    if talks.frontier is None:
        return np.zeros((0, 0))
    points = talks.frontier.points
    first = np.array([point.usd_bn[0] for point in points])
    agreed = [
        a.payoffs_usd_bn[0]
        for a in talks.agreements
        if a.payoffs_usd_bn is not None and (a.threat, a.rule) == (BASE, RULE)
    ]
    pick = agreed[0] if agreed else float(first.mean())
    width = float(np.ptp(first))
    wanted = [first.min(), first.max(), pick, *(pick + step * width for step in AROUND)]
    at = sorted({int(np.abs(first - level).argmin()) for level in wanted})
    return np.array([points[k].strengths for k in at], dtype=np.float64)


@dataclass(frozen=True, eq=False)
class _Central:
    """The confrontation at the central numbers."""

    scenario: Scenario
    held: Ready
    world: World
    central: Numbers
    sides: tuple[Side, Side]
    talks: Talks

    def table(self, horizon: str, moves: Sequence[Sequence[Move]]) -> Table:
        labels = tuple(tuple(move.label for move in own) for own in moves)
        sets = tuple(tuple(p.moves for p in packages(own)) for own in labels)
        usd = self._known(horizon, (len(sets[0]), len(sets[1])))
        if usd is None:
            usd = self._payoffs(horizon, moves, labels)
        worth = by_mask(usd, (sets[0], sets[1]))
        if not np.isfinite(worth).all():
            raise NoEquilibriumError(f"some packages have no equilibrium at the {horizon} horizon")
        names = [_name(s, m) for s, own in zip(self.sides, moves, strict=True) for m in own]
        return Table(horizon, menu_of(names, worth), (labels[0], labels[1]), (sets[0], sets[1]))

    def _known(self, horizon: str, shape: tuple[int, int]) -> Array | None:
        """Return the table of talks that were computed before, USD million."""
        for table in self.talks.tables:
            usd = np.array(table.usd_bn, dtype=np.float64)
            if table.horizon == horizon and usd.shape == (2, *shape):
                return np.asarray(1e3 * usd)
        return None

    def _payoffs(
        self,
        horizon: str,
        moves: Sequence[Sequence[Move]],
        labels: tuple[tuple[str, ...], ...],
    ) -> Array:
        span = drawn_horizon(horizon, self.central)
        world = self.held.calibrated(self.world, span).world
        where = {id(measure): path for path, measure in measures_of(self.scenario)}

        def shocks(own: Sequence[Move]) -> list[tuple[object, ...]]:
            return [
                tuple(
                    assembled(world, [self.held.cells(world, where[id(m)], horizon, self.central)])
                    for m in move.measures
                )
                for move in own
            ]

        one, other = self.sides
        return payoffs(
            world,
            (one.name, other.name),
            (one.members, other.members),
            (shocks(moves[0]), shocks(moves[1])),  # type: ignore[arg-type]  # shocks are sources
            (labels[0], labels[1]),
            horizon=span,
            closure="share" if self.scenario.closure == "share" else "fixed",
        ).usd


def _leverage(
    sides: tuple[Side, Side], table: Payoffs, bargain: _Bargain | None
) -> Iterator[tuple[str, float]]:
    """Yield the numbers of the sentence at one horizon: 12.2, 12.9, 12.10 and 12.14."""
    from upperhand.game.normal_form import bimatrix

    first, second, horizon = sides[0].name, sides[1].name, table.horizon
    usd = table.usd / 1e3
    found = variable_threats(bimatrix(usd[0], usd[1]))
    share = None if bargain is None else bargain.share(found.threat)
    prizes = None if bargain is None else bargain.prizes()
    ticking = None
    if bargain is not None and prizes is not None:
        losses = [-float(usd[k, -1, -1]) for k in (0, 1)]
        ticking = clock(losses, [p / r for p, r in zip(prizes, bargain.rates, strict=True)])
    signs = signs_of(found.advantage, share, ticking)
    holder = upper_hand(*signs, sides=(first, second)).holder
    yield f"threat-point advantage of {first}, {horizon}", found.advantage
    yield f"surplus share of {first}, {horizon}", signs[1] if share is None else share
    yield f"clock for {first} (1) or {second} (-1), {horizon}", float(np.sign(signs[2]))
    yield holds(first, second, horizon), {first: 1.0, second: -1.0}.get(holder or "", 0.0)


def holds(first: str, second: str, horizon: str) -> str:
    """Return the name of who holds: 1 for the first side, -1 for the second, 0 for neither.

    Examples:
        >>> holds("USA", "CHN", "long")
        'upper hand of USA (1) or CHN (-1), long'
    """
    return f"upper hand of {first} (1) or {second} (-1), {horizon}"


def _name(side: Side, move: Move) -> str:
    return f"{side.name}: {move.label}"


def _sum(start: State, states: Sequence[State]) -> State:
    """Return a first point: as if the moves did not interact."""
    found = [
        first + sum(np.asarray(state[k]) - first for state in states)
        for k, first in enumerate(map(np.asarray, start))
    ]
    return State(*found)
