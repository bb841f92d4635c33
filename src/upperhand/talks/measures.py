"""The seven measures of leverage on the payoffs of a confrontation (equations 12.1-12.14)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from upperhand.equilibrium.solve import Closure
from upperhand.game.normal_form import bimatrix
from upperhand.results.names import in_words
from upperhand.results.talks import Agreement, Ceiling, Leverage, LeverageRow
from upperhand.talks.attribution import shapley
from upperhand.talks.bargain import Bargain
from upperhand.talks.by_sector import by_group_and_sector
from upperhand.talks.dependence import dependence
from upperhand.talks.ladder import solved_ladder
from upperhand.talks.leverage import Clock, PainRatio, clock, pain_ratio, upper_hand
from upperhand.talks.menu import Payoffs
from upperhand.talks.threats import variable_threats
from upperhand.world.shock import compose_all
from upperhand.world.world import World

if TYPE_CHECKING:
    from upperhand.talks.confrontation import Side

Array = npt.NDArray[np.float64]

BASE = "variable threats"  # the threat point from which the surplus share is reported
RULE = "Nash, weights from the clocks"
NODES = 8  # of the path to everything; what they leave is spread
SPREAD = 1e-6  # share of the parts: a larger gap of the quadrature is left to be seen
NEGLIGIBLE = 1e-3  # per cent of real income: a smaller loss is none
KNOWN = 2e-3  # shares of the surplus closer to one half than this are one half
Parts = dict[str, dict[str, float]]
ALIKE = 1e-2  # relative difference of patience below which both wait alike


def leverage_at(
    world: World,
    sides: tuple[Side, Side],
    table: Payoffs,
    ceilings: Sequence[Ceiling],
    bargain: Bargain,
    closure: Closure,
    *,
    sectors: Parts | None = None,
) -> Leverage:
    """Return the seven measures at the horizon of a table, with their attribution.

    `sectors` are those of `parts_of_sectors`, where they are known.
    """
    names = (sides[0].name, sides[1].name)
    usd, percent = table.usd / 1e3, table.percent
    if table.failed:
        return Leverage(
            table.horizon, (), None, "no answer: some packages have no equilibrium", {}, {}
        )
    advantage = variable_threats(bimatrix(usd[0], usd[1])).advantage
    share = _share(bargain.agreed)
    ticking = clock_of(usd, bargain)
    signs = signs_of(advantage, share, ticking)
    verdict = upper_hand(*signs, sides=names)
    rows = (
        _pain(names, percent),
        _ceiling(names, ceilings, table.horizon),
        _power(world, sides, table.horizon),
        _advantage(names, advantage),
        _surplus(names, share),
        _ticking(names, ticking),
        _escalation(names, sides, table),
    )
    groups = shapley(lambda chosen: _restricted(table, chosen), _groups(table))
    sectors = sectors or parts_of_sectors(world, sides, table, closure)
    return Leverage(
        horizon=table.horizon,
        rows=rows,
        holder=verdict.holder,
        sentence=verdict.sentence,
        by_group=groups.parts,
        by_sector={
            code: math.fsum(part.get(code, 0.0) for part in sectors.values())
            for code in world.sectors
        },
        by_move_and_sector=sectors,
    )


def _pain(names: tuple[str, str], percent: Array) -> LeverageRow:
    """M1: harm to the other per unit of self-harm, each side's whole package alone."""
    mine, yours = pain_ratios(percent)
    words = "; ".join(f"{n}: {r.sentence}" for n, r in zip(names, (mine, yours), strict=True))
    favours = None
    if mine.ratio is not None and yours.ratio is not None:
        favours = names[int(yours.ratio > mine.ratio)]
    elif (mine.kind == "free threat") != (yours.kind == "free threat"):
        favours = names[int(yours.kind == "free threat")]
    return LeverageRow("pain_ratio", "Pain ratio", "1", (mine.ratio, yours.ratio), favours, words)


def pain_ratios(percent: Array) -> tuple[PainRatio, PainRatio]:
    """Return each side's pain ratio, its whole package alone (eq. 12.1).

    A loss below a thousandth of one per cent of real income counts as none: a ratio to it would say
    more about rounding than about the threat.
    """
    mine = pain_ratio(float(percent[0, -1, 0]), float(percent[1, -1, 0]), close=NEGLIGIBLE)
    yours = pain_ratio(float(percent[1, 0, -1]), float(percent[0, 0, -1]), close=NEGLIGIBLE)
    return mine, yours


