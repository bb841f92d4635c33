"""`upperhand verify` and `upperhand cite`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from upperhand.cli.show import progress_bar, say, say_json

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def verify(
    record: Annotated[Path, typer.Argument(help="Folder of a run record.")],
    as_json: AsJson = False,
) -> None:
    """Compute a run record again and compare every number.

    Example: upperhand verify runs/october-2025-0123456789abcdef/record
    """
    from upperhand.scenario.verify import verify as recompute

    with progress_bar(wanted=not as_json) as progress:
        found = recompute(record, progress=progress)
    if as_json:
        from dataclasses import asdict

        say_json(asdict(found))
        return
    say(found.sentence())


def cite(
    source: Annotated[
        str | None, typer.Argument(help="Run record, scenario name or file; none for the program.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List what to cite: the program, the data and the sources of a run or scenario.

    Example: upperhand cite october-2025
    """
    from upperhand.scenario.cite import citations

    found = citations(source)
    if as_json:
        say_json(found)
        return
    say("\n".join(line for entry in found for line in _lines(entry)))


def _lines(entry: dict[str, str]) -> list[str]:
    more = [entry[key] for key in ("url", "licence", "used_for") if entry.get(key)]
    return [f"- {entry['title']}", *(f"    {text}" for text in more)]
