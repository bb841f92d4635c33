"""Reader of the replication data of Ossa (2014), which do not travel with the package."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy.io import loadmat

from tests.support import shared_dir
from upperhand.ossa import World as OssaWorld

REGIONS = ("BRA", "CHN", "EU", "IND", "JPN", "ROW", "USA")


@cache
def mat(name: str) -> dict[str, np.ndarray]:
    """Return one file of the replication data; skip the test where they are absent."""
    return loadmat(shared_dir() / "data" / "ossa_2014" / f"{name}.mat")


def cube(rows: np.ndarray) -> np.ndarray:
    """Return 33 blocks of 7 exporters by 7 importers as (exporter, importer, sector)."""
    return rows.reshape(33, 7, 7).transpose(1, 2, 0)


@cache
def world(*, lobby: bool = False, mean_sigma: float | None = None) -> OssaWorld:
    """Return the 7 x 33 world, with political weights or without."""
    data = mat("DATA")
    sigma = data["SIGMA"].ravel()
    return OssaWorld.from_arrays(
        name="ossa-2014",
        regions=REGIONS,
        sectors=[str(label[0][0]) for label in data["LABELS"]],
        trade=cube(data["TRADE"]),
        tariff=cube(data["TARIFF"]),
        sigma=sigma if mean_sigma is None else sigma * mean_sigma / sigma.mean(),
        political_weights=data["LAMBDAPOL"] if lobby else None,
    )
