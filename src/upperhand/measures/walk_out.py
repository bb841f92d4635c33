"""Walking out: a move in the talks that changes no wedge."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from upperhand.measures.base import Array, Measure, Number, strength
from upperhand.measures.change import Change
from upperhand.measures.labels import Labels, country_fault
from upperhand.measures.names import Others, country_faults
from upperhand.world.world import World


class WalkOut(Measure):
    """A side leaves the table: payoffs stay those without an agreement (eq. 4.13).

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> exit = WalkOut(by="USA", against=["CHN"], months=6, status="threat")
        >>> exit.describe(toy_world()).changes
        False
    """

    kind: Literal["walk_out"] = "walk_out"
    against: Others = Field(description="Whom it no longer talks to.", min_length=1)
    months: Number = strength(
        "Months without talks; read by the talks, not by the equilibrium.",
        unit="months", low=0, high=1_200, default=6.0,
    )  # fmt: skip
    strengths: ClassVar[tuple[str, ...]] = ("months",)
    assumed_by_default: ClassVar[dict[str, tuple[float, float]]] = {"months": (1.0, 24.0)}

    def wedges(self, world: World) -> dict[str, Array]:  # noqa: ARG002 - no wedge on any world
        """Return no wedge (eq. 4.13)."""
        return {}

    def describe(self, world: World) -> Change:  # noqa: ARG002 - no wedge on any world
        """Say that nothing changes in the economy."""
        why = "a move in the talks, without a wedge"
        return Change(self.title(), self.kind, "no wedge", "%", 0.0, 0.0, 0.0, False, why)  # noqa: FBT003 - a field of the record

    def label_faults(self, labels: Labels) -> list[tuple[str, str]]:
        """Return (field, message) for every unknown country."""
        actor = country_fault(self.by, labels)
        found = [("against" + where, what) for where, what in country_faults(self.against, labels)]
        return ([("by", actor)] if actor else []) + found

    def title(self) -> str:
        """Return the label, or words made from actor and others."""
        return self.label or f"{self.by} walks out on {'+'.join(self.against)}"
