"""How a solve ended, and whether its numbers may be used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Ending = Literal[
    "converged", "step_limit", "no_source", "stranded", "nonpositive_income", "not_finite"
]

ADVICE: dict[str, str] = {
    "converged": "",
    "step_limit": "raise `max_steps`, or apply a smaller share of the shock",
    "no_source": "leave at least one source of the good open, or lower the share that is banned",
    "stranded": "open a way for the imbalance, or use closure='share' or 'purge'",
    "nonpositive_income": "apply a smaller share of the shock, or use closure='share'",
    "not_finite": "check the size of the wedges; a rate beyond 1e6 per cent is better given as a ban",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a solve, judged by the economic residual and not by the solver's own flag.

    Attributes:
        ending: `converged`, `step_limit`, `no_source` (a needed good lost its last source),
            `stranded` (an imbalance that no trade can carry), `nonpositive_income` or `not_finite`.
        residual: Largest gap of the equilibrium conditions, as a share of income or price.
        steps: Evaluations of the equilibrium map.
        method: The rung of the solver ladder that gave the answer.
        feasible_share: Largest share of the shock, between 0 and 1, with an equilibrium; 1 when
            the whole shock has one.
        detail: Labels of what went wrong, in words.

    Examples:
        >>> Outcome("converged", 1e-14, 44, "anderson").ok
        True
    """

    ending: Ending
    residual: float
    steps: int
    method: str
    feasible_share: float = 1.0
    detail: str = ""

    @property
    def ok(self) -> bool:
        """True when the numbers are an equilibrium."""
        return self.ending == "converged"

    def sentence(self) -> str:
        """Return the ending in words, with what to do about it."""
        if self.ok:
            return f"equilibrium found (residual {self.residual:.1e}, {self.steps} steps)"
        why = self.ending.replace("_", " ") + (f": {self.detail}" if self.detail else "")
        return (
            f"no equilibrium: {why}; {ADVICE[self.ending]} (residual {self.residual:.1e} after "
            f"{self.steps} steps; feasible share of the shock {self.feasible_share:.0%})"
        )
