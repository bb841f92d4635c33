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

from benchmarks.measure import ROOT, Row, machine, table
from benchmarks.peers import peer_rows
from benchmarks.solves import memory_row, solve_rows
from benchmarks.start import start_rows
from benchmarks.war import war_rows


def main() -> None:
    """Measure, print, and write `benchmarks/latest.md`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the half-minute reference")
    parser.add_argument("--no-peers", action="store_true", help="leave out the other packages")
    options = parser.parse_args()
    rows: list[Row] = []
    for part in (
        solve_rows(quick=options.quick),
        iter([memory_row]),
        war_rows(quick=options.quick),
        start_rows(),
        () if options.no_peers else peer_rows(),
    ):
        for row in part:
            rows.append(row if isinstance(row, Row) else row())
            print(f"  {rows[-1].case}", file=sys.stderr)
    text = f"{table(rows)}\n\n{machine()}.\n"
    print(text)
    if not (options.quick or options.no_peers):
        (ROOT / "benchmarks" / "latest.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
