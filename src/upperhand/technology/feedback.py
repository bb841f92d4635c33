"""From the state of technology to a shock on the world of one year (model book, eq. 5.21, 5.22)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from upperhand.technology.goods import Good
from upperhand.technology.parameters import Number, Race, plain
from upperhand.technology.state import State
from upperhand.world.shock import Shock, no_shock
from upperhand.world.world import World

#: Inputs of which each supplier makes something that the others do not.
COMPLEMENTS = ("chip_tools",)
#: Share of the follower's purchases above which a supplier of such an input matters; assumed.
MATTERS = 0.03


def log_productivity(
    race: Race, state: State, elasticity: float, year: float, base_year: int
) -> tuple[Number, Number]:
    """Return log productivity of follower and leader in a good, over the base year (eq. 5.21).

    Args:
        race: Parameters.
        state: The technology.
        elasticity: Trade elasticity of the good, in the long run.
        year: Date, as a decimal year.
        base_year: Year of the world's data.

    Examples:
        >>> from upperhand.technology.goods import technology
        >>> from upperhand.technology.state import run_technology
        >>> tech = technology()
        >>> state = run_technology(tech, range(2020, 2031))["chips"]
        >>> log_productivity(tech.race, state, 4.0, 2022, 2022)
        (0.0, 0.0)
        >>> follower, leader = log_productivity(tech.race, state, 4.0, 2030, 2022)
        >>> bool(follower > 0 > leader)
        True
    """
    now, then = state.at(year), state.at(base_year)
    rise = race.learnt_drift * (state.appeal[now] - state.appeal[then]) / elasticity
    slowed = race.quality_step * (state.frontier[now] - state.frontier[then])
    widened = 0.0 if state.good.mineral else state.gap[now] - state.gap[then]
    return plain(rise + slowed - race.quality_step * widened), plain(slowed)


def saved(state: State, year: float, base_year: int) -> Number:
    """Return the delivered cost of a denied good per unit of service, over the base year (eq. 5.22).

    Examples:
        >>> from upperhand.technology.goods import technology
        >>> from upperhand.technology.state import run_technology
        >>> state = run_technology(technology(), range(2020, 2031))["magnets"]
        >>> float(saved(state, 2030, 2022)) < 1
        True
    """
    now, then = state.at(year), state.at(base_year)
    return plain(state.efficiency[then] / state.efficiency[now])


def technology_shock(
    world: World,
    race: Race,
    states: Mapping[str, State],
    year: float,
    *,
    base_year: int | None = None,
) -> Shock:
    """Return what technology changes on a world in a year (eq. 5.21, 5.22).

    Productivity of follower and leader in the good itself; and the cost of using it in the
    follower's country, for a denied mineral and after a breakthrough. Goods and countries that the world lacks are left out.

    Args:
        world: The world; its year is the base unless another is given.
        race: Parameters, one number each (no draws).
        states: Technologies, from `run_technology`.
        year: Date, as a decimal year.
        base_year: Year that the world's data describe.

    Examples:
        >>> from upperhand.technology.goods import technology
        >>> from upperhand.technology.state import run_technology
        >>> from upperhand.world.toy import toy_world
        >>> tech = technology()
        >>> states = run_technology(tech, range(2020, 2031))
        >>> shock = technology_shock(toy_world(), tech.race, states, 2030)
        >>> bool((shock.productivity == 1).all())
        True
    """
    base = world.year if base_year is None else base_year
    n, s = len(world.countries), len(world.sectors)
    productivity, cost = np.ones((n, s)), np.ones((n, n, s))
    for state in states.values():
        place = _place(world, state.good)
        if place is None:
            continue
        leader, follower, k = place
        theta = float(world.trade_elasticity[k])
        mine, theirs = log_productivity(race, state, theta, year, base)
        productivity[follower, k] = np.exp(mine)
        productivity[leader, k] = np.exp(theirs)
        cost[:, follower, k] = saved(state, year, base)
    shock = replace(no_shock(world), productivity=productivity)
    return shock if bool((cost == 1.0).all()) else replace(shock, trade_cost=cost)


def _place(world: World, good: Good) -> tuple[int, int, int] | None:
    if good.name not in world.sectors:
        return None
    if good.leader not in world.countries or good.follower not in world.countries:
        return None
    return (
        world.countries.index(good.leader),
        world.countries.index(good.follower),
        world.sectors.index(good.name),
    )


def measure_force(
    world: World, good: Good, by_others: Shock, by_follower: Shock
) -> tuple[float, float, float]:
    """Return control, access and decoupling of one good under measures (eq. 5.23).

    Control counts what others withhold of the good's inputs; machines of different countries do
    different things, so what each withholds adds to the hold of all (eq. 5.23). A government that keeps its own
    buyers from a foreign good lowers access and the leader's revenue, and is no control.

    Args:
        world: The world.
        good: The good.
        by_others: Measures of all but the follower.
        by_follower: Measures of the follower.

    Examples:
        >>> from upperhand.technology.goods import technology
        >>> from upperhand.world.shock import no_shock
        >>> from upperhand.world.toy import toy_world
        >>> world = toy_world()
        >>> calm = no_shock(world)
        >>> measure_force(world, technology().good("chips"), calm, calm)
        (0.0, 1.0, 0.0)
    """
    if good.follower not in world.countries:
        return 0.0, 1.0, 0.0
    f = world.countries.index(good.follower)
    inputs = [world.sectors.index(name) for name in good.inputs if name in world.sectors]
    control = max((_control(world, by_others.availability, f, k) for k in inputs), default=0.0)
    if good.name not in world.sectors:
        return control, 1.0, 0.0
    k = world.sectors.index(good.name)
    both = by_others.availability * by_follower.availability
    access = 1.0 - _withheld(world, both, f, k)
    lost = 0.0
    if good.leader in world.countries:
        lost = 1.0 - float(both[world.countries.index(good.leader), f, k])
    return control, access, lost


def _control(
    world: World, availability: npt.NDArray[np.float64], follower: int, sector: int
) -> float:
    """Return how hard others withhold an input: by trade, or jointly where they complement."""
    if world.sectors[sector] not in COMPLEMENTS:
        return _withheld(world, availability, follower, sector)
    flow = world.trade[:, follower, sector].copy()
    flow[follower] = 0.0
    if not flow.sum():
        return 0.0
    matters = flow >= MATTERS * flow.sum()
    return float(1.0 - availability[matters, follower, sector].prod())


def _withheld(
    world: World, availability: npt.NDArray[np.float64], follower: int, sector: int
) -> float:
    flow = world.trade[:, follower, sector].copy()
    flow[follower] = 0.0
    total = flow.sum()
    return float((flow * (1.0 - availability[:, follower, sector])).sum() / total) if total else 0.0
