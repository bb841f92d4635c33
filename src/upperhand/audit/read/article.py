"""The main text of an article, from text, Markdown or a saved page; what is not article goes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from upperhand.audit.read.dates import ArticleDate, parse_date
from upperhand.audit.read.words import phrases, splitter
from upperhand.core.errors import MissingExtraError, OptionError, UpperhandError

MAX_BYTES = {"html": 3_000_000, "text": 400_000, "markdown": 400_000}
MAX_WORDS = 20_000
FEWEST_ENGLISH = 0.12
SUFFIXES = {".txt": "text", ".md": "markdown", ".markdown": "markdown"} | {
    ".html": "html", ".htm": "html",
}  # fmt: skip
#: What trafilatura and what it rests on raise on pages that are none.
BROKEN = (AssertionError, AttributeError, IndexError, KeyError, TypeError, ValueError)
#: A line at least so long that ends without a stop goes on in the next one.
WRAPPED = 55
STOPS = (".", "!", "?", ":", '"', "'", "”", "’", "*")
COMMON = frozenset(
    [
        "the",
        "of",
        "and",
        "to",
        "in",
        "a",
        "is",
        "that",
        "for",
        "on",
        "with",
        "as",
        "was",
        "at",
        "by",
        "it",
        "its",
        "from",
        "be",
        "has",
        "have",
        "had",
        "this",
        "are",
        "not",
        "but",
        "will",
        "their",
        "which",
        "an",
        "were",
        "would",
        "he",
        "his",
        "she",
        "they",
        "or",
        "said",
        "says",
        "after",
    ]
)


class ArticleError(UpperhandError, ValueError):
    """An article that cannot be read."""


#: What a paper prints before a headline to say of what kind the piece is.
LABEL = re.compile(
    r"^(opinion|analysis|comment|commentary|editorial|explainer|exclusive|news)\s*[|:]\s*", re.I
)


@dataclass(frozen=True, slots=True)
class Article:
    """The text of an article without what the page put around it.

    Attributes:
        name: File name.
        title: Headline; empty when there is none.
        paragraphs: Main text.
        written: Its date, when known.
        date_from: Where the date comes from: option, page, file name, or empty.
        removed: Lines left out as boilerplate.
        digest: SHA-256 of the file.
    """

    name: str
    title: str
    paragraphs: tuple[str, ...]
    written: ArticleDate | None
    date_from: str
    removed: int
    digest: str

    def sentences(self) -> list[str]:
        """Return the headline and every sentence of the text."""
        split = splitter()
        found = [self.title] if self.title else []
        for paragraph in self.paragraphs:
            found += [s.text.strip() for s in split(paragraph).sents if s.text.strip(" .\"'”’")]
        return found


def read_article(path: str | Path, *, day: str | None = None) -> Article:
    """Read an article and leave out what is not text of it.

    Args:
        path: File ending in .txt, .md or .html.
        day: Day or month on which it appeared, ISO; taken from the page or the file name when not
            given.

    Raises:
        ArticleError: If the file is missing, empty, too large, binary or not in English.
        MissingExtraError: If the packages of the extra `read` are not installed.
    """
    path = Path(path)
    form = SUFFIXES.get(path.suffix.lower())
    if form is None:
        known = ", ".join(SUFFIXES)
        raise ArticleError(f"{path}: unknown suffix '{path.suffix}'; save it as one of {known}")
    content = _content(path, MAX_BYTES[form])
    title, found_day, lines = _READERS[form](_decoded(content, path), path)
    given = _given(day)
    written, date_from = (given, "option") if given else _known_date(found_day, path)
    title, paragraphs, removed = without_boilerplate(lines, title)
    _check(path, [title, *paragraphs])
    digest = sha256(content).hexdigest()
    return Article(path.name, title, tuple(paragraphs), written, date_from, removed, digest)


def _content(path: Path, most: int) -> bytes:
    if path.is_dir():
        raise ArticleError(f"{path}: is a folder; give a file")
    if not path.exists():
        raise ArticleError(f"{path}: no such file; check the path")
    size = path.stat().st_size
    if size > most:
        raise ArticleError(
            f"{path}: {size / 1e6:.1f} MB; at most {most / 1e6:g} MB; save the text alone"
        )
    return path.read_bytes()


def _decoded(content: bytes, path: Path) -> str:
    if not content.strip():
        raise ArticleError(f"{path}: is empty; save the article again")
    if b"\0" in content[:4096] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ArticleError(f"{path}: is binary, not text; save the page as .html or .txt")
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else _ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        break
    else:
        raise ArticleError(f"{path}: is not text in UTF-8; save it again in UTF-8")
    strange = sum(not (c.isprintable() or c in "\n\r\t\u00a0\u200b\u202f") for c in text[:20_000])
    if strange > 0.02 * min(len(text), 20_000) + 5:
        raise ArticleError(f"{path}: is binary, not text; save the page as .html or .txt")
    kept = (c for c in text if c.isprintable() or c in "\n\t\u00a0")
    return "".join(" " if c == "\u00a0" else c for c in kept)


_ENCODINGS = ("utf-8-sig", "cp1252")


def _given(day: str | None) -> ArticleDate | None:
    if day is None:
        return None
    found = parse_date(day) if re.fullmatch(r"\d{4}-\d\d(-\d\d)?", day) else None
    if found is None:
        raise OptionError(f"--date: got '{day}'; allowed: a day 2025-10-15 or a month 2025-10")
    return found


def _known_date(found: str, path: Path) -> tuple[ArticleDate | None, str]:
    for text, source in ((found, "page"), (path.stem, "file name")):
        known = parse_date(text)
        if known:
            return known, source
    return None, ""


Parts = tuple[str, str, list[str]]


def _from_text(text: str, path: Path) -> Parts:  # noqa: ARG001 - one signature for all
    lines: list[str] = []
    open_line = False
    for line in text.splitlines():
        if open_line and line.strip():
            lines[-1] = f"{lines[-1].rstrip()} {line.strip()}"
        else:
            lines.append(line)
        open_line = len(line.strip()) >= WRAPPED and not line.rstrip().endswith(STOPS)
    return "", "", lines


_FENCE = re.compile(r"^(```|~~~)[^\n]*\n.*?(?:^\1[^\n]*$|\Z)", re.M | re.S)
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.S)


def _from_markdown(text: str, path: Path) -> Parts:  # noqa: ARG001
    front = _FRONT.match(text)
    day = title = ""
    if front:
        text = text[front.end() :]
        fields = dict(re.findall(r"^(\w+):\s*[\"']?(.*?)[\"']?\s*$", front[1], re.M))
        day, title = fields.get("date", ""), fields.get("title", "")
    text = _FENCE.sub("", text)
    text = re.sub(r"(?is)<(script|style)\b.*?(</\1\s*>|\Z)", "", text)
    text = re.sub(r"<!--.*?(?:-->|\Z)|</?[a-zA-Z][^<>\n]{0,300}>", "", text, flags=re.S)
    text = re.sub(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,500}\)", "", text)
    text = re.sub(r"\[([^\]\n]{0,300})\]\([^)\n]{0,500}\)", r"\1", text)
    text = re.sub(r"(?m)^\s{0,3}(#{1,6}|>|[-*+]|\d+\.)\s+", "", text)
    text = re.sub(r"(\*\*|__|[*`])(?=\S)(.{1,300}?)(?<=\S)\1", r"\2", text)
    return title, day, _joined(text)


def _joined(text: str) -> list[str]:
    """Join the lines of each paragraph."""
    return [" ".join(block.split()) for block in re.split(r"\n\s*\n", text)]


def _from_html(text: str, path: Path) -> Parts:
    try:
        import trafilatura
    except ImportError as error:
        raise MissingExtraError(
            "reading a saved page needs trafilatura, which is not installed; "
            "install it with `pip install 'upperhand[read]'`, or save the article as .txt"
        ) from error
    try:
        found: Any = trafilatura.bare_extraction(
            text, include_comments=False, include_tables=False, with_metadata=True
        )
    except RecursionError as error:
        raise ArticleError(f"{path}: is nested too deeply; save the article as .txt") from error
    except BROKEN as error:
        raise ArticleError(f"{path}: the page is broken; save the article as .txt") from error
    if found is None or not (found.text or "").strip():
        raise ArticleError(f"{path}: no article found on the page; save its text as .txt")
    return found.title or "", found.date or "", found.text.splitlines()


_READERS = {"text": _from_text, "markdown": _from_markdown, "html": _from_html}


@lru_cache(maxsize=2)
def _lines_like(name: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in phrases(name)), re.I)


def without_boilerplate(lines: Sequence[str], title: str = "") -> tuple[str, list[str], int]:
    """Return headline, paragraphs, and how many lines were left out.

    A headline is the first line without a full stop. Lines that repeat an earlier one go, also under a
    label such as `Opinion |` or with the name of the paper behind, and so do those of the packaged list;
    after `Leave a Reply` and its like nothing follows.

    Examples:
        >>> lines = ["Tariffs", "Tariffs", "", "Prices rose.", "Share this", "Leave a Reply", "Me"]
        >>> without_boilerplate(lines)
        ('Tariffs', ['Prices rose.'], 4)
    """
    kept: list[str] = []
    title = _headline(title)
    seen: set[str] = {_key(title)} if title else set()
    removed = 0
    texts = [" ".join(line.split()) for line in lines]
    texts = [text for text in texts if text]
    for i, text in enumerate(texts):
        if kept and _lines_like("endings.txt").fullmatch(text.strip(" *.")):
            removed += len(texts) - i
            break
        if _key(text) in seen or _lines_like("boilerplate.txt").fullmatch(text.strip(" *.:")):
            removed += 1
            continue
        seen.add(_key(text))
        kept.append(text)
    if not title and len(kept) > 1 and _is_headline(kept[0]):
        title = kept.pop(0)
    return _headline(title), kept, removed


def _headline(text: str) -> str:
    """Return a headline without its label, and without the name of a paper behind a bar."""
    bare = LABEL.sub("", text)
    head, bar, tail = bare.rpartition(" | ")
    return head if bar and len(tail.split()) < len(head.split()) else bare


def _key(text: str) -> str:
    return re.sub(r"\W+", " ", _headline(text).lower()).strip()


def _is_headline(text: str) -> bool:
    return len(text.split()) <= 25 and not text.rstrip("\"'”’").endswith((".", "!", ";"))


def _check(path: Path, texts: list[str]) -> None:
    words = re.findall(r"[^\W\d_]+", " ".join(texts).lower())
    if len(words) < 3:
        raise ArticleError(f"{path}: no sentences left without boilerplate; save the text as .txt")
    if len(words) > MAX_WORDS:
        raise ArticleError(f"{path}: {len(words):,} words; at most {MAX_WORDS:,}; read it in parts")
    share = sum(word in COMMON for word in words) / len(words)
    if len(words) >= 15 and share < FEWEST_ENGLISH:
        raise ArticleError(f"{path}: is not in English; the grammar reads English only")
