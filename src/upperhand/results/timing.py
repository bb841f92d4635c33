"""When controls and counter-bans are in force in equilibrium, as plain data that stand alone."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

#: Rules by which one of several equilibria is taken, in words; the first is that of the courses.
SELECTIONS = (
    "of several equilibria the one with the largest sum of payoffs",
    "of several equilibria the one that the leader likes best",
    "of several equilibria the one that the follower likes best",
)


@dataclass(frozen=True, slots=True)
class Course:
    """What happens by year when a generation is worth so much to both sides.

    Where the year before leads between two points of the grid of states, both follow with a
    weight; so a chance between 0 and 1 is rarely a coin that somebody tosses.

    Attributes:
        weight: USD billion a year for each generation of lead.
        controls: Chance that the leader withholds, by year.
        bans: Chance that the follower keeps its buyers away, by year.
        gap: Generations behind, expected, at the start of each year.
        stock: The follower's stock, expected, years of use.
        by_selection: Whether another choice among several equilibria changes the course.
    """

    weight: float
    controls: tuple[float, ...]
    bans: tuple[float, ...]
    gap: tuple[float, ...]
    stock: tuple[float, ...]
    by_selection: bool


@dataclass(frozen=True, slots=True)
class Threshold:
    """The worth of a generation from which a side acts in the first year, USD billion a year.

    Attributes:
        value: At the reference parameters; None where it acts at no weight tried.
        low: 10th percentile over draws of the parameters; None as above.
        high: 90th percentile.
        by_selection: The value under each rule of `SELECTIONS`.
        every_larger: Whether it acts at every larger weight tried, too.
    """

    value: float | None
    low: float | None
    high: float | None
    by_selection: tuple[float | None, ...]
    every_larger: bool

    def words(self) -> str:
        """Return the threshold with its range in words.

        Examples:
            >>> Threshold(2.0, 0.5, None, (2.0, 2.0, 2.5), True).words()
            'if a generation is worth more than USD 2 bn a year to it (0.5 to never; 2 to 2.5 by choice of equilibrium)'
        """
        if self.value is None:
            return f"at no worth of a generation ({_span(self.low, self.high)})"
        ranges = _span(self.low, self.high)
        if len(set(self.by_selection)) > 1:
            found = [_order(one) for one in self.by_selection]
            ends = (one if one < _MANY else None for one in (min(found), max(found)))
            ranges += f"; {_span(*ends)} by choice of equilibrium"
        ranges += "" if self.every_larger else "; but not at every larger worth"
        if self.value == 0.0:
            return f"whatever a generation is worth to it ({ranges})"
        return f"if a generation is worth more than USD {self.value:.2g} bn a year to it ({ranges})"


@dataclass(frozen=True, slots=True)
class Crossroad:
    """A stage game that has several equilibria.

    Attributes:
        weight: Worth of a generation, USD billion a year.
        year: When.
        gap: Generations behind.
        stock: The follower's stock, years of use.
        before: What both did the year before.
        chance: Chance of coming there; 0 off the path of play, where it matters as a threat.
        equilibria: Every equilibrium, in words.
        taken: The one that the course takes.
    """

    weight: float
    year: int
    gap: float
    stock: float
    before: str
    chance: float
    equilibria: tuple[str, ...]
    taken: str


@dataclass(frozen=True, slots=True)
class Timing:
    """The game of controls and counter-bans on one technology.

    Attributes:
        good: The technology.
        sides: Leader and follower.
        years: Years.
        courses: What happens for each weight on a generation.
        control: From which worth of a generation the leader withholds in the first year, the
            follower giving it none.
        ban: From which worth the follower bans in the first year, the leader giving it none.
        stage_games: Stage games solved for the courses.
        ambiguous: Those with several equilibria.
        crossroads: Those of them to which play is likeliest to come, at most twenty.
        regret: The most that a side gains by acting otherwise once, in any state of any year, as a
            share of the range of values.
        draws: Draws of the parameters behind the ranges.
        rests_on: What it rests on, in words.
    """

    good: str
    sides: tuple[str, str]
    years: tuple[int, ...]
    courses: tuple[Course, ...]
    control: Threshold
    ban: Threshold
    stage_games: int
    ambiguous: int
    crossroads: tuple[Crossroad, ...]
    regret: float
    draws: int
    rests_on: tuple[str, ...]

    def course(self, weight: float) -> Course:
        """Return the course for the weight next to the one asked for."""
        return min(self.courses, key=lambda one: abs(one.weight - weight))

    def sentences(self) -> list[str]:
        """Return when it pays to control and to ban, in words."""
        leader, follower = self.sides
        return [
            f"withholding {self.good} in {self.years[0]} pays {leader} {self.control.words()}",
            f"keeping buyers from foreign {self.good} in {self.years[0]} pays {follower} "
            f"{self.ban.words()}",
            self._ambiguity(),
        ]

    def summary(self) -> str:
        """Return the sentences, and both sides' actions by year and worth of a generation."""
        leader, follower = self.sides
        head = f"{'worth':<7}{'':<9}" + "".join(f"{year:>6}" for year in self.years)
        rows = [
            f"controls and counter-bans on {self.good}, {self.years[0]}-{self.years[-1]}",
            *self.sentences(),
            "",
            f"chance in per cent that {leader} withholds and {follower} bans, generations behind, "
            "by worth of a generation in USD bn a year",
            head,
        ]
        for course in self.courses:
            mark = "*" if course.by_selection else ""
            for name, values, scale, digits in (
                ("withhold", course.controls, 100.0, 0),
                ("ban", course.bans, 100.0, 0),
                ("gap", course.gap, 1.0, 2),
            ):
                worth = f"{course.weight:g}{mark}" if name == "withhold" else ""
                cells = "".join(f"{scale * value:>6.{digits}f}" for value in values)
                rows.append(f"{worth:<7}{name:<9}{cells}")
        if any(course.by_selection for course in self.courses):
            rows.append(
                "* another course if what one side likes best is taken of several equilibria"
            )
        rows += [_crossroad(one) for one in self.crossroads[:_SHOWN]]
        return "\n".join([*rows, "", "It rests on", *(f"  - {line}" for line in self.rests_on)])

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data for JSON."""
        return asdict(self) | {"sentences": self.sentences()}

    def _ambiguity(self) -> str:
        certified = f"nobody gains more than {self.regret:.0e} of the range of values by acting otherwise once"
        if not self.ambiguous:
            return f"each of {self.stage_games} stage games has one equilibrium; {certified}"
        return (
            f"{self.ambiguous} of {self.stage_games} stage games have several equilibria, "
            f"of which {len(self.crossroads)} are named; taken is, {SELECTIONS[0]}; {certified}"
        )


_MANY, _SHOWN = 1e9, 5


def _order(value: float | None) -> float:
    return _MANY if value is None else value


def _span(low: float | None, high: float | None) -> str:
    ends = ["never" if end is None else f"{end:.2g}" for end in (low, high)]
    return " to ".join(dict.fromkeys(ends))


def _crossroad(at: Crossroad) -> str:
    return (
        f"several equilibria at {at.weight:g} in {at.year} (chance {at.chance:.0%}; gap {at.gap:g}, stock "
        f"{at.stock:g}, before {at.before}): {'; '.join(at.equilibria)}; taken {at.taken}"
    )
