"""`upperhand replicate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from upperhand.cli.guard import NO_EQUILIBRIUM, WRONG_INPUT
from upperhand.cli.show import note, progress_bar, say, say_json, table

if TYPE_CHECKING:
    from upperhand.results.replication import Replication


def replicate(
    name: Annotated[str, typer.Argument(help="A paper, or all. Without a name: the list.")] = "",
    data: Annotated[
        Path | None,
        typer.Option(help="Folder with the data sets of the papers; they are not shipped."),
    ] = None,
    numbers: Annotated[
        bool, typer.Option("--numbers", help="With all: every number, not the counts.")
    ] = False,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the page of the documentation.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Compute what papers print and say of each number how it compares.

    Exit code 1 when a number differs without an explanation, 2 when the data of a paper that was
    asked for by name are not here.

    Example: upperhand replicate all
    """
    from upperhand.scenario.replicate import names, replicate_all
    from upperhand.scenario.replicate import replicate as run

    if not name:
        say_json(list(names())) if as_json else say("\n".join((*names(), "all")))
        return
    with progress_bar(wanted=not as_json) as progress:
        found = replicate_all(data, progress=progress) if name == "all" else [run(name, data)]
    if as_json:
        say_json([one.to_dict() for one in found])
    elif markdown:
        from upperhand.report.replications import markdown_page

        say(markdown_page(found))
    else:
        say("\n\n".join(_texts(found, in_full=numbers or name != "all")))
        for line in dict.fromkeys(line for one in found for line in one.missing):
            note(line)
    _leave(found, named=name != "all")


def _texts(found: list[Replication], *, in_full: bool) -> list[str]:
    from upperhand.report import replications as words

    blocks = []
    here = [one for one in found if any(row.ours is not None for row in one.rows)]
    if in_full:
        for one in here:
            blocks += [one.title, table(words.NUMBERS_HEAD, words.number_rows(one))]
            blocks += ["\n".join(words.reasons(one))] if words.reasons(one) else []
    if len(found) > 1 or not here:
        blocks += [table(words.SUMMARY_HEAD, words.summary_rows(found)), words.sureness(found)]
    return blocks


def _leave(found: list[Replication], *, named: bool) -> None:
    if not all(one.ok for one in found):
        raise typer.Exit(NO_EQUILIBRIUM)
    if named and any(one.count("data not here") for one in found):
        raise typer.Exit(WRONG_INPUT)
