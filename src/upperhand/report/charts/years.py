"""Charts of the years ahead: lag, domestic share, cost, leverage, firms, timing; each with its band."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from upperhand.report.charts.base import Chart, inline
from upperhand.report.charts.fans import Fan, Panel, panels
from upperhand.report.charts.theme import DIVERGING, INK, PARTS, SOFT, actor_colours
from upperhand.report.words import the
from upperhand.report.years_words import (
    controls_title,
    cost_title,
    firms_title,
    lag_title,
    leverage_title,
    share_title,
    timing_title,
    years_source,
)

if TYPE_CHECKING:
    from upperhand.results.timing import Timing
    from upperhand.results.years_ahead import YearsAhead

WITH, WITHOUT, NEVER = "with the moves", "without them", "no controls ever"
RECORD = "on record"
CASES = {WITH: PARTS[0], WITHOUT: PARTS[1]}
BAND = "line: median; band: 10 to 90 per cent of the draws"
MEASURES = (
    ("threat_advantage", "Threat-point advantage", "USD bn a year", 0.0),
    ("surplus_share", "Share of the gain from agreeing", "per cent", 50.0),
    ("pain_ratio", "Pain ratio of each side's threats", "harm to the other per self-harm", 1.0),
    ("clock", "How long waiting pays", "years", None),
)


def years_charts(years: YearsAhead) -> tuple[Chart, ...]:
    """Return every chart of the years ahead for which there are numbers, in the report's order."""
    data = years.path.data
    found = [lag(years), share(years), controls(years)]
    if "cumulative_band" in data:
        found.append(cost(years))
    if years.leverage is not None and years.leverage.has_ranges:
        found.append(leverage(years))
    if any(one.ahead for one in years.firms):
        found.append(firms(years))
    found += [timing(years, one) for one in years.timing]
    return tuple(chart for chart in found if chart is not None)


def lag(years: YearsAhead) -> Chart | None:
    """Return years behind the frontier as fans, with the moves and without them."""
    given = [
        Panel(years.good_name(good), "years behind", _fans(years, "lag", good))
        for good in _technologies(years, "lag")
    ]
    return _fan_chart(
        years, "years_lag", lag_title(years), f"Years behind the frontier; {BAND}", given
    )


def share(years: YearsAhead) -> Chart | None:
    """Return the share of domestic suppliers as fans, with the moves and without them."""
    given = [
        Panel(
            f"{years.good_name(good)} in {the(years.name_of(_follower(years, good)))}",
            "per cent",
            _fans(years, "domestic_share", good, 100.0),
        )
        for good in _technologies(years, "domestic_share")
    ]
    words = f"Share of domestic suppliers in the follower's market, per cent; {BAND}"
    return _fan_chart(years, "years_share", share_title(years), words, given)


def controls(years: YearsAhead) -> Chart | None:
    """Return chips with the controls of the record, and had there never been any, side by side."""
    data = years.path.data
    if "lag_free_band" not in data or "chips" not in data["technology"].values:
        return None
    record = _rows(years, data["lag_band"].sel(technology="chips", case="without"))
    never = _rows(years, data["lag_free_band"].sel(technology="chips"))
    given = [
        Panel("With the controls of the record", "years behind", (Fan("controls", record),)),
        Panel("Had there never been any", "years behind", (Fan(NEVER, never),)),
    ]
    words = f"{years.good_name('chips')}, years behind the frontier, none of the moves; {BAND}"
    colours = {"controls": PARTS[0], NEVER: PARTS[2]}
    return _chart(
        years, "years_controls", controls_title(years), words, given, colours, shared=True
    )


