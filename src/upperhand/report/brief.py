"""The answer in words: one sentence, the four numbers by horizon, what was assumed, where to look."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from upperhand.report.ranges import (
    comparison,
    footer,
    has_ranges,
    hinge_lines,
    odds_lines,
    pain_cell,
    pain_ends,
    side_cell,
    side_ends,
    side_words,
    span,
)
from upperhand.report.talks_brief import brief_lines
from upperhand.report.talks_words import upper_hand
from upperhand.report.words import (
    counted,
    joined,
    percent,
    percent_range,
    signed_usd,
    the,
    usd_range,
    verb,
)
from upperhand.results.run import HORIZON_WORDS

if TYPE_CHECKING:
    from upperhand.results import Effect, Headline, Run

WIDTH = 88
MOST_ASSUMPTIONS = 6
MANY_TIMES = 3  # above this ratio 'times' reads better than per cent for each per cent
CLOSE = 1.02  # effects whose ratio is below this are called about equal


@dataclass(frozen=True, slots=True)
class Number:
    """One of the four numbers: what it is, its range over the horizons, its value at each.

    Attributes:
        title: What the number is.
        value: Range over the horizons, in words.
        by_horizon: Horizon and value in words.
        note: What to know about it.
        ranges: Horizon and range over draws in words; empty without draws.
    """

    title: str
    value: str
    by_horizon: tuple[tuple[str, str], ...]
    note: str = ""
    ranges: tuple[tuple[str, str], ...] = ()


def brief(run: Run, *, report: str | Path | None = None, record: str | Path | None = None) -> str:
    """Return the answer as text for a terminal.

    Args:
        run: What `upperhand run` produced.
        report: Where the report lies, if it was written.
        record: Where the run record lies, if it was written.
    """
    lines = [printable(run.title), f"Change from {printable(run.baseline)}.", ""]
    upper = [f"Upper hand, {horizon}: {text}" for horizon, text in upper_hand(run)]
    lines += [line for text in upper for line in textwrap.wrap(printable(text), WIDTH)]
    lines += [*textwrap.wrap(printable(answer(run)), WIDTH), ""]
    lines += _grid(run)
    lines += _drawn(run)
    lines += [printable_line(line) for line in brief_lines(run, WIDTH)]
    lines += _assumed(run)
    places = {"Report": report, "Record": record}
    lines += [f"{name}: {place}" for name, place in places.items() if place is not None]
    return "\n".join(lines).rstrip() + "\n"


def answer(run: Run) -> str:
    """Return the answer in one sentence, ranges before points."""
    heads = [run.headline(h) for h in run.horizons if _solved(run, h)]
    if not heads:
        return no_answer(run)
    if not heads[0].sides:
        return _without_sides(heads[-1])
    effects = [[head.sides[i] for head in heads] for i in range(len(heads[0].sides))]
    if has_ranges(run):
        return _ranged_answer(run, effects, heads) + _unsolved(run)
    spread = len(heads) > 1 and any(
        percent_range([e.percent for e in one]) != percent(one[0].percent) for one in effects
    )
    parts = [_effect_words(one, first=i == 0) for i, one in enumerate(effects)]
    text = joined(parts) + (", depending on the horizon" if spread else "")
    return f"{text}; {_comparison(heads)}." + _unsolved(run)


def _ranged_answer(run: Run, effects: list[list[Effect]], heads: list[Headline]) -> str:
    """Return the answer with the ranges of the draws."""
    horizons = [head.horizon for head in heads]
    parts = [side_words(run, one, horizons, first=i == 0) for i, one in enumerate(effects)]
    where = f" at {counted(len(horizons), 'horizon')}" if len(horizons) > 1 else ""
    compared = comparison(run) or _comparison(heads)
    return f"{joined(parts)}, in 80% of draws{where}; {compared}."


def no_answer(run: Run) -> str:
    """Return why there is no answer."""
    if not run.horizons:
        return "No answer: the run holds no case with all moves."
    outcome = run.case("package", run.horizons[-1]).counterfactual.outcome
    return f"No answer: {outcome.sentence()}."


def four_numbers(run: Run) -> list[Number]:
    """Return each side's effect, the pain ratio, and the largest effects on third parties."""
    heads = [run.headline(h) for h in run.horizons]
    if not heads:
        return []
    found = [
        _side_number(run, [h.sides[i] for h in heads], heads) for i in range(len(heads[0].sides))
    ]
    found.append(_pain_number(run, heads))
    for title, third, nobody in (
        ("Largest gain elsewhere", [h.gainer for h in heads], "nobody gains"),
        ("Largest loss elsewhere", [h.loser for h in heads], "nobody loses"),
    ):
        found.append(_third(run, title, third, heads, nobody))
    return found


