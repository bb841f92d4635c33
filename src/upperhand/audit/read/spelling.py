"""One spelling for numbers, shares and hyphens, so that the grammar need know only one."""

from __future__ import annotations

import re
import unicodedata

SMALL = dict(
    zip(
        (
            *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
            *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen"),
            *("seventeen", "eighteen", "nineteen"),
        ),
        range(20),
        strict=True,
    )
)
TENS = {
    word: 10 * (i + 2)
    for i, word in enumerate(
        ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
    )
}
#: Where and when an agency wrote, before its first sentence.
DATELINE = re.compile(
    r"^[A-Z][A-Z]+(?:[ /][A-Z]+)*(?:, [A-Z][a-z]{2,8}\.? \d{1,2})?(?: \([A-Za-z ]+\))? [-\u2013\u2014]+ "
)
UNIT = r"(?=\s+(?:percent|points?|years?|months?|times|billion|million|dollars|euros)\b)"
_TENS = re.compile(rf"\b({'|'.join(TENS)})(?:[ -]({'|'.join(list(SMALL)[1:10])}))?\b{UNIT}", re.I)
_SMALL = re.compile(rf"\b({'|'.join(SMALL)})\b{UNIT}", re.I)
_HUNDRED = re.compile(rf"\b(a|one|two|three|four|five|six|\d) hundred\b{UNIT}", re.I)
_NUMBER = rf"(?=\d|(?:{'|'.join([*SMALL, *TENS])}|a hundred)\b)"
_FIXED = (
    (re.compile(r"[‘’ʼ]"), "'"),
    (re.compile(r"[“”]"), '"'),
    (re.compile(r"[\u00a0\u2009\u202f]"), " "),
    (re.compile(r"[‐‑]"), "-"),
    (re.compile(r"(?<=\d),(?=\d{3}\b)"), ""),
    (re.compile(rf"\bto as (?:much|high|low) as {_NUMBER}", re.I), "to "),
    (re.compile(rf"\bas (?:much|high) as {_NUMBER}", re.I), "up to "),
    (re.compile(r"[ -]?(?:percentage|per[ -]cent(?:age)?)[ -]points?\b", re.I), " points"),
    (re.compile(r"(?<=\d)[ -]?(?:pp|p\.p\.)(?![a-z])", re.I), " points"),
    (re.compile(r"[ -]?(?:per[ -]cent|percent|pct\b)", re.I), " percent"),
    (re.compile(r"\s*%"), " percent"),
    (re.compile(r"\bfrom (\d[\d.]*) to (?=\d[\d.]* percent)"), r"from \1 percent to "),
    (re.compile(r"(?:US|C|A)?\$\s*(\d[\d.]*)\s*(bn|billion|m|mn|million)?\b"), r"\1 \2 dollars"),
    (re.compile(r"(?<=[A-Za-z])-(?=[A-Za-z])"), " "),
    (re.compile(r"(?<=\d)-(?=[A-Za-z])"), " "),
    (re.compile(r"\bbn\b"), "billion"),
    (re.compile(r"(?<=\d)bn\b"), " billion"),
    (re.compile(r"'s\b"), " 's"),
    (re.compile(r" {2,}"), " "),
)


def plain(sentence: str) -> str:
    """Return a sentence with numbers as digits, `percent` and `points`, and no hyphens in words.

    Examples:
        >>> plain("A twenty-five per cent duty, up by 10pp to 35% on Chinese‑made cars")
        'A 25 percent duty, up by 10 points to 35 percent on Chinese made cars'
        >>> plain("$12bn of beans, one hundred per cent")
        '12 billion dollars of beans, 100 percent'
    """
    sentence = _without_accents(DATELINE.sub("", sentence))
    for pattern, spelling in _FIXED:
        sentence = pattern.sub(spelling, sentence)
    sentence = _HUNDRED.sub(lambda m: str(100 * _digit(m[1])), sentence)
    sentence = _TENS.sub(lambda m: str(TENS[m[1].lower()] + _digit(m[2] or "zero")), sentence)
    return _SMALL.sub(lambda m: str(SMALL[m[1].lower()]), sentence).strip()


def _without_accents(text: str) -> str:
    """Return a text with plain letters, as the lists of names have them: Brasília as Brasilia."""
    split = unicodedata.normalize("NFKD", text)
    return unicodedata.normalize("NFC", "".join(c for c in split if not unicodedata.combining(c)))


def _digit(word: str) -> int:
    word = word.lower()
    return int(word) if word.isdigit() else 1 if word == "a" else SMALL[word]
