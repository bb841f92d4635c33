"""Tariff wars and talks in the economy of Ossa (2014), on bare arrays (model book, chapter 8).

One round solves the equilibrium, differentiates what each mover wants with one linear system, and
sets all rates from their first-order conditions; the rounds are accelerated. Objectives with
political weights have several local optima: every search has several starts, and the best counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from upperhand.equilibrium import ossa
from upperhand.equilibrium.ossa_solve import Solved, solve_year
from upperhand.game.first_order import Reach
from upperhand.numerics.anderson import FixedPoint, solve_fixed_point

Array = npt.NDArray[np.float64]

MEMORY = 12  # differences kept by the acceleration
LONGEST = 0.5  # largest change of a log rate in one round and in one accelerated step
PROGRESS = 1e-10  # gain of the log of an objective below which a start found nothing better


@dataclass(frozen=True, eq=False)
class Settled:
    """Where the rounds ended.

    Attributes:
        log_duty: [S, importer, exporter] log of one plus each rate.
        solved: The equilibrium at them.
        slope: Largest derivative of a mover's log objective by a log rate that is free to move.
        gap: Largest change of a log rate in the last round.
        sweeps: Rounds.
        reached: True when the rates stood still in an equilibrium.
    """

    log_duty: Array
    solved: Solved
    slope: float
    gap: float
    sweeps: int
    reached: bool


@dataclass(frozen=True, eq=False)
class Agreed:
    """Where talks ended: rates, the weight of each country, and the log gain of each."""

    settled: Settled
    weights: Array
    log_gain: Array


def best_rates(
    base: ossa.Base, reach: Reach, year: ossa.Year, slopes: ossa.Slopes, outcomes: Iterable[int]
) -> Array:
    """Return [S, importer, exporter] the log rates that set every slope to zero (eq. 8.9).

    No rate moves by more than `LONGEST`, so that talks do not wander off where subsidies are allowed.

    Args:
        base: The baseline.
        reach: Who moves what, between which bounds.
        year: The equilibrium at the present rates.
        slopes: Derivatives with feedback.
        outcomes: For each player, which outcome of `slopes` it wants.
    """
    new = year.log_duty.copy()
    for k, p in zip(reach.players, outcomes, strict=True):
        top, bottom = ossa.duty_ratio(base, year, slopes, k, p)
        here = reach.tariff[:, k]
        if reach.tie != "cell":
            top, bottom = _tied(year.trade[:, k] * here, top, bottom, reach.tie)
        inside = (top > 0) & (bottom > 0)
        ratio = np.where(inside, top, 1.0) / np.where(inside, bottom, 1.0)
        now = year.log_duty[:, k]
        corner = now + np.where(top > bottom * np.exp(now), LONGEST, -LONGEST)
        wanted = np.clip(np.where(inside, np.log(ratio), corner), now - LONGEST, now + LONGEST)
        wanted = np.clip(wanted, reach.lowest, reach.highest)
        new[:, k] = np.where(here, wanted, new[:, k])
    return new


def _tied(trade: Array, top: Array, bottom: Array, tie: str) -> tuple[Array, Array]:
    """Return top and bottom of rates that move together, weighted by trade."""
    axis = 1 if tie == "mfn" else (0, 1)
    return (
        (trade * top).sum(axis=axis, keepdims=True),
        (trade * bottom).sum(axis=axis, keepdims=True),
    )


def free_slope(
    base: ossa.Base, reach: Reach, year: ossa.Year, slopes: ossa.Slopes, outcomes: Iterable[int]
) -> float:
    """Return the largest slope by a log rate that can move the way it points (eq. 8.8)."""
    largest = 0.0
    for k, p in zip(reach.players, outcomes, strict=True):
        slope = np.where(reach.tariff[:, k], ossa.duty_slopes(base, year, slopes, k, p), 0.0)
        rate = year.log_duty[:, k]
        stuck = (rate >= reach.highest - 1e-9) & (slope > 0)
        stuck |= (rate <= reach.lowest + 1e-9) & (slope < 0)
        slope = np.where(stuck, 0.0, slope)
        if reach.tie != "cell":
            slope = slope.sum(axis=1 if reach.tie == "mfn" else (0, 1), keepdims=True)
        largest = max(largest, float(np.max(np.abs(slope), initial=0.0)))
    return largest


def settle(base: ossa.Base, reach: Reach, start: Array, *, tol: float, max_sweeps: int) -> Settled:
    """Repeat everybody's reply until no rate moves (eq. 8.10)."""
    weights = np.eye(base.labour.size)[:, list(reach.players)]
    outcomes = range(len(reach.players))

    def rounds(accuracy: float, warm: ossa.Year | None, log_duty: Array) -> _Round:
        solved = solve_year(base, log_duty, start=warm, tol=accuracy)
        direct = ossa.government_slopes(base, solved.year, weights)
        slopes = ossa.with_feedback(base, solved.year, direct)
        return _Round(solved, slopes, best_rates(base, reach, solved.year, slopes, outcomes))

    end, last = _iterate(reach, start, rounds, tol=tol, max_sweeps=max_sweeps)
    slope = free_slope(base, reach, last.solved.year, last.slopes, outcomes)
    return Settled(
        last.solved.year.log_duty,
        last.solved,
        slope,
        end.gap,
        end.steps,
        end.reached and last.solved.reached,
    )


