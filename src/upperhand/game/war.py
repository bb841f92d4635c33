"""Tariff wars: unilateral optima, Nash equilibria and their certificates, on bare arrays.

One round solves the equilibrium at the present rates, differentiates every player's objective in
one adjoint sweep, and sets all rates from their first-order conditions; the rounds are
accelerated. Equilibrium and adjoint start from the last round and are solved as tightly as the
rates have settled, and tightly at the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from upperhand.equilibrium.calibrate import Calibration
from upperhand.equilibrium.gradient import solve_adjoint
from upperhand.equilibrium.hats import State, Wedges
from upperhand.equilibrium.ladder import Solution, solve_wedges
from upperhand.game.first_order import Policy, Reach, improved, slopes
from upperhand.game.objective import Objective, seed_of, values_of
from upperhand.numerics.anderson import solve_fixed_point
from upperhand.world.world import World

Array = npt.NDArray[np.float64]

TIGHT = 1e-12


@dataclass(frozen=True, eq=False)
class War:
    """A confrontation ready to be solved.

    Attributes:
        world: The observed year.
        calibration: The same at one horizon.
        before: Wedges without any policy: kernel at zero tariffs and export taxes, the rest.
        names: Codes of the players, in the order of `reach.players`.
        objectives: By code; real income where one is missing.
    """

    world: World
    calibration: Calibration
    before: Wedges
    names: tuple[str, ...]
    objectives: Mapping[str, Objective]

    def wedges(self, policy: Policy) -> Wedges:
        """Return the wedges at a policy."""
        theta = self.calibration.base.elasticity[:, None, None]
        wedge = policy.tariff + policy.export_tax
        kernel = self.before.kernel * np.exp(-theta * wedge)
        at_border = kernel * np.exp(-policy.tariff)
        taxed = bool(policy.export_tax.any())
        at_gate = at_border * np.exp(-policy.export_tax) if taxed else None
        return self.before._replace(kernel=kernel, at_border=at_border, at_gate=at_gate)

    def solve(self, policy: Policy, *, tol: float = TIGHT, start: State | None = None) -> Solution:
        """Return the equilibrium at a policy."""
        wedges = self.wedges(policy)

        def wedges_at(size: float) -> Wedges:
            if size == 1.0:
                return wedges
            origin = Policy(_log1p(self.world.tariff), _log1p(self.world.export_tax))
            between = Policy(*(a + size * (b - a) for a, b in zip(origin, policy, strict=True)))
            return self.wedges(between)

        return solve_wedges(self.calibration, wedges_at, tol=tol, max_steps=400, start=start)

    def values(self, solution: Solution) -> Array:
        """Return the objective of every player at a solution."""
        return values_of(self.world, self.names, self.objectives, solution)


@dataclass(frozen=True, eq=False)
class Settled:
    """Where the rounds ended.

    Attributes:
        policy: The rates.
        solution: The equilibrium at them, solved tightly.
        slope: Largest derivative by a log rate inside its bounds, over all players.
        gap: Largest change of a log rate in the last round.
        sweeps: Rounds.
        reached: True when the rates stood still.
    """

    policy: Policy
    solution: Solution
    slope: float
    gap: float
    sweeps: int
    reached: bool


def _log1p(cube: Array) -> Array:
    return np.ascontiguousarray(np.log1p(cube).transpose(2, 1, 0))


def settle(
    war: War, reach: Reach, start: Policy, *, tol: float, max_sweeps: int, memory: int = 5
) -> Settled:
    """Repeat everybody's reply until no rate moves (eq. 9.2-9.4)."""
    theta = war.calibration.base.elasticity[:, None]
    warm: dict[str, object] = {"state": None, "multipliers": None, "gap": 1e-2}

    def reply(policy: Policy, accuracy: float) -> tuple[Policy, Solution, list[Array]]:
        state = warm["state"]
        solution = war.solve(
            policy, tol=accuracy, start=state if isinstance(state, State) else None
        )
        if not solution.outcome.ok:
            raise FloatingPointError
        seed = seed_of(war.world, war.names, war.objectives, solution)
        held = warm["multipliers"]
        found = solve_adjoint(
            solution,
            seed,
            tol=max(accuracy, 1e-11),
            memory=memory,
            start=held if isinstance(held, np.ndarray) else None,
        )
        warm["state"], warm["multipliers"] = solution.state, found.multipliers
        kernel = solution.wedges.kernel
        new = improved(reach, policy, kernel, theta, solution.flows, found.back)
        return new, solution, slopes(reach, policy, kernel, theta, solution.flows, found.back)

    def mapping(vector: Array) -> Array:
        policy = _unpack(reach, start, vector)
        gap = warm["gap"]
        accuracy = float(np.clip(1e-3 * (gap if isinstance(gap, float) else 1.0), TIGHT, 1e-5))
        image = _pack(reach, reply(policy, accuracy)[0])
        warm["gap"] = float(np.max(np.abs(image - vector), initial=0.0))
        return image

    first = _pack(reach, start)
    try:
        end = solve_fixed_point(
            mapping, first, tol=tol, max_steps=max_sweeps, memory=12, longest=0.5
        )
        policy = _unpack(reach, start, end.point)
        _, solution, found = reply(policy, TIGHT)
    except FloatingPointError:
        failed = war.solve(start)
        return Settled(start, failed, np.inf, np.inf, max_sweeps, reached=False)
    slope = _inner_slope(reach, policy, found)
    return Settled(policy, solution, slope, end.gap, end.steps, end.reached)


