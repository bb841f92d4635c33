"""Leaps that arrive at random: cost breakthroughs and new paradigms (model book, eq. 5.20)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from upperhand.core.errors import OptionError, raise_faults
from upperhand.technology.parameters import Array, Number, plain


@dataclass(frozen=True, slots=True)
class Leap:
    """A kind of leap that arrives at random.

    Attributes:
        name: In words.
        rate: Arrivals a year.
        generations: What the follower gains when it arrives.
    """

    name: str
    rate: Number
    generations: Number


def arrivals(rate: Number, years: int, draws: int, seed: int) -> Array:
    """Return how many leaps arrive in each year and draw (eq. 5.20).

    Raises:
        OptionError: If the rate is negative or there is no year or draw.

    Examples:
        >>> arrivals(0.0, 3, 2, seed=1).tolist()
        [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
    """
    faults = [
        f"{name} is {value}; allowed: {allowed}"
        for name, value, good, allowed in (
            ("rate", np.min(rate), np.min(rate) >= 0, "at least 0 a year"),
            ("years", years, years >= 1, "at least 1"),
            ("draws", draws, draws >= 1, "at least 1"),
        )
        if not good
    ]
    raise_faults(OptionError, faults, what="arrivals")
    rng = np.random.default_rng(seed)
    return rng.poisson(np.broadcast_to(rate, (years, draws))).astype(np.float64)


def chance_of_any(rate: Number, years: Number) -> Number:
    """Return the chance of at least one arrival within a span (eq. 5.20).

    Examples:
        >>> round(chance_of_any(0.05, 10), 3)
        0.393
    """
    return plain(-np.expm1(-np.asarray(rate) * years))
