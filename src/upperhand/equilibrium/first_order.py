"""Friend-enemy matrices: first-order effects of productivity everywhere (model book, eq. 3.7-3.9).

One sector, no tariffs, no inputs, balanced trade. The matrices say who gains and who loses when a
country grows; for large shocks and richer worlds use the equilibrium.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError, unknown
from upperhand.equilibrium.calibrate import calibrate, wedges_of
from upperhand.equilibrium.gradient import only, real_income_seed, solve_adjoint, wedge_gradient
from upperhand.equilibrium.horizons import Horizon, horizon_of
from upperhand.equilibrium.ladder import solve_wedges
from upperhand.world.shock import no_shock
from upperhand.world.world import World

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FriendEnemy:
    """Elasticities to productivity: row n is the country affected, column i where it happens.

    Attributes:
        income: Of nominal income, world income held fixed.
        welfare: Of real income.
    """

    income: Array
    welfare: Array


def friend_enemy(trade: npt.ArrayLike, elasticity: float) -> FriendEnemy:
    """Return the elasticities of income and real income to productivity (eq. 3.7-3.9).

    Args:
        trade: (exporter, importer) values with domestic sales; balanced, so that what a country
            sells equals what it spends.
        elasticity: Trade elasticity, above 0.

    Raises:
        OptionError: If the table is not square, has negative flows or is not balanced.

    Examples:
        >>> result = friend_enemy([[80.0, 20.0], [20.0, 180.0]], 5.0)
        >>> bool(result.welfare[0, 1] > 0), bool(result.income[0, 1] < 0)
        (True, True)

    References:
        Kleinman, Liu and Redding (2024), re-derived.
    """
    flows = np.asarray(trade, dtype=np.float64)
    _check(flows, elasticity)
    spending, income = flows.sum(axis=0), flows.sum(axis=1)
    share = (flows / spending).T  # S: share of n's spending on i
    earned = flows / income[:, None]  # T: share of i's income earned from n
    weights = income / income.sum()
    theta = float(elasticity)
    cross = earned @ share - np.eye(len(income))  # M
    feedback = (earned + theta * earned @ share) / (theta + 1.0) - weights[None, :]  # V
    response = -theta / (theta + 1.0) * np.linalg.solve(np.eye(len(income)) - feedback, cross)
    welfare = (np.eye(len(income)) - share) @ response + share
    return FriendEnemy(income=response, welfare=welfare)


def _check(flows: Array, elasticity: float) -> None:
    if flows.ndim != 2 or flows.shape[0] != flows.shape[1] or len(flows) < 2:
        raise OptionError(f"trade has shape {flows.shape}; give a square table of two or more")
    if not np.isfinite(flows).all() or (flows < 0).any() or (np.diag(flows) <= 0).any():
        raise OptionError("trade must be finite, non-negative, with domestic sales on the diagonal")
    if not elasticity > 0:
        raise OptionError(f"elasticity is {elasticity}; it must be above 0")
    gap = np.abs(flows.sum(axis=0) / flows.sum(axis=1) - 1.0)
    if gap.max() > 1e-6:
        raise OptionError(
            f"country {int(gap.argmax())} spends {gap.max():.2%} more or less than it sells; "
            "balance the table first (closure='purge')"
        )


def friend_enemy_of(world: World, wrt: str, *, horizon: str | Horizon = "long") -> Array:
    """Return who gains and who loses when a country uses an instrument, for all pairs (eq. 3.10).

    The first-order effect on the real income of every country of a small move of every country,
    in the full model with tariffs, inputs and many sectors, from one block of adjoints.

    Args:
        world: The observed year.
        wrt: `tariff` (one more point on all imports), `export_tax` (on all exports),
            `trade_cost` (one log point on all imports), `productivity` (one log point in all
            sectors) or `factor_supply`.
        horizon: `short`, `medium`, `long` or a `Horizon`.

    Returns:
        [affected, mover] derivative of log real income per unit of the move.

    Raises:
        OptionError: If the instrument is none of these.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> effect = friend_enemy_of(toy_world(), "tariff")
        >>> bool(effect[1, 0] < 0)  # a US tariff hurts China
        True
    """
    rules = {
        "tariff": _by_importer,
        "trade_cost": _by_importer,
        "export_tax": _by_exporter,
        "productivity": _by_place,
        "factor_supply": _itself,
    }
    if wrt not in rules:
        raise OptionError(unknown("instrument", wrt, list(rules)))
    nothing = no_shock(world)
    calibration = calibrate(world, horizon_of(horizon), scale=False, labour_supply=0.0)
    solution = solve_wedges(
        calibration,
        lambda size: wedges_of(calibration, nothing, closure="fixed", size=size),
        tol=1e-12,
        max_steps=500,
    )
    count = len(world.countries)
    back = solve_adjoint(solution, real_income_seed(solution, np.eye(count)), memory=5).back
    rows = [
        rules[wrt](wedge_gradient(world, nothing, solution, only(back, n), wrt))
        for n in range(count)
    ]
    return np.stack(rows)


def _by_importer(cube: Array) -> Array:
    foreign = ~np.eye(len(cube), dtype=bool)[:, :, None]
    return np.asarray((cube * foreign).sum(axis=(0, 2)))


def _by_exporter(cube: Array) -> Array:
    foreign = ~np.eye(len(cube), dtype=bool)[:, :, None]
    return np.asarray((cube * foreign).sum(axis=(1, 2)))


def _by_place(plane: Array) -> Array:
    return np.asarray(plane.sum(axis=1))


def _itself(line: Array) -> Array:
    return line
