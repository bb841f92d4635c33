"""Entity listings: named firms of a country are cut off, as buyers or as sellers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from upperhand.core.errors import unknown
from upperhand.measures.base import Array, ImportMeasure, Mask, Number, strength
from upperhand.measures.change import Change
from upperhand.measures.entities import EntityRow, entity_lists
from upperhand.measures.labels import Labels, expand_country, expand_sectors, labels_of, positions
from upperhand.measures.names import Countries, LabelFaults, Sectors, country_faults
from upperhand.world.world import World

Codes = tuple[str, ...]


class EntityListing(ImportMeasure):
    """Firms that make a share of a sector's purchases, or sales, are cut off (eq. 4.8).

    Give the share, or name a packaged list, whose shares, sectors and exporters then apply.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> listing = EntityListing(by="USA", against=["CHN"], share_pct=20, leak_pct=25)
        >>> float(listing.to_shock(toy_world()).availability[0, 1, 0])
        0.85
        >>> EntityListing(by="USA", against=["CHN"], entities="december-2024").goods
        ('chip_tools', 'chips')
    """

    kind: Literal["entity_listing"] = "entity_listing"
    share_pct: Number | None = strength(
        "Share of the flow that the listed firms buy, or sell.",
        unit="per cent", low=0, high=100, default=None,
    )  # fmt: skip
    entities: str | None = Field(
        default=None, description="A packaged list of firms, e.g. `huawei-2020`, with its shares."
    )
    cuts: Literal["buyers", "sellers"] = Field(
        default="buyers", description="What the listed firms are cut off as: buyers or sellers."
    )
    leak_pct: Number = strength(
        "Share of what is cut off that is traded all the same, by others on their behalf.",
        unit="per cent", low=0, high=100, default=20.0,
    )  # fmt: skip
    also_from: Countries = Field(
        default=(), description="Other exporters that the rule binds when buyers are cut off."
    )
    strengths: ClassVar[tuple[str, ...]] = ("share_pct", "leak_pct")
    assumed_by_default: ClassVar[dict[str, tuple[float, float]]] = {"leak_pct": (0.0, 50.0)}

    @property
    def rows(self) -> tuple[EntityRow, ...]:
        """The rows of the packaged list, if one is named."""
        return entity_lists().get(self.entities or "", ())

    @property
    def goods(self) -> Sectors:
        """The sectors hit: as given, or those of the list."""
        if self.sectors is None and self.rows:
            return tuple(row.sector for row in self.rows)
        return self.sectors

    def covered(self, world: World) -> Mask:
        """Return the flows that the measure is about (exporter, importer, sector)."""
        return self._share(world) > 0 if self.rows else self._flows(labels_of(world), world)

    def wedges(self, world: World) -> dict[str, Array]:
        """Return the share of varieties that stays available (eq. 4.8)."""
        share = self._share(world)
        return {"availability": 1 - share * (1 - self.leak_pct / 100)}

    def _share(self, world: World) -> Array:
        """Return the share of each flow that the listed firms make."""
        labels = labels_of(world)
        share = np.zeros(world.trade.shape)
        if not self.rows:
            return np.where(self._flows(labels, world), (self.share_pct or 0.0) / 100, share)
        wanted = expand_sectors(self.goods, labels)
        for row in self.rows:
            for code in set(expand_sectors([row.sector], labels)) & set(wanted):
                own = self._flows(labels, world, sectors=[code], also=row.also_from)
                share = np.where(own, row.share_pct / 100, share)
        return share

    def _flows(
        self, labels: Labels, world: World, *, sectors: Any = None, also: Codes = ()
    ) -> Mask:
        targets = self.targets(labels)
        others = also if self.cuts == "buyers" else ()
        named = (self.by, *self.also_from, *others)
        bound = {c for name in named for c in expand_country(name, labels)} - set(targets)
        rows, columns = (bound, targets) if self.cuts == "buyers" else (targets, bound)
        mask = np.zeros(world.trade.shape, dtype=bool)
        places = [positions(codes, world.countries) for codes in (sorted(rows), columns)]
        goods = expand_sectors(self.goods if sectors is None else sectors, labels)
        mask[np.ix_(*places, positions(goods, world.sectors))] = True
        return mask

    def describe(self, world: World) -> Change:
        """Return the share of varieties available before and after."""
        new = self.to_shock(world).availability
        return self.change(world, "varieties available", np.ones_like(new), new)

    def label_faults(self, labels: Labels) -> list[tuple[str, str]]:
        """Return (field, message) for every unknown label, those of the list included."""
        found = super().label_faults(labels)
        also = country_faults(self.also_from, labels)
        found += [("also_from" + where, what) for where, what in also]
        missing = [r.sector for r in self.rows if not expand_sectors([r.sector], labels)]
        if self.rows and self.sectors is None and missing:
            told = f"'{self.entities}' is about {', '.join(missing)}, no sector of this world"
            found.append(("entities", f"{told}; use one with strategic goods, or give share_pct"))
        return found

    def assumptions(self) -> Iterator[dict[str, Any]]:
        """Yield every number that is assumed, those of the list included."""
        yield from super().assumptions()
        for row in self.rows:
            yield {
                "name": f"{self.title()}: share_pct ({row.sector})",
                "value": row.share_pct,
                "low": row.low,
                "high": row.high,
                "unit": "per cent",
                "source": row.source,
                "status": "assumed",
            }

    def title(self) -> str:
        """Return the label, or words made from the list, the actor and the targets."""
        if self.label or not self.entities:
            return super().title()
        return f"{self.by} entity listing {self.entities} of {'+'.join(self.against)}"

    @field_validator("entities")
    @classmethod
    def _list_known(cls, name: str | None) -> str | None:
        known = list(entity_lists())
        if name is not None and name not in known:
            raise ValueError(unknown("list", name, known))
        return name

    @model_validator(mode="after")
    def _a_share_or_a_list(self) -> Self:
        if (self.share_pct is None) == (self.entities is None):
            got = "neither" if self.share_pct is None else "both"
            raise LabelFaults(
                [("share_pct", f"got {got} of share_pct and entities; give exactly one")]
            )
        return self
