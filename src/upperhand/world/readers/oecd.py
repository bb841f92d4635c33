"""Read the official OECD ICIO tables: `YYYY_SML.csv` and the extended `YYYY.csv`.

Layout of the 2023 and 2025 editions: one row per country-industry (`AUS_A01`), then `TLS` (taxes
less subsidies on products), `VA`, `OUT`; the columns are the same country-industries, final demand
by country (`AUS_HFCE`, ...) and `OUT`. In the extended table China and Mexico are split by kind of
firm (`CN1`, `CN2`, `MX1`, `MX2`); the concordance merges them. The 2025 edition has 50 industries
(`C24A`), the 2023 edition 45 (`C24`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from upperhand.core.errors import WorldError, raise_faults
from upperhand.world.labels import Array
from upperhand.world.readers.table import MOST_FAULTS, Table, check_table, ordered, output_faults
from upperhand.world.readers.textfile import TextSource, cell_faults, find_text, header_of

#: Categories of final demand of the editions.
FINAL = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR", "NONRES", "DISC", "P33", "FD")
#: Rows below the industries, in this order here; cells under final demand may be empty.
VALUE_ROWS = ("TLS", "VA", "OUT")
#: Negative intermediate flow that counts as rounding, USD million.
DUST = 1e-3
_INDUSTRY = re.compile(r"^[A-Z][A-Z0-9]{2}_[A-Z]")
#: Parts of China and Mexico in the extended table; their final demand is that of the country.
_PART = re.compile(r"^(CN|MX)\d$")
#: Labels of the editions of 2016, 2018 and 2021.
_OLD = re.compile(r"^[A-Z]{3}_\d|^[A-Z]{3}_C\d\dT\d\d[A-Z]{2}|^(HFCE|HC|GFCF|CONS_ABR)_[A-Z]{3}")


@dataclass(frozen=True)
class Layout:
    """Which column is what.

    Attributes:
        columns: Position of each column, the one of the labels not counted.
        countries: In the order of the file.
        sectors: The same for every country.
        final: Columns of final demand.
        edition: In words.
    """

    columns: dict[str, int]
    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    final: tuple[str, ...]
    edition: str

    @property
    def industries(self) -> tuple[str, ...]:
        """Labels of the country-industries, country-major."""
        return tuple(f"{c}_{s}" for c in self.countries for s in self.sectors)


def read_oecd(path: str | Path, *, year: int | None = None) -> Table:
    """Read one year of the OECD ICIO tables.

    Args:
        path: The CSV file, the downloaded zip file, or a folder with them.
        year: Year, needed when there are several.

    Returns:
        The table as published, split countries included.

    Raises:
        WorldError: With every fault, by row and column.
    """
    text = find_text(Path(path), year)
    layout = _layout(text)
    numbers = _numbers(text, layout)
    table = _table(text, layout, numbers)
    size = len(layout.industries)
    at = [layout.columns[name] for name in layout.industries]
    check_table(table, numbers[:size, layout.columns["OUT"]])
    taxes, value_added, output = (numbers[size + i, at] for i in range(len(VALUE_ROWS)))
    paid = table.inter.sum(axis=0) + taxes + value_added
    faults = output_faults(table, paid, output, "inputs, taxes and value added")
    faults += output_faults(table, numbers[:size, layout.columns["OUT"]], output, "column OUT")
    raise_faults(WorldError, faults, what=text.name)
    return table


def _layout(text: TextSource) -> Layout:
    columns = header_of(text)[1:]
    final = tuple(c for c in columns if c.partition("_")[2] in FINAL)
    industries = [c for c in columns if c not in final and c not in ("OUT", "TOTAL")]
    old = [c for c in columns if _OLD.match(c)]
    if old:
        raise WorldError(
            f"{text.name}:1: column '{old[0]}' is of an edition before 2023; allowed are the 2023 "
            "and 2025 editions; download one of them from the OECD"
        )
    twice = [c for c, count in Counter(columns).items() if count > 1]
    faults = [f"column '{c}' is given twice" for c in twice]
    faults += [
        f"column '{c}' is no country-industry; expected a label such as AUS_A01"
        for c in industries
        if not _INDUSTRY.match(c)
    ]
    if "OUT" not in columns:
        faults.append("no column 'OUT'; the table is cut, download it again")
    if not final:
        faults.append(f"no column of final demand, such as USA_HFCE (known: {', '.join(FINAL)})")
    raise_faults(WorldError, faults[:MOST_FAULTS], what=f"{text.name}:1")
    labels = [(country, sector) for country, _, sector in (c.partition("_") for c in industries)]
    countries, sectors = ordered(labels, f"{text.name}:1")
    newest = {"C24A", "C301", "A02"} & set(sectors)
    edition = f"OECD ICIO, {'2025' if newest else '2023'} edition"
    return Layout({c: i for i, c in enumerate(columns)}, countries, sectors, final, edition)


def _numbers(text: TextSource, layout: Layout) -> Array:
    """Return all numbers: rows by country-industry, then the value rows; columns as in the file."""
    wanted = (*layout.industries, *VALUE_ROWS)
    place = {label: i for i, label in enumerate(wanted)}
    numbers = np.full((len(wanted), len(layout.columns)), np.nan)
    lines: dict[str, int] = {}
    faults: list[str] = []
    try:
        for line, (label, cells) in enumerate(_rows(text), start=2):
            fault = _misplaced(label, line, lines, place)
            if fault:
                faults.append(fault)
                continue
            lines[label] = line
            numbers[place[label]] = _floats(label, cells, len(layout.columns))
    except (ValueError, BadZipFile, EOFError) as error:
        exact = _exact(text, layout) or [f"not readable as CSV ({error}); download it again"]
        raise_faults(WorldError, exact, what=text.name)
    if _has_gaps(numbers, layout, [place[label] for label in lines]):
        raise_faults(WorldError, _exact(text, layout), what=text.name)
    faults += _missing(wanted, lines)
    raise_faults(WorldError, faults[:MOST_FAULTS], what=text.name)
    return numbers


def _rows(text: TextSource) -> Iterator[tuple[str, list[str]]]:
    """Give label and cells of every line below the header.

    Splitting at commas is three times as fast as a CSV parser on thousands of columns; a line with
    a quoted comma has too many cells and goes to `_exact`.
    """
    with text.open() as handle:
        next(handle, None)
        for line in handle:
            label, *cells = line.rstrip("\r\n").split(",")
            if label or cells:
                yield label.strip().strip('"'), cells


def _floats(label: str, cells: list[str], width: int) -> Array:
    """Return the numbers of a line; an empty cell is NaN in a value row and an error elsewhere."""
    if len(cells) != width:
        raise ValueError(f"{len(cells)} cells")
    if label in VALUE_ROWS:
        cells = [cell.strip().strip('"') or "nan" for cell in cells]
    return np.fromiter(map(float, cells), np.float64, width)


def _misplaced(
    label: str, line: int, lines: Mapping[str, int], place: Mapping[str, int]
) -> str | None:
    if label in lines:
        return f"line {line}: row '{label}' was given in line {lines[label]} already"
    if label not in place:
        return (
            f"line {line}: row '{label}' has no column of that name; rows and columns must list "
            "the same country-industries"
        )
    return None


def _exact(text: TextSource, layout: Layout) -> list[str]:
    empty = (VALUE_ROWS, (*layout.final, "OUT"))
    return cell_faults(text, list(layout.columns), empty=empty)


def _has_gaps(numbers: Array, layout: Layout, rows: list[int]) -> bool:
    """True where a cell is empty that must not be; below, only industries count."""
    at = [layout.columns[name] for name in layout.industries]
    size = len(at)
    body, below = [r for r in rows if r < size], [r for r in rows if r >= size]
    # A sum is finite when every entry is.
    inside = all(np.isfinite(numbers[row].sum()) for row in body)
    return not (inside and np.isfinite(numbers[np.ix_(below, at)].sum()))


def _missing(wanted: Sequence[str], lines: Mapping[str, int]) -> list[str]:
    lacking = [label for label in wanted if label not in lines]
    if not lacking:
        return []
    if "OUT" in lacking and "VA" in lacking:
        last = max(lines, key=lambda label: lines[label]) if lines else "the header"
        return [
            f"the file ends after row '{last}', {len(lacking)} rows early; it is truncated, "
            "download it again"
        ]
    shown = ", ".join(lacking[:3]) + (f" and {len(lacking) - 3} more" if len(lacking) > 3 else "")
    return [f"no row {shown}; the columns have them: a country block is missing"]


def _table(text: TextSource, layout: Layout, numbers: Array) -> Table:
    size = len(layout.industries)
    inter = numbers[:size].take([layout.columns[name] for name in layout.industries], axis=1)
    final = np.zeros((size, len(layout.countries)))
    buyers = [name.partition("_")[0] for name in layout.final]
    seats = {buyer: _seat(buyer, layout.countries) for buyer in dict.fromkeys(buyers)}
    for name, buyer in zip(layout.final, buyers, strict=True):
        seat = seats[buyer]
        if seat is not None:
            final[:, seat] += numbers[:size, layout.columns[name]]
    faults = [
        f"final demand of {buyer}, but no industries of {buyer}; a country block is missing"
        for buyer, seat in seats.items()
        if seat is None
    ]
    faults += [
        f"no final demand of {c}; its columns ({c}_HFCE and others) are missing"
        for c in layout.countries
        if c not in buyers and not _PART.match(c)
    ]
    faults += [
        f"row '{layout.industries[i]}', column '{layout.industries[j]}' is {inter[i, j]:.6g}; "
        "intermediate flows are 0 or more"
        for i, j in np.argwhere(inter < -DUST)[:MOST_FAULTS].tolist()
    ]
    raise_faults(WorldError, faults, what=text.name)
    remarks = ("Taxes less subsidies on products (TLS) are part of value added.",)
    return Table(
        source="oecd-icio",
        edition=layout.edition,
        year=text.year,
        countries=layout.countries,
        sectors=layout.sectors,
        inter=inter,
        final=final,
        remarks=remarks,
    )


def _seat(buyer: str, countries: tuple[str, ...]) -> int | None:
    """Return where final demand of a country goes: to itself, or to its first part."""
    parts = {"CHN": "CN", "MEX": "MX"}
    for i, country in enumerate(countries):
        if country == buyer:
            return i
    for i, country in enumerate(countries):
        if _PART.match(country) and country[:2] == parts.get(buyer):
            return i
    return None
