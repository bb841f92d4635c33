"""Labelled entry points of the equilibrium: from a world and measures to a counterfactual."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError, OptionError, unknown
from upperhand.core.fingerprint import fingerprint, fingerprint_of_wedges
from upperhand.core.provenance import Provenance
from upperhand.equilibrium.calibrate import Calibration, calibrate, wedges_of
from upperhand.equilibrium.horizons import Horizon, horizon_of
from upperhand.equilibrium.ladder import Solution, solve_wedges
from upperhand.equilibrium.many import solve_many
from upperhand.equilibrium.outcomes import nothing_found, outcome_arrays
from upperhand.equilibrium.rebase import world_of
from upperhand.equilibrium.welfare import INCOME_PARTS, PARTS, path_nodes, welfare_parts
from upperhand.results.counterfactual import Counterfactual, dataset
from upperhand.world.shock import Shock, ShockSource, compose_all, no_shock
from upperhand.world.world import World

if TYPE_CHECKING:
    import xarray as xr

Closure = Literal["fixed", "share", "purge"]
Engine = Literal["numpy", "jax"]
Array = npt.NDArray[np.float64]
Sources = Shock | ShockSource | Iterable[Shock | ShockSource]

DECOMPOSITION_NODES = 13
METHODS = (
    "dekle_eaton_kortum_2008",
    "caliendo_parro_2015",
    "boehm_levchenko_pandalai_nayar_2023",
)


@dataclass(frozen=True, slots=True)
class Options:
    """How a year is solved; every field is in the provenance of the result.

    Attributes:
        closure: `fixed` (imbalances fixed in units of the numeraire, world factor income),
            `share` (fixed shares of world income) or `purge` (removed before the shock).
        horizon: What can adjust: `short`, `medium`, `long` or a `Horizon`.
        scale: Switch on the world's scale elasticities.
        labour_supply: Elasticity of employment to the real wage, at least 0.
        engine: `numpy`, or `jax` (extra `upperhand[jax]`).
        tol: Largest gap of the equilibrium map.
        max_steps: Evaluations of the map on each rung of the ladder.
    """

    closure: Closure = "fixed"
    horizon: str | Horizon = "long"
    scale: bool = False
    labour_supply: float = 0.0
    engine: Engine = "numpy"
    tol: float = 1e-12
    max_steps: int = 500

    def check(self) -> None:
        """Raise an error that names the first option outside its range."""
        horizon_of(self.horizon)
        for name, value, allowed in (
            ("closure", self.closure, get_args(Closure)),
            ("engine", self.engine, get_args(Engine)),
        ):
            if value not in allowed:
                raise OptionError(unknown(name, value, allowed))
        if not 0.0 <= self.labour_supply <= 10.0:
            raise OptionError(f"labour_supply is {self.labour_supply}; allowed: 0 to 10")
        if not 1e-14 <= self.tol <= 1e-4:
            raise OptionError(f"tol is {self.tol}; allowed: 1e-14 to 1e-4")
        if not 1 <= self.max_steps <= 100_000:
            raise OptionError(f"max_steps is {self.max_steps}; allowed: 1 to 100000")

    def to_dict(self) -> dict[str, Any]:
        """Return the options as plain data."""
        return {
            "closure": self.closure,
            "horizon": horizon_of(self.horizon).to_dict(),
            "scale": self.scale,
            "labour_supply": self.labour_supply,
            "engine": self.engine,
            "tol": self.tol,
            "max_steps": self.max_steps,
        }


def solve_counterfactual(
    world: World,
    measures: Sources,
    *,
    closure: Closure = "fixed",
    horizon: str | Horizon = "long",
    scale: bool = False,
    labour_supply: float = 0.0,
    engine: Engine = "numpy",
    tol: float = 1e-12,
    max_steps: int = 500,
    decompose: bool = False,
) -> Counterfactual:
    """Solve for the world equilibrium after measures, in changes from the observed year.

    Nothing but trade, tariffs, input shares and elasticities of the observed year is needed.
    Labour markets clear, prices follow costs, income is factor income, revenue and the imbalance
    (eq. 2.1-2.10); world factor income is the numeraire. Revenue goes to households of the
    country that levies it.

    Args:
        world: The observed year.
        measures: A shock, a measure, or any number of either; they compose, in any order.
        closure: `fixed`: imbalances keep their value in units of the numeraire; `share`: their
            share of world income; `purge`: the world without imbalances is solved first, and the
            counterfactual is compared with that world.
        horizon: `short` (0-6 months), `medium` (1-2 years), `long` (5-10 years) or a `Horizon`.
        scale: Let productivity rise with the scale of a sector, by the world's scale elasticity.
        labour_supply: Elasticity of employment to the real wage.
        engine: `numpy`, or `jax` for the same formulas on the second engine.
        tol: Largest admissible gap of the equilibrium map.
        max_steps: Evaluations of the map on each rung of the solver ladder.
        decompose: Add the welfare decomposition by cause, at the cost of a dozen solves.

    Returns:
        Changes by country and sector. Check `result.outcome`, or call
        `result.require_converged()`: a solve without equilibrium gives NaN, never a number.

    Raises:
        ShockError: If a wedge is not admissible on this world.
        OptionError: If an option is outside its range.

    Examples:
        A tariff of ten points by the United States on China, in a made-up world:

        >>> from upperhand.world.shock import no_shock
        >>> from upperhand.world.toy import toy_world
        >>> from dataclasses import replace
        >>> world = toy_world()
        >>> added = no_shock(world).tariff_add.copy()
        >>> added[world.countries.index("CHN"), world.countries.index("USA"), 0] = 0.10
        >>> shock = replace(no_shock(world), tariff_add=added)
        >>> result = solve_counterfactual(world, shock).require_converged()
        >>> bool(result.real_income_change.sel(country="CHN") < 1)
        True

    References:
        Dekle, Eaton and Kortum (2008); Caliendo and Parro (2015).
    """
    options = Options(closure, horizon, scale, labour_supply, engine, tol, max_steps)
    options.check()
    start = balanced(world, options) if closure == "purge" else world
    shock = compose_all(start, measures)
    calibration = calibrate(start, horizon_of(horizon), scale=scale, labour_supply=labour_supply)
    solution = solve_at(calibration, shock, options)
    parts = None
    if decompose and solution.outcome.ok:
        parts = welfare_parts(start, shock, _path(calibration, shock, options))
    return result_of(start, shock, solution, options, parts=parts)


def solve_counterfactuals(
    world: World, each: Sequence[Sources], options: Options
) -> list[Counterfactual]:
    """Solve for the world equilibrium after each of several packages of measures, together.

    Args:
        world: The observed year.
        each: What `solve_counterfactual` takes as `measures`, one for each result.
        options: How all of them are solved; the engine is NumPy.

    Returns:
        One result for each, equal to that of `solve_counterfactual` within the tolerance.

    Raises:
        ShockError: If a wedge is not admissible on this world.
        OptionError: If an option is outside its range.

    Examples:
        >>> from upperhand.measures import Tariff
        >>> from upperhand.world.toy import toy_world
        >>> tariffs = [Tariff(by="USA", against=["CHN"], add_pp=x) for x in (5, 10, 20, 40)]
        >>> found = solve_counterfactuals(toy_world(), tariffs, Options())
        >>> losses = [float(one.real_income_change.sel(country="CHN")) for one in found]
        >>> losses == sorted(losses, reverse=True)
        True
    """
    options.check()
    start = balanced(world, options) if options.closure == "purge" else world
    shocks = [compose_all(start, measures) for measures in each]
    calibration = calibrate(
        start,
        horizon_of(options.horizon),
        scale=options.scale,
        labour_supply=options.labour_supply,
    )
    solutions = solve_many(
        calibration, shocks, closure=options.closure, tol=options.tol, max_steps=options.max_steps
    )
    return [
        result_of(start, shock, solution, options)
        for shock, solution in zip(shocks, solutions, strict=True)
    ]


def result_of(
    world: World,
    shock: Shock,
    solution: Solution,
    options: Options,
    *,
    parts: Array | None = None,
) -> Counterfactual:
    """Return the labelled result of a solution; without an equilibrium, no numbers.

    Args:
        world: The baseline.
        shock: The shock that was solved.
        solution: Where the solve ended.
        options: How it was solved.
        parts: Welfare decomposition by cause (country, part), if made.
    """
    with np.errstate(all="warn" if solution.outcome.ok else "ignore"):
        arrays = outcome_arrays(world, shock, solution)
    if parts is not None:
        arrays["welfare_part"] = parts
    if not solution.outcome.ok:
        arrays = nothing_found(arrays)
    return Counterfactual(
        data=dataset(
            arrays,
            country=world.countries,
            sector=world.sectors,
            part=PARTS,
            income_part=INCOME_PARTS,
        ),
        outcome=solution.outcome,
        provenance=_provenance(world, shock, options),
        differentiate=partial(_differentiate, world, shock, solution),
    )


def solve_at(calibration: Calibration, shock: Shock, options: Options) -> Solution:
    """Solve a shock on a calibrated world with the engine that the options name."""
    wedges = partial(_wedges_at, calibration, shock, options.closure)
    if options.engine == "jax":
        from upperhand.equilibrium.second_engine import solve_wedges_with_jax

        return solve_wedges_with_jax(
            calibration, wedges, tol=options.tol, max_steps=options.max_steps
        )
    return solve_wedges(calibration, wedges, tol=options.tol, max_steps=options.max_steps)


def _wedges_at(calibration: Calibration, shock: Shock, closure: Closure, size: float) -> Any:
    return wedges_of(calibration, shock, closure=closure, size=size)


def balanced(world: World, options: Options) -> World:
    """Return the world without imbalances, for closure `purge`, solved at the same horizon."""
    horizon = horizon_of(options.horizon)
    calibration = calibrate(
        world, horizon, scale=options.scale, labour_supply=options.labour_supply
    )
    nothing = no_shock(world)

    def wedges_at(size: float) -> Any:
        wedges = wedges_of(calibration, nothing, closure="fixed")
        return wedges._replace(imbalance=(1.0 - size) * wedges.imbalance)

    solution = solve_wedges(calibration, wedges_at, tol=options.tol, max_steps=options.max_steps)
    if not solution.outcome.ok:
        raise NoEquilibriumError(
            f"closure='purge': the world without imbalances has {solution.outcome.sentence()}; "
            "use closure='fixed' or 'share'"
        )
    return world_of(world, nothing, solution, name=f"{world.name} without imbalances")


def _path(calibration: Calibration, shock: Shock, options: Options) -> list[Solution]:
    """Return solutions along the shock, each started from the one before."""
    path: list[Solution] = []
    for size in path_nodes(DECOMPOSITION_NODES):
        whole = partial(_part_of_path, calibration, shock, options.closure, float(size))
        start = path[-1].state if path else None
        path.append(
            solve_wedges(
                calibration, whole, tol=options.tol, max_steps=options.max_steps, start=start
            )
        )
    return path


def _part_of_path(
    calibration: Calibration, shock: Shock, closure: Closure, end: float, size: float
) -> Any:
    return wedges_of(calibration, shock, closure=closure, size=end * size)


def _provenance(world: World, shock: Shock, options: Options) -> Provenance:
    from upperhand._version import __version__

    arrays = [f.name for f in fields(shock) if f.name not in ("countries", "sectors")]
    wedges = fingerprint_of_wedges((name, getattr(shock, name)) for name in arrays)
    given = options.to_dict()
    return Provenance(
        version=__version__,
        world=world.name,
        world_fingerprint=world.fingerprint,
        inputs=fingerprint({"wedges": wedges, "options": given}),
        options=given,
        sources=(*world.card.get("references", ()), *METHODS),
    )


def _differentiate(
    world: World, shock: Shock, solution: Solution, *, of: str, country: str, wrt: str
) -> xr.DataArray:
    """Return the derivative of one country's outcome with respect to a wedge, labelled."""
    from upperhand.equilibrium.gradient import (
        WEDGES,
        adjoint,
        only,
        real_income_seed,
        wedge_gradient,
    )

    if of != "real_income":
        raise OptionError(unknown("outcome", of, ["real_income"]))
    if country not in world.countries:
        raise OptionError(unknown("country", country, world.countries))
    if wrt not in WEDGES:
        raise OptionError(unknown("instrument", wrt, WEDGES))
    if not solution.outcome.ok:
        raise NoEquilibriumError(solution.outcome.sentence())
    k = world.countries.index(country)
    weights = np.eye(len(world.countries))[:, [k]]
    back = only(adjoint(solution, real_income_seed(solution, weights)))
    log_derivative = wedge_gradient(world, shock, solution, back, wrt)
    level = solution.flows.income[k] / world.income[k] / np.exp(solution.flows.log_final_price[k])
    return _labelled(world, log_derivative * level, f"d real income of {country} / d {wrt}")


def _labelled(world: World, values: Any, name: str) -> xr.DataArray:
    import xarray as xr

    labels = {
        "exporter": world.countries,
        "importer": world.countries,
        "country": world.countries,
        "sector": world.sectors,
    }
    dims = {
        3: ("exporter", "importer", "sector"),
        2: ("country", "sector"),
        1: ("country",) if values.shape == (len(world.countries),) else ("sector",),
    }[values.ndim]
    coords = {dim: list(labels[dim]) for dim in dims}
    return xr.DataArray(values, dims=dims, coords=coords, name=name)


def with_horizon(options: Options, horizon: str | Horizon) -> Options:
    """Return the same options at another horizon."""
    return replace(options, horizon=horizon)
