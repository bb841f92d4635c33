"""What each country's part of the map does to itself, against differences of the map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.support import escalation, random_world
from upperhand.equilibrium import hats
from upperhand.equilibrium.calibrate import calibrate, wedges_of
from upperhand.equilibrium.country_blocks import step_back_of, step_of
from upperhand.equilibrium.horizons import horizon_of
from upperhand.equilibrium.layout import Layout
from upperhand.equilibrium.solve import Options, solve_at
from upperhand.world.shock import no_shock

SMALL = 1e-6


def map_without_numeraire(calibration):
    """The equilibrium map at the baseline; the numeraire is no country's own."""
    layout = Layout.of(calibration.base, calibration.nests)
    wedges = wedges_of(calibration, no_shock(calibration.world), closure="fixed")

    def mapping(vector):
        base, nests = calibration.base, calibration.nests
        state = layout.unpack(vector)
        flows = hats.flows_of(base, nests, wedges, state)
        wage = state.log_wage + calibration.damp * flows.labour_gap
        return layout.pack(hats.rest_of_state(base, nests, wedges, flows, state, wage))

    return mapping, layout.pack(hats.start_state(calibration.base))


@pytest.mark.parametrize("horizon", ["long", "medium", "short"])
@pytest.mark.parametrize("labour_supply", [0.0, 0.7])
def test_blocks_invert_the_derivative_within_each_country(horizon, labour_supply):
    """Tariffs, export taxes, nests and specific factors are all in the random world."""
    world = random_world(5, 4, 3)
    calibration = calibrate(world, horizon_of(horizon), scale=False, labour_supply=labour_supply)
    mapping, point = map_without_numeraire(calibration)
    steps = SMALL * np.eye(point.size)
    derivative = [(mapping(point + d) - mapping(point - d)) / (2 * SMALL) for d in steps]
    left = np.eye(point.size) - np.stack(derivative, axis=1)
    country = np.arange(point.size) % 5
    within = country[:, None] == country
    expected = np.linalg.inv(np.where(within, left, 0.0))
    found = np.stack([step_of(calibration.blocks, unit) for unit in np.eye(point.size)], axis=1)
    scale = np.abs(expected).max()
    assert np.abs(found - expected).max() / scale < 1e-6  # single precision is 6e-8
    pair = np.eye(point.size)[:, :2]  # of outcomes, the last axis
    back = step_back_of(calibration.blocks, pair.ravel(), 2).reshape(-1, 2)
    assert np.abs(back - expected[:2].T).max() / scale < 1e-6


def test_blocks_of_a_calibration_near_by_change_steps_and_nothing_else():
    """What the blocks are is a matter of speed; blocks of another form are not used at all."""
    world = random_world(5, 4, 3)
    tariff = escalation(world, 0.5)
    own = calibrate(world, horizon_of("short"), scale=False, labour_supply=0.0)
    near = replace(world, trade_elasticity=1.3 * world.trade_elasticity)
    other = calibrate(near, horizon_of("short"), scale=False, labour_supply=0.0)
    unlike = calibrate(near, horizon_of("long"), scale=False, labour_supply=0.0)
    found = [
        solve_at(replace(own, lent=blocks), tariff, Options(horizon="short")).flows.income
        for blocks in (None, other.blocks, unlike.blocks)
    ]
    np.testing.assert_allclose(found[1], found[0], rtol=1e-11)  # both are solved to 1e-12
    np.testing.assert_array_equal(found[2], found[0])
