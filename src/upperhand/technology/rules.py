"""When a leader should stop selling, and what a supplier's threat is worth (eq. 5.15, 5.16)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from upperhand.technology.parameters import Number, plain


@dataclass(frozen=True, slots=True)
class Rents:
    """What a leader earns, and how it loses the lead.

    Attributes:
        home: Rent at home a year.
        export: Rent from the follower's market a year.
        diffusion: Hazard of losing the lead while selling.
        substitution: Hazard of losing it under a ban, to the follower's own research.
        rate: Discount rate.
        after: Value once the lead is lost.
    """

    home: float
    export: float
    diffusion: float
    substitution: float
    rate: float = 0.05
    after: float = 0.0


def value_of_selling(rents: Rents) -> float:
    """Return the value of going on selling (eq. 5.15).

    Examples:
        >>> round(value_of_selling(Rents(1.0, 0.3, 0.15, 0.05)), 2)
        6.5
    """
    income = rents.home + rents.export + rents.diffusion * rents.after
    return income / (rents.rate + rents.diffusion)


def value_of_ban(rents: Rents) -> float:
    """Return the value of a ban on exports (eq. 5.15).

    Examples:
        >>> value_of_ban(Rents(1.0, 0.3, 0.15, 0.05))
        10.0
    """
    return (rents.home + rents.substitution * rents.after) / (rents.rate + rents.substitution)


def ban_pays(rents: Rents) -> bool:
    """Return whether an export ban pays the leader (eq. 5.15).

    Never when the ban speeds the follower as much as selling would.

    Examples:
        >>> ban_pays(Rents(1.0, 0.3, 0.15, 0.05)), ban_pays(Rents(1.0, 0.3, 0.15, 0.15))
        (True, False)

    References:
        Garcia-Macia and Goyal (2020).
    """
    gain = (rents.diffusion - rents.substitution) * (rents.home - rents.rate * rents.after)
    return gain > (rents.rate + rents.substitution) * rents.export


def withdrawal_loss(withdrawn: Number, spending: Number, elasticity: Number) -> Number:
    """Return the log loss when a supplier withdraws a share of an input (eq. 5.16).

    Args:
        withdrawn: Share of the input withdrawn, 0 to 1.
        spending: Share of the input in the buyer's cost.
        elasticity: Elasticity of substitution between sources, above 1.

    Examples:
        >>> [round(withdrawal_loss(w, 1.0, 2.0), 2) for w in (0.5, 0.7, 0.91, 0.94, 0.99)]
        [0.69, 1.2, 2.41, 2.81, 4.61]

    References:
        Clayton, Maggiori and Schreger (2024).
    """
    left = np.log1p(-np.asarray(withdrawn))
    return plain(-(np.asarray(spending) / (np.asarray(elasticity) - 1.0) * left))
