"""Names of countries and sectors in a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping

GROUP_NAMES = {"EU27": "European Union", "USMCA": "North America", "ASEAN": "ASEAN"}
ARTICLE = {
    "United States",
    "Netherlands",
    "United Kingdom",
    "Philippines",
    "United Arab Emirates",
    "Czech Republic",
    "Russian Federation",
    "European Union",
}


def the(name: str, *, first: bool = False) -> str:
    """Return a country's name with its article, for use in a sentence.

    Examples:
        >>> the("United States"), the("China"), the("Rest of the world", first=True)
        ('the United States', 'China', 'The rest of the world')
    """
    text = name
    if name in ARTICLE:
        text = f"the {name}"
    elif name.lower().startswith(("rest of", "other ")):
        text = ("the " if name.lower().startswith("rest of") else "") + name[0].lower() + name[1:]
    return text[:1].upper() + text[1:] if first else text


def in_a_sentence(name: str) -> str:
    """Return the name of a sector or technology as it stands inside a sentence.

    Examples:
        >>> in_a_sentence("AI accelerators"), in_a_sentence("Chip-making equipment")
        ('AI accelerators', 'chip-making equipment')
    """
    return name if name[:2].isupper() else name[:1].lower() + name[1:]


def in_words(code: str, names: Mapping[str, str]) -> str:
    """Return a sector's name for use in a sentence, its code where it has no name.

    Examples:
        >>> names = {"C10T12": "Food, beverages and tobacco"}
        >>> in_words("C10T12", names), in_words("C29", names)
        ('food, beverages and tobacco', 'C29')
    """
    return in_a_sentence(names[code]) if code in names else code


def with_names(text: str, countries: Mapping[str, str], goods: Mapping[str, str]) -> str:
    """Return words in which countries and goods have names instead of codes.

    Examples:
        >>> with_names("USA loses gpu; so it is", {"USA": "United States"}, {"gpu": "AI chips"})
        'The United States loses AI chips; so it is'
    """
    words = {code: in_a_sentence(name) for code, name in goods.items()}
    words |= {code: the(name) for code, name in countries.items()}
    if not words:
        return text
    codes = "|".join(re.escape(code) for code in sorted(words, key=len, reverse=True))
    found = re.sub(rf"\b({codes})\b", lambda m: words[m[1]], text)
    return found[:1].upper() + found[1:] if re.match(rf"({codes})\b", text) else found
