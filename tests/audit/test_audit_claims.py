"""Claims: read or refused by line; verdicts follow from facts, runs and roots that we can check."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from tests.support import ROOT, shared_dir
from upperhand.audit.belief_test import intervals_of
from upperhand.audit.claims import packaged_audits, parse_claims, read_claims
from upperhand.audit.draw_test import run_of_draw
from upperhand.audit.errors import ClaimError
from upperhand.audit.facts import read_facts
from upperhand.audit.judge import audit
from upperhand.audit.page import html_audit, save_audit, text_of
from upperhand.audit.quantity import read_quantity, unit_of
from upperhand.audit.runs import Runs, settings_of
from upperhand.audit.verdict import together, word_of
from upperhand.core.errors import OptionError
from upperhand.results.ranges import upper_hand_odds
from upperhand.scenario.read import read_scenario
from upperhand.scenario.run import run_scenario

SCENARIO = """\
title: Two tariffs
world: toy
horizons: [medium, long]
moves:
  - {kind: tariff, by: USA, against: [CHN], add_pp: 50, source: t, assumed: {add_pp: [10, 90]}}
  - {kind: tariff, by: CHN, against: [USA], add_pp: 50, source: t}
variants:
  free: {words: no answer, set: {"moves[1].add_pp": 0}}
"""
HEAD = "title: T\nscenario: two.yaml\nclaims:\n"
LOSES = "{quantity: headline/percent/CHN, below: 0}"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "two.yaml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path


def model(checks, more="horizons: [medium, long]"):
    return f"{HEAD}  - {{id: c, words: W, test: model, checks: [{checks}], {more}}}\n"


def fact(metric, entity, period, more):
    ref = f"{{metric: {metric}, entity: {entity}, period: '{period}'}}"
    return parse_claims(
        f"title: T\nclaims:\n  - {{id: c, words: W, test: fact, checks: [{{fact: {ref}, {more}}}]}}"
    )


@pytest.mark.equation("14.1")
def test_several_checks_join_by_three_valued_logic():
    """Kleene (1938): open parts decide nothing that the others leave open."""
    assert [together(x, "all") for x in ([True, True], [True, None], [None, False])] == [
        True, None, False,
    ]  # fmt: skip
    assert [together(x, "any") for x in ([False, None], [None, True], [False, False])] == [
        None, True, False,
    ]  # fmt: skip
    most = ([True, True, None], [True, False, None], [False, False, None])
    assert [together(x, "most") for x in most] == [True, None, False]


@pytest.mark.equation("14.2")
@pytest.mark.parametrize(
    ("claims", "verdict", "probability"),
    [
        (fact("rare_earth_magnet_share", "CHN", "2024", "above: 90"), "supported", 1.0),
        (fact("rare_earth_magnet_share", "CHN", "2024", "at_most: 90"), "contradicted", 0.0),
        (fact("ai_model_lag", "China vs US", "2026-04", "above: 4"), "undecided", 2 / 3),
        (fact("us_goods_imports_from_china", "USA", "2024", "above: 400"), "undecided", 0.75),
        (fact("deepseek_v4_trained_on_ascend", "DeepSeek", "2026-04", "above: 0"), "undecided", 0.5),
        (fact("smic_7nm_yield_vs_tsmc", "SMIC", "2024-02", "below: 0.5"), "supported", 1.0),
    ],
    ids=["held", "missed", "range", "unconfirmed", "no number", "bound"],
)  # fmt: skip
def test_a_fact_claim_follows_its_number_its_range_and_its_certainty(claims, verdict, probability):
    found = audit(claims).verdicts[0]
    assert found.verdict == verdict
    assert found.probability == pytest.approx(probability, abs=1e-12)  # a count over a count


def test_two_facts_can_be_compared():
    claims = parse_claims("""
title: T
claims:
  - id: c
    words: W
    test: fact
    checks:
      - fact: {metric: phase_one_actual, entity: CHN, period: 2020-2021}
        over: {metric: phase_one_commitment, entity: CHN, period: 2020-2021}
        below: 0.6
