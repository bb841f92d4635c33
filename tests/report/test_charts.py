"""Every chart is a valid Vega-Lite specification that loads nothing, and draws without a network."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from tests.report.synthetic import synthetic_run
from upperhand.report.charts import NARROW, WIDE, all_charts, ranking
from upperhand.report.charts.base import hatched, slim
from upperhand.report.charts.theme import (
    ACTORS,
    DARK,
    DIVERGING,
    EXPORTER,
    GAIN,
    IMPORTER,
    INK,
    LOSS,
    PAPER,
    PARTS,
    SCHEMA,
    SOFT,
    VEGALITE_VERSION,
    actor_colours,
    darkened,
)
from upperhand.report.charts.world_map import class_borders, shape_values
from upperhand.report.geo import country_ids, topology

CHARTS = {chart.key: chart for chart in all_charts(synthetic_run())}


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        r, g, b = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_there_is_a_chart_for_each_question():
    assert list(CHARTS) == [
        "map", "ranking", "sectors", "who_pays", "welfare", "diversion", "alone", "horizons",
    ]  # fmt: skip


@pytest.mark.parametrize("key", CHARTS)
@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_chart_draws_and_keeps_to_its_width(key, width):
    svg = CHARTS[key].svg(width, titled=False)
    found = re.match(r'<svg[^>]* width="([\d.]+)"', svg)
    assert found is not None
    assert float(found.group(1)) <= width + 30
    assert "NaN" not in svg
    assert "undefined" not in svg


@pytest.mark.parametrize("key", CHARTS)
def test_chart_is_valid_by_the_schema_of_vega_lite(key):
    import altair as alt

    spec = CHARTS[key].spec(titled=False)
    spec.pop("datasets")
    assert spec["$schema"] == SCHEMA
    alt.Chart.from_dict({k: v for k, v in spec.items() if k != "usermeta"}, validate=True)


@pytest.mark.parametrize("key", CHARTS)
def test_chart_loads_nothing(key):
    text = json.dumps(CHARTS[key].spec()).replace(SCHEMA, "")
    assert '"url"' not in text
    assert "http" not in text


@pytest.mark.parametrize("key", CHARTS)
def test_chart_has_finding_unit_source_and_words_for_those_who_cannot_see_it(key):
    chart = CHARTS[key]
    assert len(chart.title) > 15
    assert re.search("per cent|USD bn|log points", chart.subtitle)
    assert "0123456789abcdef" in chart.source
    assert "Numbers: table" in chart.alt or "table 'Every economy'" in chart.alt
    svg = chart.svg()
    assert chart.title.split()[0] in svg


def test_one_version_of_vega_lite_is_used_by_all_tools():
    import altair as alt
    import vl_convert

    assert VEGALITE_VERSION in vl_convert.get_vegalite_versions()
    assert VEGALITE_VERSION.split(".")[0] == alt.SCHEMA_VERSION.lstrip("v").split(".")[0]
    assert f"/v{VEGALITE_VERSION.split('.')[0]}." in SCHEMA


def test_png_is_written():
    assert CHARTS["who_pays"].png()[:8] == b"\x89PNG\r\n\x1a\n"


def test_not_modelled_is_hatched_and_never_light_grey():
    """The synthetic world has a residual region, so every shape has a value; without it, not."""
    run = synthetic_run()
    values = {"USA": -1.0, "CHN": 1.0}
    shapes, groups = shape_values(run, values)
    assert set(shapes) == {"USA", "CHN"}
    assert groups == {}
    drawn = hatched('<svg x="1"><path fill="#aaa7b3"/></svg>', "map")
    assert 'fill="url(#hatch-map)"' in drawn
    assert "<pattern" in drawn


def test_groups_show_the_value_of_the_group_and_are_named():
    run = synthetic_run()
    run.world["card"]["regions"] = {"DEU": ["DEU"], "ROW": ["ROW"], "VNM": ["VNM", "LAO"]}
    values = {"DEU": 1.0, "VNM": 2.0, "ROW": 3.0}
    shapes, groups = shape_values(run, values)
    assert (shapes["LAO"], shapes["BRA"], shapes["DEU"]) == (2.0, 3.0, 1.0)
    assert groups["LAO"] == "VNM"
    assert "rest of the world" in CHARTS["map"].source.lower()


@pytest.mark.parametrize("largest", [1e-6, 0.02, 0.5, 3.0, 12.0, 80.0])
def test_classes_of_the_map_ascend_and_suit_the_largest_value(largest):
    low, middle, high = class_borders([largest])
    assert 0 < low < middle < high
    assert high <= max(0.1, largest)


def test_map_has_the_small_economies_that_matter_and_no_antarctica():
    assert {"SGP", "HKG", "MLT", "TWN", "XKX", "ESH", "LUX", "PSE"} <= set(country_ids())
    assert "ATA" not in country_ids()
    assert len(country_ids()) == len(set(country_ids()))


def test_map_is_small_and_has_no_empty_shape():
    assert len(json.dumps(topology(), separators=(",", ":"))) < 350_000
    assert all(shape["arcs"] for shape in topology()["objects"]["countries"]["geometries"])


def test_actors_keep_their_colour():
    assert actor_colours(["CHN", "USA"])["USA"] == actor_colours(["USA"])["USA"]
    assert len(set(actor_colours(["USA", "CHN", "VNM", "MEX"]).values())) == 4


@pytest.mark.parametrize(
    "colour", [GAIN, LOSS, EXPORTER, *PARTS[:1], *actor_colours(["USA", "CHN"]).values()]
)
def test_marks_stand_out_on_light_and_on_dark_paper(colour):
    assert contrast(colour, PAPER) >= 3
    assert contrast(DARK.get(colour, colour), DARK[PAPER]) >= 3


def test_text_is_readable_on_light_and_on_dark_paper():
    for colour in (INK, SOFT):
        assert contrast(colour, PAPER) >= 4.5
        assert contrast(DARK[colour], DARK[PAPER]) >= 4.5


def test_colours_with_a_dark_partner_are_distinct_so_that_they_can_be_replaced():
    assert not set(DARK) & set(DARK.values())
    assert len(set(DIVERGING)) == len(DIVERGING)
    assert darkened(f'fill="{INK}"') == f'fill="{DARK[INK]}"'
    assert IMPORTER in DARK


def test_slimming_keeps_text_and_rounds_coordinates():
    assert slim('<text d="M0.123,4.567">1.2345</text>') == '<text d="M0.1,4.6">1.2345</text>'


def test_map_is_built_by_the_command_from_its_source():
    """A square country next to a triangle, on the grid of the source; borders stay shared."""
    from upperhand.report.geo.build import build

    arcs = [
        [[0, 0], [0, 1000]],
        [[0, 1000], [1000, 0], [0, -1000], [-1000, 0]],
        [[0, 0], [-800, 500], [800, 500]],
    ]
    source = {
        "transform": {"scale": [0.01, 0.01], "translate": [0, 0]},
        "arcs": arcs,
        "objects": {"countries": {"geometries": [
            {"type": "Polygon", "id": "840", "properties": {"name": "One"}, "arcs": [[0, 1]]},
            {"type": "Polygon", "id": "124", "properties": {"name": "Two"}, "arcs": [[~0, 2]]},
            {"type": "Polygon", "id": "010", "properties": {"name": "Antarctica"}, "arcs": [[0, 1]]},
        ]}},
    }  # fmt: skip
    made = build(source)
    shapes = {s["id"]: s["arcs"] for s in made["objects"]["countries"]["geometries"]}
    assert set(shapes) == {"USA", "CAN"}
    assert shapes["USA"][0][0][0] == ~shapes["CAN"][0][0][0]


def test_title_of_the_ranking_names_the_economy_that_loses_most_even_inside_a_side():
    members = {"USA": ["MEX", "USA", "CHN"], "DEU": ["DEU"]}
    run = synthetic_run()
    run = replace(run, scenario={**run.scenario, "sides": members})
    assert ranking(run).title == "China loses most (1.2%); Viet Nam gains most (0.90%)"


def test_every_actor_with_a_fixed_colour_has_one_of_its_own():
    assert len(set(ACTORS.values())) == len(ACTORS)
    assert set(ACTORS.values()) <= {*DARK, "#b8860b"}
