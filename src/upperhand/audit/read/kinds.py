"""Which instrument of the model a phrase names, given the words around it."""

from __future__ import annotations

from upperhand.audit.read.marks import Mark, Sentence
from upperhand.audit.read.roles import BREAKS, is_subject

#: Words on people that begin as the words on what they do.
PEOPLE = frozenset({"buyer", "buyers", "importer", "importers", "exporter", "exporters"})
SELL = ("export", "sale", "sell", "shipment", "deliver", "suppl", "access")
BUY = ("import", "purchas", "buy")
STATE = frozenset({"army", "federal", "pentagon", "tender", "tenders", "military", "procurement"})
MINERALS = frozenset({"mineral", "rare_earths", "magnets"})
DIRECT = {
    "tariff": "tariff",
    "export_tax": "export_tax",
    "listing": "entity_listing",
    "discourage": "discouraged_purchase",
    "procurement": "procurement_ban",
    "subsidy": "subsidy",
    "commitment": "purchase_commitment",
    "walk_out": "walk_out",
}


def kind_of(sentence: Sentence, instrument: Mark, goods: list[Mark], acting: list[str]) -> str:
    """Return the kind of measure.

    Bans and curbs are of imports or of exports by the words next to them; minerals, machines that
    make chips, and public buyers have instruments of their own.
    """
    near = sentence.words[max(instrument.start - 3, 0) : instrument.end + 6]
    if instrument.key in ("ban", "curb", "licence"):
        buys = _has(near, BUY) and {*STATE, "public"} & set(sentence.words)
        if buys or STATE & set(near):
            return "procurement_ban"
        kind = _direction(sentence, instrument, acting)
    elif goods and sentence.before(instrument.end, 2) == ("control", "list"):
        kind = "export_control"  # a list of goods, and not of firms
    else:
        kind = DIRECT[instrument.key]
    return _by_good(kind, goods)


def _direction(sentence: Sentence, instrument: Mark, acting: list[str]) -> str:
    """Tell bans of imports from curbs of exports."""
    words = sentence.words[max(instrument.start - 1, 0) : instrument.end + 5]
    if instrument.key == "licence":
        return "export_licence"
    firm = _firm_after(sentence, instrument)
    if instrument.key == "curb":
        if _own_firm_cut_off(sentence, instrument, acting):
            return "entity_listing"
        if firm and acting and firm.key not in acting and not _has(words, SELL):
            return "discouraged_purchase"
        return "import_ban" if _has(words, BUY) else "export_control"
    sells = _has(words, SELL) and not (
        _sale_of_theirs(sentence, instrument, acting)
        or _seller_kept_out(sentence, instrument, acting)
    )
    if sentence.words[instrument.start].startswith("boycott"):
        return "discouraged_purchase"
    return "export_control" if sells and not _has(words, BUY) else "import_ban"


def _has(words: tuple[str, ...], stems: tuple[str, ...]) -> bool:
    return any(word.startswith(stem) for word in words if word not in PEOPLE for stem in stems)


def _firm_after(sentence: Sentence, instrument: Mark) -> Mark | None:
    for mark in sentence.of("FIRM"):
        if 0 <= mark.start - instrument.end <= 2:
            return mark
    return None


def _own_firm_cut_off(sentence: Sentence, instrument: Mark, acting: list[str]) -> bool:
    """Say whether a firm abroad may no longer buy the actor's own goods."""
    words = sentence.words[instrument.start : instrument.end + 1]
    own = [m for m in sentence.of("COUNTRY") if instrument.end <= m.start <= instrument.end + 3]
    listed = [m for m in sentence.of("FIRM") if m.start < instrument.start]
    return _has(words, BUY) and bool(listed) and any(m.key in acting for m in own)


def _sale_of_theirs(sentence: Sentence, instrument: Mark, acting: list[str]) -> bool:
    """Say whether what may not be sold is the good of a firm abroad: the sale of Micron's chips."""
    for mark in sentence.of("FIRM"):
        if instrument.start < mark.start <= instrument.end + 4:
            owns = sentence.before(mark.start) == ("of",)
            return owns and bool(acting) and mark.key not in acting
    return False


def _seller_kept_out(sentence: Sentence, instrument: Mark, acting: list[str]) -> bool:
    """Say whether a firm of abroad may no longer sell in the actor's country: DJI is barred from selling here."""
    firms = [m for m in sentence.of("FIRM") if m.end <= instrument.start]
    inside = any(
        m.start >= instrument.end
        and m.key in acting
        and sentence.before(m.start, 2)[-1:] == ("in",)
        for m in sentence.of("COUNTRY")
    )
    return inside and bool(firms) and firms[-1].key not in acting


def _by_good(kind: str, goods: list[Mark]) -> str:
    codes = {m.key for m in goods}
    if kind in ("export_control", "export_licence") and codes & MINERALS:
        return "mineral_licensing"
    if kind == "export_control" and "chip_tools" in codes:
        return "equipment_restriction"
    return kind


def goods_of(sentence: Sentence, instrument: Mark, start: int, end: int) -> list[Mark]:
    """Return the goods that an instrument is about: after it, else just before it."""
    found = [m for m in sentence.of("GOOD") if instrument.start <= m.start < end]
    if found:
        return _run(sentence, found)
    before = [m for m in sentence.of("GOOD") if start <= m.start < instrument.start]
    apart = before and sentence.first(BREAKS, before[-1].end, instrument.start) is not None
    return [] if apart else _run_before(sentence, before)


def _run_before(sentence: Sentence, found: list[Mark]) -> list[Mark]:
    """Keep the last good and those joined to it."""
    kept = found[-1:]
    for mark in reversed(found[:-1]):
        if not set(sentence.words[mark.end : kept[0].start]) <= {",", "and", "or"}:
            break
        kept.insert(0, mark)
    return kept


def _run(sentence: Sentence, found: list[Mark]) -> list[Mark]:
    """Keep the first good and those joined to it."""
    kept = [found[0]]
    for mark in found[1:]:
        between = sentence.words[kept[-1].end : mark.start]
        countries = {w for m in sentence.of("COUNTRY") for w in sentence.words[m.start : m.end]}
        if all(word in {",", "and", "or"} or word in countries for word in between):
            kept.append(mark)
    return kept


def first_actor(sentence: Sentence) -> str | None:
    """Return the country that a later `it` would mean: the subject of the sentence."""
    subjects = [m.key for m in sentence.of("COUNTRY") if is_subject(sentence, m)]
    return subjects[0] if subjects else None
