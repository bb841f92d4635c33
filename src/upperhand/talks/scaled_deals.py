"""What is agreed when deals come in parts: the rules on the frontier (model book, eq. 12.31-12.32)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError
from upperhand.results.talks import Agreement, BargainingSet, FrontierPoint
from upperhand.talks.bargaining import Deal, egalitarian, kalai_smorodinsky, nash_solution
from upperhand.talks.efficient import SAME, Front, efficiency, falling, polished
from upperhand.talks.frontiers import Curve, Frontier, outcomes, values_on
from upperhand.talks.scaling import Point, Scale
from upperhand.talks.terms import terms_of

Array = npt.NDArray[np.float64]
Pair = tuple[float, float]

CLOCK_RULE = "Nash, weights from the clocks"
OSSA_RULE = "equal gains in per cent (Ossa)"
RULES = (CLOCK_RULE, "Nash", "Kalai-Smorodinsky", "egalitarian", OSSA_RULE)
REFINED = 4  # rounds of refining the curve around a pick
BEYOND = 20.0  # units of the scale: a set of measures further out shows a local search
NEAR = 10.0  # units of the scale: a pick this near to a point solved takes that point


@dataclass(eq=False)
class Table:
    """The frontier of a confrontation, with what bargaining on it needs; learns from each deal.

    Attributes:
        scale: Payoffs by strengths.
        front: The efficient deals.
        income: Baseline income of each side, USD billion a year.
        points: Efficient deals solved so far.
        cheats: Payoffs of cheating that are known, by the strengths of the deal.
    """

    scale: Scale
    front: Front
    income: Pair
    points: tuple[Point, ...] = ()
    cheats: dict[bytes, Pair] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.points = self.front.points

    @property
    def curve(self) -> Frontier:
        """The frontier as a falling curve, or as one deal that is best for both."""
        return _curve(self.points)

    def settle(
        self, rule: str, threat: Pair, weights: Pair, *, polish: bool = True
    ) -> tuple[Deal, Solved]:
        """Return what a rule picks, solved exactly; the curve is refined until the pick stays.

        Args:
            rule: Name of the rule.
            threat: Payoffs if the talks fail.
            weights: Bargaining weights of the rule that has them.
            polish: Move along the frontier to the pick; else the strengths are read between
                efficient deals, which costs a second-order loss, and only payoffs are solved.

        Raises:
            OptionError: If no deal improves on the threat point.
        """
        deal = chosen(self, rule, threat, weights)
        for _ in range(REFINED if polish else 0):
            near = self._nearest(deal)
            if near is not None:
                return deal, Solved(near.strength, near.usd_bn, efficiency(near)[1])
            found = polished(self.front, float(deal.payoffs[0]))
            self.points = tuple(falling([*self.points, found]))
            deal = chosen(self, rule, threat, weights)
        near = self._nearest(deal)
        if near is not None:
            return deal, Solved(near.strength, near.usd_bn, efficiency(near)[1])
        strength = self._between(float(deal.payoffs[0]))
        return deal, Solved(strength, self.scale.worth(strength), None)

    def _nearest(self, deal: Deal) -> Point | None:
        """Return the efficient deal that was solved at a pick; None when there is none so near."""
        wanted = np.array(deal.payoffs)
        near = min(self.points, key=lambda p: float(np.abs(p.usd_bn - wanted).max()))
        apart = float(np.abs(near.usd_bn - wanted).max())
        return near if apart <= NEAR * self.scale.unit or len(self.points) == 1 else None

    def _between(self, payoff: float) -> Array:
        """Return strengths between the two efficient deals next to a payoff of the first side."""
        payoffs = np.array([p.usd_bn[0] for p in self.points])
        strengths = np.array([p.strength for p in self.points])
        return np.array([np.interp(payoff, payoffs, column) for column in strengths.T])

    def beaten_by(self, payoffs: Array) -> bool:
        """Return whether payoffs lie beyond the frontier by more than it is known."""
        best = self.front.points[-1 if payoffs[0] > self.front.points[-1].usd_bn[0] else 0].usd_bn
        if isinstance(self.curve, Curve) and self.curve.low <= payoffs[0] <= self.curve.high:
            best = np.array([payoffs[0], float(self.curve.other(payoffs[0]))])
        elif payoffs[0] < self.front.points[0].usd_bn[0]:
            best = np.array([payoffs[0], self.front.points[0].usd_bn[1]])
        return bool((payoffs - best).max() > BEYOND * self.scale.unit)

    def learn_cheating(self, strengths: Sequence[Array]) -> None:
        """Solve what cheating on some deals pays, where it is not known, all together."""
        new = {s.tobytes(): s for s in strengths if s.tobytes() not in self.cheats}
        if new:
            self.cheats |= zip(new, cheating(self.scale, list(new.values())), strict=True)

    def prizes(self) -> Pair | None:
        """Return what each side fights for, USD billion a year; see `prizes_on`."""
        talking = _pair(self.front.start.usd_bn)
        return prizes_on(self.curve, talking, close=SAME * self.scale.unit)


@dataclass(frozen=True, eq=False)
class Solved:
    """A deal that a rule picked: strengths, payoffs, and what more its derivatives promise."""

    strength: Array
    usd_bn: Array
    gap: float | None


def prizes_on(curve: Frontier, talking: Pair, *, close: float) -> Pair | None:
    """Return what each side gains a year if its own best deal is agreed, not the other's best.

    Best among the efficient deals that leave the other no worse than while talking; None where
    the two sides' best deals are the same.
    """
    if not isinstance(curve, Curve):
        return None
    grid = np.linspace(curve.low, curve.high, 2001)
    other = values_on(curve, grid)
    fine = (grid >= talking[0]) & (other >= talking[1])
    if not fine.any():
        return None
    prize = (float(np.ptp(grid[fine])), float(np.ptp(other[fine])))
    return prize if min(prize) > close else None


def _curve(points: tuple[Point, ...]) -> Frontier:
    return curve_through(np.array([p.usd_bn for p in points]))


def curve_through(table: Array) -> Frontier:
    """Return the falling curve through efficient payoffs, in order of the first side's."""
    if len(table) == 1:
        return outcomes(table, names=["the deal that is best for both"])
    from scipy.interpolate import PchipInterpolator

    return Curve(PchipInterpolator(table[:, 0], table[:, 1]), table[0, 0], table[-1, 0], whole=True)


