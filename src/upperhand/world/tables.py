"""Read your own table from a folder of CSV files.

| file | columns | needed |
|---|---|---|
| `trade.csv` | `exporter,importer,sector,value` and, if you like, `tariff,export_tax` | yes |
| `sectors.csv` | `sector,name,trade_elasticity`, optional `low,high,scale_elasticity` | yes |
| `inputs.csv` | `country,input_sector,sector,share` | no |
| `value_added.csv` | `country,sector,share` | with `inputs.csv` of material shares |
| `countries.csv` | `country,name` | no; gives names and the order |

A row that `trade.csv` or `inputs.csv` does not have is a flow of zero: such files list what there
is. Everything else is never filled in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from upperhand.core.errors import WorldError, nearest, raise_faults
from upperhand.world.build import from_arrays
from upperhand.world.csvfile import MOST_FAULTS, Row, read_csv
from upperhand.world.labels import Array
from upperhand.world.world import World

Axes = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Folder:
    """Where the files lie, how they end and how one is read."""

    place: Path
    suffix: str
    read: Callable[..., list[Row]]

    def path(self, stem: str) -> Path:
        """Return the path of one file."""
        return self.place / f"{stem}{self.suffix}"


def read_tables(
    folder: str | Path,
    *,
    name: str = "",
    year: int = 0,
    balance: bool = False,
    read: Callable[..., list[Row]] = read_csv,
    suffix: str = ".csv",
) -> World:
    """Read a world from a folder of CSV files (format at the top of this module).

    Args:
        folder: Where `trade.csv` and the others lie.
        name: Identifier of the table. Default: the name of the folder.
        year: Year of the data.
        balance: Repair a table that nearly adds up, see `from_arrays`.
        read: What reads one file; `readers.parquet` has another.
        suffix: How the files end.

    Returns:
        A checked world.

    Raises:
        WorldError: With every fault, each with file and line.
    """
    place = Path(folder)
    title = name or place.resolve().name
    if not place.is_dir():
        raise WorldError(f"{place}: no such folder; give the folder that holds trade{suffix}")
    what = f"world '{title}'"
    files = Folder(place, suffix, read)
    faults: list[str] = []
    sectors = _sectors(files, faults)
    trade = read(
        files.path("trade"),
        labels=["exporter", "importer", "sector"],
        numbers=["value"],
        optional=["tariff", "export_tax"],
        faults=faults,
    )
    countries = _countries(files, trade, faults)
    raise_faults(WorldError, faults, what=what)
    axes = {"country": tuple(countries), "sector": tuple(row.text["sector"] for row in sectors)}
    flows = {
        column: _array(
            f"trade{suffix}", trade, ("exporter", "importer", "sector"), column, axes, faults
        )
        for column in ("value", "tariff", "export_tax")
    }
    inputs = _inputs(files, axes, faults)
    value_added = _value_added(files, axes, faults)
    raise_faults(WorldError, list(dict.fromkeys(faults)), what=what)
    theta = np.array([row.number["trade_elasticity"] for row in sectors])
    return from_arrays(
        countries=axes["country"],
        sectors=axes["sector"],
        trade=flows["value"],
        tariff=flows["tariff"],
        export_tax=flows["export_tax"],
        input_share=inputs,
        value_added_share=value_added,
        trade_elasticity=theta,
        elasticity_range=np.stack(
            [_column(sectors, "low", theta), _column(sectors, "high", theta)], 1
        ),
        scale_elasticity=_column(sectors, "scale_elasticity", np.zeros_like(theta)),
        name=title,
        year=year,
        balance=balance,
        country_names=countries,
        sector_names={row.text["sector"]: row.text["name"] for row in sectors},
        card={"title": title, "source": "tables of the user"},
    )


def _sectors(files: Folder, faults: list[str]) -> list[Row]:
    rows = files.read(
        files.path("sectors"),
        labels=["sector", "name"],
        numbers=["trade_elasticity"],
        optional=["low", "high", "scale_elasticity"],
        faults=faults,
    )
    faults += _twice(files.path("sectors").name, rows, ("sector",))
    return rows


def _countries(files: Folder, trade: list[Row], faults: list[str]) -> dict[str, str]:
    sellers = list(dict.fromkeys(row.text["exporter"] for row in trade))
    buyers = list(dict.fromkeys(row.text["importer"] for row in trade))
    path = files.path("countries")
    if path.is_file():
        rows = files.read(path, labels=["country", "name"], numbers=[], faults=faults)
        faults += _twice(path.name, rows, ("country",))
        return {row.text["country"]: row.text["name"] for row in rows}
    for kind, other, codes in (("exporter", "importer", sellers), ("importer", "exporter", buyers)):
        against = buyers if kind == "exporter" else sellers
        faults += [
            f"{files.path('trade').name}: {code} is an {kind} but never an {other}{nearest(code, against)}; "
            "give both, domestic sales included"
            for code in codes
            if code not in against
        ]
    return {code: code for code in sellers}


def _inputs(files: Folder, axes: Axes, faults: list[str]) -> Array | None:
    path = files.path("inputs")
    if not path.is_file():
        return None
    columns = ("country", "input_sector", "sector")
    rows = files.read(path, labels=columns, numbers=["share"], faults=faults)
    return _array(path.name, rows, columns, "share", axes, faults)


def _value_added(files: Folder, axes: Axes, faults: list[str]) -> Array | None:
    path = files.path("value_added")
    if not path.is_file():
        return None
    columns = ("country", "sector")
    rows = files.read(path, labels=columns, numbers=["share"], faults=faults)
    given = {(row.text["country"], row.text["sector"]) for row in rows}
    faults += [
        f"{path.name}: no row for {country}/{sector}; give every share"
        for country in axes["country"]
        for sector in axes["sector"]
        if (country, sector) not in given
    ][:MOST_FAULTS]
    return _array(path.name, rows, columns, "share", axes, faults)


def _array(
    name: str,
    rows: list[Row],
    columns: tuple[str, ...],
    value: str,
    axes: Axes,
    faults: list[str],
) -> Array:
    """Return the numbers of one column over the labels; absent rows are zero flows."""
    kinds = ["sector" if "sector" in column else "country" for column in columns]
    places = [{code: i for i, code in enumerate(axes[kind])} for kind in kinds]
    faults += _twice(name, rows, columns)
    array = np.zeros([len(place) for place in places])
    unknown_rows = 0
    for row in rows:
        codes = [row.text[column] for column in columns]
        wrong = [i for i, code in enumerate(codes) if code not in places[i]]
        if wrong:
            unknown_rows += 1
            first = wrong[0]
            hint = nearest(codes[first], places[first])
            if unknown_rows <= MOST_FAULTS:
                faults.append(
                    f"{name}:{row.line}: unknown {columns[first]} '{codes[first]}'{hint}; "
                    f"add it to {kinds[first].replace('y', 'ie')}s{Path(name).suffix} or correct it"
                )
            continue
        array[tuple(place[code] for place, code in zip(places, codes, strict=True))] = (
            row.number.get(value, 0.0)
        )
    return array


def _twice(name: str, rows: list[Row], columns: Iterable[str]) -> list[str]:
    seen: dict[tuple[str, ...], int] = {}
    faults = []
    for row in rows:
        key = tuple(row.text[column] for column in columns)
        if key in seen:
            faults.append(
                f"{name}:{row.line}: {'/'.join(key)} was given in line {seen[key]} already; "
                "add the rows up"
            )
        seen.setdefault(key, row.line)
    return faults[:MOST_FAULTS]


def _column(rows: list[Row], name: str, default: Array) -> Array:
    pairs = zip(rows, default.tolist(), strict=True)
    return np.array([row.number.get(name, value) for row, value in pairs])
