"""Baselines as of a day in scenarios, and the table of averages that they rest on."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support import shared_dir
from upperhand.measures.build_partners import build_partners
from upperhand.measures.labels import is_service
from upperhand.measures.stacking import stack_of
from upperhand.measures.tablefile import packaged
from upperhand.scenario import parse_scenario, read_scenario
from upperhand.scenario.assumptions import assumptions_of
from upperhand.scenario.run import baseline_world, run_scenario
from upperhand.scenario.worlds import world_of
from upperhand.world.world import World


def rate(world: World, exporter: str, importer: str) -> float:
    """Return the average tariff on goods, per cent, by the trade of the world itself."""
    i, j = world.countries.index(exporter), world.countries.index(importer)
    goods = [k for k, code in enumerate(world.sectors) if not is_service(code)]
    weight = world.trade[i, j, goods]
    return 100 * float((weight * world.tariff[i, j, goods]).sum() / weight.sum())


@pytest.mark.shared
def test_the_table_of_partners_is_rebuilt_byte_for_byte_from_its_source(tmp_path):
    path = build_partners(shared_dir() / "data", tmp_path)
    assert path.read_bytes() == packaged(path.name).read_bytes()


def test_the_baseline_of_october_2025_carries_the_duties_of_the_register():
    scenario = read_scenario("october-2025")
    world = baseline_world(scenario, world_of(scenario.world))
    goods = [code for code in world.sectors if not is_service(code)]
    stack = stack_of("2025-10-09", "USA", "CHN", weights="collected").by_sector(goods)
    places = [world.sectors.index(code) for code in goods]
    chn, usa = world.countries.index("CHN"), world.countries.index("USA")
    np.testing.assert_allclose(world.tariff[chn, usa, places], stack.total / 100, rtol=1e-12)
    assert world.tariff[world.countries.index("DEU"), usa].max() > 0.15


def test_by_law_duties_are_higher_than_those_collected():
    """Waugh counts 41.9, PIIE 57.6 per cent in autumn 2025; trade shifts to lower duties."""
    table = world_of("icio-2022-strategic")
    collected = baseline_world(read_scenario("october-2025"), table)
    by_law = baseline_world(read_scenario("october-2025", variant="by-law"), table)
    assert 36 < rate(collected, "CHN", "USA") < 43
    assert rate(by_law, "CHN", "USA") > rate(collected, "CHN", "USA") + 3


def test_before_the_war_tariffs_are_low():
    """PIIE puts January 2018 at 3.1 (United States) and 8.0 (China) per cent."""
    world = baseline_world(read_scenario("2018-2019"), world_of("icio-2022-strategic"))
    assert rate(world, "CHN", "USA") == pytest.approx(3.1, abs=1.0)
    assert rate(world, "USA", "CHN") == pytest.approx(8.0, abs=2.0)


def test_the_waves_of_the_library_are_the_steps_of_the_register():
    days = {
        "USA": ["2018-07-05", "2018-08-23", "2018-09-24", "2019-05-10", "2019-09-01"],
        "CHN": ["2018-07-05", "2018-08-23", "2018-09-24", "2019-06-01", "2019-09-01"],
    }
    world = world_of("icio-2022-strategic")
    goods = [code for code in world.sectors if not is_service(code)]
    for actor, target in (("USA", "CHN"), ("CHN", "USA")):
        waves = [move for move in read_scenario("2018-2019").moves if move.by == actor]
        totals = [stack_of(day, actor, target).by_sector(goods).total for day in days[actor]]
        for wave, before, after in zip(waves, totals[:-1], totals[1:], strict=True):
            given = np.array([wave.add_pp.get(code, 0.0) for code in goods])
            np.testing.assert_allclose(given, after - before, atol=0.0501)  # printed to 0.1


def test_what_the_truce_became_is_a_choice_of_the_scenario():
    """China's 24 suspended points and the controls of 9 October come back, or they do not."""
    text = "{{title: T, baseline: {{as_of: 2026-12-01, after_horizon: {}}}, moves: [{}]}}"
    move = "{kind: tariff, by: USA, against: CHN, add_pp: 1}"
    table = world_of("icio-2022-strategic")
    rates = {
        branch: rate(baseline_world(parse_scenario(text.format(branch, move)), table), "USA", "CHN")
        for branch in ("expired", "extended")
    }
    assert rates["expired"] > rates["extended"] + 10


def test_controls_of_the_baseline_are_among_the_assumptions_with_their_range():
    changes = ["baseline.controls=true"]
    scenario = read_scenario("october-2025", changes=changes)
    table = world_of(scenario.world)
    world = baseline_world(scenario, table)
    rows = {row["name"]: row for row in assumptions_of(scenario, table, baseline=world)}
    row = rows["baseline, tw-chips-2025-07: share withheld"]
    assert (row["value"], row["low"], row["high"]) == (98.0, 90.0, 100.0)
    before = baseline_world(read_scenario("october-2025"), table)
    at = [world.countries.index(c) for c in ("TWN", "CHN")]
    k = world.sectors.index("ai_accelerators")
    assert world.trade[at[0], at[1], k] < 0.5 * before.trade[at[0], at[1], k]


def test_a_record_says_which_rows_its_baseline_rests_on():
    text = (
        "{title: T, world: toy, horizons: [long], baseline: {as_of: 2025-10-09}, "
        "moves: [{kind: tariff, by: USA, against: CHN, add_pp: 1}]}"
    )
    dated = run_scenario(parse_scenario(text)).world["card"]["as_of"]
    assert dated["day"] == "2025-10-09"
    assert "us-fentanyl-2" in dated["rows"]
