"""`upperhand war`, `talks`, `leverage`, and what `run` says about the two sides."""

from __future__ import annotations

import json

import pytest

from upperhand.cli.guard import guarded

TALKS = """\
title: A threat and a ban
world: toy
horizons: [long]
moves:
  - {kind: tariff, by: USA, against: CHN, add_pp: 60, status: threat, label: high tariff}
  - {kind: export_control, by: USA, to: CHN, withhold_pct: 40, label: first control}
  - {kind: export_control, by: USA, to: CHN, withhold_pct: 10, label: second control}
  - {kind: discouraged_purchase, by: CHN, against: USA, comply_pct: 30, label: ban}
talks:
  deal_horizon: long
  groups:
    controls: [first control, second control]
  offers:
    - {kind: tariff, by: USA, against: CHN, add_pp: -5, label: cut of five points}
  rates:
    USA: {hazards: [{name: a ruling, per_year: 0.4, assumed: [0.1, 0.8]}]}
  agreed:
    words: A pact
    date: 2025-10-30
    terms:
      - {side: USA, words: five points less, ours: cut of five points}
      - {side: USA, words: no high tariff, ours: high tariff}
      - {side: USA, words: controls stay, ours: controls, kept: true, note: their purpose is another}
      - {side: CHN, words: ships, note: not modelled}
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "talks.yaml").write_text(TALKS, encoding="utf-8")
    one_side = TALKS.partition("talks:")[0].replace(
        "by: CHN, against: USA", "by: USA, against: CHN"
    )
    (tmp_path / "alone.yaml").write_text(one_side, encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("here")
def test_leverage_gives_seven_measures_at_each_horizon(capsys):
    assert guarded(["leverage", "talks.yaml", "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)
    assert one["horizon"] == "long"
    assert len(one["rows"]) == 7
    assert set(one["by_group"]) == {"USA: high tariff", "USA: controls", "CHN: ban"}
    assert guarded(["leverage", "talks.yaml"]) == 0
    out = capsys.readouterr().out
    assert "Upper hand, long:" in out
    assert "Threat-point advantage" in out


@pytest.mark.usefixtures("here")
def test_talks_say_what_would_be_agreed_and_compare(capsys):
    assert guarded(["talks", "talks.yaml"]) == 0
    out = capsys.readouterr().out
    for words in ("Threat: The United States", "Deal:", "A pact, 2025-10-30", "not modelled"):
        assert words in out, words
    assert guarded(["talks", "talks.yaml", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["sides"] == ["USA", "CHN"]
    assert len(found["deals"]) == 2 * 2 * 2  # controls, cut, ban


@pytest.mark.usefixtures("here")
def test_a_scenario_with_one_side_has_no_talks_and_says_so(capsys):
    assert guarded(["talks", "alone.yaml"]) == 2
    assert "no talks, because only USA acts" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_a_run_carries_its_talks_into_record_and_json(capsys):
    from upperhand.results.run import read_record

    assert guarded(["run", "talks.yaml", "--json", "--no-report"]) == 0
    found = json.loads(capsys.readouterr().out)
    talks = read_record(found["record"]).talks
    assert talks is not None
    assert json.loads(json.dumps(talks.to_dict())) == found["talks"]
    assert guarded(["verify", found["record"], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["largest"] == 0.0
    assert guarded(["run", "talks.yaml", "--json", "--no-report", "--no-talks"]) == 0
    assert json.loads(capsys.readouterr().out)["talks"] is None


def test_a_war_is_certified_and_names_who_gains(capsys):
    assert guarded(["war", "--world", "toy", "--players", "USA,CHN", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is True
    assert found["nash"]["ending"] == "nash"
    assert max(found["nash"]["exploitability_pct"].values()) <= 1e-8
    assert [row["player"] for row in found["best_responses"]] == ["USA", "CHN"]
    assert guarded(["war", "--world", "toy", "--players", "USA,CHN"]) == 0
    assert "VNM" in capsys.readouterr().out


def test_a_war_without_an_end_is_reported_and_leaves_with_one(capsys):
    """With the toy's imbalances fixed the sweeps do not settle."""
    arguments = ["war", "--world", "toy", "--players", "USA,CHN", "--closure", "fixed"]
    assert guarded(arguments) == 1
    assert "no certified equilibrium" in capsys.readouterr().out


