"""Read EXIOBASE 3, Eora26 and GLORIA with pymrio (extra `mrio`).

pymrio (LGPL 3) parses the files as published; here its frames become a `Table` in USD million.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from upperhand.core.errors import MissingExtraError, OptionError, UpperhandError, WorldError
from upperhand.world.labels import Array
from upperhand.world.readers.concordance import usd_per_euro
from upperhand.world.readers.table import Table, check_table, ordered, quiet

if TYPE_CHECKING:
    import pandas as pd

#: Largest sum of unpacked sizes in a zip, in bytes, by source.
LARGEST_UNPACKED = {"exiobase": 16e9, "eora26": 8e9, "gloria": 120e9}
THOUSAND_USD = 1e-3
#: What pymrio raises on files that are not what it expects.
_DAMAGE = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    zipfile.BadZipFile,
    RuntimeError,
)


def read_exiobase(
    path: str | Path, *, year: int | None = None, usd_per_unit: float | None = None
) -> Table:
    """Read EXIOBASE 3, industry by industry: the zip as downloaded, or its folder.

    Args:
        path: `IOT_2022_ixi.zip`, or the folder it unpacks to.
        year: Year, when the name does not hold it.
        usd_per_unit: USD per euro. Default: the yearly average of the European Central Bank.

    Returns:
        The table, USD million.

    Raises:
        WorldError: If pymrio cannot read the files.
        MissingExtraError: If the extra `mrio` is not installed.
    """
    place = _checked(Path(path), "exiobase")
    which = year or _year(place)
    rate = usd_per_unit if usd_per_unit is not None else usd_per_euro().get(which)
    if rate is None:
        raise OptionError(
            f"{place.name}: no exchange rate for year {which}; give the year, or USD per euro "
            "(usd_per_unit)"
        )
    system = _parsed(place, lambda pymrio: pymrio.parse_exiobase3(place))
    remark = f"EUR million were multiplied by {rate:.4f} USD per EUR."
    return _table("exiobase", "EXIOBASE 3", which, system.Z, system.Y, rate, remark)


def read_eora26(path: str | Path, *, year: int | None = None) -> Table:
    """Read Eora26 at basic prices: `Eora26_YYYY_bp.zip`, or a folder and the year.

    Raises:
        WorldError: If pymrio cannot read the files.
        MissingExtraError: If the extra `mrio` is not installed.
    """
    place = _checked(Path(path), "eora26")
    which = year or _year(place)
    if not which:
        raise OptionError(f"{place.name}: which year? give the zip file of a year, or the year")
    system = _parsed(place, lambda pymrio: pymrio.parse_eora26(place, year=which))
    remark = "Statistical discrepancies (region ROW of Eora) were dropped."
    return _table("eora26", "Eora26, basic prices", which, system.Z, system.Y, THOUSAND_USD, remark)


def read_gloria(path: str | Path, *, year: int | None = None, version: int = 59) -> Table:
    """Read GLORIA at basic prices from its folder: MRIO, satellite accounts and ReadMe.

    The supply table is diagonal, so its use table is the table of intermediate use. A full year
    needs about 40 GB of memory, which is how pymrio reads it.

    Raises:
        WorldError: If pymrio cannot read the files, or the supply table is not diagonal.
        MissingExtraError: If the extra `mrio` is not installed.
    """
    place = _checked(Path(path), "gloria")
    if year is None:
        raise OptionError(f"{place.name}: which year? give the year")

    def parse(pymrio: Any) -> Any:
        parse_sut = pymrio.tools.ioparser.parse_gloria_sut
        return parse_sut(place, year=year, version=version)[0]

    parts = _parsed(place, parse)
    supply = parts["V"].to_numpy()
    beside = float(np.abs(supply).sum() - np.abs(np.diagonal(supply)).sum())
    if beside > 1e-6 * float(np.abs(supply).sum()):
        raise WorldError(f"{place.name}: the supply table is not diagonal; this is not GLORIA")
    edition = f"GLORIA, release {version}, basic prices"
    return _table("gloria", edition, year, parts["U"], parts["Y"], THOUSAND_USD, "")


def _table(
    source: str,
    edition: str,
    year: int,
    inter: pd.DataFrame,
    final: pd.DataFrame,
    rate: float,
    remark: str,
) -> Table:
    """Return frames labelled (region, sector) and (region, category) as a table."""
    labels = _pairs(inter.index)
    countries, sectors = ordered(labels, source)
    if labels != [(c, s) for c in countries for s in sectors]:
        raise WorldError(f"{source}: rows are not country by country; sort them in the source")
    if _pairs(inter.columns) != labels:
        raise WorldError(f"{source}: rows and columns of intermediate use differ in labels")
    buyers = [str(column[0]) for column in final.columns]
    strangers = sorted(set(buyers) ^ set(countries))
    if strangers:
        raise WorldError(
            f"{source}: region {', '.join(strangers[:5])} has only industries or only final "
            "demand; a country block is missing"
        )
    member = np.array([countries.index(buyer) for buyer in buyers])
    summed: Array = np.zeros((len(labels), len(countries)))
    np.add.at(summed.T, member, final.to_numpy(dtype=np.float64).T * rate)
    table = Table(
        source=source,
        edition=edition,
        year=year,
        countries=countries,
        sectors=sectors,
        inter=inter.to_numpy(dtype=np.float64) * rate,
        final=summed,
        remarks=(remark,) if remark else (),
    )
    return check_table(table)


def _pairs(index: pd.Index[Any]) -> list[tuple[str, str]]:
    return [(str(entry[0]), str(entry[1])) for entry in index.to_list()]


def _parsed(place: Path, parse: Callable[[Any], Any]) -> Any:
    """Run a parser of pymrio; what it raises on faulty files becomes one error."""
    try:
        import pymrio
    except ImportError:
        raise MissingExtraError(
            "this source is read with pymrio; install it with: pip install 'upperhand[mrio]'"
        ) from None
    try:
        with quiet():
            return parse(pymrio)
    except UpperhandError:
        raise
    except _DAMAGE as error:
        detail = str(error).strip().splitlines()[0][:160] if str(error).strip() else ""
        raise WorldError(
            f"{place.name}: pymrio cannot read it ({type(error).__name__}: {detail}); check that it "
            "is complete and of this source"
        ) from None


def _checked(path: Path, source: str) -> Path:
    if not path.exists():
        raise WorldError(f"{path}: no such file or folder; check the path")
    zips = [path] if path.suffix == ".zip" else sorted(path.glob("*.zip")) if path.is_dir() else []
    for place in zips:
        try:
            with zipfile.ZipFile(place) as archive:
                size = sum(info.file_size for info in archive.infolist())
        except (zipfile.BadZipFile, OSError) as error:
            raise WorldError(f"{place.name}: not a zip file ({error}); download it again") from None
        if size > LARGEST_UNPACKED[source]:
            raise WorldError(
                f"{place.name}: unpacks to {size:,} bytes; allowed for {source}: at most "
                f"{LARGEST_UNPACKED[source]:,.0f}"
            )
    return path


def _year(path: Path) -> int:
    found = re.search(r"(?<!\d)((?:19|20)\d\d)(?!\d)", path.name)
    return int(found.group(1)) if found else 0
