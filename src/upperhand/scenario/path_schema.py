"""The section `path:` of a scenario: its years, and when moves come, go and are known of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, Field

from upperhand.core.errors import unknown
from upperhand.measures.base import Measure, Number
from upperhand.scenario.section import Section

FIRST_YEAR, LAST_YEAR, MOST_YEARS = 2014, 2100, 60
#: What a condition may look at: unit, and the highest number that it can be.
STATES = {"gap": ("generations", 20.0), "lag": ("years", 50.0), "domestic_share": ("1", 1.0)}

Faults = list[tuple[str, str]]


def _whole(description: str, low: int, high: int, **more: Any) -> Any:
    """Return a field of a whole number whose range is checked with everything else."""
    about: dict[str, Any] = {"minimum": low, "maximum": high}
    return Field(description=description, strict=True, json_schema_extra=about, **more)


class MovePolicy(Section):
    """A move, and when it is in force beyond its first and last day."""

    kind: str
    move: str = Field(description="Label of the move; a move has one policy.", min_length=1)


class Intermittent(MovePolicy):
    """A move that comes and goes in turns of whole years, from its first day on."""

    kind: Literal["intermittent"]
    years_on: int = _whole("Years in force in each turn.", 1, MOST_YEARS)
    years_off: int = _whole("Years not in force in each turn.", 1, MOST_YEARS)


class Announced(MovePolicy):
    """A move of which buyers know in advance; they lay in stocks from then on."""

    kind: Literal["announced"]
    on: date = Field(
        alias="date",
        description="Day on which buyers learn of it, before the move's `from` (ISO date).",
    )


class Conditional(MovePolicy):
    """A move in force in the periods that begin with a technology beyond a number."""

    kind: Literal["conditional"]
    state: Literal["gap", "lag", "domestic_share"] = Field(
        description="What is looked at: generations behind, years behind, share of domestic "
        "suppliers (0 to 1, of the period before)."
    )
    technology: str = Field(description="Technology that is looked at.", min_length=1)
    above: Number | None = Field(default=None, description="In force while the state is above it.")
    below: Number | None = Field(default=None, description="In force while the state is below it.")


AnyPolicy = Annotated[Intermittent | Announced | Conditional, Field(discriminator="kind")]
POLICY_KINDS: dict[str, type[MovePolicy]] = {
    "intermittent": Intermittent, "announced": Announced, "conditional": Conditional,
}  # fmt: skip


class PathSection(Section):
    """The years ahead: which ones, and policies beyond the dates of the moves."""

    tags: ClassVar[tuple[str, ...]] = tuple(POLICY_KINDS)

    first: int | None = _whole(
        "First year; the one after the baseline's day when not given.",
        FIRST_YEAR, LAST_YEAR, default=None,
    )  # fmt: skip
    last: int | None = _whole(
        "Last year; ten years in all when not given.", FIRST_YEAR, LAST_YEAR, default=None
    )
    policies: tuple[AnyPolicy, ...] = Field(
        default=(),
        description="Moves that come and go, are announced ahead, or depend on a technology; the "
        "others are in force from their `from` to their `until`.",
    )

    def policy_of(self, move: Measure) -> AnyPolicy | None:
        """Return what the section says of a move, if anything."""
        return next((one for one in self.policies if one.move == move.title()), None)


def path_faults(path: PathSection, moves: Sequence[Measure]) -> Faults:
    """Return (field, message) for everything that is out of order, out of range or unknown."""
    faults = _year_faults(path)
    first: dict[str, int] = {}
    for i, one in enumerate(path.policies):
        where = f"path.policies[{i}]"
        faults += [(f"{where}.move", what) for what in _move_faults(one.move, moves)]
        if one.move in first:
            what = f"'{one.move}' also has policies[{first[one.move]}]; a move has one policy"
            faults.append((f"{where}.move", what))
        first.setdefault(one.move, i)
        faults += [(f"{where}.{name}", what) for name, what in _own_faults(one, moves)]
    return faults


def _year_faults(path: PathSection) -> Faults:
    first, last = path.first, path.last
    faults = [
        (f"path.{name}", f"got {year}; allowed: {FIRST_YEAR} to {LAST_YEAR}")
        for name, year in (("first", first), ("last", last))
        if year is not None and not FIRST_YEAR <= year <= LAST_YEAR
    ]
    if first is not None and last is not None:
        if last < first:
            what = f"got {last}, before the first year {first}; put the later year here"
            faults.append(("path.last", what))
        elif last - first >= MOST_YEARS:
            what = f"got {last}, {last - first + 1} years in all; allowed: {MOST_YEARS} at most"
            faults.append(("path.last", what))
    return faults


def _move_faults(label: str, moves: Sequence[Measure]) -> list[str]:
    known = Counter(move.title() for move in moves)
    if label not in known:
        return [unknown("move", label, list(known))]
    if known[label] > 1:
        return [f"'{label}' names {known[label]} moves; give each a `label` of its own"]
    return []


def _own_faults(one: AnyPolicy, moves: Sequence[Measure]) -> Faults:
    if isinstance(one, Intermittent):
        return [
            (name, f"got {years}; allowed: 1 to {MOST_YEARS} years")
            for name, years in (("years_on", one.years_on), ("years_off", one.years_off))
            if not 1 <= years <= MOST_YEARS
        ]
    if isinstance(one, Announced):
        return _announced_faults(one, moves)
    return _condition_faults(one)


def _announced_faults(one: Announced, moves: Sequence[Measure]) -> Faults:
    move = next((move for move in moves if move.title() == one.move), None)
    if move is None:
        return []
    if move.from_ is None:
        return [("date", f"'{one.move}' has no first day; give the move `from`")]
    if one.on >= move.from_:
        return [("date", f"got {one.on}; allowed: before the move's first day, {move.from_}")]
    return []


def _condition_faults(one: Conditional) -> Faults:
    faults: Faults = []
    named = [name for name in ("above", "below") if getattr(one, name) is not None]
    if len(named) != 1:
        what = "both are given" if named else "neither is given"
        faults.append(("above", f"{what}; give one of `above` and `below`"))
    unit, high = STATES[one.state]
    for name in named:
        value = getattr(one, name)
        if not 0 <= value <= high:
            faults.append(
                (name, f"{one.state} got {value:g}; allowed: 0 to {high:g} (unit {unit})")
            )
    return faults + _technology_faults(one)


def _technology_faults(one: Conditional) -> Faults:
    from upperhand.technology.goods import technology

    goods = technology().goods
    minerals = [good.name for good in goods if good.mineral]
    with_it = [g.name for g in goods if one.state == "domestic_share" or not g.mineral]
    if one.technology in minerals and one.technology not in with_it:
        what = f"{one.technology} is a mineral and has no {one.state}; look at its domestic_share"
        return [("state", what)]
    if one.technology not in with_it:
        return [("technology", unknown("technology", one.technology, with_it))]
    return []


def path_model_at(path: tuple[str, ...], kind: str | None) -> type[BaseModel] | None:
    """Return the model that holds the field at a path below `path`."""
    return POLICY_KINDS.get(kind or "") if path[:1] == ("policies",) and path[1:] else PathSection
