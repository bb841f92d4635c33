"""Strategic bargaining: offers in turn, deadlines, outside and inside options, breakdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from upperhand.game.checks import check, number_faults, shape_faults

_DO = "give exp(-rate * time between offers)"
_RATE = "give a rate per unit of time"


def rubinstein(discounts: Sequence[float]) -> tuple[float, float]:
    """Return the shares of the first proposer and the responder, without a deadline (eq. 11.9).

    Args:
        discounts: Discount factor per offer of the first proposer and of the responder, 0 to 1,
            not both 1.

    Examples:
        >>> [round(share, 6) for share in rubinstein((0.9, 0.8))]
        [0.714286, 0.285714]

    References:
        Rubinstein (1982).
    """
    first, second = _costly(discounts)
    share = (1.0 - second) / (1.0 - first * second)
    return share, 1.0 - share


def _discounts(discounts: Sequence[float]) -> tuple[float, float]:
    """Return two discount factors, checked."""
    check(
        "offers",
        shape_faults("discounts", discounts, (2,), do="first proposer, then responder"),
        number_faults("discounts", discounts, at_least=0.0, at_most=1.0, do=_DO),
    )
    return float(discounts[0]), float(discounts[1])


def _costly(discounts: Sequence[float]) -> tuple[float, float]:
    """Return two discount factors of which at least one is below 1."""
    first, second = _discounts(discounts)
    if first == 1.0 and second == 1.0:
        check(
            "offers",
            [
                "`discounts` are both 1, allowed: at least one below 1; without any cost of waiting "
                "every split can be an equilibrium"
            ],
        )
    return first, second


def finite_horizon(
    discounts: Sequence[float], periods: int, *, after: Sequence[float] = (0.0, 0.0)
) -> tuple[float, float]:
    """Return the shares when offers end after a number of periods (eq. 11.10).

    Sides propose in turn; the deal is struck at once. In the last period the responder compares
    with what follows the deadline, one period later.

    Args:
        discounts: Discount factor per period of the first proposer and of the other side.
        periods: Number of offers, 1 or more.
        after: What each side gets if the deadline passes, as shares of the surplus, such as the
            values after an election; together at most 1.

    Examples:
        >>> [round(finite_horizon((0.9, 0.9), n)[0], 4) for n in (1, 2, 3, 4)]
        [1.0, 0.1, 0.91, 0.181]

    References:
        Stahl (1972).
    """
    delta = _discounts(discounts)
    faults = number_faults("periods", periods, at_least=1, do="give a whole number of offers")
    faults += shape_faults("after", after, (2,), do="give one value a side")
    faults += number_faults("after", after, at_least=0.0, at_most=1.0, do="give shares")
    if not faults and sum(after) > 1.0 + 1e-12:
        faults = [f"`after` adds to {sum(after):.6g}, allowed: at most 1; scale it to the surplus"]
    check("offers", faults)
    values = (float(after[0]), float(after[1]))
    for period in range(int(periods), 0, -1):
        proposer = (period - 1) % 2
        kept = delta[1 - proposer] * values[1 - proposer]
        values = (1.0 - kept, kept) if proposer == 0 else (kept, 1.0 - kept)
    return values


def limit_shares(rates: Sequence[float]) -> tuple[float, float]:
    """Return the shares as offers follow each other ever faster (eq. 11.11).

    The share is also the weight in the Nash product.

    Args:
        rates: Impatience of both sides per unit of time: discount rate plus the hazard of a
            political event that removes the deal's value. Positive.

    Examples:
        >>> limit_shares((0.5, 1.5))
        (0.75, 0.25)

    References:
        Binmore, Rubinstein and Wolinsky (1986).
    """
    first, second = _rates(rates)
    return second / (first + second), first / (first + second)


def _rates(rates: Sequence[float]) -> tuple[float, float]:
    """Return two rates, checked."""
    check(
        "clock",
        shape_faults("rates", rates, (2,), do="give one rate a side"),
        number_faults("rates", rates, above=0.0, do=_RATE),
    )
    return float(rates[0]), float(rates[1])


@dataclass(frozen=True, slots=True)
class OptionShares:
    """Shares when a side may leave for good.

    Attributes:
        shares: Shares of the first proposer and the responder.
        binding: For each side, whether its option changes the split.
    """

    shares: tuple[float, float]
    binding: tuple[bool, bool]


def outside_options(discounts: Sequence[float], options: Sequence[float]) -> OptionShares:
    """Return the shares when each side may leave for good when it responds (eq. 11.12).

    An option that is worth less than what talks give anyway changes nothing.

    Args:
        discounts: Discount factor per offer, first proposer and responder; at least one below 1.
        options: What each side gets by leaving, as a share of the surplus; together below 1.

    Examples:
        >>> outside_options((0.99, 0.99), (0.0, 0.6)).shares
        (0.4, 0.6)
        >>> outside_options((0.99, 0.99), (0.0, 0.3)).binding
        (False, False)

    References:
        Binmore, Shaked and Sutton (1989).
    """
    delta = _costly(discounts)
    faults = shape_faults("options", options, (2,), do="give one option a side")
    faults += number_faults("options", options, at_least=0.0, below=1.0, do="give shares")
    if not faults and sum(options) >= 1.0:
        faults = [
            f"`options` add to {sum(options):.6g}, allowed: below 1; with more there is "
            "nothing to agree on, so report that both leave"
        ]
    check("offers", faults)
    return _with_options(delta, (float(options[0]), float(options[1])))


def _with_options(delta: tuple[float, float], leave: tuple[float, float]) -> OptionShares:
    """Return the fixed point of the two responders' choices between waiting and leaving.

    There is one: where neither of the first three is it, both options bind.
    """
    for binds in ((False, False), (False, True), (True, False)):
        one, two = _offers(delta, leave, binds)
        wait = (delta[0] * one, delta[1] * two)
        good = all(
            (leave[k] >= wait[k] - 1e-15) if binds[k] else (leave[k] <= wait[k] + 1e-15)
            for k in (0, 1)
        )
        if good:
            return OptionShares((one, 1.0 - one), binds)
    return OptionShares((1.0 - leave[1], leave[1]), (True, True))


def _offers(
    delta: tuple[float, float], leave: tuple[float, float], binds: tuple[bool, bool]
) -> tuple[float, float]:
    """Return what each side keeps when it proposes, given whose option binds."""
    if binds[1]:
        one = 1.0 - leave[1]
        return one, 1.0 - delta[0] * one
    if binds[0]:
        two = 1.0 - leave[0]
        return 1.0 - delta[1] * two, two
    return (
        (1.0 - delta[1]) / (1.0 - delta[0] * delta[1]),
        (1.0 - delta[0]) / (1.0 - delta[0] * delta[1]),
    )


def inside_options(
    surplus: float, rates: Sequence[float], flows: Sequence[float]
) -> tuple[float, float]:
    """Return payoffs when each side earns a flow while talks last (eq. 11.13).

    Flows while talking, such as tariffs in force, move the split one for one. Confusing them with
    outside options is the commonest error about trade talks.

    Args:
        surplus: Value of the deal, a stock.
        rates: Impatience of both sides, per unit of time.
        flows: Flow payoffs while talking, per unit of time; losses are negative.

    Raises:
        OptionError: If talking for ever is worth at least the deal.

    Examples:
        >>> [round(u, 6) for u in inside_options(1.0, (0.1, 0.1), (0.0, -0.02))]
        [0.6, 0.4]

    References:
        Muthoo (1999, chapter 6).
    """
    one, two = _rates(rates)
    faults = shape_faults("flows", flows, (2,), do="give one flow a side")
    faults += number_faults("flows", flows, do="give finite flows")
    faults += number_faults("surplus", surplus, do="give the value of the deal")
    check("inside options", faults)
    kept = (float(flows[0]) / one, float(flows[1]) / two)
    if sum(kept) >= surplus:
        check(
            "inside options",
            [
                f"`flows` are worth {sum(kept):.6g} for ever, allowed: below the surplus "
                f"({surplus:.6g}); talking is better than the deal, so report that talks drag on"
            ],
        )
    weight = limit_shares(rates)
    left = surplus - sum(kept)
    return kept[0] + weight[0] * left, kept[1] + weight[1] * left


def breakdown_risk(
    surplus: float, rates: Sequence[float], hazard: float, breakdown: Sequence[float]
) -> tuple[float, float]:
    """Return payoffs when talks may break down by themselves at a rate (eq. 11.14).

    Breakdown payoffs enter with the weight of the hazard even when nobody would choose them. As
    impatience vanishes the surplus over breakdown is split evenly.

    Args:
        surplus: Value of the deal.
        rates: Impatience of both sides, per unit of time.
        hazard: Rate of breakdown per unit of time, zero or above.
        breakdown: What each side gets after a breakdown.

    Examples:
        >>> [round(u, 6) for u in breakdown_risk(1.0, (0.1, 0.2), 0.3, (0.2, 0.1))]
        [0.588889, 0.411111]

    References:
        Muthoo (1999, chapter 4).
    """
    one, two = _rates(rates)
    faults = shape_faults("breakdown", breakdown, (2,), do="give one payoff a side")
    faults += number_faults("breakdown", breakdown, do="give finite payoffs")
    faults += number_faults("surplus", surplus, do="give the value of the deal")
    faults += number_faults("hazard", hazard, at_least=0.0, do=_RATE)
    check("breakdown", faults)
    kept = (
        hazard * float(breakdown[0]) / (one + hazard),
        hazard * float(breakdown[1]) / (two + hazard),
    )
    left = surplus - sum(kept)
    if left <= 0.0:
        check(
            "breakdown",
            [
                f"`breakdown` is worth {sum(kept):.6g}, allowed: below the surplus ({surplus:.6g}); "
                "waiting for breakdown is better than the deal, so report that talks fail"
            ],
        )
    total = 2.0 * hazard + one + two
    return kept[0] + (two + hazard) / total * left, kept[1] + (one + hazard) / total * left


def political_rate(discount_rate: float, hazards: Sequence[float]) -> float:
    """Return impatience: discount rate plus the hazards of events that void the deal (eq. 11.15).

    Args:
        discount_rate: Pure rate per unit of time, zero or above.
        hazards: Rates of elections lost, rulings, expiries, per unit of time.

    Examples:
        >>> round(political_rate(0.04, [0.1, 0.06]), 6)
        0.2
    """
    check(
        "clock",
        number_faults("discount_rate", discount_rate, at_least=0.0, do=_RATE),
        number_faults("hazards", list(hazards), at_least=0.0, do=_RATE),
    )
    return float(discount_rate + sum(hazards))
