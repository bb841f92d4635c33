"""Who has the upper hand in a draw: menus, threats, deals and clocks from a few equilibria."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from upperhand.core.errors import NoEquilibriumError
from upperhand.equilibrium.hats import State, start_state
from upperhand.equilibrium.horizons import trade_elasticities
from upperhand.results.talks import BargainingSet, SevenMeasures
from upperhand.scenario.draw_ready import Ready
from upperhand.scenario.drawn import Numbers, drawn_horizon, drawn_rates, measures_of
from upperhand.scenario.talks import has_two_sides, sides_of
from upperhand.talks.confrontation import Move, Side
from upperhand.talks.dependence import power_from, value_added_content
from upperhand.talks.leverage import upper_hand
from upperhand.talks.measures import BASE, RULE
from upperhand.talks.menu import ACCURATE, Payoffs, packages, payoffs
from upperhand.talks.seven import efficient_again, measures_from, with_ranges
from upperhand.uncertainty.menus import Menu, by_mask, by_pair, menu_of
from upperhand.uncertainty.strengths import assembled
from upperhand.uncertainty.year import Array, Closure, solved_together

if TYPE_CHECKING:
    from upperhand.equilibrium.calibrate import Calibration
    from upperhand.results.ensemble import Ensemble
    from upperhand.results.talks import Talks
    from upperhand.scenario.schema import Scenario
    from upperhand.world.shock import Shock
    from upperhand.world.world import World

Sets = tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]
AROUND = (-0.2, 0.2, 0.5)  # of the frontier: further deals that each draw solves again
LEVEL = 0.8  # share of the draws between the ends of a measure's range
MEASURES = {
    "pain_ratio": "pain ratio of the threats of",
    "credible_ceiling": "credible ceiling of",
    "structural_power": "structural power of",
    "threat_advantage": "threat-point advantage of",
    "surplus_share": "surplus share of",
    "clock": "patience of",
    "escalation": "rung at which it stops of",
}


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
        frontier: Some efficient deals at the central numbers; None where none were found.
        content: [2, N, S] share of each side's value added in every product, at the central numbers.
    """

    sides: tuple[Side, Side]
    paths: Mapping[str, tuple[str, ...]]
    tables: tuple[Table, ...]
    deal_horizon: str
    frontier: BargainingSet | None
    content: Array

    def numbers(self, held: Ready, world: World, draw: Numbers) -> dict[str, float | None]:
        """Return the measures of leverage and who holds the upper hand, by horizon.

        Raises:
            NoEquilibriumError: If a package that a draw solves has no equilibrium.
        """
        sides = self._drawn_sides(held, draw)
        efficient = self._efficient(held, world, sides, draw)
        found: dict[str, float | None] = {}
        for table in self.tables:
            year = _Year.of(self, held, world, table.horizon, draw)
            power = self._power(year.world, table.horizon, draw)
            measured = measures_from(
                sides, year.payoffs(table), efficient[:-1], _pair(efficient[-1]), power=power
            )
            found |= dict(_columns(measured, sides))
        return found

    def _power(self, world: World, name: str, draw: Numbers) -> tuple[float, float]:
        """Return structural power of both sides, with the content of the central numbers."""
        theta = trade_elasticities(world, drawn_horizon(name, draw))
        targets = [world.countries.index(side.members[0]) for side in self.sides[::-1]]
        one, other = (
            100.0 * float(power_from(world, content, target, theta)[0].sum())
            for content, target in zip(self.content, targets, strict=True)
        )
        return one, other

    def _efficient(
        self, held: Ready, world: World, sides: tuple[Side, Side], draw: Numbers
    ) -> Array:
        """Solve some deals again that are efficient at the central numbers, and the state of play."""
        if self.frontier is None:
            return np.zeros((2, 2))
        name = self.deal_horizon
        calibration = held.calibrated(world, drawn_horizon(name, draw))

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
        horizon: Any = calibration.horizon
        return efficient_again(calibration.world, (one, other), self.frontier, horizon, closure)

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

    def solve(self, sets: Sequence[tuple[str, ...]]) -> Array:
        """Return the effects [B, 2] of sets of moves on both sides, USD million a year.

        Sets of one size are solved together, larger ones from what their moves do alone.
        """
        new = [names for names in dict.fromkeys(sets) if names not in self.known]
        for _, alike in groupby(sorted(new, key=len), key=len):
            self._solve_together(list(alike))
        return np.array([self.known[names] for names in sets])

    def _solve_together(self, sets: Sequence[tuple[str, ...]]) -> None:
        calibration = self.held.calibrated(self.world, drawn_horizon(self.name, self.draw))
        found = solved_together(
            calibration,
            [self._shock(names) for names in sets],
            closure=self.held.closure(self.draw),
            words=[f"{' + '.join(names)}, {self.name} horizon" for names in sets],
            near=self.held.starts.get(self.name),
            starts=[self._start(calibration, names) for names in sets],
            tol=ACCURATE,
        )
        inside = [np.isin(self.world.countries, side.members) for side in self.plan.sides]
        for names, solution in zip(sets, found, strict=True):
            gain = calibration.base.income * (solution.real_income - 1.0)
            self.known[names] = np.array([gain[own].sum() for own in inside])
            if len(names) == 1:
                self.states[names[0]] = solution.state

    def _shock(self, names: tuple[str, ...]) -> Shock:
        paths = [path for name in names for path in self.plan.paths[name]]
        cells = [self.held.cells(self.world, path, self.name, self.draw) for path in paths]
        return assembled(self.world, cells)

    def _start(self, calibration: Calibration, names: tuple[str, ...]) -> State:
        """Return the baseline, or what the moves of a set do alone added up."""
        start = start_state(calibration.base)
        if len(names) > 1 and all(name in self.states for name in names):
            return _sum(start, [self.states[name] for name in names])
        return start


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
    rows = (tuple(map(world.countries.index, side.members)) for side in sides)
    content = np.array([value_added_content(world, row) for row in rows])
    return TalksPlan(sides, paths, tables, talks.deal_horizon, _some_deals(talks), content)


