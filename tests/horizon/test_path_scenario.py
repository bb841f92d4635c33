"""The years ahead of a scenario, from Python and from the command line."""

from __future__ import annotations

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest

from upperhand.cli.guard import guarded
from upperhand.core.errors import OptionError
from upperhand.results.path import Path
from upperhand.results.years_ahead import read_years
from upperhand.scenario.path import decimal_year, path_scenario, policies_of_moves, years_of
from upperhand.scenario.read import parse_scenario, read_scenario
from upperhand.scenario.timing import moves_on
from upperhand.scenario.worlds import world_of
from upperhand.technology.goods import technology

SCENARIO = """\
title: Twenty points each
world: toy
moves:
  - {kind: tariff, by: USA, against: [CHN], add_pp: 20, from: 2025-06-01, source: a test}
  - {kind: tariff, by: CHN, against: [USA], add_pp: 20, until: 2028-03-01, source: a test}
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.yaml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path


def test_moves_keep_their_dates():
    scenario = parse_scenario(SCENARIO)
    first, second = policies_of_moves(scenario, world_of("toy"), range(2026, 2030))
    assert (first.start, second.end) == (
        pytest.approx(2025 + 151 / 365),
        decimal_year(date(2028, 3, 1)),
    )
    assert [first.scheduled(y) for y in (2024, 2025, 2026)] == [False, True, True]
    assert [second.scheduled(y) for y in (2026, 2027, 2028)] == [True, True, False]


def test_a_move_that_began_before_is_older():
    path = path_scenario(parse_scenario(SCENARIO), first=2026, last=2029, draws=5)
    assert path.data["age"].values.tolist() == [1.5, 2.5, 4.0, 5.0]


def test_years_begin_after_the_baseline():
    scenario = parse_scenario(SCENARIO)
    assert years_of(scenario, world_of("toy")) == range(2023, 2033)
    october = read_scenario("october-2025")
    assert years_of(october, world_of("toy")) == range(2026, 2036)
    with pytest.raises(OptionError, match="the last year is 2025, before the first, 2026"):
        years_of(october, world_of("toy"), last=2025)


def test_the_packaged_confrontation_has_a_path_with_answers(here, capsys):
    quick = ["--to", "2028", "--draws", "60", "--cost-draws", "2", "--no-leverage", "--no-report"]
    assert guarded(["path", "october-2025", *quick]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "Chinese chip ban, AI accelerators from everywhere: from 2025." in out
    assert "they slow the follower in" in out
    assert "pays China if it believes that it catches up in AI accelerators within" in out
    assert "rank correlation" in out
    assert (here / "runs").is_dir()


def test_the_command_writes_files_and_one_json_object(here, capsys):
    arguments = ["path", "mine.yaml", "--from", "2026", "--to", "2027", "--draws", "5"]
    arguments += ["--cost-draws", "2", "--no-leverage", "--record", "kept", "--no-report"]
    for name in ("out.nc", "out.csv", "out.json"):
        assert guarded([*arguments, "-o", name]) == 0
    capsys.readouterr()
    assert guarded([*arguments, "--json"]) == 0
    printed, err = capsys.readouterr()
    assert err == ""
    said = json.loads(printed)
    assert (said.pop("record"), said.pop("report")) == ("kept", None)
    assert said == json.loads((here / "out.json").read_text(encoding="utf-8"))
    assert read_years(here / "kept").path.years == (2026, 2027)
    read = Path.from_netcdf(here / "out.nc")
    frame = pd.read_csv(here / "out.csv").set_index(["variable", "side", "year"])
    cost = frame.loc[("cost", "CHN", 2027), "value"].item()
    assert cost == pytest.approx(float(read.cost.sel(side="CHN", year=2027)), rel=1e-12)
    assert np.isfinite(cost)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("extra", "words"),
    [
        (["--from", "2027", "--to", "2026"], "before the first, 2027"),
        (["-o", "out.pdf"], "unknown suffix '.pdf'"),
        (["--set", "closure=purge"], "closure is 'purge'"),
        (["--draws", "0"], "draws is 0; allowed: 1 to 100000"),
    ],
)
def test_wrong_input_has_exit_code_two_and_says_what_to_do(extra, words, capsys):
    assert guarded(["path", "mine.yaml", *extra]) == 2
    assert words in capsys.readouterr().err


def test_the_game_of_the_packaged_confrontation_has_thresholds(capsys):
    """Washington and its partners withhold machines, Beijing keeps Nvidia out."""
    arguments = ["path", "october-2025", "--game", "ai_accelerators", "--to", "2029", "--json"]
    assert guarded(arguments) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["sides"] == ["USA", "CHN"]
    assert found["years"] == [2026, 2027, 2028, 2029]
    assert found["regret"] <= 1e-9
    for name in ("control", "ban"):
        assert found[name]["value"] is None or found[name]["value"] >= 0
    assert len(found["courses"]) == 9
    assert found["sentences"][0].startswith("withholding ai_accelerators in 2026 pays USA")


def test_moves_are_told_apart_by_who_makes_them():
    scenario = read_scenario("october-2025")
    world = world_of(scenario.world)
    controls, bans = moves_on(scenario, world, technology().good("ai_accelerators"))
    assert {move.side_of for move in controls} == {"USA"}
    assert [move.kind for move in bans] == ["discouraged_purchase"]
    with pytest.raises(OptionError, match="no move withholds chips or its inputs"):
        moves_on(parse_scenario(SCENARIO), world, technology().good("chips"))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--game", "chipz"], "did you mean 'chips'"),
        (["--game", "magnets"], "unknown technology 'magnets'"),
        (["--game", "chips", "--to", "2020"], "the last year is 2020"),
        (["--game", "chips", "--set", "closure=purge"], "closure is 'purge'"),
    ],
)
def test_a_wrong_game_has_exit_code_two(arguments, words, capsys):
    assert guarded(["path", "october-2025", *arguments]) == 2
    assert words in capsys.readouterr().err
