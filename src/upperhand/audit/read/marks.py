"""A sentence with everything the lists and the grammar find in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from upperhand.audit.read.spelling import plain
from upperhand.audit.read.words import FIRST, MARK, grammar, pipeline

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

NAMES = ("COUNTRY", "FIRM")
#: The most specific instrument wins where patterns overlap.
ORDER = (
    *("walk_out", "discourage", "commitment", "procurement", "listing", "licence"),
    *("export_tax", "curb", "ban", "subsidy", "tariff"),
)
MAX_WORDS, MAX_CHARACTERS = 150, 2_000


@dataclass(frozen=True, slots=True)
class Mark:
    """A run of words with a meaning.

    Attributes:
        label: COUNTRY, FIRM, GOOD, RATE, INSTRUMENT, MOOD and so on.
        key: What it stands for: a code, an instrument, a number.
        form: For a country: noun, adjective or leader. For a firm: its good.
        start: First word.
        end: Word after the last one.
    """

    label: str
    key: str
    form: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it stands in the article, and as the grammar sees it.

    Attributes:
        text: As in the article.
        words: Lower case, one spelling for numbers.
        marks: Everything found, in order.
    """

    text: str
    words: tuple[str, ...]
    marks: tuple[Mark, ...]

    def of(self, *labels: str) -> list[Mark]:
        """Return the marks with these labels."""
        return [mark for mark in self.marks if mark.label in labels]

    def before(self, place: int, count: int = 1) -> tuple[str, ...]:
        """Return the words just before a place."""
        return self.words[max(place - count, 0) : place]

    def first(self, words: Iterable[str], start: int, end: int) -> int | None:
        """Return where the first of `words` stands in a range, or None."""
        wanted = set(words)
        return next((i for i in range(start, end) if self.words[i] in wanted), None)


def mark_sentence(text: str) -> Sentence:
    """Return a sentence with its marks.

    Examples:
        >>> found = mark_sentence("Beijing put a 10% duty on American cars.")
        >>> [(mark.label, mark.key) for mark in found.of("COUNTRY", "GOOD", "RATE", "INSTRUMENT")]
        [('COUNTRY', 'CHN'), ('RATE', '10'), ('INSTRUMENT', 'tariff'), ('COUNTRY', 'USA'), ('GOOD', 'C29')]
    """
    doc = pipeline()(" ".join(plain(text[:MAX_CHARACTERS]).split()[:MAX_WORDS]))
    names = [_name(e) for e in doc.ents if _is_name(e.text, e.label_) and not _is_to_ship(doc, e)]
    names = [
        mark for k, mark in enumerate(names) if not (k and _of_another(doc, mark, names[k - 1]))
    ]
    for mark in names:
        _note(doc, mark)
    early = _longest(_matches(doc, first=True))
    for mark in early:
        if mark.label in FIRST:
            _note(doc, mark)
    late = _matches(doc, first=False)
    masked = [mark for mark in late if mark.label == "NOT"]
    named = [m for m in late if m.label == "INSTRUMENT" and not _is_verb(doc, m)]
    instruments = _specific(named, masked)
    others = _shortest(m for m in late if m.label not in ("INSTRUMENT", "NOT"))
    others = [m for m in others if not (m.start and doc[m.start].text == "May")]
    found = sorted([*names, *early, *instruments, *others], key=lambda m: (m.start, -m.end))
    return Sentence(text, tuple(token.lower_ for token in doc), tuple(found))


def _is_name(text: str, label: str) -> bool:
    if label not in NAMES:
        return True
    return text[:1].isupper() and text != "Us"


#: Words before a verb.
BEFORE_VERB = frozenset({"to", "will", "may", "can", "could", "not", "would", "must"})


def _is_to_ship(doc: Doc, entity: Span) -> bool:
    """Tell the verb from the vessel."""
    before = doc[entity.start - 1].lower_ if entity.start else ""
    return entity.text.lower() == "ship" and before in BEFORE_VERB


#: Institutions that other countries have as well.
COMMON = frozenset({"senate", "congress", "treasury", "supreme", "commerce"})


def _of_another(doc: Doc, mark: Mark, before: Mark) -> bool:
    """Say whether an institution is that of the country named before it: the Philippine Senate."""
    own = doc[before.end : mark.start].text in ("", "'s")
    return before.label == mark.label == "COUNTRY" and own and doc[mark.start].lower_ in COMMON


def _name(entity: object) -> Mark:
    label: str = entity.label_  # type: ignore[attr-defined]
    code, _, form = entity.ent_id_.partition("/")  # type: ignore[attr-defined]
    first: str = entity.text.split()[0]  # type: ignore[attr-defined]
    key = code or first
    if label == "MONEY":
        key, form = _billions(entity.text.lower()), "usd"  # type: ignore[attr-defined]
    return Mark(label, key, form, entity.start, entity.end)  # type: ignore[attr-defined]


def _is_verb(doc: Doc, mark: Mark) -> bool:
    """Tell `levies a duty` from `levies on`."""
    after = doc[mark.end].lower_ if mark.end < len(doc) else ""
    return doc[mark.start].lower_.startswith("lev") and after in {"a", "an", "no"}


def _billions(text: str) -> str:
    words = text.split()
    scale = {"million": 1e-3, "billion": 1.0, "trillion": 1e3}.get(words[1], 1e-9)
    return f"{float(words[0]) * scale:g}"


def _note(doc: Doc, mark: Mark) -> None:
    for token in doc[mark.start : mark.end]:
        token._.set(MARK, f"<{mark.label}> {token.lower_}")


def _matches(doc: Doc, *, first: bool) -> list[Mark]:
    for token in doc:
        if not token._.get(MARK):
            token._.set(MARK, token.lower_)
    strings = doc.vocab.strings
    found = []
    for key, start, end in grammar(first=first)(doc):
        label, _, meaning = strings[key].partition("/")
        found.append(Mark(label, meaning, "", start, end))
    return found


def _shortest(marks: Iterable[Mark]) -> list[Mark]:
    """Keep, of those that begin at one place and mean the same, the shortest."""
    best: dict[tuple[str, str, int], Mark] = {}
    for mark in sorted(marks, key=lambda m: -m.end):
        best[mark.label, mark.key, mark.start] = mark
    return list(best.values())


def _longest(marks: Iterable[Mark]) -> list[Mark]:
    return _apart(sorted(marks, key=lambda m: m.start - m.end))


def _specific(marks: list[Mark], masked: list[Mark]) -> list[Mark]:
    kept = [m for m in _shortest(marks) if not any(_overlap(m, other) for other in masked)]
    return _apart(sorted(kept, key=lambda m: (ORDER.index(m.key), _length(m))))


def _length(mark: Mark) -> int:
    """Prefer the short reading, but `kept out of public tenders` to `tenders`."""
    return (mark.end - mark.start) * (-1 if mark.key == "procurement" else 1)


def _apart(marks: Iterable[Mark]) -> list[Mark]:
    kept: list[Mark] = []
    for mark in marks:
        if not any(_overlap(mark, other) for other in kept):
            kept.append(mark)
    return sorted(kept, key=lambda m: m.start)


def _overlap(a: Mark, b: Mark) -> bool:
    return a.start < b.end and b.start < a.end
