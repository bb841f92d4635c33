"""Kill a writer at every one of its writes: `python walk.py FOLDER WHAT` prints what each left.

Each time the writer runs in a child of this process that is killed just before its n-th change to
the disk below FOLDER: opening to write, making, renaming, removing. Nothing of the child runs after that.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

CHANGES = ("os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.link", "os.truncate")
DONE, FAILED, KILLED = 0, 1, 137


def killed_at(number: int, folder: Path, work: Callable[[], object]) -> int:
    """Run `work` in a child that dies before its change number `number`; return how it ended."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    count = [0]

    def watch(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            writes = isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
            path = arguments[0] if writes else ""
        else:
            path = arguments[0] if event in CHANGES else ""
        if isinstance(path, (str, bytes)) and os.fsdecode(path).startswith(str(folder)):
            count[0] += 1
            if count[0] == number:
                os._exit(KILLED)

    sys.addaudithook(watch)
    code = FAILED
    try:
        work()
        code = DONE
    finally:
        os._exit(code)


def run_of(points: int):
    """Return a small run."""
    from upperhand.scenario.read import parse_scenario
    from upperhand.scenario.run import run_scenario

    text = "title: T\nworld: toy\nhorizons: [long]\nmoves: [{kind: tariff, by: USA, against: [CHN], add_pp: %d}]"
    return run_scenario(parse_scenario(text % points), decompose=False)


def walk_record(folder: Path, *, replacing: bool) -> list[dict[str, object]]:
    """Kill the writing of a record at each of its changes; say what can be read afterwards."""
    from upperhand.core.errors import RecordError
    from upperhand.results.record import read_record, save_record

    old, new = run_of(5), run_of(10)
    kept = save_record(old, folder / "kept")
    found: list[dict[str, object]] = []
    for number in range(1, 500):
        place = folder / f"{number}"
        place.mkdir(parents=True)
        target = place / "record"
        if replacing:
            shutil.copytree(kept, target)
        ended = killed_at(number, place, lambda target=target: save_record(new, target))
        try:
            read = {old.fingerprint: "old", new.fingerprint: "new"}[read_record(target).fingerprint]
        except RecordError:
            read = "none"
        every_fifth = number % 5 == 1 or ended != KILLED
        again = not every_fifth or save_record(new, target) == target
        found.append({"number": number, "ended": ended, "read": read, "again": again})
        shutil.rmtree(place)
        if ended != KILLED:
            break
    return found


def walk_text(folder: Path) -> list[dict[str, object]]:
    """Kill the writing of one file at each of its changes."""
    from upperhand.core.files import write_text

    found: list[dict[str, object]] = []
    for number in range(1, 50):
        place = folder / f"{number}"
        place.mkdir(parents=True)
        target = place / "a.txt"
        target.write_text("old")
        ended = killed_at(number, place, lambda target=target: write_text(target, "new"))
        found.append({"number": number, "ended": ended, "read": target.read_text(), "again": True})
        if ended != KILLED:
            break
    return found


def walk_sweep(folder: Path) -> list[dict[str, object]]:
    """Kill a sweep at each of its changes; resume it, and compare with one that ran through."""
    from upperhand.scenario.draws import sweep_scenario

    text = "title: T\nworld: toy\nhorizons: [long]\nmoves: [{kind: tariff, by: USA, against: [CHN], add_pp: 10}]"
    (scenario := folder / "s.yaml").write_text(text, encoding="utf-8")

    def sweep(place: Path) -> object:
        return sweep_scenario(scenario, draws=16, seed=3, out=place, workers=0)

    whole = sums(folder / "whole", sweep)
    found: list[dict[str, object]] = []
    for number in range(1, 200):
        place = folder / f"{number}"
        ended = killed_at(number, place, lambda place=place: sweep(place))
        same = sums(place, sweep) == whole
        found.append(
            {"number": number, "ended": ended, "read": "same" if same else "other", "again": same}
        )
        if ended != KILLED:
            break
    return found


def sums(place: Path, sweep: Callable[[Path], object]) -> list[tuple[str, str]]:
    """Return names and contents of the parts of a sweep, finished where it was not."""
    import hashlib

    sweep(place)
    parts = sorted(place.rglob("part-*.parquet"))
    return [
        (p.relative_to(place).as_posix(), hashlib.sha256(p.read_bytes()).hexdigest()) for p in parts
    ]


WALKS: dict[str, Callable[[Path], list[dict[str, object]]]] = {
    "record": lambda folder: walk_record(folder, replacing=False),
    "replaced": lambda folder: walk_record(folder, replacing=True),
    "text": walk_text,
    "sweep": walk_sweep,
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(WALKS[sys.argv[2]](Path(sys.argv[1]).resolve())))
