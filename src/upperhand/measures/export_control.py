"""Export controls: licences withheld for a share of a flow, some of which leaks."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np

from upperhand.measures.base import Array, Change, ExportMeasure, Number, available, strength
from upperhand.world.world import World


class ExportControl(ExportMeasure):
    """A control that withholds a share `s` of a flow, of which a share `l` leaks (eq. 4.5).

    The share of varieties that stays available is `1 - s (1 - l)`.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> control = ExportControl(by="USA", to=["CHN"], withhold_pct=50, leak_pct=20)
        >>> float(control.to_shock(toy_world()).availability[0, 1, 0])
        0.6
    """

    kind: Literal["export_control"] = "export_control"
    withhold_pct: Number = strength(
        "Share of the goods covered for which no licence is given.",
        unit="per cent", low=0, high=100,
    )  # fmt: skip
    leak_pct: Number = strength(
        "Share of what is withheld that arrives all the same, through third countries.",
        unit="per cent", low=0, high=100, default=10.0,
    )  # fmt: skip
    covers_pct: Number = strength(
        "Share of the flow that the measure is about, where a sector holds more than the good.",
        unit="per cent", low=0, high=100, default=100.0,
    )  # fmt: skip
    strengths: ClassVar[tuple[str, ...]] = ("withhold_pct", "leak_pct", "covers_pct")
    assumed_by_default: ClassVar[dict[str, tuple[float, float]]] = {"leak_pct": (0.0, 30.0)}

    def wedges(self, world: World) -> dict[str, Array]:
        """Return the share of varieties that stays available (eq. 4.5)."""
        share = self.withhold_pct * self.covers_pct / 1e4
        return available(world, self.covered(world), share * (1 - self.leak_pct / 100))

    def describe(self, world: World) -> Change:
        """Return the share of varieties available before and after."""
        new = self.to_shock(world).availability
        return self.change(world, "varieties available", np.ones_like(new), new)
