"""Packaged tables of dated tariffs (registers), and the baseline measures that they stand for."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from upperhand.measures.base import Measure
from upperhand.measures.labels import EU27, Labels, labels_of
from upperhand.measures.tariff import Tariff
from upperhand.world.world import World

WAUGH = "Waugh, trade-war-redux-2025, country-by-time.csv (commit 726c595, MIT licence)"
PIIE = "PIIE (Bown), US-China Trade War Tariffs: An Up-to-Date Chart"


@dataclass(frozen=True, slots=True)
class Register:
    """A table of measures by date.

    Attributes:
        words: What it holds.
        measures: The measures in force on a day, for the regions of a world.
        sources: Where the numbers come from.
    """

    words: str
    measures: Callable[[date, World], list[Measure]]
    sources: tuple[dict[str, str], ...]


@cache
def read_table(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a packaged table.

    Examples:
        >>> sorted(read_table("us-new-tariffs-by-date")[0])
        ['add_pp', 'date', 'imports_2024_usd_mn', 'partner']
    """
    entry = files("upperhand.scenario").joinpath("tables_data", f"{name}.csv")
    lines = entry.read_text(encoding="utf-8").splitlines()
    return tuple(csv.DictReader(line for line in lines if not line.startswith("#")))


def measures_as_of(name: str, day: date, world: World) -> list[Measure]:
    """Return the measures of a register that are in force on `day`, by region of `world`.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> for measure in measures_as_of("us-new-tariffs", date(2025, 10, 9), toy_world()):
        ...     print(measure.against[0], measure.add_pp)
        CHN 31.06
        VNM 14.74
    """
    return REGISTERS[name].measures(day, world)


def rates_on(table: str, day: date) -> dict[str, tuple[float, float]]:
    """Return (rate, weight) by partner from the last row set dated `day` or before.

    Examples:
        >>> rates_on("us-new-tariffs-by-date", date(2025, 10, 9))["CHN"][0]
        31.06
        >>> rates_on("us-new-tariffs-by-date", date(2024, 1, 1))
        {}
    """
    rows = read_table(table)
    dates = [row["date"] for row in rows if row["date"] <= day.isoformat()]
    if not dates:
        return {}
    return {
        row["partner"]: (float(row["add_pp"]), float(row.get("imports_2024_usd_mn") or 1))
        for row in rows
        if row["date"] == max(dates)
    }


def by_region(rates: dict[str, tuple[float, float]], labels: Labels) -> dict[str, float]:
    """Return one rate for each region: its own, the Union's, or the average of its members.

    A region without any listed member gets the average of the listed partners that belong to no
    region of the world; averages are weighted with the imports of 2024.

    Examples:
        >>> labels = Labels(("USA", "DEU", "XLA", "ROW"), (), members={"XLA": ("COL", "PER")})
        >>> rates = {"EU27": (15.0, 9.0), "COL": (8.0, 3.0), "PER": (10.0, 1.0), "IRQ": (31.0, 1.0)}
        >>> by_region(rates, labels)
        {'DEU': 15.0, 'XLA': 8.5, 'ROW': 31.0}
    """
    members = {code: set(labels.members.get(code, (code,))) for code in labels.countries}
    inside = set().union(*members.values()) | set(labels.countries)
    left = [
        value for partner, value in rates.items() if partner not in inside and partner != "EU27"
    ]
    found: dict[str, float] = {}
    for code in labels.countries:
        if code == "USA":
            continue
        own = [rates[m] for m in sorted(members[code] | {code}) if m in rates]
        if code not in rates and members[code] <= set(EU27) and "EU27" in rates:
            own = [rates["EU27"]]
        average = _average(own or left)
        if average is not None:
            found[code] = round(average, 2)
    return found


def _average(pairs: list[tuple[float, float]]) -> float | None:
    weight = sum(w for _, w in pairs)
    return sum(rate * w for rate, w in pairs) / weight if weight else None


def _us_new(day: date, world: World) -> list[Measure]:
    rates = by_region(rates_on("us-new-tariffs-by-date", day), labels_of(world))
    return [
        Tariff(
            by="USA", against=(code,), add_pp=points, source=WAUGH,
            label=f"US tariffs new since January 2025 on {code}, average",
        )
        for code, points in rates.items()
        if "USA" in world.countries
    ]  # fmt: skip


def _china_new(day: date, world: World) -> list[Measure]:
    rates = rates_on("china-new-tariffs-by-date", day)
    if not rates or not {"USA", "CHN"} <= set(world.countries):
        return []
    points = rates["USA"][0]
    label = "Chinese tariffs new since January 2025 on USA, average"
    return [Tariff(by="CHN", against=("USA",), add_pp=points, source=PIIE, label=label)]


def _without_war_layer(_: date, world: World) -> list[Measure]:
    return [
        Tariff(
            by=str(layer["importer"]),
            against=(str(layer["exporter"]),),
            add_pp=-100 * float(layer["points"]),
            source=str(layer.get("source", "")),
            label=f"duties of 2018-20 of {layer['importer']} on {layer['exporter']} taken back",
        )
        for layer in _layers(world)
    ]


def _layers(world: World) -> list[dict[str, Any]]:
    return list(world.card.get("war_layer", []))


REGISTERS: dict[str, Register] = {
    "us-new-tariffs": Register(
        "average US tariffs added since January 2025, by partner (new actions only)",
        _us_new,
        (
            {
                "title": "Waugh (2026), trade-war-redux-2025, country-by-time.csv, commit 726c595",
                "url": "https://github.com/tradewartracker/trade-war-redux-2025",
                "licence": "MIT, Copyright (c) 2025 tradewartracker",
                "used_for": "average US tariffs added since January 2025, by partner and date",
            },
        ),
    ),
    "china-new-tariffs": Register(
        "average Chinese tariffs on the United States added since January 2025",
        _china_new,
        (
            {
                "title": PIIE,
                "url": "https://www.piie.com/research/piie-charts/2019/us-china-trade-war-tariffs-date-chart",
                "licence": "cited for single numbers",
                "used_for": "differences of the average Chinese tariff on US goods",
            },
        ),
    ),
    "without-war-layer": Register(
        "the duties of 2018-20 that the world table contains, taken back",
        _without_war_layer,
        (),
    ),
}
