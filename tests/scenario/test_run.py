"""A scenario in, an answer out: cases, baseline, assumptions, records, and the library's headlines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from tests.scenario.shut_world import SHUT, save_world_with_one_source
from upperhand.core.errors import MeasureError, NoEquilibriumError, OptionError, RecordError
from upperhand.equilibrium import solve_counterfactual
from upperhand.results.run import read_record
from upperhand.scenario import library, parse_scenario, read_scenario
from upperhand.scenario.check import check_scenario
from upperhand.scenario.cite import citations
from upperhand.scenario.expect import headline_rows, read_expected
from upperhand.scenario.run import baseline_world, run_scenario, with_options
from upperhand.scenario.threats import branches
from upperhand.scenario.verify import compare, verify
from upperhand.scenario.worlds import world_of

TOY = """\
title: Two tariffs
world: toy
horizons: [long, short]
moves:
  - {kind: tariff, by: USA, against: [CHN], add_pp: 20}
  - {kind: tariff, by: CHN, against: [USA], add_pp: 10}
"""


@pytest.fixture(scope="module")
def toy_run():
    return run_scenario(parse_scenario(TOY))


def test_package_sides_and_moves_are_run_at_every_horizon(toy_run):
    keys = ["package", "side:USA", "side:CHN", "move:0", "move:1"]
    assert [case.key for case in toy_run.cases] == keys * 2
    assert [case.horizon for case in toy_run.cases] == ["short"] * 5 + ["long"] * 5
    assert toy_run.ok
    assert toy_run.sides == ("USA", "CHN")


@pytest.mark.parametrize("kinds", [["package"], ["package", "move"]])
def test_fewer_cases_have_the_numbers_of_the_whole_run(toy_run, kinds):
    """Each case starts from the baseline, so that the others leave no trace in it."""
    few = run_scenario(parse_scenario(TOY), cases=kinds)
    assert {case.kind for case in few.cases} == set(kinds)
    assert (few.sides, few.fingerprint) == (toy_run.sides, toy_run.fingerprint)
    for case in few.cases:
        assert case.counterfactual == toy_run.case(case.key, case.horizon).counterfactual
    assert few.headline("short") == toy_run.headline("short")


def test_an_unknown_kind_of_case_is_an_error():
    with pytest.raises(OptionError, match="unknown kind of case 'packages'; did you mean"):
        run_scenario(parse_scenario(TOY), cases=["packages"])


def test_the_package_is_the_solve_of_all_moves(toy_run):
    scenario = parse_scenario(TOY)
    direct = solve_counterfactual(world_of("toy"), list(scenario.moves), horizon="long")
    ours = toy_run.case("package", "long").counterfactual
    np.testing.assert_array_equal(
        ours.data["real_income_change"].values, direct.data["real_income_change"].values
    )


def test_a_side_with_one_move_is_that_move(toy_run):
    side, move = toy_run.case("side:USA", "long"), toy_run.case("move:0", "long")
    assert side.counterfactual is move.counterfactual
    assert side.moves == move.moves == (0,)


def test_a_run_says_what_changes_and_what_it_assumes(toy_run):
    assert [change["old"] for change in toy_run.changes] == pytest.approx([10.0, 20.0])
    assert [change["new"] for change in toy_run.changes] == pytest.approx([30.0, 30.0])
    names = [row["name"] for row in toy_run.assumptions]
    assert "trade elasticity, long run (Goods)" in names
    assert "elasticity_ratio (short)" in names
    for row in toy_run.assumptions:
        assert set(row) >= {"name", "value", "low", "high", "unit", "source", "status"}
        assert row["low"] <= row["value"] <= row["high"], row


def test_a_side_may_have_several_members(tmp_path):
    sides = "sides: {coalition: [USA, ASEAN], CHN: [CHN]}\n"
    text = (TOY + sides).replace("10}", "10, side: CHN}").replace("20}", "20, side: coalition}")
    run = run_scenario(parse_scenario(text))
    head = run.headline("long")
    assert [side.code for side in head.sides] == ["coalition", "CHN"]
    money = run.case().counterfactual.data["equivalent_variation"]
    both = float(money.sel(country="USA") + money.sel(country="VNM"))
    assert head.sides[0].usd_million == pytest.approx(both, rel=1e-12)
    assert head.gainer is None
    assert verify(run.save_record(tmp_path / "record")).largest == 0.0


def test_a_group_as_an_actor_is_a_side_with_its_members():
    run = run_scenario(
        parse_scenario(TOY.replace("by: USA, against: [CHN]", "by: ASEAN, against: [CHN]"))
    )
    assert run.scenario["sides"] == {"ASEAN": ["VNM"], "CHN": ["CHN"]}
    assert np.isfinite(run.headline("long").sides[0].percent)


def test_progress_counts_to_the_end():
    told = []
    run_scenario(parse_scenario(TOY), progress=lambda *now: told.append(now))
    assert told[0] == (0, 11, "baseline")
    assert told[-1] == (11, 11, "done")
    assert [done for done, _, _ in told] == sorted(done for done, _, _ in told)


def test_the_baseline_is_applied_before_the_moves():
    """Moves on top of a baseline at the same horizon are the step between two solves."""
    text = TOY.replace(
        "moves:",
        "baseline: {horizon: long, measures: [{kind: tariff, by: USA, against: world, add_pp: 5}]}\n"
        "moves:",
        1,
    )
    scenario = parse_scenario(text)
    toy = world_of("toy")
    first = solve_counterfactual(toy, list(scenario.baseline.measures), horizon="long")
    both = solve_counterfactual(toy, [*scenario.baseline.measures, *scenario.moves], horizon="long")
    step = run_scenario(scenario).case("package", "long").counterfactual
    np.testing.assert_allclose(
        step.data["real_income_change"].values,
        (both.data["real_income_change"] / first.data["real_income_change"]).values,
        rtol=1e-9,  # two solves to 1e-12 each
    )


def test_a_baseline_without_equilibrium_is_an_error(tmp_path):
    world = save_world_with_one_source(tmp_path / "one.npz")
    text = TOY.replace("toy", str(world), 1)
    text = text.replace("moves:", f"baseline: {{measures: [{SHUT}]}}\nmoves:", 1)
    with pytest.raises(NoEquilibriumError, match="the baseline of 'Two tariffs': no equilibrium"):
        run_scenario(parse_scenario(text))


def test_a_package_without_equilibrium_is_kept_and_says_so(tmp_path):
    world = save_world_with_one_source(tmp_path / "one.npz")
    text = f"title: Shut\nworld: {world}\nhorizons: [long]\nmoves:\n  - {SHUT}\n"
    run = run_scenario(parse_scenario(text))
    case = run.case("package", "long")
    assert not run.ok
    assert "no source left of GOODS in VNM" in case.counterfactual.outcome.sentence()
    assert np.isnan(case.counterfactual.data["real_income_change"].values).all()
    with pytest.raises(NoEquilibriumError):
        run.require_converged()


def test_options_change_the_elasticities():
    scenario = parse_scenario(TOY + "options: {elasticity_factor: 2, elasticities: {SERV: 3}}\n")
    world = with_options(world_of("toy"), scenario.options)
    assert world.trade_elasticity.tolist() == [10.0, 3.0]
    assert world.elasticity_range.tolist() == [[2.0, 10.0], [3.0, 10.0]]
    chosen = read_scenario("uniform-10", changes=["options.elasticity_set=U4"])
    assert set(with_options(world_of(chosen.world), chosen.options).trade_elasticity) == {4.0}


def test_a_record_is_verified_and_an_altered_one_is_not(toy_run, tmp_path):
    folder = toy_run.save_record(tmp_path / "record")
    found = verify(folder)
    assert found.cases == 10
    assert found.largest == 0.0
    again = read_record(folder)
    assert again.fingerprint == toy_run.fingerprint
    path = folder / "scenario.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("20.0", "21.0"), encoding="utf-8")
    with pytest.raises(RecordError, match="altered"):
        verify(folder)


def test_talks_are_verified_as_well(tmp_path):
    run = run_scenario(parse_scenario(TOY), draws=8, seed=3)
    found = verify(run.save_record(tmp_path / "record"))
    assert (found.more, found.largest) == (", talks, ranges", 0.0)
    name, ours, theirs = run.talks.deals[-1]
    bent = replace(run, talks=replace(run.talks, deals=((name, 1.001 * ours, theirs),)))
    straight = replace(run, talks=replace(run.talks, deals=((name, ours, theirs),)))
    worst = max(compare(straight, bent), key=lambda gap: gap.size)
    assert worst.where.startswith("talks.deals")
    assert worst.size > worst.allowed
    missing = [gap for gap in compare(run, replace(run, talks=None)) if np.isinf(gap.size)]
    assert missing
    assert all(gap.where.startswith("talks.") for gap in missing)


def test_citations_name_the_table_the_registers_and_the_scenario(toy_run, tmp_path):
    titles = " ".join(entry["title"] for entry in citations("october-2025"))
    for part in ("upperhand", "OECD", "Waugh", "PIIE", "Epoch AI"):
        assert part in titles
    folder = toy_run.save_record(tmp_path / "record")
    assert len(citations(str(folder))) >= 2


@pytest.mark.parametrize("name", sorted(library()))
def test_the_library_has_its_expected_headlines(name):
    """Refreshed only by `upperhand scenario expect NAME --write`."""
    run = run_scenario(read_scenario(name), decompose=False, with_talks=False).require_converged()
    rows, expected = headline_rows(run), read_expected(name)
    assert [row[:3] for row in rows] == [row[:3] for row in expected]
    np.testing.assert_allclose(
        [row[3] for row in rows],
        [row[3] for row in expected],
        rtol=1e-6,  # the solver reaches 1e-12; ten digits are stored
        atol=1e-9,
    )


@pytest.mark.parametrize("name", ["october-2025", "april-2025", "2018-2019"])
def test_us_tariffs_on_china_help_viet_nam_and_mexico_and_hurt_both_sides(name):
    """Trade diversion, as in every study of 2018-19 and 2025."""
    scenario = read_scenario(name, changes=["horizons=[long]"])
    world = baseline_world(scenario, world_of(scenario.world))
    change = solve_counterfactual(world, list(scenario.moves)).data["real_income_change"]
    assert change.sel(country="VNM") > 1
    assert change.sel(country="MEX") > 1
    assert change.sel(country="USA") < 1
    assert change.sel(country="CHN") < 1


def test_a_check_remarks_on_what_is_legal_and_odd():
    changes = ["moves[0].against=[CHN]", "moves[0].add_pp=-50"]
    remarks = " ".join(check_scenario("uniform-10", changes=changes).remarks)
    assert "the new tariff is negative, -39.1 %: a subsidy on imports" in remarks
    assert "CHN makes no move" in remarks
    nothing = check_scenario("uniform-10", changes=["moves[0].add_pp=0"])
    assert "changes nothing: the rate is already there" in " ".join(nothing.remarks)


def test_stocks_shield_at_the_short_horizon_and_not_at_the_long():
    text = (
        "{title: T, world: toy, moves: [{kind: mineral_licensing, by: CHN, to: [USA], "
        "withhold_pct: 80, cover_months: 6}]}"
    )
    run = run_scenario(parse_scenario(text))
    change = {
        h: float(run.case("package", h).counterfactual.real_income_change.sel(country="USA"))
        for h in ("short", "long")
    }
    assert change["short"] == pytest.approx(1.0, abs=1e-12)
    assert change["long"] < 1 - 1e-4


@pytest.mark.equation("4.12")
def test_a_commitment_is_kept_in_equilibrium_at_every_horizon():
    """The subsidy found by secants brings the value promised, solved here once more."""
    text = (
        "{title: T, moves: [{kind: purchase_commitment, by: CHN, against: [USA], "
        "sectors: [soybeans], usd_bn: 10, delivery_pct: 57}]}"
    )
    scenario = parse_scenario(text)
    world = world_of(scenario.world)
    run = run_scenario(scenario, decompose=False, with_talks=False)
    deal = scenario.moves[0]
    for horizon in run.horizons:
        trade = run.case("package", horizon).counterfactual.data["trade"].values
        rise = trade[deal.covered(world)].sum() - deal.purchases(world)
        assert rise == pytest.approx(5700, rel=1.1e-3)  # the secants stop at 0.1 per cent


def test_a_commitment_out_of_reach_is_an_error():
    text = (
        "{title: T, horizons: [short], moves: [{kind: purchase_commitment, by: CHN, "
        "against: [USA], sectors: [soybeans], usd_bn: 900, delivery_pct: 100}]}"
    )
    with pytest.raises((NoEquilibriumError, MeasureError), match=r"cannot be reached|no subsidy"):
        run_scenario(parse_scenario(text))


def test_probabilities_of_the_branches_add_up_and_conditions_hold():
    """An answer to a threat comes only where the threat was carried out."""
    text = """\
title: T
world: toy
moves:
  - {kind: tariff, label: threat, by: USA, against: CHN, add_pp: 9, status: threat, probability: 0.3}
  - {kind: tariff, label: answer, by: CHN, against: USA, add_pp: 9, status: threat, if: threat, probability: 0.5}
  - {kind: walk_out, by: USA, against: CHN, status: threat, if: no summit, probability: 0.2, from: 2026-01-01}
  - {kind: subsidy, by: CHN, sectors: goods, rate_pct: 1}
"""
    scenario = parse_scenario(text)
    found = branches(scenario)
    assert sum(branch.probability for branch in found) == pytest.approx(1.0)
    assert len(found) == 6
    assert not [b for b in found if 1 in b.moves and 0 not in b.moves]
    assert all(3 in branch.moves for branch in found)
    before = branches(scenario, on=date(2025, 12, 31))
    assert len(before) == 3
    assert "no threat is carried out (probability 0.7)" in [b.sentence() for b in before]
    lines = check_scenario("october-2025").lines()
    assert "how the threats may turn out:" in lines
