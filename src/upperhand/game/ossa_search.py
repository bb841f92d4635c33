"""How rates are searched for in the economy of Ossa: rules that all his games share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError, raise_faults, unknown
from upperhand.equilibrium.ossa_world import OssaWorld
from upperhand.game.first_order import Reach
from upperhand.game.nash import Tie

Array = npt.NDArray[np.float64]

USUAL = (0.0, 10.0)  # no subsidies, at most 1,000 per cent
FIRST_RATES = (None, 0.1)  # uniform first rates of a search; the upper bound is added


@dataclass(frozen=True, slots=True)
class Search:
    """How rates are searched for; every field is in the result."""

    tie: Tie = "cell"
    bounds: tuple[float, float] = USUAL
    scan: bool = False
    tol: float = 1e-9
    max_sweeps: int = 400

    def check(self, world: OssaWorld, players: Sequence[str]) -> None:
        """Raise one error with every rule or label that does not fit the world."""
        faults = [
            unknown("region", name, world.regions) for name in players if name not in world.regions
        ]
        if len(set(players)) != len(players) or not players:
            faults.append("players must be one or more different regions")
        if self.tie not in get_args(Tie):
            faults.append(unknown("tie", self.tie, get_args(Tie)))
        low, high = self.bounds
        if not (-1.0 < low < high and np.isfinite(high)):
            faults.append(f"bounds are {self.bounds}; give (low, high), finite, -1 < low < high")
        raise_faults(OptionError, faults, what="rules of the war")
        world.require_balanced()

    def reach(self, world: OssaWorld, players: Sequence[str]) -> Reach:
        """Return what the players may move."""
        n, s = len(world.regions), len(world.sectors)
        chosen = tuple(world.regions.index(name) for name in players)
        mover = np.isin(np.arange(n), chosen)
        cells = mover[:, None] & ~np.eye(n, dtype=bool)
        low, high = np.log1p(self.bounds)
        return Reach(
            players=chosen,
            tariff=np.repeat(cells[None], s, axis=0),
            export_tax=np.zeros((s, n, n), dtype=bool),
            lowest=float(low),
            highest=float(high),
            tie=self.tie,
        )

    def rates(self) -> tuple[float | None, ...]:
        """Return the uniform first rates of a search for one player."""
        return (*FIRST_RATES, self.bounds[1])

    def to_dict(self) -> dict[str, Any]:
        """Return the options as given."""
        return {
            "model": "ossa",
            "instruments": ["tariff"],
            "tie": self.tie,
            "bounds": list(self.bounds),
            "scan": self.scan,
            "tol": self.tol,
            "max_sweeps": self.max_sweeps,
        }


def cube(log_duty: Array) -> Array:
    """Return log rates [sector, importer, exporter] as rates (exporter, importer, sector)."""
    return np.ascontiguousarray(np.expm1(log_duty).transpose(2, 1, 0))
