"""A first test for each claim of a draft: a comparison to be read and corrected, never a verdict."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from upperhand.audit.facts import Facts, read_facts
from upperhand.audit.read.marks import mark_sentence

#: Words that turn a claim round: little leverage, few cards.
LESS = frozenset(
    {"little", "no", "few", "less", "weak", "weaker", "not", "lost", "desperation", "desperate"}
)
#: Words of a loss of income; other effects have no quantity in a run.
LOSS = re.compile(r"\b(cost|hurt|harm|damag|los[et]|suffer|poorer|shave)\w*")
FACTS_SHOWN = 5
#: Words that say nothing on what a fact is about.
COMMON = frozenset({"share", "china", "chinese", "world", "about", "years", "total", "american"})


def suggested(claim: Mapping[str, Any], sides: Sequence[str]) -> dict[str, Any]:
    """Return fields of a test for a claim of a draft, or why it has none yet.

    With the two sides of a scenario, a claim on the leverage or the loss of one of them becomes a
    test on the model. A claim that facts could decide gets the facts that look nearest.

    Args:
        claim: Entry of a draft: topic, about, sentence, test.
        sides: Codes of the sides of the scenario; empty without one.

    Examples:
        >>> claim = {"topic": "effect", "about": "CHN", "test": "model"}
        >>> claim["sentence"] = "The duties cost China dear."
        >>> suggested(claim, ["USA", "CHN"])["checks"]
        [{'quantity': 'headline/percent/CHN', 'below': 0}]
        >>> suggested(claim, [])["test"]
        'not_testable'
    """
    about, sentence = claim.get("about"), str(claim["sentence"])
    if about in sides and claim["topic"] == "leverage":
        return _leverage(str(about), negative=_is_less(sentence))
    if about in sides and claim["topic"] == "effect" and LOSS.search(sentence.lower()):
        checks = [{"quantity": f"headline/percent/{about}", "below": 0}]
        return {"test": "model", "checks": checks, "note": CHECK_FIRST}
    return {"test": "not_testable", "reason": _reason(claim)}


CHECK_FIRST = "Drafted from the words of the sentence; see that the test is what the sentence says."


def _is_less(sentence: str) -> bool:
    return bool(LESS & set(mark_sentence(sentence).words))


def _leverage(side: str, *, negative: bool) -> dict[str, Any]:
    """Return the test of who is named as the holder of the upper hand."""
    bound = "at_most" if negative else "above"
    checks = [{"quantity": f"leverage/holder/{side}", bound: 0.5}]
    return {"test": "model", "checks": checks, "note": CHECK_FIRST}


def _reason(claim: Mapping[str, Any]) -> str:
    kind = str(claim["test"])
    said = f"No test chosen yet; a claim of this sort ({claim['topic']}) can be tested by: {kind}."
    if kind == "fact":
        near = facts_like(str(claim["sentence"]), read_facts())
        if near:
            return f"{said} Facts that may fit: {'; '.join(near)}."
        return f"{said} No fact looks near; see `upperhand.audit.facts`."
    if kind == "model":
        return (
            f"{said} Give --scenario where it is on leverage or a loss of a side; or write checks."
        )
    return f"{said} Name a parameter, its range and the move that it would make rational."


def facts_like(sentence: str, facts: Facts, *, most: int = FACTS_SHOWN) -> list[str]:
    """Return the series of facts whose names share most words with a sentence.

    A word that names the entity counts once, also where the metric repeats it.

    Examples:
        >>> facts_like("Huawei leads the Chinese smartphone market.", read_facts(), most=1)
        ['china_smartphone_share of Huawei']
    """
    words = {_stem(word) for word in re.findall(r"[a-z0-9]{4,}", sentence.lower())} - COMMON
    scores: dict[str, float] = {}
    for fact in facts:
        entity = {_stem(w) for w in re.findall(r"[a-z0-9]{4,}", fact.entity.lower())} - COMMON
        metric = {_stem(w) for w in fact.metric.lower().split("_") if len(w) > 3} - COMMON - entity
        score = 2.0 * len(words & entity) + len(words & metric)
        if score >= 2:
            scores.setdefault(f"{fact.metric} of {fact.entity}", score)
    return sorted(scores, key=lambda name: -scores[name])[:most]


def _stem(word: str) -> str:
    return word.rstrip("s")
