"""What a move is at a horizon: spans for stocks, and subsidies that keep promises to buy."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from upperhand.core.errors import NoEquilibriumError
from upperhand.measures.base import Measure
from upperhand.measures.purchase_commitment import MOST_PCT, PurchaseCommitment
from upperhand.world.world import World

if TYPE_CHECKING:
    from upperhand.results.counterfactual import Counterfactual

#: Length of each horizon in months, the end of the span that its name stands for.
MONTHS = {"short": 6.0, "medium": 24.0, "long": 120.0}
NEAR = 1e-3  # of the promise: a promise is never more exact
Solve = Callable[..., "Counterfactual"]


def settled(move: Measure, world: World, horizon: str, solve: Solve) -> Measure:
    """Return a move as it works at a horizon of a scenario.

    Args:
        move: The move as written.
        world: The baseline.
        horizon: Name of the horizon.
        solve: Solves the economy at that horizon.

    Examples:
        >>> from upperhand.measures import MineralLicensing
        >>> from upperhand.world.toy import toy_world
        >>> licence = MineralLicensing(by="CHN", to=["USA"], withhold_pct=80, cover_months=3)
        >>> settled(licence, toy_world(), "short", print).over_months
        6.0
    """
    move = move.at_horizon(MONTHS[horizon])
    if isinstance(move, PurchaseCommitment) and move.subsidy_pct is None:
        return kept(move, world, solve)
    return move


def kept(deal: PurchaseCommitment, world: World, solve: Solve) -> PurchaseCommitment:
    """Return the commitment with the subsidy that keeps it in equilibrium, by secants.

    The commitment is solved alone; other moves of the package do not change its subsidy.

    Raises:
        NoEquilibriumError: If no subsidy up to 95 per cent reaches the value promised.
    """
    goal = deal.delivered_usd_million()
    if not goal:
        return deal.with_subsidy(0.0)
    low, high = (0.0, -goal), (100 * deal.subsidy(world), 0.0)
    high = (high[0], bought(deal.with_subsidy(high[0]), world, solve) - goal)
    for _ in range(20):
        if abs(high[1]) <= NEAR * goal:
            return deal.with_subsidy(high[0])
        slope = (high[1] - low[1]) / (high[0] - low[0])
        guess = min(max(high[0] - high[1] / slope, 0.0), MOST_PCT)
        low, high = high, (guess, bought(deal.with_subsidy(guess), world, solve) - goal)
        if low[0] == high[0]:
            break
    raise NoEquilibriumError(
        f"{deal.title()}: no subsidy up to {MOST_PCT:g} per cent brings USD {goal / 1e3:g} bn a "
        "year; promise less, or look at a longer horizon"
    )


def bought(deal: PurchaseCommitment, world: World, solve: Solve) -> float:
    """Return the rise of the flows covered, USD million a year at the border."""
    found = solve(world, [deal]).require_converged()
    value = found.data["trade"].values
    return float(value[deal.covered(world)].sum()) - deal.purchases(world)
