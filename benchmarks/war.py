"""Tariff wars and menus: how long they take, and in how many solves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from benchmarks.measure import Row, child_json, seconds, shown
from upperhand import ExportControl, Tariff, World, best_response, load_world, nash
from upperhand.equilibrium.solve import solve_counterfactual
from upperhand.talks.menu import payoffs

LARGE = """
import json, os, time
from pathlib import Path
os.environ["OPENBLAS_NUM_THREADS"] = "2"
from tests.support import random_world
from upperhand.game.nash import nash
world = random_world(80, 45, 1)
start = time.perf_counter()
found = nash(world, "all", closure="purge", certify=False)
took = time.perf_counter() - start
lines = Path("/proc/self/status").read_text().splitlines()  # maxrss would be that of the parent
memory = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
print(json.dumps([took, memory, found.ending, found.sweeps, found.slope]))
"""


def war_rows(*, quick: bool) -> Iterator[Row]:
    """Time best responses, wars and a menu on the table of 28 sectors, and the largest war."""
    world = load_world("icio-2022")
    shock = Tariff(by="USA", against=["CHN"], add_pp=100)
    solve = seconds(lambda: solve_counterfactual(world, shock), runs=5)
    n, s = len(world.countries), len(world.sectors)
    yield _row(
        f"best response of one country, {(n - 1) * s:,} tariffs",
        solve,
        "goal 1 s",
        lambda: best_response(world, "USA", certify=False),
    )
    yield _row(
        f"war of two, {2 * (n - 1) * s:,} tariffs",
        solve,
        "",
        lambda: nash(world, ["USA", "CHN"], certify=False),
    )
    yield _ossa_row(solve, certify=False)
    if quick:
        return
    yield _ossa_row(solve, certify=True)
    yield _row(
        f"war of two, {2 * (n - 1) * s:,} tariffs, with its certificate",
        solve,
        "",
        lambda: nash(world, ["USA", "CHN"], closure="purge"),
    )
    yield _row(
        f"war of all {n}, {n * (n - 1) * s:,} tariffs",
        solve,
        "goal 10 s",
        lambda: nash(world, "all", certify=False),
    )
    took, memory, ending, sweeps, slope = child_json(LARGE)
    yield Row(
        "war of all 80 over 45 sectors, 284,400 tariffs",
        shown(took),
        shown(solve),
        f"{took / solve:.0f} solves",
        f"goal 30 s and 300 MB; {ending}, {sweeps} sweeps, slope {slope:.0e}, {memory:.0f} MB for the whole "
        "process, "
        "two BLAS threads; one solve of the smaller table as reference",
    )
    yield menu_row(world, solve)


def _ossa_row(solve: float, *, certify: bool) -> Row:
    """Time a war of the size of Ossa (2014): 7 regions, 33 sectors, 1,386 tariffs."""
    from tests.ossa_worlds import random_ossa_world
    from upperhand.game.ossa import ossa_nash

    world = random_ossa_world(7, 33, 1, lobby=False)
    case = "war of 7 over 33 sectors, Ossa's size" + (", with its certificate" if certify else "")
    goal = "" if certify else "goal 1 s; 96 minutes reported for 2014"
    return _row(case, solve, goal, lambda: ossa_nash(world, certify=certify))


def _row(case: str, solve: float, goal: str, action: Any) -> Row:
    start = time.perf_counter()
    found = action()
    took = time.perf_counter() - start
    known = [value for value in found.exploitability.values() if value is not None]
    sure = f"at most {max(known):.0e} per cent to gain alone" if known else "not certified"
    note = f"{goal + '; ' if goal else ''}{found.ending}, {found.sweeps} sweeps, {sure}"
    return Row(case, shown(took), shown(solve), f"{took / solve:.0f} solves", note)


def menu_row(world: World, solve: float) -> Row:
    """Time a menu of 64 by 64 packages: six moves a side."""
    sectors = ["A01", "C10T12", "C20", "C26", "C27", "C28"]
    mine = [[Tariff(by="USA", against=["CHN"], sectors=[k], add_pp=50)] for k in sectors]
    yours = [[ExportControl(by="CHN", to=["USA"], sectors=[k], withhold_pct=30)] for k in sectors]
    start = time.perf_counter()
    found = payoffs(
        world,
        ("USA", "CHN"),
        (("USA",), ("CHN",)),
        (mine, yours),
        (sectors, sectors),
        horizon="long",
    )
    took = time.perf_counter() - start
    return Row(
        "menu of 64 x 64 packages, 4,096 equilibria",
        shown(took),
        shown(solve),
        f"{took / solve:.0f} solves",
        f"goal 30 s; {len(found.failed)} pairs without equilibrium",
    )
