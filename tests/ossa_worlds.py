"""Random balanced worlds for the economy of Ossa (2014), small and never symmetric."""

from __future__ import annotations

import numpy as np

from tests.support import country_codes
from upperhand.ossa import World as OssaWorld
from upperhand.ossa import remove_imbalances


def random_ossa_world(
    regions: int, sectors: int, seed: int, *, lobby: bool = True, has_profits: bool = True
) -> OssaWorld:
    """Return a balanced world; sigma from 1.8 to 7, tariffs to 30 per cent, one flow in ten zero."""
    rng = np.random.default_rng(seed)
    shape = (regions, regions, sectors)
    trade = np.exp(rng.normal(0.0, 1.0, shape)) * (rng.random(shape) > 0.1)
    tariff = rng.uniform(0.0, 0.3, shape)
    home = np.arange(regions)
    trade[home, home] = rng.uniform(3.0, 12.0, (regions, sectors))
    tariff[home, home] = 0.0
    weights = rng.uniform(0.6, 1.4, (regions, sectors)) if lobby else np.ones((regions, sectors))
    return remove_imbalances(
        OssaWorld.from_arrays(
            name=f"random-{seed}",
            regions=country_codes(regions),
            sectors=[f"S{k:02d}" for k in range(sectors)],
            trade=1e3 * trade,
            tariff=tariff,
            sigma=rng.uniform(1.8, 7.0, sectors),
            political_weights=weights / weights.mean(axis=1, keepdims=True),
            has_profits=has_profits,
        )
    )
