"""Costinot and Rodriguez-Clare (2014): gains from trade, and a US tariff of 40 per cent."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

import upperhand as uh
from upperhand.world.readers import Concordance, leontief_adjusted, read_table, world_from_table
from upperhand.world.shock import no_shock

Key = tuple[str, str, str, str]
#: Economies of the paper; the other seven of WIOD join the rest of the world.
KEPT = """
    AUS AUT BEL BRA CAN CHN CZE DEU DNK ESP FIN FRA GBR GRC HUN IDN IND IRL ITA JPN KOR MEX NLD
    POL PRT ROM RUS SVK SVN SWE TUR TWN USA
"""
#: Sectors that join another: leather textiles; trade in motor vehicles and retail wholesale trade;
#: households as employers, personal services. Of 35 sectors 31 remain.
JOINED = {"c5": "c4", "c19": "c20", "c21": "c20", "c35": "c34"}
GOODS = ("c1", "c2", "c3", "c4", *(f"c{k}" for k in range(6, 17)))
ELASTICITY = dict(
    zip(
        GOODS,
        (
            8.11,
            15.72,
            2.55,
            5.56,
            10.83,
            9.07,
            51.08,
            4.75,
            1.66,
            2.76,
            7.99,
            1.52,
            10.6,
            0.37,
            5.0,
        ),
        strict=True,
    )
)
OTHER = 5.0  # services, and everything in the model with one sector
RATE = 0.40
SHOWN = ("AUS", "AUT", "BEL", "BRA", "CAN", "CHN", "CZE", "DEU", "USA")
HIT = ("USA", "CAN", "MEX", "CHN", "IRL", "DEU", "JPN")


def world(data: Path) -> uh.World:
    """Return WIOD 2008 as in the paper: inventories adjusted, 34 economies, 31 sectors."""
    table = leontief_adjusted(read_table("wiod", data / "wiod2013_release" / "wiot_2008.RData"))
    regions = {code: code if code in KEPT.split() else "ROW" for code in table.countries}
    sectors = {code: JOINED.get(code, code) for code in table.sectors}
    theta = {code: {"trade_elasticity": ELASTICITY.get(code, OTHER)} for code in sectors.values()}
    return world_from_table(
        table,
        regions=Concordance("the paper's regions", "region", regions, {}, {}),
        sectors=Concordance("the paper's sectors", "sector", sectors, {}, theta),
        name="wiod-2008",
    )


def without_inputs(given: uh.World, *, sectors: bool) -> uh.World:
    """Return the same trade without input-output links, by sector or in one sector."""
    trade = given.trade if sectors else given.trade.sum(axis=2, keepdims=True)
    return uh.World.from_arrays(
        countries=given.countries,
        sectors=given.sectors if sectors else ["ALL"],
        trade=trade,
        trade_elasticity=given.trade_elasticity if sectors else OTHER,
    )


def gains_from_trade(given: uh.World) -> dict[str, float]:
    """Return what autarky would cost each country, per cent of real income.

    The change of the price of final demand when the domestic share of every sector goes to one, and
    costs pass through the input-output links; trade taken as it is, imbalances included.
    """
    share = np.einsum("nnk->nk", given.trade) / given.trade.sum(axis=0)
    dearer = -np.log(np.maximum(share, 1e-300)) / given.trade_elasticity
    final = given.final_demand / given.final_demand.sum(axis=1, keepdims=True)
    size = len(given.sectors)
    needed: Any = np.linalg.inv(np.eye(size) - given.input_share)
    loss = 100 * -np.expm1(-np.einsum("nk,nks,ns->n", dearer, needed, final))
    return dict(zip(given.countries, loss, strict=True))


def numbers(data: Path) -> Iterator[tuple[Key, float]]:
    """Yield every number of `printed.csv`."""
    given = world(data)
    models = {
        "one sector": without_inputs(given, sectors=False),
        "many sectors": without_inputs(given, sectors=True),
        "many sectors, intermediates": given,
    }
    for column, model in models.items():
        gains = gains_from_trade(model)
        for row in SHOWN:
            yield ("4.1", row, column, ""), gains[row]
        here = model.countries.index("USA")
        added = np.zeros(model.trade.shape)
        added[:, here] = RATE
        added[here, here] = 0.0
        shock = replace(no_shock(model), tariff_add=added)
        result = uh.solve_counterfactual(model, shock, closure="purge").require_converged()
        change = result.percent("real_income_change")
        for row in HIT:
            yield ("40 per cent tariff", row, column, ""), change.sel(country=row)


if __name__ == "__main__":
    for key, value in numbers(Path(sys.argv[1])):
        sys.stdout.write(f"{' | '.join(key)}: {float(value):.4f}\n")
