"""Test a claim against the facts."""

from __future__ import annotations

from itertools import product

from upperhand.audit.facts import Fact, Facts
from upperhand.audit.schema import FactCheck, FactClaim, FactRef
from upperhand.audit.verdict import Evidence, Verdict, verdict_on
from upperhand.report.claims import number

#: How far an unconfirmed figure moves the probability from one half (assumed; 0.3 to 0.8).
WEIGHT_OF_UNCONFIRMED = 0.5


def judge_facts(claim: FactClaim, facts: Facts) -> Verdict:
    """Return the verdict on a claim that facts decide (eq. 14.2).

    A figure with a range counts at its ends and its middle. A figure that was not confirmed moves
    the probability half as far from one half, so that it alone decides nothing.
    """
    parts = [_check(check, facts) for check in claim.checks]
    chances = [chance for _, chance, _ in parts]
    probability = _joined(chances, claim.holds)
    unconfirmed = [
        f"{_named(f)}, which is not confirmed"
        for _, _, used in parts
        for f in used
        if f.certainty == "unconfirmed"
    ]
    torn = [e.words for e, _, _ in parts if e.share is not None and 0 < e.share < 1]
    empty = [f"{e.words}: no number" for e, _, _ in parts if e.share is None]
    return verdict_on(
        claim,
        test="fact",
        probability=probability,
        basis=f"{claim.holds} of {len(parts)} comparisons with facts",
        effect="; ".join(_effect(evidence) for evidence, _, _ in parts),
        hinges_on=tuple(
            dict.fromkeys([*unconfirmed, *(f"the range of: {t}" for t in torn), *empty])
        ),
        evidence=tuple(evidence for evidence, _, _ in parts),
        sources=tuple(dict.fromkeys(_source(f) for _, _, used in parts for f in used)),
    )


def _check(check: FactCheck, facts: Facts) -> tuple[Evidence, float, tuple[Fact, ...]]:
    refs = [ref for ref in (check.fact, check.less, check.over) if ref is not None]
    used = tuple(_find(ref, facts) for ref in refs)
    values = _values(check, used)
    share = sum(check.holds(v) for v in values) / len(values) if values else None
    chance = 0.5 if share is None else share
    if any(f.certainty == "unconfirmed" for f in used):
        chance = 0.5 + WEIGHT_OF_UNCONFIRMED * (chance - 0.5)
    unit = _unit(check, used[0].unit)
    evidence = Evidence(
        words=check.words or _named(used[0]),
        value=_central(check, used),
        low=min(values) if values else None,
        high=max(values) if values else None,
        unit=unit,
        wanted=check.bound_words(),
        share=share,
        source="; ".join(dict.fromkeys(f.source for f in used)),
    )
    return evidence, chance, used


def _unit(check: FactCheck, unit: str) -> str:
    if check.over is not None:
        return "times"
    return "percentage points" if check.less is not None and unit.startswith("percent") else unit


def _find(ref: FactRef, facts: Facts) -> Fact:
    return facts.one(ref.metric, ref.entity, ref.period)


def _ends(fact: Fact) -> list[float]:
    return [x for x in dict.fromkeys((fact.low, fact.value, fact.high)) if x is not None]


def _values(check: FactCheck, used: tuple[Fact, ...]) -> list[float]:
    pairs = product(*(_ends(fact) for fact in used))
    return [_combined(check, pair) for pair in pairs if check.over is None or pair[-1] != 0]


def _central(check: FactCheck, used: tuple[Fact, ...]) -> float | None:
    middle = [fact.value for fact in used]
    if any(value is None for value in middle) or (check.over is not None and middle[-1] == 0):
        return None
    return _combined(check, tuple(value for value in middle if value is not None))


def _combined(check: FactCheck, pair: tuple[float, ...]) -> float:
    if check.less is not None:
        return pair[0] - pair[1]
    return pair[0] / pair[1] if check.over is not None else pair[0]


def _joined(chances: list[float], how: str) -> float:
    if how == "all":
        return min(chances)
    if how == "any":
        return max(chances)
    return sorted(chances)[(len(chances) - 1) // 2]


def _effect(evidence: Evidence) -> str:
    if evidence.value is None and evidence.low is not None:
        high = number(evidence.high, evidence.unit)
        ends = high if evidence.low == evidence.high else f"{number(evidence.low)} to {high}"
        return f"{evidence.words}: {ends}, wanted {evidence.wanted}"
    spread = ""
    if evidence.low is not None and evidence.low != evidence.high:
        spread = f" ({number(evidence.low)} to {number(evidence.high)})"
    value = number(evidence.value, evidence.unit)
    return f"{evidence.words}: {value}{spread}, wanted {evidence.wanted}"


def _named(fact: Fact) -> str:
    return f"{fact.metric.replace('_', ' ')} of {fact.entity}, {fact.period or 'undated'}"


def _source(fact: Fact) -> str:
    return f"{fact.source} ({fact.certainty}){': ' + fact.url if fact.url else ''}"
