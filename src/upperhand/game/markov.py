"""Games of two over finitely many periods and states, solved from the end (model book, eq. 5.41 and 5.42).

In each state of each period the two play a stage game whose payoffs hold what comes after. Every
equilibrium of every stage game is looked for. Where there are several a rule that the caller chooses
picks one; `several` says where, `equilibria_of` names them, and another rule may be tried. What was
found is certified: nobody gains by acting otherwise once, in any state.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from upperhand.core.errors import NoEquilibriumError
from upperhand.game.checks import FloatArray, check, number_faults, shape_faults
from upperhand.game.normal_form import Equilibria, bimatrix, solve_bimatrix

#: Weights on the two payoffs by which one of several equilibria is taken: their sum.
SUM = (1.0, 1.0)
_CLOSE, _CERTIFIED = 1e-12, 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class MarkovGame:
    """A game over periods and states.

    Attributes:
        payoffs: What each side gets in a period (side, period, state, action, action).
        moves: Chance of the next state (action, action, state, next state); rows add up to one.
        end: What each state is worth to each side after the last period (side, state).
        discount: Each side's factor a period, 0 to 1.
    """

    payoffs: FloatArray
    moves: FloatArray
    end: FloatArray
    discount: tuple[float, float]

    def __post_init__(self) -> None:
        faults = shape_faults(
            "payoffs", self.payoffs, (2, None, None, None, None), do="one number for each outcome"
        )
        check("game over periods", faults)
        _, _, states, first, second = self.payoffs.shape
        wanted = (first, second, states, states)
        check(
            "game over periods",
            number_faults("payoffs", self.payoffs, do="give finite payoffs"),
            shape_faults("moves", self.moves, wanted, do="one chance for each next state"),
            shape_faults("end", self.end, (2, states), do="one value for each side and state"),
        )
        faults = number_faults("moves", self.moves, at_least=0.0, at_most=1.0, do="give chances")
        faults += number_faults("discount", self.discount, at_least=0.0, at_most=1.0, do="factors")
        if not faults and not np.allclose(self.moves.sum(axis=-1), 1.0, atol=1e-9):
            faults = ["`moves` has rows that do not add up to 1; every state leads somewhere"]
        check("game over periods", faults)


@dataclass(frozen=True, slots=True, eq=False)
class MarkovPlay:
    """What both do in every state of every period.

    Attributes:
        values: What each state is worth (side, period, state); one period more than are played.
        first: Chances of the first side's actions (period, state, action).
        second: Those of the second side.
        several: Equilibria of each stage game (period, state); a continuum counts by its corners.
        regret: The most that either side gains by acting otherwise once, over all periods and
            states, as a share of the range of values.
    """

    values: FloatArray
    first: FloatArray
    second: FloatArray
    several: FloatArray
    regret: float

    @property
    def ambiguous(self) -> int:
        """Stage games with more than one equilibrium."""
        return int((self.several > 1).sum())

    def walk(self, game: MarkovGame, start: FloatArray) -> FloatArray:
        """Return the chance of each state in each period (period, state), from those of the first."""
        place, found = np.asarray(start, dtype=np.float64), []
        for t in range(len(self.first)):
            found.append(place)
            both = np.einsum("s,sa,sb->abs", place, self.first[t], self.second[t])
            place = both.reshape(-1) @ game.moves.reshape(-1, game.moves.shape[-1])
        return np.array(found)


def solve_markov(game: MarkovGame, *, prefer: tuple[float, float] = SUM) -> MarkovPlay:
    """Return what both do in every state, found from the last period backwards (eq. 5.41).

    Args:
        game: The game.
        prefer: Weights on the two payoffs; of several pure equilibria of a stage game the one with
            the largest weighted sum is taken, of equals the first listed. A mixed one is taken only
            where none is pure.

    Raises:
        NoEquilibriumError: If what was found cannot be certified.

    Examples:
        One side, one state, one period: it takes the larger payoff.

        >>> game = MarkovGame(
        ...     payoffs=np.array([[[[[1.0], [3.0]]]], [[[[0.0], [0.0]]]]]),
        ...     moves=np.ones((2, 1, 1, 1)),
        ...     end=np.zeros((2, 1)),
        ...     discount=(1.0, 1.0),
        ... )
        >>> found = solve_markov(game)
        >>> float(found.values[0, 0, 0]), found.first[0, 0].tolist(), found.regret
        (3.0, [0.0, 1.0], 0.0)
    """
    value = np.asarray(game.end, dtype=np.float64)
    values, firsts, seconds, counts = [value], [], [], []
    for t in reversed(range(game.payoffs.shape[1])):
        worth = stage_payoffs(game, t, value)
        first, second, count = stage_equilibria(worth[0], worth[1], prefer)
        value = np.einsum("isab,sa,sb->is", worth, first, second, optimize=True)
        values.append(value)
        firsts.append(first)
        seconds.append(second)
        counts.append(count)
    first, second = np.array(firsts[::-1]), np.array(seconds[::-1])
    left = regret_of(game, first, second)
    if not left <= _CERTIFIED:
        raise NoEquilibriumError(
            f"game over periods: not certified, one side still gains {left:.1e} of the range of "
            "values by acting otherwise once; scale the payoffs, or give fewer actions"
        )
    return MarkovPlay(
        np.array(values[::-1]).transpose(1, 0, 2), first, second, np.array(counts[::-1]), left
    )


def stage_payoffs(game: MarkovGame, period: int, after: FloatArray) -> FloatArray:
    """Return what each outcome of a period is worth, given the worth of the next states (eq. 5.41).

    Args:
        game: The game.
        period: Position of the period.
        after: What each state is worth in the next period (side, state).

    Returns:
        Payoffs (side, state, action, action).
    """
    shape = game.moves.shape[:3]
    moves = game.moves.reshape(-1, game.moves.shape[-1])
    later = (moves @ after.T).reshape(*shape, 2).transpose(3, 2, 0, 1)
    found = game.payoffs[:, period] + np.asarray(game.discount)[:, None, None, None] * later
    return np.asarray(found)


def regret_of(game: MarkovGame, first: FloatArray, second: FloatArray) -> float:
    """Return the most that a side gains by acting otherwise once, in any state of any period.

    With finitely many periods no other plan gains either if no single change does. As a share of
    the range of values; what both get is worked out anew from what they do.

    Args:
        game: The game.
        first: Chances of the first side's actions (period, state, action).
        second: Those of the second side.

    Examples:
        Taking 1 where there is 3 forgoes two thirds of the range, which starts at the other's 0.

        >>> game = MarkovGame(
        ...     payoffs=np.array([[[[[1.0], [3.0]]]], [[[[0.0], [0.0]]]]]),
        ...     moves=np.ones((2, 1, 1, 1)),
        ...     end=np.zeros((2, 1)),
        ...     discount=(1.0, 1.0),
        ... )
        >>> round(regret_of(game, np.array([[[1.0, 0.0]]]), np.ones((1, 1, 1))), 3)
        0.667
    """
    value, gain, low, high = np.asarray(game.end, dtype=np.float64), 0.0, np.inf, -np.inf
    for t in reversed(range(len(first))):
        worth = stage_payoffs(game, t, value)
        one = np.einsum("sab,sb->sa", worth[0], second[t])
        two = np.einsum("sab,sa->sb", worth[1], first[t])
        value = np.stack([(one * first[t]).sum(axis=1), (two * second[t]).sum(axis=1)])
        gain = max(gain, float((one.max(axis=1) - value[0]).max()))
        gain = max(gain, float((two.max(axis=1) - value[1]).max()))
        low, high = min(low, float(worth.min())), max(high, float(worth.max()))
    return gain / (high - low) if high > low else 0.0


def openings(
    game: MarkovGame, extra: FloatArray, *, prefer: tuple[float, float] = SUM
) -> tuple[FloatArray, FloatArray]:
    """Return what both do in the first period when states are worth more or less, many at once.

    Args:
        game: The game; its periods all have the payoffs of the first.
        extra: What each state adds to a period's payoff in each variant (side, variant, state).
        prefer: As for `solve_markov`.

    Returns:
        Chances of the actions of both in the first period (variant, state, action).
    """
    _, variants, states = extra.shape
    first, second = game.moves.shape[:2]
    moves = game.moves.reshape(-1, states)
    flow = game.payoffs[:, 0][:, None] + extra[..., None, None]
    value = np.repeat(np.asarray(game.end, dtype=np.float64)[:, None], variants, axis=1)
    chances = (np.empty(0), np.empty(0))
    for _ in range(game.payoffs.shape[1]):
        later = (moves @ value.reshape(-1, states).T).reshape(first, second, states, 2, variants)
        worth = flow + np.asarray(game.discount)[:, None, None, None, None] * later.transpose(
            3, 4, 2, 0, 1
        )
        both = worth.reshape(2, -1, first, second)
        x, y, _ = stage_equilibria(both[0], both[1], prefer)
        value = np.einsum("isab,sa,sb->is", both, x, y, optimize=True).reshape(value.shape)
        chances = (x, y)
    return chances[0].reshape(variants, states, first), chances[1].reshape(variants, states, second)


def equilibria_of(
    game: MarkovGame,
    play: MarkovPlay,
    period: int,
    state: int,
    *,
    names: tuple[tuple[str, ...], tuple[str, ...]],
) -> Equilibria:
    """Return every equilibrium of one stage game, given what is played afterwards (eq. 5.42).

    Args:
        game: The game.
        play: What is played.
        period: Position of the period.
        state: Position of the state.
        names: Actions of both sides in words.
    """
    worth = stage_payoffs(game, period, play.values[:, period + 1])
    return solve_bimatrix(
        bimatrix(worth[0, state], worth[1, state], row_actions=names[0], column_actions=names[1])
    )


def stage_equilibria(
    row: FloatArray, column: FloatArray, prefer: tuple[float, float] = SUM
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return one equilibrium of each of many games, and how many each has (eq. 5.42).

    Games of at most two actions each are solved by formula; larger ones one by one.

    Args:
        row: Payoffs of the first side (game, action, action).
        column: Payoffs of the second side.
        prefer: Weights on the two payoffs by which one of several is taken.

    Returns:
        Chances of the actions of both, and the number of equilibria, those of a continuum as its
        corners.

    Examples:
        Matching pennies has one equilibrium, and it is mixed.

        >>> pennies = np.array([[[1.0, -1.0], [-1.0, 1.0]]])
        >>> first, second, count = stage_equilibria(pennies, -pennies)
        >>> first.tolist(), second.tolist(), count.tolist()
        ([[0.5, 0.5]], [[0.5, 0.5]], [1])
    """
    if max(row.shape[1:]) > 2:
        return _one_by_one(row, column, prefer)
    scale = max(float(np.ptp(row)), float(np.ptp(column)), 1e-300) * _CLOSE
    pure = (row >= row.max(axis=1, keepdims=True) - scale) & (
        column >= column.max(axis=2, keepdims=True) - scale
    )
    count = pure.sum(axis=(1, 2))
    liked = prefer[0] * row + prefer[1] * column
    joint = np.where(pure, liked, -np.inf).reshape(len(row), -1)
    tops = joint >= joint.max(axis=1, keepdims=True) - scale
    best = np.argmax(tops, axis=1)
    first = np.eye(row.shape[1])[best // row.shape[2]]
    second = np.eye(row.shape[2])[best % row.shape[2]]
    if row.shape[1:] != (2, 2):
        return first, second, count
    p, inside = _indifferent(column[:, 0, 0], column[:, 0, 1], column[:, 1, 0], column[:, 1, 1])
    q, within = _indifferent(row[:, 0, 0], row[:, 1, 0], row[:, 0, 1], row[:, 1, 1])
    mixed = inside & within
    chosen = (mixed & (count == 0))[:, None]
    first = np.where(chosen, np.stack([p, 1.0 - p], axis=1), first)
    second = np.where(chosen, np.stack([q, 1.0 - q], axis=1), second)
    return first, second, count + mixed


def _indifferent(
    a: FloatArray, b: FloatArray, c: FloatArray, d: FloatArray
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return the chance x at which x a + (1 - x) c = x b + (1 - x) d, and whether it is inside."""
    bottom = (a - b) + (d - c)
    chance = np.divide(d - c, bottom, out=np.zeros_like(bottom), where=bottom != 0.0)
    return chance, np.asarray((bottom != 0.0) & (chance > _CLOSE) & (chance < 1.0 - _CLOSE))


def _one_by_one(
    row: FloatArray, column: FloatArray, prefer: tuple[float, float]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    first, second, count = [], [], []
    for mine, theirs in zip(row, column, strict=True):
        found = solve_bimatrix(bimatrix(mine, theirs)).profiles
        check("stage game", [] if found else ["no equilibrium was found; give fewer actions"])
        best = max(
            found,
            key=lambda one: (one.pure, prefer[0] * one.payoffs[0] + prefer[1] * one.payoffs[1]),
        )
        first.append(best.row)
        second.append(best.column)
        count.append(len(found))
    return np.array(first), np.array(second), np.array(count)
