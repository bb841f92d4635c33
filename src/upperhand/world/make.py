"""Build a world from a source folder and save it: what `upperhand world build` does."""

from __future__ import annotations

import json
from pathlib import Path

from upperhand.core.errors import OptionError
from upperhand.core.files import write_text
from upperhand.world.files import save_world
from upperhand.world.readers.sources import build_from
from upperhand.world.world import World


def build_world(
    source: str,
    path: str | Path,
    out: str | Path = "",
    *,
    year: int | None = None,
    regions: str | Path | None = None,
    sectors: str | Path | None = None,
    tariff_file: str | Path | None = None,
    usd_per_unit: float | None = None,
    strategic: bool = False,
    balance: bool = False,
) -> World:
    """Build the world of kind `source` from the folder `path`, and save it with its card.

    Args:
        source: Kind of source, see `readers.SOURCES`: `icio2022` (the packaged world), `csv` or
            `parquet` (your own tables), or a published table such as `oecd-icio`.
        path: File or folder of the source.
        out: File to write, `.npz`; the card goes beside it as `.card.json`. Default: the name of
            the world, in the current folder.
        year: Year, where the source holds several or does not say.
        regions: Your own concordance `label,region`.
        sectors: Your own concordance `label,sector`.
        tariff_file: CSV with `exporter,importer,sector,tariff`.
        usd_per_unit: USD per euro for EXIOBASE.
        strategic: Split the strategic goods out of the sectors of the table.
        balance: Repair your own table where it nearly adds up; see `from_arrays`. The packaged
            world needs none.

    Returns:
        The world that was saved.

    Raises:
        OptionError: If there is no such kind of source, or an option does not go with it.
        WorldError: If the source is faulty.
    """
    if out and Path(out).suffix != ".npz":
        raise OptionError(f"output is '{Path(out).name}'; allowed: a name that ends in .npz")
    world = build_from(
        source,
        path,
        year=year,
        regions=regions,
        sectors=sectors,
        tariff_file=tariff_file,
        usd_per_unit=usd_per_unit,
        strategic=strategic,
        balance=balance,
    )
    target = Path(out or f"{world.name}.npz")
    save_world(world, target)
    write_text(target.with_suffix(".card.json"), card_text(world))
    return world


def card_text(world: World) -> str:
    """Return the source card as readable JSON."""
    return json.dumps(world.card, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
