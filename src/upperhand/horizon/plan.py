"""Which policies are in force in each year, and what they do to each technology."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from upperhand.horizon.policy import Policy, Situation, Source
from upperhand.technology.feedback import measure_force
from upperhand.technology.market import rationing_loss, stock_bought_ahead
from upperhand.technology.parameters import Array
from upperhand.technology.state import Force, Technology, run_technology
from upperhand.world.shock import Shock, compose, compose_all, no_shock
from upperhand.world.world import World


@dataclass(frozen=True, slots=True)
class Plan:
    """Which policies are in force in each year, and what they do to each technology.

    Attributes:
        years: Years.
        active: For each year, positions of the policies in force.
        ages: Mean age of the policies in force, years; 1 where there is none.
        shocks: For each year, the measures together.
        forces: What they do to each technology.
    """

    years: tuple[int, ...]
    active: tuple[tuple[int, ...], ...]
    ages: tuple[float, ...]
    shocks: tuple[Shock, ...]
    forces: dict[str, Force]


def plan_of(
    world: World,
    policies: Sequence[Policy],
    tech: Technology,
    years: tuple[int, ...],
    support: Mapping[str, float],
) -> Plan:
    """Return which policies are in force in each year, and what they do to technology.

    Conditions see the technologies as they are at the start of the year, given the years before.
    """
    conditional = any(policy.condition is not None for policy in policies)
    parts = [_by_actor(world, policy) for policy in policies]
    forces = {good.name: Force.none(len(years)) for good in tech.goods}
    forces = {
        name: replace(force, support=np.full(len(years), float(support.get(name, 0.0))))
        for name, force in forces.items()
    }
    active: list[tuple[int, ...]] = []
    shocks: list[Shock] = []
    kept: dict[tuple[object, ...], tuple[Shock, dict[str, tuple[float, float, float]]]] = {}
    for t, year in enumerate(years):
        now = _situation(tech, years, forces, t, conditional)
        on = tuple(
            i
            for i, policy in enumerate(policies)
            if policy.in_force(replace(now, in_force_before=bool(active) and i in active[-1]))
        )
        covers = tuple(_cover(policies[i], year, tech) for i in on)
        key = (on, covers)
        if key not in kept:
            kept[key] = _together(world, tech, [parts[i] for i in on], covers)
        shock, changed = kept[key]
        for name, (control, access, lost) in changed.items():
            force = forces[name]
            forces[name] = Force(
                _set(force.control, t, control),
                _set(force.access, t, access),
                _set(force.decoupling, t, lost),
                force.support,
            )
        active.append(on)
        shocks.append(shock)
    return Plan(years, tuple(active), _ages(policies, years[0], active), tuple(shocks), forces)


def _situation(
    tech: Technology,
    years: tuple[int, ...],
    forces: Mapping[str, Force],
    t: int,
    needed: bool,
) -> Situation:
    if not needed:
        return Situation(years[t], {}, {}, {})
    states = run_technology(tech, years, forces)
    before = max(t - 1, 0)
    return Situation(
        years[t],
        {name: float(np.median(state.gap[t])) for name, state in states.items()},
        {name: float(np.median(state.lag[t])) for name, state in states.items()},
        {name: float(np.median(state.share[before])) for name, state in states.items()},
    )


def _by_actor(world: World, policy: Policy) -> dict[str, Shock]:
    """Return a policy's measures together, by actor; a bare shock has none."""
    found: dict[str, list[Source]] = {}
    for measure in policy.measures:
        found.setdefault(str(getattr(measure, "by", "")), []).append(measure)
    return {actor: compose_all(world, sources) for actor, sources in found.items()}


def _cover(policy: Policy, year: int, tech: Technology) -> float:
    """Return the stock laid in before an announced policy, in years of use, in its first year."""
    first = policy.scheduled(year) and not policy.scheduled(year - 1)
    if policy.announced is None or not first:
        return 0.0
    factor = float(np.median(tech.race.anticipation))
    return float(stock_bought_ahead(policy.start - policy.announced, factor))


def _together(
    world: World, tech: Technology, parts: Sequence[Mapping[str, Shock]], covers: Sequence[float]
) -> tuple[Shock, dict[str, tuple[float, float, float]]]:
    """Return all measures as one shock, and what they do to each technology."""
    total = no_shock(world)
    actors: dict[str, Shock] = {}
    for part, cover in zip(parts, covers, strict=True):
        for actor, shock in part.items():
            actors[actor] = compose(actors.get(actor, no_shock(world)), shock)
            total = compose(total, _covered(shock, cover))
    changed = {}
    for good in tech.goods:
        others, own = no_shock(world), no_shock(world)
        for actor, shock in actors.items():
            if actor == good.follower:
                own = compose(own, shock)
            else:
                others = compose(others, shock)
        changed[good.name] = measure_force(world, good, others, own)
    return total, changed


def _covered(shock: Shock, cover: float) -> Shock:
    """Return a shock whose missing goods come out of stocks for a part of the year."""
    if cover <= 0:
        return shock
    missing = rationing_loss(cover, 1.0 - shock.availability)
    return replace(shock, availability=1.0 - np.asarray(missing))


def _ages(
    policies: Sequence[Policy], first: int, active: Sequence[tuple[int, ...]]
) -> tuple[float, ...]:
    """Return the mean age of the policies in force in each year, at least one year.

    A policy that was in force before the first year of the path has its age from then on.
    """
    ages: list[float] = []
    running = {
        i: first - round(policy.start)
        for i, policy in enumerate(policies)
        if policy.scheduled(first - 1) and not policy.years_on
    }
    for on in active:
        running = {i: running.get(i, 0) + 1 for i in on}
        ages.append(float(np.mean(list(running.values()))) if running else 1.0)
    return tuple(ages)


def _set(values: Array, at: int, value: float) -> Array:
    changed = values.copy()
    changed[at] = value
    return changed
