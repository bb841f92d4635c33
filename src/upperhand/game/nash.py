"""Labelled entry points of the tariff war: best responses and Nash equilibria."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError, raise_faults, unknown
from upperhand.equilibrium.calibrate import calibrate, wedges_of
from upperhand.equilibrium.horizons import Horizon, horizon_of
from upperhand.equilibrium.outcomes import trade_after
from upperhand.equilibrium.solve import Closure, Options, balanced, result_of
from upperhand.game.first_order import Policy, Reach
from upperhand.game.objective import Objective, check_objective
from upperhand.game.war import Settled, War, corners_of, exploitability, settle
from upperhand.results.game import GameResult
from upperhand.world.shock import Shock, ShockSource, compose_all
from upperhand.world.world import World

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Tie = Literal["cell", "mfn", "uniform"]
Sources = Shock | ShockSource | Iterable[Shock | ShockSource]

INSTRUMENTS = ("tariff", "export_tax")
AUTARKY = 1e-3  # imports over baseline imports below which a profile counts as autarky
CERTAIN = 1e-8  # per cent of the objective that a certified player may still gain
CHECKED = 1e-7  # largest change of a log rate in the searches for better replies; the gain it
# leaves is of second order, below 1e-12, however coarse the war's own tolerance is


@dataclass(frozen=True, slots=True)
class Rules:
    """What players may move and how the war is solved; every field is in the result.

    Attributes:
        instruments: `tariff`, `export_tax` or both.
        partners: Codes against which the instruments may be used; everyone by default.
        sectors: Codes whose rates may move; all by default.
        tie: `cell` (a rate for each partner and sector), `mfn` (a rate for each sector) or
            `uniform` (one rate).
        bounds: Lowest and highest rate, as fractions.
        closure: As in `solve_counterfactual`.
        horizon: As in `solve_counterfactual`.
        tol: Largest change of a log rate in the last round.
        max_sweeps: Rounds before giving up.
        certify: Search for better replies of every player after the fact.
    """

    instruments: tuple[str, ...] = ("tariff",)
    partners: tuple[str, ...] | None = None
    sectors: tuple[str, ...] | None = None
    tie: Tie = "cell"
    bounds: tuple[float, float] = (0.0, 10.0)
    closure: Closure = "fixed"
    horizon: str | Horizon = "long"
    tol: float = 1e-9
    max_sweeps: int = 120
    certify: bool = True

    def check(self, world: World) -> None:
        """Raise one error that lists every rule that does not fit `world`."""
        faults = [
            unknown("instrument", name, INSTRUMENTS)
            for name in self.instruments
            if name not in INSTRUMENTS
        ]
        for kind, chosen, known in (
            ("partner", self.partners, world.countries),
            ("sector", self.sectors, world.sectors),
        ):
            faults += [unknown(kind, name, known) for name in chosen or () if name not in known]
        if self.tie not in get_args(Tie):
            faults.append(unknown("tie", self.tie, get_args(Tie)))
        low, high = self.bounds
        if not (-1.0 < low < high and np.isfinite(high)):
            faults.append(
                f"bounds are {self.bounds}; give (low, high) with -1 < low < high, finite"
            )
        if not self.instruments:
            faults.append("no instrument given; choose from tariff, export_tax")
        if "export_tax" in self.instruments and self.tie != "cell":
            faults.append("tied rates are for tariffs only; use tie='cell' with export taxes")
        raise_faults(OptionError, faults, what="rules of the war")


def nash(
    world: World,
    players: Literal["all"] | Sequence[str] = "all",
    *,
    instruments: Sequence[str] = ("tariff",),
    objectives: Mapping[str, Objective] | None = None,
    measures: Sources = (),
    partners: Sequence[str] | None = None,
    sectors: Sequence[str] | None = None,
    tie: Tie = "cell",
    bounds: tuple[float, float] = (0.0, 10.0),
    closure: Closure = "fixed",
    horizon: str | Horizon = "long",
    tol: float = 1e-9,
    max_sweeps: int = 120,
    certify: bool = True,
) -> GameResult:
    """Find tariffs from which no player gains by moving alone, and certify them.

    The rounds start from the inverse of the trade elasticities, never from autarky, which is also
    an equilibrium (Dixit 1987) and is refused.

    Args:
        world: The observed year.
        players: `all` or codes; those who are not players keep their rates.
        instruments: `tariff`, `export_tax` or both.
        objectives: By player; real income where one is missing.
        measures: Measures in force all along.
        partners: Against whom rates may move; everyone by default.
        sectors: Whose rates may move; all by default.
        tie: `cell`, `mfn` or `uniform`.
        bounds: Lowest and highest rate, as fractions; what ends there is reported as a corner.
        closure: `fixed`, `share` or `purge`.
        horizon: `short`, `medium`, `long` or a `Horizon`.
        tol: Largest change of a log rate in the last round.
        max_sweeps: Rounds before giving up.
        certify: Search for better replies of every player after the fact.

    Returns:
        The profile with its certificate; check `result.ok` or call `require_certified()`.

    Raises:
        OptionError: If a label, bound or weight is not admissible.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> result = nash(toy_world(), ["USA", "CHN"], closure="purge").require_certified()
        >>> 0.15 < result.average_tariff("USA") < 0.6
        True

    References:
        Ossa (2014) for the game; Lashkaripour (2021) for its first-order conditions.
    """
    names = tuple(world.countries if players == "all" else players)
    rules = Rules(
        tuple(instruments),
        None if partners is None else tuple(partners),
        None if sectors is None else tuple(sectors),
        tie,
        bounds,
        closure,
        horizon,
        tol,
        max_sweeps,
        certify,
    )
    return _fight(world, names, rules, dict(objectives or {}), measures)


def best_response(
    world: World,
    player: str,
    *,
    instruments: Sequence[str] = ("tariff",),
    objective: Objective | None = None,
    measures: Sources = (),
    partners: Sequence[str] | None = None,
    sectors: Sequence[str] | None = None,
    tie: Tie = "cell",
    bounds: tuple[float, float] = (0.0, 10.0),
    closure: Closure = "fixed",
    horizon: str | Horizon = "long",
    tol: float = 1e-9,
    max_sweeps: int = 120,
    certify: bool = True,
) -> GameResult:
    """Find the rates of one player that are best for it while all others hold theirs.

    Arguments are those of `nash`; `measures` are what the others have done.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> result = best_response(toy_world(), "USA", partners=["CHN"], closure="purge")
        >>> result.ok
        True
    """
    return nash(
        world,
        [player],
        instruments=instruments,
        objectives={} if objective is None else {player: objective},
        measures=measures,
        partners=partners,
        sectors=sectors,
        tie=tie,
        bounds=bounds,
        closure=closure,
        horizon=horizon,
        tol=tol,
        max_sweeps=max_sweeps,
        certify=certify,
    )


def _fight(
    world: World,
    names: tuple[str, ...],
    rules: Rules,
    objectives: dict[str, Objective],
    measures: Sources,
) -> GameResult:
    check_players(world, names, rules, objectives)
    options = Options(closure=rules.closure, horizon=rules.horizon)
    start = balanced(world, options) if rules.closure == "purge" else world
    shock = compose_all(start, measures)
    war, held = prepare(start, shock, names, rules, objectives)
    reach = reach_of(start, names, rules)
    settled = settle(
        war, reach, first_rates(reach, held, war), tol=rules.tol, max_sweeps=rules.max_sweeps
    )
    return game_result(war, reach, settled, rules, options, shock)


def check_players(
    world: World, names: tuple[str, ...], rules: Rules, objectives: Mapping[str, Objective]
) -> None:
    """Raise one error that lists every player, rule and objective that does not fit `world`."""
    faults = [unknown("player", n, world.countries) for n in names if n not in world.countries]
    faults += [unknown("player", n, names) for n in objectives if n not in names]
    if len(set(names)) != len(names) or not names:
        faults.append("players must be one or more different countries")
    raise_faults(OptionError, faults, what="players")
    rules.check(world)
    for name, objective in objectives.items():
        check_objective(world, name, objective)


def prepare(
    world: World,
    shock: Shock,
    names: tuple[str, ...],
    rules: Rules,
    objectives: Mapping[str, Objective],
) -> tuple[War, Policy]:
    """Return the war and the rates in force after the measures."""
    calibration = calibrate(world, horizon_of(rules.horizon), scale=False, labour_supply=0.0)
    held = Policy(_axes(np.log1p(shock.tariff(world))), _axes(np.log1p(shock.export_tax(world))))
    wedges = wedges_of(calibration, shock, closure=rules.closure)
    theta = calibration.base.elasticity[:, None, None]
    free = wedges.kernel * np.exp(theta * (held.tariff + held.export_tax))
    return War(world, calibration, wedges._replace(kernel=free), names, objectives), held


def _axes(cube: Array) -> Array:
    return np.ascontiguousarray(cube.transpose(2, 1, 0))


def reach_of(world: World, names: tuple[str, ...], rules: Rules) -> Reach:
    """Return the cells that each player may move: never domestic sales, only chosen partners."""
    n, s = len(world.countries), len(world.sectors)
    players = tuple(world.countries.index(name) for name in names)
    partner = np.isin(world.countries, rules.partners or world.countries)
    sector = np.isin(world.sectors, rules.sectors or world.sectors)
    open_cells = sector[:, None, None] & ~np.eye(n, dtype=bool)[None]
    mover = np.isin(np.arange(n), players)
    tariff = open_cells & mover[None, :, None] & partner[None, None, :]
    export_tax = open_cells & partner[None, :, None] & mover[None, None, :]
    none = np.zeros((s, n, n), dtype=bool)
    low, high = rules.bounds
    return Reach(
        players=players,
        tariff=tariff if "tariff" in rules.instruments else none,
        export_tax=export_tax if "export_tax" in rules.instruments else none,
        lowest=float(np.log1p(low)),
        highest=float(np.log1p(high)),
        tie=rules.tie,
    )


def first_rates(reach: Reach, held: Policy, war: War) -> Policy:
    """Return the start of the rounds: one over the elasticity, at most one half, in reach."""
    theta = war.calibration.base.elasticity[:, None, None]
    guess = np.clip(np.log1p(np.minimum(1.0 / theta, 0.5)), reach.lowest, reach.highest)
    if reach.tie == "uniform":
        guess = np.full_like(guess, float(np.median(guess)))
    return Policy(
        np.where(reach.tariff, guess, held.tariff),
        np.where(reach.export_tax, np.clip(0.0, reach.lowest, reach.highest), held.export_tax),
    )


def game_result(
    war: War, reach: Reach, settled: Settled, rules: Rules, options: Options, shock: Shock
) -> GameResult:
    """Return the labelled profile with everything that is known about it."""
    solved = settled.solution.outcome.ok
    gains: dict[str, float | None] = dict.fromkeys(war.names)
    if rules.certify and solved and settled.reached:
        for p, name in enumerate(war.names):
            gains[name] = exploitability(
                war, reach, settled, p, tol=min(rules.tol, CHECKED), max_sweeps=rules.max_sweeps
            )
    profile = profile_of(war.world, shock, settled.policy)
    counterfactual = result_of(war.world, profile, settled.solution, options)
    values = war.values(settled.solution) if solved else np.full(len(war.names), np.nan)
    return GameResult(
        players=war.names,
        ending=_ending(war, settled, gains, certify=rules.certify),
        counterfactual=counterfactual,
        objective=dict(zip(war.names, map(float, values), strict=True)),
        exploitability=gains,
        slope=settled.slope,
        corners=corners_of(reach, settled.policy, war.names),
        sweeps=settled.sweeps,
        method="cell-wise first-order conditions from one over the elasticity; certified by "
        "multi-start best replies"
        if rules.certify
        else "cell-wise first-order conditions",
        options={
            "instruments": list(rules.instruments),
            "partners": rules.partners,
            "sectors": rules.sectors,
            "tie": rules.tie,
            "bounds": list(rules.bounds),
            **options.to_dict(),
        },
    )


def _ending(war: War, settled: Settled, gains: Mapping[str, float | None], *, certify: bool) -> str:
    if not settled.solution.outcome.ok:
        return "no_equilibrium"
    if not settled.reached:
        return "not_settled"
    before, after = (_imports(t) for t in (war.world.trade, trade_after(settled.solution)))
    movers = [war.world.countries.index(name) for name in war.names]
    if (after[movers] < AUTARKY * before[movers]).any():
        return "autarky"
    if any(gain is not None and gain > CERTAIN for gain in gains.values()):
        return "exploitable"
    return "not_certified" if certify and None in gains.values() else "nash"


def _imports(trade: Array) -> Array:
    """Return imports [N] of a cube (exporter, importer, sector)."""
    return np.asarray(trade.sum(axis=(0, 2)) - np.einsum("nns->n", trade))


def profile_of(world: World, shock: Shock, policy: Policy) -> Shock:
    """Return the measures in force with the rates of the policy set."""
    tariff = np.expm1(policy.tariff).transpose(2, 1, 0)
    export_tax = np.expm1(policy.export_tax).transpose(2, 1, 0)
    return replace(
        shock,
        tariff_set=np.full_like(tariff, np.nan),
        tariff_add=tariff - world.tariff,
        export_tax_add=export_tax - world.export_tax,
    )
