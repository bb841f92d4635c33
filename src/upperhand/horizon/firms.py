"""Firms in the race: the record of Huawei, Nvidia, SMIC and DJI, and their years ahead.

The record is never adjusted: numbers on different bases stay apart, estimates that differ stand side
by side. A path ahead is a distribution, and only where the race drives the quantity (eq. 5.60, 5.61).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from upperhand.core.errors import OptionError
from upperhand.results.firms import Band, FirmSeries, Point
from upperhand.technology.goods import LAST_KNOWN, Force, Technology, draw_technology
from upperhand.technology.market import logit
from upperhand.technology.parameters import Array, Number, plain, rows_of
from upperhand.technology.state import State, run_technology

QUANTILES = (0.1, 0.5, 0.9)
#: What US licences let through of the accelerators sold before April 2025: low, mode, high. Assumed.
LICENSED = (0.0, 0.1, 1.0)
#: Growth of the Chinese market over the rest of Nvidia's, log points a year: low, mode, high. Assumed.
GROWTH = (-0.25, -0.05, 0.15)
#: What moves a firm within its market and is not explained, log odds in a year. Assumed.
OWN_CHANCE = 0.2
BEFORE_LICENCE, AFTER_LICENCE = "FY26Q1", "FY26Q3"


def share_ahead(start: Number, driver: Array, noise: Array) -> Number:
    """Return a firm's share when its odds move as those of a driver, and by chance (eq. 5.60).

    Args:
        start: The last share on record, as a fraction.
        driver: Change of the log odds of the driver since then.
        noise: What moves the log odds and is not explained.

    Examples:
        >>> float(share_ahead(0.2, np.array(0.0), np.array(0.0)))
        0.2
        >>> float(share_ahead(0.2, np.array(np.log(4.0)), np.array(0.0)))
        0.5
    """
    return plain(1.0 / (1.0 + np.exp(-(logit(start) + driver + noise))))


def abroad_ahead(
    kept: Number, accelerators: Number, licensed: Number, foreign: Array, growth: Array
) -> Number:
    """Return a market's share of a foreign seller's revenue (eq. 5.61).

    Args:
        kept: Sales there that no licence was asked for, per dollar of sales elsewhere.
        accelerators: Sales of accelerators before the licence, per dollar of sales elsewhere.
        licensed: Part of those that the licences let through.
        foreign: Share of foreign accelerators in the market, over what it was before the licence.
        growth: Log growth of the market over the seller's others, chance included.

    Examples:
        >>> round(float(abroad_ahead(0.05, 0.12, 0.0, np.array(1.0), np.array(0.0))), 4)
        0.0476
    """
    sold = (kept + accelerators * np.asarray(licensed) * foreign) * np.exp(growth)
    return plain(sold / (1.0 + sold))


@lru_cache(maxsize=1)
def firm_record() -> tuple[FirmSeries, ...]:
    """Return what the record has of each firm, each number with its source.

    Examples:
        >>> found = {one.key: one for one in firm_record()}
        >>> [point.value for point in found["research"].points][:3]
        [101.5, 131.7, 141.9]
    """
    rows = rows_of("firms.csv")
    return tuple(
        FirmSeries(
            firm=about["firm"],
            key=about["series"],
            label=about["label"],
            unit=about["unit"],
            points=tuple(_point(row) for row in rows if row["series"] == about["series"]),
            driver=about["driver"],
            reading=about["reading"],
        )
        for about in rows_of("firm_series.csv")
    )


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What the years ahead of every firm are drawn from.

    Attributes:
        years: Years ahead.
        now: Technologies in the last year of the record.
        chance: What moves a firm and is not explained, log odds (year, draw).
        licensed: Part of accelerators that US licences let through, by draw.
        growth: Growth of the Chinese market over others, by draw.
    """

    years: tuple[int, ...]
    now: Mapping[str, State]
    chance: Array
    licensed: Array
    growth: Array


def firms_ahead(
    tech: Technology,
    years: Sequence[int],
    forces: Mapping[str, Force],
    *,
    draws: int = 200,
    seed: int = 1,
) -> tuple[FirmSeries, ...]:
    """Return the firms with their years ahead, with the measures and without them.

    The same draws serve both cases.

    Args:
        tech: Technologies, one number each.
        years: Consecutive years.
        forces: What the measures do to each technology.
        draws: Draws over the priors.
        seed: Seed of the draws.

    Raises:
        OptionError: If there are fewer than two draws.

    Examples:
        >>> from upperhand.technology.goods import technology
        >>> firms = firms_ahead(technology(), range(2026, 2029), {}, draws=50)
        >>> nvidia = next(one for one in firms if one.key == "china_share")
        >>> low, middle, high = nvidia.band(2028)
        >>> low < middle < high
        True
    """
    if draws < 2:
        raise OptionError(f"draws is {draws}; allowed: at least 2, for a band")
    span = tuple(int(year) for year in years)
    drawn = draw_technology(draws, seed, years=span, base=tech)
    states = {"with": run_technology(drawn, span, forces), "without": run_technology(drawn, span)}
    rng = np.random.default_rng(seed)
    about = Drawn(
        years=span,
        now=run_technology(drawn, [LAST_KNOWN]),
        chance=OWN_CHANCE * np.cumsum(rng.normal(size=(len(span), draws)), axis=0),
        licensed=rng.triangular(*LICENSED, draws),
        growth=rng.triangular(*GROWTH, draws),
    )
    return tuple(_with_years(one, about, states) for one in firm_record())


