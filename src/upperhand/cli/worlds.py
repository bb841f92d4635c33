"""`upperhand world`: build, check, show, list."""

from __future__ import annotations

from typing import Annotated

import typer

from upperhand.cli.guard import WRONG_INPUT
from upperhand.cli.show import say, say_json, table

app = typer.Typer(
    help="Build, check and show world tables.", no_args_is_help=True, rich_markup_mode=None
)
Name = Annotated[str, typer.Argument(help="Name of a packaged world, or path of a saved one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("build")
def build(
    folder: Annotated[str, typer.Argument(help="Folder with the source table.")],
    out: Annotated[str, typer.Option("--out", "-o", help="File to write, ending in .npz.")],
    source: Annotated[str, typer.Option(help="Kind of source: icio2022 or csv.")] = "csv",
) -> None:
    """Build a world from a source table: balanced, checked, with its card.

    Example: upperhand world build ../shared/data/icio2022_world --source icio2022 -o mine.npz
    """
    from upperhand.scenario import worlds

    say(worlds.build(source, folder, out))


@app.command("check")
def check(name: Name = "icio-2022") -> None:
    """List every fault of a world, and what it measures.

    Example: upperhand world check icio-2022
    """
    from upperhand.scenario import worlds

    sound, report = worlds.check(name)
    say(report)
    if not sound:
        raise typer.Exit(WRONG_INPUT)


@app.command("show")
def show(name: Name = "icio-2022", as_json: AsJson = False) -> None:
    """Show size, licence, countries and sectors of a world.

    Example: upperhand world show toy
    """
    from upperhand.scenario import worlds

    about, labels = worlds.about(name), worlds.labels_table(name)
    if as_json:
        keys = ("kind", "code", "name")
        say_json(about | {"labels": [dict(zip(keys, row, strict=True)) for row in labels]})
        return
    say(table(["", ""], list(about.items())))
    say(table(["kind", "code", "name"], labels))


@app.command("list")
def list_worlds(as_json: AsJson = False) -> None:
    """List the packaged worlds.

    Example: upperhand world list
    """
    from upperhand.scenario import worlds

    rows = worlds.summaries()
    if as_json:
        say_json(rows)
        return
    keys = ("name", "year", "countries", "sectors", "title")
    say(table(keys, [[row[key] for key in keys] for row in rows]))
