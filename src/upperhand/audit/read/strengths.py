"""Rates: points added, a level set, a multiple, a sum of money."""

from __future__ import annotations

from upperhand.audit.read.marks import Mark, Sentence

LESS = frozenset(
    {
        "cut",
        "cutting",
        "lowering",
        "reducing",
        "trimming",
        "cuts",
        "lower",
        "lowers",
        "lowered",
        "reduce",
        "reduced",
        "reduces",
        "trim",
        "trimmed",
    }
)
LEVEL = frozenset(
    {
        *("raise", "raises", "raised", "raising", "rise", "rises", "rose", "increase", "increased"),
        *("raising", "take", "takes", "took", "push", "pushes", "bring", "brings", "brought"),
        *("hike", "hiked", "set", "sets", "stand", "stands", "stood", "fell", "fallen", "add"),
        *(
            "adds",
            "added",
            "lift",
            "double",
            "doubles",
            "doubled",
            "average",
            "averages",
            "climb",
            "up",
            "at",
        ),
        *(
            *("triples", "trebles", "quadruple", "quadruples", "halves"),
            "triple",
            "treble",
            "halve",
            "doubled",
            "tripled",
            "trebled",
            "quadrupled",
            "halved",
            "doubling",
            "tripling",
            "quadrupling",
            "halving",
        ),
        *LESS,
    }
)
IS = frozenset(
    {
        "hit",
        "hits",
        "reached",
        "reaches",
        "average",
        "averages",
        "averaged",
        "exceeds",
        "is",
        "was",
        "be",
        "are",
        "were",
        "remains",
        "remain",
    }
)
OUTCOMES = frozenset(
    {
        *("prices", "price", "sales", "shares", "growth", "voters", "output", "exports", "profits"),
        *("costs", "inflation", "imports", "households", "income"),
    }
)
NAMES = {"tariff": "add_pp", "export_tax": "add_pct", "subsidy": "rate_pct"}


def strength(sentence: Sentence, kind: str, instrument: Mark, end: int) -> dict[str, float]:
    """Return the number that an instrument carries in its clause, by the name of its field.

    `factor` is a multiple of the rate in force, which the sentence does not tell.
    """
    if kind == "purchase_commitment":
        money = [m for m in sentence.of("MONEY") if m.start >= instrument.start]
        return {"usd_bn": float(money[0].key)} if money else {}
    if kind == "export_licence":
        return _fee(sentence)
    if kind not in NAMES:
        return {}
    rates = [m for m in sentence.of("RATE", "POINTS") if _belongs(sentence, m, instrument, end)]
    if kind != "tariff":
        return {NAMES[kind]: float(rates[0].key)} if rates else {}
    return _of_tariff(sentence, instrument, rates, end)


def _fee(sentence: Sentence) -> dict[str, float]:
    for mark in sentence.of("RATE"):
        if sentence.words[mark.end : mark.end + 1] == ("of",):
            return {"fee_pct": float(mark.key)}
    return {}


def _of_tariff(
    sentence: Sentence, instrument: Mark, rates: list[Mark], end: int
) -> dict[str, float]:
    if rates:
        new = _last_of_range(sentence, rates)
        if sentence.before(new.start) == ("to",) and any(
            sentence.before(old.start) == ("from",) for old in rates
        ):
            return {"to_pct": float(new.key)}
        return _role(sentence, new)
    start = max(instrument.start - 8, 0)
    if "zero" in sentence.words[instrument.start : end]:
        return {"to_pct": 0.0}
    for mark in sentence.of("FACTOR"):
        if start <= mark.start < end:
            return {"factor": float(mark.key)}
    for mark in sentence.of("FRACTION"):
        if instrument.end <= mark.start < end and {"price", "value"} & set(
            sentence.words[mark.end : mark.end + 4]
        ):
            return {"add_pp": round(100 * float(mark.key), 1)}
    return {}


def _last_of_range(sentence: Sentence, rates: list[Mark]) -> Mark:
    """Return the new rate of `from 50 per cent to 30 per cent`, else the first rate."""
    for mark in rates:
        if sentence.before(mark.start) in (("to",), ("by",)):
            return mark
    return rates[0]


def _role(sentence: Sentence, rate: Mark) -> dict[str, float]:
    value = float(rate.key)
    lead = sentence.before(rate.start, 3)
    before = set(sentence.before(rate.start, 14))
    sign = -1.0 if before & LESS and "by" in lead else 1.0
    if rate.label == "POINTS" or "by" in lead[-1:]:
        return {"add_pp": sign * value}
    up_to = lead[-2:] == ("up", "to")
    if lead[-1:] == ("to",) and not up_to and before & LEVEL:
        return {"to_pct": value}
    if lead[-1:] == ("at",) or set(lead[-1:]) & IS:
        return {"to_pct": value}
    if {"set", "sets"} & before and not {"additional", "extra", "further"} & before:
        return {"to_pct": value}
    return {"add_pp": value}


def _belongs(sentence: Sentence, rate: Mark, instrument: Mark, end: int) -> bool:
    if rate.end <= instrument.start:
        between = sentence.words[rate.end : instrument.start]
        return len(between) <= 4 and not OUTCOMES & set(between)
    if rate.start >= end:
        return False
    between = sentence.words[instrument.end : rate.start]
    if _is_of_range(sentence, rate):
        return True
    if OUTCOMES & set(between):
        return False
    if between[:1] == ("of",) or sentence.before(rate.start) == ("of",):
        return True
    return (
        len(between) <= 1
        or bool(IS & set(between[-1:]))
        or bool(LEVEL & set(_around(sentence, rate)))
    )


def _is_of_range(sentence: Sentence, rate: Mark) -> bool:
    """Say whether a rate is one of `from 20 per cent to 5 per cent`."""
    others = sentence.of("RATE")
    before = any(o.end == rate.start - 1 and sentence.before(o.start) == ("from",) for o in others)
    after = any(o.start == rate.end + 1 for o in others) and sentence.before(rate.start) == (
        "from",
    )
    return after or (before and sentence.before(rate.start) == ("to",))


def _around(sentence: Sentence, rate: Mark) -> tuple[str, ...]:
    return sentence.before(rate.start, 16)
