"""Solve the economy of Ossa (2014): from a world and tariffs to a counterfactual."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError, ShockError, raise_faults
from upperhand.core.fingerprint import fingerprint, fingerprint_of_arrays
from upperhand.core.outcome import Outcome
from upperhand.core.provenance import Provenance
from upperhand.equilibrium import ossa
from upperhand.equilibrium.ossa_world import OssaWorld, tensor
from upperhand.results.counterfactual import Counterfactual, dataset
from upperhand.world.labels import entry_faults, plain

Array = npt.NDArray[np.float64]

METHODS = ("ossa_2014", "dekle_eaton_kortum_2008")
LONGEST = 1.0  # largest change of a log wage in one Newton step
CONTINUATION = 16  # parts of a large change when one step does not get there


@dataclass(frozen=True, eq=False)
class Solved:
    """The last point of a solve; use `year` only if `reached`."""

    year: ossa.Year
    residual: float
    steps: int
    reached: bool
    method: str = "newton"


def solve_year(
    base: ossa.Base,
    log_duty: Array,
    *,
    start: ossa.Year | None = None,
    tol: float = 1e-12,
    max_steps: int = 100,
) -> Solved:
    """Solve for wages and spending at given duties: Newton on 2 N unknowns (eq. 8.6).

    Args:
        base: The baseline.
        log_duty: [S, importer, exporter] log of one plus the tariff.
        start: A year nearby; the baseline by default.
        tol: Largest gap, as a share of labour income or spending.
        max_steps: Newton steps before the change is taken in parts.
    """
    end = _newton(base, log_duty, start, tol, max_steps)
    if end.reached:
        return end
    year, steps = None, end.steps
    for size in np.linspace(0.0, 1.0, CONTINUATION + 1):
        duty = base.log_duty + size * (log_duty - base.log_duty)
        end = _newton(base, duty, year, tol, max_steps)
        year, steps = end.year, steps + end.steps
        if not end.reached:
            break
    return replace(end, steps=steps, method="homotopy")


def _newton(
    base: ossa.Base, log_duty: Array, start: ossa.Year | None, tol: float, max_steps: int
) -> Solved:
    n = base.labour.size
    point = np.zeros(2 * n)
    if start is not None:
        point = np.concatenate([start.log_wage, start.log_spend])
    with np.errstate(all="ignore"):  # a bad point shows in the residual, not as a warning
        year = ossa.year_of(base, log_duty, point[:n], point[n:])
        gap = ossa.gaps(base, year)
        size = float(np.max(np.abs(gap)))
        for steps in range(max_steps):
            if size <= tol or not np.isfinite(size):
                return Solved(year, size, steps, size <= tol)
            try:
                step = np.linalg.solve(ossa.slopes_of_gaps(base, year), -gap)
            except np.linalg.LinAlgError:
                break
            step *= min(1.0, LONGEST / float(np.max(np.abs(step))))
            for _ in range(12):
                trial = ossa.year_of(base, log_duty, (point + step)[:n], (point + step)[n:])
                new = ossa.gaps(base, trial)
                if np.max(np.abs(new)) < size:
                    break
                step = step / 2
            else:
                break
            point, year, gap, size = point + step, trial, new, float(np.max(np.abs(new)))
        return Solved(year, size, max_steps, size <= tol)


def solve_ossa(
    world: OssaWorld, tariff: Any, *, tol: float = 1e-12, max_steps: int = 100
) -> Counterfactual:
    """Solve for wages, profits and welfare under a new tariff schedule.

    Firms are fixed in number and earn profits; tariff revenue goes to workers in proportion to
    employment; net exports are zero. World labour income is the numeraire.

    Args:
        world: The observed year, with balanced trade.
        tariff: (exporter, importer, sector), fraction, zero on the diagonal and above -1; a bare
            or labelled array.
        tol: Largest gap, as a share of labour income or spending.
        max_steps: Newton steps before the change is taken in parts.

    Returns:
        Changes in wages, profits, prices, real income and government welfare. Check
        `result.outcome`, or call `result.require_converged()`.

    Raises:
        ShockError: If a rate is missing, not finite, -1 or below, or on domestic sales.
        WorldError: If imports and exports of a region differ.

    Examples:
        >>> world = OssaWorld.from_arrays(
        ...     regions=["HOM", "FOR"],
        ...     sectors=["ALL"],
        ...     trade=[[[80.0], [20.0]], [[20.0], [170.0]]],
        ...     sigma=[4.0],
        ... )
        >>> result = solve_ossa(world, [[[0.0], [0.0]], [[0.1], [0.0]]]).require_converged()
        >>> result.percent("real_income_change").round(2).to_series().to_dict()
        {'HOM': 0.8, 'FOR': -0.5}

    References:
        Ossa (2014), equations 10-13.
    """
    world.require_balanced()
    rates = rates_of(world, tariff)
    solved = solve_year(world.base, np.log1p(tensor(rates)), tol=tol, max_steps=max_steps)
    return counterfactual_of(world, rates, solved)


def rates_of(world: OssaWorld, tariff: Any) -> Array:
    """Return tariffs (exporter, importer, sector) in the order of the world, checked.

    Raises:
        ShockError: With every fault of the rates.
    """
    axes = (("exporter", world.regions), ("importer", world.regions), ("sector", world.sectors))
    faults: list[str] = []
    rates = plain(tariff, "tariff", axes, faults)
    if rates is not None:
        bad = ~((rates > -1) & (rates <= 1e6))
        home = np.eye(len(world.regions), dtype=bool)[:, :, None] & (rates != 0)
        faults += entry_faults(rates, bad, "tariff", axes, "a fraction above -1, at most 1e+06")
        faults += entry_faults(rates, home, "tariff", axes, "no tariff on domestic sales")
    raise_faults(ShockError, faults, what="tariff")
    assert rates is not None  # otherwise a fault was raised
    return rates


def counterfactual_of(world: OssaWorld, rates: Array, solved: Solved) -> Counterfactual:
    """Return the labelled result of a solve; without an equilibrium, no numbers."""
    arrays = _arrays(world, rates, solved.year)
    if not solved.reached:
        known = ("tariff", "baseline_tariff", "baseline_trade", "baseline_income")
        arrays = {k: a if k in known else np.full_like(a, np.nan) for k, a in arrays.items()}
    return Counterfactual(
        data=dataset(arrays, country=world.regions, sector=world.sectors),
        outcome=outcome_of(solved),
        provenance=_provenance(world, rates),
    )


def outcome_of(solved: Solved) -> Outcome:
    """Return how the solve ended, judged by the economic residual."""
    if solved.reached:
        return Outcome("converged", solved.residual, solved.steps, solved.method)
    lost = "step_limit" if np.isfinite(solved.residual) else "not_finite"
    return Outcome(lost, solved.residual, solved.steps, solved.method, feasible_share=0.0)  # type: ignore[arg-type] # one of Ending by construction


def _arrays(world: OssaWorld, rates: Array, year: ossa.Year) -> dict[str, Array]:
    base = world.base
    wage, price = np.exp(year.log_wage), np.exp(ossa.consumer_prices(base, year))
    trade = np.ascontiguousarray(year.trade.transpose(2, 1, 0))
    real = ossa.real_income(base, year)
    quantity = ossa.profits(base, year) / wage
    foreign = ~np.eye(wage.size, dtype=bool)[:, :, None]
    flows = [(cube * foreign).sum(axis=2) for cube in (world.trade, trade)]
    found = {
        "government_welfare_change": ossa.government(base, year),
        "real_income_change": real,
        "real_wage_change": wage / price,
        "wage_change": wage,
        "consumer_price_change": price,
        "nominal_income_change": real * price,
        "baseline_income": world.income,
        "equivalent_variation": world.income * (real - 1.0),
        "tariff_revenue": year.revenue,
        "exports_change": flows[1].sum(axis=1) / flows[0].sum(axis=1),
        "imports_change": flows[1].sum(axis=0) / flows[0].sum(axis=0),
        "sector_price_change": np.exp(ossa.sector_prices(base, year)).T,
        "producer_price_change": np.repeat(wage[:, None], len(world.sectors), axis=1),
        "output_change": quantity.T,
        "employment_sector_change": quantity.T,
        "baseline_trade": world.trade,
        "trade": trade,
        "tariff": rates,
        "baseline_tariff": world.tariff,
    }
    if world.has_profits:
        profit = ossa.total_profits(base, year)
        found["profit_change"], found["profit_to_wage_change"] = profit, profit / wage
        found["sector_profit_change"] = ossa.profits(base, year).T
    return found


def _provenance(world: OssaWorld, rates: Array) -> Provenance:
    from upperhand._version import __version__

    options = {"model": "ossa", "numeraire": "world labour income", "closure": "balanced trade"}
    return Provenance(
        version=__version__,
        world=world.name,
        world_fingerprint=world.fingerprint,
        inputs=fingerprint({"tariff": fingerprint_of_arrays([("tariff", rates)]), **options}),
        options=options,
        sources=METHODS,
    )


def rebase_ossa(world: OssaWorld, counterfactual: Counterfactual) -> OssaWorld:
    """Return the world after a change of tariffs as the new baseline.

    Raises:
        NoEquilibriumError: If the counterfactual is no equilibrium.
        WorldError: If it was not solved on `world`.

    Examples:
        >>> from upperhand.equilibrium.ossa_toy import toy_ossa_world
        >>> world = toy_ossa_world()
        >>> rebase_ossa(world, solve_ossa(world, 0 * world.tariff)).tariff.max().item()
        0.0
    """
    counterfactual.require_converged()
    return replace(
        world,
        name=f"{world.name} after a change of tariffs",
        trade=_frozen(counterfactual["trade"].values),
        tariff=_frozen(counterfactual["tariff"].values),
    )


def remove_imbalances(world: OssaWorld) -> OssaWorld:
    """Return the world that would be observed at the same tariffs with balanced trade (eq. 8.4).

    Raises:
        NoEquilibriumError: If the balanced world has no equilibrium.

    Examples:
        >>> world = OssaWorld.from_arrays(
        ...     regions=["HOM", "FOR"],
        ...     sectors=["ALL"],
        ...     trade=[[[80.0], [20.0]], [[30.0], [170.0]]],
        ...     sigma=[4.0],
        ... )
        >>> bool(abs(remove_imbalances(world).imbalance).max() < 1e-9)
        True
    """
    solved = solve_year(world.base, world.base.log_duty)
    if not solved.reached:
        raise NoEquilibriumError(
            f"world '{world.name}' without imbalances: {outcome_of(solved).sentence()}"
        )
    trade = _frozen(solved.year.trade.transpose(2, 1, 0))
    return replace(world, name=f"{world.name} without imbalances", trade=trade)


def _frozen(values: Array) -> Array:
    array = np.array(values, order="C")
    array.setflags(write=False)
    return array
