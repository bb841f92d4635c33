"""Each benchmark runs once, small and untimed: what is slow may change, what is broken shows."""

from __future__ import annotations

import pytest

from benchmarks.__main__ import surviving
from benchmarks.draws import sweep_rows, year_rows
from benchmarks.measure import Row, table
from benchmarks.package import package_rows
from benchmarks.paths import path_rows
from benchmarks.solves import horizon_rows, rows_of_world
from tests.support import random_world


def test_solve_rows_name_iterations_and_the_distance_to_the_reference():
    rows = list(rows_of_world("small", random_world(3, 2, 1), with_reference=True))
    assert "wages" in rows[0].note
    assert [row.case for row in rows[1:]] == ["  with labels", "  gradient, all tariffs"]


def test_rows_of_the_horizons_and_of_a_day():
    rows = list(horizon_rows())
    assert [row.case.rpartition(" ")[2] for row in rows] == ["long", "medium", "short", "2025"]


def test_path_rows():
    assert "paths a draw" in list(path_rows(cost_draws=1, last=2026))[1].ratio


def test_year_rows_count_equilibria_and_compare_with_a_solve():
    row = next(year_rows(draws=2))
    assert "one equilibrium" in row.note
    assert row.ratio.endswith("solves")


def test_sweep_rows_name_the_cost_of_a_task():
    pytest.importorskip("pyarrow")
    assert "ms a task" in next(sweep_rows(small=True)).ratio


def test_package_rows_measure_import_and_page():
    assert "import upperhand" in [row.case for row in package_rows(build=False)]


def test_a_row_that_fails_leaves_the_others():
    def rows():
        yield Row("first", "1 s")
        raise RuntimeError("no memory")

    found = list(surviving(rows()))
    assert [row.case for row in found] == ["first", "a benchmark failed"]
    assert "RuntimeError: no memory" in table(found)


def test_web_rows_start_a_server_and_lose_no_job(tmp_path):
    pytest.importorskip("fastapi")
    from benchmarks.web import rows

    found = {row.case: row for row in rows(tmp_path, small=True)}
    assert found["kill -9 and restart"].ours == "0 of 10 lost"
    assert all("0 errors" in row.note for case, row in found.items() if "users" in case)
    assert "0 processes and 0 files left" in found["2 jobs queued and cancelled"].note