@dataclass(frozen=True, eq=False)
class _Round:
    """One evaluation: the equilibrium at the rates, the slopes there, the rates wanted."""

    solved: Solved
    slopes: ossa.Slopes
    wanted: Array


def _iterate(
    reach: Reach,
    start: Array,
    rounds: Callable[[float, ossa.Year | None, Array], _Round],
    *,
    tol: float,
    max_sweeps: int,
) -> tuple[FixedPoint, _Round]:
    """Iterate the rates in reach to rest; equilibria are as tight as the rates have settled."""
    cells = reach.tariff
    held: dict[str, float | ossa.Year | None] = {"gap": 1.0, "year": None}

    def mapping(vector: Array) -> Array:
        gap, warm = held["gap"], held["year"]
        accuracy = float(np.clip(1e-4 * (gap if isinstance(gap, float) else 1.0), 1e-12, 1e-6))
        log_duty = placed(reach, start, vector)
        found = rounds(accuracy, warm if isinstance(warm, ossa.Year) else None, log_duty)
        held["year"] = found.solved.year if found.solved.reached else None
        image = found.wanted[cells]
        held["gap"] = float(np.max(np.abs(image - vector), initial=0.0))
        return image if found.solved.reached else np.full_like(image, np.nan)

    end = solve_fixed_point(
        mapping, start[cells], tol=tol, max_steps=max_sweeps, memory=MEMORY, longest=LONGEST
    )
    return end, rounds(1e-13, None, placed(reach, start, end.point))


def placed(reach: Reach, log_duty: Array, vector: Array) -> Array:
    """Return `log_duty` with the rates in reach replaced, inside the bounds."""
    new = log_duty.copy()
    new[reach.tariff] = np.clip(vector, reach.lowest, reach.highest)
    return new


def started(base: ossa.Base, reach: Reach, log_duty: Array, rate: float | None) -> Array:
    """Return `log_duty` with every rate in reach at `rate`; at 1 / (sigma - 1) when None."""
    usual = np.log1p(1.0 / (base.sigma - 1.0))[:, None, None]
    if reach.tie == "uniform":
        usual = np.median(usual, keepdims=True)
    chosen = usual if rate is None else np.log1p(rate)
    first = np.clip(chosen, reach.lowest, reach.highest)
    return np.where(reach.tariff, first, log_duty)


def alone(reach: Reach, p: int) -> Reach:
    """Return the same reach with player p as the only one who moves."""
    k = reach.players[p]
    own = np.zeros_like(reach.tariff)
    own[:, k] = True
    return replace(reach, players=(k,), tariff=reach.tariff & own)


