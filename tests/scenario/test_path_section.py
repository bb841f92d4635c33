"""The section `path` of a scenario: its years, and when moves come, go and are known of."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.support import ROOT
from upperhand.cli.guard import guarded
from upperhand.core.errors import ScenarioError
from upperhand.core.yamltext import yaml_of
from upperhand.horizon.bands import bands_of
from upperhand.horizon.path import solve_path
from upperhand.horizon.policy import (
    Threshold,
    announced,
    conditional,
    expiring,
    intermittent,
    sustained,
)
from upperhand.scenario.path import decimal_year, path_scenario, policies_of_moves, years_of
from upperhand.scenario.read import parse_scenario, scenario_from
from upperhand.scenario.run import baseline_world
from upperhand.scenario.worlds import world_of
from upperhand.technology.goods import technology, with_models

PLAIN = """\
title: Twenty points each
world: icio-2022-strategic
horizons: [medium]
moves:
  - kind: export_control
    label: curb
    by: USA
    to: [CHN]
    sectors: [chip_tools]
    withhold_pct: 40
    from: 2027-01-01
    source: a test
  - {kind: tariff, label: answer, by: CHN, against: [USA], add_pp: 20, source: a test}
"""
YEARS = range(2026, 2032)


def with_path(body):
    return parse_scenario(PLAIN + "path:\n" + body)


def costs(scenario):
    path = path_scenario(scenario, first=YEARS[0], last=YEARS[-1], draws=5)
    return path.data[["cost", "lag", "domestic_share", "stock"]]


def curb_by_the_function(make):
    """Return the costs when the Python function puts the curb in force, and the answer throughout."""
    scenario = parse_scenario(PLAIN)
    world = baseline_world(scenario, world_of(scenario.world))
    curb, answer = (move.at_horizon(12.0 * len(YEARS)) for move in scenario.moves)
    sides = scenario.side_codes
    found = solve_path(
        world, [make([curb]), sustained([answer], 2026)], years=YEARS, sides=sides, draws=5
    )
    return found.data[["cost", "lag", "domestic_share", "stock"]]


@pytest.mark.parametrize(
    ("body", "make"),
    [
        (
            "{move: curb, kind: intermittent, years_on: 1, years_off: 2}",
            lambda m: intermittent(m, 2027, years_on=1, years_off=2),
        ),
        (
            "{move: curb, kind: announced, date: 2026-04-01}",
            lambda m: announced(m, 2027, on=decimal_year(date(2026, 4, 1))),
        ),
        (
            "{move: curb, kind: conditional, state: domestic_share, technology: chip_tools, below: 0.2}",
            lambda m: conditional(m, 2027, lambda now: now.domestic_share["chip_tools"] < 0.2),
        ),
    ],
)
def test_a_policy_of_a_file_gives_the_path_of_the_python_function(body, make):
    found = costs(with_path(f"  policies:\n    - {body}\n"))
    assert found.equals(curb_by_the_function(make))
    assert not found.equals(costs(parse_scenario(PLAIN)))


def test_the_dates_of_a_move_give_the_path_of_the_python_function():
    dated = parse_scenario(PLAIN.replace("2027-01-01", "2027-01-01\n    until: 2030-01-01"))
    assert costs(dated).equals(curb_by_the_function(lambda m: expiring(m, 2027, 2030)))


def test_turns_are_counted_from_the_first_period_that_holds_half_of_it():
    """Half a year of 2025 is enough for that year, as it is for a policy without turns."""
    once = intermittent((), 2025.5, years_on=1, years_off=1)
    assert [year for year in range(2024, 2030) if once.scheduled(year)] == [2025, 2027, 2029]
    late = intermittent((), 2026.75, years_on=1, years_off=1)
    quarters = [2026.5 + k / 4 for k in range(10)]
    assert [q for q in quarters if late.scheduled(q, 0.25)] == [
        2026.75, 2027.0, 2027.25, 2027.5, 2028.75,
    ]  # fmt: skip


def test_every_kind_in_words():
    scenario = with_path(
        "  policies:\n"
        "    - {move: curb, kind: conditional, state: lag, technology: chips, above: 5}\n"
        "    - {move: answer, kind: intermittent, years_on: 2, years_off: 1}\n"
    )
    first, second = policies_of_moves(scenario, world_of("icio-2022-strategic"), YEARS)
    assert first.words() == "curb: from 2027, while lag of chips is above 5"
    assert second.words() == "answer: from 2026, 2 years on and 1 off"
    assert first.condition == Threshold("lag", "chips", above=5.0)


def test_the_years_of_the_section_hold_unless_others_are_asked_for():
    scenario = with_path("  {first: 2027, last: 2031}\n")
    world = world_of("toy")
    assert years_of(scenario, world) == range(2027, 2032)
    assert years_of(scenario, world, last=2028) == range(2027, 2029)
    assert years_of(scenario, world, first=2030) == range(2030, 2032)
    assert years_of(with_path("  {first: 2030}\n"), world) == range(2030, 2040)


def test_a_section_survives_its_canonical_form_and_a_file():
    scenario = with_path(
        "  first: 2026\n  policies:\n"
        "    - {move: curb, kind: announced, date: 2026-04-01}\n"
        "    - {move: answer, kind: conditional, state: gap, technology: chips, above: 1}\n"
    )
    assert scenario_from(scenario.to_dict()) == scenario
    assert parse_scenario(yaml_of(scenario.to_dict())) == scenario


def test_the_fingerprint_changes_with_the_section_and_only_with_it():
    scenarios = [
        parse_scenario(PLAIN),
        with_path("  {first: 2026}\n"),
        with_path("  {first: 2027}\n"),
        with_path(
            "  policies:\n    - {move: curb, kind: intermittent, years_on: 1, years_off: 1}\n"
        ),
        with_path(
            "  policies:\n    - {move: curb, kind: intermittent, years_on: 1, years_off: 2}\n"
        ),
    ]
    assert len({scenario.fingerprint for scenario in scenarios}) == len(scenarios)
    assert parse_scenario(PLAIN + "path: null\n").fingerprint == scenarios[0].fingerprint


WRONG = """\
  first: 2030
  last: 2027
  policies:
    - {move: crub, kind: intermittent, years_on: 0, years_off: 99}
    - {move: curb, kind: announced, date: 2027-02-01}
    - {move: curb, kind: conditional, state: domestic_share, technology: chip, above: 40}
    - {move: answer, kind: conditional, state: lag, technology: magnets, above: 1, below: 2}
