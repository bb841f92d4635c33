"""Ranges as the terminal and JSON show them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upperhand.cli.show import table

if TYPE_CHECKING:
    from upperhand.results.ensemble import Ensemble, Range

#: With fewer draws than this, fewer than eight lie beyond each end of the 95 per cent range.
FEW = 320


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
    good = len(found) - found.failed
    if not good or good >= FEW:
        return ""
    beyond = max(round(0.025 * good), 1)
    return (
        f"Note: about {beyond} of {good} draws lie beyond each end of the 95 per cent range; "
        f"{FEW} draws or more place it better."
    )


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


def range_text(found: Ensemble) -> str:
    """Return ranges, failed draws and what was drawn, for the end of a brief."""
    head = (
        f"Ranges over {len(found)} draws (seed {found.seed}) of elasticities, speeds and assumed "
    )
    text = [range_table(found), failures(found), caution(found), hinge_text(found)]
    lines = [head + "strengths:", *text]
    return "\n".join(line for line in lines if line) + "\n"


def ranges_object(found: Ensemble | None) -> dict[str, Any]:
    """Return what `--json` adds about ranges; nothing where none were asked for."""
    if found is None:
        return {}
    from upperhand.scenario.hinges import hinge_rows

    return {
        "draws": len(found),
        "ranges": range_rows(found),
        "hinges": hinge_rows(found),
        "failures": found.failures(),
    }
