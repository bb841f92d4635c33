"""Wars of attrition: who gives in, when, and with what probability nobody does.

Three clocks. Reputation for stubbornness (Abreu and Gul), known costs and prizes, and audience
costs that grow while a crisis lasts (Fearon, with exponential types).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from upperhand.game.checks import FloatArray, check, number_faults, shape_faults

Two = tuple[float, float]


def _pair(values: ArrayLike) -> Two:
    """Return two plain numbers."""
    first, second = np.asarray(values, dtype=float)
    return float(first), float(second)


@dataclass(frozen=True, slots=True)
class Attrition:
    """A war of attrition between two sides with reputations for stubbornness.

    Attributes:
        rates: Hazard at which each side gives in while the war lasts.
        end: Time by which both reputations are complete.
        initial: Probability that each side gives in at once; zero for at least one side.
        values: Expected payoffs of both sides, with the surplus as 1.
        weak: Position of the side that gives in at once with positive probability, or None.
        stubborn: Probability that both are stubborn and there is never a deal.
    """

    rates: Two
    end: float
    initial: Two
    values: Two
    weak: int | None
    stubborn: float

    def conceded(self, time: ArrayLike) -> FloatArray:
        """Return the probability that each side has given in by a time, dims (side, time)."""
        clock = np.clip(np.atleast_1d(np.asarray(time, dtype=float)), 0.0, self.end)
        rows = [
            1.0 - (1.0 - start) * np.exp(-rate * clock)
            for start, rate in zip(self.initial, self.rates, strict=True)
        ]
        return np.stack(rows)

    def survival(self, time: ArrayLike) -> FloatArray:
        """Return the probability that there is no settlement by a time."""
        gone = self.conceded(time)
        return np.asarray((1.0 - gone[0]) * (1.0 - gone[1]))

    def settled(self, time: ArrayLike) -> FloatArray:
        """Return the probability of a settlement by a time."""
        return 1.0 - self.survival(time)

    def quantile(self, probability: float) -> float:
        """Return the time by which a settlement has this probability; infinite if it never has."""
        check(
            "settlement time",
            number_faults(
                "probability", probability, at_least=0.0, below=1.0, do="0.5 gives the median"
            ),
        )
        start = float(self.survival(0.0)[0])
        if 1.0 - probability >= start:
            return 0.0
        if 1.0 - probability < self.stubborn - 1e-15:
            return float("inf")
        return min(float(np.log(start / (1.0 - probability)) / sum(self.rates)), self.end)


def abreu_gul(
    demands: Sequence[float], rates: Sequence[float], stubborn: Sequence[float]
) -> Attrition:
    """Solve the war of attrition between possibly stubborn sides (eq. 11.16, 11.17, 11.18).

    Each side is, with a small probability, of a kind that never gives in. Others pretend. The side
    whose reputation would grow more slowly gives in at once with positive probability, so that
    both reputations are complete at the same time. Impatience weakens; so does a small own
    probability of being stubborn.

    Args:
        demands: Share that each side insists on, between 0 and 1, together above 1.
        rates: Impatience of each side, per unit of time, positive.
        stubborn: Prior probability that each side is stubborn, between 0 and 1.

    Examples:
        >>> war = abreu_gul((0.7, 0.7), (0.1, 0.2), (0.1, 0.1))
        >>> [round(rate, 6) for rate in war.rates], round(war.end, 6), war.weak
        ([0.15, 0.075], 15.350567, 1)
        >>> round(war.initial[1], 6), [round(v, 6) for v in war.values]
        (0.683772, [0.573509, 0.3])

    References:
        Abreu and Gul (2000), proposition 1.
    """
    faults: list[str] = []
    for name, values, low, high, do in (
        ("demands", demands, 0.0, 1.0, "give shares of the surplus"),
        ("rates", rates, 0.0, None, "give rates per unit of time"),
        ("stubborn", stubborn, 0.0, 1.0, "give prior probabilities"),
    ):
        wrong = shape_faults(name, values, (2,), do="give one number a side")
        faults += wrong or number_faults(name, values, above=low, below=high, do=do)
    if not faults and sum(demands) <= 1.0:
        faults.append(
            f"`demands` add to {sum(demands):.6g}, allowed: above 1; compatible demands "
            "are a deal, not a war"
        )
    check("war of attrition", faults)
    ask, patience, prior = _pair(demands), _pair(rates), _pair(stubborn)
    excess = ask[0] + ask[1] - 1.0
    hazard = (patience[1] * (1.0 - ask[0]) / excess, patience[0] * (1.0 - ask[1]) / excess)
    ready = tuple(-np.log(z) / rate for z, rate in zip(prior, hazard, strict=True))
    end = float(min(ready))
    initial = tuple(
        max(0.0, 1.0 - z * float(np.exp(rate * end))) if t > end else 0.0
        for z, rate, t in zip(prior, hazard, ready, strict=True)
    )
    values = tuple(
        initial[1 - k] * ask[k] + (1.0 - initial[1 - k]) * (1.0 - ask[1 - k]) for k in (0, 1)
    )
    weak = None if max(initial) == 0.0 else int(np.argmax(initial))
    return Attrition(hazard, end, _pair(initial), _pair(values), weak, prior[0] * prior[1])


@dataclass(frozen=True, slots=True)
class KnownCosts:
    """A war of attrition in which costs and prizes are known.

    Attributes:
        hazards: Rate at which each side gives in.
        median: Median time to a settlement.
        mean: Mean time to a settlement.
        first: Probability that each side is the one that gives in.
    """

    hazards: Two
    median: float
    mean: float
    first: Two

    def survival(self, time: ArrayLike) -> FloatArray:
        """Return the probability that there is no settlement by a time."""
        return np.asarray(np.exp(-sum(self.hazards) * np.asarray(time, dtype=float)))


def known_costs(costs: Sequence[float], prizes: Sequence[float]) -> KnownCosts:
    """Solve the war of attrition with known flow costs and prizes (eq. 11.19).

    The mixed equilibrium. Each side gives in at the rate that keeps the *other* willing to wait:
    the other's flow cost over the other's prize. Two more equilibria exist in which one side gives
    in at once; this function does not return them.

    Args:
        costs: Loss of each side per unit of time while the war lasts, positive.
        prizes: What each side gains if the other gives in, positive, in the unit of the costs
            times the unit of time.

    Examples:
        >>> war = known_costs((0.02, 0.02), (1.5, 1.5))
        >>> [round(h, 6) for h in war.hazards], round(war.median, 4)
        ([0.013333, 0.013333], 25.993)

    References:
        Maynard Smith (1974); Hendricks, Weiss and Wilson (1988).
    """
    faults: list[str] = []
    for name, values in (("costs", costs), ("prizes", prizes)):
        wrong = shape_faults(name, values, (2,), do="give one number a side")
        faults += wrong or number_faults(
            name, values, above=0.0, do="a side that gains from the war never gives in; say so"
        )
    check("war of attrition", faults)
    hazards = (float(costs[1]) / float(prizes[1]), float(costs[0]) / float(prizes[0]))
    total = sum(hazards)
    return KnownCosts(
        hazards, float(np.log(2.0)) / total, 1.0 / total, (hazards[0] / total, hazards[1] / total)
    )


@dataclass(frozen=True, slots=True)
class AudienceCrisis:
    """A crisis in which backing down costs more the longer it lasts.

    Attributes:
        horizon: Time after which nobody backs down and war is certain.
        initial: Probability that each side backs down at once.
        war: Probability of war.
        prize: Value of the other's backing down.
        audience: Growth of each side's audience cost.
        weak: Position of the side that backs down at once with positive probability, or None.
    """

    horizon: float
    initial: Two
    war: float
    prize: float
    audience: Two
    weak: int | None

    def survival(self, time: ArrayLike) -> FloatArray:
        """Return the probability that each side has not backed down by a time, dims (side, time)."""
        clock = np.clip(np.atleast_1d(np.asarray(time, dtype=float)), 0.0, self.horizon)
        rows = [
            (1.0 - self.initial[j]) * self.prize / (self.prize + self.audience[1 - j] * clock)
            for j in (0, 1)
        ]
        return np.stack(rows)


def audience_crisis(
    prize: float, audience: Sequence[float], war_costs: Sequence[float] = (1.0, 1.0)
) -> AudienceCrisis:
    """Solve a crisis with growing audience costs and unknown costs of war (eq. 11.20, 11.21, 11.22).

    War is worth minus an exponential variable to each side. A higher own audience cost makes the
    other back down more; it can still hurt when the prize is small, so try both signs.

    Args:
        prize: Value of winning, positive.
        audience: Growth of each side's audience cost, per unit of time, positive.
        war_costs: Rate of the exponential cost of war (one over its mean), positive.

    Examples:
        >>> crisis = audience_crisis(1.0, (1.0, 1.0))
        >>> round(crisis.horizon, 6), round(crisis.war, 6), crisis.weak
        (0.806466, 0.306436, None)

    References:
        Fearon (1994), adapted to exponential types.
    """
    faults = number_faults("prize", prize, above=0.0, do="give the value of winning")
    for name, values in (("audience", audience), ("war_costs", war_costs)):
        wrong = shape_faults(name, values, (2,), do="give one number a side")
        faults += wrong or number_faults(name, values, above=0.0, do="give positive numbers")
    check("crisis", faults)
    grow, cost = _pair(audience), _pair(war_costs)
    times = tuple(_reach(prize, grow[1 - j], cost[j] * grow[j]) for j in (0, 1))
    end = min(times)
    fight = tuple(-float(np.expm1(-cost[j] * grow[j] * end)) for j in (0, 1))
    initial = tuple(
        max(0.0, 1.0 - fight[j] * (prize + grow[1 - j] * end) / prize) if times[j] > end else 0.0
        for j in (0, 1)
    )
    weak = None if max(initial) <= 1e-15 else int(np.argmax(initial))
    return AudienceCrisis(end, _pair(initial), fight[0] * fight[1], float(prize), grow, weak)


def _reach(prize: float, other: float, own: float) -> float:
    """Return when the share of a side's types that would fight meets its survival."""
    from scipy.optimize import brentq

    def gap(time: float) -> float:
        return -float(np.expm1(-own * time)) - prize / (prize + other * time)

    high = 1.0
    while gap(high) < 0.0:
        high *= 2.0
    return float(brentq(gap, 0.0, high, xtol=1e-15, rtol=1e-14))