def _with_years(
    one: FirmSeries, about: Drawn, states: Mapping[str, Mapping[str, State]]
) -> FirmSeries:
    """Return a series with its years ahead, where the race has its driver."""
    if one.key not in AHEAD or AHEAD[one.key][0] not in about.now:
        return one
    good, draw, rests = AHEAD[one.key]
    bands = {case: _bands(draw(one, about, found[good])) for case, found in states.items()}
    return replace(one, years=about.years, ahead=bands, rests_on=rests)


def _phones(one: FirmSeries, about: Drawn, state: State) -> Array:
    """Draw Huawei's share of phones, per cent (year, draw)."""
    moved = np.asarray(logit(state.share)) - np.asarray(logit(about.now["devices"].share))
    return np.asarray(100.0 * np.asarray(share_ahead(_last(one) / 100.0, moved, about.chance)))


def _nvidia(one: FirmSeries, about: Drawn, state: State) -> Array:
    """Draw China's share of Nvidia's revenue, per cent (year, draw)."""
    _, accelerators = _parts(BEFORE_LICENCE)
    after, remaining = _parts(AFTER_LICENCE)
    foreign = (1.0 - np.asarray(state.share)) / (1.0 - np.asarray(about.now[state.good.name].share))
    ahead = (np.array(about.years, dtype=float) - one.points[-1].date)[:, None]
    growth = about.growth * ahead + about.chance
    share = abroad_ahead(after - remaining, accelerators, about.licensed, foreign, growth)
    return np.asarray(100.0 * np.asarray(share))


def _lag(_one: FirmSeries, _about: Drawn, state: State) -> Array:
    """Return the lag in chips, years (year, draw)."""
    return np.asarray(state.lag)


def _last(one: FirmSeries) -> float:
    return one.points[-1].value


def _parts(period: str) -> tuple[float, float]:
    """Return Nvidia's sales to China per dollar elsewhere in a quarter: all, and of the H20."""
    known = {one.key: one for one in firm_record()}
    share, revenue, h20 = (
        next(p.value for p in known[key].points if p.period == period)
        for key in ("china_share", "china_revenue", "h20")
    )
    sold = share / (100.0 - share)
    return sold, sold * h20 / revenue


def _bands(values: Array) -> tuple[Band, ...]:
    """Return percentiles by year of draws (year, draw), over those in which the race settles."""
    settled = values[:, np.isfinite(values).all(axis=0)]
    low, middle, high = np.quantile(settled, QUANTILES, axis=1)
    rows = zip(low, middle, high, strict=True)
    return tuple((float(a), float(b), float(c)) for a, b, c in rows)


def _point(row: Mapping[str, str]) -> Point:
    return Point(
        date=float(row["date"]),
        period=row["period"] or row["entity"],
        value=float(row["value"]),
        low=float(row["low"]) if row["low"] else None,
        high=float(row["high"]) if row["high"] else None,
        kind=row["kind"],
        basis=row["basis"],
        certainty=row["certainty"],
        source=row["source"],
        url=row["url"],
    )


Draw = Callable[[FirmSeries, Drawn, State], Array]
#: The technology that drives a quantity, how it is drawn, and what that rests on.
AHEAD: dict[str, tuple[str, Draw, tuple[str, ...]]] = {
    "phones": (
        "devices",
        _phones,
        (
            "Huawei's odds move as those of all domestic suppliers, and by chance of its own "
            f"({OWN_CHANCE:g} log odds in a year, assumed)",
            "devices in the race are phones and computers together",
        ),
    ),
    "china_share": (
        "ai_accelerators",
        _nvidia,
        (
            f"US licences let through {LICENSED[1]:.0%} ({LICENSED[0]:.0%} to {LICENSED[2]:.0%}) of the "
            "accelerators sold before April 2025, assumed",
            f"the Chinese market grows by {GROWTH[1]:+.2f} ({GROWTH[0]:+.2f} to {GROWTH[2]:+.2f}) log "
            "points a year more than Nvidia's others, assumed",
            "sales to China other than of the H20 need no licence and move with the market",
        ),
    ),
    "lag": (
        "chips",
        _lag,
        ("the lag in manufacturing of chips, of which SMIC is the leader in China",),
    ),
}
