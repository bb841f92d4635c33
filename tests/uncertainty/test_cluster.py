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
from upperhand.core.errors import OptionError
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
    folder.mkdir(exist_ok=True)
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


CLIENT = """
import sys
from tests.uncertainty import tasks
from upperhand.uncertainty.sweep import sweep
if __name__ == "__main__":
    sweep(tasks.slow, tasks.PRIORS, draws=400, seed=7, out=sys.argv[1], task_id="slow",
          scheduler=sys.argv[2], part_size=16)
"""


def test_worker_then_scheduler_then_client_are_killed_and_no_draw_is_lost_or_made_twice(tmp_path):
    """One sweep, three kills by SIGKILL, each in the middle of the work; then the local run's bits."""
    out, script = tmp_path / "out", tmp_path / "client.py"
    script.write_text(CLIENT)

    def client(address, errors):
        with errors.open("wb") as file:
            environment = os.environ | {"PYTHONPATH": str(ROOT)}
            command = [sys.executable, str(script), str(out), address]
            return subprocess.Popen(command, env=environment, cwd=ROOT, stderr=file)

    said = tmp_path / "first.txt"
    with cluster(tmp_path / "one") as (address, scheduler, workers):
        first = client(address, said)
        wait_for(lambda: len(bits(out)) >= 2)
        workers[0].kill()
        after_worker = len(bits(out))
        wait_for(lambda: len(bits(out)) >= after_worker + 2)  # the other worker goes on
        scheduler.kill()
        assert first.wait(timeout=60) != 0  # it ends by itself, and says what to do
    assert "run the same sweep again to go on" in said.read_text()
    made = stamps(out)
    assert 4 <= len(made) < 25
    with cluster(tmp_path / "two") as (address, _, _):
        second = client(address, tmp_path / "second.txt")
        wait_for(lambda: len(bits(out)) >= len(made) + 2)
        second.kill()
        second.wait()
        assert made.items() <= stamps(out).items()  # nothing that was there was made again
        made = stamps(out)
        assert len(made) < 25
        done = small(out, tasks.slow, draws=400, task_id="slow", scheduler=address)
    assert done.kept == len(made)
    assert made.items() <= stamps(out).items()
    assert sorted(read_sweep(out).draw.tolist()) == list(range(400))
    small(tmp_path / "here", draws=400, task_id="slow")
    assert bits(out) == bits(tmp_path / "here")


def stamps(folder):
    """Return when each part was written."""
    return {name: (folder / name).stat().st_mtime_ns for name in bits(folder)}


def test_a_scheduler_that_is_not_there_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("upperhand.uncertainty.workers.CONNECT_SECONDS", 0.5)
    with pytest.raises(SweepError, match=r"no scheduler answers at tcp://127\.0\.0\.1:9"):
        small(tmp_path / "out", scheduler="tcp://127.0.0.1:9")
    with pytest.raises(OptionError, match="give one like tcp://HOST:8786"):
        small(tmp_path / "out", scheduler="my-cluster")
    assert bits(tmp_path / "out") == {}
