"""Years ahead: technology and equilibrium in turn (model book, chapter 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from upperhand.core.errors import OptionError, raise_faults, unknown
from upperhand.core.fingerprint import fingerprint
from upperhand.core.provenance import Provenance
from upperhand.equilibrium.solve import Closure, solve_counterfactual
from upperhand.horizon.bands import Bands, bands_of
from upperhand.horizon.pace import horizon_after, world_after
from upperhand.horizon.policy import Policy, Situation, Source, policies_of
from upperhand.results.path import CASES, Path
from upperhand.technology.feedback import measure_force, technology_shock
from upperhand.technology.market import rationing_loss, stock_bought_ahead
from upperhand.technology.parameters import Array
from upperhand.technology.state import (
    Force,
    State,
    Technology,
    parameters_of,
    run_technology,
    technology,
)
from upperhand.world.shock import Shock, compose, compose_all, no_shock
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


@dataclass(frozen=True, slots=True)
class Plan:
    """Which policies are in force in each year, and what they do to each technology.

    Attributes:
        years: Years.
        active: For each year, positions of the policies in force.
        ages: Mean age of the policies in force, years; 1 where there is none.
        shocks: For each year, the measures together.
        forces: What they do to each technology.
    """

    years: tuple[int, ...]
    active: tuple[tuple[int, ...], ...]
    ages: tuple[float, ...]
    shocks: tuple[Shock, ...]
    forces: dict[str, Force]


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
    first = min(world.year, span[0])
    states = {
        "with": run_technology(tech, range(first, span[-1] + 1), _padded(plan, first)),
        "without": run_technology(tech, range(first, span[-1] + 1)),
    }
    tell = progress or (lambda _done, _total, _words: None)
    incomes = np.full((2, len(members), len(span)), np.nan)
    failures: list[tuple[str, int, str]] = []
    for t, year in enumerate(span):
        tell(t, len(span) + 1, f"year {year}")
        for c, case in enumerate(CASES):
            shock = technology_shock(world, tech.race, states[case], year)
            if case == "with":
                shock = compose(shock, plan.shocks[t])
            found, why = _year(world, shock, plan.ages[t], closure, members)
            incomes[c, :, t] = found
            if why:
                failures.append((case, year, why))
    tell(len(span), len(span) + 1, "bands")
    bands = bands_of(tech, span, plan.forces, draws, seed)
    tell(len(span) + 1, len(span) + 1, "done")
    return Path(
        data=_dataset(world, tech, plan, states, incomes, members, bands),
        sides=tuple(members),
        policies=tuple(policy.words() for policy in given),
        failures=tuple(failures),
        assumptions=tuple(parameters_of(tech)),
        provenance=_provenance(world, tech, plan, closure, draws, seed),
        notes=_notes(bands, draws),
    )


def _notes(bands: Bands, draws: int) -> tuple[str, ...]:
    turns = ", ".join(f"{name} ({value:+.2f})" for name, value in bands.turns_on)
    notes = [
        "both cases keep the controls of the record; the measures come on top",
        f"bands: 10 to 90 per cent of {draws} draws over the priors, leaps included",
    ]
    if turns:
        notes.append(f"what controls do to the gap in chips turns on (rank correlation): {turns}")
    return tuple(notes)


def plan_of(
    world: World,
    policies: Sequence[Policy],
    tech: Technology,
    years: tuple[int, ...],
    support: Mapping[str, float],
) -> Plan:
    """Return which policies are in force in each year, and what they do to technology.

    Conditions see the technologies as they are at the start of the year, given the years before.
    """
    conditional = any(policy.condition is not None for policy in policies)
    parts = [_by_actor(world, policy) for policy in policies]
    forces = {good.name: Force.none(len(years)) for good in tech.goods}
    forces = {
        name: replace(force, support=np.full(len(years), float(support.get(name, 0.0))))
        for name, force in forces.items()
    }
    active: list[tuple[int, ...]] = []
    shocks: list[Shock] = []
    kept: dict[tuple[object, ...], tuple[Shock, dict[str, tuple[float, float, float]]]] = {}
    for t, year in enumerate(years):
        now = _situation(tech, years, forces, t, conditional)
        on = tuple(
            i
            for i, policy in enumerate(policies)
            if policy.in_force(replace(now, in_force_before=bool(active) and i in active[-1]))
        )
        covers = tuple(_cover(policies[i], year, tech) for i in on)
        key = (on, covers)
        if key not in kept:
            kept[key] = _together(world, tech, [parts[i] for i in on], covers)
        shock, changed = kept[key]
        for name, (control, access, lost) in changed.items():
            force = forces[name]
            forces[name] = Force(
                _set(force.control, t, control),
                _set(force.access, t, access),
                _set(force.decoupling, t, lost),
                force.support,
            )
        active.append(on)
        shocks.append(shock)
    return Plan(years, tuple(active), _ages(policies, years[0], active), tuple(shocks), forces)


def _situation(
    tech: Technology,
    years: tuple[int, ...],
    forces: Mapping[str, Force],
    t: int,
    needed: bool,
) -> Situation:
    if not needed:
        return Situation(years[t], {}, {}, {})
    states = run_technology(tech, years, forces)
    before = max(t - 1, 0)
    return Situation(
        years[t],
        {name: float(np.median(state.gap[t])) for name, state in states.items()},
        {name: float(np.median(state.lag[t])) for name, state in states.items()},
        {name: float(np.median(state.share[before])) for name, state in states.items()},
    )


def _by_actor(world: World, policy: Policy) -> dict[str, Shock]:
    """Return a policy's measures together, by actor; a bare shock has none."""
    found: dict[str, list[Source]] = {}
    for measure in policy.measures:
        found.setdefault(str(getattr(measure, "by", "")), []).append(measure)
    return {actor: compose_all(world, sources) for actor, sources in found.items()}


