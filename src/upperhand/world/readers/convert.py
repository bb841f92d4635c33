"""From a published table to a world: one way, whatever the source.

1. Country and sector labels become regions and sectors by concordance; sums, so totals are kept.
2. Sales of a sector to a country are inputs plus final demand; sales inside a region are domestic.
3. Value added is output less inputs. It therefore holds taxes less subsidies on products, margins
   of international transport and the discrepancies of the source.
4. Tariffs are zero unless a file gives them; then inputs are valued at what their user pays.

Negative numbers. Categories of final demand are added up first, so that inventories run down
only reduce what the same buyer takes. Where a flow (exporter, importer, sector) is still negative
it becomes zero, which raises the exporter's output; where inputs of a sector exceed what a country
buys of it, or leave less than one per cent of output as value added, inputs are scaled down and the
difference becomes value added. `world.card["moved"]` reports each amount.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import WorldError, nearest, raise_faults
from upperhand.world.aggregate import group_sum
from upperhand.world.build import from_arrays
from upperhand.world.check import check_world
from upperhand.world.icio import Source, user_price_shares, with_tariff_file
from upperhand.world.icio_card import MOST_SCALE, read_rows
from upperhand.world.labels import Array
from upperhand.world.readers.concordance import Concordance, groups, packaged
from upperhand.world.readers.table import Table, check_table
from upperhand.world.world import World

#: Largest share of intermediate use that negative intermediate flows may have.
MOST_NEGATIVE = 1e-3
#: World whose elasticities the sectors take.
ELASTICITIES = "icio-2022"

Moved = dict[str, float]
Index = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Axis:
    """Codes of one axis of the new world and where each label of the source goes."""

    codes: tuple[str, ...]
    position: Index


def world_from_table(
    table: Table,
    *,
    regions: Concordance | None = None,
    sectors: Concordance | None = None,
    tariff_file: str | Path | None = None,
    name: str = "",
) -> World:
    """Build a world from a published table (steps and rules at the top of this module).

    Args:
        table: What a reader returned.
        regions: Region by country label. Default: the packaged one of the source.
        sectors: Sector by sector label. Default: the packaged one of the source.
        tariff_file: CSV with `exporter,importer,sector,tariff` by our codes, fractions. Default:
            no tariffs.
        name: Identifier of the world. Default: source and year.

    Returns:
        A checked world; its card says what was moved.

    Raises:
        WorldError: If a label has no region or sector, a sector has no elasticity, or the table
            does not add up.

    Examples:
        >>> from upperhand.world.readers.concordance import Concordance
        >>> own = lambda kind, codes: Concordance("mine", kind, codes, {}, {})
        >>> inter = np.array([[20.0, 10.0], [5.0, 30.0]])
        >>> final = np.array([[60.0, 10.0], [15.0, 50.0]])
        >>> table = Table("csv", "", 2020, ("US", "CN"), ("chips",), inter, final)
        >>> world = world_from_table(
        ...     table,
        ...     regions=own("region", {"US": "USA", "CN": "CHN"}),
        ...     sectors=own("sector", {"chips": "C26"}),
        ... )
        >>> world.trade[:, :, 0].tolist()
        [[80.0, 20.0], [20.0, 80.0]]
        >>> world.value_added[:, 0].tolist()
        [75.0, 60.0]
    """
    check_table(table)
    region_of = regions or packaged(f"{table.source}.regions")
    sector_of = sectors or packaged(f"{table.concordance or table.source}.sectors")
    rows, columns = _axis(region_of, table.countries), _axis(sector_of, table.sectors)
    theta, span, scale = _elasticities(columns.codes, sector_of)
    moved: Moved = {}
    merged = _merged(_without_negative_inputs(table, moved), rows, columns, moved)
    if tariff_file is not None:
        merged = with_tariff_file(merged, Path(tariff_file))
    share, value_added = user_price_shares(merged, merged.tariff, moved)
    world = from_arrays(
        name=name or f"{table.source}-{table.year}",
        year=table.year,
        countries=rows.codes,
        sectors=columns.codes,
        trade=merged.trade,
        tariff=merged.tariff,
        input_share=share,
        value_added_share=value_added,
        trade_elasticity=theta,
        elasticity_range=span,
        scale_elasticity=scale,
        balance=True,
        country_names=_names(rows.codes, _known("regions.csv"), region_of.names),
        sector_names=_names(columns.codes, _known("sectors.csv"), sector_of.names),
    )
    return replace(world, card={**_card(table, world, region_of, sector_of, moved), **world.card})


def _axis(concordance: Concordance, labels: tuple[str, ...]) -> Axis:
    codes = concordance.apply(labels)
    own = list(_known("regions.csv" if concordance.kind == "region" else "sectors.csv"))
    rank = {code: float(i) for i, code in enumerate(own)}
    for code, (_, members) in groups().items():
        rank.setdefault(code, rank.get(members[0], len(rank)) + 0.5)
    order = sorted(dict.fromkeys(codes), key=lambda code: rank.get(code, np.inf))
    return Axis(tuple(order), np.array([order.index(code) for code in codes], dtype=np.intp))


def _known(name: str) -> dict[str, str]:
    return {row["code"]: row["name"] for row in read_rows(name)}


def _names(
    codes: tuple[str, ...], known: Mapping[str, str], own: Mapping[str, str]
) -> dict[str, str]:
    unions = {code: name for code, (name, _) in groups().items()}
    return {code: own.get(code, known.get(code, unions.get(code, code))) for code in codes}


def _elasticities(codes: tuple[str, ...], own: Concordance) -> tuple[Array, Array, Array]:
    """Return trade elasticity, range and scale elasticity of each sector.

    A union of packaged sectors takes averages weighted with trade across borders.
    """
    from upperhand.world.load import load_world

    world = load_world(ELASTICITIES)
    weight = world.trade.sum(axis=(0, 1)) - np.einsum("iik->k", world.trade)
    faults, found = [], []
    for code in codes:
        given = own.numbers.get(code, {})
        members = groups().get(code, ("", (code,)))[1]
        if "trade_elasticity" in given:
            theta = given["trade_elasticity"]
            found.append((theta, given.get("low", theta), given.get("high", theta), 0.0))
        elif all(member in world.sectors for member in members):
            at = [world.sectors.index(member) for member in members]
            each = np.column_stack(
                [world.trade_elasticity, world.elasticity_range, world.scale_elasticity]
            )
            mean = np.average(each[at], axis=0, weights=weight[at])
            most = MOST_SCALE / mean[0] if len(members) > 1 else mean[3]
            found.append((mean[0], mean[1], mean[2], min(mean[3], most)))
        else:
            faults.append(
                f"sector {code} is not one of {world.name}{nearest(code, world.sectors)}; add a "
                "column trade_elasticity with its value"
            )
    raise_faults(WorldError, faults, what=own.name)
    four: Array = np.array(found, dtype=np.float64).round(9)
    return four[:, 0], four[:, 1:3], four[:, 3]


def _without_negative_inputs(table: Table, moved: Moved) -> Table:
    """Set small negative intermediate flows to zero; refuse large ones."""
    if table.inter.min(initial=0.0) >= 0:
        return table
    positive = np.maximum(table.inter, 0.0)
    total = float(positive.sum())
    negative = total - float(table.inter.sum())
    if negative > MOST_NEGATIVE * total:
        row, column = (int(i) for i in np.unravel_index(np.argmin(table.inter), table.inter.shape))
        raise WorldError(
            f"{table.source}: intermediate use of {table.labels(row)} by {table.labels(column)} is "
            f"{table.inter[row, column]:.6g}; negative flows are {negative / total:.2%} of all, "
            f"allowed are {MOST_NEGATIVE:.1%}; correct the source"
        )
    moved["negative intermediate use set to 0"] = negative
    return replace(table, inter=positive)


def _merged(table: Table, rows: Axis, columns: Axis, moved: Moved) -> Source:
    """Merge labels into regions and sectors at basic prices."""
    n, s = len(table.countries), len(table.sectors)
    cube = table.inter.reshape(n, s, n, s)
    sold = cube.sum(axis=3) + table.final.reshape(n, s, n)
    trade = group_sum(sold.transpose(0, 2, 1), rows.position, [0, 1])
    trade = group_sum(trade, columns.position, [2])
    use = group_sum(cube.sum(axis=0).transpose(1, 0, 2), rows.position, [0])
    use = group_sum(use, columns.position, [1, 2])
    lacking = np.maximum(-trade, 0.0)
    moved["negative final demand, summed over its entries"] = float(
        -np.minimum(table.final, 0).sum()
    )
    moved["negative flows set to 0, output of exporters raised"] = float(lacking.sum())
    moved["flows set to 0"] = float((lacking > 0).sum())
    trade = np.maximum(trade, 0.0)
    return Source(rows.codes, columns.codes, trade, use, np.zeros_like(trade), {})


def _card(
    table: Table, world: World, regions: Concordance, sectors: Concordance, moved: Moved
) -> dict[str, Any]:
    countries, goods = len(world.countries), len(world.sectors)
    members: dict[str, list[str]] = {}
    for label, code in zip(table.countries, regions.apply(table.countries), strict=True):
        members.setdefault(code, []).append(label)
    inside: dict[str, list[str]] = {}
    for label, code in zip(table.sectors, sectors.apply(table.sectors), strict=True):
        inside.setdefault(code, []).append(label)
    return {
        "title": f"World economy of {world.year}: {countries} regions, {goods} sectors",
        "edition": table.edition,
        "unit": f"USD million, current prices of {world.year}",
        "licence": "that of the source; the table was read from the user's own file",
        "concordances": {"regions": regions.name, "sectors": sectors.name},
        "regions": members,
        "sectors": inside,
        "changes": [
            "Value added is output less inputs: it holds taxes less subsidies on products, "
            "international margins and the discrepancies of the source.",
            *table.remarks,
        ],
        "moved": {key: abs(float(f"{value:.9g}")) for key, value in moved.items()},
        "elasticities_from": ELASTICITIES,
        "checks": {
            key: value if isinstance(value, str) else float(f"{value:.9g}")
            for key, value in check_world(world).facts.items()
        },
    }
