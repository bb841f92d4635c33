"""All kinds of source by name: one call from a path to a world."""

from __future__ import annotations

from pathlib import Path

from upperhand.core.errors import OptionError, WorldError, unknown
from upperhand.world.icio import build_icio_2022
from upperhand.world.readers.concordance import Concordance, read_concordance
from upperhand.world.readers.convert import world_from_table
from upperhand.world.readers.mrio import read_eora26, read_exiobase, read_gloria
from upperhand.world.readers.oecd import read_oecd
from upperhand.world.readers.parquet import read_parquet_tables
from upperhand.world.readers.table import Table
from upperhand.world.readers.wiod import read_wiod
from upperhand.world.tables import read_tables
from upperhand.world.world import World

#: Sources that are input-output tables of many countries.
TABLE_SOURCES = ("oecd-icio", "wiod", "exiobase", "eora26", "gloria")
#: All sources.
SOURCES = (*TABLE_SOURCES, "csv", "parquet", "icio2022")


def read_table(
    source: str, path: str | Path, *, year: int | None = None, usd_per_unit: float | None = None
) -> Table:
    """Read a published table.

    Args:
        source: `oecd-icio`, `wiod`, `exiobase`, `eora26` or `gloria`.
        path: File, zip or folder, as downloaded.
        year: Year, where the path holds several or does not say.
        usd_per_unit: USD per euro for EXIOBASE; default the yearly average.

    Returns:
        The table in USD million, labels as published.

    Raises:
        OptionError: If there is no such source.
        WorldError: If the files are faulty, by row and column.

    Examples:
        >>> read_table("wiood", "wiot08.xlsx")
        Traceback (most recent call last):
        ...
        upperhand.core.errors.OptionError: unknown source 'wiood'; did you mean 'wiod'? ...
    """
    if usd_per_unit is not None and source != "exiobase":
        raise OptionError(f"usd_per_unit is for exiobase, which is in euro; {source} is in USD")
    if source == "oecd-icio":
        return read_oecd(path, year=year)
    if source == "wiod":
        return read_wiod(path, year=year)
    if source == "exiobase":
        return read_exiobase(path, year=year, usd_per_unit=usd_per_unit)
    if source == "eora26":
        return read_eora26(path, year=year)
    if source == "gloria":
        return read_gloria(path, year=year)
    raise OptionError(unknown("source", source, TABLE_SOURCES))


def build_from(
    source: str,
    path: str | Path,
    *,
    year: int | None = None,
    regions: str | Path | None = None,
    sectors: str | Path | None = None,
    tariff_file: str | Path | None = None,
    usd_per_unit: float | None = None,
    strategic: bool = False,
    balance: bool = False,
) -> World:
    """Build a world from any source.

    Args:
        source: One of `SOURCES`.
        path: File, zip or folder.
        year: Year, where the path holds several or does not say.
        regions: Your own concordance `label,region` instead of the packaged one.
        sectors: Your own concordance `label,sector`.
        tariff_file: CSV with `exporter,importer,sector,tariff`; without it there are no tariffs.
        usd_per_unit: USD per euro for EXIOBASE.
        strategic: Split the strategic goods out of the sectors of the table.
        balance: Repair your own CSV or Parquet table where it nearly adds up.

    Returns:
        A checked world.

    Raises:
        OptionError: If the source is unknown or an option does not go with it.
        WorldError: If the source is faulty, or too coarse for strategic goods.
    """
    if source not in SOURCES:
        raise OptionError(unknown("source", source, SOURCES))
    if source in TABLE_SOURCES:
        table = read_table(source, path, year=year, usd_per_unit=usd_per_unit)
        own = [_own(regions, "region"), _own(sectors, "sector")]
        world = world_from_table(table, regions=own[0], sectors=own[1], tariff_file=tariff_file)
    else:
        given = {"regions": regions, "sectors": sectors, "usd_per_unit": usd_per_unit}
        given |= {"year": year} if source == "icio2022" else {}
        unused = [name for name, value in given.items() if value is not None]
        if unused:
            raise OptionError(
                f"{', '.join(unused)}: not for source {source}, which has its own labels; "
                f"allowed with {', '.join(TABLE_SOURCES)}"
            )
        world = _other(source, path, year or 0, tariff_file, balance=balance)
    return with_strategic_goods(world) if strategic else world


def _own(path: str | Path | None, kind: str) -> Concordance | None:
    return None if path is None else read_concordance(path, kind)


def _other(
    source: str, path: str | Path, year: int, tariff_file: str | Path | None, *, balance: bool
) -> World:
    if source == "icio2022":
        return build_icio_2022(path, tariff_file=tariff_file)
    if tariff_file is not None:
        raise OptionError(f"tariff_file: not for source {source}; give a column tariff in trade")
    if source == "parquet":
        return read_parquet_tables(path, year=year, balance=balance)
    return read_tables(path, year=year, balance=balance)


def with_strategic_goods(world: World) -> World:
    """Split the strategic goods out of a world whose sectors are those of the 2025 OECD table.

    Raises:
        WorldError: If the world lacks a sector that is to be split.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> with_strategic_goods(toy_world())
        Traceback (most recent call last):
        ...
        upperhand.core.errors.WorldError: world 'toy': strategic goods are split out of A01, ...
    """
    from upperhand.world.strategic import build_strategic, read_parts

    parents = list(read_parts())
    lacking = [parent for parent in parents if parent not in world.sectors]
    if lacking:
        raise WorldError(
            f"world '{world.name}': strategic goods are split out of {', '.join(parents)}; it has "
            f"no sector {', '.join(lacking)}; take a source with that detail (the 2025 edition of "
            "the OECD table), or build without strategic goods"
        )
    return build_strategic(world, name=f"{world.name}-strategic")[0]
