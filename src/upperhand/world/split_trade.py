"""Bilateral flows and tariffs of the parts: targets from figures, fitted inside the parent's flows.

Rules for what is missing: output of a part in a country not named follows the parent's output;
its destinations follow the parent's destinations; its tariff is the parent's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import WorldError, raise_faults
from upperhand.world.labels import Array
from upperhand.world.split_balance import fit
from upperhand.world.split_parts import OTHERS, Figure, Part
from upperhand.world.world import World

#: Least share of a flow that the rest keeps, so that every total can be reached by scaling.
FLOOR = 1e-6
#: A rate given for one part may multiply the rates of the others by at most this.
MOST = 3.0

#: A rate below this is no rate; dividing by what it brings would overflow.
NO_RATE = 1e-12


def output_targets(world: World, parent: str, parts: Sequence[Part]) -> Array:
    """Return output wanted (country, part), USD million at producer prices; NaN for the rest.

    Raises:
        WorldError: Where the parts want more of a country than the parent makes there.
    """
    made = world.output[:, world.sectors.index(parent)]
    target = np.stack([_output_of(world, part, made) for part in parts], axis=1)
    wanted = np.nansum(target, axis=1)
    named = [part.code for part in parts if not part.is_rest]
    raise_faults(
        WorldError,
        [
            f"output of {', '.join(named)} in {world.countries[i]} adds to {wanted[i]:,.6g}, above "
            f"the {made[i]:,.6g} USD million of the parent; lower it there"
            for i in np.flatnonzero(wanted > made * (1 + 1e-6))
        ],
        what=f"split of {parent}",
    )
    return target


def _output_of(world: World, part: Part, made: Array) -> Array:
    if part.is_rest:
        return np.full(len(made), np.nan)
    if part.world_output is None:
        return np.array(
            [
                _value(part.output.get(c, part.output.get(OTHERS)), size)
                for c, size in zip(world.countries, made, strict=True)
            ]
        )
    named = np.array([part.origin[c].value if c in part.origin else 0.0 for c in world.countries])
    others = np.array([0.0 if c in part.origin else 1.0 for c in world.countries]) * made
    spread = others / others.sum() if others.sum() > 0 else others
    return np.asarray(part.world_output.value * (named + (1 - named.sum()) * spread))


def _value(figure: Figure | None, whole: float) -> float:
    if figure is None:
        return 0.0
    return figure.value if figure.unit == "usd_mn" else figure.value * whole


def split_trade(world: World, parent: str, parts: Sequence[Part]) -> Array:
    """Return the flows of the parts (exporter, importer, part); they add to the parent's flows."""
    k = world.sectors.index(parent)
    flow, weight = world.trade[:, :, k], 1 / (1 + world.export_tax[:, :, k])
    target = output_targets(world, parent, parts)
    made = world.output[:, k]
    share = np.divide(target, made[:, None], out=np.zeros_like(target), where=made[:, None] > 0)
    rest = np.isnan(target).any(axis=0)
    share[:, rest] = np.maximum(1 - np.nansum(share[:, ~rest], axis=1, keepdims=True), FLOOR)
    seed = flow[:, :, None] * share[:, None, :]

    def to_output(x: Array) -> Array:
        now = np.einsum("inq,in->iq", x, weight)
        return x * _ratio(target, now)[:, None, :]

    def to_parent(x: Array) -> Array:
        return x * _ratio(flow, x.sum(axis=2))[:, :, None]

    steps = [to_output, *_targeted(world, parts), to_parent]
    return fit(to_parent(seed), steps, tol=1e-12, sweeps=3000)


def _ratio(wanted: Array, now: Array) -> Array:
    ratio = np.divide(wanted, now, out=np.ones_like(now), where=now > 0)
    return np.where(np.isnan(ratio), 1.0, ratio)