def bargaining_set(table: Table) -> BargainingSet:
    """Return the frontier as plain data, with why it is as it is."""
    parts = tuple(part.about for part in table.scale.parts)
    points = tuple(
        FrontierPoint(_pair(p.usd_bn), tuple(float(x) for x in p.strength)) for p in table.points
    )
    gap = max(efficiency(p)[1] for p in table.points)
    return BargainingSet(parts, points, gap, why(table))


def why(table: Table) -> str:
    """Say which concessions help both sides at first, and where the interests part."""
    parts = [part.about for part in table.scale.parts]
    start = table.front.start
    gains = [(1.0 - 2.0 * p.now) * start.slope[:, k] for k, p in enumerate(parts)]
    concessions = [k for k, p in enumerate(parts) if p.role != "threat"]
    both = [k for k in concessions if gains[k].min() > 0]
    said = [f"{len(both)} of {len(concessions)} concessions help both sides at first"]
    for k, part in enumerate(parts):
        if part.role != "standing tariffs":
            continue
        own = 0 if part.side == parts[0].side else 1
        best = table.front.points[-1 if own == 0 else 0].strength[k]
        if k in both and best > 0.01:
            said.append(
                f"the {part.label} are higher than suits {part.side}: the best deal for {part.side} "
                f"would cut them by {best:.0%}"
            )
    if table.front.single:
        said.append("one deal is best for both sides, so there is nothing to split but the gain")
    return "; ".join(said)


def scaled_agreements(
    table: Table, threats: Mapping[str, Pair], weights: Pair
) -> tuple[Agreement, ...]:
    """Return the deal from every threat point by every rule, in parts (eq. 12.31).

    Deals from the last threat point, where both threaten as well as they can, and those of the
    first rule are solved on the frontier itself; the others between deals that are.
    """
    names = list(threats)
    picked = {
        (name, rule): _picked(
            table, rule, threats[name], weights, polish=name == names[-1] or rule == RULES[0]
        )
        for name in reversed(names)
        for rule in RULES
    }
    table.learn_cheating([pick.found.strength for pick in picked.values() if pick.found])
    return tuple(
        _agreement(table, rule, name, threats[name], picked[name, rule])
        for name in names
        for rule in RULES
    )


