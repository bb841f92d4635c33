"""Payloads of the instant answer: numbers first, then charts and tables, from the same `Run`.

Nothing here computes: numbers come from `Run`, words and shapes from `report`, as on the command
line and in the report.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from upperhand.core.fingerprint import fingerprint
from upperhand.web.problems import refuse

if TYPE_CHECKING:
    from upperhand.report.brief import Number
    from upperhand.report.charts import Chart
    from upperhand.report.table import Table
    from upperhand.results import Run
    from upperhand.results.run import Headline
    from upperhand.scenario import Scenario

MOST_RUNS = 6
#: Section of the page for each chart and table; others stand under their own name.
SECTION = {
    "headline": "horizons",
    "reasons": "leverage",
    "leverage_reasons": "leverage",
    "leverage_sectors": "leverage",
    "deal": "bargaining",
    "compared": "bargaining",
    "agreements": "bargaining",
    "replies": "ceilings",
    "parameters": "assumptions",
}


class Runs:
    """The last runs of a worker, so that charts follow numbers without a second solve."""

    def __init__(self, most: int = MOST_RUNS) -> None:
        self.most = most
        self.kept: OrderedDict[str, Run] = OrderedDict()

    def of(self, scenario: Scenario, *, decompose: bool) -> Run:
        """Return the run of the package at the scenario's horizons, solved or kept."""
        from upperhand.scenario.run import run_scenario

        key = fingerprint([scenario.fingerprint, list(scenario.horizons), decompose])
        if key not in self.kept:
            self.kept[key] = run_scenario(
                scenario, cases=["package"], decompose=decompose, with_talks=False
            )
        self.kept.move_to_end(key)
        while len(self.kept) > self.most:
            self.kept.popitem(last=False)
        return self.kept[key]


def scenario_in(data: Any) -> Scenario:
    """Return the scenario of a request; only packaged and uploaded worlds, no paths.

    Raises:
        ProblemError: If the world is not one that is served here.
        ScenarioError: If the scenario is wrong, with every fault by its field.
    """
    from upperhand.scenario import scenario_from
    from upperhand.scenario.schema import Scenario
    from upperhand.scenario.worlds import world_names

    if not isinstance(data, dict):
        raise refuse(422, "got no scenario; send an object with `title` and `moves`")
    world = data.get("world", Scenario.model_fields["world"].default)
    if not isinstance(world, str) or world not in (*world_names(), *uploaded_worlds()):
        raise refuse(422, f"unknown world; allowed: {', '.join(world_names())}", path="world")
    return scenario_from(data)


def uploaded_worlds() -> tuple[str, ...]:
    """Return the names of worlds that users uploaded to this server."""
    from upperhand.scenario.worlds import own_names

    return own_names()


def without_draws(scenario: Scenario) -> Scenario:
    """Return the scenario for a single solve: ranges come from a job."""
    drawn = {"draws": 0} if "draws" in type(scenario).model_fields else {}
    return scenario.model_copy(update=drawn) if drawn else scenario


def at(scenario: Scenario, horizon: str | None) -> Scenario:
    """Return the scenario at one of its horizons, or at all."""
    plain = without_draws(scenario)
    if horizon is None:
        return plain
    if horizon not in scenario.horizons:
        shown = ", ".join(scenario.horizons)
        raise refuse(422, f"got {horizon}; allowed: {shown}", path="horizon")
    return plain.model_copy(update={"horizons": (horizon,)})


def fingerprint_of(scenario: Scenario) -> str:
    """Return the fingerprint of the run of a scenario, the same as on the command line."""
    from upperhand.scenario.run import run_fingerprint
    from upperhand.scenario.worlds import world_of

    return run_fingerprint(scenario, world_of(scenario.world))


def answer(runs: Runs, payload: dict[str, Any]) -> dict[str, Any]:
    """Return the instant answer: sentence and numbers by horizon."""
    start = time.perf_counter()
    scenario = scenario_in(payload.get("scenario"))
    run = runs.of(at(scenario, payload.get("horizon")), decompose=False)
    found = summary(run) | {"fingerprint": fingerprint_of(scenario)}
    return found | {"elapsed_ms": round(1e3 * (time.perf_counter() - start), 1)}


def summary(run: Run) -> dict[str, Any]:
    """Return sentence, numbers, outcomes and headline of a run, as plain data."""
    from upperhand.report.brief import answer as sentence
    from upperhand.report.talks_words import upper_hand

    return {
        "fingerprint": run.fingerprint,
        "title": run.title,
        "baseline": run.baseline,
        "ok": run.ok,
        "sentence": sentence(run),
        "upper_hand": [list(pair) for pair in upper_hand(run)],
        "sides": [{"code": code, "name": run.name_of(code)} for code in run.sides],
        "numbers": numbers(run),
        "outcomes": [
            {
                "case": case.key,
                "horizon": case.horizon,
                "ok": case.counterfactual.outcome.ok,
                "sentence": case.counterfactual.outcome.sentence(),
            }
            for case in run.cases
        ],
        "headline": {h: asdict(run.headline(h)) for h in run.horizons},
    }


