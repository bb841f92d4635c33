"""Protocols of talks and clocks of settlement on payoffs of the model (eq. 12.36-12.37)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError
from upperhand.results.talks import Protocol, SettlementClock
from upperhand.talks.alternating import (
    breakdown_risk,
    finite_horizon,
    limit_shares,
    outside_options,
    rubinstein,
)
from upperhand.talks.attrition import abreu_gul, audience_crisis, known_costs
from upperhand.talks.bargain import Bargain
from upperhand.talks.frontiers import Curve
from upperhand.talks.setting import Setting
from upperhand.talks.stage import TALKING, Dispute

if TYPE_CHECKING:
    from upperhand.talks.confrontation import Side

Array = npt.NDArray[np.float64]
Pair = tuple[float, float]
MONTHS = np.arange(0.0, 37.0)
BASE = "variable threats"
MIXED = "the mixed equilibrium; in two more, one side gives in at once"


def protocols(
    sides: tuple[Side, Side], dispute: Dispute | None, bargain: Bargain, setting: Setting
) -> tuple[Protocol, ...]:
    """Return what each protocol of talks gives, as a point of the frontier (eq. 12.36)."""
    if dispute is None or bargain.table is None or not isinstance(bargain.table.curve, Curve):
        return ()
    names, curve = (sides[0].name, sides[1].name), bargain.table.curve
    rates = bargain.rates
    wait = setting.offer_days / 365.0
    delta = (float(np.exp(-rates[0] * wait)), float(np.exp(-rates[1] * wait)))
    first, second = rubinstein(delta), rubinstein(delta[::-1])
    pace = f"an offer every {setting.offer_days:g} days"
    rows: list[tuple[str, str, Pair, str]] = [
        ("offers in quick turn, no deadline", TALKING, limit_shares(rates), "patience decides"),
        (f"{pace}, {names[0]} begins", TALKING, first, "patience, and a little the first word"),
        (
            f"{pace}, {names[1]} begins",
            TALKING,
            second[::-1],
            "patience, and a little the first word",
        ),
    ]
    rows += _deadline(names, delta, setting)
    rows.append(_outside(delta, dispute, bargain))
    rows.append(_breakdown(rates, dispute, setting, bargain))
    return tuple(_row(curve, bargain, *row) for row in rows)


def _surplus(curve: Curve, threat: Array) -> float:
    """Return the largest sum of gains over a threat point that both accept."""
    grid = np.linspace(curve.low, curve.high, 2001)
    gains = np.stack([grid, curve.other(grid)], axis=1) - threat
    fits = gains[(gains >= 0).all(axis=1)]
    return float(fits.sum(axis=1).max()) if len(fits) else 0.0


def _row(
    curve: Curve, bargain: Bargain, name: str, over: str, shares: Pair, words: str
) -> Protocol:
    """Return the point of the frontier at which the gains over a threat point have these shares."""
    threat = np.array(bargain.threats.get(over, bargain.deals.talking))
    grid = np.linspace(curve.low, curve.high, 4001)
    gains = np.stack([grid, curve.other(grid)], axis=1) - threat
    gains = gains[(gains >= 0).all(axis=1)]
    if not len(gains) or np.isnan(shares[0]):
        return Protocol(name, over, None, None, words)
    at = gains[int(np.abs(gains[:, 0] / gains.sum(axis=1) - shares[0]).argmin())]
    share = float(at[0] / at.sum())
    point = (float(threat[0] + at[0]), float(threat[1] + at[1]))
    if abs(share - shares[0]) > 0.02:
        words += f"; the frontier ends at a share of {share:.0%}, short of {shares[0]:.0%}"
    return Protocol(name, over, (share, 1.0 - share), point, words)


def _deadline(
    names: Pair | tuple[str, str], delta: Pair, setting: Setting
) -> list[tuple[str, str, Pair, str]]:
    if setting.days_left is None or setting.days_left < setting.offer_days:
        return []
    count = int(setting.days_left // setting.offer_days)
    when = setting.deadline.isoformat() if setting.deadline else f"{setting.days_left:g} days"
    rows = []
    for last in (0, 1):
        begins = last if count % 2 else 1 - last
        order = delta if begins == 0 else delta[::-1]
        found = finite_horizon(order, count)
        shares = found if begins == 0 else found[::-1]
        name = f"deadline {when}, {count} offers, the last by {names[last]}"
        rows.append(
            (name, BASE, shares, "who speaks last takes nearly all that failure would cost")
        )
    return rows


def _outside(delta: Pair, dispute: Dispute, bargain: Bargain) -> tuple[str, str, Pair, str]:
    """The option to leave for the equilibrium of the menu, a lasting war."""
    name = "either side may leave for a lasting war"
    curve = bargain.table.curve if bargain.table else None
    assert isinstance(curve, Curve)
    total = _surplus(curve, dispute.talking)
    war = np.array(bargain.threats.get("menu war", bargain.threats["everything"]))
    options = np.clip((war - dispute.talking) / total, 0.0, None) if total else np.ones(2)
    try:
        found = outside_options(delta, options.tolist())
    except OptionError:
        none = (float("nan"), float("nan"))
        return name, TALKING, none, "leaving is worth more than any deal: talks fail"
    if any(found.binding):
        return name, TALKING, found.shares, "the option binds and sets the split"
    return name, TALKING, found.shares, "the option does not bind, so it changes nothing"


def _breakdown(
    rates: Pair, dispute: Dispute, setting: Setting, bargain: Bargain
) -> tuple[str, str, Pair, str]:
    """Talks that break down by themselves and end with everything carried out."""
    curve = bargain.table.curve if bargain.table else None
    assert isinstance(curve, Curve)
    total = _surplus(curve, dispute.talking)
    after = np.array(bargain.threats["everything"]) - dispute.talking
    hazard = setting.breakdown_per_year
    name = f"talks break down at {hazard:g} a year, then everything is carried out"
    try:
        first, second = breakdown_risk(total, rates, hazard, after.tolist())
    except OptionError:
        none = (float("nan"), float("nan"))
        return name, TALKING, none, "waiting for breakdown is better than a deal: talks fail"
    shares = (first / (first + second), second / (first + second))
    return name, TALKING, shares, "who fears breakdown more gives more"


def settlement_clocks(
    sides: tuple[Side, Side], dispute: Dispute | None, bargain: Bargain
) -> tuple[SettlementClock, ...]:
    """Return when the standoff ends, by three kinds of attrition (eq. 12.37).

    The standoff is everything carried out, and what is in force while talking.
    """
    if dispute is None or bargain.prizes is None:
        return ()
    worth = [p / r for p, r in zip(bargain.prizes, bargain.rates, strict=True)]
    everything = -np.array(bargain.threats["everything"])
    rows = []
    for name, loss in (
        ("known costs, everything carried out", everything),
        ("known costs, as things stand", -dispute.talking),
    ):
        if min(loss) <= 0:
            rows.append(
                _no_clock(name, "a side does not lose by waiting, so nobody needs to give in")
            )
            continue
        war = known_costs(loss.tolist(), worth)
        rows.append(_clock(name, 1.0 - war.survival(MONTHS / 12), 12 * war.median, MIXED))
    rows.append(_stubborn(sides, dispute, bargain))
    rows.append(_audience(sides, dispute, everything, worth))
    return tuple(rows)


def _clock(name: str, settled: Array, median: float, words: str) -> SettlementClock:
    curve = tuple((float(m), float(p)) for m, p in zip(MONTHS, settled, strict=True))
    quarter = float(np.interp(3.0, MONTHS, settled))
    known = float(median) if np.isfinite(median) else None
    return SettlementClock(name, known, quarter, curve, words)


def _no_clock(name: str, words: str) -> SettlementClock:
    return SettlementClock(name, None, None, (), words)


def _stubborn(sides: tuple[Side, Side], dispute: Dispute, bargain: Bargain) -> SettlementClock:
    name = "stubborn kinds, each insisting on its best deal"
    gains = dispute.best - dispute.talking
    shares = [float(gains[k, k] / gains[k].sum()) for k in (0, 1)]
    priors = [0.01 * side.traits.stubborn_pct for side in sides]
    try:
        war = abreu_gul([min(s, 1 - 1e-9) for s in shares], bargain.rates, priors)
    except OptionError as fault:
        return _no_clock(name, str(fault).split(";")[0])
    weak = "neither gives in at once" if war.weak is None else (
        f"{sides[war.weak].name} gives in at once with probability {war.initial[war.weak]:.2f}"
    )  # fmt: skip
    words = f"{weak}; no deal ever with probability {war.stubborn:.3f}"
    return _clock(name, war.settled(MONTHS / 12), 12 * war.quantile(0.5), words)


def _audience(
    sides: tuple[Side, Side], dispute: Dispute, loss: Array, worth: list[float]
) -> SettlementClock:
    name = "audience costs that grow while a threat stands"
    growth = [
        0.01 * s.traits.audience_pct * float(m) for s, m in zip(sides, dispute.income, strict=True)
    ]
    if min(growth) <= 0 or min(loss) <= 0:
        return _no_clock(name, "needs audience costs and losses on both sides")
    crisis = audience_crisis(float(np.mean(worth)), growth, [1.0 / float(x) for x in loss])
    alive = crisis.survival(MONTHS / 12)
    settled = 1.0 - alive[0] * alive[1]
    words = (
        f"everything is carried out with probability {crisis.war:.2g}, at the latest after "
        f"{12 * crisis.horizon:.0f} months"
    )
    fine = np.linspace(0.0, crisis.horizon, 4001)
    both = np.prod(crisis.survival(fine), axis=0)
    half = np.flatnonzero(both <= 0.5)
    return _clock(name, settled, 12 * float(fine[half[0]]) if len(half) else float("inf"), words)
