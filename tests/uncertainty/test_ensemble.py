"""Ensembles: ranges, signs, Monte Carlo error, failures, files, and coverage of the truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from upperhand.core.errors import NoEquilibriumError, OptionError, RecordError
from upperhand.results.ensemble import make_ensemble, quantiles, read_ensemble, standard_error
from upperhand.uncertainty.draws import uniforms
from upperhand.uncertainty.priors import Prior, Priors, alternatives
from upperhand.uncertainty.run import propagate

PRIORS = Priors(
    (
        Prior("a", "normal", 1.0, -1.0, 3.0, "made up", "assumed", bounded=False),
        Prior("b", "triangular", 0.0, -1.0, 2.0, "made up", "assumed"),
        alternatives("reading", ["plain", "double"], source="made up"),
    )
)


def task(draw):
    if draw["b"] > 1.5:
        raise NoEquilibriumError("no equilibrium: the step limit was reached")
    total = draw["a"] + draw["b"]
    return {"sum": total * (2 if draw["reading"] == "double" else 1), "a": draw["a"]}


@pytest.mark.equation("13.4")
@pytest.mark.parametrize("p", [0.025, 0.1, 0.5, 0.9])
def test_quantiles_are_definition_8(p):
    values = np.sort(np.random.default_rng(1).normal(size=57))
    h = (57 + 1 / 3) * p + 1 / 3
    j, g = int(h), h - int(h)
    expected = values[j - 1] + g * (values[j] - values[j - 1])
    np.testing.assert_allclose(quantiles(values, (p,)), expected, rtol=1e-12)


@pytest.mark.equation("13.5")
def test_standard_error_is_that_of_a_mean_of_eight():
    estimates = np.random.default_rng(2).normal(size=(8, 3))
    np.testing.assert_allclose(standard_error(estimates), stats.sem(estimates), rtol=1e-13)


def test_range_of_a_normal_is_its_quantiles_within_the_stated_error():
    found = propagate(task, PRIORS, draws=4096, seed=4).range("a")
    kept = stats.norm(1.0, 2.0 / stats.norm.ppf(0.975))  # failures depend on b alone
    for name, p in [("low_95", 0.025), ("low_80", 0.1), ("median", 0.5), ("high_80", 0.9)]:
        gap = abs(getattr(found, name) - kept.ppf(p))
        assert gap < 4 * found.error[name] + 1e-3, name  # four standard errors
        assert 0 < found.error[name] < 0.05
    assert abs(found.positive - kept.sf(0)) < 4 * found.positive_error + 1e-3


def test_stated_error_is_the_spread_between_seeds():
    """The error of the median, against its standard deviation over forty other seeds."""
    runs = [propagate(task, PRIORS, draws=256, seed=s).range("sum") for s in range(40)]
    spread = np.std([r.median for r in runs], ddof=1)
    stated = np.mean([r.error["median"] for r in runs])
    assert 0.6 < stated / spread < 1.6  # sd of a ratio of two such estimates is about 0.12; skewed


def test_draws_without_an_answer_are_counted_with_their_reason():
    many = propagate(task, PRIORS, draws=1024, seed=1)
    assert many.failed == 1024 - many.answered.sum() > 0
    assert many.failures() == {"no equilibrium: the step limit was reached": many.failed}
    found = many.range("sum")
    assert found.failed == many.failed
    above = (many.outputs["sum"] > 0).sum()
    assert (found.positive_low, found.positive_high) == (above / 1024, (above + many.failed) / 1024)
    assert f"{many.failed} without an answer" in many.summary().splitlines()[0]
    assert np.isnan(many.outputs["sum"][~many.answered]).all()


def test_when_every_draw_fails_the_summary_says_so():
    def never(draw):
        raise NoEquilibriumError("stranded" if draw else "")

    many = propagate(never, PRIORS, draws=16, seed=1)
    assert many.failed == 16
    assert many.summary().splitlines() == [
        "16 draws, seed 1, 16 without an answer",
        "  16 x stranded",
    ]
    nothing = make_ensemble({"x": np.full(3, np.nan)}).range("x")
    assert nothing.sentence() == "x: none of 3 draws has an answer"


def test_more_draws_continue_fewer():
    few, many = (propagate(task, PRIORS, draws=n, seed=9) for n in (100, 300))
    for name in few.outputs:
        np.testing.assert_array_equal(few.outputs[name], many.outputs[name][:100])


@pytest.mark.parametrize("suffix", [".nc", ".parquet"])
def test_an_ensemble_survives_its_file(tmp_path, suffix):
    if suffix == ".parquet":
        pytest.importorskip("pyarrow", reason="needs upperhand[parquet]")
    many = propagate(task, PRIORS, draws=64, seed=1, units={"sum": "per cent"})
    again = read_ensemble(many.save(tmp_path / f"many{suffix}"))
    assert again.summary() == many.summary()
    for one, other in [(many.inputs, again.inputs), (many.outputs, again.outputs)]:
        assert list(one) == list(other)
        for name in one:
            np.testing.assert_array_equal(one[name], other[name])
    assert again.seed == 1
    assert again.groups == many.groups
    assert again.provenance == many.provenance
    assert [row["name"] for row in again.priors] == ["a", "b", "reading"]


@pytest.mark.parametrize("suffix", [".nc", ".parquet"])
def test_half_a_file_is_refused_by_name(tmp_path, suffix):
    if suffix == ".parquet":
        pytest.importorskip("pyarrow", reason="needs upperhand[parquet]")
    path = propagate(task, PRIORS, draws=64, seed=1).save(tmp_path / f"many{suffix}")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(RecordError, match=f"many{suffix}: is damaged"):
        read_ensemble(path)
    with pytest.raises(RecordError, match="no such file"):
        read_ensemble(tmp_path / f"none{suffix}")


def test_faulty_ensembles_and_unknown_names_are_refused():
    many = make_ensemble({"loss": np.arange(4.0)})
    with pytest.raises(OptionError, match="did you mean 'loss'"):
        many.range("los")
    with pytest.raises(OptionError, match="a draw twice"):
        replace(many, draw=np.array([0, 0, 1, 2]))
    with pytest.raises(OptionError, match="loss has 3 rows"):
        replace(many, outputs={"loss": np.arange(3.0)})
    with pytest.raises(OptionError, match="give the draw an ending"):
        replace(many, outputs={"loss": np.array([1, 2, np.nan, 4])})
    with pytest.raises(OptionError, match="suffix"):
        many.save("many.txt")
    with pytest.raises(OptionError, match="in some draws only"):
        propagate(lambda d: {"x" if d["a"] > 1 else "y": 1.0}, PRIORS, draws=8, seed=1)


def test_eighty_per_cent_intervals_cover_the_truth_in_78_to_82_of_100():
    """Synthetic truth: an estimate with a known standard error, an interval from its draws.

    Each repetition draws an estimate around a fixed truth, sets the prior from estimate and
    standard error, and asks whether the 80 per cent range of a nonlinear quantity holds the true
    one. 5000 repetitions have a standard error of 0.57 points.
    """
    random = np.random.default_rng(20)
    truth, error, repeats = np.array([0.4, -0.3]), np.array([0.3, 0.5]), 5000
    estimates = truth + error * random.normal(size=(repeats, 2))
    reach = stats.norm.ppf(0.975)
    u = uniforms(2, 0, 512, seed=6)
    quantity = lambda a, b: np.exp(2 * a + b)  # noqa: E731 - monotone in a pivot, so exact in theory
    true = quantity(*truth)
    inside = 0
    for estimate in estimates:
        priors = Priors(tuple(
            Prior(name, "normal", m, m - reach * e, m + reach * e, "", "sourced", bounded=False)
            for name, m, e in zip("ab", estimate, error, strict=True)
        ))  # fmt: skip
        columns = priors.values(u)
        low, high = quantiles(quantity(columns["a"], columns["b"]), (0.1, 0.9))
        inside += low <= true <= high
    assert 0.78 <= inside / repeats <= 0.82