""")
    item = audit(claims).verdicts[0].evidence[0]
    assert item.value == pytest.approx(288.8 / 502.4, rel=1e-12)  # one division
    assert item.share == 1.0


@pytest.mark.equation("14.3")
def test_the_probability_of_a_model_claim_is_the_share_of_the_runs_in_which_it_holds(here):
    """Counted again from runs made one by one."""
    (here / "c.yaml").write_text(model(LOSES).replace("scenario:", "variants: [free]\nscenario:"))
    claims = read_claims(here / "c.yaml")
    found = audit(claims).verdicts[0]
    runs = Runs(claims)
    settings = settings_of(claims, "")
    assert [s.words for s in settings][:2] == ["", "variant free"]
    assert [s.changes for s in settings][2:] == [
        ("moves[0].add_pp=10",),
        ("moves[0].add_pp=90",),
    ]
    values = [
        read_quantity(runs.get("", s, talks=False), "headline/percent/CHN", horizon)
        for s in settings
        for horizon in ("medium", "long")
    ]
    assert found.probability == sum(v < 0 for v in values) / 8
    assert (found.evidence[0].low, found.evidence[0].high) == (min(values), max(values))


def test_central_values_need_one_run_and_say_so(here):
    (here / "c.yaml").write_text(model(LOSES))
    found = audit(here / "c.yaml", central=True)
    assert found.runs == 1
    assert "central values only" in found.verdicts[0].basis
    assert "Central values only" in found.notes[-1]


def test_what_turns_the_answer_is_named(here):
    """A bound just above the central loss turns at the smaller tariff."""
    run = run_scenario(str(here / "two.yaml"), decompose=False, with_talks=False)
    loss = read_quantity(run, "case/move:0/real_income_change/CHN", "long")
    check = f"{{quantity: case/move:0/real_income_change/CHN, below: {loss * 0.9}}}"
    (here / "c.yaml").write_text(model(check, "horizons: [long]"))
    found = audit(here / "c.yaml").verdicts[0]
    assert any("at 10 (long)" in item for item in found.hinges_on)
    assert not any("at 90" in item for item in found.hinges_on)


def test_leverage_is_the_number_of_the_run(here):
    run = run_scenario(str(here / "two.yaml"), decompose=False)
    wanted = next(r for r in run.talks.leverage_at("long").rows if r.key == "threat_advantage")
    got = [read_quantity(run, f"leverage/threat_advantage/{s}", "long") for s in run.talks.sides]
    assert tuple(got) == wanted.values
    ceiling = read_quantity(run, "ceiling/break_even_pp/USA", "long")
    assert ceiling == next(
        c.break_even_pp for c in run.talks.ceilings if (c.side, c.horizon) == ("USA", "long")
    )
    assert unit_of("leverage/threat_advantage/USA") == wanted.unit


@pytest.mark.equation("14.11")
def test_over_draws_the_probability_is_the_share_of_draws_and_central_draws_are_the_run(here):
    """The same seed gives the same verdict; a draw at the central values is the run itself."""
    check = "{quantity: headline/percent/CHN, less: headline/percent/USA, below: -0.35}"
    (here / "c.yaml").write_text(model(check))
    one, two = (audit(here / "c.yaml", draws=16, seed=4).verdicts[0] for _ in range(2))
    assert one == two
    assert one.probability is not None
    assert one.probability * 32 == pytest.approx(round(one.probability * 32), abs=1e-9)
    assert "16 draws at 2 horizons" in one.basis
    claim = read_claims(here / "c.yaml").claims[0]
    scenario = read_scenario(str(here / "two.yaml"))
    run = run_scenario(scenario, decompose=False, with_talks=False)
    for path in ("headline/percent/CHN", "headline/usd_million/USA"):
        drawn = read_quantity(run_of_draw(claim, scenario, {}), path, "long")
        assert drawn == pytest.approx(read_quantity(run, path, "long"), rel=1e-9)  # solver's


def test_claims_on_leverage_read_the_draws_of_a_run(here):
    """The same seed gives the same ensemble; ceilings are not drawn, and the basis says so."""
    checks = {
        "holder": "{quantity: leverage/holder/USA, above: 0.5}",
        "share": "{quantity: leverage/surplus_share/USA, above: 0.3}",
        "clock": "{quantity: leverage/favours/clock/USA, above: 0.5}",
        "ceiling": "{quantity: ceiling/break_even_pp/USA, above: 0}",
    }
    rows = [f"  - {{id: {k}, words: w, test: model, horizons: [long], checks: [{c}]}}"
            for k, c in checks.items()]  # fmt: skip
    text = "\n".join(["title: T", "scenario: two.yaml", "claims:", *rows])
    (here / "c.yaml").write_text(text, encoding="utf-8")
    found = {v.id: v for v in audit(here / "c.yaml", draws=16, seed=3).verdicts}
    run = run_scenario(str(here / "two.yaml"), draws=16, seed=3, decompose=False)
    (odds,) = [row for row in upper_hand_odds(run) if row["horizon"] == "long"]
    assert found["holder"].probability == pytest.approx(odds["probability"]["USA"], abs=1e-12)
    column = run.ranges.values("surplus share of USA, long")
    assert found["share"].evidence[0].value == pytest.approx(float(np.median(column)), abs=1e-12)
    waits = run.ranges.values("clock for USA (1) or CHN (-1), long")
    assert found["clock"].probability == pytest.approx(float((waits == 1).mean()), abs=1e-12)
    assert "16 draws" in found["share"].basis
    assert "not of draws" in found["ceiling"].basis


def test_draws_and_central_values_exclude_each_other():
    with pytest.raises(OptionError, match="only without"):
        audit("controls-work", draws=4, central=True)


@pytest.mark.equation("14.4")
def test_the_root_of_a_belief_brackets_the_parameter_at_which_the_move_breaks_even(here):
    """The bound is the loss at an add-on of 30 points; the root must be 30."""
    (here / "thirty.yaml").write_text(SCENARIO.replace("add_pp: 50", "add_pp: 30", 1))
    run = run_scenario(str(here / "thirty.yaml"), decompose=False, with_talks=False)
    loss = read_quantity(run, "case/move:0/real_income_change/CHN", "long")
    (here / "c.yaml").write_text(f"""{HEAD}
  - id: c
    words: W
    test: belief
    parameter: moves[0].add_pp
    parameter_words: points
    low: 10
    high: 90
    horizons: [long]
    rational: {{quantity: case/move:0/real_income_change/CHN, at_least: {loss!r}}}
    believed: {{at_most: 40}}
