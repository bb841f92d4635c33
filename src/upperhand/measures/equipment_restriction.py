"""Restrictions on machines that make chips: a cut of trade, and a brake on the buyer's technology."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from upperhand.measures.base import Array
from upperhand.measures.labels import expand_sectors, labels_of, positions
from upperhand.measures.names import Sectors
from upperhand.measures.withheld import WithheldExports
from upperhand.world.world import World


@dataclass(frozen=True, slots=True)
class ControlIntensity:
    """How hard a restriction bites on the technology of each target; read by the technology module.

    Attributes:
        sectors: Machines withheld.
        by_country: Share of a country's foreign purchases of them that it no longer gets, 0 to 1.
    """

    sectors: tuple[str, ...]
    by_country: dict[str, float]


class EquipmentRestriction(WithheldExports):
    """A control on the machines with which others make goods (eq. 4.10).

    In the year itself it works like an export control. `technology_hook` says what share of its
    foreign machines each target loses; what that does to its productivity is another module's.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> stop = EquipmentRestriction(
        ...     by="USA", to=["CHN"], sectors=["GOODS"], withhold_pct=50, leak_pct=0
        ... )
        >>> {c: round(x, 3) for c, x in stop.technology_hook(toy_world()).by_country.items()}
        {'CHN': 0.357}
    """

    kind: Literal["equipment_restriction"] = "equipment_restriction"
    sectors: Sectors = Field(
        default=("chip_tools",),
        description="Sector codes of the machines; `chip_tools` when not given.",
    )
    assumed_by_default: ClassVar[dict[str, tuple[float, float]]] = {"leak_pct": (0.0, 30.0)}

    def wedges(self, world: World) -> dict[str, Array]:
        """Return the share of varieties that stays available (eq. 4.5)."""
        return {"availability": self.left(world)}

    def technology_hook(self, world: World) -> ControlIntensity:
        """Return the share of foreign machines that each target loses (eq. 4.10)."""
        labels = labels_of(world)
        codes = expand_sectors(self.goods, labels)
        sectors = positions(codes, world.sectors)
        foreign = world.trade.copy()
        home = np.arange(len(world.countries))
        foreign[home, home] = 0.0
        bought = foreign[:, :, sectors].sum(axis=(0, 2))
        lost = (foreign * (1 - self.to_shock(world).availability))[:, :, sectors].sum(axis=(0, 2))
        targets = self.targets(labels)
        places = positions(targets, world.countries)
        shares = {c: float(lost[j] / bought[j]) for c, j in zip(targets, places, strict=True)}
        return ControlIntensity(codes, {code: share for code, share in shares.items() if share})
