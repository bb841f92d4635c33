"""Bars: ranking of economies, sectors, moves alone, trade diversion."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from upperhand.report.charts.base import Chart, inline, rows_of
from upperhand.report.charts.findings import (
    alone_title,
    diversion_title,
    ranking_title,
    sectors_title,
)
from upperhand.report.charts.theme import GAIN, INK, LOSS, SOFT, actor_colours
from upperhand.report.numbers import main_horizon, main_members, sides, source_line
from upperhand.report.tables import alone as alone_table
from upperhand.report.tables import diversion as diversion_table
from upperhand.report.tables import ranking as ranking_table
from upperhand.report.tables import sectors as sectors_table
from upperhand.report.words import the

if TYPE_CHECKING:
    from upperhand.results import Run

MOST_SECTORS = 16
LABEL_CHARACTER = 6.6
LABEL_LINE = 13
PHONE = 500  # narrower drawings have fewer ticks and smaller labels


def ranking(run: Run) -> Chart:
    """Return all economies by real income, with the range over the horizons."""
    horizon = main_horizon(run)
    table = ranking_table(run)
    frame, title = table.frame, ranking_title(horizon, table)
    values = frame[[f"Real income, {h}, %" for h in run.horizons]]
    ends = frame[[c for c in frame.columns if c.endswith((", p10, %", ", p90, %"))]]
    rows = rows_of(
        frame.assign(
            value=frame[f"Real income, {horizon}, %"],
            low=values.join(ends).min(axis=1),
            high=values.join(ends).max(axis=1),
        )[["Economy", "value", "low", "high"]]
    )
    inside = [name for _, _, members in sides(run) for name in map(run.name_of, members)]
    reach = "horizons and draws" if len(ends.columns) else "horizons"

    def draw(width: int) -> Any:
        return _ranking(rows, inside, width)

    return Chart(
        "ranking",
        title,
        f"Change of real income from the baseline, per cent; bar: {horizon} horizon, line: range "
        f"over the {reach}; sides in bold",
        source_line(run),
        f"Bars for {len(rows)} economies. {title}. Numbers: table 'Every economy'.",
        draw,
    )


def sectors(run: Run) -> Chart:
    """Return output by sector in the sides, the sectors with the largest changes."""
    frame = sectors_table(run).frame
    names = [run.name_of(code) for code in main_members(run, main_horizon(run))]
    frame = frame[frame["Economy"].isin(names)] if names else frame
    money = frame["Output, USD bn a year"].abs().groupby(frame["Sector"]).max()
    kept = list(money.sort_values(ascending=False).index[:MOST_SECTORS])
    rows = rows_of(frame[frame["Sector"].isin(kept)][["Economy", "Sector", "Output, %"]])
    colours = _colours(run, list(dict.fromkeys(frame["Economy"])))
    title = sectors_title(run, sectors_table(run))

    def draw(width: int) -> Any:
        return _grouped(rows, "Sector", "Output, %", "Economy", colours, width, order=kept, thick=9)

    return Chart(
        "sectors",
        title,
        f"Gross output at constant prices, per cent from the baseline, {main_horizon(run)} horizon; "
        f"the {len(kept)} sectors with the largest changes in USD",
        source_line(run),
        f"Grouped bars of output by sector. {title}. Numbers: table 'Sectors'.",
        draw,
    )


def alone(run: Run) -> Chart:
    """Return the effect on each side of all moves, each side's moves and each move alone."""
    frame = alone_table(run).frame
    names = [name for _, name, _ in sides(run)]
    rows = [
        {"Moves": row["Moves"], "Side": name, "value": row[f"{name}, %"]}
        for row in rows_of(frame)
        for name in names
    ]
    colours = _colours(run, names)
    title = alone_title(run, main_horizon(run))

    def draw(width: int) -> Any:
        order = list(frame["Moves"])
        return _grouped(rows, "Moves", "value", "Side", colours, width, order=order, thick=11)

    return Chart(
        "alone",
        title,
        f"Change of real income from the baseline, per cent, {main_horizon(run)} horizon",
        source_line(run),
        f"Grouped bars by set of moves. {title}. Numbers: table 'Together and one by one'.",
        draw,
    )


def diversion(run: Run) -> Chart:
    """Return how much more or less each supplier sells to each side."""
    table = diversion_table(run)
    rows = rows_of(table.frame[["Importer", "Supplier", "Change"]])

    def draw(width: int) -> Any:
        return _diversion(rows, width)

    return Chart(
        "diversion",
        diversion_title(table),
        f"Change of imports at the border, USD bn a year, {main_horizon(run)} horizon",
        source_line(run),
        f"Bars by supplier for each importing side. {diversion_title(table)}. Numbers: table "
        "'Trade diversion'.",
        draw,
    )


def room_for(labels: list[str], width: int, *, most: float = 0.42) -> int:
    """Return the pixels that labels left of the bars may take, at most a share of the width."""
    longest = max((len(label) for label in labels), default=0) * LABEL_CHARACTER
    return int(min(longest + 8, width * most))


def wrap_label(label: str, room: int) -> str:
    r"""Return a label broken into lines that fit into `room` pixels.

    Examples:
        >>> wrap_label("US controls on chip-making equipment", 150)
        'US controls on chip-\nmaking equipment'
    """
    return "\n".join(textwrap.wrap(label, max(12, int(room / LABEL_CHARACTER)))) or label


