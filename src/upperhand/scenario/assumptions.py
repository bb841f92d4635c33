"""What a run rests on: assumed numbers with ranges, sources, and the machine that ran it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from upperhand.scenario.schema import Scenario
from upperhand.world.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

#: What the register of dated measures rests on; each row names its own source.
REGISTER_SOURCES = (
    {
        "title": "Waugh (2026), trade-war-redux-2025 (commit 726c595)",
        "url": "https://github.com/tradewartracker/trade-war-redux-2025",
        "licence": "MIT, Copyright (c) 2025 tradewartracker",
        "used_for": "new US tariffs by partner and date, duties collected in 2024",
    },
    {
        "title": "Budget Lab at Yale, tariff-rate-tracker (commit 8315fff)",
        "url": "https://github.com/Budget-Lab-Yale/tariff-rate-tracker",
        "licence": "MIT",
        "used_for": "products of the US tariff lists and exemptions",
    },
    {
        "title": "PIIE (Bown), US-China Trade War Tariffs: An Up-to-Date Chart, and its workbook",
        "url": "https://www.piie.com/research/piie-charts/2019/us-china-trade-war-tariffs-date-chart",
        "licence": "cited for single numbers",
        "used_for": "Chinese tariffs by product 2018-19, ordinary Chinese duties",
    },
)
PACKAGES = ("numpy", "scipy", "xarray", "pandas", "pydantic", "ruamel.yaml")


def assumptions_of(
    scenario: Scenario, world: World, *, baseline: World | None = None
) -> list[dict[str, Any]]:
    """Return every number that the run rests on, with range, unit, source and status.

    The baseline adds the strengths of the controls that the register applied.

    Examples:
        >>> from upperhand.scenario.read import read_scenario
        >>> from upperhand.world.load import load_world
        >>> world = load_world("icio-2022-strategic")
        >>> rows = assumptions_of(read_scenario("october-2025"), world)
        >>> rows[0]["name"], rows[0]["low"], rows[0]["high"], rows[0]["status"]
        ('Chinese matching answer, 100 points on all US goods: add_pp', 0.0, 125.0, 'assumed')
    """
    return [
        *scenario.assumptions(),
        *_controls(baseline or world),
        *_options(scenario),
        *_horizons(scenario),
        *_elasticities(scenario, world),
    ]


def sources_of(scenario: Scenario, world: World) -> list[dict[str, Any]]:
    """Return the references of the world, the registers and the scenario, each once."""
    found = [dict(source) for source in world.card.get("sources", ())]
    if scenario.baseline.as_of:
        found += [dict(source) for source in REGISTER_SOURCES]
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

    from upperhand._version import __version__

    return {
        "version": __version__,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "packages": dict(_versions()),
        "seed": seed,
    }


@cache
def _versions() -> dict[str, str]:
    """Return the versions of the packages that numbers rest on; looking them up takes a while."""
    from importlib.metadata import version

    return {name: version(name) for name in PACKAGES}


def _controls(baseline: World) -> Iterator[dict[str, Any]]:
    for control in baseline.card.get("as_of", {}).get("controls", ()):
        name = f"baseline, {control['id']}: share withheld"
        value = (float(control["withheld_pct"]), float(control["low"]), float(control["high"]))
        yield _row(name, *value, "assumed", source="register of measures") | {"unit": "per cent"}


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
        name = f"trade elasticity, long run ({world.sector_names.get(sector, sector)})"
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
