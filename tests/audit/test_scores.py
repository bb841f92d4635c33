"""Scores: the printed oracles, and the properties that make a score proper."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from upperhand.audit.scores import bootstrap, brier_score, calibration, crps, log_score, skill
from upperhand.core.errors import OptionError

FORECASTS = [(0.8, 1), (0.3, 0), (0.6, 0)]
CHANCES = st.floats(0.01, 0.99)


@pytest.mark.equation("14.5", "14.6", "14.8")
def test_brier_log_and_skill_of_three_forecasts():
    """Oracle S01, to its tolerance: Brier (1950), Gneiting and Raftery (2007)."""
    brier = np.mean([brier_score(p, y) for p, y in FORECASTS])
    assert brier == pytest.approx(0.16333333, abs=1e-8)
    assert np.mean([log_score(p, y) for p, y in FORECASTS]) == pytest.approx(0.49870308, abs=1e-8)
    reference = np.mean([brier_score(0.4, y) for _, y in FORECASTS])
    assert skill(float(brier), float(reference)) == pytest.approx(0.27941176, abs=1e-8)


@given(truth=CHANCES, said=CHANCES)
def test_nobody_gains_by_saying_what_he_does_not_believe(truth, said):
    """Both scores are proper: the expected score is least at the true probability."""
    for score in (brier_score, log_score):
        expected = [truth * score(p, 1) + (1 - truth) * score(p, 0) for p in (truth, said)]
        assert expected[0] <= expected[1] + 1e-12  # rounding of a sum of two products


@pytest.mark.equation("14.7")
@given(st.lists(st.floats(-50, 50), min_size=1, max_size=6), st.floats(-50, 50))
def test_crps_is_the_area_between_the_distribution_and_the_step_at_what_happened(values, outcome):
    """Second route: the integral of (F(x) - 1[x >= y])^2, exact for a step function."""
    edges = sorted({*values, outcome})
    area = sum(
        (right - left) * (sum(v <= left for v in values) / len(values) - (outcome <= left)) ** 2
        for left, right in pairwise(edges)
    )
    assert crps(values, outcome) == pytest.approx(area, abs=1e-9)


def test_crps_of_one_number_is_its_distance():
    assert crps([3.0], 7.5) == 4.5


@pytest.mark.parametrize("clip", [1e-3])
def test_a_certain_forecast_that_fails_costs_the_clip(clip):
    assert log_score(1.0, 0) == pytest.approx(-math.log(clip), rel=1e-12)


def test_the_bootstrap_covers_and_repeats():
    """The interval of a mean of 40 fair coins is near the normal one; the seed decides it."""
    values = [0.0, 1.0] * 20
    found = bootstrap(values, seed=5)
    half = 1.96 * 0.5 / math.sqrt(40)
    assert found == bootstrap(values, seed=5)
    assert found.low == pytest.approx(0.5 - half, abs=0.03)  # steps of 1/40
    assert found.high == pytest.approx(0.5 + half, abs=0.03)


def test_bins_hold_every_forecast_once():
    pairs = [(p / 20, p % 2) for p in range(21)]
    bins = calibration(pairs)
    assert sum(b.questions for b in bins) == 21
    assert bins[-1].high == 1.0


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: brier_score(1.2, 1), "probability is 1.2; allowed: 0 to 1"),
        (lambda: log_score(0.5, 2), "outcome is 2; allowed: 0 or 1"),
        (lambda: brier_score(float("nan"), 0), "allowed: 0 to 1"),
        (lambda: crps([], 1.0), "empty"),
        (lambda: crps([1.0], float("inf")), "not finite"),
        (lambda: bootstrap([], seed=1), "no scores"),
    ],
)
def test_impossible_input_is_refused(call, said):
    with pytest.raises(OptionError) as caught:
        call()
    assert said in str(caught.value)
