"""Dates in words, read against the day of the article."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from upperhand.audit.read.words import rows

MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH = rf"(?P<month>{'|'.join(m.capitalize() for m in MONTHS)})"
#: With a day beside it a month may be short: Nov. 1.
_SHORT = rf"(?P<month>{'|'.join(f'{m[:3].capitalize()}[a-z]*' for m in MONTHS)})\.?"
_YEAR = r"(?:,? (?P<year>(?:19|20)\d\d))?"
_COUNT = r"(?P<count>a|one|two|three|four|five|six|\d+)"
_NUMBERS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
FUTURE = re.compile(r"\b(from|by|before|until|starting|next|effective)(?: the)?\s*$")


@dataclass(frozen=True, slots=True)
class ArticleDate:
    """The day of an article, or its month when no more is known."""

    day: date
    whole_month: bool = False

    def text(self) -> str:
        """Return it as ISO text."""
        return f"{self.day:%Y-%m}" if self.whole_month else f"{self.day:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class DateFound:
    """A date in a sentence.

    Attributes:
        words: As written.
        iso: Day, month, year or interval; empty when the article's date is needed and unknown.
        start: First character.
        begins: Whether the words say that something begins then.
        ends: Whether the words say that something lasts until then.
        event: Whether an event is named and not a date: since Trump first took office.
    """

    words: str
    iso: str
    start: int
    begins: bool
    event: bool = False
    ends: bool = False


def parse_date(text: str) -> ArticleDate | None:
    """Return the date that an ISO day or month stands for, or None.

    Examples:
        >>> parse_date("2025-10").text(), parse_date("2025-10-15").text(), parse_date("soon")
        ('2025-10', '2025-10-15', None)
    """
    found = re.search(r"(?<!\d)((?:19|20)\d\d)-(\d\d)(?:-(\d\d))?(?!\d)", text)
    if not found:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3] or 1))
    except ValueError:
        return None
    return ArticleDate(day, whole_month=found[3] is None)


def dates_in(text: str, written: ArticleDate | None) -> list[DateFound]:
    """Return the dates of a sentence, in its order.

    Examples:
        >>> day = ArticleDate(date(2025, 10, 15))
        >>> [found.iso for found in dates_in("Last Friday it said that from 1 November ...", day)]
        ['2025-10-10', '2025-11-01']
        >>> [found.iso for found in dates_in("a meeting of last month", day)]
        ['2025-09']
    """
    found: list[DateFound] = []
    taken: list[tuple[int, int]] = []
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            before = text[: match.start()].lower()
            iso = read(match, written, _is_future(before, text.lower()))
            if iso is None:
                continue
            taken.append(match.span())
            lead = f"{before}{match[0].split()[0].lower()}"
            begins = bool(
                re.search(
                    r"\b(from|since|effective|starting|as of|beginning|(?:begins?|starts?|force|effect) on)"
                    r"( \S+)?$",
                    lead,
                )
            )
            ends = bool(re.search(r"\buntil( \S+)?$", lead))
            found.append(DateFound(match[0], iso, match.start(), begins, ends=ends))
    found += [
        DateFound(match[0], iso, match.start(), begins=False, event=True)
        for pattern, iso in _events()
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda item: item.start)


@lru_cache(maxsize=1)
def _events() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Return the events of the packaged list with their days."""
    return tuple(
        (re.compile(rf"\b(?:{row['words']})\b", re.I), row["date"]) for row in rows("events.csv")
    )


def _is_future(before: str, text: str) -> bool:
    return bool(FUTURE.search(before)) or bool(
        re.search(r"\b(will|is to|are to|due to|begins?|starts?)\b", text)
    )


def _of_day(match: re.Match[str], written: ArticleDate | None, future: bool) -> str | None:
    month, day = _month_of(match["month"]), int(match["day"])
    if month is None:
        return None
    if match["year"]:
        return _day(int(match["year"]), month, day)
    if written is None:
        return ""
    near = [_day(written.day.year + k, month, day) for k in (-1, 0, 1)]
    known = [date.fromisoformat(iso) for iso in near if iso]
    if not known:
        return None
    if future:
        return min(known, key=lambda d: abs(d - written.day)).isoformat()
    return max(d for d in known if d <= written.day + timedelta(days=60)).isoformat()


