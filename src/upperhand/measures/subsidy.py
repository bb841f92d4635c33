"""Subsidies: points added to the output subsidy of a country's own sectors."""

from __future__ import annotations

from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from upperhand.measures.base import Array, Mask, Measure, Number, strength
from upperhand.measures.change import Change
from upperhand.measures.labels import (
    Labels,
    country_fault,
    expand_country,
    expand_sectors,
    labels_of,
    positions,
    split_words,
)
from upperhand.measures.names import SomeSectors, names_of, sector_faults
from upperhand.world.world import World


class Subsidy(Measure):
    """A subsidy on the output of some sectors at home, paid from the budget (eq. 4.7).

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> aid = Subsidy(by="CHN", sectors=["GOODS"], rate_pct=5)
        >>> aid.describe(toy_world()).sentence()
        'CHN subsidy, GOODS: subsidy 0.0 -> 5.0 %, USD 9.6 bn covered'
    """

    kind: Literal["subsidy"] = "subsidy"
    sectors: SomeSectors = Field(description="Sector codes of the actor, `goods` or `all`.")
    rate_pct: Number = strength(
        "Points added to the subsidy, per cent of the value of output.",
        unit="per cent", low=-99, high=99,
    )  # fmt: skip
    strengths: ClassVar[tuple[str, ...]] = ("rate_pct",)

    def covered(self, world: World) -> Mask:
        """Return the sectors that are subsidised (country, sector)."""
        labels = labels_of(world)
        mask = np.zeros(world.output.shape, dtype=bool)
        rows = positions(expand_country(self.by, labels), world.countries)
        mask[np.ix_(rows, positions(expand_sectors(self.sectors, labels), world.sectors))] = True
        return mask

    def wedges(self, world: World) -> dict[str, Array]:
        """Return the added subsidy (eq. 4.7)."""
        return {"subsidy_add": np.where(self.covered(world), self.rate_pct / 100, 0.0)}

    def describe(self, world: World) -> Change:
        """Return the subsidy added, and the output that it covers."""
        output = float(world.output[self.covered(world)].sum())
        changes = bool(self.rate_pct) and output > 0
        why = "no output in the sectors covered" if self.rate_pct else "the rate is zero"
        return Change(
            self.title(), self.kind, "subsidy", "%", 0.0, self.rate_pct, output, changes,
            "" if changes else why, split_words(names_of(self.sectors), labels_of(world)),
        )  # fmt: skip

    def label_faults(self, labels: Labels) -> list[tuple[str, str]]:
        """Return (field, message) for every unknown label."""
        actor = country_fault(self.by, labels)
        found = [("sectors" + where, what) for where, what in sector_faults(self.sectors, labels)]
        return ([("by", actor)] if actor else []) + found

    def title(self) -> str:
        """Return the label, or words made from actor and sectors."""
        shown = self.sectors if isinstance(self.sectors, str) else "+".join(self.sectors)
        return self.label or f"{self.by} subsidy, {shown}"
