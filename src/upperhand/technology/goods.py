"""The strategic goods: leader, follower, who supplies, what is on record, and draws of all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from upperhand.core.errors import OptionError, raise_faults, unknown
from upperhand.technology.arrivals import arrivals
from upperhand.technology.direction import Saving, Substitutes
from upperhand.technology.either import either
from upperhand.technology.many_steps import step_by_step
from upperhand.technology.parameters import Array, Number, Race, draw_race, parameters, rows_of
from upperhand.technology.race import FIRST_YEAR, Drivers, GapPath, reduced
from upperhand.technology.supply import SupplyModel, directed, learning, observed

Steps = tuple[tuple[float, float], ...]
#: What arrives at the start of a year: good, year, size.
Events = tuple[tuple[str, int, Number], ...]
GapModel = Callable[[Race, Drivers, float, int], GapPath]
#: How distance to the frontier moves, and how domestic supply gains; the first is the default.
RACES: dict[str, GapModel] = {
    "reduced": reduced, "step_by_step": step_by_step, "either": either,
}  # fmt: skip
SUPPLIES: dict[str, SupplyModel] = {
    "observed": observed, "learning": learning, "directed": directed,
}  # fmt: skip
#: Last year of the record; what is random arrives after it.
LAST_KNOWN = 2025


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
        compute: True where a breakthrough can make do with less of the good.
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
    compute: bool = False
    source: str = ""
    status: str = "assumed"


@dataclass(frozen=True, slots=True)
class Force:
    """What measures do to one good, by period; each array has one entry for each.

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
    def none(cls, periods: int) -> Force:
        """Return no force at all."""
        zero = np.zeros(periods)
        return cls(zero, np.ones(periods), zero, zero)


@dataclass(frozen=True, slots=True)
class Technology:
    """Every strategic good, the parameters of the race, and the controls of the record.

    Attributes:
        goods: The goods.
        race: Parameters, or draws of them.
        control: Steps of control on record for each good: date and intensity from then on.
        decoupling: The same for the leader's revenue lost.
        leaps: Generations that the follower gains: good, year, generations.
        breakthroughs: Log use of a unit of a good that the follower gains: good, year, logs.
        swings: Log odds of domestic supply that nothing here explains: good, year, logs.
        saving: How research saves a denied mineral.
        substitutes: Domestic and foreign inputs; only where research chooses between them.
        gap_model: How the distance to the frontier moves; one of `RACES`.
        supply_model: How domestic supply gains; one of `SUPPLIES`.

    Examples:
        >>> [good.name for good in technology().goods][:2]
        ['ai_accelerators', 'chips']
    """

    goods: tuple[Good, ...]
    race: Race = field(default_factory=Race)
    control: Mapping[str, Steps] = field(default_factory=dict)
    decoupling: Mapping[str, Steps] = field(default_factory=dict)
    leaps: Events = ()
    breakthroughs: Events = ()
    swings: Events = ()
    saving: Saving = field(default_factory=Saving)
    substitutes: Substitutes = field(default_factory=Substitutes)
    gap_model: GapModel = reduced
    supply_model: SupplyModel = observed

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
            compute=row["compute"] == "1",
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
    """Return the technologies with draws of every uncertain number, leaps and swings included (eq. 5.40).

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
    ahead = [year for year in years if year > LAST_KNOWN]
    leaps, breakthroughs, swings = list(start.leaps), list(start.breakthroughs), list(start.swings)
    for k, good in enumerate(goods):
        leap, through, swing = _chances(race, len(ahead), draws, seed + 2 + 1000 * k)
        if not good.mineral:
            leaps += [(good.name, year, leap[i]) for i, year in enumerate(ahead)]
        if good.compute:
            breakthroughs += [(good.name, year, through[i]) for i, year in enumerate(ahead)]
        swings += [(good.name, year, swing[i]) for i, year in enumerate(ahead)]
    return replace(
        start,
        goods=goods,
        race=race,
        leaps=tuple(leaps),
        breakthroughs=tuple(breakthroughs),
        swings=tuple(swings),
    )


def _chances(race: Race, years: int, draws: int, seed: int) -> tuple[Array, Array, Array]:
    """Draw leaps, breakthroughs and swings of one good (year, draw) (eq. 5.20, 5.40)."""
    if not years:
        return (np.zeros((0, draws)),) * 3
    rng = np.random.default_rng(seed)
    drift = np.asarray(race.gap_noise) * rng.normal(size=(years, draws))
    swing = np.asarray(race.share_noise) * rng.normal(size=(years, draws))
    leaps = arrivals(race.breakthrough_rate, years, draws, seed + 1) * race.breakthrough_size
    through = arrivals(race.compute_rate, years, draws, seed + 2) * race.compute_size
    return np.asarray(leaps + drift), np.asarray(through), np.asarray(swing)


def with_models(tech: Technology, race: str = "reduced", supply: str = "observed") -> Technology:
    """Return technologies that follow the laws of these names.

    Raises:
        OptionError: If there is no law of that name (both are listed).

    Examples:
        >>> with_models(technology(), race="step_by_step").gap_model is step_by_step
        True
    """
    faults = [unknown("race", race, list(RACES))] if race not in RACES else []
    faults += [unknown("supply", supply, list(SUPPLIES))] if supply not in SUPPLIES else []
    raise_faults(OptionError, faults, what="technology")
    return replace(tech, gap_model=RACES[race], supply_model=SUPPLIES[supply])


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


def _ended(steps: Mapping[str, Steps], since: float) -> dict[str, Steps]:
    return {
        name: (*(step for step in found if step[0] < since), (since, 0.0))
        for name, found in steps.items()
    }
