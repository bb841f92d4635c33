"""Audit a file of claims: each claim tested by what it names, with its verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from upperhand.audit.belief_test import judge_belief
from upperhand.audit.claims import read_claims
from upperhand.audit.draw_test import judge_draws
from upperhand.audit.fact_test import judge_facts
from upperhand.audit.facts import Facts, read_facts
from upperhand.audit.model_test import judge_model
from upperhand.audit.runs import Runs
from upperhand.audit.schema import (
    BeliefClaim,
    Claim,
    Claims,
    FactClaim,
    ModelClaim,
)
from upperhand.audit.verdict import Audit, Verdict, verdict_on
from upperhand.core.errors import OptionError
from upperhand.core.fingerprint import fingerprint

if TYPE_CHECKING:
    from upperhand.results.run import Run

Progress = Callable[[int, int, str], None]


def audit(
    claims: Claims | str | Path,
    *,
    central: bool = False,
    draws: int = 0,
    seed: int = 1,
    facts: Facts | None = None,
    progress: Progress | None = None,
    known: Mapping[str, Run] | None = None,
) -> Audit:
    """Test each claim of a file, and say which are supported, contradicted or undecided.

    Args:
        claims: Claims, the path of a file, or the name of a packaged audit.
        central: Evaluate the central values only, without the ranges of assumptions; faster.
        draws: Draws behind each model claim; 0 evaluates one assumption at a time instead, as is
            done for claims on ceilings, which are not drawn.
        seed: Seed of the draws.
        facts: Facts to compare with; the packaged ones when None.
        progress: Called with (runs done, runs in all as far as known, words).
        known: Runs with central values that exist already, by the name of their scenario.

    Raises:
        ClaimError: If the claims are wrong (every fault listed).
        OptionError: If `draws` or `seed` is negative, or there are draws and `central`.

    Examples:
        >>> from upperhand.audit.claims import parse_claims
        >>> found = audit(
        ...     parse_claims('''
        ... title: One claim
        ... claims:
        ...   - {id: lag, words: Five years, test: fact, checks: [{fact: {metric:
        ...       process_node_lag_china, entity: China vs leaders, period: 2024-08}, at_least: 4}]}
        ... ''')
        ... )
        >>> found.sentence(), found.verdicts[0].probability
        ('1 claim: 1 supported', 1.0)
    """
    if draws < 0 or seed < 0 or (draws and central):
        got = f"draws {draws}, seed {seed}, central {central}"
        raise OptionError(f"got {got}; allowed: 0 or more, and draws only without `central`")
    table = facts or read_facts()
    read = claims if isinstance(claims, Claims) else read_claims(claims, facts=table)
    runs = Runs(read, progress, known)
    how = _How(central, draws, seed)
    verdicts = tuple(_judge(claim, runs, table, how) for claim in read.claims)
    notes = (*read.notes, *([CENTRAL_NOTE] if central and runs.count else []))
    return Audit(
        title=read.title,
        thesis=read.thesis,
        about={
            "title": read.about.title,
            "date": read.about.date.isoformat() if read.about.date else "",
            "url": read.about.url,
        },
        verdicts=verdicts,
        notes=notes,
        runs=runs.count,
        fingerprint=_fingerprint(read, table, how),
        environment=_environment(),
    )


CENTRAL_NOTE = "Central values only: the ranges of the assumptions were not evaluated."


@dataclass(frozen=True, slots=True)
class _How:
    """How far the assumptions are varied."""

    central: bool
    draws: int
    seed: int


def _judge(claim: Claim, runs: Runs, facts: Facts, how: _How) -> Verdict:
    if isinstance(claim, FactClaim):
        return judge_facts(claim, facts)
    if isinstance(claim, ModelClaim):
        drawn = judge_draws(claim, runs, draws=how.draws, seed=how.seed) if how.draws else None
        return drawn or judge_model(claim, runs, central=how.central)
    if isinstance(claim, BeliefClaim):
        return judge_belief(claim, runs, central=how.central)
    untested = verdict_on(claim, test="not_testable", probability=None, basis="", effect="")
    return replace(untested, verdict="not testable", note=claim.reason)


def _environment() -> dict[str, object]:
    from upperhand.scenario.assumptions import environment

    return dict(environment(None))


def _fingerprint(claims: Claims, facts: Facts, how: _How) -> str:
    from upperhand._version import __version__

    rows = [[f.metric, f.entity, f.period, f.value, f.low, f.high, f.certainty] for f in facts]
    return fingerprint(
        {
            "claims": claims.model_dump(mode="json"),
            "facts": fingerprint(rows),
            "how": [how.central, how.draws, how.seed],
            "version": __version__,
        }
    )
