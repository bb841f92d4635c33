"""The race against the record: scores by their definitions, and the page that prints them."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from tests.support import ROOT
from upperhand.horizon.replay import crps, record, score_of, weights_of
from upperhand.horizon.replay_page import PAGE, page

NUMBER = re.compile(r"-?\d+(\.\d+)?")


@pytest.mark.equation("5.28")
def test_score_of_a_normal_forecast_is_its_closed_form():
    """Gneiting and Raftery (2007): sigma (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi))."""
    from scipy.stats import norm

    draws = norm.ppf((np.arange(20_000) + 0.5) / 20_000, loc=1.0, scale=2.0)
    for observed in (1.0, 2.5, -3.0):
        z = (observed - 1.0) / 2.0
        exact = 2.0 * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
        assert crps(draws, observed) == pytest.approx(exact, abs=1e-3)


@pytest.mark.equation("5.28")
def test_score_of_a_point_is_its_absolute_error():
    assert crps(np.array([3.0]), 5.0) == 2.0


@pytest.mark.equation("5.29")
def test_weights_are_normal_likelihoods():
    """Misfits of one and of two standard errors: a ratio of exp(-1/2) to exp(-2)."""
    found = weights_of(np.array([[1.0, 2.0]]), np.array([0.0]), np.array([1.0]))
    assert found.sum() == pytest.approx(1.0)
    assert found[0] / found[1] == pytest.approx(np.exp(1.5))


@pytest.mark.parametrize("series", record(), ids=lambda series: series.name)
def test_nothing_after_the_cutoff_is_used(series):
    """Other numbers after the cut-off change the scores and not the forecast."""
    later = series.dates > series.cutoff
    assert 0 < later.sum() < len(later)
    other = replace(series, values=np.where(later, 2 * series.values, series.values))
    one, two = score_of(series, draws=500), score_of(other, draws=500)
    assert np.array_equal(one.median, two.median)
    assert one.mae != two.mae


def test_series_of_the_record_are_those_of_the_facts():
    """Values are quoted from the facts; a slip of the pen would show."""
    by_name = {series.name: series for series in record()}
    assert by_name["magnets"].values.tolist() == [1238, 3188, 5577, 6146, 5774, 5473]
    assert by_name["accelerator_share"].values[1] == 19
    assert by_name["node_lag"].values.tolist() == [3.8, 4.3, 5.3, 5.6]
    assert len(by_name["nvidia_china"].values) == 19


def test_model_beats_the_random_walk_where_the_page_says_so():
    verdicts = {series.name: score_of(series).better for series in record()}
    assert sum(verdicts.values()) >= 4
    assert not verdicts["tool_share"], "definitions differ from year to year; no model follows them"


def test_page_is_up_to_date():
    written = (ROOT / PAGE).read_text(encoding="utf-8")
    words = [NUMBER.sub("#", text) for text in (written, page())]
    assert words[0] == words[1], "run python -m upperhand.horizon.replay_page"
