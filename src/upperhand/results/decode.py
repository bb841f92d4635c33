"""Parts of a record from the plain data that they were written as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from upperhand.core.errors import RecordError

Part = TypeVar("Part")


def part_of_record(kind: type[Part], content: Mapping[str, Any], name: str, again: str) -> Part:
    """Return the part of a record that plain data describe.

    Args:
        kind: Class of the part, a dataclass.
        content: Its fields as plain data.
        name: What the part is called in an error.
        again: What has to be made again when it cannot be read.

    Raises:
        RecordError: If the content does not describe it; the first fault, with its place.

    Examples:
        >>> from upperhand.results.crossing import Crossings
        >>> part_of_record(Crossings, {"draws": "many"}, "crossings", "path")
        Traceback (most recent call last):
        ...
        upperhand.core.errors.RecordError: crossings of the record: draws: ...; make the path again
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(kind).validate_python(dict(content))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise RecordError(
            f"{name} of the record: {place}: {first['msg']}; make the {again} again"
        ) from None
