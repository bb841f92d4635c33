"""Draws: how many years a second, and what a sweep costs besides its solves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from benchmarks.measure import Row, child_json, shown
from upperhand.scenario.draws import ranges_of
from upperhand.scenario.read import read_scenario
from upperhand.uncertainty.priors import Prior, Priors

PART = 100  # draws in a task of the cheap sweeps
YEARS = [
    ("one year of 50 x 28", ["world=icio-2022", "horizons=[long]"]),
    ("one year of 50 x 39", ["horizons=[long]"]),
    ("three horizons of 50 x 39", []),
]
SWEEP = """
import json, resource, tempfile, time
from contextlib import nullcontext
from benchmarks.draws import PART, priors, square
from upperhand.uncertainty.sweep import sweep
draws, workers, dask = {0}, {1}, {2}
if dask:
    from distributed import LocalCluster
    cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None)
else:
    cluster = nullcontext()
with cluster as found, tempfile.TemporaryDirectory() as out:
    where = dict(scheduler=found.scheduler_address) if dask else dict(workers=workers)
    start = time.perf_counter()
    sweep(square, priors(), draws=draws, seed=1, out=out, task_id="square", part_size=PART, **where)
    took = time.perf_counter() - start
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([took, memory]))
"""


def square(draw: dict[str, Any]) -> dict[str, float]:
    """Return next to nothing: what is left of a sweep is its own cost."""
    return {"square": draw["a"] ** 2}


def priors() -> Priors:
    """Return one uniform number."""
    return Priors((Prior("a", "uniform", 0.5, 0, 1, "", "assumed"),))


def year_rows(*, draws: int = 512) -> Iterator[Row]:
    """Count years a second on two processes, after both have started."""
    for name, changes in YEARS:
        scenario = read_scenario("april-2025", changes=changes)
        told: list[tuple[float, int]] = []

        def tell(done: int, _total: int, _words: str, told: list[Any] = told) -> None:
            told.append((time.perf_counter(), done))

        begin = time.perf_counter()
        found = ranges_of(scenario, draws=draws, seed=1, workers=2, progress=tell)
        whole = time.perf_counter() - begin
        first = next((k for k, (_, done) in enumerate(told) if done), 0)
        rate = (told[-1][1] - told[first][1]) / max(told[-1][0] - told[first][0], 1e-9)
        failed = max((found.range(q).failed for q in found.quantities), default=0)
        yield Row(
            f"draws of april-2025, {name}",
            f"{rate:,.0f} a second",
            shown(whole),
            "",
            f"goal 100 a second for one year; two processes, as-of baseline included; reference: all "
            f"{draws} draws with start-up; {failed} without equilibrium",
        )


def sweep_rows(*, small: bool = False) -> Iterator[Row]:
    """Time sweeps of next to nothing: cost for each task, and memory of the process that leads."""
    cases = [(1_000, 2, False), (10_000, 2, False), (100_000, 2, False)]
    cases += [(10_000, 2, True), (10_000, 4, True)]
    for draws, workers, dask in [(PART, 2, False)] if small else cases:
        took, memory = child_json(SWEEP.format(draws, workers, dask))
        where = f"{workers} Dask workers" if dask else f"{workers} local processes"
        yield Row(
            f"sweep of {draws:,} empty draws, {where}",
            shown(took),
            f"{memory:.0f} MB",
            f"{1e3 * took / (draws / PART):.1f} ms a task",
            f"{draws // PART:,} tasks of {PART} draws, start of processes included; reference: peak memory of the "
            "leading process",
        )
