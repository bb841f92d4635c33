"""Firms in the race: what the record has of them, and where the race takes them, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from upperhand.core.errors import RecordError

#: Lowest, middle and highest value of a year: 10th, 50th and 90th percentile of the draws.
Band = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Point:
    """One number of the record.

    Attributes:
        date: Middle of the period, decimal year.
        period: The period as its source states it.
        value: The number.
        low: Lower end of a range that the source gives.
        high: Upper end.
        kind: `observed` or `forecast`.
        basis: How it was counted; numbers of different bases are never joined by a line.
        certainty: `source read` or `unconfirmed`.
        source: Who states it.
        url: Where it was read.
    """

    date: float
    period: str
    value: float
    low: float | None
    high: float | None
    kind: str
    basis: str
    certainty: str
    source: str
    url: str


@dataclass(frozen=True, slots=True)
class FirmSeries:
    """One quantity of one firm: the record, and the years ahead where the race has a driver.

    Attributes:
        firm: Name.
        key: Short name of the quantity.
        label: In words.
        unit: Unit.
        points: The record, in the order of dates.
        years: Years ahead; empty where nothing in the race drives the quantity.
        ahead: Band of each year, by case (`with` and `without` the measures).
        driver: What moves it in the years ahead, in words; empty where nothing does.
        reading: What the numbers say and what they do not.
        rests_on: What the years ahead rest on, in words.
    """

    firm: str
    key: str
    label: str
    unit: str
    points: tuple[Point, ...]
    years: tuple[int, ...] = ()
    ahead: Mapping[str, tuple[Band, ...]] = field(default_factory=dict)
    driver: str = ""
    reading: str = ""
    rests_on: tuple[str, ...] = ()

    def band(self, year: int, case: str = "with") -> Band:
        """Return the 10th, 50th and 90th percentile of a year.

        Raises:
            RecordError: If the quantity has no such year ahead.
        """
        if year not in self.years or case not in self.ahead:
            raise RecordError(
                f"{self.firm}, {self.label}: no {case} band of {year}; it has "
                f"{', '.join(map(str, self.years)) or 'no years ahead'}"
            )
        return self.ahead[case][self.years.index(year)]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self) | {"ahead": {case: list(rows) for case, rows in self.ahead.items()}}
