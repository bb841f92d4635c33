"""Measures that a sentence speaks of, as far as it tells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from upperhand.audit.read.dates import ArticleDate, DateFound, dates_in
from upperhand.audit.read.kinds import goods_of, kind_of
from upperhand.audit.read.marks import MAX_CHARACTERS, Mark, Sentence
from upperhand.audit.read.moods import mood
from upperhand.audit.read.parties import actors, relative
from upperhand.audit.read.roles import clause_end
from upperhand.audit.read.strengths import strength
from upperhand.audit.read.targets import complainer, sufferer, targets

ONE_SIDED = frozenset({"subsidy", "export_tax"})
EXPORT_KINDS = frozenset(
    {"export_control", "export_licence", "equipment_restriction", "mineral_licensing", "export_tax"}
)


@dataclass(frozen=True, slots=True)
class MeasureFound:
    """A measure as a sentence tells it.

    Attributes:
        kind: Instrument of the model.
        by: Code of who acts, or None when the text does not say.
        on: Codes of those aimed at.
        status: in_force, planned, threat, past, denied or hypothetical.
        strength: Number by the name of its field; `factor` is a multiple of the rate in force.
        goods: Sector codes; `mineral` stands for minerals without a sector of their own.
        when: ISO day, month, year or interval; empty when not told or not to be resolved.
        begins: Whether `when` is the first day, and not the day of the news.
        confidence: 0 to 1.
        why: What the confidence rests on, and what was guessed.
        sentence: As in the article.
    """

    kind: str
    by: str | None
    on: tuple[str, ...]
    status: str
    strength: dict[str, float] = field(default_factory=dict)
    goods: tuple[str, ...] = ()
    when: str = ""
    begins: bool = False
    confidence: float = 1.0
    why: tuple[str, ...] = ()
    sentence: str = ""


def measures_in(
    sentence: Sentence, written: ArticleDate | None, previous: str | None = None
) -> list[MeasureFound]:
    """Return the measures of a sentence; `previous` is who `it` or `his` would mean.

    Examples:
        >>> from upperhand.audit.read.marks import mark_sentence
        >>> found = measures_in(mark_sentence("Tokyo may double its duty on Thai rice."), None)[0]
        >>> found.kind, found.by, found.on, found.status, found.strength
        ('tariff', 'JPN', ('THA',), 'planned', {'factor': 2.0})
    """
    dates = dates_in(sentence.text[:MAX_CHARACTERS], written)
    marks = _acts(sentence)
    found: list[MeasureFound] = []
    for i, mark in enumerate(marks):
        if i and _is_demand(sentence, mark):
            continue
        stop = marks[i + 1].start if i + 1 < len(marks) else len(sentence.words)
        end = clause_end(sentence, mark.end)
        if mark.key != "walk_out" and stop > mark.end + 3:
            end = min(end, stop)
        start = marks[i - 1].end if i else 0
        new = _of_instrument(sentence, mark, start, end, dates, previous, written)
        found += [_aimed_at_them(sentence, item, found, mark) for item in new]
    return _distinct([item for item in found if _says_something(item)])


def _acts(sentence: Sentence) -> list[Mark]:
    """Return the instruments, without what another instrument does: tariffs have cut exports."""
    kept: list[Mark] = []
    for mark in sentence.of("INSTRUMENT"):
        before = [w for w in sentence.before(mark.start, 3) if w not in ("have", "has", "had")]
        does = mark.key == "curb" and sentence.words[mark.start].startswith(("cut", "stop", "halt"))
        if not (kept and does and before and before[-1] == sentence.words[kept[-1].end - 1]):
            kept.append(mark)
    return kept


def _is_demand(sentence: Sentence, mark: Mark) -> bool:
    """Say whether a later instrument is what somebody is told to do: a duty, unless Delhi stops buying."""
    unless = sentence.first({"unless"}, 0, mark.start)
    return unless is not None and sentence.first({","}, unless, mark.start) is None


def _aimed_at_them(
    sentence: Sentence, item: MeasureFound, earlier: list[MeasureFound], mark: Mark
) -> MeasureFound:
    """Read `their` and `its` beside an instrument as those whom the sentence named before."""
    near = set(sentence.words[mark.start : mark.end + 3])
    if ("on", "it") in pairwise(sentence.words[mark.end :]):
        near.add("it")
    if relative(sentence, mark):
        near |= set(sentence.words[mark.end : mark.end + 7])
    if item.on or item.kind in ONE_SIDED or not near & {"their", "its", "them", "it"}:
        return item
    named = [m.key for m in sentence.of("FIRM", "COUNTRY") if m.end <= mark.start]
    named = [code for code in named if code != item.by]
    on = earlier[-1].on if earlier else tuple(named[:1])
    return _weighed(replace(item, on=tuple(code for code in on if code != item.by)), named=True)


def _says_something(found: MeasureFound) -> bool:
    """Leave out words on measures in general: nobody acts, nobody is hit, no rate, no good."""
    return bool(found.by or found.on or found.strength or found.goods)


def _of_instrument(
    sentence: Sentence,
    mark: Mark,
    start: int,
    end: int,
    dates: list[DateFound],
    previous: str | None,
    written: ArticleDate | None,
) -> list[MeasureFound]:
    acting, named = actors(sentence, mark, previous)
    acting = _without_the_one_hit(sentence, mark, acting, end)
    goods = goods_of(sentence, mark, start, end)
    kind = kind_of(sentence, mark, goods, acting)
    on, marks = targets(sentence, mark, acting, end)
    if kind in EXPORT_KINDS:
        marks = [m for m in marks if not _is_origin(m, goods)]
        on = list(dict.fromkeys(m.key for m in marks))
    if kind == "export_licence" and not on:
        sold = [
            m for m in sentence.of("COUNTRY") if m.key not in acting and _is_market(sentence, m)
        ]
        on = [m.key for m in sold[:1]]
    if kind in EXPORT_KINDS and not acting:
        acting = _exporters(sentence)
        on = [code for code in on if code not in acting]
        marks = [m for m in marks if m.key not in acting]
    if kind == "export_licence" and not acting:
        acting = [m.key for m in sentence.of("FIRM") if m.end <= mark.end][:1]
    if not on and (kind == "tariff" or acting):
        hurt = sufferer(sentence, acting, sells=kind in EXPORT_KINDS)
        hurt = hurt or complainer(sentence, acting) or _warned(sentence, acting)
        on, marks = ([hurt.key], [hurt]) if hurt else (on, marks)
    when = date_of(dates)
    future = bool(when and when.begins and _is_later(when.iso, written))
    status = mood(sentence, mark, future_date=future)
    if status == "asked":
        return []
    if kind in ONE_SIDED:
        on = []
    base = MeasureFound(
        kind=kind,
        by=acting[0] if acting else None,
        on=tuple(sorted(on)),
        status=_promised(status) if kind == "purchase_commitment" else status,
        strength=_strength(sentence, kind, mark, end, status),
        goods=_good_codes(goods, () if mark.key == "listing" else marks),
        when=when.iso if when else "",
        begins=bool(when and when.begins),
        sentence=sentence.text,
    )
    parts = _one_rate_each(sentence, base, marks, end)
    codes: list[str | None] = [*acting] or [None]
    several = [replace(part, by=code) for part in parts for code in codes]
    if len(acting) > 1 and not on and kind not in ONE_SIDED:
        several = [replace(m, on=tuple(c for c in acting if c != m.by)) for m in several]
    return [_weighed(part, named=named) for part in several]


def _exporters(sentence: Sentence) -> list[str]:
    """Return whose exports a sentence is on: exports of magnets from China, Indonesian nickel."""
    goods = {m.start for m in sentence.of("GOOD")}
    for mark in sentence.of("COUNTRY"):
        if mark.form == "adjective" and goods & {mark.end, mark.end + 1}:
            return [mark.key]
        lead = [w for w in sentence.before(mark.start, 9) if w != "the"]
        leaves = any(word.startswith(("export", "shipment")) for word in lead)
        if mark.form == "noun" and lead[-1:] == ["from"] and leaves:
            return [mark.key]
    return []


def _warned(sentence: Sentence, acting: list[str]) -> Mark | None:
    """Find of whom something is demanded: a duty, unless Delhi stops buying."""
    unless = sentence.first({"unless"}, 0, len(sentence.words))
    named = [m for m in sentence.of("COUNTRY") if unless is not None and m.start == unless + 1]
    return named[0] if named and named[0].key not in acting else None


def _is_market(sentence: Sentence, mark: Mark) -> bool:
    """Say whether a name tells where a firm sells: its Chinese sales, its sales in China."""
    behind = mark.form == "adjective" and sentence.words[mark.end : mark.end + 1] == ("sales",)
    return behind or sentence.before(mark.start, 2) in (("sales", "in"), ("sales", "to"))


def _is_origin(mark: Mark, goods: list[Mark]) -> bool:
    """Say whether a name tells where goods that may not leave come from: American chips."""
    return mark.form == "adjective" and any(good.start == mark.end for good in goods)


def _without_the_one_hit(sentence: Sentence, mark: Mark, acting: list[str], end: int) -> list[str]:
    """Leave the other one of two who agreed on a measure against the goods of one of them."""
    if len(acting) != 2:
        return acting
    hit = [m.key for m in sentence.of("COUNTRY") if mark.end <= m.start < end and m.key in acting]
    return [code for code in acting if code != hit[0]] if hit else acting


def _promised(status: str) -> str:
    """Return the status of a promise to buy: it is never in force by itself, nor a threat."""
    return "planned" if status in ("in_force", "threat") else status


#: How a tariff ends that ends once something is done.
GOES = frozenset({"disappear", "disappears", "vanish", "vanishes", "lapse", "lapses", "go", "goes"})
ENDS = frozenset({"when", "once", "if"})


def _strength(sentence: Sentence, kind: str, mark: Mark, end: int, status: str) -> dict[str, float]:
    found = strength(sentence, kind, mark, end)
    removing = {"scrap", "abolish", "remove", "eliminate", "lift"} & set(
        sentence.words[max(mark.start - 5, 0) : mark.start]
    )
    ending = ENDS & set(sentence.words[end : end + 2]) and set(sentence.words[end - 2 : end])
    gone = (removing and not found) or (ending and GOES & ending)
    if kind == "tariff" and status == "planned" and gone:
        return {"to_pct": 0.0}
    return found


def _good_codes(goods: list[Mark], marks: Sequence[Mark]) -> tuple[str, ...]:
    """Return the goods named; a firm's own good where none is, or where it is the finer word."""
    named = tuple(dict.fromkeys(m.key for m in goods if m.key != "all_goods"))
    if "ai_accelerators" in named:
        named = tuple(code for code in named if code != "chips")
    of_firms = tuple(dict.fromkeys(m.form for m in marks if m.label == "FIRM" and m.form))
    if not named or (named == ("chips",) and "ai_accelerators" in of_firms):
        return of_firms
    return named


