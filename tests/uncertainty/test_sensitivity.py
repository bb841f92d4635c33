"""What a range hinges on: closed forms, printed indices, and parts that add up."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from upperhand.core.errors import NoEquilibriumError, OptionError
from upperhand.results.ensemble import make_ensemble
from upperhand.uncertainty.hinges import hinges, rank_correlation, tornado
from upperhand.uncertainty.priors import Prior, Priors, alternatives
from upperhand.uncertainty.run import propagate
from upperhand.uncertainty.shapley import linear_gaussian_worth, shapley_values
from upperhand.uncertainty.sobol import factor_groups, shapley_effects, sobol_indices

CIRCLE = Priors(
    tuple(Prior(n, "uniform", 0, -math.pi, math.pi, "Ishigami", "assumed") for n in "abc")
)


def ishigami(draw):
    a, b, c = (draw[name] for name in "abc")
    return {"y": math.sin(a) + 7 * math.sin(b) ** 2 + 0.1 * c**4 * math.sin(a)}


def normals(**common):
    reach = 1.959963984540054
    return tuple(
        Prior(n, "normal", 0, -reach, reach, "", "assumed", bounded=False, **common) for n in "abc"
    )


@pytest.mark.equation("13.6")
@given(st.lists(st.floats(-9, 9), min_size=16, max_size=16))
def test_parts_are_means_over_orders_and_add_up(worth):
    """Against the definition: the mean addition over all 24 orders of joining."""
    worth = np.array(worth)
    parts = np.zeros(4)
    for order in itertools.permutations(range(4)):
        mask = 0
        for player in order:
            parts[player] += (worth[mask | 1 << player] - worth[mask]) / 24
            mask |= 1 << player
    found = shapley_values(worth)
    np.testing.assert_allclose(found, parts, atol=1e-12)
    assert abs(found.sum() - (worth[-1] - worth[0])) < 1e-12


@pytest.mark.equation("13.7")
def test_two_correlated_normals_have_the_printed_effects():
    """Owen and Prieur (2017), section 3: half of the explained overlap goes to each."""
    b1, b2, s1, s2, rho = 1.5, -0.7, 1.2, 2.0, 0.4
    covariance = np.array([[s1**2, rho * s1 * s2], [rho * s1 * s2, s2**2]])
    found = shapley_values(linear_gaussian_worth(np.array([b1, b2]), covariance))
    half = (b2**2 * s2**2 - b1**2 * s1**2) * rho**2 / 2
    cross = rho * b1 * b2 * s1 * s2
    expected = [b1**2 * s1**2 + cross + half, b2**2 * s2**2 + cross - half]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.equation("13.7")
def test_effects_of_twelve_correlated_inputs_add_to_the_variance():
    random = np.random.default_rng(3)
    mix, slopes = random.normal(size=(12, 12)), random.normal(size=12)
    found = shapley_values(linear_gaussian_worth(slopes, mix @ mix.T))
    variance = slopes @ mix @ mix.T @ slopes
    assert abs(found.sum() / variance - 1) < 1e-8


def test_sobol_indices_of_ishigami_are_those_in_print():
    """Ishigami and Homma (1990), a = 7, b = 0.1: variances in closed form."""
    one = 0.5 * (1 + 0.1 * math.pi**4 / 5) ** 2
    two, mixed = 49 / 8, 0.1**2 * math.pi**8 * (1 / 18 - 1 / 50)
    total = one + two + mixed
    found = {i.group: i for i in sobol_indices(ishigami, CIRCLE, "y", base=4096, seed=1)}
    first = {"a": one / total, "b": two / total, "c": 0.0}
    whole = {"a": (one + mixed) / total, "b": two / total, "c": mixed / total}
    for name, index in found.items():
        assert abs(index.first - first[name]) < 0.02  # as SALib's own tests of this function
        assert abs(index.total - whole[name]) < 0.02


@pytest.mark.equation("13.9")
def test_shapley_effects_of_ishigami_share_the_interplay_equally():
    """With independent inputs an effect is one's own variance and half of each pair's."""
    one = 0.5 * (1 + 0.1 * math.pi**4 / 5) ** 2
    two, mixed = 49 / 8, 0.1**2 * math.pi**8 * (1 / 18 - 1 / 50)
    found = shapley_effects(ishigami, CIRCLE, "y", base=4096, seed=1)
    total = one + two + mixed
    for name, part in {"a": one + mixed / 2, "b": two, "c": mixed / 2}.items():
        assert abs(found[name] - part) < 0.02 * total


@pytest.mark.equation("13.9")
def test_evaluated_effects_add_to_the_sample_variance():
    seen = []

    def task(draw):
        seen.append(ishigami(draw)["y"])
        return {"y": seen[-1]}

    found = shapley_effects(task, CIRCLE, "y", base=256, seed=2)
    assert abs(sum(found.values()) / np.var(seen[:256]) - 1) < 1e-8


def test_hinges_of_a_linear_model_are_its_closed_form():
    """Independent normals: shares are squared slopes; ranks of normals shrink R2 a little."""
    slopes = {"a": 3.0, "b": 2.0, "c": 1.0}
    task = lambda d: {"y": sum(k * d[n] for n, k in slopes.items())}  # noqa: E731
    many = propagate(task, Priors(normals()), draws=4096, seed=1)
    found = hinges(many, "y")
    assert abs(sum(found.parts.values()) - found.explained) < 1e-8
    assert list(found.parts) == ["a", "b", "c"]
    for name, slope in slopes.items():
        assert abs(found.parts[name] / found.explained - slope**2 / 14) < 0.02


def test_a_steep_bend_does_not_hide_a_hinge():
    task = lambda d: {"y": math.exp(4 * d["a"]) + 1e-3 * d["b"]}  # noqa: E731
    found = hinges(propagate(task, Priors(normals()), draws=1024, seed=1), "y")
    assert found.parts["a"] > 0.99


def test_noise_inputs_get_nothing_and_failures_are_counted():
    def task(draw):
        if draw["b"] > 1:
            raise NoEquilibriumError("none")
        return {"y": draw["a"]}

    found = hinges(propagate(task, Priors(normals()), draws=1024, seed=1), "y")
    assert abs(found.parts["c"]) < 0.01
    assert found.failed + found.draws == 1024
    assert found.failed > 100


@pytest.mark.equation("13.8")
def test_tornado_orders_by_swing_and_names_levels():
    priors = Priors((*normals(), alternatives("reading", ["low", "high"], source="")))
    task = lambda d: {"y": d["a"] ** 3 - 2 * d["b"] + (9 if d["reading"] == "high" else 0)}  # noqa: E731
    bars = tornado(propagate(task, priors, draws=1024, seed=1), "y")
    assert bars[0].name == "reading"
    assert (bars[0].low_at, bars[0].high_at) == ("low", "high")
    by_name = {bar.name: bar for bar in bars}
    assert by_name["a"].correlation > 0 > by_name["b"].correlation
    assert by_name["a"].low < by_name["a"].high
    assert by_name["b"].low > by_name["b"].high


@pytest.mark.equation("13.8")
def test_rank_correlation_is_spearman():
    from scipy.stats import spearmanr

    x, y = np.random.default_rng(1).normal(size=(2, 200)).round(1)  # rounded: with ties
    np.testing.assert_allclose(rank_correlation(x, y), spearmanr(x, y)[0], rtol=1e-12)


def test_factors_of_a_family_belong_to_its_group():
    priors = Priors(normals(family="f", common=0.5, group="elasticities"))
    assert set(factor_groups(priors)) == {"elasticities"}


def test_impossible_requests_are_refused():
    many = make_ensemble({"y": np.ones(64)}, inputs={"a": np.arange(64.0)})
    with pytest.raises(OptionError, match="same in every draw"):
        hinges(many, "y")
    with pytest.raises(OptionError, match="raise `draws`"):
        hinges(make_ensemble({"y": np.arange(5.0)}, inputs={"a": np.arange(5.0)}), "y")
    with pytest.raises(OptionError, match="power of two"):
        sobol_indices(ishigami, CIRCLE, "y", base=100, seed=1)
    with pytest.raises(OptionError, match="unknown quantity 'z'"):
        sobol_indices(ishigami, CIRCLE, "z", base=8, seed=1)
    with pytest.raises(OptionError, match="has no answer"):
        sobol_indices(lambda d: {"y": math.nan * d["a"]}, CIRCLE, "y", base=8, seed=1)
    with pytest.raises(OptionError, match="power of the players"):
        shapley_values(np.zeros(3))
    with pytest.raises(OptionError, match="group them"):
        shapley_values(np.zeros(2**17))
