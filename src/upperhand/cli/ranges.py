"""Ranges as the terminal and JSON show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upperhand.cli.show import table

if TYPE_CHECKING:
    from upperhand.results.ensemble import Ensemble, Range
    from upperhand.results.run import Run


def range_rows(found: Ensemble) -> list[dict[str, Any]]:
    """Return the range of every quantity as plain data."""
    from dataclasses import asdict

    return [asdict(one) for one in found.ranges()]


def range_table(found: Ensemble) -> str:
    """Return the ranges as a table for a terminal."""
    header = ["", "unit", "median", "80 per cent", "95 per cent", "above 0", "Monte Carlo error"]
    return table(header, [_row(one) for one in found.ranges()])


def failures(found: Ensemble) -> str:
    """Return how many draws have no answer, and why, in words; empty when all have one."""
    if not found.failed:
        return ""
    lines = [f"{found.failed} of {len(found)} draws have no answer and are in no range:"]
    return "\n".join([*lines, *(f"  {n} x {why}" for why, n in found.failures().items())])


def hinge_text(found: Ensemble) -> str:
    """Return what each range hinges on, one line for each quantity."""
    from upperhand.scenario.hinges import hinge_rows

    rows = hinge_rows(found)
    notes = {row["note"] for row in rows if row["note"]}
    lines = [f"  {row['quantity']}: {_parts(row)}" for row in rows if not row["note"]]
    head = ["What it hinges on, as parts of the variance:"] if lines else []
    return "\n".join([*head, *lines, *(f"Note: {note}" for note in sorted(notes))])


def _parts(row: dict[str, Any]) -> str:
    shown = [f"{name} {max(part, 0.0):.0%}" for name, part in row["parts"].items()]
    return ", ".join([*shown, f"rest {max(1 - row['explained'], 0.0):.0%}"])


def caution(found: Ensemble) -> str:
    """Return what few draws cannot say; empty when there are enough."""
    from upperhand.results.ranges import few_draws

    words = few_draws(len(found) - found.failed)
    return f"Note: {words}." if words else ""


def _row(one: Range) -> list[str]:
    sign = f"{one.positive:.0%}"
    if one.failed:
        sign += f" ({one.positive_low:.0%} to {one.positive_high:.0%} with failed draws)"
    return [
        one.name,
        one.unit,
        f"{one.median:.3f}",
        f"{one.low_80:.3f} to {one.high_80:.3f}",
        f"{one.low_95:.3f} to {one.high_95:.3f}",
        sign,
        f"{one.error['median']:.1g}",
    ]


def ranges_object(run: Run) -> dict[str, Any]:
    """Return what `--json` adds about ranges; nothing where there are none."""
    from upperhand.results.ranges import range_rows as rows
    from upperhand.results.ranges import upper_hand_odds

    if run.ranges is None:
        return {}
    return {
        "draws": len(run.ranges),
        "seed": run.ranges.seed,
        "failures": run.ranges.failures(),
        "ranges": rows(run),
        "odds": upper_hand_odds(run),
    }
