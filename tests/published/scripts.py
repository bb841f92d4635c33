"""The scripts of the replications as modules: their worlds serve the tests beside the prints."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from types import ModuleType

import numpy as np
from scipy.io import loadmat

from tests.support import shared_dir
from upperhand.ossa import World
from upperhand.scenario.replicate import folder_of, script_of

REGIONS = ("BRA", "CHN", "EU", "IND", "JPN", "ROW", "USA")


def data() -> Path:
    """Return the folder of the data sets; skip the test where it is absent."""
    return shared_dir() / "data"


@cache
def script(name: str) -> ModuleType:
    """Return the script of a replication."""
    return script_of(folder_of(name))


@cache
def mat(name: str) -> dict[str, np.ndarray]:
    """Return one file of the replication data of Ossa (2014)."""
    return loadmat(data() / "ossa_2014" / f"{name}.mat")


@cache
def world(*, lobby: bool = False) -> World:
    """Return the 7 x 33 world of Ossa (2014), with political weights or without."""
    return script("ossa-2014").world(data(), lobby=lobby)
