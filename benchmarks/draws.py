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
#: A draw of one year is one equilibrium of a drawn world; with the tariffs of a day it is two.
ONE, TWO = "one equilibrium", "the day's baseline and the package, two equilibria"
YEARS = [
    ("one year of 50 x 28, no baseline of a day", ["world=icio-2022", "baseline={}"], ONE),
    ("one year of 50 x 28", ["world=icio-2022"], TWO),
    ("one year of 50 x 39, no baseline of a day", ["baseline={}"], ONE),
    ("one year of 50 x 39", [], TWO),
]
DRAWS = """
import json, time
from benchmarks.solves import bare_solve, war
from upperhand.scenario.draws import drawn
from upperhand.scenario.read import read_scenario
from upperhand.scenario.worlds import world_of
from upperhand.uncertainty.draws import draw_columns, rows
scenario = read_scenario("april-2025", changes=["horizons=[long]", *{0}])
task, priors, _ = drawn(scenario)
draws = list(rows(draw_columns(priors, 0, {1}, seed=1)))
table = world_of(scenario.world)
solve = bare_solve(table, war(table))
solve(), task(draws[0])
ours, theirs = [], []
for draw in draws:
    for action, taken in ((lambda: task(draw), ours), (solve, theirs)):
        start = time.process_time()
        action()
        taken.append(time.process_time() - start)
middle = lambda taken: sorted(taken)[len(taken) // 2]
print(json.dumps([middle(ours), middle(theirs), len(priors.names)]))
"""
SWEEP = """
import json, tempfile, time
from pathlib import Path
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
    start, used = time.perf_counter(), time.process_time()
    sweep(square, priors(), draws=draws, seed=1, out=out, task_id="square", part_size=PART, **where)
    took, used = time.perf_counter() - start, time.process_time() - used
lines = Path("/proc/self/status").read_text().splitlines()  # maxrss would be that of the parent
memory = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
print(json.dumps([took, used, memory]))
"""


def square(draw: dict[str, Any]) -> dict[str, float]:
    """Return next to nothing: what is left of a sweep is its own cost."""
    return {"square": draw["a"] ** 2}


def priors() -> Priors:
    """Return one uniform number."""
    return Priors((Prior("a", "uniform", 0.5, 0, 1, "", "assumed"),))


def year_rows(*, draws: int = 100) -> Iterator[Row]:
    """Take processor time of draws of one year, each beside a solve of the same table."""
    for name, changes, what in YEARS:
        took, solve, numbers = child_json(DRAWS.format(changes, draws))
        yield Row(
            f"draw of april-2025, {name}",
            shown(took),
            shown(solve),
            f"{took / solve:.1f} solves",
            f"{what}; {2 / took:,.0f} a second on two cores, goal 100; {numbers} numbers drawn; processor time, "
            f"median of {draws}; reference: a solve from afar to 1e-12 between the draws",
        )


def rate_rows(*, draws: int = 512) -> Iterator[Row]:
    """Count draws a second on two processes, after both have started, as a user would see it."""
    scenario = read_scenario("april-2025", changes=["horizons=[long]"])
    told: list[tuple[float, int]] = []

    def tell(done: int, _total: int, _words: str) -> None:
        told.append((time.perf_counter(), done))

    begin = time.perf_counter()
    found = ranges_of(scenario, draws=draws, seed=1, workers=2, progress=tell)
    whole = time.perf_counter() - begin
    first = next((k for k, (_, done) in enumerate(told) if done), 0)
    rate = (told[-1][1] - told[first][1]) / max(told[-1][0] - told[first][0], 1e-9)
    yield Row(
        "draws of april-2025, one year of 50 x 39, two processes",
        f"{rate:,.0f} a second",
        shown(whole),
        "",
        f"wall clock, so as busy as the machine; reference: all {draws} draws with start-up; "
        f"{found.failed} without equilibrium",
    )


def sweep_rows(*, small: bool = False) -> Iterator[Row]:
    """Time sweeps of next to nothing: cost for each task, and memory of the process that leads."""
    cases = [(1_000, 2, False), (10_000, 2, False), (100_000, 2, False)]
    cases += [(10_000, 2, True), (10_000, 4, True)]
    for draws, workers, dask in [(PART, 2, False)] if small else cases:
        took, used, memory = child_json(SWEEP.format(draws, workers, dask))
        where = f"{workers} Dask workers" if dask else f"{workers} local processes"
        yield Row(
            f"sweep of {draws:,} empty draws, {where}",
            shown(took),
            f"{memory:.0f} MB",
            f"{1e3 * took / (draws / PART):.1f} ms a task",
            f"{draws // PART:,} tasks of {PART} draws, start of processes included; of each task the leading "
            f"process takes {1e3 * used / (draws / PART):.1f} ms of processor time; reference: its peak memory",
        )
