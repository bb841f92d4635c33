"""What is agreed: deals on the table, threat points, and who would break the deal (12.24-12.26)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError
from upperhand.equilibrium.solve import Closure
from upperhand.game.normal_form import bimatrix, solve_bimatrix
from upperhand.results.talks import Agreement
from upperhand.talks.alternating import limit_shares, political_rate
from upperhand.talks.bargaining import (
    Deal,
    Outcomes,
    egalitarian,
    kalai_smorodinsky,
    nash_solution,
    outcomes,
)
from upperhand.talks.menu import Payoffs, payoffs
from upperhand.talks.scaled_deals import critical_patience
from upperhand.talks.threats import variable_threats
from upperhand.world.world import World

if TYPE_CHECKING:
    from upperhand.talks.confrontation import Move, Side

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Deals:
    """Every deal on the table.

    Attributes:
        names: The terms of each deal in words.
        terms: The terms of each deal, one string for each thing done.
        usd_bn: [D, 2] payoffs of both sides, USD billion a year over the baseline.
        talking: Payoffs while the sides talk: what is in force stays in force.
        alone: [D, 2] payoffs of a side that keeps the other's part of the deal but not its own.
    """

    names: tuple[str, ...]
    terms: tuple[tuple[str, ...], ...]
    usd_bn: Array
    talking: tuple[float, float]
    alone: Array


def deals_of(world: World, sides: tuple[Side, Side], horizon: str, closure: Closure) -> Deals:
    """Solve every deal on the table (eq. 12.24).

    Each side keeps or drops what it has in force, and makes or does not make each of its offers;
    threats are not carried out.
    """
    parts = tuple(_parts(side) for side in sides)
    table = payoffs(
        world,
        (sides[0].name, sides[1].name),
        (sides[0].members, sides[1].members),
        ([m.measures for m, _ in parts[0]], [m.measures for m, _ in parts[1]]),
        ([m.label for m, _ in parts[0]], [m.label for m, _ in parts[1]]),
        horizon=horizon,
        closure=closure,
    )
    usd = table.usd / 1e3
    keep = [_keeping(table, side, parts[side]) for side in (0, 1)]
    names, terms, points, alone = [], [], [], []
    for a, b in product(range(usd.shape[1]), range(usd.shape[2])):
        if not np.isfinite(usd[:, a, b]).all():
            continue
        said = _terms(sides, table, parts, a, b)
        terms.append(said)
        names.append("; ".join(said) or "nothing changes")
        points.append(usd[:, a, b])
        alone.append([usd[0, keep[0], b], usd[1, a, keep[1]]])
    talking = usd[:, keep[0], keep[1]]
    return Deals(
        tuple(names),
        tuple(terms),
        np.array(points),
        (float(talking[0]), float(talking[1])),
        np.array(alone),
    )


def _parts(side: Side) -> list[tuple[Move, bool]]:
    """Return what a deal can be made of: (move in force, True) and (offer, False)."""
    return [(m, True) for m in side.moves if m.in_force] + [(m, False) for m in side.offers]


def _keeping(table: Payoffs, side: int, parts: Sequence[tuple[Move, bool]]) -> int:
    """Return the package in which a side keeps what is in force and offers nothing."""
    wanted = tuple(k for k, (_, in_force) in enumerate(parts) if in_force)
    return next(k for k, package in enumerate(table.menus[side]) if package.moves == wanted)


def _terms(
    sides: tuple[Side, Side],
    table: Payoffs,
    parts: tuple[Sequence[tuple[Move, bool]], ...],
    a: int,
    b: int,
) -> tuple[str, ...]:
    said = []
    for side, own, package in zip(
        sides, parts, (table.menus[0][a], table.menus[1][b]), strict=True
    ):
        for k, (move, in_force) in enumerate(own):
            if in_force and k not in package.moves:
                said.append(f"{side.name} lifts: {move.label}")
            if not in_force and k in package.moves:
                said.append(f"{side.name}: {move.label}")
    return tuple(said)


def threat_points(table: Payoffs, deals: Deals) -> dict[str, tuple[float, float]]:
    """Return what each side gets if the talks fail, by name, USD billion a year (eq. 12.25).

    `while talking` is the inside option; `menu war` is an equilibrium of the menu game, the one
    with the largest total where there are several; `everything` carries out all moves; `variable
    threats` is where Nash's optimal threats lead.
    """
    usd = table.usd / 1e3
    points = {
        "while talking": deals.talking,
        "everything": (float(usd[0, -1, -1]), float(usd[1, -1, -1])),
    }
    if table.failed:
        return points
    game = bimatrix(usd[0], usd[1])
    profiles = solve_bimatrix(game).profiles
    if profiles:
        best = max(profiles, key=lambda p: sum(p.payoffs))
        points["menu war"] = (float(best.payoffs[0]), float(best.payoffs[1]))
    points["variable threats"] = variable_threats(game).threat
    return points


def rates_of(sides: tuple[Side, Side]) -> tuple[float, float]:
    """Return the impatience of both sides, 1 a year (eq. 12.26)."""
    first, second = (political_rate(side.discount_rate, side.hazards) for side in sides)
    return first, second


def agreements(sides: tuple[Side, Side], table: Payoffs, deals: Deals) -> tuple[Agreement, ...]:
    """Return the deal from every threat point by every rule (eq. 12.26)."""
    frontier = outcomes(deals.usd_bn, names=deals.names)
    weights = limit_shares(rates_of(sides))
    rules: list[tuple[str, tuple[float, float] | None]] = [
        ("Nash, weights from the clocks", weights)
    ]
    rules += [(rule, None) for rule in ("Nash", "Kalai-Smorodinsky", "egalitarian")]
    return tuple(
        _agreement(rule, name, point, frontier, deals, powers)
        for name, point in threat_points(table, deals).items()
        for rule, powers in rules
    )


def _agreement(
    rule: str,
    threat: str,
    point: tuple[float, float],
    frontier: Outcomes,
    deals: Deals,
    weights: tuple[float, float] | None,
) -> Agreement:
    solve = {"Kalai-Smorodinsky": kalai_smorodinsky, "egalitarian": egalitarian}.get(rule)
    try:
        deal: Deal = (
            nash_solution(frontier, point, weights=weights)
            if solve is None
            else solve(frontier, point)
        )
    except OptionError as fault:
        return Agreement(
            threat, rule, (), None, point, None, (None, None), str(fault).split(";")[0]
        )
    k = deals.names.index(deal.label)
    gains = np.array(deal.payoffs) - np.array(point)
    shares = gains / gains.sum() if gains.sum() > 0 else None
    return Agreement(
        threat=threat,
        rule=rule,
        terms=deals.terms[k] or ("nothing changes, and the threats are not carried out",),
        payoffs_usd_bn=(float(deal.payoffs[0]), float(deal.payoffs[1])),
        threat_usd_bn=point,
        shares=None if shares is None else (float(shares[0]), float(shares[1])),
        would_break=(_patience(deals, k, point, 0), _patience(deals, k, point, 1)),
        selection=deal.selection,
    )


def _patience(deals: Deals, k: int, point: tuple[float, float], side: int) -> float | None:
    """Return the yearly discount factor above which a side keeps the deal (eq. 12.26)."""
    return critical_patience(float(deals.usd_bn[k, side]), float(deals.alone[k, side]), point[side])
