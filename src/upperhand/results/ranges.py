"""Headlines with their ranges, as plain rows: what brief, report, page and JSON show."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from upperhand.results.ensemble import Ensemble, Range, make_ensemble

if TYPE_CHECKING:
    from upperhand.results.run import Run

HOLDER = re.compile(r"^upper hand of (.+) \(1\) or (.+) \(-1\), (\w+)$")
SIDE = re.compile(r"^(real income|equivalent variation) of (\S+?), (\w+)$")
GAP = re.compile(r"^real income of (\S+) less (\S+), (\w+)$")
SURPLUS = re.compile(r"^surplus share of (\S+), (\w+)$")
ADVANTAGE = re.compile(r"^threat-point advantage of (\S+), (\w+)$")
#: With fewer draws than this, fewer than eight lie beyond each end of the 95 per cent range.
FEW = 320


def range_of(run: Run, side: str, horizon: str, *, money: bool = False) -> Range | None:
    """Return the range of a side's or country's effect; None where it was not drawn.

    Args:
        run: A run.
        side: Side or country.
        horizon: Name of the horizon.
        money: Equivalent variation, USD billion a year, in place of per cent of real income.
    """
    what = "equivalent variation" if money else "real income"
    return _range(run, f"{what} of {side}, {horizon}")


def pain_range(run: Run, horizon: str) -> Range | None:
    """Return the range of the pain ratio over the draws in which both sides lose.

    `positive` is the share of those draws in which the second side loses more; `failed` counts the
    draws that form no ratio, because a side gains or there is no answer.
    """
    if run.ranges is None or len(run.sides) != 2:
        return None
    names = [f"real income of {side}, {horizon}" for side in run.sides]
    if any(name not in run.ranges.outputs for name in names):
        return None
    first, second = (run.ranges.outputs[name] for name in names)
    both = (first < 0) & (second < 0)
    ratio = np.where(both, second / np.where(both, first, -1.0), np.nan)
    many = _like(run.ranges, {"pain ratio": ratio, "more": np.where(both, ratio - 1.0, np.nan)})
    if not many.answered.any():
        return None
    more = many.range("more")
    return replace(
        many.range("pain ratio"),
        positive=more.positive,
        positive_low=more.positive_low,
        positive_high=more.positive_high,
        positive_error=more.positive_error,
    )


def range_rows(run: Run, *, everybody: bool = False) -> list[dict[str, Any]]:
    """Return one plain row for each headline with a range; empty without draws.

    Each row has `quantity`, `words`, `unit`, `horizon`, `value` (of the run without draws, None where
    it has none), `median`, `low_80`, `high_80`, `low_95`, `high_95`, `error` (Monte Carlo, of the median),
    `positive`, `positive_error`, `draws`, `failed` and `hinges` (`group` and `share`, largest first).

    Args:
        run: A run.
        everybody: Also rows of countries that are no side.
    """
    if run.ranges is None:
        return []
    found = []
    for name in run.ranges.quantities:
        row = _row(run, name, everybody=everybody)
        if row is not None:
            found.append(row)
    for horizon in run.horizons:
        pain = pain_range(run, horizon)
        if pain is not None:
            value = run.headline(horizon).pain_ratio
            row = _plain(pain, "pain ratio, " + horizon, "pain ratio", horizon, value)
            found.append(row | {"hinges": []})
    return found


def upper_hand_odds(run: Run) -> list[dict[str, Any]]:
    """Return who holds the upper hand over draws, by horizon, as plain rows.

    Each row has `horizon`, `probability` by side and for `neither`, `error` (largest Monte Carlo error of
    these), `parts` (share of draws in which threat point, surplus and clock favour the first side),
    `draws`, `failed` and `hinges`: parts of the variance of who holds, by group.
    """
    if run.ranges is None:
        return []
    return [
        odds_row(run.ranges, name, *found.groups())
        for name in run.ranges.quantities
        if (found := HOLDER.match(name))
    ]


def odds_row(many: Ensemble, name: str, first: str, second: str, horizon: str) -> dict[str, Any]:
    """Return the odds of one horizon.

    Examples:
        >>> name = "upper hand of USA (1) or CHN (-1), long"
        >>> many = make_ensemble({name: np.array([1.0, 1.0, 0.0, -1.0] * 16)})
        >>> row = odds_row(many, name, "USA", "CHN", "long")
        >>> row["probability"]
        {'USA': 0.5, 'CHN': 0.25, 'neither': 0.25}
    """
    holder = many.values(name)
    scramble = many.scramble[many.answered]
    shares: dict[str, float] = {}
    errors = []
    for label, value in ((first, 1.0), (second, -1.0), ("neither", 0.0)):
        hit = holder == value
        shares[label] = float(hit.mean()) if len(hit) else float("nan")
        parts = [hit[scramble == s].mean() for s in np.unique(scramble)]
        spread = np.std(parts, ddof=1) / np.sqrt(len(parts)) if len(parts) > 1 else np.nan
        errors.append(float(spread))
    return {
        "horizon": horizon,
        "sides": [first, second],
        "probability": shares,
        "error": max(errors),
        "parts": _parts(many, first, second, horizon),
        "draws": len(many),
        "failed": many.failed,
        "hinges": hinges_of(many, name),
    }


def _parts(many: Ensemble, first: str, second: str, horizon: str) -> dict[str, float]:
    """Return the share of draws in which each part of the sentence favours the first side."""
    wanted = {
        "the threat point": (f"threat-point advantage of {first}, {horizon}", 0.0),
        "the surplus": (f"surplus share of {first}, {horizon}", 0.5),
        "the clock": (f"clock for {first} (1) or {second} (-1), {horizon}", 0.0),
    }
    return {
        words: float((many.values(name) > even).mean())
        for words, (name, even) in wanted.items()
        if name in many.outputs and len(many.values(name))
    }


def hinges_of(many: Ensemble, name: str) -> list[dict[str, Any]]:
    """Return what a quantity hinges on, as the ensemble's maker noted it; empty where it did not."""
    kept = many.provenance.get("hinges", {}).get(name, {})
    return [{"group": group, "share": share} for group, share in kept.items()]


