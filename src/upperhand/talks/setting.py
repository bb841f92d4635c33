"""What the threat stage and the protocols of talks assume beyond payoffs: defaults with ranges.

None of these numbers can be read from trade flows. Each is a judgement with a wide range, listed
among the assumptions of a run, and can be set in the section `talks` of a scenario.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Assumed:
    """A number that is assumed.

    Attributes:
        value: The default.
        low: Smallest value considered.
        high: Largest value considered.
        unit: Its unit.
        words: What it is.
    """

    value: float
    low: float
    high: float
    unit: str
    words: str


#: Of a side.
TRAITS = {
    "audience_pct": Assumed(
        0.05, 0.0, 0.5, "per cent of real income",
        "Cost at home of backing down from a threat once made, after a year of it",
    ),
    "political_weight": Assumed(
        1.25, 1.0, 2.0, "1", "Political weight of the sectors that its threatened tariff protects"
    ),
    "harm_weight": Assumed(
        0.25, 0.0, 0.7, "1", "What one per cent lost by the other side is worth to it, in per cent"
    ),
    "stubborn_pct": Assumed(
        10.0, 1.0, 30.0, "per cent", "Chance that it is of a kind that never gives in"
    ),
}  # fmt: skip

#: Of the talks.
SETTING = {
    "private_pct": Assumed(
        0.1, 0.03, 0.5, "per cent of real income",
        "Standard deviation of what a side knows about its own payoffs and the other does not",
    ),
    "offer_days": Assumed(7.0, 1.0, 30.0, "days", "Time between two offers"),
    "breakdown_per_year": Assumed(
        0.5, 0.1, 2.0, "1 a year", "Rate at which talks break down by themselves"
    ),
    "partners": Assumed(
        5.0, 1.0, 20.0, "1", "Confrontations to come in which others remember this one, itself included"
    ),
    "tough_pct": Assumed(
        10.0, 1.0, 50.0, "per cent", "Belief that the threatener is of a kind that always carries out"
    ),
    "punish_years": Assumed(
        5.0, 1.0, 20.0, "years", "Time for which a broken deal is punished, when not for ever"
    ),
}  # fmt: skip


def _trait(name: str) -> float:
    return TRAITS[name].value


def _setting(name: str) -> float:
    return SETTING[name].value


@dataclass(frozen=True, slots=True)
class Traits:
    """What is assumed about a side; see `TRAITS` for units and ranges.

    Examples:
        >>> Traits().harm_weight
        0.25
    """

    audience_pct: float = _trait("audience_pct")
    political_weight: float = _trait("political_weight")
    harm_weight: float = _trait("harm_weight")
    stubborn_pct: float = _trait("stubborn_pct")
    legal_hazard: float = 0.0


@dataclass(frozen=True, slots=True)
class Setting:
    """What is assumed about the talks; see `SETTING` for units and ranges.

    Attributes:
        days_left: Days until a deadline; None without one.
        deadline: The day of the deadline, for words.

    Examples:
        >>> Setting().offer_days
        7.0
    """

    private_pct: float = _setting("private_pct")
    offer_days: float = _setting("offer_days")
    breakdown_per_year: float = _setting("breakdown_per_year")
    partners: float = _setting("partners")
    tough_pct: float = _setting("tough_pct")
    punish_years: float = _setting("punish_years")
    days_left: float | None = None
    deadline: date | None = None
