"""Build a world from a source folder and save it: what `upperhand world build` does."""

from __future__ import annotations

import json
from pathlib import Path

from upperhand.core.errors import OptionError, unknown
from upperhand.core.files import write_text
from upperhand.world.files import save_world
from upperhand.world.icio import build_icio_2022
from upperhand.world.tables import read_tables
from upperhand.world.world import World

#: Kinds of source by name.
SOURCES = ("icio2022", "csv")


def build_world(source: str, path: str | Path, out: str | Path, *, balance: bool = False) -> World:
    """Build the world of kind `source` from the folder `path`, and save it with its card.

    Args:
        source: `icio2022` (the packaged world) or `csv` (your own tables).
        path: Folder that holds the source.
        out: File to write, `.npz`; the card goes beside it as `.card.json`.
        balance: Repair your own table where it nearly adds up; see `from_arrays`. The packaged
            world needs none.

    Returns:
        The world that was saved.

    Raises:
        OptionError: If there is no such kind of source.
        WorldError: If the source is faulty.
    """
    if source not in SOURCES:
        raise OptionError(unknown("source", source, SOURCES))
    target = Path(out)
    if target.suffix != ".npz":
        raise OptionError(f"output is '{target.name}'; allowed: a name that ends in .npz")
    own = source == "csv"
    world = read_tables(path, balance=balance) if own else build_icio_2022(path)
    save_world(world, target)
    write_text(target.with_suffix(".card.json"), card_text(world))
    return world


def card_text(world: World) -> str:
    """Return the source card as readable JSON."""
    return json.dumps(world.card, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
