"""The backtest: priors that cannot look ahead, forecasts we can recompute, and honest failures."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest

from upperhand.audit.backtest import desperation, run_backtest
from upperhand.audit.backtest_page import answer, html_backtest, text_of
from upperhand.audit.errors import FactError, LookAheadError
from upperhand.audit.facts import read_facts
from upperhand.audit.forecasts import (
    CHANCES,
    NUMBERS,
    base_rates,
    chance_to_carry_out,
    climatology,
    numbers_climatology,
    status_quo,
)
from upperhand.audit.questions import COLUMNS, Knowledge, read_questions, read_readings
from upperhand.audit.readings import read_threat
from upperhand.measures.register import LAST_DAY, read_register
from upperhand.talks.reputation import posterior

QUESTIONS = {q.asked.id: q for q in read_questions()}


def known_on(day, questions=None):
    asked = tuple(questions or QUESTIONS.values())
    return Knowledge(day, read_facts(), asked, read_readings())


@pytest.fixture(scope="module")
def found():
    return run_backtest(seed=3)


def test_the_answer_to_a_question_is_hidden_until_it_is_resolved():
    question = QUESTIONS["carry-2025-11"]
    with pytest.raises(LookAheadError, match="not known on 2025-10-11"):
        known_on(question.asked.day).answer("carry-2025-11")
    assert known_on(question.resolved).answer("carry-2025-11") == 0.0
    assert not hasattr(question.asked, "answer")


def test_a_forecaster_that_looks_ahead_stops_the_backtest():
    def cheat_by_answer(question, known):
        return known.answer(question.id)

    def cheat_by_fact(_question, known):
        known.facts.one("avg_tariff_us_on_china_piie", "USA>CHN", "2025-11-10")
        return 0.5

    for cheat in (cheat_by_answer, cheat_by_fact):
        with pytest.raises(LookAheadError):
            run_backtest(chances={"climatology": climatology, "cheat": cheat})


def test_no_forecast_changes_when_the_future_does():
    """Flip every answer and drop every fact from a day on: forecasts of that day and before stay."""
    day = date(2025, 4, 8)
    flipped = tuple(
        replace(q, answer=1.0 - q.answer if q.answer in (0, 1) else 2 * q.answer)
        if q.resolved > day
        else q
        for q in QUESTIONS.values()
    )
    past = type(read_facts())([f for f in read_facts() if f.known_on(day)])
    before = {(f.id, f.forecaster): (f.probability, f.numbers) for f in run_backtest().forecasts
              if f.day <= day.isoformat()}  # fmt: skip
    after = {(f.id, f.forecaster): (f.probability, f.numbers)
             for f in run_backtest(questions=flipped, facts=past).forecasts
             if f.day <= day.isoformat()}  # fmt: skip
    assert after == before
    assert len(before) > 60


def test_a_reading_needs_a_world_of_before_the_question():
    known = known_on(date(2025, 10, 11))
    assert known.reading("carry-2025-11").year == 2022
    with pytest.raises(LookAheadError, match="no table of before"):
        known.reading("carry-2019-05")
    with pytest.raises(LookAheadError, match="of 2025-10-10 or later"):
        known_on(date(2025, 10, 10)).reading("carry-2025-11")


def test_a_packaged_reading_is_what_the_model_says():
    """Computed again from the world of the day before; printed with six decimals."""
    packaged = next(r for r in read_readings() if r.id == "carry-2025-02")
    again = read_threat(QUESTIONS["carry-2025-02"].asked)
    assert again is not None
    assert again.gain_pct == pytest.approx(packaged.gain_pct, abs=6e-7)
    assert read_threat(QUESTIONS["carry-2019-05"].asked) is None


@pytest.mark.equation("14.9")
def test_climatology_is_the_rule_of_succession_over_earlier_answers():
    """Laplace (1814): one in two before the first, then (yes + 1) / (all + 2)."""
    first = QUESTIONS["carry-2018-07"].asked
    assert climatology(first, known_on(first.day)) == 0.5
    later = QUESTIONS["carry-2019-12"].asked  # nine asked before, two of them still open or no
    earlier = [q for q in QUESTIONS.values() if q.asked.topic == "carried_out"
               and q.resolved <= later.day]  # fmt: skip
    wanted = (sum(q.answer for q in earlier) + 1) / (len(earlier) + 2)
    assert climatology(later, known_on(later.day)) == wanted
    assert len(earlier) == 7


@pytest.mark.equation("14.12")
def test_threat_and_rates_lies_halfway_and_is_silent_where_the_model_is():
    for question in read_questions():
        known = known_on(question.asked.day)
        model = CHANCES["credible threat"](question.asked, known)
        both = CHANCES["threat and rates"](question.asked, known)
        if model is None:
            assert both is None
        else:
            rate = base_rates(question.asked, known)
            assert both - model == pytest.approx(rate - both, abs=1e-15)


@pytest.mark.equation("14.10")
def test_a_threat_that_costs_is_carried_out_less_often_than_not():
    """Limits of the softmax, and a second route by quadrature over the half-normal prior."""
    from scipy.integrate import quad

    def density(s):
        return 2 * math.exp(-0.5 * (s / 0.05) ** 2) / (0.05 * math.sqrt(2 * math.pi))

    def integrand(s):
        return density(s) / (1 + math.exp(min(0.04 / s, 700)))

    wanted, _ = quad(integrand, 0, 1, points=[0.001, 0.01, 0.1])
    assert chance_to_carry_out(-0.04, points=4000) == pytest.approx(wanted, abs=1e-4)
    assert chance_to_carry_out(0.0) == 0.5
    assert chance_to_carry_out(-50.0) < 1e-100
    chances = [chance_to_carry_out(g) for g in (-0.3, -0.1, 0.0, 0.1)]
    assert chances == sorted(chances)


def test_desperation_follows_from_bayes():
    """Oracle S03, to its tolerance: one such move, then two."""
    assert posterior(0.3, [(0.6, 0.2)]) == pytest.approx(0.5625, abs=1e-8)
    assert posterior(0.3, [(0.6, 0.2)] * 2) == pytest.approx(0.79411765, abs=1e-8)
    path = desperation(tuple(QUESTIONS.values()))
    assert [day for day, _ in path] == ["2025-04-03", "2025-04-08", "2025-10-11"]
    assert [belief for _, belief in path[:2]] == pytest.approx([0.5625, 0.79411765], abs=1e-8)


def test_base_rates_and_status_quo_say_what_their_names_say():
    """TIES, 633 threats: 349 carried out."""
    carry, deal = QUESTIONS["carry-2025-11"].asked, QUESTIONS["deal-2025-10"].asked
    known = known_on(carry.day)
    assert base_rates(carry, known) == pytest.approx(349 / 633, rel=1e-12)
    assert base_rates(deal, known) == pytest.approx(284 / 633, rel=1e-12)
    assert (status_quo(carry, known), status_quo(deal, known)) == (0.0, 0.0)


def test_the_tariff_is_expected_where_it_was_and_with_the_changes_seen_so_far():
    asked = QUESTIONS["level-2019-09"].asked
    known = known_on(asked.day)
    assert NUMBERS["status quo"](asked, known) == (17.6,)
    moved = numbers_climatology(asked, known)
    assert moved == pytest.approx([17.6 + 0.7, 17.6 + 8.2, 17.6 + 5.6], abs=1e-9)


def test_every_question_is_scored_once_by_each_forecaster_that_speaks(found):
    keys = [(f.id, f.forecaster) for f in found.forecasts]
    assert len(set(keys)) == len(keys)
    for name in ("climatology", "status quo", "base rates"):
        binary = [q for q in QUESTIONS.values() if q.asked.topic not in ("level", "settle")]
        assert sum(f.forecaster == name and f.brier is not None for f in found.forecasts) == len(
            binary
        )


def test_the_reference_has_no_skill_over_itself(found):
    rows = [row for row in found.standings if row.forecaster == "climatology"]
    assert {row.skill for row in rows} == {0.0}
    assert all(row.difference.low == row.difference.high == 0.0 for row in rows)


def test_comparisons_are_on_the_same_questions(found):
    row = next(r for r in found.standings if (r.forecaster, r.topic, r.score)
               == ("credible threat", "carried_out", "brier"))  # fmt: skip
    own = {f.id: f.brier for f in found.forecasts if f.forecaster == "credible threat"}
    same = [f.brier for f in found.forecasts if f.forecaster == "climatology" and f.id in own]
    assert row.mean.questions == len(own)
    assert row.skill == pytest.approx(1 - sum(own.values()) / sum(same), rel=1e-12)


def test_every_failure_is_shown_with_who_failed(found):
    failed = {item.id: item for item in found.failures}
    assert failed["carry-2025-04-b"].forecasters["credible threat"] < 0.05
    assert "status quo" in failed["deal-2025-10"].forecasters
    text = text_of(found)
    assert all(item.words.split(",")[0][:40] in text for item in found.failures)


def test_the_same_seed_gives_the_same_backtest_and_another_only_other_intervals():
    one, two, other = run_backtest(seed=1), run_backtest(seed=1), run_backtest(seed=2)
    assert one == two
    assert one.forecasts == other.forecasts
    assert [r.mean.mean for r in one.standings] == [r.mean.mean for r in other.standings]


def test_the_page_stands_alone(found):
    page = html_backtest(found)
    assert answer(found) in page.replace("&#39;", "'")
    assert "<svg" in page
    assert "<script" not in page
    assert "src=" not in page


def test_answers_agree_with_the_register_of_measures():
    """Two files of ours: a tariff that a question says came is in the register from that day."""
    starts = {(e.actor, e.start) for e in read_register() if e.instrument == "tariff"}
    for name, day in {
        "carry-2018-07": date(2018, 7, 6),
        "carry-2018-08": date(2018, 8, 23),
        "carry-2018-09": date(2018, 9, 24),
        "carry-2019-05": date(2019, 5, 10),
        "carry-2019-09": date(2019, 9, 1),
        "carry-2025-02": date(2025, 2, 4),
        "carry-2025-03": date(2025, 3, 4),
        "carry-2025-04-a": date(2025, 4, 9),
        "carry-2026-07": date(2026, 7, 24),
    }.items():
        assert QUESTIONS[name].answer == 1.0
        assert ("USA", day) in starts, name
    assert all(q.resolved <= LAST_DAY for q in QUESTIONS.values())


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a,carried_ot,2020-01-01,2020-02-01,,,,Q,1,u,source read,S,", "did you mean 'carried_out'"),
        ("a,carried_out,2020-02-01,2020-01-01,,,,Q,1,u,source read,S,", "is not after asked"),
        ("a,carried_out,2020-02-30,2020-03-01,,,,Q,1,u,source read,S,", "asked '2020-02-30' is no day"),
        ("a,carried_out,2020-01-01,2020-02-01,,,,Q,0.5,u,source read,S,", "answer 0.5; allowed: 1 (yes) or 0 (no)"),
        ("a,level,2020-01-01,2020-02-01,,,x,Q,1,u,source read,S,", "threat_pp 'x' is not a number"),
        ("a,level,2020-01-01,2020-02-01,,,,Q,1,u,rumour,S,", "certainty 'rumour'"),
        ("a,level,2020-01-01,2020-02-01,,,,Q,1,u,source read,,", "no source"),
    ],
)  # fmt: skip
def test_a_wrong_question_is_named_by_line(tmp_path, row, said):
    path = tmp_path / "q.csv"
    path.write_text(",".join(COLUMNS) + "\n" + row + "\n", encoding="utf-8")
    with pytest.raises(FactError) as caught:
        read_questions(path)
    assert "line 2" in str(caught.value)
    assert said in str(caught.value)


def test_the_packaged_forecasters_are_the_ones_documented():
    assert list(CHANCES) == [
        "climatology",
        "status quo",
        "base rates",
        "credible threat",
        "threat and rates",
    ]
