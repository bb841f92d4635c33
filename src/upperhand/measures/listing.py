"""Rows for the command line: which measures are in force on a day, and how they stack."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from upperhand.measures.register import Branch, Entry, in_force
from upperhand.measures.stacking import Weights, explain

Rows = list[dict[str, object]]


def measures_table(
    as_of: date | str,
    *,
    pair: tuple[str, str] | None = None,
    stacked: bool = False,
    weights: Weights = "statutory",
    sectors: Sequence[str] | None = None,
    after_horizon: Branch | None = None,
) -> Rows:
    """Return what `upperhand measures --as-of DATE --pair USA CHN --explain` prints.

    Args:
        as_of: The day.
        pair: Who levies and on whom; every measure when None.
        stacked: The layers of duty by good, instead of the list of measures; needs a pair.
        weights: Weighting of the averages of a stack.
        sectors: Sectors of a world, for the stack; the goods of the concordance when None.
        after_horizon: Branch after July 2026: `expired` or `extended`.

    Returns:
        One dictionary per row, with the same keys in every row.

    Raises:
        OptionError: If the day or the pair is not in the register.

    Examples:
        >>> rows = measures_table("2025-10-09", pair=("USA", "CHN"))
        >>> [row["id"] for row in rows if row["layer"] == "fentanyl"]
        ['us-fentanyl-2']
        >>> rows = measures_table("2025-03-05", pair=("USA", "CHN"), stacked=True, sectors=["C26"])
        >>> [round(row["C26"], 1) for row in rows if row["layer"] == "fentanyl"]
        [20.0]
    """
    actor, target = pair if pair else (None, None)
    if stacked and actor and target:
        return explain(
            as_of, actor, target, weights=weights, sectors=sectors, after_horizon=after_horizon
        )
    found = in_force(as_of, actor=actor, target=target, after_horizon=after_horizon)
    return [row_of(entry) for entry in found]


def row_of(entry: Entry) -> dict[str, object]:
    """Return one measure as plain data."""
    return {
        "id": entry.id,
        "from": entry.start.isoformat(),
        "until": entry.end.isoformat() if entry.end else "",
        "by": entry.actor,
        "on": entry.target,
        "instrument": entry.instrument,
        "layer": entry.layer,
        "scope": entry.scope,
        "rate": "by good" if entry.rate is None else entry.rate,
        "unit": entry.unit,
        "low": entry.low,
        "high": entry.high,
        "certainty": entry.certainty,
        "source": entry.source,
        "note": entry.note,
    }
