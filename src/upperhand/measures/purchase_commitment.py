"""Purchase commitments: a government promises to buy more, and a part of it is delivered."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import numpy as np

from upperhand.core.errors import MeasureError
from upperhand.measures.base import Array, ImportMeasure, Number, strength
from upperhand.measures.change import Change
from upperhand.world.world import World

MOST_PCT = 95.0


class PurchaseCommitment(ImportMeasure):
    """Extra imports of so many USD bn a year, of which a share is delivered (eq. 4.12).

    The buyer's government closes the gap with a subsidy on these imports, the least one that
    makes the value at the border rise by what is delivered. `subsidy_pct` states it; when it is
    not given, it is the one that would do so at fixed prices and fixed spending on each sector.
    A scenario finds the one that does so in equilibrium.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> deal = PurchaseCommitment(by="CHN", against=["USA"], usd_bn=0.1, delivery_pct=57)
        >>> round(deal.delivered_usd_million(), 6)
        57.0
        >>> 0 < deal.subsidy(toy_world()) < 0.2
        True
    """

    kind: Literal["purchase_commitment"] = "purchase_commitment"
    usd_bn: Number = strength(
        "Purchases promised on top of those of the baseline, a year.",
        unit="USD bn", low=0, high=10_000,
    )  # fmt: skip
    delivery_pct: Number = strength(
        "Share of the promise that is kept.", unit="per cent", low=0, high=100, default=57.0
    )
    subsidy_pct: Number | None = strength(
        "Subsidy on these imports; found so that the promise is kept when not given.",
        unit="per cent", low=0, high=MOST_PCT, default=None,
    )  # fmt: skip
    strengths: ClassVar[tuple[str, ...]] = ("usd_bn", "delivery_pct", "subsidy_pct")
    assumed_by_default: ClassVar[dict[str, tuple[float, float]]] = {"delivery_pct": (0.0, 100.0)}

    def delivered_usd_million(self) -> float:
        """Return the extra imports that arrive, USD million a year."""
        return 1e3 * self.usd_bn * self.delivery_pct / 100

    def with_subsidy(self, percent: float) -> Self:
        """Return the same commitment with its subsidy stated."""
        changed: dict[str, Any] = {"subsidy_pct": percent}
        return self.model_copy(update=changed)

    def purchases(self, world: World) -> float:
        """Return the value of the flows covered at the border, USD million a year."""
        return float(world.trade[self.covered(world)].sum())

    def subsidy(self, world: World) -> float:
        """Return the subsidy, a fraction of the value at the border (eq. 4.12).

        Raises:
            MeasureError: If nothing is bought in the baseline, or no subsidy up to 95 per cent
                reaches the value promised.
        """
        if self.subsidy_pct is not None:
            return self.subsidy_pct / 100
        extra = self.delivered_usd_million()
        if not extra:
            return 0.0
        from scipy.optimize import brentq

        def short(rate: float) -> float:
            return self._bought(world, rate) - self.purchases(world) - extra

        if not self.purchases(world) or short(MOST_PCT / 100) < 0:
            raise MeasureError(
                f"{self.title()}: USD {extra / 1e3:g} bn a year cannot be reached from USD "
                f"{self.purchases(world) / 1e3:.3g} bn with a subsidy of up to {MOST_PCT:g} per "
                "cent; promise less, or name sectors with more trade"
            )
        return float(brentq(short, 0.0, MOST_PCT / 100, xtol=1e-14, rtol=1e-13))

    def _bought(self, world: World, rate: float) -> float:
        """Return the value at the border with a subsidy, spending on each sector fixed."""
        covered = self.covered(world)
        tariff = np.where(covered, world.tariff - rate, world.tariff)
        paid = world.trade * (1 + world.tariff)
        weight = paid * ((1 + tariff) / (1 + world.tariff)) ** -world.trade_elasticity
        total = np.where(weight.sum(axis=0) > 0, weight.sum(axis=0), 1.0)
        return float((weight / total * paid.sum(axis=0) / (1 + tariff))[covered].sum())

    def wedges(self, world: World) -> dict[str, Array]:
        """Return the subsidy as points taken off the tariff (eq. 4.12)."""
        return {"tariff_add": np.where(self.covered(world), -self.subsidy(world), 0.0)}

    def describe(self, world: World) -> Change:
        """Return the tariff before and after the subsidy, weighted by the trade covered."""
        new = self.to_shock(world).tariff(world)
        return self.change(world, "tariff less subsidy", world.tariff, new)
