"""Search for equilibria of two-player games: dominance, corners, small supports, zero-sum values."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upperhand.core.errors import NoEquilibriumError
from upperhand.game.checks import FloatArray, check, number_faults, shape_faults

IntArray = NDArray[np.intp]
Pair = tuple[FloatArray, FloatArray]


def undominated(row: FloatArray, column: FloatArray) -> tuple[list[int], list[int]]:
    """Return the rows and columns that survive repeated removal of strictly dominated actions.

    Domination by mixtures counts (eq. 10.3). The order of removal does not matter, and no Nash
    equilibrium plays a removed action.

    Examples:
        >>> import numpy as np
        >>> undominated(np.array([[3.0, 0.0], [5.0, 1.0]]), np.array([[3.0, 5.0], [0.0, 1.0]]))
        ([1], [1])
    """
    rows, columns = list(range(row.shape[0])), list(range(row.shape[1]))
    changed = True
    while changed:
        kept_rows = _survivors(row[np.ix_(rows, columns)])
        kept_columns = _survivors(column[np.ix_(rows, columns)].T)
        changed = len(kept_rows) < len(rows) or len(kept_columns) < len(columns)
        rows, columns = [rows[i] for i in kept_rows], [columns[j] for j in kept_columns]
    return rows, columns


def _survivors(payoff: FloatArray) -> list[int]:
    """Return the rows that no mixture of other rows beats everywhere."""
    left = [i for i in range(len(payoff)) if not _beaten_by_one(payoff, i)]
    return [
        i for i in left if len(left) == 1 or not _beaten_by_mixture(payoff[left], left.index(i))
    ]


def _beaten_by_one(payoff: FloatArray, action: int) -> bool:
    """True when one other row is better against everything."""
    margin = 1e-9 * (float(np.ptp(payoff)) or 1.0)
    return bool(np.any(np.all(payoff > payoff[action] + margin, axis=1)))


def _beaten_by_mixture(payoff: FloatArray, action: int) -> bool:
    """True when a mixture of the other rows is better against everything."""
    from scipy.optimize import linprog

    others = np.delete(payoff, action, axis=0)
    scale = float(np.ptp(payoff)) or 1.0
    count, columns = others.shape
    gap = (payoff[action][None, :] - others) / scale
    # Maximise the smallest advantage s of the mixture.
    solved = linprog(
        np.r_[np.zeros(count), -1.0],
        A_ub=np.hstack([gap.T, np.ones((columns, 1))]),
        b_ub=np.zeros(columns),
        A_eq=np.r_[np.ones(count), 0.0][None, :],
        b_eq=[1.0],
        bounds=[(0, None)] * count + [(None, None)],
    )
    return bool(solved.x is not None and solved.x[-1] > 1e-9)


def extreme_pairs(row: FloatArray, column: FloatArray) -> list[Pair]:
    """Return every extreme equilibrium of a small game."""
    if 1 in row.shape:
        return _one_sided(row, column)
    import nashpy

    game = nashpy.Game(_unit(row), _unit(column))
    found = [polished(row, column, x, y) for x, y in game.vertex_enumeration()]
    return [pair for pair in found if pair is not None]


def _unit(payoff: FloatArray) -> FloatArray:
    """Return payoffs on the interval from one to two; equilibria do not change."""
    width = float(np.ptp(payoff))
    return np.ones_like(payoff) if width == 0 else 1.0 + (payoff - payoff.min()) / width


def _one_sided(row: FloatArray, column: FloatArray) -> list[Pair]:
    """Return the corners when one side has a single action left."""
    pairs: list[Pair] = []
    for i, j in np.argwhere(_pure_mask(row, column)):
        pairs.append((np.eye(row.shape[0])[i], np.eye(row.shape[1])[j]))
    return pairs


def _pure_mask(row: FloatArray, column: FloatArray) -> np.ndarray:
    """Return where both actions are best replies to each other."""
    close = 1e-9
    best_row = row >= row.max(axis=0, keepdims=True) - close * (float(np.ptp(row)) or 1.0)
    best_column = column >= column.max(axis=1, keepdims=True) - close * (
        float(np.ptp(column)) or 1.0
    )
    return np.asarray(best_row & best_column)


def polished(row: FloatArray, column: FloatArray, x: FloatArray, y: FloatArray) -> Pair | None:
    """Return an extreme equilibrium solved again from its binding conditions, to full accuracy."""
    loose = 1e-6
    played_row, played_column = np.flatnonzero(x > loose), np.flatnonzero(y > loose)
    value_row, value_column = row @ y, x @ column
    best_row = np.flatnonzero(value_row >= value_row.max() - loose * (float(np.ptp(row)) or 1.0))
    best_column = np.flatnonzero(
        value_column >= value_column.max() - loose * (float(np.ptp(column)) or 1.0)
    )
    new_x = _indifferent(column.T, played_row, best_column)
    new_y = _indifferent(row, played_column, best_row)
    if new_x is None or new_y is None:
        return None
    return new_x, new_y


def _indifferent(payoff: FloatArray, played: IntArray, best: IntArray) -> FloatArray | None:
    """Return the mixture over `played` columns that makes the `best` rows equally good."""
    count = len(played)
    scale = float(np.ptp(payoff)) or 1.0
    table = payoff[np.ix_(best, played)] / scale
    system = np.vstack(
        [
            np.hstack([table, -np.ones((len(best), 1))]),
            np.r_[np.ones(count), 0.0][None, :],
        ]
    )
    target = np.r_[np.zeros(len(best)), 1.0]
    solved = np.linalg.lstsq(system, target, rcond=None)[0]
    if np.any(solved[:count] < -1e-9) or np.abs(system @ solved - target).max() > 1e-9:
        return None
    whole = np.zeros(payoff.shape[1])
    whole[played] = np.clip(solved[:count], 0.0, None)
    return np.asarray(whole / whole.sum())


def searched_pairs(row: FloatArray, column: FloatArray) -> list[Pair]:
    """Return the equilibria of a large game that a limited search finds."""
    pairs: list[Pair] = [
        (np.eye(row.shape[0])[i], np.eye(row.shape[1])[j])
        for i, j in np.argwhere(_pure_mask(row, column))
    ]
    pairs += _two_by_two(row, column)
    if not pairs and float(np.ptp(row + column)) <= 1e-9 * float(np.ptp(row)):
        _, mix_row, mix_column = zero_sum_value(row)
        return [polished(row, column, mix_row, mix_column) or (mix_row, mix_column)]
    return pairs


def _two_by_two(row: FloatArray, column: FloatArray) -> list[Pair]:
    """Return every equilibrium in which each side plays exactly two actions."""
    columns = np.array(list(combinations(range(row.shape[1]), 2)))
    pairs: list[Pair] = []
    for first, second in combinations(range(row.shape[0]), 2):
        gap_row = row[first] - row[second]
        gap_column = column[first] - column[second]
        left, right = columns[:, 0], columns[:, 1]
        with np.errstate(divide="ignore", invalid="ignore"):
            on_left = gap_row[right] / (gap_row[right] - gap_row[left])
            base = column[second, right] - column[second, left]
            on_first = base / (gap_column[left] - gap_column[right])
        inside = (on_left > 0) & (on_left < 1) & (on_first > 0) & (on_first < 1)
        for place in np.flatnonzero(inside):
            y = on_left[place] * row[:, left[place]] + (1 - on_left[place]) * row[:, right[place]]
            if y.max() > y[first] + 1e-9 * np.ptp(row):
                continue
            x = on_first[place] * column[first] + (1 - on_first[place]) * column[second]
            if x.max() > x[left[place]] + 1e-9 * np.ptp(column):
                continue
            mix_row, mix_column = np.zeros(row.shape[0]), np.zeros(row.shape[1])
            mix_row[[first, second]] = on_first[place], 1 - on_first[place]
            mix_column[[left[place], right[place]]] = on_left[place], 1 - on_left[place]
            pairs.append((mix_row, mix_column))
    return pairs


def sharpened(row: FloatArray, column: FloatArray, mixes: Iterable[Pair]) -> list[Pair]:
    """Return the exact profiles on the supports that nearly exact mixtures point at."""
    pairs: list[Pair] = []
    for x, y in mixes:
        played_row, played_column = np.flatnonzero(x > 1e-3), np.flatnonzero(y > 1e-3)
        new_x = _indifferent(column.T, played_row, played_column)
        new_y = _indifferent(row, played_column, played_row)
        if new_x is not None and new_y is not None:
            pairs.append((new_x, new_y))
    return pairs


def bicliques(edges: set[tuple[int, int]]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Return the maximal complete parts of a two-sided graph, in a fixed order.

    Examples:
        >>> bicliques({(0, 0), (0, 1), (1, 1)})
        [((0,), (0, 1)), ((0, 1), (1,))]
    """
    around = {i: frozenset(j for k, j in edges if k == i) for i, _ in edges}
    rights: set[frozenset[int]] = set(around.values())
    grown = True
    while grown:
        meets = {a & b for a, b in combinations(rights, 2) if a & b}
        grown = not meets <= rights
        rights |= meets
    parts = [
        (tuple(sorted(i for i, near in around.items() if right <= near)), tuple(sorted(right)))
        for right in rights
    ]
    return sorted(parts)


