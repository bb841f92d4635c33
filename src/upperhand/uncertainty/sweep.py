"""Sweeps: as many draws as you like, in parts on disk, stopped and taken up again at any point.

The parts are the truth: each is written whole or not at all and names its plan in its footer. The
manifest says what the parts are of; it is written before the first and after the last.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from upperhand.core.errors import OptionError, RecordError
from upperhand.core.files import write_bytes, write_text
from upperhand.uncertainty.draws import Draw
from upperhand.uncertainty.parts import PART_SIZE, Made, Plan, head_of
from upperhand.uncertainty.priors import Priors
from upperhand.uncertainty.run import Progress, Task
from upperhand.uncertainty.workers import made_here, made_locally, made_on_cluster

FORMAT = 1
MANIFEST = "manifest.json"
PARTS = "parts"
#: Folders of at most so many parts each, so that no folder grows too long to list.
FOLDER = 1000
#: Seconds between two writings of the manifest.
PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Sweep:
    """A finished sweep.

    Attributes:
        folder: Where it lies.
        rows: Draws in all cells.
        parts: Files they are in.
        failed: Draws without an answer.
        kept: Parts that an earlier try had made.
        damaged: Parts of an earlier try that were not whole and were made again.
        seconds: Duration of this try.
        seconds_per_draw: Time of a worker for a draw, in this try; NaN if it made none.
    """

    folder: Path
    rows: int
    parts: int
    failed: int
    kept: int
    damaged: int
    seconds: float
    seconds_per_draw: float


def sweep(
    task: Task,
    priors: Priors,
    *,
    draws: int,
    seed: int,
    out: str | Path,
    task_id: str,
    cells: tuple[Draw, ...] = ({},),
    workers: int | None = None,
    scheduler: str | None = None,
    part_size: int = PART_SIZE,
    units: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Sweep:
    """Run a task for many draws and leave a partitioned Parquet data set in a folder.

    Stop it in any way, `kill -9` of client, workers or scheduler included, and run it again: parts
    that are there are kept, and no draw is lost or made twice. More draws extend the same sweep.

    Args:
        task: Numbers of one draw by name; a function or frozen object that workers can import.
        priors: What the draws are made from.
        draws: Draws in each cell.
        seed: Same seed, same draws.
        out: Folder; new, or of the same sweep.
        task_id: Identifies everything in the task that can change a number.
        cells: Points of a grid; each has the same draws.
        workers: Processes on this machine, by default one for each core; 0 works in this process.
        scheduler: Address of a Dask scheduler, used in place of this machine.
        part_size: Draws in a file, and lost at most for each worker that is killed.
        units: Unit of each quantity.
        progress: Called with (draws done, draws in all, speed and time left in words).

    Returns:
        Where the sweep lies and how it went.

    Raises:
        OptionError: If the folder holds another sweep, or one of more draws.
        SweepError: If the cluster is not there or goes away.

    Examples:
        >>> from tempfile import mkdtemp
        >>> from upperhand.uncertainty.priors import Prior
        >>> priors = Priors((Prior("a", "uniform", 0.5, 0, 1, "", "assumed"),))
        >>> done = sweep(
        ...     lambda draw: {"square": draw["a"] ** 2},
        ...     priors,
        ...     draws=20,
        ...     seed=1,
        ...     out=mkdtemp(),
        ...     task_id="square",
        ...     workers=0,
        ...     part_size=8,
        ... )
        >>> done.rows, done.parts, done.failed
        (20, 3, 0)
    """
    plan = Plan(task, priors, draws, seed, task_id, cells, part_size)
    folder = Path(out)
    _check_folder(folder, plan)
    heads, damaged = _parts_there(folder, plan)
    failed = {part: head["failed"] for part, head in heads.items()}
    todo = (part for part in range(plan.parts) if part not in heads)
    state = _State(plan, folder, dict(units or {}), sum(h["rows"] for h in heads.values()))
    state.write(failed, complete=False)
    for made in _made(plan, todo, workers=workers, scheduler=scheduler):
        write_bytes(part_path(folder, *divmod(made.part, plan.parts_per_cell)), made.content)
        failed[made.part] = made.failed
        state.add(made, failed, progress)
    state.write(failed, complete=True)
    per_draw = state.work / state.made if state.made else float("nan")
    return Sweep(
        folder, plan.rows, plan.parts, sum(failed.values()), len(heads), len(damaged),
        monotonic() - state.begin, per_draw,
    )  # fmt: skip


def part_path(folder: Path, cell: int, k: int) -> Path:
    """Return the file of part `k` of a cell.

    Examples:
        >>> part_path(Path("out"), 3, 1234).as_posix()
        'out/parts/cell-00003/000001/part-000001234.parquet'
    """
    return folder / PARTS / f"cell-{cell:05d}" / f"{k // FOLDER:06d}" / f"part-{k:09d}.parquet"


def read_manifest(folder: str | Path) -> dict[str, Any]:
    """Return the manifest of a sweep.

    Raises:
        RecordError: If the folder holds no sweep, or one of a newer version.
    """
    path = Path(folder) / MANIFEST
    if not path.is_file():
        raise RecordError(f"{folder}: holds no sweep ({MANIFEST} is missing); check the path")
    try:
        found = dict(json.loads(path.read_text(encoding="utf-8")))
        known = found["format"] <= FORMAT
    except (ValueError, KeyError, TypeError) as error:
        raise RecordError(
            f"{path}: is damaged ({error}); delete it and run the same sweep again, the parts are kept"
        ) from error
    if not known:
        raise RecordError(f"{path}: is of format {found['format']}; update upperhand to read it")
    return found


class _State:
    """What a sweep in progress knows: counts, clock, and when the manifest was last written."""

    def __init__(self, plan: Plan, folder: Path, units: dict[str, str], there: int) -> None:
        self.plan, self.folder, self.units = plan, folder, units
        self.there, self.made, self.work = there, 0, 0.0
        self.begin = self.written = monotonic()

    def add(self, made: Made, failed: dict[int, int], progress: Progress | None) -> None:
        """Count a part, tell, and write the manifest now and then."""
        self.made += made.rows
        self.work += made.seconds
        if monotonic() - self.written > PAUSE:
            self.write(failed, complete=False)
        if progress:
            done = self.there + self.made
            progress(done, self.plan.rows, self.words(monotonic() - self.begin))

    def words(self, elapsed: float) -> str:
        """Return speed and time left."""
        speed = self.made / max(elapsed, 1e-9)
        left = (self.plan.rows - self.there - self.made) / speed if speed else float("inf")
        return f"{speed:.3g} draws/s, {time_words(left)} left"

    def write(self, failed: dict[int, int], *, complete: bool) -> None:
        """Write the manifest, whole or not at all."""
        self.written = monotonic()
        write_text(self.folder / MANIFEST, json.dumps(self.content(failed, complete), indent=1))

    def content(self, failed: dict[int, int], complete: bool) -> dict[str, Any]:
        """Return the manifest as plain data."""
        from upperhand.uncertainty.run import provenance

        plan = self.plan
        return {
            "format": FORMAT,
            "plan": plan.fingerprint,
            "complete": complete,
            "draws": plan.draws,
            "seed": plan.seed,
            "rows": plan.rows,
            "parts": plan.parts,
            "part_size": plan.part_size,
            "parts_made": len(failed),
            "failed": sum(failed.values()),
            "seconds_per_draw": self.work / self.made if self.made else None,
            "task": plan.task_id,
            "cells": list(plan.cells),
            "units": self.units,
            "groups": dict(zip(plan.priors.names, plan.priors.groups, strict=True)),
            "priors": [prior.to_dict() for prior in plan.priors],
            "provenance": provenance(plan.priors),
        }


def time_words(seconds: float) -> str:
    """Return a duration in words.

    Examples:
        >>> time_words(42.2), time_words(600), time_words(86400)
        ('43 s', '10 min', '24.0 h')
    """
    if seconds < 90:
        return f"{int(-(-seconds // 1))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _made(
    plan: Plan, todo: Iterator[int], *, workers: int | None, scheduler: str | None
) -> Iterator[Made]:
    import os

    if scheduler is not None:
        return made_on_cluster(plan, todo, scheduler=scheduler)
    count = (os.cpu_count() or 1) if workers is None else workers
    if count < 0:
        raise OptionError(f"workers={count}; allowed: 0 or more")
    return made_locally(plan, todo, workers=count) if count else made_here(plan, todo)


def _check_folder(folder: Path, plan: Plan) -> None:
    if not folder.exists():
        return
    partial = f".{Path(MANIFEST).stem}-"  # what a first write that was cut off leaves
    if folder.is_dir() and all(path.name.startswith(partial) for path in folder.iterdir()):
        return
    if not folder.is_dir():
        raise OptionError(f"{folder}: is a file; give a folder")
    if not (folder / MANIFEST).is_file() and not (folder / PARTS).is_dir():
        raise OptionError(f"{folder}: holds other files and no sweep; give an empty or new folder")
    if not (folder / MANIFEST).is_file():
        return  # parts name their plan themselves
    before = read_manifest(folder)
    if before["plan"] != plan.fingerprint:
        raise OptionError(
            f"{folder}: holds another sweep (plan {before['plan']}, this one is "
            f"{plan.fingerprint}); give another folder, or the same task, seed and part size"
        )
    if before["draws"] > plan.draws:
        raise OptionError(
            f"{folder}: holds {before['draws']} draws, more than {plan.draws}; read it as it is, "
            "or give another folder"
        )


def _parts_there(folder: Path, plan: Plan) -> tuple[dict[int, dict[str, Any]], list[int]]:
    """Return the footers of the whole parts that are there, and the parts that are not whole."""
    heads: dict[int, dict[str, Any]] = {}
    damaged = []
    for path in sorted((folder / PARTS).glob("cell-*/*/part-*.parquet")):
        cell, k = int(path.parts[-3].split("-")[1]), int(path.stem.split("-")[1])
        if cell >= len(plan.cells) or k >= plan.parts_per_cell:
            continue
        part = cell * plan.parts_per_cell + k
        _, start, stop = plan.span(part)
        try:
            head = head_of(path)
        except (ValueError, OSError):
            damaged.append(part)
            continue
        wanted = {"plan": plan.fingerprint, "cell": cell, "start": start, "rows": stop - start}
        if wanted.items() <= head.items():
            heads[part] = head
    return heads, damaged
