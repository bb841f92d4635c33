"""Years ahead: technology and equilibrium in turn (model book, chapter 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path as File
from typing import TYPE_CHECKING

import numpy as np

from upperhand.core.errors import OptionError, raise_faults, unknown
from upperhand.core.fingerprint import fingerprint, fingerprint_of_arrays
from upperhand.core.provenance import Provenance
from upperhand.equilibrium.solve import Closure, solve_counterfactual
from upperhand.horizon.bands import Bands, bands_of
from upperhand.horizon.cost_draws import CostDraws, draw_costs, solver
from upperhand.horizon.pace import horizon_after, world_after
from upperhand.horizon.plan import Plan, plan_of
from upperhand.horizon.policy import Policy, Source, policies_of
from upperhand.results.path import CASES, Path
from upperhand.technology.feedback import technology_shock
from upperhand.technology.parameters import Array
from upperhand.technology.state import (
    Force,
    State,
    Technology,
    parameters_of,
    run_technology,
    technology,
)
from upperhand.world.shock import Shock, compose
from upperhand.world.world import World

if TYPE_CHECKING:
    import xarray as xr

Progress = Callable[[int, int, str], None]
Sides = Mapping[str, Sequence[str]]
SOURCES = (
    "liu_liu_makarin_wen_2025",
    "irwin_klenow_1994",
    "boehm_levchenko_pandalai_nayar_2023",
)
FEWEST_YEARS, MOST_YEARS = 1, 60
WEDGES = tuple(item.name for item in fields(Shock) if item.name not in ("countries", "sectors"))


def solve_path(
    world: World,
    policies: Sequence[Policy] | Mapping[int, Sequence[Source]],
    tech: Technology | None = None,
    *,
    years: Sequence[int] = range(2026, 2036),
    sides: Sequence[str] | Sides = ("USA", "CHN"),
    closure: Closure = "fixed",
    support: Mapping[str, float] | None = None,
    draws: int = 200,
    seed: int = 1,
    cost_draws: int = 0,
    folder: str | File | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Path:
    """Solve for technology and real income in every year, with measures and without them.

    Each year the measures in force and the state of technology make one shock on the world, and
    the economy has adjusted as far as the age of the measures allows (eq. 5.24). Measures enter
    the race through eq. 5.23. Both cases start from the same world and the same record of
    controls. A year without an equilibrium is reported, and the others are kept.

    Args:
        world: The baseline; its year dates the state of technology that it describes.
        policies: Policies over time, or the measures of each year.
        tech: Technologies; the packaged ones when left out.
        years: Consecutive years.
        sides: Two sides, as codes of countries or names with their members.
        closure: `fixed` or `share`, as for one year.
        support: Public support of the follower's research by technology, as a share of private
            research, from the first year on in the case `with`.
        draws: Draws over the priors for the bands of lag, gap and domestic share; they need no
            equilibrium.
        seed: Seed of the draws.
        cost_draws: Draws for the band of the cost; each solves a whole path, about a second.
        folder: Where finished cost draws are kept, so that a later call goes on from there.
        workers: Processes for the cost draws; conditions must then be importable functions.
        progress: Called with (steps done, steps in all, words).

    Returns:
        The path; check `path.ok` and `path.failures`.

    Raises:
        OptionError: If years, sides, technologies or policies are inadmissible (all listed).

    Examples:
        >>> from upperhand.horizon.policy import sustained
        >>> from upperhand.measures import ExportControl
        >>> from upperhand.world.toy import toy_world
        >>> control = ExportControl(by="USA", to=["CHN"], sectors=["GOODS"], withhold_pct=30)
        >>> path = solve_path(toy_world(), [sustained([control], 2026)], years=range(2026, 2029))
        >>> path.ok, bool((path.cost.sel(side="CHN") < 0).all())
        (True, True)
    """
    tech = tech or technology()
    span, members = tuple(int(year) for year in years), _members(sides)
    given = policies_of(policies)
    _check(world, tech, span, members, closure, support or {}, draws)
    plan = plan_of(world, given, tech, span, support or {})
    tell = progress or (lambda _done, _total, _words: None)
    states = _states(world, tech, plan)
    incomes, failures = _incomes(world, tech, plan, states, closure, members, tell)
    bands = bands_of(tech, span, plan.forces, draws, seed)
    data = _dataset(world, tech, plan, states, incomes, members, bands)
    if cost_draws:
        fixed = {"world": world, "policies": given, "years": span, "closure": closure}
        costs = draw_costs(
            solver(costs_of, **fixed, members=members, support=dict(support or {})),
            tech,
            span,
            draws=cost_draws,
            seed=seed,
            key=_provenance(world, tech, plan, closure, draws, seed).inputs + world.fingerprint,
            folder=folder,
            workers=workers,
            progress=progress,
        )
        data = data.assign(_cost_arrays(costs))
    return Path(
        data=data,
        sides=tuple(members),
        policies=tuple(policy.words() for policy in given),
        failures=tuple(failures),
        assumptions=tuple(parameters_of(tech)),
        provenance=_provenance(world, tech, plan, closure, draws, seed),
        notes=_notes(bands, draws),
    )


def costs_of(
    tech: Technology,
    *,
    world: World,
    policies: tuple[Policy, ...],
    years: tuple[int, ...],
    closure: Closure,
    members: Sides,
    support: Mapping[str, float],
) -> Array:
    """Return what measures change in real income, per cent (side, year), for one technology."""
    plan = plan_of(world, policies, tech, years, support)
    incomes, _ = _incomes(world, tech, plan, _states(world, tech, plan), closure, members, _silent)
    return np.asarray(100.0 * (incomes[0] / incomes[1] - 1.0))


def _states(world: World, tech: Technology, plan: Plan) -> dict[str, dict[str, State]]:
    """Return the technologies from the year of the world's data on, in both cases."""
    first = min(world.year, plan.years[0])
    span = range(first, plan.years[-1] + 1)
    return {
        "with": run_technology(tech, span, _padded(plan, first)),
        "without": run_technology(tech, span),
    }


