"""Paths over years: technology and the economy in turn."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks.measure import Row, seconds, shown
from upperhand.scenario.path import path_scenario

FIRST, LAST, DRAWS = 2026, 2040, 500


def path_rows(*, cost_draws: int = 16, last: int = LAST) -> Iterator[Row]:
    """Time a path with yearly equilibria, and draws of whole paths on two processes."""
    years = f"{last - FIRST + 1} years"

    def bare() -> object:
        return path_scenario("october-2025", first=FIRST, last=last, draws=8)

    once = seconds(bare, runs=3 if cost_draws > 2 else 1)
    yield Row(
        f"path of october-2025, {years}", shown(once), "", "", "goal 1.5 s; bands from 8 draws"
    )
    begin = time.perf_counter()
    path_scenario("october-2025", first=FIRST, last=last, draws=8, cost_draws=cost_draws, workers=2)
    each = max(time.perf_counter() - begin - once, 0.0) / cost_draws
    yield Row(
        f"{DRAWS} draws of it, two processes",
        shown(DRAWS * each),
        shown(once),
        f"{each / once:.2f} paths a draw",
        f"goal 5 minutes; {cost_draws} draws timed, start-up included, times {DRAWS}/{cost_draws}",
    )
