"""Reputation: making an example of the first partner, and what moves reveal about types."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from upperhand.game.checks import check, number_faults


@dataclass(frozen=True, slots=True)
class ChainStore:
    """The first of several confrontations in a row.

    Attributes:
        fights: Probability that the weak type fights.
        posterior: Belief that the side is tough after it has fought.
        deters: True when the belief before the confrontation already keeps the partner quiet.
    """

    fights: float
    posterior: float
    deters: bool


def chain_store(entry_gain: float, remaining: int, prior: float) -> ChainStore:
    """Return how hard a weak side fights because others are watching (eq. 11.27).

    Args:
        entry_gain: Belief in toughness that makes a partner indifferent to challenging, 0 to 1
            (the partner's gain if unopposed, over gain plus loss).
        remaining: Confrontations left, this one included.
        prior: Belief that the side is tough.

    Examples:
        >>> found = chain_store(0.5, remaining=3, prior=0.1)
        >>> round(found.fights, 6), found.posterior
        (0.333333, 0.25)

    References:
        Kreps and Wilson (1982).
    """
    check(
        "chain store",
        number_faults("entry_gain", entry_gain, above=0.0, below=1.0, do="give a belief"),
        number_faults("remaining", remaining, at_least=1, do="count this confrontation too"),
        number_faults("prior", prior, above=0.0, below=1.0, do="give a belief"),
    )
    needed = entry_gain ** (remaining - 1)
    if remaining == 1:
        return ChainStore(0.0, 1.0, prior >= entry_gain)
    if prior >= needed:
        return ChainStore(1.0, prior, deters=True)
    fights = (1.0 - needed) * prior / ((1.0 - prior) * needed)
    return ChainStore(float(fights), float(needed), prior >= entry_gain**remaining)


def posterior(prior: float, moves: Sequence[tuple[float, float]]) -> float:
    """Return the belief in a type after a sequence of moves (eq. 11.28).

    Args:
        prior: Belief before, 0 to 1.
        moves: For each move, its probability under the type and under the alternative.

    Examples:
        >>> round(posterior(0.3, [(0.6, 0.2)]), 9)
        0.5625

    References:
        Bayes's rule.
    """
    faults = number_faults("prior", prior, at_least=0.0, at_most=1.0, do="give a belief")
    for place, pair in enumerate(moves):
        faults += number_faults(
            f"moves[{place}]",
            list(pair),
            at_least=0.0,
            at_most=1.0,
            do="give the probability of the move under both types",
        )
    check("belief", faults)
    yes, no = prior, 1.0 - prior
    for place, (under, otherwise) in enumerate(moves):
        yes, no = yes * under, no * otherwise
        if yes + no == 0.0:
            check(
                "belief",
                [
                    f"`moves[{place}]` has probability 0 under both types, allowed: "
                    "positive under one; Bayes's rule says nothing after it"
                ],
            )
        yes, no = yes / (yes + no), no / (yes + no)
    return yes
