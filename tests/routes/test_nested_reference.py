"""The second route must itself be an equilibrium before it may judge the first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.routes.nested_reference import NoFixedPointError, solve_literally, solve_reference
from tests.support import escalation, random_shock, random_world
from upperhand.world.build import from_arrays
from upperhand.world.shock import no_shock

CASES = [(2, 1, 11), (3, 2, 12), (5, 4, 13), (7, 3, 14)]


@pytest.mark.parametrize(("countries", "sectors", "seed"), CASES)
def test_reference_clears_every_market(countries, sectors, seed):
    """Spending, sales, factor income and the balance of trade, each written out once more."""
    world = random_world(countries, sectors, seed)
    shock = random_shock(world, seed)
    result = solve_reference(world, shock, tol=1e-13)
    tariff, tax = shock.tariff(world), shock.export_tax(world)
    output = (result["trade"] / (1 + tax)).sum(axis=1)
    labour = (world.value_added_share * output).sum(axis=1)
    world_income = world.value_added.sum()
    supply = result["wage_change"] * world.value_added.sum(axis=1)
    inputs = np.einsum("nks,ns->nk", world.input_share, output)
    final = world.final_demand / world.final_demand.sum(axis=1, keepdims=True)
    spending = (result["trade"] * (1 + tariff)).sum(axis=0)
    net_imports = result["trade"].sum(axis=(0, 2)) - result["trade"].sum(axis=(1, 2))
    np.testing.assert_allclose(labour, supply, rtol=1e-10)
    np.testing.assert_allclose(supply.sum(), world_income, rtol=1e-12)
    np.testing.assert_allclose(net_imports, world.imbalance, atol=1e-10 * world_income)
    np.testing.assert_allclose(spending, final * result["income"][:, None] + inputs, rtol=1e-10)


@pytest.mark.parametrize(("countries", "sectors", "seed"), CASES[:3])
def test_loops_and_arrays_say_the_same(countries, sectors, seed):
    world = random_world(countries, sectors, seed)
    shock = random_shock(world, seed + 1)
    arrays, loops = solve_reference(world, shock), solve_literally(world, shock)
    for name in ("wage_change", "price_change", "trade", "real_income_change"):
        np.testing.assert_allclose(loops[name], arrays[name], rtol=1e-12, err_msg=name)


def test_reference_at_no_shock_is_the_baseline():
    world = random_world(5, 3, 15)
    result = solve_reference(world, no_shock(world))
    np.testing.assert_allclose(result["trade"], world.trade, rtol=1e-12)
    np.testing.assert_allclose(result["real_income_change"], 1.0, atol=1e-12)


def test_reference_reproduces_autarky_of_two_unequal_countries():
    """Arkolakis, Costinot and Rodriguez-Clare (2012): own share ** (1/5) - 1; oracle row T10."""
    world = from_arrays(
        countries=["HOM", "FOR"],
        sectors=["ALL"],
        trade=np.array([[80.0, 20.0], [20.0, 180.0]])[:, :, None],
        trade_elasticity=5.0,
    )
    closed = np.where(np.eye(2)[:, :, None] > 0, 1.0, 0.0)
    result = solve_reference(world, replace(no_shock(world), availability=closed))
    np.testing.assert_allclose(result["real_income_change"], [0.8**0.2, 0.9**0.2], rtol=1e-12)


def test_reference_handles_a_good_that_nobody_in_a_country_buys():
    """A cell without spending has no price; it must not leak NaN into the others."""
    world = random_world(4, 3, 16, inputs=False)
    trade = world.trade.copy()
    trade[:, 1, 2] = trade[1, :, 2] = 0.0
    gap = from_arrays(
        countries=world.countries,
        sectors=world.sectors,
        trade=trade,
        tariff=world.tariff,
        trade_elasticity=world.trade_elasticity,
    )
    result = solve_reference(gap, escalation(gap, 0.2))
    assert result["gap"] < 1e-12
    assert result["price_change"][1, 2] == 1.0
    assert np.isfinite(result["trade"]).all()


def test_reference_refuses_a_world_without_a_source():
    world = random_world(3, 2, 17)
    availability = np.ones(world.trade.shape)
    availability[:, 0, 1] = 0.0
    with pytest.raises(NoFixedPointError, match="last source"):
        solve_reference(world, replace(no_shock(world), availability=availability))
