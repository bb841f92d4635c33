"""Who acts and on whom, from the order of words around an instrument."""

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
SAYING = frozenset({"that", "said", "says", "say", "argues", "argued", "while", "but", ";", "and"})
BREAKS = frozenset(
    {
        *(";", ":", "because", "while", "whereas", "but", "if", "unless", "who", "which", "until"),
        *("although", "though", "when", "once", "so", "since", "after", "as"),
        *("echoing", "mirroring", "following", "matching"),
    }
)
OPENINGS = frozenset({"if", "unless", "should", "since", "after", "when", "although", "while"})
SAID_BY = frozenset({"said", "says", "decided", "argued", "argues", "announced", "claims"})
DECIDED = frozenset(
    {"decided", "announced", "wrote", "posted", "declared", "decreed", "warned", "mused", "vowed"}
)
BETWEEN = frozenset(
    {
        *("new", "own", "'s", "latest", "recent", "proposed", "planned", "additional", "first"),
        *("export", "import", "retaliatory", "sweeping", "broad", "steep", "punitive", "the"),
        *("current", "existing", "average", "tough", "strict", "huge", "extra", "percent"),
        *("futile", "attempt", "attempts", "efforts", "at", "threat", "threats", "of", "to", "a"),
        *("plan", "plans", "move", "decision", "tripling", "doubling", "further"),
    }
)
HEAD = frozenset({"the", "president", "government", "minister", "of", "us"})
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
#: Words of an office between a country and what its holder says.
TITLES = OFFICE | {"trade", "foreign", "economy", "industry", "secretary", "chief", "leader"}
#: What is written in a capital: plans in Paris, a bill in the Senate.
PAPERS = frozenset({"plans", "plan", "bill", "proposal", "draft"})
#: Those who belong to somebody without being them.
RELATED = frozenset({"allies", "rivals", "partners", "neighbours", "neighbors", "friends", "critics"})
#: Verbs of those who speak of somebody else's measure.
LOOK_ON = frozenset(
    {
        *("describes", "described", "denounced", "denounces", "decried", "attacked", "slammed"),
        *("blasted", "deplored", "lamented", "lambasted"),
        *("opposes", "opposed", "oppose", "fears", "fear", "feared", "criticised", "criticises"),
        *("condemned", "condemns", "welcomed", "welcomes", "protested", "protests", "worries"),
    }
)
#: What those are asked to do who have a measure in force.
LESSEN = frozenset(
    {
        "lower",
        "cut",
        "scrap",
        "lift",
        "drop",
        "reconsider",
        "suspend",
        "reduce",
        "remove",
        "ease",
        "end",
    }
)
MADE = frozenset({"made", "built", "produced", "sold", "supplied", "grown"})
MEANS = frozenset({"by", "with", "through", "using"})
BE = frozenset({"is", "are", "was", "were", "been", "be"})
#: Whoever pays for a measure of their own government, and whoever sells what it withholds.
CONSUMERS = frozenset(
    {
        *("household", "consumer", "family", "shopper", "buyer"),
        *("households", "consumers", "shoppers", "shops", "buyers", "importers", "voters"),
        *("families", "users", "drivers", "prices", "retailers"),
    }
)
SELLERS = frozenset({"suppliers", "exporters", "sellers", "makers", "toolmakers", "producers"})
FORCES = frozenset({"army", "navy", "military", "government", "agencies", "police", "hospitals"})
GATES = frozenset({"port", "ports", "border", "borders", "customs", "shops"})
IN_FORCE = frozenset({"effect", "force"})
PRONOUNS = frozenset({"it", "its", "he", "his", "she", "her", "they", "their", "administration"})


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


def actors(sentence: Sentence, instrument: Mark, previous: str | None) -> tuple[list[str], bool]:
    """Return the codes of those who act, and whether the sentence itself names them."""
    agent = (
        _agent(sentence, instrument)
        or _inside(sentence, instrument)
        or relative(sentence, instrument)
        or asked_to_lessen(sentence, instrument)
        or _market(sentence, instrument)
        or (_decider(sentence, instrument) if sentence.words[0] in OPENINGS else None)
    )
    if agent:
        return [agent.key], True
    owner = _owner(sentence, instrument)
    if owner:
        return _list_with(sentence, owner), True
    subject = _subject(sentence, instrument) or _means_of(sentence, instrument)
    if subject:
        return _list_with(sentence, subject), True
    decider = _decider(sentence, instrument) or _quoted(sentence, instrument)
    if decider:
        return [decider.key], True
    buyer = _buyer(sentence, instrument)
    if buyer and instrument.key in ("discourage", "ban", "curb"):
        return [buyer.key], True
    if previous and sentence.first(PRONOUNS, 0, instrument.start) is not None:
        return [previous], False
    place = _place(sentence, instrument)
    return ([place.key], True) if place else ([], False)


