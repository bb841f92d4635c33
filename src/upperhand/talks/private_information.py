"""Bargaining when neither side knows the other's stakes: gains that no protocol can reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from upperhand.core.errors import NoEquilibriumError
from upperhand.game.checks import FloatArray, check, frozen, number_faults, shape_faults


@dataclass(frozen=True, slots=True)
class LinearBids:
    """The linear equilibrium of sealed bids on a common interval.

    Attributes:
        trade: Probability of a deal.
        gains: Expected gains from trade.
        first_best: Expected gains if everything were known.
    """

    trade: float
    gains: float
    first_best: float


def chatterjee_samuelson(low: float = 0.0, high: float = 1.0) -> LinearBids:
    """Return the linear equilibrium of the double auction with uniform types (eq. 11.29).

    With linear bids a deal is struck when the buyer's value exceeds the seller's cost by a quarter
    of the interval. No mechanism gains more (Myerson and Satterthwaite). Other, non-linear
    equilibria exist.

    Args:
        low: Lower end of both sides' values.
        high: Upper end.

    Examples:
        >>> chatterjee_samuelson()
        LinearBids(trade=0.28125, gains=0.140625, first_best=0.16666666666666666)

    References:
        Chatterjee and Samuelson (1983); Myerson and Satterthwaite (1983).
    """
    check("double auction", number_faults("high", high, above=low, do="give low below high"))
    width = high - low
    return LinearBids(9.0 / 32.0, 9.0 / 64.0 * width, width / 6.0)


@dataclass(frozen=True, slots=True, eq=False)
class Mechanism:
    """The best protocol that both sides would join and answer truthfully.

    Attributes:
        trade: Probability of a deal, dims (value, cost).
        payment: Payment from buyer to seller, dims (value, cost): one of many that do.
        probability: Probability of a deal.
        gains: Expected gains.
        first_best: Expected gains if everything were known.
        violation: Largest breach of a truth-telling or participation condition.
    """

    trade: FloatArray
    payment: FloatArray
    probability: float
    gains: float
    first_best: float
    violation: float


def second_best(
    values: ArrayLike,
    costs: ArrayLike,
    *,
    value_weights: ArrayLike | None = None,
    cost_weights: ArrayLike | None = None,
) -> Mechanism:
    """Find the protocol with the largest expected gains by linear programming (eq. 11.30).

    Each side knows only its own type. The protocol must make truth optimal and participation
    worthwhile for every type, and neither needs nor leaves money.

    Args:
        values: Possible values of the deal to the buyer.
        costs: Possible costs to the seller, in the same unit.
        value_weights: Probabilities of the values; equal when absent.
        cost_weights: Probabilities of the costs; equal when absent.

    Examples:
        >>> grid = (np.arange(10) + 0.5) / 10
        >>> round(second_best(grid, grid).gains, 4)
        0.1512

    References:
        Myerson and Satterthwaite (1983).
    """
    check(
        "mechanism",
        shape_faults("values", values, (None,), do="give one value a type"),
        number_faults("values", values, do="give finite values"),
        shape_faults("costs", costs, (None,), do="give one cost a type"),
        number_faults("costs", costs, do="give finite costs"),
    )
    v, c = np.asarray(values, dtype=float), np.asarray(costs, dtype=float)
    weights = (
        _chances("value_weights", value_weights, len(v)),
        _chances("cost_weights", cost_weights, len(c)),
    )
    return _optimal(v, c, *weights)


def _chances(name: str, weights: ArrayLike | None, count: int) -> FloatArray:
    """Return probabilities of types."""
    raw = np.full(count, 1.0 / count) if weights is None else np.asarray(weights, dtype=float)
    check(
        "mechanism",
        shape_faults(name, raw, (count,), do="give one probability a type"),
        number_faults(name, raw, above=0.0, do="drop types with probability 0"),
    )
    if abs(raw.sum() - 1.0) > 1e-9:
        check("mechanism", [f"`{name}` adds to {raw.sum():.6g}, allowed: 1; divide by the sum"])
    return raw


def _optimal(v: FloatArray, c: FloatArray, f: FloatArray, g: FloatArray) -> Mechanism:
    """Solve the linear program over deals and payments."""
    n, m = len(v), len(c)
    weight = np.outer(f, g)
    surplus = v[:, None] - c[None, :]
    rows = _conditions(v, c, f, g)
    bounds = np.zeros(len(rows))
    plan = _program(np.r_[-(weight * surplus).ravel(), np.zeros(n * m)], rows, bounds)
    trade = np.clip(plan[: n * m].reshape(n, m), 0.0, 1.0)
    return Mechanism(
        trade=frozen(trade),
        payment=frozen(plan[n * m :].reshape(n, m)),
        probability=float((weight * trade).sum()),
        gains=float((weight * trade * surplus).sum()),
        first_best=float((weight * np.maximum(surplus, 0.0)).sum()),
        violation=float(max(0.0, (rows @ plan).max())),
    )


def _program(cost: FloatArray, rows: FloatArray, bounds: FloatArray) -> FloatArray:
    """Return the cheapest protocol under linear conditions."""
    from scipy.optimize import linprog

    half = len(cost) // 2
    solved = linprog(
        cost,
        A_ub=rows,
        b_ub=bounds,
        bounds=[(0.0, 1.0)] * half + [(None, None)] * half,
        method="highs",
    )
    if solved.x is None:  # staying apart is always possible, so only the scale can fail
        raise NoEquilibriumError(
            f"mechanism with {half} pairs of types: {solved.message}; rescale values and costs"
        )
    return np.asarray(solved.x, dtype=float)


def _conditions(v: FloatArray, c: FloatArray, f: FloatArray, g: FloatArray) -> FloatArray:
    """Return participation and truth-telling as rows that must not be positive."""
    n, m = len(v), len(c)
    rows: list[FloatArray] = []

    def buyer(truth: int, report: int) -> FloatArray:
        row = np.zeros((2, n, m))
        row[0, report], row[1, report] = v[truth] * g, -g
        return row.ravel()

    def seller(truth: int, report: int) -> FloatArray:
        row = np.zeros((2, n, m))
        row[0, :, report], row[1, :, report] = -c[truth] * f, f
        return row.ravel()

    for side, count in ((buyer, n), (seller, m)):
        for truth in range(count):
            honest = side(truth, truth)
            rows.append(-honest)
            rows += [side(truth, lie) - honest for lie in range(count) if lie != truth]
    return np.array(rows)


@dataclass(frozen=True, slots=True)
class Escalation:
    """The best protocol between two sides whose cost of conflict is partly private.

    Attributes:
        escalation: Probability of conflict.
        concession: Smallest and largest expected payment of the first side to the second under
            a best protocol.
        cost: Expected loss to conflict that full information would avoid.
    """

    escalation: float
    concession: tuple[float, float]
    cost: float


def escalation_protocol(
    opportunity_costs: tuple[float, float], spread: float, *, types: int = 20
) -> Escalation:
    """Return how often the best protocol between two sides fails (eq. 11.31).

    Conflict costs each side its opportunity cost less a private term, uniform on plus or minus
    `spread`. Peace is a deal: the first side's cost of conflict is its value, the negative of the
    second side's is its cost, and the payment is the concession. Lower opportunity costs mean more
    conflict.

    Args:
        opportunity_costs: Known part of each side's cost of conflict.
        spread: Half the width of the private part, positive.
        types: Types on each side of the grid.

    Examples:
        >>> calm = escalation_protocol((1.0, 1.0), 0.5).escalation
        >>> tense = escalation_protocol((0.2, 0.2), 0.5).escalation
        >>> calm < 1e-9 < 0.1 < tense
        True

    References:
        The class of Mayer, Mejean and Thoenig (2025); reconstructed, not their closed form.
    """
    check(
        "escalation",
        shape_faults("opportunity_costs", opportunity_costs, (2,), do="give one cost a side"),
        number_faults("opportunity_costs", opportunity_costs, do="give finite costs"),
        number_faults("spread", spread, above=0.0, do="give half the width of the private part"),
        number_faults("types", types, at_least=2, at_most=60, do="20 is usual"),
    )
    private = spread * (2.0 * (np.arange(types) + 0.5) / types - 1.0)
    v, c = opportunity_costs[0] - private, private - opportunity_costs[1]
    found = second_best(v, c)
    even = np.full(types, 1.0 / types)
    surplus = (np.outer(even, even) * (v[:, None] - c[None, :])).ravel()
    kept = np.r_[-surplus, np.zeros(types**2)]
    rows = np.vstack([_conditions(v, c, even, even), kept])
    bounds = np.r_[np.zeros(len(rows) - 1), -found.gains + 1e-9 * max(1.0, found.gains)]
    paid = np.r_[np.zeros(types**2), np.full(types**2, 1.0 / types**2)]
    ends = [float(paid @ _program(sign * paid, rows, bounds)) for sign in (1.0, -1.0)]
    return Escalation(1.0 - found.probability, (ends[0], ends[1]), found.first_best - found.gains)
