"""Tables of the years ahead: technology, cost, leverage, firms, beliefs, timing, parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from upperhand.report.table import Table
from upperhand.report.years_words import CAREFUL, ends, first_and_last, named, years_source

if TYPE_CHECKING:
    from upperhand.results.years_ahead import YearsAhead

NAN = float("nan")
MEASURES = {
    "pain_ratio": ("Pain ratio of its threats", "1"),
    "credible_ceiling": ("Credible ceiling of a tariff", "percentage points"),
    "structural_power": ("Structural power", "log points"),
    "threat_advantage": ("Threat-point advantage", "USD bn a year"),
    "surplus_share": ("Share of the gain from agreeing", "1"),
    "clock": ("How long waiting pays", "years"),
    "escalation": ("Rung at which it stops", "rung"),
}


def years_tables(years: YearsAhead) -> tuple[Table, ...]:
    """Return every table of the years ahead that has a row, in the report's order."""
    makers = (
        technology,
        cost,
        crossing,
        leverage,
        hands,
        beliefs,
        timing,
        firms_ahead,
        firms,
        turns_on,
        numbers,
    )
    return tuple(table for make in makers if len((table := make(years)).frame))


def technology(years: YearsAhead) -> Table:
    """Return lag and domestic share in the first and the last year, with and without."""
    first, last = first_and_last(years)
    rows = []
    for good in (str(value) for value in years.path.data["technology"].values):
        for name, label, scale in (
            ("lag", "years behind", 1.0),
            ("domestic_share", "domestic suppliers, per cent", 100.0),
        ):
            now, then, other = (
                scale * ends(years, name, good, date, case)
                for date, case in ((first, "with"), (last, "with"), (last, "without"))
            )
            if np.isfinite(now).all():
                never = scale * ends(years, f"{name}_free", good, last)
                rows.append(
                    {"Technology": years.good_name(good), "Quantity": label}
                    | _ends(f"{first:g}", now)
                    | _ends(f"{last:g}", then)
                    | _ends(f"{last:g} without the moves", other)
                    | _ends(f"{last:g} no controls ever", never)
                )
    return _table(
        years, "years_lag", "Technology in the first and the last year", "Units by row", rows, 1,
        note="Median, with the 10th and the 90th percentile of the draws. Minerals have no frontier.",
    )  # fmt: skip


def cost(years: YearsAhead) -> Table:
    """Return what the moves cost each side by year, and summed up."""
    data, rows = years.path.data, []
    for date in data["year"].values:
        row: dict[str, Any] = {"Year": f"{float(date):g}"}
        for side in years.path.sides:
            name, at = years.name_of(side), {"side": side, "year": date}
            row[f"{name}, %"] = float(data["cost"].sel(at))
            row |= _band(data, "cost_band", at, f"{name}, %")
            row[f"{name}, summed up, USD bn"] = float(data["cumulative_usd_bn"].sel(at))
            row |= _band(data, "cumulative_band", at, f"{name}, summed up")
        row["Pain ratio"] = float(data["pain_ratio"].sel(year=date))
        row |= _band(data, "pain_ratio_band", {"year": date}, "Pain ratio")
        rows.append(row)
    table = _table(
        years, "years_cost", "What the moves cost, by year",
        "Change of real income by the moves, per cent and USD bn; pain ratio: loss of the second side "
        "over that of the first, both in per cent", rows, 3,
        note="First number of each: central values; ranges: 10th and 90th percentile over draws of "
        "technology alone. Strengths of measures and elasticities stay at their central values.",
    )  # fmt: skip
    money = {name: 0 for name in table.digits if "summed" in name}
    ratio = {name: 2 for name in table.digits if name.startswith("Pain")}
    return _with_digits(table, money | ratio)


def crossing(years: YearsAhead) -> Table:
    """Return the distribution over draws of the date at which the pain ratio crosses one."""
    spread, when = years.path.crossings(), years.path.crossing()
    row = None if spread is None else {
        "Central values": _date(when), "10% of draws": _date(spread.low),
        "Median": _date(spread.median), "90% of draws": _date(spread.high),
        "No crossing, % of draws": 100 * spread.never, "Draws": spread.draws,
    }  # fmt: skip
    return _table(
        years, "years_crossing", "When the pain ratio first crosses one", "year",
        [row] if row else [], 1,
        note="Percentiles are of the draws that cross within the path. Draws of technology alone; a "
        "draw in which a side gains has no ratio there. Dashes: no crossing.",
    )  # fmt: skip


