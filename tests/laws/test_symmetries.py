"""Laws that hold in every world: nothing in, nothing out; units, names and merged twins.

Each law is tried on asymmetric worlds with tariffs, export taxes, inputs, zeros and deficits.
"""

from __future__ import annotations

from dataclasses import fields, replace

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
)
from upperhand import World
from upperhand.world.shock import Shock, no_shock


@few
@given(open_worlds(), options)
def test_no_shock_changes_nothing(world, chosen):
    result = solve(scaled_economies(world), no_shock(world), **chosen)
    for name, values in changes(result).items():
        # accounts close to 1e-13; with imbalances removed the baseline is itself a solve
        close = 1e-10 if chosen["closure"] == "purge" else 1e-12
        np.testing.assert_allclose(values, 1.0, atol=close, err_msg=name)
    before = result.data["baseline_trade"].values
    np.testing.assert_allclose(
        result.data["trade"].values, before, rtol=SAME, atol=1e-12 * before.max()
    )


@few
@given(open_worlds(), seeds, options, st.sampled_from([1e-12, 1e3, 1e9]))
def test_the_unit_of_account_does_not_matter(world, seed, chosen, factor):
    """Homogeneity: USD million or yen, the changes are the same."""
    world = scaled_economies(world)
    other = replace(world, trade=world.trade * factor)
    shock = any_shock(world, seed)
    first, second = solve(world, shock, **chosen), solve(other, shock, **chosen)
    assert_same(changes(first), changes(second), SAME)
    ours, theirs = first.data["trade"].values, second.data["trade"].values
    np.testing.assert_allclose(theirs, ours * factor, rtol=1e-8, atol=1e-10 * theirs.max())
    parts = [r.data["real_income_part"].sum("income_part").values for r in (first, second)]
    np.testing.assert_allclose(parts[1], parts[0], atol=1e-12)  # the parts are an identity


def permuted(thing, countries, sectors):
    """Return a world or a shock with labels and numbers in another order."""
    orders = {len(countries): countries, len(sectors): sectors}
    assert len(orders) == 2, "the order of an axis is told by its length"
    new = {}
    for item in fields(thing):
        value = getattr(thing, item.name)
        if item.name in ("countries", "sectors"):
            order = countries if item.name == "countries" else sectors
            new[item.name] = tuple(value[k] for k in order)
        elif isinstance(value, np.ndarray) and item.name in (
            "elasticity_range",
            "elasticity_ratio",
        ):
            new[item.name] = value[sectors]
        elif isinstance(value, np.ndarray):
            new[item.name] = value[np.ix_(*(orders[size] for size in value.shape))]
    return replace(thing, **new)


@few
@given(open_worlds(), seeds, options)
def test_the_order_of_labels_does_not_matter(world, seed, chosen):
    if len(world.countries) == len(world.sectors):
        world = world.aggregate(sectors={world.sectors[0]: list(world.sectors[:2])})
    world = scaled_economies(world)
    rng = np.random.default_rng(seed)
    countries = rng.permutation(len(world.countries))
    sectors = rng.permutation(len(world.sectors))
    shock = any_shock(world, seed)
    first = solve(world, shock, **chosen)
    second = solve(
        permuted(world, countries, sectors), permuted(shock, countries, sectors), **chosen
    )
    back = second.data.reindex_like(first.data)
    assert_same(changes(first), {str(k): v.values for k, v in back.items()}, SAME)


def twins(world: World, share: float) -> World:
    """Return the world with its last country cut in two that differ in nothing but size."""
    n = len(world.countries)
    source = np.append(np.arange(n), n - 1)
    weight = np.ones(n + 1)
    weight[-2:] = share, 1 - share
    trade = world.trade[np.ix_(source, source)] * weight[:, None, None] * weight[None, :, None]
    per_country = {
        name: getattr(world, name)[source] for name in ("input_share", "value_added_share")
    }
    per_pair = {
        name: getattr(world, name)[np.ix_(source, source)] for name in ("tariff", "export_tax")
    }
    codes = (*world.countries[:-1], "TWA", "TWB")
    return replace(world, countries=codes, trade=trade, **per_country, **per_pair)


def split_shock(shock: Shock, world: World) -> Shock:
    n = len(shock.countries)
    source = np.append(np.arange(n), n - 1)
    new = {"countries": world.countries}
    for item in fields(shock):
        value = getattr(shock, item.name)
        if not isinstance(value, np.ndarray):
            continue
        pair = value.ndim == 3
        new[item.name] = value[np.ix_(source, source)] if pair else value[source]
    return replace(shock, **new)


@few
@given(open_worlds(), seeds, st.floats(0.1, 0.9), options)
def test_a_country_cut_in_identical_parts_stays_one(world, seed, share, chosen):
    """Two twins buy and sell in the same proportions, so that nothing depends on the border."""
    chosen = {**chosen, "scale": False}  # scale economies of a sector stop at the border
    cut = twins(world, share)
    shock = any_shock(world, seed)
    whole, parts = solve(world, shock, **chosen), solve(cut, split_shock(shock, cut), **chosen)
    for name in ("real_income_change", "wage_change", "consumer_price_change"):
        ours = whole.data[name].values
        expected = np.append(ours, ours[-1])
        np.testing.assert_allclose(parts.data[name].values, expected, rtol=SAME, err_msg=name)
    merged = {code: code for code in world.countries[:-1]}
    again = cut.aggregate(countries={**merged, "TWA": "TWO", "TWB": "TWO"})
    third = solve(again, replace(shock, countries=again.countries), **chosen)
    assert_same(changes(whole), changes(third), SAME)


@pytest.mark.parametrize("field", ["trade", "input_share"])
def test_a_world_cannot_be_changed_in_place(field):
    from upperhand.world.toy import toy_world

    with pytest.raises(ValueError, match="read-only"):
        getattr(toy_world(), field)[0, 0, 0] = 1.0
