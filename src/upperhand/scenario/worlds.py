"""The worlds that scenarios name: loading, labels, and the doors to building and checking them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from upperhand.core.errors import ScenarioError, unknown

if TYPE_CHECKING:
    from upperhand.world.world import World

TOY = "toy"


def world_names() -> list[str]:
    """Return the names of the packaged worlds.

    Examples:
        >>> "toy" in world_names()
        True
    """
    from upperhand.world.load import world_names as packaged

    return list(dict.fromkeys([*packaged(), TOY]))


@lru_cache(maxsize=4)
def world_of(name: str) -> World:
    """Return a world by name, or from a file or folder.

    Raises:
        ScenarioError: If there is no such world; the message lists those there are.
    """
    if name == TOY:
        from upperhand.world.toy import toy_world

        return toy_world()
    from pathlib import Path

    from upperhand.world.load import load_world

    if name not in world_names() and not Path(name).exists():
        raise ScenarioError(unknown("world", name, world_names()))
    return load_world(name)
