"""Years ahead: technology and equilibrium in turn (model book, chapter 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from functools import lru_cache
from pathlib import Path as File

import numpy as np

from upperhand.core.errors import NoEquilibriumError, OptionError, raise_faults, unknown
from upperhand.core.fingerprint import fingerprint, fingerprint_of_wedges
from upperhand.core.provenance import Provenance
from upperhand.equilibrium.calibrate import Calibration, calibrate
from upperhand.equilibrium.hats import State as Point
from upperhand.equilibrium.many import solve_many
from upperhand.equilibrium.solve import Closure
from upperhand.horizon.bands import Bands, bands_of
from upperhand.horizon.cost_draws import draw_costs, solver
from upperhand.horizon.pace import horizon_after, world_after
from upperhand.horizon.path_data import cost_arrays, path_data
from upperhand.horizon.plan import Plan, plan_of
from upperhand.horizon.policy import Policy, Source, policies_of
from upperhand.results.path import CASES, Path
from upperhand.technology.feedback import technology_shock
from upperhand.technology.goods import (
    RACES,
    SUPPLIES,
    Force,
    Technology,
    parameters_of,
    technology,
)
from upperhand.technology.parameters import Array
from upperhand.technology.state import State, run_technology
from upperhand.world.shock import Shock, check_shock, compose
from upperhand.world.world import World

Progress = Callable[[int, int, str], None]
Sides = Mapping[str, Sequence[str]]
Run = tuple[Technology, Plan, Mapping[str, Mapping[str, State]]]
SOURCES = (
    "liu_liu_makarin_wen_2025",
    "irwin_klenow_1994",
    "boehm_levchenko_pandalai_nayar_2023",
)
FEWEST_YEARS, MOST_YEARS = 1, 60
#: Largest gap of the map; real income is then exact to a few ten-billionths of a per cent.
TOLERANCE = 1e-11
#: Difference in the trade elasticity, over the long-run one, up to which a year borrows blocks.
NEAR = 0.2
#: Baselines kept at a time: the years of a path of the usual length.
MOST_KEPT = 16
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
    steps: int = 1,
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
        steps: Periods a year: 1, or 4 for quarters.
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
    _check(world, tech, span, members, closure, support or {}, draws, steps)
    plan = plan_of(world, given, tech, span, support or {}, steps)
    tell = progress or (lambda _done, _total, _words: None)
    states = states_of(world, tech, plan)
    run = (tech, plan, states)
    all_incomes, failures = _incomes(world, [run], closure, members, tell)
    incomes = all_incomes[0]
    bands = bands_of(tech, span, plan.forces, draws, seed, steps=steps)
    data = path_data(world, tech, plan, states, incomes, members, bands)
    provenance = _provenance(world, tech, plan, given, closure, draws, seed)
    if cost_draws:
        fixed = {"world": world, "policies": given, "years": span, "closure": closure}
        costs = draw_costs(
            solver(costs_of, **fixed, members=members, support=dict(support or {}), steps=steps),
            tech,
            span,
            draws=cost_draws,
            seed=seed,
            key=provenance.inputs + world.fingerprint,
            folder=folder,
            workers=workers,
            progress=progress,
        )
        data = data.assign(
            cost_arrays(
                costs, data["cost_usd_bn"].values, data["cost"].values, np.array(plan.dates), steps
            )
        )
    return Path(
        data=data,
        sides=tuple(members),
        policies=tuple(policy.words() for policy in given),
        failures=tuple(failures),
        assumptions=tuple(parameters_of(tech)),
        provenance=provenance,
        notes=_notes(bands, draws),
    )


def costs_of(
    techs: Sequence[Technology],
    *,
    world: World,
    policies: tuple[Policy, ...],
    years: tuple[int, ...],
    closure: Closure,
    members: Sides,
    support: Mapping[str, float],
    steps: int = 1,
) -> Array:
    """Return what measures change in real income, per cent (draw, side, period), by technology.

    NaN where there is no equilibrium, and everywhere if research of the two firms does not settle.
    """
    runs, settled = [], []
    for k, tech in enumerate(techs):
        plan = plan_of(world, policies, tech, years, support, steps)
        try:
            runs.append((tech, plan, states_of(world, tech, plan)))
            settled.append(k)
        except NoEquilibriumError:
            continue
    cost = np.full((len(techs), len(members), len(years) * steps), np.nan)
    if runs:
        incomes, _ = _incomes(world, runs, closure, members, _silent)
        cost[settled] = 100.0 * (incomes[:, 0] / incomes[:, 1] - 1.0)
    return cost


def states_of(world: World, tech: Technology, plan: Plan) -> dict[str, dict[str, State]]:
    """Return the technologies from the year of the world's data on, in both cases."""
    first = min(world.year, plan.years[0])
    span = range(first, plan.years[-1] + 1)
    return {
        "with": run_technology(tech, span, _padded(plan, first), steps=plan.steps),
        "without": run_technology(tech, span, steps=plan.steps),
    }


