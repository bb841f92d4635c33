"""`upperhand path`: how far behind, who supplies, and what the moves cost, year by year."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from upperhand.cli.guard import NO_EQUILIBRIUM
from upperhand.cli.run import Settings, Source, VariantName
from upperhand.cli.show import progress_bar, say, say_json

if TYPE_CHECKING:
    from upperhand.results.years_ahead import YearsAhead
    from upperhand.scenario.schema import Scenario


def path(
    source: Source,
    *,
    first: Annotated[
        int | None,
        typer.Option("--from", help="First year; the scenario's, else the one after the baseline."),
    ] = None,
    last: Annotated[
        int | None, typer.Option("--to", help="Last year; the scenario's, else ten years in all.")
    ] = None,
    race: Annotated[
        str,
        typer.Option(
            help="How the gap moves: reduced, step_by_step (research is chosen), or either (a "
            "quarter of the draws step by step)."
        ),
    ] = "reduced",
    supply: Annotated[
        str, typer.Option(help="How domestic supply gains: observed, learning or directed.")
    ] = "observed",
    quarters: Annotated[bool, typer.Option("--quarters", help="Four periods a year.")] = False,
    draws: Annotated[int, typer.Option(help="Draws over the priors for the bands.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of the draws.")] = 1,
    cost_draws: Annotated[
        int, typer.Option(help="Draws for the band of the cost; each solves a whole path.")
    ] = 24,
    leverage_draws: Annotated[
        int, typer.Option(help="Draws for the ranges of leverage; each solves its years again.")
    ] = 12,
    every: Annotated[int, typer.Option(help="Solve leverage in every so many years.")] = 3,
    no_leverage: Annotated[
        bool, typer.Option("--no-leverage", help="No leverage by year and no timing; faster.")
    ] = False,
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
    record: Annotated[
        Path | None, typer.Option(help="Folder of the record; by default below ./runs.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    no_report: Annotated[bool, typer.Option("--no-report", help="No report.html.")] = False,
) -> None:
    """Follow a scenario over the years: technology, cost, leverage, firms, beliefs.

    Prints the brief and writes record and report.html.

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
    from upperhand.report.years import years_text
    from upperhand.scenario.years_ahead import years_ahead

    scenario = _scenario(source, settings, variant)
    with progress_bar(wanted=not as_json) as progress:
        found = years_ahead(
            scenario,
            first=first,
            last=last,
            race=race,
            supply=supply,
            steps=4 if quarters else 1,
            draws=draws,
            seed=seed,
            cost_draws=cost_draws,
            leverage_draws=leverage_draws,
            every=every,
            folder=folder,
            workers=workers,
            with_leverage=not no_leverage,
            progress=progress,
        )
    base = Path("runs") / f"{scenario.name or 'scenario'}-path-{found.fingerprint}"
    kept = found.save(record or base / "record")
    report = None if no_report else _report(found, base / "report.html")
    if output is not None:
        _write(found, output)
    if as_json:
        places = {"record": str(kept), "report": str(report) if report else None}
        say_json(found.to_dict() | places)
    else:
        say(years_text(found))
        for name, place in (("Report", report), ("Record", kept), ("File", output)):
            if place is not None:
                say(f"{name}: {place}")
    if not found.ok:
        raise typer.Exit(NO_EQUILIBRIUM)


def _scenario(source: str, settings: list[str] | None, variant: str | None) -> Scenario:
    from upperhand.scenario.read import read_scenario

    return read_scenario(source, changes=settings or [], variant=variant)


def _report(found: YearsAhead, path: Path) -> Path:
    from upperhand.core.files import write_text
    from upperhand.report.years_page import html_years

    path.parent.mkdir(parents=True, exist_ok=True)
    return write_text(path, html_years(found))


SUFFIXES = (".csv", ".json", ".nc")


def _checked(output: Path) -> None:
    from upperhand.core.errors import OptionError, unknown

    if output.suffix not in SUFFIXES:
        raise OptionError(f"-o {output}: " + unknown("suffix", output.suffix, SUFFIXES))


def _write(found: YearsAhead, output: Path) -> None:
    import json

    from upperhand.core.files import write_text

    if output.suffix == ".nc":
        found.path.to_netcdf(output)
    elif output.suffix == ".json":
        write_text(output, json.dumps(found.to_dict(), ensure_ascii=False, allow_nan=False) + "\n")
    else:
        write_text(output, found.path.to_csv())


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

    from upperhand.report.years import beliefs_text
    from upperhand.scenario.beliefs import beliefs_of, names_for

    scenario = _scenario(source, settings, variant)
    found = beliefs_of(scenario, move=move, draws=draws, seed=seed)
    if as_json:
        say_json([asdict(belief) for belief in found])
        return
    if not found:
        say("no belief is asked for: the moves are no tariff and touch no technology of the race")
        return
    say(beliefs_text(found, *names_for(scenario)).rstrip())
