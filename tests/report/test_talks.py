"""The talks in brief, tables, charts and the report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.report.synthetic import synthetic_run
from tests.talks.confrontations import two_sides
from upperhand.report import brief, html_report
from upperhand.report import talks_tables as words
from upperhand.report.tables import all_tables
from upperhand.report.talks import talks_lines
from upperhand.report.talks_brief import brief_lines
from upperhand.report.talks_compared import compared
from upperhand.report.talks_words import upper_hand
from upperhand.results.talks import Talks

EMPTY = Talks(("USA", "CHN"), (), (), (), "long", (), (), (), "", (), ("the talks have no answer",))


@pytest.fixture(scope="module")
def run():
    from upperhand.talks.confrontation import confront
    from upperhand.world.toy import toy_world

    talks = confront(toy_world(), *two_sides(), horizons=["short", "long"], deal_horizon="long")
    clock = tuple((float(m), 1 - 0.9**m) for m in range(37))
    agreed = {
        "words": "A pact",
        "date": "2025-10-30",
        "terms": [
            {"side": "USA", "words": "less", "ours": "tariff cut"},
            {"side": "USA", "words": "no tariff", "ours": "tariff"},
            {"side": "CHN", "words": "ban stays", "ours": "ban", "kept": True},
            {"side": "CHN", "words": "ships", "note": "not modelled"},
        ],
    }
    plain = synthetic_run()
    scenario = plain.scenario | {"talks": {"agreed": agreed}}
    return replace(plain, talks=replace(talks, settlement=clock), scenario=scenario)


def test_the_brief_begins_with_the_upper_hand_and_names_countries(run):
    lines = brief(run).splitlines()
    assert lines[3].startswith("Upper hand, ")
    text = " ".join(brief(run).split())
    for part in ("Threats: If refused, the United States", "Deal: ", "by `upperhand talks`"):
        assert part in text, part
    assert "USA breaks even" not in text


def test_the_talks_take_no_more_than_half_a_screen(run):
    """The rest is in the report: why, on what it depends, the ladder."""
    assert 6 <= len(brief_lines(run, 88)) <= 26
    assert len(brief_lines(run, 88)) < len(talks_lines(run, 88))


def test_horizons_that_say_the_same_are_one_sentence_with_a_range(run):
    one = run.talks.leverage[0]
    rows = tuple(
        replace(row, values=(3.0, -3.0), favours="USA") if row.key == "threat_advantage" else row
        for row in one.rows
    )
    more = tuple(
        replace(row, values=(1.0, -1.0)) if row.key == "threat_advantage" else row for row in rows
    )
    same = (replace(one, rows=rows), replace(one, horizon="long", rows=more))
    ((horizon, text),) = upper_hand(replace(run, talks=replace(run.talks, leverage=same)))
    assert horizon == "all horizons"
    assert "the United States USD 1 to 3 bn a year ahead" in text
    turned = tuple(replace(r, favours="CHN") if r.key == "threat_advantage" else r for r in more)
    apart = (same[0], replace(same[1], rows=turned))
    assert len(upper_hand(replace(run, talks=replace(run.talks, leverage=apart)))) == 2


def test_every_table_of_the_talks_is_in_the_report(run):
    keys = [table.key for table in all_tables(run)]
    wanted = ["leverage", "leverage_reasons", "leverage_sectors", "ceilings", "threat_stage", "signals",
              "replies", "agreements", "protocols", "deal", "lasting", "compared", "ladder",
              "settlement", "clocks"]  # fmt: skip
    assert [key for key in keys if key in wanted] == wanted
    page = html_report(run)
    for heading in ("Who has the upper hand", "Which threats pay", "The deal on the table"):
        assert f">{heading}</h2>" in page, heading
    before = page.split("Seven measures of leverage")[0]
    assert before.count("<details") == before.count("</details>"), "the measures are folded away"


def test_a_run_without_talks_has_none_of_it():
    run = synthetic_run()
    assert "Upper hand" not in brief(run)
    assert "Which threats pay" not in html_report(run)


def test_talks_without_an_answer_say_so_and_draw_nothing():
    run = replace(synthetic_run(), talks=EMPTY)
    assert "Upper hand" not in brief(run)
    assert "the talks have no answer" in html_report(run)


def test_reasons_add_up_in_print(run):
    frame = words.reasons(run).frame
    for horizon in ("short", "long"):
        parts = frame[frame["Side"] != "both"][horizon].sum()
        whole = frame[frame["Side"] == "both"][horizon].item()
        assert parts == pytest.approx(whole, abs=1e-12)


def test_the_best_answer_comes_first(run):
    frame = words.replies(run).frame
    for name in ("United States", "China"):
        own = frame[frame["Side"] == name]
        assert own["Best"].iloc[0] == "best"
        assert own["Own change, USD bn"].is_monotonic_decreasing


def test_comparison_tells_the_same_from_what_differs(run):
    ours = dict(zip(*(compared(run).frame[c] for c in ("A pact, 2025-10-30", "Ours")), strict=True))
    assert ours["no tariff"] == "the same"
    assert ours["ships"] == "not modelled"
    assert ours["ban stays"] in ("lifted", "kept too")
    assert ours["less"] == "further: 10 points in all"
    assert "real income only" in compared(run).note


def test_the_brief_answers_what_an_aide_asks(run):
    text = " ".join(brief(run).split())
    for part in (
        "would not carry out what it threatens (USD −",
        "Answers: China answers everything that the United States has best with",
        "Bleeding: With everything carried out the United States loses",
        "Split: The United States gets",
        "Lasts: ",
        "Compared: 1 of 3 terms of A pact (2025-10-30) that the model has are the same, 1 of them only "
        "that a threat is not carried out",
    ):
        assert part in text, part


def test_the_command_gives_the_reasons_too(run):
    text = " ".join(" ".join(talks_lines(run, 88)).split())
    for part in (
        "Carried out: refused, the United States would",
        "Answer: China, if the United States carries out everything, answers best with",
        "Bleeding: With everything carried out the United States loses",
        "Why: ",
        "Depends: The United States gets",
        "Lasts: ",
        "Compared: 1 of 3 terms of A pact (2025-10-30) that the model has are the same",
    ):
        assert part in text, part


def test_deals_in_parts_say_how_far_tariffs_fall_and_differ_by_rule(run):
    frame = words.agreements(run).frame
    assert len(frame) == 20
    ours = [one for one in run.talks.agreements if one.rule == "egalitarian" and one.shares]
    for one in ours:
        assert one.shares[0] == pytest.approx(0.5, abs=5e-3) or "frontier ends" in one.selection
    assert frame["United States cuts, points"].dropna().between(0, 10).all()


def test_a_rung_names_only_what_it_adds(run):
    added = words.ladder(run).frame["Added"].tolist()
    assert added[0] == "nothing yet"
    assert len(set(added)) == len(added)


def test_ranges_of_draws_stand_beside_the_measures(run):
    from upperhand.results.talks import SevenMeasures
    from upperhand.talks.seven import with_ranges

    one = run.talks.leverage[0]
    drawn = [
        SevenMeasures(one.horizon, {r.key: r.values for r in one.rows}, advantage, 0.4, -1.0)
        for advantage in (-1.0, -2.0, 3.0)
    ]
    ranged = replace(run, talks=with_ranges(run.talks, {one.horizon: drawn}))
    frame = words.leverage(ranged).frame
    share = frame[(frame["Horizon"] == one.horizon) & (frame["Measure"] == "Surplus share")]
    assert " to " in share["United States"].item()
    assert "China has the upper hand (p = 0.67)" in brief(ranged)


@pytest.mark.parametrize("width", [860, 358])
def test_every_chart_of_the_talks_draws_at_both_widths(run, width):
    pytest.importorskip("altair")
    from upperhand.report.charts.talks import talks_charts

    charts = {chart.key: chart for chart in talks_charts(run)}
    assert {"ceilings", "bargaining", "ladder", "settlement"} <= set(charts)
    for chart in charts.values():
        assert chart.svg(width).startswith("<svg")
        assert chart.title
        assert chart.alt