""")
    found = audit(here / "c.yaml").verdicts[0]
    width = 2e-3 * 80  # the bracket
    assert found.evidence[0].low == 10
    assert found.evidence[0].high == pytest.approx(30, abs=width)
    assert (found.verdict, found.probability) == ("supported", 1.0)


def test_a_move_that_pays_under_other_beliefs_reveals_none(here):
    (here / "c.yaml").write_text(f"""{HEAD}
  - id: c
    words: W
    test: belief
    parameter: options.elasticities.GOODS
    parameter_words: elasticity
    low: 2
    high: 9
    horizons: [long]
    rational: {{quantity: case/move:0/real_income_change/CHN, above: -90}}
    believed: {{at_least: 5}}
""")
    found = audit(here / "c.yaml").verdicts[0]
    assert (found.evidence[0].low, found.evidence[0].high) == (2, 9)
    assert found.verdict == "contradicted"


def test_intervals_are_found_on_both_sides_of_a_dip():
    found = intervals_of(lambda x: (x - 2) * (x - 7), 1.0, 10.0, points=9)
    assert [end for pair in found for end in pair] == pytest.approx([1, 2, 7, 10], abs=0.02)
    assert intervals_of(lambda _: float("nan"), -1.0, 1.0) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "claims: the file is empty"),
        ("- a\n- b", "a scenario is a mapping"),
        ("title: T\n", "claims:1: claims: missing"),
        ("title: T\nclaims: []\n", "claims:2: claims:"),
        ("title: T\nclaims:\n  - {id: a, words: w}\n", "claims:3: claims[0]: missing 'test'"),
        ("title: T\nclaims:\n  - {id: a, words: w, test: mdoel}\n", "did you mean 'model'"),
        ("title: T\nclaims:\n  - {id: a, test: not_testable, reason: r}\n", "claims[0].words: missing"),
        ("title: T\nclaims:\n  - {id: a, words: w, test: not_testable, reasn: r}\n", "did you mean 'reason'"),
        (model("{quantity: headline/procent/CHN, below: 0}"), "unknown quantity 'procent'; did you mean 'percent'"),
        (model("{quantity: headline/percent/CHM, below: 0}"), "unknown side 'CHM'; did you mean 'CHN'"),
        (model("{quantity: headline/percent, below: 0}"), "too few parts; it ends with SIDE"),
        (model("{quantity: case/move:7/real_income_change/CHN, below: 0}"), "unknown case 'move:7'"),
        (model("{quantity: case/package/real_incme_change/CHN, below: 0}"), "did you mean 'real_income_change'"),
        (model("{quantity: case/package/output_change/CHN/GOODZ, below: 0}"), "did you mean 'GOODS'"),
        (model("{quantity: leverage/pane_ratio/CHN, below: 0}"), "did you mean 'pain_ratio'"),
        (model("{quantity: ceiling/best_pct/CHN, below: 0}"), "unknown field of a ceiling"),
        (model("{quantity: profit/CHN, below: 0}"), "unknown quantity 'profit'"),
        (model("{quantity: headline/percent/CHN}"), "got none; give one of above"),
        (model("{quantity: headline/percent/CHN, below: 0, above: 1}"), "got above, below; give one of"),
        (model("{quantity: headline/percent/CHN, below: x}"), "checks[0].below"),
        (model(LOSES, "horizons: [short]"), "unknown horizon 'short'"),
        (model(LOSES, "scenario: three.yaml"), "three.yaml: cannot be read"),
        (model(LOSES).replace("scenario:", "variants: [fre]\nscenario:"), "unknown variant 'fre'; did you mean 'free'"),
        (model(LOSES).replace("scenario:", "vary: {options.elasticty_factor: [1, 2]}\nscenario:"), "did you mean 'elasticity_factor'"),
        ("title: T\nclaims:\n  - {id: a, words: w, test: fact, checks: [{fact: {metric: phase_one_actul, entity: CHN, period: x}, above: 1}]}", "did you mean 'phase_one_actual'"),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("here")
def test_a_wrong_file_of_claims_is_refused_with_its_line(text, said):
    with pytest.raises((ClaimError, ValueError)) as caught:
        parse_claims(text)
    assert said in str(caught.value)


@pytest.mark.usefixtures("here")
def test_all_faults_are_reported_at_once_with_their_lines():
    text = model("{quantity: headline/procent/CHN, below: 0}, {quantity: profit, above: 0}")
    with pytest.raises(ClaimError, match="2 faults") as caught:
        parse_claims(text, name="c.yaml")
    assert str(caught.value).count("c.yaml:4: claims[0].checks") == 2


def test_a_claim_given_twice_and_a_missing_file_are_refused(tmp_path):
    one = "{id: a, words: w, test: not_testable, reason: r}"
    with pytest.raises(ClaimError, match="'a' is taken"):
        parse_claims(f"title: T\nclaims: [{one}, {one}]")
    with pytest.raises(ClaimError, match=r"none\.yaml: cannot be read"):
        read_claims(tmp_path / "none.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\x00\xff\xfe")
    with pytest.raises(ClaimError, match="UTF-8"):
        read_claims(tmp_path / "b.yaml")


def test_the_column_is_stated_in_words_of_our_own():
    """No run of six words of the text, which belongs to its publisher."""
    text = (shared_dir() / "articles" / "column-2025-10.txt").read_text(encoding="utf-8")

    def runs(words):
        plain = re.findall(r"[a-z0-9']+", words.lower().replace("\u2019", "'"))
        return {tuple(plain[i : i + 6]) for i in range(len(plain) - 5)}

    claims = read_claims("column-2025-10")
    ours = " | ".join(claim.words for claim in claims.claims)
    assert not runs(text) & runs(f"{claims.title} | {claims.thesis} | {ours}")


def test_the_claims_of_the_guide_can_be_read():
    guide = (ROOT / "docs" / "do" / "audit.md").read_text(encoding="utf-8")
    shown = guide.split("```yaml\n")[1].split("```")[0]
    assert [claim.test for claim in parse_claims(shown).claims] == [
        "fact", "model", "belief", "not_testable",
    ]  # fmt: skip


@pytest.mark.parametrize("name", packaged_audits())
def test_a_packaged_audit_names_only_what_exists_and_has_something_it_cannot_test(name):
    claims = read_claims(name)
    assert {claim.test for claim in claims.claims} >= {"fact", "model", "not_testable"}
    assert all(not claim.quote for claim in claims.claims)


def test_opposite_theses_are_asked_the_same_three_questions():
    column = next(c for c in read_claims("column-2025-10").claims if c.id == "upper-hand")
    mirror = next(c for c in read_claims("us-leverage-2025-10").claims if c.id == "upper-hand")
    swapped = [check.quantity.replace("CHN", "USA") for check in column.checks]
    assert [check.quantity for check in mirror.checks] == swapped
    assert [c.bound for c in column.checks] == [c.bound for c in mirror.checks]
    assert column.holds == mirror.holds == "agree"


@pytest.mark.equation("14.13")
@pytest.mark.parametrize("draws", [0, 32])
def test_probabilities_of_opposite_claims_add_to_one_and_follow_the_rule_of_a_run(here, draws):
    """A hand that nobody has counts half for each side, at central values and over draws."""

    def claim(side):
        parts = [f"threat_advantage/{side}, at_least: 0", f"surplus_share/{side}, at_least: 0.5",
                 f"favours/clock/{side}, above: 0.5"]  # fmt: skip
        checks = ", ".join(f"{{quantity: leverage/{part}}}" for part in parts)
        return (f"  - {{id: {side.lower()}, words: w, test: model, horizons: [long], holds: agree, "
                f"checks: [{checks}]}}")  # fmt: skip

    text = "\n".join(["title: T", "scenario: two.yaml", "claims:", claim("USA"), claim("CHN")])
    (here / "c.yaml").write_text(text, encoding="utf-8")
    usa, chn = audit(here / "c.yaml", draws=draws, seed=3, central=not draws).verdicts
    assert usa.probability + chn.probability == pytest.approx(1, abs=1e-12)
    run = run_scenario(str(here / "two.yaml"), draws=draws, seed=3, decompose=False)
    if draws:
        (odds,) = [row for row in upper_hand_odds(run) if row["horizon"] == "long"]
        nobody = odds["probability"]["neither"]
        wanted = odds["probability"]["USA"] + nobody / 2
    else:
        holder = run.talks.leverage_at("long").holder
        nobody = holder not in ("USA", "CHN")
        wanted = {"USA": 1.0, "CHN": 0.0}.get(holder, 0.5)
    assert usa.probability == pytest.approx(wanted, abs=1e-12)
    assert ("contradict each other" in usa.basis) == bool(nobody)


def test_a_packaged_audit_runs_and_its_page_stands_alone(tmp_path):
    found = audit("controls-work", central=True)
    assert found.counts()["not testable"] == 1
    assert {v.verdict for v in found.verdicts} >= {"supported", "contradicted"}
    page = save_audit(found, tmp_path / "a.html").read_text(encoding="utf-8")
    assert all(v.id in page for v in found.verdicts)
    assert "src=" not in page
    assert "<script" not in page
    data = json.loads(save_audit(found, tmp_path / "a.json").read_text(encoding="utf-8"))
    assert data["counts"] == found.counts()
    assert found.sentence() in text_of(found)


def test_a_page_escapes_what_others_wrote_and_links_only_to_the_web():
    claims = parse_claims("""
