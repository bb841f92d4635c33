"""What every instrument shares: who, whom, which goods, when, how sure; and its way to a shock."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic._internal._model_construction import ModelMetaclass

from upperhand.core.errors import MeasureError, UpperhandError, raise_faults, unknown
from upperhand.measures.change import Change
from upperhand.measures.faults import faults_of
from upperhand.measures.labels import (
    Labels,
    country_fault,
    expand_country,
    expand_sectors,
    labels_of,
    positions,
    split_words,
)
from upperhand.measures.names import (
    KnownSectors,
    Others,
    Sectors,
    country_faults,
    known_labels,
    names_of,
    own_faults,
    sector_faults,
)
from upperhand.world.shock import Shock, no_shock
from upperhand.world.world import World

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Status = Literal["in_force", "threat", "planned"]
#: Measures of which the wedges are kept, a few million bytes each at most, and what they change.
SHOCKS_KEPT, CHANGES_KEPT = 24, 96
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


def strength(description: str, *, unit: str, low: float, high: float, **more: Any) -> Any:
    """Return a field that holds a number with its unit and range, used by schema and messages."""
    return Field(description=description, ge=low, le=high, json_schema_extra={"unit": unit}, **more)


class FaultsAtOnce(ModelMetaclass):
    """Turns pydantic's errors on construction into one error of ours with every fault.

    A class says in `raises` which error, and in `tags` which parts of a path to leave out.
    """

    if not TYPE_CHECKING:

        def __call__(cls, *args, **kwargs):  # noqa: N805 - the class of a class
            """Make an instance, or raise one error that lists every fault."""
            try:
                return super().__call__(*args, **kwargs)
            except ValidationError as error:
                found = faults_of(error, cls, tags=cls.tags)
            faults = [f"{where}: {what}" if where else what for where, what in found]
            return raise_faults(cls.raises, faults, what=cls.__name__)


class Measure(BaseModel, metaclass=FaultsAtOnce):
    """An instrument with its strength: frozen, checked, and able to become a shock."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, validate_default=True
    )

    kind: str
    by: str = Field(
        description="Who acts: a country code, or a group alias such as EU27.", min_length=1
    )
    label: str = Field(default="", description="The measure in words, for tables.")
    from_: date | None = Field(
        default=None, alias="from", description="First day in force (ISO date)."
    )
    until: date | None = Field(default=None, description="Last day in force (ISO date).")
    status: Status = Field(
        default="in_force", description="in_force, threat (conditional) or planned."
    )
    probability: Number | None = strength(
        "Probability that a threat is carried out; read by the talks, not by the equilibrium.",
        unit="1", low=0, high=1, default=None,
    )  # fmt: skip
    if_: str | None = Field(
        default=None, alias="if", min_length=1,
        description="Condition of a threat: the label of another move that sets it off, or words.",
    )  # fmt: skip
    side: str | None = Field(
        default=None, description="Side that the move belongs to; the actor when not given."
    )
    source: str = Field(default="", description="Where the measure was read: text or address.")
    note: str = Field(default="", description="What to be careful about.")
    assumed: dict[str, tuple[Number, Number]] = Field(
        default_factory=dict,
        description="Fields whose value is assumed, each with its [lowest, highest] value.",
    )

    raises: ClassVar[type[UpperhandError]] = MeasureError
    tags: ClassVar[tuple[str, ...]] = ()
    #: Fields that carry the strength; zero in the first one changes nothing.
    strengths: ClassVar[tuple[str, ...]] = ()
    #: Ranges of the fields that are assumed when they are not given.
    assumed_by_default: ClassVar[dict[str, tuple[float, float]]] = {}

    def to_shock(self, world: World) -> Shock:
        """Return the wedges of this measure on `world`; the last few asked for are kept.

        Raises:
            MeasureError: If a country or sector is not in `world` (every fault listed).
        """
        return _shock_on(self._on(world))

    def change_on(self, world: World) -> Change:
        """Return what `describe` returns; the last few asked for are kept."""
        return _change_on(self._on(world))

    def _on(self, world: World) -> _On:
        return _On(f"{type(self).__name__} {self.model_dump_json()}", world, self)

    def at_horizon(self, months: float) -> Self:  # noqa: ARG002 - for those that do
        """Return the measure as it works within so many months; most do not depend on them."""
        return self

    @abstractmethod
    def wedges(self, world: World) -> dict[str, Array]:
        """Return the fields of the shock that this measure changes."""

    @abstractmethod
    def describe(self, world: World) -> Change:
        """Return old and new rate, the trade covered in USD, and whether anything changes."""

    @abstractmethod
    def label_faults(self, labels: Labels) -> list[tuple[str, str]]:
        """Return (field, message) for every label that is not admissible."""

    @abstractmethod
    def title(self) -> str:
        """Return the measure in words: its label, or words made from its fields."""

    @property
    def side_of(self) -> str:
        """The side that this move belongs to."""
        return self.side or self.by

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that `read_measure` reads back."""
        return self.model_dump(mode="json", by_alias=True)

    def assumptions(self) -> Iterator[dict[str, Any]]:
        """Yield every number of this measure that is assumed, with its range."""
        usual = {k: v for k, v in self.assumed_by_default.items() if self._is_usual(k)}
        ranges = {k: v for k, v in usual.items() if k not in self.assumed}
        for name, (low, high) in (ranges | self.assumed).items():
            if low == high:
                continue  # said to be certain
            extra = type(self).model_fields[name].json_schema_extra
            unit = extra.get("unit", "1") if isinstance(extra, dict) else "1"
            yield {
                "name": f"{self.title()}: {name}",
                "value": self._value_of(name),
                "low": low,
                "high": high,
                "unit": str(unit),
                "source": self.source or self.note or "judgement",
                "status": "assumed",
            }

    def _is_usual(self, name: str) -> bool:
        """Say whether a field has its usual value: left out, or written out as records do."""
        return bool(getattr(self, name) == type(self).model_fields[name].default)

    def _value_of(self, name: str) -> float:
        value = getattr(self, name)
        return float(np.mean(list(value.values()))) if isinstance(value, dict) else float(value)

    @field_validator("by")
    @classmethod
    def _actor_known(cls, by: str, info: ValidationInfo) -> str:
        labels = known_labels(info)
        fault = country_fault(by, labels) if labels else None
        if fault:
            raise ValueError(fault)
        return by

    @field_validator("until")
    @classmethod
    def _ends_after_it_begins(cls, until: date | None, info: ValidationInfo) -> date | None:
        begin = info.data.get("from_")
        if until and begin and until < begin:
            raise ValueError(
                f"got {until}, before the first day {begin}; allowed: {begin} or later"
            )
        return until

    @model_validator(mode="after")
    def _only_threats_are_conditional(self) -> Self:
        given = {"if": self.if_, "probability": self.probability}
        named = [name for name, value in given.items() if value is not None]
        if self.status == "in_force" and named:
            raise ValueError(
                f"status: a measure in force has no `{named[0]}`; allowed with it: threat, planned"
            )
        return self

    @model_validator(mode="after")
    def _assumed_fields_exist(self) -> Self:
        known = [name for name in self.strengths if getattr(self, name) is not None]
        for name, (low, high) in self.assumed.items():
            if name not in known:
                raise ValueError("assumed: " + unknown("field", name, known))
            if not low <= self._value_of(name) <= high:
                value = self._value_of(name)
                raise ValueError(
                    f"assumed.{name}: the value {value:g} is outside its range [{low:g}, {high:g}]"
                )
        return self


@dataclass(frozen=True, slots=True)
class _On:
    """A measure on a world, found again by what the measure says."""

    key: str
    world: World
    measure: Measure = field(compare=False)


@lru_cache(maxsize=SHOCKS_KEPT)
def _shock_on(asked: _On) -> Shock:
    measure, world = asked.measure, asked.world
    faults = [f"{where}: {what}" for where, what in measure.label_faults(labels_of(world))]
    raise_faults(MeasureError, faults, what=measure.title())
    changed: dict[str, Any] = measure.wedges(world)
    return replace(no_shock(world), **changed)


@lru_cache(maxsize=CHANGES_KEPT)
def _change_on(asked: _On) -> Change:
    return asked.measure.describe(asked.world)


class BilateralMeasure(Measure):
    """An instrument on flows between the actor and others; domestic flows are never touched."""

    sectors: KnownSectors = Field(
        default=None,
        description="Sector codes, `goods` (all but services, the default) or `all`.",
    )
    partner_field: ClassVar[str] = "against"

    @property
    def partners(self) -> tuple[str, ...]:
        """Who it is aimed at, as written."""
        value: tuple[str, ...] = getattr(self, self.partner_field)
        return value

    @property
    def goods(self) -> Sectors:
        """The sectors hit, as written."""
        return self.sectors

    def covered(self, world: World) -> Mask:
        """Return the flows that the measure is about (exporter, importer, sector)."""
        labels = labels_of(world)
        actors = expand_country(self.by, labels)
        targets = self.targets(labels)
        rows, columns = (targets, actors) if self.partner_field == "against" else (actors, targets)
        mask = np.zeros(world.trade.shape, dtype=bool)
        mask[
            np.ix_(
                positions(rows, world.countries),
                positions(columns, world.countries),
                positions(expand_sectors(self.goods, labels), world.sectors),
            )
        ] = True
        return mask

    def targets(self, labels: Labels) -> tuple[str, ...]:
        """Return the codes aimed at; the actor is never one of them."""
        actors = set(expand_country(self.by, labels))
        named = {code for name in self.partners for code in expand_country(name, labels)}
        return tuple(code for code in labels.countries if code in named - actors)

    def label_faults(self, labels: Labels) -> list[tuple[str, str]]:
        """Return (field, message) for every unknown label and for an actor that hits itself."""
        actor = country_fault(self.by, labels)
        faults = [("by", actor)] if actor else []
        field = self.partner_field
        faults += [(field + where, what) for where, what in country_faults(self.partners, labels)]
        faults += own_faults(field, self.partners, expand_country(self.by, labels))
        found = sector_faults(self.sectors, labels)
        return faults + [("sectors" + where, what) for where, what in found]

    def title(self) -> str:
        """Return the label, or words made from kind, actor, targets and goods."""
        if self.label:
            return self.label
        goods = self.sectors or "goods"
        shown = goods if isinstance(goods, str) else "+".join(goods)
        word = "on" if self.partner_field == "against" else "to"
        return f"{self.by} {self.kind.replace('_', ' ')} {word} {'+'.join(self.partners)}, {shown}"

    def change(
        self, world: World, wedge: str, old: Array, new: Array, *, unit: str = "%"
    ) -> Change:
        """Return the change of one wedge, averaged over the flows covered."""
        cells = np.unravel_index(np.flatnonzero(self.covered(world)), world.trade.shape)
        trade, before, after = world.trade[cells], old[cells], new[cells]
        total = float(trade.sum())
        weight = trade / total if total else np.full(trade.size, 1.0 / max(trade.size, 1))
        same = bool(np.allclose(before, after, rtol=0, atol=1e-12))
        note = "no trade in the flows covered" if not total else "the rate is already there"
        changes = bool(total) and not same
        return Change(
            label=self.title(),
            kind=self.kind,
            wedge=wedge,
            unit=unit,
            old=100 * float(weight @ before),
            new=100 * float(weight @ after),
            trade_usd_million=total,
            changes=changes,
            note="" if changes else note,
            scope=split_words(names_of(self.goods), labels_of(world)),
        )


class ImportMeasure(BilateralMeasure):
    """An instrument of the importing country on its imports."""

    against: Others = Field(
        description="Exporters hit: codes, group aliases, or `world` for everyone but the actor.",
        min_length=1,
    )
    partner_field: ClassVar[str] = "against"


class ExportMeasure(BilateralMeasure):
    """An instrument of the exporting country on its exports."""

    to: Others = Field(
        description="Importers hit: codes, group aliases, or `world` for everyone but the actor.",
        min_length=1,
    )
    partner_field: ClassVar[str] = "to"


def available(world: World, covered: Mask, share: float) -> dict[str, Array]:
    """Return the wedge that makes `share` of the varieties of the covered flows unavailable."""
    return {"availability": np.where(covered, 1.0 - share, np.ones(world.trade.shape))}
