"""Parts of a whole: who pays the tariffs, why real income changes; and the effects by horizon."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from upperhand.report.charts.bars import PHONE, _colours, room_for
from upperhand.report.charts.base import Chart, inline, rows_of
from upperhand.report.charts.findings import horizon_title, welfare_title, who_pays_title
from upperhand.report.charts.theme import EXPORTER, IMPORTER, INK, PAPER, PARTS, SOFT
from upperhand.report.numbers import focus, main_horizon, source_line
from upperhand.report.tables import welfare as welfare_table
from upperhand.report.tables import who_pays as who_pays_table
from upperhand.report.words import HORIZON_TITLE

if TYPE_CHECKING:
    from upperhand.results import Run

MOST_PAIRS = 8
MOST_ECONOMIES = 12
LEAST_PART = 0.01  # parts that are nowhere above this share of the largest are added up as 'other'


def horizons(run: Run) -> Chart:
    """Return the effect on each side by horizon."""
    rows = [
        {"Horizon": HORIZON_TITLE[h], "Side": side.name, "value": side.percent}
        for h in run.horizons
        for side in run.headline(h).sides
        if math.isfinite(side.percent)
    ]
    names = list(dict.fromkeys(str(row["Side"]) for row in rows))
    colours = _colours(run, names)

    def draw(width: int) -> Any:
        return _horizons(rows, [HORIZON_TITLE[h] for h in run.horizons], colours, width)

    return Chart(
        "horizons",
        horizon_title(run),
        "Change of real income of each side from the baseline, per cent",
        source_line(run),
        f"Effect on each side at {len(run.horizons)} horizons. {horizon_title(run)}. Numbers: table "
        "'Who loses how much, by horizon'.",
        draw,
    )


def who_pays(run: Run) -> Chart:
    """Return the share of each tariff increase that exporters and importers bear."""
    table = who_pays_table(run)
    rows = [
        {"Flow": f"{row['Importer']} on {row['Exporter']}", "Payer": payer, "value": row[column]}
        for row in rows_of(table.frame)[:MOST_PAIRS]
        for payer, column in (
            ("exporters", "Borne by exporter, %"),
            ("importers", "Borne by importer, %"),
        )
    ]

    def draw(width: int) -> Any:
        domain = {"exporters": EXPORTER, "importers": IMPORTER}
        return _stacked(
            rows, "Flow", "Payer", domain, width, unit="per cent of the tariff increase"
        )

    return Chart(
        "who_pays",
        who_pays_title(table),
        f"Share of the tariff increase borne by each side, per cent, {main_horizon(run)} horizon",
        source_line(run),
        f"Stacked bars by importer and exporter. {who_pays_title(table)}. Numbers: table 'Who pays "
        "the tariffs'.",
        draw,
    )


def welfare(run: Run) -> Chart:
    """Return the causes of the change of real income in the economies that matter most."""
    table = welfare_table(run)
    rows, parts = _welfare_rows(run)
    colours = dict(zip(parts, PARTS * 2, strict=False))

    def draw(width: int) -> Any:
        return _stacked(rows, "Economy", "Cause", colours, width, unit="log points", total=True)

    return Chart(
        "welfare",
        welfare_title(run, table),
        f"Parts of the log change of real income, log points, {main_horizon(run)} horizon; "
        "diamond: the whole",
        source_line(run),
        f"Stacked bars by economy. {welfare_title(run, table)}. Numbers: table 'Why real income "
        "changes'.",
        draw,
    )


def _welfare_rows(run: Run) -> tuple[list[dict[str, Any]], list[str]]:
    frame = welfare_table(run).frame
    total = "Real income, log points"
    largest = list(frame.reindex(frame[total].abs().sort_values(ascending=False).index)["Code"])
    kept = list(dict.fromkeys([*focus(run, main_horizon(run)), *largest]))[:MOST_ECONOMIES]
    frame = frame[frame["Code"].isin(kept)]
    parts = [c for c in frame.columns[2:] if c not in (total, "Sum of the parts, log points")]
    size = {c: float(frame[c].abs().max()) for c in parts}
    main = [c for c in parts if size[c] >= LEAST_PART * max(size.values(), default=0)]
    rows = []
    for row in frame.to_dict("records"):
        named = {c.removesuffix(", log points"): row[c] for c in main}
        rest = sum(row[c] for c in parts if c not in main)
        if any(c not in main for c in parts):
            named["Other"] = rest
        rows += [
            {"Economy": row["Economy"], "Cause": cause, "value": value, "total": row[total]}
            for cause, value in named.items()
        ]
    causes = list(dict.fromkeys(str(row["Cause"]) for row in rows))
    return [row for row in rows if math.isfinite(row["value"])], causes


def _stacked(
    rows: list[dict[str, Any]], by: str, part: str, colours: dict[str, str], width: int, *,
    unit: str, total: bool = False,
) -> Any:  # fmt: skip
    import altair as alt

    order = list(dict.fromkeys(str(row[by]) for row in rows))
    room = room_for(order, width)
    names = list(colours)
    columns = max(1, (width - 20) // 150)
    y = alt.Y(f"{by}:N").sort(order).axis(alt.Axis(title=None, labelLimit=room))
    base = alt.Chart(inline(rows)).encode(y=y)
    bars = base.mark_bar(height=15, stroke=PAPER, strokeWidth=0.6).encode(
        x=alt.X("value:Q").stack("zero").title(unit).axis(tickCount=6 if width > PHONE else 4),
        color=alt.Color(f"{part}:N")
        .scale(domain=names, range=list(colours.values()))
        .legend(columns=columns),
        order=alt.Order("rank:Q"),
    )
    bars = bars.transform_calculate(rank=f"indexof({names!r}, datum['{part}'])")
    layers = [bars, alt.Chart(inline([{}])).mark_rule(color=SOFT).encode(x=alt.datum(0))]
    if total:
        mark = base.mark_point(
            shape="diamond", size=70, fill=INK, opacity=1, stroke=PAPER, strokeWidth=1
        )
        layers.append(mark.encode(x=alt.X("total:Q")))
    return alt.layer(*layers).properties(width=width - room - 26, height=alt.Step(26))


def _horizons(
    rows: list[dict[str, Any]], order: list[str], colours: dict[str, str], width: int
) -> Any:
    import altair as alt

    names = list(colours)
    room = 44
    narrow = width < 500
    label = "split(replace(datum.label, ' (', '\\n('), '\\n')" if narrow else "datum.label"
    base = alt.Chart(inline(rows)).encode(
        x=alt.X("Horizon:N").sort(order).axis(
            alt.Axis(title=None, labelAngle=0, labelColor=INK, grid=False, labelExpr=label)
        ),
        xOffset=alt.XOffset("Side:N").sort(names),
        y=alt.Y("value:Q").title("per cent").scale(domain=_room_for_numbers(rows), nice=False)
        .axis(alt.Axis(grid=True, labelColor=SOFT, tickCount=6)),
    )  # fmt: skip
    scale = alt.Scale(domain=names, range=[colours[name] for name in names])
    bars = base.mark_bar(size=26 if narrow else 54).encode(
        color=alt.Color("Side:N").scale(scale).sort(names)
    )
    text = base.mark_text(fontSize=12, color=INK).encode(text=alt.Text("value:Q", format="+.2f"))
    above = text.transform_filter("datum.value >= 0").mark_text(dy=-8, fontSize=12, color=INK)
    below = text.transform_filter("datum.value < 0").mark_text(dy=9, fontSize=12, color=INK)
    zero = alt.Chart(inline([{}])).mark_rule(color=SOFT).encode(y=alt.datum(0))
    return alt.layer(bars, zero, above, below).properties(width=width - room, height=250)


def _room_for_numbers(rows: list[dict[str, Any]]) -> list[float]:
    """Return a domain that leaves room for a number beyond each bar."""
    values = [float(row["value"]) for row in rows] or [0.0]
    low, high = min(0.0, *values), max(0.0, *values)
    margin = 0.14 * (high - low) or 1.0
    return [low - margin * (low < 0), high + margin * (high > 0)]
