"""Measures that are the same in other clothes, and measures at their limit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.closed_form.economies import (
    HOME,
    balanced_world,
    export_tax_of,
    horizon,
    one_sector,
    tariff_of,
)
from tests.laws.shocks import (
    SAME,
    any_shock,
    assert_same,
    changes,
    few,
    open_worlds,
    options,
    seeds,
    solve,
)
from tests.support import random_world
from upperhand import rebase
from upperhand.world.shock import no_shock

REAL = ("real_income_change", "output_change")


def assert_same_quantities(first, second, rtol=SAME):
    for name in REAL:
        ours, theirs = first.data[name].values, second.data[name].values
        np.testing.assert_allclose(ours, theirs, rtol=rtol, err_msg=name)


@pytest.mark.equation("2.4", "2.5", "2.8")
def test_a_tariff_is_an_export_tax_in_the_textbook_case():
    """Lerner (1936), Costinot and Werning (2019): row T11."""
    world = one_sector([[80.0, 20.0], [20.0, 180.0]], 5.0)
    gains = [1.00846713, 0.99106494]
    for shock in (tariff_of(world, HOME, 0.25), export_tax_of(world, HOME, 0.25)):
        got = solve(world, shock).real_income_change
        np.testing.assert_allclose(got, gains, atol=6e-9)  # half a unit of the last digit printed


@pytest.mark.parametrize("inputs", [False, True])
@pytest.mark.parametrize("name", ["short", "long"])
@pytest.mark.parametrize("rate", [0.1, 0.8])
def test_a_uniform_tariff_is_a_uniform_export_tax(inputs, name, rate):
    """Lerner (1936) with balanced trade, in any number of sectors, with inputs."""
    world = balanced_world(4, 3, 12, inputs=inputs, tariffs=False)
    imported = solve(world, tariff_of(world, HOME, rate), horizon=name)
    exported = solve(world, export_tax_of(world, HOME, rate), horizon=name)
    assert_same_quantities(imported, exported)


def test_deficits_break_the_symmetry_of_lerner():
    """With a transfer in the numeraire the two taxes differ: the law is about balanced trade."""
    world = random_world(3, 2, 13, tariffs=False)
    imported = solve(world, tariff_of(world, HOME, 0.3)).real_income_change.values
    exported = solve(world, export_tax_of(world, HOME, 0.3)).real_income_change.values
    assert np.abs(imported - exported).max() > 1e-4


@few
@given(open_worlds(), seeds)
def test_closures_agree_when_trade_is_balanced(world, seed):
    start = any_shock(world, seed)
    result = solve(world, no_shock(world), closure="purge")
    flat = rebase(world, result)
    results = [solve(flat, start, closure=name) for name in ("fixed", "share", "purge")]
    for other in results[1:]:
        # imbalances of 1e-13 of income are left
        assert_same(changes(results[0]), changes(other), 1e-9)


@pytest.mark.parametrize("closure", ["fixed", "share"])
def test_a_ban_is_the_limit_of_ever_larger_trade_costs(closure):
    """An exact zero, not a very large number; what is left of trade falls with the power theta."""
    world = random_world(4, 3, 14)
    flow = np.zeros(world.trade.shape, dtype=bool)
    flow[1, 0], flow[2, 3] = True, True
    ban = solve(
        world, replace(no_shock(world), availability=np.where(flow, 0.0, 1.0)), closure=closure
    )
    distances = []
    for cost in (1e1, 1e2, 1e4, 1e8):
        near = replace(no_shock(world), trade_cost=np.where(flow, cost, 1.0))
        got = solve(world, near, closure=closure).real_income_change.values
        distances.append(np.abs(got - ban.real_income_change.values).max())
    assert distances == sorted(distances, reverse=True)
    lowest = world.trade_elasticity.min()
    assert distances[-1] < 10 * 1e8**-lowest + SAME


def test_a_ban_is_the_limit_of_ever_larger_tariffs():
    """Revenue vanishes with the flow, so that a prohibitive tariff is a ban."""
    world = random_world(4, 3, 14)
    flow = np.zeros(world.trade.shape, dtype=bool)
    flow[1, 0] = True
    ban = solve(world, replace(no_shock(world), availability=np.where(flow, 0.0, 1.0)))
    distances = []
    for rate in (1e1, 1e2, 1e4, 1e8):
        near = replace(no_shock(world), tariff_add=np.where(flow, rate, 0.0))
        got = solve(world, near).real_income_change.values
        distances.append(np.abs(got - ban.real_income_change.values).max())
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 100 * 1e8 ** -world.trade_elasticity.min() + SAME


def test_a_ban_is_the_end_of_a_line_of_availabilities():
    world = random_world(3, 2, 15)
    lost = np.zeros(world.trade.shape, dtype=bool)
    lost[1, 0] = True

    def real_income(left):
        shock = replace(no_shock(world), availability=np.where(lost, left, 1.0))
        return solve(world, shock).real_income_change.values

    ban = real_income(0.0)
    steps = [np.abs(real_income(left) - ban).max() for left in (1e-2, 1e-4, 1e-6)]
    np.testing.assert_allclose(np.array(steps[:-1]) / steps[1:], 100.0, rtol=0.2)  # linear in it


def test_a_banned_flow_is_exactly_zero():
    world = random_world(3, 2, 15)
    availability = np.ones(world.trade.shape)
    availability[1, 0] = 0.0
    result = solve(world, replace(no_shock(world), availability=availability))
    assert (result.data["trade"].values[1, 0] == 0.0).all()


def test_flows_that_were_zero_stay_zero():
    world = random_world(5, 3, 16)
    result = solve(world, any_shock(world, 16))
    assert (world.trade == 0).any()
    assert (result.data["trade"].values[world.trade == 0] == 0.0).all()


def test_a_good_that_a_country_does_not_buy_does_not_matter_to_it():
    """Cells without spending and output: no division by zero, no effect."""
    world = random_world(3, 3, 17, inputs=False)
    trade = world.trade.copy()
    trade[:, 2, 1] = 0.0  # the third country buys nothing of the second sector
    trade[2, :, 1] = 0.0  # and makes nothing of it
    empty = replace(world, trade=trade)
    assert empty.check().ok
    result = solve(empty, any_shock(empty, 17), horizon="short", scale=True)
    assert np.isfinite(result.data["real_income_change"]).all()
    assert float(result.data["output_change"][2, 1]) == 1.0
    assert (result.data["trade"].values[:, 2, 1] == 0.0).all()
    np.testing.assert_array_equal(rebase(empty, result).spending[2, 1], 0.0)


@few
@given(open_worlds(), st.floats(1.01, 1.5), options)
def test_growth_of_all_sectors_raises_own_real_income(world, growth, chosen):
    """A monotonic sanity check: no immiserising growth at these trade elasticities."""
    from hypothesis import assume

    assume(world.trade_elasticity.min() > 2.0)
    productivity = np.ones(world.output.shape)
    productivity[0] = growth
    result = solve(
        world, replace(no_shock(world), productivity=productivity), **{**chosen, "scale": False}
    )
    assert float(result.real_income_change[0]) > 1.0


@few
@given(open_worlds(most_countries=4), seeds, st.sampled_from(["fixed", "share"]))
def test_no_specific_factors_is_full_mobility(world, seed, closure):
    """The short-run equations at a specific share near zero tend to the long-run ones."""
    shock = any_shock(world, seed)
    mobile = solve(world, shock, closure=closure, horizon=horizon(specific_share=0.0))
    usual = solve(world, shock, closure=closure, horizon="long")
    assert_same(changes(mobile), changes(usual), 1e-13)  # the very same equations
    nearly = solve(world, shock, closure=closure, horizon=horizon(specific_share=1e-7))
    assert_same_quantities(nearly, usual, 1e-5)  # first order in the share


@few
@given(open_worlds(most_countries=4), seeds, st.floats(0.1, 3.0))
def test_employment_follows_the_real_wage_with_its_elasticity(world, seed, supply):
    result = solve(world, any_shock(world, seed), labour_supply=supply)
    expected = result.real_wage_change.values**supply
    np.testing.assert_allclose(result.data["employment_change"], expected, rtol=SAME)


@pytest.mark.equation("2.3")
def test_scale_economies_of_one_sector_without_inputs_change_nothing():
    """Krugman (1980) is Armington in one sector: factors, and so the number of firms, are fixed."""
    plain = random_world(4, 1, 18, inputs=False)
    krugman = replace(plain, scale_elasticity=1.0 / plain.trade_elasticity)
    shock = replace(any_shock(plain, 18), productivity=np.ones((4, 1)))
    first, second = solve(plain, shock), solve(krugman, shock, scale=True)
    np.testing.assert_allclose(first.real_income_change, second.real_income_change, rtol=SAME)


def test_scale_elasticities_do_nothing_until_they_are_switched_on():
    world = random_world(3, 2, 19)
    other = replace(world, scale_elasticity=np.array([0.1, 0.2]))
    shock = any_shock(world, 19)
    assert_same(changes(solve(world, shock)), changes(solve(other, shock)), 1e-14)


def test_the_numeraire_is_world_factor_income():
    """Only ratios of nominal numbers mean anything; world value added keeps its value."""
    world = random_world(4, 2, 20, tariffs=False)
    result = solve(world, any_shock(world, 20))
    wages = (result.data["wage_change"].values * world.value_added.sum(axis=1)).sum()
    np.testing.assert_allclose(wages, world.value_added.sum(), rtol=1e-12)