def date_of(dates: list[DateFound]) -> DateFound | None:
    """Prefer the date on which something begins; an event is no date of a measure."""
    dates = [found for found in dates if not (found.event or found.ends)]
    begins = [found for found in dates if found.begins]
    known = begins or [found for found in dates if found.iso] or dates
    return known[0] if known else None


def _is_later(iso: str, written: ArticleDate | None) -> bool:
    return bool(written and iso and iso[:10] > written.text()[: len(iso[:10])])


def _one_rate_each(
    sentence: Sentence, base: MeasureFound, marks: list[Mark], end: int
) -> list[MeasureFound]:
    """Split `10 per cent on China and 25 per cent on Canada` into two measures."""
    rates = [m for m in sentence.of("RATE") if m.start < end]
    if base.kind != "tariff" or len(rates) < 2 or len(marks) < 2 or "add_pp" not in base.strength:
        return [base]
    limits = [*(m.start for m in rates), end]
    split = []
    for rate, (low, high) in zip(rates, pairwise(limits), strict=True):
        hit = tuple(sorted({m.key for m in marks if low < m.start < high}))
        if not hit:
            return [base]
        named = [m.key for m in sentence.of("GOOD") if low < m.start < high]
        goods = tuple(dict.fromkeys(named)) or base.goods
        split.append(replace(base, on=hit, goods=goods, strength={"add_pp": float(rate.key)}))
    return split