def wrapped_axis(room: int) -> Any:
    """Return an axis that prints labels on several lines."""
    import altair as alt

    lines = "split(datum.label, '\\n')"
    shift = [
        {"test": f"length({lines}) == {n}", "value": -(n - 1) * LABEL_LINE / 2} for n in (2, 3, 4)
    ]
    return alt.Axis(
        title=None,
        labelLimit=room + 20,
        labelExpr=lines,
        labelLineHeight=LABEL_LINE,
        labelOffset={"condition": shift, "value": 0},
    )


def _ranking(rows: list[dict[str, Any]], inside: list[str], width: int) -> Any:
    import altair as alt

    labels = [str(row["Economy"]) for row in rows]
    room = room_for(labels, width, most=0.6)
    axis = alt.Axis(
        title=None,
        labelLimit=room,
        labelFontSize=11.5 if width > PHONE else 10.5,
        labelFontWeight=alt.condition(
            alt.FieldOneOfPredicate(field="value", oneOf=inside or [""]),
            alt.value(700),
            alt.value(400),
        ),
    )
    y = alt.Y("Economy:N").sort(labels).axis(axis)
    base = alt.Chart(inline(rows)).encode(y=y)
    colour = alt.condition("datum.value < 0", alt.value(LOSS), alt.value(GAIN))
    bars = base.mark_bar(height=10).encode(
        x=alt.X("value:Q").title("per cent").axis(tickCount=6 if width > PHONE else 4), color=colour
    )
    span = base.mark_rule(strokeWidth=1.2, color=INK).encode(x="low:Q", x2="high:Q")
    ends = [
        base.mark_tick(color=INK, thickness=1.2, size=6).encode(x=f"{end}:Q")
        for end in ("low", "high")
    ]
    zero = alt.Chart(inline([{}])).mark_rule(color=SOFT).encode(x=alt.datum(0))
    return alt.layer(bars, zero, span, *ends).properties(
        width=width - room - 26, height=alt.Step(16)
    )


def _grouped(
    rows: list[dict[str, Any]], by: str, value: str, group: str, colours: dict[str, str],
    width: int, *, order: list[str], thick: int, unit: str = "per cent",
) -> Any:  # fmt: skip
    import altair as alt

    room = room_for([str(label) for label in order], width)
    short = {label: wrap_label(str(label), room) for label in order}
    rows, order = [{**row, by: short[row[by]]} for row in rows], list(short.values())
    names = list(colours)
    scale = alt.Scale(domain=names, range=[colours[name] for name in names])
    bars = (
        alt.Chart(inline(rows))
        .mark_bar()
        .encode(
            y=alt.Y(f"{by}:N").sort(order).axis(wrapped_axis(room)).scale(paddingInner=0.25),
            yOffset=alt.YOffset(f"{group}:N").sort(names),
            x=alt.X(f"{_field(value)}:Q").title(unit).axis(tickCount=6 if width > PHONE else 4),
            color=alt.Color(f"{group}:N").scale(scale).sort(names),
        )
    )  # fmt: skip
    zero = alt.Chart(inline([{}])).mark_rule(color=SOFT).encode(x=alt.datum(0))
    lines = max((label.count("\n") + 1 for label in order), default=1)
    rows_high = len(order) * max(thick * max(1, len(names)) + 9, (LABEL_LINE + 1) * lines + 5)
    return alt.layer(bars, zero).properties(width=width - room - 26, height=rows_high)


def _diversion(rows: list[dict[str, Any]], width: int) -> Any:
    import altair as alt

    labels = list(dict.fromkeys(str(row["Supplier"]) for row in rows))
    room = room_for(labels, width)
    parts = []
    for importer in dict.fromkeys(row["Importer"] for row in rows):
        own = [row for row in rows if row["Importer"] == importer]
        order = [str(row["Supplier"]) for row in own]
        y = alt.Y("Supplier:N").sort(order)
        base = alt.Chart(inline(own)).encode(
            y=y.axis(alt.Axis(title=None, labelLimit=room, minExtent=room, maxExtent=room))
        )
        colour = alt.condition("datum.Change < 0", alt.value(LOSS), alt.value(GAIN))
        bars = base.mark_bar(height=12).encode(
            x=alt.X("Change:Q").title("USD bn a year").axis(tickCount=6 if width > PHONE else 4),
            color=colour,
        )
        zero = alt.Chart(inline([{}])).mark_rule(color=SOFT).encode(x=alt.datum(0))
        parts.append(
            alt.layer(bars, zero).properties(
                width=width - room - 26,
                height=alt.Step(19),
                title=alt.TitleParams(f"Imports of {the(str(importer))}", fontSize=13, offset=6),
            )
        )
    return alt.vconcat(*parts, spacing=18).resolve_scale(x="shared")


def _field(name: str) -> str:
    return name.replace(".", "\\.").replace("[", "\\[").replace("]", "\\]")


def _colours(run: Run, names: list[str]) -> dict[str, str]:
    code_of = {
        run.name_of(code): code for code in (*run.sides, *run.world.get("country_names", {}))
    }
    by_code = actor_colours([code_of.get(name, name) for name in names])
    return {name: by_code[code_of.get(name, name)] for name in names}
