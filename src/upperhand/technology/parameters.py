"""The assumed and sourced numbers of the race, with their ranges, and draws from them."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError, raise_faults, unknown

Array = npt.NDArray[np.float64]
Number = float | Array
#: Parameters between 0 and 1.
SHARES = ("own_weight", "diffusion_loss", "learning_spillover", "revenue_research", "learnt_drift")


def plain(value: npt.ArrayLike) -> Number:
    """Return a number as a float, and an array as it is.

    Examples:
        >>> plain(np.float64(0.5)), plain([0.5]).shape
        (0.5, (1,))
    """
    array = np.asarray(value, dtype=np.float64)
    return float(array) if array.ndim == 0 else array


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number with its range and where it comes from.

    Attributes:
        name: Field of `Race`.
        value: Reference value.
        low: Lowest plausible value.
        high: Highest plausible value.
        unit: Unit.
        source: Where it was read, or why it is assumed.
        status: `sourced` or `assumed`.
    """

    name: str
    value: float
    low: float
    high: float
    unit: str
    source: str
    status: str


@dataclass(frozen=True, slots=True)
class Race:
    """Parameters of the race between a leader and a follower; numbers, or one array of draws each.

    Attributes:
        frontier_rate: Progress of the frontier, generations a year.
        revenue_research: Share of research that the leader loses with all decoupled revenue.
        research_elasticity: Progress by research.
        research_response: Log rise of the follower's research under full control.
        research_lag: Years that the rise takes.
        own_weight: Share of the follower's progress that is its own research; the rest diffuses.
        diffusion_loss: Share of diffusion lost under full control.
        start_gap: Gap at which follower and frontier move alike, generations.
        learning_rate: Fall of cost with each doubling of experience.
        learning_spillover: Weight of others' output in experience.
        breakthrough_rate: Leaps of the follower, a year.
        breakthrough_size: Generations that a leap gains.
        quality_step: Log cost of being one generation behind.
        anticipation: Imports between announcement and effect of a control, over the usual.
        learnt_drift: Share of the rising odds of domestic supply that is lower cost or better
            quality; the rest is buyers who switch.
        price_elasticity: Odds of domestic supply by relative price.
        compute_rate: Cost breakthroughs of the follower, a year.
        compute_size: Log use of a unit of the good that one gains and the leader does not.
        lead_appeal: Log odds of sales that a generation ahead brings.
        gap_noise: What moves the gap and is not explained, generations in a year.
        share_noise: What moves the log odds of domestic supply and is not explained, in a year.
        discount_rate: At which firms discount profits, a year.
        home_market: Log rise of the follower's research when its market is kept for it.
        laid_in: What buyers lay in during a year of free sales ahead of a control, years of use.
        law: Which law the race follows where it may follow either: above one half, research is
            chosen step by step.

    Examples:
        >>> Race().own_weight, Race(own_weight=0.6).own_weight
        (0.4, 0.6)
    """

    frontier_rate: Number = 1 / 2.53
    revenue_research: Number = 0.24
    research_elasticity: Number = 0.5
    research_response: Number = 0.40
    research_lag: Number = 2.0
    own_weight: Number = 0.4
    diffusion_loss: Number = 0.4
    start_gap: Number = 2.0
    learning_rate: Number = 0.10
    learning_spillover: Number = 1 / 3
    breakthrough_rate: Number = 0.05
    breakthrough_size: Number = 0.7
    quality_step: Number = 0.186
    anticipation: Number = 2.0
    learnt_drift: Number = 0.4
    price_elasticity: Number = 4.0
    compute_rate: Number = 0.2
    compute_size: Number = 0.3
    lead_appeal: Number = 0.7
    gap_noise: Number = 0.09
    share_noise: Number = 0.37
    discount_rate: Number = 0.05
    home_market: Number = 0.1
    laid_in: Number = 0.25
    law: Number = 0.0

    def __post_init__(self) -> None:
        faults = [
            f"{name} is {np.min(value):g} to {np.max(value):g}; allowed: 0 to 1"
            for name in SHARES
            if not np.all((np.asarray(value := getattr(self, name)) >= 0) & (value <= 1))
        ]
        faults += [
            f"{item.name} is {np.min(getattr(self, item.name)):g}; allowed: at least 0"
            for item in fields(self)
            if not np.all(np.asarray(getattr(self, item.name)) >= 0)
        ]
        faults += [
            f"{name} is {np.min(getattr(self, name)):g}; it must be above 0"
            for name in (
                "frontier_rate",
                "start_gap",
                "research_lag",
                "discount_rate",
                "own_weight",
            )
            if not np.all(np.asarray(getattr(self, name)) > 0)
        ]
        raise_faults(OptionError, faults, what="race")


@lru_cache(maxsize=1)
def parameters() -> dict[str, Parameter]:
    """Return every parameter of the race with range, source and status, by name.

    Examples:
        >>> found = parameters()["own_weight"]
        >>> found.value, found.low, found.high, found.status
        (0.4, 0.2, 0.6, 'assumed')
    """
    return {
        row["name"]: Parameter(
            row["name"],
            float(row["value"]),
            float(row["low"]),
            float(row["high"]),
            row["unit"],
            row["source"],
            row["status"],
        )
        for row in rows_of("parameters.csv")
    }


def rows_of(name: str) -> list[dict[str, str]]:
    """Return the rows of a packaged table of this module.

    Examples:
        >>> rows_of("goods.csv")[0]["good"]
        'ai_accelerators'
    """
    text = files("upperhand").joinpath("data", "technology", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def draw_race(draws: int, seed: int, *, fixed: dict[str, float] | None = None) -> Race:
    """Return draws of every parameter: triangular over its range, with the mode at its value.

    Args:
        draws: How many.
        seed: Seed of the random numbers.
        fixed: Parameters to hold, by name.

    Raises:
        OptionError: If `draws` is below one, or `fixed` names no parameter.

    Examples:
        >>> race = draw_race(500, seed=1)
        >>> race.own_weight.shape, bool((race.own_weight <= 0.6).all())
        ((500,), True)
    """
    held = fixed or {}
    faults = [unknown("parameter", name, list(parameters())) for name in held.keys() - parameters()]
    if draws < 1:
        faults.append(f"draws is {draws}; allowed: at least 1")
    raise_faults(OptionError, faults, what="draws of the race")
    rng = np.random.default_rng(seed)
    found: dict[str, Number] = {
        name: rng.triangular(p.low, p.value, p.high, draws) for name, p in parameters().items()
    }
    return replace(Race(), **(found | {k: np.full(draws, v) for k, v in held.items()}))
