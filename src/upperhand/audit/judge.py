"""Audit a file of claims: each claim tested by what it names, with its verdict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from upperhand.audit.belief_test import judge_belief
from upperhand.audit.claims import read_claims
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
from upperhand.audit.verdict import Audit, Verdict
from upperhand.core.fingerprint import fingerprint

Progress = Callable[[int, int, str], None]


def audit(
    claims: Claims | str | Path,
    *,
    central: bool = False,
    facts: Facts | None = None,
    progress: Progress | None = None,
) -> Audit:
    """Test each claim of a file, and say which are supported, contradicted or undecided.

    Args:
        claims: Claims, the path of a file, or the name of a packaged audit.
        central: Evaluate the central values only, without the ranges of assumptions; faster.
        facts: Facts to compare with; the packaged ones when None.
        progress: Called with (runs done, runs in all as far as known, words).

    Raises:
        ClaimError: If the claims are wrong (every fault listed).

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
        ('1 claims: 1 supported', 1.0)
    """
    table = facts or read_facts()
    read = claims if isinstance(claims, Claims) else read_claims(claims, facts=table)
    runs = Runs(read, progress)
    verdicts = tuple(_judge(claim, runs, table, central=central) for claim in read.claims)
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
        fingerprint=_fingerprint(read, table, central=central),
        environment=_environment(),
    )


CENTRAL_NOTE = "Central values only: the ranges of the assumptions were not evaluated."


def _judge(claim: Claim, runs: Runs, facts: Facts, *, central: bool) -> Verdict:
    if isinstance(claim, FactClaim):
        return judge_facts(claim, facts)
    if isinstance(claim, ModelClaim):
        return judge_model(claim, runs, central=central)
    if isinstance(claim, BeliefClaim):
        return judge_belief(claim, runs, central=central)
    return Verdict(
        id=claim.id,
        words=claim.quote or claim.words,
        quoted=bool(claim.quote),
        speaker=claim.speaker,
        date=claim.date.isoformat() if claim.date else "",
        test="not_testable",
        verdict="not testable",
        probability=None,
        basis="",
        effect="",
        note=claim.reason,
    )


def _environment() -> dict[str, object]:
    from upperhand.scenario.assumptions import environment

    return dict(environment(None))


def _fingerprint(claims: Claims, facts: Facts, *, central: bool) -> str:
    from upperhand._version import __version__

    rows = [[f.metric, f.entity, f.period, f.value, f.low, f.high, f.certainty] for f in facts]
    return fingerprint(
        {
            "claims": claims.model_dump(mode="json"),
            "facts": fingerprint(rows),
            "central": central,
            "version": __version__,
        }
    )
