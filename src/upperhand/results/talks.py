"""`Talks`: menus, threats, leverage and the deal of a confrontation, as plain data that stand alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from upperhand.core.errors import RecordError
from upperhand.results.decode import part_of_record


@dataclass(frozen=True, slots=True)
class PayoffTable:
    """What every pair of packages does to both sides at one horizon.

    Attributes:
        horizon: Name of the horizon.
        rows: Packages of the first side; the first holds.
        columns: Packages of the second side.
        percent: [side][row][column] change of real income, per cent; None without equilibrium.
        usd_bn: [side][row][column] equivalent variation, USD billion a year.
        equilibria: All equilibria of the menu, in words.
        pure: Pairs (row, column) of the pure equilibria.
    """

    horizon: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    percent: tuple[tuple[tuple[float | None, ...], ...], ...]
    usd_bn: tuple[tuple[tuple[float | None, ...], ...], ...]
    equilibria: str
    pure: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Ceiling:
    """How far a side's tariff threat pays for itself (equation 9.6).

    Attributes:
        side: Who threatens.
        target: Whom.
        horizon: At which horizon.
        threat_pp: The add-on that is threatened, percentage points; None when there is none.
        best_pp: The add-on with the largest gain.
        best_gain_pct: Gain there, per cent of real income.
        break_even_pp: The largest add-on that does not cost real income.
        beyond: True when the break-even lies beyond the largest add-on tried.
        cost_at_threat_pct: Change of own real income at the threat, per cent.
        needed_harm_weight: Weight on the rival's loss at which the threat breaks even; None when
            none is needed, or the rival does not lose.
        sentence: The verdict in words.
        politics_pp: The largest add-on that does not cost the side with the assumed political
            weight on the sectors that it protects; None when not computed.
        harm_pp: The same with the assumed weight on the rival's loss.
    """

    side: str
    target: str
    horizon: str
    threat_pp: float | None
    best_pp: float
    best_gain_pct: float
    break_even_pp: float
    beyond: bool
    cost_at_threat_pct: float | None
    needed_harm_weight: float | None
    sentence: str
    politics_pp: float | None = None
    harm_pp: float | None = None


@dataclass(frozen=True, slots=True)
class LeverageRow:
    """One of the seven measures at one horizon.

    Attributes:
        key: `pain_ratio`, `credible_ceiling`, `structural_power`, `threat_advantage`,
            `surplus_share`, `clock` or `escalation`.
        label: Its name.
        unit: Its unit.
        values: Value for each side; None where the measure does not exist.
        favours: The side that it favours, or None.
        sentence: The measure in words.
        low: Lower end of the range over draws for each side; None without draws.
        high: Upper end.
    """

    key: str
    label: str
    unit: str
    values: tuple[float | None, float | None]
    favours: str | None
    sentence: str
    low: tuple[float | None, float | None] | None = None
    high: tuple[float | None, float | None] | None = None


@dataclass(frozen=True, slots=True)
class SevenMeasures:
    """The numbers of the seven measures in one draw.

    Attributes:
        horizon: Name of the horizon.
        values: Value for each side by key of `LeverageRow`; None where the measure does not exist.
        advantage: Threat-point advantage of the first side, USD billion a year.
        share: Its share of the surplus; one half when there is none to share.
        patience: Its patience less that of the other side, years; 0 with nothing to wait for.
    """

    horizon: str
    values: dict[str, tuple[float | None, float | None]]
    advantage: float
    share: float
    patience: float


@dataclass(frozen=True, slots=True)
class Leverage:
    """The seven measures at one horizon, with the reason why.

    Attributes:
        horizon: Name of the horizon.
        rows: The measures.
        holder: Who has the upper hand by threat point, surplus and clock; None when split.
        sentence: The answer with its reason, in one line.
        by_group: Threat-point advantage of the first side split over groups of moves, USD billion
            (Shapley values; they add up to it).
        by_sector: Damage to the second side less damage to the first, both carrying out everything,
            split over sectors, USD billion (integrated gradients; they add up to it).
        probability: Share of draws in which the rule names the first side, the second, neither;
            None without draws.
        draws: Number of draws.
        by_move_and_sector: `by_sector` split over moves too; sectors that a move does not touch
            are left out.
    """

    horizon: str
    rows: tuple[LeverageRow, ...]
    holder: str | None
    sentence: str
    by_group: dict[str, float]
    by_sector: dict[str, float]
    probability: tuple[float, float, float] | None = None
    draws: int = 0
    by_move_and_sector: dict[str, dict[str, float]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is agreed from one threat point by one rule.

    Attributes:
        threat: Name of the threat point.
        rule: Name of the rule.
        terms: What each side does, in a negotiator's words.
        payoffs_usd_bn: Change of each side's real income in the deal, USD billion a year.
        threat_usd_bn: The same if the talks fail.
        shares: Each side's share of the surplus; None when there is no deal.
        would_break: For each side, the discount factor a year above which it keeps the deal; None
            when it never breaks it, 1 when nothing holds it.
        selection: How it was chosen among equally good deals.
        strengths: Strength of each part of the deal; None where deals are sets of measures.
        gap_usd_bn: First-order promise of a better deal, USD billion a year; 0 at an efficient one.
    """

    threat: str
    rule: str
    terms: tuple[str, ...]
    payoffs_usd_bn: tuple[float, float] | None
    threat_usd_bn: tuple[float, float]
    shares: tuple[float, float] | None
    would_break: tuple[float | None, float | None]
    selection: str
    strengths: tuple[float, ...] | None = None
    gap_usd_bn: float | None = None


