"""`upperhand measures`: what is in force on a day, and how it stacks."""

from __future__ import annotations

from typing import Annotated

import typer

from upperhand.cli.show import say, say_json, table


def measures(
    as_of: Annotated[str, typer.Option("--as-of", help="Day, 2018-01-01 to 2026-07-31.")],
    pair: Annotated[
        tuple[str, str] | None, typer.Option(help="Who acts and on whom: --pair USA CHN.")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Layers of duty by good; needs --pair.")
    ] = False,
    good: Annotated[
        list[str] | None, typer.Option(help="With --explain: only this good; may be repeated.")
    ] = None,
    weights: Annotated[
        str, typer.Option(help="With --explain: statutory, or collected.")
    ] = "statutory",
    after_horizon: Annotated[
        str | None, typer.Option(help="After July 2026: expired, or extended.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List the measures in force on a day, or the duties of a pair by good and layer.

    Example: upperhand measures --as-of 2025-10-09 --pair USA CHN --explain
    """
    from upperhand.scenario.in_force import KEYS, in_force_on, stack_on

    if explain:
        header, rows = stack_on(
            as_of, pair or (), weights=weights, sectors=good or [], after_horizon=after_horizon
        )
        if as_json:
            say_json([dict(zip(header, row, strict=True)) for row in rows])
        else:
            say(table(header, [[_short(cell) for cell in row] for row in rows]))
        return
    found = in_force_on(as_of, pair=pair or (), after_horizon=after_horizon)
    if as_json:
        say_json(found)
        return
    say(table(KEYS, [[row[key] for key in KEYS] for row in found]))


def _short(cell: object) -> str:
    return f"{cell:.1f}" if isinstance(cell, float) else str(cell)
