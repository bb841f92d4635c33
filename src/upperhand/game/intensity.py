"""How hard to use each instrument: the best intensities of any measures, 0 to 1 (eq. 9.20-9.21).

An intensity of one half is half the points of a tariff, half the share that a control withholds,
the square root of a cost. The derivative of the objective by every intensity comes from one
adjoint, whatever the instruments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError, OptionError, raise_faults, unknown
from upperhand.equilibrium.calibrate import Calibration, calibrate, wedges_of
from upperhand.equilibrium.gradient import only, solve_adjoint, wedge_gradient
from upperhand.equilibrium.hats import State, Wedges
from upperhand.equilibrium.horizons import Horizon, horizon_of
from upperhand.equilibrium.ladder import Solution, solve_wedges
from upperhand.equilibrium.solve import Closure
from upperhand.game.objective import Objective, check_objective, seed_of, values_of
from upperhand.world.shock import Shock, ShockSource, check_shock, compose, no_shock
from upperhand.world.world import World

Array = npt.NDArray[np.float64]

STARTS = (0.0, 0.5, 1.0)
SAME = 1e-7  # difference of objectives below which two local optima count as equally good


@dataclass(frozen=True, slots=True)
class Intensities:
    """The best use of several instruments by one player.

    Attributes:
        player: Who chooses.
        intensity: Best intensity of each instrument, 0 to 1.
        objective: Objective there; 1 at an unchanged plain baseline.
        gain: Gain over using none of them, per cent of the objective.
        slope: Largest derivative by an intensity that is free to move that way.
        corners: For each instrument `none`, `all` or the empty string for an inner optimum.
        others: Other local optima that the search found: intensities and objective.
        over_start: Gain over the intensities that the search was given to start from, per cent of
            the objective; over none of them without such a start.
    """

    player: str
    intensity: tuple[float, ...]
    objective: float
    gain: float
    slope: float
    corners: tuple[str, ...]
    others: tuple[tuple[tuple[float, ...], float], ...]
    over_start: float = 0.0


def best_intensities(
    world: World,
    player: str,
    instruments: Sequence[Shock | ShockSource],
    *,
    objective: Objective | None = None,
    measures: Sequence[Shock | ShockSource] = (),
    closure: Closure = "fixed",
    horizon: str | Horizon = "long",
    start: Sequence[float] | None = None,
) -> Intensities:
    """Find how hard one player should use each of its instruments (eq. 9.20).

    Args:
        world: The observed year.
        player: Who chooses.
        instruments: What it can use; each at full strength is intensity 1.
        objective: What it wants; real income by default.
        measures: Measures in force all along, for example the other side's moves.
        closure: `fixed` or `share`.
        horizon: `short`, `medium`, `long` or a `Horizon`.
        start: Intensities in use now; the search starts from them too.

    Returns:
        The best of the local optima from three starts; the others are listed, not hidden.

    Raises:
        OptionError: If a label or weight is not admissible, or there is no instrument.
        NoEquilibriumError: If a world on the way has no equilibrium.

    Examples:
        >>> from upperhand.measures import Tariff
        >>> from upperhand.world.toy import toy_world
        >>> tariff = Tariff(by="USA", against=["CHN"], sectors=["GOODS"], add_pp=200)
        >>> found = best_intensities(toy_world(), "USA", [tariff])
        >>> 0 < found.intensity[0] < 0.5, found.gain > 0
        (True, True)
    """
    wanted = objective or Objective()
    faults = [] if player in world.countries else [unknown("player", player, world.countries)]
    if not instruments:
        faults.append("no instrument given; a choice needs at least one")
    given = tuple(start) if start is not None else (0.0,) * len(instruments)
    if len(given) != len(instruments) or not all(0.0 <= x <= 1.0 for x in given):
        faults.append(
            f"`start` is {list(given)}, allowed: {len(instruments)} intensities from 0 to 1; leave it "
            "out to start from none"
        )
    raise_faults(OptionError, faults, what="intensities")
    check_objective(world, player, wanted)
    parts = [_shock(world, source) for source in instruments]
    held = no_shock(world)
    for source in measures:
        held = compose(held, _shock(world, source))
    calibration = calibrate(world, horizon_of(horizon), scale=False, labour_supply=0.0)
    problem = _Problem(world, calibration, player, wanted, held, parts, closure)
    origins = [np.full(len(parts), x) for x in STARTS]
    origins += [np.array(given)] if start is not None else []
    found = sorted((problem.climb(origin) for origin in origins), key=lambda end: -end[1])
    best, value = found[0]
    slope = problem.value_and_slope(best)[1]
    free = ~(((best <= 0) & (slope < 0)) | ((best >= 1) & (slope > 0)))
    nothing = problem.value_and_slope(np.zeros(len(parts)))[0]
    before = problem.value_and_slope(np.array(given))[0] if any(given) else nothing
    return Intensities(
        player=player,
        intensity=tuple(float(x) for x in best),
        objective=value,
        gain=100.0 * (value - nothing) / abs(nothing) if best.any() else 0.0,
        slope=float(np.max(np.abs(np.where(free, slope, 0.0)), initial=0.0)),
        corners=tuple("none" if x <= 0 else "all" if x >= 1 else "" for x in best),
        others=tuple(
            (tuple(float(x) for x in point), other)
            for point, other in found[1:]
            if np.max(np.abs(point - best)) > 1e-3 and value - other > SAME
        ),
        over_start=max(0.0, 100.0 * (value - before) / abs(before)),
    )


def part_of(world: World, shock: Shock, intensity: float) -> Shock:
    """Return a shock at an intensity between 0 and 1 (eq. 9.21).

    Points of tariffs, export taxes and subsidies and shares withheld along straight lines; costs,
    productivities and factor supplies along logarithms.
    """
    return replace(
        shock,
        tariff_set=no_shock(world).tariff_set,
        tariff_add=intensity * (shock.tariff(world) - world.tariff),
        export_tax_add=intensity * (shock.export_tax(world) - world.export_tax),
        trade_cost=shock.trade_cost**intensity,
        availability=1.0 - intensity * (1.0 - shock.availability),
        productivity=shock.productivity**intensity,
        subsidy_add=intensity * shock.subsidy_add,
        factor_supply=shock.factor_supply**intensity,
    )


def _shock(world: World, source: Shock | ShockSource) -> Shock:
    shock = source if isinstance(source, Shock) else source.to_shock(world)
    check_shock(world, shock)
    return shock


@dataclass
class _Problem:
    """Objective and slope as functions of intensities; keeps the last state."""

    world: World
    calibration: Calibration
    player: str
    objective: Objective
    held: Shock
    parts: Sequence[Shock]
    closure: Closure
    state: State | None = None

    def climb(self, start: Array) -> tuple[Array, float]:
        """Return the local optimum reached from a point, and its objective."""
        from scipy.optimize import minimize

        def downhill(point: Any) -> Any:
            value, slope = self.value_and_slope(np.asarray(point))
            return -value, -slope

        origin: Any = start
        options: Any = {"ftol": 1e-15, "gtol": 1e-10, "maxiter": 200}
        bounds = [(0.0, 1.0)] * len(self.parts)
        end = minimize(
            downhill, origin, jac=True, method="L-BFGS-B", bounds=bounds, options=options
        )
        return np.asarray(end.x), -float(end.fun)

    def value_and_slope(self, point: Array) -> tuple[float, Array]:
        """Return the objective and its derivative by every intensity."""
        scaled = [part_of(self.world, s, float(x)) for s, x in zip(self.parts, point, strict=True)]
        total = self.held
        for part in scaled:
            total = compose(total, part)
        solution = self._solve(total)
        aims = {self.player: self.objective}
        value = float(values_of(self.world, [self.player], aims, solution)[0])
        seed = seed_of(self.world, [self.player], aims, solution)
        back = only(solve_adjoint(solution, seed, tol=1e-11).back)
        slope = np.zeros(len(self.parts))
        for kind in KINDS:
            speeds = [
                _speed(self.world, kind, self.parts[k], scaled[k], total)
                for k in range(len(self.parts))
            ]
            if any(speed.any() for speed in speeds):
                by_wedge = wedge_gradient(self.world, total, solution, back, kind)
                slope += [float((by_wedge * speed).sum()) for speed in speeds]
        return value, slope

    def _solve(self, shock: Shock) -> Solution:
        def wedges_at(size: float) -> Wedges:
            return wedges_of(self.calibration, shock, closure=self.closure, size=size)

        solution = solve_wedges(
            self.calibration, wedges_at, tol=1e-12, max_steps=500, start=self.state
        )
        if not solution.outcome.ok:
            raise NoEquilibriumError(f"intensities of {self.player}: {solution.outcome.sentence()}")
        self.state = solution.state
        return solution


KINDS = (
    "tariff",
    "export_tax",
    "trade_cost",
    "availability",
    "productivity",
    "subsidy",
    "factor_supply",
)


def _speed(world: World, kind: str, full: Shock, scaled: Shock, total: Shock) -> Array:
    """Return the derivative of a wedge of the total shock by one intensity (eq. 9.21)."""
    if kind == "tariff":
        return full.tariff(world) - world.tariff
    if kind == "export_tax":
        return full.export_tax(world) - world.export_tax
    if kind == "subsidy":
        return full.subsidy_add
    if kind == "availability":
        own, others = scaled.availability, total.availability
        rest = np.where(own > 0, others / np.where(own > 0, own, 1.0), 1.0)
        return np.asarray(rest * (full.availability - 1.0))
    return np.asarray(getattr(total, kind) * np.log(getattr(full, kind)))
