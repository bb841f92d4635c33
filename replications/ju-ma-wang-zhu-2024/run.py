"""Ju, Ma, Wang and Zhu (2024): direct effects of the tariffs of 2018 and 2019."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import upperhand as uh
from upperhand.world.shock import no_shock

Key = tuple[str, str, str, str]
REGIONS = ("BRA", "CHN", "EU", "IND", "JPN", "ROW", "USA")
SECTORS = 44
SHOCKS = {"US tariffs": ("USA",), "US tariffs and retaliation": ("USA", "CHN")}
#: Options by name: part of the calibrated returns to scale, and what becomes of imbalances.
OPTIONS: dict[str, tuple[float, Any]] = {
    "constant returns": (0.0, "purge"),
    "constant returns, imbalances kept": (0.0, "fixed"),
    "half the returns to scale": (0.5, "purge"),
}


def rows(folder: Path, name: str) -> list[list[str]]:
    """Return the rows of a file below its header."""
    with (folder / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))[1:]


def filled(found: list[list[str]], regions: int) -> Any:
    """Return rows of regions, sectors and a number as an array in that order.

    Args:
        found: Rows; the last column is the number.
        regions: How many of the first columns are regions; the others are sectors from 1.
    """
    labels = len(found[0]) - 1
    array = np.zeros([len(REGIONS)] * regions + [SECTORS] * (labels - regions))
    for row in found:
        where = [REGIONS.index(code) for code in row[:regions]]
        array[*where, *(int(code) - 1 for code in row[regions:labels])] = float(row[-1] or 0)
    return array


def world(data: Path) -> uh.World:
    """Return the calibration of 2017: 7 economies, 22 goods and 22 services.

    Final demand follows from the accounts; where it would be negative, input use is scaled down
    (`world.card["balancing"]` says by how much).
    """
    folder = data / "jmwz_us_china_2017"
    elasticities = np.array(
        [[float(x) for x in row[1:]] for row in rows(folder, "cal_elasticities.csv")]
    )
    return uh.World.from_arrays(
        name="us-china-2017",
        year=2017,
        countries=REGIONS,
        sectors=[f"S{k:02d}" for k in range(1, SECTORS + 1)],
        trade=filled(rows(folder, "TradeFlow2017.csv"), 2),
        tariff=filled(rows(folder, "tariff_prewar2017.csv"), 2),
        input_share=filled(rows(folder, "IOshare.csv"), 1),
        value_added_share=filled(rows(folder, "vashare.csv"), 1),
        trade_elasticity=elasticities[:, 0],
        scale_elasticity=elasticities[:, 1],
        balance=True,
    )


def war(data: Path, given: uh.World, movers: tuple[str, ...]) -> uh.Shock:
    """Return the tariffs of 2018-19 that the movers added, as a shock."""
    folder = data / "jmwz_us_china_2017"
    files = {"USA": ("CHN", "tariff_Trump.csv"), "CHN": ("USA", "tariff_China.csv")}
    added = np.zeros(given.trade.shape)
    for mover in movers:
        target, name = files[mover]
        line = filled(rows(folder, name), 0)
        added[REGIONS.index(target), REGIONS.index(mover)] = line
    return replace(no_shock(given), tariff_add=added)


def numbers(data: Path) -> Iterator[tuple[Key, float]]:
    """Yield every number of `printed.csv`."""
    given = world(data)
    for label, movers in SHOCKS.items():
        shock = war(data, given, movers)
        for option, (part, closure) in OPTIONS.items():
            model = replace(given, scale_elasticity=part * given.scale_elasticity)
            result = uh.solve_counterfactual(model, shock, scale=part > 0, closure=closure)
            result.require_converged()
            income, wage = result.percent("real_income_change"), result.percent("real_wage_change")
            for row in REGIONS:
                yield (label, row, "welfare", option), income.sel(country=row)
                yield (label, row, "real wage", option), wage.sel(country=row)


if __name__ == "__main__":
    for key, value in numbers(Path(sys.argv[1])):
        sys.stdout.write(f"{' | '.join(key)}: {float(value):.4f}\n")
