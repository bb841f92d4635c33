"""Test a claim about what measures do over draws of everything that is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from upperhand.audit.claims import scenario_of
from upperhand.audit.draw_talks import are_drawn, checks_over_draws
from upperhand.audit.model_test import value_at
from upperhand.audit.quantity import needs_talks, unit_of
from upperhand.audit.runs import Progress, Runs
from upperhand.audit.schema import ModelCheck, ModelClaim
from upperhand.audit.verdict import HALF, Evidence, Verdict, counted, torn_words, verdict_on
from upperhand.report.claims import number

if TYPE_CHECKING:
    from upperhand.results.ensemble import Ensemble
    from upperhand.results.run import Case, Kind, Run
    from upperhand.scenario.schema import Scenario
    from upperhand.uncertainty.draws import Draw


def judge_draws(claim: ModelClaim, runs: Runs, *, draws: int, seed: int) -> Verdict | None:
    """Return the verdict on a claim over draws of everything that has a range (eq. 14.11).

    Drawn are the trade elasticities, the speed of adjustment and every number of a move that is
    marked as assumed. Draws without an answer are counted and left out. A claim on threats and
    deals reads the draws of a run; None where it names a number that those do not have.

    Args:
        claim: The claim.
        runs: Runs of the file that it stands in.
        draws: How many.
        seed: Same seed, same draws.
    """
    scenario = scenario_of(runs.claims, claim.scenario)
    if any(needs_talks(path) for check in claim.checks for path in check.paths):
        if not are_drawn(claim, scenario.side_codes):
            return None
        ranges = runs.ranges(claim.scenario, draws=draws, seed=seed)
        if ranges is None:
            return None
        many = checks_over_draws(claim, ranges, scenario.side_codes, _name)
    else:
        many = _propagated(claim, scenario, draws, seed, runs.progress)
    holds = _holds(claim, many)
    probability = float(holds.mean()) if holds.size else None
    evidence = tuple(_evidence(claim, i, many) for i in range(len(claim.checks)))
    return verdict_on(
        claim,
        test="model",
        probability=probability,
        basis=_basis(holds, many, len(claim.horizons)),
        effect="; ".join(_effect(item) for item in evidence),
        hinges_on=_hinges(claim, many, holds),
        evidence=evidence,
        sources=(f"scenario '{scenario.title}', {draws} draws, seed {seed}",),
    )


def _propagated(
    claim: ModelClaim, scenario: Scenario, draws: int, seed: int, progress: Progress
) -> Ensemble:
    from upperhand.scenario.priors import scenario_priors
    from upperhand.uncertainty.priors import Priors
    from upperhand.uncertainty.run import propagate

    return propagate(
        lambda draw: _numbers(claim, scenario, draw),
        Priors(tuple(scenario_priors(scenario))),
        draws=draws,
        seed=seed,
        progress=progress,
    )


def _name(check: int, horizon: str) -> str:
    return f"check {check}, {horizon}"


def _numbers(claim: ModelClaim, scenario: Scenario, draw: Draw) -> dict[str, float]:
    """Return what each check compares at each horizon, for one draw; NaN where there is none."""
    found = {}
    run = run_of_draw(claim, scenario, draw)
    for horizon in claim.horizons:
        for i, check in enumerate(claim.checks):
            value = value_at(check, run, horizon)
            found[_name(i, horizon)] = float("nan") if value is None else value
    return found


def run_of_draw(claim: ModelClaim, scenario: Scenario, draw: Draw) -> Run:
    """Return a run with the cases that a claim names, at its horizons, for one draw.

    Raises:
        NoEquilibriumError: If the baseline or a case has no equilibrium.
    """
    from upperhand.results.run import Run
    from upperhand.scenario.drawn import drawn_horizon, drawn_scenario, drawn_world
    from upperhand.scenario.run import about_world, baseline_world, resolved

    drawn = drawn_scenario(scenario, draw)
    table = drawn_world(drawn, draw)
    world = baseline_world(drawn, table)
    keys = ["package", *(f"side:{side}" for side in drawn.side_codes)]
    named = [p.split("/")[1] for c in claim.checks for p in c.paths if p.startswith("case/")]
    headline = any(p.startswith("headline/") for c in claim.checks for p in c.paths)
    wanted = dict.fromkeys([*(["package"] if headline else []), *named])
    cases: list[Case] = []
    for horizon in claim.horizons:
        span = drawn_horizon(horizon, draw)
        found = [_case(drawn, world, key, horizon, span) for key in wanted]
        if headline:  # a run knows its sides by their cases
            package = found[0].counterfactual
            found += [_as(key, "side", horizon, package) for key in keys[1:] if key not in wanted]
        cases += found
    return Run(
        scenario=resolved(drawn, table),
        title=drawn.title,
        baseline=drawn.baseline.words,
        world=about_world(table),
        cases=tuple(cases),
    )


def _as(key: str, kind: Kind, horizon: str, result: Any) -> Case:
    from upperhand.results.run import Case

    return Case(key, key, kind, horizon, (), result)


def _case(scenario: Scenario, world: Any, key: str, horizon: str, span: Any) -> Case:
    from upperhand.equilibrium import solve_counterfactual
    from upperhand.scenario.settle import settled

    def solve(at: Any, measures: Any, **_: Any) -> Any:
        return solve_counterfactual(
            at,
            measures,
            closure=scenario.closure,
            horizon=span,
            scale=scenario.options.scale,
            labour_supply=scenario.options.labour_supply,
        )

    kind, _, name = key.partition(":")
    chosen = [
        move
        for i, move in enumerate(scenario.moves)
        if kind == "package" or (kind == "side" and move.side_of == name) or name == str(i)
    ]
    measures = [settled(move, world, horizon, solve) for move in chosen]
    result = solve(world, measures).require_converged()
    typed: Kind = "package" if kind == "package" else "side" if kind == "side" else "move"
    return _as(key, typed, horizon, result)


def _holds(claim: ModelClaim, many: Ensemble) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return for each answered draw and horizon whether the claim holds: 1, 0, or 1/2 where torn."""
    found = []
    for horizon in claim.horizons:
        names = [_name(i, horizon) for i in range(len(claim.checks))]
        for row in zip(*(many.outputs[name][many.answered] for name in names), strict=True):
            outcomes = [
                check.holds(float(value)) if np.isfinite(value) else None
                for check, value in zip(claim.checks, row, strict=True)
            ]
            count = counted(outcomes, claim.holds)
            found.append(HALF if count is None else count)
    return np.array(found, dtype=np.float64)