def few_draws(draws: int) -> str:
    """Return what so few draws cannot say; empty when there are enough.

    Examples:
        >>> few_draws(64)
        'about 2 of 64 draws lie beyond each end of the 95 per cent range; 320 place it better'
        >>> few_draws(1000)
        ''
    """
    if not draws or draws >= FEW:
        return ""
    beyond = max(round(0.025 * draws), 1)
    return (
        f"about {beyond} of {draws} draws lie beyond each end of the 95 per cent range; "
        f"{FEW} place it better"
    )


def _row(run: Run, name: str, *, everybody: bool) -> dict[str, Any] | None:
    assert run.ranges is not None  # the caller looked
    known = _words(run, name, everybody=everybody)
    if known is None:
        return None
    words, horizon, value = known
    row = _plain(run.ranges.range(name), name, words, horizon, value)
    return row | {"hinges": hinges_of(run.ranges, name)}


def _words(run: Run, name: str, *, everybody: bool) -> tuple[str, str, float | None] | None:
    """Return words, horizon and central value of a quantity; None for what is no headline."""
    side = SIDE.match(name)
    if side:
        what, code, horizon = side.groups()
        if code not in run.sides and not everybody:
            return None
        value = _central(run, code, horizon, money=what != "real income")
        return f"{what} of {run.name_of(code)}", horizon, value
    gap = GAP.match(name)
    if gap:
        one, other, horizon = gap.groups()
        ours, theirs = (_central(run, code, horizon, money=False) for code in (one, other))
        value = None if ours is None or theirs is None else ours - theirs
        words = f"real income of {run.name_of(one)} less that of {run.name_of(other)}"
        return words, horizon, value
    for pattern, words, key in (
        (ADVANTAGE, "threat-point advantage of", "threat_advantage"),
        (SURPLUS, "share of the surplus for", "surplus_share"),
    ):
        found = pattern.match(name)
        if found:
            code, horizon = found.groups()
            if code != next(iter(run.sides), code):
                return None  # the other side's number mirrors it
            return f"{words} {run.name_of(code)}", horizon, _of_talks(run, key, code, horizon)
    return None


def _central(run: Run, code: str, horizon: str, *, money: bool) -> float | None:
    if horizon not in run.horizons:
        return None
    for effect in run.headline(horizon).sides:
        if effect.code == code:
            return effect.usd_million / 1e3 if money else effect.percent
    from upperhand.results.headline import country_effects

    data = run.case("package", horizon).counterfactual.data
    for effect in country_effects(run, data):
        if effect.code == code:
            return effect.usd_million / 1e3 if money else effect.percent
    return None


def _of_talks(run: Run, key: str, side: str, horizon: str) -> float | None:
    if run.talks is None or side not in run.talks.sides:
        return None
    at = run.talks.sides.index(side)
    for leverage in run.talks.leverage:
        for row in leverage.rows:
            if (leverage.horizon, row.key) == (horizon, key):
                return row.values[at]
    return None


def _plain(
    found: Range, name: str, words: str, horizon: str, value: float | None
) -> dict[str, Any]:
    return {
        "quantity": name,
        "words": words,
        "unit": found.unit,
        "horizon": horizon,
        "value": value,
        "median": found.median,
        "low_80": found.low_80,
        "high_80": found.high_80,
        "low_95": found.low_95,
        "high_95": found.high_95,
        "error": found.error["median"],
        "positive": found.positive,
        "positive_error": found.positive_error,
        "draws": found.draws,
        "failed": found.failed,
    }


def _range(run: Run, name: str) -> Range | None:
    if run.ranges is None or name not in run.ranges.outputs or not run.ranges.answered.any():
        return None
    return run.ranges.range(name)


def _like(many: Ensemble, outputs: dict[str, Any]) -> Ensemble:
    made = make_ensemble(outputs)
    return replace(made, draw=many.draw, scramble=many.scramble)
