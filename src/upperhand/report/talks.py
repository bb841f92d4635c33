"""The talks for a terminal: lines of the brief, `upperhand talks`, `upperhand leverage`."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from upperhand.report.talks_tables import (
    agreements,
    compared,
    deal,
    ladder,
    leverage,
    reasons,
    replies,
)
from upperhand.report.talks_words import deal_words, main_deal, named, upper_hand

if TYPE_CHECKING:
    from upperhand.report.table import Table
    from upperhand.results.run import Run
    from upperhand.results.talks import Talks


def talks_lines(run: Run, width: int) -> list[str]:
    """Return threats, deal and ladder for the brief; nothing without talks."""
    talks = run.talks
    if talks is None:
        return []
    lines: list[str] = []
    for ceiling in talks.ceilings:
        if ceiling.horizon == talks.deal_horizon and ceiling.threat_pp is not None:
            lines += _wrapped(f"Threat: {named(run, ceiling.sentence)}.", width)
    main = main_deal(talks)
    if main is not None:
        lines += _wrapped(f"Deal: {deal_words(run, main)}", width)
    if talks.rungs:
        lines += _wrapped(f"Ladder: {named(run, talks.ladder_words)}", width)
    return [*lines, ""] if lines else []


def talks_text(run: Run) -> str:
    """Return the talks for a terminal: upper hand, threats, answers, deals, ladder, notes."""
    talks = _talks(run)
    lines = [run.title, f"Change from {run.baseline}.", "", *_upper_lines(run)]
    lines += talks_lines(run, WIDTH)
    for table in (replies(run), agreements(run), deal(run), compared(run), ladder(run)):
        lines += [*_plain_table(table), ""] if len(table.frame) else []
    lines += [f"note: {named(run, note)}" for note in talks.notes]
    return "\n".join(lines).rstrip() + "\n"


def leverage_text(run: Run) -> str:
    """Return the seven measures for a terminal, with what the advantage rests on."""
    talks = _talks(run)
    lines = [run.title, f"Change from {run.baseline}.", ""]
    lines += _upper_lines(run)
    lines += ["", *_plain_table(leverage(run, words=False)), "", *_plain_table(reasons(run)), ""]
    for one in talks.leverage:
        if one.horizon == talks.deal_horizon:
            lines += [f"At the {one.horizon} horizon:"]
            lines += [f"- {row.label}: {named(run, row.sentence)}" for row in one.rows]
    return "\n".join(lines).rstrip() + "\n"


WIDTH = 88


def _upper_lines(run: Run) -> list[str]:
    return [
        line
        for horizon, text in upper_hand(run)
        for line in _wrapped(f"Upper hand, {horizon}: {text}", WIDTH)
    ]


def _talks(run: Run) -> Talks:
    assert run.talks is not None
    return run.talks


def _plain_table(table: Table) -> list[str]:
    """Return a table for a terminal; long cells are cut."""
    header = [str(c) for c in table.frame.columns]
    cells = [header, *[[_cut(cell) for cell in row] for row in table.rows()]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    right = [table.is_number(name) for name in header]
    lines = [
        "  ".join(
            c.rjust(w) if r else c.ljust(w) for c, w, r in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in cells
    ]
    return [f"{table.title} ({table.unit})", *lines]


def _cut(text: str, most: int = 60) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent="  ")
