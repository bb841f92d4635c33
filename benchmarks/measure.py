"""Take times and write the table."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, against what, and how far apart they are."""

    case: str
    ours: str
    reference: str = ""
    ratio: str = ""
    note: str = ""


def seconds(action: Callable[[], Any], *, runs: int) -> float:
    """Return the median time of `runs` calls, after one that is not counted when runs > 1."""
    if runs > 1:
        action()
    taken = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def shown(value: float) -> str:
    """Return a time in the unit that reads best."""
    if value < 0.1:
        return f"{value * 1e3:.1f} ms"
    return f"{value:.2f} s" if value < 10 else f"{value:.0f} s"


def in_child(command: Sequence[str], *, cwd: Path = ROOT, limit: float = 600) -> str:
    """Return what a child process prints; its failure is an error that quotes it."""
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, timeout=limit, check=False
    )
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise RuntimeError(f"{Path(command[0]).name} ended with {done.returncode}: {last}")
    return done.stdout


def child_json(code: str) -> Any:
    """Run `code` in a fresh interpreter and return the JSON that it prints last."""
    return json.loads(in_child([sys.executable, "-c", code]).splitlines()[-1])


def machine() -> str:
    """Return one line on what the table was measured with."""
    import platform

    import numpy as np

    return (
        f"Python {platform.python_version()}, NumPy {np.__version__}, "
        f"{os.cpu_count()} cores ({platform.machine()}), "
        f"BLAS threads {os.environ.get('OPENBLAS_NUM_THREADS', 'not set')}, medians; "
        f"processes waiting for a core over the last minute: {os.getloadavg()[0]:.1f}, of which "
        "the benchmark is about one"
    )


def table(rows: Sequence[Row]) -> str:
    """Return the rows as one Markdown table with aligned columns."""
    cells = [("case", "upperhand", "reference", "ratio", "note")]
    cells += [(row.case, row.ours, row.reference, row.ratio, row.note) for row in rows]
    widths = [max(len(line[k]) for line in cells) for k in range(5)]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |"
        for line in cells
    ]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])
