"""The figures of a strategic world as a page: part, quantity, target, outcome, range, source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from upperhand.core.errors import WorldError
from upperhand.world.world import World

HEAD = ("figure", "target", "in the table", "range", "status", "source")


def figures_page(world: World) -> str:
    """Return one Markdown table by part, from the source card of the world.

    Raises:
        WorldError: If the world has no strategic goods.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> figures_page(toy_world())
        Traceback (most recent call last):
        ...
        upperhand.core.errors.WorldError: world 'toy' has no strategic goods; make them with ...
    """
    if "strategic" not in world.card:
        raise WorldError(
            f"world '{world.name}' has no strategic goods; make them with `build_strategic`"
        )
    figures = world.card["strategic"]["figures"]
    blocks = []
    for part in dict.fromkeys(f["part"] for f in figures):
        rows = [_row(f) for f in figures if f["part"] == part]
        name = world.sector_names.get(part, part)
        blocks.append(
            "\n".join([f"## {name} (`{part}`)", "", _line(HEAD), _line(["---"] * 6), *rows])
        )
    return "\n\n".join(blocks) + "\n"


def _row(figure: Mapping[str, Any]) -> str:
    label = figure["quantity"].replace("_", " ")
    label += f" {figure['labels']}" if figure["labels"] else ""
    values = [_shown(figure[x], figure["unit"]) for x in ("target", "in_table")]
    span = " to ".join(_shown(figure[x], figure["unit"]) for x in ("low", "high"))
    return _line([label, *values, span, figure["status"], figure["source"]])


def _shown(value: float, unit: str) -> str:
    return f"{value / 1000:,.4g} bn USD" if unit == "usd_mn" else f"{value:.3g}"


def _line(cells: list[str] | tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
