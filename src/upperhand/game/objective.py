"""What a government wants: real income, and what politics and rivalry add to it (eq. 9.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError, raise_faults, unknown
from upperhand.equilibrium.adjoint import Seed, zero_seed
from upperhand.equilibrium.hats import State
from upperhand.equilibrium.ladder import Solution
from upperhand.world.world import World

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Objective:
    """The objective of one government, in units of its own baseline real income.

    Attributes:
        sectors: Political weight by sector; sectors left out weigh 1. Weights apply to value
            added; other income counts at their mean, weighted by baseline value added.
        harm: Weight on each rival's loss: 0.25 means that a loss of one per cent of the rival's
            real income is worth a quarter of a per cent of the own.
        capacity: Weight on the log of output of strategic sectors, as a share of income.
        revenue: Extra weight on revenue from tariffs and export taxes.

    Examples:
        >>> Objective(harm={"CHN": 0.25}).is_plain
        False
    """

    sectors: Mapping[str, float] = field(default_factory=dict)
    harm: Mapping[str, float] = field(default_factory=dict)
    capacity: Mapping[str, float] = field(default_factory=dict)
    revenue: float = 0.0

    @property
    def is_plain(self) -> bool:
        """True when the objective is real income and nothing else."""
        return not (self.sectors or self.harm or self.capacity or self.revenue)


def check_objective(world: World, player: str, objective: Objective) -> None:
    """Raise one error with every label or weight of `objective` that does not fit `world`."""
    faults = [
        unknown("sector", name, world.sectors, where=f"objective of {player}")
        for name in (*objective.sectors, *objective.capacity)
        if name not in world.sectors
    ]
    faults += [
        unknown("country", name, world.countries, where=f"objective of {player}")
        for name in objective.harm
        if name not in world.countries
    ]
    if player in objective.harm:
        faults.append(
            f"objective of {player}: a government does not weigh its own harm; leave it out"
        )
    weights = [*objective.sectors.values(), *objective.harm.values(), *objective.capacity.values()]
    if not all(np.isfinite([*weights, objective.revenue])):
        faults.append(f"objective of {player}: every weight must be a finite number")
    if any(weight < 0 for weight in objective.sectors.values()):
        faults.append(f"objective of {player}: political weights must not be negative")
    raise_faults(OptionError, faults, what="objective")


def values_of(
    world: World, players: Sequence[str], objectives: Mapping[str, Objective], solution: Solution
) -> Array:
    """Return the objective of each player at a solution, 1 at a plain baseline (eq. 9.1)."""
    return np.array([_value(world, name, _given(objectives, name), solution) for name in players])


def seed_of(
    world: World, players: Sequence[str], objectives: Mapping[str, Objective], solution: Solution
) -> Seed:
    """Return the seed of all players' objectives, one outcome each."""
    seeds = [_seed(world, name, _given(objectives, name), solution) for name in players]
    state = State(*(_last([getattr(s.state, k) for s in seeds]) for k in State._fields))
    rest = {k: _last([getattr(s, k) for s in seeds]) for k in Seed._fields if k != "state"}
    return Seed(state=state, **rest)


def _last(arrays: Sequence[Array]) -> Array:
    return np.concatenate(arrays, axis=-1)


def _given(objectives: Mapping[str, Objective], player: str) -> Objective:
    return objectives.get(player, Objective())


def _weights(world: World, objective: Objective, k: int) -> tuple[Array, float]:
    """Return political weights by sector and their mean over baseline value added of country k."""
    weight = np.array([objective.sectors.get(name, 1.0) for name in world.sectors])
    return weight, float(np.average(weight, weights=world.value_added[k]))


def _money(world: World, objective: Objective, solution: Solution, k: int) -> float:
    """Return weighted income of country k, USD million at new prices."""
    flows = solution.flows
    weight, mean = _weights(world, objective, k)
    earned = flows.value_added[:, k]
    other = float(flows.income[k] - earned.sum())
    return float(weight @ earned) + mean * other + objective.revenue * _revenue(solution, k)


def _revenue(solution: Solution, k: int) -> float:
    flows, base = solution.flows, solution.calibration.base
    spending = base.spending[:, k] * solution.state.spend[:, k]
    duties = spending - flows.imports[:, k]
    return float((duties + flows.border[:, k] - flows.sales[:, k]).sum())


def _output(solution: Solution, s: int, k: int) -> float:
    base, flows = solution.calibration.base, solution.flows
    return float(np.log(flows.sales[s, k] / base.output[s, k]) - flows.log_producer_price[s, k])


def _value(world: World, player: str, objective: Objective, solution: Solution) -> float:
    k = world.countries.index(player)
    deflator = world.income[k] * np.exp(solution.flows.log_final_price[k])
    value = _money(world, objective, solution, k) / deflator
    income = solution.real_income
    for rival, weight in objective.harm.items():
        value -= weight * (income[world.countries.index(rival)] - 1.0)
    for name, weight in objective.capacity.items():
        value += weight * _output(solution, world.sectors.index(name), k)
    return float(value)


def _seed(world: World, player: str, objective: Objective, solution: Solution) -> Seed:
    k = world.countries.index(player)
    seed = zero_seed(solution.calibration.base)
    income, price = np.zeros_like(seed.income), np.zeros_like(seed.income)
    value_added, log_output = np.zeros_like(seed.value_added), np.zeros_like(seed.value_added)
    revenue = np.zeros_like(seed.income)
    deflator = world.income[k] * np.exp(solution.flows.log_final_price[k])
    weight, mean = _weights(world, objective, k)
    income[k] = mean / deflator
    value_added[:, k, 0] = (weight - mean) / deflator
    revenue[k] = objective.revenue / deflator
    price[k] = -_money(world, objective, solution, k) / deflator
    change = solution.real_income
    for rival, harm in objective.harm.items():
        j = world.countries.index(rival)
        income[j] -= harm * change[j] / solution.flows.income[j]
        price[j] += harm * change[j]
    for name, weigh in objective.capacity.items():
        log_output[world.sectors.index(name), k] = weigh
    return seed._replace(
        income=income,
        log_final_price=price,
        value_added=value_added,
        revenue=revenue,
        log_output=log_output,
    )
