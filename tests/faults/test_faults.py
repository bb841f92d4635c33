"""Disks that fill up, processes that are killed, clocks that jump, places without a home."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from upperhand.cli.guard import guarded
from upperhand.results.record import read_record, save_record
from upperhand.scenario.read import parse_scenario
from upperhand.scenario.run import run_scenario

HERE = Path(__file__).parent
RUN = """\
title: Zölle “ten points”
name: one-duty
world: toy
horizons: [long]
moves:
  - {kind: tariff, by: USA, against: [CHN], add_pp: 10}
"""
#: Without bytecode: a limit on the size of files would cut it off, for everybody.
QUIET = {"OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
QUICK = ("--no-talks", "--no-report", "-q")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.yaml").write_text(RUN, encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="module")
def small():
    return run_scenario(parse_scenario(RUN), decompose=False)


def command(*arguments, cwd, limit=None, **environment):
    """Run the command in a process of its own, with this environment and nothing else."""
    code = "import sys; from upperhand.cli.guard import guarded; sys.exit(guarded(sys.argv[1:]))"
    if limit is not None:  # the kernel refuses to write files longer than this
        code = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); {code}"
    keep = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *arguments],
        cwd=cwd,
        env=keep | QUIET | environment,
        capture_output=True,
        check=False,
        timeout=120,
    )


def left_in(folder):
    return sorted(path.name for path in Path(folder).rglob("*") if path.is_file())


def walked(tmp_path, what):
    """Return what each killing left; see walk.py."""
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(HERE / "walk.py"), str(tmp_path), what],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("what", "allowed"),
    [
        ("text", {"old", "new"}),
        ("record", {"none", "new"}),
        ("replaced", {"old", "new"}),
        ("sweep", {"same"}),
    ],
)
def test_killed_at_any_write_nothing_is_lost_and_it_can_be_done_again(tmp_path, what, allowed):
    found = walked(tmp_path, what)
    assert len(found) >= 5
    assert {step["ended"] for step in found[:-1]} == {137}
    assert found[-1]["ended"] == 0
    assert {step["read"] for step in found} <= allowed
    assert found[-1]["read"] in ("new", "same")
    assert all(step["again"] for step in found)


@pytest.mark.parametrize("limit", [0, 1_000, 20_000])
def test_a_full_disk_is_an_error_in_words_and_leaves_nothing(here, limit):
    pytest.importorskip("resource")
    done = command("run", "one.yaml", *QUICK, cwd=here, limit=limit)
    assert done.returncode == 2, done.stderr
    assert b"error: " in done.stderr
    assert b"space on the disk" in done.stderr
    assert b"Traceback" not in done.stderr
    assert left_in(here) == ["one.yaml"]


def test_a_full_disk_in_the_middle_of_a_draft_and_a_page_keeps_the_old_one(here):
    pytest.importorskip("resource")
    claims = "title: T\nclaims: [{id: a, words: W, test: not_testable, reason: R}]"
    (here / "c.yaml").write_text(claims, encoding="utf-8")
    (here / "a.html").write_text("old", encoding="utf-8")
    done = command("audit", "c.yaml", "-o", "a.html", cwd=here, limit=500)
    assert done.returncode == 2
    assert (here / "a.html").read_text(encoding="utf-8") == "old"
    assert left_in(here) == ["a.html", "c.yaml", "one.yaml"]


def test_a_full_disk_in_the_middle_of_a_sweep_keeps_its_parts_and_the_same_command_goes_on(here):
    """Eight draws fit; the longer part that forty need does not, until there is space again."""
    pytest.importorskip("resource")
    pytest.importorskip("pyarrow")

    def sweep(draws, limit):
        ask = ("sweep", "one.yaml", "-o", "out", "--workers", "0", "--part-size", "39", "-q")
        return command(*ask, "--draws", str(draws), cwd=here, limit=limit)

    part = here / "out" / "parts" / "cell-00000" / "000000" / "part-000000000.parquet"
    assert sweep(8, None).returncode == 0
    kept = part.read_bytes()
    full = sweep(40, len(kept) + 100)
    assert full.returncode == 2, full.stderr
    assert b"space on the disk" in full.stderr
    assert b"Traceback" not in full.stderr
    assert part.read_bytes() == kept
    assert left_in(here) == ["manifest.json", "one.yaml", "part-000000000.parquet"]
    assert sweep(40, None).returncode == 0
    assert len(part.read_bytes()) > len(kept) + 100
    assert "part-000000001.parquet" in left_in(here)


def test_a_place_that_cannot_be_written_is_an_error_in_words(here, capsys):
    """Root may write below folders that are read-only, but nobody below a file or in /proc."""
    (here / "file").write_text("x", encoding="utf-8")
    places = ["file/record", *(["/proc/record"] if Path("/proc/self").exists() else [])]
    if os.geteuid() != 0:
        (here / "closed").mkdir(mode=0o555)
        places.append("closed/record")
    for place in places:
        assert guarded(["run", "one.yaml", *QUICK, "--record", place]) == 2
        assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"HOME": "/nonexistent"},
        {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "de_DE.UTF-8", "TZ": "Pacific/Kiritimati"},
        {"TZ": "America/Adak", "PYTHONHASHSEED": "7"},
        {"PYTHONIOENCODING": "cp1252"},
    ],
    ids=["no home", "home is missing", "ascii", "german", "other side of the day line", "cp1252"],
)
def test_home_locale_encoding_and_time_zone_change_no_number(here, small, environment):
    done = command("run", "one.yaml", "--no-talks", "--no-report", cwd=here, **environment)
    assert done.returncode == 0, done.stderr
    (record,) = here.glob("runs/*/record")
    found, want = read_record(record), small
    assert found.fingerprint == want.fingerprint
    assert found.title == want.title
    assert found.headline("long").sides == want.headline("long").sides


@pytest.mark.parametrize("step", [-86_400.0, 0.0, 10_000_000.0])
def test_clocks_that_jump_change_nothing(small, tmp_path, monkeypatch, step):
    """Clocks only tell how long something takes; one that runs backwards says no negative time."""
    now = [1.6e9]

    def clock():
        now[0] += step
        return now[0]

    for name in ("time", "monotonic", "perf_counter", "process_time"):
        monkeypatch.setattr(time, name, clock)
    said = []
    run = run_scenario(
        parse_scenario(RUN), decompose=False, draws=8, progress=lambda *told: said.append(told)
    )
    assert run.headline("long").sides == small.headline("long").sides
    assert not [words for *_, words in said if "-" in words and "left" in words]
    assert read_record(save_record(run, tmp_path / "record")).fingerprint == run.fingerprint


def test_two_processes_may_write_the_same_record(here, small):
    """Each replaces what the other wrote; whoever reads in the end finds one that is whole."""
    code = """
import sys
from upperhand.results.record import read_record, save_record
run = read_record("kept")
for _ in range(6):
    save_record(run, "record")
"""
    save_record(small, here / "kept")
    writers = [
        subprocess.Popen([sys.executable, "-W", "ignore", "-c", code], cwd=here) for _ in range(2)
    ]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]
    assert read_record(here / "record").fingerprint == small.fingerprint
    assert sorted(path.name for path in here.iterdir()) == ["kept", "one.yaml", "record"]


def test_a_record_that_a_stopped_writer_left_aside_is_put_back(tmp_path, small):
    aside = tmp_path / ".record-old-abc"
    aside.mkdir()
    save_record(small, tmp_path / "elsewhere").rename(aside / "record")
    before = hashlib.sha256((aside / "record" / "manifest.json").read_bytes()).hexdigest()
    assert read_record(tmp_path / "record").fingerprint == small.fingerprint
    after = hashlib.sha256((tmp_path / "record" / "manifest.json").read_bytes()).hexdigest()
    assert (before, aside.exists()) == (after, False)
