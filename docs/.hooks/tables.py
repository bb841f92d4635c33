"""Fill pages with tables generated from the package: `<!-- table: NAME -->`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

MARK = re.compile(r"^<!-- (table): ([a-z-]+) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Replace each mark by the table that it names; an unknown name stops the build."""
    return MARK.sub(lambda found: TABLES[found[2]](), markdown)


def _table(head: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def variables() -> str:
    """Return the register of quantities."""
    from upperhand.core.variables import register

    rows = [
        [f"`{v.name}`", f"`{v.symbol}`", ", ".join(v.dims), v.unit, v.label]
        for v in register().values()
    ]
    return _table(["name", "symbol", "dims", "unit", "what it is"], rows)


def public_names() -> str:
    """Return the names of `upperhand` with the first line of their documentation."""
    import inspect

    import upperhand

    rows = [
        [f"`{name}`", (inspect.getdoc(getattr(upperhand, name)) or "").split("\n")[0]]
        for name in upperhand.__all__
        if name != "__version__"
    ]
    return _table(["name", "what it is"], rows)


def commands() -> str:
    """Return the commands of `upperhand` with their first line of help."""
    import typer
    from typer.main import get_command

    from upperhand.cli.app import app

    command = get_command(app)
    context = typer.Context(command, info_name="upperhand")
    return _table(["command", "what it does"], list(_lines(command, context, "upperhand")))


def _lines(command: Any, context: Any, name: str) -> list[list[str]]:
    """Return one row per command, groups opened up."""
    if not hasattr(command, "list_commands"):
        return [[f"`{name}`", command.get_short_help_str(200)]]
    rows: list[list[str]] = []
    for part in command.list_commands(context):
        found = command.get_command(context, part)
        if found is not None and not found.hidden:
            rows += _lines(found, context, f"{name} {part}")
    return rows


def world_card() -> str:
    """Return the source card of the packaged world."""
    from upperhand.world.card_page import card_page
    from upperhand.world.load import load_world

    return card_page(load_world("icio-2022"))


def strategic_card() -> str:
    """Return the figures of the strategic goods."""
    from upperhand.world.load import load_world
    from upperhand.world.strategic import figures_page

    return figures_page(load_world("icio-2022-strategic"))


TABLES: dict[str, Callable[[], str]] = {
    "variables": variables,
    "public-names": public_names,
    "commands": commands,
    "world-card": world_card,
    "strategic-card": strategic_card,
}
