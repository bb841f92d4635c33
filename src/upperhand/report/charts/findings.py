"""Titles that state what a chart shows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from upperhand.report.numbers import sides
from upperhand.report.words import joined, percent, the, usd, verb

if TYPE_CHECKING:
    from upperhand.report.table import Table
    from upperhand.results import Run

NO_RESULT = "No equilibrium was found, so there is nothing to show"
TINY = 5e-4


def map_title(values: dict[str, float]) -> str:
    """Return how many economies lose and gain."""
    finite = [v for v in values.values() if math.isfinite(v)]
    if not finite:
        return NO_RESULT
    lose, gain = sum(v < -TINY for v in finite), sum(v > TINY for v in finite)
    return f"{lose} of {len(finite)} economies lose and {gain} gain"


def rise_title(values: dict[str, float]) -> str:
    """Return how many economies fall and rise, where a rise is no gain by itself."""
    finite = [v for v in values.values() if math.isfinite(v)]
    if not finite:
        return NO_RESULT
    down, up = sum(v < -TINY for v in finite), sum(v > TINY for v in finite)
    return f"It falls in {down} of {len(finite)} economies and rises in {up}"


def ranking_title(horizon: str, table: Table) -> str:
    """Return who loses and gains most of all economies."""
    frame = table.frame
    column = f"Real income, {horizon}, %"
    known = frame[frame[column].notna()]
    if not len(known):
        return NO_RESULT
    worst, best = known.iloc[0], known.iloc[-1]
    found = []
    if worst[column] < -TINY:
        found.append(f"{the(worst['Economy'], first=True)} loses most ({percent(worst[column])})")
    if best[column] > TINY:
        found.append(f"{the(best['Economy'])} gains most ({percent(best[column])})")
    text = "; ".join(found) or "No economy is noticeably affected"
    return text[0].upper() + text[1:]


def horizon_title(run: Run) -> str:
    """Return at which horizon the effect on each side is largest."""
    heads = [
        run.headline(h) for h in run.horizons if run.case("package", h).counterfactual.outcome.ok
    ]
    if not heads:
        return NO_RESULT
    largest: dict[str, list[str]] = {}
    for i, side in enumerate(heads[0].sides):
        sizes = {head.horizon: abs(head.sides[i].percent) for head in heads}
        largest.setdefault(max(sizes, key=sizes.__getitem__), []).append(the(side.name))
    if not largest or len(heads) == 1:
        return "Effects on the sides by horizon"
    if len(largest) == 1:
        return f"The effects are largest at the {next(iter(largest))} horizon"
    parts = [f"for {joined(names)} at the {horizon} horizon" for horizon, names in largest.items()]
    return f"The effect is largest {joined(parts)}"


def who_pays_title(table: Table) -> str:
    """Return who bears most of the largest tariff increase."""
    first = table.frame.iloc[0]
    share = float(first["Borne by importer, %"])
    if not math.isfinite(share):
        return "Who pays the tariffs"
    buyers, sellers = f"buyers in {the(first['Importer'])}", f"sellers in {the(first['Exporter'])}"
    payer, part = (buyers, share) if share >= 50 else (sellers, 100 - share)
    on = f"the tariff on {the(first['Exporter'])}"
    text = f"{payer} bear {part:.0f}% of {on}"
    if part > 100:
        text = f"{payer} bear all of {on}, and more"
    return text[0].upper() + text[1:]


def welfare_title(run: Run, table: Table) -> str:
    """Return the largest cause of the loss or gain of each side."""
    columns = [c for c in table.frame.columns[2:-2] if c.endswith("log points")]
    frame = table.frame.set_index("Code")
    found: dict[str, list[str]] = {}
    for _, name, members in sides(run):
        if len(members) == 1 and members[0] in frame.index and columns:
            row = frame.loc[members[0], columns].astype(float)
            cause = str(row.abs().idxmax()).removesuffix(", log points")
            found.setdefault(cause, []).append(the(name))
    if not found:
        return "Why real income changes"
    text = joined([f"{cause.lower()} for {joined(names)}" for cause, names in found.items()])
    return f"What counts most: {text}"


def sectors_title(run: Run, table: Table) -> str:
    """Return the sector that shrinks most in each side."""
    found = []
    for _, name, _members in sides(run):
        rows = table.frame[table.frame["Economy"] == name]
        if len(rows) and rows["Output, USD bn a year"].notna().any():
            row = rows.sort_values("Output, USD bn a year").iloc[0]
            money = float(row["Output, USD bn a year"])
            sector = str(row["Sector"])
            found.append(f"{sector[:1].lower()}{sector[1:]} in {the(name)} ({usd(1e3 * money)})")
    if not found:
        return "Output by sector"
    return f"The largest falls of output: {joined(found)}"


def diversion_title(table: Table) -> str:
    """Return where the largest diverted imports come from."""
    frame = table.frame
    first = frame["Importer"].iloc[0]
    rows = frame[(frame["Importer"] == first) & (frame["Supplier"] != "All third countries")]
    gaining = rows[rows["Change"] > 0]
    if not len(gaining):
        return f"No supplier sells more to {the(first)}"
    best: Any = gaining.loc[gaining["Change"].idxmax()]
    return (
        f"{the(best['Supplier'], first=True)} sells {usd(1e3 * float(best['Change']))} a year more "
        f"to {the(first)}"
    )


def alone_title(run: Run, horizon: str) -> str:
    """Return what the moves of each side alone do to that side itself."""
    found = {
        name: dict(_effects(run, f"side:{code}", horizon))[code] for code, name, _ in sides(run)
    }
    found = {name: value for name, value in found.items() if math.isfinite(value)}
    if not found:
        return "Each side's moves, and each move, alone"
    if all(value < -TINY for value in found.values()):
        costs = [f"{the(name)} {percent(value)}" for name, value in found.items()]
        return f"Its own moves alone cost {joined(costs)}"
    effects = [
        f"{the(name)} {verb([value])}" + (f" {percent(value)}" if abs(value) > TINY else "")
        for name, value in found.items()
    ]
    return f"From its own moves alone, {joined(effects)}"


def _effects(run: Run, key: str, horizon: str) -> list[tuple[str, float]]:
    from upperhand.results.headline import country_effects, join, side_members

    data = run.case(key, horizon).counterfactual.data
    effects = country_effects(run, data)
    return [
        (
            code,
            join(
                code, code, [e for e in effects if e.code in side_members(run, code)], data
            ).percent,
        )
        for code in run.sides
    ]
