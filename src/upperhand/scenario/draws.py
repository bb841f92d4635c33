"""A scenario over draws: what is not known about it, and its numbers for each draw."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from upperhand.scenario.draw_ready import Keyed, ready
from upperhand.scenario.draw_talks import measure_name, talks_plan
from upperhand.scenario.draw_task import ScenarioTask, gap, money, quantity
from upperhand.scenario.priors import priors_of, scenario_priors
from upperhand.scenario.read import read_scenario
from upperhand.scenario.run import run_fingerprint
from upperhand.scenario.schema import Scenario
from upperhand.scenario.worlds import world_of
from upperhand.uncertainty.draws import Draw
from upperhand.uncertainty.parts import grid_cells
from upperhand.uncertainty.priors import Priors
from upperhand.uncertainty.query import MEMORY_MB, SECONDS, query_sweep
from upperhand.uncertainty.run import propagate
from upperhand.uncertainty.sweep import Sweep, sweep
from upperhand.uncertainty.swept import read_sweep

if TYPE_CHECKING:
    import pandas as pd

    from upperhand.results.ensemble import Ensemble
    from upperhand.results.talks import Talks
    from upperhand.scenario.run import Progress

#: Draws of a run that asks for ranges and gives no number of them.
DRAWS = 256
#: Draws in a file: some seconds of work, which is what a kill costs at most.
PART_SIZE = 32
#: Draws of `upperhand run` where the scenario says nothing (docs/decisions/0029-ranges.md).
RUN_DRAWS = 64
#: Draws times numbers of trade below which a process does not pay for its start.
WORTH_A_PROCESS = 1_000_000
#: Equilibria that talks need, about: a menu at each of three horizons and a frontier.
PACKAGES = 600
#: Beginnings of the names of what the talks of a draw give.
OF_TALKS = ("threat-point advantage", "surplus share", "upper hand")


def ranges_of(
    scenario: Scenario | str,
    *,
    draws: int = DRAWS,
    seed: int = 1,
    models: bool = False,
    workers: int = 0,
    progress: Progress | None = None,
) -> Ensemble:
    """Return the numbers of a scenario with ranges: real income of each side by horizon.

    Drawn are the trade elasticities, the speed of adjustment, and every number that a measure marks
    as assumed. Controls that `as_of` takes from the register, and what the talks assume, keep their
    values; so does the speed of adjustment behind the baseline.

    Args:
        scenario: A scenario, the path of a file, or the name of a packaged one.
        draws: How many.
        seed: Same seed, same draws.
        models: Also draw the closure and the published set of elasticities.
        workers: Processes to share the draws, with the extra `parquet`; 0 works in this one.
        progress: Called with (draws done, draws in all, words).

    Examples:
        >>> from upperhand.scenario.read import parse_scenario
        >>> text = '''
        ... title: Ten points
        ... world: toy
        ... horizons: [long]
        ... moves:
        ...   - {kind: tariff, by: USA, against: [CHN], add_pp: 10}
        ... '''
        >>> many = ranges_of(parse_scenario(text), draws=32, seed=1)
        >>> many.range("real income of USA, long").failed
        0
    """
    if not isinstance(scenario, Scenario):
        scenario = read_scenario(scenario)
    task, priors, task_id = drawn(scenario, models=models)
    return _ensemble(
        task, priors, task_id, draws=draws, seed=seed, workers=workers, units=units_of(scenario),
        progress=progress,
    )  # fmt: skip


def _ensemble(
    task: ScenarioTask,
    priors: Priors,
    task_id: str,
    *,
    draws: int,
    seed: int,
    workers: int,
    units: dict[str, str],
    progress: Progress | None,
) -> Ensemble:
    if not workers or find_spec("pyarrow") is None:
        return propagate(task, priors, draws=draws, seed=seed, units=units, progress=progress)
    size = max(1, min(PART_SIZE, draws // (4 * workers)))
    with TemporaryDirectory(prefix="upperhand-") as out:
        sweep(
            task, priors, draws=draws, seed=seed, out=out, task_id=task_id, workers=workers,
            part_size=size, units=units, progress=progress,
        )  # fmt: skip
        return read_sweep(out)


def ranges_of_run(
    scenario: Scenario,
    talks: Talks | None,
    *,
    draws: int,
    seed: int | None = None,
    workers: int = 0,
    progress: Progress | None = None,
) -> Ensemble:
    """Return the headlines of a run over draws, with what each hinges on.

    Besides the sides, every country is in it, and who holds the upper hand where there are talks.

    Args:
        scenario: The scenario of the run.
        talks: Its talks; None where there are none.
        draws: How many.
        seed: Same seed, same draws; that of the scenario by default.
        workers: Processes to share the draws.
        progress: Called with (draws done, draws in all, words).
    """
    task, priors, task_id = drawn(scenario, everybody=True, talks=talks)
    found = _ensemble(
        task, priors, task_id, draws=draws, seed=scenario.seed if seed is None else seed,
        workers=workers, units=units_of(scenario), progress=progress,
    )  # fmt: skip
    words = {row["name"]: row["words"] for row in priors_of(scenario)}
    return with_hinges(replace(found, provenance=found.provenance | {"words": words}))


def with_hinges(found: Ensemble) -> Ensemble:
    """Return the ensemble with what each headline hinges on in its provenance, where draws suffice."""
    from upperhand.scenario.hinges import hinge_rows

    names = [n for n in found.quantities if n in found.units or n.startswith(OF_TALKS)]
    parts = {row["quantity"]: row["parts"] for row in hinge_rows(found, names) if row["parts"]}
    return replace(found, provenance=found.provenance | {"hinges": parts})


def sweep_scenario(
    source: str | Path,
    *,
    out: str | Path,
    draws: int,
    seed: int = 1,
    over: Mapping[str, list[Any]] | None = None,
    changes: Sequence[str] = (),
    models: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    part_size: int = PART_SIZE,
    progress: Progress | None = None,
) -> Sweep:
    """Sweep a scenario over draws, and over a grid of its values; see `uncertainty.sweep.sweep`.

    Args:
        source: Path of a scenario file, or the name of a packaged one.
        out: Folder of the sweep.
        draws: Draws at each point of the grid.
        seed: Same seed, same draws.
        over: Values by path, such as `{"moves[0].add_pp": [0, 50, 100]}`.
        changes: Values to change first, as in `--set`.
        models: Also draw the closure and the published set of elasticities.
        workers: Processes on this machine.
        scheduler: Address of a Dask scheduler.
        part_size: Draws in a file.
        progress: Called with (draws done, draws in all, speed and time left).

    Raises:
        ScenarioError: If the scenario, or a point of the grid, is wrong.
    """
    scenario = read_scenario(source, changes=list(changes))
    cells = grid_cells(over or {})
    at = {
        tuple(cell.values()): read_scenario(
            source, changes=[*changes, *(f"{path}={value}" for path, value in cell.items())]
        )
        for cell in cells
    }
    task, priors, task_id = drawn(scenario, at=at, grid=tuple(over or {}), models=models)
    return sweep(
        task,
        priors,
        draws=draws,
        seed=seed,
        out=out,
        task_id=task_id,
        cells=cells,
        workers=workers,
        scheduler=scheduler,
        part_size=part_size,
        units=units_of(scenario),
        progress=progress,
    )


def read_grid(path: str | Path) -> dict[str, list[Any]]:
    """Read the grid of a sweep: a YAML file of lists by path.

    Raises:
        ScenarioError: If the file is missing, or no YAML mapping.
        OptionError: If a value is no list of numbers and words.
    """
    from upperhand.scenario.yamlfile import parse, read_text

    data = parse(read_text(Path(path)), name=str(path)).data
    grid_cells(data)
    return data


def read_cells(folder: str | Path) -> Iterator[tuple[Draw, Ensemble]]:
    """Yield each point of the grid of a finished sweep with its ensemble."""
    from upperhand.uncertainty.sweep import read_manifest

    for cell, at in enumerate(read_manifest(folder)["cells"]):
        yield at, read_sweep(folder, cell=cell)


def query(
    folder: str | Path, sql: str, *, seconds: float = SECONDS, memory_mb: int = MEMORY_MB
) -> pd.DataFrame:
    """Return the answer of one SELECT over all draws of a sweep, a view named `draws`."""
    return query_sweep(folder, sql, seconds=seconds, memory_mb=memory_mb)


def drawn(
    scenario: Scenario,
    *,
    at: Mapping[tuple[float | str, ...], Scenario] | None = None,
    grid: tuple[str, ...] = (),
    models: bool = False,
    everybody: bool = False,
    talks: Talks | None = None,
) -> tuple[ScenarioTask, Priors, str]:
    """Return the task of a scenario, the priors of its draws, and what identifies the task.

    Args:
        scenario: The scenario.
        at: The scenario at each point of a grid.
        grid: Names of the grid; what is on it is not drawn.
        models: Also draw readings of the model.
        everybody: Also give real income of every country.
        talks: Talks of the scenario: also say who has the upper hand in each draw.
    """
    table = world_of(scenario.world)
    priors = Priors(
        tuple(
            prior
            for prior in scenario_priors(scenario, models=models or scenario.models)
            if prior.name not in grid
        )
    )
    numbers = [prior for prior in priors if not prior.levels]
    ranges = {prior.name: (prior.low, prior.high) for prior in numbers}
    central = {prior.name: prior.value for prior in numbers}
    keyed = {
        point: Keyed(f"{here.fingerprint} {priors.fingerprint}", here, ranges, central)
        for point, here in (at or {(): scenario}).items()
    }
    plan = None
    if talks is not None and not at:
        held = ready(keyed[()])
        plan = talks_plan(scenario, held, held.baseline(central), central, talks)
    task = ScenarioTask(keyed, grid, table.fingerprint, everybody, plan)
    return task, priors, run_fingerprint(scenario, table)


def units_of(scenario: Scenario) -> dict[str, str]:
    """Return the unit of every quantity of a scenario that is not per cent of real income."""
    sides = scenario.side_codes
    found = {money(side, h): "USD bn a year" for h in scenario.horizons for side in sides}
    found |= {quantity(side, h): "per cent" for h in scenario.horizons for side in sides}
    if len(sides) == 2:
        found |= {gap(sides[1], sides[0], h): "points" for h in scenario.horizons}
        found |= {
            measure_name("threat_advantage", side, h): "USD bn a year"
            for h in scenario.horizons
            for side in sides
        }
    return found


def default_workers(draws: int, scenario: Scenario | None = None) -> int:
    """Return how many processes so many draws deserve; starting one costs seconds.

    Without pyarrow it is none: the parts that processes make are Parquet. A small world needs none.
    """
    if find_spec("pyarrow") is None:
        return 0
    if scenario is not None:
        world = world_of(scenario.world)
        if draws * len(world.countries) ** 2 * len(world.sectors) < WORTH_A_PROCESS:
            return 0
    return min(os.cpu_count() or 1, -(-draws // PART_SIZE))


def worth_two_processes(scenario: Scenario) -> bool:
    """Return whether the talks of a scenario are worth a process of their own."""
    world = world_of(scenario.world)
    size = len(world.countries) ** 2 * len(world.sectors)
    return (os.cpu_count() or 1) > 1 and PACKAGES * size > WORTH_A_PROCESS
