"""The report: one HTML file that works offline, without JavaScript, on a phone and on paper."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from upperhand.report.brief import answer, four_numbers
from upperhand.report.charts import all_charts
from upperhand.report.claims import claims_section
from upperhand.report.numbers import source_line
from upperhand.report.page import data_uri, drawing, page_style, template
from upperhand.report.tables import all_tables
from upperhand.report.talks_words import named, upper_hand
from upperhand.report.words import HORIZON_TITLE
from upperhand.report.years_page import year_sections

if TYPE_CHECKING:
    from upperhand.report.charts import Chart
    from upperhand.report.table import Table
    from upperhand.results import Run

MORE = {  # further tables of a section
    "hinges": ("hinges_on",),
    "leverage": ("leverage_reasons", "leverage_sectors"),
    "threats": ("threat_stage", "signals"),
    "bargaining": ("protocols",),
    "deal": ("lasting",),
    "settlement": ("clocks",),
}


def html_report(run: Run, *, audit: Mapping[str, Any] | None = None) -> str:
    """Return the whole report as one HTML document, with the claims of an audit if one is given.

    Nothing is fetched: drawings, tables and downloads are inside. Names and notes are escaped.
    """
    tables = {table.key: table for table in all_tables(run)}
    charts = {chart.key: chart for chart in all_charts(run)}
    return template("report.html.j2").render(
        run=run,
        answer=answer(run),
        numbers=four_numbers(run),
        upper_hand=upper_hand(run),
        horizon_title=HORIZON_TITLE,
        style=page_style(),
        sections=[*_sections(tables, charts), *year_sections(run.years)],
        tables=tables,
        downloads=_downloads(run, tables),
        sources=[_source(item) for item in run.sources],
        source_line=source_line(run),
        warnings=_warnings(run),
        facts=_facts(run),
        command=_command(run),
        notes=_notes(run),
        claims=claims_section(audit) if audit is not None else "",
    )


#: Sections whose table says more than their drawing and is not folded away.
OPEN = ("leverage",)


def _sections(tables: dict[str, Table], charts: dict[str, Chart]) -> list[dict[str, Any]]:
    """Return heading, drawing and table of each section, in the order of the report."""
    plan = (
        ("changes", "What changes", "", "changes"),
        ("map", "Map", "map", ""),
        ("ranking", "Every economy", "ranking", "ranking"),
        ("sectors", "Sectors", "sectors", "sectors"),
        ("who-pays", "Who pays the tariffs", "who_pays", "who_pays"),
        ("welfare", "Why real income changes", "welfare", "welfare"),
        ("diversion", "Trade diversion", "diversion", "diversion"),
        ("alone", "Together and one by one", "alone", "alone"),
        ("horizons", "By horizon", "horizons", "headline"),
        ("hinges", "How sure, and what it hinges on", "tornado", "ranges"),
        ("draws", "Draw by draw", "scatter", ""),
        ("odds", "Upper hand over the draws", "", "odds"),
        ("leverage", "Who has the upper hand", "leverage_reasons", "leverage"),
        ("threats", "Which threats pay", "ceilings", "ceilings"),
        ("answers", "What answers best", "", "replies"),
        ("bargaining", "What could be agreed", "bargaining", "agreements"),
        ("deal", "The deal on the table", "", "deal"),
        ("compared", "Compared with what was agreed", "", "compared"),
        ("ladder", "Escalation", "ladder", "ladder"),
        ("settlement", "The settlement clock", "settlement", "settlement"),
    )
    return [
        {
            "id": name,
            "title": title,
            "texts": [],
            "charts": [drawing(charts[chart])] if chart in charts else [],
            "table": tables.get(table),
            "open": name in OPEN,
            "more": [tables[key] for key in MORE.get(name, ()) if key in tables],
        }
        for name, title, chart, table in plan
        if chart in charts or table in tables
    ]


def _downloads(run: Run, tables: dict[str, Table]) -> list[dict[str, str]]:
    from upperhand.results.encode_run import run_summary
    from upperhand.results.record import scenario_yaml

    summary = run_summary(run)
    summary["cases"] = [
        case if case["kind"] == "package" else {**case, "countries": {}}
        for case in summary["cases"]
    ]
    entries = [
        ("scenario.yaml", "Scenario", "application/yaml", scenario_yaml(run.scenario)),
        ("run.json", "Run record in short", "application/json", json.dumps(summary)),
    ]
    for key, table in tables.items():
        text = table.frame.to_csv(index=False)
        entries.append((f"{key}.csv", table.title, "text/csv", text))
    return [
        {"name": name, "title": title, "href": data_uri(kind, text)}
        for name, title, kind, text in entries
    ]


def _source(item: dict[str, Any]) -> dict[str, str]:
    """Return a source for print; only addresses of the web become links."""
    url = str(item.get("url") or "")
    return {
        "title": str(item.get("title") or item.get("key") or ""),
        "licence": str(item.get("licence") or ""),
        "used_for": str(item.get("used_for") or ""),
        "url": url if re.match(r"https?://", url) else "",
    }


def _warnings(run: Run) -> list[str]:
    return [
        f"{case.label}, {case.horizon} horizon: {case.counterfactual.outcome.sentence()}"
        for case in run.cases
        if not case.counterfactual.outcome.ok
    ]


def _facts(run: Run) -> list[tuple[str, str]]:
    card = run.world.get("card", {})
    options = run.cases[0].counterfactual.provenance.options if run.cases else {}
    shown = ", ".join(f"{key} {value}" for key, value in options.items() if key != "horizon")
    entries = {
        "Baseline": run.baseline,
        "World table": f"{run.world.get('name', '')} ({run.world.get('fingerprint', '')})",
        "Data": card.get("edition") or card.get("title") or "",
        "Licence of the data": card.get("licence") or "",
        "Options": shown,
        "Run": run.fingerprint,
        "Versions": _flat({"upperhand": run.version, **run.environment}),
    }
    return [(key, str(value)) for key, value in entries.items() if value]


def _notes(run: Run) -> list[str]:
    """Return the notes of the scenario, and of the world table."""
    limits = run.world.get("card", {}).get("limits")
    talks = [named(run, note) for note in run.talks.notes] if run.talks is not None else []
    found = [run.scenario.get("notes"), talks, limits]
    return [
        str(note) for part in found for note in (part if isinstance(part, (list, tuple)) else [])
    ]


def _flat(content: dict[str, Any]) -> str:
    """Return names and values in a row; nested ones likewise, empty ones left out."""
    entries = (
        _flat(value) if isinstance(value, dict) else f"{key} {value}"
        for key, value in content.items()
        if value is not None and key != "version"
    )
    return ", ".join(entries)


def _command(run: Run) -> dict[str, str]:
    version = run.version
    pin = f"=={version}" if version else ""
    return {
        "shell": f"pip install upperhand{pin}\nupperhand run scenario.yaml -o report.html",
        "python": (
            "import upperhand as uh\n\n"
            'run = uh.run(uh.read_scenario("scenario.yaml"))\n'
            "print(uh.brief(run))\n"
            'run.save("report.html")'
        ),
        "version": version,
    }
