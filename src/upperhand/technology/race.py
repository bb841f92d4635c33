"""Distance to the frontier: own research, diffusion, control and decoupling (model book, chapter 5).

Every function takes numbers or arrays that broadcast, one entry for each draw.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from upperhand.technology.parameters import Array, Number, Race, plain

STEPS_A_YEAR = 20
#: Years in which the path starts with follower and frontier moving alike.
FIRST_YEAR = 2014.0
Intensity = Callable[[float], Number]


def _nothing(_date: float) -> float:
    return 0.0


def _free(_date: float) -> float:
    return 1.0


@dataclass(frozen=True, slots=True)
class Drivers:
    """What drives a race, each at a date.

    Attributes:
        control: Intensity of control, 0 to 1.
        decoupling: Share of the leader's revenue in the follower's market that is lost.
        access: Share of foreign supply that may be sold and bought in that market.
        support: Public support of the follower's research, as a share of private research.
        leaps: Generations that the follower leaps, at the start of a year.
    """

    control: Intensity = _nothing
    decoupling: Intensity = _nothing
    access: Intensity = _free
    support: Intensity = _nothing
    leaps: Intensity = _nothing


@dataclass(frozen=True, slots=True)
class GapPath:
    """The race on a grid of dates; arrays are (date, draw) or (date,).

    Attributes:
        dates: Decimal years.
        gap: Leader less follower, generations.
        lag: The gap over the leader's speed, years.
        research: The follower's research over what it was before any control.
    """

    dates: Array
    gap: Array
    lag: Array
    research: Array


def frontier_speed(race: Race, decoupling: Number) -> Number:
    """Return how fast the leader moves, generations a year (eq. 5.1).

    Args:
        race: Parameters.
        decoupling: Share of the leader's revenue in the follower's market that is lost, 0 to 1.

    Examples:
        >>> round(1 / frontier_speed(Race(), 0.0), 2)
        2.53
    """
    left = 1.0 - race.revenue_research * decoupling
    return race.frontier_rate * left**race.research_elasticity


def research_growth(race: Race, research: Number, control: Number, support: Number = 0.0) -> Number:
    """Return the yearly change of the follower's research (eq. 5.2).

    Args:
        race: Parameters.
        research: Research over what it was before any control.
        control: Intensity of control, 0 to 1.
        support: Public support, as a share of private research.

    Examples:
        >>> round(research_growth(Race(), 1.0, 1.0), 3)
        0.246
    """
    target = np.exp(race.research_response * control) * (1.0 + support)
    return plain((target - research) / race.research_lag)


def follower_speed(race: Race, research: Number, control: Number, gap: Number) -> Number:
    """Return how fast the follower moves: own research and diffusion, generations a year (eq. 5.3).

    Without control and at the starting gap it moves as fast as the frontier.

    Examples:
        >>> round(follower_speed(Race(), 1.0, 0.0, 2.0) * 2.53, 3)
        1.0
    """
    own = race.own_weight * race.frontier_rate * research**race.research_elasticity
    learnt = (1.0 - race.own_weight) * race.frontier_rate / race.start_gap
    return own + learnt * (1.0 - race.diffusion_loss * control) * gap


def lag_years(race: Race, gap: Number, decoupling: Number) -> Number:
    """Return the gap in years: generations over the leader's speed (eq. 5.4).

    Examples:
        >>> round(lag_years(Race(), 2.0, 0.0), 2)
        5.06
    """
    return gap / frontier_speed(race, decoupling)


def break_even_diffusion_loss(
    race: Race, control: Number = 1.0, decoupling: Number = 0.35
) -> Number:
    """Return the share of diffusion lost below which controls narrow the gap (eq. 5.7).

    Controls cut diffusion and so widen the gap; they also raise the follower's research and cut
    the leader's revenue. Below the break-even the second effect is larger and controls backfire.

    Examples:
        >>> [round(break_even_diffusion_loss(Race(own_weight=w)), 2) for w in (0.2, 0.4, 0.6, 0.8)]
        [0.11, 0.22, 0.44, 1.1]
    """
    gain = race.own_weight * (
        np.exp(race.research_response * control * race.research_elasticity) - 1.0
    )
    slowed = 1.0 - frontier_speed(race, decoupling) / race.frontier_rate
    return plain((gain + slowed) / ((1.0 - race.own_weight) * control))


def run_gap(
    race: Race,
    control: Intensity,
    decoupling: Intensity,
    *,
    last: float,
    support: Intensity = lambda _date: 0.0,
    leaps: Callable[[float], Number] = lambda _date: 0.0,
    first: float = FIRST_YEAR,
    steps: int = 1,
) -> GapPath:
    """Return the race at the start of every year or quarter (eq. 5.1-5.4).

    Args:
        race: Parameters, or draws of them.
        control: Intensity of control at a date.
        decoupling: Share of the leader's revenue lost at a date.
        last: Last date.
        support: Public support of the follower's research at a date.
        leaps: Generations that the follower leaps at a date, the start of a year.
        first: First date, with the gap of the parameters.
        steps: Dates a year: 1 or 4. The integration is the same, so a year's turn is too.

    Examples:
        >>> path = run_gap(Race(), lambda date: 0.0, lambda date: 0.0, last=2020)
        >>> path.lag.round(2).tolist()[-1]
        5.06
    """
    dates = grid_of(first, last, steps)
    gap, research = race.start_gap + 0.0 * race.own_weight, 1.0 + 0.0 * race.own_weight
    gaps, lags, levels = [], [], []
    for date in dates:
        gap = np.maximum(gap - leaps(float(date)), 0.0)
        gaps.append(gap)
        lags.append(lag_years(race, gap, decoupling(float(date))))
        levels.append(research)
        gap, research = _until_next(
            race, gap, research, float(date), control, decoupling, support, STEPS_A_YEAR // steps
        )
    return GapPath(dates, np.array(gaps), np.array(lags), np.array(levels))


def grid_of(first: float, last: float, steps: int) -> Array:
    """Return every date from the first to the last, `steps` a year.

    Examples:
        >>> grid_of(2026, 2027, 4).tolist()
        [2026.0, 2026.25, 2026.5, 2026.75, 2027.0]
    """
    return first + np.arange(round((last - first) * steps) + 1) / steps


def _until_next(
    race: Race,
    gap: Number,
    research: Number,
    date: float,
    control: Intensity,
    decoupling: Intensity,
    support: Intensity,
    small: int,
) -> tuple[Number, Number]:
    """Return gap and research some small steps later."""
    step = 1.0 / STEPS_A_YEAR
    for k in range(small):
        now = date + (k + 0.5) * step
        force = control(now)
        apart = frontier_speed(race, decoupling(now)) - follower_speed(race, research, force, gap)
        research = research + step * research_growth(race, research, force, support(now))
        gap = np.maximum(gap + step * apart, 0.0)
    return gap, research


def reduced(race: Race, drivers: Drivers, last: float, steps: int = 1) -> GapPath:
    """Return the race in its reduced form: estimated responses (eq. 5.1-5.4).

    Access to the follower's market plays no part in it: nobody has estimated what a closed market
    does to the research behind it.

    Examples:
        >>> reduced(Race(), Drivers(), 2020).lag.round(2).tolist()[-1]
        5.06
    """
    return run_gap(
        race,
        drivers.control,
        drivers.decoupling,
        last=last,
        support=drivers.support,
        leaps=drivers.leaps,
        steps=steps,
    )


def stairs(steps: Sequence[tuple[float, float]]) -> Callable[[float], float]:
    """Return the function of the date that takes each value from its date on, and 0 before.

    Examples:
        >>> level = stairs([(2019.4, 0.3), (2022.8, 0.8)])
        >>> level(2018.0), level(2020.0), level(2030.0)
        (0.0, 0.3, 0.8)
    """
    ordered = sorted(steps)
    starts, values = tuple(s for s, _ in ordered), (0.0, *(value for _, value in ordered))
    return partial(_stair, starts, values)


def _stair(starts: tuple[float, ...], values: tuple[float, ...], date: float) -> float:
    return values[bisect_right(starts, date)]
