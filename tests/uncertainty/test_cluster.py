"""Sweeps on a Dask cluster: the same bits, and nothing lost when workers or the scheduler go."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest

pytest.importorskip("pyarrow", reason="needs upperhand[parquet]")
pytest.importorskip("distributed", reason="needs upperhand[cluster]")

from tests.support import ROOT
from tests.uncertainty import tasks
from tests.uncertainty.test_sweep import bits, small, wait_for
from upperhand.uncertainty.swept import read_sweep
from upperhand.uncertainty.workers import SweepError

LOCAL = "127.0.0.1"
SCHEDULER = "from distributed.cli.dask_scheduler import main; main()"
WORKER = "from distributed.cli.dask_worker import main; main()"


def start(code, *arguments):
    """Start a process of the cluster in a group of its own."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        env=environment, cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


@contextmanager
def cluster(folder, workers=2):
    """Start a scheduler and workers as processes; yield them with the address, and end them."""
    file = folder / "scheduler.json"
    scheduler = start(
        SCHEDULER, "--host", LOCAL, "--port", "0", "--no-dashboard", "--no-show",
        "--scheduler-file", str(file),
    )  # fmt: skip
    running = [scheduler]
    try:
        wait_for(lambda: file.exists() and file.read_text().endswith("}"))
        address = json.loads(file.read_text())["address"]
        running += [
            start(
                WORKER, address, "--host", LOCAL, "--nthreads", "1", "--no-dashboard", "--no-nanny"
            )
            for _ in range(workers)
        ]
        yield address, scheduler, running[1:]
    finally:
        for process in running:
            process.kill()
            process.wait()


def test_a_cluster_gives_the_same_bits_though_a_worker_is_killed(tmp_path):
    out = tmp_path / "cluster"
    killed = []

    with cluster(tmp_path) as (address, _, workers):

        def kill_one(*_):
            if not killed:
                killed.append(workers[0].pid)
                os.kill(workers[0].pid, signal.SIGKILL)

        done = small(
            out, tasks.slow, draws=200, task_id="slow", scheduler=address, progress=kill_one
        )
    assert killed
    assert done.kept == 0
    small(tmp_path / "here", draws=200, task_id="slow")
    assert bits(out) == bits(tmp_path / "here") != {}


def test_a_killed_scheduler_is_named_and_the_sweep_goes_on_elsewhere(tmp_path):
    out = tmp_path / "out"
    with cluster(tmp_path) as (address, scheduler, _):

        def kill_scheduler(*_):
            if scheduler.poll() is None:
                scheduler.kill()
                wait_for(lambda: scheduler.poll() is not None)

        with pytest.raises(SweepError, match="run the same sweep again to go on"):
            small(
                out, tasks.slow, draws=400, task_id="slow", scheduler=address,
                progress=kill_scheduler,
            )  # fmt: skip
    made = len(bits(out))
    assert 1 <= made < 25
    assert small(out, draws=400, task_id="slow").kept == made
    small(tmp_path / "whole", draws=400, task_id="slow")
    assert bits(out) == bits(tmp_path / "whole")
    assert sorted(read_sweep(out).draw.tolist()) == list(range(400))


def test_a_scheduler_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("upperhand.uncertainty.workers.CONNECT_SECONDS", 0.5)
    with pytest.raises(SweepError, match=r"no scheduler answers at tcp://127\.0\.0\.1:9"):
        small(tmp_path / "out", scheduler="tcp://127.0.0.1:9")
    assert bits(tmp_path / "out") == {}
