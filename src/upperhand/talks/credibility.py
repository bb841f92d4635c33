"""Would a threat be carried out? The test after refusal, and how far a threat can go."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from upperhand.game.checks import check, number_faults

_GRID = 401  # points on which a payoff is searched before its roots are polished
Payoff = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class CarryOut:
    """The test whether a refused threat would be carried out.

    Attributes:
        margin: Payoff of carrying it out over backing down, all costs counted; credible from 0.
        from_economy: The part that is the economic loss or gain.
        from_audience: The part that is the audience cost of backing down.
        from_reputation: The part that is the value of reputation.
    """

    margin: float
    from_economy: float
    from_audience: float
    from_reputation: float

    @property
    def credible(self) -> bool:
        """True when carrying out is at least as good as backing down."""
        return self.margin >= 0.0


def carry_out_test(
    carried_out: float,
    backed_down: float,
    *,
    audience_cost: float = 0.0,
    reputation: float = 0.0,
    discount: float = 0.0,
) -> CarryOut:
    """Test whether a side would carry out its threat after refusal (eq. 11.32).

    Args:
        carried_out: Own payoff if the threat is carried out and the other reacts.
        backed_down: Own payoff if it is dropped.
        audience_cost: Cost at home of dropping it, zero or above, in the unit of the payoffs.
        reputation: Value per later period of being believed, zero or above.
        discount: Discount factor per period, from 0 to below 1.

    Examples:
        >>> test = carry_out_test(-0.8, 0.0, audience_cost=0.5, reputation=0.1, discount=0.75)
        >>> round(test.margin, 9), test.credible
        (0.0, True)
    """
    check(
        "carry-out test",
        number_faults("carried_out", carried_out, do="give a finite payoff"),
        number_faults("backed_down", backed_down, do="give a finite payoff"),
        number_faults("audience_cost", audience_cost, at_least=0.0, do="give a cost, not a gain"),
        number_faults("reputation", reputation, at_least=0.0, do="give a value a period"),
        number_faults("discount", discount, at_least=0.0, below=1.0, do="give exp(-r * period)"),
    )
    later = discount / (1.0 - discount) * reputation
    economy = carried_out - backed_down
    margin = economy + audience_cost + later
    # Sums of round numbers that cancel are zero, not minus one rounding error.
    if abs(margin) <= 1e-14 * (abs(economy) + audience_cost + later):
        margin = 0.0
    return CarryOut(margin, economy, audience_cost, later)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How far a threat is believable.

    Attributes:
        value: Largest strength at which the threatener does not lose; None when every positive
            strength loses.
        capped: True when even the largest strength searched is believable.
        best: Strength that the threatener likes best.
        best_payoff: Its gain there.
        crossings: All strengths at which its gain changes sign.
    """

    value: float | None
    capped: bool
    best: float
    best_payoff: float
    crossings: tuple[float, ...]

    def sentence(self) -> str:
        """Return the ceiling in words."""
        if self.capped:
            return f"believable at every strength up to {self.value:.4g}, the largest searched"
        if self.value is None:
            return "not believable at any strength: the threatener loses at once"
        gaps = " (with gaps below)" if len(self.crossings) > 1 else ""
        return f"believable up to {self.value:.4g}{gaps}"


def credible_ceiling(
    gain: Payoff, highest: float, *, support: float = 0.0, tol: float = 1e-12
) -> Ceiling:
    """Find the largest strength of a threat that the threatener does not lose by (eq. 11.33).

    For a tariff against one partner, with no support from audience or reputation, this is the
    break-even tariff: above it diversion of trade costs the threatener more than its terms of
    trade gain.

    Args:
        gain: The threatener's payoff at each strength less its payoff without the threat.
        highest: Largest strength searched, positive.
        support: Audience cost plus value of reputation, zero or above, which lowers the bar.
        tol: Width to which each crossing is polished.

    Examples:
        >>> found = credible_ceiling(lambda t: t * (0.4 - t), 2.0)
        >>> round(found.value, 9), round(found.best, 6)
        (0.4, 0.2)
        >>> credible_ceiling(lambda t: -t, 1.0).sentence()
        'not believable at any strength: the threatener loses at once'
    """
    check(
        "ceiling",
        number_faults("highest", highest, above=0.0, do="give the largest strength to search"),
        number_faults("support", support, at_least=0.0, do="give audience cost plus reputation"),
        number_faults("tol", tol, above=0.0, do="1e-12 is usual"),
    )
    grid = np.unique(np.r_[np.geomspace(1e-6, 1.0, 41), np.linspace(0.0, 1.0, _GRID)]) * highest
    values = np.array([gain(float(t)) for t in grid])
    check("ceiling", number_faults("gain", values, do="give a function finite on [0, highest]"))
    over = values + support
    spots = tuple(
        _crossing(lambda t: gain(t) + support, float(grid[k]), float(grid[k + 1]), tol)
        for k in range(1 if over[0] == 0.0 else 0, len(grid) - 1)
        if np.sign(over[k]) * np.sign(over[k + 1]) < 0.0
        or (over[k + 1] == 0.0 and k + 2 < len(grid))
    )
    best = _best(gain, grid, values)
    capped = bool(over[-1] >= 0.0)
    positive = np.flatnonzero(over[1:] >= 0.0)
    value = float(highest) if capped else (spots[-1] if spots and len(positive) else None)
    return Ceiling(value, capped, best, float(gain(best)), spots)


def _crossing(gap: Payoff, low: float, high: float, tol: float) -> float:
    """Return where a function changes sign between two points."""
    from scipy.optimize import brentq

    return high if gap(high) == 0.0 else float(brentq(gap, low, high, xtol=tol))


def _best(gain: Payoff, grid: np.ndarray, values: np.ndarray) -> float:
    """Return the strength with the largest gain, polished between its neighbours."""
    from scipy.optimize import minimize_scalar

    place = int(values.argmax())
    low, high = grid[max(place - 1, 0)], grid[min(place + 1, len(grid) - 1)]
    found = minimize_scalar(
        lambda t: -gain(float(t)),
        bounds=(float(low), float(high)),
        method="bounded",
        options={"xatol": 1e-12},
    )
    better = float(found.x)
    return better if gain(better) > values[place] else float(grid[place])


def ceilings(gains: Mapping[str, Payoff], highest: float) -> dict[str, Ceiling]:
    """Find the ceiling of a threat under several objectives, such as welfare and harm (eq. 11.33).

    Args:
        gains: For each objective by name, the threatener's gain at each strength.
        highest: Largest strength searched.

    Examples:
        >>> found = ceilings(
        ...     {"welfare": lambda t: t * (0.4 - t), "harm": lambda t: t * (0.9 - t)}, 2.0
        ... )
        >>> {name: round(ceiling.value, 6) for name, ceiling in found.items()}
        {'welfare': 0.4, 'harm': 0.9}
    """
    return {name: credible_ceiling(gain, highest) for name, gain in gains.items()}


def needed_support(gain_at_threat: float) -> float:
    """Return the audience cost or reputation that a threat needs to be believed (eq. 11.32).

    Args:
        gain_at_threat: The threatener's payoff at the threat less its payoff without.

    Examples:
        >>> needed_support(-0.7), needed_support(0.2)
        (0.7, 0.0)
    """
    check("support", number_faults("gain_at_threat", gain_at_threat, do="give a finite payoff"))
    return max(0.0, -gain_at_threat) if not math.isnan(gain_at_threat) else 0.0
