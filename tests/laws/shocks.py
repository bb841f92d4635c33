"""Random shocks that leave an equilibrium: every country keeps a way in and a way out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from tests.support import random_shock, worlds
from upperhand import World, solve_counterfactual
from upperhand.results.counterfactual import Counterfactual
from upperhand.world.shock import Shock, no_shock

TOL = 1e-13
# Two solves, each to 1e-13 of a price, and sums over a few sectors.
SAME = 1e-10

few = settings(max_examples=12, deadline=None, derandomize=True)
seeds = st.integers(0, 10**6)
options = st.fixed_dictionaries(
    {
        "horizon": st.sampled_from(["short", "medium", "long"]),
        "closure": st.sampled_from(["fixed", "share", "purge"]),
        "scale": st.booleans(),
        "labour_supply": st.sampled_from([0.0, 0.7]),
    }
)


def is_connected(world: World, shock: Shock) -> bool:
    """Return True when goods can still pass, directly or not, from anyone to anyone."""
    n = len(world.countries)
    link = ((world.trade * shock.availability).sum(axis=2) > 0) | np.eye(n, dtype=bool)
    return bool((np.linalg.matrix_power(link.astype(float), n) > 0).all())


def open_worlds(**limits: object) -> st.SearchStrategy[World]:
    """Strategy: asymmetric worlds in which goods can pass, directly or not, from anyone to anyone.

    Where trade runs one way only, removing imbalances has no equilibrium.
    """
    return worlds(**limits).filter(lambda world: is_connected(world, no_shock(world)))


def any_shock(world: World, seed: int, *, size: float = 0.3) -> Shock:
    """Return a shock in every wedge at once, exact bans included unless they cut the world in two.

    A part of the world that is cut off cannot finance its imbalance: that case is a refusal, and
    has its own test.
    """
    shock = random_shock(world, seed, size=size)
    if not is_connected(world, shock):
        return random_shock(world, seed, size=size, bans=False)
    return shock


def subsidised(world: World, shock: Shock, seed: int) -> Shock:
    """Return the shock with output subsidies and taxes, and growing factors, on top."""
    rng = np.random.default_rng([seed, 7])
    return replace(
        shock,
        subsidy_add=rng.uniform(-0.05, 0.1, world.output.shape),
        factor_supply=np.exp(0.05 * rng.normal(size=len(world.countries))),
    )


def solve(world: World, shock: Shock, **chosen: object) -> Counterfactual:
    """Solve tightly, and fail the test when there is no equilibrium."""
    return solve_counterfactual(world, shock, **{"tol": TOL, **chosen}).require_converged()


def changes(result: Counterfactual) -> dict[str, np.ndarray]:
    """Return every variable that is a ratio of new over old."""
    return {
        str(name): values.values
        for name, values in result.data.data_vars.items()
        if str(name).endswith("_change")
    }


def scaled_economies(world: World) -> World:
    """Return the world with scale elasticities that keep psi x theta at 0.3."""
    return replace(world, scale_elasticity=0.3 / world.trade_elasticity)


def assert_same(first: dict[str, np.ndarray], second: dict[str, np.ndarray], rtol: float) -> None:
    """Compare two results variable by variable."""
    for name, values in first.items():
        np.testing.assert_allclose(second[name], values, rtol=rtol, err_msg=name)
