"""A scenario: a baseline, the moves of two sides, and what to compute; frozen, complete, versioned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar, Literal, Self

from pydantic import BaseModel, Field, ValidationInfo, field_validator, model_validator

from upperhand.core.errors import OptionError, unknown
from upperhand.core.fingerprint import fingerprint
from upperhand.measures.base import Number, strength
from upperhand.measures.labels import Labels, country_fault, expand_country
from upperhand.measures.names import LabelFaults, known_labels
from upperhand.measures.registry import KINDS, AnyMeasure
from upperhand.scenario.path_schema import POLICY_KINDS, PathSection, path_faults, path_model_at
from upperhand.scenario.section import Section
from upperhand.scenario.talks_schema import (
    TalksSection,
    deadline_faults,
    talks_faults,
    talks_model_at,
)
from upperhand.scenario.worlds import DEFAULT

HorizonName = Literal["short", "medium", "long"]
Closure = Literal["fixed", "share", "purge"]
Value = str | Number | bool | tuple[Any, ...] | dict[str, Any] | None
MAX_MOVES = 200
MAX_TITLE = 200
MAX_DRAWS = 100_000  # of a run, which holds them in memory; a sweep has no such limit


class Source(Section):
    """Where numbers of a scenario come from."""

    title: str = Field(description="Author, year, title.", min_length=1)
    url: str = Field(default="", description="Address.")
    licence: str = Field(default="", description="Licence of the data.")
    used_for: str = Field(default="", description="What it was used for here.")


class Baseline(Section):
    """The world that the moves are compared with: the table's year plus measures since then."""

    words: str = Field(
        default="the year of the world table",
        description="The baseline in words; every change is read against it.",
    )
    as_of: date | None = Field(
        default=None,
        description="Day whose measures are in force in the baseline, 2018-01-01 to 2026-07-31; "
        "later only with `after_horizon` (ISO date).",
    )
    after_horizon: Literal["expired", "extended"] | None = Field(
        default=None,
        description="After July 2026: the truce of Busan has `expired`, or was `extended`.",
    )
    weights: Literal["statutory", "collected"] = Field(
        default="statutory",
        description="Duties by law, or scaled to what customs collected in 2024.",
    )
    controls: bool = Field(
        default=True,
        description="Whether export controls and bans of the day, whose strengths are assumed, "
        "belong to the baseline.",
    )
    measures: tuple[AnyMeasure, ...] = Field(
        default=(), description="Further measures in force in the baseline."
    )
    horizon: HorizonName = Field(
        default="medium", description="Horizon at which the baseline measures have worked."
    )

    @model_validator(mode="after")
    def _in_force_on_the_day(self) -> Self:
        faults: list[tuple[str, str]] = []
        for i, measure in enumerate(self.measures):
            where = f"measures[{i}]"
            if measure.status == "threat":
                faults.append((f"{where}.status", "a threat is not in force; make it a move"))
            if measure.kind == "subsidy":
                faults.append((where, "a baseline cannot carry a subsidy; make it a move"))
            if self.as_of and measure.from_ and measure.from_ > self.as_of:
                faults.append((f"{where}.from", f"{measure.from_} is after as_of {self.as_of}"))
            if self.as_of and measure.until and measure.until < self.as_of:
                faults.append((f"{where}.until", f"{measure.until} is before as_of {self.as_of}"))
        if self.after_horizon and not self.as_of:
            faults.append(("as_of", "missing; `after_horizon` needs the day looked at"))
        if self.as_of:
            faults += _day_faults(self.as_of, self.after_horizon)
        _raise(faults)
        return self


class Options(Section):
    """Choices of the model that a run may vary."""

    elasticity_factor: Number = strength(
        "Factor on every trade elasticity of the world.", unit="1", low=0.1, high=10, default=1.0
    )
    elasticity_set: str | None = Field(
        default=None, description="Published set of trade elasticities that the world's card lists."
    )
    elasticities: dict[str, Number] = Field(
        default_factory=dict,
        description="Trade elasticity by sector, in place of the world's (0.1 to 50, unit 1).",
    )
    scale: bool = Field(default=False, description="External economies of scale switched on.")
    labour_supply: Number = strength(
        "Elasticity of labour supply to the real wage.", unit="1", low=0, high=5, default=0.0
    )

    @field_validator("elasticity_set")
    @classmethod
    def _known_set(cls, name: str | None, info: ValidationInfo) -> str | None:
        known = (info.context or {}).get("sets")
        if name is not None and known is not None and name not in known:
            raise ValueError(unknown("set of elasticities", name, known or ["none"]))
        return name

    @field_validator("elasticities")
    @classmethod
    def _positive(cls, values: dict[str, float], info: ValidationInfo) -> dict[str, float]:
        labels = known_labels(info)
        faults = [
            (f".{code}", f"got {value:g}; allowed: 0.1 to 50")
            for code, value in values.items()
            if not 0.1 <= value <= 50
        ]
        codes = labels.sectors if labels else tuple(values)
        faults += [(f".{c}", unknown("sector", c, codes)) for c in values if c not in codes]
        _raise(faults)
        return values


