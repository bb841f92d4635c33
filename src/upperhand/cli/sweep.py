"""`upperhand sweep` and `upperhand query`: many draws of a scenario, and questions to them."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Annotated, Any

import typer

from upperhand.cli.guard import NO_EQUILIBRIUM
from upperhand.cli.ranges import caution, failures, hinge_text, range_rows, range_table
from upperhand.cli.run import Settings, Source
from upperhand.cli.show import note, progress_bar, say, say_json

#: More rows than this are swept but not read back for a summary.
MOST_READ = 1_000_000
FORMATS = (".csv", ".parquet")


def sweep(
    source: Source,
    out: Annotated[Path, typer.Option("--output", "-o", help="Folder: new, or of this sweep.")],
    draws: Annotated[int, typer.Option(help="Draws at each point of the grid.")] = 256,
    seed: Annotated[int, typer.Option(help="Seed: the same one gives the same draws.")] = 1,
    over: Annotated[
        Path | None, typer.Option(help="YAML file of values by path, crossed with the draws.")
    ] = None,
    settings: Settings = None,
    models: Annotated[
        bool, typer.Option("--models", help="Also draw closure and set of elasticities.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(help="Processes; by default one for each core, 0 for none.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option(help="Dask scheduler to use instead, e.g. tcp://host:8786.")
    ] = None,
    part_size: Annotated[int, typer.Option(help="Draws in a file.")] = 32,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing.")] = False,
) -> None:
    """Run a scenario for many draws of what is not known, and print the ranges.

    Stopped in any way, the same command goes on where it was.

    Example: upperhand sweep october-2025 --draws 512 --seed 1 -o out
    """
    from upperhand.scenario.draws import default_workers, read_grid, sweep_scenario
    from upperhand.scenario.read import read_scenario

    grid = read_grid(over) if over else None
    if workers is None:
        points = prod(len(values) for values in (grid or {}).values())
        workers = default_workers(draws * points, read_scenario(source, changes=settings or []))
    with progress_bar(wanted=not quiet) as progress:
        done = sweep_scenario(
            source,
            out=out,
            draws=draws,
            seed=seed,
            over=grid,
            changes=settings or [],
            models=models,
            workers=workers,
            scheduler=scheduler,
            part_size=part_size,
            progress=progress,
        )
    if done.damaged and not quiet:
        note(f"note: {done.damaged} parts of an earlier try were damaged and made again")
    about = {
        "folder": str(done.folder),
        "rows": done.rows,
        "failed": done.failed,
        "parts": done.parts,
        "kept": done.kept,
        "seconds": done.seconds,
    }
    cells = _cells(out) if done.rows <= MOST_READ else []
    if as_json:
        plain = [{k: cell[k] for k in ("at", "ranges", "failures")} for cell in cells]
        say_json(about | {"cells": plain})
    elif not quiet:
        _print(about, cells)
    if done.failed == done.rows:
        raise typer.Exit(NO_EQUILIBRIUM)


def query(
    folder: Annotated[Path, typer.Argument(help="Folder of a sweep.")],
    sql: Annotated[str, typer.Argument(help="One SELECT for DuckDB; the view is `draws`.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write .csv or .parquet instead.")
    ] = None,
    seconds: Annotated[
        float, typer.Option(min=0.001, max=1e6, help="Most that the query may take.")
    ] = 600.0,
    memory_mb: Annotated[
        int, typer.Option(min=32, max=10_000_000, help="Most memory it may use, in MB.")
    ] = 4096,
) -> None:
    """Ask a sweep by SQL, which sees its draws and nothing else.

    Example: upperhand query out 'select cell, median("out: real income of CHN, long") from draws group by cell'
    """
    from upperhand.core.errors import OptionError, unknown
    from upperhand.scenario.draws import query as ask

    if output is not None and output.suffix not in FORMATS:
        raise OptionError(f"-o {output}: " + unknown("suffix", output.suffix, FORMATS))
    found = ask(folder, sql, seconds=seconds, memory_mb=memory_mb)
    if output is None:
        say(found.to_string(index=False))
        return
    from upperhand.core.files import replacing

    with replacing(output) as partial:
        if output.suffix == ".csv":
            found.to_csv(partial, index=False)
        else:
            found.to_parquet(partial, index=False)
    say(f"{output}: written")


def _cells(out: Path) -> list[dict[str, Any]]:
    from upperhand.scenario.draws import read_cells

    return [
        {"at": at, "ranges": range_rows(found), "failures": found.failures(), "ensemble": found}
        for at, found in read_cells(out)
    ]


def _print(about: dict[str, Any], cells: list[dict[str, Any]]) -> None:
    for cell in cells:
        if cell["at"]:
            say(", ".join(f"{path} = {value}" for path, value in cell["at"].items()))
        say(range_table(cell["ensemble"]))
        if cell["failures"]:
            say(failures(cell["ensemble"]))
        for words in (caution(cell["ensemble"]), hinge_text(cell["ensemble"])):
            if words:
                say(words)
        say("")
    say(
        f"{about['rows']} draws, {about['failed']} without an answer, {about['kept']} of "
        f"{about['parts']} parts from an earlier try, {about['seconds']:.1f} s"
    )
    say(f"Sweep: {about['folder']}")
