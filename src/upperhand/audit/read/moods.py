"""Is a measure in force, planned, threatened, past, denied or only imagined?"""

from __future__ import annotations

from upperhand.audit.read.marks import Mark, Sentence
from upperhand.audit.read.parties import MEANS, asked_to_lessen
from upperhand.audit.read.roles import TRADES

#: The first that a clause shows wins.
STRENGTH = (
    *("asked", "open", "kept", "denied", "threat", "standing", "past", "announced", "hypothetical"),
    *("planned", "in_force"),
)
APART = frozenset({";", "after", "because", "while", "whereas", "but", "although", "though"})
IF = frozenset({"if", "because"})
ANSWERS = frozenset({"answer", "retaliate", "respond", "react", "match"})
SAYING = frozenset({"say", "says", "said"})
RELATIVE = frozenset({"that", "which", "who"})
#: Words on what something is for, whose `is to` is no plan.
PURPOSE = frozenset({"aim", "point", "purpose", "goal", "objective", "object", "idea", "intention"})
MEANT = frozenset({"intended", "meant", "designed", "supposed"})
NOT_A_MOVE = frozenset({"past", "denied", "hypothetical"})


def mood(sentence: Sentence, instrument: Mark, *, future_date: bool) -> str:
    """Return the status of an instrument in its sentence; `asked` when somebody else wants it."""
    found = [m for m in sentence.of("MOOD") if _governs(sentence, m, instrument)]
    kinds = {m.key for m in found}
    if instrument.key == "discourage" and not _asks_a_country(sentence, instrument):
        kinds.discard("asked")
    if "kept" in kinds or ("asked" in kinds and asked_to_lessen(sentence, instrument)):
        return "in_force"
    if _withdrawn(found) or (
        "past" in kinds and _plan_dropped(found, instrument) and "denied" not in kinds
    ):
        return "past"
    if "past" in kinds and "planned" in kinds and not _plan_dropped(found, instrument):
        return "planned" if instrument.key == "tariff" else "past"
    imagined = _in_a_condition(sentence, instrument)
    for name in STRENGTH:
        if name in kinds:
            if imagined and name in ("planned", "in_force"):
                return "hypothetical"
            if name in ("in_force", "standing"):
                return "planned" if future_date else "in_force"
            return "planned" if name in ("announced", "open") else name
    if imagined:
        return "hypothetical"
    return "planned" if future_date else "in_force"


def _in_a_condition(sentence: Sentence, instrument: Mark) -> bool:
    """Say whether the sentence begins with `if` and its first clause holds the instrument's verb."""
    if sentence.words[0] != "if":
        return False
    comma = sentence.first({","}, 0, len(sentence.words))
    named = any(m.end <= instrument.start for m in sentence.of("COUNTRY"))
    return comma is not None and instrument.end <= comma and named


def _asks_a_country(sentence: Sentence, instrument: Mark) -> bool:
    """Tell `asked Brussels to stop buying` from `asked its firms to stop buying`."""
    names = sentence.of("COUNTRY")
    return any(m.form != "adjective" and m.start == instrument.start + 1 for m in names)


def _governs(sentence: Sentence, mark: Mark, instrument: Mark) -> bool:
    """Leave out what belongs to a condition, and what stands far behind the instrument."""
    if mark.start >= instrument.end + 18 or _of_an_answer(sentence, mark, instrument):
        return False
    if _said_apart(sentence, mark, instrument) or _of_the_end(sentence, mark, instrument):
        return False
    if mark.key == "threat" and TRADES & set(sentence.before(mark.start)):
        return False  # a business warns of what somebody else does
    if _of_those_meant(sentence, mark) or _of_a_purpose(sentence, mark):
        return False
    if sentence.first(APART, mark.end, instrument.start) is not None:
        return False
    condition = sentence.first(IF, 0, mark.start + 1)
    if condition is None or mark.key in ("threat", "hypothetical"):
        return True
    end = _end_of_condition(sentence, condition)
    return not condition <= mark.start < end or condition <= instrument.start < end


def _end_of_condition(sentence: Sentence, start: int) -> int:
    """Return where a condition ends: at a comma, or where somebody is spoken of again."""
    stops = [
        sentence.first({","}, start, len(sentence.words)),
        sentence.first({"it", "they", "he", "she"}, start + 4, len(sentence.words)),
    ]
    return min([stop for stop in stops if stop is not None], default=len(sentence.words))


def _of_an_answer(sentence: Sentence, mark: Mark, instrument: Mark) -> bool:
    """Say whether a mood is of an answer to the instrument: would not retaliate against it."""
    behind = set(sentence.words[mark.end : min(mark.end + 2, instrument.start)])
    return mark.key in ("denied", "hypothetical", "planned") and bool(ANSWERS & behind)


def _said_apart(sentence: Sentence, mark: Mark, instrument: Mark) -> bool:
    """Say whether a mood stands in what somebody says later on: ... and says that it will."""
    places = range(instrument.end, mark.start - 1)
    starts = {m.start for m in sentence.of("COUNTRY")}
    return any(
        sentence.words[i] in SAYING and (sentence.words[i + 1] == "that" or i + 1 in starts)
        for i in places
    )


def _of_those_meant(sentence: Sentence, mark: Mark) -> bool:
    """Say whether a mood only tells who or what is meant: goods that do not comply."""
    said, relative = (
        SAYING & set(sentence.before(mark.start, 2)),
        RELATIVE & set(sentence.before(mark.start)),
    )
    return mark.key in ("denied", "hypothetical") and bool(relative) and not said


def _of_a_purpose(sentence: Sentence, mark: Mark) -> bool:
    """Say whether `is to` tells what a measure is for: the point of the curbs is to slow them."""
    is_to = sentence.words[mark.start : mark.end][-1:] == ("to",) and mark.end - mark.start == 2
    aims = [m for m in sentence.of("CLAIM") if m.key == "aim"]
    meant = sentence.words[mark.start] in MEANT
    within = meant and any(m.start <= mark.start < m.end for m in aims)
    purpose = is_to and bool(PURPOSE & set(sentence.before(mark.start, 9)))
    return mark.key == "planned" and (purpose or within)


def _of_the_end(sentence: Sentence, mark: Mark, instrument: Mark) -> bool:
    """Say whether a mood is of what a means is for: by limiting sales, Paris hopes to win."""
    comma = sentence.first({","}, instrument.end, mark.start)
    return sentence.words[0] in MEANS and comma is not None


def _withdrawn(found: list[Mark]) -> bool:
    """Say whether a threat or a plan was dropped."""
    ends = [m.start for m in found if m.key == "past"]
    begun = [m.start for m in found if m.key in ("threat", "planned")]
    return any(0 < start - end <= 4 for end in ends for start in begun)


def _plan_dropped(found: list[Mark], instrument: Mark) -> bool:
    """Say whether the plan itself ended, and not what is planned to end."""
    if any(m.key == "past" and m.start >= instrument.end for m in found):
        return True
    first = min((m.start for m in found if m.key == "past"), default=0)
    return all(m.start > first for m in found if m.key == "planned")
