"""The package and the published algorithm give the same equilibrium."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.routes.nested_reference import solve_reference
from tests.support import escalation, random_shock, random_world
from upperhand.equilibrium import solve_counterfactual
from upperhand.world.shock import no_shock

COMPARED = {
    "wage_change": "wage_change",
    "sector_price_change": "price_change",
    "trade": "trade",
    "real_income_change": "real_income_change",
}

# Two solvers, each stopped at 1e-13: what is left between them is their conditioning.
CLOSE = 1e-10


def assert_same(world, shock):
    """Compare wages, prices, every trade flow and real income."""
    ours = solve_counterfactual(world, shock, tol=1e-13).require_converged()
    reference = solve_reference(world, shock, tol=1e-13)
    for name, other in COMPARED.items():
        got, expected = ours.data[name].values, reference[other]
        np.testing.assert_allclose(
            got, expected, rtol=CLOSE, atol=CLOSE * expected.mean(), err_msg=name
        )


@pytest.mark.parametrize(("countries", "sectors", "seed"), [(2, 1, 21), (3, 2, 22), (5, 4, 23)])
@pytest.mark.parametrize("inputs", [True, False])
def test_two_routes_agree_on_shocks_in_every_wedge(countries, sectors, seed, inputs):
    """Caliendo and Parro (2015), their own nested loops."""
    world = random_world(countries, sectors, seed, inputs=inputs)
    assert_same(world, random_shock(world, seed))


@pytest.mark.parametrize("points", [0.1, 1.0])
def test_two_routes_agree_on_mutual_escalation(points):
    world = random_world(8, 6, 24)
    assert_same(world, escalation(world, points))


def test_two_routes_agree_when_tariffs_are_removed():
    world = random_world(6, 5, 25)
    assert_same(world, replace(no_shock(world), tariff_set=np.zeros(world.trade.shape)))


def test_two_routes_agree_on_closed_flows():
    world = random_world(6, 3, 26)
    availability = np.ones(world.trade.shape)
    availability[0, 1:3], availability[2, 0, 1] = 0.0, 0.25
    assert_same(world, replace(no_shock(world), availability=availability))


def test_two_routes_agree_on_factor_supply_and_productivity():
    world = random_world(4, 3, 27)
    growth = replace(
        no_shock(world),
        factor_supply=np.array([1.0, 1.1, 0.95, 1.02]),
        productivity=np.exp(np.linspace(-0.1, 0.2, 12)).reshape(4, 3),
    )
    assert_same(world, growth)
