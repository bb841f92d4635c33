"""Expected headline numbers of the packaged scenarios: written by a command, checked by a test."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from upperhand.core.errors import ScenarioError, unknown
from upperhand.core.files import write_text
from upperhand.scenario.read import library, read_scenario

if TYPE_CHECKING:
    from upperhand.results.run import Run

HEADER = ["horizon", "quantity", "code", "value", "unit"]
Row = tuple[str, str, str, float, str]


def headline_rows(run: Run) -> list[Row]:
    """Return the headline numbers of a run: both sides, the pain ratio, the third parties.

    The third parties are given by name and number, so that a change of either shows.
    """
    rows: list[Row] = []
    for horizon in run.horizons:
        head = run.headline(horizon)
        for side in head.sides:
            rows.append((horizon, "real income", side.code, side.percent, "per cent"))
            rows.append((horizon, "money", side.code, side.usd_million, "USD million"))
        if head.pain_ratio is not None:
            rows.append((horizon, "pain ratio", "", head.pain_ratio, "1"))
        for what, third in (("largest gain", head.gainer), ("largest loss", head.loser)):
            if third is not None:
                rows.append((horizon, what, third.code, third.percent, "per cent"))
    return rows


def expected_text(run: Run) -> str:
    """Return the headline numbers as CSV text, ten significant digits."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(HEADER)
    for horizon, quantity, code, value, unit in headline_rows(run):
        writer.writerow([horizon, quantity, code, f"{value:.10g}", unit])
    return buffer.getvalue()


def read_expected(name: str) -> list[Row]:
    """Return the expected headline numbers of a packaged scenario.

    Raises:
        ScenarioError: If the library has no such scenario, or it has no expected numbers yet.
    """
    path = expected_path(name)
    if not path.is_file():
        raise ScenarioError(
            f"{path}: not there yet; run `upperhand scenario expect {name} --write`"
        )
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        (row["horizon"], row["quantity"], row["code"], float(row["value"]), row["unit"])
        for row in csv.DictReader(lines)
    ]


def expected_path(name: str) -> Path:
    """Return the file of the expected numbers of a packaged scenario."""
    known = library()
    if name not in known:
        raise ScenarioError(unknown("scenario", name, list(known)))
    return Path(str(known[name])).with_suffix(".expect.csv")


def compute_expected(name: str, *, write: bool = False) -> str:
    """Run a packaged scenario and return its headline numbers as CSV text; write them if asked."""
    from upperhand.scenario.run import run_scenario

    path = expected_path(name)
    run = run_scenario(read_scenario(name), with_talks=False)
    text = expected_text(run.require_converged())
    if write:
        write_text(path, text)
    return text
