"""Build `world.topo.json` from `countries-50m.json` of the npm package `world-atlas` 2.0.2.

    npm pack world-atlas@2.0.2 && tar xzf world-atlas-2.0.2.tgz
    python -m upperhand.report.geo.build package/countries-50m.json

Antarctica is dropped, identifiers become ISO 3166 alpha-3, each border is simplified once (neighbours
share it, so no gaps open) by Visvalingam's areas, and coordinates are rounded to a grid. The same
input gives the same bytes.
"""

from __future__ import annotations

import heapq
import itertools
import json
import sys
from pathlib import Path
from typing import Any

from upperhand.core.errors import OptionError
from upperhand.core.files import write_text

Point = tuple[float, float]
Arc = list[Point]

DROPPED = {"Antarctica", "Siachen Glacier", "Indian Ocean Ter."}
#: Shapes without a numeric code in the source; see docs/decisions/0004-map-names-and-borders.md.
BY_NAME = {"Kosovo": "XKX", "N. Cyprus": "CYP", "Somaliland": "SOM"}
GRID = 1e4  # steps along the longer axis: 0.036 degrees, 4 km
SHAPE_KEPT = 0.6  # a ring keeps at least this share of its area
ISLET = 0.02  # square degrees; smaller parts of larger countries are left out
SMALLEST_AREA = 0.012  # square degrees of the triangle that a point must span to be kept


def main(arguments: list[str]) -> int:
    """Write the packaged map from the file named on the command line."""
    if len(arguments) != 1:
        raise OptionError("give one file: countries-50m.json of the npm package world-atlas")
    source = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    target = Path(__file__).with_name("world.topo.json")
    write_text(target, json.dumps(build(source), separators=(",", ":")) + "\n")
    return 0


def build(source: dict[str, Any]) -> dict[str, Any]:
    """Return the packaged map from the topology of the source."""
    arcs = decode(source)
    shapes = _polygons(source, arcs)
    used = sorted({_plain(i) for parts in shapes.values() for i in _indices(parts)})
    place = {old: new for new, old in enumerate(used)}
    thin = _simplified(shapes, arcs, used)
    return {
        "type": "Topology",
        "transform": {"scale": [360 / GRID, 360 / GRID], "translate": [-180, -90]},
        "objects": {
            "countries": {
                "type": "GeometryCollection",
                "geometries": [
                    {"type": "MultiPolygon", "id": code, "arcs": _renumber(shapes[code], place)}
                    for code in sorted(shapes)
                ],
            }
        },
        "arcs": [encode(thin[old]) for old in used],
    }


def _polygons(source: dict[str, Any], arcs: list[Arc]) -> dict[str, list[Any]]:
    """Return the polygons by code, without islets of countries that have larger parts."""
    found: dict[str, list[Any]] = {}
    for shape in source["objects"]["countries"]["geometries"]:
        if shape["properties"]["name"] in DROPPED or "arcs" not in shape:
            continue
        parts = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        found.setdefault(_code(shape), []).extend(parts)
    out = {}
    for code, parts in found.items():
        largest = max(parts, key=lambda part: abs(_ring_area(part[0], arcs)))
        kept = [p for p in parts if p is largest or abs(_ring_area(p[0], arcs)) > ISLET]
        out[code] = [
            [ring for i, ring in enumerate(part) if not i or abs(_ring_area(ring, arcs)) > ISLET]
            for part in kept
        ]
    return out


def _simplified(shapes: dict[str, list[Any]], arcs: list[Arc], used: list[int]) -> dict[int, Arc]:
    """Return the arcs simplified as far as no ring collapses or turns round.

    A ring that turns round would be drawn as the whole globe but itself.
    """
    rings = [ring for parts in shapes.values() for part in parts for ring in part]
    smallest = dict.fromkeys(used, SMALLEST_AREA)
    thin = {i: simplify(arcs[i], SMALLEST_AREA, fewest=2) for i in used}
    for _ in range(8):
        grid = {i: _on_grid(arc) for i, arc in thin.items()}
        spoilt = {
            _plain(i)
            for ring in rings
            if _is_spoilt(_ring_area(ring, arcs), _ring_area(ring, grid))
            for i in ring
        }
        if not spoilt:
            break
        for i in spoilt:
            smallest[i] /= 6
            thin[i] = simplify(arcs[i], smallest[i], fewest=2)
    return thin


