"""The ladder of escalation that a menu gives (equations 10.7, 12.12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from upperhand.game.escalation import Escalation, ladder, solve_ladder
from upperhand.results.talks import Rung
from upperhand.talks.menu import Payoffs

if TYPE_CHECKING:
    from upperhand.talks.confrontation import Side


def rungs_of(found: Payoffs) -> list[tuple[int, int]]:
    """Return pairs of packages from both holding to both doing everything, by growing harm.

    Each side adds its moves in the order of what they do to the other side alone, gentlest first;
    the two add in turn.
    """
    orders = []
    for side in (0, 1):
        menu = found.menus[side]
        single = [k for k, package in enumerate(menu) if len(package.moves) == 1]
        harm = {
            menu[k].moves[0]: float(found.usd[1, k, 0] if side == 0 else found.usd[0, 0, k])
            for k in single
        }
        moves = sorted(harm, key=lambda move: -harm[move])
        position = {package.moves: k for k, package in enumerate(menu)}
        chain = [position[tuple(sorted(moves[:size]))] for size in range(len(moves) + 1)]
        orders.append(chain)
    count = max(len(chain) for chain in orders)
    return [
        (orders[0][min(k, len(orders[0]) - 1)], orders[1][min(k, len(orders[1]) - 1)])
        for k in range(count)
    ]


def solved_ladder(sides: tuple[Side, Side], found: Payoffs) -> Escalation:
    """Return backward induction on the ladder; a side that concedes drops its moves."""
    pairs = rungs_of(found)
    usd = found.usd / 1e3
    hold = np.array([usd[:, a, b] for a, b in pairs])
    concede = np.array([[usd[:, 0, b], usd[:, a, 0]] for a, b in pairs])
    game = ladder(hold, concede, rungs=_names(found, pairs), sides=(sides[0].name, sides[1].name))
    return solve_ladder(game)


def ladder_of(sides: tuple[Side, Side], found: Payoffs) -> tuple[tuple[Rung, ...], str]:
    """Return the rungs with payoffs and risks, and where each side stops, in words."""
    if found.failed:
        return (), "the ladder was not solved: some pairs of packages have no equilibrium"
    pairs, solved = rungs_of(found), solved_ladder(sides, found)
    rungs = tuple(
        Rung(
            name=name,
            usd_bn=(float(found.usd[0, a, b] / 1e3), float(found.usd[1, a, b] / 1e3)),
            critical_risk=(_risk(solved, k, 0), _risk(solved, k, 1)),
        )
        for k, (name, (a, b)) in enumerate(zip(_names(found, pairs), pairs, strict=True))
    )
    stops = "; ".join(
        f"{side.name} stops at rung {stop} of {len(pairs) - 1}"
        for side, stop in zip(sides, solved.stop, strict=True)
    )
    path = ", then ".join(f"{who} chooses to {choice}" for _, who, choice in solved.path)
    tie = "; another path is as good" if solved.tie else ""
    return rungs, f"{stops}. Moving in turn, {path}{tie}."


def _risk(solved: Escalation, rung: int, side: int) -> float | None:
    value = float(solved.critical_risk[rung, side])
    return value if np.isfinite(value) else None


def _names(found: Payoffs, pairs: list[tuple[int, int]]) -> tuple[str, ...]:
    return tuple(
        f"{k}: {found.sides[0]} {found.menus[0][a].label}; {found.sides[1]} {found.menus[1][b].label}"
        for k, (a, b) in enumerate(pairs)
    )
