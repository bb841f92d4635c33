"""What a split did: target and outcome of every figure, and the standing of every cell."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, get_args

from upperhand.core.errors import OptionError, raise_faults, unknown
from upperhand.world.split_parts import OTHERS, Figure, Part, Status

#: Rule by quantity for the cells that no figure names.
RULES = {
    "output": "the part's world total spread over countries like the parent's output",
    "trade": "output of the part times the parent's destinations, fitted to the parent's flows",
    "use": "used like the parent, fitted to the parent's uses",
    "inputs": "made like the parent, fitted to the parent's inputs",
    "value_added": "value-added share of the parent, fitted to the parent's value added",
    "tariff": "the parent's rate, scaled so that the parent's revenue is kept",
    "elasticity": "the parent's",
}
#: A cell that follows from a rule alone may be off by this factor either way.
RULE_FACTOR = 2.0
ALIASES = {"origin": "output", "world_output": "output", "purchases": "trade"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure: what was asked, what the balanced table holds, where it comes from."""

    part: str
    quantity: str
    labels: tuple[str, ...]
    status: Status
    target: float
    reached: float
    low: float
    high: float
    unit: str
    source: str

    @property
    def holds(self) -> bool:
        """True when the balanced table lies within the figure's range (to a thousandth)."""
        slack = 1e-3 * max(abs(self.target), 1e-12)
        return self.low - slack <= self.reached <= self.high + slack


@dataclass(frozen=True, slots=True)
class Standing:
    """Standing of one cell: status, range as factors of its value, and why."""

    status: Status
    low_factor: float
    high_factor: float
    source: str


@dataclass(frozen=True)
class SplitReport:
    """What a split did.

    Attributes:
        parent: Sector that was split.
        parts: Codes of its parts.
        entries: One per figure given.
        rows_gap: Largest gap of the parent's totals after the split, as a share of output.
    """

    parent: str
    parts: tuple[str, ...]
    entries: tuple[Entry, ...]
    rows_gap: float

    def missed(self) -> tuple[Entry, ...]:
        """Return the figures that the parent's totals do not allow to hold."""
        return tuple(entry for entry in self.entries if not entry.holds)

    def standing(self, part: str, quantity: str, *labels: str) -> Standing:
        """Return whether a cell is sourced, derived or assumed, with its range.

        Args:
            part: Code of a part.
            quantity: `output`, `trade`, `use`, `inputs`, `value_added`, `tariff`, `elasticity`.
            labels: Country for output; exporter and importer for trade and tariff; user or input.
        """
        known = sorted(RULES)
        faults = [] if part in self.parts else [unknown("part", part, self.parts)]
        faults += [] if quantity in RULES else [unknown("quantity", quantity, known)]
        raise_faults(OptionError, faults, what="standing")
        found = [e for e in self.entries if e.part == part and _speaks_of(e, quantity, labels)]
        if not found:
            return Standing("derived", 1 / RULE_FACTOR, RULE_FACTOR, RULES[quantity])
        entry = max(found, key=lambda e: len(e.labels))
        base = entry.target if entry.target else 1.0
        return Standing(entry.status, entry.low / base, entry.high / base, entry.source)

    def counts(self) -> dict[str, int]:
        """Return how many figures are sourced, derived and assumed."""
        return {s: sum(e.status == s for e in self.entries) for s in get_args(Status)}

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data for JSON."""
        return {
            "parent": self.parent,
            "parts": list(self.parts),
            "rows_gap": self.rows_gap,
            "figures": [{**asdict(e), "labels": list(e.labels)} for e in self.entries],
            "rules": dict(RULES),
        }

    def __str__(self) -> str:
        counts = ", ".join(f"{n} {status}" for status, n in self.counts().items())
        lines = [f"{self.parent} -> {', '.join(self.parts)}: {counts} figures"]
        for e in self.entries:
            mark = "" if e.holds else "  (outside its range: the parent's totals do not allow it)"
            label = "/".join((e.part, e.quantity, *e.labels))
            lines.append(f"  {label:<44} {e.target:>12.5g} -> {e.reached:>12.5g}{mark}")
        return "\n".join(lines)


def _speaks_of(entry: Entry, quantity: str, labels: tuple[str, ...]) -> bool:
    own = (
        "value_added"
        if entry.quantity == "inputs" and entry.labels[-1:] == ("VA",)
        else entry.quantity
    )
    if ALIASES.get(own, own) != quantity:
        return False
    if quantity in ("use", "inputs"):
        return entry.labels in (labels, labels[-1:])
    if quantity == "value_added":
        return entry.labels[:-1] in ((), labels)
    if quantity in ("trade", "tariff"):
        return _matches(entry.labels, labels) or entry.labels == labels[1:]
    return not entry.labels or _matches(entry.labels, labels)


def _matches(given: tuple[str, ...], asked: tuple[str, ...]) -> bool:
    return len(given) == len(asked) and all(
        g in (OTHERS, a) for g, a in zip(given, asked, strict=True)
    )


def entry(part: Part, quantity: str, labels: tuple[str, ...], figure: Figure, now: float) -> Entry:
    """Return the entry of one figure, `now` being what the balanced table holds."""
    low, high = figure.bounds
    return Entry(
        part.code,
        quantity,
        labels,
        figure.status,
        float(figure.value),
        float(now),
        float(low),
        float(high),
        figure.unit,
        figure.source,
    )