def _cover(policy: Policy, year: int, tech: Technology) -> float:
    """Return the stock laid in before an announced policy, in years of use, in its first year."""
    first = policy.scheduled(year) and not policy.scheduled(year - 1)
    if policy.announced is None or not first:
        return 0.0
    factor = float(np.median(tech.race.anticipation))
    return float(stock_bought_ahead(policy.start - policy.announced, factor))


def _together(
    world: World, tech: Technology, parts: Sequence[Mapping[str, Shock]], covers: Sequence[float]
) -> tuple[Shock, dict[str, tuple[float, float, float]]]:
    """Return all measures as one shock, and what they do to each technology."""
    total = no_shock(world)
    actors: dict[str, Shock] = {}
    for part, cover in zip(parts, covers, strict=True):
        for actor, shock in part.items():
            actors[actor] = compose(actors.get(actor, no_shock(world)), shock)
            total = compose(total, _covered(shock, cover))
    changed = {}
    for good in tech.goods:
        others, own = no_shock(world), no_shock(world)
        for actor, shock in actors.items():
            if actor == good.follower:
                own = compose(own, shock)
            else:
                others = compose(others, shock)
        changed[good.name] = measure_force(world, good, others, own)
    return total, changed


def _covered(shock: Shock, cover: float) -> Shock:
    """Return a shock whose missing goods come out of stocks for a part of the year."""
    if cover <= 0:
        return shock
    missing = rationing_loss(cover, 1.0 - shock.availability)
    return replace(shock, availability=1.0 - np.asarray(missing))


def _ages(
    policies: Sequence[Policy], first: int, active: Sequence[tuple[int, ...]]
) -> tuple[float, ...]:
    """Return the mean age of the policies in force in each year, at least one year.

    A policy that was in force before the first year of the path has its age from then on.
    """
    ages: list[float] = []
    running = {
        i: first - round(policy.start)
        for i, policy in enumerate(policies)
        if policy.scheduled(first - 1) and not policy.years_on
    }
    for on in active:
        running = {i: running.get(i, 0) + 1 for i in on}
        ages.append(float(np.mean(list(running.values()))) if running else 1.0)
    return tuple(ages)


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


def _set(values: Array, at: int, value: float) -> Array:
    changed = values.copy()
    changed[at] = value
    return changed


def _members(sides: Sequence[str] | Sides) -> dict[str, tuple[str, ...]]:
    if isinstance(sides, Mapping):
        return {name: tuple(codes) for name, codes in sides.items()}
    return {name: (name,) for name in sides}


def _provenance(
    world: World, tech: Technology, plan: Plan, closure: Closure, draws: int, seed: int
) -> Provenance:
    from upperhand._version import __version__

    options = {"years": list(plan.years), "closure": closure, "draws": draws}
    numbers = [row["value"] for row in parameters_of(tech)]
    return Provenance(
        version=__version__,
        world=world.name,
        world_fingerprint=world.fingerprint,
        inputs=fingerprint({"options": options, "numbers": numbers, "active": list(plan.active)}),
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