def _incomes(
    world: World,
    tech: Technology,
    plan: Plan,
    states: Mapping[str, Mapping[str, State]],
    closure: Closure,
    members: Sides,
    tell: Progress,
) -> tuple[Array, list[tuple[str, int, str]]]:
    """Return real income over the baseline (case, side, year), and the years without any."""
    incomes = np.full((2, len(members), len(plan.years)), np.nan)
    failures: list[tuple[str, int, str]] = []
    for t, year in enumerate(plan.years):
        tell(t, len(plan.years), f"year {year}")
        for c, case in enumerate(CASES):
            shock = technology_shock(world, tech.race, states[case], year)
            if case == "with":
                shock = compose(shock, plan.shocks[t])
            incomes[c, :, t], why = _year(world, shock, plan.ages[t], closure, members)
            if why:
                failures.append((case, year, why))
    tell(len(plan.years), len(plan.years), "done")
    return incomes, failures


def _cost_arrays(costs: CostDraws) -> dict[str, tuple[tuple[str, ...], Array, dict[str, str]]]:
    label = f"Percentiles of the change of real income, {len(costs.cost)} draws"
    label += f", {costs.failed} without equilibrium" if costs.failed else ""
    more = "Chance that the second side loses more, per cent of its income"
    return {
        "cost_band": (
            ("side", "year", "quantile"),
            costs.band(),
            {"long_name": label, "units": "per cent"},
        ),
        "chance_second_hurts_more": (
            ("year",),
            costs.chance_second_hurts_more(),
            {"long_name": more, "units": "1"},
        ),
    }


def _silent(_done: int, _total: int, _words: str) -> None:
    """Tell nobody."""


def _notes(bands: Bands, draws: int) -> tuple[str, ...]:
    turns = ", ".join(f"{name} ({value:+.2f})" for name, value in bands.turns_on)
    notes = [
        "both cases keep the controls of the record; the measures come on top",
        f"bands: 10 to 90 per cent of {draws} draws over the priors, leaps included",
    ]
    if turns:
        notes.append(f"what controls do to the gap in chips turns on (rank correlation): {turns}")
    return tuple(notes)


def _year(
    world: World, shock: Shock, age: float, closure: Closure, members: Sides
) -> tuple[Array, str]:
    """Return each side's real income over the baseline, or NaN and why there is none."""
    horizon = horizon_after(age)
    found = solve_counterfactual(
        world_after(world, horizon), shock, closure=closure, horizon=horizon
    )
    if not found.outcome.ok:
        return np.full(len(members), np.nan), found.outcome.sentence()
    change = found.real_income_change.values
    weights = [np.isin(world.countries, list(codes)) * world.income for codes in members.values()]
    return np.array([float(change @ w / w.sum()) for w in weights]), ""


def _padded(plan: Plan, first: int) -> dict[str, Force]:
    """Return the forces with empty years in front, from the year of the world's data on."""
    empty = plan.years[0] - first
    calm = Force.none(empty)
    return {
        name: Force(
            *(
                np.concatenate([getattr(calm, part), getattr(force, part)])
                for part in ("control", "access", "decoupling", "support")
            )
        )
        for name, force in plan.forces.items()
    }


