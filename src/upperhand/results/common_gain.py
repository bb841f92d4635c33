"""`CommonGain`: what all gain alike when they set their tariffs together."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import isnan
from typing import TYPE_CHECKING, Any, Self

from upperhand.core.errors import NoEquilibriumError

if TYPE_CHECKING:
    import xarray as xr

    from upperhand.results.counterfactual import Counterfactual

ADVICE = {
    "agreed": "",
    "not_settled": "raise `max_sweeps`, or narrow `bounds`",
    "no_gain": "there is nothing to agree on from here within the bounds",
    "no_equilibrium": "lower the upper bound",
}


@dataclass(frozen=True, slots=True)
class CommonGain:
    """Tariffs with the largest gain, in per cent of government welfare, that is common to all.

    This is the egalitarian solution in per-cent gains over the start; it is not the Nash product,
    and it depends on the units in which gains are compared.

    Attributes:
        players: Codes of those who talk.
        ending: `agreed`, `no_gain` (nobody can gain without another's loss), `not_settled` or
            `no_equilibrium`.
        gain: The common gain, a fraction of government welfare at the start.
        spread: Largest less smallest gain.
        weights: Weight of each country at which a planner would choose the same tariffs; they
            add to 1.
        counterfactual: The world at the agreed tariffs, compared with the start.
        found: Common gain from each first point of the search; NaN where it did not settle. Two
            different numbers are two local optima: the largest is reported.
        slope: Largest derivative of the weighted sum by a log rate that is free to move.
        sweeps: Rounds of the search that is reported.
        method: How it was found and selected, in words.
        options: Bounds and tolerances as given.

    Examples:
        >>> CommonGain.__name__
        'CommonGain'
    """

    players: tuple[str, ...]
    ending: str
    gain: float
    spread: float
    weights: dict[str, float]
    counterfactual: Counterfactual
    found: dict[str, float]
    slope: float
    sweeps: int
    method: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """True when the tariffs may be used as an agreement."""
        return self.ending == "agreed"

    @property
    def tariff(self) -> xr.DataArray:
        """Agreed tariffs (exporter, importer, sector), as fractions."""
        return self.counterfactual["tariff"]

    def require_agreed(self) -> Self:
        """Return this result when it is an agreement.

        Raises:
            NoEquilibriumError: With the ending in words, if it is not.
        """
        if not self.ok:
            raise NoEquilibriumError(self.sentence())
        return self

    def sentence(self) -> str:
        """Return the ending in words, with what to do about it."""
        if self.ok:
            local = len({f"{gain:.5f}" for gain in self.found.values() if not isnan(gain)})
            others = f"; best of {local} local optima" if local > 1 else ""
            return f"common gain of {self.gain:.2%} (spread {self.spread:.1e}{others})"
        return f"no agreement: {self.ending.replace('_', ' ')}; {ADVICE[self.ending]}"

    def __repr__(self) -> str:
        rows = [f"{name:<8}{weight:>9.4f}" for name, weight in self.weights.items()]
        return "\n".join([self.sentence(), f"{'player':<8}{'weight':>9}", *rows])
