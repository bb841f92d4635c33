"""Read one CSV file into checked rows; every fault carries the file and the line."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from upperhand.core.errors import nearest

#: Largest table that is read, in bytes.
LARGEST_FILE = 200_000_000
#: Faults of one file that are listed; the rest is counted.
MOST_FAULTS = 20
_THOUSANDS = re.compile(r"^-?\d{1,3}([,' \u00a0\u202f]\d{3})+(\.\d+)?$")
_DECIMAL_COMMA = re.compile(r"^-?\d+,\d+$")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its number in the file, its labels and its numbers, by column."""

    line: int
    text: dict[str, str]
    number: dict[str, float]


def read_csv(
    path: Path,
    *,
    labels: Sequence[str],
    numbers: Sequence[str],
    optional: Sequence[str] = (),
    faults: list[str],
) -> list[Row]:
    r"""Return the rows of a comma-separated UTF-8 file with a header, in any column order.

    Args:
        path: The file.
        labels: Columns that hold codes or names; required.
        numbers: Columns that hold numbers; required.
        optional: Columns that hold numbers and may be absent, or empty in a row.
        faults: List that every fault is added to.

    Returns:
        The rows without a fault.

    Examples:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "t.csv"
        >>> _ = path.write_text("sector,value\nA,1\nB,n/a\n")
        >>> faults = []
        >>> [
        ...     row.number
        ...     for row in read_csv(path, labels=["sector"], numbers=["value"], faults=faults)
        ... ]
        [{'value': 1.0}]
        >>> faults
        ["t.csv:3: value is 'n/a', not a number; write 0 for no flow and leave no gap"]
    """
    text = _text(path, faults)
    if text is None:
        return []
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        faults.append(f"{path.name}:{reader.line_num}: not readable as CSV ({error}); save it anew")
        return []
    header = [cell.strip() for cell in lines[0][1]] if lines else []
    known = [*labels, *numbers, *optional]
    problems = _header_faults(path.name, header, [*labels, *numbers], known)
    if problems:
        faults += problems
        return []
    found: list[str] = []
    rows = []
    for number, cells in lines[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        where = f"{path.name}:{number}"
        if len(cells) != len(header):
            found.append(_width_fault(where, cells, header))
            continue
        named = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
        count = len(found)
        row = Row(
            number,
            {name: _label(where, name, named[name], found) for name in labels},
            _numbers(where, named, numbers, optional, found),
        )
        if len(found) == count:
            rows.append(row)
    if not rows and not found:
        found.append(f"{path.name}: no rows below the header; add the table")
    faults += _shortened(path.name, found)
    return rows


def _text(path: Path, faults: list[str]) -> str | None:
    name = path.name
    if not path.is_file():
        faults.append(f"{name}: no such file in {path.parent}; add it")
        return None
    size = path.stat().st_size
    if size > LARGEST_FILE:
        faults.append(f"{name}: {size:,} bytes; allowed: at most {LARGEST_FILE:,}; aggregate it")
        return None
    if size == 0:
        faults.append(f"{name}: the file is empty; write a header and rows")
        return None
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        faults.append(f"{name}: byte {error.start} is not UTF-8 text; save it as CSV (UTF-8)")
        return None
    if "\0" in text:
        faults.append(f"{name}: a binary file, not a table; save it as CSV (UTF-8)")
        return None
    return text


def _header_faults(
    name: str, header: list[str], needed: Sequence[str], known: Sequence[str]
) -> list[str]:
    line = ",".join(header)
    for sign, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and sign in line:
            return [f"{name}:1: columns are separated by {word}; use commas"]
    faults = [f"{name}:1: column '{c}' is given twice" for c in known if header.count(c) > 1]
    faults += [f"{name}:1: no column '{c}'; add it" for c in needed if c not in header]
    for column in header:
        if column not in known:
            hint = nearest(column, known)
            allowed = ", ".join(known)
            faults.append(f"{name}:1: unknown column '{column}'{hint} (allowed: {allowed})")
    return faults


def _width_fault(where: str, cells: list[str], header: list[str]) -> str:
    hint = ""
    if len(cells) > len(header):
        hint = "; quote names with commas, and write numbers without thousands separators"
    return f"{where}: {len(cells)} cells, but the header has {len(header)}{hint}"


def _label(where: str, name: str, cell: str, found: list[str]) -> str:
    if not cell:
        found.append(f"{where}: {name} is empty; give its code")
    elif _is_number(cell):
        found.append(f"{where}: {name} is the number {cell}; are two columns swapped?")
    return cell


def _numbers(
    where: str,
    named: dict[str, str],
    numbers: Sequence[str],
    optional: Sequence[str],
    found: list[str],
) -> dict[str, float]:
    result = {}
    for name in (*numbers, *optional):
        cell = named.get(name, "")
        if name in optional and not cell:
            continue
        if _is_number(cell) and math.isfinite(float(cell)):
            result[name] = float(cell)
        else:
            found.append(f"{where}: {name} is {cell!r}, {why_not_a_number(cell)}")
    return result


def why_not_a_number(cell: str) -> str:
    """Return what is wrong with a cell that should hold a number, and what to write instead.

    Examples:
        >>> why_not_a_number("1,250")
        'with a thousands separator; write 1250'
    """
    if _THOUSANDS.match(cell):
        plain = re.sub(r"[,' \u00a0\u202f]", "", cell)
        return f"with a thousands separator; write {plain}"
    if _DECIMAL_COMMA.match(cell):
        return f"with a decimal comma; write {cell.replace(',', '.')}"
    if cell and re.fullmatch(r"[A-Z][A-Z0-9_]+", cell) and cell not in ("NA", "NAN", "NULL"):
        return "a code, not a number; are two columns swapped?"
    return "not a number; write 0 for no flow and leave no gap"


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell and cell.lower() not in ("nan", "inf", "-inf", "infinity", "-infinity")


def _shortened(name: str, found: list[str]) -> list[str]:
    more = len(found) - MOST_FAULTS
    return found if more <= 0 else [*found[:MOST_FAULTS], f"{name}: and {more} more such rows"]
