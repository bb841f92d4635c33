"""Read the packaged tables of measures: comment lines skipped, every row with its line number."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from upperhand.core.errors import MeasureError, nearest, raise_faults


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table, by column, with its line number in the file."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


def packaged(name: str) -> Path:
    """Return the path of a packaged table of measures.

    Examples:
        >>> packaged("measures.csv").name
        'measures.csv'
    """
    return Path(str(files("upperhand").joinpath("data", "measures", name)))


def read_table(path: str | Path, columns: Sequence[str]) -> tuple[Line, ...]:
    """Return the rows of a CSV file whose header is exactly `columns`, in this order.

    Lines that begin with `#` are comments.

    Raises:
        MeasureError: If the file is missing, a column is missing, unknown or out of order, or a
            row has too many or too few cells (every row listed).

    Examples:
        >>> read_table(packaged("hs-to-unit.csv"), ("hs", "unit", "edition", "note"))[0]["unit"]
        'A01_rest'
    """
    source = Path(path)
    if not source.is_file():
        raise MeasureError(f"{source}: no such file; give the path of a table")
    text = source.read_text(encoding="utf-8-sig").splitlines()
    kept = [(n, line) for n, line in enumerate(text, start=1) if not line.startswith("#")]
    reader = csv.reader(line for _, line in kept)
    header = tuple(cell.strip() for cell in next(reader, []))
    raise_faults(MeasureError, _header_faults(header, columns), what=source.name)
    rows, faults = [], []
    for cells in reader:
        number = kept[reader.line_num - 1][0]
        if len(cells) != len(columns):
            faults.append(
                f"line {number}: {len(cells)} cells, the header has {len(columns)}; quote text "
                "with commas, and write numbers without thousands separators"
            )
            continue
        named = zip(columns, (cell.strip() for cell in cells), strict=True)
        rows.append(Line(number, dict(named)))
    raise_faults(MeasureError, faults, what=source.name)
    return tuple(rows)


def table_text(note: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as `read_table` reads it: one comment line, the header, the rows.

    Examples:
        >>> print(table_text("Made up.", ("hs", "note"), [("85", "chips, and more")]), end="")
        # Made up.
        hs,note
        85,"chips, and more"
    """
    buffer = io.StringIO()
    buffer.write(f"# {note}\n")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return buffer.getvalue()


def _header_faults(header: tuple[str, ...], columns: Sequence[str]) -> list[str]:
    faults = [f"no column '{name}'; add it" for name in columns if name not in header]
    faults += [
        f"unknown column '{name}'{nearest(name, columns)}" for name in header if name not in columns
    ]
    if not faults and header != tuple(columns):
        faults.append(
            f"columns are in the order {', '.join(header)}; expected {', '.join(columns)}"
        )
    return faults


def number_fault(cell: str) -> str | None:
    """Return what is wrong with a cell that should hold a number, or None.

    Examples:
        >>> number_fault("12.5"), number_fault("1,250")
        (None, "'1,250' has a thousands separator; write 1250")
    """
    try:
        value = float(cell)
    except ValueError:
        bare = cell.replace(",", "").replace(" ", "").replace("'", "")
        if bare != cell and bare.replace(".", "", 1).lstrip("-").isdigit():
            return f"'{cell}' has a thousands separator; write {bare}"
        return f"'{cell}' is not a number; write 12.5, or leave it empty"
    return None if math.isfinite(value) and "_" not in cell else f"'{cell}' is not a finite number"
