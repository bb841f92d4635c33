"""Fans: a median by year inside its band, in panels; a line never stands without its band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from upperhand.report.charts.bars import PHONE, wrap_label
from upperhand.report.charts.base import inline
from upperhand.report.charts.theme import INK, PAPER, SOFT

LEFT, GAP = 46, 26  # pixels for the labels of an axis, and between panels
DASHED = ("without them",)
TICKS_WIDE, TICKS_NARROW = 6, 4


@dataclass(frozen=True, slots=True)
class Fan:
    """A quantity by year: median and band of one case.

    Attributes:
        label: Which case, as the legend names it.
        rows: Year, 10th, 50th and 90th percentile.
        lines: False where only some years were solved: bars at those years, and nothing between.
    """

    label: str
    rows: tuple[tuple[float, float, float, float], ...]
    lines: bool = True


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel of a chart.

    Attributes:
        title: What it shows.
        unit: Title of its axis.
        fans: What is drawn.
        points: Date, value and label of numbers on record; those of a label are joined.
        rule: A value worth a line across, such as one for a ratio.
        zero: Whether the axis begins at zero.
    """

    title: str
    unit: str
    fans: tuple[Fan, ...]
    points: tuple[tuple[float, float, str], ...] = ()
    rule: float | None = None
    zero: bool = True


def panels(given: Sequence[Panel], colours: Mapping[str, str], width: int, *, height: int = 190,
           columns: int = 2, shared: bool = False) -> Any:  # fmt: skip
    """Return panels side by side, below each other on a narrow page.

    Args:
        given: The panels.
        colours: Colour of each label, in the order of the legend.
        width: Total width in pixels.
        height: Height of each panel.
        columns: Panels in a row on a wide page.
        shared: Whether all panels have one scale of values.
    """
    import altair as alt

    across = min(columns, len(given)) if width > PHONE else 1
    each = (width - across * (LEFT + 12) - (across - 1) * GAP) // across
    drawn = [_panel(one, colours, each, height, wide=width > PHONE) for one in given]
    found = alt.concat(*drawn, columns=across, spacing=GAP)
    return found.resolve_scale(color="shared", y="shared" if shared else "independent")


def _panel(one: Panel, colours: Mapping[str, str], width: int, height: int, *, wide: bool) -> Any:
    import altair as alt

    rows: list[dict[str, Any]] = [
        {"Year": year, "low": low, "middle": middle, "high": high, "Case": fan.label,
         "lines": fan.lines, "dashed": fan.label in DASHED}
        for fan in one.fans
        for year, low, middle, high in fan.rows
    ]  # fmt: skip
    known: list[dict[str, Any]] = [
        {"Year": at, "middle": value, "Case": label} for at, value, label in one.points
    ]
    ends = [float(row["Year"]) for row in (*rows, *known)]
    marked = bool(known) or any(not fan.lines for fan in one.fans)
    x = alt.X("Year:Q").title(None).scale(domain=_domain(ends, marked), nice=False).axis(
        alt.Axis(format="d", tickCount=_ticks(ends, width), labelOverlap=True, labelFlush=True)
    )  # fmt: skip
    key = alt.Legend(symbolOpacity=1, columns=0 if wide else 2)
    domain, shades = list(colours), list(colours.values())
    colour = alt.Color("Case:N").scale(domain=domain, range=shades).legend(key)
    axis = alt.Axis(grid=True, tickCount=5, labelColor=SOFT, titleAnchor="start", titleAngle=0,
                    titleAlign="left", titleY=-8, titleX=-LEFT + 8)  # fmt: skip
    y = alt.Y("low:Q").title(one.unit).scale(zero=one.zero).axis(axis)
    layers: list[Any] = []
    base = alt.Chart(inline(rows)).encode(x=x, color=colour)
    drawn = base.transform_filter("datum.lines")
    bars = base.transform_filter("!datum.lines")
    # Solid and dashed lines apart: a second channel of the same field would want a legend of its own.
    kinds = sorted({fan.label in DASHED for fan in one.fans if fan.lines})
    parts = [
        (drawn.transform_filter(f"datum.dashed == {str(dashed).lower()}"), dashed)
        for dashed in kinds
    ]
    layers += [
        part.mark_area(opacity=0.22, strokeWidth=0).encode(y=y, y2="high:Q") for part, _ in parts
    ]
    layers += [
        part.mark_line(strokeWidth=2.4, strokeDash=[5, 3] if dashed else [1, 0]).encode(
            y=alt.Y("middle:Q")
        )
        for part, dashed in parts
    ]
    if any(not fan.lines for fan in one.fans):
        layers += [
            bars.mark_rule(strokeWidth=6, opacity=0.35).encode(y=y, y2="high:Q"),
            bars.mark_circle(size=60, opacity=1).encode(y=alt.Y("middle:Q")),
        ]
    if known:
        record = alt.Chart(inline(known)).encode(
            x=x, y=alt.Y("middle:Q").title(one.unit).scale(zero=one.zero).axis(axis), color=colour
        )
        layers += [
            record.mark_line(strokeWidth=1, opacity=0.6),
            record.mark_point(size=34, filled=True, opacity=1, stroke=PAPER, strokeWidth=0.8),
        ]
    if one.rule is not None:
        line = alt.Chart(inline([{}])).mark_rule(color=SOFT, strokeDash=[3, 3])
        layers.append(line.encode(y=alt.datum(one.rule)))
    title = alt.TitleParams(
        wrap_label(one.title, width).split("\n"), fontSize=13, offset=10, color=INK
    )
    return alt.layer(*layers).properties(width=width, height=height, title=title)


def _domain(dates: Sequence[float], marked: bool) -> list[float]:
    """Return the first and the last date, with room for marks that would stand on an end."""
    low, high = min(dates), max(dates)
    room = 0.05 * (high - low) * marked if high > low else 0.5
    return [low - room, high + room]


def _ticks(dates: Sequence[float], width: int) -> int:
    """Return as many ticks as there are whole years, or as many as there is room for."""
    years = max(1, round(max(dates) - min(dates)))
    return min(years, TICKS_WIDE if width > 300 else TICKS_NARROW)
