"""JSON as it is sent: plain data, no NaN, compact, and compressed once."""

from __future__ import annotations

import gzip
import json
from typing import Any

from upperhand.results.encode import plain

SMALL = 1_000  # bytes; below it compressing costs more than it saves


def to_json(value: Any) -> bytes:
    """Return data as compact JSON in UTF-8; numbers that are not finite become null.

    Examples:
        >>> to_json({"a": float("nan"), "b": (1, 2.5)})
        b'{"a":null,"b":[1,2.5]}'
    """
    text = json.dumps(plain(value), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8")


def packed(content: bytes) -> bytes:
    """Return content compressed with gzip, the same bytes for the same content."""
    return gzip.compress(content, 5, mtime=0)


def unpacked(content: bytes) -> bytes:
    """Return what `packed` compressed."""
    return gzip.decompress(content)
