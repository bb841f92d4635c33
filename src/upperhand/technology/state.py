"""The state of every strategic technology by date: gap, lag, domestic share, saving."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor

import numpy as np

from upperhand.core.errors import OptionError, raise_faults, unknown
from upperhand.technology.direction import saving_path
from upperhand.technology.goods import Events, Force, Good, Steps, Technology
from upperhand.technology.market import domestic_share
from upperhand.technology.parameters import Array, Number, Race
from upperhand.technology.race import FIRST_YEAR, Drivers, GapPath, frontier_speed, grid_of, stairs
from upperhand.technology.supply import Market


@dataclass(frozen=True, slots=True)
class State:
    """One technology by date; arrays are (date,) or (date, draw).

    Attributes:
        good: Which.
        dates: The start of each year or quarter.
        gap: Generations behind; NaN for a mineral.
        lag: Years behind; NaN for a mineral.
        share: Share of domestic suppliers in the follower's market.
        appeal: Log odds of domestic supply at free access.
        frontier: Progress of the leader less what it would be without decoupling, generations.
        efficiency: Efficiency with which the follower uses the good, where it is denied.
        control: Intensity of control, record and measures together.
    """

    good: Good
    dates: tuple[float, ...]
    gap: Array
    lag: Array
    share: Array
    appeal: Array
    frontier: Array
    efficiency: Array
    control: Array

    def at(self, date: float) -> int:
        """Return the position of a date, the first one for earlier dates."""
        if len(self.dates) == 1:
            return 0
        step = self.dates[1] - self.dates[0]
        return min(max(int((date - self.dates[0]) / step + 0.5), 0), len(self.dates) - 1)


def run_technology(
    tech: Technology,
    years: Sequence[int],
    forces: Mapping[str, Force] | None = None,
    *,
    steps: int = 1,
) -> dict[str, State]:
    """Return the state of every technology at the start of every year or quarter.

    Args:
        tech: Technologies.
        years: Consecutive years, the first at least 2014.
        forces: What measures do to a good in each period, on top of the record; nothing when left
            out.
        steps: Periods a year: 1 or 4.

    Raises:
        OptionError: If the years have gaps, or a force has no technology or the wrong length.

    Examples:
        >>> from upperhand.technology.goods import technology
        >>> found = run_technology(technology(), range(2018, 2031))
        >>> found["chips"].lag.round(1).tolist()[1:8:3]
        [5.1, 5.3, 5.7]
    """
    span = tuple(int(year) for year in years)
    _check(tech, span, forces or {}, steps)
    dates = grid_of(span[0], span[-1] + 1 - 1 / steps, steps)
    return {
        good.name: _state(tech, good, dates, steps, (forces or {}).get(good.name))
        for good in tech.goods
    }


def _state(tech: Technology, good: Good, dates: Array, steps: int, force: Force | None) -> State:
    on = force or Force.none(len(dates))
    level = _Levels(dates, steps)
    access_at, support_at = level.of(on.access, 1.0), level.of(on.support, 0.0)
    control = level.joined(tech.control.get(good.name, ()), on.control)
    decoupling = level.joined(tech.decoupling.get(good.name, ()), on.decoupling)
    held = np.array([_mean(control, date, steps) for date in dates])
    grid = grid_of(min(dates[0], np.floor(good.share_year)), max(dates[-1], good.share_year), steps)
    first = round((dates[0] - grid[0]) * steps)
    here = slice(first, first + len(dates))
    path = None
    if not good.mineral:
        leaps = _arriving(tech.leaps, good.name)
        drivers = Drivers(control, decoupling, access_at, support_at, leaps)
        path = tech.gap_model(tech.race, drivers, max(float(grid[-1]), FIRST_YEAR), steps)
    gap = _on(path, grid, "gap")
    market = Market(
        race=tech.race,
        share=good.share,
        drift=good.drift,
        drift_control=good.drift_control,
        at=round((good.share_year - grid[0]) * steps),
        control=np.array([_mean(control, date, steps) for date in grid]),
        access=np.array([access_at(date) for date in grid]),
        gap=gap,
        substitutes=tech.substitutes,
        steps=steps,
    )
    odds, swings = tech.supply_model(market)[here], _arrived(tech.swings, good.name, dates)
    appeal = _column(odds, swings) + _column(swings, odds)
    access = _column(on.access, appeal)
    efficiency = np.exp(_arrived(tech.breakthroughs, good.name, dates))
    if good.mineral:
        efficiency = efficiency * _column(saving_path(tech.saving, 1.0 - held, steps), efficiency)
    frontier = np.zeros(len(dates))
    if path is not None:
        frontier = _slowed(tech.race, decoupling, path.dates, steps)[
            round((dates[0] - path.dates[0]) * steps) :
        ][: len(dates)]
    return State(
        good=good,
        dates=tuple(float(date) for date in dates),
        gap=gap[here],
        lag=_on(path, grid, "lag")[here],
        share=np.asarray(domestic_share(appeal, access)),
        appeal=appeal,
        frontier=frontier,
        efficiency=efficiency,
        control=held,
    )


@dataclass(frozen=True, slots=True)
class _Levels:
    """What measures do at any date: the force of its period, nothing before and after."""

    dates: Array
    steps: int

    def of(self, values: Array, otherwise: float) -> Callable[[float], float]:
        known, first, steps = values.tolist(), float(self.dates[0]), self.steps
        size = len(known)
        if all(value == otherwise for value in known):
            return lambda _date: otherwise

        def level(date: float) -> float:
            at = floor((date - first) * steps + 1e-9)
            return known[at] if 0 <= at < size else otherwise

        return level

    def joined(self, record: Steps, extra: Array) -> Callable[[float], float]:
        """Return record and measures together: what neither withholds is left."""
        base = stairs(record)
        if not extra.any():
            return base
        on_top = self.of(extra, 0.0)
        return lambda date: 1.0 - (1.0 - base(date)) * (1.0 - on_top(date))


def _on(path: GapPath | None, grid: Array, name: str) -> Array:
    """Return gap or lag on a grid of dates; NaN for a mineral, and before the race begins."""
    if path is None:
        return np.full(len(grid), np.nan)
    values = np.asarray(getattr(path, name))
    at = np.rint((grid - path.dates[0]) * round(1 / (path.dates[1] - path.dates[0]))).astype(int)
    return np.asarray(values[np.maximum(at, 0)])


def _arriving(events: Events, name: str) -> Callable[[float], Number]:
    """Return what arrives at a date, the start of a year."""
    found: dict[float, Number] = {}
    for good, year, size in events:
        if good == name:
            found[float(year)] = size + found.get(float(year), 0.0)
    return lambda date: found.get(float(date), 0.0)


def _arrived(events: Events, name: str, dates: Array) -> Array:
    """Return what has arrived by each date, summed up."""
    mine = [(year, size) for good, year, size in events if good == name]
    if not mine:
        return np.zeros(len(dates))
    sums = [sum((np.asarray(size) * (year <= date) for year, size in mine), 0.0) for date in dates]
    return np.array(sums)


def _column(values: Array, like: Array) -> Array:
    return values if values.ndim >= like.ndim else values[:, None]


def _slowed(race: Race, decoupling: Callable[[float], float], dates: Array, steps: int) -> Array:
    """Return how far the leader is behind where it would be without decoupling, generations."""
    like = np.zeros_like(np.asarray(race.frontier_rate))
    speeds = [
        (frontier_speed(race, _mean(decoupling, d, steps)) - race.frontier_rate) / steps + like
        for d in dates[:-1]
    ]
    return np.asarray(np.cumsum(np.array([like, *speeds]), axis=0))


def _mean(level: Callable[[float], float], date: float, steps: int) -> float:
    return sum(level(date + (k + 0.5) / (10 * steps)) for k in range(10)) / 10


def _check(
    tech: Technology, years: tuple[int, ...], forces: Mapping[str, Force], steps: int
) -> None:
    faults: list[str] = []
    if steps not in (1, 4):
        faults.append(f"steps is {steps}; allowed: 1 or 4 a year")
    if not years or any(b - a != 1 for a, b in pairwise(years)):
        faults.append(f"years are {list(years)[:6]}; give consecutive years in order")
    elif years[0] < FIRST_YEAR:
        faults.append(f"the first year is {years[0]}; the race starts in {FIRST_YEAR:.0f}")
    known = [good.name for good in tech.goods]
    faults += [unknown("technology", name, known) for name in forces if name not in known]
    events = (*tech.leaps, *tech.breakthroughs, *tech.swings)
    faults += [unknown("technology", name, known) for name, _, _ in events if name not in known]
    for name, force in forces.items():
        for part in ("control", "access", "decoupling", "support"):
            values = getattr(force, part)
            if len(values) != len(years) * steps:
                wanted = len(years) * steps
                faults.append(f"{name}: {part} has {len(values)} periods; the path has {wanted}")
            elif (values < 0).any() or (part != "support" and (values > 1).any()):
                faults.append(f"{name}: {part} is outside 0 to 1")
    raise_faults(OptionError, faults, what="technology")
