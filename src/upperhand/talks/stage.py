"""The threat stage on payoffs of the model: carried out, believed, remembered (eq. 12.34-12.35)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError
from upperhand.results.talks import Signal, ThreatTest
from upperhand.talks.bargain import Bargain
from upperhand.talks.credibility import CarryOut, carry_out_test, needed_support
from upperhand.talks.frontiers import Curve
from upperhand.talks.menu import Payoffs
from upperhand.talks.reputation import chain_store
from upperhand.talks.setting import Setting
from upperhand.talks.signalling import Crisis, solve_crisis

if TYPE_CHECKING:
    from upperhand.talks.confrontation import Side

Array = npt.NDArray[np.float64]
TALKING = "while talking"
CLOCK_RULE = "Nash, weights from the clocks"


@dataclass(frozen=True, eq=False)
class Dispute:
    """What is at stake between two sides, payoffs in USD billion a year.

    Attributes:
        income: Baseline income of each side.
        talking: Payoffs while the sides talk.
        best: [2, 2] payoffs in the best deal of each side (row) that the other still accepts.
        settled: Payoffs in the deal from talking, with patience as weights.
        war: [2, 2] payoffs if a side (row) carries out everything and the other answers as is
            best for it.
    """

    income: Array
    talking: Array
    best: Array
    settled: Array
    war: Array


def dispute_of(sides: tuple[Side, Side], payoffs: Payoffs, bargain: Bargain) -> Dispute | None:
    """Return what is at stake (eq. 12.34); None where both sides want the same deal.

    An answer keeps what is in force: to drop it would be a concession.
    """
    table = bargain.table
    if table is None or bargain.prizes is None or not isinstance(table.curve, Curve):
        return None
    talking, curve = np.array(bargain.deals.talking), table.curve
    grid = np.linspace(curve.low, curve.high, 2001)
    points = np.stack([grid, curve.other(grid)], axis=1)
    points = points[(points >= talking).all(axis=1)]
    settled = [
        one.payoffs_usd_bn
        for one in bargain.agreed
        if (one.threat, one.rule) == (TALKING, CLOCK_RULE) and one.payoffs_usd_bn
    ]
    if not settled:
        return None
    usd = payoffs.usd / 1e3
    keeping = [_keeping(payoffs, sides, side) for side in (0, 1)]
    answers = (
        max(keeping[1], key=lambda b: float(usd[1, -1, b])),
        max(keeping[0], key=lambda a: float(usd[0, a, -1])),
    )
    return Dispute(
        income=np.array(table.income),
        talking=talking,
        best=np.array([points[points[:, k].argmax()] for k in (0, 1)]),
        settled=np.array(settled[0]),
        war=np.array([usd[:, -1, answers[0]], usd[:, answers[1], -1]]),
    )


def _keeping(payoffs: Payoffs, sides: tuple[Side, Side], side: int) -> list[int]:
    """Return the packages of a side that hold all that it has in force."""
    held = {k for k, move in enumerate(sides[side].moves) if move.in_force}
    return [k for k, package in enumerate(payoffs.menus[side]) if held <= set(package.moves)]


def threat_tests(
    sides: tuple[Side, Side], dispute: Dispute | None, setting: Setting
) -> tuple[ThreatTest, ...]:
    """Return for each side whether its threat would be carried out and believed (eq. 12.35)."""
    if dispute is None:
        return ()
    return tuple(_test(sides, dispute, setting, k) for k in (0, 1))


def _test(sides: tuple[Side, Side], dispute: Dispute, setting: Setting, k: int) -> ThreatTest:
    side, other = sides[k], sides[1 - k]
    audience = 0.01 * side.traits.audience_pct * float(dispute.income[k])
    war, back = float(dispute.war[k, k]), float(dispute.talking[k])
    test = carry_out_test(war, back, audience_cost=audience)
    signals, complete, words = _signals(dispute, setting, k, audience)
    fights, remembered = _chain(dispute, setting, k)
    if side.moves and all(move.in_force for move in side.moves):
        return _nothing_left(side, other, test, audience)
    does = "would carry it out" if test.credible else "would not carry it out"
    verb = "gains" if test.from_economy >= 0 else "loses"
    need = needed_support(war - back)
    sentence = (
        f"refused, {side.name} {does}: it {verb} USD {abs(test.from_economy):.3g} bn a year by it, and "
        f"backing down costs USD {audience:.2g} bn at home"
    )
    if need > 0 and not test.credible:
        share = 100 * need / float(dispute.income[k])
        sentence += f"; to be believed backing down would have to cost {share:.2g}% of its income"
    return ThreatTest(
        side=side.name,
        target=other.name,
        economy_usd_bn=test.from_economy,
        audience_usd_bn=audience,
        margin_usd_bn=test.margin,
        credible=test.credible,
        needed_usd_bn=need,
        signals=signals,
        complete=complete,
        signal_words=words,
        fights=fights,
        reputation_words=remembered,
        sentence=sentence,
    )


def _nothing_left(side: Side, other: Side, test: CarryOut, audience: float) -> ThreatTest:
    """Return the test of a side all of whose moves are in force."""
    words = "no threat is left to make"
    return ThreatTest(
        side=side.name,
        target=other.name,
        economy_usd_bn=test.from_economy,
        audience_usd_bn=audience,
        margin_usd_bn=test.margin,
        credible=test.credible,
        needed_usd_bn=0.0,
        signals=(),
        complete=True,
        signal_words=words,
        fights=None,
        reputation_words=words,
        sentence=f"{side.name} has nothing left to threaten with: all its moves are in force",
    )


def _signals(
    dispute: Dispute, setting: Setting, k: int, audience: float
) -> tuple[tuple[Signal, ...], bool, str]:
    """Return all equilibria of the threat stage, in standard deviations of what is private."""
    unit = 0.01 * setting.private_pct * dispute.income
    own, other = float(unit[k]), float(unit[1 - k])
    crisis = Crisis(
        status_quo=float(dispute.settled[k]) / own,
        challenger_wins=float(dispute.best[k, k]) / own,
        challenger_war=float(dispute.war[k, k]) / own,
        challenger_backs_down=(float(dispute.best[1 - k, k]) - audience) / own,
        target_concedes=float(dispute.best[k, 1 - k]) / other,
        target_war=float(dispute.war[k, 1 - k]) / other,
        target_wins=float(dispute.best[1 - k, 1 - k]) / other,
    )
    try:
        found = solve_crisis(crisis)
    except OptionError as fault:
        return (), True, f"no threat stage: {str(fault).split('; ')[0]}"
    signals = tuple(
        Signal(e.resist, e.challenge, e.carry_out, e.stable, e.outcomes) for e in found.equilibria
    )
    return signals, found.complete, found.sentence()


def _chain(dispute: Dispute, setting: Setting, k: int) -> tuple[float | None, str]:
    """Return how hard a side that would rather not fight does so because others watch (11.27)."""
    j = 1 - k
    gain = float(dispute.best[j, j] - dispute.best[k, j])
    loss = float(dispute.best[k, j] - dispute.war[k, j])
    if gain <= 0 or loss <= 0:
        why = "the threat hurts nobody" if loss <= 0 else "resisting brings nothing"
        return None, f"{why}, so there is no reputation to build"
    found = chain_store(
        gain / (gain + loss), remaining=int(setting.partners), prior=0.01 * setting.tough_pct
    )
    if found.deters:
        return found.fights, "its name deters the other side already"
    return found.fights, f"watched by others it carries out with probability {found.fights:.2g}"
