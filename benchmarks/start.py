"""How long a user waits for the command line, from a cold start."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Row, in_child, seconds, shown

COMMAND = str(Path(sys.executable).parent / "upperhand")

CASES = [
    ("upperhand --help", ["--help"], 5, "goal 0.3 s"),
    (
        "upperhand run october-2025 --no-talks --no-report",
        ["run", "october-2025", "--no-talks", "--no-report"],
        3,
        "goal 1.5 s",
    ),
    (
        "upperhand run october-2025 --no-talks",
        ["run", "october-2025", "--no-talks"],
        3,
        "goal 6 s",
    ),
    (
        "upperhand run october-2025 --no-report",
        ["run", "october-2025", "--no-report"],
        3,
        "with talks; goal 10 s",
    ),
    ("upperhand run october-2025", ["run", "october-2025"], 3, "with talks and report"),
]


def start_rows() -> Iterator[Row]:
    """Time each command in a fresh process, against a Python that does nothing."""
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        empty = seconds(lambda: in_child([sys.executable, "-c", "pass"], cwd=here), runs=5)
        for name, arguments, runs, note in CASES:
            call = [COMMAND, *arguments]
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
