"""How long a user waits for the command line, from a cold start."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, in_child, seconds, shown

COMMAND = str(Path(sys.executable).parent / "upperhand")

ONE = ["--draws", "0"]  # the central numbers only
CASES = [
    ("upperhand --help", ["--help"], 5, "goal 0.3 s"),
    (
        "run october-2025, no talks, no report, no ranges",
        ["--no-talks", "--no-report", *ONE],
        3,
        "goal 1.5 s",
    ),
    ("run october-2025, no talks, no ranges", ["--no-talks", *ONE], 3, "goal 6 s"),
    ("run october-2025, no report, no ranges", ["--no-report", *ONE], 3, "with talks; goal 10 s"),
    ("run october-2025, no ranges", ONE, 1, "with talks and report"),
    ("run october-2025", [], 1, "with talks, report and ranges"),
]


def start_rows() -> Iterator[Row]:
    """Time each command in a fresh process, against a Python that does nothing."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        empty = seconds(lambda: in_child([sys.executable, "-c", "pass"], cwd=here), runs=5)
        for name, options, runs, note in CASES:
            run = [] if name.startswith("upperhand") else ["run", "october-2025"]
            call = [COMMAND, *run, *options]
            try:
                took = seconds(lambda call=call: in_child(call, cwd=here), runs=runs)
            except RuntimeError as error:
                yield Row(name, "failed", "", "", str(error)[:100])
                continue
            yield Row(
                name,
                shown(took),
                shown(empty),
                f"{took / empty:.0f} x",
                f"{note}; reference: an empty Python",
            )
