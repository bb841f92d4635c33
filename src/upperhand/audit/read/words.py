"""The gazetteers and the grammar as data, compiled for spaCy's rule-based components once."""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from upperhand.core.errors import MissingExtraError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.matcher import Matcher

LISTS = {"countries.csv": "COUNTRY", "firms.csv": "FIRM", "goods.csv": "GOOD"}
_REFERENCE = re.compile(r"^<([A-Z]+)>$")
#: Labels that other patterns refer to, found first.
FIRST = ("FRACTION", "FACTOR", "HINDER")
#: What a token is, as other patterns see it: its label and its word.
MARK = "upperhand_mark"


def data_text(name: str) -> str:
    """Return a packaged file of the reader.

    Examples:
        >>> data_text("goods.csv").startswith("#")
        True
    """
    return (files("upperhand") / "data" / "audit" / "read" / name).read_text(encoding="utf-8")


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a packaged table, comments left out.

    Examples:
        >>> rows("countries.csv")[0]["code"]
        'USA'
    """
    lines = [line for line in data_text(name).splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


def phrases(name: str) -> list[str]:
    """Return the lines of a packaged list, comments left out."""
    lines = data_text(name).splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def spacy_or_error() -> Any:
    """Return the spacy package, or say which extra brings it.

    Raises:
        MissingExtraError: If spaCy is not installed.
    """
    try:
        import spacy
    except ImportError as error:
        raise MissingExtraError(
            "reading articles needs spaCy, which is not installed; "
            "install it with `pip install 'upperhand[read]'`"
        ) from error
    return spacy


@lru_cache(maxsize=1)
def splitter() -> Language:
    """Return the pipeline that cuts text into sentences."""
    language: Language = spacy_or_error().blank("en")
    language.add_pipe("sentencizer")
    return language


@lru_cache(maxsize=1)
def pipeline() -> Language:
    """Return the pipeline that marks countries, leaders, firms, goods, rates and dates."""
    language: Language = spacy_or_error().blank("en")
    from spacy.tokens import Token

    Token.set_extension(MARK, default="", force=True)
    ruler: Any = language.add_pipe(
        "entity_ruler", config={"phrase_matcher_attr": "LOWER", "overwrite_ents": True}
    )
    ruler.add_patterns(_names())
    return language


def _names() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, label in LISTS.items():
        for row in rows(name):
            detail = row.get("form") or row.get("good") or ""
            key = f"{row['code']}/{detail}"
            found += [
                {"label": label, "id": key, "pattern": word} for word in row["words"].split("|")
            ]
    number = {"LIKE_NUM": True, "LOWER": {"REGEX": r"^[0-9]{1,12}(\.[0-9]{1,12})?$"}}
    found.append({"label": "RATE", "pattern": [number, {"LOWER": "percent"}]})
    found.append({"label": "POINTS", "pattern": [number, {"LOWER": {"IN": ["points", "point"]}}]})
    scale = {"LOWER": {"IN": ["million", "billion", "trillion"]}, "OP": "?"}
    money = {"LOWER": {"IN": ["dollars", "euros", "yuan", "yen", "pounds"]}}
    found.append({"label": "MONEY", "pattern": [number, scale, money]})
    years = {"LOWER": {"IN": ["years", "year", "generations", "decades", "months"]}}
    found.append({"label": "SPAN", "pattern": [number, years]})
    return found


@lru_cache(maxsize=2)
def grammar(*, first: bool) -> Matcher:
    """Return the matcher of the grammar; `first` has the labels that other patterns refer to."""
    spacy_or_error()
    from spacy.matcher import Matcher

    matcher = Matcher(pipeline().vocab)
    for row in rows("grammar.csv"):
        if (row["label"] in FIRST) == first:
            matcher.add(f"{row['label']}/{row['id']}", [compiled(row["pattern"])])
    return matcher


def compiled(pattern: str) -> list[dict[str, Any]]:
    """Return one pattern of the grammar as spaCy writes it.

    Examples:
        >>> compiled("ban|bans on? {2} export*")[1]
        {'LOWER': {'IN': ['on']}, 'OP': '?'}
    """
    return [_token(word) for word in pattern.split()]


def _token(word: str) -> dict[str, Any]:
    if word.startswith("{"):
        return {"TEXT": {"NOT_IN": [".", ";", ":", "!", "?"]}, "OP": "{0," + word[1:-1] + "}"}
    optional = {"OP": "?"} if word.endswith("?") else {}
    choices = word.rstrip("?").split("|")
    labels = [m[1] for choice in choices if (m := _REFERENCE.match(choice))]
    plain = [choice for choice in choices if not _REFERENCE.match(choice)]
    spelled = rf"(?:^|> )(?:{'|'.join(_regex(choice) for choice in plain)})$"
    if labels:
        marked = rf"^<(?:{'|'.join(labels)})> "
        either = f"{marked}|{spelled}" if plain else marked
        several = {} if plain else {"OP": "+"}
        return {"_": {MARK: {"REGEX": either}}} | several | optional
    if any(choice.endswith("*") for choice in plain):
        return {"LOWER": {"REGEX": f"^(?:{'|'.join(_regex(p) for p in plain)})$"}} | optional
    return {"LOWER": {"IN": plain}} | optional


def _regex(word: str) -> str:
    return re.escape(word[:-1]) + r"\w*" if word.endswith("*") else re.escape(word)
