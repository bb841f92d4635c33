"""Who has the upper hand as technology moves on: the seven measures in several years of a path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError, OptionError, raise_faults
from upperhand.equilibrium.calibrate import calibrate
from upperhand.equilibrium.horizons import horizon_of, trade_elasticities
from upperhand.equilibrium.solve import Closure
from upperhand.horizon.cost_draws import single
from upperhand.horizon.path import states_of
from upperhand.horizon.plan import Plan, plan_of
from upperhand.horizon.years import world_in
from upperhand.results.leverage_years import Ends, LeverageYear, LeverageYears, changes_between
from upperhand.results.talks import BargainingSet, SevenMeasures
from upperhand.scenario.path import policies_of_moves
from upperhand.scenario.schema import Scenario
from upperhand.scenario.talks import has_two_sides, settled_side, sides_of
from upperhand.scenario.talks_schema import TalksSection
from upperhand.talks.by_year import frontier_in, seven_in, table_in
from upperhand.talks.dependence import power_from, value_added_content
from upperhand.talks.leverage import upper_hand
from upperhand.talks.menu import ACCURATE, Payoffs
from upperhand.talks.seven import efficient_again, measures_from
from upperhand.technology.goods import Technology, draw_technology, technology
from upperhand.uncertainty.menus import Menu, by_mask, by_pair, menu_of
from upperhand.uncertainty.year import solved_together
from upperhand.world.shock import Shock, compose, compose_all, no_shock
from upperhand.world.world import World

if TYPE_CHECKING:
    from upperhand.talks.confrontation import Side

Array = npt.NDArray[np.float64]
Progress = Callable[[int, int, str], None]
Sets = tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]
EVERY = 3
DEALS_AGAIN = 7  # of the frontier, in each draw
LEVEL = (0.1, 0.9)
NOTES = (
    "each year stands for itself: what both sides could threaten and agree if they met in that year",
    "until then the controls of the record and the moves in force work on technology; threats are "
    "not carried out",
    "every pair of packages, ceilings and structural power are solved in each year listed; the deals "
    "are those that are efficient in the first year, solved again",
)
DRAWN = (
    "ranges: 10 to 90 per cent of {draws} draws of technology; small interactions of moves and the "
    "look-through of suppliers keep the values of the year at the central numbers"
)


@dataclass(frozen=True, eq=False)
class Setting:
    """What all years of one scenario share.

    Attributes:
        scenario: The scenario.
        world: Its baseline.
        tech: Technologies at the central numbers.
        plan: The moves in force, by year.
        horizon: Name of the horizon of the threats.
    """

    scenario: Scenario
    world: World
    tech: Technology
    plan: Plan
    horizon: str

    @property
    def closure(self) -> Closure:
        """How imbalances are closed."""
        return "share" if self.scenario.closure == "share" else "fixed"

    @property
    def standing(self) -> bool:
        """Whether deals can cut the tariffs in force."""
        return (self.scenario.talks or TalksSection()).standing_tariffs

    def at(self, year: int, tech: Technology) -> tuple[World, tuple[Side, Side]]:
        """Return the world of a year and both sides with their moves as they work in it."""
        states = states_of(self.world, tech, self.plan)["with"]
        world = world_in(self.world, tech.race, states, year, closure=self.closure)
        first, second = sides_of(self.scenario, world)
        return world, (
            settled_side(self.scenario, world, first, self.horizon),
            settled_side(self.scenario, world, second, self.horizon),
        )


def leverage_years(
    scenario: Scenario,
    world: World,
    years: Sequence[int],
    *,
    tech: Technology | None = None,
    every: int = EVERY,
    draws: int = 0,
    seed: int = 1,
    progress: Progress | None = None,
) -> LeverageYears | None:
    """Return the seven measures in some years of a path, and when the answer changes.

    The first and the last year and every third in between are solved, then every year between two
    that give different answers: a change is dated to the year, and nothing is interpolated.

    Args:
        scenario: The scenario.
        world: Its baseline world.
        years: Consecutive years of the path.
        tech: Technologies; the packaged ones when left out.
        every: Distance of the years that are solved first.
        draws: Draws of technology for the ranges, in the years solved first.
        seed: Seed of the draws.
        progress: Called with (steps done, steps in all, words).

    Returns:
        The measures; None when the two sides do not both have a move.

    Raises:
        OptionError: If `every` or `draws` is inadmissible.
        NoEquilibriumError: If the first year has no answer.

    Examples:
        >>> from upperhand.scenario.read import parse_scenario
        >>> from upperhand.world.toy import toy_world
        >>> scenario = parse_scenario('''
        ... title: Twenty points each
        ... world: toy
        ... moves:
        ...   - {kind: tariff, by: USA, against: [CHN], add_pp: 20, status: threat}
        ...   - {kind: tariff, by: CHN, against: [USA], add_pp: 20, status: threat}
        ... ''')
        >>> found = leverage_years(scenario, toy_world(), range(2026, 2031), every=4)
        >>> [one.year for one in found.years]
        [2026, 2030]
    """
    faults = [f"every is {every}; allowed: at least 1"] if every < 1 else []
    if draws < 0 or draws == 1:
        faults.append(f"leverage draws are {draws}; allowed: 0, or at least 2")
    raise_faults(OptionError, faults, what="leverage by year")
    if not has_two_sides(scenario):
        return None
    setting = _setting(scenario, world, tech or technology(), tuple(int(y) for y in years))
    tell = progress or (lambda _done, _total, _words: None)
    first = _chosen(setting.plan.years, every)
    found, failures = _solved_years(setting, first, tell, draws, seed)
    one, other = scenario.side_codes
    return LeverageYears(
        sides=(one, other),
        horizon=setting.horizon,
        years=found,
        changes=changes_between((one, other), found),
        failures=failures,
        seed=seed,
        notes=(*NOTES, *((DRAWN.format(draws=draws),) if draws else ())),
    )


def _setting(scenario: Scenario, world: World, tech: Technology, years: tuple[int, ...]) -> Setting:
    policies = policies_of_moves(scenario, world, years)
    kept = [
        p for p, move in zip(policies, scenario.moves, strict=True) if move.status == "in_force"
    ]
    section = scenario.talks or TalksSection()
    plan = plan_of(world, tuple(kept), tech, years, {})
    return Setting(scenario, world, tech, plan, section.deal_horizon)


def _chosen(years: tuple[int, ...], every: int) -> list[int]:
    """Return the first year, every so many after it, and the last.

    Examples:
        >>> _chosen((2026, 2027, 2028, 2029, 2030), 3)
        [2026, 2029, 2030]
    """
    return sorted({*years[::every], years[-1]})


def _solved_years(
    setting: Setting, first: list[int], tell: Progress, draws: int, seed: int
) -> tuple[tuple[LeverageYear, ...], tuple[tuple[int, str], ...]]:
    """Solve the years chosen, then those between two that differ, then the draws."""
    found: dict[int, _Solved] = {}
    failures: dict[int, str] = {}
    frontier = None
    for step, year in enumerate(first):
        tell(step, len(first) + draws, f"leverage in {year}")
        world, sides = setting.at(year, setting.tech)
        if step == 0:
            table = table_in(world, sides, setting.horizon, setting.closure)
            frontier = _frontier(setting, world, sides, table)
        _solve(setting, year, frontier, found, failures, (world, sides))
    for year in _between(setting, found):
        tell(len(first), len(first) + draws, f"leverage in {year}")
        _solve(setting, year, frontier, found, failures)
    ranges = _drawn_years(setting, found, first, frontier, draws, seed, tell) if draws else {}
    years = tuple(_year(setting, year, found[year], ranges.get(year, [])) for year in sorted(found))
    return years, tuple(sorted(failures.items()))


@dataclass(frozen=True, eq=False)
class _Solved:
    """A year at the central numbers."""

    world: World
    sides: tuple[Side, Side]
    table: Payoffs
    measures: SevenMeasures


def _solve(
    setting: Setting,
    year: int,
    frontier: BargainingSet | None,
    found: dict[int, _Solved],
    failures: dict[int, str],
    ready: tuple[World, tuple[Side, Side]] | None = None,
) -> None:
    """Add the measures of a year, or why there are none."""
    try:
        world, sides = ready or setting.at(year, setting.tech)
        table = table_in(world, sides, setting.horizon, setting.closure)
        measures = seven_in(
            world, sides, setting.horizon, table, frontier, setting.closure,
            standing=setting.standing,
        )  # fmt: skip
    except NoEquilibriumError as fault:
        failures[year] = str(fault)
        return
    found[year] = _Solved(world, sides, table, measures)


def _frontier(
    setting: Setting, world: World, sides: tuple[Side, Side], table: Payoffs
) -> BargainingSet | None:
    if not (setting.scenario.talks or TalksSection()).scaling:
        return None
    return frontier_in(world, sides, table, setting.closure, standing=setting.standing)


def _between(setting: Setting, found: dict[int, _Solved]) -> list[int]:
    """Return the years between two neighbours that give different answers."""
    first, second = setting.scenario.side_codes
    years = tuple(_year(setting, year, found[year], []) for year in sorted(found))
    gaps = {(c.before, c.year) for c in changes_between((first, second), years)}
    return sorted({year for low, high in gaps for year in range(low + 1, high)} - set(found))


def _year(
    setting: Setting, year: int, solved_year: _Solved, drawn: Sequence[SevenMeasures]
) -> LeverageYear:
    """Return a year as plain data, with the ranges of its draws."""
    first, second = setting.scenario.side_codes
    central = solved_year.measures
    verdict = upper_hand(central.advantage, central.share, central.patience, sides=(first, second))
    plain = LeverageYear(year, central.values, verdict.holder, _words(verdict.sentence))
    if not drawn:
        return plain
    over = upper_hand(
        [d.advantage for d in drawn], [d.share for d in drawn], [d.patience for d in drawn],
        sides=(first, second),
    )  # fmt: skip
    return replace(
        plain,
        ranges={key: ends for key in central.values if (ends := _ends(drawn, key)) is not None},
        chance=over.probability,
        draws=len(drawn),
    )


def _words(sentence: str) -> str:
    """Return the answer at the central numbers, of which a probability says nothing."""
    return sentence.replace(" (p = 1.00)", "")


def _ends(drawn: Sequence[SevenMeasures], key: str) -> Ends | None:
    """Return the ends of a measure's range for both sides; None where no side has one."""
    sides = []
    for k in (0, 1):
        known = [v for d in drawn if (v := d.values[key][k]) is not None]
        enough = 2 * len(known) > len(drawn)
        low, high = np.quantile(known, LEVEL) if enough else (None, None)
        sides.append((None if low is None else float(low), None if high is None else float(high)))
    return None if all(end is None for pair in sides for end in pair) else (sides[0], sides[1])


