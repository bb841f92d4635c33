"""A draft: what an article seems to say, each entry with its sentence, to be confirmed or deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from upperhand.audit.read.article import Article
from upperhand.audit.read.claims import ClaimFound, as_written, claims_in
from upperhand.audit.read.dates import dates_in
from upperhand.audit.read.kinds import first_actor
from upperhand.audit.read.marks import MAX_CHARACTERS, mark_sentence
from upperhand.audit.read.measures import EXPORT_KINDS, MeasureFound, measures_in, merged
from upperhand.audit.read.moods import NOT_A_MOVE
from upperhand.core.errors import ScenarioError, raise_faults
from upperhand.core.files import write_text
from upperhand.core.yamltext import yaml_of

VERSION = 1
#: Field without which an instrument has no strength.
NEEDED = {
    "tariff": "add_pp",
    "export_tax": "add_pct",
    "discouraged_purchase": "comply_pct",
    "export_control": "withhold_pct",
    "equipment_restriction": "withhold_pct",
    "mineral_licensing": "withhold_pct",
    "export_licence": "premium_pct",
    "entity_listing": "share_pct",
    "procurement_ban": "public_pct",
    "subsidy": "rate_pct",
    "purchase_commitment": "usd_bn",
}
#: Found numbers that are no field of the instrument; they go into the note.
SAID_IN_NOTE = {
    "factor": "times the rate in force, which the article does not give",
    "fee_pct": "per cent of sales as a fee for the licence",
}
FIRST_LINES = """\
# A draft made from an article by rules; they err. Nothing runs from it as it stands.
# Read each sentence. Set `confirmed: true` where the entry is right, correct it, or delete it,
# and fill in what `missing` lists. Then: upperhand draft scenario THIS_FILE -o mine.yaml
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """What an article seems to say.

    Attributes:
        article: Where it comes from: file, title, date, digest, counts.
        measures: Entries with `confirmed`, `measure`, `missing`, `sentence`, `confidence`.
        mentions: Measures that are past, denied or imagined, which no scenario takes over.
        claims: Entries with `confirmed`, `sentence`, `topic`, `about`, `test`.
    """

    article: dict[str, Any]
    measures: tuple[dict[str, Any], ...]
    mentions: tuple[dict[str, Any], ...]
    claims: tuple[dict[str, Any], ...]

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, as written to the file."""
        return {
            "draft": VERSION,
            "article": self.article,
            "measures": list(self.measures),
            "mentions": list(self.mentions),
            "claims": list(self.claims),
        }

    def text(self) -> str:
        """Return the draft as YAML with a heading that says what to do."""
        return FIRST_LINES + unfolded(self.to_dict())

    def save(self, path: str | Path) -> Path:
        """Write the draft as YAML."""
        return write_text(path, self.text())


def unfolded(data: Mapping[str, Any]) -> str:
    """Return plain data as YAML, every sentence on one line."""
    return yaml_of(data, width=1_000_000)


def draft_from(article: Article) -> Draft:
    """Draft the measures and claims of an article.

    Examples:
        >>> text = "Ottawa will put a duty of 25% on American cars. It lifted another last month."
        >>> article = Article("a.txt", "", (text,), None, "", 0, "")
        >>> draft = draft_from(article)
        >>> draft.measures[0]["confirmed"], draft.measures[0]["measure"]["add_pp"]
        (False, 25.0)
    """
    measures: list[MeasureFound] = []
    claims: list[ClaimFound] = []
    previous: str | None = None
    sentences = article.sentences()
    for text in sentences:
        sentence = mark_sentence(text)
        measures += measures_in(sentence, article.written, previous)
        claims += claims_in(sentence, previous)
        previous = first_actor(sentence) or previous
    return draft_of(article, len(sentences), measures, claims)


def draft_of(
    article: Article,
    sentences: int,
    measures: Sequence[MeasureFound],
    claims: Sequence[ClaimFound],
    *,
    more: Mapping[str, Any] | None = None,
) -> Draft:
    """Return the draft of what was found, the same measure of several sentences joined.

    Args:
        article: Where it was found.
        sentences: How many sentences the article has.
        measures: In the order of the article.
        claims: In the order of the article.
        more: Further entries on the article, such as who drafted.
    """
    found: list[tuple[MeasureFound, list[str]]] = []
    for measure in measures:
        _add(found, measure)
    moves = [pair for pair in found if pair[0].status not in NOT_A_MOVE]
    others = [pair for pair in found if pair[0].status in NOT_A_MOVE]
    return Draft(
        article=_about(article, sentences) | dict(more or {}),
        measures=tuple(_entry(m, also, article) for m, also in moves),
        mentions=tuple(_mention(m, also, article) for m, also in others),
        claims=tuple(_claim(claim, i, article) for i, claim in enumerate(claims)),
    )


def _add(found: list[tuple[MeasureFound, list[str]]], new: MeasureFound) -> None:
    """Add a measure, or join it to the same one of an earlier sentence."""
    for i, (old, also) in enumerate(found):
        same = (old.kind, old.by, old.on, old.status) == (new.kind, new.by, new.on, new.status)
        rates = not old.strength or not new.strength or old.strength == new.strength
        goods = not old.goods or not new.goods or set(old.goods) & set(new.goods)
        dates = not old.when or not new.when or old.when == new.when
        if same and rates and goods and dates and new.kind != "entity_listing":
            whole = replace(merged(old, new), sentence=old.sentence)
            found[i] = whole, [*also, new.sentence]
            return
    found.append((new, []))


def _about(article: Article, sentences: int) -> dict[str, Any]:
    return {
        "file": article.name,
        "title": article.title,
        "date": article.written.text() if article.written else None,
        "date_from": article.date_from,
        "sentences": sentences,
        "lines_left_out": article.removed,
        "sha256": article.digest,
    }


def measure_data(found: MeasureFound) -> dict[str, Any]:
    """Return a measure in the words of the scenario schema, as far as it was told.

    Examples:
        >>> measure_data(MeasureFound("tariff", "USA", ("CHN",), "threat", {"add_pp": 100.0}))
        {'kind': 'tariff', 'by': 'USA', 'against': ['CHN'], 'add_pp': 100.0, 'status': 'threat'}
    """
    partner = "to" if found.kind in EXPORT_KINDS else "against"
    data: dict[str, Any] = {"kind": found.kind}
    if found.by:
        data["by"] = found.by
    if found.on and found.kind != "subsidy":
        data[partner] = list(found.on)
    sectors = [code for code in found.goods if code != "mineral"]
    if sectors and found.kind != "walk_out":
        data["sectors"] = sectors
    data |= {k: v for k, v in found.strength.items() if k not in SAID_IN_NOTE}
    if found.begins and len(found.when) in (4, 7, 10):
        data["from"] = (found.when + "-01-01")[:10] if len(found.when) < 10 else found.when
    data["status"] = found.status
    notes = [f"{v:g} {SAID_IN_NOTE[k]}" for k, v in found.strength.items() if k in SAID_IN_NOTE]
    if "from" in data and len(found.when) < 10:
        notes.append(f"the article says {found.when} only, not the day")
    if notes:
        data["note"] = "; ".join(notes)
    return data


def _missing(found: MeasureFound, data: Mapping[str, Any]) -> list[str]:
    missing = [] if found.by else ["by"]
    partner = "to" if found.kind in EXPORT_KINDS else "against"
    if not found.on and found.kind not in ("subsidy",):
        missing.append(partner)
    needed = NEEDED.get(found.kind)
    if needed and needed not in data and not (needed == "add_pp" and "to_pct" in data):
        missing.append(needed)
    if "mineral" in found.goods and "sectors" not in data:
        missing.append("sectors")
    return missing


def _entry(found: MeasureFound, also: list[str], article: Article) -> dict[str, Any]:
    data = measure_data(found)
    return {
        "confirmed": False,
        "measure": data,
        "missing": _missing(found, data),
        **_evidence(found, also, article),
    }


def _mention(found: MeasureFound, also: list[str], article: Article) -> dict[str, Any]:
    data = measure_data(found)
    status = data.pop("status")
    return {"status": status, "measure": data, **_evidence(found, also, article)}


def _evidence(found: MeasureFound, also: list[str], article: Article) -> dict[str, Any]:
    dates = _dates(found.sentence, article)
    firms = _firms(found.sentence)
    entry: dict[str, Any] = {"sentence": found.sentence}
    if also:
        entry["also"] = also
    if found.when:
        entry["first_day" if found.begins else "said_or_done"] = found.when
    if dates:
        entry["dates"] = dates
    if firms:
        entry["firms"] = firms
    return entry | {"confidence": found.confidence, "why": list(found.why)}


def _dates(sentence: str, article: Article) -> list[dict[str, str]]:
    return [
        {"words": d.words, "date": d.iso or "unknown without the date of the article"}
        for d in dates_in(sentence[:MAX_CHARACTERS], article.written)
    ]


def _firms(text: str) -> list[str]:
    """Return the firms that a sentence names, as written."""
    sentence = mark_sentence(text)
    named = (as_written(sentence, m.start, m.end) for m in sentence.of("FIRM"))
    return list(dict.fromkeys(named))


def _claim(found: ClaimFound, number: int, article: Article) -> dict[str, Any]:
    dates = _dates(found.sentence, article)
    return {
        "confirmed": False,
        "id": f"{found.topic}-{(found.about or 'nobody').lower()}-{number + 1}",
        "sentence": found.sentence,
        "topic": found.topic,
        "about": found.about,
        "test": found.test,
        "said_by": found.said_by or "the article",
        "quantities": list(found.quantities),
        **({"dates": dates} if dates else {}),
        "confidence": found.confidence,
    }


FIELDS = {
    "measures": ("confirmed", "measure", "sentence"),
    "mentions": ("status", "measure", "sentence"),
    "claims": ("confirmed", "id", "sentence", "topic", "test"),
}


def read_draft(path: str | Path) -> Draft:
    """Read a draft back, as its reader left it.

    Raises:
        ScenarioError: If it is no draft, or an entry lacks a field (every fault listed).
    """
    from upperhand.scenario.yamlfile import parse, read_text

    document = parse(read_text(Path(path)), name=str(path))
    data = document.data
    if data.get("draft") != VERSION:
        raise ScenarioError(
            f"{path}: is no draft of version {VERSION}; make one with `upperhand read ARTICLE`"
        )
    faults = _shape_faults(data)
    raise_faults(ScenarioError, faults, what=str(path))
    lists = {name: tuple(data.get(name) or ()) for name in FIELDS}
    return Draft(article=dict(data.get("article") or {}), **lists)


def _shape_faults(data: Mapping[str, Any]) -> list[str]:
    faults: list[str] = []
    if not isinstance(data.get("article") or {}, dict):
        faults.append("article: is no mapping; leave it as the program wrote it")
    for name, fields in FIELDS.items():
        entries = data.get(name) or []
        if not isinstance(entries, list):
            faults.append(f"{name}: is no list; start each entry with `- `")
            continue
        for i, entry in enumerate(entries):
            where = f"{name}[{i}]"
            if not isinstance(entry, dict):
                faults.append(f"{where}: is no mapping; give {', '.join(fields)}")
                continue
            faults += [f"{where}.{f}: missing; give it or delete the entry" for f in fields
                       if f not in entry]  # fmt: skip
            if "confirmed" in entry and not isinstance(entry["confirmed"], bool):
                got = entry["confirmed"]
                faults.append(f"{where}.confirmed: got {got!r}; allowed: true, false")
            if "measure" in entry and not isinstance(entry["measure"], dict):
                faults.append(f"{where}.measure: is no mapping; give kind, by and the rest")
    return faults
