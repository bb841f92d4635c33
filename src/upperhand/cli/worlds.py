"""`upperhand world`: build, check, show, list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from upperhand.cli.guard import WRONG_INPUT
from upperhand.cli.show import say, say_json, table
from upperhand.core.errors import OptionError

if TYPE_CHECKING:
    from upperhand.scenario.flows import Flow

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
def check(name: Name = "icio-2022-strategic") -> None:
    """List every fault of a world, and what it measures.

    Example: upperhand world check icio-2022
    """
    from upperhand.scenario import worlds

    sound, report = worlds.check(name)
    say(report)
    if not sound:
        raise typer.Exit(WRONG_INPUT)


@app.command("show")
def show(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="A world; or EXPORTER IMPORTER GOOD; or a GOOD. Codes as in the list."),
    ] = None,
    world: Annotated[
        str | None, typer.Option(help="World that a flow is looked up in; the default one if none.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show a world, or who sells a good to whom, at which tariff and on which figures.

    Example: upperhand world show USA CHN ai_accelerators
    """
    from upperhand.scenario import worlds

    if worlds.is_flow(names or [], world):
        found = worlds.flow_of(names or [], world)
        say_json(found.to_dict()) if as_json else _say_flow(found)
        return
    name = (names or [worlds.DEFAULT])[0]
    about, labels = worlds.about(name), worlds.labels_table(name)
    if as_json:
        keys = ("kind", "code", "name")
        say_json(about | {"labels": [dict(zip(keys, row, strict=True)) for row in labels]})
        return
    say(table(["", ""], list(about.items())))
    say(table(["kind", "code", "name"], labels))


def _say_flow(found: Flow) -> None:
    say(found.title)
    say(table(["", "", ""], [[what, _number(value), unit] for what, value, unit in found.facts]))
    if found.ranking:
        rows = [[code, _number(usd), f"{share:.1f}"] for code, usd, share in found.ranking]
        say(table(["from", "USD million", "per cent"], rows))
    if found.figures:
        keys = ("part", "quantity", "labels", "target", "in_table", "low", "high", "unit", "status")
        rows = [
            [*(_number(row[key]) for key in keys), str(row["source"])[:60]] for row in found.figures
        ]
        say(table([*keys, "source"], rows))


def _number(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


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
