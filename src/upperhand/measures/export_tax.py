"""Export taxes: points added to the tax on the producer price."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from upperhand.measures.base import Array, ExportMeasure, Number, strength
from upperhand.measures.change import Change
from upperhand.world.world import World


class ExportTax(ExportMeasure):
    """A tax of an exporter on its own exports; the exporter keeps the revenue (eq. 4.2).

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> tax = ExportTax(by="CHN", to=["USA"], add_pct=25)
        >>> tax.describe(toy_world()).sentence()
        'CHN export tax to USA, goods: export tax 0.0 -> 25.0 %, USD 0.5 bn covered'
    """

    kind: Literal["export_tax"] = "export_tax"
    add_pct: Number = strength(
        "Points added to the export tax, per cent of the producer price.",
        unit="per cent", low=-99.9, high=10_000,
    )  # fmt: skip
    strengths: ClassVar[tuple[str, ...]] = ("add_pct",)

    def wedges(self, world: World) -> dict[str, Array]:
        """Return the added export tax on the covered flows (eq. 4.2)."""
        return {"export_tax_add": np.where(self.covered(world), self.add_pct / 100, 0.0)}

    def describe(self, world: World) -> Change:
        """Return old and new export tax, per cent, weighted by the trade covered."""
        new = self.to_shock(world).export_tax(world)
        return self.change(world, "export tax", world.export_tax, new)
