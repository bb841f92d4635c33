"""Aggregation preserves spending, final demand, income and every revenue."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import random_world, worlds
from upperhand.core.errors import WorldError
from upperhand.world.aggregate import aggregate
from upperhand.world.check import check_world
from upperhand.world.toy import toy_world


def groups_of(codes, seed, number=2):
    rng = np.random.default_rng(seed)
    return {code: f"G{rng.integers(number)}" for code in codes}


@given(worlds(), st.integers(0, 1000))
def test_merging_countries_preserves_spending_final_demand_and_income(world, seed):
    merged = aggregate(world, countries=groups_of(world.countries, seed))
    for name in ("spending", "final_demand"):
        np.testing.assert_allclose(
            getattr(merged, name).sum(axis=0), getattr(world, name).sum(axis=0), rtol=1e-10
        )
    assert merged.income.sum() == pytest.approx(world.income.sum(), rel=1e-12)
    assert check_world(merged).ok


@given(worlds(), st.integers(0, 1000))
def test_duties_inside_a_group_become_value_added_and_are_reported(world, seed):
    merged = aggregate(world, countries=groups_of(world.countries, seed))
    if merged.countries == world.countries:
        return
    note = merged.card.get("aggregation", {})
    inside = note["duties inside groups moved to value added, USD million"]
    total = world.value_added.sum() + inside
    assert merged.value_added.sum() == pytest.approx(total, rel=1e-12)
    before = world.tariff_revenue.sum() + world.export_tax_revenue.sum()
    after = merged.tariff_revenue.sum() + merged.export_tax_revenue.sum()
    assert after + inside == pytest.approx(before, rel=1e-9, abs=1e-6)


@given(worlds(), st.integers(0, 1000))
def test_merging_sectors_preserves_output_value_added_and_revenue_of_every_country(world, seed):
    merged = aggregate(world, sectors=groups_of(world.sectors, seed))
    for name in ("tariff_revenue", "export_tax_revenue", "imbalance", "income"):
        np.testing.assert_allclose(
            getattr(merged, name), getattr(world, name), rtol=1e-9, atol=1e-9 * world.output.sum()
        )
    for name in ("output", "value_added", "final_demand"):
        np.testing.assert_allclose(
            getattr(merged, name).sum(axis=1), getattr(world, name).sum(axis=1), rtol=1e-9
        )
    assert check_world(merged).ok


def halved(world, code):
    """Return the world with one country cut into two equal halves that trade freely."""
    n = world.countries.index(code)
    order = [*range(len(world.countries)), n]
    weight = np.ones(len(order))
    weight[[n, -1]] = 0.5
    trade = world.trade[np.ix_(order, order)] * weight[:, None, None] * weight[None, :, None]
    wedge = {name: getattr(world, name)[np.ix_(order, order)] for name in ("tariff", "export_tax")}
    return replace(
        world,
        countries=(*world.countries, "TWIN"),
        trade=trade,
        input_share=world.input_share[order],
        value_added_share=world.value_added_share[order],
        **wedge,
    )


@given(worlds())
def test_merging_two_halves_of_a_country_gives_the_country_back(world):
    code = world.countries[0]
    again = aggregate(halved(world, code), countries={"TWIN": code, code: code})
    for name in ("trade", "tariff", "export_tax", "input_share", "value_added_share"):
        np.testing.assert_allclose(
            getattr(again, name), getattr(world, name), rtol=1e-9, atol=1e-12, err_msg=name
        )


def test_merging_in_two_steps_equals_merging_at_once():
    world = random_world(5, 3, seed=3)
    a, b, c, *_ = world.countries
    at_once = aggregate(world, countries={"ABC": [a, b, c]})
    in_steps = aggregate(aggregate(world, countries={"AB": [a, b]}), countries={"ABC": ["AB", c]})
    for name in ("trade", "tariff_revenue", "input_share", "value_added_share"):
        np.testing.assert_allclose(getattr(in_steps, name), getattr(at_once, name), rtol=1e-10)


def test_no_grouping_returns_the_same_world():
    world = toy_world()
    assert aggregate(world) is world
    assert aggregate(world, countries={"USA": "USA"}) is world


def test_elasticities_of_merged_sectors_are_weighted_with_trade_across_borders():
    world = toy_world()
    merged = aggregate(world, sectors={"ALL": ["GOODS", "SERV"]})
    abroad = world.trade.sum(axis=(0, 1)) - np.einsum("iik->k", world.trade)
    expected = (world.trade_elasticity * abroad).sum() / abroad.sum()
    assert merged.trade_elasticity[0] == pytest.approx(expected, rel=1e-14)


def test_names_of_countries_that_stay_are_kept():
    merged = aggregate(toy_world(), countries={"ASIA": ["CHN", "VNM"]})
    assert merged.country_names == {"USA": "United States", "ASIA": "ASIA"}


def test_unknown_and_doubly_assigned_codes_are_refused_together():
    with pytest.raises(WorldError) as caught:
        aggregate(toy_world(), countries={"A": ["CHM", "USA"], "B": ["USA"]})
    assert "unknown country 'CHM'; did you mean 'CHN'?" in str(caught.value)
    assert "USA is assigned to A and B" in str(caught.value)


def test_a_group_named_like_an_outsider_is_refused():
    with pytest.raises(WorldError, match="group CHN is also the code of a country outside it"):
        aggregate(toy_world(), countries={"CHN": ["USA", "VNM"]})
