"""Derivatives by the adjoint against differences of whole solves, and against JAX.

Differences use five points a step of 0.004 apart: the truncation is of order 1e-10 and the noise of
two solves over the step of order 1e-11, both as a share of real income.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.laws.shocks import any_shock, scaled_economies, solve, subsidised
from tests.support import random_world
from upperhand import rebase
from upperhand.core.errors import NoEquilibriumError, OptionError
from upperhand.equilibrium import hats
from upperhand.equilibrium.calibrate import calibrate, kernel_axes, wedges_of
from upperhand.equilibrium.gradient import WEDGES, adjoint, only, real_income_seed, wedge_gradient
from upperhand.equilibrium.horizons import horizon_of
from upperhand.equilibrium.ladder import solve_wedges
from upperhand.world.shock import no_shock

STEP = 4e-3
# What the differences leave (see above), over the size of the derivatives compared.
DIFFERENCES = 1e-6

FIELDS = {
    "tariff": "tariff_add",
    "export_tax": "export_tax_add",
    "trade_cost": "trade_cost",
    "availability": "availability",
    "productivity": "productivity",
    "subsidy": "subsidy_add",
    "factor_supply": "factor_supply",
}


def central(value_at):
    """Return the derivative at 0 by five points."""
    low2, low1, high1, high2 = (value_at(k * STEP) for k in (-2, -1, 1, 2))
    return (low2 - 8 * low1 + 8 * high1 - high2) / (12 * STEP)


def forward(value_at):
    """Return the derivative at 0 from above by five points."""
    values = np.array([value_at(k * STEP) for k in range(5)])
    return values @ [-25, 48, -36, 16, -3] / (12 * STEP)


def strongest(gradient, count=2):
    """Return positions of the largest derivatives that are not on the diagonal."""
    size = np.abs(gradient).copy()
    if gradient.ndim == 3:
        home = np.arange(len(gradient))
        size[home, home] = 0.0
    flat = np.argsort(size, axis=None)[::-1][:count]
    return [np.unravel_index(k, gradient.shape) for k in flat]


def case(seed):
    """Return an asymmetric world with everything in it and a shock in every wedge."""
    world = scaled_economies(random_world(4, 3, seed))
    shock = subsidised(world, any_shock(world, seed), seed)
    rationed = np.clip(shock.availability, 0.3, 0.9)  # room on both sides
    home = np.eye(4, dtype=bool)[:, :, None]
    return world, replace(shock, availability=np.where(home, 1.0, rationed))


def with_cell(shock, field, cell, change):
    values = np.array(getattr(shock, field))
    values[cell] += change
    return replace(shock, **{field: values})


@pytest.mark.equation("2.16", "2.17", "2.18")
@pytest.mark.parametrize("closure", ["fixed", "share", "purge"])
@pytest.mark.parametrize("horizon", ["short", "medium", "long"])
@pytest.mark.parametrize("wrt", list(FIELDS))
def test_derivative_by_a_wedge_is_the_difference_of_two_worlds(wrt, horizon, closure):
    """Scale economies, elastic labour, subsidies and every other wedge are on."""
    world, shock = case(31)
    options = {"horizon": horizon, "closure": closure, "scale": True, "labour_supply": 0.4}
    code = world.countries[1]
    result = solve(world, shock, **options)
    gradient = result.gradient(of="real_income", country=code, wrt=wrt).values
    for cell in strongest(gradient):

        def real_income(change, cell=cell):
            moved = with_cell(shock, FIELDS[wrt], cell, change)
            return float(solve(world, moved, **options).real_income_change.sel(country=code))

        np.testing.assert_allclose(central(real_income), gradient[cell], rtol=DIFFERENCES)


@pytest.mark.equation("2.18")
@pytest.mark.parametrize("closure", ["fixed", "share"])
@pytest.mark.parametrize("horizon", ["short", "medium", "long"])
def test_derivative_by_a_trade_elasticity_is_the_difference_of_two_worlds(horizon, closure):
    """The elasticity of the table, long-run; a horizon takes its own part of it."""
    world, shock = case(32)
    options = {"horizon": horizon, "closure": closure, "scale": True, "labour_supply": 0.4}
    code = world.countries[0]
    result = solve(world, shock, **options)
    gradient = result.gradient(of="real_income", country=code, wrt="elasticity").values
    for k in range(len(world.sectors)):

        def real_income(change, k=k):
            elasticity = world.trade_elasticity.copy()
            elasticity[k] += change
            other = replace(world, trade_elasticity=elasticity)
            return float(solve(other, shock, **options).real_income_change.sel(country=code))

        np.testing.assert_allclose(central(real_income), gradient[k], rtol=DIFFERENCES, atol=1e-9)


def test_derivative_with_imbalances_removed_holds_the_balanced_world_fixed():
    """An elasticity would also change how imbalances are removed; that part is left out."""
    world, shock = case(33)
    code = world.countries[0]
    result = solve(world, shock, closure="purge")
    flat = rebase(world, solve(world, no_shock(world), closure="purge"))
    for wrt in ("tariff", "elasticity"):
        ours = result.gradient(of="real_income", country=code, wrt=wrt).values
        fixed = solve(flat, shock).gradient(of="real_income", country=code, wrt=wrt).values
        np.testing.assert_allclose(ours, fixed, rtol=1e-8, atol=1e-10)  # two solves to 1e-13


def solution_of(world, shock, *, horizon="medium", closure="fixed", scale=True, supply=0.4):
    calibration = calibrate(world, horizon_of(horizon), scale=scale, labour_supply=supply)

    def wedges_at(size):
        return wedges_of(calibration, shock, closure=closure, size=size)

    solution = solve_wedges(calibration, wedges_at, tol=1e-13, max_steps=500)
    assert solution.outcome.ok
    return solution


def derivatives_of(solution, country):
    """Return the derivatives of one country's log real income, solved tightly."""
    seed = real_income_seed(solution, np.eye(4)[:, [country]])
    return only(adjoint(solution, seed, tol=1e-13))


