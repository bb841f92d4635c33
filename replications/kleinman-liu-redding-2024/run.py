"""Kleinman, Liu and Redding (2024): friends and enemies, the approximation against the exact."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import numpy as np

import upperhand as uh
from upperhand.equilibrium.first_order import friend_enemy
from upperhand.world.shock import no_shock

Key = tuple[str, str, str, str]
ELASTICITY = {"three countries": 4.0, "44 countries": 5.0}
SIZES = {"1 per cent": 0.01, "10 per cent": 0.10, "50 per cent": 0.50}
#: Deficits removed, theta 4; an independent computation has its solution.
THREE = (
    (67.06522579, 11.56619058, 8.05691379),
    (10.32269944, 155.7737547, 18.08512065),
    (9.30040493, 16.84162951, 87.98806062),
)


def world(trade: Any, elasticity: float, names: list[str]) -> uh.World:
    """Return one sector without tariffs, inputs and imbalances."""
    given = uh.World.from_arrays(
        countries=names,
        sectors=["ALL"],
        trade=np.asarray(trade)[:, :, None],
        trade_elasticity=elasticity,
    )
    balanced = uh.solve_counterfactual(given, no_shock(given), closure="purge").require_converged()
    return replace(given, trade=balanced.trade.values)


def wiod(data: Path) -> tuple[Any, list[str]]:
    """Return the trade of 44 countries in 2014, all sectors together, and their names."""
    with h5py.File(data / "tariffwar_mats" / "WIOD2014.mat") as file:
        held = file["data"]
        paid, tariff = (held[name][()].transpose(2, 1, 0) for name in ("Xjik_3D", "tjik_3D"))
        names = ["".join(map(chr, file[ref][()].ravel())) for ref in held["countries"][()].ravel()]
    return (paid / (1 + tariff)).sum(axis=2), names


def exact(given: uh.World, country: int, size: float) -> tuple[Any, Any]:
    """Return log income and log welfare per log point of productivity in one country."""
    grown = np.ones((len(given.countries), 1))
    grown[country] = np.exp(size)
    shock = replace(no_shock(given), productivity=grown)
    result = uh.solve_counterfactual(given, shock).require_converged()
    return tuple(
        np.log(result[name].values) / size
        for name in ("nominal_income_change", "real_income_change")
    )


def quality(given: uh.World, elasticity: float, size: float) -> dict[str, float]:
    """Return how well the matrices predict the effects on others: slope, R2, largest error."""
    matrices = friend_enemy(given.trade[:, :, 0], elasticity)
    n = len(given.countries)
    abroad = ~np.eye(n, dtype=bool)
    found = np.stack([exact(given, i, size)[1] for i in range(n)], axis=1)
    x, y = matrices.welfare[abroad], found[abroad]
    slope = float(np.cov(x, y)[0, 1] / np.var(x, ddof=1))
    error = float(np.abs(y - x).max() / np.abs(y).max())
    return {"slope": slope, "R2": float(np.corrcoef(x, y)[0, 1] ** 2), "largest error": error}


def numbers(data: Path) -> Iterator[tuple[Key, float]]:
    """Yield every number of `printed.csv`."""
    names = ["AAA", "BBB", "CCC"]
    small = world(THREE, ELASTICITY["three countries"], names)
    matrices = friend_enemy(small.trade[:, :, 0], ELASTICITY["three countries"])
    for label, matrix in (("income", matrices.income), ("welfare", matrices.welfare)):
        for n, row in enumerate(names):
            for i, column in enumerate(names):
                yield (f"three countries, {label}", row, column, ""), matrix[n, i]
    for size, label in ((0.10, "exact, 10 per cent"), (1e-5, "exact, 0.001 per cent")):
        income, welfare = exact(small, 1, size)
        for n, row in enumerate(names):
            yield (f"three countries, {label}", row, "welfare", ""), welfare[n]
            yield (f"three countries, {label}", row, "income", ""), income[n]
    trade, codes = wiod(data)
    large = world(trade, ELASTICITY["44 countries"], codes)
    for label, size in SIZES.items():
        for column, value in quality(large, ELASTICITY["44 countries"], size).items():
            yield ("44 countries", label, column, ""), value


if __name__ == "__main__":
    for key, value in numbers(Path(sys.argv[1])):
        sys.stdout.write(f"{' | '.join(key)}: {float(value):.8f}\n")
