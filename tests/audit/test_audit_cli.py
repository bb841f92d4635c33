"""The commands `audit` and `backtest`: what they print, what they write, and their exit codes."""

from __future__ import annotations

import json

import pytest

from upperhand.cli.guard import guarded

CLAIMS = """\
title: Magnets
claims:
  - id: magnets
    words: Nearly all magnets are made in China.
    test: fact
    checks:
      - {fact: {metric: rare_earth_magnet_share, entity: CHN, period: 2024}, above: 90}
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(CLAIMS, encoding="utf-8")
    return tmp_path


def test_audit_prints_verdicts_and_writes_a_page(here, capsys):
    assert guarded(["audit", "mine.yaml", "-o", "a.html", "-o", "a.json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert "SUPPORTED (probability 100%): Nearly all magnets are made in China." in out
    assert "94 percent; wanted above 90" in out
    assert "File: a.html" in out
    assert (here / "a.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert json.loads((here / "a.json").read_text(encoding="utf-8"))["counts"]["supported"] == 1


@pytest.mark.usefixtures("here")
def test_audit_prints_one_json_object(capsys):
    assert guarded(["audit", "mine.yaml", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["verdicts"][0]["verdict"] == "supported"


def test_audit_lists_the_packaged_audits(capsys):
    assert guarded(["audit"]) == 0
    assert "column-2025-10" in capsys.readouterr().out.splitlines()


def test_backtest_prints_scores_and_writes_a_page(here, capsys):
    assert guarded(["backtest", "-o", "b.html"]) == 0
    out = capsys.readouterr().out
    assert "Calibration" in out
    assert "Failures" in out
    assert (here / "b.html").is_file()
    assert guarded(["backtest", "--json", "--seed", "2"]) == 0
    assert json.loads(capsys.readouterr().out)["seed"] == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["backtest", "--seed", "-1"], "--seed: got -1"),
        (["audit", "mine.yaml", "--draws", "8", "--central"], "draws only without"),
        (["audit", "column-2025-1"], "did you mean 'column-2025-10'"),
        (["audit", "none.yaml"], "none.yaml: cannot be read"),
        (["audit", "mine.yaml", "-o", "a.pdf"], "unknown suffix '.pdf'"),
    ],
)
@pytest.mark.usefixtures("here")
def test_wrong_input_exits_with_two_and_a_message(arguments, said, capsys):
    assert guarded(arguments) == 2
    assert said in capsys.readouterr().err


RUN = """\
title: One duty
name: one-duty
horizons: [long]
moves:
  - {kind: tariff, by: USA, against: [CHN], sectors: [C29], add_pp: 10}
"""
WITH_MODEL = (
    CLAIMS
    + """\
  - id: loses
    words: China <loses>.
    test: model
    horizons: [long]
    checks:
      - {quantity: case/package/real_income_change/CHN, below: 0}
scenario: one.yaml
"""
)


def test_a_run_that_asks_for_it_shows_the_claims_in_its_report(here, capsys):
    (here / "one.yaml").write_text(RUN, encoding="utf-8")
    (here / "mine.yaml").write_text(WITH_MODEL, encoding="utf-8")
    assert guarded(["run", "one.yaml", "--no-talks", "--audit", "mine.yaml"]) == 0
    assert (
        "Claims: Magnets 2 claims: 2 supported; verdicts in the report" in capsys.readouterr().out
    )
    (report,) = here.glob("runs/*/report.html")
    page = report.read_text(encoding="utf-8")
    assert 'href="#claims"' in page
    section = page[page.index('id="claims"') : page.index('id="method"')]
    for words in ("Nearly all magnets", "probability 100%", "above 90", "Sources (", "&lt;loses"):
        assert words in section
    assert guarded(["run", "one.yaml", "--no-talks", "--audit", "no-such"]) == 2


def test_a_report_without_an_audit_has_no_section_of_claims(here):
    (here / "one.yaml").write_text(RUN, encoding="utf-8")
    assert guarded(["run", "one.yaml", "--no-talks", "-q"]) == 0
    (report,) = here.glob("runs/*/report.html")
    assert 'id="claims"' not in report.read_text(encoding="utf-8")
