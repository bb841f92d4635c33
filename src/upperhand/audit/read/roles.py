"""What part a name plays in a sentence: it acts, is hit, looks on, or speaks for a trade."""

from __future__ import annotations

from itertools import pairwise

from upperhand.audit.read.marks import Mark, Sentence

ON = frozenset({"on", "against", "from", "to", "with", "of", "over", "for", "between", "at", "in"})
INSIDE = frozenset({"in", "within", "across"})
OFFICE = frozenset(
    {
        *("government", "officials", "lawmakers", "ministry", "minister", "administration"),
        *("regulators", "authorities", "president", "leaders", "parliament", "court", "customs"),
        *(
            "army",
            "navy",
            "military",
            "senators",
            "commission",
            "council",
            "leadership",
            "chancellor",
            "governments",
            *("prime", "finance", "commerce", "agencies", "ministers", "ministries"),
        ),
    }
)
BUYERS = frozenset(
    {
        *("companies", "firms", "refiners", "airlines", "importers", "buyers", "groups", "banks"),
        *(
            "carmakers",
            "makers",
            "manufacturers",
            "retailers",
            "traders",
            "customers",
            "chipmakers",
            *("centres", "centers", "operators", "carriers", "utilities", "hospitals"),
            *("developers", "universities", "ministries", "agencies"),
        ),
    }
)
OBJECT_OF = frozenset(
    {
        *("threatened", "threatens", "warned", "warns", "hit", "told", "asked", "exempted"),
        *(
            "exempts",
            "urged",
            "follow",
            "followed",
            "follows",
            "join",
            "joined",
            "joins",
            "punish",
            "punished",
            "spare",
        ),
    }
)
BREAKS = frozenset(
    {
        *(";", ":", "because", "while", "whereas", "but", "if", "unless", "who", "which", "until"),
        *("although", "though", "when", "once", "so", "since", "after", "as"),
        *("echoing", "mirroring", "following", "matching"),
    }
)
SUFFER = frozenset(
    {"face", "faces", "faced", "facing", "bracing", "brace", "escape", "escaped", "escapes"}
    | {"pay", "pays", "paid", "paying", "carry", "carries", "carried", "attract", "attracts"}
    | {"dodge", "dodged", "averted", "avoided"}
    | {"accept", "accepts", "accepted", "swallow", "swallowed"}
    | {"attracted", "draw", "draws", "drew", "incur", "incurs", "incurred", "bear", "bears", "bore"}
    | {"secure", "secures", "secured", "won", "wins", "obtained"}
)
LOSE = frozenset({"lose", "loses", "lost", "suffer", "suffers", "suffered", "losing"})
#: What those do who bow to a threat, or get ready for a measure of somebody else.
YIELDED = frozenset({("gave", "way"), ("backed", "down"), ("caved", "in"), ("ready", "for")})
#: Participles of those who are hit.
HIT_BY = frozenset(
    {("exemption", "from"), ("exempt", "from"), ("relief", "from"), ("reprieve", "from")}
    | {("subject", "to"), ("slapped", "with"), ("reeling", "from"), ("liable", "to")}
    | {(word, "by") for word in ("hit", "struck", "targeted", "battered", "stung", "squeezed")}
    | {(word, "by") for word in ("covered", "affected", "burdened", "crippled", "hurt")}
)
#: Those who speak for a trade, of measures of somebody else.
TRADES = frozenset(
    {"association", "lobby", "federation", "chamber", "union", "unions", "exporters"}
)
WARNING = frozenset({"warned", "warns", "said", "says", "complained", "complains", "estimates"})
#: Words of an office between a country and what its holder says.
TITLES = OFFICE | {"trade", "foreign", "economy", "industry", "secretary", "chief", "leader"}
#: What is written in a capital: plans in Paris, a bill in the Senate.
PAPERS = frozenset({"plans", "plan", "bill", "proposal", "draft"})
#: Those who belong to somebody without being them.
RELATED = frozenset(
    {"allies", "rivals", "partners", "neighbours", "neighbors", "friends", "critics"}
)
#: Verbs of those who speak of somebody else's measure.
LOOK_ON = frozenset(
    {
        *("describes", "described", "denounced", "denounces", "decried", "attacked", "slammed"),
        *("blasted", "deplored", "lamented", "lambasted"),
        *("opposes", "opposed", "oppose", "fears", "fear", "feared", "criticised", "criticises"),
        *("condemned", "condemns", "welcomed", "welcomes", "protested", "protests", "worries"),
    }
)
BE = frozenset({"is", "are", "was", "were", "been", "be"})
GATES = frozenset({"port", "ports", "border", "borders", "customs", "shops"})


