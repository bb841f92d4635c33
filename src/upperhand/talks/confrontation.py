"""A confrontation from end to end: menus, threats, leverage and the deal (model book, chapter 12).

Everything is computed from equilibria of one world; nothing is fitted to what was agreed. Money is
the equivalent variation of a side's real income, USD billion a year, at the horizon named.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError, raise_faults, unknown
from upperhand.equilibrium.solve import Closure
from upperhand.results.talks import Agreement, Ceiling, Leverage, PayoffTable, Talks
from upperhand.talks.bargain import Bargain, bargain_of
from upperhand.talks.ceilings import ceiling_rows
from upperhand.talks.ladder import ladder_of
from upperhand.talks.lasting import deal_by_horizon, lasting
from upperhand.talks.measures import Parts, leverage_at, parts_of_sectors, settlement_curve
from upperhand.talks.menu import Payoffs, payoffs
from upperhand.talks.protocols import protocols, settlement_clocks
from upperhand.talks.scaled_deals import bargaining_set
from upperhand.talks.setting import Setting, Traits
from upperhand.talks.stage import dispute_of, threat_tests
from upperhand.world.shock import ShockSource
from upperhand.world.world import World

Array = npt.NDArray[np.float64]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Move:
    """A move of one side: measures that go together.

    Attributes:
        label: In words.
        measures: What is done.
        in_force: True when it is in force while the sides talk; false for a threat.
        threat_pp: Points of an add-on tariff on the other side, when that is what the move is.
    """

    label: str
    measures: tuple[ShockSource, ...]
    in_force: bool = False
    threat_pp: float | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a confrontation.

    Attributes:
        name: Code or name.
        members: Countries whose real income counts.
        moves: What it does or threatens.
        offers: What it can concede in a deal, each on top of the state of play.
        discount_rate: A year.
        hazards: Yearly rates of political events that would take the deal's value from it.
        traits: What is assumed about it.
    """

    name: str
    members: tuple[str, ...]
    moves: tuple[Move, ...]
    offers: tuple[Move, ...] = ()
    discount_rate: float = 0.05
    hazards: tuple[float, ...] = field(default=())
    traits: Traits = field(default_factory=Traits)


def confront(
    world: World,
    first: Side,
    second: Side,
    *,
    horizons: Sequence[str] = ("short", "medium", "long"),
    deal_horizon: str = "medium",
    closure: Closure = "fixed",
    at_horizon: Callable[[Side, str], Side] | None = None,
    scaled: bool = True,
    standing: bool = True,
    setting: Setting | None = None,
    progress: Progress | None = None,
) -> Talks:
    """Compute war, threats, talks and leverage of two sides.

    Args:
        world: The baseline: the state of play before any of the moves.
        first: One side.
        second: The other.
        horizons: Horizons at which menus and leverage are evaluated.
        deal_horizon: Horizon at which deals are valued.
        closure: `fixed` or `share`.
        at_horizon: Returns a side with its moves as they work at a horizon, for example after its
            stocks have run out; moves are the same at all horizons by default.
        scaled: Whether a deal can hold every measure in part; else deals are sets of measures.
        standing: Whether the tariffs in force between the sides can be cut in a deal in parts.
        setting: What is assumed about the talks.
        progress: Called with (steps done, steps in all, words).

    Returns:
        Everything as plain data that stand alone.

    Raises:
        OptionError: If a side is empty, unknown, or both sides share a country.

    Examples:
        >>> from upperhand.measures import Tariff
        >>> from upperhand.world.toy import toy_world
        >>> usa = Side(
        ...     "USA",
        ...     ("USA",),
        ...     (Move("tariff", (Tariff(by="USA", against=["CHN"], add_pp=50),), threat_pp=50),),
        ... )
        >>> chn = Side(
        ...     "CHN",
        ...     ("CHN",),
        ...     (Move("answer", (Tariff(by="CHN", against=["USA"], add_pp=50),), threat_pp=50),),
        ... )
        >>> talks = confront(toy_world(), usa, chn, horizons=["long"], deal_horizon="long")
        >>> talks.tables[0].rows
        ('hold', 'tariff')
        >>> talks.leverage[0].holder in ("USA", "CHN", None)
        True
    """
    begun = begin(
        world,
        first,
        second,
        horizons=horizons,
        deal_horizon=deal_horizon,
        closure=closure,
        at_horizon=at_horizon,
        scaled=scaled,
        standing=standing,
        setting=setting,
    )
    return begun.finish(progress)


