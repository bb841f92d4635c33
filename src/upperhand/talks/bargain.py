"""What the two sides bargain over: deals, threat points, what is agreed, what each fights for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from upperhand.core.errors import NoEquilibriumError
from upperhand.equilibrium.solve import Closure
from upperhand.results.talks import Agreement
from upperhand.talks.agree import Deals, agreements, deals_of, rates_of, threat_points
from upperhand.talks.alternating import limit_shares
from upperhand.talks.efficient import efficient_deals
from upperhand.talks.frontiers import Curve
from upperhand.talks.menu import Payoffs
from upperhand.talks.scaled_deals import CLOCK_RULE, Table, scaled_agreements
from upperhand.talks.scaling import Scale
from upperhand.talks.threats import threat_game
from upperhand.world.world import World

if TYPE_CHECKING:
    from upperhand.talks.confrontation import Side

Pair = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Bargain:
    """The bargain of two sides at one horizon.

    Attributes:
        deals: Deals that are sets of measures.
        table: Deals in parts with their frontier; None when they are not wanted or not found.
        threats: Payoffs if the talks fail, by name, USD billion a year.
        agreed: What is agreed from every threat point by every rule.
        prizes: What each side gains a year if its own best deal is agreed and not the other's
            best; None where those are the same.
        rates: Impatience of both sides, 1 a year.
        notes: What a reader should know.
    """

    deals: Deals
    table: Table | None
    threats: dict[str, Pair]
    agreed: tuple[Agreement, ...]
    prizes: Pair | None
    rates: Pair
    notes: tuple[str, ...]


def bargain_of(
    world: World,
    sides: tuple[Side, Side],
    payoffs: Payoffs,
    closure: Closure,
    *,
    scaled: bool,
    standing: bool,
) -> Bargain:
    """Return what is bargained over at the horizon of a table of payoffs.

    Args:
        world: The baseline.
        sides: Both sides, with moves as they work at the horizon.
        payoffs: Every pair of packages at the horizon.
        closure: `fixed` or `share`.
        scaled: Whether every measure can be used in part.
        standing: Whether the tariffs in force between the sides can be cut.
    """
    deals = deals_of(world, sides, payoffs.horizon, closure)
    threats = threat_points(payoffs, deals)
    rates = rates_of(sides)
    if scaled:
        try:
            table = _table(world, sides, payoffs.horizon, closure, standing=standing)
        except NoEquilibriumError as fault:
            note = f"deals are sets of measures, because deals in parts were not found: {fault}"
            return _packages(sides, payoffs, deals, threats, rates, (note,))
        weights = limit_shares(rates)
        agreed = scaled_agreements(table, threats, weights)
        notes = (*_beaten(table, deals), *unpaid_threats(table, payoffs, weights))
        return Bargain(deals, table, threats, agreed, table.prizes(), rates, notes)
    return _packages(sides, payoffs, deals, threats, rates, ())


def _packages(
    sides: tuple[Side, Side],
    payoffs: Payoffs,
    deals: Deals,
    threats: dict[str, Pair],
    rates: Pair,
    notes: tuple[str, ...],
) -> Bargain:
    agreed = agreements(sides, payoffs, deals)
    return Bargain(deals, None, threats, agreed, prizes_of(deals), rates, notes)


def _table(
    world: World, sides: tuple[Side, Side], horizon: str, closure: Closure, *, standing: bool
) -> Table:
    scale = Scale.of(world, sides, horizon, closure, standing=standing)
    if not scale.parts:
        raise NoEquilibriumError("there is nothing that a deal could hold")
    first, second = (
        float(world.income[np.isin(world.countries, side.members)].sum()) / 1e3 for side in sides
    )
    return Table(scale, efficient_deals(scale), (first, second))


def _beaten(table: Table, deals: Deals) -> tuple[str, ...]:
    """Name sets of measures that beat the frontier: the search was then local."""
    found = [
        name
        for name, point in zip(deals.names, deals.usd_bn, strict=True)
        if table.beaten_by(point)
    ]
    return tuple(
        f"this set of measures beats the frontier that was found: {name}" for name in found
    )


def unpaid_threats(table: Table, payoffs: Payoffs, weights: Pair) -> tuple[str, ...]:
    """Say what both would threaten with for this rule when no money changes hands (eq. 11.7).

    The threat point `variable threats` is that of side payments and equal weights, where only damage
    counts. With patience as weights a damage to the other is worth more or less than one to oneself.
    """
    if payoffs.failed or not isinstance(table.curve, Curve):
        return ()
    first, second = payoffs.sides
    start = f"threats chosen for the rule '{CLOCK_RULE}', no money changing hands: "
    profiles = threat_game(
        table.curve, payoffs.usd[0] / 1e3, payoffs.usd[1] / 1e3, weights=weights
    ).equilibria.profiles
    if len(profiles) != 1 or not profiles[0].pure:
        return (f"{start}{len(profiles)} equilibria, not one in pure threats; none is picked",)
    one = profiles[0]
    mine, yours = (
        menu[int(mix.argmax())].label
        for menu, mix in zip(payoffs.menus, (one.row, one.column), strict=True)
    )
    u, v = one.payoffs
    return (
        f"{start}{first} threatens with {mine}, {second} with {yours}; the deal then pays {u:+.1f} "
        f"and {v:+.1f} USD bn a year against the baseline",
    )


def prizes_of(deals: Deals) -> Pair | None:
    """Return what each side gains if its own best deal is agreed and not the other's best.

    Best among the deals that leave the other no worse than while talking; None where the two
    sides' best deals are the same.
    """
    talking = np.array(deals.talking)
    fine = (deals.usd_bn >= talking - 1e-9).all(axis=1)
    points = deals.usd_bn[fine]
    mine, yours = points[points[:, 0].argmax()], points[points[:, 1].argmax()]
    prizes = (float(mine[0] - yours[0]), float(yours[1] - mine[1]))
    return prizes if min(prizes) > 1e-9 else None
