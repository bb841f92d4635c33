"""`make bench`: one table in one run.

Goals on two cores: 80 x 45 to 1e-12 in 20 ms and 1,500 times faster than the vectorised nested
algorithm, all tariff derivatives in 1.8 solves, 150 MB; the war of 80 economies in 30 s; `--help` in
0.3 s, a run without talks and report in 1.5 s, with talks in 10 s.
"""

from __future__ import annotations

import argparse
import os
import sys

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is imported

from collections.abc import Iterator

from benchmarks.draws import rate_rows, sweep_rows, year_rows
from benchmarks.measure import ROOT, Row, machine, table
from benchmarks.package import package_rows
from benchmarks.paths import path_rows
from benchmarks.peers import peer_rows
from benchmarks.solves import horizon_rows, memory_rows, solve_rows
from benchmarks.start import start_rows
from benchmarks.war import war_rows


def main() -> None:
    """Measure, print, and write `benchmarks/latest.md`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the half-minute reference")
    parser.add_argument("--no-peers", action="store_true", help="leave out the other packages")
    options = parser.parse_args()
    parts = [
        solve_rows(quick=options.quick),
        horizon_rows(),
        memory_rows(),
        year_rows(draws=16 if options.quick else 100),
        rate_rows(draws=64 if options.quick else 512),
        path_rows(),
        war_rows(quick=options.quick),
        sweep_rows(small=options.quick),
        start_rows(),
        package_rows(build=not options.quick),
    ]
    if not options.no_peers:
        parts.append(peer_rows())
    rows: list[Row] = []
    for part in parts:
        for row in surviving(part):
            rows.append(row)
            print(f"  {row.case}", file=sys.stderr)
    text = f"{table(rows)}\n\n{machine()}.\n"
    print(text)
    if not (options.quick or options.no_peers):
        (ROOT / "benchmarks" / "latest.md").write_text(text, encoding="utf-8")


def surviving(rows: Iterator[Row]) -> Iterator[Row]:
    """Yield rows until one fails; the fault becomes a row, and the other parts go on."""
    try:
        yield from rows
    except Exception as error:  # noqa: BLE001  # whatever a benchmark does wrong, the others go on
        words = str(error).splitlines() or [""]
        yield Row("a benchmark failed", "", "", "", f"{type(error).__name__}: {words[0][:120]}")


if __name__ == "__main__":
    main()
