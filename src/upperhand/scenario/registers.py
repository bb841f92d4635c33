"""Every assumed number with its range, and every source with its licence: two pages.

`ASSUMPTIONS.md` and `DATA_SOURCES.md` at the root are written from the tables of the package by
`python -m upperhand.scenario.registers FOLDER`, never by hand.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from upperhand.core.markdown import markdown_table
from upperhand.scenario.assumptions import REGISTER_SOURCES, assumptions_of
from upperhand.scenario.read import library, read_scenario
from upperhand.scenario.replicate import names as replications
from upperhand.scenario.replicate import sources as files_of
from upperhand.scenario.worlds import world_of

CITED = "single numbers, cited"
HEAD = "<!-- written by `python -m upperhand.scenario.registers .`; do not edit by hand -->"


@dataclass(frozen=True, slots=True)
class Assumed:
    """A number that rests on judgement, with its range; ends are '' where none was given."""

    place: str
    name: str
    value: str
    low: str
    high: str
    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class DataSource:
    """A source that the package uses, with its licence."""

    title: str
    licence: str
    url: str
    used_for: str


@dataclass(frozen=True, slots=True)
class Table:
    """Where the assumed rows of a packaged CSV stand, and which of its columns say what."""

    path: str
    place: str
    status: str
    name: Callable[[Mapping[str, str]], str]
    value: str = "value"
    low: str = "low"
    high: str = "high"
    unit: str = "unit"
    reason: str = "source"


def _words(*columns: str) -> Callable[[Mapping[str, str]], str]:
    return lambda row: ", ".join(row[column] for column in columns if row.get(column))


TABLES = (
    Table(
        "strategic/shares.csv",
        "strategic goods: shares that split the table",
        "status",
        _words("part", "kind", "exporter", "importer", "sector"),
    ),
    Table(
        "strategic/elasticities.csv",
        "strategic goods: trade elasticities",
        "status",
        _words("part", "horizon"),
    ),
    Table("technology/parameters.csv", "the race: parameters", "status", _words("name")),
    Table(
        "technology/goods.csv",
        "the race: drift of a good, generations a year",
        "status",
        _words("good", "follower"),
        *("drift", "drift_low", "drift_high"),
    ),
    Table(
        "technology/controls.csv",
        "the race: how far controls bite",
        "status",
        _words("good", "from"),
        value="control",
    ),
    Table(
        "measures/entity_lists.csv",
        "entity lists: share of purchases refused, per cent",
        "",  # every share is
        _words("list", "sector"),
        value="share_pct",
        reason="note",
    ),
    Table(
        "measures/measures.csv",
        "register of measures: strength of a control",
        "certainty",
        _words("id"),
        value="rate",
        reason="note",
    ),
)


def assumed_numbers() -> list[Assumed]:
    """Return every assumed number of the package: tables, horizons, packaged scenarios.

    Examples:
        >>> found = assumed_numbers()
        >>> {row.place.split(":")[0] for row in found} >= {"horizons", "the race", "scenario"}
        True
    """
    rows = [row for table in TABLES for row in _rows_of(table)]
    return [*rows, *_horizons(), *_scenarios()]


def _rows_of(table: Table) -> Iterator[Assumed]:
    for row in _read(table.path):
        if not table.status or row[table.status] == "assumed":
            ends = (row.get(table.low, ""), row.get(table.high, ""))
            unit = row.get(table.unit, "")
            value = row[table.value]
            yield Assumed(table.place, table.name(row), value, *ends, unit, row[table.reason])


def _read(path: str) -> list[dict[str, str]]:
    text = files("upperhand").joinpath("data", *path.split("/")).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def _horizons() -> Iterator[Assumed]:
    from upperhand.equilibrium.horizons import horizon_assumptions

    for row in horizon_assumptions():
        if row["status"] == "assumed" and row["low"] != row["high"]:
            value, low, high = (_plain(row[key]) for key in ("value", "low", "high"))
            yield Assumed("horizons", str(row["name"]), value, low, high, "", str(row["source"]))


def _scenarios() -> Iterator[Assumed]:
    """Yield what packaged scenarios assume of their own."""
    shown = {row.name for row in _horizons()}
    for name in library():
        scenario = read_scenario(name)
        for row in assumptions_of(scenario, world_of(scenario.world)):
            if row.get("status") != "assumed" or row["name"] in shown:
                continue
            value, low, high = (_plain(row.get(key)) for key in ("value", "low", "high"))
            unit = "" if row.get("unit") == "1" else str(row.get("unit", ""))
            where, why = f"scenario: {name}", str(row.get("source", ""))
            yield Assumed(where, str(row["name"]), value, low, high, unit, why)


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else str("" if value is None else value)


def data_sources() -> list[DataSource]:
    """Return every source that the package uses or a replication reads, each once.

    Examples:
        >>> any("OECD" in source.title for source in data_sources())
        True
    """
    found = [
        *_of_worlds(),
        *(_source(row) for row in REGISTER_SOURCES),
        *_of_scenarios(),
        *_of_facts(),
        DataSource(
            "Natural Earth 1:50m", "public domain", "https://www.naturalearthdata.com", "the map"
        ),
        *_of_replications(),
    ]
    once: dict[str, DataSource] = {}
    for source in found:
        known = once.setdefault(source.title, source)
        if source.used_for not in known.used_for:
            used = f"{known.used_for}; {source.used_for}"
            once[source.title] = DataSource(known.title, known.licence, known.url, used)
    return list(once.values())


def _of_worlds() -> Iterator[DataSource]:
    for name in ("icio-2022-strategic", "icio-2022"):
        for row in world_of(name).card["sources"]:
            yield _source({"used_for": f"figures of {name}", **row})


def _of_scenarios() -> Iterator[DataSource]:
    for name in library():
        for source in read_scenario(name).sources:
            row = source.model_dump(mode="json")
            usual = {"used_for": f"scenario {name}", "licence": CITED}
            yield _source(usual | {key: value for key, value in row.items() if value})


def _of_facts() -> Iterator[DataSource]:
    """Yield the sources of the facts; single numbers are cited, no table is passed on."""
    for row in _read("facts/facts.csv"):
        licence = "CC BY 4.0" if "Epoch" in row["source"] else CITED
        yield DataSource(row["source"], licence, row["url"], "facts")


def _of_replications() -> Iterator[DataSource]:
    for name in replications():
        for file in files_of(name):
            title = f"{file.path.split('/')[0]} ({name}; not shipped)"
            yield DataSource(title, file.licence, file.get, "replication")


def _source(row: Mapping[str, object]) -> DataSource:
    cells = (str(row.get(key) or "") for key in ("title", "licence", "url", "used_for"))
    return DataSource(*cells)


def assumptions_page() -> str:
    """Return `ASSUMPTIONS.md`."""
    rows = assumed_numbers()
    open_ended = sum(not (row.low and row.high) for row in rows)
    lines = [
        "# Which numbers are assumed?",
        HEAD,
        f"{len(rows)} numbers of the package rest on judgement; the rest is data or published estimates. "
        f"Ranges are what draws use (`--draws`); {open_ended} numbers have no range yet. "
        "A run lists its own under `assumptions` in its report.",
    ]
    for place in dict.fromkeys(row.place for row in rows):
        cells = [
            [row.name, row.value, row.low or "-", row.high or "-", row.unit, row.reason]
            for row in rows
            if row.place == place
        ]
        head = ["number", "value", "lowest", "highest", "unit", "why"]
        lines += [f"## {place[0].upper()}{place[1:]}", markdown_table(head, cells)]
    return "\n\n".join(lines) + "\n"


def sources_page() -> str:
    """Return `DATA_SOURCES.md`."""
    rows = [[s.title, s.licence, s.url, s.used_for] for s in data_sources()]
    facts = [row for row in rows if row[3] == "facts"]
    others = [row for row in rows if row[3] != "facts"]
    head = ["source", "licence", "where", "used for"]
    lines = [
        "# Where do the data come from, and under which licence?",
        HEAD,
        "The package ships figures of its own making: aggregated, balanced, split. Sources that may not be passed on are named and not "
        "shipped. `upperhand cite SCENARIO` lists those of one run.",
        "## Tables, registers, scenarios, replications",
        markdown_table(head, others),
        "## Facts, one number each",
        markdown_table(head[:3], [row[:3] for row in facts]),
    ]
    return "\n\n".join(lines) + "\n"


def main(folder: str) -> None:
    """Write both pages into a folder."""
    Path(folder, "ASSUMPTIONS.md").write_text(assumptions_page(), encoding="utf-8")
    Path(folder, "DATA_SOURCES.md").write_text(sources_page(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else ".")
