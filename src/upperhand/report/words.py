"""Numbers and names in plain English, for the brief, the tables and the titles of the charts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from upperhand.results.names import the

HORIZON_TITLE = {
    "short": "Short (0-6 months)",
    "medium": "Medium (1-2 years)",
    "long": "Long (5-10 years)",
}
NO_NUMBER = "no equilibrium"

__all__ = [
    "HORIZON_TITLE",
    "counted",
    "joined",
    "percent",
    "percent_range",
    "the",
    "usd",
    "usd_range",
    "verb",
]


def percent(value: float) -> str:
    """Return an amount of per cent without sign, with the digits that it deserves.

    Examples:
        >>> percent(-0.04213), percent(1.26), percent(37.2), percent(float("nan"))
        ('0.042%', '1.3%', '37%', 'no equilibrium')
    """
    if not math.isfinite(value):
        return NO_NUMBER
    size = abs(value)
    digits = 0 if size >= 9.95 else 1 if size >= 0.995 else 2 if size >= 0.0995 else 3
    return f"{size:.{digits}f}%"


def usd(million: float) -> str:
    """Return an amount of money without sign.

    Examples:
        >>> usd(-123_410), usd(640), usd(1_530_000), usd(0.2)
        ('USD 123 bn', 'USD 0.6 bn', 'USD 1,530 bn', 'less than USD 0.1 bn')
    """
    if not math.isfinite(million):
        return NO_NUMBER
    size = abs(million) / 1e3
    if size < 0.05:
        return "less than USD 0.1 bn"
    return f"USD {size:,.0f} bn" if size >= 9.95 else f"USD {size:.1f} bn"


def signed_usd(million: float) -> str:
    """Return an amount of money with its sign, which one that rounds to nothing does not have.

    Examples:
        >>> signed_usd(-123_410), signed_usd(640), signed_usd(-0.2)
        ('−USD 123 bn', '+USD 0.6 bn', 'less than USD 0.1 bn')
    """
    shown = usd(million)
    return f"{'−' if million < 0 else '+'}{shown}" if shown.startswith("USD") else shown


def percent_range(values: Iterable[float]) -> str:
    """Return the range of several amounts of per cent, without sign.

    Examples:
        >>> percent_range([-0.55, -0.87]), percent_range([-0.5, -0.5001])
        ('0.55 to 0.87%', '0.50%')
    """
    sizes = sorted(abs(v) for v in values if math.isfinite(v))
    if not sizes:
        return NO_NUMBER
    low, high = percent(sizes[0]), percent(sizes[-1])
    return low if low == high else f"{low[:-1]} to {high}"


def usd_range(values: Iterable[float]) -> str:
    """Return the range of several amounts of money, without sign.

    Examples:
        >>> usd_range([-123e3, -196e3])
        'USD 123 to 196 bn'
    """
    sizes = sorted(abs(v) for v in values if math.isfinite(v))
    if not sizes:
        return NO_NUMBER
    low, high = usd(sizes[0]), usd(sizes[-1])
    if low == high or low.startswith("less"):
        return high
    return f"{low.removesuffix(' bn')} to {high.removeprefix('USD ')}"


def verb(values: Sequence[float], tiny: float = 5e-4) -> str:
    """Return `loses`, `gains`, or what else several effects have in common.

    Examples:
        >>> verb([-1, -2]), verb([1]), verb([-1, 1]), verb([0.0])
        ('loses', 'gains', 'loses or gains', 'loses nothing')
    """
    if not any(math.isfinite(v) for v in values):
        return "has no result"
    signs = {0 if abs(v) <= tiny else (1 if v > 0 else -1) for v in values if math.isfinite(v)}
    if signs <= {0}:
        return "loses nothing"
    if signs <= {0, -1}:
        return "loses"
    return "gains" if signs <= {0, 1} else "loses or gains"


def joined(items: Sequence[str]) -> str:
    """Return items in a row with commas and a last 'and'.

    Examples:
        >>> joined(["a", "b", "c"]), joined(["a"])
        ('a, b and c', 'a')
    """
    return " and ".join([", ".join(items[:-1]), items[-1]]) if len(items) > 1 else "".join(items)


def counted(number: int, noun: str) -> str:
    """Return a count with its noun.

    Examples:
        >>> counted(1, "move"), counted(5, "move"), counted(12, "move")
        ('one move', 'five moves', '12 moves')
    """
    words = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    text = words[number] if number < len(words) else str(number)
    return f"{text} {noun}{'' if number == 1 else 's'}"
