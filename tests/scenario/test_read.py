"""Files are read whole or refused with every fault, its line, and what to do."""

from __future__ import annotations

import itertools

import pytest

from upperhand.core.errors import ScenarioError
from upperhand.measures import Tariff
from upperhand.scenario import Scenario, library, parse_scenario, read_scenario, scenario_from
from upperhand.scenario.edit import (
    differences,
    new_scenario,
    schema_text,
    summaries,
    template,
    yaml_text,
)

MINIMAL = """\
title: Ten points
world: toy
moves:
  - {kind: tariff, by: USA, against: [CHN], add_pp: 10}
"""


def fault_of(text: str, **more) -> str:
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(text, name="x.yaml", **more)
    return str(caught.value)


def test_a_minimal_scenario_gets_every_default():
    scenario = parse_scenario(MINIMAL)
    assert scenario.side_codes == ("USA",)
    assert scenario.horizons == ("short", "medium", "long")
    assert scenario.closure == "fixed"
    assert scenario.baseline.as_of is None


def test_every_fault_is_reported_at_once_with_its_line():
    message = fault_of(
        """\
title: x
wrold: icio-2022
world: toy
horizons: [short, decade]
baseline: {as_of: 2025-10-09, measures: [{kind: tariff, by: USA, against: CHN, add_pp: 5, from: 2026-01-01}]}
moves:
  - {kind: tariff, by: USA, against: [CHM], add_pp: 10}
  - {kind: tariff, by: China, against: [USA], add_pp: .nan}
  - {kind: tarif, by: CHN}
  - kind: export_control
    by: USA
    to: [USA]
    withold_pct: 30
    leak_pct: 120
  - {kind: tariff, by: USA, against: [CHN], to_pct: -100, sectors: [GODS]}
options: {elasticities: {GOODS: 0}, scale: maybe, elasticity_set: CP}
"""
    )
    for expected in (
        "x.yaml:2: wrold: unknown field; did you mean 'world'?",
        "x.yaml:4: horizons[1]: unknown value 'decade'",
        "x.yaml:5: baseline.measures[0].from: 2026-01-01 is after as_of 2025-10-09",
        "x.yaml:7: moves[0].against[0]: unknown country 'CHM'; did you mean 'CHN'?",
        "x.yaml:8: moves[1].by: unknown country 'China'; use the code 'CHN'",
        "x.yaml:8: moves[1].add_pp: got nan; allowed: a number from -100 to 10000 percentage points",
        "x.yaml:9: moves[2]: unknown kind 'tarif'; did you mean 'tariff'?",
        "x.yaml:10: moves[3].withhold_pct: missing",
        "x.yaml:12: moves[3].to[0]: 'USA' is the actor itself",
        "x.yaml:13: moves[3].withold_pct: unknown field; did you mean 'withhold_pct'?",
        "x.yaml:14: moves[3].leak_pct: got 120; allowed: a number from 0 to 100 per cent",
        "x.yaml:15: moves[4].to_pct: got -100; allowed: -99.9 to 10000 per cent",
        "x.yaml:15: moves[4].sectors[0]: unknown sector 'GODS'; did you mean 'GOODS'?",
        "x.yaml:16: options.elasticities.GOODS: got 0; allowed: 0.1 to 50",
        "x.yaml:16: options.scale: got 'maybe'; allowed: true or false",
        "x.yaml:16: options.elasticity_set: unknown set of elasticities 'CP'",
    ):
        assert expected in message
    assert "16 faults" in message
    lines = [int(line.split(":")[1]) for line in message.splitlines()[1:]]
    assert lines == sorted(lines)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "the file is empty"),
        ("   \n# only a comment\n", "a scenario is a mapping"),
        ("- 1", "a scenario is a mapping"),
        ("just words", "a scenario is a mapping"),
        ("a: [1", "x.yaml:1: not valid YAML"),
        ("a: 1\n---\nb: 2", "not valid YAML"),
        ("title: a\ntitle: b\nmoves: {x: 1, x: 2}", "x.yaml:2: title: given twice; keep one"),
        ("title: a\ntitle: b\nmoves: {x: 1, x: 2}", "x.yaml:3: x: given twice; keep one"),
        ("a: !!python/object:os.system x", "tag .* is not allowed"),
        ("a: !secret x", "tag .* is not allowed"),
        ("from: 2025-13-01", "x.yaml:1: '2025-13-01' is not a date"),
        ("[" * 3000, "nested more than 20 deep"),
        ("a: &a [x, x]\nb: [" + "*a, " * 30 + "]", "more than 20 aliases"),
        ("? [1, 2]\n: 3", "not valid YAML|plain word"),
        ("<<: {title: x}", "plain word"),
        ("1: 2", "Keys should be strings"),
        ("a: \x07", "not valid YAML"),
    ],
)
def test_a_text_that_is_no_scenario_is_refused(text, expected):
    with pytest.raises(ScenarioError, match=expected):
        parse_scenario(text, name="x.yaml")


