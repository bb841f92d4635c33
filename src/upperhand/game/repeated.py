"""Repeated play: which promises last, and the set of payoffs that equilibria can reach."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from upperhand.game.checks import FloatArray, check, frozen, number_faults
from upperhand.game.normal_form import Bimatrix
from upperhand.game.polygon import clipped_below, hausdorff, hull

_DO_DISCOUNT = "give exp(-rate * period length)"


@dataclass(frozen=True, slots=True)
class CriticalDiscount:
    """The patience that a promise needs.

    Attributes:
        value: Smallest discount factor that keeps the promise; infinite when none does, zero when
            breaking it gains nothing.
        reason: The same in words.
    """

    value: float
    reason: str


def critical_discount(agree: float, deviate: float, war: float) -> CriticalDiscount:
    """Return the smallest discount factor at which a grim threat keeps an agreement (eq. 10.10).

    Args:
        agree: Payoff per period under the agreement.
        deviate: Payoff of the best one-period breach.
        war: Payoff per period after the breach, for ever.

    Examples:
        >>> round(critical_discount(agree=9, deviate=10, war=3).value, 6)
        0.142857
        >>> critical_discount(agree=2, deviate=3, war=2.5).reason
        'war is no worse than the agreement, so nothing deters the breach'
    """
    check(
        "critical discount factor",
        *(
            number_faults(name, value, do="give a finite payoff")
            for name, value in (("agree", agree), ("deviate", deviate), ("war", war))
        ),
    )
    if deviate <= agree:
        return CriticalDiscount(0.0, "a breach gains nothing, so the agreement needs no threat")
    if war >= agree:
        return CriticalDiscount(
            math.inf, "war is no worse than the agreement, so nothing deters the breach"
        )
    value = (deviate - agree) / (deviate - war)
    return CriticalDiscount(
        value, f"the agreement holds at discount factors of {value:.4f} or more"
    )


def punishment_discount(agree: float, deviate: float, war: float, periods: int) -> CriticalDiscount:
    """Return the critical discount factor when war lasts a number of periods (eq. 10.11).

    Examples:
        >>> punishment_discount(9, 10, 3, periods=1).value.__round__(6)
        0.166667
        >>> punishment_discount(9, 16, 3, periods=1).value
        inf
    """
    check("critical discount factor", number_faults("periods", periods, at_least=1, do="give 1 up"))
    grim = critical_discount(agree, deviate, war)
    if not 0.0 < grim.value < math.inf:
        return grim
    ratio = (deviate - agree) / (agree - war)

    def gap(delta: float) -> float:
        return sum(delta**k for k in range(1, periods + 1)) - ratio

    if gap(1.0) < 0.0:
        return CriticalDiscount(math.inf, f"{periods} periods of war cost less than a breach gains")
    return _root(gap, f"with {periods} periods of war")


def detection_discount(agree: float, deviate: float, war: float, lag: int) -> CriticalDiscount:
    """Return the critical discount factor when a breach is seen only after a lag (eq. 10.12).

    Args:
        agree: Payoff per period under the agreement.
        deviate: Payoff of each period of undetected breach.
        war: Payoff per period after detection, for ever.
        lag: Periods of breach before the answer; 1 is the grim threat.

    Examples:
        >>> detection_discount(9, 10, 3, lag=1).value.__round__(6)
        0.142857
        >>> detection_discount(9, 10, 3, lag=2).value.__round__(6)
        0.377964
    """
    check("critical discount factor", number_faults("lag", lag, at_least=1, do="give 1 or more"))
    grim = critical_discount(agree, deviate, war)
    if not 0.0 < grim.value < math.inf:
        return grim
    value = float(grim.value ** (1.0 / lag))
    return CriticalDiscount(value, f"with a lag of {lag} it holds at {value:.4f} or more")


def _root(gap: Callable[[float], float], words: str) -> CriticalDiscount:
    """Return the root of a rising function between zero and one."""
    from scipy.optimize import brentq

    value = float(brentq(gap, 0.0, 1.0, xtol=1e-15))
    return CriticalDiscount(value, f"{words} it holds at {value:.4f} or more")


def effective_discount(discount: float, legal_hazard: float) -> float:
    """Return the discount factor when the threat may be struck down each period (eq. 10.14).

    Args:
        discount: Pure discount factor, between 0 and 1.
        legal_hazard: Probability a period that the instrument is lost, 0 to 1.

    Examples:
        >>> effective_discount(0.9, 0.2)
        0.72
    """
    check(
        "effective discount factor",
        number_faults("discount", discount, at_least=0.0, at_most=1.0, do=_DO_DISCOUNT),
        number_faults(
            "legal_hazard",
            legal_hazard,
            at_least=0.0,
            at_most=1.0,
            do="give the probability a period",
        ),
    )
    return round(discount * (1.0 - legal_hazard), 15)


def holds_against_growth(
    agree: ArrayLike, deviate: ArrayLike, war: ArrayLike, discount: float
) -> tuple[bool, ...]:
    """Return, period by period, whether an agreement with a changing partner holds (eq. 10.13).

    After the last period given, payoffs stay as they are in that period.

    Args:
        agree: Payoff of the agreement, by period.
        deviate: Payoff of a breach in that period.
        war: Payoff of war, by period.
        discount: Discount factor, from 0 to below 1.

    Examples:
        >>> holds_against_growth([9, 9, 9], [10, 12, 40], [3, 3, 3], 0.5)
        (True, True, False)
    """
    arrays = [np.atleast_1d(np.asarray(x, dtype=float)) for x in (agree, deviate, war)]
    faults = [
        f
        for n, x in zip(("agree", "deviate", "war"), arrays, strict=True)
        for f in number_faults(n, x, do="give one payoff a period")
    ]
    if len({x.shape for x in arrays}) != 1:
        faults.append(
            f"`agree`, `deviate`, `war` have lengths {[x.size for x in arrays]}, "
            "allowed: equal ones; give one payoff a period each"
        )
    check(
        "agreement over time",
        faults,
        number_faults("discount", discount, at_least=0.0, below=1.0, do=_DO_DISCOUNT),
    )
    loss = arrays[0] - arrays[2]
    future = discount / (1.0 - discount) * loss[-1]
    held = []
    for t in range(loss.size - 1, -1, -1):
        gain = float(arrays[1][t] - arrays[0][t])
        held.append(bool(gain <= future + 1e-12 * max(1.0, abs(gain))))
        future = discount * (loss[t] + future)
    return tuple(reversed(held))


@dataclass(frozen=True, slots=True, eq=False)
class PayoffSet:
    """The equilibrium payoffs of a repeated game of two players, average per period.

    Attributes:
        vertices: Corners, anticlockwise, one line each; no line when there is no pure equilibrium.
        threat: The worst equilibrium payoff of each player.
        discount: The common discount factor.
        dimension: 2 for an area, 1 for a segment, 0 for a point, -1 for the empty set.
        residual: Distance between the set and what it generates.
        steps: Rounds of the operator.
    """

    vertices: FloatArray
    threat: tuple[float, float]
    discount: float
    dimension: int
    residual: float
    steps: int

    def sentence(self) -> str:
        """Return the shape of the set in words."""
        shape = {2: "an area", 1: "a segment", 0: "a single point"}.get(self.dimension)
        if shape is None:
            return f"no equilibrium in pure actions at discount factor {self.discount:g}"
        return f"{shape} with {len(self.vertices)} corners at discount factor {self.discount:g}"


def payoff_set(
    game: Bimatrix, discount: float, *, tol: float = 1e-10, max_steps: int = 20000
) -> PayoffSet:
    """Find every payoff that subgame-perfect equilibria in pure actions reach (eq. 10.15).

    A public random signal is allowed, so the set is convex. Its corners are found by shrinking
    the set of feasible payoffs until it generates itself. Points and segments, which occur at low
    discount factors, are sets like any other.

    Args:
        game: Payoffs per period.
        discount: Common discount factor, from 0 to below 1.
        tol: Movement of the corners, as a share of the payoff range, at which to stop.
        max_steps: Rounds before giving up; a discount factor near 1 needs more.

    Raises:
        OptionError: If the discount factor is outside its range or the rounds do not suffice.

    Examples:
        >>> from upperhand.game.normal_form import bimatrix
        >>> dilemma = bimatrix([[9, 1], [10, 3]], [[9, 10], [1, 3]])
        >>> payoff_set(dilemma, 0.75).vertices.round(6).tolist()
        [[3.0, 3.0], [9.75, 3.0], [9.0, 9.0], [3.0, 9.75]]
        >>> payoff_set(dilemma, 0.1).sentence()
        'a single point with 1 corners at discount factor 0.1'

    References:
        Abreu, Pearce and Stacchetti (1990); Abreu and Sannikov (2014) for the operator.
    """
    check(
        "repeated game",
        number_faults("discount", discount, at_least=0.0, below=1.0, do=_DO_DISCOUNT),
        number_faults("tol", tol, above=0.0, do="1e-10 is usual"),
    )
    stage = _stage(game)
    threat = np.array([game.row.max(axis=0).min(), game.column.max(axis=1).min()])
    close = tol * (float(np.ptp(stage[:, :2])) or 1.0)
    quick = _shrunk(stage, threat, discount, close=close, rounds=200, only_tight=True)
    # The quick operator may circle; the full one shrinks by the discount factor each round.
    corners, threat, moved, steps = (
        quick
        if quick[2] <= close
        else _shrunk(
            stage,
            threat,
            discount,
            close=close * (1.0 - discount),
            rounds=max_steps,
            only_tight=False,
        )
    )
    if moved > close:
        check(
            "repeated game",
            [f"corners still move by {moved:.2e}, allowed: {close:.0e}; raise `max_steps`"],
        )
    again = _generated(stage, corners, threat, discount, only_tight=False)
    return PayoffSet(
        vertices=frozen(corners.reshape(-1, 2)),
        threat=(float(threat[0]), float(threat[1])),
        discount=discount,
        dimension=min(len(corners) - 1, 2),
        residual=hausdorff(corners, again),
        steps=steps,
    )


def _shrunk(
    stage: FloatArray,
    threat: FloatArray,
    discount: float,
    *,
    close: float,
    rounds: int,
    only_tight: bool,
) -> tuple[FloatArray, FloatArray, float, int]:
    """Return corners, threats, the last movement and the rounds of an operator run to its end."""
    corners, moved, step = hull(stage[:, :2]), math.inf, 0
    while len(corners) and moved > close and step < rounds:
        new = _generated(stage, corners, threat, discount, only_tight=only_tight)
        threat = np.maximum(threat, new.min(axis=0)) if len(new) else threat
        moved = hausdorff(corners, new)
        corners, step = new, step + 1
    return corners, threat, moved if len(corners) else 0.0, step


def _stage(game: Bimatrix) -> FloatArray:
    """Return one line for each pair of actions: both payoffs, both gains from a breach."""
    gain_row = game.row.max(axis=0, keepdims=True) - game.row
    gain_column = game.column.max(axis=1, keepdims=True) - game.column
    return np.stack([t.ravel() for t in (game.row, game.column, gain_row, gain_column)], axis=1)


def _generated(
    stage: FloatArray,
    corners: FloatArray,
    threat: FloatArray,
    discount: float,
    *,
    only_tight: bool,
) -> FloatArray:
    """Return the corners that one round of the operator generates."""
    points: list[FloatArray] = []
    for line in stage:
        points.extend(_supported(line, corners, threat, discount, only_tight=only_tight))
    return hull(np.array(points)) if points else np.zeros((0, 2))


def _supported(
    line: FloatArray,
    corners: FloatArray,
    threat: FloatArray,
    discount: float,
    *,
    only_tight: bool,
) -> Sequence[FloatArray]:
    """Return the payoffs that one pair of actions supports at the edge of the promises."""
    payoff, gain = line[:2], line[2:]
    if not len(corners):
        return []
    if discount == 0.0:
        return [payoff] if gain.max() <= 1e-12 * max(1.0, float(np.abs(payoff).max())) else []
    least = threat + (1.0 - discount) / discount * gain
    close = 1e-11 * max(1.0, float(np.abs(corners).max()))
    if only_tight and np.all(payoff >= least - close):
        return [payoff]  # the promise to repeat the same pair is enough
    allowed = corners
    for side in (0, 1):
        allowed = clipped_below(allowed, side, float(least[side]), close)
    used = [w for w in allowed if not only_tight or np.any(np.abs(w - least) <= close)]
    return [(1.0 - discount) * payoff + discount * w for w in used]


def grim_sustains(
    game: Bimatrix, agreed: tuple[int, int], war: tuple[int, int]
) -> tuple[CriticalDiscount, CriticalDiscount]:
    """Return both players' critical discount factors for one pair of actions against another.

    Args:
        game: Payoffs per period.
        agreed: Positions of the agreed actions.
        war: Positions of the actions after a breach, for ever; must be a Nash equilibrium.

    Examples:
        >>> from upperhand.game.normal_form import bimatrix
        >>> dilemma = bimatrix([[9, 1], [10, 3]], [[9, 10], [1, 3]])
        >>> [round(side.value, 6) for side in grim_sustains(dilemma, (0, 0), (1, 1))]
        [0.142857, 0.142857]
    """
    faults = []
    for name, place in (("agreed", agreed), ("war", war)):
        if not all(0 <= p < n for p, n in zip(place, game.row.shape, strict=True)):
            faults.append(
                f"`{name}` is {place}, allowed: positions in a {game.row.shape} table; "
                "count actions from 0"
            )
    check("grim threat", faults)
    gains = (
        game.row[:, war[1]].max() - game.row[war],
        game.column[war[0]].max() - game.column[war],
    )
    if max(gains) > 1e-9 * max(float(np.ptp(game.row)), float(np.ptp(game.column))):
        check(
            "grim threat",
            [
                f"`war` is {war}, allowed: a Nash equilibrium; from this pair a side "
                f"gains {max(gains):.4g} by moving alone"
            ],
        )
    row = critical_discount(
        float(game.row[agreed]), float(game.row[:, agreed[1]].max()), float(game.row[war])
    )
    column = critical_discount(
        float(game.column[agreed]), float(game.column[agreed[0]].max()), float(game.column[war])
    )
    return row, column
