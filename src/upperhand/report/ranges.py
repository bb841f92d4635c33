"""Ranges over draws in words: the answer, its four numbers, and what the draws can say."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from upperhand.report.words import joined, percent, the, usd_range, verb
from upperhand.results.ranges import (
    few_draws,
    pain_range,
    range_of,
    upper_hand_odds,
)

if TYPE_CHECKING:
    from upperhand.results import Effect, Run

TINY = 5e-4  # per cent; an end below it counts as zero
CERTAIN = 0.995  # a share of draws above this is printed as all of them
MOST_GROUPS = 4  # groups that a line on what something hinges on names


def has_ranges(run: Run) -> bool:
    """Return whether some draw of the run has an answer."""
    return run.ranges is not None and bool(run.ranges.answered.any())


def side_ends(run: Run, effects: Sequence[Effect], horizons: Sequence[str]) -> list[float]:
    """Return the ends of the 80 per cent ranges of a side over the horizons, per cent.

    Central values where nothing was drawn.
    """
    found: list[float] = []
    for effect, horizon in zip(effects, horizons, strict=True):
        one = range_of(run, effect.code, horizon)
        found += [effect.percent] if one is None else [one.low_80, one.high_80]
    return found


def money_ends(run: Run, effects: Sequence[Effect], horizons: Sequence[str]) -> list[float]:
    """Return the same in USD million a year."""
    found: list[float] = []
    for effect, horizon in zip(effects, horizons, strict=True):
        one = range_of(run, effect.code, horizon, money=True)
        found += [effect.usd_million] if one is None else [1e3 * one.low_80, 1e3 * one.high_80]
    return found


def span(values: Iterable[float]) -> str:
    """Return a range of per cent: without sign where it has one sign, else with both.

    Examples:
        >>> span([-0.55, -0.87]), span([-0.2, 0.13]), span([-0.5])
        ('0.55 to 0.87%', '−0.20 to +0.13%', '0.50%')
    """
    ends = [v for v in values if math.isfinite(v)]
    if not ends:
        return "no number"
    low, high = min(ends), max(ends)
    if low < -TINY and high > TINY:
        return f"−{percent(low)[:-1]} to +{percent(high)}"
    near, far = sorted((abs(low), abs(high)))
    one, other = percent(near), percent(far)
    return one if one == other else f"{one[:-1]} to {other}"


def signed_span(low: float, high: float, *, unit: str = "%") -> str:
    """Return a range with the sign of each end.

    Examples:
        >>> signed_span(-0.87, -0.55), signed_span(-0.2, 0.13)
        ('−0.87 to −0.55%', '−0.20 to +0.13%')
    """
    one, other = (("−" if x < 0 else "+") + percent(x)[:-1] for x in (low, high))
    return f"{one} to {other}{unit}"


def side_words(run: Run, effects: Sequence[Effect], horizons: Sequence[str], *, first: bool) -> str:
    """Return what a side loses or gains, 80 per cent of the draws at every horizon."""
    ends = side_ends(run, effects, horizons)
    name = the(effects[0].name, first=first)
    low, high = min(ends), max(ends)
    if low < -TINY and high > TINY:
        return f"{name} loses or gains ({span(ends)} of real income)"
    money = usd_range(money_ends(run, effects, horizons))
    return f"{name} {verb(ends)} {span(ends)} of real income ({money} a year)"


def comparison(run: Run) -> str:
    """Return in how many of the draws the second side is hurt more, by horizon; empty without."""
    found = [(h, pain_range(run, h)) for h in run.horizons]
    known = [(h, one) for h, one in found if one is not None]
    if not known:
        return ""
    second = the(run.name_of(run.sides[1]))
    shares = {h: one.positive for h, one in known}
    if min(shares.values()) > CERTAIN:
        return f"{second} is hurt more, in per cent, in all draws"
    if max(shares.values()) < 1 - CERTAIN:
        return f"{the(run.name_of(run.sides[0]))} is hurt more, in per cent, in all draws"
    said = [f"{share_words(p)} at the {h} horizon" for h, p in shares.items()]
    return f"{second} is hurt more, in per cent, in {joined(said)}"


def share_words(share: float) -> str:
    """Return a share of the draws.

    Examples:
        >>> share_words(1.0), share_words(0.246), share_words(0.0)
        ('all draws', '25% of draws', 'no draw')
    """
    if share > CERTAIN:
        return "all draws"
    return "no draw" if share < 1 - CERTAIN else f"{share:.0%} of draws"


def side_cell(run: Run, code: str, horizon: str) -> str:
    """Return the 80 per cent range of a side at a horizon; empty where it was not drawn."""
    one = range_of(run, code, horizon)
    return "" if one is None else signed_span(one.low_80, one.high_80)


def pain_cell(run: Run, horizon: str) -> str:
    """Return the 80 per cent range of the pain ratio at a horizon; empty where there is none."""
    one = pain_range(run, horizon)
    return "" if one is None else f"{one.low_80:.2f} to {one.high_80:.2f}"


def pain_ends(run: Run) -> list[float]:
    """Return the ends of the 80 per cent ranges of the pain ratio over the horizons."""
    found = [pain_range(run, horizon) for horizon in run.horizons]
    return [end for one in found if one is not None for end in (one.low_80, one.high_80)]


def odds_lines(run: Run) -> list[str]:
    """Return who holds the upper hand in how many draws, and by what, one line for each horizon.

    Horizons that say the same are joined.
    """
    said: dict[str, list[str]] = {}
    for row in upper_hand_odds(run):
        said.setdefault(_odds_words(run, row), []).append(str(row["horizon"]))
    everywhere = len(said) == 1
    return [
        f"{'All horizons' if everywhere and len(where) > 1 else joined(where).capitalize()}: {text}"
        for text, where in said.items()
    ]


def footer(run: Run) -> list[str]:
    """Return sentences on the draws: how many, how exact, how many without an answer, what few miss."""
    many = run.ranges
    if many is None:
        return []
    if not has_ranges(run):
        why = next(iter(many.failures()), "")
        return [f"None of {len(many)} draws has an equilibrium: {why}."]
    numbers = len(many.inputs)
    text = (
        f"Ranges hold 80% of {len(many)} draws (seed {many.seed}) of {numbers} numbers that are not "
        f"known for certain; the numbers before them use the central values."
    )
    lines = [text, _error_words(run)]
    if many.failed:
        reasons = "; ".join(f"{n} x {why}" for why, n in many.failures().items())
        lines.append(f"{many.failed} draws have no equilibrium and are in no range: {reasons}.")
    few = few_draws(len(many) - many.failed)
    if few:
        lines.append(f"The 95% ranges of the report are rough: {few}.")
    return lines


def hinge_lines(run: Run) -> list[str]:
    """Return what each side's effect and the upper hand hinge on, as parts of the variance."""
    if run.ranges is None:
        return []
    kept = run.ranges.provenance.get("hinges", {})
    if not kept:
        return []
    lines = []
    for side in run.sides:
        parts = [
            (h, kept[f"real income of {side}, {h}"])
            for h in run.horizons
            if f"real income of {side}, {h}" in kept
        ]
        lines += [f"{run.name_of(side)}, {h}: {group_words(one)}" for h, one in parts]
    for row in upper_hand_odds(run):
        shares = {item["group"]: item["share"] for item in row["hinges"]}
        if shares:
            lines.append(f"Upper hand, {row['horizon']}: {group_words(shares)}")
    return lines


