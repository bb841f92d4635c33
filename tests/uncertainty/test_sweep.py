"""Sweeps: the same bits everywhere, and nothing lost or made twice whoever is killed."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("pyarrow", reason="needs upperhand[parquet]")

from tests.support import ROOT
from tests.uncertainty import tasks
from upperhand.core.errors import OptionError, RecordError
from upperhand.uncertainty.parts import grid_cells
from upperhand.uncertainty.priors import Priors
from upperhand.uncertainty.query import query_sweep
from upperhand.uncertainty.run import propagate
from upperhand.uncertainty.sources import elasticity_priors
from upperhand.uncertainty.sweep import read_manifest, sweep
from upperhand.uncertainty.swept import read_sweep
from upperhand.uncertainty.workers import SweepError
from upperhand.world.toy import toy_world


def small(out, task=tasks.plain, *, draws=100, part_size=16, **options):
    options = {"seed": 7, "task_id": "plain", "workers": 0} | options
    return sweep(task, tasks.PRIORS, draws=draws, out=out, part_size=part_size, **options)


def bits(folder):
    """Return a digest of each part by its path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in Path(folder).glob("parts/*/*/*.parquet")
    }


def test_a_sweep_is_the_ensemble_of_the_same_draws(tmp_path):
    done = small(tmp_path / "out")
    many, again = (
        propagate(tasks.plain, tasks.PRIORS, draws=100, seed=7),
        read_sweep(tmp_path / "out"),
    )
    assert done.failed == many.failed == again.failed > 0
    assert again.failures() == many.failures()
    for name in many.outputs:
        np.testing.assert_array_equal(again.outputs[name], many.outputs[name])
    for name in many.inputs:
        np.testing.assert_array_equal(again.inputs[name], many.inputs[name])
    assert again.summary() == many.summary()
    assert again.groups == many.groups


def test_worker_processes_give_the_same_bits_and_one_thread_each(tmp_path):
    small(tmp_path / "here")
    before = os.environ.get("OPENBLAS_NUM_THREADS")
    small(tmp_path / "there", workers=2)
    assert bits(tmp_path / "here") == bits(tmp_path / "there") != {}
    os.environ["OPENBLAS_NUM_THREADS"] = "2"
    try:
        small(tmp_path / "threads", tasks.thread_setting, draws=4, workers=1)
        assert os.environ["OPENBLAS_NUM_THREADS"] == "2"  # put back
    finally:
        if before is None:
            del os.environ["OPENBLAS_NUM_THREADS"]
        else:
            os.environ["OPENBLAS_NUM_THREADS"] = before
    assert set(read_sweep(tmp_path / "threads").outputs["threads"]) == {1.0}


def test_a_killed_worker_loses_no_draw(tmp_path, monkeypatch):
    monkeypatch.setenv("UPPERHAND_TEST_MARK", str(tmp_path / "mark"))
    small(tmp_path / "out", tasks.deadly, workers=2)
    assert (tmp_path / "mark").read_text() == "killed"
    small(tmp_path / "whole")
    assert bits(tmp_path / "out") == bits(tmp_path / "whole")


def test_a_part_that_always_kills_is_given_up_with_its_number(tmp_path):
    with pytest.raises(SweepError, match=r"died 3 times in a row.*run the same sweep again"):
        small(tmp_path / "out", tasks.always_deadly, workers=1, draws=16)


CLIENT = """
import sys
from tests.uncertainty import tasks
from upperhand.uncertainty.sweep import sweep
if __name__ == "__main__":
    sweep(tasks.slow, tasks.PRIORS, draws=400, seed=7, out=sys.argv[1], task_id="slow", workers=2,
          part_size=16)
"""


def test_a_killed_client_loses_no_draw_and_makes_none_twice(tmp_path):
    out, script = tmp_path / "out", tmp_path / "client.py"
    script.write_text(CLIENT)
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    client = subprocess.Popen([sys.executable, str(script), str(out)], env=environment, cwd=ROOT)
    wait_for(lambda: len(bits(out)) >= 3)
    children = children_of(client.pid)
    client.kill()
    client.wait()
    before = bits(out)
    assert 3 <= len(before) < 25
    assert not read_manifest(out)["complete"]
    times = {name: (out / name).stat().st_mtime_ns for name in before}
    done = small(out, tasks.slow, draws=400, task_id="slow", workers=2)
    assert done.kept == len(before)
    assert times.items() <= {name: (out / name).stat().st_mtime_ns for name in bits(out)}.items()
    small(tmp_path / "whole", draws=400, task_id="slow")
    assert bits(out) == bits(tmp_path / "whole")
    assert sorted(read_sweep(out).draw.tolist()) == list(range(400))
    wait_for(lambda: not any(alive(child) for child in children))  # no worker is left behind


def test_half_a_part_is_named_and_made_again(tmp_path):
    small(tmp_path)
    whole = bits(tmp_path)
    name = sorted(whole)[2]
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:700])
    with pytest.raises(RecordError, match=r"part-000000002.parquet is damaged; run the same sweep"):
        read_sweep(tmp_path)
    assert small(tmp_path).damaged == 1
    assert bits(tmp_path) == whole
    (tmp_path / name).unlink()
    with pytest.raises(RecordError, match="is missing"):
        query_sweep(tmp_path, "select 1")
    assert small(tmp_path).kept == len(whole) - 1


