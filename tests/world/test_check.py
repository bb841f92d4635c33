"""`check_world` lists every fault of a table and measures it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from tests.support import worlds
from upperhand.core.errors import WorldError
from upperhand.world.check import check_world
from upperhand.world.toy import toy_world


@given(worlds())
def test_a_valid_world_has_no_faults_and_adds_up(world):
    report = check_world(world)
    assert report.ok
    assert report.facts["rows-columns gap over world output"] < 1e-12
    assert report.facts["sum of imbalances over world output"] < 1e-12


def test_a_world_changed_by_hand_is_seen_through():
    """The constructor checks nothing, so that the check must."""
    world = toy_world()
    share = np.array(world.value_added_share)
    share[0, 0] = 0.9
    report = check_world(replace(world, value_added_share=share))
    assert not report.ok
    assert "input_share plus value_added_share of USA/GOODS is 1.4" in report.faults[0]
    with pytest.raises(WorldError, match=r"1\.4"):
        report.require_ok()


def test_wrong_shapes_are_reported_and_not_raised():
    report = check_world(replace(toy_world(), trade=np.ones((2, 2, 2))))
    assert "trade has shape (2, 2, 2); expected (3, 3, 2)" in report.faults


def test_a_country_without_income_is_named():
    """Tariffs below zero that cost more than a country earns."""
    world = toy_world()
    trade = np.array(world.trade)
    trade[2, :2] = 1e6
    report = check_world(replace(world, trade=trade))
    assert any("income of VNM" in fault for fault in report.faults)


def test_the_printed_report_starts_with_the_verdict():
    lines = str(check_world(toy_world())).splitlines()
    assert lines[0] == "world 'toy': no faults"
    assert any("largest imbalance, country" in line and "USA" in line for line in lines)


def test_a_world_without_any_trade_is_reported_and_not_raised():
    report = check_world(replace(toy_world(), trade=np.zeros((3, 3, 2))))
    assert "output of USA is 0" in report.faults[0]