def _some_deals(talks: Talks) -> BargainingSet | None:
    """Return a few deals along the frontier: its ends, and around what is agreed."""
    if talks.frontier is None:
        return None
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
    return replace(talks.frontier, points=tuple(points[k] for k in at))


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


def _columns(found: SevenMeasures, sides: tuple[Side, Side]) -> Iterator[tuple[str, float | None]]:
    """Yield the measures of a draw, and who holds by the rule of the sentence (eq. 12.14)."""
    first, second, horizon = sides[0].name, sides[1].name, found.horizon
    for key, values in found.values.items():
        for side, value in zip((first, second), values, strict=True):
            yield measure_name(key, side, horizon), value
    waits = float(np.sign(found.patience))
    yield waits_name(first, second, horizon), waits
    holder = upper_hand(found.advantage, found.share, waits, sides=(first, second)).holder
    yield holds(first, second, horizon), {first: 1.0, second: -1.0}.get(holder or "", 0.0)


def measured_talks(talks: Talks, many: Ensemble) -> Talks:
    """Return talks whose measures have the ranges, and whose sentence the probability, of draws."""
    first, second = talks.sides
    drawn: dict[str, list[SevenMeasures]] = {}
    good = many.answered
    for leverage in talks.leverage:
        horizon = leverage.horizon
        if holds(first, second, horizon) not in many.outputs or not good.any():
            continue
        columns = {
            row.key: [
                many.outputs[measure_name(row.key, side, horizon)][good] for side in talks.sides
            ]
            for row in leverage.rows
            if measure_name(row.key, first, horizon) in many.outputs
        }
        waits = many.outputs[waits_name(first, second, horizon)][good]
        drawn[horizon] = [
            _measures(columns, k, horizon, float(waits[k])) for k in range(len(waits))
        ]
    return with_ranges(talks, drawn, level=LEVEL) if drawn else talks


def _measures(
    columns: Mapping[str, Sequence[Array]], k: int, horizon: str, waits: float
) -> SevenMeasures:
    def at(column: Array) -> float | None:
        return float(column[k]) if np.isfinite(column[k]) else None

    values = {key: (at(one), at(other)) for key, (one, other) in columns.items()}
    share = values["surplus_share"][0]
    advantage = values["threat_advantage"][0] or 0.0
    return SevenMeasures(horizon, values, advantage, 0.5 if share is None else share, waits)


def measure_name(key: str, side: str, horizon: str) -> str:
    """Return the name of a measure of leverage in a draw.

    Examples:
        >>> measure_name("threat_advantage", "USA", "long")
        'threat-point advantage of USA, long'
    """
    return f"{MEASURES[key]} {side}, {horizon}"


def waits_name(first: str, second: str, horizon: str) -> str:
    """Return the name of who can wait longer: 1 for the first side, -1 for the second."""
    return f"clock for {first} (1) or {second} (-1), {horizon}"


def holds(first: str, second: str, horizon: str) -> str:
    """Return the name of who holds: 1 for the first side, -1 for the second, 0 for neither.

    Examples:
        >>> holds("USA", "CHN", "long")
        'upper hand of USA (1) or CHN (-1), long'
    """
    return f"upper hand of {first} (1) or {second} (-1), {horizon}"


def _pair(values: Array) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def _name(side: Side, move: Move) -> str:
    return f"{side.name}: {move.label}"


def _sum(start: State, states: Sequence[State]) -> State:
    """Return a first point: as if the moves did not interact."""
    found = [
        first + sum(np.asarray(state[k]) - first for state in states)
        for k, first in enumerate(map(np.asarray, start))
    ]
    return State(*found)
