"""Claims that a sentence makes: of what sort, about whom, on whose word."""

from __future__ import annotations

from dataclasses import dataclass

from upperhand.audit.read.marks import Mark, Sentence
from upperhand.audit.read.roles import ON, is_subject

#: How a claim of each topic can be tested.
TESTS = {
    "leverage": "model",
    "effect": "model",
    "technology": "fact",
    "market": "fact",
    "cost": "fact",
    "dependence": "fact",
    "belief": "belief",
    "aim": "belief",
}
REPORTERS = frozenset(
    {
        *("experts", "analysts", "economists", "officials", "diplomats", "observers", "investors"),
        *("everybody", "everyone", "nobody", "many", "most", "some", "few", "whoever", "anyone"),
    }
)
BORNE = frozenset(
    {"bear", "bears", "bore", "bearing", "borne", "shoulder", "shoulders", "shouldering"}
)
THOUGHT = frozenset({"thought", "deemed", "considered", "believed", "presumed"})
OWN = frozenset({"its", "their"})
NOT = frozenset({"not", "n't", "never", "no"})
SUFFERED = (
    "reel",
    "hardest",
    "worst",
    "badly",
    "hard",
    "los",
    "gain",
    "would",
    "suffer",
    "bear",
    "bore",
    "shoulder",
)
QUANTITIES = ("RATE", "POINTS", "FRACTION", "FACTOR", "MONEY", "SPAN")


@dataclass(frozen=True, slots=True)
class ClaimFound:
    """A claim as a sentence makes it.

    Attributes:
        topic: leverage, effect, technology, market, cost, dependence, belief or aim.
        about: Code of the party of which something is said, or None.
        test: How it can be tested: fact, model or belief.
        said_by: On whose word, as written; empty when the article says it itself.
        quantities: Numbers in it, as written.
        confidence: 0 to 1.
        sentence: As in the article.
    """

    topic: str
    about: str | None
    test: str
    said_by: str = ""
    quantities: tuple[str, ...] = ()
    confidence: float = 0.8
    sentence: str = ""


def claims_in(sentence: Sentence, previous: str | None = None) -> list[ClaimFound]:
    """Return the claims of a sentence, at most one for each topic.

    Examples:
        >>> from upperhand.audit.read.marks import mark_sentence
        >>> text = "Analysts say that Korea is two years ahead of Japan in memory."
        >>> claim = claims_in(mark_sentence(text))[0]
        >>> claim.topic, claim.about, claim.said_by, claim.quantities
        ('technology', 'KOR', 'Analysts', ('2 years',))
    """
    speaker = said_by(sentence)
    found: dict[str, ClaimFound] = {}
    for mark in sentence.of("CLAIM"):
        if mark.key in found or not _holds(sentence, mark, previous) or _within_aim(sentence, mark):
            continue
        about, sure = _about(sentence, mark, previous)
        found[mark.key] = ClaimFound(
            topic=mark.key,
            about=about,
            test=TESTS[mark.key],
            said_by=speaker,
            quantities=_quantities(sentence),
            confidence=_confidence(about, sure=sure),
            sentence=sentence.text,
        )
    return _without_doubles(found)


def _confidence(about: str | None, *, sure: bool) -> float:
    if about is None:
        return 0.5
    return 0.8 if sure else 0.65


def _holds(sentence: Sentence, mark: Mark, previous: str | None) -> bool:
    """Leave out cues inside the name of a measure, and beliefs of nobody in particular."""
    if mark.key == "belief":
        comma = sentence.first({","}, max(mark.start - 5, 0), mark.start)
        near = sentence.words[max(mark.start - 5, 0) if comma is None else comma : mark.start]
        return not REPORTERS & set(near)
    if mark.key == "cost" and BORNE & set(sentence.before(mark.start, 6)):
        return False  # the cost of a measure, and who bears it
    if mark.key == "effect" and THOUGHT & set(sentence.before(mark.start)):
        return False  # what was thought is no effect
    if mark.key in ("aim", "market") and not sentence.of("COUNTRY", "FIRM"):
        return bool(previous)
    if sentence.words[mark.start] == "forced" and sentence.before(mark.start) == ("be",):
        return False  # somebody may be forced to do something: no effect yet
    if mark.key == "technology" and any(
        0 <= m.start - mark.end <= 5 for m in sentence.of("INSTRUMENT")
    ):
        return not sentence.words[mark.start].startswith("match")  # a tariff, and no technology
    if mark.key == "aim":
        negated = NOT & set(sentence.words[max(mark.start - 1, 0) : mark.end])
        return not negated and not _is_a_measure(sentence, mark)
    return True