def _ceiling(names: tuple[str, str], ceilings: Sequence[Ceiling], horizon: str) -> LeverageRow:
    """M2: the largest add-on tariff that pays for itself."""
    found = {c.side: c for c in ceilings if c.horizon == horizon}
    values = tuple(found[n].break_even_pp if n in found else None for n in names)
    favours = None
    if values[0] is not None and values[1] is not None and abs(values[0] - values[1]) > 1e-9:
        favours = names[int(values[1] > values[0])]
    words = "; ".join(found[n].sentence for n in names if n in found)
    label = "Credible ceiling of a tariff"
    return LeverageRow(
        "credible_ceiling", label, "percentage points", (values[0], values[1]), favours, words
    )


def _power(world: World, sides: tuple[Side, Side], horizon: str) -> LeverageRow:
    """M3: what a cut of all supplies would cost the other's first member, at fixed wages."""
    mine = dependence(world, sides[0].members, sides[1].members[0], horizon=horizon)
    yours = dependence(world, sides[1].members, sides[0].members[0], horizon=horizon)
    names = (sides[0].name, sides[1].name)
    words = "; ".join(
        f"{name} is in {found.look_through:.1%} of what {found.target} buys (most in "
        f"{'; '.join(in_words(code, world.sector_names) for code, _, _ in found.sectors[:3])})"
        for name, found in zip(names, (mine, yours), strict=True)
    )
    values = (100.0 * mine.power, 100.0 * yours.power)
    favours = names[int(values[1] > values[0])]
    return LeverageRow("structural_power", "Structural power", "log points", values, favours, words)


def _advantage(names: tuple[str, str], advantage: float) -> LeverageRow:
    """M4: value of the game of damage."""
    holder = None if abs(advantage) < 1e-9 else names[int(advantage < 0)]
    words = (
        "the threats of the two sides balance"
        if holder is None
        else f"with the best threats {holder} does USD {abs(advantage):.3g} bn a year more damage "
        "than it suffers"
    )
    return LeverageRow(
        "threat_advantage",
        "Threat-point advantage",
        "USD bn a year",
        (advantage, -advantage),
        holder,
        words,
    )


def _share(agreed: Sequence[Agreement]) -> float | None:
    for item in agreed:
        if item.threat == BASE and item.rule == RULE:
            return None if item.shares is None else item.shares[0]
    return None


def _surplus(names: tuple[str, str], share: float | None) -> LeverageRow:
    """M5: share of the surplus over the point where variable threats lead."""
    if share is None:
        words = (
            "no deal on the table beats the threats of both sides, so there is no surplus to share"
        )
        return LeverageRow("surplus_share", "Surplus share", "1", (None, None), None, words)
    favours = None if abs(share - 0.5) <= KNOWN else names[int(share < 0.5)]
    words = f"{names[0]} gets {share:.0%} and {names[1]} {1 - share:.0%} of the gain from agreeing"
    return LeverageRow("surplus_share", "Surplus share", "1", (share, 1 - share), favours, words)


def clock_of(usd: Array, bargain: Bargain) -> Clock | None:
    """M6: what the standoff costs each side a year, against what it fights for (eq. 12.10).

    What a side fights for is the yearly difference between the two sides' best deals for as long as
    its impatience lets it count.
    """
    return clock_from(usd, bargain.prizes, bargain.rates)


def clock_from(
    usd: Array, prizes: tuple[float, float] | None, rates: tuple[float, float]
) -> Clock | None:
    """Return the clock of a table of payoffs, yearly prizes and impatience (eq. 12.10)."""
    if prizes is None:
        return None
    losses = [-float(usd[side, -1, -1]) for side in (0, 1)]
    return clock(losses, [p / r for p, r in zip(prizes, rates, strict=True)])


def signs_of(
    advantage: float, share: float | None, ticking: Clock | None
) -> tuple[float, float, float]:
    """Return what the upper hand is read from; what the search cannot tell from even is even.

    Returns:
        The threat-point advantage, the first side's share, and the difference of patience, zero
        when there is nothing to wait for.
    """
    even = share is None or abs(share - 0.5) <= KNOWN
    patience = 0.0
    if ticking is not None and ticking.favours is not None:
        mine, yours = ticking.patience
        both = mine == yours == float("inf")
        patience = float("inf") if both else float(np.subtract(mine, yours))
        patience = 0.0 if abs(patience) <= ALIKE * min(mine, yours) else patience
    return advantage, 0.5 if even or share is None else share, patience


