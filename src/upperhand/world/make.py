"""Build a world from a source folder and save it: what `upperhand world build` does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from upperhand.core.errors import OptionError, unknown
from upperhand.core.files import write_text
from upperhand.world.files import save_world
from upperhand.world.icio import build_icio_2022
from upperhand.world.tables import read_tables
from upperhand.world.world import World

#: Kinds of source by name.
BUILDERS: dict[str, Callable[[Path], World]] = {"icio2022": build_icio_2022, "csv": read_tables}


def build_world(source: str, path: str | Path, out: str | Path) -> World:
    """Build the world of kind `source` from the folder `path`, and save it with its card.

    Args:
        source: `icio2022` (the packaged world) or `csv` (your own tables).
        path: Folder that holds the source.
        out: File to write, `.npz`; the card goes beside it as `.card.json`.

    Returns:
        The world that was saved.

    Raises:
        OptionError: If there is no such kind of source.
        WorldError: If the source is faulty.
    """
    if source not in BUILDERS:
        raise OptionError(unknown("source", source, list(BUILDERS)))
    world = BUILDERS[source](Path(path))
    save_world(world, out)
    write_text(Path(out).with_suffix(".card.json"), card_text(world))
    return world


def card_text(world: World) -> str:
    """Return the source card as readable JSON."""
    return json.dumps(world.card, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
