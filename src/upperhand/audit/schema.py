"""A file of claims: what somebody says, and the test that could show it wrong."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BaseModel, Field, field_validator, model_validator

from upperhand.audit.errors import ClaimError
from upperhand.core.errors import UpperhandError
from upperhand.measures.base import Number
from upperhand.measures.names import LabelFaults
from upperhand.scenario.section import Section

TESTS = ("fact", "model", "belief", "not_testable")
HorizonName = Literal["short", "medium", "long"]
HORIZONS: tuple[HorizonName, ...] = ("short", "medium", "long")
Together = Literal["all", "any", "most"]
Joined = Literal["all", "any", "most", "agree"]


class ClaimSection(Section):
    """A section of a file of claims."""

    raises: ClassVar[type[UpperhandError]] = ClaimError
    tags: ClassVar[tuple[str, ...]] = TESTS


class Bounded(ClaimSection):
    """A number that is compared with one bound."""

    above: Number | None = Field(default=None, description="True when the number is above this.")
    at_least: Number | None = Field(default=None, description="True when it is this or more.")
    below: Number | None = Field(default=None, description="True when the number is below this.")
    at_most: Number | None = Field(default=None, description="True when it is this or less.")

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        given = [name for name in BOUNDS if getattr(self, name) is not None]
        if len(given) != 1:
            got = ", ".join(given) or "none"
            raise LabelFaults([("", f"got {got}; give one of {', '.join(BOUNDS)}")])
        return self

    @property
    def bound(self) -> float:
        """The threshold."""
        return next(float(v) for v in (getattr(self, n) for n in BOUNDS) if v is not None)

    @property
    def wants_more(self) -> bool:
        """True when larger numbers speak for the claim."""
        return self.above is not None or self.at_least is not None

    def holds(self, number: float) -> bool:
        """Say whether a number passes."""
        if self.above is not None:
            return number > self.above
        if self.below is not None:
            return number < self.below
        return number >= self.bound if self.at_least is not None else number <= self.bound

    def bound_words(self) -> str:
        """Return the bound in words."""
        name = next(n for n in BOUNDS if getattr(self, n) is not None)
        return f"{name.replace('_', ' ')} {self.bound:g}"


BOUNDS = ("above", "at_least", "below", "at_most")


class FactRef(ClaimSection):
    """One fact of the packaged table."""

    metric: str = Field(description="Name of the series.", min_length=1)
    entity: str = Field(description="Country code, pair, firm, product or node.", min_length=1)
    period: str = Field(default="", description="Period as the table spells it; empty if undated.")

    @field_validator("period", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        """Take a year or a day, which YAML reads as a number or a date, for its text."""
        if isinstance(value, dt.date):
            return value.isoformat()
        return str(value) if type(value) is int else value


class FactCheck(Bounded):
    """A fact, or the difference or ratio of two, against a bound."""

    words: str = Field(default="", description="What is compared, in words.")
    fact: FactRef = Field(description="The fact: metric, entity, period.")
    less: FactRef | None = Field(default=None, description="A fact that is taken off.")
    over: FactRef | None = Field(default=None, description="A fact that it is divided by.")

    @model_validator(mode="after")
    def _one_operation(self) -> Self:
        if self.less is not None and self.over is not None:
            raise LabelFaults([("", "got less and over; give one of them")])
        return self


class ModelCheck(Bounded):
    """A quantity of a run, or the difference or ratio of two, against a bound."""

    words: str = Field(default="", description="What is compared, in words.")
    quantity: str = Field(
        description="Path of a number of a run, e.g. `headline/percent/USA`.", min_length=1
    )
    less: str | None = Field(default=None, description="A quantity that is taken off.")
    over: str | None = Field(default=None, description="A quantity that it is divided by.")

    @model_validator(mode="after")
    def _one_operation(self) -> Self:
        if self.less is not None and self.over is not None:
            raise LabelFaults([("", "got less and over; give one of them")])
        return self

    @property
    def paths(self) -> tuple[str, ...]:
        """Every quantity that the check reads."""
        return tuple(path for path in (self.quantity, self.less, self.over) if path)


class ClaimBase(ClaimSection):
    """What every claim has."""

    id: str = Field(
        description="Short name, unique in the file.", pattern=r"^[a-z0-9][a-z0-9-]{0,59}$"
    )
    quote: str = Field(default="", description="The sentence itself, in quotation.")
    words: str = Field(default="", description="The claim in our own words.")
    speaker: str = Field(default="", description="Who says it.")
    date: dt.date | None = Field(default=None, description="When it was said (ISO date).")
    note: str = Field(default="", description="What the test leaves open.")

    @model_validator(mode="after")
    def _said_somehow(self) -> Self:
        if not self.quote and not self.words:
            raise LabelFaults([("words", "missing; state the claim, or give `quote`")])
        return self


class FactClaim(ClaimBase):
    """A claim that facts can decide."""

    test: Literal["fact"]
    checks: tuple[FactCheck, ...] = Field(description="What facts must show.", min_length=1)
    holds: Together = Field(default="all", description="Which checks must hold: all, any, most.")


class ModelClaim(ClaimBase):
    """A claim about the effect of measures, which runs can decide."""

    test: Literal["model"]
    checks: tuple[ModelCheck, ...] = Field(description="What runs must show.", min_length=1)
    holds: Joined = Field(
        default="all",
        description="Which checks must hold: all, any, most; agree: some, and none fails.",
    )
    scenario: str = Field(default="", description="Scenario; that of the file when not given.")
    horizons: tuple[HorizonName, ...] = Field(
        default=HORIZONS, description="Horizons that count: short, medium, long.", min_length=1
    )


class Believed(Bounded):
    """What somebody must believe of a parameter."""


class BeliefClaim(ClaimBase):
    """A claim about what somebody must believe, read off a move that was made.

    The move is rational where the quantity passes the bound; the set of parameters where it does
    is the belief that the move reveals.
    """

    test: Literal["belief"]
    parameter: str = Field(
        description="Field of the scenario, e.g. `options.elasticities.ai_accelerators`.",
        min_length=1,
    )
    parameter_words: str = Field(description="The parameter in words.", min_length=1)
    low: Number = Field(description="Lowest value considered.")
    high: Number = Field(description="Highest value considered.")
    rational: ModelCheck = Field(description="When the move pays: a quantity against a bound.")
    bound_range: tuple[Number, Number] | None = Field(
        default=None, description="Range of the bound, which is assumed: [lowest, highest]."
    )
    believed: Believed = Field(description="What the claim says must be believed of the parameter.")
    scenario: str = Field(default="", description="Scenario; that of the file when not given.")
    horizons: tuple[HorizonName, ...] = Field(
        default=HORIZONS, description="Horizons that count: short, medium, long.", min_length=1
    )

    @model_validator(mode="after")
    def _ranges_in_order(self) -> Self:
        faults = []
        if not self.low < self.high:
            faults.append(("low", f"got {self.low:g}; allowed: below high ({self.high:g})"))
        if self.bound_range and not self.bound_range[0] <= self.bound_range[1]:
            faults.append(("bound_range", "the lowest value comes first"))
        if faults:
            raise LabelFaults(faults)
        return self


class UntestableClaim(ClaimBase):
    """A claim that neither facts nor the model can decide."""

    test: Literal["not_testable"]
    reason: str = Field(description="Why not, and what would be needed.", min_length=1)


Claim = Annotated[
    FactClaim | ModelClaim | BeliefClaim | UntestableClaim, Field(discriminator="test")
]
CLAIMS: dict[str, type[ClaimBase]] = {
    "fact": FactClaim,
    "model": ModelClaim,
    "belief": BeliefClaim,
    "not_testable": UntestableClaim,
}


class About(ClaimSection):
    """The text whose claims are tested."""

    title: str = Field(default="", description="What it is, in our own words.")
    date: dt.date | None = Field(default=None, description="Day of publication (ISO date).")
    url: str = Field(default="", description="Address.")


class Claims(ClaimSection):
    """A file of claims."""

    version: Literal[1] = Field(default=1, description="Version of this format.")
    title: str = Field(description="One line.", min_length=1, max_length=200)
    thesis: str = Field(default="", description="What the claims add up to.")
    about: About = Field(default_factory=About, description="The text that makes the claims.")
    scenario: str = Field(
        default="october-2025", description="Scenario of the model and belief claims."
    )
    variants: tuple[str, ...] = Field(
        default=(), description="Variants of the scenario that count as assumptions."
    )
    vary: dict[str, tuple[Number, Number]] = Field(
        default_factory=dict,
        description="Fields of the scenario that are varied too, each with [lowest, highest].",
    )
    notes: tuple[str, ...] = Field(default=(), description="What a reader should know.")
    claims: tuple[Claim, ...] = Field(description="The claims.", min_length=1, max_length=200)

    @field_validator("claims")
    @classmethod
    def _each_once(cls, claims: tuple[ClaimBase, ...]) -> tuple[ClaimBase, ...]:
        ids = [claim.id for claim in claims]
        twice = [(f"[{i}].id", f"'{name}' is taken; give another") for i, name in enumerate(ids)
                 if name in ids[:i]]  # fmt: skip
        if twice:
            raise LabelFaults(twice)
        return claims


def model_at(path: tuple[str | int, ...], test: str | None) -> type[BaseModel] | None:
    """Return the model that holds the field at `path` of a file of claims."""
    names = [part for part in path if isinstance(part, str)]
    if names[:1] == ["about"] and len(names) > 1:
        return About
    if names[:1] != ["claims"] or len(path) < 3:
        return Claims
    inner = names[1:]
    if len(inner) > 1 and inner[0] in ("checks", "rational"):
        if inner[1] in ("fact", "less", "over") and len(inner) > 2:
            return FactRef
        return FactCheck if test == "fact" else ModelCheck
    if len(inner) > 1 and inner[0] == "believed":
        return Believed
    return CLAIMS.get(test or "", ClaimBase)
