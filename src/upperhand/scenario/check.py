"""Check a scenario beyond its form: what each move changes on the baseline, and what is odd."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from upperhand.measures.change import Change
from upperhand.scenario.read import read_scenario
from upperhand.scenario.run import baseline_world, with_options
from upperhand.scenario.schema import Scenario
from upperhand.scenario.threats import Branch, branches
from upperhand.scenario.worlds import world_of
from upperhand.world.shock import compose_all


@dataclass(frozen=True, slots=True)
class Checked:
    """A scenario that can be run: what each move changes, and what to look at."""

    scenario: Scenario
    changes: tuple[Change, ...]
    remarks: tuple[str, ...]
    branches: tuple[Branch, ...] = ()

    def lines(self) -> list[str]:
        """Return the check in words."""
        count = len(self.scenario.moves)
        about = (
            f"{count} move{'s' if count > 1 else ''}, sides {', '.join(self.scenario.side_codes)}"
        )
        head = f"{self.scenario.name or 'scenario'}: can be run ({about})"
        mark = f"fingerprint {self.scenario.fingerprint}"
        moves = [f"  moves[{i}] {change.sentence()}" for i, change in enumerate(self.changes)]
        ways = [f"  {branch.sentence()}" for branch in self.branches]
        outcomes = ["how the threats may turn out:", *ways] if len(ways) > 1 else []
        return [head, mark, *moves, *outcomes, *(f"note: {remark}" for remark in self.remarks)]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {
            "scenario": self.scenario.to_dict(),
            "fingerprint": self.scenario.fingerprint,
            "changes": [asdict(change) for change in self.changes],
            "remarks": list(self.remarks),
            "branches": [asdict(branch) for branch in self.branches],
        }


def check_scenario(
    source: str, *, changes: Sequence[str] = (), variant: str | None = None
) -> Checked:
    """Read a scenario, compose its measures on its world, and describe every move.

    Rates and trade before a move are those of the baseline, which is solved; the moves are not.

    Raises:
        ScenarioError: If the file is wrong (every fault listed).
        ShockError: If the measures together are not admissible.

    Examples:
        >>> print(check_scenario("uniform-10").lines()[0])
        uniform-10: can be run (1 move, sides USA, CHN)
    """
    scenario = read_scenario(source, changes=changes, variant=variant)
    world = baseline_world(scenario, with_options(world_of(scenario.world), scenario.options))
    compose_all(world, list(scenario.moves))
    found = tuple(move.change_on(world) for move in scenario.moves)
    return Checked(scenario, found, tuple(_remarks(scenario, found)), branches(scenario))


def _remarks(scenario: Scenario, changes: Sequence[Change]) -> list[str]:
    found = [
        f"moves[{i}] changes nothing: {change.note}"
        for i, change in enumerate(changes)
        if not change.changes
    ]
    found += [
        f"moves[{i}]: the new {change.wedge} is negative, {change.new:.1f} %: a subsidy on imports"
        for i, change in enumerate(changes)
        if change.new < 0
    ]
    found += [
        f"moves[{i}] has no source; add `source:`"
        for i, move in enumerate(scenario.moves)
        if not move.source
    ]
    return found + [
        f"{side} makes no move; its effect is that of being hit"
        for side in scenario.side_codes
        if all(move.side_of != side for move in scenario.moves)
    ]
