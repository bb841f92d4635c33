"""Caliendo and Parro (2015): what NAFTA's tariff cuts of 1993 to 2005 did to its three members."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.io import loadmat

import upperhand as uh
from upperhand.world.shock import no_shock

Key = tuple[str, str, str, str]
MEMBERS = {"MEX": "Mexico", "CAN": "Canada", "USA": "U.S."}
CODES = """
    ARG AUS AUT BRA CAN CHL CHN DNK FIN FRA DEU GRC HUN IND IDN IRL
    ITA JPN KOR MEX NLD NZL NOR PRT ZAF ESP SWE TUR GBR USA ROW
"""
COUNTRIES = CODES.split()
SECTORS = 40
TRADED = 20
UNIT = 1e4  # the authors count in 1e10 USD, a world in USD million


def cube(rows: Any) -> Any:
    """Return blocks by sector, row importer, column exporter, as (exporter, importer, sector)."""
    return rows.reshape(-1, len(COUNTRIES), len(COUNTRIES)).transpose(2, 1, 0)


def tariffs(folder: Path, year: int) -> Any:
    """Return the tariffs of a year; services pay none."""
    goods = cube(np.loadtxt(folder / f"tariffs{year}.txt")) / 100
    return np.concatenate([goods, np.zeros((*goods.shape[:2], SECTORS - TRADED))], axis=2)


def world(folder: Path) -> uh.World:
    """Return the world of 1993 without trade deficits, as the authors' own base has it.

    One input coefficient is -0.0008 in the data and becomes 0.
    """
    base = loadmat(folder / "initial_condition_1993_noS.mat")
    tariff = cube(base["tau"]) - 1
    paid = cube(base["Din"]) * base["X0"].T[None] * UNIT
    inputs = np.maximum(base["G"].reshape(len(COUNTRIES), SECTORS, SECTORS), 0.0)
    total = inputs.sum(axis=1, keepdims=True)
    value_added = np.where(total[:, 0] > 0, base["B"].T, 1.0)
    share = inputs / np.where(total > 0, total, 1.0) * (1 - value_added)[:, None, :]
    return uh.World.from_arrays(
        name="caliendo-parro-1993",
        year=1993,
        countries=COUNTRIES,
        sectors=[f"S{k:02d}" for k in range(SECTORS)],
        trade=paid / (1 + tariff),
        tariff=tariff,
        input_share=share,
        value_added_share=value_added,
        trade_elasticity=1 / base["T"].ravel(),
        balance=True,
    )


def first_order(given: uh.World, result: uh.Counterfactual) -> tuple[Any, Any]:
    """Return terms of trade and volume of trade (importer, partner), per cent of income.

    The authors' decomposition: per cent changes of costs and of imports, each weighted with the
    flows and tariffs of the base year. It is not the change of real income: tariffs fall to zero
    while imports double, so the volume term counts revenue that is no longer there.
    """
    flow = given.trade * ~np.eye(len(COUNTRIES), dtype=bool)[:, :, None]
    cost = result["producer_price_change"].values - 1
    growth = result.trade.values / np.where(given.trade > 0, given.trade, 1.0)
    growth = np.where(given.trade > 0, growth - 1, 0.0) - cost[:, None, :]
    earned, paid = (flow * cost[:, None, :]).sum(axis=2), flow * given.tariff * growth
    terms = earned - earned.T  # what a country earns from a partner, less what it pays to it
    return (100 * x / given.income[:, None] for x in (terms, paid.sum(axis=2).T))


def numbers(data: Path) -> Iterator[tuple[Key, float]]:
    """Yield every number of `printed.csv`."""
    folder = data / "caliendo_parro_2015"
    given = world(folder)
    inside = np.array([code in MEMBERS for code in COUNTRIES])
    after = tariffs(folder, 1993)
    block = np.ix_(inside, inside)
    after[block] = tariffs(folder, 2005)[block]
    shock = replace(no_shock(given), tariff_set=after)
    result = uh.solve_counterfactual(given, shock).require_converged()
    terms, volume = first_order(given, result)
    wage, exact = result.percent("real_wage_change"), result.percent("real_income_change")
    for code, name in MEMBERS.items():
        n = COUNTRIES.index(code)
        row = {
            "terms of trade": terms[n].sum(),
            "volume of trade": volume[n].sum(),
            "welfare": terms[n].sum() + volume[n].sum(),
            "real wages": wage.sel(country=code),
        }
        for table in ("2", "2, R package cp2015"):
            yield from (((table, name, column, ""), value) for column, value in row.items())
        yield ("2", name, "welfare", "exact"), exact.sel(country=code)
        yield ("exact, other solver", name, "real income", ""), exact.sel(country=code)
        yield ("exact, other solver", name, "real wages", ""), wage.sel(country=code)
        for group, partners in (("NAFTA", inside), ("rest of the world", ~inside)):
            yield ("3", name, f"terms of trade, {group}", ""), terms[n, partners].sum()
            yield ("3", name, f"volume of trade, {group}", ""), volume[n, partners].sum()
        members = inside & (np.arange(len(COUNTRIES)) != n)
        new, old = (x.values[members, n].sum() for x in (result.trade, result.baseline_trade))
        yield ("abstract", name, "imports from NAFTA", ""), 100 * (new / old - 1)


if __name__ == "__main__":
    for key, value in numbers(Path(sys.argv[1])):
        sys.stdout.write(f"{' | '.join(key)}: {float(value):.4f}\n")
