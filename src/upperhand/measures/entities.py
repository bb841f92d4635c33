"""Packaged lists of firms cut off, with dates and the share of a sector that they make."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from upperhand.core.errors import MeasureError, raise_faults
from upperhand.measures.tablefile import number_fault, packaged, read_table

COLUMNS = (
    "list", "from", "until", "actor", "target", "firms", "sector", "share_pct", "low", "high",
    "also_from", "status", "source", "certainty", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EntityRow:
    """One sector of a list.

    Attributes:
        name: Name of the list.
        start: First day in force.
        end: Last day in force; None when open.
        actor: Country that lists.
        target: Country of the firms.
        firms: The firms in words.
        sector: Sector that they buy.
        share_pct: Share of the target's purchases that they make and that is refused, per cent.
        low: Lowest value held possible.
        high: Highest value held possible.
        also_from: Other exporters bound by the rule.
        source: What the share rests on.
        certainty: Certainty of the event, as in the register.
        note: What to be careful about.
    """

    name: str
    start: date
    end: date | None
    actor: str
    target: str
    firms: str
    sector: str
    share_pct: float
    low: float
    high: float
    also_from: tuple[str, ...]
    source: str
    certainty: str
    note: str


def entity_lists(path: str | Path | None = None) -> dict[str, tuple[EntityRow, ...]]:
    """Return the rows of every list by its name; the packaged lists by default.

    Raises:
        MeasureError: With every row that cannot be read, by line.

    Examples:
        >>> list(entity_lists())
        ['huawei-2019', 'huawei-2020', 'smic-2020', 'dji-2020', 'december-2024']
    """
    return _packaged() if path is None else _read(str(path))


@cache
def _packaged() -> dict[str, tuple[EntityRow, ...]]:
    return _read(str(packaged("entity_lists.csv")))


def _read(path: str) -> dict[str, tuple[EntityRow, ...]]:
    lines = read_table(path, COLUMNS)
    faults = []
    for line in lines:
        for name in ("share_pct", "low", "high"):
            wrong = number_fault(line[name])
            faults += [f"line {line.number}: {name} {wrong}"] if wrong else []
        if not faults and not 0 <= float(line["low"]) <= float(line["share_pct"]):
            faults.append(f"line {line.number}: share_pct is below `low`; allowed: low to high")
        if not faults and not float(line["share_pct"]) <= float(line["high"]) <= 100:
            faults.append(f"line {line.number}: share_pct is above `high`; allowed: up to 100")
    raise_faults(MeasureError, faults, what=Path(path).name)
    found: dict[str, tuple[EntityRow, ...]] = {}
    for line in lines:
        row = EntityRow(
            name=line["list"],
            start=date.fromisoformat(line["from"]),
            end=date.fromisoformat(line["until"]) if line["until"] else None,
            actor=line["actor"],
            target=line["target"],
            firms=line["firms"],
            sector=line["sector"],
            share_pct=float(line["share_pct"]),
            low=float(line["low"]),
            high=float(line["high"]),
            also_from=tuple(line["also_from"].split()),
            source=line["source"],
            certainty=line["certainty"],
            note=line["note"],
        )
        found[row.name] = (*found.get(row.name, ()), row)
    return found
