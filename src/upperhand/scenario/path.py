"""The years ahead of a scenario: its moves as policies over time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path as File
from typing import TYPE_CHECKING, Any

from upperhand.core.errors import OptionError
from upperhand.measures.labels import labels_of
from upperhand.scenario.path_schema import (
    Announced,
    AnyPolicy,
    Conditional,
    Intermittent,
    PathSection,
)
from upperhand.scenario.read import read_scenario
from upperhand.scenario.run import baseline_world, with_options
from upperhand.scenario.schema import Scenario
from upperhand.scenario.settle import kept
from upperhand.scenario.worlds import world_of

if TYPE_CHECKING:
    from upperhand.horizon.policy import Policy
    from upperhand.measures.base import Measure
    from upperhand.results.path import Path
    from upperhand.technology.goods import Force
    from upperhand.world.world import World

YEARS_AHEAD = 10


def path_scenario(
    scenario: Scenario | str,
    *,
    first: int | None = None,
    last: int | None = None,
    race: str = "reduced",
    supply: str = "observed",
    steps: int = 1,
    draws: int = 200,
    seed: int = 1,
    cost_draws: int = 0,
    folder: str | File | None = None,
    workers: int = 1,
    progress: Callable[[int, int, str], None] | None = None,
) -> Path:
    """Follow a scenario's moves over the years, technology and economy in turn.

    Each move is in force from its first day to its last; one without dates, or that began
    before, from the first year on. The section `path` of the scenario says which come and go, are
    announced ahead, or depend on a technology. Stocks that cover a mineral licence are spread over the path.

    Args:
        scenario: A scenario, the path of a file, or the name of a packaged one.
        first: First year; that of the scenario's `path`, else the one after the baseline's day.
        last: Last year; that of the scenario's `path`, else ten years in all.
        race: How distance to the frontier moves: `reduced` (estimated responses), `step_by_step`
            (research is chosen), or `either` (a quarter of the draws step by step).
        supply: How domestic supply gains: `observed`, `learning` or `directed`.
        steps: Periods a year: 1, or 4 for quarters.
        draws: Draws over the priors for the bands.
        seed: Seed of the draws.
        cost_draws: Draws for the band of the cost; each solves a whole path.
        folder: Where finished cost draws are kept, so that a later call goes on from there.
        workers: Processes for the cost draws.
        progress: Called with (steps done, steps in all, words).

    Raises:
        OptionError: If the years are out of order, the moves have not two sides, or there is no
            law of that name.

    Examples:
        >>> from upperhand.scenario.read import parse_scenario
        >>> text = '''
        ... title: Twenty points each
        ... world: toy
        ... moves:
        ...   - {kind: tariff, by: USA, against: [CHN], add_pp: 20}
        ...   - {kind: tariff, by: CHN, against: [USA], add_pp: 20, until: 2028-06-30}
        ... '''
        >>> path = path_scenario(parse_scenario(text), first=2026, last=2029, draws=20)
        >>> path.years, path.sides
        ((2026, 2027, 2028, 2029), ('USA', 'CHN'))
    """
    from upperhand.horizon.path import solve_path
    from upperhand.technology.goods import technology, with_models

    if not isinstance(scenario, Scenario):
        scenario = read_scenario(scenario)
    if scenario.closure == "purge":
        raise OptionError(
            "closure is 'purge'; a path takes `fixed` or `share`: --set closure=share"
        )
    table = with_options(world_of(scenario.world), scenario.options)
    years = years_of(scenario, table, first, last)
    world = baseline_world(scenario, table)
    found = solve_path(
        world,
        policies_of_moves(scenario, world, years),
        with_models(technology(), race, supply),
        years=years,
        steps=steps,
        sides=scenario.side_members(labels_of(table)),
        closure=scenario.closure,
        draws=draws,
        seed=seed,
        cost_draws=cost_draws,
        folder=folder,
        workers=workers,
        progress=progress,
    )
    threats = sum(move.status == "threat" for move in scenario.moves)
    if not threats:
        return found
    note = f"{threats} of {len(scenario.moves)} moves are threats; here they are carried out"
    return replace(found, notes=(note, *found.notes))


def years_of(
    scenario: Scenario, world: World, first: int | None = None, last: int | None = None
) -> range:
    """Return the years of a path: as asked, else as the scenario says, else ten years.

    Raises:
        OptionError: If the last year is before the first.
    """
    day, said = scenario.baseline.as_of, scenario.path or PathSection()
    first, last = (said.first if first is None else first), (said.last if last is None else last)
    start = first if first is not None else (day.year + 1 if day else world.year + 1)
    end = last if last is not None else start + YEARS_AHEAD - 1
    if end < start:
        raise OptionError(
            f"the last year is {end}, before the first, {start}; put the later year in --to, or in "
            "`path: {last: ...}` of the scenario"
        )
    return range(start, end + 1)


def forces_of(scenario: Scenario, world: World, years: Sequence[int]) -> dict[str, Force]:
    """Return what the moves do to each technology, by year."""
    from upperhand.horizon.plan import plan_of
    from upperhand.technology.goods import technology

    policies = policies_of_moves(scenario, world, years)
    return plan_of(world, policies, technology(), tuple(years), {}).forces


def policies_of_moves(scenario: Scenario, world: World, years: Sequence[int]) -> tuple[Policy, ...]:
    """Return each move as a policy with its dates, and what the section `path` says of it."""
    from upperhand.horizon.policy import NEVER, Policy, checked

    span = 12.0 * len(years)
    said = scenario.path or PathSection()
    return tuple(
        checked(
            replace(
                Policy(
                    (_over(move, world, span),),
                    decimal_year(move.from_) if move.from_ else float(years[0]),
                    decimal_year(move.until) if move.until else NEVER,
                    label=move.title(),
                ),
                **_beyond_dates(said.policy_of(move)),
            )
        )
        for move in scenario.moves
    )


def _beyond_dates(said: AnyPolicy | None) -> dict[str, Any]:
    """Return the fields of a policy that the section `path` sets."""
    from upperhand.horizon.policy import Threshold

    match said:
        case Intermittent():
            return {"years_on": said.years_on, "years_off": said.years_off}
        case Announced():
            return {"announced": decimal_year(said.on)}
        case Conditional():
            bounds = {"above": said.above, "below": said.below}
            return {"condition": Threshold(said.state, said.technology, **bounds)}
    return {}


def decimal_year(day: date) -> float:
    """Return a day as a decimal year.

    Examples:
        >>> decimal_year(date(2025, 1, 1)), round(decimal_year(date(2025, 10, 1)), 2)
        (2025.0, 2025.75)
    """
    start = date(day.year, 1, 1)
    return day.year + (day - start).days / (date(day.year + 1, 1, 1) - start).days


def _over(move: Measure, world: World, months: float) -> Measure:
    """Return a move as it works over a path: stocks spread, a promise to buy kept."""
    from upperhand.equilibrium import solve_counterfactual
    from upperhand.measures.purchase_commitment import PurchaseCommitment

    found = move.at_horizon(months)
    if isinstance(found, PurchaseCommitment) and found.subsidy_pct is None:
        return kept(found, world, partial(solve_counterfactual, horizon="medium"))
    return found
