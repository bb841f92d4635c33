"""Solves against the published algorithm, gradients in solves, memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.measure import Row, child_json, seconds, shown
from tests.routes.nested_reference import solve_reference
from tests.support import escalation, random_world
from upperhand import load_world, solve_counterfactual
from upperhand.equilibrium.ladder import Solution
from upperhand.world.shock import Shock
from upperhand.world.world import World

LARGEST = (80, 45)
SIZES = [(12, 25), (31, 40)]

MEMORY = """
import json, tracemalloc
from tests.support import escalation, random_world
from upperhand import solve_counterfactual
world = random_world({0}, {1}, 1)
shock = escalation(world)
solve_counterfactual(random_world(3, 2, 1), [])
tracemalloc.start()
before = tracemalloc.get_traced_memory()[0]
result = solve_counterfactual(world, shock)
print(json.dumps([tracemalloc.get_traced_memory()[1] - before, result.outcome.ok]))
"""


def solve_rows(*, quick: bool) -> Iterator[Row]:
    """Time +100 points both ways between two countries, to 1e-12, at each size."""
    worlds = [(f"{n} x {s}, random", random_world(n, s, 1)) for n, s in SIZES]
    packaged = load_world("icio-2022")
    size = f"{len(packaged.countries)} x {len(packaged.sectors)}"
    worlds.append((f"{size}, icio-2022", packaged))
    worlds.append((f"{LARGEST[0]} x {LARGEST[1]}, random", random_world(*LARGEST, 1)))
    for name, world in worlds:
        skip = quick and len(world.countries) == LARGEST[0]
        yield from rows_of_world(name, world, with_reference=not skip)


def rows_of_world(name: str, world: World, *, with_reference: bool) -> Iterator[Row]:
    """Return the rows of one world: the solve, its labels, all tariff derivatives of one country.

    Like is compared with like: arrays in, arrays out, on both sides.
    """
    shock = war(world)
    result = solve_counterfactual(world, shock).require_converged()
    ours = seconds(bare_solve(world, shock), runs=9)
    goal = "goal 20 ms and 1,500 x; " if world.trade.shape[::2] == LARGEST else ""
    note = f"{goal}{result.outcome.steps} iterations, {result.outcome.method}"
    if with_reference:
        start = time.perf_counter()
        reference = solve_reference(world, shock)
        theirs = time.perf_counter() - start
        gap = np.max(np.abs(reference["wage_change"] / result.data["wage_change"].values - 1))
        note += f"; reference {reference['steps']} wage steps; wages {gap:.0e} apart"
        yield Row(f"solve {name}", shown(ours), shown(theirs), f"{theirs / ours:,.0f} x", note)
    else:
        yield Row(f"solve {name}", shown(ours), "skipped", "", note)
    labelled = seconds(lambda: solve_counterfactual(world, shock), runs=9)
    note = "solve_counterfactual: all results, labels, checks, provenance"
    yield Row("  with labels", shown(labelled), shown(ours), f"{labelled / ours:.1f} solves", note)
    country = world.countries[0]
    gradient = seconds(
        lambda: result.gradient(of="real_income", country=country, wrt="tariff"), runs=9
    )
    note = f"goal 1.8 solves; {world.tariff.size:,} derivatives by one adjoint"
    ratio = f"{gradient / ours:.1f} solves"
    yield Row("  gradient, all tariffs", shown(gradient), shown(ours), ratio, note)


def bare_solve(world: World, shock: Shock, horizon: str = "long") -> Callable[[], Solution]:
    """Return a call of the array engine without labels, as a game or a sweep makes it."""
    from upperhand.equilibrium.calibrate import calibrate
    from upperhand.equilibrium.horizons import horizon_of
    from upperhand.equilibrium.solve import Options, solve_at

    calibration = calibrate(world, horizon_of(horizon), scale=False, labour_supply=0.0)
    return lambda: solve_at(calibration, shock, Options(horizon=horizon))


def war(world: World) -> Shock:
    """Return +100 points both ways: between USA and CHN where both exist, else the first two."""
    from dataclasses import replace

    from upperhand.world.shock import no_shock

    if not {"USA", "CHN"} <= set(world.countries):
        return escalation(world, 1.0)
    one, other = world.countries.index("USA"), world.countries.index("CHN")
    added = np.zeros(world.trade.shape)
    added[one, other] = added[other, one] = 1.0
    return replace(no_shock(world), tariff_add=added)


def horizon_rows() -> Iterator[Row]:
    """Time the world with strategic goods at every horizon, and the world as of a day."""
    from upperhand.horizon.as_of import as_of

    world = load_world("icio-2022-strategic")
    shock, size = war(world), f"{len(world.countries)} x {len(world.sectors)}"
    for horizon in ("long", "medium", "short"):
        solve = bare_solve(world, shock, horizon)
        steps = solve().outcome.steps
        ours = seconds(solve, runs=9)
        note = f"goal 15 ms; {steps} iterations"
        yield Row(f"solve {size}, icio-2022-strategic, {horizon}", shown(ours), "", "", note)
    took = seconds(lambda: as_of(world, "2025-10-09"), runs=5)
    yield Row("world as of 9 October 2025", shown(took), "", "", "solve included, warm")


def memory_rows() -> Iterator[Row]:
    """Give the peak memory of a solve at the largest size, measured in a fresh process."""
    peak, ok = child_json(MEMORY.format(*LARGEST))
    matrix = 8 * (LARGEST[0] * LARGEST[1]) ** 2 / 2**20
    yield Row(
        f"memory of a solve {LARGEST[0]} x {LARGEST[1]}" + ("" if ok else " (no equilibrium)"),
        f"{peak / 2**20:.0f} MB",
        f"{matrix:.0f} MB",
        f"{matrix * 2**20 / peak:.1f} x",
        "goal 150 MB above the loaded world; reference: the matrix of the published way alone",
    )
