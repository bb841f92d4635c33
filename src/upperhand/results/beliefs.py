"""What one must believe about one number for a move to pay, as plain data that stand alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edge:
    """Which intensities of control slow a follower that owes so much of its progress to itself.

    Attributes:
        own_weight: Share of its own research in the follower's progress.
        least: Lowest intensity that slows it at the reference values; None where none does.
        most: Highest such intensity.
        break_even: Share of diffusion lost below which the control of the move backfires.
        chance: Share of draws of everything else in which the control of the move slows it.
    """

    own_weight: float
    least: float | None
    most: float | None
    break_even: float
    chance: float

    def words(self) -> str:
        """Return the edge in words."""
        span = (
            "no intensity slows it"
            if self.least is None
            else f"intensities of {self.least:.2f} to {self.most:.2f} slow it"
        )
        return (
            f"own research {self.own_weight:.1f} of progress: {span}; at this one controls backfire if "
            f"diffusion lost is below {self.break_even:.2f}, and they slow it in {100 * self.chance:.0f} % of the draws"
        )


@dataclass(frozen=True, slots=True)
class Belief:
    """What one must believe about one number for a move to pay, the rest integrated over priors.

    Attributes:
        move: The move, in words.
        actor: Who makes it.
        parameter: The number that the belief is about.
        unit: Its unit.
        pays: `below` or `above` the threshold.
        threshold: Threshold at the reference values; None where no value makes the move pay, or
            every value does.
        low: 10th percentile of the threshold over the priors of everything else.
        high: 90th percentile.
        sentence: The belief in words.
        rests_on: What else was assumed, in words.
        region: Where the belief is about two numbers, what holds at several values of one of them.
    """

    move: str
    actor: str
    parameter: str
    unit: str
    pays: str
    threshold: float | None
    low: float | None
    high: float | None
    sentence: str
    rests_on: tuple[str, ...]
    region: tuple[Edge, ...] = ()