def begin(
    world: World,
    first: Side,
    second: Side,
    *,
    horizons: Sequence[str] = ("short", "medium", "long"),
    deal_horizon: str = "medium",
    closure: Closure = "fixed",
    at_horizon: Callable[[Side, str], Side] | None = None,
    scaled: bool = True,
    standing: bool = True,
    setting: Setting | None = None,
    other: Executor | None = None,
) -> Confrontation:
    """Begin what `confront` computes: with another process, its deals are solved meanwhile.

    Args and errors as for `confront`; `other` is the process.
    """
    _check(world, first, second, horizons, deal_horizon, closure)
    as_it_is = at_horizon or _same
    wanted = dict.fromkeys([*horizons, deal_horizon])
    then = {name: (as_it_is(first, name), as_it_is(second, name)) for name in wanted}
    task = partial(
        _Deals.of,
        world,
        then[deal_horizon],
        deal_horizon,
        closure,
        scaled=scaled,
        standing=standing,
    )
    return Confrontation(
        world=world,
        sides=(first, second),
        horizons=tuple(horizons),
        deal_horizon=deal_horizon,
        closure=closure,
        standing=standing,
        setting=setting or Setting(),
        then=then,
        deals=other.submit(task).result if other else task,
    )


@dataclass(frozen=True, eq=False)
class _Deals:
    """What the deal horizon alone decides: every pair of packages, their parts, and the bargain."""

    table: Payoffs
    sectors: Parts | None
    bargain: Bargain

    @classmethod
    def of(
        cls,
        world: World,
        sides: tuple[Side, Side],
        horizon: str,
        closure: Closure,
        *,
        scaled: bool,
        standing: bool,
    ) -> _Deals:
        table, sectors = _table_and_sectors(world, sides, horizon, closure)
        bargain = bargain_of(world, sides, table, closure, scaled=scaled, standing=standing)
        return cls(table, sectors, bargain)


