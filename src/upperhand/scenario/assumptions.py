"""What a run rests on: assumed numbers with ranges, sources, and the machine that ran it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upperhand.scenario.schema import Scenario
from upperhand.world.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGES = ("numpy", "scipy", "xarray", "pandas", "pydantic", "ruamel.yaml")


def assumptions_of(scenario: Scenario, world: World) -> list[dict[str, Any]]:
    """Return every number that the run rests on, with range, unit, source and status.

    Examples:
        >>> from upperhand.scenario.read import read_scenario
        >>> from upperhand.world.load import load_world
        >>> rows = assumptions_of(read_scenario("october-2025"), load_world("icio-2022"))
        >>> rows[0]["name"], rows[0]["low"], rows[0]["high"], rows[0]["status"]
        ('Chinese matching answer, 100 points on all US goods: add_pp', 0.0, 125.0, 'assumed')
    """
    return [
        *scenario.assumptions(),
        *_options(scenario),
        *_horizons(scenario),
        *_elasticities(scenario, world),
    ]


def sources_of(scenario: Scenario, world: World) -> list[dict[str, Any]]:
    """Return the references of the world, the registers and the scenario, each once."""
    from upperhand.scenario.tables import REGISTERS

    found = [dict(source) for source in world.card.get("sources", ())]
    for name in scenario.baseline.registers:
        found += [dict(source) for source in REGISTERS[name].sources]
    found += [source.model_dump(mode="json") for source in scenario.sources]
    once = {str(source.get("title")): source for source in reversed(found)}
    return list(reversed(once.values()))


def environment(seed: int | None) -> dict[str, Any]:
    """Return versions and platform.

    Examples:
        >>> sorted(environment(None))
        ['packages', 'platform', 'python', 'seed', 'version']
    """
    import platform
    from importlib.metadata import version

    from upperhand._version import __version__

    return {
        "version": __version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": {name: version(name) for name in PACKAGES},
        "seed": seed,
    }


def _options(scenario: Scenario) -> Iterator[dict[str, Any]]:
    options = scenario.options
    yield _row("elasticity of labour supply", options.labour_supply, 0.0, 0.5, "option")
    if options.elasticity_factor != 1:
        yield _row("factor on trade elasticities", options.elasticity_factor, 0.5, 2.0, "option")


def _horizons(scenario: Scenario) -> Iterator[dict[str, Any]]:
    from upperhand.equilibrium.horizons import horizon_assumptions

    wanted = {*scenario.horizons, scenario.baseline.horizon}
    for row in horizon_assumptions():
        named = any(f"({name})" in str(row["name"]) for name in wanted)
        if named and row["low"] != row["high"]:  # the long run is a definition, not a guess
            yield dict(row)


def _elasticities(scenario: Scenario, world: World) -> Iterator[dict[str, Any]]:
    card = world.card.get("elasticities", {})
    source = scenario.options.elasticity_set or card.get("default", f"table of {world.name}")
    pairs = zip(world.trade_elasticity, world.elasticity_range, strict=True)
    for sector, (value, (low, high)) in zip(world.sectors, pairs, strict=True):
        name = f"trade elasticity, long run ({sector})"
        status = "option" if sector in scenario.options.elasticities else "sourced"
        yield _row(name, float(value), float(low), float(high), status, source=str(source))


def _row(
    name: str, value: float, low: float, high: float, status: str, *, source: str = "scenario"
) -> dict[str, Any]:
    return {
        "name": name,
        "value": value,
        "low": low,
        "high": high,
        "unit": "1",
        "source": source,
        "status": status,
    }