def _weighed(found: MeasureFound, *, named: bool) -> MeasureFound:
    """Give the confidence: less for everything that the sentence left to be guessed."""
    why: list[str] = []
    value = 0.95
    for missing, loss, words in (
        (found.by is None, 0.35, "who acts is not said"),
        (found.by is not None and not named, 0.15, "who acts comes from an earlier sentence"),
        (not found.on and found.kind not in ONE_SIDED, 0.2, "whom it hits is not said"),
        (found.kind == "tariff" and not found.strength, 0.15, "no rate"),
        ("factor" in found.strength, 0.1, "a multiple of a rate that the sentence does not give"),
        (found.status == "hypothetical", 0.1, "only imagined"),
    ):
        if missing:
            value -= loss
            why.append(words)
    return replace(found, confidence=round(value, 2), why=tuple(why))


def with_confidence(found: MeasureFound, most: float, words: str) -> MeasureFound:
    """Return a measure weighed as one of the grammar is, but with at most this confidence."""
    weighed = _weighed(found, named=True)
    return replace(weighed, confidence=min(weighed.confidence, most), why=(words, *weighed.why))


def _distinct(found: list[MeasureFound]) -> list[MeasureFound]:
    """Join what is said twice in one sentence."""
    kept: list[MeasureFound] = []
    for item in found:
        twin = next((k for k in kept if _same(k, item)), None)
        if twin is None:
            kept.append(item)
        else:
            kept[kept.index(twin)] = merged(twin, item)
    return kept


