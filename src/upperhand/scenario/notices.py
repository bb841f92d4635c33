"""What a reader of a scenario should look at: moves that change nothing, and moves that clash."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from upperhand.core.errors import ShockError
from upperhand.measures.base import BilateralMeasure, Measure
from upperhand.scenario.run import baseline_world, changes_of, with_options
from upperhand.scenario.schema import Scenario
from upperhand.scenario.worlds import world_of
from upperhand.world.shock import compose_all
from upperhand.world.world import World

NoticeKind = Literal["clash", "no_op", "note"]


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to look at.

    Attributes:
        index: Position of the move; None when it concerns the scenario.
        kind: `clash` (moves that contradict each other), `no_op` (changes nothing), or `note`.
        text: In words.
    """

    index: int | None
    kind: NoticeKind
    text: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A scenario with what its moves change and what to look at; nothing was solved but the baseline.

    Attributes:
        changes: Rows as in `Run.changes`, each with the `index` of its move.
        notices: What to look at.
    """

    changes: tuple[dict[str, Any], ...]
    notices: tuple[Notice, ...]


def look_at(scenario: Scenario) -> Looked:
    """Return what each move changes on the baseline, and what is odd about the moves.

    Raises:
        NoEquilibriumError: If the baseline has no equilibrium.

    Examples:
        >>> from upperhand.scenario.read import parse_scenario
        >>> found = look_at(
        ...     parse_scenario('''
        ... title: Twice
        ... world: toy
        ... moves:
        ...   - {kind: tariff, by: USA, against: [CHN], to_pct: 20}
        ...   - {kind: tariff, by: USA, against: [CHN], to_pct: 30}
        ... ''')
        ... )
        >>> [(notice.index, notice.kind) for notice in found.notices][:2]
        [(1, 'clash'), (0, 'note')]
    """
    world = baseline_world(scenario, with_options(world_of(scenario.world), scenario.options))
    rows = changes_of(scenario, world)
    found = [*clashes(scenario.moves, world), *_of_changes(rows), *_of_sides(scenario)]
    found += [
        Notice(i, "note", "has no source; add one so that others can check it")
        for i, move in enumerate(scenario.moves)
        if not move.source
    ]
    return Looked(tuple({"index": i, **row} for i, row in enumerate(rows)), tuple(found))


def clashes(moves: Sequence[Measure], world: World) -> Iterator[Notice]:
    """Yield moves that set a rate of the same flow twice, or that cannot hold together."""
    setting = [
        (i, move, move.covered(world))
        for i, move in enumerate(moves)
        if isinstance(move, BilateralMeasure) and getattr(move, "to_pct", None) is not None
    ]
    for (i, one, mask), (k, other, covered) in combinations(setting, 2):
        if one.kind == other.kind and bool((mask & covered).any()):
            text = f"sets a rate that '{one.title()}' (move {i + 1}) also sets; keep one of them"
            yield Notice(k, "clash", text)
    try:
        compose_all(world, list(moves))
    except ShockError as error:
        yield Notice(None, "clash", str(error))


def _of_changes(rows: Sequence[dict[str, Any]]) -> Iterator[Notice]:
    for i, row in enumerate(rows):
        if not row["changes"]:
            yield Notice(i, "no_op", f"changes nothing: {row['note']}")
        elif row["new"] < 0:
            text = f"the new {row['wedge']} is negative, {row['new']:.1f} %: a subsidy on imports"
            yield Notice(i, "note", text)


def _of_sides(scenario: Scenario) -> Iterator[Notice]:
    for side in scenario.side_codes:
        if all(move.side_of != side for move in scenario.moves):
            yield Notice(None, "note", f"{side} makes no move; its effect is that of being hit")