def cost(years: YearsAhead) -> Chart:
    """Return what the moves cost each side, summed up over the years."""
    data = years.path.data
    names = [years.name_of(side) for side in years.path.sides]
    given = [
        Panel(
            the(name, first=True),
            "USD bn",
            (Fan(name, _rows(years, data["cumulative_band"].sel(side=side))),),
            rule=0.0,
        )
        for side, name in zip(years.path.sides, names, strict=True)
    ]
    words = f"Change of real income by the moves, summed up since the first year, USD bn; {BAND} of technology "
    words += "alone: elasticities and the strength of the moves stay"
    return _chart(years, "years_cost", cost_title(years), words, given, _sides(years), shared=True)


def leverage(years: YearsAhead) -> Chart:
    """Return the measures of leverage in the years that were solved."""
    found = years.leverage
    assert found is not None  # the caller looked
    given = []
    for key, title, unit, rule in MEASURES:
        scale = 100.0 if key == "surplus_share" else 1.0
        fans = tuple(
            fan for k in (0, 1) if (fan := _measure(years, key, k, scale)) is not None
        )  # fmt: skip
        if fans:
            given.append(Panel(title, unit, fans, rule=rule))
    draws = max(one.draws for one in found.years)
    words = (
        f"Each year as if the sides met in it, {found.horizon} horizon; point: central numbers, bar: 10 "
        f"to 90 per cent of {draws} draws of technology; only these years were solved"
    )
    return _chart(
        years, "years_leverage", leverage_title(years), words, given, _sides(years), height=150
    )


def firms(years: YearsAhead) -> Chart:
    """Return the firms: what is on record, and the years ahead where the race drives them."""
    given, colours = [], {RECORD: SOFT, WITH: PARTS[0], WITHOUT: PARTS[1]}
    index = _indexed(years)
    if index:
        given.append(Panel("Huawei: research and revenue", "2018 = 100", (), index, rule=100.0))
        colours |= {"research": PARTS[2], "revenue": PARTS[3]}
    for one in years.firms:
        if not one.ahead:
            continue
        fans = tuple(
            Fan(label, tuple((year, *band) for year, band in zip(one.years, rows, strict=True)))
            for label, rows in ((WITH, one.ahead["with"]), (WITHOUT, one.ahead["without"]))
        )
        points = tuple((p.date, p.value, RECORD) for p in one.points)
        given.append(Panel(f"{one.firm}: {one.label}", one.unit, fans, points))
    words = f"Points: the record, as its sources count it; {BAND}"
    return _chart(years, "years_firms", firms_title(years), words, given, colours)


def timing(years: YearsAhead, found: Timing) -> Chart:
    """Return how likely control and ban are in equilibrium, by year and by what a lead is worth."""
    rows = [
        {"Year": year, "Worth": f"{course.weight:g}", "p": 100.0 * chance, "Move": label}
        for course in found.courses
        for label, chances in (
            (f"{years.name_of(found.sides[0])} withholds", course.controls),
            (f"{years.name_of(found.sides[1])} bans", course.bans),
        )
        for year, chance in zip(found.years, chances, strict=True)
    ]
    order = [f"{course.weight:g}" for course in reversed(found.courses)]
    title = timing_title(years, found)
    return Chart(
        f"years_timing_{found.good}",
        title,
        f"{years.good_name(found.good)}: chance in equilibrium, per cent, by year and by what a generation "
        "of lead is worth to both sides, USD bn a year",
        years_source(years),
        f"Two grids of chances by year. {title}. Numbers: table 'When control and ban pay'.",
        lambda width: _grids(rows, order, width),
    )


def _grids(rows: list[dict[str, Any]], order: list[str], width: int) -> Any:
    import altair as alt

    moves = list(dict.fromkeys(row["Move"] for row in rows))
    across = 2 if width > 500 else 1
    each = (width - across * 60 - (across - 1) * 20) // across
    colour = alt.Color("p:Q").scale(domain=[0, 100], range=[DIVERGING[3], PARTS[0]], interpolate="rgb").legend(
        alt.Legend(title="per cent", orient="top", gradientLength=120, titleColor=SOFT)
    )  # fmt: skip
    drawn = []
    for move in moves:
        base = alt.Chart(inline([row for row in rows if row["Move"] == move])).encode(
            x=alt.X("Year:O")
            .title(None)
            .axis(alt.Axis(labelAngle=0, labelOverlap=True, format="d")),
            y=alt.Y("Worth:N").sort(order).title("USD bn a year"),
        )
        title = alt.TitleParams(move, fontSize=13, offset=8, color=INK)
        cells = base.mark_rect(stroke=DIVERGING[3], strokeWidth=0.5).encode(color=colour)
        drawn.append(cells.properties(width=each, height=alt.Step(20), title=title))
    return alt.concat(*drawn, columns=across, spacing=24).resolve_scale(color="shared")