@pytest.mark.parametrize("horizon", ["short", "long"])
def test_derivative_by_a_transfer_is_the_difference_of_two_worlds(horizon):
    """Only a transfer has a meaning: one country's imbalance grows as another's shrinks."""
    world, shock = case(34)
    solution = solution_of(world, shock, horizon=horizon)
    back = derivatives_of(solution, 2)
    given = np.array([1.0, -1.0, 0.0, 0.0]) * world.income.min()

    def log_real_income(change):
        calibration = solution.calibration

        def wedges_at(_):
            return solution.wedges._replace(imbalance=solution.wedges.imbalance + change * given)

        flows = solve_wedges(calibration, wedges_at, tol=1e-13, max_steps=500).flows
        return np.log(flows.income[2]) - flows.log_final_price[2]

    gradient = wedge_gradient(world, shock, solution, back, "imbalance")
    np.testing.assert_allclose(central(log_real_income), gradient @ given, rtol=DIFFERENCES)


@pytest.mark.parametrize("horizon", ["short", "long"])
def test_derivative_at_a_ban_is_the_difference_from_above(horizon):
    """The first lorry through a closed border: finite, although the flow is zero."""
    world, shock = case(35)
    code = world.countries[0]
    start = solve(world, shock, horizon=horizon)
    by_flow = start.gradient(of="real_income", country=code, wrt="availability").values
    by_flow = np.where(shock.availability < 1, by_flow, 0.0)
    cell = strongest(by_flow, 1)[0]
    closed = with_cell(shock, "availability", cell, -shock.availability[cell])
    result = solve(world, closed, horizon=horizon)
    gradient = result.gradient(of="real_income", country=code, wrt="availability").values[cell]
    assert float(result.data["trade"].values[cell]) == 0.0
    assert abs(gradient) > 1e-4

    def real_income(left):
        opened = with_cell(closed, "availability", cell, left)
        return float(solve(world, opened, horizon=horizon).real_income_change.sel(country=code))

    # from one side the truncation is some five times that of the centre
    np.testing.assert_allclose(forward(real_income), gradient, rtol=1e-5)


def test_a_tariff_on_a_banned_flow_has_no_effect():
    world, shock = case(35)
    closed = with_cell(shock, "availability", (1, 0, 0), -shock.availability[1, 0, 0])
    result = solve(world, closed)
    for wrt in ("tariff", "export_tax", "trade_cost"):
        slope = result.gradient(of="real_income", country=world.countries[0], wrt=wrt)
        assert float(slope[1, 0, 0]) == 0.0


@pytest.mark.equation("2.16", "2.17")
@pytest.mark.parametrize("closure", ["fixed", "share"])
@pytest.mark.parametrize("horizon", ["short", "medium", "long"])
def test_adjoint_by_hand_is_the_adjoint_by_jax(horizon, closure):
    """Another transposition and another linear solver: GMRES on JAX's transposed map."""
    pytest.importorskip("jax")
    from upperhand.equilibrium.second_engine import real_income_derivatives_with_jax

    world, shock = case(36)
    solution = solution_of(world, shock, horizon=horizon, closure=closure)
    back = derivatives_of(solution, 1)
    theirs = by_wedge(world, shock, solution, *real_income_derivatives_with_jax(solution, 1))
    for name, values in theirs.items():
        got = wedge_gradient(world, shock, solution, back, name)
        # both linear systems are solved to about 1e-12 of their largest entry
        np.testing.assert_allclose(
            got, values, rtol=1e-8, atol=1e-10 * np.abs(values).max(), err_msg=name
        )


