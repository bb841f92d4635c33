"""The welfare cost of autarky has a formula in every world without imbalances."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.closed_form.economies import (
    autarky,
    balanced_world,
    horizon,
    one_sector,
    own_shares,
    solve,
)
from upperhand import World
from upperhand.equilibrium.welfare import gains_from_trade
from upperhand.world.shock import no_shock

# Formulas are exact; the equilibrium is solved to 1e-13.
EXACT = 1e-11


def log_autarky_price(world, *, elasticity_ratio=1.0, extra=0.0):
    """Return the log price of each good in units of labour, (country, sector).

    With Cobb-Douglas inputs the price of a sector is its unit cost less the gain from variety,
    `P = (1/theta) ln(1/own share) + extra + B w + G' P`: a Leontief inverse.
    """
    theta = world.trade_elasticity * elasticity_ratio
    wedge = np.log(1.0 / own_shares(world)) / theta + extra
    inverse = np.linalg.inv(np.eye(len(theta)) - world.input_share.transpose(0, 2, 1))
    return (inverse @ wedge[:, :, None])[:, :, 0]


def cost_of_living(world, log_price):
    """Return the log consumer price with Cobb-Douglas tastes."""
    return (final_shares(world) * log_price).sum(axis=1)


def final_shares(world):
    return world.final_demand / world.final_demand.sum(axis=1, keepdims=True)


def factor_income_share(world):
    """Return value added over income: in autarky there is no revenue."""
    return world.value_added.sum(axis=1) / world.income


@pytest.mark.equation("2.21")
@pytest.mark.parametrize(("elasticity", "loss"), [(5.0, 1.4409), (10.0, 0.7231)])
def test_gains_from_trade_of_the_united_states_are_those_in_print(elasticity, loss):
    """Arkolakis, Costinot and Rodriguez-Clare (2012): row T09, own share 0.93."""
    world = one_sector([[93.0, 7.0], [7.0, 193.0]], elasticity)
    result = solve(world, autarky(world))
    expected = 100 * (1 - 0.93 ** (1 / elasticity))
    np.testing.assert_allclose(-result.percent("real_income_change")[0], expected, rtol=1e-9)
    np.testing.assert_allclose(100 * gains_from_trade(0.93, elasticity), expected, rtol=1e-14)
    np.testing.assert_allclose(expected, loss, atol=5e-5)  # half a unit of the last digit


@pytest.mark.equation("2.3", "2.4", "2.21")
@pytest.mark.parametrize("way", ["ban", "trade cost"])
def test_autarky_costs_the_own_share_to_the_power_of_one_over_elasticity(way):
    """Arkolakis, Costinot and Rodriguez-Clare (2012): row T10; a ban is the limit, exactly."""
    world = one_sector([[80.0, 20.0], [20.0, 180.0]], 5.0)
    cost = np.where(np.eye(2)[:, :, None] > 0, 1.0, 1e6)
    shock = autarky(world) if way == "ban" else replace(no_shock(world), trade_cost=cost)
    expected = [0.8**0.2 - 1, 0.9**0.2 - 1]
    got = solve(world, shock).real_income_change - 1
    np.testing.assert_allclose(got, expected, rtol=1e-10)  # 1e6 to the power -5 is nothing
    np.testing.assert_allclose(got, [-0.0436475, -0.0208516], atol=5e-8)  # printed digits


@pytest.mark.equation("2.1", "2.2", "2.4", "2.5", "2.8", "2.12")
@pytest.mark.parametrize("inputs", [False, True])
@pytest.mark.parametrize("tariffs", [False, True])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_autarky_costs_the_leontief_weighted_own_shares(inputs, tariffs, seed):
    """Caliendo and Parro (2015), equation 15, and Costinot and Rodriguez-Clare (2014).

    With inputs, each own share works through the Leontief inverse; lost revenue adds to it.
    """
    world = balanced_world(4, 3, seed, inputs=inputs, tariffs=tariffs)
    expected = factor_income_share(world) * np.exp(-cost_of_living(world, log_autarky_price(world)))
    got = solve(world, autarky(world)).real_income_change
    np.testing.assert_allclose(got, expected, rtol=EXACT)


def test_two_sector_ricardian_gains_weigh_own_shares_by_spending():
    """Costinot, Donaldson and Komunjer (2012): prod (own share)^(spending share / elasticity)."""
    world = World.from_arrays(
        countries=["HOM", "FOR"],
        sectors=["A", "B"],
        trade=[[[60.0, 30.0], [30.0, 5.0]], [[10.0, 25.0], [90.0, 145.0]]],
        trade_elasticity=[4.0, 8.0],
    )
    # HOM buys 70 of A (60 its own) and 55 of B (30 its own); FOR 120 (90) and 150 (145).
    home = (60 / 70) ** (70 / 125 / 4) * (30 / 55) ** (55 / 125 / 8)
    foreign = (90 / 120) ** (120 / 270 / 4) * (145 / 150) ** (150 / 270 / 8)
    got = solve(world, autarky(world)).real_income_change
    np.testing.assert_allclose(got, [home, foreign], rtol=EXACT)


@pytest.mark.equation("2.1")
@pytest.mark.parametrize("final", [0.3, 0.9, 2.5])
def test_autarky_with_ces_tastes_moves_spending_towards_what_stays_cheap(final):
    """Costinot and Rodriguez-Clare (2014), section 3: constant elasticity between sectors."""
    world = balanced_world(3, 4, 5, inputs=True)
    price = log_autarky_price(world)
    living = np.log((final_shares(world) * np.exp((1 - final) * price)).sum(axis=1)) / (1 - final)
    expected = factor_income_share(world) * np.exp(-living)
    got = solve(world, autarky(world), horizon=horizon(final=final)).real_income_change
    np.testing.assert_allclose(got, expected, rtol=EXACT)


@pytest.mark.equation("2.1", "2.2", "2.6")
@pytest.mark.parametrize("elasticity", [0.2, 0.6, 1.8])
def test_autarky_with_ces_inputs_is_linear_in_powers_of_prices(elasticity):
    """One elasticity between value added and every input: Baqaee and Farhi (2019).

    With `x = P^(1 - elasticity)` the price equations are linear, so that autarky has a formula.
    """
    world = balanced_world(3, 3, 6, inputs=True)
    power = 1.0 - elasticity
    gain = (1.0 / own_shares(world)) ** (power / world.trade_elasticity)
    system = np.eye(3) - gain[:, :, None] * world.input_share.transpose(0, 2, 1)
    powers = np.linalg.solve(system, (gain * world.value_added_share)[:, :, None])[:, :, 0]
    expected = factor_income_share(world) * np.exp(-cost_of_living(world, np.log(powers) / power))
    nests = horizon(value_added=elasticity, materials=elasticity)
    got = solve(world, autarky(world), horizon=nests).real_income_change
    np.testing.assert_allclose(got, expected, rtol=EXACT)


def sector_income_in_autarky(world):
    """Return value added by sector in autarky over the same before it, at equal total income.

    Spending on each good is final demand plus inputs: `Y = alpha I + G Y` with `I = sum VA`.
    """
    s = world.value_added.shape[1]
    use = np.eye(s) - world.input_share
    output = np.linalg.solve(
        use, (final_shares(world) * world.value_added.sum(axis=1)[:, None])[:, :, None]
    )
    return world.value_added_share * output[:, :, 0] / world.value_added


@pytest.mark.equation("2.10")
@pytest.mark.parametrize("share", [0.3, 0.7])
@pytest.mark.parametrize("inputs", [False, True])
def test_autarky_with_specific_factors_prices_each_sector_by_what_it_must_make(share, inputs):
    """Specific factors: value added costs its own expansion to the power of their share.

    The wage follows total income, so that `v = specific share x ln(value added)`; the price of a
    sector is then that through the Leontief inverse.
    """
    world = balanced_world(4, 3, 7, inputs=inputs)
    extra = world.value_added_share * share * np.log(sector_income_in_autarky(world))
    living = cost_of_living(world, log_autarky_price(world, extra=extra))
    got = solve(world, autarky(world), horizon=horizon(specific_share=share)).real_income_change
    np.testing.assert_allclose(got, factor_income_share(world) * np.exp(-living), rtol=EXACT)


@pytest.mark.equation("2.10")
@pytest.mark.parametrize("labour", [0.3, 0.7])
def test_specific_factors_are_roy_mobility_with_kappa_one_over_one_minus_labour_share(labour):
    """Galle, Rodriguez-Clare and Yi (2023): workers choose sectors with dispersion kappa.

    In Roy's model the income of a sector is in proportion to `v^kappa` and the mean wage is the
    power mean of the prices of value added.
    """
    world = balanced_world(3, 4, 8)
    kappa = 1.0 / (1.0 - labour)
    result = solve(world, tariff_and_growth(world), horizon=horizon(specific_share=1 - labour))
    price = result.data["sector_wage_change"].values
    weight = world.value_added / world.value_added.sum(axis=1, keepdims=True)
    mean = (weight * price**kappa).sum(axis=1) ** (1 / kappa)
    np.testing.assert_allclose(result.data["wage_change"], mean, rtol=EXACT)
    factor_use = result.data["employment_sector_change"].values
    income = factor_use * price  # value added, new over baseline
    np.testing.assert_allclose(income, mean[:, None] * (price / mean[:, None]) ** kappa, rtol=EXACT)


def tariff_and_growth(world):
    rng = np.random.default_rng(9)
    added = (
        0.4 * rng.random(world.trade.shape) * ~np.eye(len(world.countries), dtype=bool)[:, :, None]
    )
    growth = np.exp(0.1 * rng.normal(size=world.value_added.shape))
    return replace(no_shock(world), tariff_add=added, productivity=growth)


@pytest.mark.equation("2.3", "2.10")
@pytest.mark.parametrize("scale", [0.05, 0.2])
def test_autarky_with_scale_economies_gains_where_sectors_expand(scale):
    """Kucheryavyy, Lyn and Rodriguez-Clare (2023), equation 15: own share and employment."""
    world = replace(balanced_world(4, 3, 10, inputs=False), scale_elasticity=np.full(3, scale))
    growth = scale * np.log(sector_income_in_autarky(world))
    living = cost_of_living(world, log_autarky_price(world, extra=-growth))
    got = solve(world, autarky(world), scale=True).real_income_change
    np.testing.assert_allclose(got, factor_income_share(world) * np.exp(-living), rtol=EXACT)


@pytest.mark.parametrize("labour_supply", [0.5, 2.0])
def test_autarky_with_elastic_labour_shrinks_employment_by_the_real_wage(labour_supply):
    """Without revenue the real wage falls as before, and employment by its elasticity.

    Income is wage times employment, so that real income is the real wage to the power of one
    plus the elasticity.
    """
    world = balanced_world(3, 3, 11, tariffs=False)
    real_wage = np.exp(-cost_of_living(world, log_autarky_price(world)))
    result = solve(world, autarky(world), labour_supply=labour_supply)
    np.testing.assert_allclose(result.real_wage_change, real_wage, rtol=EXACT)
    np.testing.assert_allclose(
        result.real_income_change, real_wage ** (1 + labour_supply), rtol=EXACT
    )


@pytest.mark.equation("2.14")
@pytest.mark.parametrize("labour_supply", [0.5, 2.0])
def test_welfare_with_elastic_labour_is_the_surplus_over_effort(labour_supply):
    """Greenwood, Hercowitz and Huffman (1988): indirect utility is the real wage to 1 + supply.

    Without other income the surplus of work over its disutility is `w L / (1 + supply)`; in units
    of income it grows with the real wage to that power.
    """
    world = balanced_world(3, 3, 11, tariffs=False)
    result = solve(world, autarky(world), labour_supply=labour_supply)
    power = 1 + labour_supply
    surplus = (result.real_wage_change.values**power - 1) / power
    np.testing.assert_allclose(result.data["welfare_change"] - 1, surplus, rtol=1e-9)


def test_trade_elasticity_of_the_horizon_raises_the_cost_of_autarky():
    """Own share to the power of one over the elasticity of that horizon; one sector."""
    world = one_sector([[80.0, 20.0], [20.0, 180.0]], 5.0)
    for name, ratio in (("short", 0.38), ("long", 1.0)):
        got = solve(world, autarky(world), horizon=name).real_income_change
        expected = [0.8 ** (0.2 / ratio), 0.9 ** (0.2 / ratio)]
        np.testing.assert_allclose(got, expected, rtol=1e-10)
