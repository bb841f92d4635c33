"""`upperhand scenario`: new, check, diff, list, show, schema."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from upperhand.cli.run import Settings, Source, VariantName
from upperhand.cli.show import say, say_json, table

app = typer.Typer(
    help="Make, check, compare and list scenarios.", no_args_is_help=True, rich_markup_mode=None
)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("new")
def new(
    path: Annotated[Path, typer.Argument(help="File to write, ending in .yaml.")],
    start: Annotated[
        str | None, typer.Option("--from", help="Packaged scenario to start from.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing file.")] = False,
) -> None:
    """Write a commented scenario file to edit.

    Example: upperhand scenario new mine.yaml --from uniform-10
    """
    from upperhand.scenario.edit import new_scenario

    written = new_scenario(path, start=start, force=force)
    say(f"{written}: written; edit it, then `upperhand scenario check {written}`")


@app.command("check")
def check(
    source: Source,
    settings: Settings = None,
    variant: VariantName = None,
    as_json: AsJson = False,
) -> None:
    """Check a scenario, and show what each move changes on its world.

    Example: upperhand scenario check october-2025
    """
    from upperhand.scenario.check import check_scenario

    found = check_scenario(source, changes=settings or [], variant=variant)
    if as_json:
        say_json(found.to_dict())
        return
    say("\n".join(found.lines()))


@app.command("diff")
def diff(
    first: Annotated[str, typer.Argument(help="Name or path.")],
    second: Annotated[str, typer.Argument(help="Name or path.")],
    as_json: AsJson = False,
) -> None:
    """List the fields in which two scenarios differ.

    Example: upperhand scenario diff october-2025 april-2025
    """
    from upperhand.scenario.edit import differences
    from upperhand.scenario.read import read_scenario

    found = differences(read_scenario(first), read_scenario(second))
    if as_json:
        say_json([{"path": d.path, "first": d.first, "second": d.second} for d in found])
        return
    rows = [[d.path, _short(d.first), _short(d.second)] for d in found]
    say(table(["field", first, second], rows) if rows else "no difference")


@app.command("list")
def list_scenarios(as_json: AsJson = False) -> None:
    """List the packaged scenarios.

    Example: upperhand scenario list
    """
    from upperhand.scenario.edit import summaries

    rows = summaries()
    if as_json:
        say_json(rows)
        return
    say(table(["name", "question"], [[row["name"], row["question"]] for row in rows]))


@app.command("show")
def show(
    source: Source,
    settings: Settings = None,
    variant: VariantName = None,
    as_json: AsJson = False,
) -> None:
    """Print a scenario in its complete form, every default written out.

    Example: upperhand scenario show october-2025 --json
    """
    from upperhand.scenario.edit import yaml_text
    from upperhand.scenario.read import read_scenario

    scenario = read_scenario(source, changes=settings or [], variant=variant)
    if as_json:
        say_json(scenario.to_dict() | {"fingerprint": scenario.fingerprint})
        return
    say(yaml_text(scenario))


@app.command("schema")
def schema(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file.")
    ] = None,
) -> None:
    """Print the JSON Schema of scenario files.

    Example: upperhand scenario schema -o scenario.schema.json
    """
    from upperhand.scenario.edit import schema_text

    if output is None:
        say(schema_text())
        return
    from upperhand.core.files import write_text

    say(f"{write_text(output, schema_text())}: written")


@app.command("expect")
def expect(
    name: Annotated[str, typer.Argument(help="Packaged scenario.")],
    write: Annotated[bool, typer.Option("--write", help="Replace the expected numbers.")] = False,
) -> None:
    """Compute the expected headline numbers of a packaged scenario.

    Example: upperhand scenario expect uniform-10
    """
    from upperhand.scenario.expect import compute_expected

    say(compute_expected(name, write=write))


def _short(value: object) -> str:
    text = "-" if value is None else str(value)
    return text if len(text) <= 48 else text[:45] + "..."


@app.command("validate", hidden=True)
def validate(
    what: Annotated[str, typer.Argument(help="Page to write: strategic or trade.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file.")
    ] = None,
) -> None:
    """Compute a page of the reference that compares the model with published numbers.

    Example: upperhand scenario validate trade -o docs/reference/validation-trade.md
    """
    from upperhand.core.files import write_text
    from upperhand.scenario.edit import validation_page

    text = validation_page(what)
    say(text if output is None else f"{write_text(output, text)}: written")