def clause_end(sentence: Sentence, start: int) -> int:
    """Return where the clause that contains word `start` ends."""
    stop = sentence.first(BREAKS, start, len(sentence.words))
    while stop is not None and (close := _end_of_aside(sentence, stop)) is not None:
        stop = sentence.first(BREAKS, close, len(sentence.words))
    effects = [m.start for m in sentence.of("CLAIM") if m.key == "effect" and m.start >= start]
    return min([len(sentence.words) if stop is None else stop, *effects])


def _end_of_aside(sentence: Sentence, place: int) -> int | None:
    """Return where a clause between commas ends: the levy, which began at midnight, adds ten points."""
    aside = sentence.words[place] in {"which", "who"} and sentence.before(place) == (",",)
    close = sentence.first({","}, place, len(sentence.words)) if aside else None
    return None if close is None else close + 1


def is_subject(sentence: Sentence, mark: Mark) -> bool:
    """Say whether a country stands where those who act stand."""
    after = sentence.words[mark.end] if mark.end < len(sentence.words) else ""
    if mark.form == "adjective":
        return after in OFFICE
    if after == "'s" and RELATED & set(sentence.words[mark.end + 1 : mark.end + 3]):
        return False
    lead = [w for w in sentence.before(mark.start, 4) if w not in ("the", "president")]
    if mark.start > 2 and "president" in sentence.before(mark.start, 3):
        lead = [w for w in lead if w != "of"]
    if lead[-1:] and lead[-1] in INSIDE:
        return bool((OFFICE | PAPERS) & set(sentence.before(mark.start, 6)))
    if lead[-1:] == ["of"] and lead[-2:-1] and lead[-2] in OFFICE:
        return True
    if lead[-1:] and lead[-1] in ON:
        return lead[-2:-1] == ["threat"]
    if lead[-1:] and lead[-1] in OBJECT_OF:
        return False
    passive = sentence.words[mark.end : mark.end + 2]
    return not (passive[:1] and passive[0] in {"was", "were", "is"} and passive[1:] == ("hit",))


def looks_on(sentence: Sentence, mark: Mark) -> bool:
    """Say whether somebody only speaks of a measure: Germany opposes it, Lula called it theft."""
    place = _behind_office(sentence, mark.end)
    after = sentence.words[place : place + 2]
    named = after[:1] in (("called",), ("calls",)) and after[1:] != ("for",)
    return bool(LOOK_ON & set(after[:1])) or named or _speaks_for_a_trade(sentence, mark)


def _speaks_for_a_trade(sentence: Sentence, mark: Mark) -> bool:
    """Say whether a business speaks: Germany's car industry association warned."""
    pairs = pairwise(sentence.words[mark.end : mark.end + 7])
    return any(one in TRADES and other in WARNING for one, other in pairs)


def _behind_office(sentence: Sentence, place: int) -> int:
    """Return the place behind an office and an apposition: Japan's prime minister; Peru, a seller of ores."""
    words = sentence.words
    place += words[place : place + 1] == ("'s",)
    while words[place : place + 1] and words[place] in TITLES:
        place += 1
    close = sentence.first({","}, place + 1, min(place + 9, len(words)))
    return close + 1 if words[place : place + 1] == (",",) and close is not None else place


def suffers(sentence: Sentence, mark: Mark, instrument: Mark) -> bool:
    """Say whether who stands before an instrument is hit by it: faces, would lose under."""
    words = sentence.words[mark.end : instrument.start + 1]
    first = next((i for i, word in enumerate(words, mark.end) if word in SUFFER), instrument.start)
    if any(mark.end < m.start < first and is_subject(sentence, m) for m in sentence.of("COUNTRY")):
        words = ()  # somebody else is
    between = set(words)
    pairs = set(pairwise(words))
    return (
        bool(SUFFER & between)
        or bool(LOSE & between and {"under", "from"} & between)
        or bool((YIELDED | HIT_BY) & pairs)
    )


def is_passive(sentence: Sentence, instrument: Mark) -> bool:
    """Say whether an instrument is a participle: drones are banned, were now barred."""
    return bool(BE & set(sentence.before(instrument.start, 2)))
