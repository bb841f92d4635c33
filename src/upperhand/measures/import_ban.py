"""Import bans: a share of the varieties of a flow may no longer be bought."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from upperhand.measures.base import Array, ImportMeasure, Number, available, strength
from upperhand.measures.change import Change
from upperhand.world.world import World


class ImportBan(ImportMeasure):
    """A ban on imports; 100 per cent is an exact ban and no very large tariff (eq. 4.3).

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> ban = ImportBan(by="USA", against=["CHN"], share_pct=40)
        >>> float(ban.to_shock(toy_world()).availability[1, 0, 0])
        0.6
    """

    kind: Literal["import_ban"] = "import_ban"
    share_pct: Number = strength(
        "Share of the varieties of the flow that is banned.",
        unit="per cent", low=0, high=100, default=100.0,
    )  # fmt: skip
    strengths: ClassVar[tuple[str, ...]] = ("share_pct",)

    def wedges(self, world: World) -> dict[str, Array]:
        """Return the share of varieties that stays available (eq. 4.3)."""
        return available(world, self.covered(world), self.share_pct / 100)

    def describe(self, world: World) -> Change:
        """Return the share of varieties available before and after."""
        new = self.to_shock(world).availability
        return self.change(world, "varieties available", np.ones_like(new), new)
