"""Derivatives in the economy of Ossa (2014) against central differences, off any optimum."""

from __future__ import annotations

import numpy as np
import pytest

from tests.ossa_worlds import random_ossa_world
from upperhand.equilibrium import ossa
from upperhand.equilibrium.ossa_solve import solve_year
from upperhand.game.ossa_weights import conditions

STEP = 1e-5
# Central differences of a solve to 1e-13 with this step are good to about 1e-8.
CLOSE = {"rtol": 1e-6, "atol": 1e-7}


def somewhere(seed, *, has_profits=True):
    """A base and duties away from its own."""
    base = random_ossa_world(4, 3, seed, has_profits=has_profits).base
    rng = np.random.default_rng([seed, 1])
    away = 0.4 * rng.random(base.log_duty.shape)
    away[:, np.arange(4), np.arange(4)] = 0.0
    return base, base.log_duty + away, rng


@pytest.mark.equation("8.6")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("has_profits", [True, False])
def test_slopes_of_the_gaps_are_those_of_central_differences(seed, has_profits):
    """Wages and spending are anything: no equilibrium is needed."""
    base, log_duty, rng = somewhere(seed, has_profits=has_profits)
    point = 0.1 * rng.normal(size=8)

    def gaps(at):
        return ossa.gaps(base, ossa.year_of(base, log_duty, at[:4], at[4:]))

    expected = [(gaps(point + h) - gaps(point - h)) / (2 * STEP) for h in STEP * np.eye(8)]
    year = ossa.year_of(base, log_duty, point[:4], point[4:])
    np.testing.assert_allclose(ossa.slopes_of_gaps(base, year), np.array(expected).T, **CLOSE)


@pytest.mark.equation("8.7", "8.8")
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("has_profits", [True, False])
def test_slopes_of_government_welfare_are_those_of_central_differences(seed, has_profits):
    """Own tariffs and those of others, with all feedback through wages and spending."""
    base, log_duty, rng = somewhere(seed, has_profits=has_profits)
    weights = rng.normal(size=(4, 2))

    def value(at):
        return np.log(ossa.government(base, solve_year(base, at, tol=1e-13).year)) @ weights

    year = solve_year(base, log_duty, tol=1e-13).year
    slopes = ossa.with_feedback(base, year, ossa.government_slopes(base, year, weights))
    for importer in range(4):
        for exporter in {0, 1, 2, 3} - {importer}:
            step = np.zeros_like(log_duty)
            step[rng.integers(3), importer, exporter] = STEP
            expected = (value(log_duty + step) - value(log_duty - step)) / (2 * STEP)
            for outcome in range(2):
                found = ossa.duty_slopes(base, year, slopes, importer, outcome)
                np.testing.assert_allclose(
                    found[step[:, importer, exporter] > 0, exporter], expected[outcome], **CLOSE
                )


@pytest.mark.equation("8.14")
@pytest.mark.parametrize("seed", range(3))
def test_conditions_on_weights_are_slopes_of_the_weighted_sum(seed):
    """Linear in the weights, and the derivative of what the government maximises."""
    base, _, rng = somewhere(seed)
    weights = rng.uniform(0.5, 1.5, 3)
    weights *= 3 / weights.sum()
    political = base.political.copy()
    political[1] = weights
    rates = rng.uniform(0.1, 0.6, 3)
    log_duty = base.log_duty.copy()
    log_duty[:, 1, [0, 2, 3]] = np.log1p(rates)[:, None]

    def value(at):
        own = base._replace(political=political)
        return np.log(ossa.government(own, solve_year(own, at, tol=1e-13).year)[1])

    found = conditions(base, 1, rates) @ weights
    expected = []
    for s in range(3):
        step = np.zeros_like(log_duty)
        step[s, 1, [0, 2, 3]] = STEP
        expected.append((value(log_duty + step) - value(log_duty - step)) / (2 * STEP))
    year = solve_year(base, log_duty, tol=1e-13).year
    imports = year.trade[:, 1, [0, 2, 3]].sum(axis=1)
    income = year.sales[:, 1] + ossa.labour_shares(base, year.sales)[:, 1] * year.revenue[1]
    np.testing.assert_allclose(found * imports / (weights @ income), expected, **CLOSE)
