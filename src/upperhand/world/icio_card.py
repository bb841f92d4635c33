"""The source card of `icio-2022`: edition, licence, what was changed, what was checked."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from upperhand.world.check import CheckReport
from upperhand.world.labels import Array
from upperhand.world.world import World

FOLDER = "data/world/icio-2022"
#: Published sets whose median is the default; the others are not sector-level estimates.
DEFAULT_SETS = ("CP", "BSY", "GYY", "Shap", "FGO", "LL")
#: Scale elasticity times trade elasticity stays at or below this. At 0.9 equilibria become several;
#: inputs from scale-intensive sectors add to the loop, and at 0.84 a US-China war of 100 points has
#: no equilibrium that can be reached from the baseline.
MOST_SCALE = 0.6

SCALE: dict[str, Any] = {
    "value": 0.13,
    "low": 0.0,
    "high": 0.25,
    "applies_to": "manufacturing; 0 elsewhere",
    "status": "assumed",
    "source": (
        "order of magnitude of the manufacturing average in Bartelme, Costinot, Donaldson and "
        "Rodriguez-Clare (NBER Working Paper 26193, 2019); the number was not checked against the "
        "printed table"
    ),
    "used": (
        "only when scale economies are switched on; capped at 0.6 / trade elasticity, because with "
        "input-output links larger products have no equilibrium near the baseline"
    ),
}

SET_SOURCES = {
    "CP": "Caliendo and Parro (2015)",
    "BSY": "Bagwell, Staiger and Yurukoglu (2021)",
    "GYY": "Giri, Yi and Yilmazkuday (2021)",
    "Shap": "Shapiro (2016)",
    "FGO": "Fontagne, Guimbard and Orefice (2022)",
    "LL": "Lashkaripour and Lugovskyy (2023)",
    "IS": "in-sample estimates of the source package",
    "U4": "4 in every sector",
}

SOURCES = [
    {
        "key": "oecd_icio_2025",
        "title": "OECD Inter-Country Input-Output Tables, 2025 edition, year 2022",
        "url": "https://www.oecd.org/en/data/datasets/inter-country-input-output-tables.html",
        "licence": "CC BY 4.0",
        "used_for": "trade, output, input use",
    },
    {
        "key": "teti_2024",
        "title": "Teti (2024), Global Tariff Database",
        "url": "https://feodorateti.github.io/data.html",
        "licence": "not verified; only trade-weighted averages by region pair and sector are used",
        "used_for": "MFN and preferential tariffs",
    },
    {
        "key": "waugh_2026",
        "title": "Waugh, trade-war-redux-2025 (commit 726c595)",
        "url": "https://github.com/tradewartracker/trade-war-redux-2025",
        "licence": "MIT",
        "used_for": "collected US duties on Chinese goods, and on food from other countries, 2024",
    },
    {
        "key": "piie_bown_chart",
        "title": "Bown (PIIE), US-China Trade War Tariffs: An Up-to-Date Chart",
        "url": "https://www.piie.com/research/piie-charts/us-china-trade-war-tariffs-date-chart",
        "licence": "cited for single numbers",
        "used_for": "average Chinese tariff on US goods since 2020-02-14",
    },
]

CHANGES = [
    "81 economies merged into the regions of regions.csv at basic prices; sales inside a region "
    "are domestic sales. World totals of output and input use are unchanged.",
    "Tariffs between regions are averages weighted with the trade of 2022.",
    "Tariffs on services were set to 0: the source assigns goods rates to them.",
    "US tariffs on food, drink and tobacco were scaled by one factor so that the average on "
    "countries other than China equals collected duties of 2024 (1.56 per cent). The source has "
    "91 per cent there, a simple average over lines in which tobacco counts like any other.",
    "Averages above 40 per cent were cut to 40 per cent (assumed): they occur in food, drink and "
    "tobacco only, where alcohol and tobacco lines dominate a simple average.",
    "War layer: uniform points on all goods of a pair, so that the average on 2022 trade equals "
    "the rate of the source. The true rates differ by product.",
    "Inputs are valued at the user's price: basic price plus the country's average tariff on the "
    "sector. Value added is output less that, so it still holds other taxes on products.",
    "Flows are rounded to the dollar, tariffs to 1e-10, shares to 1e-12.",
    "A region without output in a sector keeps that sector: its value-added share is 1 and its "
    "inputs are 0, and it is supplied by imports.",
]

LIMITS = [
    "US and Chinese duties of 2022 stand on two bases: collected duties (10.87 per cent) for the "
    "United States, statutory averages (20.3 per cent) for China. The statutory US average was "
    "19.3 per cent; the difference is exemptions, exclusions and the shift of trade to "
    "lower-taxed goods. Chinese exclusions granted since 2020 are not in the 20.3 per cent.",
    "US duties on steel and aluminium and the answers of other countries are not in the layer.",
    "ROW levies no tariffs in the source.",
    "Tariff averages of other countries are simple averages over lines within a sector.",
    "Input use of ROW was imputed by the source package.",
    "Elasticity sets come without standard errors; the range is the lowest and the highest of six "
    "published sets and is wide (0.6 to 65 in refined petroleum).",
]


@dataclass(frozen=True, slots=True)
class Layer:
    """Duties of the trade war on one pair: the average to meet, and the points it took.

    Attributes:
        importer: Who levies.
        exporter: Whose goods.
        average_rate: Average on goods to meet, as a fraction.
        basis: How the average was measured.
        date: Year or day of the average.
        other_basis: The other measure of the same thing, in words.
        source: Where the average was read.
        url: Its address.
        certainty: `source read` or `unconfirmed`.
        base_rate: Average without the layer.
        points: Points added to every good.
    """

    importer: str
    exporter: str
    average_rate: float
    basis: str
    date: str
    other_basis: str
    source: str
    url: str
    certainty: str
    base_rate: float = 0.0
    points: float = 0.0


@cache
def read_rows(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of one packaged table of the build: regions, sectors or war layer.

    Examples:
        >>> read_rows("sectors.csv")[20]["name"]
        'Computers, electronics and optical products'
    """
    text = files("upperhand").joinpath(FOLDER, name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def read_layers() -> tuple[Layer, ...]:
    """Return the war layers, rates as in the sources and points not yet known."""
    return tuple(
        Layer(
            importer=row["importer"],
            exporter=row["exporter"],
            average_rate=float(row["average_rate"]),
            basis=row["basis"],
            date=row["date"],
            other_basis=f"{row['other_basis_rate']} {row['other_basis']}".strip(),
            source=row["source"],
            url=row["url"],
            certainty=row["certainty"],
        )
        for row in read_rows("war_layer.csv")
    )


def icio_card(
    world: World,
    report: CheckReport,
    layers: Sequence[Layer],
    sets: Mapping[str, Array],
    moved: Mapping[str, float],
) -> dict[str, Any]:
    """Return the card as plain data; numbers are rounded so that it reads the same anywhere."""
    return {
        "title": (
            f"World economy of 2022: {len(world.countries)} regions, {len(world.sectors)} sectors"
        ),
        "edition": "OECD ICIO 2025 edition, year 2022",
        "unit": "USD million, current prices of 2022",
        "licence": "CC BY 4.0 (derived from OECD data); attribution below",
        "attribution": (
            "OECD Inter-Country Input-Output Tables, 2025 edition; tariffs after Teti (2024), "
            "Global Tariff Database; trade-war duties after Waugh and PIIE"
        ),
        "sources": SOURCES,
        "changes": CHANGES,
        "limits": LIMITS,
        "regions": {row["code"]: row["members"].split() for row in read_rows("regions.csv")},
        "war_layer": [_rounded(asdict(layer)) for layer in layers],
        "moved": _rounded(moved),
        "elasticities": {
            "default": "median of " + ", ".join(DEFAULT_SETS),
            "range": "lowest and highest of the same six sets",
            "services": (
                "4 as in five of the six sets; range 4 to 10, because published exercises use 4 "
                "to 10 and one estimate is 8.35"
            ),
            "standard_errors": "none in the source",
            "sets": {name: np.round(values, 6).tolist() for name, values in sets.items()},
            "set_sources": SET_SOURCES,
        },
        "scale_elasticity": SCALE,
        "checks": _rounded(report.facts),
        "value_added": dict(
            zip(world.countries, np.round(world.value_added.sum(axis=1)).tolist(), strict=True)
        ),
    }


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    """Round to nine significant digits; identities that are zero up to rounding become 0."""
    result: dict[str, Any] = {}
    for name, value in values.items():
        small = isinstance(value, float) and abs(value) < 1e-12
        result[name] = (
            0.0 if small else float(f"{value:.9g}") if isinstance(value, float) else value
        )
    return result