@dataclass(frozen=True, slots=True)
class DealPart:
    """One thing that a deal can hold in part (equation 12.27).

    Attributes:
        side: The side that decides on it.
        label: Its name.
        role: `in force`, `offer`, `threat` or `standing tariffs`.
        now: Its strength in the state of play, 1 for what is in force, else 0.
        points: Change of the side's average tariff on the other's goods at full strength,
            percentage points; 0 when it is no tariff.
        includes: Offers that are part of it: label and change of the average tariff, points.
    """

    side: str
    label: str
    role: str
    now: float
    points: float = 0.0
    includes: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """A deal on the frontier: no other deal gives one side more and the other as much.

    Attributes:
        usd_bn: Change of each side's real income, USD billion a year.
        strengths: Strength of each part, 0 to 1.
    """

    usd_bn: tuple[float, float]
    strengths: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class BargainingSet:
    """All efficient deals when every measure can be used in part.

    Attributes:
        parts: What a deal holds, each with its strength in the state of play.
        points: The frontier, from the best deal of the second side to that of the first.
        gap: Largest derivative along the frontier that an efficient deal would not have, USD
            billion a year for the whole of a part.
        words: Why the frontier is as it is, in words.
    """

    parts: tuple[DealPart, ...]
    points: tuple[FrontierPoint, ...]
    gap: float
    words: str


@dataclass(frozen=True, slots=True)
class Rung:
    """A rung of the ladder of escalation.

    Attributes:
        name: What is in force on it.
        usd_bn: Change of each side's real income if the ladder ends here, USD billion a year.
        critical_risk: Largest risk of the top rung that each side accepts here rather than
            concede; None where it has no meaning.
    """

    name: str
    usd_bn: tuple[float, float]
    critical_risk: tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class DealAt:
    """What the main deal is worth at a horizon.

    Attributes:
        horizon: Name of the horizon.
        usd_bn: Payoffs of both sides in the deal, USD billion a year.
        threat_usd_bn: Payoffs where both threaten as well as they can at that horizon.
        shares: Each side's share of the gain; None when a side would refuse the deal there.
    """

    horizon: str
    usd_bn: tuple[float, float]
    threat_usd_bn: tuple[float, float]
    shares: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Signal:
    """One equilibrium of the threat stage (equations 11.23 to 11.26).

    Attributes:
        resist: Probability that the target resists.
        challenge: Probability that the threat is made.
        carry_out: Probability that a resisted threat is carried out.
        stable: True when small doubts do not grow.
        outcomes: Probabilities of no threat, concession, war and backing down.
    """

    resist: float
    challenge: float
    carry_out: float
    stable: bool
    outcomes: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ThreatTest:
    """Whether a side would carry out its whole package if refused, and whether it is believed.

    Attributes:
        side: Who threatens.
        target: Whom.
        economy_usd_bn: Its payoff if it carries out, the other answering as is best for it, less
            its payoff while talking, USD billion a year.
        audience_usd_bn: Cost at home of backing down, assumed.
        margin_usd_bn: Both together; the threat is credible from zero.
        credible: Whether it would be carried out.
        needed_usd_bn: Cost of backing down at which it would be.
        signals: All equilibria of the threat stage; none is picked.
        complete: Whether the search shows that there is no other.
        signal_words: Their number in words, or why there is no threat stage.
        fights: Probability that a side that would rather not carries out because others watch;
            None where there is no reputation to build.
        reputation_words: That in words.
        sentence: The verdict in words.
    """

    side: str
    target: str
    economy_usd_bn: float
    audience_usd_bn: float
    margin_usd_bn: float
    credible: bool
    needed_usd_bn: float
    signals: tuple[Signal, ...]
    complete: bool
    signal_words: str
    fights: float | None
    reputation_words: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Protocol:
    """What a protocol of talks gives (equation 12.36).

    Attributes:
        name: The protocol in words.
        over: Name of the threat point over which gains are counted.
        shares: Each side's share of the gain; None when there is no deal.
        usd_bn: Payoffs on the frontier, USD billion a year.
        words: What decides.
    """

    name: str
    over: str
    shares: tuple[float, float] | None
    usd_bn: tuple[float, float] | None
    words: str


