"""Draws: quasi-random points that depend on the seed and on nothing else.

Draw `k` is point `k // 8` of the scramble `k % 8` of a Sobol sequence. So a draw is the same in every
batch and on every machine, more draws continue fewer, and any number of draws consists of eight
independent estimates whose spread is the Monte Carlo error.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError
from upperhand.uncertainty.priors import Array, Priors

#: Independent scrambles; also the number of estimates behind each Monte Carlo error.
SCRAMBLES = 8
#: Points that one scramble holds.
MOST_POINTS = 2**30
Draw = dict[str, float | str]


def check_draws(draws: int, seed: int) -> None:
    """Raise unless so many draws with this seed exist.

    Raises:
        OptionError: If there are none, more than the sequence holds, or the seed is negative.

    Examples:
        >>> check_draws(0, 1)
        Traceback (most recent call last):
        ...
        upperhand.core.errors.OptionError: 0 draws; allowed: 1 to 8589934592
    """
    if not 1 <= draws <= SCRAMBLES * MOST_POINTS:
        raise OptionError(f"{draws} draws; allowed: 1 to {SCRAMBLES * MOST_POINTS}")
    if seed < 0:
        raise OptionError(f"seed {seed}; allowed: 0 or more")


def uniforms(factors: int, start: int, stop: int, *, seed: int) -> Array:
    """Return draws `start` to `stop` of independent uniforms (draw, factor).

    Args:
        factors: Number of columns.
        start: First draw.
        stop: One past the last.
        seed: The same seed gives the same draws, whatever is asked for at once.

    Examples:
        >>> whole = uniforms(3, 0, 20, seed=1)
        >>> parts = np.vstack([uniforms(3, 0, 7, seed=1), uniforms(3, 7, 20, seed=1)])
        >>> bool((whole == parts).all())
        True
    """
    check_draws(max(stop, 1), seed)
    found = np.empty((max(stop - start, 0), factors))
    for scramble in range(SCRAMBLES):
        first = -(-(start - scramble) // SCRAMBLES)
        last = -(-(stop - scramble) // SCRAMBLES)
        if last > first and factors:
            at = first * SCRAMBLES + scramble - start
            found[at::SCRAMBLES] = _points(factors, first, last, seed=seed, scramble=scramble)
    return found


def draw_columns(
    priors: Priors, start: int, stop: int, *, seed: int
) -> dict[str, npt.NDArray[Any]]:
    """Return draws `start` to `stop`, one column per prior (eq. 13.1-13.3).

    Examples:
        >>> from upperhand.uncertainty.priors import Prior
        >>> priors = Priors((Prior("a", "uniform", 0, -1, 1, "", "assumed"),))
        >>> draw_columns(priors, 0, 4096, seed=1)["a"].std().round(3).item()
        0.577
    """
    return priors.values(uniforms(len(priors.factors), start, stop, seed=seed))


def rows(columns: dict[str, npt.NDArray[Any]]) -> Iterator[Draw]:
    """Yield one dict per draw, with plain numbers and words.

    Examples:
        >>> list(rows({"a": np.array([1.0, 2.0]), "b": np.array(["x", "y"])}))
        [{'a': 1.0, 'b': 'x'}, {'a': 2.0, 'b': 'y'}]
    """
    lists = [column.tolist() for column in columns.values()]
    for values in zip(*lists, strict=True):
        yield dict(zip(columns, values, strict=True))


def _points(factors: int, first: int, last: int, *, seed: int, scramble: int) -> Array:
    from scipy.stats import qmc

    sequence = qmc.Sobol(factors, scramble=True, seed=np.random.default_rng([seed, scramble]))
    if first:
        sequence.fast_forward(first)
        points = sequence.random(last - first)
    else:  # the first point alone: SciPy warns of a first batch that is no power of two
        points = np.vstack([sequence.random(1), sequence.random(last - 1)])
    # a scrambled point may be 0, whose normal is infinite
    return np.asarray(np.clip(points, 2.0**-53, 1 - 2.0**-53))
