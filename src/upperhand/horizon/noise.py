"""How large the steps are that the race does not explain: `python -m upperhand.horizon.noise`.

Read from the whole record up to 2025 by the likelihood of eq. 5.29; draws of later years use it. The
replay infers its own from what was known at each cut-off.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import reduce

import numpy as np

from upperhand.horizon.replay import Series, log_likelihoods, record, unexplained
from upperhand.technology.parameters import Array, Race

DRAWS, SEED, POINTS = 2000, 7, 61
#: Parameter, the series that show it, and what turns their scale into its unit.
SHOWN = {
    "gap_noise": (("node_lag",), float(np.asarray(Race().frontier_rate))),
    "share_noise": (("accelerator_share", "tool_share"), 1.0),
}


@dataclass(frozen=True, slots=True)
class Noise:
    """A parameter of unexplained steps as the record shows it.

    Attributes:
        name: Field of `Race`.
        low: 10th percentile.
        middle: Median.
        high: 90th percentile.
    """

    name: str
    low: float
    middle: float
    high: float


def noise_of(name: str, *, draws: int = DRAWS, seed: int = SEED) -> Noise:
    """Return what the record says about the size of unexplained steps, from a flat prior.

    Args:
        name: `gap_noise` or `share_noise`.
        draws: Draws of everything else, over which the likelihood is averaged.
        seed: Seed of the draws.

    Examples:
        >>> found = noise_of("gap_noise", draws=200)
        >>> 0 < found.low < found.middle < found.high
        True
    """
    names, unit = SHOWN[name]
    shown = [series for series in record() if series.name in names]
    sizes = np.linspace(0.0, shown[0].noise, POINTS)
    logs = reduce(np.add, (evidence(series, sizes, draws, seed) for series in shown))
    mass = np.exp(logs - logs.max())
    level = np.concatenate([[0.0], np.cumsum((mass[1:] + mass[:-1]) / 2)])
    quantiles = unit * np.interp([0.1, 0.5, 0.9], level / level[-1], sizes)
    return Noise(name, *(float(value) for value in quantiles))


def evidence(series: Series, sizes: Array, draws: int, seed: int) -> Array:
    """Return the log likelihood of a whole series at each size of steps, averaged over draws."""
    rng = np.random.default_rng(seed)
    paths = series.scale.to(series.model(np.empty(draws), series, rng))
    misfit = series.scale.to(series.values)[:, None] - paths
    errors = np.diag((series.errors * series.scale.slope(series.values)) ** 2)
    found = []
    for spread in unexplained(series, sizes) + errors:
        logs = log_likelihoods(misfit, np.broadcast_to(spread, (draws, *spread.shape)))
        found.append(float(np.log(np.mean(np.exp(logs - logs.max()))) + logs.max()))
    return np.array(found)


if __name__ == "__main__":
    for each in SHOWN:
        one = noise_of(each)
        sys.stdout.write(f"{one.name}: {one.middle:.2f} ({one.low:.2f} to {one.high:.2f})\n")
