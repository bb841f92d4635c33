"""Load a packaged world by name, or a saved one by path."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from upperhand.core.errors import WorldError, unknown
from upperhand.world.files import read_world
from upperhand.world.icio_card import MOST_SCALE
from upperhand.world.labels import Array
from upperhand.world.toy import toy_world
from upperhand.world.world import World

PACKAGED = ("icio-2022", "icio-2022-strategic")


def world_names() -> tuple[str, ...]:
    """Return the names that `load_world` knows.

    Examples:
        >>> world_names()
        ('icio-2022', 'icio-2022-strategic', 'toy')
    """
    return (*PACKAGED, "toy")


def load_world(
    name: str | Path = "icio-2022-strategic", *, elasticities: str | None = None
) -> World:
    """Load a packaged world, a saved world (`.npz`) or a folder of CSV tables.

    Args:
        name: Name of a packaged world, or a path; the world with strategic goods by default.
        elasticities: One of the published sets of trade elasticities that the card of the world
            lists, for example `CP`. Default: the elasticities of the table itself, for
            `icio-2022` the median of six published sets.

    Returns:
        The world.

    Raises:
        WorldError: If the name, the path or the set does not exist, or the file is faulty.

    Examples:
        >>> world = load_world("icio-2022")
        >>> len(world.countries), len(world.sectors)
        (50, 28)
        >>> load_world("icio-2023")
        Traceback (most recent call last):
        ...
        upperhand.core.errors.WorldError: unknown world 'icio-2023'; did you mean 'icio-2022'? ...
    """
    world = _find(name)
    return world if elasticities is None else with_elasticities(world, elasticities)


def with_elasticities(world: World, name: str) -> World:
    """Return the world with one of the published sets of trade elasticities of its card.

    The range is widened where the set lies outside it, and the scale elasticity is lowered where
    its product with the trade elasticity would exceed 0.6 (see the card).

    Raises:
        WorldError: If the card has no such set.

    Examples:
        >>> world = with_elasticities(load_world("icio-2022"), "U4")
        >>> set(world.trade_elasticity.tolist())
        {4.0}
    """
    sets = world.card.get("elasticities", {}).get("sets", {})
    if name not in sets:
        raise WorldError(unknown("set of elasticities", name, list(sets), where=world.name))
    theta: Array = np.array(sets[name], dtype=np.float64)
    low = np.minimum(world.elasticity_range[:, 0], theta)
    high = np.maximum(world.elasticity_range[:, 1], theta)
    return replace(
        world,
        trade_elasticity=theta,
        elasticity_range=np.stack([low, high], axis=1),
        scale_elasticity=np.minimum(world.scale_elasticity, MOST_SCALE / theta),
        card={**world.card, "elasticities": {**world.card["elasticities"], "chosen": name}},
    )


def _find(name: str | Path) -> World:
    if name == "toy":
        return toy_world()
    if isinstance(name, str) and name in PACKAGED:
        return _packaged(name)
    path = Path(name)
    if path.is_dir():
        from upperhand.world.tables import read_tables

        return read_tables(path)
    if path.is_file() or path.suffix == ".npz" or isinstance(name, Path):
        return read_world(path)
    hint = "; or give the path of a saved world"
    raise WorldError(unknown("world", name, world_names()) + hint)


@cache
def _packaged(name: str) -> World:
    with as_file(files("upperhand").joinpath("data", "world", f"{name}.npz")) as path:
        return read_world(path)
