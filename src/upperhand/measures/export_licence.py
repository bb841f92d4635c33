"""Export licences: a quota premium whose rent is split between exporter and importer."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from upperhand.measures.base import Array, ExportMeasure, Number, strength
from upperhand.measures.change import Change
from upperhand.world.world import World


class ExportLicence(ExportMeasure):
    """Licences that make a good scarce: a premium `q`, a share `f` of it earned at home (eq. 4.6).

    The exporter's part works like an export tax of `f q`, the importer's part like a wedge of
    `(1 + q)/(1 + f q) - 1` that the importing country keeps: the buyer pays `1 + q` in all.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> licence = ExportLicence(by="CHN", to=["USA"], premium_pct=20, exporter_rent_pct=50)
        >>> shock = licence.to_shock(toy_world())
        >>> tax, wedge = shock.export_tax_add[1, 0, 0], shock.tariff_add[1, 0, 0]
        >>> round(float((1 + tax) * (1 + wedge)), 12)
        1.2
    """

    kind: Literal["export_licence"] = "export_licence"
    premium_pct: Number = strength(
        "Scarcity premium over the producer price on the goods covered.",
        unit="per cent", low=0, high=10_000,
    )  # fmt: skip
    exporter_rent_pct: Number = strength(
        "Share of the premium that is earned in the exporting country.",
        unit="per cent", low=0, high=100, default=50.0,
    )  # fmt: skip
    covers_pct: Number = strength(
        "Share of the flow that the measure is about; the premium is averaged over the flow.",
        unit="per cent", low=0, high=100, default=100.0,
    )  # fmt: skip
    strengths: ClassVar[tuple[str, ...]] = ("premium_pct", "exporter_rent_pct", "covers_pct")
    assumed_by_default: ClassVar[dict[str, tuple[float, float]]] = {
        "exporter_rent_pct": (0.0, 100.0)
    }

    def wedges(self, world: World) -> dict[str, Array]:
        """Return the exporter's and the importer's part of the premium (eq. 4.6)."""
        covered = self.covered(world)
        premium = self.premium_pct * self.covers_pct / 1e4
        tax = premium * self.exporter_rent_pct / 100
        wedge = (1 + premium) / (1 + tax) - 1
        return {
            "export_tax_add": np.where(covered, tax, 0.0),
            "tariff_add": np.where(covered, wedge, 0.0),
        }

    def describe(self, world: World) -> Change:
        """Return the premium before and after, per cent of the producer price."""
        shock = self.to_shock(world)
        new = (1 + shock.export_tax_add) * (1 + shock.tariff_add) - 1
        return self.change(world, "scarcity premium", np.zeros_like(new), new)
