"""Test a claim about what a side must believe: the beliefs under which its move is rational."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from upperhand.audit.errors import ClaimError
from upperhand.audit.model_test import basis, value_at
from upperhand.audit.quantity import unit_of
from upperhand.audit.runs import CENTRAL, Runs, alone
from upperhand.audit.schema import BeliefClaim, ModelCheck
from upperhand.audit.verdict import Evidence, Verdict, verdict_on
from upperhand.report.claims import number

MOVE = re.compile(r"^case/move:(\d+)/")
#: Parameter values at which the sign is looked up before a root is refined.
GRID = 6
#: Width of the bracket of a root, as a share of the range searched.
WIDTH = 2e-3

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rational:
    """Beliefs under which a move is rational, under one set of assumptions.

    Attributes:
        words: Horizon and bound.
        intervals: Where the quantity passes the bound.
    """

    words: str
    intervals: tuple[Interval, ...]


def judge_belief(claim: BeliefClaim, runs: Runs, *, central: bool = False) -> Verdict:
    """Return the verdict on a claim about what a side must believe (eq. 14.4).

    The claim holds under a set of assumptions when the move is rational for some belief of the
    range considered, and every such belief is what the claim says. Where the move is rational
    under other beliefs too, it does not reveal the one claimed.
    """
    rational = list(_rational(claim, runs, central=central))
    holds = [_holds(claim, found) for found in rational]
    known = [h for h in holds if h is not None]
    probability = sum(known) / len(known) if known else None
    ends = [interval for found in rational for interval in found.intervals]
    bounds = 1 if central or claim.bound_range is None else 3
    return verdict_on(
        claim,
        test="belief",
        probability=probability,
        basis=basis(len(known), len(holds), len(claim.horizons), bounds),
        effect=_effect(claim, rational),
        hinges_on=_hinges(rational, holds),
        evidence=(
            Evidence(
                words=f"{claim.parameter_words}, values for which the move is rational",
                value=None,
                low=min((low for low, _ in ends), default=None),
                high=max((high for _, high in ends), default=None),
                unit="1",
                wanted=claim.believed.bound_words(),
                share=probability,
                source="run",
            ),
        ),
        sources=(f"scenario '{claim.scenario or runs.claims.scenario}', field {claim.parameter}",),
    )


def _rational(claim: BeliefClaim, runs: Runs, *, central: bool) -> Sequence[Rational]:
    reader = _reader(claim, runs)
    middle = claim.rational.bound
    spread = (middle,) if central or claim.bound_range is None else (
        claim.bound_range[0], middle, claim.bound_range[1],
    )  # fmt: skip
    found = []
    for horizon in claim.horizons:
        for bound in spread:
            sign = 1.0 if claim.rational.wants_more else -1.0

            def excess(x: float, at: str = horizon, limit: float = bound, s: float = sign) -> float:
                value = reader(x, at)
                return math.nan if value is None else s * (value - limit)

            words = f"{horizon} horizon, bound {number(bound)}"
            found.append(Rational(words, intervals_of(excess, claim.low, claim.high)))
    return found


def _reader(claim: BeliefClaim, runs: Runs) -> Callable[[float, str], float | None]:
    """Return the quantity as a function of the parameter and the horizon, each run made once."""
    moves = {found[1] for path in claim.rational.paths if (found := MOVE.match(path))}
    single = len(moves) == 1 and all(MOVE.match(path) for path in claim.rational.paths)
    inner = claim.parameter.startswith("moves[")
    check = _renamed(claim.rational) if single and not inner else claim.rational

    @cache
    def value(x: float, horizon: str) -> float | None:
        setting = replace(CENTRAL, changes=(f"{claim.parameter}={x!r}",), words=f"{x:g}")
        runs.progress(runs.count, runs.count + 1, f"{claim.id}, {claim.parameter} at {x:.3g}")
        if single and not inner:
            run = alone(runs.claims, claim.scenario, int(next(iter(moves))), setting, (horizon,))
        else:
            run = runs.get(claim.scenario, setting, talks=False)
        return value_at(check, run, horizon)

    return value


def _renamed(check: ModelCheck) -> ModelCheck:
    """Return the check on a run that holds its move alone."""
    new = {
        field: MOVE.sub("case/move:0/", path)
        for field in ("quantity", "less", "over")
        if (path := getattr(check, field))
    }
    return check.model_copy(update=new)


def intervals_of(
    excess: Callable[[float], float], low: float, high: float, *, points: int = GRID
) -> tuple[Interval, ...]:
    """Return where a function is zero or more between two ends, roots refined by bisection.

    Signs are looked up on a grid, so that two roots between neighbours stay hidden; the grid is
    geometric when both ends are positive. Values that are NaN count as not passing.

    Examples:
        >>> intervals_of(lambda x: x - 3.0, 1.0, 9.0)
        ((3.0..., 9.0),)
        >>> intervals_of(lambda x: -1.0, 1.0, 9.0)
        ()
    """
    if points < 2:
        raise ClaimError(f"got {points} points; give 2 or more")
    ratio = high / low if low > 0 else 0.0
    grid = [
        low * ratio ** (i / (points - 1)) if ratio else low + (high - low) * i / (points - 1)
        for i in range(points)
    ]
    grid[0], grid[-1] = low, high
    passes = [excess(x) >= 0 for x in grid]
    found: list[Interval] = []
    start = low if passes[0] else None
    for left, right, before, after in zip(grid, grid[1:], passes, passes[1:], strict=False):
        if before == after:
            continue
        root = _root(excess, left, right, before, WIDTH * (high - low))
        if after:
            start = root
        elif start is not None:
            found.append((start, root))
            start = None
    return tuple([*found, (start, high)] if start is not None else found)


def _root(
    excess: Callable[[float], float], left: float, right: float, before: bool, width: float
) -> float:
    """Return the end, on the passing side, of a bracket no wider than `width`."""
    while right - left > width:
        middle = math.sqrt(left * right) if left > 0 else 0.5 * (left + right)
        if not left < middle < right:
            break
        if (excess(middle) >= 0) == before:
            left = middle
        else:
            right = middle
    return left if before else right


def _holds(claim: BeliefClaim, found: Rational) -> bool | None:
    """Say whether every belief that makes the move rational is what the claim says."""
    if not found.intervals:
        return None
    ends = [end for interval in found.intervals for end in interval]
    return all(claim.believed.holds(end) for end in ends)


def _effect(claim: BeliefClaim, rational: Sequence[Rational]) -> str:
    said = []
    for found in rational:
        spans = " or ".join(f"{number(a)} to {number(b)}" for a, b in found.intervals)
        said.append(f"{found.words}: {spans or 'no belief in the range'}")
    unit = unit_of(claim.rational.quantity)
    return (
        f"the move is rational ({claim.rational.words or claim.rational.quantity}, in {unit}) "
        f"for {claim.parameter_words} of {'; '.join(said)}; the claim needs all of it "
        f"{claim.believed.bound_words()}"
    )


def _hinges(rational: Sequence[Rational], holds: Sequence[bool | None]) -> tuple[str, ...]:
    if len({h for h in holds if h is not None}) < 2:
        return ()
    said = [f.words for f, h in zip(rational, holds, strict=True) if h]
    return (f"horizon and bound: it holds at {'; '.join(said)}",)