def by_wedge(world, shock, solution, _base, by_array):
    """Return JAX's derivatives by tensor as derivatives by wedge, by the chain rule."""
    base, wedges = solution.calibration.base, solution.wedges
    theta = base.elasticity[:, None, None]
    pairs = [
        (np.asarray(by_array.kernel), wedges.kernel),
        (np.asarray(by_array.at_border), wedges.at_border),
        (np.asarray(by_array.at_gate), wedges.at_gate),
    ]
    whole, border, gate = (slope * tensor for slope, tensor in pairs)
    every = whole + border + gate
    duty, levy = kernel_axes(1 + shock.tariff(world)), kernel_axes(1 + shock.export_tax(world))
    cubes = {
        "tariff": (-theta * every - border - gate) / duty,
        "export_tax": (-theta * every - gate) / levy,
        "trade_cost": -theta * every / kernel_axes(shock.trade_cost),
        "availability": every / kernel_axes(shock.availability),
    }
    return {
        **{name: cube.transpose(2, 1, 0) for name, cube in cubes.items()},
        "productivity": np.asarray(by_array.log_productivity).T / shock.productivity,
        "subsidy": np.asarray(by_array.subsidy).T,
        "factor_supply": np.asarray(by_array.log_factor_supply) / shock.factor_supply,
        "imbalance": np.asarray(by_array.imbalance),
    }


def test_a_small_change_of_everything_is_the_sum_of_the_derivatives():
    """All wedges at once, against the change of real income: the gradient is complete."""
    world, shock = case(37)
    code = world.countries[3]
    result = solve(world, shock)
    rng = np.random.default_rng(37)
    home = np.eye(4, dtype=bool)[:, :, None]
    moves = {}
    for wrt, field in FIELDS.items():
        draw = rng.normal(size=getattr(shock, field).shape)
        moves[wrt] = np.where(home, 0.0, draw) if draw.ndim == 3 else draw

    def real_income(change):
        moved = {
            field: getattr(shock, field) + 0.1 * change * moves[wrt]
            for wrt, field in FIELDS.items()
        }
        return float(solve(world, replace(shock, **moved)).real_income_change.sel(country=code))

    expected = sum(
        float((result.gradient(of="real_income", country=code, wrt=wrt).values * moves[wrt]).sum())
        for wrt in FIELDS
    )
    np.testing.assert_allclose(central(real_income), 0.1 * expected, rtol=DIFFERENCES)


def test_the_map_and_its_transpose_are_adjoint():
    """<y, T'x> = <T'*y, x> for random x and y, by a difference of the map: no solve involved."""
    from upperhand.equilibrium.adjoint import point_at, pull_back, zero_seed

    world, shock = case(38)
    solution = solution_of(world, shock, horizon="short")
    base, nests, wedges = solution.calibration.base, solution.calibration.nests, solution.wedges
    damp = hats.wage_damping(base)
    state = solution.state
    rng = np.random.default_rng(38)
    x = hats.State(*(rng.normal(size=np.shape(block)) for block in state))
    y = hats.State(*(rng.normal(size=np.shape(block)) for block in state))

    def inner(change):
        moved = hats.State(*(a + change * b for a, b in zip(state, x, strict=True)))
        image = hats.next_state(base, nests, wedges, damp, moved)
        return sum(float((a * b).sum()) for a, b in zip(image, y, strict=True))

    flows = hats.flows_of(base, nests, wedges, state)
    at = point_at(base, nests, wedges, damp, state, flows)
    seeded = hats.State(*(block[..., None] for block in y))
    back = pull_back(at, zero_seed(base)._replace(state=seeded)).state
    expected = sum(float((a[..., 0] * b).sum()) for a, b in zip(back, x, strict=True))
    np.testing.assert_allclose(central(inner), expected, rtol=1e-7)  # order 1e-9 in each entry


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"of": "wealth"}, "wealth"),
        ({"country": "XXX"}, "XXX"),
        ({"wrt": "tarif"}, "did you mean 'tariff'"),
    ],
)
def test_a_derivative_that_does_not_exist_is_refused_by_name(asked, words):
    world, shock = case(39)
    result = solve(world, shock)
    usual = {"of": "real_income", "country": world.countries[0], "wrt": "tariff"}
    with pytest.raises(OptionError, match=words):
        result.gradient(**{**usual, **asked})


def test_a_world_without_equilibrium_has_no_derivative():
    from upperhand import solve_counterfactual

    world, shock = case(39)
    result = solve_counterfactual(world, shock, max_steps=2)
    assert not result.outcome.ok
    with pytest.raises(NoEquilibriumError, match="step limit"):
        result.gradient(of="real_income", country=world.countries[0], wrt="tariff")


def test_all_countries_at_once_are_each_country_alone():
    """The adjoint of a block of outcomes is that of its columns."""
    world, shock = case(40)
    solution = solution_of(world, shock)
    block = adjoint(solution, real_income_seed(solution, np.eye(4)), tol=1e-13)
    for country in range(4):
        alone = derivatives_of(solution, country)
        for wrt in WEDGES:
            ours = wedge_gradient(world, shock, solution, only(block, country), wrt)
            theirs = wedge_gradient(world, shock, solution, alone, wrt)
            close = 1e-10 * np.abs(theirs).max()  # two linear solves to 1e-13 of the largest entry
            np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=close, err_msg=wrt)
