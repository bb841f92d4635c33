"""The years ahead for a terminal: the answers first, then what they rest on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from upperhand.report.years_words import (
    CAREFUL,
    behind,
    changed,
    costs,
    crossing_lines,
    firm_lines,
    first_and_last,
    hands,
    named,
)
from upperhand.results.names import with_names

if TYPE_CHECKING:
    from upperhand.results.beliefs import Belief
    from upperhand.results.years_ahead import YearsAhead

WIDTH = 88
LISTED = 4  # lines of what a belief rests on, and parameters that are named


def years_text(years: YearsAhead) -> str:
    """Return the years ahead as text: how far behind, how fast closing, what controls changed."""
    first, last = first_and_last(years)
    lines = [years.title, f"Years {first:g} to {last:g}, change from {years.baseline}."]
    lines += [f"WARNING: {words}." for words in failures(years)]
    for head, texts in sections(years):
        body = [line for text in texts for line in _item(text)]
        lines += ["", f"{head}:", *body] if body else []
    return "\n".join(lines) + "\n"


def sections(years: YearsAhead) -> list[tuple[str, list[str]]]:
    """Return heading and sentences of each part of the brief."""
    return [
        ("How far behind, how fast closing", list(behind(years))),
        ("What the controls on record changed", list(changed(years))),
        ("Does the ban on foreign chips make sense", closing_lines(years)),
        ("When control and ban pay", timing_lines(years)),
        ("What the moves cost", [*costs(years), *crossing_lines(years)]),
        ("Who has the upper hand, by year", list(hands(years))),
        ("Firms", list(firm_lines(years))),
        ("What it turns on", turns_on(years)),
        ("What to be careful about", [*CAREFUL, *(f"{note}." for note in years.path.notes)]),
        ("Moves, and when they are in force", [f"{words}." for words in years.path.policies]),
    ]


def years_lines(years: YearsAhead) -> list[str]:
    """Return the years ahead as sentences, each once and with the heading of its part."""
    lines = [f"{words}." for words in failures(years)]
    lines += [f"{head}: {text}" for head, texts in sections(years) for text in texts]
    return list(dict.fromkeys(lines))


def failures(years: YearsAhead) -> list[str]:
    """Return the years without an equilibrium in words."""
    return [
        f"no equilibrium in {date:g} ({case} the moves): {why}"
        for case, date, why in years.path.failures
    ]


def closing_lines(years: YearsAhead) -> list[str]:
    """Return under which belief a ban on foreign supply pays, and what that rests on."""
    found = [belief for belief in years.beliefs if belief.parameter.startswith("catch-up time")]
    lines = []
    for belief in found:
        lines.append(f"{named(years, belief.sentence)}.")
        lines += [f"It rests on: {'; '.join(belief.rests_on)}."]
    return lines


def timing_lines(years: YearsAhead) -> list[str]:
    """Return the game of controls and bans in words, by technology."""
    return [
        f"{text[:1].upper()}{text[1:]}."
        for one in years.timing
        for text in (named(years, text) for text in one.sentences())
    ]


def turns_on(years: YearsAhead) -> list[str]:
    """Return the parameters on which the effect of controls turns, with range and rank correlation."""
    data = years.path.data
    if "turns_on" not in data:
        return []
    rows = {str(row["name"]): row for row in years.path.assumptions}
    found = []
    for name in (str(value) for value in data["parameter"].values):
        row, size = rows.get(name, {}), float(data["turns_on"].sel(parameter=name))
        source = f", {row['status']}" if row.get("status") else ""
        found.append(
            f"{name.replace('_', ' ')}: {row.get('value', float('nan')):g} "
            f"({row.get('low', float('nan')):g} to {row.get('high', float('nan')):g}{source}); rank correlation "
            f"{size:+.2f} with what the controls on record do to the gap in chips."
        )
    return found


def beliefs_text(
    beliefs: Iterable[Belief],
    countries: Mapping[str, str] | None = None,
    goods: Mapping[str, str] | None = None,
) -> str:
    """Return beliefs for a terminal, each with what it rests on; names stand for codes if given.

    Examples:
        >>> from upperhand.results.beliefs import Belief
        >>> one = Belief(
        ...     "chip ban",
        ...     "CHN",
        ...     "catch-up time in chips",
        ...     "years",
        ...     "below",
        ...     5.0,
        ...     2.0,
        ...     9.0,
        ...     "chip ban: pays within 5 years",
        ...     ("a chance of a cut-off, assumed",),
        ... )
        >>> print(beliefs_text([one]), end="")
        chip ban: pays within 5 years
          5 years or less (10-90 %: 2 to 9)
          - a chance of a cut-off, assumed
    """
    lines: list[str] = []
    for one in beliefs:
        sentence = with_names(one.sentence, countries or {}, goods or {})
        lines += textwrap.wrap(sentence, WIDTH, subsequent_indent="  ")
        if one.threshold is not None:
            word = "or less" if one.pays == "below" else "or more"
            spread = f" (10-90 %: {one.low:.2g} to {one.high:.2g})" if one.low is not None else ""
            lines.append(f"  {one.threshold:.2g} {one.unit} {word}{spread}")
        for text in one.rests_on:
            lines += textwrap.wrap(text, WIDTH, initial_indent="  - ", subsequent_indent="    ")
    return "\n".join(lines) + "\n" if lines else ""


def _item(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ")
