"""Procurement bans: public buyers may not buy from a country."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from upperhand.measures.base import Array, ImportMeasure, Number, available, strength
from upperhand.measures.change import Change
from upperhand.world.world import World


class ProcurementBan(ImportMeasure):
    """A ban for public buyers, who make a share of all purchases (eq. 4.9).

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> ban = ProcurementBan(by="USA", against=["CHN"], public_pct=20, comply_pct=90)
        >>> round(float(ban.to_shock(toy_world()).availability[1, 0, 0]), 6)
        0.82
    """

    kind: Literal["procurement_ban"] = "procurement_ban"
    public_pct: Number = strength(
        "Share of the flow that public buyers, or those they pay, purchase.",
        unit="per cent", low=0, high=100,
    )  # fmt: skip
    comply_pct: Number = strength(
        "Share of those buyers that complies.", unit="per cent", low=0, high=100, default=100.0
    )
    strengths: ClassVar[tuple[str, ...]] = ("public_pct", "comply_pct")
    assumed_by_default: ClassVar[dict[str, tuple[float, float]]] = {"comply_pct": (50.0, 100.0)}

    def wedges(self, world: World) -> dict[str, Array]:
        """Return the share of varieties that stays available (eq. 4.9)."""
        return available(world, self.covered(world), self.public_pct * self.comply_pct / 1e4)

    def describe(self, world: World) -> Change:
        """Return the share of varieties available before and after."""
        new = self.to_shock(world).availability
        return self.change(world, "varieties available", np.ones_like(new), new)
