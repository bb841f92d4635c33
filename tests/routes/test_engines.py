"""Two engines, several rungs, one equilibrium; and a clear word where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.closed_form.economies import one_sector
from tests.laws.shocks import any_shock, changes, scaled_economies, solve, subsidised
from tests.support import escalation, random_shock, random_world
from upperhand import World, solve_counterfactual
from upperhand.core.errors import NoEquilibriumError, OptionError
from upperhand.equilibrium.horizons import HORIZONS, trade_elasticities
from upperhand.world.shock import no_shock

# Both engines stop at a gap of 1e-13; the conditioning of the map is left.
ENGINES = 1e-10


@pytest.mark.equation("2.10", "2.12")
@pytest.mark.parametrize("closure", ["fixed", "share", "purge"])
@pytest.mark.parametrize("horizon", ["short", "long"])
def test_both_engines_find_the_same_equilibrium(horizon, closure):
    pytest.importorskip("jax")
    world = scaled_economies(random_world(4, 3, 41))
    shock = subsidised(world, any_shock(world, 41), 41)
    options = {"horizon": horizon, "closure": closure, "scale": True, "labour_supply": 0.5}
    numpy = solve(world, shock, engine="numpy", **options)
    jax = solve(world, shock, engine="jax", **options)
    assert numpy.outcome.method == "anderson"
    assert jax.outcome.method == "jax"
    for name, values in changes(numpy).items():
        np.testing.assert_allclose(changes(jax)[name], values, rtol=ENGINES, err_msg=name)


def test_second_engine_falls_back_to_the_other_rungs():
    pytest.importorskip("jax")
    world, shock = harsh()
    first, second = solve(world, shock), solve(world, shock, engine="jax")
    np.testing.assert_allclose(second.real_income_change, first.real_income_change, rtol=ENGINES)


def everywhere(world, rate):
    """Return a tariff at `rate` on everything that crosses a border."""
    added = np.full(world.trade.shape, rate)
    home = np.arange(len(world.countries))
    added[home, home] = 0.0
    return replace(no_shock(world), tariff_add=added)


def harsh():
    """Return 500 per cent tariffs everywhere with fixed deficits, which defeat acceleration."""
    world = random_world(4, 3, 0)
    return world, everywhere(world, 5.0)


@pytest.mark.parametrize(("seed", "horizon"), [(0, "long"), (1, "short"), (1, "long")])
def test_extreme_tariffs_with_fixed_deficits_are_reached_in_small_steps(seed, horizon):
    """The case that defeats acceleration and Newton-Krylov alike; homotopy solves it."""
    world = random_world(4, 3, seed)
    # few steps, so that acceleration alone has no chance of getting there by luck
    result = solve_counterfactual(world, everywhere(world, 5.0), horizon=horizon, max_steps=40)
    assert result.outcome.ok
    assert result.outcome.method in ("newton", "homotopy")
    gap = residual_of(world, everywhere(world, 5.0), result, HORIZONS[horizon])
    assert gap < 1e-9


@pytest.mark.parametrize("elasticity", [0.01, 0.3])
def test_strong_complements_have_an_equilibrium(elasticity):
    """Nearly fixed proportions everywhere and little trade response."""
    world = random_world(4, 3, 2)
    tight = replace(
        HORIZONS["short"],
        name="tight",
        elasticity_ratio=0.2,
        value_added=elasticity,
        materials=elasticity,
        final=elasticity,
    )
    shock = any_shock(world, 2)
    result = solve_counterfactual(world, shock, horizon=tight).require_converged()
    assert residual_of(world, shock, result, tight) < 1e-9  # solved to 1e-12 of each price


def only_source_banned():
    world = random_world(3, 2, 43)
    availability = np.ones(world.trade.shape)
    availability[:, 0, 1] = 0.0
    return world, replace(no_shock(world), availability=availability), {}, "no_source", "S01 in ABW"


def deficit_cut_off():
    world = random_world(3, 2, 43)
    poor = int(np.argmax(world.imbalance))
    availability = np.ones(world.trade.shape)
    availability[:, poor] = 0.0
    availability[poor, poor] = 1.0
    shock = replace(no_shock(world), availability=availability)
    return world, shock, {}, "stranded", world.countries[poor]


def surplus_beyond_income():
    """A country whose surplus is fixed keeps a thousandth of its factors: it owes more than it earns."""
    world = random_world(3, 2, 43, tariffs=False)
    rich = int(np.argmin(world.imbalance))
    factors = np.ones(3)
    factors[rich] = 1e-3
    shock = replace(no_shock(world), factor_supply=factors)
    return world, shock, {"max_steps": 200}, "nonpositive_income", world.countries[rich]


def too_few_steps():
    world = random_world(3, 2, 44)
    return world, any_shock(world, 44), {"max_steps": 2}, "step_limit", "max_steps"


@pytest.mark.parametrize(
    "make", [only_source_banned, deficit_cut_off, surplus_beyond_income, too_few_steps]
)
def test_a_world_without_equilibrium_is_refused_by_name(make):
    world, shock, options, ending, words = make()
    result = solve_counterfactual(world, shock, **options)
    assert result.outcome.ending == ending
    assert result.outcome.feasible_share < 1.0
    for name, values in changes(result).items():
        assert np.isnan(values).all(), name
    assert np.isnan(result.data["trade"]).all()
    with pytest.raises(NoEquilibriumError, match="no equilibrium") as caught:
        result.require_converged()
    assert words in str(caught.value)


def test_what_is_feasible_of_a_refused_shock_has_an_equilibrium():
    """The share reported is a promise: that much of the path 2.11 can be solved."""
    world, shock = harsh()
    refused = solve_counterfactual(world, shock, horizon="short", max_steps=100)
    assert not refused.outcome.ok
    assert 0.5 < refused.outcome.feasible_share < 1.0
    base = np.log1p(world.tariff)
    goal = np.log1p(shock.tariff(world))
    part = np.expm1(base + refused.outcome.feasible_share * (goal - base)) - world.tariff
    smaller = replace(no_shock(world), tariff_add=part)
    result = solve_counterfactual(world, smaller, horizon="short")
    assert result.outcome.ok


def test_trade_that_runs_one_way_cannot_be_balanced():
    """No price makes an exporter out of a country that sells nothing: said before any solve."""
    world = one_sector([[80.0, 20.0], [0.0, 100.0]], 4.0)
    with pytest.raises(NoEquilibriumError, match="goods only leave HOM"):
        solve_counterfactual(world, no_shock(world), closure="purge")
    assert solve_counterfactual(world, no_shock(world), closure="fixed").outcome.ok


def test_separate_balanced_worlds_live_side_by_side():
    """A part that is cut off is no fault by itself: balanced, it has its own equilibrium."""
    table = np.array([[80, 20, 5, 9], [20, 180, 7, 3], [5, 7, 60, 30], [9, 3, 30, 300.0]])
    world = one_sector(table, 4.0)
    availability = np.ones(world.trade.shape)
    availability[:2, 2:] = availability[2:, :2] = 0.0
    apart = replace(no_shock(world), availability=availability)
    growth = np.array([[1.0], [1.0], [1.2], [1.0]])
    first = solve(world, apart)
    second = solve(world, replace(apart, productivity=growth))
    assert residual_of(world, apart, first, HORIZONS["long"]) < 1e-9
    ours, theirs = first.real_income_change.values, second.real_income_change.values
    np.testing.assert_allclose(theirs[:2], ours[:2], rtol=ENGINES)  # the other half is far away
    assert (theirs[2:] > ours[2:]).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"closure": "fix"}, "did you mean 'fixed'"),
        ({"engine": "nump"}, "did you mean 'numpy'"),
        ({"horizon": "lng"}, "did you mean 'long'"),
        ({"labour_supply": -1.0}, "0 to 10"),
        ({"tol": 0.0}, "1e-14"),
        ({"max_steps": 0}, "1 to 100000"),
    ],
)
def test_an_option_out_of_range_is_refused_by_name(options, words):
    world = random_world(2, 1, 46)
    with pytest.raises(OptionError, match=words):
        solve_counterfactual(world, no_shock(world), **options)


@pytest.mark.equation("2.13")
@pytest.mark.parametrize("seed", range(60))
def test_every_world_is_certified_or_refused(seed):
    """Shocks of all sizes; what is certified is checked again by equations written anew."""
    rng = np.random.default_rng([seed, 47])
    countries, sectors = int(rng.integers(2, 6)), int(rng.integers(1, 5))
    world = scaled_economies(random_world(countries, sectors, seed, inputs=bool(rng.integers(2))))
    shock = random_shock(world, seed, size=float(rng.choice([0.01, 0.3, 3.0, 10.0])))
    name = str(rng.choice(["short", "medium", "long"]))
    options = {"horizon": name, "scale": bool(rng.integers(2))}
    result = solve_counterfactual(world, shock, max_steps=150, **options)
    if result.outcome.ok:
        gap = residual_of(world, shock, result, HORIZONS[name], scale=options["scale"])
        assert gap < 1e-8, "certified, but not an equilibrium"  # tol 1e-12, a hundredfold, sums
    else:
        assert np.isnan(result.real_income_change).all()
        assert 0.0 <= result.outcome.feasible_share < 1.0
        assert result.outcome.sentence().startswith("no equilibrium")


def test_the_second_check_notices_a_wrong_number():
    world = random_world(3, 2, 49)
    shock = any_shock(world, 49)
    result = solve(world, shock, horizon="short")
    assert residual_of(world, shock, result, HORIZONS["short"]) < 1e-9
    for name in ("trade", "wage_change", "sector_price_change", "sector_wage_change"):
        wrong = result.data.copy(deep=True)
        wrong[name][0] = wrong[name][0] * (1 + 1e-5)
        changed = replace(result, data=wrong)
        assert residual_of(world, shock, changed, HORIZONS["short"]) > 1e-7, name


def residual_of(world: World, shock, result, horizon, *, scale=False):
    """Return the largest gap of the equilibrium conditions, from the result's own numbers.

    Written from chapter 2 with prices in levels, (exporter, importer, sector) throughout, without
    the package's equations. Closure `fixed`.
    """
    data = {str(name): values.values for name, values in result.data.data_vars.items()}
    theta = trade_elasticities(world, horizon)
    price, wage, trade = data["sector_price_change"], data["wage_change"], data["trade"]
    tariff, tax = shock.tariff(world), shock.export_tax(world)
    beta, eta = world.value_added_share, horizon.specific_share

    materials = world.input_share.sum(axis=1)
    mix = world.input_share / np.where(materials > 0, materials, 1.0)[:, None, :]
    power = 1 - horizon.materials
    tilt = np.where(mix > 0, mix * price[:, :, None] ** power, 0.0).sum(axis=1)
    logs = (mix * np.log(price)[:, :, None]).sum(axis=1)
    bundle = np.exp(logs) if power == 0 else np.where(tilt > 0, tilt, 1.0) ** (1 / (power or 1.0))

    output = (trade / (1 + tax)).sum(axis=1) * (1 + shock.subsidy_add)
    factor = data["sector_wage_change"]
    outer = 1 - horizon.value_added
    if outer == 0:
        cost = factor**beta * bundle ** (1 - beta)
    else:
        cost = (beta * factor**outer + (1 - beta) * bundle**outer) ** (1 / outer)
    made = np.where(world.output > 0, output / np.where(world.output > 0, world.output, 1), 1.0)
    psi = world.scale_elasticity if scale else 0.0 * theta
    gate = cost / (shock.productivity * (1 + shock.subsidy_add) * (made / cost) ** psi)

    taxes = (1 + tariff) * (1 + tax) / ((1 + world.tariff) * (1 + world.export_tax))
    paid = world.trade * (1 + world.tariff)
    bought = world.spending > 0
    share = paid / np.where(bought, world.spending, 1.0)
    delivered = gate[:, None, :] * taxes * shock.trade_cost
    weight = share * shock.availability * delivered**-theta
    index = np.where(bought, weight.sum(axis=0), 1.0) ** (-1 / theta)
    spent = (trade * (1 + tariff)).sum(axis=0)
    flows = weight * index**theta * spent / (1 + tariff)

    earned = beta * (factor / cost) ** outer * output
    inputs_of = mix * (price[:, :, None] / bundle[:, None, :]) ** power
    inputs = (inputs_of * (output - earned)[:, None, :]).sum(axis=2)
    final = np.maximum(world.final_demand, 0.0)
    alpha = final / final.sum(axis=1, keepdims=True)
    living = data["consumer_price_change"]
    top = 1 - horizon.final
    ideal = (
        np.exp((alpha * np.log(price)).sum(axis=1))
        if top == 0
        else (alpha * price**top).sum(axis=1) ** (1 / top)
    )
    duties = (trade * tariff).sum(axis=(0, 2))
    levies = (trade * tax / (1 + tax)).sum(axis=(1, 2))
    costs = (output * shock.subsidy_add / (1 + shock.subsidy_add)).sum(axis=1)
    income = earned.sum(axis=1) + duties + levies - costs + world.imbalance
    wanted = inputs + alpha * (price / ideal[:, None]) ** top * income[:, None]
    supply = wage * shock.factor_supply * world.value_added.sum(axis=1)

    scales = income[:, None]
    ratio = np.where(
        world.value_added > 0, earned / np.where(world.value_added > 0, world.value_added, 1), 1
    )
    fixed = np.where(world.value_added > 0, wage[:, None] ** (1 - eta) * ratio**eta, factor)
    gaps = [
        np.where(bought, index / price - 1, 0.0),
        (flows - trade).sum(axis=0) / scales,
        np.abs(flows - trade).max() / trade.max(),
        (wanted - spent) / scales,
        earned.sum(axis=1) / supply - 1 if eta == 0 else (fixed / factor - 1),
        income / (data["nominal_income_change"] * data["baseline_income"]) - 1,
        ideal / living - 1,
        (trade.sum(axis=(0, 2)) - trade.sum(axis=(1, 2)) - world.imbalance) / income,
    ]
    return float(max(np.abs(gap).max() for gap in gaps))


def test_mutual_escalation_of_any_size_is_solved():
    world = random_world(5, 3, 48)
    losses = [
        float(solve(world, escalation(world, points)).real_income_change.min())
        for points in (0.1, 1.0, 10.0)
    ]
    assert losses == sorted(losses, reverse=True)
