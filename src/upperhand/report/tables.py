"""The tables of the report: each chart exists as a table too, with title, units and source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from upperhand.report import range_tables
from upperhand.report import talks_stage as stage
from upperhand.report import talks_tables as talks
from upperhand.report.assumptions import assumptions, parameters
from upperhand.report.incidence import incidence
from upperhand.report.numbers import (
    codes,
    focus,
    main_horizon,
    percent_by_country,
    point,
    sector_names,
    sides,
    source_line,
    spread_by_country,
)
from upperhand.report.table import Table
from upperhand.report.talks_compared import compared
from upperhand.report.words import HORIZON_TITLE

if TYPE_CHECKING:
    import pandas as pd

    from upperhand.results import Case, Run

PART_NAMES = {
    "terms_of_trade": "Terms of trade",
    "volume_of_trade": "Volume of trade",
    "volume": "Volume of trade",
    "revenue": "Revenue",
    "trade_cost": "Trade costs",
    "availability": "Varieties lost or won",
    "productivity": "Productivity",
    "scale": "Scale economies",
    "subsidy": "Subsidies",
    "factor_supply": "Factor supply",
    "transfers": "Transfers",
}
MAIN_FLOWS = 6  # third countries shown for each importer in the table of trade diversion


def all_tables(run: Run) -> tuple[Table, ...]:
    """Return every table of the report, in order; those without any row are left out."""
    makers = (
        headline_table,
        range_tables.ranges,
        range_tables.hinges,
        range_tables.odds,
        changes,
        ranking,
        sectors,
        who_pays,
        welfare,
        diversion,
        alone,
        talks.leverage,
        talks.reasons,
        talks.leverage_sectors,
        talks.ceilings,
        stage.threats,
        stage.signals,
        talks.replies,
        talks.agreements,
        stage.protocols,
        talks.deal,
        stage.lasting,
        compared,
        talks.ladder,
        talks.settlement,
        stage.clocks,
        assumptions,
        parameters,
    )
    tables = (make(run) for make in makers)
    return tuple(table for table in tables if len(table.frame))


def headline_table(run: Run) -> Table:
    """Return the four numbers by horizon."""
    rows = []
    for horizon in run.horizons:
        head = run.headline(horizon)
        row: dict[str, Any] = {"Horizon": HORIZON_TITLE[horizon]}
        for side in head.sides:
            row[f"{side.name}, %"] = side.percent
            row[f"{side.name}, USD bn a year"] = side.usd_million / 1e3
        row["Pain ratio"] = head.pain_ratio if head.pain_ratio is not None else float("nan")
        row["Largest gain elsewhere"] = _effect(head.gainer)
        row["Largest loss elsewhere"] = _effect(head.loser)
        rows.append(row)
    frame = _frame(rows)
    numbers = [c for c in frame.columns if c.endswith((", %", "a year"))]
    return Table(
        "headline",
        "Who loses how much, by horizon",
        "Change of real income from the baseline in per cent; equivalent variation in USD bn a year "
        "at baseline prices; pain ratio: loss of the second side over loss of the first, per cent",
        frame,
        {**{c: 2 if c.endswith("%") else 1 for c in numbers}, "Pain ratio": 2},
        tuple(numbers),
        "No pain ratio is given when a side does not lose.",
        source_line(run),
    )


def changes(run: Run) -> Table:
    """Return what each move changes: old and new rate, and the trade covered."""
    rows = [
        {
            "Side": run.name_of(str(change.get("side", ""))),
            "Move": change.get("label", ""),
            "What changes": str(change.get("wedge", "")),
            "Old, %": change.get("old"),
            "New, %": change.get("new"),
            "Trade covered, USD bn a year": _billion(change.get("trade_usd_million")),
            "From": change.get("from") or "",
            "Remark": "" if change.get("changes", True) else f"changes nothing: {change['note']}",
        }
        for change in run.changes
    ]
    frame = _frame(rows)
    empty = [c for c in ("From", "Remark") if len(frame) and not frame[c].astype(bool).any()]
    return Table(
        "changes",
        "What changes",
        f"Rates in per cent, averages weighted by the flows covered; change from {run.baseline}",
        frame.drop(columns=empty),
        {"Old, %": 1, "New, %": 1, "Trade covered, USD bn a year": 1},
        note="Varieties available: share of the covered goods that buyers can still get.",
        source=source_line(run),
    )


def ranking(run: Run) -> Table:
    """Return every economy by the change of its real income."""
    main = main_horizon(run)
    data = run.case("package", main).counterfactual.data
    names = codes(data)
    columns: dict[str, Any] = {"Code": names, "Economy": [run.name_of(code) for code in names]}
    for horizon in run.horizons:
        spread = spread_by_country(run, "real_income_change", horizon)
        columns[f"Real income, {horizon}, %"] = [s.value for s in spread]
        if any(s.low < s.high for s in spread):
            columns[f"{horizon}, p10, %"] = [s.low for s in spread]
            columns[f"{horizon}, p90, %"] = [s.high for s in spread]
    columns[f"USD bn a year, {main}"] = point(data["equivalent_variation"]) / 1e3
    extra = {
        "real_wage_change": "Real wage",
        "consumer_price_change": "Consumer prices",
        "terms_of_trade_change": "Terms of trade",
        "exports_change": "Exports",
        "imports_change": "Imports",
    }
    for name, title in extra.items():
        if name in data:
            columns[f"{title}, {main}, %"] = percent_by_country(run, name, horizon=main)
    frame = _frame(columns).sort_values(f"Real income, {main}, %", ignore_index=True)
    numbers = [c for c in frame.columns if c not in ("Code", "Economy")]
    digits = {c: 1 if c.startswith("USD") else 2 for c in numbers}
    return Table(
        "ranking",
        "Every economy",
        "Change from the baseline in per cent; prices and trade values in units of world income",
        frame,
        digits,
        tuple(numbers),
        source=source_line(run),
    )


def sectors(run: Run) -> Table:
    """Return output and employment by sector in the economies that matter most."""
    main = main_horizon(run)
    data = run.case("package", main).counterfactual.data
    if "output_change" not in data:
        return _nothing("sectors")
    names, sector_codes = sector_names(run, data), codes(data, "sector")
    parts = []
    for code in focus(run, main):
        one = data.sel(country=code)
        base, change = point(one["baseline_output"]), point(one["output_change"])
        columns: dict[str, Any] = {
            "Economy": [run.name_of(code)] * len(names),
            "Code": sector_codes,
            "Sector": names,
            "Output at baseline, USD bn a year": base / 1e3,
            "Output, %": 100 * (change - 1),
            "Output, USD bn a year": base * (change - 1) / 1e3,
        }
        if "employment_sector_change" in one:
            columns["Employment, %"] = 100 * (point(one["employment_sector_change"]) - 1)
        parts.append(_frame(columns).sort_values("Output, %", ignore_index=True))
    import pandas as pd

    frame = pd.concat(parts, ignore_index=True)
    return Table(
        "sectors",
        "Sectors",
        f"Gross output at constant prices, change from the baseline, {main} horizon",
        frame,
        dict.fromkeys(frame.columns[3:], 1) | {"Output, %": 2, "Employment, %": 2},
        ("Output, %", "Output, USD bn a year", "Employment, %"),
        source=source_line(run),
    )


def who_pays(run: Run) -> Table:
    """Return the share of each tariff increase that exporters and importers bear."""
    main = main_horizon(run)
    rows = [
        {
            "Importer": run.name_of(item.importer),
            "Exporter": run.name_of(item.exporter),
            "Trade covered, USD bn a year": item.trade / 1e3,
            "Tariff before, %": 100 * item.tariff_before,
            "Tariff after, %": 100 * item.tariff_after,
            "Price at the border, %": item.border_price,
            "Price with tariff, %": item.buyer_price,
            "Borne by exporter, %": item.exporter_share,
            "Borne by importer, %": item.importer_share,
        }
        for item in incidence(run, main)
    ]
    frame = _frame(rows)
    digits = dict.fromkeys(frame.columns[2:], 1)
    return Table(
        "who_pays",
        "Who pays the tariffs",
        f"Goods whose tariff changes by a move; {main} horizon; shares of the tariff increase",
        frame,
        digits,
        ("Price at the border, %", "Price with tariff, %"),
        "Exporter's share = - ln(border price, new over old) / ln((1 + new tariff) / (1 + old "
        "tariff)), weighted by baseline trade; the importer bears the rest. Border prices are "
        "measured against the world's income. A share above 100% means that prices overshoot.",
        source_line(run),
    )


def welfare(run: Run) -> Table:
    """Return why real income changes, by cause; the parts add up to the whole."""
    main = main_horizon(run)
    data = run.case("package", main).counterfactual.data
    if "welfare_part" not in data:
        return _nothing("welfare")
    parts = data["welfare_part"].transpose(..., "country", "part")
    values = 100 * point(parts)
    labels = codes(data, "part")
    moving = [i for i in range(len(labels)) if np.nanmax(np.abs(values[:, i]), initial=0) > 1e-9]
    names = codes(data)
    columns: dict[str, Any] = {"Code": names, "Economy": [run.name_of(c) for c in names]}
    for i in moving:
        columns[f"{part_name(labels[i])}, log points"] = values[:, i]
    columns["Sum of the parts, log points"] = values.sum(axis=1)
    columns["Real income, log points"] = 100 * np.log(point(data["real_income_change"]))
    frame = _frame(columns).sort_values("Real income, log points", ignore_index=True)
    numbers = tuple(str(c) for c in frame.columns[2:])
    return Table(
        "welfare",
        "Why real income changes",
        f"Parts of the log change of real income, in log points (nearly per cent), {main} horizon",
        frame,
        dict.fromkeys(numbers, 3),
        numbers,
        "The sum of the parts and the change itself are computed separately; they must agree.",
        source_line(run),
    )


def diversion(run: Run) -> Table:
    """Return how the imports of each side move between suppliers."""
    main = main_horizon(run)
    data = run.case("package", main).counterfactual.data
    if "trade" not in data:
        return _nothing("diversion")
    before = point(data["baseline_trade"].sum("sector", skipna=False)) / 1e3
    after = point(data["trade"].sum("sector", skipna=False)) / 1e3
    names, rows = codes(data), []
    for code, title, members in sides(run):
        inside = [names.index(m) for m in members if m in names]
        targets = {m for other, _, more in sides(run) if other != code for m in more}
        old, new = before[:, inside].sum(axis=1), after[:, inside].sum(axis=1)
        rows += [
            _supplier(title, run.name_of(names[i]), old[i], new[i])
            for i in _main_suppliers(names, new - old, set(members), targets)
        ]
        outside = [i for i, name in enumerate(names) if name not in {*members, *targets}]
        if outside:
            third = old[outside].sum(), new[outside].sum()
            rows.append(_supplier(title, "All third countries", *third))
    return Table(
        "diversion",
        "Trade diversion",
        f"Imports at the border in USD bn a year, {main} horizon, measured against world income",
        _frame(rows),
        {"Baseline": 1, "After": 1, "Change": 1, "Change, %": 1},
        ("Change", "Change, %"),
        f"The other side, the {MAIN_FLOWS} third countries whose sales change most, and all third "
        "countries together.",
        source_line(run),
    )


def alone(run: Run) -> Table:
    """Return what each side's moves do alone, and each move alone; nothing when none was run."""
    if all(case.kind == "package" for case in run.cases):
        return _nothing("alone")
    main = main_horizon(run)
    rows = []
    for case in run.cases_at(main):
        data = case.counterfactual.data
        row: dict[str, Any] = {"Moves": case_label(run, case)}
        for code, title, members in sides(run):
            effect = _side_effect(run, code, members, case.key, main)
            row[f"{title}, %"], row[f"{title}, USD bn a year"] = effect
        row["World, USD bn a year"] = float(np.sum(point(data["equivalent_variation"]))) / 1e3
        rows.append(row)
    frame = _frame(rows)
    numbers = [c for c in frame.columns if c != "Moves"]
    return Table(
        "alone",
        "Together and one by one",
        f"Change of real income from the baseline, {main} horizon",
        frame,
        {c: 3 if c.endswith("%") else 1 for c in numbers},
        tuple(numbers),
        "Effects of single moves need not add up to the effect of all moves: moves interact.",
        source_line(run),
    )


