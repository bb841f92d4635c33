"""How the response of trade grows with time (model book, eq. 2.15).

Trade responds little at first and more with time: the ratio of the elasticity after `h` years to
the long-run one follows Boehm, Levchenko and Pandalai-Nayar (2023), whose estimates are 0.76 in
the first year and about 2 after seven to ten years. The speed of approach is assumed.
"""

from __future__ import annotations

from math import exp, log

FIRST_YEAR, LONG_RUN = 0.76, 2.0
SPEED = log((LONG_RUN - FIRST_YEAR) / (0.05 * LONG_RUN)) / 7.0


def elasticity_path(
    years: float, *, first: float = FIRST_YEAR, last: float = LONG_RUN, speed: float = SPEED
) -> float:
    """Return the trade elasticity `years` after a shock (eq. 2.15).

    Args:
        years: Time since the shock; below one year the first-year value holds.
        first: Elasticity in the first year.
        last: Elasticity in the long run.
        speed: Rate of approach per year; by default 95 per cent of the way after eight years.

    Examples:
        >>> round(elasticity_path(1), 3), round(elasticity_path(4), 3)
        (0.76, 1.578)

    References:
        Boehm, Levchenko and Pandalai-Nayar (2023); the speed is assumed, not estimated.
    """
    return last - (last - first) * exp(-speed * (max(years, 1.0) - 1.0))


#: Short- and medium-run elasticity over the long-run one: years one and two of the path.
USUAL_RATIO = (elasticity_path(1.0) / LONG_RUN, elasticity_path(2.0) / LONG_RUN)