def _is_a_measure(sentence: Sentence, aim: Mark) -> bool:
    """Say whether what holds back is itself an instrument: to keep suppliers out of tenders."""
    held = [m for m in sentence.of("HINDER") if aim.start <= m.start < aim.end]
    return any(
        m.start < other.end and other.start < m.end
        for m in held
        for other in sentence.of("INSTRUMENT")
    )


def _within_aim(sentence: Sentence, mark: Mark) -> bool:
    """Say whether words on an effect only say what a policy is meant to do, or not to do."""
    aims = [m for m in sentence.of("CLAIM") if m.key == "aim"]
    spans = [*aims, *(sentence.of("HINDER") if aims else ())]
    inside = any(m.start <= mark.start < m.end for m in spans)
    told = mark.key == "effect" and sentence.before(mark.start, 2) == ("not", "to")
    return told or (inside and mark.key in ("effect", "technology"))


def _without_doubles(found: dict[str, ClaimFound]) -> list[ClaimFound]:
    """Drop topics that another topic of the sentence implies."""
    topics = set(found)
    for strong, weak in (
        ("cost", "market"), ("cost", "effect"), ("cost", "technology"), ("dependence", "effect"), ("technology", "effect"),
        ("belief", "technology"), ("belief", "effect"), ("belief", "leverage"),
        ("leverage", "market"), ("dependence", "market"), ("leverage", "dependence"),
        ("market", "technology"), ("effect", "market"),
    ):  # fmt: skip
        if strong in topics:
            topics.discard(weak)
    return [claim for topic, claim in found.items() if topic in topics]


#: Subjects that belong to no country.
ANYBODY = frozenset(
    {"importers", "exporters", "ports", "consumers", "companies", "firms", "plants"}
)
OTHERS = frozenset({"competitors", "rivals", "peers"})


def _about(sentence: Sentence, mark: Mark, previous: str | None) -> tuple[str | None, bool]:
    names = [m for m in sentence.of("COUNTRY", "FIRM") if not _of_others(sentence, m)]
    if mark.key == "aim":
        return _aims(sentence, mark, names, previous)
    if ANYBODY & set(sentence.before(mark.start)) and not any(
        mark.start - 4 <= m.start < mark.start for m in names
    ):
        return None, True
    if sentence.words[mark.start] == "without":
        comma = sentence.first({","}, mark.start, len(sentence.words))
        behind = [m for m in names if comma is not None and m.start > comma]
        if behind:
            return behind[0].key, True
    before = [m for m in names if m.start < mark.end]
    after = [m for m in names if m.start >= mark.start]
    suffers = (
        sentence.words[mark.start].startswith((*SUFFERED, "stand", "stood", "paid", "pay"))
        or _no_object(sentence, mark)
        or sentence.words[mark.end : mark.end + 1] == ("by",)
    )
    if mark.key == "effect" and not suffers:
        hit = [m for m in after if m.start - mark.start <= 10] or [
            m for m in after if m.start >= mark.start
        ]
        if hit:
            return hit[0].key, True
    if mark.key == "cost":
        first = [m for m in before if m.start <= mark.start] or before or _speaker(sentence, after)
        return (first[0].key, True) if first else (None, False)
    return _subject(sentence, mark, before, after, previous)


