"""The four numbers: each side's loss, the pain ratio, the largest third-party gain and loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from upperhand.results.names import the
from upperhand.results.run import Effect, Headline

if TYPE_CHECKING:
    import xarray as xr

    from upperhand.results.run import Run

TINY = 5e-4  # per cent; below this an effect prints as 0.000 and is neither gain nor loss


def headline(run: Run, horizon: str) -> Headline:
    """Return the four numbers of the package at `horizon`."""
    result = run.case("package", horizon).counterfactual
    effects = {effect.code: effect for effect in country_effects(run, result.data)}
    members = {side: side_members(run, side) for side in run.sides}
    sides = tuple(
        join(
            side,
            run.name_of(side),
            [effects[m] for m in names if m in effects],
            result.data,
        )
        for side, names in members.items()
    )
    inside = {m for names in members.values() for m in names} | set(members)
    third = [e for e in effects.values() if e.code not in inside and np.isfinite(e.percent)]
    ratio, note = pain_ratio(sides)
    best = max(third, key=lambda e: e.percent, default=None)
    worst = min(third, key=lambda e: e.percent, default=None)
    return Headline(
        horizon,
        sides,
        ratio,
        note,
        best if best is not None and best.percent > TINY else None,
        worst if worst is not None and worst.percent < -TINY else None,
    )


def country_effects(run: Run, data: xr.Dataset) -> list[Effect]:
    """Return the effect on each country, in the order of the world (median over draws)."""
    change, money = (
        _point(data, "real_income_change"),
        _point(data, "equivalent_variation"),
    )
    codes = [str(code) for code in data["country"].values]
    return [
        Effect(code, run.name_of(code), 100 * (float(x) - 1), float(usd))
        for code, x, usd in zip(codes, change, money, strict=True)
    ]


def side_members(run: Run, side: str) -> tuple[str, ...]:
    """Return the countries of a side: those of `sides` in the scenario, or the side itself."""
    named = run.scenario.get("sides")
    found = named.get(side) if isinstance(named, dict) else None
    if isinstance(found, dict):
        found = found.get("members")
    return tuple(str(code) for code in found) if isinstance(found, (list, tuple)) else (side,)


def join(code: str, name: str, parts: list[Effect], data: xr.Dataset) -> Effect:
    """Return the effect on several countries together: money adds, per cent is income-weighted."""
    if len(parts) == 1:
        return Effect(code, name, parts[0].percent, parts[0].usd_million)
    if not parts:
        return Effect(code, name, float("nan"), float("nan"))
    income = np.array([float(data["baseline_income"].sel(country=p.code)) for p in parts])
    money = sum(p.usd_million for p in parts)
    return Effect(code, name, float(100 * money / income.sum()), float(money))


def pain_ratio(sides: tuple[Effect, ...]) -> tuple[float | None, str]:
    """Return loss of the second side over loss of the first, and what it means in words.

    A ratio of a loss to a gain says nothing, so there is none when a side does not lose.

    Examples:
        >>> usa, chn = Effect("USA", "United States", -0.5, -1), Effect("CHN", "China", -1, -2)
        >>> pain_ratio((usa, chn))
        (2.0, 'for each 1% of real income that the United States loses, China loses 2.0%')
        >>> pain_ratio((Effect("USA", "United States", 0.1, 1), chn))
        (None, 'no pain ratio: the United States gains while China loses')
    """
    if len(sides) < 2:
        return None, "no pain ratio: only one side moves"
    first, second = sides[:2]
    if not (np.isfinite(first.percent) and np.isfinite(second.percent)):
        return None, "no pain ratio: no equilibrium was found"
    if first.percent < -TINY and second.percent < -TINY:
        ratio = second.percent / first.percent
        return ratio, (
            f"for each 1% of real income that {the(first.name)} loses, {the(second.name)} loses "
            f"{ratio:.1f}%"
        )
    return (
        None,
        (
            f"no pain ratio: {the(first.name)} {_verb(first)} while {the(second.name)} {_verb(second)}"
        ),
    )


def _verb(effect: Effect) -> str:
    if abs(effect.percent) <= TINY:
        return "is unaffected"
    return "gains" if effect.percent > 0 else "loses"


def _point(data: xr.Dataset, name: str) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    if name not in data:
        return np.full(data.sizes["country"], np.nan)
    array = data[name]
    if "draw" in array.dims:
        array = array.median("draw")
    return np.asarray(array.values, dtype=np.float64)