def _date(when: float | None) -> str:
    """Return a date as printed; a year takes no comma."""
    return "–" if when is None or np.isnan(when) else f"{when:.1f}"


def leverage(years: YearsAhead) -> Table:
    """Return the seven measures of both sides in every year that was solved."""
    found, rows = years.leverage, []
    for one in found.years if found is not None else ():
        assert found is not None
        for key, pair in one.values.items():
            label, unit = MEASURES.get(key, (key, ""))
            row: dict[str, Any] = {"Year": str(one.year), "Measure": label, "Unit": unit}
            for k, side in enumerate(found.sides):
                name = years.name_of(side)
                low, high = one.ranges.get(key, ((None, None), (None, None)))[k]
                row[name] = _number(pair[k])
                row |= {f"{name}, 10%": _number(low), f"{name}, 90%": _number(high)}
            rows.append(row)
    return _table(
        years, "years_leverage", "Leverage by year",
        "Units by row; each year as if the sides met in it", rows, 2,
        note=" ".join(f"{note[:1].upper()}{note[1:]}." for note in (found.notes if found else ()))
        + " A dash: no such number, or no range.",
    )  # fmt: skip


def hands(years: YearsAhead) -> Table:
    """Return who has the upper hand in every year that was solved."""
    found = years.leverage
    rows = []
    for one in found.years if found is not None else ():
        assert found is not None
        row: dict[str, Any] = {"Year": str(one.year), "Answer": named(years, one.sentence)}
        names = (*map(years.name_of, found.sides), "Neither")
        row |= {
            f"{name}, % of draws": NAN if one.chance is None else 100.0 * one.chance[k]
            for k, name in enumerate(names)
        }
        rows.append(row)
    note = "; ".join(named(years, c.sentence()) for c in found.changes) if found else ""
    return _table(
        years, "years_hands", "Upper hand by year", "Shares of draws of technology", rows, 0,
        note=f"Changes: {note}." if note else "No change of the upper hand; the pain ratio of no side's threats crosses one.",
    )  # fmt: skip


def beliefs(years: YearsAhead) -> Table:
    """Return what one must believe for each move to pay."""
    rows = [
        {
            "Move": named(years, one.move),
            "By": years.name_of(one.actor),
            "Pays if": named(years, f"{one.parameter} {one.pays}"),
            "Unit": one.unit,
            "Threshold": _number(one.threshold),
            "10%": _number(one.low),
            "90%": _number(one.high),
            "In words": named(years, one.sentence),
            "It rests on": "; ".join(one.rests_on),
        }
        for one in years.beliefs
    ]
    return _table(
        years, "years_beliefs", "What one must believe for a move to pay", "Units by row", rows, 2,
        note="Threshold at the reference values, with its 10th and 90th percentile when everything else "
        "is drawn; for a tariff the range runs over the horizons. A dash: no value makes the move pay, "
        "or every value does.",
    )  # fmt: skip


def timing(years: YearsAhead) -> Table:
    """Return from which worth of a lead control and ban pay, by technology."""
    rows = []
    for one in years.timing:
        for side, what, found in (
            (one.sides[0], "withholds", one.control),
            (one.sides[1], "bans", one.ban),
        ):
            rows.append(
                {
                    "Technology": years.good_name(one.good),
                    "Side": f"{years.name_of(side)} {what}",
                    "From, USD bn": _worth(found.value),
                    "10%": _worth(found.low),
                    "90%": _worth(found.high),
                    "In words": found.words(),
                    "It rests on": "; ".join(one.rests_on),
                }
            )
    return _table(
        years,
        "years_timing",
        "When control and ban pay",
        "What a generation of lead must be worth to a side, USD bn a year, for it to act in the "
        "first year",
        rows,
        0,
        note="Nobody has measured what a generation is worth beyond trade, so the answer is a "
        "threshold, with its range over draws of the race.",
    )


