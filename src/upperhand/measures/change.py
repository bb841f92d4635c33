"""What a measure changes on a world, in numbers and in words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """What a measure changes on a world: old and new rate, and the trade that it covers.

    Attributes:
        label: The measure in words.
        kind: Instrument.
        wedge: What changes, in words: `tariff`, `export tax`, `varieties available`, `subsidy`.
        unit: Unit of `old` and `new`.
        old: Average before, weighted by the flows covered.
        new: Average after.
        trade_usd_million: Flows covered, USD million a year at the border (output, for a subsidy).
        changes: False when applying the measure changes nothing.
        note: Why nothing changes, or the empty string.
        scope: Sectors that were split and what they stand for here, or the empty string.
    """

    label: str
    kind: str
    wedge: str
    unit: str
    old: float
    new: float
    trade_usd_million: float
    changes: bool
    note: str = ""
    scope: str = ""

    def sentence(self) -> str:
        """Return the change in words."""
        covered = f"USD {self.trade_usd_million / 1e3:,.1f} bn covered"
        text = f"{self.label}: {self.wedge} {self.old:.1f} -> {self.new:.1f} {self.unit}, {covered}"
        text += f" ({self.scope})" if self.scope else ""
        return text if self.changes else f"{text}; changes nothing: {self.note}"