class Variant(Section):
    """Another reading of the same scenario: a few values changed."""

    words: str = Field(description="What is different, and why one would read it so.")
    changes: dict[str, Value] = Field(
        alias="set", description="Values by path, as in `--set moves[0].add_pp=54`.", min_length=1
    )


class PriorChange(Section):
    """Another value, or another range, for a number that is not known for certain."""

    value: Number | None = Field(
        default=None, description="Value used without draws, and centre of the draws."
    )
    low: Number | None = Field(default=None, description="Lowest value that is drawn.")
    high: Number | None = Field(default=None, description="Highest value that is drawn.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        given = [x for x in (self.low, self.value, self.high) if x is not None]
        if not given:
            raise ValueError("says nothing; give `value`, `low` or `high`")
        if given != sorted(given):
            words = ", ".join(f"{x:g}" for x in given)
            raise ValueError(f"got {words}; low, value and high must rise in this order")
        return self


class Scenario(Section):
    """A scenario, complete: the same data give the same numbers everywhere."""

    tags: ClassVar[tuple[str, ...]] = (*KINDS, *POLICY_KINDS)

    version: Literal[1] = Field(default=1, description="Version of this format.")
    name: str = Field(
        default="", description="Short name; the file's name when not given.",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$|^$",
    )  # fmt: skip
    title: str = Field(description="One line.", min_length=1, max_length=MAX_TITLE)
    question: str = Field(default="", description="The question that the scenario answers.")
    world: str = Field(default=DEFAULT, description="Name of the world table.", min_length=1)
    year: int | None = Field(
        default=None, description="Year of the world table; checked when given.", strict=True
    )
    baseline: Baseline = Field(
        default_factory=Baseline, description="What the moves are compared with."
    )
    sides: tuple[str, ...] | dict[str, tuple[str, ...]] = Field(
        default=(),
        description="Codes of the two sides, or names with their members; taken from the moves "
        "when not given.",
    )
    moves: tuple[AnyMeasure, ...] = Field(
        description="The measures of both sides; they stack.", min_length=1, max_length=MAX_MOVES
    )
    horizons: tuple[HorizonName, ...] = Field(
        default=("short", "medium", "long"),
        description="Spans of time to evaluate: short, medium, long.", min_length=1,
    )  # fmt: skip
    closure: Closure = Field(
        default="fixed",
        description="Trade imbalances: fixed in money, share of world income, or purge.",
    )
    options: Options = Field(default_factory=Options, description="Choices of the model.")
    talks: TalksSection | None = Field(
        default=None, description="What the two sides could concede, and how patient they are."
    )
    path: PathSection | None = Field(
        default=None, description="The years ahead, and when moves come, go and are known of."
    )
    draws: int = Field(
        default=0, ge=0, le=MAX_DRAWS, strict=True,
        description="Draws of what is not known, for ranges around every headline; 0 for none.",
    )  # fmt: skip
    seed: int = Field(
        default=1, ge=0, strict=True, description="Seed: the same one gives the same draws."
    )
    models: bool = Field(
        default=False, strict=True,
        description="Also draw readings of the model: closure, set of elasticities, adjustment.",
    )  # fmt: skip
    priors: dict[str, PriorChange] = Field(
        default_factory=dict,
        description="Other values or ranges of numbers that are not known, by the name that the "
        "sweep gives them.",
    )
    notes: tuple[str, ...] = Field(default=(), description="What a reader should know.")
    sources: tuple[Source, ...] = Field(default=(), description="Where the numbers come from.")
    variants: dict[str, Variant] = Field(
        default_factory=dict, description="Other readings, run with `--variant NAME`."
    )

    @property
    def side_codes(self) -> tuple[str, ...]:
        """The sides: as given, or the actors in the order of their moves."""
        return tuple(self.sides) or tuple(dict.fromkeys(move.side_of for move in self.moves))

    @property
    def fingerprint(self) -> str:
        """Sixteen characters that identify everything that can change a number or a word."""
        data = {k: v for k, v in self.to_dict().items() if k not in UNIDENTIFYING}
        for name in ADDED_LATER:  # a scenario that says nothing of them is what it always was
            if data[name] == type(self).model_fields[name].get_default(call_default_factory=True):
                del data[name]
        return fingerprint(data | {"sides": list(self.side_codes)})

    def side_members(self, labels: Labels) -> dict[str, tuple[str, ...]]:
        """Return the countries of each side, by the codes of a world."""
        given = self.sides if isinstance(self.sides, dict) else {}
        return {
            side: tuple(
                code for name in given.get(side, (side,)) for code in expand_country(name, labels)
            )
            for side in self.side_codes
        }

    def to_dict(self) -> dict[str, Any]:
        """Return the canonical form: every field, defaults included, as plain data."""
        return self.model_dump(mode="json", by_alias=True)

    def assumptions(self) -> Iterator[dict[str, Any]]:
        """Yield every number of the measures that is assumed, with its range."""
        for measure in (*self.baseline.measures, *self.moves):
            yield from measure.assumptions()
        if self.talks is not None:
            yield from self.talks.assumptions()

    @field_validator("notes", mode="before")
    @classmethod
    def _one_note_or_several(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @field_validator("horizons")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(value)) < len(value):
            raise ValueError(f"got {', '.join(value)}; name each horizon once")
        order = ("short", "medium", "long")
        return tuple(sorted(value, key=order.index))

    @field_validator("sides")
    @classmethod
    def _two_sides(
        cls, value: tuple[str, ...] | dict[str, tuple[str, ...]], info: ValidationInfo
    ) -> tuple[str, ...] | dict[str, tuple[str, ...]]:
        if value and (len(value) != 2 or len(set(value)) != 2):
            raise ValueError(f"got {', '.join(value)}; name two different sides, or none")
        labels = known_labels(info)
        if labels:
            _raise(_side_faults(value, labels))
        return value

    @field_validator("year")
    @classmethod
    def _year_of_the_world(cls, value: int | None, info: ValidationInfo) -> int | None:
        year = (info.context or {}).get("year")
        if value is not None and year is not None and value != year:
            raise ValueError(f"got {value}; the world table is of {year}")
        return value

    @model_validator(mode="after")
    def _moves_fit(self) -> Self:
        faults: list[tuple[str, str]] = []
        sides = self.side_codes
        for i, move in enumerate(self.moves):
            if move.side_of not in sides:
                message = (
                    f"{move.side_of} is not a side; add `side:` with one of {', '.join(sides)}"
                )
                faults.append((f"moves[{i}].side", message))
            if self.baseline.as_of and move.until and move.until < self.baseline.as_of:
                message = f"{move.until} is before the baseline's as_of {self.baseline.as_of}"
                faults.append((f"moves[{i}].until", message))
        if not self.sides and len(sides) > 2:
            message = f"the moves have {len(sides)} actors ({', '.join(sides)}); name the two sides"
            faults.append(("sides", message + ", and give `side:` for the moves of others"))
        if self.talks is not None:
            faults += talks_faults(self.talks, self.moves, sides)
            faults += deadline_faults(self.talks, self.baseline.as_of)
        if self.path is not None:
            faults += path_faults(self.path, self.moves)
        _raise(faults)
        return self


def _day_faults(day: date, branch: Literal["expired", "extended"] | None) -> list[tuple[str, str]]:
    from upperhand.measures.register import check_date

    try:
        check_date(day, after_horizon=branch)
    except OptionError as error:
        return [("as_of", str(error))]
    return []


def _side_faults(
    sides: tuple[str, ...] | dict[str, tuple[str, ...]], labels: Labels
) -> list[tuple[str, str]]:
    named = (
        {f".{side}[{i}]": code for side, codes in sides.items() for i, code in enumerate(codes)}
        if isinstance(sides, dict)
        else {f"[{i}]": code for i, code in enumerate(sides)}
    )
    found = {where: country_fault(code, labels) for where, code in named.items()}
    return [(where, fault) for where, fault in found.items() if fault]


#: Fields that change no number: the fingerprint leaves them out.
UNIDENTIFYING = ("name", "variants")
ADDED_LATER = ("draws", "seed", "models", "priors", "path")

SECTIONS: dict[str, type[BaseModel]] = {
    "baseline": Baseline,
    "options": Options,
    "sources": Source,
    "variants": Variant,
    "priors": PriorChange,
}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a scenario file, with unit, range and one sentence per field.

    Examples:
        >>> sorted(json_schema()["required"])
        ['moves', 'title']
    """
    schema = Scenario.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "upperhand scenario"
    return schema


def model_at(path: tuple[str | int, ...], kind: str | None) -> type[BaseModel] | None:
    """Return the model that holds the field at `path`, given the kind of the measure around it."""
    names = [part for part in path if isinstance(part, str)]
    if names[:1] == ["talks"]:
        return talks_model_at(tuple(names[1:]), kind)
    if names[:1] == ["path"]:
        return path_model_at(tuple(names[1:]), kind)
    if len(names) > 1 and ("moves" in names[:1] or names[:2] == ["baseline", "measures"]):
        return KINDS.get(kind or "")
    if len(names) > 1 and names[0] in SECTIONS:
        return SECTIONS[names[0]]
    return Scenario


def _raise(faults: list[tuple[str, str]]) -> None:
    if faults:
        raise LabelFaults(faults)
