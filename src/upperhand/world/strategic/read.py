"""Read the figures of the strategic goods: one row per figure, faults by row."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from upperhand.core.errors import WorldError, raise_faults, unknown
from upperhand.world.split import Figure, Part, Status

COLUMNS = (
    "part",
    "parent",
    "kind",
    "exporter",
    "importer",
    "sector",
    "value",
    "unit",
    "low",
    "high",
    "status",
    "source",
    "url",
    "certainty",
    "note",
)

#: Field of `Part` and key columns, by kind; a kind of one number has no key.
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "name": ("name", ()),
    "world_value_usd_bn": ("world_output", ()),
    "output_share": ("output", ("exporter",)),
    "origin_share": ("origin", ("exporter",)),
    "purchase_share": ("purchases", ("importer",)),
    "trade_share": ("trade", ("exporter", "importer")),
    "use_share": ("use", ("importer", "sector")),
    "input_share": ("inputs", ("importer", "sector")),
    "va_share": ("inputs", ("importer", "sector")),
    "tariff_rate": ("tariff", ("exporter", "importer")),
    "elasticity": ("elasticity", ()),
    "scale_elasticity": ("scale_elasticity", ()),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file with its line number."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def shares_path() -> Path:
    """Return the packaged file of shares."""
    return Path(str(files("upperhand").joinpath("data/strategic/shares.csv")))


def read_rows(path: str | Path | None = None) -> tuple[Row, ...]:
    """Read the rows of a file of shares; the packaged one by default.

    Raises:
        WorldError: If columns are missing or swapped.

    Examples:
        >>> read_rows()[0]["part"]
        'ai_accelerators'
    """
    source = Path(path) if path is not None else shares_path()
    with source.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        found = tuple(reader.fieldnames or ())
        rows = tuple(Row(n, row) for n, row in enumerate(reader, start=2))
    if found != COLUMNS:
        raise WorldError(
            f"{source.name}: columns are {', '.join(found) or 'missing'}; expected "
            f"{', '.join(COLUMNS)}, in this order"
        )
    short = [row.line for row in rows if None in row.cells.values() or None in row.cells]
    raise_faults(
        WorldError,
        [f"line {n} has not {len(COLUMNS)} cells; quote text with commas" for n in short],
        what=source.name,
    )
    return rows


def read_parts(path: str | Path | None = None) -> dict[str, tuple[Part, ...]]:
    """Read the parts by parent sector, in the order of the file.

    Raises:
        WorldError: With every row that cannot be read, by line.

    Examples:
        >>> [part.code for part in read_parts()["C28"]]
        ['chip_tools', 'C28_rest']
    """
    rows = read_rows(path)
    faults = [f"line {row.line} ({row['part']}): {text}" for row in rows for text in _faults(row)]
    raise_faults(WorldError, faults, what=Path(path).name if path else "shares.csv")
    parents: dict[str, dict[str, list[Row]]] = {}
    for row in rows:
        parents.setdefault(row["parent"], {}).setdefault(row["part"], []).append(row)
    return {
        parent: tuple(_part(code, own) for code, own in parts.items())
        for parent, parts in parents.items()
    }


def _faults(row: Row) -> Iterator[str]:
    if row["kind"] not in KINDS:
        yield unknown("kind", row["kind"], list(KINDS))
        return
    if row["kind"] == "name":
        return
    for column in ("value", "low", "high"):
        try:
            float(row[column])
        except ValueError:
            yield f"{column} '{row[column]}' is not a number; write 1250.5, without separators"
    if not row["source"].strip():
        yield "no source; name it, or give the reason of the judgement"


def _part(code: str, rows: Iterable[Row]) -> Part:
    given: dict[str, Any] = {"code": code, "name": code}
    for row in rows:
        field, columns = KINDS[row["kind"]]
        if row["kind"] == "name":
            given[field] = row["sector"]
        elif not columns:
            given[field] = _figure(row)
        else:
            key = tuple(row[c] for c in columns if row[c])
            own = given.setdefault(field, {})
            own[key[0] if len(key) == 1 else key] = _figure(row)
    return Part(**given)


def _figure(row: Row) -> Figure:
    scale = 1000.0 if row["unit"] == "usd_bn" else 1.0
    value, low, high = (float(row[c]) * scale for c in ("value", "low", "high"))
    unit = "usd_mn" if row["unit"] == "usd_bn" else row["unit"]
    return Figure(value, row["source"], cast("Status", row["status"]), low, high, cast("Any", unit))
