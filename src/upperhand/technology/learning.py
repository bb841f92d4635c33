"""Learning by doing and yield: what volume does to cost (model book, eq. 5.10 and 5.11)."""

from __future__ import annotations

import numpy as np

from upperhand.technology.parameters import Number, plain


def learning_exponent(rate: Number) -> Number:
    """Return the elasticity of cost to experience from the fall per doubling (eq. 5.10).

    Examples:
        >>> round(learning_exponent(0.20), 3)
        0.322
    """
    return plain(-np.log2(1.0 - np.asarray(rate)))


def unit_cost(own: Number, others: Number, rate: Number, spillover: Number) -> Number:
    """Return cost over the cost of the first unit of experience (eq. 5.10).

    Args:
        own: Own cumulative output.
        others: Cumulative output of all others.
        rate: Fall of cost with each doubling.
        spillover: Weight of others' output; an export control lowers it.

    Examples:
        >>> round(unit_cost(2.0, 0.0, 0.2, 1 / 3), 3)
        0.8
    """
    return plain((own + spillover * np.asarray(others)) ** -learning_exponent(rate))


def chip_yield(area: Number, defects: Number) -> Number:
    """Return the share of good dies: Poisson defects on an area (eq. 5.11).

    Args:
        area: Die area in square centimetres.
        defects: Defects on a square centimetre.

    Examples:
        >>> round(chip_yield(6.65, 0.24), 2)
        0.2
    """
    return plain(np.exp(-np.asarray(area) * defects))


def defects_of(area: Number, good: Number) -> Number:
    """Return the defects on a square centimetre that a yield implies (eq. 5.11).

    Examples:
        >>> [round(defects_of(6.65, good), 2) for good in (0.2, 0.4, 0.6)]
        [0.24, 0.14, 0.08]
    """
    return plain(-np.log(good) / area)