def _is_spoilt(before: float, after: float) -> bool:
    return after * (1 if before > 0 else -1) < SHAPE_KEPT * abs(before)


def _ring_area(ring: list[int], arcs: Any) -> float:
    """Return the signed area of a ring of arcs, in square degrees."""
    points = [p for i in ring for p in (arcs[i] if i >= 0 else arcs[~i][::-1])]
    pairs = zip(points, points[1:] + points[:1], strict=True)
    return float(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def _on_grid(arc: Arc) -> Arc:
    step = 360 / GRID
    return [(round(x / step) * step, round(y / step) * step) for x, y in arc]


def decode(source: dict[str, Any]) -> list[Arc]:
    """Return the arcs of a quantised topology in degrees."""
    (kx, ky), (dx, dy) = source["transform"]["scale"], source["transform"]["translate"]
    out = []
    for steps in source["arcs"]:
        x = y = 0
        arc = []
        for step_x, step_y in steps:
            x, y = x + step_x, y + step_y
            arc.append((x * kx + dx, y * ky + dy))
        out.append(arc)
    return out


def encode(arc: Arc) -> list[list[int]]:
    """Return an arc as steps on the grid; equal neighbours are dropped, the ends are kept."""
    points = [(round((x + 180) * GRID / 360), round((y + 90) * GRID / 360)) for x, y in arc]
    kept = [points[0]]
    for point in points[1:]:
        if point != kept[-1]:
            kept.append(point)
    while len(kept) < 2:
        kept.append(kept[-1])
    steps = [[b[0] - a[0], b[1] - a[1]] for a, b in itertools.pairwise(kept)]
    return [[kept[0][0], kept[0][1]], *steps]


def simplify(arc: Arc, smallest: float, *, fewest: int) -> Arc:
    """Return the arc without the points that span the smallest triangles (Visvalingam 1993).

    Examples:
        >>> simplify([(0, 0), (1, 0.001), (2, 0), (2, 2)], 0.01, fewest=2)
        [(0, 0), (2, 0), (2, 2)]
    """
    before = {i: i - 1 for i in range(len(arc))}
    after = {i: i + 1 for i in range(len(arc))}
    areas = {i: _area(arc[i - 1], arc[i], arc[i + 1]) for i in range(1, len(arc) - 1)}
    queue = [(area, i) for i, area in areas.items()]
    heapq.heapify(queue)
    alive = len(arc)
    while queue and alive > fewest:
        area, i = heapq.heappop(queue)
        if areas.get(i) != area:
            continue
        if area >= smallest:
            break
        del areas[i]
        alive -= 1
        left, right = before[i], after[i]
        after[left], before[right] = right, left
        for j in (left, right):
            if j in areas:
                areas[j] = max(area, _area(arc[before[j]], arc[j], arc[after[j]]))
                heapq.heappush(queue, (areas[j], j))
    return [p for i, p in enumerate(arc) if i in areas or i in (0, len(arc) - 1)]


def _code(shape: dict[str, Any]) -> str:
    import pycountry

    name = shape["properties"]["name"]
    if name in BY_NAME:
        return BY_NAME[name]
    found = pycountry.countries.get(numeric=str(shape.get("id", "")))
    return str(found.alpha_3) if found else str(BY_NAME[name])


def _renumber(arcs: Any, place: dict[int, int]) -> Any:
    if isinstance(arcs, list):
        return [_renumber(item, place) for item in arcs]
    return place[arcs] if arcs >= 0 else ~place[~arcs]


def _indices(arcs: Any) -> list[int]:
    return [arcs] if isinstance(arcs, int) else [i for item in arcs for i in _indices(item)]


def _plain(index: int) -> int:
    return index if index >= 0 else ~index


def _area(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
