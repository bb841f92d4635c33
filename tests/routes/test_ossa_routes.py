"""The economy of Ossa (2014) by a second route: another solver, another model that contains it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

import upperhand as uh
from tests.ossa_worlds import random_ossa_world
from upperhand.equilibrium import ossa
from upperhand.equilibrium.ossa_solve import solve_year
from upperhand.game.nash import nash
from upperhand.world.shock import no_shock

HIGHEST = np.log(11.0)


def climbed(base, player, start):
    """Best own rates by L-BFGS-B on the log rates, as the author's optimiser would find them."""
    n = base.labour.size
    others = [k for k in range(n) if k != player]
    weights = np.eye(n)[:, [player]]

    def loss(vector):
        log_duty = base.log_duty.copy()
        log_duty[:, player, others] = vector.reshape(-1, n - 1)
        year = solve_year(base, log_duty).year
        slopes = ossa.with_feedback(base, year, ossa.government_slopes(base, year, weights))
        slope = ossa.duty_slopes(base, year, slopes, player, 0)[:, others]
        return -100 * np.log(ossa.government(base, year)[player]), -100 * slope.ravel()

    first = np.full((len(base.sigma), n - 1), np.log1p(start)).ravel()
    bounds = [(0.0, HIGHEST)] * first.size
    return minimize(loss, first, jac=True, method="L-BFGS-B", bounds=bounds, tol=1e-14)


@pytest.mark.equation("8.9")
@pytest.mark.parametrize("seed", range(3))
def test_first_order_conditions_find_what_a_hill_climber_finds(seed):
    world = random_ossa_world(4, 3, seed)
    for player, name in enumerate(world.regions):
        ours = uh.ossa.best_response(world, name).require_certified().objective[name]
        theirs = max(np.exp(-climbed(world.base, player, s).fun / 100) for s in (0.1, 0.5, 10.0))
        np.testing.assert_allclose(ours, theirs, atol=1e-7)
        assert ours > theirs - 1e-9


@pytest.mark.equation("8.12", "8.13")
def test_common_gain_is_that_of_an_augmented_lagrangian():
    """Maximise the mean log gain with a penalty and multipliers on its spread."""
    world = random_ossa_world(3, 2, 4)
    base, n = world.base, 3
    cells = np.broadcast_to(~np.eye(n, dtype=bool), base.log_duty.shape)
    price, stiff = np.zeros(n), 100.0

    def loss(vector):
        log_duty = base.log_duty.copy()
        log_duty[cells] = vector
        year = solve_year(base, log_duty).year
        gain = np.log(ossa.government(base, year))
        apart = gain - gain.mean()
        value = gain.mean() - price @ apart - stiff / 2 * apart @ apart
        weights = 1 / n - (price - price.mean()) - stiff * apart
        slopes = ossa.with_feedback(
            base, year, ossa.government_slopes(base, year, weights[:, None])
        )
        slope = np.stack([ossa.duty_slopes(base, year, slopes, k, 0) for k in range(n)], axis=1)
        return -value, -slope[cells]

    point = base.log_duty[cells]
    for _ in range(12):
        bounds = [(0.0, HIGHEST)] * point.size
        point = minimize(loss, point, jac=True, method="L-BFGS-B", bounds=bounds, tol=1e-14).x
        log_duty = base.log_duty.copy()
        log_duty[cells] = point
        gain = np.log(ossa.government(base, solve_year(base, log_duty).year))
        price = price + stiff * (gain - gain.mean())
    deal = uh.ossa.agreement(world).require_agreed()
    np.testing.assert_allclose(np.expm1(gain.mean()), deal.gain, atol=1e-6)


def twin(seed):
    """The same perfectly competitive economy for both solvers."""
    small = random_ossa_world(4, 3, seed, lobby=False, has_profits=False)
    large = uh.World.from_arrays(
        countries=small.regions,
        sectors=small.sectors,
        trade=small.trade,
        tariff=small.tariff,
        trade_elasticity=small.sigma - 1,
    )
    return small, large


@pytest.mark.parametrize("seed", range(3))
def test_without_profits_the_economy_is_that_of_chapter_2(seed):
    small, large = twin(seed)
    rates = 1.5 * small.tariff
    here = uh.ossa.solve(small, rates)
    shock = replace(no_shock(large), tariff_add=rates - large.tariff)
    there = uh.solve_counterfactual(large, shock)
    for name in ("real_income_change", "wage_change", "consumer_price_change"):
        np.testing.assert_allclose(here[name], there[name], rtol=1e-9)


@pytest.mark.parametrize("tie", ["cell", "mfn", "uniform"])
def test_without_profits_the_war_is_that_of_chapter_9(tie):
    """Two solvers, two adjoints, two sets of rounds; the same tariffs."""
    small, large = twin(7)
    here = uh.ossa.nash(small, tie=tie).require_certified()
    there = nash(large, tie=tie).require_certified()
    np.testing.assert_allclose(here.tariff, there.tariff, atol=1e-7)
    for name, value in there.objective.items():
        np.testing.assert_allclose(here.objective[name], value, rtol=1e-9)
