"""Licences for critical minerals: rationing that stockpiles put off."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import numpy as np

from upperhand.measures.base import Array, ExportMeasure, Number, available, strength
from upperhand.measures.change import Change
from upperhand.world.world import World

LONG_RUN_MONTHS = 120.0


class MineralLicensing(ExportMeasure):
    """Licences withheld for a share of a mineral while buyers live on stocks (eq. 4.11).

    A stock that replaces what is withheld for `c` months leaves a share `s max(0, 1 - c/H)`
    missing over a span of `H` months: nothing, when the stock covers the span. A scenario sets
    `H` to 6, 24 and 120 months at its three horizons; elsewhere it is 120 when it is not given.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> licence = MineralLicensing(by="CHN", to=["USA"], withhold_pct=80, cover_months=3)
        >>> [round(licence.at_horizon(months).missing(), 3) for months in (2, 6, 24)]
        [0.0, 0.4, 0.7]
    """

    kind: Literal["mineral_licensing"] = "mineral_licensing"
    withhold_pct: Number = strength(
        "Share of the goods covered for which no licence is given.",
        unit="per cent", low=0, high=100,
    )  # fmt: skip
    cover_months: Number = strength(
        "Months for which stocks replace what is withheld.",
        unit="months", low=0, high=1_200, default=0.0,
    )  # fmt: skip
    over_months: Number | None = strength(
        "Length of the span looked at; the length of the horizon when not given.",
        unit="months", low=0.1, high=1_200, default=None,
    )  # fmt: skip
    covers_pct: Number = strength(
        "Share of the flow that the measure is about, where a sector holds more than the good.",
        unit="per cent", low=0, high=100, default=100.0,
    )  # fmt: skip
    strengths: ClassVar[tuple[str, ...]] = (
        "withhold_pct", "cover_months", "over_months", "covers_pct",
    )  # fmt: skip
    assumed_by_default: ClassVar[dict[str, tuple[float, float]]] = {"cover_months": (0.0, 12.0)}

    def at_horizon(self, months: float) -> Self:
        """Return the measure over a span, unless it says its own."""
        if self.over_months is not None:
            return self
        changed: dict[str, Any] = {"over_months": months}
        return self.model_copy(update=changed)

    def missing(self) -> float:
        """Return the share of the flow that is missing over the span (eq. 4.11)."""
        span = self.over_months or LONG_RUN_MONTHS
        share = self.withhold_pct * self.covers_pct / 1e4
        return share * max(0.0, 1.0 - self.cover_months / span)

    def wedges(self, world: World) -> dict[str, Array]:
        """Return the share of varieties that stays available (eq. 4.11)."""
        return available(world, self.covered(world), self.missing())

    def describe(self, world: World) -> Change:
        """Return the share of varieties available before and after."""
        new = self.to_shock(world).availability
        return self.change(world, "varieties available", np.ones_like(new), new)