title: <script>alert(1)</script>
about: {title: A, url: "javascript:alert(1)"}
claims:
  - {id: a, quote: "<img src=x onerror=alert(1)>", test: not_testable, reason: "Ignore all rules"}
""")
    page = html_audit(audit(claims))
    assert "<script>" not in page
    assert "<img" not in page
    assert 'href="javascript:' not in page
    assert "Ignore all rules" in page


def test_only_known_suffixes_are_written(tmp_path):
    found = audit(
        parse_claims("title: T\nclaims: [{id: a, words: w, test: not_testable, reason: r}]")
    )
    with pytest.raises(OptionError, match=r"unknown suffix '\.pdf'"):
        save_audit(found, tmp_path / "a.pdf")


def test_probabilities_stand_for_words_at_their_limits():
    assert [word_of(p) for p in (0.8, 0.79, 0.21, 0.2, None)] == [
        "supported", "undecided", "undecided", "contradicted", "undecided",
    ]  # fmt: skip


def test_every_fact_that_a_packaged_audit_uses_has_a_source():
    facts = read_facts()
    for name in packaged_audits():
        for claim in read_claims(name).claims:
            for check in getattr(claim, "checks", ()):
                ref = getattr(check, "fact", None)
                if ref is not None:
                    assert facts.one(ref.metric, ref.entity, ref.period).source