def _market(sentence: Sentence, instrument: Mark) -> Mark | None:
    """Find where goods go that face a measure: Japanese exports to America face a tariff."""
    for mark in sentence.of("COUNTRY"):
        lead = [w for w in sentence.before(mark.start, 3) if w != "the"]
        goes = lead[-1:] == ["to"] and lead[-2:-1] and lead[-2].startswith(("export", "shipment", "sale"))
        faced = SUFFER & set(sentence.words[mark.end : instrument.start])
        if goes and mark.end <= instrument.start and faced:
            return mark
    return None


def _agent(sentence: Sentence, instrument: Mark) -> Mark | None:
    for mark in sentence.of("COUNTRY"):
        lead = [w for w in sentence.before(mark.start, 5) if w not in HEAD]
        if mark.start > instrument.start and lead[-1:] == ["by"] and mark.form != "adjective":
            return mark
    return None


def _inside(sentence: Sentence, instrument: Mark) -> Mark | None:
    """Find the country that the instrument itself names: federal agencies may not buy."""
    for mark in sentence.of("COUNTRY"):
        within = instrument.start <= mark.start < instrument.end
        state = FORCES & set(sentence.words[mark.end : mark.end + 1])
        state = state if mark.form == "adjective" else sentence.before(mark.start) == ("in",)
        if mark.start == instrument.start or (within and state and instrument.key == "procurement"):
            return mark
    return None


def _owner(sentence: Sentence, instrument: Mark) -> Mark | None:
    """Find the country just before the instrument: American curbs, Beijing's new tariffs."""
    for mark in reversed(sentence.of("COUNTRY")):
        between = sentence.words[mark.end : instrument.start]
        if mark.end > instrument.start or len(between) > 7:
            continue
        lead = [w for w in sentence.before(mark.start, 2) if w != "the"]
        if lead[-1:] and lead[-1] in {"on", "against", *OBJECT_OF}:
            continue
        free = all(word in BETWEEN or word.replace(".", "").isdigit() for word in between)
        attached = not between or between[0] == "'s" or mark.form == "adjective"
        if free and (attached or (mark.key == "USA" and not {"of", "to"} & set(between))):
            return mark
    return None


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


def _subject(sentence: Sentence, instrument: Mark) -> Mark | None:
    found = [
        m
        for m in sentence.of("COUNTRY")
        if m.end <= instrument.start
        and is_subject(sentence, m)
        and not _suffers(sentence, m, instrument)
        and not _looks_on(sentence, m)
    ]
    if not found:
        return None
    last = found[-1]
    breaks = SAYING | {","} if sentence.words[0] in OPENINGS else SAYING
    for mark in found:
        words = sentence.words[mark.end : last.start]
        if mark is last or not breaks & set(words) or last.key in _joined(sentence, mark)[1:]:
            return mark
    return last


def _means_of(sentence: Sentence, instrument: Mark) -> Mark | None:
    """Find whose means an instrument is: by limiting sales, Washington hopes to slow them."""
    if sentence.words[0] not in MEANS or instrument.start > 6:
        return None
    behind = [m for m in sentence.of("COUNTRY") if m.start >= instrument.end]
    found = [m for m in behind if m.form != "adjective" and is_subject(sentence, m)]
    return found[0] if found else None


def _looks_on(sentence: Sentence, mark: Mark) -> bool:
    """Say whether somebody only speaks of a measure: Germany opposes it, Lula called it theft."""
    place = _behind_office(sentence, mark.end)
    after = sentence.words[place : place + 2]
    named = after[:1] in (("called",), ("calls",)) and after[1:] != ("for",)
    return bool(LOOK_ON & set(after[:1])) or named


def _behind_office(sentence: Sentence, place: int) -> int:
    """Return the place behind an office and an apposition: Japan's prime minister; Peru, a seller of ores."""
    words = sentence.words
    place += words[place : place + 1] == ("'s",)
    while words[place : place + 1] and words[place] in TITLES:
        place += 1
    close = sentence.first({","}, place + 1, min(place + 9, len(words)))
    return close + 1 if words[place : place + 1] == (",",) and close is not None else place


def complainer(sentence: Sentence, acting: list[str]) -> Mark | None:
    """Find who speaks of somebody else's measure, and so is hit by it where nobody else is."""
    found = [m for m in sentence.of("COUNTRY") if _looks_on(sentence, m)]
    own = [m for m in found if is_subject(sentence, m) and m.key not in acting]
    return own[0] if own else None


