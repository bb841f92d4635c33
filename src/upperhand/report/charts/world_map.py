"""The world map of real income: losses and gains in classes, 'not modelled' hatched."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from upperhand.core.errors import OptionError, unknown
from upperhand.report.charts.base import Chart, inline
from upperhand.report.charts.findings import map_title, rise_title
from upperhand.report.charts.theme import BORDER, DIVERGING, NOT_MODELLED
from upperhand.report.geo import MAP_NOTE, country_ids, topology
from upperhand.report.numbers import codes, main_horizon, percent_by_country, source_line

if TYPE_CHECKING:
    from upperhand.results import Run

BORDERS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)  # of the classes, per cent
LARGEST_CLASS = 0.9  # the last class begins below this share of the largest value
RESIDUAL = "ROW"
WORLD = "world"  # name of the data set with the shapes


#: What the map can show: changes by country, in words for the subtitle.
VARIABLES = {
    "real_income_change": "real income",
    "real_wage_change": "the real wage",
    "consumer_price_change": "consumer prices, in units of world income",
    "terms_of_trade_change": "the terms of trade",
    "exports_change": "the value of exports, in units of world income",
    "imports_change": "the value of imports, in units of world income",
}


def world_map(run: Run, variable: str = "real_income_change") -> Chart:
    """Return the map of the change of real income, or of another variable, at the longest horizon.

    Raises:
        OptionError: If the map cannot show that variable.
    """
    if variable not in VARIABLES:
        raise OptionError(unknown("variable of the map", variable, list(VARIABLES)))
    horizon = main_horizon(run)
    data = run.case("package", horizon).counterfactual.data
    names = codes(data)
    values = dict(zip(names, percent_by_country(run, variable, horizon=horizon), strict=True))
    title = map_title(values) if variable == "real_income_change" else rise_title(values)
    borders = class_borders([v for v in values.values() if math.isfinite(v)])
    shapes, groups = shape_values(run, values)
    rows = [
        {"id": shape, "class": _class_of(shapes.get(shape), borders)} for shape in country_ids()
    ]

    def draw(width: int) -> Any:
        return _draw(rows, width)

    return Chart(
        "map",
        title,
        f"Change of {VARIABLES[variable]} from the baseline, per cent, {horizon} horizon",
        f"{map_note(run, groups)} {source_line(run)}",
        f"World map in seven classes of the change of {VARIABLES[variable]}. {title}. "
        "The table 'Every economy' lists all values.",
        draw,
        legend_of(
            borders, any(row["class"] is None for row in rows), plain=not is_welfare(variable)
        ),
        lambda: {WORLD: topology()},
    )


def class_borders(values: list[float]) -> tuple[float, float, float]:
    """Return three class borders above zero that suit the largest value.

    Examples:
        >>> class_borders([-0.43, 0.88]), class_borders([]), class_borders([12.0])
        ((0.03, 0.1, 0.3), (0.01, 0.03, 0.1), (1.0, 3.0, 10.0))
    """
    largest = max((abs(v) for v in values), default=0.0)
    fitting = [i for i, border in enumerate(BORDERS) if border < LARGEST_CLASS * largest]
    last = max(fitting, default=0)
    last = max(last, 2)
    return BORDERS[last - 2], BORDERS[last - 1], BORDERS[last]


def shape_values(run: Run, values: dict[str, float]) -> tuple[dict[str, float], dict[str, str]]:
    """Return the value of each shape on the map, and the group that it was taken from."""
    regions: dict[str, list[str]] = run.world.get("card", {}).get("regions", {})
    found = {code: value for code, value in values.items() if code in country_ids()}
    groups = {
        member: code
        for code, members in regions.items()
        if code in values
        for member in members
        if member in country_ids() and member not in found
    }
    if RESIDUAL in values:
        named = {*found, *groups}
        groups |= {shape: RESIDUAL for shape in country_ids() if shape not in named}
    return {**found, **{shape: values[code] for shape, code in groups.items()}}, groups


def map_note(run: Run, groups: dict[str, str]) -> str:
    """Return the note below every map: groups, and that borders are no opinion."""
    if not groups:
        return MAP_NOTE
    names = sorted({run.name_of(code) for code in groups.values()})
    return f"Economies computed as a group show the value of the group ({'; '.join(names)}). {MAP_NOTE}"


def is_welfare(variable: str) -> bool:
    """Say whether a rise of the variable is a gain of those who live there."""
    return variable in ("real_income_change", "real_wage_change")


def legend_of(
    borders: tuple[float, float, float], has_gaps: bool, *, plain: bool = False
) -> tuple[tuple[str, str], ...]:
    """Return colour and label of each class, from losses to gains; of falls to rises if `plain`."""
    a, b, c = (f"{x:g}" for x in borders)
    down, up = ("fall", "rise") if plain else ("loss", "gain")
    labels = (
        f"{down} above {c}%", f"{down} {b} to {c}%", f"{down} {a} to {b}%",
        f"within {a}% of zero",
        f"{up} {a} to {b}%", f"{up} {b} to {c}%", f"{up} above {c}%",
    )  # fmt: skip
    entries = tuple(zip(DIVERGING, labels, strict=True))
    return (*entries, (NOT_MODELLED, "not modelled")) if has_gaps else entries


def _draw(rows: list[dict[str, Any]], width: int) -> Any:
    import altair as alt

    form = alt.TopoDataFormat(type="topojson", feature="countries")
    shapes = alt.NamedData(WORLD, format=form)
    classes = [str(i) for i in range(len(DIVERGING))]
    colour = alt.condition(
        "isValid(datum['class'])",
        alt.Color("class:N").scale(domain=classes, range=list(DIVERGING)).legend(None),
        alt.value(NOT_MODELLED),
    )
    return (
        alt.Chart(shapes)
        .mark_geoshape(stroke=BORDER, strokeWidth=0.35)
        .transform_lookup(lookup="id", from_=alt.LookupData(inline(rows), "id", ["class"]))
        .encode(color=colour)
        .project(type="equalEarth")
        .properties(width=width - 8, height=round((width - 8) * 0.47))
    )


def _class_of(value: float | None, borders: tuple[float, float, float]) -> str | None:
    if value is None or not math.isfinite(value):
        return None
    step = sum(abs(value) >= border for border in borders)
    return str(3 + step if value > 0 else 3 - step)