def zero_sum_value(payoff: ArrayLike) -> tuple[float, FloatArray, FloatArray]:
    """Return the value of a zero-sum game and optimal strategies of both sides (eq. 10.4).

    The row player receives `payoff`, the column player its negative. Optimal strategies need not
    be unique; the value is.

    Examples:
        >>> value, row, column = zero_sum_value([[2, 4], [0, -3]])
        >>> round(value, 9), row.round(3).tolist(), column.round(3).tolist()
        (2.0, [1.0, 0.0], [1.0, 0.0])
    """
    check(
        "zero-sum game",
        shape_faults("payoff", payoff, (None, None), do="give one row for each action"),
        number_faults("payoff", payoff, do="give a payoff for every pair of actions"),
    )
    table = np.asarray(payoff, dtype=float)
    scale = float(np.ptp(table)) or 1.0
    low = float(table.min())
    unit = (table - low) / scale
    row, worst = _maximin(unit)
    column, best = _maximin(-unit.T)
    value = low + scale * 0.5 * (worst - best)
    return value, row, column


def _maximin(unit: FloatArray) -> tuple[FloatArray, float]:
    """Return the strategy that maximises the smallest payoff, and that payoff."""
    from scipy.optimize import linprog

    count, columns = unit.shape
    solved = linprog(
        np.r_[np.zeros(count), -1.0],
        A_ub=np.hstack([-unit.T, np.ones((columns, 1))]),
        b_ub=np.zeros(columns),
        A_eq=np.r_[np.ones(count), 0.0][None, :],
        b_eq=[1.0],
        bounds=[(0, None)] * count + [(None, None)],
    )
    if solved.x is None:  # a bounded program with a feasible point always has a solution
        raise NoEquilibriumError(
            f"zero-sum game of {count} by {columns}: {solved.message}; rescale payoffs"
        )
    mix = np.clip(solved.x[:count], 0.0, None)
    mix = mix / mix.sum()
    return mix, float((mix @ unit).min())


