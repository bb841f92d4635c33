"""The section `talks:` of a scenario: what can be conceded, how patient the sides are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, Field

from upperhand.core.errors import unknown
from upperhand.measures.base import Measure, Number, strength
from upperhand.measures.registry import KINDS, AnyMeasure
from upperhand.scenario.section import Section


class Hazard(Section):
    """A political event that would take the value of a deal from a side."""

    name: str = Field(description="The event in words.", min_length=1)
    per_year: Number = strength("Rate at which it comes.", unit="1 a year", low=0, high=12)
    source: str = Field(default="judgement", description="Where the rate was read.")
    assumed: tuple[Number, Number] | None = Field(
        default=None, description="Lowest and highest rate, when it is assumed."
    )


class Clock(Section):
    """How impatient a side is: a discount rate and the events that could overtake it."""

    discount_rate: Number = strength(
        "Discount rate.", unit="1 a year", low=0.001, high=0.99, default=0.05
    )
    hazards: tuple[Hazard, ...] = Field(default=(), description="Events, each with its rate.")


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


Faults = list[tuple[str, str]]
DEEPER: dict[str, dict[str, type[BaseModel]]] = {
    "rates": {"": Clock, "hazards": Hazard},
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
