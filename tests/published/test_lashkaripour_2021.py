"""Lashkaripour (2021), The Cost of a Global Tariff War: equations 13 and 26, and his package.

The printed table is checked by `upperhand replicate lashkaripour-2021` (tests/replications).
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import upperhand as uh
from tests.published.scripts import data, script
from upperhand.game.nash import best_response, nash
from upperhand.game.sufficient import best_tariffs, cooperative_tariff
from upperhand.world.world import World

needs_data = pytest.mark.shared


@cache
def wiod(elasticities: str = "IS", services: float | None = None) -> World:
    """Return WIOD 2014, 44 x 16, as the replication reads it."""
    return script("lashkaripour-2021").world(data(), services=services, elasticities=elasticities)


@needs_data
@pytest.mark.equation("8.15", "8.16")
def test_nash_by_formula_is_that_of_the_package_of_the_author():
    """Oracle L03: services at 5, the delta term kept; same data, so 0.05 points."""
    result = uh.nash_by_formula(wiod(services=5.0))
    income = result.counterfactual.percent("real_income_change")
    named = [name for name in result.players if name != "ROW"]
    rates = {name: 100 * result.tariff[name] for name in named}
    assert result.reached
    np.testing.assert_allclose([rates["USA"], rates["CHN"]], [41.08, 39.13], atol=0.05)
    np.testing.assert_allclose(income.sel(country=["USA", "CHN"]), [-0.62, -0.39], atol=0.005)
    np.testing.assert_allclose(np.mean(list(rates.values())), 38.78, atol=0.05)
    np.testing.assert_allclose(income.sel(country=named).mean(), -2.4396, atol=0.005)


@needs_data
@pytest.mark.equation("8.15", "8.16")
def test_nash_tariffs_and_losses_are_those_of_table_2():
    """Oracle L01: services at 10; tariffs within 3 points, real income within 0.1 (other vintage)."""
    result = uh.nash_by_formula(wiod(services=10.0))
    income = result.counterfactual.percent("real_income_change")
    assert result.reached
    for name, rate, loss in (("USA", 43.6, -0.76), ("CHN", 40.7, -0.35), ("DEU", 59.1, -0.96)):
        np.testing.assert_allclose(100 * result.tariff[name], rate, atol=3.0)
        np.testing.assert_allclose(float(income.sel(country=name)), loss, atol=0.1)


@needs_data
@pytest.mark.equation("8.15")
def test_formula_is_close_to_the_best_uniform_tariff_of_the_united_states():
    """Oracle L05: brute force 0.27636 with a gain of 0.4570 per cent, the formula there 0.27020."""
    result = best_response(wiod("U4"), "USA", tie="uniform", closure="purge", certify=False)
    rate = result.median_tariff("USA")
    np.testing.assert_allclose(rate, 0.27636, atol=5e-6)
    np.testing.assert_allclose(100 * (result.objective["USA"] - 1), 0.4570, atol=5e-5)
    data = result.counterfactual
    trade, tariff = data["trade"].values, data["tariff"].values
    spent = trade * (1 + tariff)
    imports = trade.sum(axis=2)
    np.fill_diagonal(imports, 0.0)
    mean = (trade * tariff).sum(axis=(0, 2)) / imports.sum(axis=0)
    mix = spent.sum(axis=0)
    share = spent / mix
    mix = mix / mix.sum(axis=1, keepdims=True)
    formula = best_tariffs(trade, share, mix, mean, wiod("U4").trade_elasticity)
    at = list(data["tariff"]["importer"].values).index("USA")
    np.testing.assert_allclose(formula[at], 0.27020, atol=2e-3)


def two_countries(seed: int) -> World:
    rng = np.random.default_rng(seed)
    flows = np.array([[80.0, 20.0], [20.0, 180.0]]) * np.exp(0.3 * rng.normal(size=(2, 2)))
    flows[1, 0] = flows[0, 1]
    return uh.World.from_arrays(
        countries=["HOM", "FOR"],
        sectors=["ALL"],
        trade=flows[:, :, None],
        trade_elasticity=float(rng.uniform(2.0, 8.0)),
    )


@pytest.mark.equation("8.15", "8.16")
@pytest.mark.parametrize("seed", range(4))
def test_formula_is_exact_with_two_countries(seed):
    """Equation 13 at N = 2: the same Nash tariffs as by derivatives."""
    world = two_countries(seed)
    exact = nash(world, tie="uniform", closure="purge").require_certified()
    for name, rate in uh.nash_by_formula(world).tariff.items():
        np.testing.assert_allclose(rate, exact.median_tariff(name), atol=1e-7)


@pytest.mark.equation("8.17")
@pytest.mark.parametrize(
    ("own_share", "relative_markup", "expected"),
    [(0.5, 1.2, 0.9375 - 1), (0.0, 1.25, 1 / 1.25 - 1), (0.7, 1.0, 0.0)],
)
def test_efficient_tariff_subsidises_imports_with_high_markups(
    own_share, relative_markup, expected
):
    """Oracle L06: equation 26, elasticity x own share 2; the limit without domestic goods."""
    np.testing.assert_allclose(
        cooperative_tariff(own_share, 4.0, relative_markup), expected, atol=1e-8
    )


def test_worlds_with_inputs_are_refused_by_the_formula():
    with pytest.raises(uh.errors.OptionError, match="input-output links"):
        uh.nash_by_formula(uh.toy_world())
    with pytest.raises(uh.errors.OptionError, match="unknown player 'XXX'"):
        uh.nash_by_formula(two_countries(1), ["XXX"])
