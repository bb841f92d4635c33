"""Forecasts of the dated questions, each from what was known on its day."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import NormalDist

from upperhand.audit.errors import LookAheadError
from upperhand.audit.questions import Asked, Knowledge

#: Scale of what income does not explain, per cent of income, half-normal (assumed; 0.02 to 0.2).
NOISE_PCT = 0.05
#: Days until a standoff is settled, before any was observed (assumed; 60 to 365).
FIRST_GUESS_DAYS = 180.0
SERIES = ("avg_tariff_us_on_china_piie", "USA>CHN")

Chance = Callable[[Asked, Knowledge], float | None]
Numbers = Callable[[Asked, Knowledge], tuple[float, ...] | None]


def climatology(question: Asked, known: Knowledge) -> float:
    """Return the share of yes among earlier questions of the topic, by Laplace's rule (eq. 14.9).

    References:
        Laplace (1814), rule of succession.
    """
    earlier = known.resolved(question.topic)
    return (sum(earlier) + 1.0) / (len(earlier) + 2.0)


def status_quo(question: Asked, known: Knowledge) -> float:
    """Return 0 for anything new: no threat carried out, no deal; the tariff moves as it last did."""
    earlier = known.resolved(question.topic)
    if question.topic == "direction":
        return float(earlier[-1]) if earlier else 1.0
    return 0.0


def base_rates(question: Asked, _known: Knowledge) -> float:
    """Return the published rates of sanction threats, 1970 to 2000.

    A threat is carried out, and the next move is up, as often as threats were carried out. A deal
    comes as often as one side conceded or backed down: our reading, as the source has no deals.
    """
    from upperhand.talks.signalling import base_rates as published

    carried = published()["carried out"]
    return 1.0 - carried if question.topic == "deal_90" else carried


def credible_threat(question: Asked, known: Knowledge) -> float | None:
    """Return how likely a threat is carried out if own real income is what counts (eq. 14.10).

    None where the model has no reading: no tariff is threatened, or no table of before that day.
    """
    try:
        gains = known.reading(question.id).gain_pct
    except LookAheadError:
        return None
    return chance_to_carry_out(sum(gains) / len(gains))


def threat_and_rates(question: Asked, known: Knowledge) -> float | None:
    """Return the mean of the model's reading and the published rate, half each (eq. 14.12).

    The half is the weight that needs no data; nothing is fitted. None where the model is silent.

    References:
        Clemen (1989), on equal weights when forecasts are combined.
    """
    model = credible_threat(question, known)
    return None if model is None else 0.5 * (model + base_rates(question, known))


def chance_to_carry_out(
    gain_pct: float, *, noise_pct: float = NOISE_PCT, points: int = 200
) -> float:
    """Return the chance that a move with this gain over doing nothing is made (eq. 14.10).

    Args:
        gain_pct: Change of own real income, per cent.
        noise_pct: Scale of the half-normal prior of the noise, per cent.
        points: Quantiles of the prior that are averaged.

    Examples:
        >>> chance_to_carry_out(0.0), round(chance_to_carry_out(-0.04), 3)
        (0.5, 0.21)
    """
    normal = NormalDist()
    scales = [noise_pct * normal.inv_cdf(0.5 + 0.5 * (k + 0.5) / points) for k in range(points)]
    return sum(_logistic(gain_pct / scale) for scale in scales) / points


def _logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x > -700 else 0.0


def numbers_status_quo(question: Asked, known: Knowledge) -> tuple[float, ...] | None:
    """Return the last number that was known: the tariff, or the days that the last spell took."""
    if question.topic == "level":
        last = known.facts.latest(*SERIES)
        return (float(last.value),) if last is not None and last.value is not None else None
    earlier = known.resolved("settle")
    return (earlier[-1],) if earlier else (FIRST_GUESS_DAYS,)


def numbers_climatology(question: Asked, known: Knowledge) -> tuple[float, ...] | None:
    """Return the last tariff plus each earlier change, or every earlier spell with a first guess."""
    if question.topic == "settle":
        return (*known.resolved("settle"), FIRST_GUESS_DAYS)
    last = numbers_status_quo(question, known)
    if last is None:
        return None
    past = _known_levels(known)
    changes = [b - a for a, b in pairwise(past)] or [0.0]
    return tuple(max(last[0] + change, 0.0) for change in changes)


def _known_levels(known: Knowledge) -> Sequence[float]:
    """Return the tariff levels that were published, in the order of their dates."""
    return [float(f.value) for f in known.facts.known(*SERIES) if f.value is not None]


CHANCES: dict[str, Chance] = {
    "climatology": climatology,
    "status quo": status_quo,
    "base rates": base_rates,
    "credible threat": credible_threat,
    "threat and rates": threat_and_rates,
}
NUMBERS: dict[str, Numbers] = {
    "climatology": numbers_climatology,
    "status quo": numbers_status_quo,
}
REFERENCE = "climatology"