def _subject(
    sentence: Sentence, mark: Mark, before: list[Mark], after: list[Mark], previous: str | None
) -> tuple[str | None, bool]:
    """Return the party that a claim is about by its place, and whether that is sure."""
    subjects = [m for m in before if _bare(sentence, m)]
    if mark.key == "technology":
        subjects = [m for m in subjects if m.end <= mark.start] or subjects
    if mark.key == "effect" and before and OWN & set(sentence.before(mark.start, 4)):
        return before[-1].key, False
    if subjects:
        return (subjects[-1] if mark.key in ("technology", "leverage") else subjects[0]).key, True
    if before:
        return before[0].key, False
    if previous and {"it", "its", "he", "his", "they", "their"} & set(sentence.words):
        return previous, False
    return (after[0].key, False) if after else (None, False)


def _aims(
    sentence: Sentence, mark: Mark, names: list[Mark], previous: str | None
) -> tuple[str | None, bool]:
    """Find whose aim it is: somebody named before the words on holding back, never who is held."""
    held = [m.start for m in sentence.of("HINDER") if mark.start <= m.start < mark.end]
    before = [
        m for m in names if m.start < held[0] and (m.form == "adjective" or _bare(sentence, m))
    ]
    if before:
        return before[0].key, True
    pronoun = {"it", "its", "he", "his", "they", "their"} & set(sentence.words[: held[0]])
    return (previous, False) if previous and pronoun else (None, False)


def _speaker(sentence: Sentence, names: list[Mark]) -> list[Mark]:
    """Return who says what a sentence says: ..., according to DeepSeek."""
    words = set(said_by(sentence).lower().split())
    return [m for m in names if words & set(sentence.words[m.start : m.end])]


def _no_object(sentence: Sentence, mark: Mark) -> bool:
    """Tell `farmers are hurting` from `the curbs are hurting farmers`."""
    after = sentence.words[mark.end : mark.end + 1]
    continuous = {"is", "are", "was", "were"} & set(sentence.before(mark.start))
    return bool(continuous) and after in ((), (".",), (",",), ("because",), ("as",), ("from",))


def _of_others(sentence: Sentence, mark: Mark) -> bool:
    """Say whether a name only tells whom somebody is compared with: its Japanese competitors."""
    owner = {"its", "their", "his"} & set(sentence.before(mark.start))
    return bool(owner and OTHERS & set(sentence.words[mark.end : mark.end + 1]))


def _bare(sentence: Sentence, mark: Mark) -> bool:
    """Say whether a name stands as a subject or an owner, with no preposition before it."""
    if mark.label == "COUNTRY" and is_subject(sentence, mark):
        return True
    lead = [w for w in sentence.before(mark.start, 2) if w not in ("the", "a", "an")]
    return not (lead[-1:] and lead[-1] in {*ON, "by", "than"})


def said_by(sentence: Sentence) -> str:
    """Return on whose word a sentence rests, as written in it, or the empty string."""
    for mark in sentence.of("SAYS"):
        if mark.key == "according":
            return _words_until(sentence, mark.end)
        start = mark.start
        while start > 0 and mark.start - start < 5 and sentence.words[start - 1] not in _STOPS:
            start -= 1
        if start < mark.start:
            return as_written(sentence, start, mark.start)
    return ""


_STOPS = frozenset({",", ";", ":", "that", "but", "and", ".", '"', "(", ")", "be", "sure"})


def _words_until(sentence: Sentence, start: int) -> str:
    end = start
    while end < len(sentence.words) and end - start < 6 and sentence.words[end] not in _STOPS:
        end += 1
    return as_written(sentence, start, end)


def as_written(sentence: Sentence, start: int, end: int) -> str:
    """Return words with the capitals of the article where they can be found."""
    words = " ".join(sentence.words[start:end]).replace(" 's", "'s")
    place = sentence.text.lower().find(words)
    return sentence.text[place : place + len(words)] if place >= 0 else words


def _quantities(sentence: Sentence) -> tuple[str, ...]:
    marks = sentence.of(*QUANTITIES)
    return tuple(dict.fromkeys(" ".join(sentence.words[m.start : m.end]) for m in marks))
