"""Numbers of a run by path: what a claim about the model may name.

| path | number | unit |
|---|---|---|
| `headline/percent/SIDE` | change of the side's real income, package | per cent |
| `headline/usd_million/SIDE` | the same as equivalent variation | USD million a year |
| `headline/pain_ratio` | loss of the second side over that of the first | 1 |
| `leverage/KEY/SIDE` | one of the seven measures of leverage | as the measure |
| `leverage/favours/KEY/SIDE` | 1 where the measure favours the side | 0 or 1 |
| `leverage/holder/SIDE` | 1 where the side has the upper hand | 0 or 1 |
| `ceiling/FIELD/SIDE` | how far the side's tariff threat pays | as the field |
| `case/KEY/VARIABLE/COUNTRY[/SECTOR]` | any variable of a case; changes in per cent | as the variable |
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from upperhand.core.errors import RecordError, unknown
from upperhand.core.variables import register
from upperhand.measures.labels import Labels
from upperhand.scenario.schema import Scenario

if TYPE_CHECKING:
    from upperhand.results.run import Run

HEADLINE = {"percent": "per cent", "usd_million": "USD million", "pain_ratio": "1"}
LEVERAGE = {
    "pain_ratio": "1",
    "credible_ceiling": "percentage points",
    "structural_power": "log points",
    "threat_advantage": "USD bn a year",
    "surplus_share": "1",
    "clock": "years",
    "escalation": "rung",
}
CEILING = {
    "threat_pp": "percentage points",
    "best_pp": "percentage points",
    "best_gain_pct": "per cent",
    "break_even_pp": "percentage points",
    "cost_at_threat_pct": "per cent",
    "needed_harm_weight": "1",
}
FAMILIES = ("headline", "leverage", "ceiling", "case")


def needs_talks(path: str) -> bool:
    """Say whether a quantity needs war, threats and deals, which take longest to compute.

    Examples:
        >>> needs_talks("leverage/holder/CHN"), needs_talks("headline/percent/CHN")
        (True, False)
    """
    return path.split("/", maxsplit=1)[0] in ("leverage", "ceiling")


def unit_of(path: str) -> str:
    """Return the unit of a quantity.

    Examples:
        >>> unit_of("case/package/real_income_change/USA"), unit_of("leverage/holder/CHN")
        ('per cent', '(1 yes, 0 no)')
    """
    family, *parts = path.split("/")
    if family == "headline":
        return HEADLINE[parts[0]]
    if family == "ceiling":
        return CEILING[parts[0]]
    if family == "leverage":
        return LEVERAGE.get(parts[0], "(1 yes, 0 no)")
    return "per cent" if parts[1].endswith("_change") else register()[parts[1]].unit


def read_quantity(run: Run, path: str, horizon: str) -> float | None:
    """Return a number of a run at a horizon; None where the run has none to give.

    There is none, for example, for the pain ratio of a side that gains, or where the case has no
    equilibrium.

    Args:
        run: A run.
        path: A path that `path_fault` accepts.
        horizon: `short`, `medium` or `long`.
    """
    family, *parts = path.split("/")
    found = {"headline": _headline, "leverage": _leverage, "ceiling": _ceiling, "case": _case}[
        family
    ](run, parts, horizon)
    return found if found is not None and math.isfinite(found) else None


def _headline(run: Run, parts: Sequence[str], horizon: str) -> float | None:
    found = run.headline(horizon)
    if parts[0] == "pain_ratio":
        return found.pain_ratio
    return next((float(getattr(e, parts[0])) for e in found.sides if e.code == parts[1]), None)


def _leverage(run: Run, parts: Sequence[str], horizon: str) -> float | None:
    if run.talks is None:
        return None
    try:
        found = run.talks.leverage_at(horizon)
    except RecordError:
        return None
    if parts[0] == "holder":
        return float(found.holder == parts[1])
    key = parts[1] if parts[0] == "favours" else parts[0]
    row = next((row for row in found.rows if row.key == key), None)
    if row is None:
        return None
    if parts[0] == "favours":
        return None if row.favours is None else float(row.favours == parts[2])
    return row.values[run.talks.sides.index(parts[1])]


def _ceiling(run: Run, parts: Sequence[str], horizon: str) -> float | None:
    rows = run.talks.ceilings if run.talks is not None else ()
    row = next((r for r in rows if (r.side, r.horizon) == (parts[1], horizon)), None)
    value = getattr(row, parts[0]) if row is not None else None
    return None if value is None else float(value)


def _case(run: Run, parts: Sequence[str], horizon: str) -> float | None:
    key, name, country, *sector = parts
    result = run.case(key, horizon).counterfactual
    if not result.outcome.ok or name not in result.data:
        return None
    array = result.data[name].sel(country=country)
    value = float(array.sel(sector=sector[0]) if sector else array)
    return 100.0 * (value - 1.0) if name.endswith("_change") else value


def path_fault(path: str, scenario: Scenario, labels: Labels) -> str | None:
    """Return what is wrong with the path of a quantity, or None.

    Examples:
        >>> from upperhand.scenario.read import read_scenario
        >>> from upperhand.scenario.worlds import world_of
        >>> from upperhand.measures.labels import labels_of
        >>> scenario = read_scenario("october-2025")
        >>> labels = labels_of(world_of(scenario.world))
        >>> path_fault("headline/percent/CHN", scenario, labels)
        >>> path_fault("headline/procent/CHN", scenario, labels)
        "unknown quantity 'procent'; did you mean 'percent'? (allowed: percent, usd_million, ...)"
    """
    family, *parts = path.split("/")
    sides = list(scenario.side_codes)
    if family == "headline":
        known = _known("quantity", parts[:1], list(HEADLINE))
        return known or _rest(
            path, parts[1:], [] if parts[0] == "pain_ratio" else [("side", sides)]
        )
    if family == "leverage":
        heads = [*LEVERAGE, "favours", "holder"]
        middle = [("measure", list(LEVERAGE))] if parts[:1] == ["favours"] else []
        fault = _known("measure of leverage", parts[:1], heads)
        return fault or _rest(path, parts[1:], [*middle, ("side", sides)]) or _no_talks(scenario)
    if family == "ceiling":
        fault = _known("field of a ceiling", parts[:1], list(CEILING))
        return fault or _rest(path, parts[1:], [("side", sides)]) or _no_talks(scenario)
    if family == "case":
        return _case_fault(path, parts, scenario, labels)
    return unknown("quantity", family, FAMILIES)


def _case_fault(path: str, parts: Sequence[str], scenario: Scenario, labels: Labels) -> str | None:
    keys = [
        "package",
        *(f"side:{side}" for side in scenario.side_codes),
        *(f"move:{i}" for i in range(len(scenario.moves))),
    ]
    allowed = [n for n, v in register().items() if v.dims in (("country",), ("country", "sector"))]
    fault = _known("case", parts[:1], keys) or _known("variable", parts[1:2], allowed)
    if fault:
        return fault
    more = [("country", list(labels.countries))]
    if "sector" in register()[parts[1]].dims:
        more.append(("sector", list(labels.sectors)))
    return _rest(path, parts[2:], more)


def _known(kind: str, given: Sequence[str], allowed: Sequence[str]) -> str | None:
    if not given:
        return f"the {kind} is missing; allowed: {', '.join(allowed)}"
    return None if given[0] in allowed else unknown(kind, given[0], allowed)


def _rest(
    path: str, given: Sequence[str], wanted: Sequence[tuple[str, Sequence[str]]]
) -> str | None:
    if len(given) != len(wanted):
        names = "/".join(kind.upper() for kind, _ in wanted) or "nothing more"
        return f"'{path}' has too {_many(given, wanted)} parts; it ends with {names}"
    for name, (kind, allowed) in zip(given, wanted, strict=True):
        if name not in allowed:
            return unknown(kind, name, allowed)
    return None


def _many(given: Sequence[str], wanted: Sequence[object]) -> str:
    return "many" if len(given) > len(wanted) else "few"


def _no_talks(scenario: Scenario) -> str | None:
    from upperhand.scenario.talks import has_two_sides

    if has_two_sides(scenario):
        return None
    return "leverage needs a move of both sides; this scenario has one side that moves"