def _month_of(word: str) -> int | None:
    """Return the number of a month, written whole or short; None for a word that only begins so."""
    fits = [k for k, name in enumerate(MONTHS, 1) if name.startswith(word.lower())]
    return fits[0] if fits else None


def _day(year: int, month: int, day: int) -> str | None:
    return f"{date(year, month, day)}" if 1 <= day <= monthrange(year, month)[1] else None


def _of_month(match: re.Match[str], written: ArticleDate | None, future: bool) -> str | None:
    month = MONTHS.index(match["month"].lower()) + 1
    if match["year"]:
        return f"{match['year']}-{month:02d}"
    if written is None:
        return ""
    year = written.day.year
    ahead = (month - written.day.month) % 12
    if match.string[: match.start()].endswith(("from ", "From ")):
        future = ahead < 6
    if future and month < written.day.month:
        year += 1
    if not future and month > written.day.month:
        year -= 1
    return f"{year}-{month:02d}"


def _of_year(match: re.Match[str], written: ArticleDate | None, future: bool) -> str | None:  # noqa: ARG001
    return match["year"]


def _relative_day(match: re.Match[str], written: ArticleDate | None, future: bool) -> str:  # noqa: ARG001
    if written is None or written.whole_month:
        return ""
    shift = {"today": 0, "yesterday": -1, "tomorrow": 1}[match[0].lower()]
    return f"{written.day + timedelta(days=shift)}"


def _weekday(match: re.Match[str], written: ArticleDate | None, future: bool) -> str:
    if written is None or written.whole_month:
        return ""
    which = (match["which"] or "").lower()
    wanted = DAYS.index(match["weekday"].lower())
    back = (written.day.weekday() - wanted) % 7 or 7
    begins = re.search(r"\b(begins?|starts?|from|until) $", match.string[: match.start()])
    ahead = which == "next" or (which in ("this", "coming") and future) or bool(begins)
    return f"{written.day + timedelta(days=7 - back % 7 if ahead else -back)}"


def _relative_span(match: re.Match[str], written: ArticleDate | None, future: bool) -> str:  # noqa: ARG001
    if written is None:
        return ""
    step = {"last": -1, "this": 0, "next": 1}[match["which"].lower()]
    span, day = match["span"].lower(), written.day
    if span == "year":
        return str(day.year + step)
    if span == "month":
        return _shifted_month(day, step)
    if written.whole_month:
        return ""
    monday = day - timedelta(days=day.weekday()) + timedelta(weeks=step)
    return f"{monday}/{monday + timedelta(days=6)}"


def _shifted_month(day: date, months: int) -> str:
    count = day.year * 12 + day.month - 1 + months
    return f"{count // 12}-{count % 12 + 1:02d}"


def _ago(match: re.Match[str], written: ArticleDate | None, future: bool) -> str:  # noqa: ARG001
    if written is None:
        return ""
    word = match["count"].lower()
    count, span = _NUMBERS.get(word) or int(word), match["span"].lower()
    if count > 1_000:
        return ""
    if span == "year":
        return str(written.day.year - count)
    if span == "month":
        return _shifted_month(written.day, -count)
    if written.whole_month:
        return ""
    return f"{written.day - timedelta(days=count * (7 if span == 'week' else 1))}"


Reader = Callable[[re.Match[str], ArticleDate | None, bool], str | None]
_PATTERNS: tuple[tuple[re.Pattern[str], Reader], ...] = (
    (re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? {_SHORT}(?!\w){_YEAR}"), _of_day),
    (re.compile(rf"\b{_SHORT} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?! percent){_YEAR}"), _of_day),
    (re.compile(rf"\b{_MONTH}\b{_YEAR}"), _of_month),
    (re.compile(r"\b(today|yesterday|tomorrow)\b", re.I), _relative_day),
    (
        re.compile(
            rf"\b(?:(?P<which>last|next|this|coming|on|by) )(?P<weekday>{'|'.join(DAYS)})\b", re.I
        ),
        _weekday,
    ),
    (re.compile(r"\b(?P<which>last|this|next) (?P<span>week|month|year)\b", re.I), _relative_span),
    (re.compile(rf"\b{_COUNT} (?P<span>day|week|month|year)s? ago\b", re.I), _ago),
    (re.compile(r"\b(?:in|by|since|until|from) (?P<year>(?:19|20)\d\d)\b", re.I), _of_year),
)
