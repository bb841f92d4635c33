"""A result computes nothing, prints what a reader wants first, and comes back as it was saved."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.report.synthetic import synthetic_counterfactual
from upperhand.core.errors import NoEquilibriumError, OptionError, RecordError
from upperhand.core.outcome import Outcome
from upperhand.core.provenance import Provenance
from upperhand.results import Counterfactual, dataset


@pytest.fixture(params=[0, 5], ids=["point", "draws"])
def result(request) -> Counterfactual:
    return synthetic_counterfactual(draws=request.param)


def test_per_cent_of_a_change_is_the_distance_from_one(result):
    expected = 100 * (result.real_income_change - 1)
    np.testing.assert_array_equal(result.percent("real_income_change"), expected)
    assert result.percent("real_income_change").attrs["units"] == "per cent"


def test_per_cent_of_a_rate_is_a_hundred_times_the_rate(result):
    np.testing.assert_array_equal(result.percent("tariff"), 100 * result.data["tariff"])


def test_money_has_no_per_cent(result):
    with pytest.raises(OptionError, match="USD million"):
        result.percent("trade")


def test_unknown_variable_is_answered_with_the_nearest(result):
    with pytest.raises(OptionError, match="did you mean 'real_income_change'"):
        result["real_income_chang"]


def test_printing_lists_the_largest_loser_first():
    lines = repr(synthetic_counterfactual()).splitlines()
    assert lines[0].startswith("equilibrium found")
    assert lines[3].startswith("CHN")


def test_unconverged_result_says_so_in_its_first_line_and_refuses_on_request(tmp_path):
    result = synthetic_counterfactual(ok=False)
    assert repr(result).startswith("no equilibrium: step limit")
    with pytest.raises(NoEquilibriumError, match="feasible share of the shock 80%"):
        result.require_converged()
    first = result.save(tmp_path / "bad.csv").read_text().splitlines()[0]
    assert first.startswith("# no equilibrium")
    assert next(iter(result.to_dict().values())) == "upperhand/counterfactual"
    assert result.to_dict()["summary"].startswith("no equilibrium")


def test_netcdf_brings_back_numbers_outcome_and_provenance(result, tmp_path):
    assert Counterfactual.from_netcdf(result.to_netcdf(tmp_path / "a.nc")) == result


def test_json_brings_back_numbers_outcome_and_provenance(result):
    text = json.dumps(result.to_dict(), allow_nan=False)
    assert Counterfactual.from_dict(json.loads(text)) == result


def test_missing_numbers_survive_as_missing(tmp_path):
    result = synthetic_counterfactual(ok=False)
    again = Counterfactual.from_netcdf(result.to_netcdf(tmp_path / "a.nc"))
    assert np.isnan(again.real_income_change).all()
    assert np.isnan(Counterfactual.from_dict(result.to_dict()).real_income_change).all()


def test_ordinary_xarray_reads_the_file(result, tmp_path):
    import xarray as xr

    with xr.open_dataset(result.to_netcdf(tmp_path / "a.nc"), engine="h5netcdf") as opened:
        assert opened.attrs["title"] == result.outcome.sentence()
        assert opened["trade"].attrs["units"] == "USD million"


def test_reloaded_result_has_no_derivatives_and_says_why(tmp_path):
    result = Counterfactual.from_netcdf(synthetic_counterfactual().to_netcdf(tmp_path / "a.nc"))
    with pytest.raises(OptionError, match="read from a file"):
        result.gradient(country="USA")


def test_derivatives_come_from_the_hook_of_the_solver():
    base = synthetic_counterfactual()
    asked: list[dict[str, str]] = []

    def hook(**question: str):
        asked.append(question)
        return base.trade

    live = Counterfactual(base.data, base.outcome, base.provenance, hook)
    found = live.gradient("real_income", country="USA", wrt="tariff")
    assert found.identical(base.trade)
    assert asked == [{"of": "real_income", "country": "USA", "wrt": "tariff"}]
    assert live == base


@pytest.mark.parametrize("content", [b"", b"not netCDF at all", b"\x89HDF\r\n\x1a\n" + b"0" * 99])
def test_a_file_that_is_no_netcdf_is_refused(content, tmp_path):
    path = tmp_path / "a.nc"
    path.write_bytes(content)
    with pytest.raises(RecordError, match=r"a\.nc"):
        Counterfactual.from_netcdf(path)


def test_a_newer_version_is_refused():
    content = synthetic_counterfactual().to_dict() | {"schema_version": 99}
    with pytest.raises(RecordError, match="newer"):
        Counterfactual.from_dict(content)


def test_labelled_data_carry_units_and_labels_of_the_register():
    data = dataset({"trade": np.ones((2, 2, 1))}, country=["USA", "CHN"], sector=["C26"])
    assert data["trade"].dims == ("exporter", "importer", "sector")
    assert list(data["exporter"].values) == ["USA", "CHN"]
    with pytest.raises(OptionError, match="unknown variable"):
        dataset({"trades": [1.0]}, country=["USA"])


def test_citations_are_the_sources_of_this_very_result():
    result = Counterfactual(
        synthetic_counterfactual().data,
        Outcome("converged", 0.0, 1, "exact"),
        Provenance("0", "w", "-", "-", {}, None, ("a", "b")),
    )
    assert result.citations() == ("a", "b")


def test_results_are_frozen(result):
    with pytest.raises(AttributeError):
        result.outcome = None


def test_long_table_of_one_variable_has_a_column_for_each_dimension():
    frame = synthetic_counterfactual().to_frame("trade")
    assert list(frame.columns) == ["exporter", "importer", "sector", "value", "unit"]
    assert len(frame) == 6 * 6 * 4
    assert set(synthetic_counterfactual(draws=5).to_frame("real_income_change")) == {
        "country", "p10", "p50", "p90", "unit",
    }  # fmt: skip
