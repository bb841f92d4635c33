"""Leverage by year: the seven measures as technology moves on, as plain data that stand alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

from upperhand.results.decode import part_of_record

#: 10th and 90th percentile of the draws for each side; None where most draws lack the measure.
Ends = tuple[tuple[float | None, float | None], tuple[float | None, float | None]]
Pair = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class LeverageYear:
    """The seven measures in one year.

    Attributes:
        year: The year.
        values: Value for each side by key of the measure; None where it does not exist.
        holder: Who has the upper hand at the central numbers; None when split or even.
        sentence: The answer with its reason.
        ranges: 10th and 90th percentile over draws of technology, by key; empty without draws.
        chance: Share of draws in which the first side, the second side and neither has the upper
            hand; None without draws.
        draws: Draws with an equilibrium for every package.
    """

    year: int
    values: Mapping[str, Pair]
    holder: str | None
    sentence: str
    ranges: Mapping[str, Ends] = field(default_factory=dict)
    chance: tuple[float, float, float] | None = None
    draws: int = 0


@dataclass(frozen=True, slots=True)
class Change:
    """The first year in which something differs from the year before that was looked at.

    Attributes:
        what: `upper hand` or `pain ratio`.
        side: Whose pain ratio; empty for the upper hand.
        before: Last year of the old answer.
        year: First year of the new one; a year later when every year between was solved.
        old: The old answer in words.
        new: The new answer in words.
    """

    what: str
    side: str
    before: int
    year: int
    old: str
    new: str

    def sentence(self) -> str:
        """Return the change in words.

        Examples:
            >>> Change("upper hand", "", 2030, 2031, "split", "CHN").sentence()
            'upper hand: split until 2030, CHN from 2031'
        """
        what = f"{self.what} of {self.side}" if self.side else self.what
        return f"{what}: {self.old} until {self.before}, {self.new} from {self.year}"


@dataclass(frozen=True, slots=True)
class LeverageYears:
    """The seven measures along a path.

    Attributes:
        sides: Codes or names of the two sides.
        horizon: At which every threat is judged, as one made in that year.
        years: The years that were solved, in order.
        changes: When the upper hand changes sides and a pain ratio crosses one.
        failures: Years without an answer, and why.
        seed: Seed of the draws.
        notes: What is solved in each year, and what is kept.
    """

    sides: tuple[str, str]
    horizon: str
    years: tuple[LeverageYear, ...]
    changes: tuple[Change, ...] = ()
    failures: tuple[tuple[int, str], ...] = ()
    seed: int = 1
    notes: tuple[str, ...] = ()

    @property
    def has_ranges(self) -> bool:
        """True when some year has draws."""
        return any(one.draws for one in self.years)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> LeverageYears:
        """Return the leverage that `to_dict` described.

        Raises:
            RecordError: If the content does not describe it.
        """
        return part_of_record(cls, content, "leverage", "path")


def changes_between(sides: tuple[str, str], years: tuple[LeverageYear, ...]) -> tuple[Change, ...]:
    """Return when the upper hand changes sides and when a side's pain ratio crosses one.

    Examples:
        >>> def at(year: int, ratio: float, holder: str | None) -> LeverageYear:
        ...     return LeverageYear(year, {"pain_ratio": (ratio, None)}, holder, "")
        >>> years = (at(2026, 0.9, None), at(2027, 1.1, "CHN"))
        >>> for change in changes_between(("USA", "CHN"), years):
        ...     print(change.sentence())
        upper hand: split or even until 2026, CHN from 2027
        pain ratio of USA: below one until 2026, above one from 2027
    """
    found = []
    for one, then in pairwise(years):
        old, new = (item.holder or "split or even" for item in (one, then))
        if old != new:
            found.append(Change("upper hand", "", one.year, then.year, old, new))
    for k, side in enumerate(sides):
        known = [
            (one.year, ratio)
            for one in years
            if (ratio := one.values.get("pain_ratio", (None, None))[k]) is not None
        ]
        for (before, x), (year, y) in pairwise(known):
            if (x - 1.0) * (y - 1.0) < 0:
                words = ("below one", "above one") if x < y else ("above one", "below one")
                found.append(Change("pain ratio", side, before, year, *words))
    return tuple(found)
