"""Dated questions with answers, and what could be known on the day on which each was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from upperhand.audit.errors import FactError, LookAheadError
from upperhand.audit.facts import CERTAINTIES, DatedFacts, Facts, packaged
from upperhand.core.errors import MeasureError, nearest, raise_faults
from upperhand.measures.tablefile import Line, number_fault, read_table

COLUMNS = (
    "id", "topic", "asked", "resolved", "actor", "target", "threat_pp", "question", "answer",
    "unit", "certainty", "source", "hindsight",
)  # fmt: skip
BINARY = ("carried_out", "deal_90", "direction")
NUMBERS = ("level", "settle")
READING_COLUMNS = ("id", "as_of", "world", "year", "short", "medium", "long")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a forecaster sees it: without its answer.

    Attributes:
        id: Name.
        topic: `carried_out`, `deal_90`, `direction`, `level` or `settle`.
        day: Day on which the forecast is frozen.
        actor: Who threatens or moves; empty if it is about both.
        target: On whom.
        threat_pp: Points that are threatened; None where it is no tariff.
        words: The question.
    """

    id: str
    topic: str
    day: date
    actor: str
    target: str
    threat_pp: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answer.

    Attributes:
        asked: What a forecaster sees.
        resolved: Day from which the answer is known.
        answer: 1 yes, 0 no, or a number.
        unit: Unit of the answer.
        certainty: `source read` or `unconfirmed`.
        source: Where the answer was read.
        hindsight: What made it hard, in words; empty if nothing did.
    """

    asked: Asked
    resolved: date
    answer: float
    unit: str
    certainty: str
    source: str
    hindsight: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What carrying a threat out would do to whoever makes it, in the world before the question.

    Attributes:
        id: Name of the question.
        as_of: Day whose measures were in force in that world.
        world: World table.
        year: Year of the table.
        gain_pct: Change of own real income, per cent, by horizon.
    """

    id: str
    as_of: date
    world: str
    year: int
    gain_pct: tuple[float, float, float]


class Knowledge:
    """What was known on a day: earlier facts, earlier answers, earlier worlds.

    Anything later raises, so that a prior is frozen by code.
    """

    def __init__(
        self, day: date, facts: Facts, questions: Sequence[Question], readings: Sequence[Reading]
    ) -> None:
        self.day = day
        self.facts = DatedFacts(facts, day)
        self._questions = {q.asked.id: q for q in questions}
        self._readings = {r.id: r for r in readings}

    def answer(self, name: str) -> float:
        """Return the answer to an earlier question.

        Raises:
            LookAheadError: If it was not resolved before the day.
        """
        found = self._questions[name]
        if found.resolved > self.day:
            raise LookAheadError(f"the answer to {name} was not known on {self.day}; leave it out")
        return found.answer

    def resolved(self, topic: str) -> tuple[float, ...]:
        """Return the answers to the questions of a topic that were resolved by the day, in order."""
        known = [
            (q.resolved, q.asked.id)
            for q in self._questions.values()
            if q.asked.topic == topic and q.resolved <= self.day
        ]
        return tuple(self.answer(name) for _, name in sorted(known))

    def reading(self, name: str) -> Reading:
        """Return what the model says of a threat, from a world that lies before the day.

        Raises:
            LookAheadError: If there is none, or its world is of the day or later.
        """
        found = self._readings.get(name)
        if found is None:
            raise LookAheadError(f"the model has no reading of {name}: no table of before that day")
        if found.as_of >= self.day or date(found.year, 12, 31) >= self.day:
            raise LookAheadError(f"the reading of {name} uses a world of {self.day} or later")
        return found


def read_questions(path: str | Path | None = None) -> tuple[Question, ...]:
    """Read dated questions; the packaged ones by default.

    Raises:
        FactError: With every row that cannot be used, by line.

    Examples:
        >>> len(read_questions()) > 40
        True
    """
    source = Path(path) if path is not None else packaged("audit", "questions.csv")
    lines = _table(source, COLUMNS)
    faults = [f"line {line.number}: {text}" for line in lines for text in _faults(line)]
    ids = [line["id"] for line in lines]
    faults += [f"line {x.number}: id '{x['id']}' is taken; give another"
               for i, x in enumerate(lines) if x["id"] in ids[:i]]  # fmt: skip
    raise_faults(FactError, faults, what=source.name)
    return tuple(_question(line) for line in lines)


def read_readings(path: str | Path | None = None) -> tuple[Reading, ...]:
    """Read what the model said of each threat; the packaged table by default."""
    source = Path(path) if path is not None else packaged("audit", "readings.csv")
    return tuple(
        Reading(
            line["id"],
            date.fromisoformat(line["as_of"]),
            line["world"],
            int(line["year"]),
            (float(line["short"]), float(line["medium"]), float(line["long"])),
        )
        for line in _table(source, READING_COLUMNS)
    )


def last_day_before(question: Asked) -> date:
    """Return the last day that a forecast of the question may know."""
    return question.day - timedelta(days=1)


def _table(path: Path, columns: Sequence[str]) -> tuple[Line, ...]:
    try:
        return read_table(path, columns)
    except MeasureError as error:
        raise FactError(str(error)) from error


def _faults(line: Line) -> list[str]:
    faults = []
    topics = (*BINARY, *NUMBERS)
    if line["topic"] not in topics:
        faults.append(f"topic '{line['topic']}'{nearest(line['topic'], topics)}")
    if line["certainty"] not in CERTAINTIES:
        faults.append(f"certainty '{line['certainty']}'; allowed: {', '.join(CERTAINTIES)}")
    faults += [f"no {name}; give it" for name in ("id", "question", "source") if not line[name]]
    days = [_day(line[name]) for name in ("asked", "resolved")]
    faults += [f"{n} '{line[n]}' is no day; write 2025-10-10"
               for n, d in zip(("asked", "resolved"), days, strict=True) if d is None]  # fmt: skip
    if days[0] and days[1] and days[1] <= days[0]:
        faults.append(f"resolved {days[1]} is not after asked {days[0]}; are the columns swapped?")
    wrong = number_fault(line["answer"])
    if wrong:
        faults.append(f"answer {wrong}")
    elif line["topic"] in BINARY and float(line["answer"]) not in (0.0, 1.0):
        faults.append(f"answer {line['answer']}; allowed: 1 (yes) or 0 (no)")
    wrong = number_fault(line["threat_pp"]) if line["threat_pp"] else None
    return faults + ([f"threat_pp {wrong}"] if wrong else [])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _question(line: Line) -> Question:
    asked = Asked(
        id=line["id"],
        topic=line["topic"],
        day=date.fromisoformat(line["asked"]),
        actor=line["actor"],
        target=line["target"],
        threat_pp=float(line["threat_pp"]) if line["threat_pp"] else None,
        words=line["question"],
    )
    return Question(
        asked=asked,
        resolved=date.fromisoformat(line["resolved"]),
        answer=float(line["answer"]),
        unit=line["unit"],
        certainty=line["certainty"],
        source=line["source"],
        hindsight=line["hindsight"],
    )
