"""One fingerprint over canonical JSON: same input, same sixteen characters, anywhere."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt


def canonical_json(value: Any) -> str:
    """Return `value` as JSON with sorted keys and no blanks, so that equal data give equal text.

    Examples:
        >>> canonical_json({"b": 1, "a": [1.5, None]})
        '{"a":[1.5,null],"b":1}'
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def fingerprint(value: Any) -> str:
    """Return sixteen hexadecimal characters that identify `value`.

    Examples:
        >>> fingerprint({"a": 1}) == fingerprint({"a": 1})
        True
        >>> len(fingerprint({"a": 1}))
        16
    """
    return hashlib.sha256(canonical_json(value).encode("utf-8")).hexdigest()[:16]


def fingerprint_of_arrays(arrays: Iterable[tuple[str, npt.NDArray[Any]]]) -> str:
    """Return a fingerprint of named arrays: names, shapes and bytes in little-endian order."""
    digest = hashlib.sha256()
    for name, array in arrays:
        fixed = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
        digest.update(f"{name}{fixed.shape}{fixed.dtype.str}".encode())
        digest.update(fixed.tobytes())
    return digest.hexdigest()[:16]


def fingerprint_of_wedges(arrays: Iterable[tuple[str, npt.NDArray[np.float64]]]) -> str:
    """Return a fingerprint of named arrays that hold one number nearly everywhere.

    Equal arrays give equal fingerprints, however they lie in memory; only the cells that differ from the
    first are read through the hash, which is what takes time.

    Examples:
        >>> view, full = np.broadcast_to(1.0, (2, 2)), np.ones((2, 2))
        >>> fingerprint_of_wedges([("cost", view)]) == fingerprint_of_wedges([("cost", full)])
        True
    """
    digest = hashlib.sha256()
    for name, array in arrays:
        seen = array if any(array.strides) else array[(slice(0, 1),) * array.ndim]
        bits = np.ascontiguousarray(seen, dtype="<f8").view("<u8").ravel()
        other = np.flatnonzero(bits != bits[0])
        digest.update(f"{name}{array.shape}".encode())
        digest.update(bits[:1].tobytes() + other.astype("<i8").tobytes() + bits[other].tobytes())
    return digest.hexdigest()[:16]
