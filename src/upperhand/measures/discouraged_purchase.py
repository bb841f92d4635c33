"""Discouraged purchases: buyers are told not to buy, and a share of them complies."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from upperhand.measures.base import Array, ImportMeasure, Number, available, strength
from upperhand.measures.change import Change
from upperhand.world.world import World


class DiscouragedPurchase(ImportMeasure):
    """An informal ban: guidance not to buy, followed by a share of the buyers (eq. 4.4).

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> hint = DiscouragedPurchase(by="CHN", against="USA", comply_pct=80, covers_pct=10)
        >>> round(float(hint.to_shock(toy_world()).availability[0, 1, 0]), 6)
        0.92
    """

    kind: Literal["discouraged_purchase"] = "discouraged_purchase"
    comply_pct: Number = strength(
        "Share of the buyers that complies.", unit="per cent", low=0, high=100
    )
    covers_pct: Number = strength(
        "Share of the flow that the measure is about, where a sector holds more than the good.",
        unit="per cent", low=0, high=100, default=100.0,
    )  # fmt: skip
    strengths: ClassVar[tuple[str, ...]] = ("comply_pct", "covers_pct")

    def wedges(self, world: World) -> dict[str, Array]:
        """Return the share of varieties that stays available (eq. 4.4)."""
        share = self.comply_pct * self.covers_pct / 1e4
        return available(world, self.covered(world), share)

    def describe(self, world: World) -> Change:
        """Return the share of varieties available before and after."""
        new = self.to_shock(world).availability
        return self.change(world, "varieties available", np.ones_like(new), new)
