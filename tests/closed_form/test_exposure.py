"""Exposure and concentration against worked examples."""

from __future__ import annotations

import numpy as np
import pytest

from upperhand.core.errors import OptionError
from upperhand.equilibrium import exposure
from upperhand.equilibrium.horizons import HORIZONS
from upperhand.world.adjustment import SPEED, elasticity_path

INPUTS = [[0.2, 0.1], [0.3, 0.4]]
EXACT = 1e-12  # a few operations on numbers near one


@pytest.mark.equation("3.1")
def test_total_requirements_are_the_worked_inverse():
    """Row T32; by hand, the determinant is 0.45."""
    expected = np.array([[0.6, 0.1], [0.3, 0.8]]) / 0.45
    np.testing.assert_allclose(exposure.leontief_inverse(INPUTS), expected, rtol=EXACT)


@pytest.mark.equation("3.1")
@pytest.mark.parametrize("seed", [1, 2])
def test_total_requirements_are_the_sum_of_all_tiers(seed):
    """The inverse is the limit of I + A + A^2 + ..., tier by tier."""
    direct = np.random.default_rng(seed).dirichlet(np.ones(6), 5)[:, :5].T * 0.8
    tiers, term = np.eye(5), np.eye(5)
    for _ in range(400):  # 0.8 to the power 400 is nothing
        term = term @ direct
        tiers = tiers + term
    np.testing.assert_allclose(exposure.leontief_inverse(direct), tiers, rtol=EXACT)


@pytest.mark.equation("3.2", "3.3")
def test_looking_through_sees_more_than_face_value():
    """Row T32; Baldwin, Freeman and Theodorakopoulos (2023)."""
    assert exposure.face_value_share(INPUTS, [0], 1) == pytest.approx(0.2, rel=EXACT)
    through = (0.1 / 0.45) / (0.1 / 0.45 + 0.8 / 0.45 - 1)
    assert exposure.look_through_share(INPUTS, [0], 1) == pytest.approx(through, rel=EXACT)


@pytest.mark.equation("3.4")
def test_concentration_of_three_suppliers_is_the_textbook_one():
    """Row T33; Hirschman (1945)."""
    shares = [0.5, 0.3, 0.2]
    assert exposure.herfindahl(shares) == pytest.approx(0.38, rel=EXACT)
    assert exposure.hirschman(shares) == pytest.approx(0.38**0.5, rel=EXACT)
    assert exposure.herfindahl_normalised(shares) == pytest.approx(0.07, rel=1e-10)  # cancels


@pytest.mark.equation("3.4")
def test_normalised_concentration_runs_from_equal_shares_to_one_supplier():
    assert exposure.herfindahl_normalised([0.25] * 4) == pytest.approx(0.0, abs=EXACT)
    assert exposure.herfindahl_normalised([1.0, 0.0]) == pytest.approx(1.0, rel=EXACT)


@pytest.mark.equation("3.5", "3.6")
def test_geopolitical_risk_is_the_one_of_the_published_program():
    """Row T34; geopolrisk-py 2.0.1."""
    score = exposure.geopolitical_risk(0.5, [60, 20], [0.6, 0.3], 20)
    assert score == pytest.approx(0.5 * (60 * 0.6 + 20 * 0.3) / 100, rel=EXACT)
    factor = exposure.characterisation_factor(score, 10)
    assert factor == pytest.approx(0.21 * 10 / 0.409412948, rel=EXACT)
    assert factor == pytest.approx(5.12929551, abs=1e-8)  # the last digit is cut, not rounded


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: exposure.leontief_inverse([[0.5, 0.6]]), "square"),
        (lambda: exposure.leontief_inverse([[0.5, -0.1], [0.1, 0.1]]), "not negative"),
        (lambda: exposure.leontief_inverse([[0.5, 0.6], [0.5, 0.4]]), "spectral radius"),
        (lambda: exposure.look_through_share([[0.0, 0.0], [0.0, 0.0]], [0], 1), "no inputs"),
        (lambda: exposure.face_value_share([[0.1, 0.0], [0.1, 0.0]], [0], 1), "no inputs"),
        (lambda: exposure.herfindahl([0.5, 0.4]), "add to"),
        (lambda: exposure.herfindahl([1.5, -0.5]), "non-negative"),
        (lambda: exposure.herfindahl_normalised([1.0]), "two suppliers"),
        (lambda: exposure.geopolitical_risk(0.5, [60], [0.6, 0.3], 20), "one risk for each"),
        (lambda: exposure.geopolitical_risk(0.5, [0.0], [0.6], 0), "not all zero"),
    ],
)
def test_numbers_without_a_meaning_are_refused(call, words):
    with pytest.raises(OptionError, match=words):
        call()


@pytest.mark.equation("2.15")
def test_trade_elasticity_grows_with_the_years_as_estimated():
    """Boehm, Levchenko and Pandalai-Nayar (2023): row S04."""
    assert pytest.approx(np.log(1.24 / 0.1) / 7, rel=EXACT) == SPEED
    assert pytest.approx(0.35967, abs=1e-5) == SPEED
    path = [elasticity_path(years) for years in (0.5, 1, 4, 8, 200)]
    expected = [0.76, 0.76, 2 - 1.24 * np.exp(-3 * SPEED), 0.95 * 2, 2.0]
    np.testing.assert_allclose(path, expected, rtol=EXACT)
    assert path[2] == pytest.approx(1.578, abs=1e-3)


@pytest.mark.equation("2.15")
def test_horizons_take_their_trade_elasticity_from_the_path():
    ratios = [HORIZONS[name].elasticity_ratio for name in ("short", "medium", "long")]
    expected = [0.38, elasticity_path(2.0) / 2.0, 1.0]
    np.testing.assert_allclose(ratios, expected, rtol=EXACT)
