"""The race against the record: scores by their definitions, and the page that prints them."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from tests.support import ROOT
from upperhand.horizon.noise import noise_of
from upperhand.horizon.replay import (
    LOG,
    Series,
    crps,
    log_likelihoods,
    record,
    score_of,
    unexplained,
    weights_of,
)
from upperhand.horizon.replay_page import PAGE, page
from upperhand.technology.parameters import parameters

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
    misfit, spread = np.array([[1.0, 2.0]]), np.ones((2, 1, 1))
    found = weights_of(log_likelihoods(misfit, spread))
    assert found.sum() == pytest.approx(1.0)
    assert found[0] / found[1] == pytest.approx(np.exp(1.5))


@pytest.mark.equation("5.29")
def test_likelihood_is_that_of_a_normal_with_its_covariance():
    from scipy.stats import multivariate_normal

    rng = np.random.default_rng(5)
    misfit = rng.normal(size=(3, 4))
    roots = rng.normal(size=(4, 3, 3))
    spread = roots @ roots.transpose(0, 2, 1) + np.eye(3)
    expected = [multivariate_normal(cov=spread[d]).logpdf(misfit[:, d]) for d in range(4)]
    assert log_likelihoods(misfit, spread) == pytest.approx(np.array(expected))


@pytest.mark.equation("5.29")
def test_unexplained_steps_add_up_and_a_new_definition_shifts_all_later_points():
    (series,) = (one for one in record() if one.name == "tool_share")
    found = unexplained(series, np.array([0.0, 0.3]))
    ages = series.dates - series.since
    late = np.array([0, 0, 0, 1, 1])
    assert found[0] == pytest.approx(0.25 * np.outer(late, late))
    assert np.diag(found[1]) == pytest.approx(0.09 * ages + 0.25 * late)
    assert found[1][1, 4] == pytest.approx(0.09 * ages[1])


def test_without_a_model_and_errors_the_forecast_is_a_random_walk_from_the_last_point():
    """The middle stays in logs; its size is near that of the steps seen, 0.07 a year, and fatter-tailed."""
    dates = np.array([2020.0, 2021.0, 2022.0, 2026.0])
    flat = Series(
        "flat", "flat", dates, np.array([100.0, 110.0, 120.0, 1.0]), np.full(4, 1e-6), 2022.0,
        lambda blank, series, _rng: np.full((len(series.dates), len(blank)), 100.0),
        "", replace(LOG), 1.0, 2019.0,
    )  # fmt: skip
    found = score_of(flat, draws=20_000, seed=2)
    assert found.median[2] == pytest.approx(120.0, rel=1e-4)
    assert np.log(found.median[3] / 120.0) == pytest.approx(0.0, abs=0.02)
    width = np.log(found.high[3] / found.low[3])
    assert 0.07 < width / (2 * 1.2816 * 2.0) < 0.2


def test_noise_of_a_made_up_record_is_found_again(monkeypatch):
    """Forty years of random steps in log odds around a flat share: the interval holds their size."""
    rng = np.random.default_rng(8)
    dates = np.arange(1980.0, 2020.0)
    odds = np.cumsum(0.2 * rng.normal(size=40)) - 0.5
    (base,) = (one for one in record() if one.name == "accelerator_share")
    made = replace(
        base, dates=dates, values=100 / (1 + np.exp(-odds)), errors=np.full(40, 0.1), since=1979.0,
        model=lambda blank, series, _rng: np.full((len(series.dates), len(blank)), 37.75),
    )  # fmt: skip
    monkeypatch.setattr("upperhand.horizon.noise.record", lambda: (made,))
    found = noise_of("share_noise", draws=2)
    size = float(np.sqrt((np.diff(odds) ** 2).mean()))
    assert found.low < size < found.high
    assert found.high - found.low < 0.08


def test_the_noise_of_the_parameters_is_what_the_command_prints():
    for name in ("gap_noise", "share_noise"):
        found, given = noise_of(name), parameters()[name]
        assert (given.low, given.value, given.high) == pytest.approx(
            (found.low, found.middle, found.high), abs=0.0051
        )


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
    assert by_name["magnets"].values.tolist() == [2626, 1238, 3188, 5577, 6146, 5774, 5473]
    assert by_name["accelerator_share"].values[1] == 19
    assert by_name["phone_share"].values[[0, 4, 7]].tolist() == [44.3, 8.8, 16.4]
    assert by_name["node_lag"].values.tolist() == [3.8, 4.3, 5.3, 5.6]
    assert len(by_name["nvidia_china"].values) == 19


def test_scores_and_coverage_are_those_that_the_page_prints():
    """All better than the random walk; fewer later points inside the bands than eight in ten."""
    scores = [score_of(series) for series in record()]
    assert all(score.better for score in scores)
    inside, total = (sum(score.covered[k] for score in scores) for k in (0, 1))
    assert (inside, total) == (12, 19)
    (nvidia,) = (score for score in scores if score.series.name == "nvidia_china")
    assert nvidia.covered[0] < 4, "the loss of late 2023 was not foreseen; the page says so"


def test_page_is_up_to_date():
    written = (ROOT / PAGE).read_text(encoding="utf-8")
    computed = page()
    words = [NUMBER.sub("#", text) for text in (written, computed)]
    assert words[0] == words[1], "run python -m upperhand.horizon.replay_page"
    pairs = zip(NUMBER.finditer(written), NUMBER.finditer(computed), strict=True)
    other = [f"{a[0]} is {b[0]}" for a, b in pairs if not _same_but_for_rounding(a[0], b[0])]
    assert not other, "run python -m upperhand.horizon.replay_page"


def _same_but_for_rounding(one: str, other: str) -> bool:
    """Another processor may round a printed digit the other way, and no more."""
    digits = len(one.partition(".")[2])
    return round(abs(float(one) - float(other)), digits + 2) <= 10.0**-digits
