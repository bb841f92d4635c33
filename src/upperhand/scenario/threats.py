"""What could come of the threats of a scenario: branches with conditions and probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from upperhand.core.errors import OptionError
from upperhand.measures.base import Measure
from upperhand.scenario.schema import Scenario

MOST_THREATS = 10


@dataclass(frozen=True, slots=True)
class Branch:
    """One way in which the threats of a scenario may turn out.

    Attributes:
        moves: Positions of the moves that are made, those that are no threats included.
        carried_out: Titles of the threats that are carried out.
        probability: Probability of the branch; None when a threat in it has none.
    """

    moves: tuple[int, ...]
    carried_out: tuple[str, ...]
    probability: float | None

    def sentence(self) -> str:
        """Return the branch in words."""
        what = "; ".join(self.carried_out) or "no threat is carried out"
        if self.probability is None:
            return f"{what} (probability not given)"
        return f"{what} (probability {self.probability:.2g})"


def branches(scenario: Scenario, *, on: date | None = None) -> tuple[Branch, ...]:
    """Return every way in which the threats may turn out, each once.

    A threat whose condition is the label of another move is carried out only where that move is
    made; a condition in other words is taken as met. Probabilities of threats are independent,
    given their conditions.

    Args:
        scenario: The scenario.
        on: Only moves that have begun and not ended on this day; every move when None.

    Raises:
        OptionError: If there are more than ten threats.

    Examples:
        >>> from upperhand.scenario.read import parse_scenario
        >>> text = '''
        ... title: T
        ... world: toy
        ... moves:
        ...   - {kind: tariff, label: threat, by: USA, against: CHN, add_pp: 9, status: threat,
        ...      probability: 0.3}
        ...   - {kind: tariff, label: answer, by: CHN, against: USA, add_pp: 9, status: threat,
        ...      if: threat, probability: 0.5}
        ... '''
        >>> [round(b.probability, 2) for b in branches(parse_scenario(text))]
        [0.7, 0.15, 0.15]
    """
    open_ = [i for i, move in enumerate(scenario.moves) if on is None or _runs(move, on)]
    threats = [i for i in open_ if scenario.moves[i].status == "threat"]
    if len(threats) > MOST_THREATS:
        raise OptionError(
            f"{len(threats)} threats; allowed: up to {MOST_THREATS}; give some another status"
        )
    found: dict[tuple[int, ...], Branch] = {}
    for choice in product((False, True), repeat=len(threats)):
        wanted = {i for i, yes in zip(threats, choice, strict=True) if yes}
        made = tuple(i for i in open_ if i in wanted or i not in threats)
        if not all(_possible(scenario.moves, i, made) for i in wanted):
            continue
        titles = tuple(scenario.moves[i].title() for i in threats if i in wanted)
        chance = _chance(scenario.moves, threats, wanted, made)
        found.setdefault(made, Branch(made, titles, chance))
    return tuple(found.values())


def _runs(move: Measure, day: date) -> bool:
    return (move.from_ is None or move.from_ <= day) and (move.until is None or day <= move.until)


def _possible(moves: Sequence[Measure], i: int, made: Sequence[int]) -> bool:
    titles = {move.title(): k for k, move in enumerate(moves)}
    trigger = titles.get(moves[i].if_ or "")
    return trigger is None or trigger in made


def _chance(
    moves: Sequence[Measure], threats: Sequence[int], wanted: set[int], made: Sequence[int]
) -> float | None:
    chance = 1.0
    for i in threats:
        if not _possible(moves, i, made):
            continue
        given = moves[i].probability
        if given is None:
            return None
        chance *= given if i in wanted else 1 - given
    return chance