def test_a_billion_laughs_are_refused_at_once():
    names = "abcdefghi"
    lines = ['a: &a ["lol", "lol", "lol"]']
    lines += [f"{y}: &{y} [{', '.join([f'*{x}'] * 9)}]" for x, y in itertools.pairwise(names)]
    with pytest.raises(ScenarioError, match="more than 20 aliases"):
        parse_scenario("\n".join(lines))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file is empty"),
        (b"\x00\x01\x02", "a binary file"),
        (b"\xff\xfe\x00a", "not a text file in UTF-8"),
        (b"title: x\n" + b"# " + b"x" * 1_000_001, "1,000,012 bytes; allowed: up to 1,000,000"),
    ],
)
def test_a_file_that_is_empty_binary_or_huge_is_refused(tmp_path, content, expected):
    path = tmp_path / "x.yaml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError, match=expected):
        read_scenario(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_scenario(tmp_path / "none.yaml")
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_scenario(tmp_path)


def test_a_byte_order_mark_is_no_fault(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())
    assert read_scenario(path).title == "Ten points"


def test_yes_no_and_on_stay_words():
    scenario = parse_scenario(MINIMAL + "question: no\nnotes: [yes, on, off]\n")
    assert scenario.question == "no"
    assert scenario.notes == ("yes", "on", "off")


def test_a_number_in_quotes_is_not_a_number():
    assert "got '10'" in fault_of(MINIMAL.replace("10", "'10'"))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("moves[0].add_pp=abc", "--set moves[0].add_pp: moves[0].add_pp: got 'abc'"),
        ("moves[3].add_pp=1", "there is no entry 3; the list has 1"),
        ("moves.0.add_pp.x.y=1", "'x' is not there|got {'x'"),
        ("closure=open", "--set closure: closure: unknown value 'open'"),
        ("no sign", "write path=value"),
        ("=3", "write path=value"),
        ("title=[", "is not a YAML value"),
    ],
)
def test_a_setting_that_fits_nowhere_says_so(change, expected):
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(MINIMAL, changes=[change])
    assert any(part in str(caught.value) for part in expected.split("|"))


def test_settings_are_applied_in_order():
    changes = ["moves[0].add_pp=20", "moves[0].sectors=[GOODS]", "moves[0].add_pp=30"]
    scenario = parse_scenario(MINIMAL, changes=changes)
    assert scenario.moves[0].add_pp == 30
    assert scenario.moves[0].sectors == ("GOODS",)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("sides: [USA]", "name two different sides"),
        ("sides: [USA, USA]", "name two different sides"),
        ("sides: [USA, CHM]", "sides[1]: unknown country 'CHM'"),
        ("sides: [CHN, VNM]", "moves[0].side: USA is not a side"),
        ("horizons: []", "horizons"),
        ("horizons: [long, long]", "name each horizon once"),
        ("year: 2021", "the world table is of 2022"),
        ("world: icio", "given twice"),
        ("baseline: {registers: [us-new-tariffs]}", "unknown field"),
        ("baseline: {after_horizon: expired}", "`after_horizon` needs the day looked at"),
        ("baseline: {as_of: 2017-05-01}", "2017-05-01 is before the first day of the register"),
        ("baseline: {as_of: 2026-12-01}", "choose a branch with after_horizon='expired'"),
        ("baseline: {as_of: 2025-10-09, weights: fair}", "unknown value 'fair'"),
        (
            "baseline: {measures: [{kind: tariff, by: USA, against: CHN, add_pp: 1, status: threat}]}",
            "a threat is not in force",
        ),
        (
            "baseline: {measures: [{kind: subsidy, by: USA, sectors: all, rate_pct: 1}]}",
            "cannot carry a subsidy",
        ),
        ("options: {labour_supply: .inf}", "options.labour_supply: got inf"),
        ("version: 2", "version"),
    ],
)
def test_sections_are_checked_against_each_other(more, expected):
    assert expected in fault_of(MINIMAL + more)


def test_an_unknown_world_is_answered_with_the_nearest():
    assert "unknown world 'icio-2202'; did you mean 'icio-2022'?" in fault_of(
        MINIMAL.replace("toy", "icio-2202")
    )


