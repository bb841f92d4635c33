"""Files by suffix and run records: everything comes back, nothing is half written or altered."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pandas as pd
import pytest

from tests.report.synthetic import synthetic_counterfactual, synthetic_run
from upperhand.core.errors import MissingExtraError, OptionError, RecordError
from upperhand.results import read_record
from upperhand.results.encode_run import run_from_netcdf
from upperhand.results.record import verify_record
from upperhand.results.save import SUFFIXES
from upperhand.results.stack import light
from upperhand.results.tidy import IAMC, counterfactual_frame, run_frame


@pytest.fixture(scope="module")
def run():
    return synthetic_run()


@pytest.fixture(scope="module")
def record(run, tmp_path_factory):
    return run.save_record(tmp_path_factory.mktemp("runs") / "record")


@pytest.fixture
def altered(record, tmp_path):
    """A copy of the record that a test may spoil."""
    return shutil.copytree(record, tmp_path / "record")


def same(left, right) -> bool:
    """Tell whether two runs hold the same."""
    fields = ("scenario", "title", "baseline", "world", "assumptions", "sources", "environment",
              "fingerprint", "changes")  # fmt: skip
    cases = zip(left.cases, right.cases, strict=True)
    return all(getattr(left, f) == getattr(right, f) for f in fields) and all(
        (a.key, a.label, a.kind, a.horizon, a.moves) == (b.key, b.label, b.kind, b.horizon, b.moves)
        and a.counterfactual == b.counterfactual
        for a, b in cases
    )


def as_recorded(run):
    """The run as its record keeps it: bilateral arrays of the package only."""
    return replace(run, cases=tuple(light(case) for case in run.cases))


def test_record_brings_back_the_run(run, record):
    assert same(read_record(record), as_recorded(run))


def test_record_keeps_bilateral_arrays_of_the_package_only(record):
    kept = {
        case.kind: {"trade", "baseline_trade"} & set(case.counterfactual.data)
        for case in read_record(record).cases
    }
    assert kept == {"package": {"trade", "baseline_trade"}, "side": set(), "move": set()}


def test_a_record_with_all_arrays_is_still_read(run, tmp_path, monkeypatch):
    """Records of the first days hold every array of every case."""
    monkeypatch.setattr("upperhand.results.record.light", lambda case: case)
    assert same(read_record(run.save_record(tmp_path / "whole")), run)


def test_record_holds_what_a_reader_expects(record):
    names = {path.name for path in record.iterdir()}
    assert names == {"assumptions.json", "data.json", "environment.json", "manifest.json",
                     "results", "run.json", "scenario.yaml", "talks.json"}  # fmt: skip
    assert (record / "scenario.yaml").read_text().startswith("name: synthetic")


def test_manifest_lists_every_file_with_its_digest(record):
    manifest = verify_record(record)
    files = {p.relative_to(record).as_posix() for p in record.rglob("*") if p.is_file()}
    assert set(manifest["files"]) == files - {"manifest.json"}
    assert manifest["fingerprint"] == "0123456789abcdef"


@pytest.mark.parametrize("name", ["scenario.yaml", "assumptions.json", "results/shared.nc"])
def test_altered_record_is_refused_and_the_file_is_named(altered, name):
    path = altered / name
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(RecordError, match=f"{name} was altered"):
        read_record(altered)


def test_altered_manifest_is_refused(altered):
    path = altered / "manifest.json"
    path.write_text(path.read_text().replace("0123456789abcdef", "fedcba9876543210"))
    with pytest.raises(RecordError, match="fingerprint differs"):
        read_record(altered)


def test_incomplete_record_names_every_missing_file(altered):
    (altered / "data.json").unlink()
    (altered / "run.json").unlink()
    with pytest.raises(RecordError, match=r"2 faults(.|\n)*data.json is missing(.|\n)*run.json"):
        read_record(altered)


def test_record_of_a_newer_version_is_refused(altered):
    path = altered / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"schema_version": 99}))
    with pytest.raises(RecordError, match="newer"):
        read_record(altered)


@pytest.mark.parametrize("content", ["", "null", "[]", "{}", '{"files": 1}', "\x00\x01"])
def test_spoilt_manifest_is_one_clear_error(altered, content):
    (altered / "manifest.json").write_text(content)
    with pytest.raises(RecordError):
        read_record(altered)


def test_folder_that_is_no_record_is_neither_read_nor_replaced(run, tmp_path):
    (tmp_path / "thesis.doc").write_text("mine")
    with pytest.raises(RecordError, match="no manifest"):
        read_record(tmp_path)
    with pytest.raises(RecordError, match="not a run record"):
        run.save_record(tmp_path)
    assert (tmp_path / "thesis.doc").read_text() == "mine"


def test_older_record_is_replaced(run, altered):
    (altered / "data.json").unlink()
    run.save_record(altered)
    assert same(read_record(altered), as_recorded(run))
    assert [p.name for p in altered.parent.iterdir()] == ["record"]


def test_failed_record_leaves_nothing_behind(run, tmp_path, monkeypatch):
    def broken(*_args, **_kwargs):
        raise OSError("disk full")

    monkeypatch.setattr("upperhand.results.record.scenario_yaml", broken)
    with pytest.raises(OSError, match="disk full"):
        run.save_record(tmp_path / "record")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_suffix_writes_a_run_and_a_result(run, suffix, tmp_path):
    items = [] if suffix == "html" else [(run, "run")]  # tests/report opens that one
    for item, name in (*items, (synthetic_counterfactual(), "result")):
        path = item.save(tmp_path / f"{name}.{suffix}")
        assert path.stat().st_size > 500
    assert len(list(tmp_path.iterdir())) == len(items) + 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_failed_file_leaves_the_old_one_untouched(run, suffix, tmp_path, monkeypatch):
    path = tmp_path / f"run.{suffix}"
    path.write_text("old")

    def broken(*_args):
        raise OSError("disk full")

    monkeypatch.setattr("upperhand.report.html.html_report", lambda _run: "a report")
    monkeypatch.setattr("upperhand.core.files.os.replace", broken)
    with pytest.raises(OSError, match="disk full"):
        run.save(path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["a.doc", "a", "a.csv.bak"])
def test_unknown_suffix_is_refused_with_the_allowed_ones(run, name, tmp_path):
    with pytest.raises(OptionError, match=r"unknown format .*csv"):
        run.save(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_netcdf_of_a_run_brings_back_the_run(run, tmp_path):
    assert same(run_from_netcdf(run.save(tmp_path / "a.nc")), run)


@pytest.mark.parametrize("draws", [0, 5])
@pytest.mark.parametrize("suffix", ["csv", "parquet", "dta"])
def test_long_tables_come_back_with_the_same_numbers(suffix, draws, tmp_path):
    result = synthetic_counterfactual(draws=draws)
    readers = {"csv": pd.read_csv, "parquet": pd.read_parquet, "dta": pd.read_stata}
    if suffix == "parquet":
        pytest.importorskip("pyarrow", reason="the extra `parquet` is not installed")
    again = readers[suffix](result.save(tmp_path / f"a.{suffix}"))
    expected = counterfactual_frame(result)
    numbers = ["p10", "p50", "p90"] if draws else ["value"]
    assert list(again.columns) == [*IAMC, *numbers]
    pd.testing.assert_frame_equal(again[numbers], expected[numbers], rtol=1e-15)
    assert list(again["variable"]) == list(expected["variable"])


def test_long_table_of_a_run_says_horizon_and_case(run):
    frame = run_frame(run)
    assert list(frame.columns) == [*IAMC, "horizon", "case", "value"]
    assert set(frame["case"]) == {case.key for case in run.cases}
    row = frame.query(
        "region == 'USA' and variable == 'trade|to CHN' and horizon == 'long' and case == 'package'"
    )
    trade = run.case().counterfactual.trade.sel(exporter="USA", importer="CHN").sum()
    assert row["value"].item() == pytest.approx(float(trade))
    assert row["unit"].item() == "USD million"


def test_stata_file_carries_labels(run, tmp_path):
    with pd.io.stata.StataReader(run.save(tmp_path / "a.dta")) as reader:
        labels = reader.variable_labels()
    assert labels["moves"] == "Moves that are switched on"
    assert all(len(name) <= 32 for name in labels)


def test_missing_parquet_package_names_the_extra(run, tmp_path, monkeypatch):
    import upperhand.results.save as module

    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(module, "import_module", absent)
    with pytest.raises(MissingExtraError, match=r"upperhand\[parquet\]"):
        run.save(tmp_path / "a.parquet")


def test_json_of_a_run_holds_headlines_and_countries(run, tmp_path):
    content = json.loads(run.save(tmp_path / "a.json").read_text())
    assert content["headlines"]["long"]["pain_ratio"] == run.headline("long").pain_ratio
    package = next(c for c in content["cases"] if c["key"] == "package" and c["horizon"] == "long")
    assert package["countries"]["VNM"]["real_income_change"] > 1