def _fan_chart(
    years: YearsAhead, key: str, title: str, words: str, given: list[Panel]
) -> Chart | None:
    if not given:
        return None
    return _chart(years, key, title, words, given, CASES)


def _chart(
    years: YearsAhead, key: str, title: str, words: str, given: list[Panel],
    colours: dict[str, str], *, shared: bool = False, height: int = 190,
) -> Chart:  # fmt: skip
    return Chart(
        key,
        title,
        words,
        years_source(years),
        f"Fans by year in {len(given)} panels. {title}. Numbers: table '{TABLES[key]}'.",
        lambda width: panels(given, colours, width, shared=shared, height=height),
    )


TABLES = {
    "years_lag": "Technology in the first and the last year",
    "years_share": "Technology in the first and the last year",
    "years_controls": "Technology in the first and the last year",
    "years_cost": "What the moves cost, by year",
    "years_leverage": "Leverage by year",
    "years_firms": "Firms in the years ahead",
}


def _fans(years: YearsAhead, name: str, good: str, scale: float = 1.0) -> tuple[Fan, ...]:
    band = years.path.data[f"{name}_band"].sel(technology=good)
    return tuple(
        Fan(label, _rows(years, band.sel(case=case), scale))
        for label, case in ((WITH, "with"), (WITHOUT, "without"))
    )


def _rows(
    years: YearsAhead, band: Any, scale: float = 1.0
) -> tuple[tuple[float, float, float, float], ...]:
    values = scale * np.asarray(band.transpose("year", "quantile").values)
    dates = np.asarray(years.path.data["year"].values, dtype=float)
    return tuple(
        (float(date), float(row[0]), float(row[1]), float(row[-1]))
        for date, row in zip(dates, values, strict=True)
        if np.isfinite(row).all()
    )


def _measure(years: YearsAhead, key: str, side: int, scale: float) -> Fan | None:
    """Return a measure of one side in the years that have value and range."""
    assert years.leverage is not None  # the caller looked
    rows = []
    for one in years.leverage.years:
        value, ends = one.values.get(key, (None, None))[side], one.ranges.get(key)
        if value is None or ends is None or None in ends[side]:
            continue
        low, high = (float(end or 0.0) for end in ends[side])
        rows.append((float(one.year), scale * low, scale * value, scale * high))
    label = years.name_of(years.leverage.sides[side])
    return Fan(label, tuple(rows), lines=False) if rows else None


def _indexed(years: YearsAhead) -> tuple[tuple[float, float, str], ...]:
    """Return Huawei's research and revenue over those of the first year."""
    found: list[tuple[float, float, str]] = []
    for key in ("research", "revenue"):
        one = years.firm(key)
        if one is not None and one.points:
            start = one.points[0].value
            found += [(p.date, 100.0 * p.value / start, key) for p in one.points]
    return tuple(found)


def _technologies(years: YearsAhead, name: str) -> list[str]:
    data = years.path.data
    names = [str(good) for good in data["technology"].values]
    return [g for g in names if np.isfinite(data[f"{name}_band"].sel(technology=g).values).any()]


def _follower(years: YearsAhead, good: str) -> str:
    return str(years.followers.get(good, ""))


def _sides(years: YearsAhead) -> dict[str, str]:
    colours = actor_colours(list(years.path.sides))
    return {years.name_of(side): colours[side] for side in years.path.sides}
