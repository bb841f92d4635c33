"""Find the one text file of a table, in a folder or a zip, and name its faulty cells."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from upperhand.core.errors import WorldError
from upperhand.world.csvfile import why_not_a_number

#: Largest table that is read, in bytes; a year of the extended OECD table has 160 MB.
LARGEST_TEXT = 2_000_000_000
#: Longest header, in characters; one of the extended OECD table has 50,000.
LONGEST_LINE = 5_000_000
MOST_FAULTS = 10


@dataclass(frozen=True)
class TextSource:
    """A text file by itself or inside a zip.

    Attributes:
        path: The file on disk.
        member: Name inside the zip; empty for a plain file.
        year: Year, from the name; 0 when it has none.
    """

    path: Path
    member: str
    year: int

    @property
    def name(self) -> str:
        """Name for messages."""
        return f"{self.path.name}/{self.member}" if self.member else self.path.name

    @contextmanager
    def open(self) -> Iterator[TextIO]:
        """Open the text; a byte-order mark is skipped."""
        if not self.member:
            with self.path.open(encoding="utf-8-sig", newline="") as handle:
                yield handle
            return
        with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as raw:
            yield io.TextIOWrapper(raw, encoding="utf-8-sig", newline="")


def find_text(path: Path, year: int | None) -> TextSource:
    """Return the CSV file that `path` and `year` mean.

    Raises:
        WorldError: If there is none, several, or it is too large.
    """
    if not path.exists():
        raise WorldError(f"{path}: no such file or folder; check the path")
    found = _inside(path) if path.is_dir() else _candidates(path)
    if year is not None:
        found = [f for f in found if f.year in (year, 0)] if len(found) > 1 else found
        wrong = [f for f in found if f.year not in (year, 0)]
        if wrong or not found:
            raise WorldError(f"{path}: no table of {year}; there is {_years(wrong) or 'none'}")
    if len(found) != 1:
        shown = ", ".join(f.name for f in found[:6]) or "no file that ends in .csv or .zip"
        advice = "give the year" if found else "give the CSV file or the zip of the OECD"
        raise WorldError(f"{path}: {shown}; {advice}")
    return _measured(found[0])


def header_of(text: TextSource) -> list[str]:
    """Return the cells of the first line.

    Raises:
        WorldError: If the file is empty, binary or separated by something else than commas.
    """
    try:
        with text.open() as handle:
            line = handle.readline(LONGEST_LINE)
    except (UnicodeDecodeError, zipfile.BadZipFile, OSError, csv.Error, EOFError) as error:
        raise WorldError(
            f"{text.name}: not a CSV file ({_short(error)}); download it again"
        ) from None
    if "\0" in line or not line.strip():
        what = "a binary file" if "\0" in line else "an empty file"
        raise WorldError(f"{text.name}: {what}, not a table; give the CSV file of the OECD")
    cells = next(csv.reader([line.rstrip("\r\n")]))
    for sign, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(cells) < 3 and sign in line:
            raise WorldError(f"{text.name}:1: columns are separated by {word}; use commas")
    return [cell.strip() for cell in cells]


def cell_faults(
    text: TextSource, columns: Sequence[str], *, empty: tuple[Sequence[str], Sequence[str]]
) -> list[str]:
    """Return every cell that is no number, by row and column, and every line of wrong length.

    Args:
        text: The file.
        columns: Names of the columns, without the one of the labels.
        empty: Rows and columns whose common cells may be empty.
    """
    faults: list[str] = []
    rows, blanks = set(empty[0]), set(empty[1])
    try:
        with text.open() as handle:
            reader = csv.reader(handle)
            next(reader, None)
            for cells in reader:
                faults += _line_faults(reader.line_num, cells, columns, rows, blanks)
                if len(faults) >= MOST_FAULTS:
                    break
    except (UnicodeDecodeError, csv.Error, zipfile.BadZipFile, EOFError) as error:
        faults.append(f"not readable as CSV ({_short(error)}); download it again")
    return faults


def _line_faults(
    line: int, cells: list[str], columns: Sequence[str], rows: set[str], blanks: set[str]
) -> list[str]:
    if not cells:
        return []
    label = cells[0].strip()
    if len(cells) != len(columns) + 1:
        hint = (
            "; write numbers without thousands separators"
            if len(cells) > len(columns) + 1
            else "; the line is cut"
        )
        return [
            f"line {line}, row '{label}': {len(cells)} cells, expected {len(columns) + 1}{hint}"
        ]
    faults = []
    for name, cell in zip(columns, cells[1:], strict=True):
        if _finite(cell) or (not cell.strip() and label in rows and name in blanks):
            continue
        reason = why_not_a_number(cell.strip())
        faults.append(f"line {line}, row '{label}', column '{name}' is {cell.strip()!r}, {reason}")
    return faults


def _finite(cell: str) -> bool:
    try:
        value = float(cell)
    except ValueError:
        return False
    return value - value == 0 and "_" not in cell


def _inside(folder: Path) -> list[TextSource]:
    tables = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".csv")
    if tables:
        return [TextSource(p, "", _year(p.name)) for p in tables]
    zips = sorted(p for p in folder.iterdir() if p.suffix.lower() == ".zip")
    return [text for p in zips for text in _candidates(p)]


def _candidates(path: Path) -> list[TextSource]:
    if path.suffix.lower() != ".zip":
        return [TextSource(path, "", _year(path.name))]
    try:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if n.lower().endswith(".csv")]
    except (zipfile.BadZipFile, OSError) as error:
        raise WorldError(f"{path}: not a zip file ({_short(error)}); download it again") from None
    return [TextSource(path, name, _year(Path(name).name)) for name in names]


def _measured(text: TextSource) -> TextSource:
    size = text.path.stat().st_size
    if text.member:
        with zipfile.ZipFile(text.path) as archive:
            size = archive.getinfo(text.member).file_size
    if size > LARGEST_TEXT:
        raise WorldError(
            f"{text.name}: {size:,} bytes; allowed: at most {LARGEST_TEXT:,}; a year of the OECD "
            "tables has less than 200 million"
        )
    return text


def _year(name: str) -> int:
    found = re.findall(r"(?<!\d)((?:19|20)\d\d)(?!\d)", name)
    return int(found[-1]) if found else 0


def _years(found: Sequence[TextSource]) -> str:
    return ", ".join(str(f.year) for f in found)


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
