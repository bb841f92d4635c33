"""The talks on the first screen: one line each for threats, answers, the clock and the deal."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from upperhand.report.talks_answers import answer_orders, losing_words, split_words, waiting_words
from upperhand.report.talks_compared import compared_words
from upperhand.report.talks_words import deal_words, main_deal, named, side_names
from upperhand.report.words import joined, the

if TYPE_CHECKING:
    from upperhand.results.run import Run

MORE = "Why, on what it depends, the ladder and the clock: in the report, and by `upperhand talks`."


def brief_lines(run: Run, width: int) -> list[str]:
    """Return the talks for the first screen, one paragraph an answer; nothing without talks."""
    talks = run.talks
    if talks is None:
        return []
    main = main_deal(talks)
    found = [
        ("Threats", threat_words(run)),
        ("Answers", " ".join(answer_orders(run))),
        ("Bleeding", _bleeding(run)),
        ("Deal", deal_words(run, main) if main else ""),
        ("Split", split_words(run) if main else ""),
        ("Lasts", lasts_words(run) if main else ""),
        ("Compared", compared_words(run) if main else ""),
    ]
    lines = [
        line
        for head, text in found
        if text
        for line in textwrap.wrap(f"{head}: {text}", width, subsequent_indent="  ")
    ]
    return [*lines, *textwrap.wrap(MORE, width), ""] if lines else []


def threat_words(run: Run) -> str:
    """Return whether each side would carry out its threats, what by, and how far its tariff pays."""
    talks = run.talks
    if talks is None:
        return ""
    pays = {
        one.side: f"; its tariff pays up to {one.break_even_pp:.0f} of {one.threat_pp:.0f} points"
        for one in talks.ceilings
        if one.horizon == talks.deal_horizon and one.threat_pp is not None and not one.beyond
    }
    parts = [
        f"{the(run.name_of(one.side))} {'would' if one.credible else 'would not'} carry out what it "
        f"threatens (USD {_money(one.economy_usd_bn)} bn a year{pays.get(one.side, '')})"
        for one in talks.threat_tests
    ]
    return f"If refused, {joined(parts)}." if parts else ""


def _money(value: float) -> str:
    return f"{value:+.3g}".replace("-", "−")


def _bleeding(run: Run) -> str:
    losing = losing_words(run)
    if not losing:
        return ""
    waiting = waiting_words(run)
    text = f"{losing}; {waiting}" if waiting else losing
    return f"{text[:1].upper()}{text[1:]}."


def lasts_words(run: Run) -> str:
    """Return which side keeps the main deal and which would break it, in one sentence."""
    found = run.talks.lasting if run.talks else ()
    if not found:
        return ""
    if all(one.keeps for one in found):
        return f"{joined([the(name) for name in side_names(run)])} keep the deal."
    parts = [named(run, one.sentence) for one in found if not one.keeps]
    return f"{'. '.join(f'{part[:1].upper()}{part[1:]}' for part in parts)}."