def _targeted(world: World, parts: Sequence[Part]) -> list[Callable[[Array], Array]]:
    steps: list[Callable[[Array], Array]] = []
    place = {c: i for i, c in enumerate(world.countries)}
    for q, part in enumerate(parts):
        if part.purchases:
            total = part.world_output.value if part.world_output else float("nan")
            wanted = {place[c]: _value(f, total) for c, f in part.purchases.items()}
            steps.append(_purchase_step(q, wanted))
        for n in dict.fromkeys(key[1] for key in part.trade):
            figures = {place[key[0]]: f for key, f in part.trade.items() if key[1] == n}
            steps.append(_import_step(q, place[n], figures))
    return steps


def _purchase_step(q: int, wanted: Mapping[int, float]) -> Callable[[Array], Array]:
    def step(x: Array) -> Array:
        result = x.copy()
        for n, value in wanted.items():
            goal = value if np.isfinite(value) else x[:, n, q].sum()
            result[:, n, q] *= _ratio(np.array(goal), x[:, n, q].sum())
        return result

    return step


def _import_step(q: int, n: int, figures: Mapping[int, Figure]) -> Callable[[Array], Array]:
    def step(x: Array) -> Array:
        column = x[:, n, q].copy()
        home, total = column[n], column.sum() - column[n]
        goal = {i: _value(f, total) for i, f in figures.items()}
        others = [i for i in range(len(column)) if i not in goal and i != n]
        for i, value in goal.items():
            column[i] *= _ratio(np.array(value), np.array(column[i]))
        left = max(total - sum(goal.values()), 0.0)
        column[others] *= _ratio(np.array(left), np.array(column[others].sum()))
        column[n] = home
        result = x.copy()
        result[:, n, q] = column
        return result

    return step


def split_tariffs(world: World, parent: str, parts: Sequence[Part], trade: Array) -> Array:
    """Return the tariffs of the parts (exporter, importer, part); the parent's revenue is kept.

    Given rates hold as they are, and the other parts share what is left of the revenue in
    proportion to the parent's rate. Where that would multiply their rate by more than `MOST`, they
    get `MOST` and the given rates are scaled; where the given rates bring more than the revenue,
    all are scaled alike; where every rate would be 0 and the revenue is not, all have the parent's.
    """
    rate = world.tariff[:, :, world.sectors.index(parent)]
    given, named = _given_rates(world, parts, rate)
    given = np.where(np.abs(given) < NO_RATE, 0.0, given)
    home = np.arange(len(world.countries))
    given[home, home] = 0
    revenue = rate * trade.sum(axis=2)
    fixed = (np.where(named, given, 0) * trade).sum(axis=2)
    loose = (np.where(named, 0, given) * trade).sum(axis=2)
    factor = np.divide(revenue - fixed, loose, out=np.full_like(loose, np.inf), where=loose > 0)
    bounded = np.where((factor > MOST) & (fixed > 0), MOST, np.maximum(factor, 0))
    bounded[~np.isfinite(bounded)] = 1
    asked = fixed + loose
    common = np.divide(revenue, asked, out=np.ones_like(asked), where=asked > 0)
    over = (factor < 0) | (loose <= 0)
    own = np.divide(revenue - bounded * loose, fixed, out=np.ones_like(fixed), where=fixed > 0)
    own, others = np.where(over, common, own), np.where(over, common, bounded)
    scaled = given * np.where(named, own[:, :, None], others[:, :, None])
    plain = (asked <= 0) & (revenue != 0)
    return np.where(plain[:, :, None], rate[:, :, None], scaled)


def _given_rates(
    world: World, parts: Sequence[Part], rate: Array
) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return rates (exporter, importer, part), the parent's where none is given, and which are."""
    given = np.repeat(rate[:, :, None], len(parts), axis=2)
    named = np.zeros(given.shape, dtype=bool)
    for q, part in enumerate(parts):
        for (exporter, importer), figure in sorted(
            part.tariff.items(), key=lambda item: -item[0].count(OTHERS)
        ):
            i = slice(None) if exporter == OTHERS else world.countries.index(exporter)
            n = slice(None) if importer == OTHERS else world.countries.index(importer)
            given[i, n, q], named[i, n, q] = figure.value, True
    return given, named
