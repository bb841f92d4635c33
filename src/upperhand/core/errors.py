"""Errors that say what, where, what was given and allowed, and what to do.

Every error of the package derives from `UpperhandError` and from the built-in that fits, so
that `except ValueError` in a notebook does what its author expects.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class UpperhandError(Exception):
    """Base of every error that the package raises on purpose."""


class WorldError(UpperhandError, ValueError):
    """A world table that does not add up, lacks a label or holds an impossible number."""


class ShockError(UpperhandError, ValueError):
    """A shock that names unknown labels or carries an impossible wedge."""


class MeasureError(UpperhandError, ValueError):
    """A measure whose actor, target, goods or strength is not admissible."""


class ScenarioError(UpperhandError, ValueError):
    """A scenario file that cannot be read as it stands.

    Attributes:
        fields: Each fault by its field, (`moves[0].add_pp`, what is wrong), for a form; empty where
            the text as a whole is at fault.
    """

    fields: tuple[tuple[str, str], ...] = ()


class RecordError(UpperhandError, ValueError):
    """A run record that is incomplete, altered or of an unknown version."""


class OptionError(UpperhandError, ValueError):
    """An option outside its allowed values."""


class NoEquilibriumError(UpperhandError, RuntimeError):
    """A solve that did not end in an equilibrium, made into an error on request."""


class MissingExtraError(UpperhandError, ImportError):
    """An optional package is needed; the message names the extra to install."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint with the nearest known name, or the empty string.

    Examples:
        >>> nearest("CHM", ["CHN", "USA"])
        "; did you mean 'CHN'?"
        >>> nearest("zzz", ["CHN", "USA"])
        ''
    """
    found = get_close_matches(str(name), [str(k) for k in known], n=1, cutoff=0.5)
    return f"; did you mean '{found[0]}'?" if found else ""


def unknown(kind: str, name: object, known: Sequence[str], *, where: str = "") -> str:
    """Return the message for a name that does not exist, with the nearest one that does.

    Examples:
        >>> unknown("country", "CHM", ["CHN", "USA"])
        "unknown country 'CHM'; did you mean 'CHN'? (allowed: CHN, USA)"
    """
    shown = ", ".join(list(known)[:12]) + (", ..." if len(known) > 12 else "")
    place = f"{where}: " if where else ""
    return f"{place}unknown {kind} '{name}'{nearest(str(name), known)} (allowed: {shown})"


def raise_faults(error: type[UpperhandError], faults: Sequence[str], *, what: str) -> None:
    """Raise one error that lists every fault, or do nothing when there is none.

    Examples:
        >>> raise_faults(WorldError, [], what="table")
        >>> raise_faults(WorldError, ["a is wrong", "b is missing"], what="table")
        Traceback (most recent call last):
        ...
        upperhand.core.errors.WorldError: table has 2 faults:
          - a is wrong
          - b is missing
    """
    if not faults:
        return
    if len(faults) == 1:
        raise error(f"{what}: {faults[0]}")
    listed = "\n".join(f"  - {fault}" for fault in faults)
    raise error(f"{what} has {len(faults)} faults:\n{listed}")
