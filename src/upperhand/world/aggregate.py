"""Merge countries or sectors of a world so that its accounts still add up.

What a group sells to itself becomes domestic sales. Such sales cannot carry a tariff, but buyers
paid one; so they are valued at what buyers paid, and the tariff (and export tax) inside the group
becomes value added of the selling sector. Spending, input use, final demand and income are
preserved to the last dollar; gross output and value added of the group grow by the duties inside
it, which `world.card["aggregation"]` reports. Between groups, tariffs are weighted with trade, so
that every revenue is preserved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import WorldError, raise_faults, unknown
from upperhand.world.labels import Array
from upperhand.world.world import World

Grouping = Mapping[str, str | Sequence[str]]
Index = npt.NDArray[np.intp]


def aggregate(
    world: World, *, countries: Grouping | None = None, sectors: Grouping | None = None
) -> World:
    """Merge countries, sectors or both.

    Args:
        world: The world to merge.
        countries: Either `{member: group}` or `{group: [members]}`. Countries that are not named
            stay as they are.
        sectors: The same for sectors.

    Returns:
        A world in the order of first appearance. Elasticities of merged sectors are averages
        weighted with trade across borders.

    Raises:
        WorldError: If a code is unknown, or assigned twice.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> world = toy_world()
        >>> asia = aggregate(world, countries={"ASIA": ["CHN", "VNM"]})
        >>> asia.countries
        ('USA', 'ASIA')
        >>> round(float(asia.income.sum() - world.income.sum()), 6)
        0.0
    """
    faults: list[str] = []
    country_of = _membership("country", world.countries, countries or {}, faults)
    sector_of = _membership("sector", world.sectors, sectors or {}, faults)
    raise_faults(WorldError, faults, what="aggregation")
    if country_of:
        world = _merge_countries(world, country_of)
    return _merge_sectors(world, sector_of) if sector_of else world


def _membership(
    kind: str, codes: tuple[str, ...], grouping: Grouping, faults: list[str]
) -> dict[str, str]:
    """Return the group of every code, or nothing when every code is its own group."""
    pairs: list[tuple[str, str]] = []
    for key, value in grouping.items():
        pairs += [(key, value)] if isinstance(value, str) else [(code, key) for code in value]
    chosen: dict[str, str] = {}
    for code, group in pairs:
        if code not in codes:
            faults.append(unknown(kind, code, codes, where="aggregation"))
        elif code in chosen:
            faults.append(f"{kind} {code} is assigned to {chosen[code]} and {group}; choose one")
        else:
            chosen[code] = group
    untouched = [code for code in codes if code not in chosen and code in chosen.values()]
    faults += [
        f"group {code} is also the code of a {kind} outside it; add it or rename the group"
        for code in untouched
    ]
    full = {code: chosen.get(code, code) for code in codes}
    return {} if all(code == group for code, group in full.items()) else full


def _positions(
    codes: tuple[str, ...], group_of: Mapping[str, str]
) -> tuple[tuple[str, ...], Index]:
    groups = tuple(dict.fromkeys(group_of[code] for code in codes))
    return groups, np.array([groups.index(group_of[code]) for code in codes], dtype=np.intp)


def group_sum(array: Array, position: Index, axes: Sequence[int]) -> Array:
    """Return sums over the members of each group along every one of `axes`.

    Examples:
        >>> group_sum(np.array([1.0, 2.0, 4.0]), np.array([0, 1, 0]), [0]).tolist()
        [5.0, 2.0]
    """
    for axis in axes:
        front = np.moveaxis(array, axis, 0)
        total = np.zeros((int(position.max()) + 1, *front.shape[1:]))
        np.add.at(total, position, front)
        array = np.moveaxis(total, 0, axis)
    return array


def _merge_countries(world: World, group_of: Mapping[str, str]) -> World:
    groups, position = _positions(world.countries, group_of)
    inside = (position[:, None] == position[None, :])[:, :, None]
    paid = world.trade * (1 + world.tariff)
    received = world.trade / (1 + world.export_tax)
    duty = np.where(inside, paid - received, 0.0)
    trade = np.where(inside, paid, world.trade)
    between = [0, 1]
    tariff = np.where(inside, 0.0, world.tariff)
    merged = group_sum(trade, position, between)
    export_tax = np.where(inside, 0.0, world.export_tax)
    use = group_sum(world.input_share * world.output[:, None, :], position, [0])
    value_added = group_sum(world.value_added + duty.sum(axis=1), position, [0])
    share, va_share = _columns(use, value_added)
    note = {"duties inside groups moved to value added, USD million": float(duty.sum())}
    return replace(
        world,
        countries=groups,
        trade=merged,
        tariff=_weighted(tariff, trade, position, between),
        export_tax=_weighted(export_tax, trade / (1 + export_tax), position, between),
        input_share=share,
        value_added_share=va_share,
        country_names=_names(world.country_names, world.countries, groups),
        card=_noted(world, {"countries": dict(group_of), **note}),
    )


def _merge_sectors(world: World, group_of: Mapping[str, str]) -> World:
    groups, position = _positions(world.sectors, group_of)
    merged = group_sum(world.trade, position, [2])
    producer = world.trade / (1 + world.export_tax)
    use = group_sum(world.input_share * world.output[:, None, :], position, [1, 2])
    share, va_share = _columns(use, group_sum(world.value_added, position, [1]))
    abroad = world.trade.sum(axis=(0, 1)) - np.einsum("iik->k", world.trade)
    span = [_weighted(world.elasticity_range[:, j], abroad, position, [0]) for j in (0, 1)]
    return replace(
        world,
        sectors=groups,
        trade=merged,
        tariff=_weighted(world.tariff, world.trade, position, [2]),
        export_tax=_weighted(world.export_tax, producer, position, [2]),
        input_share=share,
        value_added_share=va_share,
        trade_elasticity=_weighted(world.trade_elasticity, abroad, position, [0]),
        elasticity_range=np.stack(span, axis=1),
        scale_elasticity=_weighted(world.scale_elasticity, abroad, position, [0]),
        elasticity_ratio=np.stack(
            [_weighted(world.elasticity_ratio[:, j], abroad, position, [0]) for j in (0, 1)], axis=1
        ),
        sector_names=_names(world.sector_names, world.sectors, groups),
        card=_noted(world, {"sectors": dict(group_of)}),
    )


def _columns(use: Array, value_added: Array) -> tuple[Array, Array]:
    """Return input and value-added shares; without output, value added is all there is."""
    output = use.sum(axis=1) + value_added
    some = np.where(output > 0, output, 1)
    share = np.where(output[:, None, :] > 0, use / some[:, None, :], 0.0)
    return share, np.where(output > 0, value_added / some, 1.0)


def _weighted(rate: Array, weight: Array, position: Index, axes: Sequence[int]) -> Array:
    """Return weighted averages of `rate`; plain averages where nothing is traded."""
    total = group_sum(weight, position, axes)
    mean = group_sum(rate, position, axes) / group_sum(np.ones_like(rate), position, axes)
    sums = group_sum(rate * weight, position, axes)
    return np.where(total > 0, sums / np.where(total > 0, total, 1), mean)


def _names(
    names: Mapping[str, str], codes: tuple[str, ...], groups: tuple[str, ...]
) -> dict[str, str]:
    return {group: names.get(group, group) if group in codes else group for group in groups}


def _noted(world: World, note: Mapping[str, object]) -> dict[str, object]:
    return {**world.card, "aggregation": {**world.card.get("aggregation", {}), **note}}