@dataclass(frozen=True, eq=False)
class Confrontation:
    """A confrontation that has begun; `finish` gives its talks. See `begin`."""

    world: World
    sides: tuple[Side, Side]
    horizons: tuple[str, ...]
    deal_horizon: str
    closure: Closure
    standing: bool
    setting: Setting
    then: Mapping[str, tuple[Side, Side]]
    deals: Callable[[], _Deals]

    def finish(self, progress: Progress | None = None) -> Talks:
        """Compute what is left and return the talks; errors as for `confront`."""
        tell = progress or (lambda _done, _total, _words: None)
        others = [name for name in self.then if name != self.deal_horizon]
        total = len(others) + 4
        tables: dict[str, Payoffs] = {}
        sectors: dict[str, Parts | None] = {}
        for step, horizon in enumerate(others):
            tell(step, total, f"every pair of packages, {horizon} horizon")
            tables[horizon], sectors[horizon] = _table_and_sectors(
                self.world, self.then[horizon], horizon, self.closure
            )
        tell(len(others), total, "ceilings of the tariff threats")
        ceilings = ceiling_rows(self.world, self.sides, self.horizons, self.closure)
        tell(len(others) + 1, total, f"packages and deals, {self.deal_horizon} horizon")
        deals = self.deals()
        tables[self.deal_horizon], sectors[self.deal_horizon] = deals.table, deals.sectors
        tell(len(others) + 2, total, "leverage")
        leverage = tuple(
            leverage_at(
                self.world,
                self.then[name],
                tables[name],
                ceilings,
                deals.bargain,
                self.closure,
                sectors=sectors[name],
            )
            for name in self.horizons
        )
        tell(len(others) + 3, total, "what lasts")
        return self._talks(tables, ceilings, deals.bargain, leverage)

    def _talks(
        self,
        tables: Mapping[str, Payoffs],
        ceilings: tuple[Ceiling, ...],
        bargain: Bargain,
        leverage: tuple[Leverage, ...],
    ) -> Talks:
        first, second = self.sides
        table = tables[self.deal_horizon]
        dispute = dispute_of(self.sides, table, bargain)
        rungs, words = ladder_of(self.sides, table)
        return Talks(
            sides=(first.name, second.name),
            tables=tuple(table_of(tables[horizon]) for horizon in self.horizons),
            ceilings=ceilings,
            leverage=leverage,
            deal_horizon=self.deal_horizon,
            deals=tuple(
                (name, float(u[0]), float(u[1]))
                for name, u in zip(bargain.deals.names, bargain.deals.usd_bn, strict=True)
            ),
            agreements=bargain.agreed,
            rungs=rungs,
            ladder_words=words,
            settlement=settlement_curve(table, bargain),
            notes=(
                *_notes(tables, leverage, bargain.agreed),
                menu_words(table),
                *bargain.notes,
            ),
            frontier=bargaining_set(bargain.table) if bargain.table else None,
            threat_tests=threat_tests(self.sides, dispute, self.setting),
            protocols=protocols(self.sides, dispute, bargain, self.setting),
            clocks=settlement_clocks(self.sides, dispute, bargain),
            lasting=lasting(self.sides, bargain, self.setting),
            by_horizon=deal_by_horizon(
                self.world, self.then, tables, bargain, self.closure, standing=self.standing
            ),
        )


def _same(side: Side, _horizon: str) -> Side:
    return side


def _table_and_sectors(
    world: World, sides: tuple[Side, Side], horizon: str, closure: Closure
) -> tuple[Payoffs, Parts | None]:
    """Return every pair of packages at a horizon, and what each sector adds to all together."""
    one, other = sides
    table = payoffs(
        world,
        (one.name, other.name),
        (one.members, other.members),
        ([move.measures for move in one.moves], [move.measures for move in other.moves]),
        ([move.label for move in one.moves], [move.label for move in other.moves]),
        horizon=horizon,
        closure=closure,
    )
    return table, None if table.failed else parts_of_sectors(world, sides, table, closure)


def table_of(found: Payoffs) -> PayoffTable:
    """Return payoffs as plain data, with all equilibria of the menu game in words."""
    from upperhand.game.normal_form import bimatrix, solve_bimatrix

    rows = tuple(package.label for package in found.menus[0])
    columns = tuple(package.label for package in found.menus[1])
    pure: tuple[tuple[int, int], ...] = ()
    if found.failed:
        words = f"not searched: {len(found.failed)} pairs of packages have no equilibrium"
    else:
        game = bimatrix(
            found.percent[0], found.percent[1], row_actions=rows, column_actions=columns
        )
        solved = solve_bimatrix(game)
        words = solved.sentence()
        pure = tuple(
            (int(np.argmax(p.row)), int(np.argmax(p.column)))
            for p in solved.profiles
            if max(p.row) > 1 - 1e-9 and max(p.column) > 1 - 1e-9
        )
    return PayoffTable(
        horizon=found.horizon,
        rows=rows,
        columns=columns,
        percent=_plain(found.percent),
        usd_bn=_plain(found.usd / 1e3),
        equilibria=words,
        pure=pure,
    )


def _plain(cube: Array) -> tuple[tuple[tuple[float | None, ...], ...], ...]:
    return tuple(
        tuple(tuple(float(x) if np.isfinite(x) else None for x in row) for row in side)
        for side in cube
    )


