"""Variable threats: what each side would bind itself to do if talks fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from upperhand.core.errors import OptionError
from upperhand.game.checks import FloatArray, check, frozen, number_faults
from upperhand.game.enumerate import zero_sum_value
from upperhand.game.normal_form import Bimatrix, Equilibria, bimatrix, solve_bimatrix
from upperhand.talks.bargaining import Frontier, nash_solution


@dataclass(frozen=True, slots=True, eq=False)
class ThreatValue:
    """Nash's variable threats with side payments.

    Attributes:
        payoffs: What each side gets in the deal.
        total: The largest sum of payoffs, which the deal shares.
        advantage: Value of the game of damage: positive when the row player threatens better.
        row: Probabilities of the row player's threats.
        column: Probabilities of the column player's threats.
        threat: Payoffs if the threats were carried out.
    """

    payoffs: tuple[float, float]
    total: float
    advantage: float
    row: FloatArray
    column: FloatArray
    threat: tuple[float, float]


def variable_threats(game: Bimatrix) -> ThreatValue:
    """Solve the game of threats when money can change hands (eq. 11.6, 12.2).

    Each side commits to what it does if talks fail; the deal takes the largest total and splits
    it evenly from the point where the threats lead. What matters is damage to the other less
    damage to oneself. Threats may not be unique; the deal is.

    Args:
        game: Payoffs of every pair of packages, in one unit that both sides can transfer.

    Examples:
        >>> from upperhand.game.normal_form import bimatrix
        >>> found = variable_threats(bimatrix([[5, 0], [0, 3]], [[3, -4], [0, 6]]))
        >>> found.total, round(found.advantage, 9), [round(u, 9) for u in found.payoffs]
        (9.0, 2.0, [5.5, 3.5])

    References:
        Nash (1953).
    """
    total = float((game.row + game.column).max())
    advantage, x, y = zero_sum_value(game.row - game.column)
    return ThreatValue(
        payoffs=((total + advantage) / 2.0, (total - advantage) / 2.0),
        total=total,
        advantage=advantage,
        row=frozen(x),
        column=frozen(y),
        threat=(float(x @ game.row @ y), float(x @ game.column @ y)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class ThreatGame:
    """The game of threats without side payments.

    Attributes:
        game: Payoffs after bargaining from each pair of threats.
        equilibria: All equilibria of that game.
        no_deal: Pairs of threats (row, column) from which no deal improves on the threat point.
    """

    game: Bimatrix
    equilibria: Equilibria
    no_deal: tuple[tuple[int, int], ...]


def threat_game(
    frontier: Frontier,
    row: ArrayLike,
    column: ArrayLike,
    *,
    weights: Sequence[float] | None = None,
) -> ThreatGame:
    """Solve the game of threats on a menu when money cannot change hands (eq. 11.7).

    Every pair of threats is a threat point; the Nash solution from it is the payoff of the pair.
    Where no deal improves on a threat point, the threats themselves are the payoffs.

    Args:
        frontier: The possible deals.
        row: Payoffs of the row player if each pair of threats is carried out.
        column: Payoffs of the column player, same shape.
        weights: Bargaining weights.

    Examples:
        >>> from upperhand.talks.bargaining import Curve
        >>> found = threat_game(Curve(lambda u: 1 - u, 0.0, 1.0), [[0.2, 0.0]], [[0.2, 0.3]])
        >>> [round(u, 6) for u in found.equilibria.profiles[0].payoffs]
        [0.35, 0.65]
    """
    threats = bimatrix(row, column)
    payoffs = np.stack([threats.row, threats.column], axis=-1).copy()
    failed: list[tuple[int, int]] = []
    for i, j in np.ndindex(*threats.row.shape):
        point = (float(payoffs[i, j, 0]), float(payoffs[i, j, 1]))
        try:
            payoffs[i, j] = nash_solution(frontier, point, weights=weights).payoffs
        except OptionError as fault:
            if "outside the frontier" not in str(fault):
                raise
            failed.append((i, j))
    game = bimatrix(payoffs[..., 0], payoffs[..., 1])
    return ThreatGame(game, solve_bimatrix(game), tuple(failed))


def war_is_better_now(discount: float, shift: float, cost_of_war: float) -> bool:
    """Say whether shifting power makes war better now than a deal that will not last (eq. 11.8).

    Args:
        discount: Discount factor a period, 0 to 1.
        shift: Fall of the own threat payoff a period, in the unit of the payoffs.
        cost_of_war: Surplus lost to war a period, zero or above.

    Examples:
        >>> war_is_better_now(0.9, shift=2.0, cost_of_war=1.5)
        True

    References:
        Powell (2006).
    """
    check(
        "commitment problem",
        number_faults("discount", discount, at_least=0.0, at_most=1.0, do="give exp(-r * period)"),
        number_faults("shift", shift, do="give a finite fall of the threat payoff"),
        number_faults("cost_of_war", cost_of_war, at_least=0.0, do="give the surplus lost"),
    )
    return bool(discount * shift > cost_of_war)
