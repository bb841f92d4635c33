"""The state of every strategic technology by year: gap, lag, domestic share, saving."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np

from upperhand.core.errors import OptionError, raise_faults, unknown
from upperhand.technology.arrivals import arrivals
from upperhand.technology.direction import Saving, saving_path
from upperhand.technology.market import domestic_share, drift_of, logit
from upperhand.technology.parameters import Array, Number, Race, draw_race, parameters, rows_of
from upperhand.technology.race import FIRST_YEAR, GapPath, frontier_speed, run_gap, stairs

Steps = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Good:
    """A strategic good with its leader, its follower and who supplies the follower.

    Attributes:
        name: Sector of the world with strategic goods.
        leader: Country ahead.
        follower: Country behind, or the one that is denied the good.
        share_year: Year in which the share of domestic suppliers was measured.
        share: That share, in the follower's market.
        drift: Yearly growth of the odds of domestic supply at the reference control.
        drift_range: Lowest and highest plausible drift.
        drift_control: Intensity of control at which the drift was measured.
        inputs: Goods whose denial slows this technology.
        mineral: True where there is no frontier to reach but an input to save or to replace.
        source: Where share and drift come from.
        status: `sourced` or `assumed`.
    """

    name: str
    leader: str
    follower: str
    share_year: float
    share: float
    drift: Number
    drift_range: tuple[float, float]
    drift_control: float
    inputs: tuple[str, ...]
    mineral: bool
    source: str = ""
    status: str = "assumed"


@dataclass(frozen=True, slots=True)
class Force:
    """What measures do to one good, by year; each array has one entry for each year.

    Attributes:
        control: Share of the follower's foreign supply of the good's inputs that others withhold.
        access: Share of foreign supply that may be sold and bought in the follower's market.
        decoupling: Share of the leader's revenue in that market that is lost.
        support: Public support of the follower's research, as a share of private research.
    """

    control: Array
    access: Array
    decoupling: Array
    support: Array

    @classmethod
    def none(cls, years: int) -> Force:
        """Return no force at all."""
        zero = np.zeros(years)
        return cls(zero, np.ones(years), zero, zero)


@dataclass(frozen=True, slots=True)
class Technology:
    """Every strategic good, the parameters of the race, and the controls of the record.

    Attributes:
        goods: The goods.
        race: Parameters, or draws of them.
        control: Steps of control on record for each good: date and intensity from then on.
        decoupling: The same for the leader's revenue lost.
        leaps: Generations that the follower gains: good, year, generations.
        saving: How research saves a denied mineral.

    Examples:
        >>> [good.name for good in technology().goods][:2]
        ['ai_accelerators', 'chips']
    """

    goods: tuple[Good, ...]
    race: Race = field(default_factory=Race)
    control: Mapping[str, Steps] = field(default_factory=dict)
    decoupling: Mapping[str, Steps] = field(default_factory=dict)
    leaps: tuple[tuple[str, int, Number], ...] = ()
    saving: Saving = field(default_factory=Saving)

    def good(self, name: str) -> Good:
        """Return a good by name.

        Raises:
            OptionError: If there is none.
        """
        for found in self.goods:
            if found.name == name:
                return found
        raise OptionError(unknown("technology", name, [g.name for g in self.goods]))

    def without_controls(self, since: float = FIRST_YEAR) -> Technology:
        """Return the same technology without the record's controls from a date on."""
        return replace(
            self, control=_ended(self.control, since), decoupling=_ended(self.decoupling, since)
        )


@dataclass(frozen=True, slots=True)
class State:
    """One technology by year; arrays are (year,) or (year, draw).

    Attributes:
        good: Which.
        years: Years.
        gap: Generations behind; NaN for a mineral.
        lag: Years behind; NaN for a mineral.
        share: Share of domestic suppliers in the follower's market.
        appeal: Log odds of domestic supply at free access.
        frontier: Progress of the leader less what it would be without decoupling, generations.
        efficiency: Efficiency with which the follower uses the good, where it is denied.
        control: Intensity of control, record and measures together.
    """

    good: Good
    years: tuple[int, ...]
    gap: Array
    lag: Array
    share: Array
    appeal: Array
    frontier: Array
    efficiency: Array
    control: Array


