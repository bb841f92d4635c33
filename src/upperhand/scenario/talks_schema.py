"""The section `talks:` of a scenario: what can be conceded, how patient the sides are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

from upperhand.core.errors import unknown
from upperhand.measures.base import Measure, Number, strength
from upperhand.measures.registry import KINDS, AnyMeasure
from upperhand.scenario.section import Section
from upperhand.talks.setting import SETTING, TRAITS, Assumed, Setting, Traits


class Hazard(Section):
    """A political event that would take the value of a deal from a side."""

    name: str = Field(description="The event in words.", min_length=1)
    per_year: Number = strength("Rate at which it comes.", unit="1 a year", low=0, high=12)
    ends_threat: bool = Field(
        default=False,
        description="The event also takes the instrument that the side threatens with, such as a "
        "ruling of the courts.",
    )
    source: str = Field(default="judgement", description="Where the rate was read.")
    assumed: tuple[Number, Number] | None = Field(
        default=None, description="Lowest and highest rate, when it is assumed."
    )


def assumed_field(known: Assumed) -> Any:
    """Return a field with the default, range and unit of a number that is assumed."""
    return strength(
        f"{known.words}; assumed, {known.low:g} to {known.high:g}.",
        unit=known.unit, low=0, high=max(100.0, known.high), default=known.value,
    )  # fmt: skip


class Clock(Section):
    """How impatient a side is: a discount rate and the events that could overtake it."""

    discount_rate: Number = strength(
        "Discount rate.", unit="1 a year", low=0.001, high=0.99, default=0.05
    )
    hazards: tuple[Hazard, ...] = Field(default=(), description="Events, each with its rate.")
    audience_pct: Number = assumed_field(TRAITS["audience_pct"])
    political_weight: Number = assumed_field(TRAITS["political_weight"])
    harm_weight: Number = assumed_field(TRAITS["harm_weight"])
    stubborn_pct: Number = assumed_field(TRAITS["stubborn_pct"])

    def traits(self) -> Traits:
        """Return what is assumed about the side."""
        return Traits(
            **{name: getattr(self, name) for name in TRAITS},
            legal_hazard=sum(h.per_year for h in self.hazards if h.ends_threat),
        )


class Stage(Section):
    """What is assumed about the talks themselves."""

    private_pct: Number = assumed_field(SETTING["private_pct"])
    offer_days: Number = strength(
        SETTING["offer_days"].words + "; assumed, 1 to 30.",
        unit="days", low=0.5, high=365, default=SETTING["offer_days"].value,
    )  # fmt: skip
    breakdown_per_year: Number = assumed_field(SETTING["breakdown_per_year"])
    partners: Number = strength(
        SETTING["partners"].words + "; assumed, 1 to 20.",
        unit="1", low=1, high=100, default=SETTING["partners"].value,
    )  # fmt: skip
    tough_pct: Number = assumed_field(SETTING["tough_pct"])
    punish_years: Number = strength(
        SETTING["punish_years"].words + "; assumed, 1 to 20.",
        unit="years", low=1, high=100, default=SETTING["punish_years"].value,
    )  # fmt: skip
    deadline: date | None = Field(
        default=None, description="Day after which the talks have failed (ISO date)."
    )

    def setting(self, begins: date | None) -> Setting:
        """Return what is assumed about talks that begin on a day."""
        left = (self.deadline - begins).days if self.deadline and begins else None
        numbers = {name: getattr(self, name) for name in SETTING}
        return Setting(**numbers, days_left=left, deadline=self.deadline)


class Term(Section):
    """One term of what was agreed in fact."""

    words: str = Field(description="The term in words.", min_length=1)
    ours: str = Field(
        default="",
        description="Name of the offer or group of moves that stands for it; empty when the model "
        "has none.",
    )
    side: str = Field(description="Side that gave it.", min_length=1)
    kept: bool = Field(default=False, description="The measure stayed in force.")
    note: str = Field(default="", description="Why the model may differ, or does not have it.")


class Agreed(Section):
    """What was agreed in fact: compared in the report, never read by the talks."""

    words: str = Field(description="What it is called.", min_length=1)
    on: date = Field(alias="date", description="Day of the agreement (ISO date).")
    source: str = Field(default="", description="Where it was read.")
    terms: tuple[Term, ...] = Field(description="Its terms.", min_length=1)


class TalksSection(Section):
    """What the talks need beyond the moves of the two sides."""

    moves: tuple[AnyMeasure, ...] = Field(
        default=(),
        description="Further moves that the sides could make; the talks consider them, the package "
        "of the scenario does not hold them.",
    )
    left_out: tuple[str, ...] = Field(
        default=(), description="Labels of moves of the package that the talks leave out."
    )
    groups: dict[str, tuple[str, ...]] = Field(
        default_factory=dict,
        description="Moves that go together in the talks: name of the group, labels of the moves.",
    )
    offers: tuple[AnyMeasure, ...] = Field(
        default=(),
        description="What a side can concede, on top of the state of play. A move in force can "
        "always be lifted and need not be listed.",
    )
    rates: dict[str, Clock] = Field(
        default_factory=dict, description="Impatience of each side, by its name."
    )
    scaling: bool = Field(
        default=True,
        description="Whether a deal can hold every measure in part; else deals are sets of measures.",
    )
    standing_tariffs: bool = Field(
        default=True,
        description="Whether the tariffs in force between the two sides can be cut in a deal.",
    )
    stage: Stage = Field(
        default_factory=Stage, description="What is assumed about threats, offers and breakdown."
    )
    deal_horizon: Literal["short", "medium", "long"] = Field(
        default="medium", description="Horizon at which deals are valued."
    )
    agreed: Agreed | None = Field(
        default=None, description="What was agreed in fact, for comparison."
    )

    def assumptions(self) -> Iterator[dict[str, Any]]:
        """Yield every number of the talks that is assumed, with its range."""
        for measure in (*self.moves, *self.offers):
            yield from measure.assumptions()
        for side, clock in self.rates.items():
            for hazard in clock.hazards:
                if hazard.assumed is not None:
                    yield {
                        "name": f"{side}: rate of '{hazard.name}'",
                        "value": hazard.per_year,
                        "low": hazard.assumed[0],
                        "high": hazard.assumed[1],
                        "unit": "1 a year",
                        "source": hazard.source,
                        "status": "assumed",
                    }
            yield from _assumed(f"{side}: ", TRAITS, clock)
        yield from _assumed("talks: ", SETTING, self.stage)


def _assumed(prefix: str, known: Mapping[str, Assumed], given: Section) -> Iterator[dict[str, Any]]:
    """Yield the numbers of a side or of the talks that are assumed, defaults included."""
    for name, about in known.items():
        value = float(getattr(given, name))
        yield {
            "name": prefix + about.words[:1].lower() + about.words[1:],
            "value": value,
            "low": min(about.low, value),
            "high": max(about.high, value),
            "unit": about.unit,
            "source": "judgement",
            "status": "assumed",
        }


Faults = list[tuple[str, str]]
DEEPER: dict[str, dict[str, type[BaseModel]]] = {
    "rates": {"": Clock, "hazards": Hazard},
    "stage": {"": Stage},
    "agreed": {"": Agreed, "terms": Term},
}


def talks_faults(talks: TalksSection, moves: Sequence[Measure], sides: Sequence[str]) -> Faults:
    """Return (field, message) for everything that does not fit the moves and sides of a scenario."""
    faults: Faults = []
    for name, measures in (("moves", talks.moves), ("offers", talks.offers)):
        faults += [
            (f"talks.{name}[{i}].side", f"{m.side_of} is not a side; add `side:`")
            for i, m in enumerate(measures)
            if m.side_of not in sides
        ]
    faults += [
        (f"talks.rates.{side}", unknown("side", side, list(sides)))
        for side in talks.rates
        if side not in sides
    ]
    faults += [
        (f"talks.rates.{side}.hazards[{i}].assumed", f"does not hold the rate {h.per_year:g}")
        for side, clock in talks.rates.items()
        for i, h in enumerate(clock.hazards)
        if h.assumed is not None and not h.assumed[0] <= h.per_year <= h.assumed[1]
    ]
    return faults + _group_faults(talks, [*moves, *talks.moves])


def deadline_faults(talks: TalksSection, as_of: date | None) -> Faults:
    """Return what is wrong with the deadline of talks that begin on the day of the baseline."""
    deadline = talks.stage.deadline
    if deadline is None:
        return []
    if as_of is None:
        what = "needs `baseline.as_of`, the day on which the talks begin; give it"
    elif deadline <= as_of:
        what = f"got {deadline}; allowed: after the day of the baseline, {as_of}; give a later day"
    else:
        return []
    return [("talks.stage.deadline", what)]


def _group_faults(talks: TalksSection, moves: Sequence[Measure]) -> Faults:
    owner = {move.title(): move.side_of for move in moves}
    faults: Faults = [
        (f"talks.left_out[{i}]", unknown("move", label, list(owner)))
        for i, label in enumerate(talks.left_out)
        if label not in owner
    ]
    taken: dict[str, str] = {}
    for group, labels in talks.groups.items():
        where = f"talks.groups.{group}"
        faults += [
            (f"{where}[{i}]", unknown("move", label, list(owner)))
            for i, label in enumerate(labels)
            if label not in owner
        ]
        faults += [
            (where, f"'{label}' is also in '{taken[label]}'; a move is in one group")
            for label in labels
            if label in taken
        ]
        taken |= dict.fromkeys(labels, group)
        if len({owner[label] for label in labels if label in owner}) > 1:
            faults.append((where, "holds moves of both sides; a group belongs to one side"))
    return faults


def talks_model_at(path: tuple[str, ...], kind: str | None) -> type[BaseModel] | None:
    """Return the model that holds the field at a path below `talks`."""
    if len(path) < 2:
        return TalksSection
    if path[0] in ("moves", "offers"):
        return KINDS.get(kind or "")
    models = DEEPER.get(path[0], {})
    return next((models[name] for name in path[1:-1] if name in models), models.get(""))
