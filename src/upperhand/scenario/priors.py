"""Everything in a scenario that is not known for certain, each with its range and source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from upperhand.core.errors import ScenarioError, raise_faults, unknown
from upperhand.measures.base import Measure
from upperhand.scenario.drawn import (
    BY_SECTOR,
    CLOSURE,
    CONTROL,
    ONE_PATH,
    OWN,
    SET,
    SPEED_PATH,
    measures_of,
)
from upperhand.scenario.run import with_options
from upperhand.scenario.worlds import world_of
from upperhand.uncertainty.priors import Prior, alternatives
from upperhand.uncertainty.sources import (
    ELASTICITY,
    elasticity_priors,
    horizon_priors,
    prior_of_assumption,
    published_sets,
)

if TYPE_CHECKING:
    from upperhand.scenario.schema import PriorChange, Scenario
    from upperhand.world.world import World

#: Range of a side's discount rate, a year: from what a patient state pays for long credit to what an
#: office holder with two years left may use (assumed).
DISCOUNT = (0.02, 0.15)
STRENGTH, CLOCK, CONTROLS = "strength of measures", "clocks", "controls of the register"


def priors_of(scenario: Scenario) -> list[dict[str, Any]]:
    """Return every prior of a scenario as plain data: what a page shows as sliders.

    Each row has `name` (the key of the scenario's section `priors`), `words`, `value`, `low`, `high`,
    `unit`, `source`, `status`, `kind`, `group`; alternatives have `levels` and `weights`.

    Examples:
        >>> from upperhand.scenario.read import read_scenario
        >>> row = next(r for r in priors_of(read_scenario("october-2025")) if "comply" in r["name"])
        >>> row["words"], row["low"], row["value"], row["high"]
        ('Chinese chip ban, AI accelerators from everywhere: comply', 50.0, 80.0, 100.0)
    """
    words = _words(scenario)
    return [
        prior.to_dict() | {"words": words.get(prior.name, prior.name), "group": prior.group}
        for prior in scenario_priors(scenario, models=scenario.models)
    ]


def scenario_priors(scenario: Scenario, *, models: bool = False) -> Iterator[Prior]:
    """Yield the priors of everything in a scenario that has a range, as its section `priors` moves them.

    Raises:
        ScenarioError: If the section names what has no range.

    Examples:
        >>> from upperhand.scenario.read import read_scenario
        >>> scenario = read_scenario("october-2025")
        >>> names = [prior.name for prior in scenario_priors(scenario)]
        >>> "moves[1].add_pp" in names, "materials (short)" in names
        (True, True)
    """
    found = list(_plain_priors(scenario, models=models))
    known = [prior.name for prior in found if not prior.levels]
    faults = [
        f"priors.{name}: " + unknown("number with a range", name, known)
        for name in scenario.priors
        if name not in known
    ]
    raise_faults(ScenarioError, faults, what=scenario.name or "scenario")
    yield from (_moved(prior, scenario.priors.get(prior.name)) for prior in found)


def moved_numbers(scenario: Scenario) -> dict[str, float | str]:
    """Return the numbers that the section `priors` of a scenario sets to another value.

    Examples:
        >>> from upperhand.scenario.read import parse_scenario
        >>> text = '''
        ... title: A point less certain
        ... world: toy
        ... moves: [{kind: tariff, by: USA, against: CHN, add_pp: 1}]
        ... priors: {materials (short): {value: 0.3}}
        ... '''
        >>> moved_numbers(parse_scenario(text))
        {'materials (short)': 0.3}
    """
    if not scenario.priors:
        return {}
    return {
        prior.name: prior.value
        for prior in scenario_priors(scenario)
        if prior.name in scenario.priors
    }


def _moved(prior: Prior, change: PriorChange | None) -> Prior:
    if change is None:
        return prior
    value = prior.value if change.value is None else change.value
    low = min(prior.low, value) if change.low is None else change.low
    high = max(prior.high, value) if change.high is None else change.high
    source = f"scenario; before: {prior.source}"
    value = min(max(value, low), high)
    return replace(prior, value=value, low=low, high=high, source=source, origin="")


def _plain_priors(scenario: Scenario, *, models: bool) -> Iterator[Prior]:
    table = with_options(world_of(scenario.world), scenario.options)
    given = {f"{ELASTICITY} ({sector})" for sector in scenario.options.elasticities}
    yield from (prior for prior in elasticity_priors(table) if prior.name not in given)
    yield from horizon_priors(_horizons(scenario))
    for path, measure in measures_of(scenario):
        yield from _measure_priors(path, measure)
    yield from _control_priors(scenario, table)
    yield from _clock_priors(scenario)
    if models:
        yield from _model_priors(scenario, table)


def _horizons(scenario: Scenario) -> tuple[str, ...]:
    """Return the horizons of a scenario, and that at which its baseline has worked."""
    base = (scenario.baseline.horizon,) if _based(scenario) else ()
    return tuple(dict.fromkeys([*scenario.horizons, *base]))


def _based(scenario: Scenario) -> bool:
    return bool(scenario.baseline.as_of or scenario.baseline.measures)


def _measure_priors(path: str, measure: Measure) -> Iterator[Prior]:
    """Yield a prior for each assumed field; numbers of a published list keep their values."""
    fields = type(measure).model_fields
    for row in measure.assumptions():
        field = str(row["name"]).removeprefix(f"{measure.title()}: ")
        if field in fields and float(row["low"]) < float(row["high"]):
            yield prior_of_assumption(row, name=f"{path}.{field}", group=STRENGTH)


def _control_priors(scenario: Scenario, table: World) -> Iterator[Prior]:
    """Yield a prior for the share that each control in force on the baseline's day withholds."""
    base = scenario.baseline
    if not base.as_of or not base.controls:
        return
    from upperhand.horizon.as_of import prepared

    ready = prepared(table, base.as_of, weights=base.weights, after_horizon=base.after_horizon)
    for entry in ready.controls.applied:
        if entry.rate is not None and entry.low is not None and entry.high is not None:
            row = {
                "name": f"{CONTROL} ({entry.id})",
                "value": entry.rate,
                "low": entry.low,
                "high": entry.high,
                "unit": "per cent",
                "source": entry.source,
                "status": "assumed",
            }
            yield prior_of_assumption(row, group=CONTROLS)


def _clock_priors(scenario: Scenario) -> Iterator[Prior]:
    """Yield priors of discount rates and political events of both sides."""
    if scenario.talks is None:
        return
    for side, clock in scenario.talks.rates.items():
        row = {
            "name": f"talks.rates.{side}.discount_rate",
            "value": clock.discount_rate,
            "low": DISCOUNT[0],
            "high": DISCOUNT[1],
            "unit": "1 a year",
            "source": "from a patient state's long credit to an office holder's last two years",
            "status": "assumed",
        }
        yield prior_of_assumption(row, group=CLOCK)
        for i, hazard in enumerate(clock.hazards):
            if hazard.assumed is not None and hazard.assumed[0] < hazard.assumed[1]:
                row = {
                    "name": f"talks.rates.{side}.hazards[{i}].per_year",
                    "value": hazard.per_year,
                    "low": hazard.assumed[0],
                    "high": hazard.assumed[1],
                    "unit": "1 a year",
                    "source": hazard.source,
                    "status": "assumed",
                }
                yield prior_of_assumption(row, group=CLOCK)


def _model_priors(scenario: Scenario, table: World) -> Iterator[Prior]:
    closures = dict.fromkeys([scenario.closure, "fixed", "share"])
    yield alternatives(
        CLOSURE,
        closures,
        source="imbalances in money or as a share of income; both are in use",
    )
    yield alternatives(
        SPEED_PATH,
        [BY_SECTOR, ONE_PATH],
        source="sectors adjust at speeds of their own (judgement), or as trade at large does "
        "(Boehm, Levchenko and Pandalai-Nayar 2023)",
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


def _words(scenario: Scenario) -> dict[str, str]:
    """Return what each number of a scenario is, in words a reader knows."""
    table = world_of(scenario.world)
    found = {
        f"{ELASTICITY} ({code})": f"trade elasticity, {table.sector_names.get(code, code)}"
        for code in table.sectors
    }
    for path, measure in measures_of(scenario):
        for field in type(measure).model_fields:
            plain = field.removesuffix("_pct").replace("add_pp", "points added").replace("_", " ")
            found[f"{path}.{field}"] = f"{measure.title()}: {plain}"
    if scenario.talks is not None:
        for side, clock in scenario.talks.rates.items():
            found[f"talks.rates.{side}.discount_rate"] = f"{side}: discount rate"
            for i, hazard in enumerate(clock.hazards):
                found[f"talks.rates.{side}.hazards[{i}].per_year"] = f"{side}: {hazard.name}"
    speeds = {
        "elasticity_ratio": "trade response over its long-run value",
        "specific_share": "income of factors tied to their sector",
        "value_added": "substitution between labour and materials",
        "materials": "substitution between inputs",
        "final": "substitution between goods in demand",
    }
    for horizon in ("short", "medium", "long"):
        also = " and baseline" if _based(scenario) and horizon == scenario.baseline.horizon else ""
        found |= {
            f"{f} ({horizon})": f"{words}, {horizon} run{also}" for f, words in speeds.items()
        }
    return found
