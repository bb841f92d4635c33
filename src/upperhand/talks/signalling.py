"""The threat stage: is a threat made, believed and carried out? All equilibria are found.

One side may challenge, the other concedes or resists, the first stands firm or backs down. Each
side knows its own payoffs better than the other does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from upperhand.game.checks import FloatArray, check, number_faults

_DO = "give payoffs in standard deviations of what the other side does not know"


THREATS_1970_2000 = {"conceded": 144, "carried out": 349, "backed down": 140}
"""Sanction threats by outcome (Morgan, Bapat and Kobayashi 2014, as coded by Crisman-Cox and
Gibilisco 2021 in 418 pairs of countries and decades)."""


def base_rates() -> dict[str, float]:
    """Return how often sanction threats ended each way, 1970 to 2000 (eq. 11.38).

    Examples:
        >>> {name: round(rate, 3) for name, rate in base_rates().items()}
        {'conceded': 0.227, 'carried out': 0.551, 'backed down': 0.221}
    """
    total = sum(THREATS_1970_2000.values())
    return {name: count / total for name, count in THREATS_1970_2000.items()}


@dataclass(frozen=True, slots=True)
class Crisis:
    """Mean payoffs of a threat stage, in standard deviations of private information.

    Attributes:
        status_quo: Challenger's payoff if it makes no threat.
        challenger_wins: Challenger's payoff if the other concedes.
        challenger_war: Challenger's payoff if it stands firm against resistance.
        challenger_backs_down: Challenger's payoff if it backs down, audience cost included.
        target_concedes: Target's payoff if it concedes.
        target_war: Target's payoff if the threat is carried out.
        target_wins: Target's payoff if the challenger backs down.
    """

    status_quo: float
    challenger_wins: float
    challenger_war: float
    challenger_backs_down: float
    target_concedes: float
    target_war: float
    target_wins: float


@dataclass(frozen=True, slots=True)
class ThreatEquilibrium:
    """One equilibrium of the threat stage.

    Attributes:
        resist: Probability that the target resists.
        challenge: Probability that the threat is made.
        carry_out: Probability that a resisted threat is carried out.
        residual: Gap between the target's resistance and its best reply.
        stable: True when the best-reply map crosses the diagonal from above.
        outcomes: Probabilities of no threat, concession, war and backing down.
    """

    resist: float
    challenge: float
    carry_out: float
    residual: float
    stable: bool
    outcomes: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ThreatEquilibria:
    """All equilibria of a threat stage.

    Attributes:
        equilibria: In order of the target's resistance.
        complete: True when every other stretch of the interval is shown to hold no equilibrium,
            with slopes sampled, doubled and taken as bounds.
        unresolved: Stretches where the search could not decide, such as near tangencies.
    """

    equilibria: tuple[ThreatEquilibrium, ...]
    complete: bool
    unresolved: tuple[tuple[float, float], ...]

    def sentence(self) -> str:
        """Return the number of equilibria and what differs, in words."""
        count = len(self.equilibria)
        shares = ", ".join(f"{e.resist:.3f}" for e in self.equilibria)
        head = "one equilibrium" if count == 1 else f"{count} equilibria"
        tail = "" if count == 1 else "; none is picked here"
        gap = "" if self.complete else "; the search left stretches undecided"
        return f"{head}, with resistance {shares}{tail}{gap}"


def bivariate_normal(first: ArrayLike, second: ArrayLike, correlation: float) -> FloatArray:
    """Return the probability that two standard normals lie below two bounds (eq. 11.25).

    Examples:
        >>> bool(abs(bivariate_normal(0.0, 0.0, 0.5) - 1 / 3) < 1e-14)
        True

    References:
        Drezner and Wesolowsky (1990).
    """
    from scipy.special import ndtr

    check(
        "bivariate normal",
        number_faults("correlation", correlation, above=-1.0, below=1.0, do="give a correlation"),
    )
    h, k = np.broadcast_arrays(np.asarray(first, dtype=float), np.asarray(second, dtype=float))
    node, weight = np.polynomial.legendre.leggauss(64)
    top = np.arcsin(correlation)
    angle = top * (node + 1.0) / 2.0
    sine, cosine = np.sin(angle), np.cos(angle) ** 2
    far = np.clip(h, -40, 40)[..., None], np.clip(k, -40, 40)[..., None]
    power = -(far[0] ** 2 + far[1] ** 2 - 2.0 * far[0] * far[1] * sine) / (2.0 * cosine)
    shared = (np.exp(power) * weight).sum(axis=-1) * top / (4.0 * np.pi)
    return np.asarray(ndtr(h) * ndtr(k) + shared)


def cutoff(crisis: Crisis, resist: ArrayLike) -> FloatArray:
    """Return the payoff of a fight or retreat above which it pays to threaten (eq. 11.23).

    Examples:
        >>> crisis = Crisis(0.0, 1.0, -1.9, -1.2, 0.0, -2.9, 1.0)
        >>> float(cutoff(crisis, 0.5))
        -1.0
    """
    p = np.asarray(resist, dtype=float)
    return np.asarray((crisis.status_quo - (1.0 - p) * crisis.challenger_wins) / p)


def challenge_probability(crisis: Crisis, resist: ArrayLike) -> FloatArray:
    """Return the probability that the threat is made (eq. 11.24).

    Examples:
        >>> crisis = Crisis(0.0, 1.0, -1.9, -1.2, 0.0, -2.9, 1.0)
        >>> round(float(challenge_probability(crisis, 0.594723)), 6)
        0.379868
    """
    from scipy.special import ndtr

    edge = cutoff(crisis, resist)
    fight = ndtr(crisis.challenger_war - edge)
    retreat = ndtr(crisis.challenger_backs_down - edge)
    # One minus the product of both failing, without losing small probabilities.
    return np.asarray(fight + retreat - fight * retreat)


def carry_out_probability(crisis: Crisis, resist: ArrayLike) -> FloatArray:
    """Return the probability that a resisted threat is carried out (eq. 11.25).

    Examples:
        >>> crisis = Crisis(0.0, 1.0, -1.9, -1.2, 0.0, -2.9, 1.0)
        >>> round(float(carry_out_probability(crisis, 0.594723)), 6)
        0.241563
    """
    firm = bivariate_normal(
        (crisis.challenger_war - crisis.challenger_backs_down) / np.sqrt(2.0),
        crisis.challenger_war - cutoff(crisis, resist),
        1.0 / np.sqrt(2.0),
    )
    return np.asarray(np.clip(firm / challenge_probability(crisis, resist), 1e-300, 1.0))


def resistance_reply(crisis: Crisis, resist: ArrayLike) -> FloatArray:
    """Return the target's best-reply resistance to an expected resistance (eq. 11.26).

    Examples:
        >>> crisis = Crisis(0.0, 1.0, -1.9, -1.2, 0.0, -2.9, 1.0)
        >>> round(float(resistance_reply(crisis, 0.594723)), 5)
        0.59472
    """
    from scipy.special import ndtr

    firm = carry_out_probability(crisis, resist)
    mean = firm * crisis.target_war + (1.0 - firm) * crisis.target_wins - crisis.target_concedes
    return np.asarray(ndtr(mean / firm))


def solve_crisis(crisis: Crisis, *, tol: float = 1e-12) -> ThreatEquilibria:
    """Find all equilibria of the threat stage (eq. 11.23, 11.24, 11.25, 11.26).

    The target's resistance solves one equation on the unit interval; within 1e-9 of zero and 1e-12
    of one, an equilibrium is reported at the end of the interval. The interval is cut until on
    every stretch either the equation cannot vanish, given twice the largest slope seen there, or
    it is monotone and changes sign once. What cannot be decided is returned as unresolved.

    Args:
        crisis: Mean payoffs; winning must be worth more than the status quo to the challenger.
        tol: Width to which each equilibrium is polished.

    Examples:
        >>> found = solve_crisis(Crisis(0.0, 1.0, -1.9, -1.2, 0.0, -2.9, 1.0))
        >>> [round(e.resist, 4) for e in found.equilibria], found.complete
        ([0.2511, 0.5947, 0.8133], True)

    References:
        Lewis and Schultz (2003); Jo (2011); Crisman-Cox and Gibilisco (2021).
    """
    names = crisis.__dataclass_fields__
    faults = [f for n in names for f in number_faults(n, getattr(crisis, n), do=_DO)]
    faults += number_faults("tol", tol, above=0.0, do="1e-12 is usual")
    if not faults and crisis.challenger_wins <= crisis.status_quo:
        faults.append(
            f"`challenger_wins` is {crisis.challenger_wins:g}, allowed: above `status_quo` "
            f"({crisis.status_quo:g}); without a gain there is nothing to threaten for"
        )
    if not faults and float(challenge_probability(crisis, 1.0)) < 1e-250:
        faults.append(
            "`challenger_war` and `challenger_backs_down` are more than 30 standard deviations "
            "below `status_quo`, allowed: less; no threat is ever made"
        )
    check("threat stage", faults)
    roots, unresolved = _all_roots(crisis, tol)
    return ThreatEquilibria(
        tuple(_equilibrium(crisis, root) for root in sorted(roots)),
        not unresolved,
        tuple(sorted(unresolved)),
    )


def _gap(crisis: Crisis, resist: ArrayLike) -> FloatArray:
    """Return best-reply resistance less expected resistance."""
    return np.asarray(resistance_reply(crisis, resist) - np.asarray(resist, dtype=float))


def _all_roots(crisis: Crisis, tol: float) -> tuple[list[float], list[tuple[float, float]]]:
    """Return the roots on the unit interval and the stretches left undecided."""
    from scipy.optimize import brentq

    edges = np.linspace(1e-9, 1.0 - 1e-12, 513)
    cells = np.stack([edges[:-1], edges[1:]], axis=1)
    roots: list[float] = []
    undecided: list[tuple[float, float]] = []
    ends = _gap(crisis, edges[[0, -1]])
    if ends[0] <= 0.0:  # resistance so rare that it is its own reply to rounding
        roots.append(max(float(resistance_reply(crisis, edges[0])), 1e-300))
    if ends[1] >= 0.0:  # resistance for certain, to rounding
        roots.append(1.0)
    while len(cells):
        width = (cells[:, 1] - cells[:, 0])[:, None]
        points = cells[:, :1] + width * np.linspace(0.0, 1.0, 9)
        values = _gap(crisis, points)
        slopes = np.diff(values, axis=1) / (width / 8.0)
        steepest = 2.0 * np.abs(slopes).max(axis=1)
        empty = np.abs(values).min(axis=1) > steepest * width[:, 0] / 16.0
        # Slopes of one sign that vary by less than their smallest size: monotone.
        low, high = slopes.min(axis=1), slopes.max(axis=1)
        monotone = (low * high > 0) & (high - low < np.minimum(np.abs(low), np.abs(high)))
        crosses = values[:, 0] * values[:, -1] <= 0
        for left, right in cells[monotone & crosses & ~empty]:
            if _gap(crisis, right) != 0.0:  # a root on an edge belongs to the cell on its right
                roots.append(float(brentq(lambda p: float(_gap(crisis, p)), left, right, xtol=tol)))
        split = cells[~empty & ~monotone]
        narrow = split[:, 1] - split[:, 0] < 1e-10
        undecided += [(float(a), float(b)) for a, b in split[narrow]]
        split = split[~narrow]
        middle = split.mean(axis=1)
        cells = np.concatenate(
            [
                np.stack([split[:, 0], middle], axis=1),
                np.stack([middle, split[:, 1]], axis=1),
            ]
        )
    return roots, undecided


def _equilibrium(crisis: Crisis, resist: float) -> ThreatEquilibrium:
    """Return the probabilities at a root."""
    made = float(challenge_probability(crisis, resist))
    firm = float(carry_out_probability(crisis, resist))
    step = 1e-6 * min(resist, 1.0 - resist)
    around = np.array([resist - step, resist + step])
    slope = float(np.diff(_gap(crisis, around))[0]) if step > 1e-14 else -1.0
    return ThreatEquilibrium(
        resist=resist,
        challenge=made,
        carry_out=firm,
        residual=abs(float(_gap(crisis, resist))),
        stable=slope < 0.0,
        outcomes=(
            1.0 - made,
            made * (1.0 - resist),
            made * resist * firm,
            made * resist * (1.0 - firm),
        ),
    )