def _ticking(names: tuple[str, str], ticking: Clock | None) -> LeverageRow:
    label, unit = "Clock: how long waiting pays", "years"
    if ticking is None:
        words = "both sides want the same deal, so there is nothing to wait for"
        return LeverageRow("clock", label, unit, (None, None), None, words)
    sign = signs_of(0.0, None, ticking)[2]
    favours = None if sign == 0.0 else names[int(sign < 0.0)]
    values = tuple(float(p) if np.isfinite(p) else None for p in ticking.patience)
    losses = " and ".join(
        f"{n} USD {loss:.3g} bn a year" for n, loss in zip(names, ticking.flow_loss, strict=True)
    )
    words = f"with everything carried out the standoff costs {losses}"
    if ticking.median is not None:
        words += (
            f"; in attrition half of such standoffs end within {12 * ticking.median:.2g} months"
        )
    return LeverageRow("clock", label, unit, (values[0], values[1]), favours, words)


def _escalation(names: tuple[str, str], sides: tuple[Side, Side], table: Payoffs) -> LeverageRow:
    """M7: the rung at which each side would stop."""
    solved = solved_ladder(sides, table)
    values = (float(solved.stop[0]), float(solved.stop[1]))
    later = None if solved.stops_first is None else names[int(solved.stops_first == names[0])]
    words = (
        "both stop at the same rung"
        if solved.stops_first is None
        else f"{solved.stops_first} stops first"
    )
    return LeverageRow("escalation", "Escalation: stops at rung", "rung", values, later, words)


def _groups(table: Payoffs) -> list[str]:
    """Return the moves of both sides as groups, each with its side's name."""
    return [
        f"{side}: {package.label}"
        for side, menu in zip(table.sides, table.menus, strict=True)
        for package in menu
        if len(package.moves) == 1
    ]


def _restricted(table: Payoffs, chosen: frozenset[str]) -> float:
    """Return the threat-point advantage when only the chosen moves exist."""
    kept = []
    for side, menu in zip(table.sides, table.menus, strict=True):
        allowed = {
            package.moves[0]
            for package in menu
            if len(package.moves) == 1 and f"{side}: {package.label}" in chosen
        }
        kept.append([k for k, package in enumerate(menu) if set(package.moves) <= allowed])
    own, other = (side[np.ix_(kept[0], kept[1])] / 1e3 for side in table.usd)
    damage = own - other
    floor, roof = damage.min(axis=1).max(), damage.max(axis=0).min()
    if floor == roof:  # a saddle point in pure threats needs no linear program
        return float(floor)
    return variable_threats(bimatrix(own, other)).advantage


def parts_of_sectors(
    world: World, sides: tuple[Side, Side], table: Payoffs, closure: Closure
) -> Parts:
    """Return damage to the second side less damage to the first by move and sector, USD billion.

    What the quadrature leaves, about 1e-7 of the total, is spread in proportion to the parts.
    """
    weights = np.zeros(len(world.countries))
    for sign, side in ((1.0, sides[0]), (-1.0, sides[1])):
        inside = np.isin(world.countries, side.members)
        weights = weights + sign * np.where(inside, world.income, 0.0) / 1e3
    moves = [(f"{side.name}: {move.label}", move) for side in sides for move in side.moves]
    groups = [compose_all(world, move.measures) for _, move in moves]
    found = by_group_and_sector(
        world, groups, weights, horizon=table.horizon, closure=closure, nodes=NODES
    )
    gap = float(table.usd[0, -1, -1] - table.usd[1, -1, -1]) / 1e3 - float(found.sum())
    size = float(np.abs(found).sum())
    if abs(gap) <= SPREAD * size:
        found = found + gap * np.abs(found) / (size or 1.0)
    return {
        name: {
            code: float(value)
            for code, value in zip(world.sectors, row, strict=True)
            if value != 0.0
        }
        for (name, _), row in zip(moves, found, strict=True)
    }


def settlement_curve(table: Payoffs, bargain: Bargain) -> tuple[tuple[float, float], ...]:
    """Return (months, chance that the standoff has been settled by then), from attrition.

    Empty when some side does not lose, or both want the same deal: then there is no race to
    give in, and no distribution.
    """
    ticking = clock_of(table.usd / 1e3, bargain) if not table.failed else None
    if ticking is None or ticking.hazard is None:
        return ()
    rate = sum(ticking.hazard)
    months = np.arange(0, 37)
    return tuple((float(m), float(1.0 - np.exp(-rate * m / 12.0))) for m in months)