def numbers(run: Run) -> list[dict[str, Any]]:
    """Return the four numbers in words as the report prints them, each with its values."""
    from upperhand.report.brief import four_numbers

    heads = {h: run.headline(h) for h in run.horizons}
    keys = [*(f"side:{code}" for code in run.sides), "pain_ratio", "gainer", "loser"]
    pairs = zip(keys, four_numbers(run), strict=False)
    ranges = ranges_by_place(run)
    return [_number(key, number, heads, ranges) for key, number in pairs]


def ranges_by_place(run: Run) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the range of each headline by (key, horizon); empty without draws."""
    if getattr(run, "ranges", None) is None:
        return {}
    from upperhand.results.ranges import range_rows

    found = {}
    for row in range_rows(run):
        for code in run.sides:
            if row["quantity"] == f"real income of {code}, {row['horizon']}":
                found[f"side:{code}", str(row["horizon"])] = dict(row)
    return found


def _number(
    key: str,
    number: Number,
    heads: dict[str, Headline],
    ranges: dict[tuple[str, str], dict[str, Any]],
) -> dict[str, Any]:
    cells = []
    for horizon, text in number.by_horizon:
        spread = ranges.get((key, horizon), {})
        value, usd = _value(key, heads[horizon])
        cells.append(
            {
                "horizon": horizon,
                "text": text,
                "value": value,
                "low": spread.get("low_80"),
                "high": spread.get("high_80"),
                "unit": "1" if key == "pain_ratio" else "per cent",
                "usd_million": usd,
            }
        )
    return {"key": key, "title": number.title, "value": number.value, "note": number.note,
            "by_horizon": cells}  # fmt: skip


def _value(key: str, head: Headline) -> tuple[float | None, float | None]:
    if key == "pain_ratio":
        return head.pain_ratio, None
    if key.startswith("side:"):
        effect = next(e for e in head.sides if f"side:{e.code}" == key)
        return effect.percent, effect.usd_million
    third = head.gainer if key == "gainer" else head.loser
    return (third.percent, third.usd_million) if third is not None else (None, None)


def sections(runs: Runs, payload: dict[str, Any]) -> dict[str, Any]:
    """Return charts and tables of the instant answer."""
    scenario = scenario_in(payload.get("scenario"))
    run = runs.of(at(scenario, payload.get("horizon")), decompose=False)
    variable = payload.get("variable") or "real_income_change"
    return {
        "fingerprint": fingerprint_of(scenario),
        "ok": run.ok,
        "charts": charts(run, payload.get("width", 860), variable=variable),
        "tables": tables(run),
    }


def charts(run: Run, width: int, *, variable: str = "real_income_change") -> list[dict[str, Any]]:
    """Return every chart of a run with its specification in the light colours."""
    from upperhand.report.charts import all_charts, world_map

    drawn = (world_map(run, variable) if c.key == "map" else c for c in all_charts(run))
    return [chart_data(chart, width) for chart in drawn]


def chart_data(chart: Chart, width: int) -> dict[str, Any]:
    """Return one chart as the page takes it: no theme and no shapes, which it has already."""
    from upperhand.report.charts.world_map import WORLD

    spec = chart.spec(width, titled=False)
    spec.pop("config", None)
    kept = {name: rows for name, rows in spec.get("datasets", {}).items() if name != WORLD}
    spec |= {"datasets": kept}
    return {
        "id": chart.key,
        "section": SECTION.get(chart.key, chart.key),
        "title": chart.title,
        "subtitle": chart.subtitle,
        "source": chart.source,
        "alt": chart.alt,
        "legend": [list(pair) for pair in chart.legend],
        "spec": spec,
    }


def tables(run: Run) -> list[dict[str, Any]]:
    """Return every table of a run as printed in the report."""
    from upperhand.report.tables import all_tables

    return [table_data(table) for table in all_tables(run)]


def table_data(table: Table) -> dict[str, Any]:
    """Return one table: titles, units and cells as printed."""
    return {
        "id": table.key,
        "section": SECTION.get(table.key, table.key),
        "title": table.title,
        "unit": table.unit,
        "columns": [str(column) for column in table.frame.columns],
        "kinds": table.kinds(),
        "rows": table.rows(),
        "note": table.note,
        "source": table.source,
    }
