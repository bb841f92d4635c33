"""The seven measures in another world than that of the talks, with nothing in between filled in.

Every pair of packages, both ceilings and structural power are solved again. The deals are those that
are efficient in the first world, solved again (eq. 12.33).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from upperhand.core.errors import NoEquilibriumError
from upperhand.equilibrium.solve import Closure
from upperhand.results.talks import BargainingSet, SevenMeasures
from upperhand.talks.bargain import bargain_of
from upperhand.talks.ceilings import ceiling_rows
from upperhand.talks.dependence import dependence
from upperhand.talks.menu import Payoffs, payoffs
from upperhand.talks.scaled_deals import bargaining_set
from upperhand.talks.seven import efficient_again, measures_from
from upperhand.world.world import World

if TYPE_CHECKING:
    from upperhand.talks.confrontation import Side


def table_in(
    world: World, sides: tuple[Side, Side], horizon: str, closure: Closure = "fixed"
) -> Payoffs:
    """Return what every pair of packages does to both sides in a world (eq. 12.20).

    Raises:
        NoEquilibriumError: If a pair has no equilibrium.
    """
    one, other = sides
    found = payoffs(
        world,
        (one.name, other.name),
        (one.members, other.members),
        ([move.measures for move in one.moves], [move.measures for move in other.moves]),
        ([move.label for move in one.moves], [move.label for move in other.moves]),
        horizon=horizon,
        closure=closure,
    )
    if found.failed:
        a, b = found.failed[0]
        pair = f"{found.menus[0][a].label} and {found.menus[1][b].label}"
        raise NoEquilibriumError(
            f"{len(found.failed)} pairs of packages have no equilibrium, the first {pair}"
        )
    return found


def frontier_in(
    world: World,
    sides: tuple[Side, Side],
    table: Payoffs,
    closure: Closure = "fixed",
    *,
    standing: bool = True,
) -> BargainingSet | None:
    """Return the efficient deals of a world, searched in full; None where there are none in parts."""
    found = bargain_of(world, sides, table, closure, scaled=True, standing=standing)
    return bargaining_set(found.table) if found.table else None


def power_in(world: World, sides: tuple[Side, Side], horizon: str) -> tuple[float, float]:
    """Return structural power of both sides in a world, log points times 100 (eq. 12.22)."""
    one, other = (
        100.0 * dependence(world, mine.members, yours.members[0], horizon=horizon).power
        for mine, yours in (sides, sides[::-1])
    )
    return one, other


def seven_in(
    world: World,
    sides: tuple[Side, Side],
    horizon: str,
    table: Payoffs,
    frontier: BargainingSet | None,
    closure: Closure = "fixed",
    *,
    standing: bool = True,
) -> SevenMeasures:
    """Return the seven measures of a world from its own equilibria (eq. 5.62).

    Args:
        world: The state of play.
        sides: Both sides, with moves as they work at the horizon.
        horizon: Name of the horizon.
        table: Every pair of packages in this world.
        frontier: Deals that are efficient in the first world; None where there are none.
        closure: `fixed` or `share`.
        standing: Whether deals can cut the tariffs in force between the sides.

    Raises:
        NoEquilibriumError: If a deal has no equilibrium.

    Examples:
        >>> from upperhand.measures import Tariff
        >>> from upperhand.talks.confrontation import Move, Side
        >>> from upperhand.world.toy import toy_world
        >>> def side(name: str, other: str) -> Side:
        ...     tariff = Tariff(by=name, against=[other], add_pp=50)
        ...     return Side(name, (name,), (Move("tariff", (tariff,), threat_pp=50),))
        >>> world, sides = toy_world(), (side("USA", "CHN"), side("CHN", "USA"))
        >>> table = table_in(world, sides, "medium")
        >>> found = seven_in(world, sides, "medium", table, None)
        >>> sorted(found.values)[:3]
        ['clock', 'credible_ceiling', 'escalation']
    """
    rows = ceiling_rows(world, sides, (horizon,), closure)
    ceilings = {row.side: row.break_even_pp for row in rows}
    if frontier is None:
        efficient = np.zeros((2, 2))
    else:
        efficient = efficient_again(world, sides, frontier, horizon, closure, standing=standing)
    talking = (float(efficient[-1, 0]), float(efficient[-1, 1]))
    return measures_from(
        sides,
        table,
        efficient[:-1],
        talking,
        power=power_in(world, sides, horizon),
        ceilings=(ceilings.get(sides[0].name), ceilings.get(sides[1].name)),
    )