FAMILY = {
    "import_ban": "buying",
    "discouraged_purchase": "buying",
    "procurement_ban": "buying",
} | dict.fromkeys(
    ("export_control", "export_licence", "mineral_licensing", "equipment_restriction"), "selling"
)


def _same(a: MeasureFound, b: MeasureFound) -> bool:
    """Say whether two findings of one sentence are one measure."""
    if FAMILY.get(a.kind, a.kind) != FAMILY.get(b.kind, b.kind):
        return False
    if a.by and b.by and a.by != b.by:
        return False
    if a.strength and b.strength and a.strength != b.strength:
        return False
    if a.on and b.on and a.on != b.on:
        return False
    return not (a.goods and b.goods and not set(a.goods) & set(b.goods) and a.kind == b.kind)


SPECIFIC = (
    *("procurement_ban", "discouraged_purchase", "mineral_licensing", "equipment_restriction"),
    *("export_licence",),
)


def merged(a: MeasureFound, b: MeasureFound) -> MeasureFound:
    """Return one measure with what either finding tells; the more specific kind wins."""
    first, second = (b, a) if b.confidence > a.confidence else (a, b)
    kinds = sorted((a.kind, b.kind), key=lambda k: SPECIFIC.index(k) if k in SPECIFIC else 9)
    if b.kind == kinds[0] and a.kind != b.kind:
        first, second = b, a
    elif a.kind == kinds[0] and a.kind != b.kind:
        first, second = a, b
    status = a.status if a.status != "in_force" else b.status
    return replace(
        first,
        kind=kinds[0],
        by=first.by or second.by,
        on=first.on or second.on,
        status=status,
        strength=first.strength or second.strength,
        goods=first.goods or second.goods,
        when=first.when or second.when,
        begins=first.begins or second.begins,
    )
