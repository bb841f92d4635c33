"""The days that a period of a fact spans, and the day from which its figure counts as known."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

#: Days after the end of a period until its figure counts as published (assumed; 30 to 90 for a
#: year, 15 to 60 for shorter spans). A figure of one day is known the day after.
LAG_OF_A_YEAR, LAG_OF_A_SPAN, LAG_OF_A_DAY = 60, 45, 1

DAY = re.compile(r"^(\d{4})-(\d{2})-(\d{2})$")
MONTH = re.compile(r"^(?:to )?(\d{4})-(\d{2})$")
MONTHS = re.compile(r"^(\d{4})-(\d{2})\.\.(\d{4})-(\d{2})$")
QUARTER = re.compile(r"^(\d{4})Q([1-4])$")
QUARTERS = re.compile(r"^(\d{4})Q([1-4])-(\d{4})Q([1-4])$")
HALF = re.compile(r"^(\d{4})H([12])$")
YEARS = re.compile(r"^(\d{4})-(\d{4})")
SHORT_YEARS = re.compile(r"^(19\d{2})-(\d{2})$")
FISCAL = re.compile(r"^FY(?:20)?(\d{2})(?:Q([1-4]))?\b")
MARKETING = re.compile(r"^MY(\d{4})/(\d{2})$")
YEAR = re.compile(r"^(?:to |pre-)?(\d{4})(?!-)")


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day of a period."""

    first: date
    last: date

    @property
    def known_from(self) -> date:
        """The first day on which the figure counts as published."""
        days = (self.last - self.first).days
        lag = LAG_OF_A_DAY if days == 0 else LAG_OF_A_SPAN if days < 200 else LAG_OF_A_YEAR
        return self.last + timedelta(days=lag)


def span_of(period: str) -> Span | None:
    """Return the days of a period, or None where the source gives no date.

    Fiscal periods are those of Nvidia, whose year ends in January; a marketing year runs from
    October to September.

    Examples:
        >>> span = span_of("2025Q2")
        >>> span.last.isoformat(), span.known_from.isoformat()
        ('2025-06-30', '2025-08-14')
        >>> span_of("FY26Q1").last.isoformat(), span_of("3 yrs")
        ('2025-04-30', None)
    """
    for read in (_day, _months, _quarters, _years, _fiscal, _year):
        found = read(period)
        if found is not None:
            return found
    return None


def _day(text: str) -> Span | None:
    found = DAY.match(text)
    if not found:
        return None
    try:
        day = date(*map(int, found.groups()))
    except ValueError:
        return None
    return Span(day, day)


def _months(text: str) -> Span | None:
    if found := MONTHS.match(text):
        y, m, to_y, to_m = map(int, found.groups())
        return _from_to(y, m, to_y, to_m)
    if found := MONTH.match(text):
        y, m = map(int, found.groups())
        return _from_to(y, m, y, m)
    return None


def _quarters(text: str) -> Span | None:
    if found := QUARTERS.match(text):
        y, q, to_y, to_q = map(int, found.groups())
        return _from_to(y, 3 * q - 2, to_y, 3 * to_q)
    if found := QUARTER.match(text):
        y, q = map(int, found.groups())
        return _from_to(y, 3 * q - 2, y, 3 * q)
    if found := HALF.match(text):
        y, h = map(int, found.groups())
        return _from_to(y, 6 * h - 5, y, 6 * h)
    return None


def _years(text: str) -> Span | None:
    if found := SHORT_YEARS.match(text):
        return _from_to(int(found[1]), 1, int(found[1][:2] + found[2]), 12)
    if found := YEARS.match(text):
        return _from_to(int(found[1]), 1, int(found[2]), 12)
    if found := MARKETING.match(text):
        return _from_to(int(found[1]), 10, int(found[1]) + 1, 9)
    return None


def _fiscal(text: str) -> Span | None:
    found = FISCAL.match(text)
    if not found:
        return None
    start = 2000 + int(found[1]) - 1
    if found[2] is None:
        return _from_to(start, 2, start + 1, 1)
    first = 3 * int(found[2]) - 1
    last = first + 2
    return _from_to(start, first, start + (last > 12), last - 12 * (last > 12))


def _year(text: str) -> Span | None:
    found = YEAR.match(text)
    return _from_to(int(found[1]), 1, int(found[1]), 12) if found else None


def _from_to(year: int, month: int, to_year: int, to_month: int) -> Span | None:
    if not (1 <= month <= 12 and 1 <= to_month <= 12):
        return None
    last = monthrange(to_year, to_month)[1]
    return Span(date(year, month, 1), date(to_year, to_month, last))
