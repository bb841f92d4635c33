"""Which policies are in force in each period, and what they do to each technology."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from upperhand.horizon.policy import Policy, Situation, Source
from upperhand.technology.feedback import measure_force
from upperhand.technology.goods import Force, Technology
from upperhand.technology.market import rationing_loss, stock_bought_ahead
from upperhand.technology.parameters import Array, Number
from upperhand.technology.race import grid_of
from upperhand.technology.state import run_technology
from upperhand.world.shock import Shock, compose, compose_all, no_shock
from upperhand.world.world import World


@dataclass(frozen=True, slots=True)
class Plan:
    """Which policies are in force in each period, and what they do to each technology.

    Attributes:
        years: Whole years.
        steps: Periods a year.
        dates: The start of each period.
        active: For each period, positions of the policies in force.
        ages: Mean age of the policies in force, years; 1 where there is none.
        shocks: For each period, the measures together.
        forces: What they do to each technology.
        stocks: For each technology and period, what is left of the stock that was laid in before an
            announced policy, in years of use.
    """

    years: tuple[int, ...]
    steps: int
    dates: tuple[float, ...]
    active: tuple[tuple[int, ...], ...]
    ages: tuple[float, ...]
    shocks: tuple[Shock, ...]
    forces: dict[str, Force]
    stocks: dict[str, Array]


def plan_of(
    world: World,
    policies: Sequence[Policy],
    tech: Technology,
    years: tuple[int, ...],
    support: Mapping[str, float],
    steps: int = 1,
) -> Plan:
    """Return which policies are in force in each period, and what they do to technology.

    Conditions see the technologies as they are at the start of the period, given those before.
    """
    conditional = any(policy.condition is not None for policy in policies)
    parts = [_by_actor(world, policy) for policy in policies]
    dates = tuple(grid_of(years[0], years[-1] + 1 - 1 / steps, steps).tolist())
    forces = {
        good.name: replace(
            Force.none(len(dates)), support=np.full(len(dates), float(support.get(good.name, 0.0)))
        )
        for good in tech.goods
    }
    active: list[tuple[int, ...]] = []
    shocks: list[Shock] = []
    kept: dict[tuple[object, ...], tuple[Shock, dict[str, tuple[float, float, float]]]] = {}
    for t, date in enumerate(dates):
        now = (
            _situation(tech, years, steps, forces, t, date) if conditional else _blank(date, steps)
        )
        on = tuple(
            i
            for i, policy in enumerate(policies)
            if policy.in_force(replace(now, in_force_before=bool(active) and i in active[-1]))
        )
        held = tuple(_held(policies[i], date, steps, tech) for i in on)
        key = (on, held)
        if key not in kept:
            kept[key] = _together(world, tech, [parts[i] for i in on], held, 1.0 / steps)
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
    return Plan(
        years=years,
        steps=steps,
        dates=dates,
        active=tuple(active),
        ages=_ages(policies, dates[0], active, steps),
        shocks=tuple(shocks),
        forces=forces,
        stocks=_stocks(world, tech, policies, parts, dates),
    )


def _blank(date: float, steps: int) -> Situation:
    return Situation(date, {}, {}, {}, span=1.0 / steps)


def _situation(
    tech: Technology,
    years: tuple[int, ...],
    steps: int,
    forces: Mapping[str, Force],
    t: int,
    date: float,
) -> Situation:
    states = run_technology(tech, years, forces, steps=steps)
    before = max(t - 1, 0)
    return Situation(
        date,
        {name: float(np.median(state.gap[t])) for name, state in states.items()},
        {name: float(np.median(state.lag[t])) for name, state in states.items()},
        {name: float(np.median(state.share[before])) for name, state in states.items()},
        span=1.0 / steps,
    )


def _by_actor(world: World, policy: Policy) -> dict[str, Shock]:
    """Return a policy's measures together, by actor; a bare shock has none."""
    found: dict[str, list[Source]] = {}
    for measure in policy.measures:
        found.setdefault(str(getattr(measure, "by", "")), []).append(measure)
    return {actor: compose_all(world, sources) for actor, sources in found.items()}


def _cover(policy: Policy, tech: Technology) -> float:
    """Return the stock laid in before an announced policy, in years of use (eq. 5.8)."""
    if policy.announced is None:
        return 0.0
    factor = float(np.median(tech.race.anticipation))
    return float(stock_bought_ahead(policy.start - policy.announced, factor))