def _suffers(sentence: Sentence, mark: Mark, instrument: Mark) -> bool:
    """Say whether who stands before an instrument is hit by it: faces, would lose under."""
    words = sentence.words[mark.end : instrument.start + 1]
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


def _decider(sentence: Sentence, instrument: Mark) -> Mark | None:
    """Find who decided, where that is said at the end: ..., Brussels decided."""
    for mark in sentence.of("COUNTRY"):
        after = set(sentence.words[mark.end : mark.end + 1])
        if mark.start > instrument.start and DECIDED & after:
            return mark
    return None


def _place(sentence: Sentence, instrument: Mark) -> Mark | None:
    """Find where it holds: came into effect in Canada, a levy in the United States."""
    for mark in sentence.of("COUNTRY"):
        lead = [w for w in sentence.before(mark.start, 3) if w != "the"]
        gate = sentence.words[mark.end : mark.end + 1]
        if mark.start >= instrument.end and lead[-1:] == ["at"] and GATES & set(gate):
            return mark
        after = mark.start >= instrument.end and mark.form == "noun"
        into_force = bool(lead[-2:-1]) and lead[-2] in IN_FORCE
        into_force = into_force or mark.start - instrument.end <= 2
        faced = bool(SUFFER & set(sentence.words)) or is_passive(sentence, instrument)
        holds = into_force or faced
        if after and lead[-1:] in (["in"], ["into"]) and holds:
            return mark
    return None


def asked_to_lessen(sentence: Sentence, instrument: Mark) -> Mark | None:
    """Find who is asked to give up what is in force: they begged Paris to lower its duty."""
    for mark in sentence.of("COUNTRY"):
        behind = sentence.words[mark.end : mark.end + 2]
        asked = any(m.start <= mark.start <= m.end for m in sentence.of("MOOD") if m.key == "asked")
        if asked and mark.end < instrument.start and behind[:1] == ("to",) and LESSEN & set(behind):
            return mark
    return None


def relative(sentence: Sentence, instrument: Mark) -> Mark | None:
    """Find who acts in a clause on the instrument: the duty that Ottawa levies."""
    words = sentence.words
    place = instrument.end + (words[instrument.end : instrument.end + 1] == (",",))
    if words[place : place + 1] not in (("that",), ("which",)):
        return None
    place += 1 + (words[place + 1 : place + 2] == ("the",))
    named = [m for m in sentence.of("COUNTRY") if m.start == place]
    if not named or not is_subject(sentence, named[0]):
        return None
    pays = SUFFER & set(words[named[0].end : named[0].end + 3])
    return None if pays else named[0]


def _quoted(sentence: Sentence, instrument: Mark) -> Mark | None:
    """Find who speaks of their own measures: "We will tax cars", the Indian minister said."""
    marks = {'"'} if sentence.words[0] == '"' else {"?"}
    close = sentence.first(marks, instrument.end, len(sentence.words))
    if marks == {"?"} and "says" not in sentence.words[close or len(sentence.words) :]:
        return None
    behind = [m for m in sentence.of("COUNTRY") if close is not None and m.start > close]
    return behind[0] if behind else None


def _buyer(sentence: Sentence, instrument: Mark) -> Mark | None:
    for mark in sentence.of("COUNTRY"):
        if mark.end <= instrument.start and mark.form == "adjective":
            near = sentence.words[mark.end : mark.end + 3]
            if BUYERS & set(near):
                return mark
    return None


def _list_with(sentence: Sentence, mark: Mark) -> list[str]:
    """Return the list of countries that a country belongs to."""
    for earlier in sentence.of("COUNTRY"):
        found = _joined(sentence, earlier)
        if earlier.start < mark.start and mark.key in found[1:]:
            return found
    return _joined(sentence, mark)


def _joined(sentence: Sentence, mark: Mark) -> list[str]:
    """Add the countries of a list: Japan, South Korea and the Netherlands."""
    found, end = [mark.key], mark.end
    for other in sentence.of("COUNTRY"):
        between = sentence.words[end : other.start]
        if other.start > mark.start and between and set(between) <= {",", "and", "the"}:
            found.append(other.key)
            end = other.end
    return found


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
    return _suffers(sentence, hit, instrument) and not {"on", "against"} & set(behind)


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
    passive = after in {("was", "hit"), ("were", "hit")} or _suffers(sentence, mark, instrument)
    passive = passive or (
        instrument.key in ("ban", "procurement") and is_passive(sentence, instrument)
    )
    return passive or bool(lead[-1:] and lead[-1] in {*OBJECT_OF, "on", "from", "against", "if"})
