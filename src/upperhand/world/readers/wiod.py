"""Read the World Input-Output Database: 2013 and 2016 releases, Excel or R data.

Both releases have one Excel layout: four header rows (industry code, name, country, column code)
below two lines of titles, the same four in the columns on the left, then intermediate use, five
categories of final demand by country and the total. Below come taxes, margins and value added,
which are part of value added here. The package of Quast has the 2013 release as R data.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from upperhand.core.errors import MissingExtraError, WorldError, raise_faults
from upperhand.world.labels import Array
from upperhand.world.readers.concordance import packaged
from upperhand.world.readers.table import (
    INTEGER_ROUNDING,
    MOST_FAULTS,
    Table,
    check_table,
    ordered,
    quiet,
)

#: Lines above the header, lines of the header, and which of them holds codes and countries.
TITLES, HEADER = 2, 4
CODE, COUNTRY = 0, 2
#: Largest file that is opened, in bytes; a year of the 2016 release has 60 MB.
LARGEST_FILE = 500_000_000
#: Largest R data once unpacked, in bytes; a year of the 2013 release has 20 MB.
LARGEST_UNPACKED = 1_000_000_000
#: Categories of final demand by country: F01 ... or c37, c38, c39, c41, c42.
CATEGORIES = 5


def read_wiod(path: str | Path, *, year: int | None = None) -> Table:
    """Read one year of WIOD.

    Args:
        path: `wiot08_row_apr12.xlsx`, `WIOT2014_Nov16_ROW.xlsb` or `wiot_2008.RData`, or a folder.
        year: Year, needed for a folder with several.

    Returns:
        The table, USD million.

    Raises:
        WorldError: If the file is not such a table, by row and column.
        MissingExtraError: If the extra `mrio` is not installed.
    """
    place = _find(Path(path), year)
    if place.suffix.lower() == ".rdata":
        return _from_r(place)
    return _from_excel(place)


def _find(path: Path, year: int | None) -> Path:
    kinds = (".xlsx", ".xlsb", ".rdata")
    if path.is_dir():
        found = [p for p in sorted(path.iterdir()) if p.suffix.lower() in kinds]
        found = [p for p in found if year is None or _year(p) == year]
    else:
        found = [path] if path.is_file() else []
    if len(found) != 1:
        shown = ", ".join(p.name for p in found[:6]) or "no .xlsx, .xlsb or .RData file"
        raise WorldError(f"{path}: {shown}; give one file, or a folder and the year")
    if found[0].suffix.lower() not in kinds:
        raise WorldError(f"{found[0].name}: allowed are {', '.join(kinds)} files of WIOD")
    if found[0].stat().st_size > LARGEST_FILE:
        raise WorldError(f"{found[0].name}: larger than {LARGEST_FILE:,} bytes; not a WIOD table")
    return found[0]


def _year(path: Path) -> int:
    """Return the year in a file name: `wiot08_row`, `WIOT2014_Nov16`, `wiot_2008`."""
    found = re.search(r"wiot_?(\d{4}|\d{2})(?!\d)", path.name.lower())
    if not found:
        return 0
    number = int(found.group(1))
    return number if number > 99 else 1900 + number if number > 50 else 2000 + number


def _from_r(path: Path) -> Table:
    """Read the list `wiot_YYYY` with countries, industries, inter, final and output."""
    try:
        import rdata
    except ImportError:
        raise MissingExtraError(
            "R data need the package rdata; install it with: pip install 'upperhand[mrio]'"
        ) from None
    try:
        with quiet():
            content = rdata.read_rda(io.BytesIO(_unpacked(path)))
        (data,) = content.values()
        countries = tuple(str(c) for c in np.asarray(data["countries"]))
        sectors = tuple(str(s) for s in np.asarray(data["industries"]))
        inter, final, output = (
            np.asarray(data[key], dtype=np.float64) for key in ("inter", "final", "output")
        )
        year = int(np.asarray(data["year"]).ravel()[0])
    except (ValueError, TypeError, LookupError, OSError, EOFError, NotImplementedError) as error:
        raise WorldError(
            f"{path.name}: not R data of WIOD with countries, industries, inter, final and output "
            f"({str(error)[:100]})"
        ) from None
    wanted = (len(countries) * len(sectors), len(countries) * CATEGORIES)
    if final.shape != wanted:
        raise WorldError(f"{path.name}: final has shape {final.shape}; expected {wanted}")
    summed = final.reshape(wanted[0], len(countries), CATEGORIES).sum(axis=2)
    table = _table("2013 release", year, countries, sectors, inter, summed)
    return check_table(table, output.ravel(), rounding=INTEGER_ROUNDING)


def _unpacked(path: Path) -> bytes:
    """Return R data without their compression, however much a small file claims to hold."""
    kinds: dict[bytes, Any] = {
        b"BZh": bz2.open,
        b"\x1f\x8b\x08": gzip.open,
        b"\xfd7z": lzma.open,
    }
    with path.open("rb") as raw:
        opener = kinds.get(raw.read(3))
    if opener is None:
        return path.read_bytes()
    with opener(path, "rb") as handle:
        content = bytes(handle.read(LARGEST_UNPACKED + 1))
    if len(content) > LARGEST_UNPACKED:
        raise ValueError(f"unpacks to more than {LARGEST_UNPACKED:,} bytes")
    return content


def _from_excel(path: Path) -> Table:
    cells = _sheet(path)
    head, left = cells[TITLES : TITLES + HEADER], cells[TITLES + HEADER :, :HEADER]
    across = [_labels(head[:, j]) for j in range(HEADER, head.shape[1])]
    down = [_labels(row) for row in left]
    size = _size(path, across, down)
    countries, sectors = ordered(down[:size], path.name)
    expected = [(c, s) for c in countries for s in sectors]
    if down[:size] != expected or across[:size] != expected:
        j = next(j for j in range(size) if not down[j] == across[j] == expected[j])
        raise WorldError(
            f"{path.name}: row {TITLES + HEADER + j + 1} is {'/'.join(down[j])}, column "
            f"{HEADER + j + 1} is {'/'.join(across[j])}; expected {'/'.join(expected[j])}; rows and "
            "columns must have one order"
        )
    body = cells[TITLES + HEADER : TITLES + HEADER + size, HEADER:]
    numbers = _floats(path, body)
    wide = size + CATEGORIES * len(countries)
    if numbers.shape[1] < wide + 1:
        raise WorldError(f"{path.name}: {numbers.shape[1]} columns of numbers; expected {wide + 1}")
    final = _final(path, countries, across[size:wide], numbers[:, size:wide])
    release = "2016 release" if "C10-C12" in sectors else "2013 release"
    table = _table(release, _year(path), countries, sectors, numbers[:, :size].copy(), final)
    return check_table(table, numbers[:, wide])


def _final(
    path: Path, countries: Sequence[str], labels: list[tuple[str, str]], cells: Array
) -> Array:
    final = np.zeros((len(cells), len(countries)))
    for j, (country, _) in enumerate(labels):
        if country not in countries:
            raise WorldError(f"{path.name}: final demand of '{country}', which has no industries")
        final[:, countries.index(country)] += cells[:, j]
    return final


def _table(
    release: str,
    year: int,
    countries: tuple[str, ...],
    sectors: tuple[str, ...],
    inter: Array,
    final: Array,
) -> Table:
    return Table(
        source="wiod",
        edition=f"WIOD, {release}",
        year=year,
        countries=countries,
        sectors=sectors,
        inter=inter,
        final=final,
        concordance="wiod2016" if release.startswith("2016") else "wiod2013",
        remarks=("Taxes on products and international margins are part of value added.",),
    )


def _sheet(path: Path) -> Any:
    """Return the cells of the first sheet as an object array."""
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise MissingExtraError(
            "WIOD in Excel needs python-calamine; install it with: pip install 'upperhand[mrio]'"
        ) from None
    try:
        rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    except (CalamineError, OSError, ValueError) as error:
        raise WorldError(f"{path.name}: not an Excel file ({str(error)[:100]})") from None
    if len(rows) <= TITLES + HEADER or len(rows[0]) <= HEADER:
        raise WorldError(f"{path.name}: {len(rows)} rows; this is no WIOD table")
    return np.array(rows, dtype=object)


def _labels(cells: Any) -> tuple[str, str]:
    country, code = str(cells[COUNTRY]).strip(), cells[CODE]
    # Excel keeps some ISIC codes as numbers.
    text = str(int(code)) if isinstance(code, float) and code == int(code) else str(code).strip()
    return country, text


def _size(path: Path, across: list[tuple[str, str]], down: list[tuple[str, str]]) -> int:
    """Return the number of country-industries: the leading labels with a known industry."""
    known = set(packaged("wiod2013.sectors").codes) | set(packaged("wiod2016.sectors").codes)
    counts = []
    for labels in (down, across):
        leading = next(
            (i for i, (c, s) in enumerate(labels) if not c or s not in known), len(labels)
        )
        counts.append(leading)
    if counts[0] == 0 or counts[0] != counts[1]:
        raise WorldError(
            f"{path.name}: {counts[0]} rows and {counts[1]} columns of industries; expected the "
            "same number: codes in row 3 and column A, countries in row 5 and column C"
        )
    return counts[0]


def _floats(path: Path, cells: Any) -> Array:
    """Return numbers; every cell that is none is a fault with row and column."""
    try:
        return np.array(np.where(cells == "", 0.0, cells), dtype=np.float64)
    except (ValueError, TypeError):
        faults = [
            f"row {TITLES + HEADER + i + 1}, column {HEADER + j + 1} is {cell!r}, not a number"
            for i, row in enumerate(cells)
            for j, cell in enumerate(row)
            if not isinstance(cell, float | int) and cell != ""
        ]
        raise_faults(WorldError, faults[:MOST_FAULTS], what=path.name)
        raise
