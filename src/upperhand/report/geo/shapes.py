"""Read the packaged map. How it was made: `build.py`; which borders it shows: decision 0004."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any

OBJECT = "countries"
MAP_NOTE = (
    "Shapes: Natural Earth 1:50m, public domain, simplified. Names and borders are those of the "
    "source and of the trade statistics; they express no opinion on the status of any territory."
)


@lru_cache(maxsize=1)
def topology() -> dict[str, Any]:
    """Return the map as TopoJSON; the identifier of each shape is its ISO 3166 alpha-3 code."""
    text = files("upperhand.report.geo").joinpath("world.topo.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


@lru_cache(maxsize=1)
def country_ids() -> tuple[str, ...]:
    """Return the codes of every shape on the map, in alphabetical order.

    Examples:
        >>> {"TWN", "SGP", "MLT", "HKG", "XKX"} <= set(country_ids())
        True
        >>> "ATA" in country_ids()
        False
    """
    return tuple(sorted(shape["id"] for shape in topology()["objects"][OBJECT]["geometries"]))
