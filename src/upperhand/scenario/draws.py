"""A scenario over draws: what is not known about it, and its numbers for each draw."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from upperhand.core.errors import NoEquilibriumError, OptionError
from upperhand.measures.base import Measure
from upperhand.measures.labels import labels_of
from upperhand.scenario.read import read_scenario
from upperhand.scenario.run import baseline_world, run_fingerprint, with_options
from upperhand.scenario.schema import Scenario
from upperhand.scenario.settle import settled
from upperhand.scenario.worlds import world_of
from upperhand.uncertainty.draws import Draw
from upperhand.uncertainty.parts import grid_cells
from upperhand.uncertainty.priors import Prior, Priors, alternatives
from upperhand.uncertainty.run import propagate
from upperhand.uncertainty.sources import (
    ELASTICITY,
    elasticity_priors,
    horizon_priors,
    prior_of_assumption,
    published_sets,
)
from upperhand.uncertainty.sweep import Sweep, sweep
from upperhand.uncertainty.swept import query_sweep, read_sweep

if TYPE_CHECKING:
    import pandas as pd

    from upperhand.equilibrium.horizons import Horizon
    from upperhand.results.counterfactual import Counterfactual
    from upperhand.results.ensemble import Ensemble
    from upperhand.scenario.run import Progress
    from upperhand.world.world import World

#: Level of the elasticity set that stands for the world's own ranges.
OWN = "ranges of the world"
CLOSURE, SET = "closure", "set of elasticities"
MEASURE = re.compile(r"^(moves|baseline\.measures)\[(\d+)\]\.(\w+)$")
#: Draws of a run that asks for ranges and gives no number of them.
DRAWS = 256
#: Draws in a file: some seconds of work, which is what a kill costs at most.
PART_SIZE = 32


@dataclass(frozen=True)
class ScenarioTask:
    """The numbers of a scenario for one draw; a worker gets it whole and loads the world itself.

    Attributes:
        scenarios: The scenario at each point of the grid.
        grid: Names of the grid.
        world_fingerprint: Of the world table that the workers must have.
    """

    scenarios: Mapping[tuple[float | str, ...], Scenario]
    grid: tuple[str, ...]
    world_fingerprint: str

    def __call__(self, draw: Draw) -> dict[str, float]:
        """Return per cent of real income by side and horizon, and the gap between the sides.

        Raises:
            NoEquilibriumError: If the baseline or a horizon has no equilibrium.
        """
        scenario = drawn_scenario(self.scenarios[tuple(draw[name] for name in self.grid)], draw)
        table = drawn_world(scenario, draw)
        plain = world_of(scenario.world).fingerprint
        if plain != self.world_fingerprint:
            raise OptionError(
                f"world '{scenario.world}' differs on this machine ({plain}, not "
                f"{self.world_fingerprint}); give every worker the same file"
            )
        world = baseline_world(scenario, table)
        members = scenario.side_members(labels_of(world))
        found: dict[str, float] = {}
        for name in scenario.horizons:
            result = _package(scenario, world, drawn_horizon(name, draw)).require_converged()
            effects = {side: _percent(result, codes) for side, codes in members.items()}
            found |= {quantity(side, name): effect for side, effect in effects.items()}
            if len(effects) == 2:
                one, other = effects
                found[gap(other, one, name)] = effects[other] - effects[one]
        return found


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
    units = units_of(scenario)
    if not workers:
        return propagate(task, priors, draws=draws, seed=seed, units=units, progress=progress)
    with TemporaryDirectory(prefix="upperhand-") as out:
        sweep(
            task, priors, draws=draws, seed=seed, out=out, task_id=task_id, workers=workers,
            part_size=PART_SIZE, units=units, progress=progress,
        )  # fmt: skip
        return read_sweep(out)


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


def query(folder: str | Path, sql: str) -> pd.DataFrame:
    """Return the answer of a query over all draws of a sweep, a view named `draws`."""
    return query_sweep(folder, sql)


def drawn(
    scenario: Scenario,
    *,
    at: Mapping[tuple[float | str, ...], Scenario] | None = None,
    grid: tuple[str, ...] = (),
    models: bool = False,
) -> tuple[ScenarioTask, Priors, str]:
    """Return the task of a scenario, the priors of its draws, and what identifies the task."""
    table = world_of(scenario.world)
    task = ScenarioTask(at or {(): scenario}, grid, table.fingerprint)
    members = (p for p in scenario_priors(scenario, models=models) if p.name not in grid)
    return task, Priors(tuple(members)), run_fingerprint(scenario, table)


def scenario_priors(scenario: Scenario, *, models: bool = False) -> Iterator[Prior]:
    """Yield the priors of everything in a scenario that has a range.

    Examples:
        >>> scenario = read_scenario("october-2025")
        >>> names = [prior.name for prior in scenario_priors(scenario)]
        >>> "moves[1].add_pp" in names, "materials (short)" in names
        (True, True)
    """
    table = with_options(world_of(scenario.world), scenario.options)
    given = {f"{ELASTICITY} ({sector})" for sector in scenario.options.elasticities}
    yield from (prior for prior in elasticity_priors(table) if prior.name not in given)
    yield from horizon_priors(scenario.horizons)
    for path, measure in _measures(scenario):
        yield from _measure_priors(path, measure)
    if models:
        yield from _model_priors(scenario, table)


def drawn_scenario(scenario: Scenario, draw: Draw) -> Scenario:
    """Return the scenario with the numbers of a draw in its measures, and its closure."""
    moves: list[Measure] = list(scenario.moves)
    base: list[Measure] = list(scenario.baseline.measures)
    for name, value in draw.items():
        found = MEASURE.match(name)
        if found and isinstance(value, float):
            where = moves if found[1] == "moves" else base
            where[int(found[2])] = _with(where[int(found[2])], found[3], value)
    update: dict[str, Any] = {"moves": tuple(moves)}
    if base:
        update["baseline"] = scenario.baseline.model_copy(update={"measures": tuple(base)})
    if CLOSURE in draw:
        update["closure"] = draw[CLOSURE]
    return scenario.model_copy(update=update)


def drawn_world(scenario: Scenario, draw: Draw) -> World:
    """Return the world table with the trade elasticities of a draw."""
    from upperhand.world.icio_card import MOST_SCALE
    from upperhand.world.load import with_elasticities

    table = with_options(world_of(scenario.world), scenario.options)
    if draw.get(SET, OWN) != OWN:
        return with_elasticities(table, str(draw[SET]))
    theta = table.trade_elasticity.copy()
    for k, sector in enumerate(table.sectors):
        theta[k] = draw.get(f"{ELASTICITY} ({sector})", theta[k])
    low = np.minimum(table.elasticity_range[:, 0], theta)
    high = np.maximum(table.elasticity_range[:, 1], theta)
    return replace(
        table,
        trade_elasticity=theta,
        elasticity_range=np.stack([low, high], axis=1),
        scale_elasticity=np.minimum(table.scale_elasticity, MOST_SCALE / theta),
    )


def drawn_horizon(name: str, draw: Draw) -> Horizon:
    """Return a horizon with the numbers of a draw.

    Examples:
        >>> drawn_horizon("short", {"materials (short)": 0.3}).materials
        0.3
    """
    from upperhand.equilibrium.horizons import HORIZONS, RANGES

    numbers: dict[str, Any] = {
        field: draw[f"{field} ({name})"] for field in RANGES if f"{field} ({name})" in draw
    }
    return replace(HORIZONS[name], **numbers)


def quantity(side: str, horizon: str) -> str:
    """Return the name of a side's effect.

    Examples:
        >>> quantity("CHN", "long")
        'real income of CHN, long'
    """
    return f"real income of {side}, {horizon}"


def gap(one: str, other: str, horizon: str) -> str:
    """Return the name of the gap: positive where the first side does better than the second.

    Examples:
        >>> gap("CHN", "USA", "long")
        'real income of CHN less USA, long'
    """
    return f"real income of {one} less {other}, {horizon}"


def units_of(scenario: Scenario) -> dict[str, str]:
    """Return the unit of every quantity of a scenario."""
    sides = scenario.side_codes
    found = {quantity(side, h): "per cent" for h in scenario.horizons for side in sides}
    if len(sides) == 2:
        found |= {gap(sides[1], sides[0], h): "points" for h in scenario.horizons}
    return found


def default_workers(draws: int) -> int:
    """Return how many processes so many draws deserve; starting one costs seconds.

    Without pyarrow it is none: the parts that processes make are Parquet.
    """
    if find_spec("pyarrow") is None:
        return 0
    return min(os.cpu_count() or 1, -(-draws // PART_SIZE))


def _package(scenario: Scenario, world: World, horizon: Horizon) -> Counterfactual:
    from upperhand.equilibrium import solve_counterfactual

    def solve(start: World, measures: list[Measure], **options: Any) -> Counterfactual:
        return solve_counterfactual(
            start,
            measures,
            closure=scenario.closure,
            horizon=horizon,
            scale=scenario.options.scale,
            labour_supply=scenario.options.labour_supply,
            **options,
        )

    moves = [settled(move, world, horizon.name, solve) for move in scenario.moves]
    return solve(world, moves)


def _percent(result: Counterfactual, codes: tuple[str, ...]) -> float:
    """Return the change of real income of a side, per cent; of several countries by income."""
    if len(codes) == 1:
        return 100 * (float(result.real_income_change.sel(country=codes[0])) - 1)
    inside = {"country": list(codes)}
    money = float(result.equivalent_variation.sel(inside).sum())
    income = float(result["baseline_income"].sel(inside).sum())
    if not income > 0:
        raise NoEquilibriumError(f"{', '.join(codes)}: no income at the baseline")
    return 100 * money / income


def _measures(scenario: Scenario) -> Iterator[tuple[str, Measure]]:
    for i, measure in enumerate(scenario.baseline.measures):
        yield f"baseline.measures[{i}]", measure
    for i, measure in enumerate(scenario.moves):
        yield f"moves[{i}]", measure


def _measure_priors(path: str, measure: Measure) -> Iterator[Prior]:
    """Yield a prior for each assumed field; numbers of a published list keep their values."""
    fields = type(measure).model_fields
    for row in measure.assumptions():
        field = str(row["name"]).removeprefix(f"{measure.title()}: ")
        if field in fields and float(row["low"]) < float(row["high"]):
            yield prior_of_assumption(row, name=f"{path}.{field}", group="strength of measures")


def _with(measure: Measure, field: str, value: float) -> Measure:
    """Return the measure with a drawn strength; strengths by sector move in proportion."""
    before = getattr(measure, field)
    if isinstance(before, dict):
        mean = float(np.mean(list(before.values())))
        scaled = {key: number * value / mean if mean else value for key, number in before.items()}
        return measure.model_copy(update={field: scaled})
    return measure.model_copy(update={field: value})


def _model_priors(scenario: Scenario, table: World) -> Iterator[Prior]:
    closures = dict.fromkeys([scenario.closure, "fixed", "share"])
    yield alternatives(
        CLOSURE,
        closures,
        source="imbalances in money or as a share of income; both are in use",
    )
    options = scenario.options
    sets = list(published_sets(table.card.get("elasticities", {}), len(table.sectors)))
    if (
        sets
        and not options.elasticity_set
        and not options.elasticities
        and options.elasticity_factor == 1
    ):
        weights = [0.5, *[0.5 / len(sets)] * len(sets)]
        source = "half: each sector in its range; half: one published set for all sectors"
        yield alternatives(SET, [OWN, *sets], weights=weights, source=source)