def _incomes(
    world: World,
    runs: Sequence[Run],
    closure: Closure,
    members: Sides,
    tell: Progress,
) -> tuple[Array, list[tuple[str, float, str]]]:
    """Return real income over the baseline (run, case, side, period), and the periods without any.

    The runs share world and dates. Those that have adjusted as far are solved together.
    """
    weights = np.stack([_weights(world, codes) for codes in members.values()])
    dates = runs[0][1].dates
    incomes = np.full((len(runs), len(CASES), len(members), len(dates)), np.nan)
    failures: list[tuple[str, float, str]] = []
    known: dict[tuple[int, int], tuple[Point, ...]] = {}
    owner: Calibration | None = None
    for t, date in enumerate(dates):
        tell(t, len(dates), f"year {date:g}")
        for age in dict.fromkeys(plan.ages[t] for _, plan, _ in runs):
            owner, calibration = _calibrated(world, age, owner)
            alike = [
                (r, c)
                for r, (_, plan, _) in enumerate(runs)
                for c in range(len(CASES))
                if plan.ages[t] == age
            ]
            solutions = solve_many(
                calibration,
                [_shock(world, runs[r], CASES[c], t) for r, c in alike],
                closure=closure,
                tol=TOLERANCE,
                starts=[_ahead(known.get(place, ())) for place in alike],
            )
            for (r, c), solution in zip(alike, solutions, strict=True):
                if solution.outcome.ok:
                    incomes[r, c, :, t] = weights @ solution.real_income
                    known[r, c] = (*known.get((r, c), ())[-1:], solution.state)
                else:
                    known.pop((r, c), None)
                    failures.append((CASES[c], date, solution.outcome.sentence()))
    tell(len(dates), len(dates), "done")
    return incomes, failures


def _shock(world: World, run: Run, case: str, t: int) -> Shock:
    """Return what technology and, in the case with them, measures change in a period."""
    tech, plan, states = run
    shock = technology_shock(world, tech.race, states[case], plan.dates[t])
    if case == "with":
        shock = compose(shock, plan.shocks[t])
    check_shock(world, shock)
    return shock


def _ahead(known: tuple[Point, ...]) -> Point | None:
    """Return where the last two periods point to; the search starts there."""
    if len(known) < 2:
        return known[-1] if known else None
    return Point(*(2.0 * last - before for before, last in zip(*known, strict=True)))


def _calibrated(
    world: World, age: float, owner: Calibration | None
) -> tuple[Calibration, Calibration]:
    """Return the baseline some years after the measures, after the one that owns its blocks.

    Blocks guide the search and are dear to make, so a baseline that has adjusted nearly as far as
    the owner borrows them; where a search ends is judged by the equations themselves.
    """
    found = _adjusted(world, age)
    ratio = found.horizon.elasticity_ratio
    if owner is None or abs(ratio - owner.horizon.elasticity_ratio) > NEAR:
        return found, found
    return owner, replace(found, lent=owner.blocks)


@lru_cache(maxsize=MOST_KEPT)
def _adjusted(world: World, age: float) -> Calibration:
    """Return the baseline some years after the measures; draws of one path share them."""
    horizon = horizon_after(age)
    return calibrate(world_after(world, horizon), horizon, scale=False, labour_supply=0.0)


def _weights(world: World, codes: Sequence[str]) -> Array:
    """Return the share of each country in a side's baseline income."""
    inside = np.isin(world.countries, list(codes)) * world.income
    return np.asarray(inside / inside.sum())


def _silent(_done: int, _total: int, _words: str) -> None:
    """Tell nobody."""


def _notes(bands: Bands, draws: int) -> tuple[str, ...]:
    turns = ", ".join(f"{name} ({value:+.2f})" for name, value in bands.turns_on)
    notes = [
        "both cases keep the controls of the record; the measures come on top",
        f"bands: 10 to 90 per cent of {draws} draws over the priors, leaps included",
    ]
    if bands.unsettled:
        notes.append(
            f"in {bands.unsettled:.0%} of the draws research of the two firms does not settle; the "
            "bands leave them out"
        )
    if turns:
        notes.append(f"what controls do to the gap in chips turns on (rank correlation): {turns}")
    return tuple(notes)


def _padded(plan: Plan, first: int) -> dict[str, Force]:
    """Return the forces with empty periods in front, from the year of the world's data on."""
    empty = (plan.years[0] - first) * plan.steps
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


def _members(sides: Sequence[str] | Sides) -> dict[str, tuple[str, ...]]:
    if isinstance(sides, Mapping):
        return {name: tuple(codes) for name, codes in sides.items()}
    return {name: (name,) for name in sides}


def _provenance(
    world: World, tech: Technology, plan: Plan, policies: Sequence[Policy], closure: Closure,
    draws: int, seed: int,
) -> Provenance:  # fmt: skip
    from upperhand._version import __version__

    options = {
        "years": list(plan.years), "closure": closure, "draws": draws, "steps": plan.steps,
        "race": _name_of(tech.gap_model, RACES), "supply": _name_of(tech.supply_model, SUPPLIES),
    }  # fmt: skip
    distinct = {id(shock): shock for shock in plan.shocks}.values()
    measures = fingerprint_of_wedges(
        (f"{name} {k}", getattr(shock, name)) for k, shock in enumerate(distinct) for name in WEDGES
    )
    events = [
        [n, y, float(np.mean(x))] for n, y, x in (*tech.leaps, *tech.breakthroughs, *tech.swings)
    ]
    support = {name: force.support.tolist() for name, force in plan.forces.items()}
    numbers = [row["value"] for row in parameters_of(tech)]
    conditions = [policy.words() for policy in policies if policy.condition is not None]
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
                "events": events,
            }
            | ({"conditions": conditions} if conditions else {})  # draws may hold others
        ),
        options=options,
        seed=seed,
        sources=(*world.card.get("references", ()), *SOURCES),
    )


def _name_of(law: object, known: Mapping[str, object]) -> str:
    """Return the name of a law of motion; one of the caller's own has that of its function."""
    names = [name for name, found in known.items() if found is law]
    return names[0] if names else str(getattr(law, "__name__", "another"))


def _check(
    world: World,
    tech: Technology,
    years: tuple[int, ...],
    members: Sides,
    closure: str,
    support: Mapping[str, float],
    draws: int,
    steps: int,
) -> None:
    faults = []
    if steps not in (1, 4):
        faults.append(f"steps is {steps}; allowed: 1 or 4 a year")
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
