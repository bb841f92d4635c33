"""Friend-enemy matrices: the first-order formula, and the equilibrium it approximates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.closed_form.economies import balanced_world, one_sector, solve
from upperhand.core.errors import OptionError
from upperhand.equilibrium.first_order import friend_enemy
from upperhand.world.shock import no_shock

TABLE = np.array(
    [
        [67.06522579, 11.56619058, 8.05691379],
        [10.32269944, 155.7737547, 18.08512065],
        [9.30040493, 16.84162951, 87.98806062],
    ]
)
INCOME = [
    [0.67603611, -0.41550626, -0.26052985],
    [-0.19806095, 0.45472969, -0.25666873],
    [-0.19386003, -0.41823575, 0.61209577],
]
WELFARE = [
    [0.97104943, 0.01574492, 0.01320566],
    [0.00752229, 0.98023502, 0.01224269],
    [0.00985025, 0.01993728, 0.97021247],
]
PRINTED = 6e-9  # half a unit of the eighth digit; the table has ten


@pytest.mark.equation("3.7", "3.8")
def test_income_matrix_is_the_one_of_the_oracle():
    """Kleinman, Liu and Redding (2024): row T15."""
    np.testing.assert_allclose(friend_enemy(TABLE, 4.0).income, INCOME, atol=PRINTED)


@pytest.mark.equation("3.9")
def test_welfare_matrix_is_the_one_of_the_oracle():
    """Kleinman, Liu and Redding (2024): row T16."""
    np.testing.assert_allclose(friend_enemy(TABLE, 4.0).welfare, WELFARE, atol=PRINTED)


def growth(world, country, log_points):
    productivity = np.ones((len(world.countries), 1))
    productivity[country] = np.exp(log_points)
    return replace(no_shock(world), productivity=productivity)


def test_welfare_after_a_large_shock_stays_near_the_matrix():
    """Kleinman, Liu and Redding (2024): row T17, ten log points in the second country."""
    world = one_sector(TABLE, 4.0)
    result = solve(world, growth(world, 1, 0.10))
    exact = np.log(result.real_income_change.values) / 0.10
    np.testing.assert_allclose(exact, [0.01609528, 0.98065990, 0.02037631], atol=2e-8)
    # the table is balanced to its tenth digit only, which a deficit of 1e-8 shows


def test_income_after_a_tiny_shock_is_the_matrix():
    """Kleinman, Liu and Redding (2024): row T18, a hundred-thousandth of a log point."""
    world = one_sector(TABLE, 4.0)
    result = solve(world, growth(world, 1, 1e-5))
    exact = np.log(result.data["wage_change"].values) / 1e-5
    printed = [-0.41550721, 0.45472874, -0.41823670]
    np.testing.assert_allclose(exact, printed, atol=2e-7)  # 1e-13 over 1e-5, and printed digits
    np.testing.assert_allclose(exact, np.array(INCOME)[:, 1], atol=2e-6)  # second order: 1e-5 / 2


@pytest.mark.equation("3.7", "3.8", "3.9")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_matrices_are_the_gradient_of_the_equilibrium(seed):
    """First order means the derivative: ours by the adjoint, in one sector without wedges."""
    world = balanced_world(4, 1, seed, inputs=False, tariffs=False)
    theta = float(world.trade_elasticity[0])
    matrices = friend_enemy(world.trade[:, :, 0], theta)
    result = solve(world, no_shock(world))
    rows = [
        result.gradient(of="real_income", country=code, wrt="productivity").values[:, 0]
        for code in world.countries
    ]
    np.testing.assert_allclose(rows, matrices.welfare, atol=1e-10)  # balanced to 1e-13


def test_income_is_only_shuffled_between_countries():
    """World income is the numeraire: columns weighted with income add to nothing."""
    weights = TABLE.sum(axis=1) / TABLE.sum()
    np.testing.assert_allclose(weights @ friend_enemy(TABLE, 4.0).income, 0.0, atol=1e-9)


def test_growth_everywhere_raises_every_real_income_alike():
    """Rows of the welfare matrix add to one: equal growth changes no price between countries."""
    np.testing.assert_allclose(friend_enemy(TABLE, 4.0).welfare.sum(axis=1), 1.0, rtol=1e-9)


@pytest.mark.parametrize(
    ("table", "elasticity", "words"),
    [
        ([[1.0, 2.0]], 4.0, "square"),
        ([[1.0, -2.0], [1.0, 1.0]], 4.0, "non-negative"),
        ([[0.0, 2.0], [2.0, 1.0]], 4.0, "domestic"),
        ([[80.0, 20.0], [30.0, 180.0]], 4.0, "balance"),
        ([[80.0, 20.0], [20.0, 180.0]], 0.0, "above 0"),
    ],
)
def test_a_table_that_has_no_matrices_is_refused(table, elasticity, words):
    with pytest.raises(OptionError, match=words):
        friend_enemy(table, elasticity)