def _basis(holds: np.ndarray[Any, Any], many: Ensemble, horizons: int) -> str:
    lost = f"; {many.failed} draws gave no answer" if many.failed else ""
    if not holds.size:
        return f"none of {len(many)} draws gave an answer"
    answered = holds.size // horizons
    p = (float(holds.sum()) / horizons + 1) / (answered + 2)  # never certain after few draws
    error = 100 * (p * (1 - p) / answered) ** 0.5
    spans = f"{horizons} horizon{'s' if horizons > 1 else ''}"
    return (
        f"share of {answered} draws at {spans}, Monte Carlo error {error:.1f} points"
        f"{torn_words(holds.tolist())}{lost}"
    )


def _evidence(claim: ModelClaim, place: int, many: Ensemble) -> Evidence:
    check: ModelCheck = claim.checks[place]
    values = np.concatenate([many.values(_name(place, h)) for h in claim.horizons])
    low, middle, high = (
        (float(x) for x in np.quantile(values, [0.025, 0.5, 0.975])) if values.size else (None,) * 3
    )
    return Evidence(
        words=check.words or " ".join(check.paths),
        value=middle,
        low=low,
        high=high,
        unit="times" if check.over else unit_of(check.quantity),
        wanted=check.bound_words(),
        share=float(np.mean([check.holds(float(v)) for v in values])) if values.size else None,
        source="draws: median, 95 per cent of the draws",
    )


def _effect(item: Evidence) -> str:
    return (
        f"{item.words}: {number(item.value, item.unit)} "
        f"(95% of the draws: {number(item.low)} to {number(item.high)}), wanted {item.wanted}"
    )


def _hinges(claim: ModelClaim, many: Ensemble, holds: np.ndarray[Any, Any]) -> tuple[str, ...]:
    """Return the horizons if they differ, and the drawn number that the first check moves with."""
    if not holds.size:
        return ()
    found = []
    by_horizon = holds.reshape(len(claim.horizons), -1).mean(axis=1)
    if float(np.ptp(by_horizon)) > 0.1:
        said = (f"{h} {100 * p:.0f}%" for h, p in zip(claim.horizons, by_horizon, strict=True))
        found.append(f"the horizon: {', '.join(said)}")
    first = _name(0, claim.horizons[-1])
    output, having = many.values(first), many.having(first)
    links = {name: _rank_link(column[having], output) for name, column in many.inputs.items()}
    if links:
        name = max(links, key=lambda key: abs(links[key]))
        found.append(
            f"most of all {name} (rank correlation {links[name]:.2f}, {claim.horizons[-1]})"
        )
    return tuple(found)


def _rank_link(column: Any, output: Any) -> float:
    values = np.asarray(column)
    if (
        values.dtype.kind not in "fi"
        or values.size < 3
        or np.ptp(values) == 0
        or np.ptp(output) == 0
    ):
        return 0.0
    ranks = [np.argsort(np.argsort(x)) for x in (values, np.asarray(output))]
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])
