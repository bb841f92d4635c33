"""Names of countries in a sentence."""

from __future__ import annotations

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