@dataclass(frozen=True, slots=True)
class SettlementClock:
    """When a standoff ends, by one kind of attrition (equation 12.37).

    Attributes:
        name: The kind in words.
        median_months: Median time to a settlement; None when half are never settled.
        within_90_days: Chance of a settlement within three months; None without a clock.
        curve: (months, chance that it is settled by then).
        words: Who gives in, or why there is no clock.
    """

    name: str
    median_months: float | None
    within_90_days: float | None
    curve: tuple[tuple[float, float], ...]
    words: str


@dataclass(frozen=True, slots=True)
class Lasting:
    """Whether a side keeps the main deal (equation 12.38).

    Attributes:
        side: The side.
        own_discount: Its discount factor a year.
        with_legal_risk: The same times the chance that the other's threat survives the year.
        needed: Discount factor at which it keeps the deal for fear of lasting failure; 0 when
            cheating does not pay, None when none is enough.
        needed_short: The same when failure lasts `punish_years`.
        punish_years: Years of punishment.
        keeps: Whether it keeps the deal.
        part_kept: Share of the way to the deal that it would keep; None when none.
        linkage_words: Whether tariffs and other measures hold alone and together.
        sentence: The verdict in words.
    """

    side: str
    own_discount: float
    with_legal_risk: float
    needed: float | None
    needed_short: float | None
    punish_years: int
    keeps: bool
    part_kept: float | None
    linkage_words: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Talks:
    """War, threats, talks and leverage of two sides.

    Attributes:
        sides: Codes or names of the two sides.
        tables: Payoffs of the menus, one for each horizon.
        ceilings: How far tariff threats pay for themselves.
        leverage: The seven measures, one set for each horizon.
        deal_horizon: The horizon at which deals are valued.
        deals: Every deal on the table: terms and payoffs, USD billion a year.
        agreements: What is agreed, by threat point and rule.
        rungs: The ladder of escalation.
        ladder_words: Where each side stops, in words.
        settlement: Chance that the standoff is settled by each month, from attrition.
        frontier: The efficient deals when every measure can be used in part; None when deals are
            sets of measures.
        threat_tests: Whether each side would carry out its threats and is believed.
        protocols: What different protocols of talks give.
        clocks: When the standoff ends, by different kinds of attrition.
        lasting: Whether each side keeps the main deal.
        by_horizon: What the main deal is worth at each horizon.
        notes: What a reader should know: several equilibria, free threats, selection rules.
    """

    sides: tuple[str, str]
    tables: tuple[PayoffTable, ...]
    ceilings: tuple[Ceiling, ...]
    leverage: tuple[Leverage, ...]
    deal_horizon: str
    deals: tuple[tuple[str, float, float], ...]
    agreements: tuple[Agreement, ...]
    rungs: tuple[Rung, ...]
    ladder_words: str
    settlement: tuple[tuple[float, float], ...]
    notes: tuple[str, ...] = field(default=())
    frontier: BargainingSet | None = None
    threat_tests: tuple[ThreatTest, ...] = ()
    protocols: tuple[Protocol, ...] = ()
    clocks: tuple[SettlementClock, ...] = ()
    lasting: tuple[Lasting, ...] = ()
    by_horizon: tuple[DealAt, ...] = ()

    def leverage_at(self, horizon: str) -> Leverage:
        """Return the measures at a horizon.

        Raises:
            RecordError: If the talks were not evaluated at it.
        """
        for found in self.leverage:
            if found.horizon == horizon:
                return found
        known = ", ".join(found.horizon for found in self.leverage)
        raise RecordError(f"no leverage at horizon '{horizon}'; these talks have {known}")

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Talks:
        """Return the talks that `to_dict` described.

        Raises:
            RecordError: If the content does not describe talks.
        """
        return part_of_record(cls, content, "talks", "run")
