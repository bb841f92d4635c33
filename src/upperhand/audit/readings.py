"""Make the model's readings of the dated threats: `python -m upperhand.audit.readings`.

The world is that of the day before each question; the table is of 2022, so that threats of before
2023 have no reading.
"""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from upperhand.audit.facts import packaged
from upperhand.audit.questions import (
    READING_COLUMNS,
    Asked,
    Reading,
    last_day_before,
    read_questions,
)
from upperhand.core.files import write_text

WORLD = "icio-2022"
HEADER = """\
# Change of the threatener's own real income if the threat alone is carried out, per cent, by horizon.
# Made by `python -m upperhand.audit.readings`; do not edit by hand.
"""


def read_threat(question: Asked, *, world: str = WORLD) -> Reading | None:
    """Return what carrying the threat out does to the threatener; None without table or tariff.

    Args:
        question: A question about a threatened add-on tariff.
        world: World table; one whose year ended before the question was asked.
    """
    from upperhand.equilibrium import solve_counterfactual
    from upperhand.horizon.as_of import as_of
    from upperhand.measures.tariff import Tariff
    from upperhand.world.load import load_world

    table = load_world(world)
    too_late = date(table.year, 12, 31) >= question.day
    if question.topic != "carried_out" or question.threat_pp is None or too_late:
        return None
    day = last_day_before(question)
    before = as_of(table, day, controls=False)
    threat = Tariff(
        by=question.actor, against=(question.target,), sectors="goods", add_pp=question.threat_pp
    )
    gains = []
    for horizon in ("short", "medium", "long"):
        found = solve_counterfactual(before, threat, horizon=horizon).require_converged()
        change = found.percent("real_income_change").sel(country=question.actor)
        gains.append(float(change))
    return Reading(question.id, day, world, table.year, (gains[0], gains[1], gains[2]))


def build_readings(out: str | Path | None = None) -> Path:
    """Write the readings of every packaged question, and return the path."""
    rows = [",".join(READING_COLUMNS)]
    for question in read_questions():
        found = read_threat(question.asked)
        if found is not None:
            gains = ",".join(f"{gain:.6f}" for gain in found.gain_pct)
            rows.append(f"{found.id},{found.as_of},{found.world},{found.year},{gains}")
    path = Path(out) if out is not None else packaged("audit", "readings.csv")
    return write_text(path, HEADER + "\n".join(rows) + "\n")


if __name__ == "__main__":
    sys.stdout.write(f"{build_readings(*sys.argv[1:2])}\n")
