"""A tiny world of three countries and two sectors with round numbers, for examples and tests."""

from __future__ import annotations

import numpy as np

from upperhand.world.build import from_arrays
from upperhand.world.world import World

COUNTRIES = ("USA", "CHN", "VNM")
SECTORS = ("GOODS", "SERV")

#: Sector, exporter, importer; USD million at the border. Rows sell, columns buy.
_TRADE = [
    [[6000, 150, 10], [500, 9000, 90], [120, 60, 300]],
    [[15000, 60, 10], [40, 8000, 10], [10, 10, 200]],
]
#: Exporter, importer; goods only.
_TARIFF = [[0.00, 0.20, 0.05], [0.10, 0.00, 0.04], [0.03, 0.02, 0.00]]
#: Country, input sector, using sector; share of gross output.
_INPUTS = [
    [[0.30, 0.10], [0.20, 0.30]],
    [[0.50, 0.20], [0.20, 0.30]],
    [[0.40, 0.15], [0.20, 0.25]],
]
_VALUE_ADDED = [[0.5, 0.6], [0.3, 0.5], [0.4, 0.6]]


def toy_world() -> World:
    """Return a made-up world of USA, CHN and VNM with goods and services.

    The numbers are round, asymmetric and invented; they only resemble the real proportions.

    Examples:
        >>> world = toy_world()
        >>> world.countries
        ('USA', 'CHN', 'VNM')
        >>> world.output.tolist()
        [[6160.0, 15070.0], [9590.0, 8050.0], [480.0, 220.0]]
    """
    trade = np.moveaxis(np.array(_TRADE, dtype=float), 0, 2)
    tariff = np.zeros_like(trade)
    tariff[:, :, 0] = _TARIFF
    return from_arrays(
        name="toy",
        year=2022,
        countries=COUNTRIES,
        sectors=SECTORS,
        trade=trade,
        tariff=tariff,
        input_share=_INPUTS,
        value_added_share=_VALUE_ADDED,
        trade_elasticity=[5.0, 4.0],
        elasticity_range=[[2.0, 8.0], [4.0, 10.0]],
        scale_elasticity=[0.13, 0.0],
        country_names={"USA": "United States", "CHN": "China", "VNM": "Viet Nam"},
        sector_names={"GOODS": "Goods", "SERV": "Services"},
        card={"title": "Toy world", "status": "invented numbers for examples"},
    )
