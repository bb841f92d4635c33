"""Whom an instrument is aimed at, from the order of words around it."""

from __future__ import annotations

from upperhand.audit.read.marks import Mark, Sentence
from upperhand.audit.read.parties import relative
from upperhand.audit.read.roles import (
    BUYERS,
    GATES,
    INSIDE,
    OBJECT_OF,
    is_passive,
    is_subject,
    looks_on,
    suffers,
)

SAID_BY = frozenset({"said", "says", "decided", "argued", "argues", "announced", "claims"})
MADE = frozenset({"made", "built", "produced", "sold", "supplied", "grown"})
#: Whoever pays for a measure of their own government, and whoever sells what it withholds.
CONSUMERS = frozenset(
    {
        *("household", "consumer", "family", "shopper", "buyer"),
        *("households", "consumers", "shoppers", "shops", "buyers", "importers", "voters"),
        *("families", "users", "drivers", "prices", "retailers"),
    }
)
SELLERS = frozenset({"suppliers", "exporters", "sellers", "makers", "toolmakers", "producers"})


def complainer(sentence: Sentence, acting: list[str]) -> Mark | None:
    """Find who speaks of somebody else's measure, and so is hit by it where nobody else is."""
    found = [m for m in sentence.of("COUNTRY") if looks_on(sentence, m)]
    own = [m for m in found if is_subject(sentence, m) and m.key not in acting]
    return own[0] if own else None


def sufferer(sentence: Sentence, acting: list[str], *, sells: bool) -> Mark | None:
    """Find who is hurt, and so aimed at: the duties cost Brazil, farmers in Italy fear a duty.

    Consumers pay for measures of their own government. With `sells`, the measure withholds
    goods, and suppliers are hurt by the measure of their own government.
    """
    spared = SELLERS if sells else CONSUMERS
    for cue in sentence.of("CLAIM", "MOOD"):
        word = sentence.words[cue.start]
        fear = word.startswith("fear")
        if not fear and (cue.label, cue.key) != ("CLAIM", "effect"):
            continue
        if sentence.before(cue.start, 2) == ("not", "to"):
            continue
        behind = fear or word.startswith(("los", "stood", "stand"))
        first = cue.start - 5 if behind else cue.start
        last = cue.start if behind else cue.end + 3
        for mark in _names(sentence):
            after = set(sentence.words[mark.end : mark.end + 2])
            if first <= mark.start < last and mark.key not in acting and not spared & after:
                return mark
    return None


def targets(
    sentence: Sentence, instrument: Mark, acting: list[str], end: int
) -> tuple[list[str], list[Mark]]:
    """Return the codes aimed at, and the marks they come from."""
    if relative(sentence, instrument):
        end = len(sentence.words)
    aims = [m for m in sentence.of("CLAIM") if m.key == "aim" and m.start >= instrument.end]
    end = min([end, *(m.start for m in aims)])
    after = [m for m in _names(sentence) if instrument.start <= m.start < end]
    found = [m for m in after if m.key not in acting and _aimed_at(sentence, m, instrument)]
    hit = [m for m in _names(sentence) if _object(sentence, m, instrument, acting)]
    if hit and instrument.key == "listing" and is_passive(sentence, instrument):
        found = []
    if hit and instrument.key == "tariff" and _hit_itself(sentence, hit[0], instrument, found):
        found = []
    found = found or hit
    if not found and acting and aims and not {"not", "n't"} & set(sentence.words):
        held = [m for m in _names(sentence) if m.start >= aims[0].start and m.key not in acting]
        found = held[:1]
    if not found and instrument.key in ("listing", "walk_out"):
        found = [m for m in _names(sentence) if m.key not in acting][:1]
    return list(dict.fromkeys(m.key for m in found)), found


def _hit_itself(sentence: Sentence, hit: Mark, instrument: Mark, found: list[Mark]) -> bool:
    """Say whether somebody faces a tariff and those named behind it are not whom it is on."""
    behind = sentence.words[instrument.end : found[0].start] if found else ()
    return suffers(sentence, hit, instrument) and not {"on", "against"} & set(behind)


def _names(sentence: Sentence) -> list[Mark]:
    return sentence.of("COUNTRY", "FIRM")


def _aimed_at(sentence: Sentence, mark: Mark, instrument: Mark) -> bool:
    lead = [w for w in sentence.before(mark.start, 2) if w != "the"]
    last = lead[-1] if lead else ""
    after = sentence.words[mark.end] if mark.end < len(sentence.words) else ""
    if after in SAID_BY or (last == "by" and not MADE & {*lead[-2:-1]}):
        return False
    if last in {"of", "buy", "buys"} and lead[-2:-1] and lead[-2] in {*BUYERS, "that"}:
        return False  # a tariff on those who trade with somebody else
    if last == "at" and GATES & {after}:
        return False
    if last in INSIDE:
        return lead[-2:-1] == ["made"]
    if mark.form == "adjective" and last in INSIDE:
        return False
    return not (mark.form == "leader" and instrument.key != "walk_out")


def _object(sentence: Sentence, mark: Mark, instrument: Mark, acting: list[str]) -> bool:
    """Say whether a name before the instrument is what it is aimed at."""
    if mark.key in acting or mark.end > instrument.start or mark.form == "leader":
        return False
    lead = [w for w in sentence.before(mark.start, 2) if w != "the"]
    after = sentence.words[mark.end : mark.end + 2]
    passive = after in {("was", "hit"), ("were", "hit")} or suffers(sentence, mark, instrument)
    passive = passive or (
        instrument.key in ("ban", "procurement", "listing") and is_passive(sentence, instrument)
    )
    return passive or bool(lead[-1:] and lead[-1] in {*OBJECT_OF, "on", "from", "against", "if"})
