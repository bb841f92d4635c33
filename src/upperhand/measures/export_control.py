"""Export controls: licences withheld for a share of a flow, some of which leaks; fees on the rest."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from upperhand.measures.base import Array, Number, strength
from upperhand.measures.labels import expand_country, labels_of, positions
from upperhand.measures.withheld import WithheldExports
from upperhand.world.world import World


class ExportControl(WithheldExports):
    """A control that withholds a share `s` of a flow, of which a share `l` leaks (eq. 4.5).

    The share of varieties that stays available is `1 - s (1 - l (1 + d)^-theta)`: what leaks costs
    `d` more. A fee on licensed goods is an export tax of the actor, on its own exports only.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> control = ExportControl(by="USA", to=["CHN"], withhold_pct=50, leak_pct=20)
        >>> float(control.to_shock(toy_world()).availability[0, 1, 0])
        0.6
        >>> via = ExportControl(
        ...     by="USA", to=["CHN"], withhold_pct=50, leak_pct=20, leak_via=["VNM"]
        ... )
        >>> [code for code in via.rerouted(toy_world())]
        ['VNM']
    """

    kind: Literal["export_control"] = "export_control"
    fee_pct: Number = strength(
        "Fee on the goods covered that are licensed, paid to the actor's government.",
        unit="per cent", low=0, high=1_000, default=0.0,
    )  # fmt: skip
    strengths: ClassVar[tuple[str, ...]] = (*WithheldExports.strengths, "fee_pct")

    def wedges(self, world: World) -> dict[str, Array]:
        """Return the share of varieties that stays available, and the fee (eq. 4.5)."""
        found = {"availability": self.left(world)}
        if self.fee_pct:
            own = np.zeros(world.trade.shape, dtype=bool)
            own[positions(expand_country(self.by, labels_of(world)), world.countries)] = True
            fee = self.fee_pct * self.covers_pct / 1e4
            found["export_tax_add"] = np.where(self.covered(world) & own, fee, 0.0)
        return found
