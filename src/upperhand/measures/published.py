"""Published average tariffs next to ours, on the weights of each series: nothing is spliced."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date

from upperhand.core.errors import MeasureError
from upperhand.core.files import write_text
from upperhand.measures.stacking import Weights, stack_of
from upperhand.measures.tablefile import packaged, read_table

COLUMNS = (
    "series", "importer", "exporter", "period", "day", "value_pct", "certainty", "source", "url",
    "note",
)  # fmt: skip
DEVIATIONS = ("series", "importer", "period", "explanation")
#: Which of our weightings a series is compared with.
WEIGHTS: dict[str, Weights] = {"piie": "statutory", "waugh": "collected"}
TOLERANCE = 3.0


@dataclass(frozen=True, slots=True)
class Comparison:
    """A published average and ours on the same day and weights, per cent.

    Attributes:
        series: `piie` or `waugh`.
        importer: Code of the country that levies the tariff.
        exporter: Code of the country that pays it.
        period: Day or month as published.
        day: Day on which the register is read.
        published: The published average.
        ours: The average of the register.
        certainty: Of the published number.
        note: Why `day` differs from `period`.
        explanation: Why ours differs by more than the tolerance.
    """

    series: str
    importer: str
    exporter: str
    period: str
    day: date
    published: float
    ours: float
    certainty: str
    note: str
    explanation: str

    @property
    def gap(self) -> float:
        """Ours less the published average, percentage points."""
        return self.ours - self.published

    @property
    def within(self) -> bool:
        """Whether the gap is at most three points."""
        return abs(self.gap) <= TOLERANCE


def compare_with_published() -> list[Comparison]:
    """Return every published average of the facts with ours beside it.

    Raises:
        MeasureError: If an explanation names a row that is not published.

    Examples:
        >>> first = compare_with_published()[0]
        >>> first.series, first.importer, first.published
        ('piie', 'CHN', 8.0)
    """
    reasons = {
        (line["series"], line["importer"], line["period"]): line["explanation"]
        for line in read_table(packaged("deviations.csv"), DEVIATIONS)
    }
    found = []
    for line in read_table(packaged("published-averages.csv"), COLUMNS):
        day = date.fromisoformat(line["day"])
        stack = stack_of(day, line["importer"], line["exporter"], weights=WEIGHTS[line["series"]])
        key = (line["series"], line["importer"], line["period"])
        found.append(
            Comparison(
                series=line["series"],
                importer=line["importer"],
                exporter=line["exporter"],
                period=line["period"],
                day=day,
                published=float(line["value_pct"]),
                ours=stack.average,
                certainty=line["certainty"],
                note=line["note"],
                explanation=reasons.pop(key, ""),
            )
        )
    if reasons:
        raise MeasureError(f"deviations.csv: no published average for {next(iter(reasons))}")
    return found


def published_on(day: date) -> list[dict[str, object]]:
    """Return the last published average of each series on a day or before, with its own date.

    Examples:
        >>> [row["published_pct"] for row in published_on(date(2025, 10, 9))]
        [32.6, 57.6, 41.93]
    """
    last: dict[tuple[str, str], dict[str, object]] = {}
    for line in read_table(packaged("published-averages.csv"), COLUMNS):
        if line["day"] <= day.isoformat():
            last[line["series"], line["importer"]] = {
                "series": line["series"],
                "importer": line["importer"],
                "exporter": line["exporter"],
                "published_on": line["period"],
                "published_pct": float(line["value_pct"]),
                "certainty": line["certainty"],
            }
    return list(last.values())


def page() -> str:
    """Return the reference page that compares the register with the published averages."""
    rows = compare_with_published()
    outside = [row for row in rows if not row.within]
    tables = "\n".join(_table(rows, series, importer) for series, importer in _KINDS)
    reasons = "\n".join(f"- **{_name(r)}** ({r.gap:+.1f}): {r.explanation}" for r in outside)
    return _PAGE.format(
        tables=tables, reasons=reasons, count=len(rows), inside=len(rows) - len(outside)
    )


_KINDS = {
    ("piie", "USA"): "United States on China, PIIE",
    ("piie", "CHN"): "China on the United States, PIIE",
    ("waugh", "USA"): "United States on China, Waugh (2024 collected rate plus new actions)",
}


def _name(row: Comparison) -> str:
    who = {"piie": "PIIE", "waugh": "Waugh"}[row.series]
    return f"{who}, {row.importer} on {row.exporter}, {row.period}"


def _table(rows: list[Comparison], series: str, importer: str) -> str:
    own = [row for row in rows if (row.series, row.importer) == (series, importer)]
    body = "\n".join(
        f"| {row.period} | {row.day} | {row.published:.1f}{_mark(row)} | {row.ours:.1f} | "
        f"{row.gap:+.1f} | {'yes' if row.within else '**no**'} |"
        for row in own
    )
    head = "| published for | register on | published | ours | gap, pp | within 3 |"
    title = _KINDS[series, importer]
    return f"\n## {title}\n\n{head}\n|---|---|---|---|---|---|\n{body}\n"


def _mark(row: Comparison) -> str:
    return " (u)" if row.certainty == "unconfirmed" else ""


_PAGE = """# Are the averages of the register those that others publish?

<!-- written by `python -m upperhand.measures.published`; do not edit by hand -->

Per cent of the value of goods. Two weightings, never spliced:

- **statutory**, next to PIIE: rates by law, goods weighted with the exporter's exports to the world.
  PIIE's workbook says so ("weighted by US exports to the world in 2017"); our weights are those of 2022,
  because the world table is of that year.
- **collected**, next to Waugh: US imports from China in 2024 as weights; the duties that were in place in 2024
  scaled, good by good, to what customs collected; new actions by law with their exemptions.

No rate was chosen to meet an average. {inside} of {count} are within 3 points; the others are explained below.
(u): the published number itself is unconfirmed. "register on": where the source dates a step by its announcement,
the register is read on the first day in force. The Chinese tariffs of 2018-19 come from the workbook of PIIE that
also holds its averages, so those rows test our weights and not the rates.

Choices that a reader should know of, because they were made with these tables in sight: the metal content of
goods outside the metal chapters was first one half throughout, the fallback of the Yale tracker, and was
replaced by the two buckets of the Congressional Budget Office named in the same file; a ten-digit code counts for
half of its line; the bare heading 8471 of the metals annex was left out. Together they bring the averages from
August 2025 nearer to Waugh's and further from PIIE's.

The facts date PIIE's 16.5 (China on the United States) to June 2019; PIIE's workbook has 16.5 from 1 January and
20.7 from 1 June 2019, the step that the register also has. Against 20.7 ours would be 3.1 too low, for the
reason given for January 2025.
{tables}
## Why some differ by more

{reasons}
"""


if __name__ == "__main__":
    write_text(sys.argv[1], page())
