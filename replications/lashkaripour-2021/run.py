"""Lashkaripour (2021): what a global tariff war would cost 43 countries."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np

import upperhand as uh

Key = tuple[str, str, str, str]
#: Trade elasticity of services: 10 in the paper, 5 in the author's later package.
SERVICES = {"": 10.0, "services 5": 5.0}
SHOWN_WITH_OPTIONS = ("USA", "CHN", "DEU", "Average")


def world(data: Path, *, services: float | None = None, elasticities: str = "IS") -> uh.World:
    """Return WIOD 2014, 44 countries by 16 sectors; flows of the source include tariffs.

    Args:
        data: Folder of the data sets.
        services: Trade elasticity of services. Default: as in the file.
        elasticities: One of the sets of the file; `IS` is the paper's.
    """
    with h5py.File(data / "tariffwar_mats" / "WIOD2014.mat") as file:
        held = file["data"]
        paid, tariff = (held[name][()].transpose(2, 1, 0) for name in ("Xjik_3D", "tjik_3D"))
        elasticity = held["sigma"][elasticities]["epsilon_S"][()].ravel()
        codes = ["".join(map(chr, file[ref][()].ravel())) for ref in held["countries"][()].ravel()]
    if services is not None:
        elasticity[-1] = services
    return uh.World.from_arrays(
        name="wiod-2014",
        year=2014,
        countries=codes,
        sectors=[f"S{k:02d}" for k in range(len(elasticity))],
        trade=paid / (1 + tariff),
        tariff=tariff,
        trade_elasticity=elasticity,
    )


def competitive(given: uh.World) -> uh.ossa.World:
    """Return the same world without profits and imbalances, for the exact Nash tariffs."""
    return uh.ossa.remove_imbalances(
        uh.ossa.World.from_arrays(
            regions=given.countries,
            sectors=given.sectors,
            trade=given.trade,
            tariff=given.tariff,
            sigma=given.trade_elasticity + 1,
            has_profits=False,
        )
    )


def numbers(data: Path) -> Iterator[tuple[Key, float]]:
    """Yield every number of `printed.csv`."""
    for option, services in SERVICES.items():
        found = uh.nash_by_formula(world(data, services=services))
        rates = {name: 100 * rate for name, rate in found.tariff.items()}
        yield from lines(option, rates, found.counterfactual)
    exact = uh.ossa.nash(competitive(world(data, services=10.0)), tie="uniform", certify=False)
    rates = {name: 100 * exact.median_tariff(name) for name in exact.players}
    yield from lines("exact Nash", rates, exact.counterfactual)


def lines(
    option: str, rates: dict[str, float], result: uh.Counterfactual
) -> Iterator[tuple[Key, float]]:
    """Yield tariffs and changes of real income; with an option, of a few countries only."""
    countries = [name for name in rates if name != "ROW"]
    income = result.percent("real_income_change")
    loss = {name: float(income.sel(country=name)) for name in countries}
    for column, values in (("Nash tariff", rates), ("real GDP", loss)):
        shown = {name: values[name] for name in countries}
        shown["Average"] = float(np.mean([values[name] for name in countries]))
        for row, value in shown.items():
            if not option or row in SHOWN_WITH_OPTIONS:
                yield ("2", row, column, option), value


if __name__ == "__main__":
    for key, value in numbers(Path(sys.argv[1])):
        sys.stdout.write(f"{' | '.join(key)}: {float(value):.4f}\n")
