"""Leverage: seven measures with their units, and the rule for saying who has the upper hand.

The measures take payoffs that some model produced; they solve nothing. Where a number would
mislead, the measure says so in words instead.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from upperhand.game.checks import check, number_faults, shape_faults

PainKind = Literal["ratio", "free threat", "harmless", "helps both", "favour"]


@dataclass(frozen=True, slots=True)
class PainRatio:
    """Harm to the other side per unit of harm to oneself (M1).

    Attributes:
        ratio: The ratio, unit 1; None unless both sides lose.
        kind: `ratio` (both lose), `free threat` (only the other loses), `harmless` (only the
            threatener loses, or nobody), `helps both`, or `favour` (the other gains).
        sentence: The measure in words.
    """

    ratio: float | None
    kind: PainKind
    sentence: str


def pain_ratio(own_change: float, other_change: float, *, close: float = 1e-12) -> PainRatio:
    """Return harm to the other per unit of self-harm, or what there is instead of one (eq. 12.1).

    A negative ratio has no meaning and is never formed: a threat that costs its maker nothing is
    a free threat.

    Args:
        own_change: Change in the threatener's payoff, in per cent or money.
        other_change: Change in the target's payoff, in the same unit.
        close: Changes smaller than this count as zero.

    Examples:
        >>> pain_ratio(-0.4, -1.0).ratio
        2.5
        >>> pain_ratio(0.1, -1.0).kind
        'free threat'
        >>> pain_ratio(-0.4, 0.2).sentence
        'no ratio: the target gains and the threatener pays'
    """
    check(
        "pain ratio",
        number_faults("own_change", own_change, do="give the change in the own payoff"),
        number_faults("other_change", other_change, do="give the change in the other's payoff"),
        number_faults("close", close, at_least=0.0, do="1e-12 is usual"),
    )
    hurts_other, hurts_self = other_change < -close, own_change < -close
    if hurts_other and hurts_self:
        ratio = other_change / own_change
        return PainRatio(ratio, "ratio", f"{ratio:.3g} of harm for each unit of self-harm")
    if hurts_other:
        return PainRatio(None, "free threat", "no ratio: the threat costs its maker nothing")
    if other_change > close and hurts_self:
        return PainRatio(None, "favour", "no ratio: the target gains and the threatener pays")
    if hurts_self or abs(own_change) <= close:
        return PainRatio(None, "harmless", "no ratio: the threat does not hurt its target")
    return PainRatio(None, "helps both", "no ratio: nobody loses, so this is no threat")


@dataclass(frozen=True, slots=True)
class SurplusShare:
    """What leverage is worth at the table (M5).

    Attributes:
        shares: Each side's share of the surplus over the threat point, unit 1.
        surplus: The surplus, in the unit of the payoffs.
        transfer: What the first side gets over an equal split, same unit.
    """

    shares: tuple[float, ...]
    surplus: float
    transfer: float


def surplus_share(payoffs: Sequence[float], threat: Sequence[float]) -> SurplusShare:
    """Return each side's share of the gain from agreement (eq. 12.9).

    Args:
        payoffs: Payoffs in the deal, in a unit that can be added across sides (money).
        threat: Payoffs without a deal, same unit.

    Raises:
        OptionError: If the deal creates no surplus, or a side would refuse it.

    Examples:
        >>> found = surplus_share((5.0, 3.0), (2.0, 2.0))
        >>> found.shares, found.transfer
        ((0.75, 0.25), 1.0)
    """
    sides = len(tuple(payoffs))
    faults = number_faults("payoffs", list(payoffs), do="give finite payoffs")
    faults += shape_faults("threat", list(threat), (sides,), do="give one payoff a side")
    faults += number_faults("threat", list(threat), do="give finite payoffs")
    check("surplus", faults)
    gains = np.asarray(payoffs, dtype=float) - np.asarray(threat, dtype=float)
    total = float(gains.sum())
    if total <= 0.0 or gains.min() < -1e-9 * abs(total):
        check(
            "surplus",
            [
                f"gains are {gains.tolist()}, allowed: none negative, a positive sum; "
                "a side would refuse this deal, so report that there is none"
            ],
        )
    shares = tuple(float(g) for g in gains / total)
    return SurplusShare(shares, total, float(gains[0] - total / sides))


@dataclass(frozen=True, slots=True)
class Clock:
    """Who bleeds faster, and until when (M6).

    Attributes:
        flow_loss: Loss of each side per unit of time.
        patience: For each side, prize over flow loss: how long waiting is worth it, in time units.
        hazard: Rate at which each side gives in, in the mixed equilibrium of attrition; None when
            a side does not lose, for then it has no reason to give in.
        median: Median time to a settlement; None with the hazards.
        favours: Position of the side that gives in less often, or None when both are alike.
    """

    flow_loss: tuple[float, float]
    patience: tuple[float, float]
    hazard: tuple[float, float] | None
    median: float | None
    favours: int | None


def clock(flow_loss: Sequence[float], prizes: Sequence[float]) -> Clock:
    """Return who bleeds faster relative to what it fights for (eq. 12.10).

    In the mixed equilibrium of attrition the *other* side's cost makes a side give in; what counts
    for the clock is who can wait longer, the side with the larger prize over cost. A side that
    does not lose has no need to settle, and no median exists.

    Args:
        flow_loss: Loss of each side per unit of time; negative is a gain.
        prizes: What each side gains if the other gives in, positive.

    Examples:
        >>> found = clock((0.02, 0.05), (1.5, 1.5))
        >>> round(found.median, 4), found.favours
        (14.8532, 0)
        >>> clock((-0.01, 0.05), (1.0, 1.0)).favours
        0
    """
    faults = shape_faults("flow_loss", flow_loss, (2,), do="give one loss a side")
    faults += number_faults("flow_loss", flow_loss, do="give finite losses")
    faults += shape_faults("prizes", prizes, (2,), do="give one prize a side")
    faults += number_faults("prizes", prizes, above=0.0, do="give what winning is worth")
    check("clock", faults)
    loss, prize = [float(x) for x in flow_loss], [float(x) for x in prizes]
    patience = tuple(p / c if c > 0.0 else math.inf for c, p in zip(loss, prize, strict=True))
    pull = [max(0.0, c) / p for c, p in zip(loss, prize, strict=True)]
    both = min(pull) > 0.0
    hazard = (pull[1], pull[0]) if both else None
    median = None if hazard is None else math.log(2.0) / sum(hazard)
    alike = patience[0] == patience[1] or abs(pull[0] - pull[1]) <= 1e-12 * max(pull)
    favours = None if alike else int(patience[1] > patience[0])
    return Clock((loss[0], loss[1]), (patience[0], patience[1]), hazard, median, favours)


def half_life(loss: Sequence[float], time: Sequence[float]) -> float | None:
    """Return when a loss has halved, between the dates given, or None if it does not (eq. 12.12).

    Args:
        loss: Loss at each date, the first one positive.
        time: Dates, rising.

    Examples:
        >>> half_life([2.0, 1.5, 0.5], [0.0, 1.0, 3.0])
        2.0
        >>> half_life([2.0, 1.9], [0.0, 1.0]) is None
        True
    """
    faults = number_faults("loss", list(loss), do="give finite losses")
    faults += shape_faults("time", list(time), (len(tuple(loss)),), do="give one date a loss")
    if not faults and (loss[0] <= 0.0 or np.any(np.diff(np.asarray(time, dtype=float)) <= 0)):
        faults = [
            "`loss` must start above 0 and `time` must rise, allowed: dates in order; sort "
            "them, or report that there is no loss to halve"
        ]
    check("half-life", faults)
    target = float(loss[0]) / 2.0
    for k in range(1, len(loss)):
        if loss[k] <= target:
            part = (loss[k - 1] - target) / (loss[k - 1] - loss[k])
            return float(time[k - 1] + part * (time[k] - time[k - 1]))
    return None


def present_value(leverage: ArrayLike, discount: float) -> float:
    """Return the discounted sum of a measure over periods (eq. 12.13).

    Examples:
        >>> present_value([1.0, 0.5, 0.25], 0.5)
        1.3125
    """
    check(
        "present value",
        shape_faults("leverage", leverage, (None,), do="give one number a period"),
        number_faults("leverage", leverage, do="give finite numbers"),
        number_faults("discount", discount, at_least=0.0, at_most=1.0, do="give a factor a period"),
    )
    values = np.asarray(leverage, dtype=float)
    return float(values @ discount ** np.arange(values.size))


@dataclass(frozen=True, slots=True)
class UpperHand:
    """Who has the upper hand.

    Attributes:
        holder: Name of the side, or None when the measures disagree or are silent.
        sentence: The answer with its reason, in one line.
        signs: Sign of each measure, positive for the first side, zero when silent.
        probability: Share of draws in which all three favour the first side, the second side, and
            neither.
    """

    holder: str | None
    sentence: str
    signs: Mapping[str, int]
    probability: tuple[float, float, float]


def upper_hand(
    advantage: ArrayLike,
    share: ArrayLike,
    patience: ArrayLike,
    *,
    sides: tuple[str, str] = ("the first side", "the second side"),
    close: float = 1e-9,
) -> UpperHand:
    """Say who has the upper hand, from three measures and nothing else (eq. 12.14).

    The measures are the threat-point advantage, the surplus share less one half, and the clock,
    each from the point of view of the first side, one number or one for each draw. A side has the
    upper hand when none of the three is against it and at least one is for it; when measures
    disagree the answer is "split", when all are silent "even". With draws, the sign of each
    measure is that of its median, and the probability is the share of draws that agree.

    Args:
        advantage: Threat-point advantage, positive for the first side.
        share: The first side's share of the surplus, 0 to 1.
        patience: Difference of patience, positive when the first side can wait longer; infinite
            when it does not lose at all.
        sides: Names of the sides.
        close: Numbers smaller than this are silent.

    Examples:
        >>> found = upper_hand(-0.3, 0.4, -2.0, sides=("the United States", "China"))
        >>> found.sentence
        'China has the upper hand (p = 1.00): threat point, surplus and clock favour it'
        >>> upper_hand(0.3, 0.4, 0.0, sides=("the United States", "China")).sentence
        'split: threat point favours the United States, surplus favours China'
    """
    named = (("advantage", advantage), ("share", share), ("patience", patience))
    draws = max(np.size(v) for _, v in named)
    faults: list[str] = []
    for name, values in named:
        faults += number_faults(name, values, do="give numbers", infinite=name == "patience")
        if np.size(values) not in (1, draws):
            faults.append(
                f"`{name}` has {np.size(values)} draws, allowed: 1 or {draws}; give each "
                "measure for the same draws"
            )
    faults += number_faults("share", share, at_least=0.0, at_most=1.0, do="give a share")
    check("upper hand", faults)
    table = np.stack(
        [np.broadcast_to(np.ravel(np.asarray(v, dtype=float)), draws) for _, v in named]
    )
    table[1] -= 0.5
    marks = np.where(np.abs(table) <= close, 0, np.sign(table)).astype(int)
    verdicts = np.array([_verdict(column) for column in marks.T])
    middle = np.where(np.isinf(table), np.sign(table) * 1e300, table)
    centre = np.median(middle, axis=1)
    signs = np.where(np.abs(centre) <= close, 0, np.sign(centre)).astype(int)
    chance = tuple(float((verdicts == s).mean()) for s in (1, -1, 0))
    labels = ("threat point", "surplus", "clock")
    holder = {1: sides[0], -1: sides[1]}.get(_verdict(signs))
    return UpperHand(
        holder=holder,
        sentence=_sentence(holder, signs, labels, sides, chance[0 if holder == sides[0] else 1]),
        signs=dict(zip(labels, (int(s) for s in signs), strict=True)),
        probability=(chance[0], chance[1], chance[2]),
    )


def _verdict(signs: np.ndarray) -> int:
    """Return 1 or -1 when no sign is against that side and some are for it, else 0."""
    return int(np.sign(signs.sum())) if signs.min() >= 0 or signs.max() <= 0 else 0


def _sentence(
    holder: str | None,
    signs: np.ndarray,
    labels: tuple[str, ...],
    sides: tuple[str, str],
    chance: float,
) -> str:
    """Return the answer with its reason."""
    speaking = [(label, int(s)) for label, s in zip(labels, signs, strict=True) if s]
    if holder is not None:
        names = [label for label, _ in speaking]
        listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
        verb = "favours" if len(names) == 1 else "favour"
        return f"{holder} has the upper hand (p = {chance:.2f}): {listed} {verb} it"
    if not speaking:
        return "even: threat point, surplus and clock favour neither side"
    reasons = [f"{label} favours {sides[0] if s > 0 else sides[1]}" for label, s in speaking]
    return "split: " + ", ".join(reasons)
