"""The years ahead as brief, tables, charts and page: no line without its band, no finding without number."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from upperhand.core.errors import RecordError
from upperhand.report.charts import NARROW, WIDE
from upperhand.report.charts.theme import SCHEMA
from upperhand.report.charts.years import years_charts
from upperhand.report.years import beliefs_text, years_lines, years_text
from upperhand.report.years_page import html_years
from upperhand.report.years_tables import years_tables
from upperhand.report.years_words import controls_title, money
from upperhand.results.names import with_names
from upperhand.results.timing import Course, Threshold, Timing
from upperhand.results.years_ahead import read_years
from upperhand.scenario.read import parse_scenario
from upperhand.scenario.years_ahead import years_ahead

SCENARIO = """
title: Twenty points each, <b>boldly</b>
world: toy
moves:
  - {kind: tariff, by: USA, against: [CHN], add_pp: 20, label: threat, status: threat}
  - {kind: tariff, by: CHN, against: [USA], add_pp: 20, label: answer, status: threat}
"""
GAME = Timing(
    "chips", ("USA", "CHN"), (2026, 2027, 2028, 2029),
    (
        Course(0.0, (0.0,) * 4, (0.0,) * 4, (2.0,) * 4, (0.0,) * 4, False),
        Course(5.0, (1.0, 1.0, 0.5, 0.0), (0.0,) * 4, (2.0,) * 4, (0.0,) * 4, False),
    ),
    Threshold(2.0, 1.0, 4.0, (2.0, 2.0, 2.0), True), Threshold(None, 50.0, None, (None,) * 3, True),
    8, 0, (), 1e-12, 20, ("a made-up game, to see how it is shown",),
)  # fmt: skip


@pytest.fixture(scope="module")
def years():
    found = years_ahead(
        parse_scenario(SCENARIO), first=2026, last=2029, draws=80, cost_draws=3, leverage_draws=2
    )
    return replace(found, timing=(GAME,))


@pytest.fixture(scope="module")
def charts(years):
    return {chart.key: chart for chart in years_charts(years)}


KEYS = (
    "years_lag", "years_share", "years_controls", "years_cost", "years_leverage", "years_firms",
    "years_timing_chips",
)  # fmt: skip


def test_there_is_a_chart_for_each_question(charts):
    assert tuple(charts) == KEYS


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_a_chart_keeps_to_its_width_and_loads_nothing(charts, key, width):
    svg = charts[key].svg(width, titled=False)
    size = re.match(r'<svg[^>]* width="([\d.]+)"', svg)
    assert float(size.group(1)) <= width + 30
    assert "NaN" not in svg
    text = json.dumps(charts[key].spec(width)).replace(SCHEMA, "")
    assert '"url"' not in text
    assert "http" not in text


@pytest.mark.parametrize("key", KEYS)
def test_a_chart_is_valid_by_the_schema_of_vega_lite(charts, key):
    import altair as alt

    spec = charts[key].spec(titled=False)
    spec.pop("datasets")
    alt.Chart.from_dict({k: v for k, v in spec.items() if k != "usermeta"}, validate=True)


def test_no_line_stands_without_its_band(charts):
    """A thick line is a median, with a band of the same rows; thin lines join numbers on record."""
    for chart in charts.values():
        for part in _layers(chart.spec(titled=False)):
            marks = [layer["mark"] for layer in part]
            medians = [m for m in marks if m["type"] == "line" and m.get("strokeWidth", 0) > 2]
            bands = [m for m in marks if m["type"] == "area"]
            assert len(medians) == len(bands)


def _layers(spec):
    for part in spec.get("concat", []):
        if "layer" in part:
            yield part["layer"]


def test_without_draws_there_is_no_chart_of_cost_and_leverage(years):
    """A central line alone would look surer than it is, so the table holds it."""
    data = years.path.data.drop_vars(["cost_band", "cumulative_band", "pain_ratio_band"])
    bare = replace(years.leverage, years=tuple(replace(y, draws=0) for y in years.leverage.years))
    plain = replace(years, path=replace(years.path, data=data), leverage=bare)
    keys = [chart.key for chart in years_charts(plain)]
    assert "years_cost" not in keys
    assert "years_leverage" not in keys
    assert {"years_cost", "years_leverage"} <= {table.key for table in years_tables(plain)}
    assert "no band drawn" in years_text(plain)


def test_the_crossing_stands_with_its_range_in_brief_and_table(years):
    """Three draws of a world without strategic goods: all are the central path."""
    data = years.path.data.copy(deep=True)
    data["crossing"].values[:] = [2026.5, np.nan, 2027.5]
    found = replace(years, path=replace(years.path, data=data))
    table = next(table for table in years_tables(found) if table.key == "years_crossing")
    assert table.rows() == [["–", "2026.6", "2027.0", "2027.4", "33.3", "3"]]
    text = " ".join(years_text(found).split())
    assert "of 3 draws 33% have no crossing; in the others it is in 2027.0 (80 per cent" in text


def test_the_brief_answers_each_question_with_its_range(years):
    text = years_text(years)
    for head in (
        "How far behind, how fast closing:", "What the controls on record changed:",
        "When control and ban pay:", "What the moves cost:", "Who has the upper hand, by year:",
        "Firms:", "What it turns on:", "What to be careful about:",
    ):  # fmt: skip
        assert head in text
    low, middle, high = years.path.band("lag", "chips").sel(year=2026).values
    assert f"{middle:.1f} years behind in 2026 ({low:.1f} to" in " ".join(text.split())
    assert f"{high:.1f})" in text
    assert "conflicts in sign" in text
    assert "four-fold" in text
    assert max(map(len, text.splitlines()[2:])) <= 88


def test_three_parameters_are_named_with_ranges(years):
    text = " ".join(years_text(years).split())
    names = [str(name) for name in years.path.data["parameter"].values]
    assert len(names) == 3
    for name in names:
        assert f"{name.replace('_', ' ')}: " in text


def test_lines_of_the_page_are_each_once(years):
    lines = years_lines(years)
    assert len(lines) == len(set(lines))
    assert all(lines)


def test_the_page_escapes_what_a_scenario_says_and_has_every_section(years):
    page = html_years(years)
    assert "<b>boldly" not in page
    assert re.findall(r'<h2 id="(years-[a-z]+)"', page) == [
        "years-behind", "years-controls", "years-ban", "years-timing", "years-cost",
        "years-leverage", "years-firms", "years-hinges",
    ]  # fmt: skip
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)


def test_tables_hold_the_numbers_of_the_path(years):
    tables = {table.key: table for table in years_tables(years)}
    cost = tables["years_cost"].frame
    usd = years.path.data["cumulative_usd_bn"].sel(side="CHN").values
    np.testing.assert_allclose(cost["China, summed up, USD bn"].astype(float), usd, rtol=1e-12)
    record = tables["years_firm_record"].frame
    assert len(record) == sum(len(one.points) for one in years.firms)
    assert set(record["Certainty"]) == {"source read", "unconfirmed"}
    lag = tables["years_lag"].frame
    first = lag[lag["Quantity"] == "years behind"].iloc[0]
    assert first["2026, 10%"] < first["2026"] < first["2026, 90%"]


def test_a_title_does_not_claim_what_half_of_the_draws_deny(years):
    """The sign of what controls did is stated from four draws in five on, in either direction."""
    data = years.path.data

    def title(chance):
        odds = data["chance_controls_slowed"].copy()
        odds.loc[{"technology": "chips"}] = chance
        changed = replace(years.path, data=data.assign(chance_controls_slowed=odds))
        return controls_title(replace(years, path=changed))

    assert title(0.9) == "The controls on record slow the follower in chips, in 90% of draws"
    assert title(0.1) == "The controls on record speed the follower up, in 90% of draws"
    assert title(0.5).startswith("Whether the controls on record slow the follower is open")


def test_everything_survives_a_record(years, tmp_path):
    again = read_years(years.save(tmp_path / "record"))
    assert again.to_dict() == years.to_dict()
    assert years_text(again) == years_text(years)
    (tmp_path / "record" / "years.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RecordError, match="not the years ahead of a scenario"):
        read_years(tmp_path / "record")


def test_a_technology_is_told_by_its_name_once():
    """The name of one technology holds the code of another: other chips, chips."""
    goods = {"chips": "Other chips (logic, memory)", "gpu": "AI chips"}
    assert with_names("slows CHN in chips and gpu", {"CHN": "China"}, goods) == (
        "slows China in other chips (logic, memory) and AI chips"
    )


def test_beliefs_name_threshold_range_and_what_they_rest_on(years):
    text = beliefs_text(years.beliefs, {side: years.name_of(side) for side in years.path.sides})
    assert "the United States values a dollar" in text
    assert "own dollars per dollar or more (10-90 %" in text
    assert text.count("  - ") == len([line for b in years.beliefs for line in b.rests_on])


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (-10.0, -10.0, "loses USD 10 bn"),
        (0.0, 3.0, "gains USD 0.0 to 3.0 bn"),
        (-1.0, 1.0, "from -1.0 to +1.0 USD bn"),
    ],
)
def test_money_says_loss_gain_or_neither(low, high, words):
    assert money(low, high) == words