def printable(text: str) -> str:
    r"""Return text without control characters, which could steer a terminal.

    Examples:
        >>> printable("a\x1b[31mb\nc")
        'a[31mb c'
    """
    spaced = " ".join(str(text).split())
    return "".join(c for c in spaced if c.isprintable())


def printable_line(text: str) -> str:
    """Return one line without control characters, its indent kept."""
    return "".join(c for c in text if c.isprintable())


def signed(effect: Effect | None) -> str:
    """Return an effect in per cent with its sign."""
    if effect is None:
        return "none"
    if not math.isfinite(effect.percent):
        return "no number"
    sign = "−" if effect.percent < 0 else "+"
    return f"{sign}{percent(effect.percent)}"


def _solved(run: Run, horizon: str) -> bool:
    return run.case("package", horizon).counterfactual.outcome.ok


def _effect_words(one: list[Effect], *, first: bool) -> str:
    values = [e.percent for e in one]
    money = usd_range([e.usd_million for e in one])
    return (
        f"{the(one[0].name, first=first)} {verb(values)} {percent_range(values)} of real income "
        f"({money} a year)"
    )


def _comparison(heads: list[Headline]) -> str:
    ratios = [head.pain_ratio for head in heads if head.pain_ratio is not None]
    if not ratios:
        return heads[-1].pain_note
    if len(ratios) < len(heads):
        return "a pain ratio exists at some horizons only, because a side does not lose at others"
    first, second = (the(e.name) for e in heads[0].sides[:2])
    low, high = min(ratios), max(ratios)
    text = f"for each 1% that {first} loses, {second} loses {_ratio_range(low, high)}%"
    if high >= MANY_TIMES:
        text = f"{second} loses {_ratio_range(low, high)} times as large a share as {first}"
    if low > CLOSE:
        return f"{text}, so {second} is hurt more"
    if high < 1 / CLOSE:
        return f"{text}, so {first} is hurt more"
    return f"{text}, so who is hurt more depends on the horizon" if high / low > CLOSE else text


def _ratio_range(low: float, high: float) -> str:
    one, other = (f"{x:.0f}" if x >= 9.95 else f"{x:.1f}" for x in (low, high))
    return one if one == other else f"{one} to {other}"


def _unsolved(run: Run) -> str:
    missing = [h for h in run.horizons if not _solved(run, h)]
    return f" No equilibrium was found at the {joined(missing)} horizon." if missing else ""


def _without_sides(head: Headline) -> str:
    gain = f"{the(head.gainer.name)} gains most ({signed(head.gainer)})" if head.gainer else ""
    loss = f"{the(head.loser.name)} loses most ({signed(head.loser)})" if head.loser else ""
    text = "; ".join(t for t in (loss, gain) if t) or "no economy is noticeably affected"
    return f"{text[0].upper()}{text[1:]}, {head.horizon} horizon."


def _side_number(run: Run, one: list[Effect], heads: list[Headline]) -> Number:
    values = side_ends(run, one, [h.horizon for h in heads])
    word = verb(values)
    by_horizon = tuple(
        (h.horizon, f"{signed(e)}, {signed_usd(e.usd_million)}")
        for h, e in zip(heads, one, strict=True)
    )
    ranges = _cells(heads, [side_cell(run, e.code, h.horizon) for h, e in _pairs(heads, one)])
    return Number(f"{the(one[0].name, first=True)} {word}", span(values), by_horizon, "", ranges)


def _pairs(heads: list[Headline], effects: list[Effect]) -> list[tuple[Headline, Effect]]:
    return list(zip(heads, effects, strict=True))


def _cells(heads: list[Headline], texts: list[str]) -> tuple[tuple[str, str], ...]:
    """Return horizon and range of each head; nothing where no head has one."""
    if not any(texts):
        return ()
    return tuple((h.horizon, text or "none") for h, text in zip(heads, texts, strict=True))