def chosen(table: Table, rule: str, point: Pair, weights: Pair) -> Deal:
    """Return what a rule picks on the curve.

    Raises:
        OptionError: If no deal improves on the threat point.
    """
    curve = table.curve
    if rule == CLOCK_RULE:
        return nash_solution(curve, point, weights=weights)
    if rule == OSSA_RULE:
        unit = np.array(table.income)
        deal = egalitarian(_in_per_cent(curve, unit), tuple(np.array(point) / unit))
        payoffs = np.array(deal.payoffs) * unit
        return replace(deal, payoffs=_pair(payoffs), gains=_pair(payoffs - point), rule=rule)
    if rule == "Kalai-Smorodinsky":
        return kalai_smorodinsky(curve, point)
    return egalitarian(curve, point) if rule == "egalitarian" else nash_solution(curve, point)


def _in_per_cent(curve: Frontier, unit: Array) -> Frontier:
    if not isinstance(curve, Curve):
        return outcomes(curve.points / unit, names=curve.names)
    return Curve(
        lambda u: curve.other(u * unit[0]) / unit[1],
        curve.low / unit[0],
        curve.high / unit[0],
        whole=True,
    )


class _Pick(NamedTuple):
    """What a rule picked and how, or why it picks nothing."""

    found: Solved | None
    words: str


def _picked(table: Table, rule: str, point: Pair, weights: Pair, *, polish: bool) -> _Pick:
    try:
        deal, found = table.settle(rule, point, weights, polish=polish)
    except OptionError as fault:
        return _Pick(None, str(fault).split(";")[0])
    return _Pick(found, _selection(table, deal, rule))


def _agreement(table: Table, rule: str, threat: str, point: Pair, pick: _Pick) -> Agreement:
    found = pick.found
    if found is None:
        return Agreement(threat, rule, (), None, point, None, (None, None), pick.words)
    parts = tuple(part.about for part in table.scale.parts)
    gains = found.usd_bn - np.array(point)
    shares = _pair(gains / gains.sum()) if gains.sum() > 0 and gains.min() >= 0 else None
    return Agreement(
        threat=threat,
        rule=rule,
        terms=terms_of(parts, found.strength.tolist())
        or ("nothing changes, and the threats are not carried out",),
        payoffs_usd_bn=_pair(found.usd_bn),
        threat_usd_bn=point,
        shares=shares,
        would_break=_patience(table, found, point),
        selection=pick.words,
        strengths=tuple(float(x) for x in found.strength),
        gap_usd_bn=found.gap,
    )


def _selection(table: Table, deal: Deal, rule: str) -> str:
    """Return how a deal was chosen, and whether the frontier ends before the rule is met."""
    ends = (table.points[0].usd_bn[0], table.points[-1].usd_bn[0])
    at_end = min(abs(float(deal.payoffs[0]) - float(end)) for end in ends) <= table.scale.unit
    equal = rule in ("Kalai-Smorodinsky", "egalitarian", OSSA_RULE)
    if at_end and equal and len(table.points) > 1:
        return f"{deal.selection}; the frontier ends before the gains are as the rule wants them"
    return deal.selection


def _patience(table: Table, found: Solved, point: Pair) -> tuple[float | None, float | None]:
    """Return the yearly discount factor above which each side keeps a deal (eq. 12.26)."""
    keep, cheat = found.usd_bn.tolist(), table.cheats[found.strength.tobytes()]
    first, second = (critical_patience(keep[k], cheat[k], point[k]) for k in (0, 1))
    return first, second


def cheating(scale: Scale, strengths: Sequence[Array]) -> list[Pair]:
    """Return what each side gets when it keeps the other's part of a deal, not its own (eq. 12.32).

    Args:
        scale: Payoffs by strengths.
        strengths: The deals.
    """
    owner, now = np.array([part.side for part in scale.parts]), scale.now
    ways = [np.where(owner == k, now, strength) for strength in strengths for k in (0, 1)]
    values = scale.worths(ways).reshape(-1, 2, 2)
    return [_pair(np.diagonal(of_deal)) for of_deal in values]


def critical_patience(keep: float, cheat: float, threat: float) -> float | None:
    """Return the yearly discount factor above which a side keeps a deal (eq. 12.26).

    Cheating pays for a year, then the talks have failed. None when cheating does not pay at all;
    1 when no patience is enough.

    Examples:
        >>> critical_patience(2.0, 3.0, 0.0), critical_patience(2.0, 1.0, 0.0)
        (0.3333333333333333, None)
    """
    if cheat <= keep + 1e-12:
        return None
    if cheat <= threat + 1e-12 or keep <= threat + 1e-12:
        return 1.0
    return (cheat - keep) / (cheat - threat)


def _pair(values: Any) -> Pair:
    return float(values[0]), float(values[1])
