"""The years ahead as a page: sections for the report of a run, and a report of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from upperhand.report.charts.years import years_charts
from upperhand.report.page import data_uri, drawing, page_style, template
from upperhand.report.years import failures, sections
from upperhand.report.years_tables import years_tables
from upperhand.report.years_words import CAREFUL, first_and_last, lag_title, years_source

if TYPE_CHECKING:
    from upperhand.results.years_ahead import YearsAhead

#: Section of the page: its name, heading of the brief, charts, main table, further tables. A chart
#: whose name ends with a star stands for all that begin so.
PLAN = (
    (
        "years-behind",
        "How far behind, how fast closing",
        ("years_lag", "years_share"),
        "years_lag",
        (),
    ),
    ("years-controls", "What the controls on record changed", ("years_controls",), "", ()),
    (
        "years-ban",
        "Does the ban on foreign chips make sense",
        (),
        "",
        ("years_beliefs",),
    ),
    ("years-timing", "When control and ban pay", ("years_timing*",), "years_timing", ()),
    ("years-cost", "What the moves cost", ("years_cost",), "years_cost", ("years_crossing",)),
    (
        "years-leverage",
        "Who has the upper hand, by year",
        ("years_leverage",),
        "years_leverage",
        ("years_hands",),
    ),
    ("years-firms", "Firms", ("years_firms",), "years_firms", ("years_firm_record",)),
    ("years-hinges", "What it turns on", (), "years_hinges", ("years_numbers",)),
)


def year_sections(years: YearsAhead | None) -> list[dict[str, Any]]:
    """Return the sections of the years ahead for a page; none without them."""
    if years is None:
        return []
    charts = {chart.key: chart for chart in years_charts(years)}
    tables = {table.key: table for table in years_tables(years)}
    words = dict(sections(years))
    found = []
    for name, title, wanted, table, more in PLAN:
        drawn = [chart for key, chart in charts.items() for w in wanted if _fits(key, w)]
        section = {
            "id": name,
            "title": title,
            "texts": words.get(title, []),
            "charts": [drawing(chart) for chart in drawn],
            "table": tables.get(table),
            "open": False,
            "more": [tables[key] for key in more if key in tables],
        }
        if section["texts"] or drawn or section["table"] or section["more"]:
            found.append(section)
    return found


def _fits(key: str, wanted: str) -> bool:
    return key.startswith(wanted[:-1]) if wanted.endswith("*") else key == wanted


def html_years(years: YearsAhead) -> str:
    """Return the report of the years ahead as one HTML document; nothing is fetched."""
    first, last = first_and_last(years)
    tables = years_tables(years)
    downloads = [
        ("years.json", "Everything in one file", "application/json",
         json.dumps(years.to_dict(), ensure_ascii=False)),
        ("path.csv", "Path in long form", "text/csv", years.path.to_csv()),
        *((f"{table.key}.csv", table.title, "text/csv", table.frame.to_csv(index=False))
          for table in tables),
    ]  # fmt: skip
    return template("years.html.j2").render(
        years=years,
        answer=lag_title(years),
        span=f"{first:g} to {last:g}",
        sections=year_sections(years),
        warnings=failures(years),
        careful=[*CAREFUL, *years.path.notes],
        policies=years.path.policies,
        style=page_style(),
        downloads=[
            {"name": name, "title": title, "href": data_uri(kind, text)}
            for name, title, kind, text in downloads
        ],
        source_line=years_source(years),
        version=years.path.provenance.version,
    )