def firms_ahead(years: YearsAhead) -> Table:
    """Return firms in the first and the last year ahead, with and without the moves."""
    rows = []
    for one in years.firms:
        if not one.ahead:
            continue
        last = one.points[-1]
        rows.append(
            {"Firm": one.firm, "Quantity": one.label, "Unit": one.unit,
             "On record": f"{last.value:g} ({last.period})"}
            | _ends(str(one.years[0]), np.array(one.band(one.years[0])))
            | _ends(str(one.years[-1]), np.array(one.band(one.years[-1])))
            | _ends(f"{one.years[-1]} without", np.array(one.band(one.years[-1], "without")))
            | {"Driven by": one.driver, "It rests on": "; ".join(one.rests_on)}
        )  # fmt: skip
    return _table(
        years, "years_firms", "Firms in the years ahead", "Units by row", rows, 1,
        note="Median, with the 10th and the 90th percentile of the draws. Only what the race drives.",
    )  # fmt: skip


def firms(years: YearsAhead) -> Table:
    """Return every number that the record has of each firm, with its source."""
    rows = [
        {
            "Firm": one.firm,
            "Quantity": one.label,
            "Unit": one.unit,
            "Period": point.period,
            "Value": f"{point.value:g}",
            "Range": ""
            if point.low is None or point.high is None
            else f"{point.low:g} to {point.high:g}",
            "Kind": point.kind,
            "Basis": point.basis,
            "Certainty": point.certainty,
            "Source": point.source,
        }
        for one in years.firms
        for point in one.points
    ]
    readings = [f"{one.firm}, {one.label}: {one.reading}" for one in years.firms if one.reading]
    return _table(
        years, "years_firm_record", "Firms on record", "Units by row", rows, 0,
        note=" ".join(readings),
    )  # fmt: skip


def turns_on(years: YearsAhead) -> Table:
    """Return the parameters on which the effect of controls on the gap in chips turns."""
    data, rows = years.path.data, []
    known = {str(row["name"]): row for row in years.path.assumptions}
    for name in data["parameter"].values if "turns_on" in data else ():
        row = known.get(str(name), {})
        rows.append(
            {
                "Parameter": str(name).replace("_", " "),
                "Rank correlation": float(data["turns_on"].sel(parameter=name)),
                "Value": _number(row.get("value")),
                "Low": _number(row.get("low")),
                "High": _number(row.get("high")),
                "Unit": row.get("unit", ""),
                "Status": row.get("status", ""),
                "Source": row.get("source", ""),
            }
        )
    return _table(
        years, "years_hinges", "What it turns on",
        "Rank correlation of each parameter with what the controls on record do to the gap in chips",
        rows, 2, note=" ".join(CAREFUL),
    )  # fmt: skip


def numbers(years: YearsAhead) -> Table:
    """Return every number that the path rests on."""
    rows = [
        {
            "Number": str(row["name"]).replace("_", " "),
            "Value": _number(row["value"]),
            "Low": _number(row["low"]),
            "High": _number(row["high"]),
            "Unit": row["unit"],
            "Status": row["status"],
            "Source": row["source"],
        }
        for row in years.path.assumptions
    ]
    return _table(years, "years_numbers", "Numbers behind the years ahead", "Units by row", rows, 3)


def _ends(label: str, values: Any) -> dict[str, Any]:
    low, middle, high = (float(x) for x in (values[0], values[1], values[-1]))
    return {label: middle, f"{label}, 10%": low, f"{label}, 90%": high}


def _band(data: Any, name: str, at: dict[str, Any], label: str) -> dict[str, float]:
    if name not in data:
        return {}
    values = data[name].sel(at).values
    return {f"{label}, 10%": float(values[0]), f"{label}, 90%": float(values[-1])}


def _number(value: Any) -> float:
    return NAN if value is None else float(value)


def _worth(above: float | None) -> str:
    return "never" if above is None else f"{above:.2g}"


def _table(
    years: YearsAhead, key: str, title: str, unit: str, rows: list[dict[str, Any]], digits: int,
    *, note: str = "",
) -> Table:  # fmt: skip
    import pandas as pd

    frame = pd.DataFrame(rows)
    columns = {
        str(name): digits
        for name in frame.columns
        if frame[name].map(lambda v: isinstance(v, float)).all()
    }
    return Table(key, title, unit, frame, columns, note=note, source=years_source(years))


def _with_digits(table: Table, digits: dict[str, int]) -> Table:
    from dataclasses import replace

    return replace(table, digits=table.digits | digits)
