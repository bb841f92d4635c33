"""`upperhand run`: a scenario in, an answer out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from upperhand.cli.guard import NO_EQUILIBRIUM
from upperhand.cli.ranges import ranges_object
from upperhand.cli.show import note, progress_bar, say, say_json

if TYPE_CHECKING:
    from upperhand.results.run import Run

Source = Annotated[str, typer.Argument(help="Name of a packaged scenario, or path of a YAML file.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help="Change a value first, e.g. --set moves[0].add_pp=50."),
]
VariantName = Annotated[
    str | None, typer.Option("--variant", help="Run one of the scenario's variants.")
]


def run(
    source: Source,
    *,
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output", "-o", help="Also write this file: html, csv, xlsx, parquet, dta, nc, ..."
        ),
    ] = None,
    settings: Settings = None,
    variant: VariantName = None,
    record: Annotated[
        Path | None, typer.Option(help="Folder of the run record; by default below ./runs.")
    ] = None,
    draws: Annotated[
        int | None,
        typer.Option(
            help="Draws of what is not known, for the ranges; 0 for none. "
            "By default those of the scenario, else 64.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            help="Seed of the draws; by default that of the scenario.", show_default=False
        ),
    ] = None,
    audit: Annotated[
        str | None,
        typer.Option(help="Also test the claims of this audit, in a section of the report."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing.")] = False,
    no_report: Annotated[
        bool, typer.Option("--no-report", help="No report.html, no decomposition; faster.")
    ] = False,
    no_talks: Annotated[
        bool, typer.Option("--no-talks", help="No threats, deals and leverage; faster.")
    ] = False,
    years: Annotated[
        bool,
        typer.Option(
            "--years", help="Also the years ahead, as `upperhand path`, in report and record."
        ),
    ] = False,
) -> None:
    """Run a scenario: print the brief, write the record and report.html.

    Example: upperhand run october-2025 -o result.xlsx --set moves[1].add_pp=50
    """
    outputs = [checked(path) for path in output or []]
    from upperhand.scenario.draws import RUN_DRAWS, default_workers, worth_two_processes
    from upperhand.scenario.read import read_scenario
    from upperhand.scenario.run import run_scenario

    scenario = read_scenario(source, changes=settings or [], variant=variant)
    count = scenario.draws or RUN_DRAWS if draws is None else draws
    with progress_bar(wanted=not quiet) as progress:
        result = run_scenario(
            scenario,
            draws=count,
            seed=seed,
            progress=progress,
            decompose=not no_report,
            with_talks=not no_talks,
            workers=default_workers(count, scenario),
            two_processes=worth_two_processes(scenario),
            with_years=years,
        )
    claims = _audited(audit, result, plain=not (settings or variant), quiet=quiet)
    name = scenario.name or "scenario"
    base = Path("runs") / f"{name}-{result.fingerprint}"
    folder = result.save_record(record or base / "record")
    written = [_save(result, path) for path in outputs]
    report = None if no_report else _report(result, base / "report.html", claims)
    if as_json:
        tested = {} if claims is None else {"audit": claims}
        say_json(as_object(result, folder, report, written) | ranges_object(result) | tested)
    elif not quiet:
        _print(result, folder, report, written)
        if claims is not None:
            say(f"Claims: {claims['title']} {claims['sentence']}; verdicts in the report")
    if not result.ok:
        raise typer.Exit(NO_EQUILIBRIUM)


def checked(path: Path) -> Path:
    """Return an output path whose suffix can be written.

    Raises:
        OptionError: If no writer knows the suffix; the message lists those that are known.
    """
    from upperhand.core.errors import OptionError, unknown

    known = [f".{name}" for name in SUFFIXES]
    if path.suffix not in known:
        raise OptionError(f"-o {path}: " + unknown("suffix", path.suffix, known))
    if path.is_dir():
        raise OptionError(f"-o {path}: is a folder; give the name of a file")
    return path


SUFFIXES = ("html", "csv", "xlsx", "parquet", "dta", "nc", "tex", "png", "svg", "json")


def as_object(
    result: Run, folder: Path, report: Path | None, written: list[Path]
) -> dict[str, Any]:
    """Return what `--json` prints: headline by horizon, changes, assumptions and paths."""
    from dataclasses import asdict

    return {
        "title": result.title,
        "baseline": result.baseline,
        "fingerprint": result.fingerprint,
        "ok": result.ok,
        "headline": {h: asdict(result.headline(h)) for h in result.horizons},
        "outcomes": {
            f"{case.key}, {case.horizon}": case.counterfactual.outcome.sentence()
            for case in result.cases
        },
        "changes": result.changes,
        "assumptions": result.assumptions,
        "talks": result.talks.to_dict() if result.talks is not None else None,
        "record": str(folder),
        "report": str(report) if report else None,
        "files": [str(path) for path in written],
    }


def _audited(name: str | None, result: Run, *, plain: bool, quiet: bool) -> dict[str, Any] | None:
    """Return the audit of a file of claims with central values, as plain data."""
    if name is None:
        return None
    from upperhand.audit.judge import audit

    known = {str(result.scenario.get("name", "")): result} if plain else {}
    with progress_bar(wanted=not quiet) as progress:
        found = audit(name, central=True, progress=progress, known=known)
    return found.to_dict() | {"sentence": found.sentence()}


def _report(result: Run, path: Path, claims: dict[str, Any] | None) -> Path:
    from upperhand.core.files import write_text
    from upperhand.report import html_report

    path.parent.mkdir(parents=True, exist_ok=True)
    return write_text(path, html_report(result, audit=claims))


def _save(result: Run, path: Path) -> Path:
    from upperhand.report import save

    path.parent.mkdir(parents=True, exist_ok=True)
    save(result, path)
    return path


def _print(result: Run, folder: Path, report: Path | None, written: list[Path]) -> None:
    from upperhand.report import brief

    say(brief(result))
    for change in result.changes:
        if not change["changes"]:
            note(f"note: {change['label']} changes nothing: {change['note']}")
    if report is not None:
        say(f"Report: {report}")
    say(f"Record: {folder}")
    for path in written:
        say(f"File: {path}")
