"""`upperhand war`, `upperhand talks`, `upperhand leverage`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from upperhand.cli.guard import NO_EQUILIBRIUM
from upperhand.cli.run import Settings, VariantName
from upperhand.cli.show import progress_bar, say, say_json, table

if TYPE_CHECKING:
    from upperhand.results.run import Run
    from upperhand.results.talks import Talks
    from upperhand.scenario.war import WarOf

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Source = Annotated[str, typer.Argument(help="Name of a packaged scenario, or path of a YAML file.")]
MOST_OTHERS = 4


def war(
    source: Annotated[
        str | None, typer.Argument(help="Scenario whose baseline and sides are taken.")
    ] = None,
    world: Annotated[
        str | None, typer.Option(help="World, when there is no scenario, e.g. toy.")
    ] = None,
    players: Annotated[
        str, typer.Option(help="Codes with commas, or all; the sides by default.")
    ] = "",
    instruments: Annotated[
        str, typer.Option(help="tariff, export_tax, or both with a comma.")
    ] = "tariff",
    partner: Annotated[
        str, typer.Option(help="Against whom rates move: codes with commas; everybody by default.")
    ] = "",
    tie: Annotated[
        str, typer.Option(help="cell: a rate by partner and sector; mfn: by sector; uniform: one.")
    ] = "cell",
    horizon: Annotated[str, typer.Option(help="short, medium or long.")] = "long",
    closure: Annotated[
        str, typer.Option(help="Imbalances: fixed, share or purge; the scenario's by default.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Find where a tariff war ends: equilibrium tariffs, certified, and best responses.

    Example: upperhand war --world toy --players USA,CHN
    """
    from upperhand.scenario.war import war_of

    found = war_of(
        source,
        world=world,
        players=_codes(players),
        instruments=_codes(instruments),
        partners=_codes(partner),
        tie=tie,
        horizon=horizon,
        closure=closure,
    )
    if as_json:
        say_json(found.to_dict())
    else:
        say(war_text(found))
    if not found.ok:
        raise typer.Exit(NO_EQUILIBRIUM)


def talks(
    source: Source,
    settings: Settings = None,
    variant: VariantName = None,
    as_json: AsJson = False,
) -> None:
    """Say what two sides would agree, which threats deserve belief, and who stops first.

    Example: upperhand talks october-2025
    """
    from upperhand.report.talks import talks_text

    run, found = _talks(source, settings or [], variant)
    if as_json:
        say_json(found.to_dict())
    else:
        say(talks_text(run))
    _leave(found)


def leverage(
    source: Source,
    settings: Settings = None,
    variant: VariantName = None,
    as_json: AsJson = False,
) -> None:
    """Say who has the upper hand at each horizon, by seven measures, and because of what.

    Example: upperhand leverage october-2025
    """
    from dataclasses import asdict

    from upperhand.report.talks import leverage_text

    run, found = _talks(source, settings or [], variant)
    if as_json:
        say_json([asdict(one) for one in found.leverage])
    else:
        say(leverage_text(run))
    _leave(found)


def war_text(found: WarOf) -> str:
    """Return the war for a terminal."""
    head = ["player", "alone: mean", "real income", "war: mean", "median", "real income"]
    rows = []
    for name in found.nash.players:
        alone = found.row(name, found.alone[name]) if name in found.alone else None
        end = found.row(name, found.nash)
        first = _cells(alone, ("mean_tariff_pct", "real_income_pct"))
        last = _cells(end, ("mean_tariff_pct", "median_tariff_pct", "real_income_pct"))
        rows.append([name, *first, *last])
    others = found.others()
    shown = [*others[:MOST_OTHERS], *others[MOST_OTHERS:][-MOST_OTHERS:]]
    lines = [
        f"Tariff war from {found.baseline}, {found.horizon} horizon",
        f"War: {found.nash.sentence()}",
        *(f"{name} alone: {one.sentence()}" for name, one in found.alone.items() if not one.ok),
        "",
        table(head, rows),
    ]
    if shown:
        lines += ["", "Others: " + ", ".join(f"{code} {x:+.2f}%" for code, x in shown)]
    return "\n".join(lines)


def _cells(row: dict[str, float] | None, keys: tuple[str, ...]) -> list[str]:
    if row is None:
        return ["-"] * len(keys)
    return [f"{row[k]:+.2f}%" if k == "real_income_pct" else f"{row[k]:.1f}%" for k in keys]


def _codes(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _talks(source: str, settings: list[str], variant: str | None) -> tuple[Run, Talks]:
    from upperhand.scenario.talks import talks_run

    with progress_bar(wanted=True) as progress:
        run = talks_run(source, changes=settings, variant=variant, progress=progress)
    assert run.talks is not None
    return run, run.talks


def _leave(found: Talks) -> None:
    if not found.leverage or any(not one.rows for one in found.leverage):
        raise typer.Exit(NO_EQUILIBRIUM)
