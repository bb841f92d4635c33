"""A sample of `python -m fuzz.adversity`: certified or refused, never quietly wrong."""

from __future__ import annotations

import numpy as np
import pytest

from fuzz.adversity import CLOSE, open_market, trial
from tests.support import random_shock, random_world
from upperhand.equilibrium import solve_counterfactual


def test_each_solve_is_certified_by_the_reference_or_refused():
    trials = [trial(7_000_021 + i) for i in range(60)]
    wrong = [t for t in trials if t.ending not in ("certified", "refused")]
    assert wrong == []
    assert sum(t.ending == "certified" for t in trials) > 40
    assert max(t.gap for t in trials if t.ending == "certified") < CLOSE


@pytest.mark.parametrize("error", [1e-6, 1e-3])
def test_a_wage_that_is_a_little_wrong_leaves_a_market_open(error):
    """The check has teeth: it sees an error of a millionth."""
    world = random_world(4, 2, 31)
    shock = random_shock(world, 31)
    wage = solve_counterfactual(world, shock).require_converged().data["wage_change"].values
    bent = wage * np.where(np.arange(len(wage)) == 1, 1 + error, 1.0)
    assert open_market(world, shock, wage) < CLOSE < open_market(world, shock, bent)


@pytest.mark.parametrize("seed", [1_000_906, 1_000_939])
def test_a_country_whose_own_equations_are_singular_is_solved_all_the_same(seed):
    """Found by the thousand worlds: the blocks that close gaps within a country had no inverse."""
    assert trial(seed).ending in ("certified", "refused")
