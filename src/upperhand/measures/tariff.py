"""Tariffs: points added to the rate in force, or a rate set."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, ValidationInfo, field_validator, model_validator

from upperhand.core.errors import unknown
from upperhand.measures.base import Array, ImportMeasure, Number
from upperhand.measures.change import Change
from upperhand.measures.labels import Labels, labels_of, sector_fault
from upperhand.measures.names import LabelFaults, Sectors, known_labels
from upperhand.world.world import World

Rates = Number | dict[str, Number]
ADD_LOW, SET_LOW, HIGH = -100.0, -99.9, 10_000.0


def _rate(description: str, *, unit: str, low: float) -> Any:
    extra = {"unit": unit, "low": low, "high": HIGH}
    return Field(default=None, description=description, json_schema_extra=extra)  # type: ignore[arg-type]


class Tariff(ImportMeasure):
    """A tariff of one importer on some exporters: points added, or a level set (eq. 4.1).

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> threat = Tariff(by="USA", against=["CHN"], add_pp=100, status="threat")
        >>> threat.describe(toy_world()).sentence()
        'USA tariff on CHN, goods: tariff 10.0 -> 110.0 %, USD 0.5 bn covered'
        >>> Tariff(by="USA", against=["USA"], add_pp=10)
        Traceback (most recent call last):
        upperhand.core.errors.MeasureError: Tariff: against[0]: 'USA' is the actor itself; ...
    """

    kind: Literal["tariff"] = "tariff"
    add_pp: Rates | None = _rate(
        "Points added to the tariff in force: one number, or one for each sector.",
        unit="percentage points",
        low=ADD_LOW,
    )
    to_pct: Rates | None = _rate(
        "Level that the tariff is set to: one number, or one for each sector.",
        unit="per cent",
        low=SET_LOW,
    )
    strengths: ClassVar[tuple[str, ...]] = ("add_pp", "to_pct")

    def wedges(self, world: World) -> dict[str, Array]:
        """Return added points or the level set, on the covered flows (eq. 4.1)."""
        covered = self.covered(world)
        if self.add_pp is not None:
            return {"tariff_add": np.where(covered, self._rates(world, self.add_pp), 0.0)}
        return {"tariff_set": np.where(covered, self._rates(world, self._given()), np.nan)}

    @property
    def goods(self) -> Sectors:
        """The sectors hit: with a rate for each sector, only those that have one."""
        rates = self._given()
        return tuple(rates) if isinstance(rates, dict) else self.sectors

    def describe(self, world: World) -> Change:
        """Return old and new tariff, per cent, weighted by the trade covered."""
        new = self.to_shock(world).tariff(world)
        return self.change(world, "tariff", world.tariff, new)

    def label_faults(self, labels: Labels) -> list[tuple[str, str]]:
        """Return (field, message) for every unknown label."""
        name = "add_pp" if self.add_pp is not None else "to_pct"
        found = _rate_faults(self._given(), labels)
        return super().label_faults(labels) + [(name + where, what) for where, what in found]

    def _given(self) -> Rates:
        return self.add_pp if self.add_pp is not None else self.to_pct or 0.0

    def _rates(self, world: World, rates: Rates) -> Array:
        if not isinstance(rates, dict):
            return np.full(len(world.sectors), rates / 100)
        parents = labels_of(world).parents
        spread = {part: rates[name] for name in rates for part in parents.get(name, ())}
        return np.array([(spread | rates).get(sector, 0.0) for sector in world.sectors]) / 100

    @field_validator("add_pp", "to_pct")
    @classmethod
    def _within_range(cls, rates: Rates | None, info: ValidationInfo) -> Rates | None:
        low = ADD_LOW if info.field_name == "add_pp" else SET_LOW
        unit = "percentage points" if info.field_name == "add_pp" else "per cent"
        values = rates if isinstance(rates, dict) else {} if rates is None else {"": rates}
        faults = [
            (f".{code}", f"got {value:g}; allowed: {low:g} to {HIGH:g} {unit}")
            for code, value in values.items()
            if not low <= value <= HIGH
        ]
        labels = known_labels(info)
        faults += _rate_faults(rates or {}, labels) if labels else []
        if faults:
            raise LabelFaults(faults)
        return rates

    @model_validator(mode="after")
    def _one_rate(self) -> Self:
        if (self.add_pp is None) == (self.to_pct is None):
            got = "neither" if self.add_pp is None else "both"
            raise ValueError(f"got {got} of add_pp and to_pct; give exactly one")
        if isinstance(self._given(), dict) and self.sectors is not None:
            raise LabelFaults([("sectors", "leave it out when the rate names its sectors")])
        return self


def _rate_faults(rates: Rates, labels: Labels) -> list[tuple[str, str]]:
    codes = list(rates) if isinstance(rates, dict) else []
    return [
        (f".{code}", sector_fault(code, labels) or unknown("sector", code, labels.sectors))
        for code in codes
        if code not in (*labels.sectors, *labels.parents)
    ]