@lru_cache(maxsize=1)
def technology() -> Technology:
    """Return the packaged technologies with the reference parameters.

    Examples:
        >>> technology().good("magnets").follower
        'USA'
    """
    goods = tuple(
        Good(
            name=row["good"],
            leader=row["leader"],
            follower=row["follower"],
            share_year=float(row["share_year"]),
            share=float(row["share"]),
            drift=float(row["drift"]),
            drift_range=(float(row["drift_low"]), float(row["drift_high"])),
            drift_control=float(row["drift_control"]),
            inputs=tuple(row["inputs"].split()),
            mineral=row["direction"] == "1",
            source=row["source"],
            status=row["status"],
        )
        for row in rows_of("goods.csv")
    )
    control: dict[str, Steps] = {}
    decoupling: dict[str, Steps] = {}
    for row in rows_of("controls.csv"):
        name, start = row["good"], float(row["from"])
        control[name] = (*control.get(name, ()), (start, float(row["control"])))
        decoupling[name] = (*decoupling.get(name, ()), (start, float(row["decoupling"])))
    return Technology(goods, control=control, decoupling=decoupling)


def draw_technology(
    draws: int,
    seed: int,
    *,
    years: Sequence[int] = range(2018, 2036),
    base: Technology | None = None,
) -> Technology:
    """Return the technologies with draws of every uncertain number, leaps included.

    Args:
        draws: How many.
        seed: Seed of the random numbers.
        years: Years in which leaps may arrive; only those after 2025, which the record ends with.
        base: Technologies to start from; the packaged ones when left out.

    Examples:
        >>> drawn = draw_technology(100, seed=1)
        >>> drawn.good("chips").drift.shape
        (100,)
    """
    start = base or technology()
    race = draw_race(draws, seed)
    rng = np.random.default_rng(seed + 1)
    goods = tuple(
        replace(good, drift=rng.triangular(low, float(np.mean(good.drift)), high, draws))
        for good in start.goods
        for low, high in [good.drift_range]
    )
    ahead = [year for year in years if year > 2025]
    leaps = list(start.leaps)
    for k, good in enumerate(goods):
        if good.mineral or not ahead:
            continue
        number = arrivals(race.breakthrough_rate, len(ahead), draws, seed + 2 + k)
        leaps += [
            (good.name, year, number[i] * race.breakthrough_size) for i, year in enumerate(ahead)
        ]
    return replace(start, goods=goods, race=race, leaps=tuple(leaps))


def run_technology(
    tech: Technology, years: Sequence[int], forces: Mapping[str, Force] | None = None
) -> dict[str, State]:
    """Return the state of every technology in every year.

    Args:
        tech: Technologies.
        years: Consecutive years, the first at least 2014.
        forces: What measures do to a good, on top of the record; nothing when left out.

    Raises:
        OptionError: If the years have gaps, or a force has no technology or the wrong length.

    Examples:
        >>> found = run_technology(technology(), range(2018, 2031))
        >>> found["chips"].lag.round(1).tolist()[1:8:3]
        [5.1, 5.3, 5.7]
    """
    span = tuple(int(year) for year in years)
    _check(tech, span, forces or {})
    return {
        good.name: _state(tech, good, span, (forces or {}).get(good.name)) for good in tech.goods
    }


def parameters_of(tech: Technology) -> list[dict[str, object]]:
    """Return every number that a path rests on, with range, source and status.

    Examples:
        >>> rows = parameters_of(technology())
        >>> rows[-1]["name"]
        'share and drift of rare_earths'
    """
    rows: list[dict[str, object]] = [
        {
            "name": p.name,
            "value": float(np.median(getattr(tech.race, p.name))),
            "low": p.low,
            "high": p.high,
            "unit": p.unit,
            "source": p.source,
            "status": p.status,
        }
        for p in parameters().values()
    ]
    for good in tech.goods:
        low, high = good.drift_range
        rows.append(
            {
                "name": f"share and drift of {good.name}",
                "value": float(np.median(good.drift)),
                "low": low,
                "high": high,
                "unit": f"log odds a year, from {good.share:.0%} in {good.share_year:.0f}",
                "source": good.source,
                "status": good.status,
            }
        )
    return rows


