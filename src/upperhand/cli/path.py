"""`upperhand path`: how far behind, who supplies, and what the moves cost, year by year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from upperhand.cli.guard import NO_EQUILIBRIUM
from upperhand.cli.run import Settings, Source, VariantName
from upperhand.cli.show import progress_bar, say, say_json

if TYPE_CHECKING:
    from upperhand.results.path import Path as Result
    from upperhand.scenario.schema import Scenario


def path(
    source: Source,
    *,
    first: Annotated[
        int | None, typer.Option("--from", help="First year; the one after the baseline's day.")
    ] = None,
    last: Annotated[int | None, typer.Option("--to", help="Last year; ten years in all.")] = None,
    race: Annotated[
        str, typer.Option(help="How the gap moves: reduced, or step_by_step (research is chosen).")
    ] = "reduced",
    supply: Annotated[
        str, typer.Option(help="How domestic supply gains: observed, learning or directed.")
    ] = "observed",
    quarters: Annotated[bool, typer.Option("--quarters", help="Four periods a year.")] = False,
    draws: Annotated[int, typer.Option(help="Draws over the priors for the bands.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 1,
    cost_draws: Annotated[
        int, typer.Option(help="Draws for the band of the cost; each solves a whole path.")
    ] = 0,
    folder: Annotated[
        Path | None, typer.Option(help="Keep finished cost draws here, to go on later.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes for the cost draws.")] = 1,
    settings: Settings = None,
    variant: VariantName = None,
    game: Annotated[
        str | None,
        typer.Option(help="Solve when to control and to ban this technology, and nothing else."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Also write this file: nc, json or csv.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Follow a scenario over the years: technology, domestic shares, cost of the moves.

    Example: upperhand path october-2025 --to 2035 -o path.nc
    """
    if game is not None:
        from upperhand.scenario.timing import timing_scenario

        timing = timing_scenario(
            _scenario(source, settings, variant), game, first=first, last=last, seed=seed
        )
        if as_json:
            say_json(timing.to_dict())
        else:
            say(timing.summary())
        return
    if output is not None:
        _checked(output)
    from upperhand.scenario.path import path_scenario

    scenario = _scenario(source, settings, variant)
    with progress_bar(wanted=not as_json) as progress:
        found = path_scenario(
            scenario,
            first=first,
            last=last,
            race=race,
            supply=supply,
            steps=4 if quarters else 1,
            draws=draws,
            seed=seed,
            cost_draws=cost_draws,
            folder=folder,
            workers=workers,
            progress=progress,
        )
    if output is not None:
        _write(found, output)
    if as_json:
        say_json(found.to_dict())
    else:
        say(found.summary())
        if output is not None:
            say(f"File: {output}")
    if not found.ok:
        raise typer.Exit(NO_EQUILIBRIUM)


def _scenario(source: str, settings: list[str] | None, variant: str | None) -> Scenario:
    from upperhand.scenario.read import read_scenario

    return read_scenario(source, changes=settings or [], variant=variant)


SUFFIXES = (".csv", ".json", ".nc")


def _checked(output: Path) -> None:
    from upperhand.core.errors import OptionError, unknown

    if output.suffix not in SUFFIXES:
        raise OptionError(f"-o {output}: " + unknown("suffix", output.suffix, SUFFIXES))


def _write(found: Result, output: Path) -> None:
    import json

    from upperhand.core.files import write_text

    if output.suffix == ".nc":
        found.to_netcdf(output)
    elif output.suffix == ".json":
        write_text(output, json.dumps(found.to_dict(), ensure_ascii=False, allow_nan=False) + "\n")
    else:
        write_text(output, found.to_csv())


def beliefs(
    source: Source,
    move: Annotated[
        int | None, typer.Option(help="Position of one move, from 0; all when left out.")
    ] = None,
    draws: Annotated[int, typer.Option(help="Draws over the priors of everything else.")] = 1000,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 1,
    settings: Settings = None,
    variant: VariantName = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Say what one must believe for a move to be worth doing.

    Example: upperhand beliefs october-2025 --move 2
    """
    from dataclasses import asdict

    from upperhand.scenario.beliefs import beliefs_of

    scenario = _scenario(source, settings, variant)
    found = beliefs_of(scenario, move=move, draws=draws, seed=seed)
    if as_json:
        say_json([asdict(belief) for belief in found])
        return
    if not found:
        say("no belief is asked for: the moves are no tariff and touch no technology of the race")
    for belief in found:
        say("\n  - ".join([belief.sentence, *belief.rests_on]))