def test_a_third_actor_needs_a_side():
    text = MINIMAL + "  - {kind: tariff, by: CHN, against: USA, add_pp: 1}\n"
    third = "  - {kind: tariff, by: VNM, against: CHN, add_pp: 1}\n"
    assert "name the two sides" in fault_of(text + third)
    with_side = third.replace("}", ", side: USA}")
    assert parse_scenario(text + with_side).side_codes == ("USA", "CHN")


def test_a_move_that_ended_before_the_baseline_is_refused():
    ended = MINIMAL.replace("add_pp: 10", "add_pp: 10, until: 2025-01-01")
    assert "is before the baseline's as_of" in fault_of(ended + "baseline: {as_of: 2025-10-09}")


@pytest.mark.parametrize("name", sorted(library()))
def test_the_canonical_form_reads_back_to_the_same_fingerprint(name):
    scenario = read_scenario(name)
    again = scenario_from(scenario.to_dict())
    assert again == scenario
    assert again.fingerprint == scenario.fingerprint
    assert parse_scenario(yaml_text(scenario)) == scenario


def test_the_fingerprint_sees_numbers_and_not_the_name():
    one = parse_scenario(MINIMAL)
    assert parse_scenario(MINIMAL + "name: other\n").fingerprint == one.fingerprint
    assert parse_scenario(MINIMAL.replace("10}", "11}")).fingerprint != one.fingerprint
    assert parse_scenario(MINIMAL + "closure: fixed\n").fingerprint == one.fingerprint


@pytest.mark.parametrize("name", sorted(library()))
def test_every_assumed_number_of_the_library_has_a_range_and_a_source(name):
    scenario = read_scenario(name)
    for row in scenario.assumptions():
        assert row["low"] < row["high"], row
        assert row["low"] <= row["value"] <= row["high"], row
        assert row["source"] != "judgement" or row["name"], row
    for move in scenario.moves:
        assert move.label, move
        assert move.source or name == "uniform-10", move


def test_every_variant_of_the_library_can_be_read():
    rows = {row["name"]: row["variants"] for row in summaries()}
    names = [(name, v) for name, found in rows.items() for v in found.split(", ") if v]
    assert ("april-2025", "electronics-exempt") in names
    for name, variant in names:
        changed = read_scenario(name, variant=variant)
        assert changed.fingerprint != read_scenario(name).fingerprint
        assert variant in changed.title
    with pytest.raises(ScenarioError, match="unknown variant 'none'"):
        read_scenario("april-2025", variant="none")


def test_the_template_can_be_run_as_it_stands(tmp_path):
    path = new_scenario(tmp_path / "mine.yaml")
    assert read_scenario(path).name == "mine"
    with pytest.raises(ScenarioError, match="exists already"):
        new_scenario(path)
    with pytest.raises(ScenarioError, match=r"ends in \.yaml"):
        new_scenario(tmp_path / "mine.txt")
    assert "october-2025" not in template()
    assert template("october-2025").startswith("# The confrontation")


def test_differences_are_listed_field_by_field():
    one = read_scenario("uniform-10")
    other = read_scenario("uniform-10", changes=["moves[0].against=[CHN]", "closure=share"])
    found = {d.path: (d.first, d.second) for d in differences(one, other)}
    assert "[changed: closure, moves[0].against]" in found.pop("title")[1]
    assert found == {
        "moves[0].against[0]": ("world", "CHN"),
        "closure": ("fixed", "share"),
    }


def test_the_published_schema_is_the_one_of_the_code():
    from tests.support import ROOT

    path = ROOT / "docs" / "reference" / "scenario.schema.json"
    if not path.is_file():
        pytest.skip("the documentation is not here; these tests run against the installed package")
    assert path.read_text(encoding="utf-8") == schema_text()


@pytest.mark.parametrize("name", sorted(library()))
def test_the_library_satisfies_the_published_schema(name):
    jsonschema = pytest.importorskip("jsonschema")
    import json

    jsonschema.validate(read_scenario(name).to_dict(), json.loads(schema_text()))


def test_a_scenario_made_in_python_reports_its_faults_the_same_way():
    move = Tariff(by="USA", against="CHN", add_pp=10)
    assert Scenario(title="T", world="toy", moves=[move]).side_codes == ("USA",)
    with pytest.raises(ScenarioError) as caught:
        Scenario(titel="T", moves=[move, {"kind": "tariff", "by": "USA", "against": "USA"}])
    message = str(caught.value)
    assert "titel: unknown field; did you mean 'title'?" in message
    assert "moves[1].against[0]: 'USA' is the actor itself" in message
