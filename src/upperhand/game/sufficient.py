"""Nash tariffs from sufficient statistics (Lashkaripour 2021), without a single derivative.

Each government's best uniform tariff is a function of trade shares and elasticities alone. The
formula is exact with two countries and close with more; `upperhand.nash(..., tie="uniform")` finds
the exact tariffs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError, OptionError, raise_faults, unknown
from upperhand.core.outcome import Outcome
from upperhand.equilibrium.calibrate import calibrate, wedges_of
from upperhand.equilibrium.horizons import Horizon, horizon_of
from upperhand.equilibrium.ladder import Solution
from upperhand.equilibrium.outcomes import trade_after
from upperhand.equilibrium.solve import Options, balanced, result_of
from upperhand.game.first_order import Policy
from upperhand.game.war import War
from upperhand.numerics.anderson import solve_fixed_point
from upperhand.results.counterfactual import Counterfactual
from upperhand.world.shock import Shock, no_shock
from upperhand.world.world import World

Array = npt.NDArray[np.float64]


def best_tariffs(trade: Array, share: Array, mix: Array, tariff: Array, elasticity: Array) -> Array:
    """Return each country's best uniform tariff [N] from shares and elasticities (eq. 8.15, 8.16).

    Args:
        trade: (exporter, importer, sector) net of tariffs.
        share: (exporter, importer, sector) share in the importer's spending, tariffs included.
        mix: (importer, sector) share of each sector in spending.
        tariff: (importer,) uniform tariff of each country.
        elasticity: (sector,) trade elasticity, sigma - 1.

    Examples:
        Two countries, one sector, no foreign tariff: one over the elasticity times the foreign own
        share (Gros 1987).

        >>> share = np.array([[[0.8], [0.3]], [[0.2], [0.7]]])
        >>> best_tariffs(share, share, np.ones((2, 1)), np.zeros(2), np.array([4.0])).round(4)
        array([0.3571, 0.3125])
    """
    n = len(tariff)
    foreign = ~np.eye(n, dtype=bool)[:, :, None]
    exports = np.where(foreign, trade, 0.0)
    weight = exports / exports.sum(axis=(1, 2), keepdims=True)
    own = np.einsum("jjk->jk", share)
    home = (own * mix).sum(axis=1)
    delta = (tariff[:, None] * own * mix) / (1.0 + tariff * home)[:, None]
    power = elasticity * (1.0 - (1.0 - delta)[None] * share)
    return np.asarray(1.0 / (weight * power).sum(axis=(1, 2)))


def cooperative_tariff(own_share: float, elasticity: float, relative_markup: float) -> float:
    """Return the efficient tariff on imports whose markup is not the mean one (eq. 8.17).

    Args:
        own_share: Share of domestic goods in spending on the sector.
        elasticity: Trade elasticity.
        relative_markup: Markup of the sector over the output-weighted world markup.

    Examples:
        Imports of a good with a high markup are subsidised:

        >>> round(cooperative_tariff(0.5, 4.0, 1.2), 4)
        -0.0625
    """
    power = elasticity * own_share
    return (power + 1.0) / (power + relative_markup) - 1.0


@dataclass(frozen=True, slots=True)
class FormulaNash:
    """Uniform tariffs at which everybody's formula holds.

    Attributes:
        players: Codes of those who choose.
        tariff: Uniform tariff of each player, as a fraction.
        counterfactual: The world at these tariffs, compared with the world before.
        gap: Largest change of a log rate in the last round.
        sweeps: Rounds.
        reached: True when the rates stood still.
        options: Closure and horizon as given.
    """

    players: tuple[str, ...]
    tariff: dict[str, float]
    counterfactual: Counterfactual
    gap: float
    sweeps: int
    reached: bool
    options: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        how = "formula settled" if self.reached else "not settled; raise `max_sweeps`"
        income = self.counterfactual.percent("real_income_change")
        rows = [f"{how} after {self.sweeps} sweeps (gap {self.gap:.1e})"]
        rows += [f"{'player':<8}{'tariff':>9}{'real income':>13}"]
        for name in self.players:
            rows.append(
                f"{name:<8}{100 * self.tariff[name]:>8.2f}%{float(income.sel(country=name)):>12.3f}%"
            )
        return "\n".join(rows)


def nash_by_formula(
    world: World,
    players: Literal["all"] | Sequence[str] = "all",
    *,
    closure: Literal["fixed", "share", "purge"] = "purge",
    horizon: str | Horizon = "long",
    tol: float = 1e-10,
    max_sweeps: int = 200,
) -> FormulaNash:
    """Find uniform Nash tariffs by their sufficient statistics.

    Args:
        world: The observed year, without input-output links.
        players: `all` or codes; the others keep their tariffs.
        closure: `purge` removes imbalances first, as in the paper.
        horizon: As in `solve_counterfactual`.
        tol: Largest change of a log rate in the last round.
        max_sweeps: Rounds before giving up.

    Raises:
        OptionError: If a player is unknown, or the world has input-output links.
        NoEquilibriumError: If there is no equilibrium at some rates on the way.

    Examples:
        >>> from upperhand.world.build import from_arrays
        >>> world = from_arrays(
        ...     countries=["HOM", "FOR"],
        ...     sectors=["ALL"],
        ...     trade=[[[80.0], [20.0]], [[20.0], [170.0]]],
        ...     trade_elasticity=4.0,
        ... )
        >>> {name: round(t, 3) for name, t in nash_by_formula(world).tariff.items()}
        {'HOM': 0.259, 'FOR': 0.269}

    References:
        Lashkaripour (2021), equations 6, 7 and 13.
    """
    names = tuple(world.countries if players == "all" else players)
    _check(world, names)
    options = Options(closure=closure, horizon=horizon)
    start = balanced(world, options) if closure == "purge" else world
    war = _war(start, names, options)
    movers = np.array([start.countries.index(name) for name in names])
    # Those who do not move count with their mean tariff, weighted by imports.
    paid, imports = start.tariff_revenue, start.trade.sum(axis=(0, 2))
    usual = paid / (imports - np.einsum("nnk->n", start.trade))
    held: dict[str, Solution | None] = {"last": None}

    def solved(log_rate: Array) -> tuple[Policy, Solution]:
        policy = _policy(start, movers, log_rate)
        last = held["last"]
        solution = war.solve(policy, start=None if last is None else last.state)
        _require(solution.outcome)
        held["last"] = solution
        return policy, solution

    def mapping(log_rate: Array) -> Array:
        solution = solved(log_rate)[1]
        tariff = usual.copy()
        tariff[movers] = np.expm1(log_rate)
        wanted = best_tariffs(*statistics(solution), tariff, solution.calibration.base.elasticity)
        return np.asarray(np.log1p(wanted[movers]))

    end = solve_fixed_point(
        mapping, np.full(len(names), np.log(1.25)), tol=tol, longest=0.3, max_steps=max_sweeps
    )
    policy, solution = solved(end.point)
    shock = _profile(start, policy)
    return FormulaNash(
        players=names,
        tariff=dict(zip(names, map(float, np.expm1(end.point)), strict=True)),
        counterfactual=result_of(start, shock, solution, options),
        gap=end.gap,
        sweeps=end.steps,
        reached=end.reached,
        options=options.to_dict(),
    )


def statistics(solution: Solution) -> tuple[Array, Array, Array]:
    """Return trade net of tariffs, shares in spending and the mix of sectors at a solution."""
    base, flows = solution.calibration.base, solution.flows
    spent = base.spending * solution.state.spend * base.active
    share = solution.wedges.kernel * flows.pull[:, None, :] / flows.access[:, :, None]
    mix = spent / spent.sum(axis=0)
    return trade_after(solution), np.asarray(share.transpose(2, 1, 0)), mix.T


def _check(world: World, names: Sequence[str]) -> None:
    faults = [
        unknown("player", name, world.countries) for name in names if name not in world.countries
    ]
    if not names or len(set(names)) != len(names):
        faults.append("players must be one or more different countries")
    if world.input_share.any():
        faults.append(
            f"world '{world.name}' has input-output links, for which the formula does not hold; "
            "use nash(world, tie='uniform')"
        )
    raise_faults(OptionError, faults, what="formula")


def _require(outcome: Outcome) -> None:
    if not outcome.ok:
        raise NoEquilibriumError(outcome.sentence())


def _war(world: World, names: tuple[str, ...], options: Options) -> War:
    calibration = calibrate(world, horizon_of(options.horizon), scale=False, labour_supply=0.0)
    wedges = wedges_of(calibration, no_shock(world), closure=options.closure)
    theta = calibration.base.elasticity[:, None, None]
    duty = (np.log1p(world.tariff) + np.log1p(world.export_tax)).transpose(2, 1, 0)
    free = wedges._replace(kernel=wedges.kernel * np.exp(theta * duty))
    return War(world, calibration, free, names, {})


def _policy(world: World, movers: Array, log_rate: Array) -> Policy:
    log_duty = np.log1p(world.tariff)
    log_duty[:, movers] = log_rate[None, :, None]
    home = np.arange(len(world.countries))
    log_duty[home, home] = 0.0
    levy = np.log1p(world.export_tax).transpose(2, 1, 0)
    return Policy(np.ascontiguousarray(log_duty.transpose(2, 1, 0)), np.ascontiguousarray(levy))


def _profile(world: World, policy: Policy) -> Shock:
    added = np.expm1(policy.tariff).transpose(2, 1, 0) - world.tariff
    return replace(no_shock(world), tariff_add=added)
