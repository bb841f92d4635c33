"""Adding-up: the world after a shock is a world, and its parts make the whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.laws.shocks import (
    SAME,
    any_shock,
    assert_same,
    changes,
    few,
    open_worlds,
    options,
    scaled_economies,
    seeds,
    solve,
    subsidised,
)
from tests.support import random_world
from upperhand import rebase
from upperhand.core.errors import OptionError
from upperhand.world.shock import compose, no_shock

# Identities of accounts: one solve to 1e-13, in units of the larger side.
CLOSED = 1e-10


@pytest.mark.equation("2.5", "2.7", "2.8", "2.9", "2.12", "2.13")
@few
@given(open_worlds(), seeds, options)
def test_what_is_earned_is_spent(world, seed, chosen):
    """Walras: income, spending, revenue and trade of the new year close for every country."""
    world = scaled_economies(world)
    result = solve(world, any_shock(world, seed), **chosen)
    after = rebase(world, result)
    assert after.check().ok, str(after.check())
    income = (result.data["nominal_income_change"] * result.data["baseline_income"]).values
    np.testing.assert_allclose(after.income, income, rtol=CLOSED)
    np.testing.assert_allclose(after.final_demand.sum(axis=1), income, rtol=CLOSED)
    scale = income.max() * CLOSED
    np.testing.assert_allclose(after.tariff_revenue, result.data["tariff_revenue"], atol=scale)
    np.testing.assert_allclose(
        after.export_tax_revenue, result.data["export_tax_revenue"], atol=scale
    )
    np.testing.assert_allclose(after.value_added.sum(), world.value_added.sum(), rtol=CLOSED)
    expected = {
        "fixed": world.imbalance,
        "share": world.imbalance / world.income.sum() * income.sum(),
        "purge": 0.0 * income,
    }[chosen["closure"]]
    np.testing.assert_allclose(after.imbalance, expected, atol=scale)


@few
@given(open_worlds(), seeds, options)
def test_the_world_after_a_shock_stands_still(world, seed, chosen):
    """A rebased world is calibrated to an equilibrium: without a shock nothing moves."""
    world = scaled_economies(world)
    after = rebase(world, solve(world, any_shock(world, seed), **chosen))
    again = solve(after, no_shock(after), **{**chosen, "closure": "fixed"})
    for name, values in changes(again).items():
        np.testing.assert_allclose(values, 1.0, atol=SAME, err_msg=name)


@few
@given(open_worlds(), seeds, seeds, options)
def test_one_shock_after_the_other_is_both_at_once(world, first, second, chosen):
    """Exact hat algebra composes: the year between is a baseline like any other."""
    world = scaled_economies(world)
    chosen = {**chosen, "closure": "fixed"}
    one, two = any_shock(world, first, size=0.2), replace(any_shock(world, second, size=0.2))
    two = replace(two, availability=np.maximum(two.availability, 0.3))
    between = solve(world, one, **chosen)
    after = rebase(world, between)
    later = solve(after, two, **chosen)
    both = solve(world, compose(one, two), **chosen)
    for name in ("real_income_change", "wage_change", "sector_price_change", "output_change"):
        chained = between.data[name].values * later.data[name].values
        np.testing.assert_allclose(chained, both.data[name].values, rtol=SAME, err_msg=name)
    trade = both.data["trade"].values
    np.testing.assert_allclose(
        later.data["trade"].values, trade, rtol=1e-8, atol=SAME * trade.max()
    )


@few
@given(open_worlds(), seeds, seeds, options)
def test_the_order_of_measures_does_not_matter(world, first, second, chosen):
    one, two = any_shock(world, first), subsidised(world, no_shock(world), second)
    assert_same(
        changes(solve(world, compose(one, two), **chosen)),
        changes(solve(world, compose(two, one), **chosen)),
        1e-13,  # the same numbers enter the same solver, up to the order of two factors
    )


@pytest.mark.equation("2.20")
@few
@given(open_worlds(), seeds, options)
def test_kinds_of_income_add_up_to_real_income(world, seed, chosen):
    """Logarithmic means make the split exact, whatever the size of the shock."""
    world = scaled_economies(world)
    result = solve(world, subsidised(world, any_shock(world, seed), seed), **chosen)
    total = result.data["real_income_part"].sum("income_part")
    np.testing.assert_allclose(total, np.log(result.real_income_change), atol=1e-12)  # identity


@pytest.mark.equation("2.11", "2.19")
@pytest.mark.parametrize("horizon", ["short", "medium", "long"])
@pytest.mark.parametrize("seed", [1, 2])
def test_causes_add_up_to_real_income(seed, horizon):
    """The parts are integrated one by one along the path of the shock; nothing forces their sum."""
    world = scaled_economies(random_world(4, 3, seed))
    shock = subsidised(world, any_shock(world, seed, size=0.3), seed)
    shock = replace(shock, availability=np.maximum(shock.availability, 0.2))
    result = solve(world, shock, horizon=horizon, scale=True, labour_supply=0.3, decompose=True)
    total = result.data["welfare_part"].sum("part")
    # thirteen Chebyshev nodes on a smooth path: spectral accuracy, far below a printed digit
    np.testing.assert_allclose(total, np.log(result.real_income_change), atol=1e-6)


@pytest.mark.equation("2.19")
def test_causes_add_up_when_flows_are_shut():
    """Availability enters as a straight line, so that the path ends exactly in the ban."""
    world = random_world(4, 3, 3)
    result = solve(world, any_shock(world, 3), decompose=True)
    total = result.data["welfare_part"].sum("part")
    np.testing.assert_allclose(total, np.log(result.real_income_change), atol=1e-5)
    # prices bend near a ban (a power of what is left), which costs one digit of the quadrature


def test_a_small_tariff_shows_only_terms_of_trade_and_volume():
    """Ossa (2014), section 3: with no inputs and no other wedge these two are all there is."""
    world = random_world(3, 2, 4, inputs=False)
    added = np.zeros(world.trade.shape)
    added[1:, 0] = 0.05
    result = solve(world, replace(no_shock(world), tariff_add=added), decompose=True)
    parts = result.data["welfare_part"]
    quiet = ["trade_cost", "availability", "productivity", "scale", "subsidy", "factor_supply"]
    np.testing.assert_allclose(parts.sel(part=quiet), 0.0, atol=1e-13)
    terms = parts.sel(part="terms_of_trade", country=world.countries[0])
    assert float(terms) > 0, "a large country improves its terms of trade"


def test_a_baseline_cannot_carry_a_subsidy():
    world = random_world(3, 2, 5)
    result = solve(world, subsidised(world, no_shock(world), 5))
    with pytest.raises(OptionError, match="subsidy"):
        rebase(world, result)


@few
@given(open_worlds(tariffs=False), st.floats(0.5, 2.0), st.sampled_from(["short", "long"]))
def test_more_of_every_factor_everywhere_only_makes_everything_larger(world, growth, horizon):
    """Constant returns: wages in units of the numeraire fall by as much as factors grow.

    Imbalances are fixed in the numeraire, world factor income, so that nothing real moves.
    """
    shock = replace(no_shock(world), factor_supply=np.full(len(world.countries), growth))
    result = solve(world, shock, horizon=horizon)
    np.testing.assert_allclose(result.real_income_change, growth, rtol=SAME)
    np.testing.assert_allclose(result.data["wage_change"], 1 / growth, rtol=SAME)
    np.testing.assert_allclose(result.data["nominal_income_change"], 1.0, rtol=SAME)
