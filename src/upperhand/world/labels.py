"""Turn what a user passes (array, nested list, labelled array, mapping) into a plain array.

Labelled inputs meet by label: the same labels in another order are reordered, a missing or extra
label is a fault. Nothing is filled in, and NaN never means zero.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import nearest

Array = npt.NDArray[np.float64]
Axes = Sequence[tuple[str, tuple[str, ...]]]


def label_faults(kind: str, labels: Sequence[object]) -> list[str]:
    """Return the faults of a list of codes: empty, not text, blank, twice.

    Examples:
        >>> label_faults("countries", ["USA", "USA"])
        ["countries: 'USA' is given 2 times; give each code once"]
    """
    if not labels:
        return [f"{kind} is empty; give at least one code"]
    faults = [
        f"{kind}[{i}] is {label!r}; codes must be text that is not blank"
        for i, label in enumerate(labels)
        if not isinstance(label, str) or not label.strip()
    ]
    counts = Counter(str(label) for label in labels)
    return faults + [
        f"{kind}: '{label}' is given {count} times; give each code once"
        for label, count in counts.items()
        if count > 1
    ]


def plain(value: Any, name: str, axes: Axes, faults: list[str]) -> Array | None:
    """Return `value` as a float array over `axes`, or None after adding to `faults`.

    Args:
        value: Array, nested list, xarray DataArray, pandas Series or frame, or mapping by label.
        name: What the value is called in messages.
        axes: Name and labels of each axis, in the order of the result.
        faults: List that every fault is added to.

    Examples:
        >>> plain({"B": 2.0, "A": 1.0}, "weight", [("sector", ("A", "B"))], []).tolist()
        [1.0, 2.0]
        >>> faults = []
        >>> plain([1.0], "weight", [("sector", ("A", "B"))], faults)
        >>> faults
        ['weight has shape (1,); expected (2,) = (sector); check the order of the axes']
    """
    bare = _by_label(value, name, axes, faults)
    if bare is None:
        return None
    try:
        array = _real(bare)
    except (TypeError, ValueError, OverflowError):
        faults.append(f"{name} holds something that is not a number; give numbers only")
        return None
    expected = tuple(len(labels) for _, labels in axes)
    if array.shape != expected:
        names = ", ".join(axis for axis, _ in axes)
        faults.append(
            f"{name} has shape {array.shape}; expected {expected} = ({names}); "
            "check the order of the axes"
        )
        return None
    return array


def not_finite(array: Array, name: str, axes: Axes) -> list[str]:
    """Return a fault that counts NaN and infinite entries and shows the first.

    Examples:
        >>> not_finite(np.array([1.0, np.nan]), "tariff", [("sector", ("A", "B"))])
        ['tariff of B is nan (1 such entry); give a number, and 0 for no flow']
    """
    return entry_faults(array, ~np.isfinite(array), name, axes, "give a number, and 0 for no flow")


def entry_faults(
    array: Array, wrong: npt.NDArray[np.bool_], name: str, axes: Axes, advice: str
) -> list[str]:
    """Return one fault with the first wrong entry, its labels and how many there are."""
    count = int(wrong.sum())
    if not count:
        return []
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    where = "/".join(labels[i] for (_, labels), i in zip(axes, first, strict=True))
    number = "1 such entry" if count == 1 else f"{count} such entries"
    return [f"{name} of {where} is {array[first]:.6g} ({number}); {advice}"]


def _real(value: Any) -> Array:
    """Return a copy as float64, or raise where that would drop something."""
    given = value if isinstance(value, np.ndarray) else np.array(value)
    if np.iscomplexobj(given) or (np.ma.isMaskedArray(given) and np.ma.is_masked(given)):
        raise ValueError
    return np.array(given, dtype=np.float64)


def _by_label(value: Any, name: str, axes: Axes, faults: list[str]) -> Any:
    if isinstance(value, Mapping):
        return _from_mapping(value, name, axes, faults)
    if hasattr(value, "dims") and hasattr(value, "coords"):
        return _from_xarray(value, name, axes, faults)
    if hasattr(value, "index") and hasattr(value, "to_numpy"):
        return _from_pandas(value, name, axes, faults)
    return value


def _from_mapping(value: Mapping[Any, Any], name: str, axes: Axes, faults: list[str]) -> Any:
    if len(axes) != 1:
        faults.append(f"{name} is a mapping; give an array over ({_names(axes)})")
        return None
    labels = axes[0][1]
    if not _same_labels(list(value), labels, f"{name}, {axes[0][0]}", faults):
        return None
    return [value[label] for label in labels]


def _from_xarray(value: Any, name: str, axes: Axes, faults: list[str]) -> Any:
    expected = [axis for axis, _ in axes]
    if set(value.dims) != set(expected) or len(value.dims) != len(expected):
        faults.append(
            f"{name} has dims ({', '.join(map(str, value.dims))}); expected ({_names(axes)}); "
            "rename the dims"
        )
        return None
    count = len(faults)
    for axis, labels in axes:
        if axis not in value.coords:
            faults.append(f"{name} has no labels along {axis}; add the coordinate")
        else:
            _same_labels(value.coords[axis].values.tolist(), labels, f"{name}, {axis}", faults)
    if len(faults) > count:
        return None
    chosen = {axis: list(labels) for axis, labels in axes}
    return value.transpose(*expected).sel(chosen).values


def _from_pandas(value: Any, name: str, axes: Axes, faults: list[str]) -> Any:
    if getattr(value, "ndim", 1) == 2 and len(axes) == 2:
        value = value.stack()
    levels = getattr(value.index, "nlevels", 1)
    if getattr(value, "ndim", 1) != 1 or levels != len(axes):
        faults.append(f"{name}: expected a pandas Series indexed by ({_names(axes)})")
        return None
    if levels == 1:
        return _from_mapping(value.to_dict(), name, axes, faults)
    if value.index.has_duplicates:
        twice = value.index[value.index.duplicated()][0]
        faults.append(f"{name}: {'/'.join(map(str, twice))} is given twice; add the rows up")
        return None
    count = len(faults)
    for level, (axis, labels) in enumerate(axes):
        found = value.index.get_level_values(level).unique().tolist()
        _same_labels(found, labels, f"{name}, {axis}", faults)
    if len(faults) > count:
        return None
    entries = value.to_dict()
    shape = tuple(len(labels) for _, labels in axes)
    result = np.empty(shape)
    for where in np.ndindex(shape):
        key = tuple(labels[i] for (_, labels), i in zip(axes, where, strict=True))
        if key not in entries:
            faults.append(f"{name} has no entry {'/'.join(key)}; give 0 where there is no flow")
            return None
        result[where] = entries[key]
    return result


def _same_labels(found: list[Any], labels: Sequence[str], where: str, faults: list[str]) -> bool:
    missing = [label for label in labels if label not in found]
    extra = [label for label in found if label not in labels]
    if missing:
        faults.append(f"{where}: no entry for {_few(missing)}; give every code")
    if extra:
        hint = nearest(str(extra[0]), missing or labels)
        faults.append(f"{where}: unknown code {_few(extra)}{hint}; use the codes of the world")
    return not missing and not extra


def _few(labels: Sequence[object]) -> str:
    shown = ", ".join(str(label) for label in labels[:5])
    return shown + (f" and {len(labels) - 5} more" if len(labels) > 5 else "")


def _names(axes: Axes) -> str:
    return ", ".join(axis for axis, _ in axes)
