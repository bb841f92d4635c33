"""Read your own table from a folder of Parquet files (extra `parquet`).

The files and columns are those of the CSV folder (`world.tables`): `trade.parquet`,
`sectors.parquet` and, if you like, `inputs`, `value_added`, `countries`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from upperhand.core.errors import MissingExtraError, nearest
from upperhand.world.csvfile import LARGEST_FILE, MOST_FAULTS, Row
from upperhand.world.tables import read_tables
from upperhand.world.world import World

#: Most rows of one file: 200 countries squared times 60 sectors are 2.4 million.
MOST_ROWS = 20_000_000


def read_parquet_tables(
    folder: str | Path, *, name: str = "", year: int = 0, balance: bool = False
) -> World:
    """Read a world from a folder of Parquet files.

    Args:
        folder: Where `trade.parquet` and the others lie.
        name: Identifier of the table. Default: the name of the folder.
        year: Year of the data.
        balance: Repair a table that nearly adds up, see `from_arrays`.

    Returns:
        A checked world.

    Raises:
        WorldError: With every fault, each with file and row.
        MissingExtraError: If the extra `parquet` is not installed.
    """
    try:
        import pyarrow.parquet  # noqa: F401  # asked for before the folder is looked at
    except ImportError:
        raise MissingExtraError(
            "Parquet needs pyarrow; install it with: pip install 'upperhand[parquet]'"
        ) from None
    return read_tables(
        folder, name=name, year=year, balance=balance, read=read_parquet, suffix=".parquet"
    )


def read_parquet(
    path: Path,
    *,
    labels: Sequence[str],
    numbers: Sequence[str],
    optional: Sequence[str] = (),
    faults: list[str],
) -> list[Row]:
    """Return the rows of a Parquet file, checked as `csvfile.read_csv` checks a CSV file.

    `Row.line` counts rows of data from 1.
    """
    known = [*labels, *numbers, *optional]
    columns = _columns(path, known, [*labels, *numbers], faults)
    if columns is None:
        return []
    found: list[str] = []
    rows = []
    for line, values in enumerate(zip(*columns.values(), strict=True), start=1):
        cells = dict(zip(columns, values, strict=True))
        count = len(found)
        where = f"{path.name}, row {line}"
        text = {name: _label(cells[name], f"{where}: {name}", found) for name in labels}
        number = {
            name: _number(cells[name], f"{where}: {name}", found)
            for name in (*numbers, *optional)
            if name in cells and not (name in optional and cells[name] is None)
        }
        if len(found) == count:
            rows.append(Row(line, text, number))
    if not rows and not found:
        found.append(f"{path.name}: no rows; add the table")
    more = len(found) - MOST_FAULTS
    faults += [*found[:MOST_FAULTS], f"{path.name}: and {more} more"] if more > 0 else found
    return rows


def _columns(
    path: Path, known: Sequence[str], needed: Sequence[str], faults: list[str]
) -> dict[str, list[Any]] | None:
    import pyarrow as pa
    from pyarrow import parquet

    if not path.is_file():
        faults.append(f"{path.name}: no such file in {path.parent}; add it")
        return None
    if path.stat().st_size > LARGEST_FILE:
        faults.append(f"{path.name}: allowed are at most {LARGEST_FILE:,} bytes; aggregate it")
        return None
    try:
        with parquet.ParquetFile(path) as file:
            names, count = file.schema_arrow.names, file.metadata.num_rows
            problems = [f"{path.name}: no column '{c}'; add it" for c in needed if c not in names]
            problems += [
                f"{path.name}: unknown column '{c}'{nearest(c, known)} (allowed: {', '.join(known)})"
                for c in names
                if c not in known
            ]
            if count > MOST_ROWS:
                problems.append(f"{path.name}: {count:,} rows; allowed: at most {MOST_ROWS:,}")
            if problems:
                faults += problems
                return None
            return {k: list(v) for k, v in file.read().to_pydict().items()}
    except (pa.ArrowException, OSError, ValueError) as error:
        faults.append(f"{path.name}: not a Parquet file ({str(error)[:80]}); save it anew")
        return None


def _label(value: Any, where: str, found: list[str]) -> str:
    if not isinstance(value, str) or not value.strip():
        found.append(f"{where} is {value!r}; give a code as text; are two columns swapped?")
        return ""
    return value.strip()


def _number(value: Any, where: str, found: list[str]) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        found.append(f"{where} is {value!r}, not a number; write 0 for no flow and leave no gap")
        return 0.0
    return float(value)
