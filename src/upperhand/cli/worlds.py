"""`upperhand world`: build, check, show, list."""

from __future__ import annotations

from typing import Annotated

import typer

from upperhand.cli.guard import WRONG_INPUT
from upperhand.cli.show import say, say_json, table
from upperhand.core.errors import OptionError

app = typer.Typer(
    help="Build, check and show world tables.", no_args_is_help=True, rich_markup_mode=None
)
Name = Annotated[str, typer.Argument(help="Name of a packaged world, or path of a saved one.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("build")
def build(
    folder: Annotated[
        str | None, typer.Argument(help="File or folder of the source; the same as --path.")
    ] = None,
    source: Annotated[
        str,
        typer.Option(
            help="oecd-icio, wiod, exiobase, eora26, gloria, csv, parquet or icio2022.",
        ),
    ] = "csv",
    path: Annotated[str | None, typer.Option(help="File or folder of the source.")] = None,
    year: Annotated[int | None, typer.Option(help="Year, where the source has several.")] = None,
    regions: Annotated[
        str | None, typer.Option(help="Your own concordance, CSV with label,region.")
    ] = None,
    sectors: Annotated[
        str | None, typer.Option(help="Your own concordance, CSV with label,sector.")
    ] = None,
    tariffs: Annotated[
        str | None, typer.Option(help="CSV with exporter,importer,sector,tariff (fractions).")
    ] = None,
    usd_per_unit: Annotated[
        float | None, typer.Option(help="USD per euro, for exiobase; default the yearly average.")
    ] = None,
    strategic: Annotated[
        bool, typer.Option("--strategic", help="Split out chips, magnets and other such goods.")
    ] = False,
    balance: Annotated[
        bool, typer.Option("--balance", help="Repair your own table where it nearly adds up.")
    ] = False,
    out: Annotated[
        str, typer.Option("--out", "-o", help="File to write, .npz; default NAME.npz.")
    ] = "",
) -> None:
    """Build a world from a source table: balanced, checked, with its card.

    Example: upperhand world build --source oecd-icio --path 2022_SML.csv --strategic -o mine.npz
    """
    from upperhand.scenario import worlds

    if (folder is None) == (path is None):
        raise OptionError("where is the source? give its file or folder once, with --path")
    options = {
        "year": year,
        "regions": regions,
        "sectors": sectors,
        "tariff_file": tariffs,
        "usd_per_unit": usd_per_unit,
        "strategic": strategic,
        "balance": balance,
    }
    say(worlds.build(source, folder or path or "", out, **options))


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
