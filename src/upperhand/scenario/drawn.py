"""What the numbers of a draw, or numbers that a scenario moves, change in a scenario."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from upperhand.measures.base import Measure
from upperhand.scenario.run import with_options
from upperhand.scenario.worlds import world_of
from upperhand.uncertainty.sources import ELASTICITY

if TYPE_CHECKING:
    from upperhand.equilibrium.horizons import Horizon
    from upperhand.scenario.schema import Scenario
    from upperhand.world.world import World

Numbers = Mapping[str, float | str]
#: Level of the elasticity set that stands for the world's own ranges.
OWN = "ranges of the world"
CLOSURE, SET, SPEED_PATH = "closure", "set of elasticities", "path of adjustment"
BY_SECTOR, ONE_PATH = "sector by sector", "one path for all sectors"
MEASURE = re.compile(r"^(moves|baseline\.measures|talks\.moves|talks\.offers)\[(\d+)\]\.(\w+)$")
RATE = re.compile(r"^talks\.rates\.(.+)\.(discount_rate|hazards\[(\d+)\]\.per_year)$")
CONTROL = "control of the register"
#: Places in a scenario that hold measures.
PLACES = ("baseline.measures", "moves", "talks.moves", "talks.offers")


def measures_at(scenario: Scenario, place: str) -> tuple[Measure, ...]:
    """Return the measures at one of the places."""
    if place == "moves":
        return scenario.moves
    if place == "baseline.measures":
        return scenario.baseline.measures
    if scenario.talks is None:
        return ()
    return scenario.talks.moves if place == "talks.moves" else scenario.talks.offers


def measures_of(scenario: Scenario) -> Iterator[tuple[str, Measure]]:
    """Yield path and measure of everything that a scenario sets or considers."""
    for place in PLACES:
        for i, measure in enumerate(measures_at(scenario, place)):
            yield f"{place}[{i}]", measure


def with_strength(measure: Measure, field: str, value: float) -> Measure:
    """Return the measure with a drawn strength; strengths by sector move in proportion."""
    before = getattr(measure, field)
    if isinstance(before, dict):
        mean = float(np.mean(list(before.values())))
        scaled = {key: number * value / mean if mean else value for key, number in before.items()}
        return measure.model_copy(update={field: scaled})
    return measure.model_copy(update={field: value})


def drawn_scenario(scenario: Scenario, draw: Numbers) -> Scenario:
    """Return the scenario with the numbers of a draw in its measures, its clocks and its closure."""
    held = {place: list(measures_at(scenario, place)) for place in PLACES}
    for name, value in draw.items():
        found = MEASURE.match(name)
        if found and isinstance(value, float):
            where = held[found[1]]
            where[int(found[2])] = with_strength(where[int(found[2])], found[3], value)
    update: dict[str, Any] = {"moves": tuple(held["moves"])}
    if held["baseline.measures"]:
        changed = {"measures": tuple(held["baseline.measures"])}
        update["baseline"] = scenario.baseline.model_copy(update=changed)
    if scenario.talks is not None:
        update["talks"] = scenario.talks.model_copy(
            update={
                "moves": tuple(held["talks.moves"]),
                "offers": tuple(held["talks.offers"]),
                "rates": drawn_rates(scenario, draw),
            }
        )
    if CLOSURE in draw:
        update["closure"] = draw[CLOSURE]
    return scenario.model_copy(update=update)


def drawn_rates(scenario: Scenario, draw: Numbers) -> dict[str, Any]:
    """Return the clocks of both sides with the rates of a draw."""
    clocks = dict(scenario.talks.rates) if scenario.talks is not None else {}
    for name, value in draw.items():
        found = RATE.match(name)
        if not found or found[1] not in clocks:
            continue
        clock = clocks[found[1]]
        if found[3] is None:
            clocks[found[1]] = clock.model_copy(update={"discount_rate": value})
        else:
            hazards = list(clock.hazards)
            at = int(found[3])
            hazards[at] = hazards[at].model_copy(update={"per_year": value})
            clocks[found[1]] = clock.model_copy(update={"hazards": tuple(hazards)})
    return clocks


def drawn_world(scenario: Scenario, draw: Numbers) -> World:
    """Return the world table with the trade elasticities of a draw."""
    from upperhand.world.icio_card import MOST_SCALE
    from upperhand.world.load import with_elasticities

    table = with_options(world_of(scenario.world), scenario.options)
    if draw.get(SPEED_PATH, BY_SECTOR) == ONE_PATH:
        table = replace(table, elasticity_ratio=np.zeros(0))
    if draw.get(SET, OWN) != OWN:
        return with_elasticities(table, str(draw[SET]))
    theta = table.trade_elasticity.copy()
    for k, sector in enumerate(table.sectors):
        theta[k] = draw.get(f"{ELASTICITY} ({sector})", theta[k])
    if np.array_equal(theta, table.trade_elasticity):
        return table
    low = np.minimum(table.elasticity_range[:, 0], theta)
    high = np.maximum(table.elasticity_range[:, 1], theta)
    return replace(
        table,
        trade_elasticity=theta,
        elasticity_range=np.stack([low, high], axis=1),
        scale_elasticity=np.minimum(table.scale_elasticity, MOST_SCALE / theta),
    )


def drawn_horizon(name: str, draw: Numbers) -> Horizon:
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


def drawn_controls(draw: Numbers) -> dict[str, float]:
    """Return the shares that controls of the register withhold in a draw, per cent, by row.

    Examples:
        >>> drawn_controls({"control of the register (cn-ree-2025-04)": 40.0, "x": 1.0})
        {'cn-ree-2025-04': 40.0}
    """
    return {
        name[len(CONTROL) + 2 : -1]: float(value)
        for name, value in draw.items()
        if name.startswith(f"{CONTROL} (")
    }
