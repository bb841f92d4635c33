"""Measures over time: sustained, temporary, intermittent, announced, expiring, conditional."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import ceil, floor

from upperhand.core.errors import OptionError, raise_faults
from upperhand.world.shock import Shock, ShockSource

Source = Shock | ShockSource
NEVER = 9999.0


@dataclass(frozen=True, slots=True)
class Situation:
    """What a conditional policy sees at the start of a year or quarter.

    Attributes:
        year: The date, a decimal year.
        gap: Generations behind, by technology, at the reference parameters.
        lag: Years behind, by technology.
        domestic_share: Share of domestic suppliers, by technology, the period before.
        in_force_before: Whether the policy was in force in the period before.
        span: Length of the period in years.
    """

    year: float
    gap: Mapping[str, float]
    lag: Mapping[str, float]
    domestic_share: Mapping[str, float]
    in_force_before: bool = False
    span: float = 1.0


@dataclass(frozen=True, slots=True)
class Threshold:
    """A condition on the state of a technology: above one number, or below another.

    Attributes:
        state: `gap`, `lag` or `domestic_share` of a `Situation`.
        technology: Which technology.
        above: It holds above this; None for no such bound.
        below: It holds below this; None for no such bound.

    Examples:
        >>> behind = Threshold("lag", "chips", above=5.0)
        >>> behind(Situation(2027, {}, {"chips": 4.0}, {})), behind.words()
        (False, 'while lag of chips is above 5')
    """

    state: str
    technology: str
    above: float | None = None
    below: float | None = None

    def __call__(self, now: Situation) -> bool:
        """Return whether it holds in a situation."""
        value = getattr(now, self.state)[self.technology]
        return (self.above is None or value > self.above) and (
            self.below is None or value < self.below
        )

    def words(self) -> str:
        """Return the condition in words."""
        bounds = (("above", self.above), ("below", self.below))
        told = " and ".join(f"{name} {x:g}" for name, x in bounds if x is not None)
        return f"while {self.state.replace('_', ' ')} of {self.technology} is {told}"


@dataclass(frozen=True, slots=True)
class Policy:
    """Measures that go together, and when they are in force.

    A year or quarter counts as one in which they are in force when they are for half of it or more.

    Attributes:
        measures: What is done.
        start: First day in force, as a decimal year (2025.75 is 1 October 2025).
        end: First day no longer in force; far away when open.
        years_on: Years on in each turn of an intermittent policy; 0 when it is not.
        years_off: Years off in each turn.
        announced: When buyers knew; they lay in stocks from then on.
        condition: Asked at the start of each period; None when there is none.
        label: In words.
    """

    measures: tuple[Source, ...]
    start: float
    end: float = NEVER
    years_on: int = 0
    years_off: int = 0
    announced: float | None = None
    condition: Callable[[Situation], bool] | None = field(default=None, compare=False)
    label: str = ""

    def scheduled(self, date: float, span: float = 1.0) -> bool:
        """Return whether the dates alone put the policy in force in a year, or in a quarter.

        Examples:
            >>> [sustained((), 2026.4).scheduled(year) for year in (2025, 2026, 2035)]
            [False, True, True]
            >>> [sustained((), 2026.4).scheduled(date, 0.25) for date in (2026.25, 2026.5)]
            [False, True]
        """
        held = min(self.end, date + span) - max(self.start, float(date))
        if held < 0.5 * span:
            return False
        turn = self.years_on + self.years_off
        first = ceil(self.start / span - 0.5) * span  # the first period of which it holds half
        return turn == 0 or floor(date - first + 1e-9) % turn < self.years_on

    def in_force(self, situation: Situation) -> bool:
        """Return whether the policy is in force in the period of a situation."""
        if not self.scheduled(situation.year, situation.span):
            return False
        return self.condition is None or bool(self.condition(situation))

    def words(self) -> str:
        """Return the policy with its dates in words.

        Examples:
            >>> temporary((), 2026, 3, label="curb").words()
            'curb: from 2026 until 2029'
        """
        text = f"{self.label or 'measures'}: from {self.start:g}"
        text += f" until {self.end:g}" if self.end < NEVER else ""
        if self.years_on:
            years = "year" if self.years_on == 1 else "years"
            text += f", {self.years_on} {years} on and {self.years_off} off"
        if self.announced is not None:
            text += f", announced {self.announced:g}"
        if isinstance(self.condition, Threshold):
            return f"{text}, {self.condition.words()}"
        return text + (", while its condition holds" if self.condition else "")


def sustained(measures: Sequence[Source], start: float, *, label: str = "") -> Policy:
    """Return measures that stay in force.

    Examples:
        >>> sustained((), 2026).end
        9999.0
    """
    return Policy(tuple(measures), float(start), label=label)


def temporary(measures: Sequence[Source], start: float, years: float, *, label: str = "") -> Policy:
    """Return measures in force for some years."""
    return expiring(measures, start, start + years, label=label)


def expiring(measures: Sequence[Source], start: float, end: float, *, label: str = "") -> Policy:
    """Return measures that end on a date.

    Raises:
        OptionError: If they end before they start.

    Examples:
        >>> expiring((), 2026, 2025)
        Traceback (most recent call last):
        ...
        upperhand.core.errors.OptionError: policy: it ends in 2025, before it starts in 2026; ...
    """
    return checked(Policy(tuple(measures), float(start), float(end), label=label))


def intermittent(
    measures: Sequence[Source], start: float, *, years_on: int, years_off: int, label: str = ""
) -> Policy:
    """Return measures that come and go in turns of whole years.

    Examples:
        >>> policy = intermittent((), 2026, years_on=1, years_off=2)
        >>> [year for year in range(2026, 2033) if policy.scheduled(year)]
        [2026, 2029, 2032]
    """
    found = Policy(tuple(measures), float(start), label=label)
    return checked(replace(found, years_on=years_on, years_off=years_off))


def announced(measures: Sequence[Source], start: float, *, on: float, label: str = "") -> Policy:
    """Return measures of which buyers know in advance.

    Raises:
        OptionError: If they are announced after they start.
    """
    return checked(Policy(tuple(measures), float(start), announced=float(on), label=label))


def conditional(
    measures: Sequence[Source],
    start: float,
    condition: Callable[[Situation], bool],
    *,
    label: str = "",
) -> Policy:
    """Return measures in force in the years in which a condition holds.

    Examples:
        >>> policy = conditional((), 2026, lambda now: now.lag["chips"] > 5.0)
        >>> policy.in_force(Situation(2027, {}, {"chips": 4.0}, {}))
        False
    """
    return Policy(tuple(measures), float(start), condition=condition, label=label)


def checked(policy: object) -> Policy:
    """Return what was given if it is a policy whose dates are in order.

    Raises:
        OptionError: With every fault, if they are not.
    """
    if not isinstance(policy, Policy):
        raise OptionError(
            f"a policy is needed, got {type(policy).__name__}; say when it is in force, "
            "for example `sustained([measure], 2026)`"
        )
    faults = []
    if policy.end <= policy.start:
        faults.append(
            f"it ends in {policy.end:g}, before it starts in {policy.start:g}; put the later date last"
        )
    if policy.announced is not None and policy.announced > policy.start:
        faults.append(
            f"it is announced in {policy.announced:g}, after it starts in {policy.start:g}; "
            "leave the announcement out, or date it before"
        )
    if (policy.years_on < 1) != (policy.years_off < 1) or min(
        policy.years_on, policy.years_off
    ) < 0:
        faults.append(
            f"turns are {policy.years_on} years on and {policy.years_off} off; give both, at least 1"
        )
    raise_faults(OptionError, faults, what=f"policy{' ' + policy.label if policy.label else ''}")
    return policy


def policies_of(
    given: Sequence[Policy] | Mapping[int, Sequence[Source]],
) -> tuple[Policy, ...]:
    """Return policies, from policies or from the measures of each year.

    Raises:
        OptionError: If years are out of order or a policy's dates are.

    Examples:
        >>> [policy.start for policy in policies_of({2026: (), 2027: ()})]
        [2026.0, 2027.0]
    """
    if not isinstance(given, Mapping):
        return tuple(checked(policy) for policy in given)
    years = list(given)
    if years != sorted(years):
        raise OptionError(f"measures by year are in the order {years}; put the years in order")
    return tuple(
        Policy(tuple(given[year]), float(year), year + 1.0, label=f"measures of {year}")
        for year in years
    )
