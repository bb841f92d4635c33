"""From a scenario to its talks: the sides with what they do, threaten and can concede."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, cast

from upperhand.core.errors import NoEquilibriumError, ScenarioError
from upperhand.measures.base import Measure
from upperhand.measures.labels import labels_of
from upperhand.measures.tariff import Tariff
from upperhand.scenario.schema import Closure, Scenario
from upperhand.scenario.talks_schema import Clock, TalksSection

if TYPE_CHECKING:
    from upperhand.results.run import Run
    from upperhand.results.talks import Talks
    from upperhand.talks.confrontation import Confrontation, Move, Side
    from upperhand.world.world import World

Progress = Callable[[int, int, str], None]
MOST_APART = 4  # moves of a side that stand alone; beyond it those of one kind and status join


def has_two_sides(scenario: Scenario) -> bool:
    """Return whether both of two sides have a move, so that there is something to talk about.

    Examples:
        >>> from upperhand.scenario.read import read_scenario
        >>> has_two_sides(read_scenario("october-2025")), has_two_sides(read_scenario("uniform-10"))
        (True, False)
    """
    movers = {move.side_of for move in _moves(scenario)}
    return len(scenario.side_codes) == 2 and movers == set(scenario.side_codes)


def sides_of(scenario: Scenario, world: World) -> tuple[Side, Side]:
    """Return both sides with their moves and offers.

    Moves of a group of the section `talks` go together; every other move stands alone, unless a
    side then has more than four, when those of the same kind and status join. A group counts as
    in force when all of it is. Without `offers` a side can only lift what it has in force.

    Examples:
        >>> from upperhand.scenario.read import parse_scenario
        >>> from upperhand.world.toy import toy_world
        >>> scenario = parse_scenario('''
        ... title: A threat and a ban
        ... world: toy
        ... moves:
        ...   - {kind: tariff, by: USA, against: CHN, add_pp: 50, status: threat, label: threat}
        ...   - {kind: discouraged_purchase, by: CHN, against: USA, comply_pct: 50, label: ban}
        ... ''')
        >>> for side in sides_of(scenario, toy_world()):
        ...     print(side.name, [(m.label, m.in_force, m.threat_pp) for m in side.moves])
        USA [('threat', False, 50.0)]
        CHN [('ban', True, None)]
    """
    from upperhand.talks.confrontation import Move, Side

    section = scenario.talks or TalksSection()
    members = scenario.side_members(labels_of(world))
    first, second = scenario.side_codes
    found = []
    for name in (first, second):
        clock = section.rates.get(name, Clock())
        found.append(
            Side(
                name=name,
                members=members[name],
                moves=_grouped([m for m in _moves(scenario) if m.side_of == name], section),
                offers=tuple(Move(m.title(), (m,)) for m in section.offers if m.side_of == name),
                discount_rate=clock.discount_rate,
                hazards=tuple(hazard.per_year for hazard in clock.hazards),
                traits=clock.traits(),
            )
        )
    return found[0], found[1]


def menus(scenario: Scenario) -> dict[str, dict[str, tuple[Measure, ...]]]:
    """Return the menu of each side: label of a move, or of a group, and the measures behind it.

    Examples:
        >>> from upperhand.scenario.read import read_scenario
        >>> found = menus(read_scenario("october-2025"))
        >>> list(found["CHN"])[-1], len(found["USA"]["chip-machine controls"])
        ('soybean halt', 3)
    """
    section = scenario.talks or TalksSection()
    return {
        side: {
            move.label: cast("tuple[Measure, ...]", move.measures)
            for move in _grouped([m for m in _moves(scenario) if m.side_of == side], section)
        }
        for side in scenario.side_codes
    }


def talks_of(scenario: Scenario, world: World, progress: Progress | None = None) -> Talks | None:
    """Compute war, threats, deals and leverage of a scenario's two sides; None without two.

    Args:
        scenario: The scenario.
        world: Its baseline world.
        progress: Called with (steps done, steps in all, words).
    """
    return begin_talks(scenario, world)(progress)


def begin_talks(
    scenario: Scenario, world: World, other: Executor | None = None
) -> Callable[[Progress | None], Talks | None]:
    """Return what finishes `talks_of`; another process solves the deals meanwhile.

    Args:
        scenario: The scenario.
        world: Its baseline world.
        other: The process; None leaves all to the call that finishes.
    """
    if not has_two_sides(scenario):
        return lambda _progress: None
    from upperhand.talks.confrontation import begin

    first, second = sides_of(scenario, world)
    section = scenario.talks or TalksSection()
    notes = _notes(scenario, section, (first, second))
    if scenario.closure == "purge":
        from upperhand.equilibrium.solve import Options, balanced

        world = balanced(world, Options(closure="purge"))
    start = partial(
        begin,
        world,
        first,
        second,
        horizons=scenario.horizons,
        deal_horizon=section.deal_horizon,
        closure="share" if scenario.closure == "share" else "fixed",
        at_horizon=partial(settled_side, scenario, world),
        scaled=section.scaling,
        standing=section.standing_tariffs,
        setting=section.stage.setting(scenario.baseline.as_of),
    )
    begun: Confrontation | None = None
    if other:
        with suppress(NoEquilibriumError):  # then it is raised again by the call that finishes
            begun = start(other=other)

    def finish(progress: Progress | None) -> Talks | None:
        try:
            found = (begun or start()).finish(progress)
        except NoEquilibriumError as fault:
            said = (f"the talks have no answer: {fault}", *notes)
            return replace(_nothing((first.name, second.name), section), notes=said)
        return replace(found, notes=(*found.notes, *notes))

    return finish


def settled_side(scenario: Scenario, world: World, side: Side, horizon: str) -> Side:
    """Return a side with its moves and offers as they work at a horizon."""
    from upperhand.equilibrium import solve_counterfactual
    from upperhand.scenario.settle import settled

    closure: Closure = "share" if scenario.closure == "share" else "fixed"
    solve = partial(solve_counterfactual, closure=closure, horizon=horizon)

    def then(move: Move) -> Move:
        measures = [
            settled(m, world, horizon, solve) for m in move.measures if isinstance(m, Measure)
        ]
        return replace(move, measures=tuple(measures))

    return replace(side, moves=tuple(map(then, side.moves)), offers=tuple(map(then, side.offers)))


def _nothing(sides: tuple[str, str], section: TalksSection) -> Talks:
    from upperhand.results.talks import Talks

    return Talks(sides, (), (), (), section.deal_horizon, (), (), (), "", ())


def _moves(scenario: Scenario) -> tuple[Measure, ...]:
    """Return the moves of the package less those left out, and those that only the talks have."""
    section = scenario.talks or TalksSection()
    kept = (move for move in scenario.moves if move.title() not in section.left_out)
    return (*kept, *section.moves)


def _grouped(measures: Sequence[Measure], section: TalksSection) -> tuple[Move, ...]:
    """Return the moves of one side in the order of the scenario, groups together."""
    group_of = {label: name for name, labels in section.groups.items() for label in labels}
    alone = len({group_of.get(m.title(), m.title()) for m in measures}) <= MOST_APART
    found: dict[str, list[Measure]] = {}
    for measure in measures:
        title = measure.title()
        joined = f"{measure.kind.replace('_', ' ')}s, {measure.status.replace('_', ' ')}"
        found.setdefault(group_of.get(title, title if alone else joined), []).append(measure)
    return tuple(_move(label, together) for label, together in found.items())


def _move(label: str, together: Sequence[Measure]) -> Move:
    from upperhand.talks.confrontation import Move

    return Move(
        label=label,
        measures=tuple(together),
        in_force=all(m.status == "in_force" for m in together),
        threat_pp=_threat(together),
    )


def _threat(together: Sequence[Measure]) -> float | None:
    """Return the points of a move that is one threatened add-on tariff, else None."""
    if len(together) != 1 or together[0].status == "in_force":
        return None
    only = together[0]
    if not isinstance(only, Tariff) or not isinstance(only.add_pp, float):
        return None
    return only.add_pp if only.add_pp > 0 else None


def _notes(scenario: Scenario, section: TalksSection, sides: tuple[Side, Side]) -> tuple[str, ...]:
    notes = []
    if section.moves:
        titles = ", ".join(m.title() for m in section.moves)
        notes.append(f"moves on the table of the talks that the package does not hold: {titles}")
    if section.left_out:
        notes.append(f"the talks leave out moves of the package: {', '.join(section.left_out)}")
    if not section.offers:
        what = "lift what it has in force" + (
            " and cut its tariffs" if section.scaling and section.standing_tariffs else ""
        )
        notes.append(f"no offers are given: a side can only {what}")
    if scenario.options.scale or scenario.options.labour_supply:
        notes.append("the talks leave out scale economies and the elasticity of labour supply")
    if scenario.closure == "purge":
        notes.append("the talks start from the world without imbalances")
    many = [s.name for s in sides if len(s.members) > 1]
    notes += [f"real income of {name} is that of its members together" for name in many]
    return tuple(notes)


def talks_run(
    source: str,
    *,
    changes: Sequence[str] = (),
    variant: str | None = None,
    progress: Progress | None = None,
) -> Run:
    """Return a run that holds the talks of a scenario and nothing else.

    Raises:
        ScenarioError: If the scenario is wrong, or its two sides do not both have a move.
    """
    from upperhand.results.run import Run
    from upperhand.scenario.read import read_scenario
    from upperhand.scenario.run import (
        about_world,
        baseline_world,
        resolved,
        run_fingerprint,
        with_options,
    )
    from upperhand.scenario.worlds import world_of

    scenario = read_scenario(source, changes=changes, variant=variant)
    if not has_two_sides(scenario):
        raise ScenarioError(
            f"{source}: no talks, because only {', '.join(scenario.side_codes)} acts; add a move "
            "of another side"
        )
    table = with_options(world_of(scenario.world), scenario.options)
    return Run(
        scenario=resolved(scenario, table),
        title=scenario.title,
        baseline=scenario.baseline.words,
        world=about_world(table),
        cases=(),
        fingerprint=run_fingerprint(scenario, table),
        talks=talks_of(scenario, baseline_world(scenario, table), progress),
    )
