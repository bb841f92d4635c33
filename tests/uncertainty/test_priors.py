"""Priors and draws: quantiles, correlation, and draws that depend on the seed alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from upperhand.core.errors import OptionError
from upperhand.uncertainty.draws import draw_columns, rows, uniforms
from upperhand.uncertainty.priors import Prior, Priors, alternatives
from upperhand.uncertainty.sources import (
    common_share,
    elasticity_priors,
    horizon_priors,
    prior_of_assumption,
)
from upperhand.world.load import load_world
from upperhand.world.toy import toy_world

U = np.array([0.001, 0.1, 0.3, 0.5, 0.77, 0.999])


def prior(kind, value=2.0, low=1.0, high=5.0, **more):
    return Prior("x", kind, value, low, high, "a source", "assumed", **more)


@pytest.mark.equation("13.1")
def test_triangle_and_uniform_are_those_of_scipy():
    triangle = stats.triang(c=0.25, loc=1, scale=4).ppf(U)
    np.testing.assert_allclose(prior("triangular").quantile(U), triangle, rtol=1e-12)
    np.testing.assert_allclose(prior("uniform").quantile(U), stats.uniform(1, 4).ppf(U), rtol=1e-14)


@pytest.mark.equation("13.2")
def test_symmetric_normal_with_open_ends_is_the_normal_of_its_standard_error():
    error = 0.7
    ends = 2 - stats.norm.ppf(0.975) * error, 2 + stats.norm.ppf(0.975) * error
    found = prior("normal", 2.0, *ends, bounded=False).quantile(U)
    np.testing.assert_allclose(found, stats.norm(2, error).ppf(U), rtol=1e-12)


@pytest.mark.equation("13.2")
def test_bounded_lognormal_is_a_truncated_normal_in_logs_on_each_side():
    found = np.log(prior("lognormal", 2.0, 1.0, 4.0).quantile(U))
    z = stats.norm.ppf(0.975)
    expected = stats.truncnorm(-z, z, loc=np.log(2), scale=np.log(2) / z).ppf(U)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


@given(
    st.sampled_from(["normal", "lognormal", "triangular", "uniform"]),
    st.lists(st.floats(0.01, 100), min_size=3, max_size=3),
)
def test_quantiles_rise_from_end_to_end(kind, numbers):
    low, value, high = sorted(numbers)
    found = prior(kind, value, low, high).quantile(np.linspace(0, 1, 41))
    assert (np.diff(found) >= -1e-12 * high).all()
    np.testing.assert_allclose(found[[0, -1]], [low, high], rtol=1e-12)


def test_alternatives_come_as_often_as_their_weights_say():
    closure = alternatives("closure", ["fixed", "share"], weights=[0.7, 0.3], source="both in use")
    drawn = draw_columns(Priors((closure,)), 0, 8192, seed=3)["closure"]
    assert abs((drawn == "fixed").mean() - 0.7) < 2e-3  # quasi-random error of 8192 points
    assert Priors((closure,)).central() == {"closure": "fixed"}


@pytest.mark.equation("13.3")
def test_numbers_of_a_family_have_the_correlation_of_their_common_shares():
    one = prior("normal", 0.0, -1, 1, family="f", common=0.64, bounded=False)
    other = replace(one, name="y", common=0.25)
    drawn = draw_columns(Priors((one, other)), 0, 8192, seed=5)
    found = np.corrcoef(drawn["x"], drawn["y"])[0, 1]
    assert abs(found - 0.8 * 0.5) < 0.01  # eight scrambles of 1024 points


@pytest.mark.equation("13.3")
def test_numbers_of_one_origin_move_as_one():
    one = prior("uniform", 0, -1, 1, family="f", common=0.3, origin="a paper")
    drawn = draw_columns(Priors((one, replace(one, name="y"))), 0, 64, seed=5)
    np.testing.assert_array_equal(drawn["x"], drawn["y"])


@given(st.integers(0, 70), st.integers(0, 70), st.integers(0, 2**40))
def test_draws_depend_on_the_seed_and_not_on_the_batch(first, length, seed):
    whole = uniforms(4, 0, 140, seed=seed)
    np.testing.assert_array_equal(
        uniforms(4, first, first + length, seed=seed), whole[first : first + length]
    )
    assert ((whole > 0) & (whole < 1)).all()


def test_other_seeds_and_other_scrambles_are_other_draws():
    drawn = uniforms(2, 0, 64, seed=1)
    assert not np.isin(uniforms(2, 0, 64, seed=2), drawn).any()
    assert len(np.unique(drawn[:, 0])) == 64


def test_far_draws_need_no_near_ones():
    late = uniforms(2, 8_000_000, 8_000_016, seed=1)
    np.testing.assert_array_equal(late[8:], uniforms(2, 8_000_008, 8_000_016, seed=1))


def test_quasi_random_means_beat_random_ones():
    error = abs(uniforms(3, 0, 4096, seed=2).mean(axis=0) - 0.5).max()
    assert error < 0.1 / np.sqrt(12 * 4096)  # a tenth of a random draw's standard error


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kind": "norml"}, "did you mean 'normal'"),
        ({"value": 9.0}, "outside"),
        ({"kind": "lognormal", "low": 0.0}, "positive range"),
        ({"common": 0.5}, "name the `family`"),
        ({"common": 2.0, "family": "f"}, "allowed: 0 to 1"),
        ({"high": np.inf}, "three numbers"),
        ({"kind": "discrete"}, "no levels"),
        ({"kind": "discrete", "levels": ("a", "b"), "weights": (0.5, 0.6)}, "add to 1.1"),
        ({"kind": "discrete", "levels": ("a", "a"), "weights": (0.5, 0.5)}, "twice"),
        ({"levels": ("a",)}, "belong to kind='discrete'"),
    ],
)
def test_faulty_priors_are_refused_by_name(change, words):
    with pytest.raises(OptionError, match="prior 'x'") as caught:
        replace(prior("normal"), **change)
    assert words in str(caught.value)


def test_a_name_twice_and_impossible_draws_are_refused():
    with pytest.raises(OptionError, match="'x' stands twice"):
        Priors((prior("normal"), prior("uniform")))
    with pytest.raises(OptionError, match="seed -1"):
        uniforms(2, 0, 8, seed=-1)


def test_elasticities_of_the_packaged_world_follow_their_published_sets():
    world = load_world("icio-2022-strategic")
    found = {p.name.split("(")[1][:-1]: p for p in elasticity_priors(world)}
    assert (found["C19"].low, found["C19"].high) == (0.636, 64.85)  # lowest and highest set
    assert found["B05"].origin == found["B06"].origin != found["C19"].origin
    assert found["chips"].origin == ""  # a split sector with a range of its own
    assert 0.05 < found["C19"].common < 0.15  # the value that chapter 13 prints, 0.09
    drawn = draw_columns(Priors(tuple(found.values())), 0, 64, seed=1)
    np.testing.assert_array_equal(drawn["trade elasticity (B05)"], drawn["trade elasticity (B06)"])


def test_common_share_of_independent_sources_is_one_over_sectors():
    """Independent deviations: the variance of a mean of n is a part in n of one's own."""
    values = np.random.default_rng(1).normal(size=(20_000, 10))
    assert abs(common_share(values) - 0.1) < 0.01


def test_horizon_and_measure_ranges_become_priors_and_the_long_run_has_none():
    names = [p.name for p in horizon_priors(["short", "long"])]
    assert "materials (short)" in names
    assert not any("long" in name for name in names)
    row = {
        "name": "leak",
        "value": 40,
        "low": 0,
        "high": 30,
        "source": "guess",
        "status": "assumed",
    }
    assert prior_of_assumption(row, kind="uniform").high == 40


def test_rows_are_plain_numbers_and_words():
    priors = Priors((*elasticity_priors(toy_world()), alternatives("c", ["a", "b"], source="")))
    first = next(rows(draw_columns(priors, 0, 8, seed=1)))
    assert [type(value) for value in first.values()] == [float, float, str]