def _drawn_years(
    setting: Setting,
    found: dict[int, _Solved],
    years: Sequence[int],
    frontier: BargainingSet | None,
    draws: int,
    seed: int,
    tell: Progress,
) -> dict[int, list[SevenMeasures]]:
    """Return the measures of every draw by year; a draw without an equilibrium is left out."""
    drawn = draw_technology(draws, seed, years=setting.plan.years, base=setting.tech)
    few = _fewer(frontier)
    menus = {year: _Menu.of(setting, found[year]) for year in years if year in found}
    measured: dict[int, list[SevenMeasures]] = {year: [] for year in menus}
    for at in range(draws):
        tell(len(years) + at, len(years) + draws, "leverage over draws")
        tech = single(drawn, at)
        for year, menu in menus.items():
            try:
                measured[year].append(menu.seven(setting, year, tech, few))
            except NoEquilibriumError:
                continue
    return measured


def _fewer(frontier: BargainingSet | None) -> BargainingSet | None:
    """Return a few deals along the frontier, both ends included."""
    if frontier is None:
        return None
    places = np.linspace(0, len(frontier.points) - 1, DEALS_AGAIN).round().astype(int)
    return replace(frontier, points=tuple(frontier.points[k] for k in dict.fromkeys(places)))


@dataclass(frozen=True, eq=False)
class _Menu:
    """The menu of a year, ready for draws of technology (eq. 13.10)."""

    menu: Menu
    sets: Sets
    central: Payoffs
    content: tuple[Array, Array]

    @classmethod
    def of(cls, setting: Setting, year: _Solved) -> _Menu:
        first, second = year.table.menus
        sets = (tuple(p.moves for p in first), tuple(p.moves for p in second))
        names = [f"{s.name}: {m.label}" for s in year.sides for m in s.moves]
        rows = (tuple(map(setting.world.countries.index, side.members)) for side in year.sides)
        one, other = (value_added_content(year.world, row) for row in rows)
        return cls(menu_of(names, by_mask(year.table.usd, sets)), sets, year.table, (one, other))

    def seven(
        self, setting: Setting, year: int, tech: Technology, frontier: BargainingSet | None
    ) -> SevenMeasures:
        """Return the measures of one draw."""
        world, sides = setting.at(year, tech)
        usd = by_pair(self.menu.worth(_worth(setting, world, sides)), self.sets)
        income = [world.income[np.isin(world.countries, side.members)].sum() for side in sides]
        percent = 100.0 * usd / np.array(income)[:, None, None]
        efficient = np.zeros((2, 2))
        if frontier is not None:
            efficient = efficient_again(
                world, sides, frontier, setting.horizon, setting.closure, standing=setting.standing
            )
        return measures_from(
            sides,
            replace(self.central, usd=usd, percent=percent),
            efficient[:-1],
            (float(efficient[-1, 0]), float(efficient[-1, 1])),
            power=self._power(setting, world, sides),
        )

    def _power(
        self, setting: Setting, world: World, sides: tuple[Side, Side]
    ) -> tuple[float, float]:
        theta = trade_elasticities(world, horizon_of(setting.horizon))
        targets = [world.countries.index(side.members[0]) for side in sides[::-1]]
        one, other = (
            100.0 * float(power_from(world, content, target, theta)[0].sum())
            for content, target in zip(self.content, targets, strict=True)
        )
        return one, other


def _worth(
    setting: Setting, world: World, sides: tuple[Side, Side]
) -> Callable[[Sequence[tuple[str, ...]]], Array]:
    """Return what solves the effects [B, 2] of sets of moves on both sides, USD million a year."""
    calibration = calibrate(world, horizon_of(setting.horizon), scale=False, labour_supply=0.0)
    shocks: dict[str, Shock] = {
        f"{side.name}: {move.label}": compose_all(world, move.measures)
        for side in sides
        for move in side.moves
    }
    inside = [np.isin(world.countries, side.members) for side in sides]

    def solve(sets: Sequence[tuple[str, ...]]) -> Array:
        found = solved_together(
            calibration,
            [reduce(compose, map(shocks.__getitem__, names), no_shock(world)) for names in sets],
            closure=setting.closure,
            words=[" + ".join(names) for names in sets],
            tol=ACCURATE,
        )
        gains = [world.income * (solution.real_income - 1.0) for solution in found]
        return np.array([[gain[own].sum() for own in inside] for gain in gains])

    return solve