def menu_words(found: Payoffs) -> str:
    """Return all equilibria of the menu in words, and which of them is a threat point (eq. 12.25).

    Examples:
        >>> from upperhand.talks.menu import packages
        >>> usd = np.array([[[3.0, 0.0], [0.0, 2.0]], [[2.0, 0.0], [0.0, 3.0]]])
        >>> menus = (packages(["a"]), packages(["b"]))
        >>> words = menu_words(Payoffs(("A", "B"), menus, usd, 1e3 * usd, "long", ()))
        >>> words.startswith("menu of packages, long horizon: 3 extreme equilibria"), words[-60:]
        (True, 'the threat point takes the one with the largest total payoff')
    """
    words = f"menu of packages, {found.horizon} horizon: {table_of(found).equilibria}"
    if " extreme equilibria" in words:
        words += "; the threat point takes the one with the largest total payoff"
    return words


def _notes(
    tables: Mapping[str, Payoffs], leverage: Sequence[Leverage], agreed: Sequence[Agreement]
) -> tuple[str, ...]:
    notes = [
        f"{len(found.failed)} pairs of packages have no equilibrium at the {name} horizon"
        for name, found in tables.items()
        if found.failed
    ]
    notes += [
        f"{found.horizon} horizon: {row.sentence}"
        for found in leverage
        for row in found.rows
        if row.key == "pain_ratio" and None in row.values
    ]
    notes += [
        f"no deal from the threat point '{item.threat}': {item.selection}"
        for item in agreed
        if item.payoffs_usd_bn is None
    ]
    return tuple(dict.fromkeys(notes))


def _check(
    world: World,
    first: Side,
    second: Side,
    horizons: Sequence[str],
    deal_horizon: str,
    closure: Closure,
) -> None:
    from upperhand.equilibrium.horizons import HORIZONS

    faults: list[str] = []
    for side in (first, second):
        faults += [
            unknown("country", name, world.countries, where=f"side {side.name}")
            for name in side.members
            if name not in world.countries
        ]
        if not side.members:
            faults.append(f"side {side.name} has no member; name at least one country")
        if not side.moves:
            faults.append(f"side {side.name} has no move; a confrontation needs one on each side")
        if not 0 < side.discount_rate < 1:
            faults.append(
                f"side {side.name}: discount_rate is {side.discount_rate}; allowed: 0 to 1 a year"
            )
    shared = sorted(set(first.members) & set(second.members))
    if shared:
        faults.append(f"both sides count {', '.join(shared)}; a country is on one side only")
    faults += [
        unknown("horizon", name, list(HORIZONS))
        for name in (*horizons, deal_horizon)
        if name not in HORIZONS
    ]
    if closure == "purge":
        faults.append("closure is 'purge'; rebase the world without imbalances first, then 'fixed'")
    raise_faults(OptionError, faults, what="confrontation")


def leverage(
    world: World,
    first: Side,
    second: Side,
    *,
    horizon: str = "medium",
    closure: Closure = "fixed",
) -> Leverage:
    """Return the seven measures of leverage of two sides at one horizon, with their attribution.

    The same numbers as `confront` at that horizon, with deals valued there.

    Examples:
        >>> from upperhand.measures import Tariff
        >>> from upperhand.world.toy import toy_world
        >>> def side(name: str, other: str) -> Side:
        ...     tariff = Tariff(by=name, against=[other], add_pp=50)
        ...     return Side(name, (name,), (Move("tariff", (tariff,), threat_pp=50),))
        >>> found = leverage(toy_world(), side("USA", "CHN"), side("CHN", "USA"))
        >>> [row.key for row in found.rows][:2]
        ['pain_ratio', 'credible_ceiling']
    """
    found = confront(
        world, first, second, horizons=[horizon], deal_horizon=horizon, closure=closure
    )
    return found.leverage[0]
