"""Dated averages of tariffs: built from their sources, mapped to regions, close to the published."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from tests.support import shared_dir
from upperhand.scenario import read_scenario
from upperhand.scenario.build_tables import build_tables
from upperhand.scenario.check import with_baseline_rates
from upperhand.scenario.tables import measures_as_of, rates_on, read_table
from upperhand.scenario.worlds import world_of


@pytest.mark.shared
def test_the_tables_are_rebuilt_byte_for_byte_from_their_sources(tmp_path):
    from importlib.resources import files

    folder = files("upperhand.scenario").joinpath("tables_data")
    for path in build_tables(shared_dir() / "data", tmp_path):
        assert path.read_bytes() == folder.joinpath(path.name).read_bytes(), path.name


@pytest.mark.parametrize(
    ("day", "points"),
    [
        (date(2025, 2, 1), None),
        (date(2025, 4, 1), 20.29),
        (date(2025, 4, 10), 112.19),
        (date(2025, 4, 30), 88.14),
        (date(2025, 10, 9), 31.06),
        (date(2026, 3, 1), 10.77),
    ],
)
def test_the_last_change_before_a_day_applies(day, points):
    """Path of the US average on China in theory/timeline, from Waugh."""
    found = rates_on("us-new-tariffs-by-date", day).get("CHN")
    assert (found[0] if found else None) == points


def test_every_region_but_the_united_states_gets_a_rate():
    world = world_of("icio-2022")
    found = {
        m.against[0]: m.add_pp for m in measures_as_of("us-new-tariffs", date(2025, 10, 9), world)
    }
    assert set(found) == set(world.countries) - {"USA"}
    assert found["DEU"] == found["XEU"] == 15.20
    assert found["IND"] == 43.03
    assert 8.59 < found["XLA"] < 14.10  # between Colombia and Costa Rica
    assert 2.8 < found["ROW"] < 31.4  # between Venezuela and Iraq


@pytest.mark.parametrize(
    ("exporter", "importer", "published", "tolerance"),
    [
        ("CHN", "USA", 41.93, 0.05),  # Waugh: collected rate of 2024, 10.87, and 31.06 new points
        ("USA", "CHN", 32.6, 1.0),  # PIIE: 32.6; the table starts at 20.3 of 2020 instead of 21.2
    ],
)
def test_the_baseline_of_october_2025_agrees_with_the_published_averages(
    exporter, importer, published, tolerance
):
    scenario = read_scenario("october-2025")
    table = world_of("icio-2022")
    world = with_baseline_rates(scenario, table)
    i, j = world.countries.index(exporter), world.countries.index(importer)
    goods = [s for s, code in enumerate(world.sectors) if code != "SERV"]
    weight = world.trade[i, j, goods]
    average = 100 * float((weight * world.tariff[i, j, goods]).sum() / weight.sum())
    assert average == pytest.approx(published, abs=tolerance)


def test_taking_back_the_war_layer_gives_the_averages_before_it():
    """PIIE puts January 2018 at 3.1 (United States) and 8.0 (China) per cent."""
    table = world_of("icio-2022")
    world = with_baseline_rates(read_scenario("2018-2019"), table)
    usa, chn = world.countries.index("USA"), world.countries.index("CHN")
    goods = [s for s, code in enumerate(world.sectors) if code != "SERV"]
    for i, j, published in ((chn, usa, 3.1), (usa, chn, 8.0)):
        weight = world.trade[i, j, goods]
        average = 100 * float((weight * world.tariff[i, j, goods]).sum() / weight.sum())
        assert average == pytest.approx(published, abs=0.5)


def test_the_waves_of_the_library_are_the_coverage_table_times_the_rates():
    coverage = {row["sector"]: row for row in read_table("s301-coverage-by-sector")}
    waves = [move for move in read_scenario("2018-2019").moves if move.by == "USA"]
    rates = [
        {"list_1_pct": 25, "list_2_pct": 25},
        {"list_3_pct": 10},
        {"list_3_pct": 15},
        {"list_4a_pct": 15},
    ]
    for wave, rate in zip(waves, rates, strict=True):
        for sector, row in coverage.items():
            expected = sum(float(row[name]) * points / 100 for name, points in rate.items())
            assert wave.add_pp.get(sector, 0.0) == pytest.approx(expected, abs=0.0501), sector


def test_the_four_waves_add_up_to_the_published_rise():
    """PIIE: the US average rose by 17.9 points to September 2019; lines are not trade, so 3 points."""
    world = world_of("icio-2022")
    usa, chn = world.countries.index("USA"), world.countries.index("CHN")
    weight = world.trade[chn, usa]
    goods = np.array([code != "SERV" for code in world.sectors])
    waves = [m for m in read_scenario("2018-2019").moves if m.by == "USA"]
    added = sum(m.to_shock(world).tariff_add[chn, usa] for m in waves)
    average = 100 * float((weight * added)[goods].sum() / weight[goods].sum())
    assert average == pytest.approx(17.9, abs=3.0)