"""


def test_every_fault_is_named_at_once_with_its_place():
    with pytest.raises(ScenarioError) as caught:
        with_path(WRONG)
    told = str(caught.value)
    for words in (
        "path.last: got 2027, before the first year 2030",
        "path.policies[0].move: unknown move 'crub'; did you mean 'curb'?",
        "path.policies[0].years_on: got 0; allowed: 1 to 60 years",
        "path.policies[0].years_off: got 99; allowed: 1 to 60 years",
        "path.policies[1].date: got 2027-02-01; allowed: before the move's first day, 2027-01-01",
        "path.policies[2].move: 'curb' also has policies[1]; a move has one policy",
        "path.policies[2].technology: unknown technology 'chip'; did you mean 'chips'?",
        "path.policies[2].above: domestic_share got 40; allowed: 0 to 1",
        "path.policies[3].above: both are given; give one of",
        "path.policies[3].state: magnets is a mineral and has no lag",
    ):
        assert words in told, words
    assert len(caught.value.fields) == 10


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("  {first: 1990}", "path.first: got 1990; allowed: 2014 to 2100"),
        ("  {first: 2020, last: 2090}", "path.last: got 2090, 71 years in all; allowed: 60"),
        ("  {first: 2026.5}", "path.first: got 2026.5"),
        ("  {frist: 2026}", "did you mean 'first'"),
        ("  policies: [{move: curb, kind: sometimes}]", "unknown kind 'sometimes'"),
        ("  policies: [{move: curb, kind: intermittent}]", "path.policies[0].years_on: missing"),
        ("  policies: [{move: curb, kind: announced, dat: 1}]", "did you mean 'date'"),
        (
            "  policies: [{move: answer, kind: announced, date: 2026-01-01}]",
            "'answer' has no first day; give the move `from`",
        ),
        (
            "  policies: [{move: curb, kind: conditional, state: lag, technology: chips}]",
            "neither is given",
        ),
        (
            "  policies: [{move: curb, kind: conditional, state: log, technology: chips, above: 1}]",
            "unknown value 'log'; did you mean 'lag'",
        ),
    ],
)
def test_each_wrong_section_says_what_is_allowed(body, words):
    with pytest.raises(ScenarioError) as caught:
        with_path(body + "\n")
    assert words in str(caught.value)


def test_a_label_that_two_moves_share_is_refused():
    twice = PLAIN.replace("label: answer", "label: curb")
    with pytest.raises(ScenarioError, match="'curb' names 2 moves; give each a `label`"):
        parse_scenario(
            twice
            + "path: {policies: [{move: curb, kind: intermittent, years_on: 1, years_off: 1}]}\n"
        )


def test_kept_draws_of_another_condition_are_refused(tmp_path, capsys, monkeypatch):
    """Two numbers can put a move in force in the same years here, and not in a draw."""
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "mine.yaml"
    ask = ["path", "mine.yaml", "--to", "2027", "--draws", "5", "--cost-draws", "1", "--no-report"]
    ask += ["--no-leverage", "--folder", "kept", "--from", "2026"]
    line = "{move: curb, kind: conditional, state: lag, technology: chips, above: %s}"
    for above, code in ((1.0, 0), (1.5, 2)):
        text = f"path:\n  policies:\n    - {line % above}\n"
        file.write_text(PLAIN + text, encoding="utf-8")
        assert guarded(ask) == code
    assert "a draw of other inputs" in capsys.readouterr().err


def test_the_example_of_the_page_runs_as_it_says():
    page = ROOT / "docs" / "do" / "path.md"
    if not page.is_file():
        pytest.skip("the documentation is not here; these tests run against the installed package")
    text = page.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    found = path_scenario(parse_scenario(text), draws=5)
    assert (found.ok, found.years) == (True, (2026, 2027, 2028, 2029))
    assert [words.partition(", ")[2] for words in found.policies] == [
        "announced 2026.25",
        "while domestic share of ai_accelerators is below 0.9",
        "1 year on and 1 off",
    ]


def test_the_page_names_the_parameters_that_the_conclusion_turns_on():
    page = ROOT / "docs" / "do" / "path.md"
    if not page.is_file():
        pytest.skip("the documentation is not here; these tests run against the installed package")
    text = page.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)`.*, ([+-][0-9.]+) \|$", text, re.MULTILINE)
    found = dict(bands_of(technology(), range(2026, 2036), {}, 400, 1).turns_on)
    assert [name for name, _ in rows] == list(found)
    for name, size in rows:  # printed to a tenth or a twentieth
        assert found[name] == pytest.approx(float(size), abs=0.05)
    choice = bands_of(
        with_models(technology(), "step_by_step", "observed"), range(2026, 2036), {}, 200, 1
    )
    assert [name for name, _ in choice.turns_on] == ["diffusion_loss", "start_gap", "discount_rate"]
