"""Score forecasts: Brier, log and CRPS, skill against a reference, bootstrap, calibration."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError, raise_faults

#: A certain forecast that fails costs -ln(0.001), not infinity.
CLIP = 1e-3
BINS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


def brier_score(probability: float, outcome: int) -> float:
    """Return the squared error of a probability (eq. 14.5); 0 is best, 1 worst.

    Examples:
        >>> round(brier_score(0.8, 1), 12)
        0.04

    References:
        Brier (1950).
    """
    _check(probability, outcome)
    return (probability - outcome) ** 2


def log_score(probability: float, outcome: int, *, clip: float = CLIP) -> float:
    """Return minus the log of the probability given to what happened (eq. 14.6), in nats.

    Examples:
        >>> round(log_score(0.8, 1), 6), round(log_score(1.0, 0), 3)
        (0.223144, 6.908)

    References:
        Gneiting and Raftery (2007).
    """
    _check(probability, outcome)
    held = min(max(probability, clip), 1.0 - clip)
    return -math.log(held if outcome else 1.0 - held)


def crps(ensemble: Sequence[float], outcome: float) -> float:
    """Return the continuous ranked probability score of equally likely numbers (eq. 14.7).

    The absolute error when there is one number; in the unit of the numbers.

    Examples:
        >>> crps([3.0], 5.0), crps([0.0, 2.0], 1.0)
        (2.0, 0.5)

    References:
        Gneiting and Raftery (2007), equation 21.
    """
    values = np.asarray(ensemble, dtype=np.float64)
    if values.size == 0 or not np.isfinite(values).all() or not math.isfinite(outcome):
        raise OptionError("crps: the ensemble is empty or holds a number that is not finite")
    spread = np.abs(values[:, None] - values[None, :]).mean()
    return float(np.abs(values - outcome).mean() - 0.5 * spread)


def skill(score: float, reference: float) -> float | None:
    """Return the share of a reference's score that a forecaster saves (eq. 14.8).

    None where the reference makes no error.

    Examples:
        >>> skill(0.1, 0.4), skill(0.1, 0.0)
        (0.75, None)
    """
    return None if reference == 0 else 1.0 - score / reference


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the range that resampling the questions gives.

    Attributes:
        mean: Mean over the questions.
        low: 2.5 per cent quantile of resampled means.
        high: 97.5 per cent quantile.
        questions: How many there are.
    """

    mean: float
    low: float
    high: float
    questions: int


def bootstrap(values: Sequence[float], *, seed: int, draws: int = 2000) -> Interval:
    """Return the mean of scores with a 95 per cent interval from resampled questions.

    With a dozen questions the interval is wide, and too narrow if their answers hang together.

    Examples:
        >>> found = bootstrap([0.0, 1.0, 0.0, 1.0], seed=1)
        >>> found.mean, found.low < 0.5 < found.high
        (0.5, True)

    References:
        Efron (1979).
    """
    data: npt.NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    if data.size == 0:
        raise OptionError("bootstrap: no scores; give one for each question")
    rng = np.random.default_rng(seed)
    means = data[rng.integers(0, data.size, (draws, data.size))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(data.mean()), float(low), float(high), int(data.size))


@dataclass(frozen=True, slots=True)
class Bin:
    """Forecasts of about the same probability.

    Attributes:
        low: Lower edge.
        high: Upper edge.
        questions: How many forecasts fall into it.
        forecast: Their mean probability; None if there is none.
        happened: Share of them that came true; None if there is none.
    """

    low: float
    high: float
    questions: int
    forecast: float | None
    happened: float | None


def calibration(pairs: Sequence[tuple[float, int]]) -> tuple[Bin, ...]:
    """Return how often things happened that were given a probability in each of five bins.

    Examples:
        >>> [b.happened for b in calibration([(0.1, 0), (0.9, 1), (0.85, 0)])]
        [0.0, None, None, None, 0.5]
    """
    found = []
    for low, high in pairwise(BINS):
        last = high == BINS[-1]
        inside = [(p, y) for p, y in pairs if low <= p < high or (last and p == high)]
        n = len(inside)
        found.append(
            Bin(
                low,
                high,
                n,
                sum(p for p, _ in inside) / n if n else None,
                sum(y for _, y in inside) / n if n else None,
            )
        )
    return tuple(found)


def _check(probability: float, outcome: int) -> None:
    faults = []
    if not 0.0 <= probability <= 1.0:
        faults.append(f"probability is {probability}; allowed: 0 to 1")
    if outcome not in (0, 1):
        faults.append(f"outcome is {outcome}; allowed: 0 or 1")
    raise_faults(OptionError, faults, what="score")