def pure_equilibria(payoffs: ArrayLike) -> tuple[tuple[int, ...], ...]:
    """Return every pure equilibrium of a game with any number of players.

    Args:
        payoffs: Payoffs with one axis for each player's actions and the players on the last axis.

    Examples:
        >>> pure_equilibria([[[3, 2], [0, 0]], [[0, 0], [2, 3]]])
        ((0, 0), (1, 1))
    """
    check("pure equilibria", number_faults("payoffs", payoffs, do="give every payoff"))
    table = np.asarray(payoffs, dtype=float)
    players = table.ndim - 1
    if players < 1 or table.shape[-1] != players:
        check(
            "pure equilibria",
            [
                f"`payoffs` has shape {table.shape}, allowed: one axis a player and the players on "
                "the last axis; stack the players' tables along a new last axis"
            ],
        )
    stable = np.ones(table.shape[:-1], dtype=bool)
    for player in range(players):
        own = table[..., player]
        close = 1e-12 * (float(np.ptp(own)) or 1.0)
        stable &= own >= own.max(axis=player, keepdims=True) - close
    return tuple(_positions(np.argwhere(stable)))


def _positions(found: Iterable[Iterable[int]]) -> list[tuple[int, ...]]:
    """Return positions as tuples of plain integers."""
    return [tuple(int(i) for i in place) for place in found]
