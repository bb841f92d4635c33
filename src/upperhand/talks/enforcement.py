"""Would the deal last? Self-enforcing terms from given payoffs, and what linking issues adds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from upperhand.game.checks import check, number_faults, shape_faults
from upperhand.game.repeated import CriticalDiscount, critical_discount

_GRID = 801
_DO = "give exp(-rate * period length)"


@dataclass(frozen=True, slots=True)
class Enforcement:
    """Who would break a deal.

    Attributes:
        critical: Critical discount factor of each side.
        keeps: Whether each side keeps the deal at its own discount factor.
        weakest: Position of the side with the least slack.
    """

    critical: tuple[CriticalDiscount, ...]
    keeps: tuple[bool, ...]
    weakest: int


def grim_enforcement(
    agree: ArrayLike, deviate: ArrayLike, war: ArrayLike, discounts: ArrayLike
) -> Enforcement:
    """Say for each side whether the threat of lasting war keeps it to the deal (eq. 10.10).

    Args:
        agree: Payoff of each side per period under the deal.
        deviate: Payoff of each side's best one-period breach.
        war: Payoff of each side per period in war.
        discounts: Discount factor of each side, from 0 to below 1.

    Examples:
        >>> found = grim_enforcement([9, 5], [10, 9], [3, 4], [0.9, 0.7])
        >>> [round(side.value, 4) for side in found.critical], found.keeps
        ([0.1429, 0.8], (True, False))
    """
    sides = np.size(agree)
    named = (("agree", agree), ("deviate", deviate), ("war", war), ("discounts", discounts))
    faults = [f for n, v in named for f in shape_faults(n, v, (sides,), do="one number a side")]
    faults += number_faults("discounts", discounts, at_least=0.0, below=1.0, do=_DO)
    check("enforcement", faults)
    table = np.array([np.asarray(v, dtype=float) for _, v in named])
    critical = tuple(critical_discount(float(c), float(d), float(n)) for c, d, n, _ in table.T)
    slack = [float(delta) - side.value for delta, side in zip(table[3], critical, strict=True)]
    return Enforcement(critical, tuple(s >= -1e-12 for s in slack), int(np.argmin(slack)))


@dataclass(frozen=True, slots=True)
class SelfEnforcing:
    """The terms that keep themselves.

    Attributes:
        tariff: Lowest tariff that no side would break, or None when there is none.
        stretches: All stretches of self-enforcing tariffs.
        binding: True when the constraint, and not the lower end, decides.
    """

    tariff: float | None
    stretches: tuple[tuple[float, float], ...]
    binding: bool

    def sentence(self) -> str:
        """Return the terms in words."""
        if self.tariff is None:
            return "no tariff in the range enforces itself"
        if not self.binding:
            return f"the lowest tariff allowed, {self.tariff:.4g}, enforces itself"
        return f"the lowest self-enforcing tariff is {self.tariff:.4g}"


def most_cooperative_tariff(
    agree: Callable[[float], float],
    deviate: Callable[[float], float],
    war: float,
    discount: float,
    *,
    low: float = 0.0,
    high: float = 1.0,
    tol: float = 1e-12,
) -> SelfEnforcing:
    """Find the lowest tariff that the threat of lasting war enforces (eq. 11.34).

    Args:
        agree: Payoff per period when everybody sets a tariff.
        deviate: Payoff of the best breach against it.
        war: Payoff per period in war.
        discount: Discount factor, from 0 to below 1.
        low: Lowest tariff considered.
        high: Highest tariff considered; include the Nash tariff.
        tol: Width to which the ends are polished.

    Examples:
        >>> from upperhand.game.linear_political import government_payoff, nash_tariff
        >>> best = nash_tariff()
        >>> found = most_cooperative_tariff(
        ...     lambda t: government_payoff(t, t),
        ...     lambda t: government_payoff(best, t),
        ...     government_payoff(best, best),
        ...     0.4,
        ...     high=best,
        ... )
        >>> 0 < found.tariff < best
        True

    References:
        Dixit (1987); Bagwell and Staiger (1990).
    """
    check(
        "self-enforcing tariff",
        number_faults("war", war, do="give a finite payoff"),
        number_faults("discount", discount, at_least=0.0, below=1.0, do=_DO),
        number_faults("high", high, above=low, do="give low below high"),
    )
    weight = discount / (1.0 - discount)

    def slack(tariff: float) -> float:
        kept = agree(tariff)
        return weight * (kept - war) - (deviate(tariff) - kept)

    grid = np.linspace(low, high, _GRID)
    values = np.array([slack(float(t)) for t in grid])
    check(
        "self-enforcing tariff",
        number_faults("slack", values, do="give payoffs that are finite on [low, high]"),
    )
    stretches = _stretches(slack, grid, values, tol)
    tariff = stretches[0][0] if stretches else None
    return SelfEnforcing(tariff, stretches, tariff is not None and tariff > low)


def _stretches(
    slack: Callable[[float], float], grid: np.ndarray, values: np.ndarray, tol: float
) -> tuple[tuple[float, float], ...]:
    """Return where a function is not negative, up to rounding."""
    from scipy.optimize import brentq

    close = 1e-13 * max(1e-300, float(np.abs(values).max()))
    good = values >= -close
    found: list[tuple[float, float]] = []
    start: float | None = None
    for k, here in enumerate(good):
        before = bool(good[k - 1]) if k else False
        if here and not before:
            entered = k > 0 and values[k] > 0.0
            start = (
                float(brentq(slack, grid[k - 1], grid[k], xtol=tol)) if entered else float(grid[k])
            )
        if before and not here and start is not None:
            left = values[k - 1] > 0.0
            end = (
                float(brentq(slack, grid[k - 1], grid[k], xtol=tol)) if left else float(grid[k - 1])
            )
            found.append((start, end))
    if good[-1] and start is not None:
        found.append((start, float(grid[-1])))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Linkage:
    """What pooling issues does to enforcement.

    Attributes:
        pooled: Whether the package enforces itself.
        alone: Whether each issue enforces itself.
        slack: Slack of the pooled constraint.
        rescued: Positions of issues that hold only inside the package.
        dragged: Positions of issues that would hold alone but fall with the package.
    """

    pooled: bool
    alone: tuple[bool, ...]
    slack: float
    rescued: tuple[int, ...]
    dragged: tuple[int, ...]


def pooled_linkage(
    agree: ArrayLike,
    deviate: ArrayLike,
    war: ArrayLike,
    discount: float,
    *,
    joint_gain: float | None = None,
) -> Linkage:
    """Compare enforcement issue by issue with enforcement of the whole package (eq. 11.35).

    Args:
        agree: Payoff of one side per period under the deal, by issue.
        deviate: Payoff of a breach, by issue.
        war: Payoff in war, by issue.
        discount: Discount factor, from 0 to below 1.
        joint_gain: Gain from breaching every issue at once, where it differs from the sum.

    Examples:
        >>> found = pooled_linkage([5, 5], [6, 9], [1, 4], 0.6)
        >>> found.alone, found.pooled, found.rescued
        ((True, False), True, (1,))
    """
    issues = np.size(agree)
    named = (("agree", agree), ("deviate", deviate), ("war", war))
    faults = [f for n, v in named for f in shape_faults(n, v, (issues,), do="one number an issue")]
    faults += [f for n, v in named for f in number_faults(n, v, do="give finite payoffs")]
    faults += number_faults("discount", discount, at_least=0.0, below=1.0, do=_DO)
    check("linkage", faults)
    c, d, n = (np.asarray(v, dtype=float) for _, v in named)
    weight = discount / (1.0 - discount)
    each = weight * (c - n) - (d - c)
    gain = float((d - c).sum()) if joint_gain is None else float(joint_gain)
    slack = weight * float((c - n).sum()) - gain
    alone, pooled = tuple(bool(x >= -1e-12) for x in each), slack >= -1e-12
    return Linkage(
        pooled,
        alone,
        slack,
        tuple(k for k, held in enumerate(alone) if pooled and not held),
        tuple(k for k, held in enumerate(alone) if held and not pooled),
    )


def special_protection(gains: ArrayLike, loss_from_war: float, discount: float) -> tuple[bool, ...]:
    """Say in which states of trade a deal holds when gains from breach fluctuate (eq. 11.36).

    The future looks the same from every state, the temptation does not: the deal must be relaxed
    where it fails.

    Args:
        gains: Gain from a breach in each state.
        loss_from_war: Expected loss per period from war.
        discount: Discount factor, from 0 to below 1.

    Examples:
        >>> special_protection([1.0, 2.0, 5.0], loss_from_war=1.0, discount=0.7)
        (True, True, False)

    References:
        Bagwell and Staiger (1990).
    """
    check(
        "special protection",
        shape_faults("gains", gains, (None,), do="give one gain a state"),
        number_faults("gains", gains, do="give finite gains"),
        number_faults("loss_from_war", loss_from_war, do="give a finite loss"),
        number_faults("discount", discount, at_least=0.0, below=1.0, do=_DO),
    )
    bar = discount / (1.0 - discount) * loss_from_war
    return tuple(bool(gain <= bar + 1e-12) for gain in np.asarray(gains, dtype=float))


def cooperative_tariff(elasticity: float, own_share: float, relative_markup: float) -> float:
    """Return the tariff that maximises joint income when markups differ and money moves (eq. 11.37).

    Without markups it is zero; imports with high markups are subsidised.

    Args:
        elasticity: Trade elasticity of the good, zero or above.
        own_share: Importer's share of spending on its own variety, 0 to 1.
        relative_markup: Markup of the good over the world's average, positive.

    Examples:
        >>> round(cooperative_tariff(4.0, 0.5, 1.2), 6)
        -0.0625

    References:
        Lashkaripour (2021), equation 26.
    """
    check(
        "cooperative tariff",
        number_faults("elasticity", elasticity, at_least=0.0, do="give sigma - 1"),
        number_faults("own_share", own_share, at_least=0.0, at_most=1.0, do="give a share"),
        number_faults("relative_markup", relative_markup, above=0.0, do="give a ratio of markups"),
    )
    pull = elasticity * own_share
    return (pull + 1.0) / (pull + relative_markup) - 1.0