def _dataset(
    world: World,
    tech: Technology,
    plan: Plan,
    states: Mapping[str, Mapping[str, State]],
    incomes: Array,
    members: Sides,
    bands: Bands,
) -> xr.Dataset:
    import xarray as xr

    back = len(plan.years)
    income = np.array(
        [world.income[np.isin(world.countries, list(m))].sum() for m in members.values()]
    )
    ratio = incomes[0] / incomes[1]
    cost = 100.0 * (ratio - 1.0)
    by_good = ("case", "technology", "year")

    def stack(name: str) -> Array:
        return np.array(
            [[np.asarray(getattr(s, name))[-back:] for s in states[c].values()] for c in CASES]
        )

    arrays = {
        "gap": (by_good, stack("gap"), "Gap to the frontier", "generations"),
        "lag": (by_good, stack("lag"), "Distance to the frontier", "years"),
        "domestic_share": (by_good, stack("share"), "Share of domestic suppliers", "1"),
        "control": (by_good, stack("control"), "Intensity of control, record included", "1"),
        "real_income_change": (
            ("case", "side", "year"),
            incomes,
            "Real income over the baseline",
            "1",
        ),
        "cost": (("side", "year"), cost, "Change of real income by the measures", "per cent"),
        "cost_usd_bn": (
            ("side", "year"),
            (incomes[0] - incomes[1]) * income[:, None] / 1e3,
            "Change of real income by the measures",
            "USD billion a year",
        ),
        "pain_ratio": (
            ("year",),
            pain_ratios(cost),
            "Loss of the second side over the first's",
            "1",
        ),
        "age": (("year",), np.array(plan.ages), "Mean age of the measures in force", "years"),
        **bands.arrays(),
    }
    return xr.Dataset(
        {
            name: (dims, values, {"long_name": label, "units": unit})
            for name, (dims, values, label, unit) in arrays.items()
        },
        coords={
            "case": list(CASES),
            "technology": [good.name for good in tech.goods],
            "side": list(members),
            "year": list(plan.years),
            "quantile": list(bands.quantiles),
        },
    )


def pain_ratios(cost: Array) -> Array:
    """Return the second side's loss over the first's by year; NaN unless both lose (eq. 5.25).

    Examples:
        >>> pain_ratios(np.array([[-0.5, 0.1], [-1.0, -1.0]])).tolist()
        [2.0, nan]
    """
    both = (cost[:2] < 0).all(axis=0)
    return np.where(both, cost[1] / np.where(both, cost[0], 1.0), np.nan)


def _members(sides: Sequence[str] | Sides) -> dict[str, tuple[str, ...]]:
    if isinstance(sides, Mapping):
        return {name: tuple(codes) for name, codes in sides.items()}
    return {name: (name,) for name in sides}


def _provenance(
    world: World, tech: Technology, plan: Plan, closure: Closure, draws: int, seed: int
) -> Provenance:
    from upperhand._version import __version__

    options = {"years": list(plan.years), "closure": closure, "draws": draws}
    distinct = {id(shock): shock for shock in plan.shocks}.values()
    measures = fingerprint_of_arrays(
        (f"{name} {k}", getattr(shock, name)) for k, shock in enumerate(distinct) for name in WEDGES
    )
    support = {name: force.support.tolist() for name, force in plan.forces.items()}
    numbers = [row["value"] for row in parameters_of(tech)]
    return Provenance(
        version=__version__,
        world=world.name,
        world_fingerprint=world.fingerprint,
        inputs=fingerprint(
            {
                "options": options,
                "numbers": numbers,
                "active": list(plan.active),
                "measures": measures,
                "support": support,
            }
        ),
        options=options,
        seed=seed,
        sources=(*world.card.get("references", ()), *SOURCES),
    )


def _check(
    world: World,
    tech: Technology,
    years: tuple[int, ...],
    members: Sides,
    closure: str,
    support: Mapping[str, float],
    draws: int,
) -> None:
    faults = []
    if not FEWEST_YEARS <= len(years) <= MOST_YEARS or list(years) != list(
        range(years[0], years[0] + len(years))
    ):
        faults.append(f"years are {list(years)[:6]}; give 1 to {MOST_YEARS} consecutive years")
    elif years[0] < 2014:
        faults.append(f"the first year is {years[0]}; the race starts in 2014")
    if len(members) != 2:
        faults.append(f"sides are {', '.join(members) or 'none'}; a path compares two")
    faults += [
        unknown("country", code, world.countries, where=f"side {side}")
        for side, codes in members.items()
        for code in codes
        if code not in world.countries
    ]
    if closure not in ("fixed", "share"):
        faults.append(f"closure is '{closure}'; allowed on a path: fixed, share")
    known = [good.name for good in tech.goods]
    faults += [unknown("technology", name, known) for name in support if name not in known]
    faults += [
        f"support of {name} is {value}; allowed: 0 to 10"
        for name, value in support.items()
        if not 0 <= value <= 10
    ]
    if not 1 <= draws <= 100_000:
        faults.append(f"draws is {draws}; allowed: 1 to 100000")
    if np.ndim(tech.race.own_weight) or any(np.ndim(good.drift) for good in tech.goods):
        faults.append(
            "the technologies hold draws; give one number each, and `draws` for the bands"
        )
    raise_faults(OptionError, faults, what="path")