@pytest.mark.equation("9.6")
@pytest.mark.usefixtures("here")
def test_an_add_on_pays_less_far_the_easier_substitution(capsys):
    assert guarded(["war", "talks.yaml", "--break-even", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    mine = [row["break_even_pp"] for row in rows if row["side"] == "USA"]
    assert mine == sorted(mine, reverse=True)  # factors 0.5, 1 and 2 on the elasticities
    assert len(mine) == 3
    assert guarded(["war", "talks.yaml", "--break-even"]) == 0
    assert "pays up to" in capsys.readouterr().out
    assert guarded(["war", "--break-even"]) == 2
    assert "needs a scenario" in capsys.readouterr().err


@pytest.mark.equation("9.22")
@pytest.mark.usefixtures("here")
def test_several_pairs_bargain_at_once(capsys):
    assert guarded(["talks", "talks.yaml", "--pairs", "USA-CHN,USA-VNM", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["settled"]
    assert [deal["pair"] for deal in found["deals"]] == [["USA", "CHN"], ["USA", "VNM"]]
    for deal in found["deals"]:
        assert deal["stuck"] or min(deal["gains_pct"]) > 0
    assert guarded(["talks", "talks.yaml", "--pairs", "USA-CHN"]) == 0
    assert "given the deals of the others" in capsys.readouterr().out
    assert guarded(["talks", "talks.yaml", "--pairs", "USACHN"]) == 2
    assert "as USA-CHN" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "neither of a scenario and --world"),
        (["uniform-10", "--world", "toy"], "both of a scenario and --world"),
        (["--world", "toy"], "--players is missing"),
        (["--world", "toy", "--players", "USA", "--tie", "mnf"], "did you mean 'mfn'"),
        (["--world", "toy", "--players", "USA,CHM"], "CHM"),
        (["--world", "toy", "--players", "USA", "--instruments", "tarif"], "tarif"),
    ],
)
def test_a_war_that_makes_no_sense_is_refused(arguments, words, capsys):
    assert guarded(["war", *arguments]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("controls: [first control", "controls: [first contrl", "did you mean 'first control'"),
        ("controls: [first control, second", "controls: [ban, second", "moves of both sides"),
        ("    USA: {hazards", "    USB: {hazards", "USB"),
        ("assumed: [0.1, 0.8]", "assumed: [0.5, 0.8]", "does not hold the rate 0.4"),
        ("by: USA, against: CHN, add_pp: -5", "by: VNM, against: CHN, add_pp: -5", "not a side"),
        ("per_year: 0.4", "per_yaer: 0.4", "did you mean 'per_year'"),
    ],
)
def test_a_fault_in_the_section_of_the_talks_is_named_with_its_place(here, old, new, words, capsys):
    (here / "wrong.yaml").write_text(TALKS.replace(old, new), encoding="utf-8")
    assert guarded(["talks", "wrong.yaml"]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert "talks" in err


def test_groups_of_more_than_four_moves_join_by_kind_and_status():
    from upperhand.scenario.read import parse_scenario
    from upperhand.scenario.talks import sides_of
    from upperhand.world.toy import toy_world

    lines = [
        f"  - {{kind: tariff, by: USA, against: CHN, add_pp: {k}, label: rise {k}}}"
        for k in range(1, 6)
    ]
    text = TALKS.partition("talks:")[0] + "\n".join(lines) + "\n"
    usa, chn = sides_of(parse_scenario(text), toy_world())
    assert [move.label for move in usa.moves] == [
        "tariffs, threat",
        "export controls, in force",
        "tariffs, in force",
    ]
    assert [len(move.measures) for move in usa.moves] == [1, 2, 5]
    assert usa.moves[0].threat_pp == 60.0
    assert [move.label for move in chn.moves] == ["ban"]


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("{deadline: 2025-11-01}", "needs `baseline.as_of`"),
        ("{offer_days: 0}", "offer_days"),
        ("{privat_pct: 1}", "did you mean 'private_pct'"),
    ],
)
def test_a_fault_in_what_the_talks_assume_is_named(here, stage, words, capsys):
    text = TALKS.replace("  deal_horizon: long", f"  stage: {stage}\n  deal_horizon: long")
    (here / "wrong.yaml").write_text(text, encoding="utf-8")
    assert guarded(["talks", "wrong.yaml"]) == 2
    assert words in capsys.readouterr().err