def _state(tech: Technology, good: Good, years: tuple[int, ...], force: Force | None) -> State:
    on = force or Force.none(len(years))
    control = _joined(tech.control.get(good.name, ()), years, on.control)
    decoupling = _joined(tech.decoupling.get(good.name, ()), years, on.decoupling)
    appeal = _appeal(good, control, years)
    access = on.access if appeal.ndim == 1 else on.access[:, None]
    force_by_year = np.array([_mean(control, year) for year in years])
    if good.mineral:
        gap = lag = frontier = np.full(len(years), np.nan)
        efficiency = saving_path(tech.saving, 1.0 - force_by_year)
        frontier = np.zeros(len(years))
    else:
        path = _gap_path(tech, good, years, control, decoupling, on.support)
        here = [int(np.flatnonzero(path.dates == year)[0]) for year in years]
        gap, lag = path.gap[here], path.lag[here]
        frontier = _slowed(tech.race, decoupling, path.dates)[here]
        efficiency = np.ones(len(years))
    share = np.asarray(domestic_share(appeal, access))
    return State(good, years, gap, lag, share, appeal, frontier, efficiency, force_by_year)


def _gap_path(
    tech: Technology,
    good: Good,
    years: tuple[int, ...],
    control: Callable[[float], float],
    decoupling: Callable[[float], float],
    support: Array,
) -> GapPath:
    leaps: dict[int, Number] = {}
    for name, year, size in tech.leaps:
        if name == good.name:
            leaps[year] = size + leaps.get(year, 0.0)
    by_year = dict(zip(years, support.tolist(), strict=True))
    return run_gap(
        tech.race,
        control,
        decoupling,
        last=years[-1],
        support=lambda date: by_year.get(int(date), 0.0),
        leaps=lambda date: leaps.get(int(date), 0.0),
    )


def _appeal(good: Good, control: Callable[[float], float], years: tuple[int, ...]) -> Array:
    """Return the log odds of domestic supply, through the share that was measured."""
    first, last = int(min(years[0], good.share_year)), int(max(years[-1], good.share_year))
    span = range(first, last)
    growth = [drift_of(good.drift, _mean(control, y), good.drift_control) for y in span]
    level = _running(growth, np.asarray(good.drift))
    level = level + logit(good.share) - level[int(good.share_year) - first]
    return np.asarray(level[years[0] - first : years[-1] - first + 1])


def _slowed(race: Race, decoupling: Callable[[float], float], dates: Array) -> Array:
    """Return how far the leader is behind where it would be without decoupling, generations."""
    speeds = [frontier_speed(race, _mean(decoupling, d)) - race.frontier_rate for d in dates[:-1]]
    return _running(speeds, np.asarray(race.frontier_rate))


def _running(growth: Sequence[Number], like: Array) -> Array:
    """Return running sums that start at 0, one entry more than there is growth."""
    steps = np.array([np.zeros_like(like), *(np.broadcast_to(g, like.shape) for g in growth)])
    return np.asarray(np.cumsum(steps, axis=0))


def _joined(record: Steps, years: tuple[int, ...], extra: Array) -> Callable[[float], float]:
    """Return record and measures together: what neither withholds is left."""
    base = stairs(record)
    by_year = dict(zip(years, extra.tolist(), strict=True))

    def level(date: float) -> float:
        return 1.0 - (1.0 - base(date)) * (1.0 - float(by_year.get(int(date), 0.0)))

    return level


def _mean(level: Callable[[float], float], year: float) -> float:
    return float(np.mean([level(year + (k + 0.5) / 10) for k in range(10)]))


def _ended(steps: Mapping[str, Steps], since: float) -> dict[str, Steps]:
    return {
        name: (*(step for step in found if step[0] < since), (since, 0.0))
        for name, found in steps.items()
    }


def _check(tech: Technology, years: tuple[int, ...], forces: Mapping[str, Force]) -> None:
    faults: list[str] = []
    if not years or any(b - a != 1 for a, b in pairwise(years)):
        faults.append(f"years are {list(years)[:6]}; give consecutive years in order")
    elif years[0] < FIRST_YEAR:
        faults.append(f"the first year is {years[0]}; the race starts in {FIRST_YEAR:.0f}")
    known = [good.name for good in tech.goods]
    faults += [unknown("technology", name, known) for name in forces if name not in known]
    faults += [unknown("technology", name, known) for name, _, _ in tech.leaps if name not in known]
    for name, force in forces.items():
        for part in ("control", "access", "decoupling", "support"):
            values = getattr(force, part)
            if len(values) != len(years):
                faults.append(f"{name}: {part} has {len(values)} years; the path has {len(years)}")
            elif (values < 0).any() or (part != "support" and (values > 1).any()):
                faults.append(f"{name}: {part} is outside 0 to 1")
    raise_faults(OptionError, faults, what="technology")