def best_reply(
    base: ossa.Base,
    reach: Reach,
    log_duty: Array,
    *,
    starts: Iterable[float | None],
    scan: bool,
    tol: float,
    max_sweeps: int,
) -> Settled:
    """Return the best that one player finds from several starts, others holding `log_duty`.

    Args:
        base: The baseline.
        reach: One player's reach.
        log_duty: Rates of everybody.
        starts: Uniform first rates; None is 1 / (sigma - 1).
        scan: Then restart with each sector in turn at either bound and keep what is better.
        tol: Largest change of a log rate in the last round.
        max_sweeps: Rounds from each start.
    """
    k = reach.players[0]

    def tried(first: Array) -> tuple[float, Settled]:
        end = settle(base, reach, first, tol=tol, max_sweeps=max_sweeps)
        return (_log_value(base, end, k) if end.reached else -np.inf), end

    best = max((tried(started(base, reach, log_duty, s)) for s in starts), key=lambda t: t[0])
    for s in range(len(base.sigma)) if scan and reach.tie != "uniform" else ():
        for bound in (reach.lowest, reach.highest):
            first = best[1].log_duty.copy()
            first[s, k] = np.where(reach.tariff[s, k], bound, first[s, k])
            found = tried(first)
            if found[0] > best[0] + PROGRESS:
                best = found
    return best[1]


def _log_value(base: ossa.Base, settled: Settled, k: int) -> float:
    return float(np.log(ossa.government(base, settled.solved.year)[k]))


def exploitability(
    base: ossa.Base,
    reach: Reach,
    settled: Settled,
    p: int,
    *,
    starts: Iterable[float | None],
    scan: bool,
    tol: float,
    max_sweeps: int,
) -> tuple[float, Settled]:
    """Return what player p could still gain alone, per cent, and how (eq. 8.11)."""
    reply = best_reply(
        base,
        alone(reach, p),
        settled.log_duty,
        starts=starts,
        scan=scan,
        tol=tol,
        max_sweeps=max_sweeps,
    )
    if not reply.reached:
        return float("nan"), settled
    k = reach.players[p]
    gain = _log_value(base, reply, k) - _log_value(base, settled, k)
    return max(0.0, 100.0 * float(np.expm1(gain))), reply


def bargain(
    base: ossa.Base, reach: Reach, start: Array, *, speed: float, tol: float, max_sweeps: int
) -> Agreed:
    """Return the rates with the largest gain in per cent that is common to all (eq. 8.12, 8.13).

    The rates are those that a planner sets who weighs the logs of government welfare; the weight
    of a country rises until its gain is that of the others.

    Args:
        base: The baseline, from which gains are counted.
        reach: Everybody's reach.
        start: First rates.
        speed: Change of a log weight per log point of gain; it changes the number of rounds only.
        tol: Largest change of a log rate or log weight in the last round.
        max_sweeps: Rounds before giving up.
    """
    count = int(reach.tariff.sum())
    everyone = list(reach.players)
    outcomes = [0] * len(everyone)
    held: dict[str, ossa.Year | None] = {"year": None}

    def at(vector: Array, accuracy: float) -> tuple[Array, Array, _Round]:
        raw = vector[count:]
        log_weight = raw - raw.mean()
        weights = np.zeros((base.labour.size, 1))
        weights[everyone, 0] = np.exp(log_weight)
        log_duty = placed(reach, start, vector[:count])
        solved = solve_year(base, log_duty, start=held["year"], tol=accuracy)
        held["year"] = solved.year if solved.reached else None
        direct = ossa.government_slopes(base, solved.year, weights)
        slopes = ossa.with_feedback(base, solved.year, direct)
        wanted = best_rates(base, reach, solved.year, slopes, outcomes)
        gain = np.log(ossa.government(base, solved.year))[everyone]
        return log_weight, gain, _Round(solved, slopes, wanted)

    def mapping(vector: Array) -> Array:
        log_weight, gain, found = at(vector, 1e-12)
        if not found.solved.reached:
            return np.full_like(vector, np.nan)
        moved = log_weight - speed * (gain - gain.mean())
        return np.concatenate([found.wanted[reach.tariff], moved])

    first = np.concatenate([start[reach.tariff], np.zeros(len(everyone))])
    end = solve_fixed_point(
        mapping, first, tol=tol, max_steps=max_sweeps, memory=MEMORY, longest=LONGEST
    )
    log_weight, gain, last = at(end.point, 1e-13)
    slope = free_slope(base, reach, last.solved.year, last.slopes, outcomes)
    settled = Settled(
        last.solved.year.log_duty,
        last.solved,
        slope,
        end.gap,
        end.steps,
        end.reached and last.solved.reached,
    )
    weights = np.exp(log_weight)
    return Agreed(settled, weights / weights.sum(), gain)
