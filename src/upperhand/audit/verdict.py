"""What an audit says of a claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from upperhand.audit.schema import ClaimBase

Word = Literal["supported", "contradicted", "undecided", "not testable"]
WORDS: tuple[Word, ...] = ("supported", "contradicted", "undecided", "not testable")
#: Probability from which a claim counts as supported, and up to which as contradicted (assumed;
#: 0.7 to 0.9 and 0.1 to 0.3 are as defensible).
SUPPORTED_FROM, CONTRADICTED_TO = 0.8, 0.2
#: What a case counts in which checks that must agree contradict each other: it is as good for a claim
#: as for the opposite one.
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Evidence:
    """One comparison of a test.

    Attributes:
        words: What is compared, in words.
        value: The number; the central one of a range. None where there is none.
        low: Lowest of all that was evaluated.
        high: Highest.
        unit: Unit of the number.
        wanted: The bound in words.
        share: Share of the evaluated numbers that pass; None where none was evaluated.
        source: Where the number comes from.
    """

    words: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    wanted: str
    share: float | None
    source: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on one claim.

    Attributes:
        id: Name of the claim.
        words: The sentence: a quotation, or the claim in our words.
        quoted: True when `words` is a quotation.
        speaker: Who says it.
        date: When, ISO; empty if unknown.
        test: `fact`, `model`, `belief` or `not_testable`.
        verdict: `supported`, `contradicted`, `undecided` or `not testable`.
        probability: Probability that the claim is true by this test; None without a test.
        basis: What the probability is a share of.
        effect: The answer with its number and range, in words.
        hinges_on: Assumptions, facts or horizons on which the answer turns.
        evidence: Every comparison.
        note: What the test leaves open, or why there is none.
        sources: Sources of the numbers.
    """

    id: str
    words: str
    quoted: bool
    speaker: str
    date: str
    test: str
    verdict: Word
    probability: float | None
    basis: str
    effect: str
    hinges_on: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    note: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Audit:
    """Every claim of a file with its verdict.

    Attributes:
        title: One line.
        thesis: What the claims add up to.
        about: Title, date and address of the text.
        verdicts: In the order of the file.
        notes: What a reader should know.
        runs: How many runs were evaluated.
        fingerprint: Identifies claims, facts and version.
    """

    title: str
    thesis: str
    about: dict[str, str]
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()
    runs: int = 0
    fingerprint: str = ""
    environment: dict[str, Any] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """Return how many claims got each verdict.

        Examples:
            >>> Audit("T", "", {}, ()).counts()["supported"]
            0
        """
        found = [verdict.verdict for verdict in self.verdicts]
        return {word: found.count(word) for word in WORDS}

    def sentence(self) -> str:
        """Return how the claims fared in one line."""
        counts = self.counts()
        said = [f"{number} {word}" for word, number in counts.items() if number]
        count = len(self.verdicts)
        noun = "claim" if count == 1 else "claims"
        return f"{count} {noun}: {', '.join(said)}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self) | {"counts": self.counts()}


def verdict_on(
    claim: ClaimBase,
    *,
    test: str,
    probability: float | None,
    basis: str,
    effect: str,
    hinges_on: tuple[str, ...] = (),
    evidence: tuple[Evidence, ...] = (),
    sources: tuple[str, ...] = (),
) -> Verdict:
    """Return what a test found about a claim, together with who said it and when."""
    return Verdict(
        id=claim.id,
        words=claim.quote or claim.words,
        quoted=bool(claim.quote),
        speaker=claim.speaker,
        date=claim.date.isoformat() if claim.date else "",
        test=test,
        verdict=word_of(probability),
        probability=probability,
        basis=basis,
        effect=effect,
        hinges_on=hinges_on,
        evidence=evidence,
        note=claim.note,
        sources=sources,
    )


def word_of(probability: float | None) -> Word:
    """Return the verdict that a probability stands for.

    Examples:
        >>> word_of(0.9), word_of(0.2), word_of(0.5), word_of(None)
        ('supported', 'contradicted', 'undecided', 'undecided')
    """
    if probability is None or CONTRADICTED_TO < probability < SUPPORTED_FROM:
        return "undecided"
    return "supported" if probability >= SUPPORTED_FROM else "contradicted"


def together(outcomes: Sequence[bool | None], how: str) -> bool | None:
    """Return whether all, any or most of several checks hold; None where that is open (eq. 14.1).

    Checks that must `agree` hold when some do and none fails, and fail when some fail and none holds.

    Examples:
        >>> together([True, None], "all"), together([True, None], "any")
        (None, True)
        >>> together([True, False, True], "most"), together([True, False], "most")
        (True, False)
        >>> together([True, None], "agree"), together([True, False], "agree")
        (True, None)
    """
    true, false = outcomes.count(True), outcomes.count(False)
    whole = len(outcomes)
    if how == "agree":
        return None if (true > 0) == (false > 0) else true > 0
    if how == "all":
        return False if false else None if true < whole else True
    if how == "any":
        return True if true else None if false < whole else False
    if 2 * true > whole:
        return True
    return False if 2 * false >= whole else None


def counted(outcomes: Sequence[bool | None], how: str) -> float | None:
    """Return 1 where a claim holds, 0 where not, 1/2 where checks that must agree do not (eq. 14.13).

    None where it is open for want of numbers. So a claim that a side holds the upper hand and the
    opposite claim have probabilities that add to one.

    Examples:
        >>> (
        ...     counted([True, None], "agree"),
        ...     counted([True, False], "agree"),
        ...     counted([None], "agree"),
        ... )
        (1.0, 0.5, None)
    """
    held = together(outcomes, how)
    if held is not None:
        return float(held)
    return HALF if how == "agree" and True in outcomes and False in outcomes else None


def torn_words(counts: Sequence[float]) -> str:
    """Return how many cases count half, in words; empty when none does.

    Examples:
        >>> torn_words([1.0, 0.5, 0.5]), torn_words([1.0])
        ('; in 2 of them the comparisons contradict each other, which counts half', '')
    """
    torn = sum(c == HALF for c in counts)
    which = "all" if torn == len(counts) else f"{torn}"
    return (
        f"; in {which} of them the comparisons contradict each other, which counts half"
        if torn
        else ""
    )
