"""Tables of what the numbers rest on: judgement on one side, published estimates on the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upperhand.report.numbers import source_line
from upperhand.report.table import Table

if TYPE_CHECKING:
    from upperhand.results import Run


def assumptions(run: Run) -> Table:
    """Return every assumed number with its range."""
    import pandas as pd

    rows = [_number(item) for item in run.assumptions if _is_assumed(item)]
    return Table(
        "assumptions",
        "What was assumed",
        "Value and range of each number that rests on judgement",
        pd.DataFrame(rows),
        source=source_line(run),
    )


def parameters(run: Run) -> Table:
    """Return every number that was taken from a source, with its range."""
    import pandas as pd

    rows = [_number(item) for item in run.assumptions if not _is_assumed(item)]
    return Table(
        "parameters",
        "What was taken from sources",
        "Value and range of each estimate",
        pd.DataFrame(rows),
        source=source_line(run),
    )


def _is_assumed(item: dict[str, Any]) -> bool:
    return bool(item.get("status", "assumed") == "assumed")


def _number(item: dict[str, Any]) -> dict[str, str]:
    return {
        "Number": str(item.get("name", "")),
        "Value": _plain(item.get("value")),
        "Lowest": _plain(item.get("low")),
        "Highest": _plain(item.get("high")),
        "Unit": "" if item.get("unit") == "1" else str(item.get("unit", "")),
        "Status": str(item.get("status", "assumed")),
        "Source": str(item.get("source", "")),
    }


def _plain(value: Any) -> str:
    return f"{value:g}" if isinstance(value, (int, float)) else str("" if value is None else value)
