"""A tiny world of three regions and two sectors for the economy of Ossa (2014)."""

from __future__ import annotations

import numpy as np

from upperhand.equilibrium.ossa_solve import remove_imbalances
from upperhand.equilibrium.ossa_world import OssaWorld

#: Sector, exporter, importer; USD million net of tariffs. Invented.
_TRADE = [
    [[4000.0, 150.0, 60.0], [500.0, 7000.0, 90.0], [120.0, 60.0, 900.0]],
    [[3000.0, 60.0, 80.0], [40.0, 2500.0, 10.0], [60.0, 30.0, 1200.0]],
]
_TARIFF = [[0.00, 0.20, 0.05], [0.10, 0.00, 0.04], [0.03, 0.02, 0.00]]


def toy_ossa_world() -> OssaWorld:
    """Return a made-up balanced world of USA, CHN and VNM with two sectors.

    Examples:
        >>> toy_ossa_world().regions
        ('USA', 'CHN', 'VNM')
    """
    world = OssaWorld.from_arrays(
        name="toy",
        regions=["USA", "CHN", "VNM"],
        sectors=["CARS", "FOOD"],
        trade=np.moveaxis(np.array(_TRADE), 0, 2),
        tariff=np.repeat(np.array(_TARIFF)[:, :, None], 2, axis=2),
        sigma=[5.0, 2.5],
        political_weights=[[0.8, 1.2], [1.1, 0.9], [1.0, 1.0]],
    )
    return remove_imbalances(world)
