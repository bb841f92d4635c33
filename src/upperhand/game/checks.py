"""Faults of numbers and arrays, in words, for the functions of `game` and `talks`.

Each function returns a list of faults, empty when the input is good, so that a caller adds the
lists and raises once with `raise_faults`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upperhand.core.errors import OptionError, raise_faults

FloatArray = NDArray[np.float64]


def number_faults(
    name: str,
    value: ArrayLike,
    *,
    do: str,
    above: float | None = None,
    below: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    infinite: bool = False,
) -> list[str]:
    """Return the faults of a number, or of every number of an array, against open and closed ends.

    Args:
        name: The argument, as the caller wrote it.
        value: A number or an array.
        do: What the caller should do about a fault.
        above: Numbers must be larger than this.
        below: Numbers must be smaller than this.
        at_least: Numbers must not be smaller than this.
        at_most: Numbers must not be larger than this.
        infinite: Whether infinity is allowed.

    Examples:
        >>> number_faults("discount", 0.9, above=0, below=1, do="give exp(-rate * period)")
        []
        >>> number_faults("discount", 1.2, above=0, below=1, do="give exp(-rate * period)")
        ['`discount` is 1.2, allowed: above 0 and below 1; give exp(-rate * period)']
    """
    try:
        numbers = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        return [f"`{name}` is {value!r}, allowed: numbers; {do}"]
    good = ~np.isnan(numbers) if infinite else np.isfinite(numbers)
    with np.errstate(invalid="ignore"):
        good = good & (above is None or numbers > (above or 0.0))
        good = good & (below is None or numbers < (below or 0.0))
        good = good & (at_least is None or numbers >= (at_least or 0.0))
        good = good & (at_most is None or numbers <= (at_most or 0.0))
    if bool(np.all(good)):
        return []
    allowed = _allowed(above, below, at_least, at_most)
    if numbers.ndim == 0:
        return [f"`{name}` is {float(numbers):.6g}, allowed: {allowed}; {do}"]
    place = tuple(int(i) for i in np.argwhere(~good)[0])
    where = ", ".join(str(i) for i in place)
    return [f"`{name}[{where}]` is {float(numbers[place]):.6g}, allowed: {allowed}; {do}"]


def _allowed(
    above: float | None, below: float | None, at_least: float | None, at_most: float | None
) -> str:
    """Return the admissible range in words."""
    words = [
        f"{word} {end:g}"
        for word, end in (
            ("above", above),
            ("at least", at_least),
            ("below", below),
            ("at most", at_most),
        )
        if end is not None
    ]
    return " and ".join(words) if words else "finite numbers"


def shape_faults(name: str, value: ArrayLike, shape: Sequence[int | None], *, do: str) -> list[str]:
    """Return the fault of an array whose shape is not `shape`, where None allows any length >= 1.

    Examples:
        >>> shape_faults("payoff", [[1.0, 2.0]], (None, 2), do="one row for each outcome")
        []
        >>> shape_faults("payoff", [1.0, 2.0], (None, 2), do="give one row for each outcome")
        ['`payoff` has shape (2,), allowed: (any, 2); give one row for each outcome']
    """
    try:
        got = np.asarray(value, dtype=float).shape
    except (TypeError, ValueError):
        return [f"`{name}` is not an array of numbers, allowed: numbers; {do}"]
    fits = len(got) == len(shape) and all(
        g > 0 and (s is None or g == s) for g, s in zip(got, shape, strict=True)
    )
    if fits:
        return []
    allowed = ", ".join("any" if s is None else str(s) for s in shape)
    return [f"`{name}` has shape {got}, allowed: ({allowed}); {do}"]


def check(what: str, *faults: list[str]) -> None:
    """Raise one `OptionError` that lists every fault, or do nothing when there is none.

    Examples:
        >>> check("game", [], [])
        >>> check("game", ["`x` is wrong"], [])
        Traceback (most recent call last):
        ...
        upperhand.core.errors.OptionError: game: `x` is wrong
    """
    raise_faults(OptionError, [fault for listed in faults for fault in listed], what=what)


def frozen(values: ArrayLike) -> FloatArray:
    """Return a read-only copy as float64.

    Examples:
        >>> frozen([1, 2]).flags.writeable
        False
    """
    array = np.array(values, dtype=np.float64)
    array.setflags(write=False)
    return array