def case_label(run: Run, case: Case) -> str:
    """Return the moves of a case in words: all, one side's, or one by its label."""
    if case.kind == "package":
        return "All moves"
    if case.kind == "side":
        return f"{run.name_of(case.key.split(':', 1)[1])} alone"
    return case.label


def part_name(label: str) -> str:
    """Return a cause of the welfare decomposition in words."""
    return PART_NAMES.get(label, label.replace("_", " ").capitalize())


def _side_effect(
    run: Run, code: str, members: list[str], key: str, horizon: str
) -> tuple[float, float]:
    from upperhand.results.headline import country_effects, join

    data = run.case(key, horizon).counterfactual.data
    parts = [e for e in country_effects(run, data) if e.code in members]
    effect = join(code, code, parts, data)
    return effect.percent, effect.usd_million / 1e3


def _main_suppliers(
    names: list[str], change: np.ndarray[Any, Any], own: set[str], targets: set[str]
) -> list[int]:
    order = [int(i) for i in np.argsort(-np.abs(np.nan_to_num(change)))]
    other = [i for i in order if names[i] in targets]
    third = [i for i in order if names[i] not in targets | own][:MAIN_FLOWS]
    return other + sorted(third, key=lambda i: -change[i])


def _supplier(importer: str, exporter: str, old: float, new: float) -> dict[str, Any]:
    change = 100 * (new / old - 1) if old > 0 else float("nan")
    return {
        "Importer": importer,
        "Supplier": exporter,
        "Baseline": float(old),
        "After": float(new),
        "Change": float(new - old),
        "Change, %": float(change),
    }


def _effect(effect: Any) -> str:
    return f"{effect.name} ({effect.percent:+.2f}%)" if effect is not None else "none"


def _billion(million: Any) -> float:
    return float(million) / 1e3 if million is not None else float("nan")


def _frame(content: Any) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(content)


def _nothing(key: str) -> Table:
    return Table(key, "", "", _frame([]))
