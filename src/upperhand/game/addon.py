"""Add-on tariffs against one partner: the best one, and the one that merely breaks even (eq. 9.6).

A threat above the break-even add-on costs the threatener more than doing nothing; to believe it
one needs politics, rivalry or an audience. Trade diverts to third countries, so the break-even
against one partner lies far below the one against everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError, OptionError, raise_faults, unknown
from upperhand.equilibrium.calibrate import Calibration, calibrate
from upperhand.equilibrium.hats import State
from upperhand.equilibrium.horizons import Horizon, horizon_of
from upperhand.equilibrium.many import solve_many
from upperhand.equilibrium.solve import Closure
from upperhand.game.objective import Objective, check_objective, values_of
from upperhand.world.shock import Shock, ShockSource, compose_all
from upperhand.world.world import World

Array = npt.NDArray[np.float64]
Sources = Shock | ShockSource | Iterable[Shock | ShockSource]

#: Shares of the largest add-on up to 1 at which the gain is computed before it is refined.
GRID = np.array([0.0, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0])

GUESSED_FROM = 3  # solutions that the next one is guessed from
APART = 5e-3  # rates of those that are closer tell too little about the curve
SOLVED = 1e-10  # of the map
TINY = 1e-4  # first step of an add-on, as a fraction


@dataclass(frozen=True, slots=True)
class AddOn:
    """How far an add-on tariff against one partner pays for the one who levies it.

    Attributes:
        player: Who levies it.
        partner: On whose goods.
        horizon: At which horizon.
        best: Add-on with the largest objective, as a fraction.
        best_gain: Gain there over no add-on, per cent of the objective.
        break_even: Largest add-on at which the gain is still zero or more, as a fraction; 0 when
            even a small one costs.
        beyond: True when the gain is still positive at the largest add-on tried, so that
            `break_even` is a lower bound.
        rates: Add-ons tried.
        gains: Gain at each, per cent of the objective.
        partner_gains: Gain of the partner's real income at each, per cent.
    """

    player: str
    partner: str
    horizon: str
    best: float
    best_gain: float
    break_even: float
    beyond: bool
    rates: tuple[float, ...]
    gains: tuple[float, ...]
    partner_gains: tuple[float, ...]


def addon_tariffs(
    world: World,
    player: str,
    partner: str,
    *,
    measures: Sources = (),
    sectors: Sequence[str] | None = None,
    objective: Objective | None = None,
    largest: float = 2.0,
    closure: Closure = "fixed",
    horizon: str | Horizon = "long",
) -> AddOn:
    """Find the best and the break-even add-on tariff of one country on one partner (eq. 9.6).

    Args:
        world: The observed year.
        player: Who levies the add-on.
        partner: On whose goods.
        measures: Measures in force all along, for example the partner's answer.
        sectors: Sectors that carry it; all by default.
        objective: What the player wants; real income by default.
        largest: Largest add-on tried, as a fraction.
        closure: `fixed` or `share`; for `purge` rebase the world first.
        horizon: `short`, `medium`, `long` or a `Horizon`.

    Raises:
        OptionError: If a label or bound is not admissible.
        NoEquilibriumError: If the world without the add-on has no equilibrium.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> found = addon_tariffs(toy_world(), "USA", "CHN")
        >>> 0 < found.best < found.break_even
        True
    """
    found = addon_by_objective(
        world, player, partner, {"": objective or Objective()}, measures=measures, sectors=sectors,
        largest=largest, closure=closure, horizon=horizon,
    )  # fmt: skip
    return found[""]


def addon_by_objective(
    world: World,
    player: str,
    partner: str,
    objectives: Mapping[str, Objective],
    *,
    measures: Sources = (),
    sectors: Sequence[str] | None = None,
    largest: float = 2.0,
    closure: Closure = "fixed",
    horizon: str | Horizon = "long",
) -> dict[str, AddOn]:
    """Find best and break-even add-ons under several objectives, with shared solves (eq. 9.6).

    Args and errors as for `addon_tariffs`.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> wants = {"welfare": Objective(), "harm": Objective(harm={"CHN": 0.5})}
        >>> found = addon_by_objective(toy_world(), "USA", "CHN", wants)
        >>> found["welfare"].break_even < found["harm"].break_even
        True
    """
    for wanted in objectives.values():
        _check(world, player, partner, sectors, wanted, largest)
    aims = tuple(objectives.values())
    curve = _Curve.of(world, player, partner, sectors, aims, measures, closure, horizon)
    return {name: _addon(curve.towards(k), largest, horizon) for k, name in enumerate(objectives)}


def _addon(curve: _Curve, largest: float, horizon: str | Horizon) -> AddOn:
    rates = [float(r) for r in GRID * min(largest, 1.0)]
    curve.solve([*rates[::4], rates[-1]])  # the rest starts from these
    curve.solve(rates)
    values = [curve.at(rate) for rate in rates]
    start = values[0][0]
    while values[-1][0] > start and rates[-1] + 0.5 <= largest + 1e-9:
        rates.append(rates[-1] + 0.5)
        values.append(curve.at(rates[-1]))
    gains = [100.0 * (value - start) / abs(start) for value, _ in values]
    best, best_gain = _peak(curve, rates, gains, start)
    break_even, beyond = _crossing(curve, rates, gains, start, best)
    return AddOn(
        player=curve.names[0],
        partner=curve.names[1],
        horizon=horizon_of(horizon).name,
        best=best,
        best_gain=best_gain,
        break_even=break_even,
        beyond=beyond,
        rates=tuple(rates),
        gains=tuple(gains),
        partner_gains=tuple(100.0 * (other - values[0][1]) for _, other in values),
    )


@dataclass
class _Curve:
    """Objectives along the add-on; keeps what it has solved to start the next solve from."""

    world: World
    calibration: Calibration
    shock: Shock
    cells: Array
    names: tuple[str, str]
    objectives: tuple[Objective, ...]
    closure: Closure
    states: dict[float, State] = field(default_factory=dict)
    known: dict[float, tuple[tuple[float, ...], float]] = field(default_factory=dict)
    place: int = 0

    @classmethod
    def of(
        cls,
        world: World,
        player: str,
        partner: str,
        sectors: Sequence[str] | None,
        objectives: tuple[Objective, ...],
        measures: Sources,
        closure: Closure,
        horizon: str | Horizon,
    ) -> _Curve:
        cells = np.zeros(world.trade.shape)
        chosen = np.isin(world.sectors, sectors or world.sectors)
        i, j = world.countries.index(partner), world.countries.index(player)
        cells[i, j, chosen] = 1.0
        calibration = calibrate(world, horizon_of(horizon), scale=False, labour_supply=0.0)
        shock = compose_all(world, measures)
        return cls(world, calibration, shock, cells, (player, partner), objectives, closure)

    def at(self, rate: float) -> tuple[float, float]:
        """Return the player's objective and the partner's real income at an add-on."""
        self.solve([rate])
        values, other = self.known[rate]
        return values[self.place], other

    def solve(self, rates: Sequence[float]) -> None:
        """Solve for some add-ons together, those that are not known.

        Raises:
            NoEquilibriumError: If one of them has no equilibrium.
        """
        new = [rate for rate in rates if rate not in self.known]
        added = [
            replace(self.shock, tariff_add=self.shock.tariff_add + rate * self.cells)
            for rate in new
        ]
        starts, player = [self._guess(rate) for rate in new], self.names[0]
        found = solve_many(self.calibration, added, closure=self.closure, tol=SOLVED, starts=starts)
        for rate, solution in zip(new, found, strict=True):
            if not solution.outcome.ok:
                raise NoEquilibriumError(f"add-on of {rate:.0%}: {solution.outcome.sentence()}")
            own = tuple(
                float(values_of(self.world, (player,), {player: wanted}, solution)[0])
                for wanted in self.objectives
            )
            self.known[rate] = own, float(values_of(self.world, self.names[1:], {}, solution)[0])
            self.states[rate] = solution.state

    def towards(self, place: int) -> _Curve:
        """Return the same curve under another of its objectives; what is solved is shared."""
        return replace(self, place=place)

    def _guess(self, rate: float) -> State | None:
        """Return a parabola, in the log of one plus the rate, through near solutions well apart."""
        near: list[float] = []
        for solved in sorted(self.states, key=lambda known: abs(known - rate)):
            if len(near) < GUESSED_FROM and all(abs(solved - x) >= APART for x in near):
                near.append(solved)
        if not near:
            return None
        at, ends = np.log1p(rate), np.log1p(near)
        apart = ends[:, None] - ends + np.eye(len(near))
        weights = np.prod((at - ends + np.diag(1.0 - at + ends)) / apart, axis=1)
        states = [self.states[solved] for solved in near]
        return State(
            *(
                sum((w * part for w, part in zip(weights, parts, strict=True)), 0.0 * parts[0])
                for parts in zip(*states, strict=True)
            )
        )


def _peak(
    curve: _Curve, rates: Sequence[float], gains: Sequence[float], start: float
) -> tuple[float, float]:
    """Return the best add-on and its gain: the best grid point, refined between neighbours."""
    from scipy.optimize import minimize_scalar

    k = int(np.argmax(gains))
    if k == 0 and curve.at(TINY)[0] <= start:
        return 0.0, 0.0  # even a first step costs, and no grid point gains
    low, high = rates[max(k - 1, 0)], rates[min(k + 1, len(rates) - 1)]
    found = minimize_scalar(
        lambda rate: -curve.at(float(rate))[0],
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-4},
    )
    gain = 100.0 * (-float(found.fun) - start) / abs(start)
    if gain <= max(gains[k], 0.0):
        return rates[k], float(gains[k])
    return float(found.x), gain


def _crossing(
    curve: _Curve, rates: Sequence[float], gains: Sequence[float], start: float, best: float
) -> tuple[float, bool]:
    """Return the last add-on with a gain of zero, and whether the gain never ends on the grid."""
    from scipy.optimize import brentq

    if gains[-1] > 0:
        return rates[-1], True
    above = [r for r, g in zip(rates, gains, strict=True) if g > 0]
    low = max([best if best > 0 else 0.0, *above])
    if low == 0.0:
        return 0.0, False
    high = min(r for r in rates if r > low)
    root = brentq(lambda rate: curve.at(float(rate))[0] - start, low, high, xtol=1e-6)
    return float(root), False


def _check(
    world: World,
    player: str,
    partner: str,
    sectors: Sequence[str] | None,
    objective: Objective,
    largest: float,
) -> None:
    faults = [
        unknown("country", n, world.countries)
        for n in (player, partner)
        if n not in world.countries
    ]
    faults += [unknown("sector", n, world.sectors) for n in sectors or () if n not in world.sectors]
    if player == partner:
        faults.append(f"player and partner are both {player}; name two countries")
    if not 0.1 <= largest <= 20.0:
        faults.append(f"largest is {largest}; allowed: 0.1 to 20, as a fraction")
    raise_faults(OptionError, faults, what="add-on tariff")
    check_objective(world, player, objective)
