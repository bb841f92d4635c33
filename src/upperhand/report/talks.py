"""The talks for a terminal: `upperhand talks` and `upperhand leverage`."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from typing import TYPE_CHECKING

from upperhand.report.talks_answers import deal_lines, stage_lines
from upperhand.report.talks_compared import FURTHER, compared, compared_words
from upperhand.report.talks_stage import clocks, protocols, signals
from upperhand.report.talks_tables import (
    agreements,
    deal,
    ladder,
    leverage,
    reasons,
    replies,
)
from upperhand.report.talks_words import (
    RULE,
    SHORT,
    THREAT,
    THREAT_WORDS,
    deal_words,
    main_deal,
    named,
    upper_hand,
)

if TYPE_CHECKING:
    from upperhand.report.table import Table
    from upperhand.results.run import Run
    from upperhand.results.talks import Talks


def talks_lines(run: Run, width: int) -> list[str]:
    """Return threats, answers, deal and ladder in full sentences; nothing without talks."""
    talks = run.talks
    if talks is None:
        return []
    lines: list[str] = []
    for ceiling in talks.ceilings:
        if ceiling.horizon == talks.deal_horizon and ceiling.threat_pp is not None:
            lines += _wrapped(f"Threat: {named(run, ceiling.sentence)}.", width)
    lines += _headed(stage_lines(run), width)
    main = main_deal(talks)
    if main is not None:
        lines += _wrapped(f"Deal: {deal_words(run, main)}", width)
        lines += _headed(deal_lines(run), width)
        words = compared_words(run)
        lines += _headed([("Compared", words)] if words else [], width)
    if talks.rungs:
        lines += _wrapped(f"Ladder: {named(run, talks.ladder_words)}", width)
    return [*lines, ""] if lines else []


def talks_text(run: Run) -> str:
    """Return the talks for a terminal: upper hand, threats, answers, deals, ladder, notes."""
    talks = _talks(run)
    lines = [run.title, f"Change from {run.baseline}.", "", *_upper_lines(run)]
    lines += talks_lines(run, WIDTH)
    for table in (
        replies(run), _short(agreements(run)), protocols(run), deal(run), compared(run), ladder(run),
        clocks(run), signals(run),
    ):  # fmt: skip
        lines += [*_plain_table(_narrow(table)), ""] if len(table.frame) else []
    lines += [f"note: {note}" for note in compared_notes(run)]
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
#: Columns that a terminal has no room for.
WIDE = ("keeps it", "Note", "What decides", "In words", "Gain over")


def _short(table: Table) -> Table:
    """Return deals from the main threat point by every rule, and from the others by the main rule."""
    frame = table.frame
    if "If the talks fail" not in frame.columns:
        return table
    main = frame["If the talks fail"].str.startswith((SHORT[THREAT], THREAT_WORDS[THREAT]))
    return replace(table, frame=frame[main | (frame["Rule"] == RULE)])


def _narrow(table: Table) -> Table:
    """Return a table without the columns that a terminal has no room for."""
    kept = [name for name in table.frame.columns if not str(name).endswith(WIDE)]
    return replace(table, frame=table.frame[kept])


def compared_notes(run: Run) -> list[str]:
    """Return why terms of the deal in fact and of the model differ, each once."""
    frame = compared(run).frame
    if "Note" not in frame.columns:
        return []
    what = frame.columns[1]
    pairs = zip(frame[what], frame["Note"], strict=True)
    notes = [f"{words}: {note}" for words, note in pairs if note]
    return [*notes, FURTHER] if frame["Ours"].str.startswith("further").any() else notes


def _headed(found: list[tuple[str, str]], width: int) -> list[str]:
    return [line for head, text in found for line in _wrapped(f"{head}: {text}", width)]


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


def _cut(text: str, most: int = 74) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent="  ")
