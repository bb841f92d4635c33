"""Words and tables of replications: for the terminal, and as a page of the documentation."""

from __future__ import annotations

from collections.abc import Sequence

from upperhand.core.markdown import markdown_table
from upperhand.results.replication import Replication

SHOWN = ("same", "within", "explained", "open", "differs")
ABSENT = ("not installed", "data not here", "no equilibrium")


PAGE_HEAD = """# Does it reproduce what is in print?

<!-- written by `upperhand replicate all --markdown`; do not edit by hand -->

Each number that a paper prints against ours. Verdicts, and how surely a print is known, are explained in
[how to check the program](../do/replicate.md); the other validation pages compare
[tariffs](validation-tariffs.md), [trade](validation-trade.md), [strategic goods](validation-strategic.md) and
[the race](validation-technology.md) with what was observed."""
SUMMARY_HEAD = ("paper", "table", "numbers", *SHOWN, "not here")
NUMBERS_HEAD = ("table", "row", "column", "option", "printed", "known", "ours", "verdict")


def summary_rows(found: Sequence[Replication]) -> list[list[str]]:
    """Return one line per paper and table: how many numbers have which verdict."""
    rows = []
    for one in found:
        for table in dict.fromkeys(row.table for row in one.rows):
            part = [row for row in one.rows if row.table == table]
            counts = [sum(row.verdict == verdict for row in part) for verdict in SHOWN]
            absent = sum(row.verdict in ABSENT for row in part)
            cells = [str(number) if number else "." for number in (*counts, absent)]
            rows.append([one.name, table, str(len(part)), *cells])
    return rows


def sureness(found: Sequence[Replication]) -> str:
    """Return how the printed numbers that ours equal are known, in one sentence."""
    same = [row for one in found for row in one.rows if row.verdict == "same"]
    words = {
        "read": "read in print or in the authors' files",
        "remembered": "remembered, not checked against the page",
        "independent": "of an independent computation, not in print",
        "side by side": "of another program on the same case",
    }
    parts = [
        f"{number} {text}"
        for known, text in words.items()
        if (number := sum(row.known == known for row in same))
    ]
    return f"Same to the digit: {len(same)}" + (f" ({'; '.join(parts)})." if parts else ".")


def number_rows(one: Replication) -> list[list[str]]:
    """Return one line per number of a paper."""
    return [
        [
            *(row.table, row.row, row.column, row.option or "paper"),
            shown(row.printed, row.digits),
            row.known or "unknown",
            shown(row.ours, row.digits + 1),
            row.verdict,
        ]
        for row in one.rows
    ]


def reasons(one: Replication) -> list[str]:
    """Return each reason once, with how many numbers it is about."""
    counted: dict[tuple[str, str], int] = {}
    for row in one.rows:
        if row.reason and row.verdict not in ("same", "data not here"):
            counted[row.verdict, row.reason] = counted.get((row.verdict, row.reason), 0) + 1
    return [f"{verdict} ({number}): {reason}" for (verdict, reason), number in counted.items()]


def shown(value: float | None, digits: int) -> str:
    """Return a number with so many decimals, or a dash.

    Examples:
        >>> shown(1.3121, 2), shown(None, 2)
        ('1.31', '-')
    """
    return "-" if value is None else f"{value:.{digits}f}"


def markdown_page(found: Sequence[Replication]) -> str:
    """Return all replications as a page: the summary, then each paper with its numbers."""
    blocks = [PAGE_HEAD, markdown_table(SUMMARY_HEAD, summary_rows(found)), sureness(found)]
    for one in found:
        blocks += [f"## {one.title}", f"`upperhand replicate {one.name}`", *_section(one)]
    return "\n\n".join(blocks) + "\n"


def _section(one: Replication) -> list[str]:
    blocks = [markdown_table(NUMBERS_HEAD, number_rows(one))]
    lines = [f"- {line}" for line in reasons(one)]
    return [*blocks, "\n".join(lines)] if lines else blocks
