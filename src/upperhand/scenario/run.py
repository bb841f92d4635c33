"""Run a scenario: baseline, then the package, each side alone and each move alone, by horizon."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from upperhand.core.errors import NoEquilibriumError, OptionError, unknown
from upperhand.core.fingerprint import fingerprint
from upperhand.core.processes import beside
from upperhand.measures.labels import labels_of
from upperhand.scenario.assumptions import assumptions_of, environment, sources_of
from upperhand.scenario.read import read_scenario
from upperhand.scenario.schema import Options, Scenario
from upperhand.scenario.settle import settled
from upperhand.scenario.talks import begin_talks, has_two_sides
from upperhand.scenario.worlds import world_of
from upperhand.world.world import World

if TYPE_CHECKING:
    from upperhand.equilibrium.horizons import Horizon
    from upperhand.equilibrium.solve import Options as SolveOptions
    from upperhand.results.counterfactual import Counterfactual
    from upperhand.results.run import Case, Kind, Run
    from upperhand.scenario.drawn import Numbers

Progress = Callable[[int, int, str], None]
Plan = tuple[str, str, "Kind", tuple[int, ...]]
KINDS: tuple[Kind, ...] = ("package", "side", "move")


def run_scenario(
    scenario: Scenario | str,
    *,
    draws: int | None = None,
    seed: int | None = None,
    progress: Progress | None = None,
    cases: Collection[Kind] = KINDS,
    decompose: bool = True,
    with_talks: bool = True,
    workers: int = 0,
    two_processes: bool = False,
    with_years: bool = False,
) -> Run:
    """Run a scenario: what the moves change, compared with its baseline, at every horizon.

    The baseline is the world table with the baseline's measures applied at the baseline's
    horizon. The package of all moves, each side's moves alone and each move alone are solved
    from there. A case without an equilibrium is kept and says so in its outcome.

    Args:
        scenario: A scenario, the path of a file, or the name of a packaged one.
        draws: Draws of what is not known, for ranges; those of the scenario by default.
        seed: Seed of the draws; that of the scenario by default.
        progress: Called with (steps done, steps in all, words) before each solve. What it raises
            ends the run, processes included.
        cases: Kinds of cases to solve. Each is solved from the baseline, so its numbers do not
            depend on which others are; `["package"]` is the quickest whole answer.
        decompose: Split the welfare effect of the package by cause; costs about as much again.
        with_talks: Also compute war, threats, deals and leverage where both sides have a move.
        workers: Processes to share the draws, with the extra `parquet`; 0 works in this one.
        two_processes: Solve the deals of the talks in another process meanwhile; starting it
            costs about a second. Not from a script without `if __name__ == "__main__":`.
        with_years: Also follow the moves over the years ahead, as `years_ahead` does; about two
            minutes.

    Returns:
        The run. Check `run.ok`, or call `run.require_converged()`.

    Raises:
        ScenarioError: If the scenario is wrong (every fault listed).
        OptionError: If `cases` names no kind of case, or an unknown one.
        NoEquilibriumError: If the baseline itself has no equilibrium.

    Examples:
        >>> text = '''
        ... title: Ten points
        ... world: toy
        ... horizons: [long]
        ... moves:
        ...   - {kind: tariff, by: USA, against: [CHN], add_pp: 10}
        ... '''
        >>> from upperhand.scenario.read import parse_scenario
        >>> run = run_scenario(parse_scenario(text))
        >>> [case.key for case in run.cases]
        ['package', 'side:USA', 'move:0']
        >>> run.case().counterfactual.percent("real_income_change").sel(country="CHN").item() < 0
        True
    """
    from upperhand.results.run import Run

    if not isinstance(scenario, Scenario):
        scenario = read_scenario(scenario)
    asked, count = scenario, scenario.draws if draws is None else draws
    scenario, table, moved = at_centre(asked)
    plans = [plan for plan in _plans(scenario) if plan[2] in _known_kinds(cases)]
    total = len(plans) * len(scenario.horizons) + 1
    tell = partial(_of_both, progress or _silent, count)
    tell(0, total, "baseline")
    world = baseline_world(scenario, table, moved)
    with beside(wanted=two_processes and with_talks and has_two_sides(scenario)) as other:
        finish_talks = begin_talks(scenario, world, other) if with_talks else None
        solved = _cases(scenario, world, plans, moved, tell, decompose=decompose)
        last = partial(_at_the_end, tell, total)
        talks = finish_talks(last) if finish_talks else None
    ranges = None
    if count:
        from upperhand.scenario.draw_talks import measured_talks
        from upperhand.scenario.draws import ranges_of_run

        ranges = ranges_of_run(
            asked, talks, draws=count, seed=seed, workers=workers,
            progress=partial(_after, progress or _silent, total),
        )  # fmt: skip
        talks = measured_talks(talks, ranges) if talks is not None else None
    years = None
    if with_years:
        from upperhand.scenario.years_ahead import years_ahead

        years = years_ahead(scenario, seed=asked.seed if seed is None else seed, progress=progress)
    tell(total, total, "done")
    return Run(
        scenario=resolved(asked, table),
        title=scenario.title,
        baseline=scenario.baseline.words,
        world=about_world(table, baseline=world),
        cases=tuple(solved),
        assumptions=assumptions_of(scenario, table, baseline=world),
        sources=sources_of(scenario, table),
        environment=environment(asked.seed if count and seed is None else seed),
        fingerprint=run_fingerprint(asked, world_of(asked.world)),
        changes=changes_of(scenario, world),
        talks=talks,
        ranges=ranges,
        years=years,
    )


def _cases(
    scenario: Scenario,
    world: World,
    plans: Sequence[Plan],
    moved: Numbers,
    tell: Progress,
    *,
    decompose: bool,
) -> list[Case]:
    """Solve every case at every horizon; moves that are the same are solved once.

    The package is solved by itself, so that its digits do not depend on which other cases there are.
    """
    from upperhand.equilibrium.solve import solve_counterfactuals

    solved: list[Case] = []
    total = len(plans) * len(scenario.horizons) + 1
    for horizon in scenario.horizons:
        options = _options(scenario, horizon, moved)
        solve = _solver(options)
        ready = [settled(move, world, horizon, solve) for move in scenario.moves]
        found: dict[tuple[int, ...], Counterfactual] = {}
        for _key, label, kind, moves in plans:
            if kind == "package":
                tell(len(solved) + 1, total, f"{label}, {horizon} horizon")
                found[moves] = solve(world, [ready[i] for i in moves], decompose=decompose)
        rest = list(dict.fromkeys(moves for *_, moves in plans if moves not in found))
        tell(len(solved) + len(found) + 1, total, f"each side and move alone, {horizon} horizon")
        packages = [[ready[i] for i in moves] for moves in rest]
        found |= zip(rest, solve_counterfactuals(world, packages, options), strict=True)
        solved += [_case(horizon, plan, found[plan[3]]) for plan in plans]
    return solved


def at_centre(scenario: Scenario) -> tuple[Scenario, World, Numbers]:
    """Return the scenario and its world table with the numbers that its section `priors` moves.

    The last of the three are those numbers by name: horizons and controls of the register take
    theirs where they are made.
    """
    if not scenario.priors:
        return scenario, with_options(world_of(scenario.world), scenario.options), {}
    from upperhand.scenario.drawn import drawn_scenario, drawn_world
    from upperhand.scenario.priors import moved_numbers

    moved = moved_numbers(scenario)
    changed = drawn_scenario(scenario, moved)
    return changed, drawn_world(changed, moved), moved


def baseline_world(scenario: Scenario, table: World, moved: Numbers | None = None) -> World:
    """Return the world that the moves are compared with: the table after the baseline's measures.

    With `as_of`, these are the measures of the register that were in force on that day; the
    baseline's own measures come on top.

    Args:
        scenario: The scenario.
        table: Its world table.
        moved: Numbers of horizons and controls that are not the usual ones, by name.

    Raises:
        NoEquilibriumError: If the measures of the baseline leave no equilibrium.
        OptionError: If the register does not know the world's countries or sectors.
    """
    numbers = moved or {}
    parts = {
        "table": [table.name, table.fingerprint, table.card, table.country_names],
        "baseline": scenario.baseline.model_dump(mode="json"),
        "closure": scenario.closure,
        "options": [scenario.options.scale, scenario.options.labour_supply],
        "moved": {name: str(value) for name, value in numbers.items()},
    }
    return _solved_baseline(_Asked(fingerprint(parts), scenario, table, numbers))


@dataclass(frozen=True)
class _Asked:
    """A baseline, found again by what identifies it: the last few are kept, with their calibrations."""

    key: str
    scenario: Scenario = field(compare=False)
    table: World = field(compare=False)
    moved: Numbers = field(compare=False)


@lru_cache(maxsize=4)
def _solved_baseline(asked: _Asked) -> World:
    scenario, table, moved = asked.scenario, asked.table, asked.moved
    base, world = scenario.baseline, table
    if base.as_of:
        from upperhand.horizon.as_of import as_of

        world = as_of(
            table,
            base.as_of,
            weights=base.weights,
            horizon=_span(base.horizon, moved),
            after_horizon=base.after_horizon,
            controls=base.controls,
            rates=_controls(moved),
        )
    if not base.measures:
        return world
    from upperhand.equilibrium import rebase

    solve = _solver(_options(scenario, base.horizon, moved))
    found = solve(world, list(base.measures))
    if not found.outcome.ok:
        raise NoEquilibriumError(f"the baseline of '{scenario.title}': {found.outcome.sentence()}")
    return rebase(world, found, name=f"{table.name}, {base.words}")


def with_options(world: World, options: Options) -> World:
    """Return the world with the trade elasticities that the options ask for.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> with_options(toy_world(), Options(elasticity_factor=2)).trade_elasticity.tolist()
        [10.0, 8.0]
    """
    if options.elasticity_set:
        from upperhand.world.load import with_elasticities

        world = with_elasticities(world, options.elasticity_set)
    theta = world.trade_elasticity * options.elasticity_factor
    for sector, value in options.elasticities.items():
        theta[world.sectors.index(sector)] = value
    if np.array_equal(theta, world.trade_elasticity):
        return world
    low = np.minimum(world.elasticity_range[:, 0], theta)
    high = np.maximum(world.elasticity_range[:, 1], theta)
    span = np.stack([low, high], axis=1)
    return replace(world, trade_elasticity=theta, elasticity_range=span)


def changes_of(scenario: Scenario, world: World) -> list[dict[str, Any]]:
    """Return what each move changes on the baseline: old and new rate, trade covered in USD."""
    found = []
    for move in scenario.moves:
        change = {"side": move.side_of, "by": move.by, "status": move.status}
        change |= asdict(move.change_on(world))
        change |= {"from": move.from_.isoformat() if move.from_ else ""}
        found.append(change)
    return found


def resolved(scenario: Scenario, table: World) -> dict[str, Any]:
    """Return the canonical form with its sides named: codes, or members where a side has several."""
    members = scenario.side_members(labels_of(table))
    plain = all(codes == (side,) for side, codes in members.items())
    sides = list(members) if plain else {side: list(codes) for side, codes in members.items()}
    return scenario.to_dict() | {"sides": sides if len(members) == 2 else []}


def about_world(world: World, *, baseline: World | None = None) -> dict[str, Any]:
    """Return name, year, fingerprint, names and card of a world as plain data.

    The card also says which rows of the register the baseline rests on, if any.
    """
    dated = (baseline or world).card.get("as_of")
    return {
        "name": world.name,
        "year": world.year,
        "fingerprint": world.fingerprint,
        "country_names": dict(world.country_names),
        "sector_names": dict(world.sector_names),
        "card": dict(world.card) | ({"as_of": dated} if dated else {}),
    }


def run_fingerprint(scenario: Scenario, table: World) -> str:
    """Return what identifies a run: scenario, world table and version."""
    from upperhand._version import __version__

    parts = {"scenario": scenario.fingerprint, "world": table.fingerprint, "version": __version__}
    return fingerprint(parts)


def _plans(scenario: Scenario) -> Iterator[Plan]:
    """Yield key, label, kind and moves of every case, the package first."""
    everything = tuple(range(len(scenario.moves)))
    yield "package", "all moves", "package", everything
    for side in scenario.side_codes:
        own = tuple(i for i in everything if scenario.moves[i].side_of == side)
        yield f"side:{side}", f"moves of {side} alone", "side", own
    for i in everything:
        yield f"move:{i}", scenario.moves[i].title(), "move", (i,)


def _known_kinds(kinds: Collection[Kind]) -> Collection[Kind]:
    """Return the kinds of cases asked for, if there are such."""
    if not kinds:
        raise OptionError(f"cases is empty; name at least one of {', '.join(KINDS)}")
    for kind in kinds:
        if kind not in KINDS:
            raise OptionError(unknown("kind of case", kind, KINDS))
    return kinds


def _case(horizon: str, plan: Plan, found: Counterfactual) -> Case:
    from upperhand.results.run import Case

    key, label, kind, moves = plan
    return Case(key, label, kind, horizon, moves, found)


def _span(name: str, moved: Numbers) -> str | Horizon:
    if not moved:
        return name
    from upperhand.scenario.drawn import drawn_horizon

    return drawn_horizon(name, moved)


def _controls(moved: Numbers) -> dict[str, float]:
    if not moved:
        return {}
    from upperhand.scenario.drawn import drawn_controls

    return drawn_controls(moved)


def _solver(options: SolveOptions) -> Callable[..., Counterfactual]:
    from upperhand.equilibrium import solve_counterfactual

    return partial(
        solve_counterfactual,
        closure=options.closure,
        horizon=options.horizon,
        scale=options.scale,
        labour_supply=options.labour_supply,
    )


def _options(scenario: Scenario, horizon: str, moved: Numbers) -> SolveOptions:
    from upperhand.equilibrium.solve import Options as SolveOptions

    return SolveOptions(
        closure=scenario.closure,
        horizon=_span(horizon, moved),
        scale=scenario.options.scale,
        labour_supply=scenario.options.labour_supply,
    )


def _at_the_end(tell: Progress, total: int, _done: int, _total: int, words: str) -> None:
    """Tell what the talks do while the bar stands at its last step."""
    tell(total - 1, total, words)


def _of_both(tell: Progress, draws: int, done: int, total: int, words: str) -> None:
    """Tell a step of the solves as one of solves and draws together."""
    tell(done + (draws if words == "done" else 0), total + draws, words)


def _after(tell: Progress, before: int, done: int, total: int, words: str) -> None:
    """Tell a draw as a step after the solves."""
    tell(before + done, before + total, words)


def _silent(done: int, total: int, words: str) -> None:
    """Tell nobody."""
