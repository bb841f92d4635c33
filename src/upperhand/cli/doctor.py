"""`upperhand doctor` and `upperhand version`."""

from __future__ import annotations

from typing import Annotated

import typer

from upperhand.cli.guard import FAULT
from upperhand.cli.show import say, say_json


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check the installation: packages, world, solver, report, disk.

    Example: upperhand doctor
    """
    from upperhand.scenario.doctor import examine

    found = examine()
    if as_json:
        say_json([{"check": c.name, "ok": c.ok, "detail": c.detail} for c in found])
    else:
        say("\n".join(f"{'ok  ' if c.ok else 'FAIL'}  {c.name}: {c.detail}" for c in found))
    if not all(c.ok or c.optional for c in found):
        raise typer.Exit(FAULT)


def version() -> None:
    """Print the version.

    Example: upperhand version
    """
    from upperhand._version import __version__

    say(__version__)
