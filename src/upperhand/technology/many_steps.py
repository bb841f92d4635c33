"""Step-by-step competition over many steps: the race in which research is chosen (eq. 5.34 to 5.37).

Two firms, the leader's and the follower's, stand some steps apart; a step is a part of a generation.
Each does as much research as a step is worth to it. Controls cut copying, decoupling and closed markets
move profits, support makes research cheaper. Firms expect today's policy to last.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError
from upperhand.technology.market import domestic_share
from upperhand.technology.parameters import Array, Number, Race
from upperhand.technology.race import (
    FIRST_YEAR,
    STEPS_A_YEAR,
    Drivers,
    GapPath,
    grid_of,
)

#: Generations in a step, and steps that either may be ahead.
STEP, MOST = 0.5, 8
TOLERANCE, ROUNDS, DAMPING = 1e-9, 500, 0.5
#: How fast the costs of research follow the aim while they are sought.
FOLLOWS = 0.2


@dataclass(frozen=True, slots=True)
class Rivals:
    """Two firms on a line of leads; arrays are (lead,) or (lead, draw), from -N to N.

    Attributes:
        leader: Profit of the firm that is ahead today, by its lead.
        follower: Profit of the other, by the same lead.
        copying: Steps a year that whoever is behind copies, by lead.
        cost: Cost of research of both: `cost * rate ** 2 / 2`.
        rate: Discount rate a year.
    """

    leader: Array
    follower: Array
    copying: Array
    cost: tuple[Number, Number]
    rate: Number


@dataclass(frozen=True, slots=True)
class Research:
    """What both do at each lead, steps a year."""

    leader: Array
    follower: Array


def profits(
    race: Race, decoupling: Number, access: Number, most: int = MOST
) -> tuple[Array, Array]:
    """Return what leader and follower earn by lead, over all that both could (eq. 5.34).

    Shares of sales follow quality as in eq. 5.6, so that who is behind still sells something. In
    the follower's market, a part of all, access raises its odds and decoupling takes the leader's.

    Args:
        race: Parameters.
        decoupling: Share of the leader's revenue in the follower's market that is lost.
        access: Share of foreign supply that may be bought there.
        most: Steps that either may be ahead.

    Examples:
        >>> leader, follower = profits(Race(), 0.0, 1.0)
        >>> leader[[0, MOST, -1]].round(2).tolist(), follower[[0, MOST, -1]].round(2).tolist()
        ([0.06, 0.5, 0.94], [0.94, 0.5, 0.06])
    """
    lead = np.arange(-most, most + 1.0)
    step = np.asarray(race.lead_appeal) * STEP
    appeal = -np.multiply.outer(lead, step)
    abroad, home = np.asarray(domestic_share(appeal)), np.asarray(domestic_share(appeal, access))
    market = np.asarray(race.revenue_research)
    mine = (1.0 - abroad) * (1.0 - market * decoupling)
    return mine, (1.0 - market) * abroad + market * home


def copying(race: Race, control: Number, most: int = MOST) -> Array:
    """Return the steps a year that the firm behind copies, by the leader's lead (eq. 5.35).

    In proportion to the distance, as in eq. 5.3; controls cut it only for the follower.

    Examples:
        >>> round(float(copying(Race(), 1.0)[MOST + 4] / copying(Race(), 0.0)[MOST + 4]), 3)
        0.6
    """
    lead = np.arange(-most, most + 1.0)
    speed = (1.0 - np.asarray(race.own_weight)) * race.frontier_rate / race.start_gap
    cut = 1.0 - np.asarray(race.diffusion_loss) * control
    both = np.multiply.outer(np.abs(lead), speed)
    return np.asarray(np.where(_columns(lead > 0, both), both * cut, both))


@dataclass(frozen=True, slots=True)
class Aim:
    """Research that both are known to do at one lead, from which their costs follow.

    Attributes:
        at: Position of the lead, one for each draw.
        leader: Steps a year of the leader there.
        follower: Steps a year of the follower.
    """

    at: npt.NDArray[np.intp]
    leader: Number
    follower: Number


def chosen(
    rivals: Rivals, start: Research | None = None, *, aim: Aim | None = None
) -> tuple[Research, tuple[Number, Number]]:
    """Return the research that pays each firm against the other's (eq. 5.36).

    Args:
        rivals: The firms.
        start: Where to look first.
        aim: Research that both are known to do at one lead; the costs are then sought with it.

    Returns:
        Research and the costs, those given unless `aim` is; NaN for a draw that does not settle.

    Raises:
        NoEquilibriumError: If there is one draw, or none of them settles.

    Examples:
        One step, little discounting: the duopoly of eq. 5.13, a profit of 0.2 and rivalry of 0.5.

        >>> one = Rivals(np.r_[0, 0.1, 0.2], np.r_[0.2, 0.1, 0], np.r_[0.1, 0, 0.1], (1, 1), 1e-5)
        >>> found, _ = chosen(one)
        >>> round(float(found.leader[1]), 3), round(float(found.follower[2]), 3)
        (0.358, 0.275)
    """
    x = 0.4 + 0.0 * rivals.leader if start is None else start.leader
    y = 0.4 + 0.0 * rivals.follower if start is None else start.follower
    x, y, cost = _ends(x, last=True), _ends(y, last=False), rivals.cost
    apart = np.array(np.inf)
    for _ in range(ROUNDS):
        gains = _gains(rivals, cost, x, y)
        new_x = _ends(np.maximum(gains[0] / cost[0], 0.0), last=True)
        new_y = _ends(np.maximum(gains[1] / cost[1], 0.0), last=False)
        apart = np.maximum(np.abs(new_x - x), np.abs(new_y - y)).max(axis=0)
        if aim is not None:
            over = (_at(new_x, aim.at) / aim.leader, _at(new_y, aim.at) / aim.follower)
            apart = np.maximum(apart, np.maximum(*(np.abs(r - 1.0) for r in over)))
            pull = [np.clip(r, 0.5, 2.0) ** FOLLOWS for r in over]
            cost = (cost[0] * pull[0], cost[1] * pull[1])
        x, y = x + DAMPING * (new_x - x), y + DAMPING * (new_y - y)
        if not (apart >= TOLERANCE).any():
            return Research(x, y), cost
    settled = apart < TOLERANCE
    if not settled.any():
        raise NoEquilibriumError(
            f"step by step: research of the two firms does not settle (apart by {np.max(apart):.1e}); "
            "lower own_weight or lead_appeal, or use the reduced form"
        )
    return Research(np.where(settled, x, np.nan), np.where(settled, y, np.nan)), cost


def _at(values: Array, at: npt.NDArray[np.intp]) -> Array:
    """Return values at one lead, each draw at its own."""
    if values.ndim == 1:
        return np.asarray(values[int(at)])
    return np.asarray(values[at, np.arange(values.shape[1])])


def step_by_step(race: Race, drivers: Drivers, last: float, steps: int = 1) -> GapPath:
    """Return the race in which both firms choose their research (eq. 5.37).

    Costs of research are such that without control, at the starting gap, both firms move as in the
    reduced form; what policy then changes is what pays, and no response is imposed.

    Examples:
        >>> path = step_by_step(Race(), Drivers(), 2020)
        >>> bool(abs(path.gap[-1] - 2.0) < 0.1)
        True
    """
    dates = grid_of(FIRST_YEAR, last, steps)
    own = race.frontier_rate / STEP
    one = 1.0 + 0.0 * np.asarray(race.own_weight)
    at = np.asarray(np.rint(race.start_gap * one / STEP) + MOST, dtype=np.intp)
    aim = Aim(at, own, race.own_weight * own)
    calm = Rivals(*profits(race, 0.0, 1.0), copying(race, 0.0), (one, one), race.discount_rate)
    first, cost = chosen(calm, aim=aim)
    base, known = _at(first.follower, at), {(0.0, 0.0, 1.0, 0.0): first}
    place = _placed(race)
    gaps, lags, research = [], [], []
    for date in dates:
        place = _leapt(place, drivers.leaps(float(date)))
        now = _regime(race, drivers, float(date), cost, known)
        gaps.append(_mean_gap(place))
        speed = STEP * _expected(place, np.where(_ahead(place), now.leader, now.follower))
        lags.append(gaps[-1] / np.maximum(speed, 1e-3))
        research.append((_expected(place, now.follower) / base) ** 2)
        for k in range(STEPS_A_YEAR // steps):
            middle = float(date) + (k + 0.5) / STEPS_A_YEAR
            now = _regime(race, drivers, middle, cost, known)
            place = _moved(place, now, copying(race, drivers.control(middle)))
    return GapPath(dates, np.array(gaps), np.array(lags), np.array(research))


def _regime(
    race: Race,
    drivers: Drivers,
    date: float,
    cost: tuple[Number, Number],
    known: dict[Any, Research],
) -> Research:
    """Return the research of both under the policy of a date, found once for each policy."""
    policy = tuple(
        round(float(np.mean(level(date))), 6)
        for level in (drivers.control, drivers.decoupling, drivers.access, drivers.support)
    )
    if policy not in known:
        control, decoupling, access, support = policy
        rivals = Rivals(
            *profits(race, decoupling, access),
            copying(race, control),
            (cost[0], cost[1] / (1.0 + support)),
            race.discount_rate,
        )
        known[policy] = chosen(rivals, next(reversed(known.values())))[0]
    return known[policy]


def _gains(rivals: Rivals, cost: tuple[Number, Number], x: Array, y: Array) -> tuple[Array, Array]:
    """Return what a step forward is worth to each firm, by lead; nothing at the end of the line."""
    mine, theirs = _values(rivals, cost, x, y)
    forward, back = np.zeros_like(mine), np.zeros_like(theirs)
    forward[:-1] = mine[1:] - mine[:-1]
    back[1:] = theirs[:-1] - theirs[1:]
    return forward, back


def _values(rivals: Rivals, cost: tuple[Number, Number], x: Array, y: Array) -> tuple[Array, Array]:
    """Return the value of each firm by lead, given what both do."""
    middle = len(x) // 2
    up, down = x.copy(), y.copy()
    up[:middle] += rivals.copying[:middle]
    down[middle + 1 :] += rivals.copying[middle + 1 :]
    mine = rivals.leader - np.asarray(cost[0]) * x**2 / 2.0
    theirs = rivals.follower - np.asarray(cost[1]) * y**2 / 2.0
    return _chain(rivals.rate, up, down, mine), _chain(rivals.rate, up, down, theirs)


def _chain(rate: Number, up: Array, down: Array, flow: Array) -> Array:
    """Return discounted flows on a line that is walked up and down at given hazards.

    Solves (rate + up + down) v[n] - up v[n+1] - down v[n-1] = flow[n] from the ends inwards.
    """
    size = len(flow)
    ratio: list[Array] = []
    part: list[Array] = []
    for n in range(size):
        before = down[n] * ratio[-1] if n else 0.0
        pivot = rate + up[n] + (down[n] if n else 0.0) - before
        carried = down[n] * part[-1] if n else 0.0
        ratio.append((up[n] if n < size - 1 else 0.0 * up[n]) / pivot)
        part.append((flow[n] + carried) / pivot)
    value = [part[-1]]
    for n in range(size - 2, -1, -1):
        value.append(part[n] + ratio[n] * value[-1])
    return np.array(value[::-1])


def _ends(rates: Array, *, last: bool) -> Array:
    """Return research that stops where the line ends."""
    found = rates.copy()
    found[-1 if last else 0] = 0.0
    return found


def _placed(race: Race) -> Array:
    """Return the chance of each lead at the start, the gap split over the two nearest steps."""
    gap = np.clip(np.asarray(race.start_gap + 0.0 * np.asarray(race.own_weight)) / STEP, 0, MOST)
    lead = np.arange(-MOST, MOST + 1.0)
    return np.asarray(np.maximum(1.0 - np.abs(np.subtract.outer(lead, gap)), 0.0))


def _leapt(place: Array, generations: Number) -> Array:
    """Return the chances after the follower leapt, split over the two nearest steps."""
    if not np.any(generations):
        return place
    lead = np.arange(-MOST, MOST + 1.0)
    jump = np.broadcast_to(np.asarray(generations) / STEP, place.shape[1:])
    target = np.clip(_columns(lead, place) - jump, -MOST, MOST)
    near = np.maximum(1.0 - np.abs(np.subtract.outer(lead, target)), 0.0)
    return np.asarray((near * place).sum(axis=1))


def _moved(place: Array, now: Research, copied: Array) -> Array:
    """Return the chances a small step of time later (eq. 5.37)."""
    middle, step = len(place) // 2, 1.0 / STEPS_A_YEAR
    up, down = now.leader.copy(), now.follower.copy()
    up[:middle] += copied[:middle]
    down[middle + 1 :] += copied[middle + 1 :]
    up[-1], down[0] = 0.0, 0.0
    moved = place * (1.0 - step * (up + down))
    moved[1:] += step * (up * place)[:-1]
    moved[:-1] += step * (down * place)[1:]
    return np.asarray(moved)


def _mean_gap(place: Array) -> Array:
    return np.asarray(np.maximum(STEP * _expected(place, np.arange(-MOST, MOST + 1.0)), 0.0))


def _expected(place: Array, values: Array) -> Array:
    return np.asarray((place * _columns(values, place)).sum(axis=0))


def _ahead(place: Array) -> Array:
    return np.asarray(_columns(np.arange(-MOST, MOST + 1) >= 0, place))


def _columns(values: Any, like: Array) -> Any:
    """Return values by lead with the axes of an array by lead and draw."""
    found = np.asarray(values)
    return found.reshape(found.shape + (1,) * (like.ndim - found.ndim))
