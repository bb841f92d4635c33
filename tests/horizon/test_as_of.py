"""The world as of a day: consistent with the table's year, and with the register."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from upperhand.core.errors import OptionError
from upperhand.horizon.as_of import as_of, base_day, described_anew
from upperhand.measures.stacking import stack_of
from upperhand.world.check import check_world
from upperhand.world.load import load_world
from upperhand.world.toy import toy_world


@pytest.fixture(scope="module")
def table():
    return load_world("icio-2022")


def pair(world, exporter, importer):
    return world.countries.index(exporter), world.countries.index(importer)


def imports(world, exporter, importer):
    goods = [k for k, code in enumerate(world.sectors) if code != "SERV"]
    return float(world.trade[pair(world, exporter, importer)][goods].sum())


@pytest.mark.parametrize("weights", ["statutory", "collected"])
def test_nothing_moves_on_the_day_of_the_table(table, weights):
    world = as_of(table, "2022-07-01", weights=weights)
    # the fixed point is solved to 1e-12 of the flows, which are at most 1e7
    np.testing.assert_allclose(world.trade, table.trade, atol=1e-5)


@pytest.mark.parametrize("day", ["2018-01-01", "2020-03-01", "2025-04-20", "2026-07-31"])
def test_the_rates_are_those_of_the_register(table, day):
    world = as_of(table, day)
    for importer, exporter in (("USA", "CHN"), ("CHN", "USA")):
        stack = stack_of(day, importer, exporter).by_sector(table.sectors)
        places = [table.sectors.index(code) for code in stack.goods]
        rates = world.tariff[pair(world, exporter, importer)][places]
        np.testing.assert_allclose(rates, stack.total / 100, atol=1e-12)


def test_the_accounts_of_the_baseline_close(table):
    assert check_world(as_of(table, "2025-10-09")).ok


@pytest.mark.equation("3.24")
def test_describing_the_base_year_anew_keeps_flows_and_accounts(table):
    world = described_anew(table, base_day(table), "statutory")
    np.testing.assert_array_equal(world.trade, table.trade)
    assert check_world(world).ok
    spent = world.spending.sum(axis=1) - table.spending.sum(axis=1)
    revenue = world.tariff_revenue - table.tariff_revenue
    np.testing.assert_allclose(spent, revenue, atol=1e-6 * table.spending.sum(axis=1).max())
    assert (world.value_added_share > 0).all()


def test_the_war_halves_trade_between_the_two_and_the_truce_brings_part_back(table):
    """Direction and order only: 2017-18 above 2022 above October 2025 above the peak."""
    flows = [
        imports(as_of(table, day), "CHN", "USA")
        for day in ("2018-01-01", "2022-07-01", "2025-10-09", "2025-05-01")
    ]
    assert flows == sorted(flows, reverse=True)


def test_a_longer_horizon_moves_trade_further(table):
    flows = [
        imports(as_of(table, "2025-10-09", horizon=span), "CHN", "USA")
        for span in ("short", "medium", "long")
    ]
    assert flows == sorted(flows, reverse=True)


def test_other_partners_pay_their_new_duties_from_2025_only(table):
    before, after = as_of(table, "2024-12-31"), as_of(table, "2025-10-09")
    goods = slice(0, len(table.sectors) - 1)
    mexico = pair(table, "VNM", "USA")
    assert np.array_equal(before.tariff[mexico], table.tariff[mexico])
    added = after.tariff[mexico][goods] - table.tariff[mexico][goods]
    np.testing.assert_allclose(added, 0.1474, atol=1e-12)


def test_the_card_says_what_was_applied_and_what_was_not(table):
    card = as_of(table, "2025-10-09").card
    about = card["as_of"]
    assert "us-fentanyl-2" in about["rows"]
    assert {row["importer"] for row in about["averages"]} == {"USA", "CHN"}
    assert about["published"][0]["published_pct"] == 32.6
    assert all("no sector of this world" in row["reason"] for row in about["left_out"])
    assert about["war_layer_replaced"]
    assert card["war_layer"] == []


def strategic_toy():
    """Return the toy world with its goods called accelerators, so that controls bite."""
    world = toy_world()
    return replace(
        world, countries=("USA", "CHN", "TWN"), sectors=("ai_accelerators", "SERV"), year=2022
    )


def test_a_control_withholds_its_share_where_the_good_is_a_sector():
    world = strategic_toy()
    held = as_of(world, "2025-10-09")
    free = as_of(world, "2025-10-09", controls=False)
    applied = {row["id"] for row in held.card["as_of"]["controls"]}
    assert applied == {"us-chips-2025-07", "tw-chips-2025-07"}
    for exporter in ("USA", "TWN"):
        flow = pair(world, exporter, "CHN")
        assert held.trade[flow][0] < 0.1 * free.trade[flow][0]


def test_the_strategic_world_has_a_baseline_too():
    world = load_world("icio-2022-strategic")
    held = as_of(world, "2025-10-09")
    assert check_world(held).ok
    assert {row["id"] for row in held.card["as_of"]["controls"]} >= {
        "us-chips-2025-07", "nl-tools-2023", "cn-magnets-2025-07",
    }  # fmt: skip


def test_branches_after_the_horizon_differ_and_neither_is_assumed(table):
    with pytest.raises(OptionError, match="choose a branch"):
        as_of(table, "2026-12-01")
    expired, extended = (
        imports(as_of(table, "2026-12-01", after_horizon=branch), "USA", "CHN")
        for branch in ("expired", "extended")
    )
    assert expired < extended


def test_a_world_without_sectors_of_the_register_is_refused():
    world = replace(toy_world(), sectors=("WIDGETS", "SERV"))
    with pytest.raises(OptionError, match="lacks USA, CHN or sectors of the register"):
        as_of(world, "2025-10-09")


def test_as_of_needs_no_labelled_arrays():
    """A fresh process: what makes a cold start slow is not imported."""
    code = (
        "from upperhand.horizon.as_of import as_of\n"
        "from upperhand.world.load import load_world\n"
        "as_of(load_world('icio-2022'), '2025-10-09')\n"
        "import sys; sys.exit('xarray' in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
