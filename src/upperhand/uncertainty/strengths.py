"""Measures as functions of their drawn strengths: wedges on the cells that they touch, no labels.

Building a shock from a measure looks up labels and fills whole cubes. Over draws only strengths
change, so each measure is looked at once: where it touches the world, and how its wedges move
with its strengths. Where they do not move multilinearly, the measure is built anew for each draw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from upperhand.world.shock import Shock, no_shock
from upperhand.world.world import World

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
#: Wedge, positions in its flattened array, values there.
Cells = tuple[tuple[str, Places, Array], ...]
#: Builds the shock of a measure from the values of its drawn fields.
Build = Callable[[Mapping[str, float]], Shock]

CLOSE = 1e-12  # of the wedges, between the interpolation and the measure itself
MOST_CORNERS = 4  # drawn fields of one measure; 16 corners
INSIDE = (0.3, 0.8)  # points of every range at which the interpolation is checked
WEDGES = tuple(f.name for f in fields(Shock) if f.name not in ("countries", "sectors"))
RULES: dict[str, np.ufunc] = {
    "tariff_set": np.fmax,
    "tariff_add": np.add,
    "export_tax_add": np.add,
    "trade_cost": np.multiply,
    "availability": np.multiply,
    "productivity": np.multiply,
    "subsidy_add": np.add,
    "factor_supply": np.multiply,
}


def cells_of(world: World, shock: Shock) -> Cells:
    """Return the cells in which a shock differs from none.

    Examples:
        >>> from upperhand.measures import Tariff
        >>> from upperhand.world.toy import toy_world
        >>> world = toy_world()
        >>> shock = Tariff(by="USA", against=["CHN"], add_pp=10).to_shock(world)
        >>> [(wedge, len(at), values.tolist()) for wedge, at, values in cells_of(world, shock)]
        [('tariff_add', 1, [0.1])]
    """
    neutral = no_shock(world)
    found = []
    for wedge in WEDGES:
        values = getattr(shock, wedge)
        if not any(values.strides):
            continue
        flat, start = values.reshape(-1), getattr(neutral, wedge).reshape(-1)
        at = np.flatnonzero(~((flat == start) | (np.isnan(flat) & np.isnan(start))))
        if len(at):
            found.append((wedge, at, flat[at]))
    return tuple(found)


def assembled(world: World, pieces: Iterable[Cells]) -> Shock:
    """Return the shock of all pieces together, by the rules of `world.shock`.

    Examples:
        >>> from upperhand.measures import Tariff
        >>> from upperhand.world.toy import toy_world
        >>> world = toy_world()
        >>> piece = cells_of(world, Tariff(by="USA", against=["CHN"], add_pp=10).to_shock(world))
        >>> round(float(assembled(world, [piece, piece]).tariff_add.max()), 12)
        0.2
    """
    nothing = no_shock(world)
    arrays: dict[str, Any] = {}
    for piece in pieces:
        for wedge, at, values in piece:
            if wedge not in arrays:
                arrays[wedge] = np.array(getattr(nothing, wedge))
            flat = arrays[wedge].reshape(-1)
            flat[at] = RULES[wedge](flat[at], values)
    for array in arrays.values():
        array.setflags(write=False)
    return replace(nothing, **arrays)


@dataclass(frozen=True, eq=False)
class Strengths:
    """The wedges of one measure over the ranges of its drawn fields.

    Attributes:
        names: Names of the draw's numbers that are its fields.
        low: Lower end of each.
        high: Upper end of each.
        places: Wedge and positions that it touches anywhere in the ranges.
        corners: Wedges at the corners of the ranges, one array (corner, cell) for each wedge.
        build: Builds the shock from drawn values, where `multilinear` is off.
        multilinear: Whether the corners say everything.
    """

    names: tuple[str, ...]
    low: Array
    high: Array
    places: tuple[tuple[str, Places], ...]
    corners: tuple[Array, ...]
    build: Build | None = field(default=None)
    multilinear: bool = True

    def at(self, world: World, draw: Mapping[str, Any]) -> Cells:
        """Return the wedges at the strengths of a draw."""
        if self.build is not None:
            return cells_of(world, self.build({name: float(draw[name]) for name in self.names}))
        share = np.array([draw[name] for name in self.names], dtype=np.float64)
        share = (share - self.low) / (self.high - self.low)
        weight = np.ones(1)
        for part in share:
            weight = np.concatenate([weight * (1 - part), weight * part])
        pairs = zip(self.places, self.corners, strict=True)
        return tuple((wedge, at, weight @ corner) for (wedge, at), corner in pairs)


def strengths_of(
    world: World, build: Build, ranges: Mapping[str, tuple[float, float]]
) -> Strengths:
    """Look at a measure over the ranges of its drawn fields.

    Args:
        world: A world with the labels of every draw's world.
        build: Builds the shock from the values of the drawn fields.
        ranges: Lower and upper end by name of the drawn number.

    Examples:
        >>> from upperhand.measures import ExportControl
        >>> from upperhand.world.toy import toy_world
        >>> world = toy_world()
        >>> def build(drawn):
        ...     return ExportControl(
        ...         by="USA", to=["CHN"], withhold_pct=drawn["a"], leak_pct=drawn["b"]
        ...     ).to_shock(world)
        >>> found = strengths_of(world, build, {"a": (20.0, 60.0), "b": (0.0, 30.0)})
        >>> found.multilinear
        True
        >>> round(float(found.at(world, {"a": 50.0, "b": 20.0})[0][2].min()), 12)
        0.6
    """
    names = tuple(ranges)
    low, high = (np.array([ranges[n][k] for n in names], dtype=np.float64) for k in (0, 1))
    if len(names) > MOST_CORNERS or bool((high <= low).any()):
        return Strengths(names, low, high, (), (), build, multilinear=False)
    made = []
    for ends in product((0, 1), repeat=len(names)):  # the first name moves slowest
        at = dict(zip(names, np.where(np.array(ends[::-1], bool), high, low), strict=True))
        made.append(build({n: float(at[n]) for n in names}))
    places = _places(world, made)
    corners = tuple(
        np.stack([getattr(shock, wedge).reshape(-1)[at] for shock in made]) for wedge, at in places
    )
    found = Strengths(names, low, high, places, corners)
    same = all(_same(world, found, build, inside) for inside in INSIDE) if names else True
    return found if same else Strengths(names, low, high, (), (), build, multilinear=False)


def _places(world: World, made: list[Shock]) -> tuple[tuple[str, Places], ...]:
    """Return wedge and positions that any of the shocks touches."""
    touched: dict[str, set[int]] = {}
    for shock in made:
        for wedge, at, _ in cells_of(world, shock):
            touched.setdefault(wedge, set()).update(at.tolist())
    return tuple((w, np.array(sorted(touched[w]), dtype=np.intp)) for w in WEDGES if w in touched)


def _same(world: World, found: Strengths, build: Build, inside: float) -> bool:
    """Return whether interpolation gives the measure's own wedges inside the ranges."""
    # another point of each range, so that errors of two fields cannot cancel
    shares = np.mod(inside + 0.37 * np.arange(len(found.names)), 1.0)
    values = found.low + shares * (found.high - found.low)
    draw = dict(zip(found.names, values.tolist(), strict=True))
    own = build(draw)
    ours = {wedge: (at, v) for wedge, at, v in found.at(world, draw)}
    for wedge, at, _ in cells_of(world, own):
        if wedge not in ours or not set(at.tolist()) <= set(ours[wedge][0].tolist()):
            return False
    return all(
        np.allclose(v, getattr(own, wedge).reshape(-1)[at], rtol=0, atol=CLOSE, equal_nan=True)
        for wedge, (at, v) in ours.items()
    )
