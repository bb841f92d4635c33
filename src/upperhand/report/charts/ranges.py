"""Charts of the draws: which numbers make a range wide, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from upperhand.report.charts.bars import room_for, wrap_label, wrapped_axis
from upperhand.report.charts.base import Chart, inline
from upperhand.report.charts.theme import PARTS, SOFT, actor_colours
from upperhand.report.numbers import main_horizon, source_line
from upperhand.report.words import the

if TYPE_CHECKING:
    from upperhand.results import Run
    from upperhand.uncertainty.hinges import Bar

MOST_BARS = 8  # of each side
SURE = 3.0  # standard errors: of seventy numbers without a link, one in five runs shows one
PHONE = 500


def range_charts(run: Run) -> tuple[Chart, ...]:
    """Return tornado and scatter of the sides' effects, where the draws tell one input from none."""
    found = {side: _bars(run, side) for side in run.sides} if run.ranges is not None else {}
    found = {side: bars for side, bars in found.items() if bars}
    return (tornado(run, found), scatter(run, found)) if found else ()


def tornado(run: Run, found: dict[str, tuple[Bar, ...]]) -> Chart:
    """Return the median effect in the fifths of draws with the lowest and the highest inputs."""
    words = input_words(run)
    horizon = main_horizon(run)
    rows = [
        {
            "Side": run.name_of(side), "Input": words.get(bar.name, bar.name),
            "low": bar.low, "high": bar.high,
        }
        for side, bars in found.items()
        for bar in bars
    ]  # fmt: skip
    first = next(iter(found))
    title = (
        f"For {the(run.name_of(first))} most hinges on "
        f"{words.get(found[first][0].name, found[first][0].name)}"
    )
    return Chart(
        "tornado",
        title,
        f"Median change of real income, per cent, {horizon} horizon, in the fifths of draws with the "
        "lowest and the highest value of each number; only numbers whose rank correlation is three "
        "standard errors from zero",
        source_line(run),
        f"Bars by number drawn. {title}.",
        lambda width: _tornado(rows, width),
    )


def scatter(run: Run, found: dict[str, tuple[Bar, ...]]) -> Chart:
    """Return each draw by the number that matters most to each side."""
    assert run.ranges is not None  # the caller looked
    words, horizon, many = input_words(run), main_horizon(run), run.ranges
    colours = actor_colours(list(found))
    panels = []
    for side, bars in found.items():
        bar = next((b for b in bars if np.isfinite(b.correlation)), None)
        if bar is None:
            continue
        name = f"real income of {side}, {horizon}"
        x, y = many.inputs[bar.name][many.having(name)], many.values(name)
        points = [{"x": float(a), "y": float(b)} for a, b in zip(x, y, strict=True)]
        panels.append((run.name_of(side), words.get(bar.name, bar.name), colours[side], points))
    title = f"{len(many) - many.failed} draws, each an equilibrium"
    return Chart(
        "scatter",
        title,
        f"Change of real income, per cent, {horizon} horizon, by the number that matters most",
        source_line(run),
        "Points by draw: " + "; ".join(f"{side} by {label}" for side, label, _, _ in panels) + ".",
        lambda width: _scatter(panels, width),
    )


def input_words(run: Run) -> dict[str, str]:
    """Return what each number drawn is, in words."""
    kept = run.ranges.provenance.get("words", {}) if run.ranges is not None else {}
    return {str(name): str(words) for name, words in kept.items()}


def _bars(run: Run, side: str) -> tuple[Bar, ...]:
    """Return the widest bars whose rank correlation is hardly chance."""
    from upperhand.core.errors import OptionError
    from upperhand.uncertainty.hinges import tornado as bars_of

    assert run.ranges is not None  # the caller looked
    name = f"real income of {side}, {main_horizon(run)}"
    if name not in run.ranges.outputs:
        return ()
    floor = SURE / max(len(run.ranges.values(name)) - 1, 1) ** 0.5
    try:
        bars = bars_of(run.ranges, name)
    except OptionError:  # too few draws
        return ()
    kept = [b for b in bars if not np.isfinite(b.correlation) or abs(b.correlation) > floor]
    return tuple(kept[:MOST_BARS])


def _tornado(rows: list[dict[str, Any]], width: int) -> Any:
    import altair as alt

    room = room_for([row["Input"] for row in rows], width, most=0.5)
    parts = []
    for side in dict.fromkeys(row["Side"] for row in rows):
        own = [
            {"Input": wrap_label(row["Input"], room), "from": row["low"], "to": row["high"],
             "at": end, "value": row[end]}
            for row in rows if row["Side"] == side
            for end in ("low", "high")
        ]  # fmt: skip
        order = list(dict.fromkeys(row["Input"] for row in own))
        lines = max(label.count("\n") + 1 for label in order)
        base = alt.Chart(inline(own)).encode(
            y=alt.Y("Input:N").sort(order).axis(wrapped_axis(room))
        )
        bar = base.mark_rule(strokeWidth=5, color=SOFT, opacity=0.45).encode(
            x=alt.X("from:Q").title("per cent").scale(zero=False).axis(tickCount=5), x2="to:Q"
        )
        names = ["lowest fifth", "highest fifth"]
        ends = (
            base.mark_circle(size=90, opacity=1)
            .encode(
                x="value:Q",
                color=alt.Color("label:N").scale(domain=names, range=list(PARTS[:2])),
            )
            .transform_calculate(label="datum.at == 'low' ? 'lowest fifth' : 'highest fifth'")
        )
        title = alt.TitleParams(side, fontSize=13, offset=6)
        parts.append(
            alt.layer(bar, ends).properties(
                width=width - room - 26, height=alt.Step(max(22, 14 * lines + 6)), title=title
            )
        )
    return alt.vconcat(*parts, spacing=18).resolve_scale(color="shared", x="independent")


def _scatter(panels: list[tuple[str, str, str, list[dict[str, float]]]], width: int) -> Any:
    import altair as alt

    columns = 2 if width > PHONE else 1
    each = (width - 60 * columns) // columns
    drawn = [
        alt.Chart(inline(points))
        .mark_circle(size=34, opacity=0.75, color=colour)
        .encode(
            x=alt.X("x:Q").title(wrap_label(label, each).split("\n")).scale(zero=False)
            .axis(tickCount=5),
            y=alt.Y("y:Q").title("per cent").scale(zero=False).axis(tickCount=5, grid=True),
        )
        .properties(width=each, height=220, title=alt.TitleParams(side, fontSize=13, offset=6))
        for side, label, colour, points in panels
    ]  # fmt: skip
    return alt.concat(*drawn, columns=columns, spacing=24)
