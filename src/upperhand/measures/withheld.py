"""What export controls share: goods withheld, some of which take a detour and arrive all the same."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from upperhand.measures.base import Array, ExportMeasure, Mask, Number, strength
from upperhand.measures.change import Change
from upperhand.measures.labels import (
    Labels,
    expand_country,
    expand_sectors,
    labels_of,
    positions,
)
from upperhand.measures.names import Countries, country_faults
from upperhand.world.world import World

Codes = tuple[str, ...]


class WithheldExports(ExportMeasure):
    """A share of a flow is withheld, and a part of that leaks: the common form of controls."""

    also_from: Countries = Field(
        default=(),
        description="Other exporters that the rule binds, e.g. by a foreign direct product rule.",
    )
    withhold_pct: Number = strength(
        "Share of the goods covered for which no licence is given.",
        unit="per cent", low=0, high=100,
    )  # fmt: skip
    leak_pct: Number = strength(
        "Share of what is withheld that arrives all the same, through third countries.",
        unit="per cent", low=0, high=100, default=10.0,
    )  # fmt: skip
    detour_pct: Number = strength(
        "What leaked goods cost more than others, for the detour and its risk.",
        unit="per cent", low=0, high=10_000, default=0.0,
    )  # fmt: skip
    leak_via: Countries = Field(
        default=(), description="Third countries that leaked goods pass; reported, not taxed."
    )
    covers_pct: Number = strength(
        "Share of the flow that the measure is about, where a sector holds more than the good.",
        unit="per cent", low=0, high=100, default=100.0,
    )  # fmt: skip
    strengths: ClassVar[tuple[str, ...]] = (
        "withhold_pct", "leak_pct", "detour_pct", "covers_pct",
    )  # fmt: skip
    assumed_by_default: ClassVar[dict[str, tuple[float, float]]] = {"leak_pct": (0.0, 30.0)}

    def exporters(self, labels: Labels) -> Codes:
        """Return the exporters bound: the actor and those that its rule reaches."""
        named = (self.by, *self.also_from)
        return tuple(dict.fromkeys(c for name in named for c in expand_country(name, labels)))

    def targets(self, labels: Labels) -> Codes:
        """Return the codes aimed at; no exporter that is bound is one of them."""
        bound = set(self.exporters(labels))
        named = {code for name in self.to for code in expand_country(name, labels)}
        return tuple(code for code in labels.countries if code in named - bound)

    def covered(self, world: World) -> Mask:
        """Return the flows that the measure is about (exporter, importer, sector)."""
        labels = labels_of(world)
        mask = np.zeros(world.trade.shape, dtype=bool)
        mask[
            np.ix_(
                positions(self.exporters(labels), world.countries),
                positions(self.targets(labels), world.countries),
                positions(expand_sectors(self.goods, labels), world.sectors),
            )
        ] = True
        return mask

    def withheld(self) -> float:
        """Return the share of the flow that is withheld, before any of it leaks."""
        return self.withhold_pct * self.covers_pct / 1e4

    def left(self, world: World) -> Array:
        """Return the share of varieties that stays available, leaks counted at their price."""
        price = (1 + self.detour_pct / 100) ** -world.trade_elasticity
        share = 1 - self.withheld() * (1 - self.leak_pct / 100 * price)
        return np.where(self.covered(world), share, 1.0)

    def rerouted(self, world: World) -> dict[str, float]:
        """Return the leaked goods by the country that they pass, USD million a year (eq. 4.5a).

        They are split in proportion to what each country buys from the exporters bound and sells
        to the targets. The trade is that of the table; the leak itself is in the availability.
        """
        labels = labels_of(world)
        covered = self.covered(world)
        leaked = float(world.trade[covered].sum()) * self.withheld() * self.leak_pct / 100
        via = [c for name in self.leak_via for c in expand_country(name, labels)]
        places = positions(via, world.countries)
        from_ = covered.any(axis=1)
        to = covered.any(axis=0)
        bought = np.einsum("ijk,ik->j", world.trade, from_)
        sold = np.einsum("ijk,jk->i", world.trade, to)
        weight = np.sqrt(bought * sold)[places]
        total = float(weight.sum())
        shares = weight / total if total else np.full(len(via), 1 / max(len(via), 1))
        return {code: leaked * float(w) for code, w in zip(via, shares, strict=True)}

    def describe(self, world: World) -> Change:
        """Return the share of varieties available before and after."""
        new = self.to_shock(world).availability
        return self.change(world, "varieties available", np.ones_like(new), new)

    def label_faults(self, labels: Labels) -> list[tuple[str, str]]:
        """Return (field, message) for every unknown label."""
        found = super().label_faults(labels)
        for name in ("also_from", "leak_via"):
            codes: Codes = getattr(self, name)
            found += [(name + where, what) for where, what in country_faults(codes, labels)]
        return found
