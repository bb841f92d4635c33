"""The brief answers in one sentence, gives ranges before points, and never makes a number up."""

from __future__ import annotations

from dataclasses import replace

from tests.report.synthetic import synthetic_counterfactual, synthetic_run
from tests.results.test_headline import with_effects
from upperhand.report import answer, brief
from upperhand.report.export import as_run


def test_the_sentence_names_both_losses_as_ranges_and_who_is_hurt_more(run):
    assert answer(run) == (
        "The United States loses 0.55 to 0.88% of real income (USD 123 to 197 bn a year) and China "
        "loses 1.2 to 1.9% of real income (USD 193 to 308 bn a year), depending on the horizon; "
        "for each 1% that the United States loses, China loses 2.2%, so China is hurt more."
    )


def test_brief_shows_four_numbers_by_horizon_assumptions_and_places(run):
    text = brief(run, report="out/report.html", record="out/record")
    assert "short (0-6 months)" in text
    assert "Pain ratio" in text
    assert "Viet Nam +0.90%" in text
    assert "comply with the chip ban: 60 per cent [30 to 90]" in text
    assert "Report: out/report.html" in text
    assert "Record: out/record" in text
    assert max(map(len, text.splitlines())) <= 100


def test_a_side_that_gains_gets_no_ratio():
    run = with_effects(synthetic_run(), USA=0.2, CHN=-1.0)
    assert "no pain ratio: the United States gains while China loses" in answer(run)
    assert "Pain ratio              none" in brief(run)


def test_without_equilibrium_the_answer_says_so_and_holds_no_loss():
    text = brief(synthetic_run(ok=False))
    assert "No answer: no equilibrium: step limit" in text
    assert "loses" not in text.split("Assumed")[0].replace("nobody loses", "")


def test_one_failed_horizon_is_named_and_the_others_are_reported():
    good, bad = synthetic_run(), synthetic_run(ok=False)
    cases = [b if b.horizon == "short" else g for g, b in zip(good.cases, bad.cases, strict=True)]
    text = answer(replace(good, cases=tuple(cases)))
    assert text.endswith("No equilibrium was found at the short horizon.")
    assert "0.55 to 0.69%" in text


def test_control_characters_of_a_hostile_title_do_not_reach_the_terminal(run):
    text = brief(replace(run, title="a\x1b[2Jb\r\nc\u202e"))
    assert text.splitlines()[0] == "a[2Jb c"


def test_a_single_result_has_a_brief_too():
    text = brief(as_run(synthetic_counterfactual()))
    assert "CHN loses most (−1.2%)" in text


def test_a_large_ratio_reads_as_times():
    run = with_effects(synthetic_run(), USA=-0.01, CHN=-0.3)
    assert "China loses 30 times as large a share as the United States" in answer(run)


def test_a_ratio_that_exists_at_some_horizons_only_is_not_given_as_if_for_all():
    good, gaining = synthetic_run(), with_effects(synthetic_run(), USA=0.3)
    pairs = zip(good.cases, gaining.cases, strict=True)
    cases = tuple(b if b.horizon == "short" else a for a, b in pairs)
    text = answer(replace(good, cases=cases))
    assert "The United States loses or gains" in text
    assert "a pain ratio exists at some horizons only" in text
