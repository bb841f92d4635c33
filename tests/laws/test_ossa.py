"""What holds in the economy of Ossa (2014) whatever the numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import upperhand as uh
from tests.ossa_worlds import random_ossa_world
from upperhand.equilibrium import ossa

SEEDS = st.integers(0, 2**31 - 1)
EXACT = 1e-9


def random_rates(world, seed, highest=0.8):
    rng = np.random.default_rng([seed, 2])
    rates = rng.uniform(0.0, highest, world.trade.shape)
    home = np.arange(len(world.regions))
    rates[home, home] = 0.0
    return rates


@pytest.mark.equation("8.2", "8.4")
@given(SEEDS)
def test_world_accounts_add_up_at_any_wages_and_spending(seed):
    """Walras: one condition is redundant, and the numeraire takes its place."""
    base = random_ossa_world(4, 3, seed).base
    rng = np.random.default_rng([seed, 1])
    wage, spend = 0.2 * rng.normal(size=(2, 4))
    year = ossa.year_of(base, base.log_duty + 0.1, wage, spend)
    level = (base.labour * np.exp(wage)).sum() / base.labour.sum() - 1.0
    gaps = ossa.gaps(base, year) - level
    total = base.labour @ gaps[:4] + base.expenditure @ gaps[4:]
    np.testing.assert_allclose(total / base.expenditure.sum(), 0.0, atol=1e-13)


@given(SEEDS)
def test_the_observed_tariffs_change_nothing(seed):
    world = random_ossa_world(4, 3, seed)
    result = uh.ossa.solve(world, world.tariff).require_converged()
    for name in ("government_welfare_change", "wage_change", "profit_change"):
        np.testing.assert_allclose(result[name], 1.0, atol=EXACT)
    np.testing.assert_allclose(result["trade"], world.trade, rtol=1e-8, atol=1e-8)


@pytest.mark.equation("8.1")
@given(SEEDS)
def test_trade_stays_balanced_and_budgets_hold(seed):
    world = random_ossa_world(4, 3, seed)
    rates = random_rates(world, seed)
    result = uh.ossa.solve(world, rates).require_converged()
    trade = result["trade"].values
    sold, bought = trade.sum(axis=(1, 2)), (trade * (1 + rates)).sum(axis=(0, 2))
    np.testing.assert_allclose(trade.sum(axis=(0, 2)), sold, rtol=EXACT)
    income = sold + result["tariff_revenue"].values
    np.testing.assert_allclose(bought, income, rtol=EXACT)
    labour = world.base.labour
    np.testing.assert_allclose(labour @ result["wage_change"].values, labour.sum(), rtol=EXACT)


@given(SEEDS)
def test_rebasing_half_way_leads_to_the_same_place(seed):
    """Changes multiply: government welfare too, because employment shares move along."""
    world = random_ossa_world(4, 3, seed)
    rates = random_rates(world, seed)
    half = uh.ossa.solve(world, (world.tariff + rates) / 2)
    middle = uh.ossa.rebase(world, half)
    rest, whole = uh.ossa.solve(middle, rates), uh.ossa.solve(world, rates)
    for name in ("government_welfare_change", "real_income_change", "profit_change"):
        np.testing.assert_allclose(half[name] * rest[name], whole[name], rtol=1e-8)


@given(SEEDS)
def test_relabelling_regions_relabels_the_result(seed):
    world = random_ossa_world(4, 3, seed)
    rates = random_rates(world, seed)
    order = np.random.default_rng(seed).permutation(4)
    moved = replace(
        world,
        regions=tuple(world.regions[k] for k in order),
        trade=world.trade[np.ix_(order, order)],
        tariff=world.tariff[np.ix_(order, order)],
        political_weights=world.political_weights[order],
    )
    there = uh.ossa.solve(moved, rates[np.ix_(order, order)])["government_welfare_change"]
    here = uh.ossa.solve(world, rates)["government_welfare_change"]
    np.testing.assert_allclose(there.sel(country=list(world.regions)), here, rtol=EXACT)


@pytest.mark.equation("8.5")
def test_equal_weights_make_government_welfare_real_income():
    world = random_ossa_world(4, 3, 5, lobby=False)
    result = uh.ossa.solve(world, random_rates(world, 5))
    np.testing.assert_allclose(
        result["government_welfare_change"], result["real_income_change"], rtol=1e-12
    )


@pytest.mark.equation("8.12")
def test_talks_give_no_less_than_the_start_and_respect_the_bounds():
    world = random_ossa_world(3, 2, 8)
    deal = uh.ossa.agreement(world).require_agreed()
    assert deal.gain > 0
    assert float(deal.tariff.min()) >= 0.0
    freer = uh.ossa.agreement(world, bounds=(-0.5, 10.0)).require_agreed()
    assert freer.gain >= deal.gain - 1e-9  # subsidies only add possibilities


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"sigma": [1.0, 3.0]}, "sigma of S00 is 1"),
        ({"tariff": np.full((3, 3, 2), 0.1)}, "no tariff on domestic sales"),
        ({"political_weights": np.full((3, 2), 1.2)}, "divide the weights"),
        ({"trade": -np.ones((3, 3, 2))}, "trade of"),
        ({"trade": np.ones((2, 3, 2))}, "check the order of the axes"),
    ],
)
def test_faults_of_a_world_are_named(change, named):
    world = random_ossa_world(3, 2, 1)
    given = {
        "regions": world.regions,
        "sectors": world.sectors,
        "trade": world.trade,
        "tariff": world.tariff,
        "sigma": world.sigma,
    }
    with pytest.raises(uh.errors.WorldError, match=named):
        uh.ossa.World.from_arrays(**{**given, **change})


def test_faults_of_requests_are_named():
    world = random_ossa_world(3, 2, 1)
    home = np.ones_like(world.tariff)
    with pytest.raises(uh.errors.ShockError, match="domestic sales"):
        uh.ossa.solve(world, home)
    with pytest.raises(uh.errors.OptionError, match="unknown region 'XXX'"):
        uh.ossa.best_response(world, "XXX")
    with pytest.raises(uh.errors.OptionError, match="bounds"):
        uh.ossa.nash(world, bounds=(0.5, 0.1))
    with pytest.raises(uh.errors.OptionError, match="above -1"):
        uh.ossa.political_weights(world, np.full((3, 2), -2.0))
    unbalanced = replace(world, trade=world.trade * np.array([1.0, 2.0, 3.0])[:, None, None])
    with pytest.raises(uh.errors.WorldError, match="remove_imbalances"):
        uh.ossa.solve(unbalanced, world.tariff)


def test_a_solve_that_stops_early_gives_no_numbers():
    world = random_ossa_world(3, 2, 1)
    result = uh.ossa.solve(world, random_rates(world, 1), max_steps=0)
    assert not result.outcome.ok
    assert result["government_welfare_change"].isnull().all()
    with pytest.raises(uh.NoEquilibriumError):
        result.require_converged()