def _held(policy: Policy, date: float, steps: int, tech: Technology) -> tuple[float, float]:
    """Return the stock of an announced policy, and for how long it has been drawn on, in years."""
    cover = _cover(policy, tech)
    if not cover:
        return 0.0, 0.0
    first = next(d for d in grid_of(np.floor(policy.start), date, steps) if _on(policy, d, steps))
    return cover, float(date - first)


def _on(policy: Policy, date: float, steps: int) -> bool:
    return policy.scheduled(date, 1.0 / steps)


def _together(
    world: World,
    tech: Technology,
    parts: Sequence[Mapping[str, Shock]],
    held: Sequence[tuple[float, float]],
    span: float,
) -> tuple[Shock, dict[str, tuple[float, float, float]]]:
    """Return all measures as one shock, and what they do to each technology."""
    total = no_shock(world)
    actors: dict[str, Shock] = {}
    for part, (cover, since) in zip(parts, held, strict=True):
        for actor, shock in part.items():
            actors[actor] = compose(actors.get(actor, no_shock(world)), shock)
            total = compose(total, _covered(shock, cover, since, span))
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


def _covered(shock: Shock, cover: float, since: float, span: float) -> Shock:
    """Return a shock whose missing goods come out of stocks until these are used up (eq. 5.9)."""
    if cover <= 0:
        return shock
    missing = uncovered(1.0 - shock.availability, cover, since, span)
    return replace(shock, availability=1.0 - np.asarray(missing))


def uncovered(withheld: Number, cover: float, since: float, span: float) -> Number:
    """Return the share of use that stocks no longer cover in a period (eq. 5.9).

    Args:
        withheld: Share of supply withheld.
        cover: Stock laid in, in years of use.
        since: Years for which it has been drawn on when the period starts.
        span: Length of the period in years.

    Examples:
        A stock of nine months against half of supply withheld lasts a year and a half.

        >>> [float(uncovered(0.5, 0.75, since, 1.0)) for since in (0.0, 1.0, 2.0)]
        [0.0, 0.25, 0.5]
    """
    wanting = np.asarray(withheld)
    left = np.maximum(cover - since * wanting, 0.0)
    return rationing_loss(left / span, wanting)


def _stocks(
    world: World,
    tech: Technology,
    policies: Sequence[Policy],
    parts: Sequence[Mapping[str, Shock]],
    dates: Sequence[float],
) -> dict[str, Array]:
    """Return what is left of the largest stock of each good at the start of each period."""
    found = {good.name: np.zeros(len(dates)) for good in tech.goods}
    for policy, part in zip(policies, parts, strict=True):
        cover = _cover(policy, tech)
        if not cover or policy.announced is None:
            continue
        for good in tech.goods:
            withheld = _most_withheld(world, part, good.name, good.follower)
            if not withheld:
                continue
            pace = cover / (policy.start - policy.announced)
            built = np.clip((np.array(dates) - policy.announced) * pace, 0.0, cover)
            used = np.maximum(np.array(dates) - policy.start, 0.0) * withheld
            found[good.name] = np.maximum(found[good.name], np.maximum(built - used, 0.0))
    return found


def _most_withheld(world: World, part: Mapping[str, Shock], good: str, follower: str) -> float:
    if good not in world.sectors or follower not in world.countries:
        return 0.0
    j, k = world.countries.index(follower), world.sectors.index(good)
    return max((float(1.0 - s.availability[:, j, k].min()) for s in part.values()), default=0.0)


def _ages(
    policies: Sequence[Policy], first: float, active: Sequence[tuple[int, ...]], steps: int
) -> tuple[float, ...]:
    """Return the mean age of the policies in force at the end of each period.

    A policy that was in force before the first year of the path has its age from then on.
    """
    ages: list[float] = []
    running = {
        i: float(first - round(policy.start * steps) / steps)
        for i, policy in enumerate(policies)
        if policy.scheduled(first - 1.0 / steps, 1.0 / steps) and not policy.years_on
    }
    for on in active:
        running = {i: running.get(i, 0.0) + 1.0 / steps for i in on}
        ages.append(float(np.mean(list(running.values()))) if running else 1.0)
    return tuple(ages)


def _set(values: Array, at: int, value: float) -> Array:
    changed = values.copy()
    changed[at] = value
    return changed
