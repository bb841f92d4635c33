"""Shapley effects: parts of a variance that add up, also when inputs err together."""

from __future__ import annotations

from math import factorial
from typing import Any

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError

Array = npt.NDArray[np.float64]
#: More players than this have more coalitions than is worth counting; group them.
MOST_PLAYERS = 16


def shapley_values(worth: Array) -> Array:
    """Return the part of each player in what all of them are worth together (eq. 13.6).

    Args:
        worth: Worth of every coalition: entry `m` is that of the players whose bits are set in
            `m`; the first entry is that of nobody.

    Returns:
        One part for each player; they add to `worth[-1] - worth[0]`.

    Raises:
        OptionError: If the length is no power of two, or the players are more than 16.

    Examples:
        Two players worth 1 and 2 alone and 5 together:

        >>> shapley_values(np.array([0.0, 1.0, 2.0, 5.0])).tolist()
        [2.0, 3.0]

    References:
        Shapley (1953); Owen (2014) for variances.
    """
    players = len(worth).bit_length() - 1
    if len(worth) != 2**players or players < 1:
        raise OptionError(f"{len(worth)} coalitions; allowed: two to the power of the players")
    if players > MOST_PLAYERS:
        raise OptionError(f"{players} players; allowed: {MOST_PLAYERS}, so group them")
    masks = np.arange(len(worth))
    size = np.bitwise_count(masks).astype(int)
    whole = factorial(players)
    chance = np.array(
        [factorial(s) * factorial(players - s - 1) / whole for s in range(players)] + [0.0]
    )
    parts = np.empty(players)
    for player in range(players):
        without = masks[(masks >> player) & 1 == 0]
        gain = worth[without | 1 << player] - worth[without]
        parts[player] = chance[size[without]] @ gain
    return parts


def linear_gaussian_worth(slopes: Array, covariance: Array) -> Array:
    """Return the variance that each coalition of normal inputs explains of a linear output (eq. 13.7).

    Args:
        slopes: Effect of each input.
        covariance: Of the inputs.

    Examples:
        >>> linear_gaussian_worth(np.array([1.0, 2.0]), np.eye(2)).tolist()
        [0.0, 1.0, 4.0, 5.0]
    """
    joint = covariance @ slopes
    return coalition_worth(covariance, joint, [[k] for k in range(len(slopes))])


def coalition_worth(gram: Array, joint: Array, blocks: list[list[int]]) -> Array:
    """Return what each coalition of blocks of inputs explains linearly of an output (eq. 13.7).

    Args:
        gram: Covariance of the inputs (input, input); may be singular.
        joint: Covariance of inputs and output (input,).
        blocks: Inputs of each player.
    """
    worth = np.zeros(2 ** len(blocks))
    for mask in range(1, len(worth)):
        chosen = [k for p, block in enumerate(blocks) if mask >> p & 1 for k in block]
        if chosen:
            inner: Any = np.linalg.pinv(gram[np.ix_(chosen, chosen)], rcond=1e-10, hermitian=True)
            worth[mask] = joint[chosen] @ inner @ joint[chosen]
    return worth
