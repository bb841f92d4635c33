"""The years ahead of a scenario in one call: path, firms, leverage, beliefs, timing."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path as File
from typing import TYPE_CHECKING

from upperhand.core.errors import NoEquilibriumError, OptionError
from upperhand.scenario.path import forces_of, path_scenario, years_of
from upperhand.scenario.read import read_scenario
from upperhand.scenario.run import baseline_world, resolved, with_options
from upperhand.scenario.schema import Scenario
from upperhand.scenario.worlds import world_of

if TYPE_CHECKING:
    from upperhand.results.leverage_years import LeverageYears
    from upperhand.results.timing import Timing
    from upperhand.results.years_ahead import YearsAhead
    from upperhand.technology.goods import Technology
    from upperhand.world.world import World

Progress = Callable[[int, int, str], None]
#: Draws when none are asked for: of technology, of the cost, of leverage.
DRAWS, COST_DRAWS, LEVERAGE_DRAWS = 200, 24, 12
EVERY = 3


def years_ahead(
    scenario: Scenario | str,
    *,
    first: int | None = None,
    last: int | None = None,
    race: str = "reduced",
    supply: str = "observed",
    steps: int = 1,
    draws: int = DRAWS,
    seed: int = 1,
    cost_draws: int = COST_DRAWS,
    leverage_draws: int = LEVERAGE_DRAWS,
    every: int = EVERY,
    folder: str | File | None = None,
    workers: int = 1,
    with_leverage: bool = True,
    progress: Progress | None = None,
) -> YearsAhead:
    """Return everything about the years ahead of a scenario, each quantity with its band.

    Args:
        scenario: A scenario, the path of a file, or the name of a packaged one.
        first: First year; that of the scenario's `path`, else the one after the baseline's day.
        last: Last year; that of the scenario's `path`, else ten years in all.
        race: How distance to the frontier moves, as in `path_scenario`.
        supply: How domestic supply gains, as in `path_scenario`.
        steps: Periods a year of the path: 1, or 4 for quarters; firms and leverage go by year.
        draws: Draws over the priors for technology, firms and beliefs; they need no equilibrium.
        seed: Seed of the draws.
        cost_draws: Draws for the bands of the cost; each solves a whole path.
        leverage_draws: Draws for the ranges of leverage; each solves the years of leverage again.
        every: Leverage is solved in every so many years, and where the answer changes.
        folder: Where finished cost draws are kept, so that a later call goes on from there.
        workers: Processes for the cost draws.
        with_leverage: Also compute leverage by year and the timing of controls and bans.
        progress: Called with (steps done, steps in all, words).

    Raises:
        OptionError: If years, draws or the closure are inadmissible.

    Examples:
        >>> from upperhand.scenario.read import parse_scenario
        >>> text = '''
        ... title: Twenty points each
        ... world: toy
        ... moves:
        ...   - {kind: tariff, by: USA, against: [CHN], add_pp: 20}
        ...   - {kind: tariff, by: CHN, against: [USA], add_pp: 20}
        ... '''
        >>> years = years_ahead(
        ...     parse_scenario(text), last=2025, draws=20, cost_draws=2, leverage_draws=0
        ... )
        >>> years.path.years, [one.year for one in years.leverage.years]
        ((2023, 2024, 2025), [2023, 2025])
    """
    from upperhand.horizon.firms import firms_ahead
    from upperhand.results.years_ahead import YearsAhead
    from upperhand.scenario.beliefs import beliefs_of
    from upperhand.technology.goods import technology, with_models

    if not isinstance(scenario, Scenario):
        scenario = read_scenario(scenario)
    tell = progress or (lambda _done, _total, _words: None)
    path = path_scenario(
        scenario, first=first, last=last, race=race, supply=supply, steps=steps, draws=draws,
        seed=seed, cost_draws=cost_draws, folder=folder, workers=workers, progress=progress,
    )  # fmt: skip
    table = with_options(world_of(scenario.world), scenario.options)
    world = baseline_world(scenario, table)
    years = years_of(scenario, table, first, last)
    tech = with_models(technology(), race, supply)
    forces = forces_of(scenario, world, years)
    tell(0, 1, "beliefs")
    beliefs = beliefs_of(scenario, draws=max(draws, 10), seed=seed)
    leverage = None
    if with_leverage:
        leverage = _leverage(scenario, world, years, tech, every, leverage_draws, seed, tell)
    timing = _timing(scenario, years, seed, tell) if with_leverage else ()
    return YearsAhead(
        scenario=resolved(scenario, table),
        title=scenario.title,
        baseline=scenario.baseline.words,
        names=dict(table.country_names),
        goods=dict(table.sector_names),
        followers={good.name: good.follower for good in tech.goods},
        path=path,
        firms=firms_ahead(tech, years, forces, draws=max(draws, 2), seed=seed),
        leverage=leverage,
        beliefs=beliefs,
        timing=timing,
    )


def _timing(scenario: Scenario, years: range, seed: int, tell: Progress) -> tuple[Timing, ...]:
    """Return the game of controls and bans on each technology that both sides act on."""
    from upperhand.scenario.timing import timing_scenario

    found = []
    for good in contested(scenario):
        tell(0, 1, f"timing of controls and bans on {good}")
        try:
            found.append(timing_scenario(scenario, good, first=years[0], last=years[-1], seed=seed))
        except NoEquilibriumError:  # a pair of actions has none, so there is no game
            continue
    return tuple(found)


def contested(scenario: Scenario) -> tuple[str, ...]:
    """Return the technologies that one side withholds and the other keeps out.

    Examples:
        >>> contested(read_scenario("october-2025"))
        ('ai_accelerators',)
    """
    from upperhand.scenario.timing import moves_on
    from upperhand.technology.goods import technology

    world = baseline_world(scenario, with_options(world_of(scenario.world), scenario.options))
    found = []
    for good in technology().goods:
        known = {good.leader, good.follower} <= set(world.countries)
        if good.mineral or good.name not in world.sectors or not known:
            continue
        try:
            controls, bans = moves_on(scenario, world, good)
        except OptionError:  # no move is about it
            continue
        if controls and bans:
            found.append(good.name)
    return tuple(found)


def _leverage(
    scenario: Scenario, world: World, years: range, tech: Technology, every: int, draws: int,
    seed: int, tell: Progress,
) -> LeverageYears | None:  # fmt: skip
    """Return leverage by year; a first year without an answer is a failure that is kept."""
    from upperhand.results.leverage_years import LeverageYears
    from upperhand.scenario.leverage_years import leverage_years

    ask = partial(leverage_years, scenario, world, years, tech=tech)
    try:
        return ask(every=every, draws=draws, seed=seed, progress=tell)
    except NoEquilibriumError as fault:
        one, other = scenario.side_codes
        return LeverageYears((one, other), "", (), failures=((years[0], str(fault)),), seed=seed)
