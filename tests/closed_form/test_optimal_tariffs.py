"""Optimal tariffs have formulas; ours are roots of our own derivative."""

from __future__ import annotations

import numpy as np
import pytest

from tests.closed_form.economies import (
    FOREIGN,
    HOME,
    balanced_two,
    best_tariff,
    one_sector,
    shares,
    solve,
    tariff_of,
)

TABLE = [[80.0, 20.0], [20.0, 180.0]]

# The formulas are exact and the bracket is 1e-13 wide: what is left is the solver's accuracy.
EXACT = 1e-9


def gros(elasticity, foreign_own_share):
    return 1.0 / (elasticity * foreign_own_share)


@pytest.mark.equation("2.4", "2.7", "2.18")
@pytest.mark.parametrize(
    ("elasticity", "rate", "foreign_own", "gains"),
    [
        (3.0, 0.35597013, 0.93640815, (1.01405706, 0.98686810)),
        (5.0, 0.21348262, 0.93684440, (1.00861243, 0.99200762)),
    ],
)
def test_optimal_tariff_of_the_textbook_case_is_the_printed_one(
    elasticity, rate, foreign_own, gains
):
    """Gros (1987), as a special case in Lashkaripour and Lugovskyy (2023): rows T01 and T02."""
    world = one_sector(TABLE, elasticity)
    best = best_tariff(world, HOME)
    result = solve(world, tariff_of(world, HOME, best))
    got = shares(result)[FOREIGN, FOREIGN, 0]
    printed = 6e-9  # half a unit of the eighth digit that is printed, and a little for the root
    np.testing.assert_allclose(best, rate, atol=printed)
    np.testing.assert_allclose(got, foreign_own, atol=printed)
    np.testing.assert_allclose(result.real_income_change, gains, atol=printed)


@pytest.mark.equation("2.18")
@pytest.mark.parametrize("seed", range(6))
def test_optimal_tariff_is_one_over_elasticity_times_foreign_own_share(seed):
    """Gros (1987), with the foreign own share taken at the new equilibrium; any size."""
    elasticity = np.random.default_rng([seed, 1]).uniform(1.5, 9.0)
    world = one_sector(balanced_two(seed), elasticity)
    best = best_tariff(world, HOME)
    share = shares(solve(world, tariff_of(world, HOME, best)))[FOREIGN, FOREIGN, 0]
    np.testing.assert_allclose(best, gros(elasticity, share), rtol=EXACT)


@pytest.mark.parametrize(("elasticity", "rate"), [(3.0, 0.34597595), (5.0, 0.20587380)])
def test_optimal_tariff_against_a_foreign_tariff_is_the_printed_one(elasticity, rate):
    """Lashkaripour (2021), equation 13, with a foreign tariff of 30 per cent: row T04."""
    world = one_sector(TABLE, elasticity)
    best = best_tariff(world, HOME, lambda w: tariff_of(w, FOREIGN, 0.30))
    np.testing.assert_allclose(best, rate, atol=6e-9)  # half a unit of the last digit printed


@pytest.mark.parametrize("seed", range(6))
def test_optimal_tariff_against_a_foreign_tariff_discounts_foreign_revenue(seed):
    """Lashkaripour (2021), equation 13, exact with two countries and one sector."""
    draw = np.random.default_rng([seed, 2])
    elasticity, foreign = draw.uniform(1.5, 9.0), draw.uniform(0.05, 0.8)
    world = one_sector(balanced_two(seed), elasticity)
    best = best_tariff(world, HOME, lambda w: tariff_of(w, FOREIGN, foreign))

    added = np.zeros(world.trade.shape)
    added[FOREIGN, HOME], added[HOME, FOREIGN] = best, foreign
    both = replace_tariff(world, added)
    share = shares(solve(world, both))
    discount = foreign * share[FOREIGN, FOREIGN, 0] / (1 + foreign * share[FOREIGN, FOREIGN, 0])
    expected = 1.0 / (elasticity * (1.0 - (1.0 - discount) * share[HOME, FOREIGN, 0]))
    np.testing.assert_allclose(best, expected, rtol=EXACT)


def replace_tariff(world, added):
    from dataclasses import replace

    from upperhand.world.shock import no_shock

    return replace(no_shock(world), tariff_add=added)


def test_optimal_tariff_of_a_small_country_is_one_over_the_elasticity():
    """Gros (1987); Alvarez and Lucas (2007): row T08, Home a thousandth of the world."""
    small = 1e-3
    world = one_sector([[0.7 * small, 0.3 * small], [0.3 * small, 100 - 0.3 * small]], 4.0)
    np.testing.assert_allclose(best_tariff(world, HOME), 0.25000049, atol=1e-8)  # printed digits
