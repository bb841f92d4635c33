"""A query over a sweep sees its draws and nothing else of the machine, whatever it asks."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="needs upperhand[parquet]")
pytest.importorskip("duckdb", reason="needs upperhand[query]")

from tests.uncertainty import tasks
from upperhand.core.errors import OptionError
from upperhand.uncertainty.query import query_sweep
from upperhand.uncertainty.sweep import sweep
from upperhand.uncertainty.swept import parts_of, read_sweep

RUNAWAY = "select count(*) from draws a, draws b, draws c, draws d, draws e where a.draw <> e.draw"


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    out = tmp_path_factory.mktemp("sweep") / "out's folder"
    sweep(
        tasks.plain, tasks.PRIORS, draws=200, seed=7, out=out, part_size=64,
        task_id="plain", workers=0,
    )  # fmt: skip
    return out


def everything_below(folder):
    return {p: p.read_bytes() for p in Path(folder).rglob("*") if p.is_file()}


@pytest.mark.parametrize(
    "sql",
    [
        "copy draws to '{outside}/stolen.csv'",
        "copy (select 1) to '{part}' (format parquet, use_tmp_file false)",
        "export database '{outside}'",
        "attach '{outside}/other.db'",
        "install httpfs",
        "load httpfs",
        "pragma database_list",
        "set lock_configuration = false",
        "reset memory_limit",
        "create table mine as select * from draws",
        "drop view draws",
        "insert into draws select * from draws",
        "call pragma_version()",
        "explain analyze select 1",
        "vacuum",
        "select 1; select 2",
        "select 1; copy draws to '{outside}/stolen.csv'",
        "",
        "-- nothing",
        ";;",
    ],
)
def test_only_one_select_is_run(swept, tmp_path, sql):
    secret = everything_below(swept)
    sql = sql.format(outside=tmp_path, part=parts_of(swept)[0])
    with pytest.raises(OptionError, match="allowed: one SELECT on the view `draws`"):
        query_sweep(swept, sql)
    assert list(tmp_path.iterdir()) == []
    assert everything_below(swept) == secret


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('{secret}')",
        "select * from read_csv_auto('{secret}')",
        "select * from read_text('{secret}')",
        "select * from read_blob('{secret}')",
        "select * from '{secret}'",
        "select * from read_json('{secret}')",
        "select * from glob('{folder}/*')",
        "select * from query('select * from read_text(''{secret}'')')",
        "select * from read_parquet('{folder}/../*.parquet')",
        "select * from read_parquet('https://example.invalid/x.parquet')",
        "select * from duckdb_secrets()",
        "select getenv('HOME')",
        "select * from paths",
        "select * from draws where cell = (select max(content) from read_text('{secret}'))",
    ],
)
def test_a_select_reads_no_other_file_and_nothing_of_the_program(swept, tmp_path, sql):
    secret = tmp_path / "secret.csv"
    secret.write_text("a\nkeep-me-hidden\n", encoding="utf-8")
    with pytest.raises(OptionError, match="query: ") as refused:
        query_sweep(swept, sql.format(secret=secret, folder=tmp_path))
    assert "keep-me-hidden" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_query_that_runs_away_is_stopped(swept):
    with pytest.raises(OptionError, match=re.escape("stopped after 0.2 seconds")):
        query_sweep(swept, RUNAWAY, seconds=0.2)


def test_a_query_that_takes_too_much_memory_is_stopped_and_writes_nothing(
    swept, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    sql = "select count(distinct hash(a.draw, b.draw, c.draw)) from draws a, draws b, draws c"
    with pytest.raises(OptionError, match="needs more than 64 MB of memory"):
        query_sweep(swept, sql, memory_mb=64)
    assert list(tmp_path.iterdir()) == []


def test_an_answer_of_more_than_a_million_rows_is_refused(swept):
    with pytest.raises(OptionError, match="more than 1,000,000 rows"):
        query_sweep(swept, "select a.draw from draws a, draws b, draws c")


def test_what_only_reads_is_answered_in_order(swept):
    sums = read_sweep(swept).values("sum")
    finite = np.sort(sums[np.isfinite(sums)])
    found = query_sweep(
        swept,
        "with good as (from draws) select \"out: sum\" s from good where ending = '' order by s",
    )
    np.testing.assert_array_equal(found.s, finite)
