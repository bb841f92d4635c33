"""The worlds that scenarios name: loading, labels, and the doors to building and checking them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from upperhand.core.errors import ScenarioError, UpperhandError, unknown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from upperhand.scenario.flows import Flow
    from upperhand.world.world import World

TOY, DEFAULT = "toy", "icio-2022-strategic"
#: Variable of the environment that names a folder of further worlds, `NAME.npz`.
OWN_WORLDS = "UPPERHAND_WORLDS"


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
    import os
    from pathlib import Path

    from upperhand.world.load import load_world

    if name in own_names():
        return load_world(Path(os.environ[OWN_WORLDS]) / f"{name}.npz")
    if name not in world_names() and not _is_path(name):
        raise ScenarioError(unknown("world", name, world_names()))
    return load_world(name)


def _is_path(name: str) -> bool:
    """Say whether a name is that of a file; one that no file system takes is none."""
    from pathlib import Path

    try:
        return Path(name).exists()
    except (OSError, ValueError):
        return False


def about(name: str) -> dict[str, object]:
    """Return size, year, licence and checks of a world in a few lines.

    Examples:
        >>> about("toy")["countries"]
        3
    """
    world = world_of(name)
    return {
        "name": world.name,
        "title": str(world.card.get("title", "")),
        "year": world.year,
        "countries": len(world.countries),
        "sectors": len(world.sectors),
        "value added, USD bn": round(float(world.value_added.sum()) / 1e3, 1),
        "licence": str(world.card.get("licence", "")),
        "fingerprint": world.fingerprint,
    }


def summaries() -> list[dict[str, object]]:
    """Return a few lines on every packaged world; a damaged one says what is wrong with it.

    Examples:
        >>> "toy" in [row["name"] for row in summaries()]
        True
    """
    found: list[dict[str, object]] = []
    for name in world_names():
        try:
            found.append(about(name))
        except UpperhandError as error:
            empty = dict.fromkeys(("year", "countries", "sectors"), "")
            found.append({"name": name, **empty, "title": f"cannot be read: {error}"})
    return found


def labels_table(name: str) -> list[tuple[str, str, str]]:
    """Return (what, code, name) of every country and sector of a world."""
    world = world_of(name)
    countries = [("country", code, world.country_names.get(code, "")) for code in world.countries]
    sectors = [("sector", code, world.sector_names.get(code, "")) for code in world.sectors]
    return countries + sectors


def check(name: str) -> tuple[bool, str]:
    """Check a world by name or path, and return whether it is sound and the report in words."""
    from upperhand.world.check import check_world

    report = check_world(world_of(name))
    return report.ok, str(report)


def build(source: str, path: str, out: str = "", **options: Any) -> str:
    """Build a world from a source, save it with its card, and return what it is in words.

    The options are those of `upperhand.world.make.build_world`.
    """
    from upperhand.world.make import build_world

    world = build_world(source, path, out, **options)
    size = f"{len(world.countries)} countries x {len(world.sectors)} sectors"
    return f"{out or world.name + '.npz'}: {world.name}, {size}, fingerprint {world.fingerprint}"


def is_flow(names: Sequence[str], world: str | None) -> bool:
    """Say whether words name a flow or a good, and not a world.

    Examples:
        >>> is_flow(["USA", "CHN"], None), is_flow(["toy"], None), is_flow(["chips"], None)
        (True, False, True)
    """
    from pathlib import Path

    if len(names) > 1 or (names and world):
        return True
    return bool(names) and names[0] not in world_names() and not Path(names[0]).exists()


def flow_of(names: Sequence[str], world: str | None) -> Flow:
    """Return the flow that words name in a world, the default one when none is named."""
    from upperhand.scenario.flows import flow

    return flow(world_of(world or DEFAULT), names)


def own_names() -> tuple[str, ...]:
    """Return the names of the worlds in the folder that `$UPPERHAND_WORLDS` names, if any.

    Examples:
        >>> own_names()
        ()
    """
    import os
    from pathlib import Path

    folder = os.environ.get(OWN_WORLDS)
    if not folder or not Path(folder).is_dir():
        return ()
    return tuple(sorted(path.stem for path in Path(folder).glob("*.npz")))


def build_own(
    kind: str, tables: Path, folder: Path, name: str, *, balance: bool = False
) -> dict[str, Any]:
    """Build a world from a folder of tables, keep it as `NAME.npz`, and say what it is.

    Args:
        kind: `csv` or `parquet`.
        tables: Folder of the tables.
        folder: Folder of further worlds, see `own_names`.
        name: Name of the world.
        balance: Repair a table that nearly adds up.

    Raises:
        WorldError: If the tables are faulty, with every fault.
    """
    from upperhand.world.check import check_world
    from upperhand.world.make import build_world

    world = build_world(kind, tables, folder / f"{name}.npz", balance=balance)
    report = check_world(world)
    return {
        "name": name,
        "ok": report.ok,
        "report": str(report),
        "countries": len(world.countries),
        "sectors": len(world.sectors),
        "fingerprint": world.fingerprint,
    }