def _pain_number(run: Run, heads: list[Headline]) -> Number:
    ratios = [h.pain_ratio for h in heads if h.pain_ratio is not None]
    by_horizon = tuple(
        (h.horizon, "none" if h.pain_ratio is None else f"{h.pain_ratio:.2f}") for h in heads
    )
    ends = pain_ends(run) or ratios
    value = _ratio_range(min(ends), max(ends)) if ends else "none"
    note = heads[-1].pain_note
    if len(ratios) == len(heads):
        first, second = (the(e.name) for e in heads[0].sides[:2])
        note = f"per cent that {second} loses for each 1% that {first} loses"
    ranges = _cells(heads, [pain_cell(run, h.horizon) for h in heads])
    return Number("Pain ratio", value, by_horizon, note, ranges)


def _third(
    run: Run, title: str, effects: list[Effect | None], heads: list[Headline], nobody: str
) -> Number:
    found = [e for e in effects if e is not None]
    names = list(dict.fromkeys(e.name for e in found))
    by_horizon = tuple(
        (h.horizon, f"{e.name} {signed(e)}" if e else "none")
        for h, e in zip(heads, effects, strict=True)
    )
    drawn = [
        side_ends(run, [e], [h.horizon])
        for h, e in zip(heads, effects, strict=True)
        if e is not None
    ]
    value = span([end for ends in drawn for end in ends]) if found else "none"
    cells = [
        side_cell(run, e.code, h.horizon) if e else "" for h, e in zip(heads, effects, strict=True)
    ]
    note = joined(names) if names else nobody
    return Number(title, value, by_horizon, note, _cells(heads, cells))


def _grid(run: Run) -> list[str]:
    numbers = four_numbers(run)
    if not numbers:
        return []
    horizons = [h for h, _ in numbers[0].by_horizon]
    rows = [["", *(f"{h} ({HORIZON_WORDS[h]})" for h in horizons)]]
    for number in numbers:
        rows.append([_row_title(number), *(cell for _, cell in number.by_horizon)])
        if number.ranges:
            rows.append(["in 80% of draws", *(cell for _, cell in number.ranges)])
    widths = [max(len(printable(row[i])) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "  ".join(printable(c).ljust(w) for c, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return [*lines, ""]


def _drawn(run: Run) -> list[str]:
    """Return what the draws say of the upper hand and of themselves, wrapped."""
    if run.ranges is None:
        return []
    lines = []
    odds = odds_lines(run)
    if odds:
        lines += ["Upper hand over the draws:", *_indented(odds)]
    hinges = hinge_lines(run)
    if hinges:
        lines += ["What it hinges on, as parts of the variance:", *_indented(hinges)]
    return [*lines, *textwrap.wrap(printable(" ".join(footer(run))), WIDTH), ""]


def _indented(texts: list[str]) -> list[str]:
    return [
        line
        for text in texts
        for line in textwrap.wrap(
            printable(text), WIDTH, initial_indent="  ", subsequent_indent="    "
        )
    ]


def _row_title(number: Number) -> str:
    title = number.title
    for word in (" loses nothing", " loses or gains", " loses", " gains"):
        title = title.removesuffix(word)
    return title.removeprefix("The ") if title != number.title else title


def _assumed(run: Run) -> list[str]:
    items = [a for a in run.assumptions if a.get("status", "assumed") == "assumed"]
    if not items:
        return []
    lines = [f"Assumed ({counted(len(items), 'number')}; value and range):"]
    lines += [f"  {_assumption(item)}" for item in items[:MOST_ASSUMPTIONS]]
    if len(items) > MOST_ASSUMPTIONS:
        lines.append(f"  ... and {len(items) - MOST_ASSUMPTIONS} more in the report")
    return [*lines, ""]


def _assumption(item: dict[str, Any]) -> str:
    unit = "" if item.get("unit") in ("1", None, "") else f" {item['unit']}"
    spread = ""
    if item.get("low") is not None and item.get("high") is not None:
        spread = f" [{item['low']:g} to {item['high']:g}]"
    value = item.get("value")
    shown = f"{value:g}" if isinstance(value, (int, float)) else str(value)
    return printable(f"{item.get('name', '?')}: {shown}{unit}{spread}")
