"""Leverage and power: exact attribution, honest ratios, the rule for the sentence."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from upperhand.core.errors import OptionError
from upperhand.talks.attribution import integrated_gradients, shapley
from upperhand.talks.leverage import (
    clock,
    half_life,
    pain_ratio,
    present_value,
    surplus_share,
    upper_hand,
)
from upperhand.talks.power import (
    asymmetric_dependence,
    cut_off_power,
    nested_power,
    net_power,
)


@pytest.mark.equation("12.3")
def test_power_of_a_cut_off():
    """T29, Clayton, Maggiori and Schreger (2024), reconstructed."""
    power = cut_off_power([0.5, 0.3, 0.2], [0.2, 0.6, 0.95], [5, 3, 2.5])
    assert power.log_power == pytest.approx(0.56476752, abs=1e-8)
    assert power.loss == pytest.approx(0.43150771, abs=1e-8)
    assert power.by_good.sum() == pytest.approx(power.log_power, abs=1e-14)


@pytest.mark.equation("12.3")
@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 0.34657), (0.9, 1.15129), (0.95, 1.49787), (0.99, 2.30259)]
)
def test_power_grows_without_bound_near_full_control(share, expected):
    """T31."""
    assert cut_off_power([1.0], [share], [3.0]).log_power == pytest.approx(expected, abs=1e-5)


@pytest.mark.equation("12.4", "12.5")
@given(st.integers(0, 10**6))
def test_nested_power_tends_to_cobb_douglas_and_its_slope_is_right(seed):
    rng = np.random.default_rng(seed)
    weight, share = rng.dirichlet(np.ones(3)), rng.uniform(0, 0.9, 3)
    sigma = rng.uniform(1.5, 8, 3)
    plain = cut_off_power(weight, share, sigma)
    assert nested_power(weight, share, sigma, 1.0) == pytest.approx(plain.log_power, abs=1e-12)
    near = nested_power(weight, share, sigma, 1 + 1e-6)
    assert near == pytest.approx(plain.log_power, abs=1e-4)
    assert nested_power(weight, share, sigma, 0.5) >= plain.log_power - 1e-12
    step = 1e-6
    up = cut_off_power(weight, share + step * np.eye(3)[1], sigma).log_power
    down = cut_off_power(weight, np.abs(share - step * np.eye(3)[1]), sigma).log_power
    if share[1] > step:
        assert (up - down) / (2 * step) == pytest.approx(plain.marginal[1], rel=1e-5)


@pytest.mark.equation("12.6", "12.7")
def test_dependence_indices():
    """Asymmetric dependence and net power against their closed forms."""
    assert asymmetric_dependence(50, 30, 400, 800) == pytest.approx(0.1, abs=1e-15)
    # To first order, net power is the difference of cut-off powers.
    share = 1e-6
    direct = cut_off_power([1.0], [share], [4.0]).log_power
    assert net_power([1.0], [0.0], [1.0], [share], [3.0]) == pytest.approx(direct, rel=1e-5)


@pytest.mark.equation("12.1")
@given(st.floats(-5, 5), st.floats(-5, 5))
def test_pain_ratio_is_formed_only_when_both_lose(own, other):
    found = pain_ratio(own, other, close=1e-6)
    assert (found.ratio is not None) == (own < -1e-6 and other < -1e-6)
    if found.ratio is not None:
        assert found.ratio > 0
    assert (found.kind == "free threat") == (other < -1e-6 and own >= -1e-6)


@pytest.mark.equation("12.1")
def test_threats_that_hurt_nobody_or_only_their_maker_are_named():
    assert pain_ratio(-1, 0).kind == "harmless"
    assert pain_ratio(0, 0).kind == "harmless"
    assert pain_ratio(1, 1).kind == "helps both"
    assert pain_ratio(-1, 1).kind == "favour"


@pytest.mark.equation("12.9")
@given(st.floats(0.01, 5), st.floats(0.01, 5), st.floats(-5, 5))
def test_surplus_shares_add_to_one(one, two, base):
    found = surplus_share((base + one, two), (base, 0.0))
    assert sum(found.shares) == pytest.approx(1, abs=1e-12)
    assert found.transfer == pytest.approx((one - two) / 2, abs=1e-9)


@pytest.mark.equation("12.10")
def test_clock_favours_the_side_that_can_wait():
    assert clock((0.02, 0.05), (1.5, 1.5)).favours == 0
    assert clock((0.02, 0.05), (1.5, 15.0)).favours == 1
    assert clock((0.02, 0.02), (1.5, 1.5)).favours is None
    free = clock((-0.01, 0.05), (1.0, 1.0))
    assert free.favours == 0
    assert free.median is None
    assert math.isinf(free.patience[0])


@pytest.mark.equation("12.12", "12.13")
def test_losses_halve_and_leverage_is_discounted():
    time = np.linspace(0, 10, 2001)
    assert half_life(list(np.exp(-0.3 * time)), list(time)) == pytest.approx(
        np.log(2) / 0.3,
        abs=1e-4,  # linear between dates half a hundredth apart
    )
    assert half_life([1.0, 0.9], [0, 1]) is None
    assert present_value([1.0, 1.0], 0.9) == pytest.approx(1.9, abs=1e-12)


@pytest.mark.equation("12.15")
@given(st.integers(1, 6), st.integers(0, 10**6))
def test_shapley_parts_add_up(count, seed):
    rng = np.random.default_rng(seed)
    names = [f"g{k}" for k in range(count)]
    table: dict[frozenset[str], float] = {}

    def value(groups):
        return table.setdefault(groups, float(rng.normal(scale=100)))

    found = shapley(value, names)
    assert abs(found.gap) <= 1e-8
    assert found.evaluations == 2**count


@pytest.mark.equation("12.15")
@given(st.lists(st.floats(-10, 10), min_size=1, max_size=5))
def test_groups_that_do_not_interact_get_what_they_do_alone(worth):
    names = [f"g{k}" for k in range(len(worth))]
    worths = dict(zip(names, worth, strict=True))
    found = shapley(lambda s: math.fsum(worths[n] for n in s), names)
    for name in names:
        assert found.parts[name] == pytest.approx(worths[name], abs=1e-9)
        assert found.alone[name] == pytest.approx(worths[name], abs=1e-9)


@pytest.mark.equation("12.16")
@given(st.integers(0, 10**6))
def test_parts_along_the_path_add_up(seed):
    rng = np.random.default_rng(seed)
    curve, weight = rng.normal(size=4), rng.normal(size=4)
    package = rng.uniform(0, 1, 4)

    def value(x):
        return float(np.exp(curve @ x) + weight @ x**2)

    def gradient(x):
        return curve * np.exp(curve @ x) + 2 * weight * x

    found = integrated_gradients(value, gradient, package)
    assert found.parts.sum() == pytest.approx(found.total, abs=1e-8)
    assert abs(found.correction) <= 1e-7


@pytest.mark.equation("12.14")
@pytest.mark.parametrize(
    ("measures", "holder", "start"),
    [
        ((0.2, 0.6, 1.0), "USA", "USA has the upper hand"),
        ((-0.2, 0.4, -1.0), "CHN", "CHN has the upper hand"),
        ((0.2, 0.5, 0.0), "USA", "USA has the upper hand"),
        ((0.2, 0.4, 1.0), None, "split"),
        ((0.0, 0.5, 0.0), None, "even"),
        ((0.2, 0.6, math.inf), "USA", "USA has the upper hand"),
    ],
)
def test_sentence_follows_the_signs(measures, holder, start):
    found = upper_hand(*measures, sides=("USA", "CHN"))
    assert found.holder == holder
    assert found.sentence.startswith(start)


@pytest.mark.equation("12.14")
@given(st.integers(0, 10**6), st.integers(1, 40))
def test_swapping_the_sides_swaps_the_answer(seed, draws):
    rng = np.random.default_rng(seed)
    a, s, c = rng.normal(size=draws), rng.uniform(0, 1, draws), rng.normal(size=draws)
    one = upper_hand(a, s, c, sides=("USA", "CHN"))
    two = upper_hand(-a, 1 - s, -c, sides=("CHN", "USA"))
    assert one.holder == two.holder
    assert one.probability == (two.probability[1], two.probability[0], two.probability[2])
    assert sum(one.probability) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: pain_ratio(math.nan, 1), "own_change"),
        (lambda: surplus_share((1, 1), (2, 2)), "refuse"),
        (lambda: clock((0.1, 0.1), (0.0, 1.0)), "prizes"),
        (lambda: half_life([0.0, 1.0], [0, 1]), "halve"),
        (lambda: shapley(lambda _: math.nan, ["a"]), "not finite"),
        (lambda: shapley(lambda _: 0.0, ["a", "a"]), "different names"),
        (lambda: integrated_gradients(lambda x: abs(x[0] - 0.3), lambda _: [1.0], [1.0]), "miss"),
        (lambda: upper_hand([1, 2], [0.5], [1, 2, 3]), "draws"),
        (lambda: upper_hand(1, 1.5, 1), "share"),
        (lambda: cut_off_power([1.0], [1.0], [3.0]), "without bound"),
        (lambda: cut_off_power([1.0], [0.5], [1.0]), "essential"),
        (lambda: nested_power([1.0], [0.5], [3.0], 0.0), "outer"),
        (lambda: asymmetric_dependence(1, 1, 0, 1), "own_gdp"),
        (lambda: net_power([1.0], [0.5], [1.0], [0.5], [0.0]), "elasticity"),
        (lambda: present_value([1.0], 1.5), "discount"),
    ],
)
def test_bad_leverage_is_refused_with_the_fault_named(build, words):
    with pytest.raises(OptionError, match=words):
        build()


@pytest.mark.equation("12.10")
def test_the_median_of_the_clock_adds_what_makes_each_side_give_in():
    """The other side's cost over the own prize: log 2 over 0.02 / 1.5 + 0.05 / 2."""
    found = clock((0.02, 0.05), (1.5, 2.0))
    assert found.median == pytest.approx(math.log(2) / (0.02 / 1.5 + 0.05 / 2.0), rel=1e-14)
    assert found.hazard == pytest.approx((0.05 / 2.0, 0.02 / 1.5), rel=1e-14)


@pytest.mark.equation("12.3")
def test_goods_of_equal_power_keep_their_order():
    found = cut_off_power([0.25] * 4, [0.3, 0.6, 0.3, 0.6], [4.0] * 4)
    assert found.chokepoints == (1, 3, 0, 2)
