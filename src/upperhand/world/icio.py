"""Build the packaged world `icio-2022` from the OECD Inter-Country Input-Output table.

The source has 81 economies and 28 sectors at basic prices. The steps, each one function: repair
tariff outliers, merge economies into regions, add the duties of the trade war that were in force
in 2022, value inputs at the user's price (tariffs included), round to the dollar. The card says
what was changed and by how much.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import WorldError, raise_faults, unknown
from upperhand.world.aggregate import group_sum
from upperhand.world.build import from_arrays
from upperhand.world.check import check_world
from upperhand.world.csvfile import read_csv
from upperhand.world.icio_card import (
    DEFAULT_SETS,
    MOST_SCALE,
    SCALE,
    Layer,
    icio_card,
    read_layers,
    read_rows,
)
from upperhand.world.labels import Array
from upperhand.world.world import World

SOURCE_FILE = "icio2022_81x28.npz"
SETS = ("CP", "BSY", "GYY", "Shap", "FGO", "LL", "IS", "U4")
#: Collected US duties on imported food, drink and tobacco from all countries but China, 2024.
US_FOOD_RATE = 0.0156
#: Highest admissible simple average; above it are tobacco and alcohol lines that hardly trade.
HIGHEST_AVERAGE = 0.40
#: Smallest admissible share of value added in output.
SMALLEST_VALUE_ADDED = 0.01
SERVICES_RANGE = (4.0, 10.0)

Moved = dict[str, float]


@dataclass(frozen=True, eq=False)
class Source:
    """The table as published: basic prices, USD million.

    Attributes:
        countries: ISO 3166 codes and `ROW`.
        sectors: Codes of the table.
        trade: (exporter, importer, sector), all sales.
        use: (country, input_sector, sector), domestic and imported inputs.
        tariff: (exporter, importer, sector), fraction.
        elasticity: Published sets by name, each (sector,).
    """

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    trade: Array
    use: Array
    tariff: Array
    elasticity: dict[str, Array]


def build_icio_2022(
    source: str | Path, *, war_layer: bool = True, tariff_file: str | Path | None = None
) -> World:
    """Build the world of 2022 from the folder that holds the source table.

    Args:
        source: Folder with `icio2022_81x28.npz`.
        war_layer: Add the US and Chinese duties of 2018-20 that were in force in 2022. The flows
            of 2022 were traded under them, so they belong to the baseline.
        tariff_file: Your own tariffs between regions, instead of those of the source: a CSV file
            with the columns `exporter,importer,sector,tariff` (fractions). Rates that it does not
            list stay as they are; the war layer comes on top and meets the same averages.

    Returns:
        The checked world; its card reports every change.

    Raises:
        WorldError: If the source is missing, incomplete or does not add up.
    """
    table = read_source(Path(source))
    moved: Moved = {}
    table = replace(table, tariff=repaired_tariff(table, moved))
    regions = merged(table, moved)
    if tariff_file is not None:
        regions = with_tariff_file(regions, Path(tariff_file))
    layers = read_layers() if war_layer else ()
    tariff, points = with_layers(regions, layers)
    share, value_added = user_price_shares(regions, tariff, moved)
    theta, span = elasticities(regions.elasticity)
    world = from_arrays(
        name="icio-2022" if war_layer else "icio-2022-without-war-layer",
        year=2022,
        countries=regions.countries,
        sectors=regions.sectors,
        trade=np.round(regions.trade, 6),
        tariff=tariff,
        input_share=share,
        value_added_share=value_added,
        trade_elasticity=theta,
        elasticity_range=span,
        scale_elasticity=scale_elasticities(theta),
        country_names={row["code"]: row["name"] for row in read_rows("regions.csv")},
        sector_names={row["code"]: row["name"] for row in read_rows("sectors.csv")},
    )
    report = check_world(world).require_ok()
    card = icio_card(world, report, points, regions.elasticity, moved)
    if tariff_file is not None:
        card = {**card, "tariff_file": Path(tariff_file).name}
    return replace(world, card=card)


def read_source(folder: Path) -> Source:
    """Read the source file and check what the build relies on."""
    path = folder / SOURCE_FILE
    if not path.is_file():
        raise WorldError(f"{folder}: no file {SOURCE_FILE}; give the folder of the source table")
    try:
        with np.load(path, allow_pickle=False) as data:
            table = Source(
                countries=tuple(str(code) for code in data["countries"]),
                sectors=tuple(str(code) for code in data["sectors"]),
                trade=np.asarray(data["X_total"], dtype=np.float64),
                use=np.asarray(data["U_use"], dtype=np.float64),
                tariff=np.asarray(data["tariff"], dtype=np.float64),
                elasticity={name: np.asarray(data[f"eps_{name}"]) for name in SETS},
            )
    except (KeyError, ValueError, OSError) as error:
        raise WorldError(f"{path}: not the expected table ({error}); fetch it again") from None
    raise_faults(WorldError, _source_faults(table), what=str(path))
    return table


def _source_faults(table: Source) -> list[str]:
    named = {member for row in read_rows("regions.csv") for member in row["members"].split()}
    faults = [f"economy {c} is in no region" for c in table.countries if c not in named]
    faults += [f"no economy {c} in the table" for c in sorted(named - set(table.countries))]
    if table.sectors != tuple(row["code"] for row in read_rows("sectors.csv")):
        faults.append(f"sectors are {', '.join(table.sectors)}; expected those of sectors.csv")
    arrays = {"X_total": table.trade, "U_use": table.use, "tariff": table.tariff}
    return faults + [
        f"{name} has NaN or negative entries"
        for name, array in arrays.items()
        if not (array >= 0).all()
    ]


def repaired_tariff(table: Source, moved: Moved) -> Array:
    """Return tariffs without the outliers that simple averages over tariff lines make."""
    tariff = table.tariff.copy()
    tariff[:, :, table.sectors.index("SERV")] = 0.0
    food, usa = table.sectors.index("C10T12"), table.countries.index("USA")
    others = [i for i, code in enumerate(table.countries) if code not in ("USA", "CHN")]
    flow = table.trade[others, usa, food]
    average = float((flow * tariff[others, usa, food]).sum() / flow.sum())
    tariff[:, usa, food] *= US_FOOD_RATE / average
    high = tariff > HIGHEST_AVERAGE
    tariff[high] = HIGHEST_AVERAGE
    paid = table.trade * (table.tariff - tariff)
    moved["tariff revenue on services set to 0"] = float(
        paid[:, :, table.sectors.index("SERV")].sum()
    )
    moved["US food tariff, trade-weighted, before"] = average
    moved["US food tariff revenue removed"] = float(paid[:, usa, food].sum())
    moved["tariff cells capped at 40 per cent"] = float(high.sum())
    moved["revenue removed by the cap"] = float(paid[high].sum())
    return tariff


def merged(table: Source, moved: Moved) -> Source:
    """Merge economies into regions at basic prices; sales inside a region become domestic."""
    rows = read_rows("regions.csv")
    codes = tuple(row["code"] for row in rows)
    region_of = {member: row["code"] for row in rows for member in row["members"].split()}
    position = np.array([codes.index(region_of[c]) for c in table.countries], dtype=np.intp)
    trade = group_sum(table.trade, position, [0, 1])
    paid = group_sum(table.trade * table.tariff, position, [0, 1])
    home = np.arange(len(codes))
    moved["tariffs inside merged regions, now in value added"] = float(paid[home, home].sum())
    tariff = np.where(trade > 0, paid / np.where(trade > 0, trade, 1), 0.0)
    tariff[home, home] = 0.0
    return replace(
        table,
        countries=codes,
        trade=trade,
        use=group_sum(table.use, position, [0]),
        tariff=tariff,
    )


def with_tariff_file(table: Source, path: Path) -> Source:
    """Return the table with the tariffs that a CSV file lists."""
    faults: list[str] = []
    labels = ("exporter", "importer", "sector")
    rows = read_csv(path, labels=labels, numbers=["tariff"], faults=faults)
    tariff = table.tariff.copy()
    for row in rows:
        known = (table.countries, table.countries, table.sectors)
        codes = [row.text[label] for label in labels]
        where = f"{path.name}:{row.line}"
        wrong = [
            unknown(label, code, allowed, where=where)
            for label, code, allowed in zip(labels, codes, known, strict=True)
            if code not in allowed
        ]
        if wrong:
            faults += wrong
            continue
        place = tuple(axis.index(code) for axis, code in zip(known, codes, strict=True))
        tariff[place] = row.number["tariff"]
    raise_faults(WorldError, faults, what=str(path))
    return replace(table, tariff=tariff)


def with_layers(table: Source, layers: tuple[Layer, ...]) -> tuple[Array, list[Layer]]:
    """Add uniform points to the goods of each pair, so that their average meets the source."""
    goods = np.array([code != "SERV" for code in table.sectors])
    tariff, filled = table.tariff.copy(), []
    for layer in layers:
        i, j = table.countries.index(layer.exporter), table.countries.index(layer.importer)
        flow = table.trade[i, j, goods]
        base = float((flow * tariff[i, j, goods]).sum() / flow.sum())
        points = layer.average_rate - base
        tariff[i, j, goods] += points
        filled.append(replace(layer, base_rate=base, points=points))
    return np.round(tariff, 10), filled


def user_price_shares(table: Source, tariff: Array, moved: Moved) -> tuple[Array, Array]:
    """Return input and value-added shares of output, inputs at the user's price.

    A user pays the average tariff of the country on each sector on top of the basic price. Where
    inputs would leave less than one per cent of output as value added, they are scaled down.
    """
    output, bought = table.trade.sum(axis=1), table.trade.sum(axis=0)
    duty = (table.trade * tariff).sum(axis=0)
    markup = 1 + np.where(bought > 0, duty / np.where(bought > 0, bought, 1), 0.0)
    use = np.minimum(table.use.sum(axis=2), bought)
    trimmed = table.use * _ratio(use, table.use.sum(axis=2))[:, :, None]
    moved["input use above purchases, moved to final demand"] = float((table.use - trimmed).sum())
    paid = trimmed * markup[:, :, None]
    spent = paid.sum(axis=1)
    room = np.minimum(spent, (1 - SMALLEST_VALUE_ADDED) * output)
    moved["input use moved to value added"] = float((spent - room).sum())
    paid = paid * _ratio(room, spent)[:, None, :]
    share = np.round(paid * _ratio(np.ones_like(output), output)[:, None, :], 12)
    return share, np.round(1 - share.sum(axis=1), 12)


def _ratio(above: Array, below: Array) -> Array:
    some = below > 0
    return np.asarray(np.where(some, above / np.where(some, below, 1), 0.0))


def elasticities(sets: Mapping[str, Array]) -> tuple[Array, Array]:
    """Return the median of the published sets and their range; services 4, range 4 to 10."""
    stack = np.stack([sets[name] for name in DEFAULT_SETS])
    span = np.stack([stack.min(axis=0), stack.max(axis=0)], axis=1)
    span[-1] = SERVICES_RANGE
    return np.round(np.median(stack, axis=0), 6), np.round(span, 6)


def scale_elasticities(theta: npt.NDArray[np.float64]) -> Array:
    """Return the scale elasticity of each sector: manufacturing only, at most 0.6 / theta."""
    made = np.array([row["kind"] == "manufacturing" for row in read_rows("sectors.csv")])
    scale: Array = np.where(made, np.minimum(float(SCALE["value"]), MOST_SCALE / theta), 0.0)
    return scale.round(6)