def _pack(reach: Reach, policy: Policy) -> Array:
    return np.concatenate([policy.tariff[reach.tariff], policy.export_tax[reach.export_tax]])


def _unpack(reach: Reach, base: Policy, vector: Array) -> Policy:
    """Return `base` with the rates in reach replaced, inside the bounds."""
    inside = np.clip(vector, reach.lowest, reach.highest)
    tariff, export_tax = base.tariff.copy(), base.export_tax.copy()
    count = int(reach.tariff.sum())
    tariff[reach.tariff], export_tax[reach.export_tax] = inside[:count], inside[count:]
    return Policy(tariff, export_tax)


def _inner_slope(reach: Reach, policy: Policy, found: Sequence[Array]) -> float:
    """Return the largest slope by a rate that is free to move in the direction of the slope."""
    largest = 0.0
    for slope, k in zip(found, reach.players, strict=True):
        rate = policy.tariff[:, k, :]
        up = (rate >= reach.highest - 1e-9) & (slope > 0)
        down = (rate <= reach.lowest + 1e-9) & (slope < 0)
        free = np.where(up | down, 0.0, slope)
        if reach.tie == "mfn":
            free = free.sum(axis=1)
        elif reach.tie == "uniform":
            free = np.atleast_1d(free.sum())
        largest = max(largest, float(np.max(np.abs(free), initial=0.0)))
    return largest


def alone(war: War, reach: Reach, p: int) -> tuple[War, Reach]:
    """Return the same war with player p as the only one who moves."""
    k = reach.players[p]
    importer = np.zeros_like(reach.tariff)
    importer[:, k, :] = True
    exporter = np.zeros_like(reach.export_tax)
    exporter[:, :, k] = True
    only = replace(
        reach,
        players=(k,),
        tariff=reach.tariff & importer,
        export_tax=reach.export_tax & exporter,
    )
    return replace(war, names=(war.names[p],)), only


def exploitability(
    war: War, reach: Reach, settled: Settled, p: int, *, tol: float, max_sweeps: int
) -> float | None:
    """Return what player p could still gain alone, per cent, from several starts (eq. 9.5).

    Its own rates, no tariffs, half and twice its rates; negative noise counts as zero. None when
    no search settled: then nothing is known.
    """
    single, only = alone(war, reach, p)
    settled_once = False
    now = float(single.values(settled.solution)[0])
    best = now
    for factor in (1.0, 0.0, 0.5, 2.0):
        tariff = np.where(only.tariff, factor * settled.policy.tariff, settled.policy.tariff)
        levy = np.where(
            only.export_tax, factor * settled.policy.export_tax, settled.policy.export_tax
        )
        start = Policy(
            np.where(only.tariff, np.clip(tariff, only.lowest, only.highest), tariff),
            np.where(only.export_tax, np.clip(levy, only.lowest, only.highest), levy),
        )
        end = settle(single, only, start, tol=tol, max_sweeps=max_sweeps)
        settled_once |= end.reached
        if end.solution.outcome.ok:
            best = max(best, float(single.values(end.solution)[0]))
    return 100.0 * (best - now) / abs(now) if settled_once else None


def corners_of(reach: Reach, policy: Policy, names: Sequence[str]) -> dict[str, dict[str, int]]:
    """Return the number of rates at the lower and at the upper bound, by player."""
    found = {}
    for name, k in zip(names, reach.players, strict=True):
        rates = np.concatenate(
            [
                policy.tariff[:, k, :][reach.tariff[:, k, :]],
                policy.export_tax[:, :, k][reach.export_tax[:, :, k]],
            ]
        )
        found[name] = {
            "lower": int((rates <= reach.lowest + 1e-9).sum()),
            "upper": int((rates >= reach.highest - 1e-9).sum()),
            "rates": int(rates.size),
        }
    return found