def group_words(shares: dict[str, float]) -> str:
    """Return the largest parts of a variance in words.

    Examples:
        >>> group_words({"trade elasticities": 0.62, "clocks": 0.2, "speed of adjustment": 0.001})
        'trade elasticities 62%, clocks 20%'
    """
    shown = [(g, s) for g, s in shares.items() if s >= 0.005][:MOST_GROUPS]
    return ", ".join(f"{group} {share:.0%}" for group, share in shown) or "nothing drawn"


def _odds_words(run: Run, row: dict[str, Any]) -> str:
    first, second = row["sides"]
    chance = row["probability"]
    parts = [
        f"{the(run.name_of(side), first=i == 0)} {_chance(chance[side])}"
        for i, side in enumerate((second, first))
    ]
    text = f"{parts[0]}, {parts[1]}, neither {_chance(chance['neither'])}"
    said = [
        f"{words} favours {the(run.name_of(first))} in {share_words(share)}"
        for words, share in row["parts"].items()
    ]
    return text + (f" ({'; '.join(said)})" if said else "")


def _chance(p: float) -> str:
    """Return a probability from few draws: never quite 0 or 1.

    Examples:
        >>> _chance(0.0), _chance(0.314), _chance(1.0)
        ('0%', '31%', '100%')
    """
    return f"{p:.0%}"


def _error_words(run: Run) -> str:
    assert run.ranges is not None  # the caller looked
    errors = [
        one.error["median"]
        for side in run.sides
        for horizon in run.horizons
        if (one := range_of(run, side, horizon)) is not None
    ]
    known = [e for e in errors if math.isfinite(e)]
    if not known:
        return "Too few draws to say how exact a median is."
    return f"Monte Carlo error of a side's median: at most {max(known):.2g} points of per cent."
