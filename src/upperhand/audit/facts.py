"""The packaged facts: one number a row, each with its unit, source and certainty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path

from upperhand.audit.errors import FactError, LookAheadError
from upperhand.audit.periods import Span, span_of
from upperhand.core.errors import MeasureError, nearest, raise_faults, unknown
from upperhand.measures.tablefile import Line, number_fault, read_table

COLUMNS = (
    "metric", "entity", "period", "kind", "value", "low", "high", "words", "unit", "certainty",
    "source", "url",
)  # fmt: skip
KINDS = ("observed", "forecast", "target", "finding")
CERTAINTIES = ("source read", "unconfirmed")


@dataclass(frozen=True, slots=True)
class Fact:
    """One number, or one word, that a source states.

    Attributes:
        metric: Name of the series.
        entity: Country code, pair `USA>CHN`, firm, product or node.
        period: Day, month, quarter or year as the source states it.
        kind: `observed`, `forecast`, `target` or `finding` (an estimate of a published study).
        value: The number; None where the source gives a word or a bound only.
        low: Lower end of a range that the source gives.
        high: Upper end of a range, or an upper bound.
        words: What the source states in place of or beside a number.
        unit: Unit of the number.
        certainty: `source read` or `unconfirmed`.
        source: Who states it.
        url: Where it was read.
        line: Line of the file.
    """

    metric: str
    entity: str
    period: str
    kind: str
    value: float | None
    low: float | None
    high: float | None
    words: str
    unit: str
    certainty: str
    source: str
    url: str
    line: int

    @property
    def span(self) -> Span | None:
        """The days that the period spans; None where the source gives no date."""
        return span_of(self.period)

    def known_on(self, day: date) -> bool:
        """Say whether the figure counts as published before `day`; never without a date."""
        span = self.span
        return self.kind == "observed" and span is not None and span.known_from <= day

    def sentence(self) -> str:
        """Return the fact with its source in one line."""
        number = self.words if self.value is None else f"{self.value:g} {self.unit}"
        spread = (
            "" if self.low is None or self.high is None else f" ({self.low:g} to {self.high:g})"
        )
        what = self.metric.replace("_", " ")
        return f"{what}, {self.entity}, {self.period}: {number}{spread} [{self.certainty}]"


class Facts:
    """Facts in the order of their file, found by metric, entity and period.

    Examples:
        >>> read_facts().one("china_smartphone_share", "Huawei", "2020Q2").value
        44.3
    """

    def __init__(self, rows: Sequence[Fact]) -> None:
        self._rows = tuple(rows)
        self._by_key = {(fact.metric, fact.entity, fact.period): fact for fact in self._rows}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._rows)

    def one(self, metric: str, entity: str, period: str) -> Fact:
        """Return one fact.

        Raises:
            FactError: If there is none; the message names what there is.
        """
        found = self._by_key.get((metric, entity, period))
        if found is None:
            raise FactError(self._missing(metric, entity, period))
        return found

    def series(self, metric: str, entity: str) -> tuple[Fact, ...]:
        """Return every fact of a metric and entity, in the order of the file."""
        found = tuple(f for f in self._rows if (f.metric, f.entity) == (metric, entity))
        if not found:
            raise FactError(self._missing(metric, entity, ""))
        return found

    def _missing(self, metric: str, entity: str, period: str) -> str:
        metrics = list(dict.fromkeys(fact.metric for fact in self._rows))
        if metric not in metrics:
            return unknown("metric", metric, metrics)
        entities = list(dict.fromkeys(f.entity for f in self._rows if f.metric == metric))
        if entity not in entities:
            return unknown("entity", entity, entities, where=metric)
        periods = [f.period for f in self._rows if (f.metric, f.entity) == (metric, entity)]
        return unknown("period", period, periods, where=f"{metric}, {entity}")


class DatedFacts:
    """What was known on a day: facts published earlier, and nothing else.

    Asking for a fact that was published later raises, so that a forecast cannot look ahead by
    mistake. Forecasts, targets and facts without a date are never shown.

    Examples:
        >>> from datetime import date
        >>> known = DatedFacts(read_facts(), date(2019, 1, 1))
        >>> known.one("avg_tariff_us_on_china_piie", "USA>CHN", "2018-09-25").value
        12.0
        >>> known.one("avg_tariff_us_on_china_piie", "USA>CHN", "2019-09-01")
        Traceback (most recent call last):
        upperhand.audit.errors.LookAheadError: avg_tariff_us_on_china_piie, USA>CHN, 2019-09-01 ...
    """

    def __init__(self, facts: Facts, day: date) -> None:
        self._facts = facts
        self.day = day

    def one(self, metric: str, entity: str, period: str) -> Fact:
        """Return one fact that was known.

        Raises:
            LookAheadError: If it was published on the day or later, or has no date.
            FactError: If there is no such fact at all.
        """
        fact = self._facts.one(metric, entity, period)
        if not fact.known_on(self.day):
            raise LookAheadError(
                f"{metric}, {entity}, {period} was not known on {self.day}; a forecast may read "
                "only what was published earlier"
            )
        return fact

    def known(self, metric: str, entity: str) -> tuple[Fact, ...]:
        """Return the facts of a series that were known, in the order of their dates."""
        dated = [
            (fact.span.last, fact)
            for fact in self._facts.series(metric, entity)
            if fact.known_on(self.day) and fact.span is not None
        ]
        return tuple(fact for _, fact in sorted(dated, key=lambda item: item[0]))

    def latest(self, metric: str, entity: str) -> Fact | None:
        """Return the last number of a series that was known, or None."""
        numbers = [fact for fact in self.known(metric, entity) if fact.value is not None]
        return numbers[-1] if numbers else None


def fact(metric: str, entity: str, period: str) -> Fact:
    """Return one packaged fact.

    Raises:
        FactError: If there is none; the message names the nearest.

    Examples:
        >>> fact("process_node_lag_china", "China vs leaders", "2024-08").value
        5.0
        >>> fact("process_node_lag_chine", "China vs leaders", "2024-08")
        Traceback (most recent call last):
        upperhand.audit.errors.FactError: unknown metric 'process_node_lag_chine'; did you mean ...
    """
    return read_facts().one(metric, entity, period)


def packaged(folder: str, name: str) -> Path:
    """Return the path of a packaged file."""
    return Path(str(files("upperhand").joinpath("data", folder, name)))


def read_facts(path: str | Path | None = None) -> Facts:
    """Read a table of facts; the packaged one by default.

    Raises:
        FactError: With every row that cannot be used, by line: a number that is none, a range
            that does not hold its value, an unknown certainty, a fact given twice, no source.

    Examples:
        >>> len(read_facts()) > 400
        True
    """
    return _packaged() if path is None else _read(Path(path))


@cache
def _packaged() -> Facts:
    return _read(packaged("facts", "facts.csv"))


def _read(path: Path) -> Facts:
    try:
        lines = read_table(path, COLUMNS)
    except MeasureError as error:
        raise FactError(str(error)) from error
    except UnicodeDecodeError as error:
        raise FactError(f"{path}: not a text file in UTF-8; give a CSV file") from error
    faults = [f"line {line.number}: {text}" for line in lines for text in row_faults(line)]
    seen: dict[tuple[str, str, str], int] = {}
    for line in lines:
        key = (line["metric"], line["entity"], line["period"])
        if key in seen:
            faults.append(f"line {line.number}: {', '.join(key)} is given by line {seen[key]}")
        seen.setdefault(key, line.number)
    raise_faults(FactError, faults, what=path.name)
    return Facts([_fact(line) for line in lines])


def row_faults(line: Line) -> list[str]:
    """Return what is wrong with one row of a table of facts."""
    faults = [
        f"no {name}; give it" for name in ("metric", "entity", "unit", "source") if not line[name]
    ]
    for name, known in (("kind", KINDS), ("certainty", CERTAINTIES)):
        if line[name] not in known:
            faults.append(
                f"{name} '{line[name]}'{nearest(line[name], known)}; allowed: {', '.join(known)}"
            )
    numbers: dict[str, float] = {}
    for name in ("value", "low", "high"):
        wrong = number_fault(line[name]) if line[name] else None
        if wrong:
            faults.append(f"{name} {wrong}")
        elif line[name]:
            numbers[name] = float(line[name])
    if not numbers and not line["words"] and not faults:
        faults.append("no value and no words; give a number, or what the source states")
    low, high = numbers.get("low"), numbers.get("high")
    value = numbers.get("value")
    if low is not None and high is not None and low > high:
        faults.append(f"low {low:g} is above high {high:g}; are the columns swapped?")
    elif value is not None and not _between(value, low, high):
        faults.append(f"value {value:g} is outside its range; got {line['low']} to {line['high']}")
    return faults


def _between(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or low <= value) and (high is None or value <= high)


def _fact(line: Line) -> Fact:
    value, low, high = (
        float(line[name]) if line[name] else None for name in ("value", "low", "high")
    )
    return Fact(
        metric=line["metric"],
        entity=line["entity"],
        period=line["period"],
        kind=line["kind"],
        value=value,
        low=low,
        high=high,
        words=line["words"],
        unit=line["unit"],
        certainty=line["certainty"],
        source=line["source"],
        url=line["url"],
        line=line.number,
    )
