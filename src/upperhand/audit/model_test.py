"""Test a claim about what measures do against runs, over horizons and assumptions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from upperhand.audit.quantity import needs_talks, read_quantity, unit_of
from upperhand.audit.runs import CENTRAL, Runs, Setting, moves_of, settings_of
from upperhand.audit.schema import ModelCheck, ModelClaim
from upperhand.audit.verdict import Evidence, Verdict, counted, torn_words, verdict_on
from upperhand.report.claims import number

if TYPE_CHECKING:
    from upperhand.results.run import Run


@dataclass(frozen=True, slots=True)
class Point:
    """The checks of a claim under one set of assumptions at one horizon."""

    setting: Setting
    horizon: str
    values: tuple[float | None, ...]
    holds: float | None


def judge_model(claim: ModelClaim, runs: Runs, *, central: bool = False) -> Verdict:
    """Return the verdict on a claim about the effect of measures (eq. 14.3).

    The claim is evaluated at each horizon with the central values and then with one assumption
    at a time at each end of its range. The probability is the share of these that hold. It is not
    a probability over draws: every evaluated combination counts the same, and assumptions never
    move together.
    """
    paths = [path for check in claim.checks for path in check.paths]
    talks = any(needs_talks(path) for path in paths)
    settings: tuple[Setting, ...] = (CENTRAL,)
    if not central:
        settings = settings_of(runs.claims, claim.scenario, few=talks, moves=moves_of(paths))
    points = [point for setting in settings for point in _points(claim, runs, setting, talks=talks)]
    known = [point.holds for point in points if point.holds is not None]
    probability = sum(known) / len(known) if known else None
    evidence = tuple(_evidence(check, i, points) for i, check in enumerate(claim.checks))
    return verdict_on(
        claim,
        test="model",
        probability=probability,
        basis=basis(len(known), len(points), len(claim.horizons), len(settings))
        + torn_words(known),
        effect="; ".join(_effect(item) for item in evidence),
        hinges_on=hinges(points),
        evidence=evidence,
        sources=_sources(claim, runs, talks=talks),
    )


def basis(known: int, every: int, horizons: int, settings: int) -> str:
    """Return what a share is a share of, in words.

    Examples:
        >>> basis(6, 6, 3, 2)
        'share of 6 evaluated combinations (3 horizons, 2 sets of assumptions), not of draws'
    """
    lost = f"; {every - known} gave no answer" if known < every else ""
    sets = f"{settings} sets of assumptions" if settings > 1 else "central values only"
    spans = f"{horizons} horizon{'s' if horizons > 1 else ''}"
    if not known:
        return f"none of {every} evaluated combinations gave an answer ({spans}, {sets})"
    return f"share of {known} evaluated combinations ({spans}, {sets}), not of draws{lost}"


def _points(claim: ModelClaim, runs: Runs, setting: Setting, *, talks: bool) -> list[Point]:
    run = runs.get(claim.scenario, setting, talks=talks)
    found = []
    for horizon in claim.horizons:
        values = tuple(value_at(check, run, horizon) for check in claim.checks)
        outcomes = [
            None if value is None else check.holds(value)
            for check, value in zip(claim.checks, values, strict=True)
        ]
        found.append(Point(setting, horizon, values, counted(outcomes, claim.holds)))
    return found


def value_at(check: ModelCheck, run: Run | None, horizon: str) -> float | None:
    """Return what a check compares at a horizon of a run; None where there is no run."""
    if run is None:
        return None
    return value_of(check, lambda path: read_quantity(run, path, horizon))


def value_of(check: ModelCheck, read: Callable[[str], float | None]) -> float | None:
    """Return the number that a check compares: a quantity, a difference or a ratio.

    Examples:
        >>> check = ModelCheck(quantity="a", over="b", above=1)
        >>> value_of(check, {"a": 3.0, "b": 2.0}.get), value_of(check, {"a": 3.0, "b": 0.0}.get)
        (1.5, None)
    """
    value = read(check.quantity)
    other = check.less or check.over
    if value is None or other is None:
        return value
    second = read(other)
    if second is None or (check.over and second == 0):
        return None
    return value - second if check.less else value / second


def hinges(points: Sequence[Point]) -> tuple[str, ...]:
    """Return what turns the answer: horizons at central values, then assumptions."""
    centre = {p.horizon: p.holds for p in points if p.setting == CENTRAL}
    found = []
    if len(set(centre.values()) - {None}) > 1:
        spans = [h for h, holds in centre.items() if holds == 1]
        found.append(f"the horizon: it holds at the {' and '.join(spans)} horizon only")
    for setting in dict.fromkeys(p.setting for p in points):
        turned = [
            p.horizon
            for p in points
            if p.setting == setting and p.holds is not None and p.holds != centre[p.horizon]
        ]
        if turned and setting != CENTRAL:
            found.append(f"{setting.words} ({', '.join(turned)})")
    if found or len({p.setting for p in points}) == 1:
        return tuple(found)
    return (f"no single assumption; the largest swing is from {_swing(points)}",)


def _swing(points: Sequence[Point]) -> str:
    centre = {p.horizon: p.values[0] for p in points if p.setting == CENTRAL}
    sizes: dict[str, float] = {}
    for point in points:
        first, second = point.values[0], centre[point.horizon]
        if first is not None and second is not None and point.setting != CENTRAL:
            words = point.setting.words
            sizes[words] = max(sizes.get(words, 0.0), abs(first - second))
    return max(sizes, key=lambda words: sizes[words]) if sizes else "none"


def _evidence(check: ModelCheck, place: int, points: Sequence[Point]) -> Evidence:
    values = [p.values[place] for p in points]
    known = [value for value in values if value is not None]
    middle = [p.values[place] for p in points if p.setting == CENTRAL]
    centre = [value for value in middle if value is not None]
    return Evidence(
        words=check.words or " ".join(check.paths),
        value=sorted(centre)[len(centre) // 2] if centre else None,
        low=min(known, default=None),
        high=max(known, default=None),
        unit="times" if check.over else unit_of(check.quantity),
        wanted=check.bound_words(),
        share=sum(check.holds(v) for v in known) / len(known) if known else None,
        source="run",
    )


def _effect(item: Evidence) -> str:
    if item.unit == "0 or 1" and item.share is not None:
        return f"{item.words}: in {100 * item.share:.0f}% of the combinations"
    if item.low is None:
        return f"{item.words}: no number"
    return (
        f"{item.words}: {number(item.value, item.unit)} "
        f"({number(item.low)} to {number(item.high)}), wanted {item.wanted}"
    )


def _sources(claim: ModelClaim, runs: Runs, *, talks: bool) -> tuple[str, ...]:
    run = runs.get(claim.scenario, CENTRAL, talks=talks)
    if run is None:
        return ()
    named = [str(s.get("title", "")) for s in run.sources]
    return (f"scenario '{run.title}', run {run.fingerprint}", *dict.fromkeys(filter(None, named)))
