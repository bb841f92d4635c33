"""Who acts, from the order of words around an instrument."""

from __future__ import annotations

from upperhand.audit.read.marks import Mark, Sentence
from upperhand.audit.read.roles import (
    BUYERS,
    GATES,
    OBJECT_OF,
    SUFFER,
    is_passive,
    is_subject,
    looks_on,
    suffers,
)

SAYING = frozenset({"that", "said", "says", "say", "argues", "argued", "while", "but", ";", "and"})
OPENINGS = frozenset({"if", "unless", "should", "since", "after", "when", "although", "while"})
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
MEANS = frozenset({"by", "with", "through", "using"})
FORCES = frozenset({"army", "navy", "military", "government", "agencies", "police", "hospitals"})
IN_FORCE = frozenset({"effect", "force", "place"})
PRONOUNS = frozenset({"it", "its", "he", "his", "she", "her", "they", "their", "administration"})


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
        goes = (
            lead[-1:] == ["to"]
            and lead[-2:-1]
            and lead[-2].startswith(("export", "shipment", "sale"))
        )
        faced = SUFFER & set(sentence.words[mark.end : instrument.start])
        if goes and mark.end <= instrument.start and faced:
            return mark
    return None


def _agent(sentence: Sentence, instrument: Mark) -> Mark | None:
    for mark in sentence.of("COUNTRY"):
        lead = [w for w in sentence.before(mark.start, 5) if w not in HEAD]
        told = lead[-2:] == ["told", "by"]
        behind = mark.start > instrument.start and lead[-1:] == ["by"]
        if (behind or told) and mark.form != "adjective":
            return mark
    return None


def _inside(sentence: Sentence, instrument: Mark) -> Mark | None:
    """Find the country that the instrument itself names: federal agencies may not buy."""
    for mark in sentence.of("COUNTRY"):
        within = instrument.start <= mark.start < instrument.end
        inside = sentence.before(mark.start) == ("in",)
        if mark.form == "adjective":
            inside = bool(FORCES & set(sentence.words[mark.end : mark.end + 1]))
        if mark.start == instrument.start or (
            within and inside and instrument.key == "procurement"
        ):
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


def _subject(sentence: Sentence, instrument: Mark) -> Mark | None:
    found = [
        m
        for m in sentence.of("COUNTRY")
        if m.end <= instrument.start
        and is_subject(sentence, m)
        and not suffers(sentence, m, instrument)
        and not looks_on(sentence, m)
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
        found = _run_of(sentence, earlier)
        if mark in found[1:]:
            return [m.key for m in found]
    return _joined(sentence, mark)


def _joined(sentence: Sentence, mark: Mark) -> list[str]:
    """Add the countries of a list: Japan, South Korea and the Netherlands."""
    return [m.key for m in _run_of(sentence, mark)]


def _run_of(sentence: Sentence, mark: Mark) -> list[Mark]:
    found = [mark]
    for other in sentence.of("COUNTRY"):
        between = sentence.words[found[-1].end : other.start]
        if other.start > mark.start and between and set(between) <= {",", "and", "the"}:
            found.append(other)
    return found