def test_more_draws_extend_a_sweep_in_every_cell(tmp_path):
    cells = grid_cells({"add": [0, 1]})
    small(tmp_path / "out", draws=40, cells=cells)
    done = small(tmp_path / "out", draws=100, cells=cells)
    assert done.kept == 4  # two whole parts of 16 in each cell; the third held eight draws
    small(tmp_path / "whole", cells=cells)
    assert bits(tmp_path / "out") == bits(tmp_path / "whole")
    one, other = (read_sweep(tmp_path / "out", cell=cell) for cell in (0, 1))
    np.testing.assert_array_equal(one.inputs["a"], other.inputs["a"])  # the same draws
    factor = np.where(one.inputs["reading"] == "double", 2, 1)[one.answered]
    np.testing.assert_allclose(other.values("sum") - one.values("sum"), factor, atol=1e-12)


def test_a_part_where_every_draw_fails_can_be_read(tmp_path):
    many = propagate(tasks.plain, tasks.PRIORS, draws=100, seed=7)
    small(tmp_path, part_size=1)
    again = read_sweep(tmp_path)
    assert again.failures() == many.failures()
    np.testing.assert_array_equal(again.values("sum"), many.values("sum"))


def test_each_draw_has_a_fingerprint_of_its_own(tmp_path):
    pytest.importorskip("duckdb", reason="needs upperhand[query]")
    small(tmp_path, cells=grid_cells({"add": [0, 1]}))
    found = query_sweep(
        tmp_path,
        "select count(*) n, count(distinct fingerprint) own, min(seed) seed, "
        "count(distinct (cell, draw)) pairs, sum((ending <> '')::int) failed from draws",
    ).iloc[0]
    assert (found.n, found.own, found.pairs, found.seed) == (200, 200, 200, 7)
    assert found.failed == read_manifest(tmp_path)["failed"]
    with pytest.raises(OptionError, match="the view `draws`"):
        query_sweep(tmp_path, "select nothing from nowhere")
    median = query_sweep(tmp_path, 'select median("out: sum") m from draws where cell = 0').m[0]
    assert abs(median - np.median(read_sweep(tmp_path).values("sum"))) < 1e-12


def test_the_real_solver_gives_the_same_bits_in_workers(tmp_path):
    priors = Priors(elasticity_priors(toy_world()))
    options = {"draws": 32, "seed": 1, "task_id": "toy", "part_size": 8}
    for name, workers in [("here", 0), ("there", 2)]:
        sweep(tasks.solve_toy, priors, out=tmp_path / name, workers=workers, **options)
    assert bits(tmp_path / "here") == bits(tmp_path / "there")
    many = read_sweep(tmp_path / "here")
    assert many.failed == 0
    assert many.range("CHN").high_95 < 0  # the side that is taxed loses at every elasticity


def test_progress_says_how_long_it_will_take(tmp_path):
    seen = []
    small(tmp_path, progress=lambda *told: seen.append(told))
    assert [(done, total) for done, total, _ in seen][-1] == (100, 100)
    assert all("draws/s" in words and words.endswith("left") for *_, words in seen)


def test_other_sweeps_and_other_folders_are_refused(tmp_path):
    small(tmp_path / "out")
    with pytest.raises(OptionError, match="holds another sweep"):
        small(tmp_path / "out", seed=8)
    with pytest.raises(OptionError, match="more than 50"):
        small(tmp_path / "out", draws=50)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("keep")
    with pytest.raises(OptionError, match="holds other files"):
        small(tmp_path / "mine")
    with pytest.raises(OptionError, match="is a file"):
        small(tmp_path / "mine" / "letter.txt")
    with pytest.raises(RecordError, match="holds no sweep"):
        read_sweep(tmp_path / "mine")
    with pytest.raises(OptionError, match="is drawn and on the grid"):
        small(tmp_path / "new", cells=grid_cells({"a": [1]}))
    with pytest.raises(OptionError, match="2 faults"):
        grid_cells({"a": [], "b": [None]})
    with pytest.raises(OptionError, match="workers=-1"):
        small(tmp_path / "new", workers=-1)


def test_damaged_manifest_is_named_and_the_parts_survive_it(tmp_path):
    small(tmp_path)
    (tmp_path / "manifest.json").write_text('{"format": 1, "pl')
    with pytest.raises(RecordError, match="delete it and run the same sweep again"):
        small(tmp_path)
    (tmp_path / "manifest.json").unlink()
    assert small(tmp_path).kept == 7
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | {"format": 9}))
    with pytest.raises(RecordError, match="update upperhand"):
        read_sweep(tmp_path)


def wait_for(true, seconds=30):
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def children_of(pid):
    """Return the processes that a process has started."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(word) for word in listed.stdout.split()]


def alive(pid):
    """Return True while a process runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not (state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] == "Z")
