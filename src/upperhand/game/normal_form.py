"""Games of two players with finitely many actions: every equilibrium, with its regret.

`solve_bimatrix` removes actions that are never played, lists every extreme equilibrium of what is
left, groups those that form a continuum, and certifies each by its regret. It never picks one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from upperhand.core.errors import OptionError
from upperhand.game.checks import FloatArray, check, frozen, number_faults, shape_faults
from upperhand.game.enumerate import (
    bicliques,
    extreme_pairs,
    searched_pairs,
    sharpened,
    undominated,
)

_SAME = 1e-7  # two strategies closer than this are one; equilibria are solved to 1e-12
_COMPLETE_UP_TO = 16  # actions of both players together that vertex enumeration can list


@dataclass(frozen=True, slots=True, eq=False)
class Bimatrix:
    """Payoffs of two players; rows are actions of the first, columns of the second.

    Attributes:
        row: Payoffs of the row player, in the unit of her objective.
        column: Payoffs of the column player.
        row_actions: Names of the rows.
        column_actions: Names of the columns.
    """

    row: FloatArray
    column: FloatArray
    row_actions: tuple[str, ...]
    column_actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Equilibrium:
    """A profile of mixed strategies from which nobody gains by moving alone.

    Attributes:
        row: Probabilities of the rows.
        column: Probabilities of the columns.
        payoffs: Expected payoffs of the row and the column player.
        regret: The most that either could gain alone, as a share of the payoff range.
        label: The profile in words.
    """

    row: FloatArray
    column: FloatArray
    payoffs: tuple[float, float]
    regret: float
    label: str

    @property
    def pure(self) -> bool:
        """True when both play one action for certain."""
        return bool(self.row.max() > 1 - _SAME and self.column.max() > 1 - _SAME)


@dataclass(frozen=True, slots=True)
class Component:
    """A maximal set of equilibria in which every listed row goes with every listed column.

    Attributes:
        rows: Corners of the row player's set of strategies.
        columns: Corners of the column player's set.
        members: Positions in `Equilibria.profiles` of the corner profiles.
    """

    rows: tuple[tuple[float, ...], ...]
    columns: tuple[tuple[float, ...], ...]
    members: tuple[int, ...]

    @property
    def continuum(self) -> bool:
        """True when the set holds infinitely many equilibria."""
        return len(self.rows) > 1 or len(self.columns) > 1


@dataclass(frozen=True, slots=True)
class Equilibria:
    """All equilibria found, and whether the list is complete.

    Attributes:
        profiles: The extreme equilibria, pure ones first. In a game without continua these are
            all equilibria; otherwise every other one is a mixture inside a component.
        components: Maximal sets of interchangeable equilibria.
        complete: True when the search proves that there is no other.
        degenerate: True when some equilibrium has more best replies than actions played.
        method: How the list was found.
        removed: Actions that no equilibrium plays (strictly dominated), by player.
    """

    profiles: tuple[Equilibrium, ...]
    components: tuple[Component, ...]
    complete: bool
    degenerate: bool
    method: str
    removed: tuple[tuple[str, ...], tuple[str, ...]] = field(default=((), ()))

    @property
    def unique(self) -> bool:
        """True when the search proves that there is exactly one equilibrium."""
        return self.complete and len(self.profiles) == 1

    def sentence(self) -> str:
        """Return what was found, in words that name continua and gaps of the search."""
        number = len(self.profiles)
        continua = sum(part.continuum for part in self.components)
        if number == 0:
            return f"no equilibrium found by {self.method}; the game has one outside that search"
        head = "one equilibrium" if number == 1 else f"{number} extreme equilibria"
        parts = [head + ": " + "; ".join(profile.label for profile in self.profiles)]
        if continua:
            parts.append(f"{continua} continuum of equilibria" + ("" if continua == 1 else " sets"))
        if number > 1:
            parts.append("none is picked here")
        if not self.complete:
            parts.append(f"there may be others (searched: {self.method})")
        return "; ".join(parts)


def bimatrix(
    row: ArrayLike,
    column: ArrayLike,
    *,
    row_actions: Sequence[str] | None = None,
    column_actions: Sequence[str] | None = None,
) -> Bimatrix:
    """Build a game of two players from their payoff tables, with every fault named at once.

    Args:
        row: Payoffs of the row player, one row for each of her actions.
        column: Payoffs of the column player, same shape.
        row_actions: Names of the rows; `r1`, `r2`, ... when absent.
        column_actions: Names of the columns; `c1`, `c2`, ... when absent.

    Raises:
        OptionError: If shapes differ, a payoff is not finite, or names are missing or repeated.

    Examples:
        >>> game = bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]], row_actions=["hold", "raise"])
        >>> game.row_actions, game.column_actions
        (('hold', 'raise'), ('c1', 'c2'))
    """
    faults = [
        *shape_faults("row", row, (None, None), do="give one row for each action"),
        *number_faults("row", row, do="give a payoff for every pair of actions"),
        *number_faults("column", column, do="give a payoff for every pair of actions"),
    ]
    check("game of two players", faults)
    shape = np.shape(row)
    names = (
        tuple(row_actions) if row_actions else tuple(f"r{i + 1}" for i in range(shape[0])),
        tuple(column_actions) if column_actions else tuple(f"c{j + 1}" for j in range(shape[1])),
    )
    check(
        "game of two players",
        shape_faults("column", column, shape, do="give both tables the same shape"),
        _name_faults("row_actions", names[0], shape[0]),
        _name_faults("column_actions", names[1], shape[1]),
    )
    return Bimatrix(frozen(row), frozen(column), *names)


def _name_faults(name: str, names: tuple[str, ...], number: int) -> list[str]:
    """Return the faults of a list of action names."""
    if len(names) != number or len(set(names)) != number:
        return [f"`{name}` is {list(names)}, allowed: {number} different names; name each once"]
    return []


def regret(game: Bimatrix, row: ArrayLike, column: ArrayLike) -> float:
    """Return the most that either player could gain by moving alone (eq. 10.1).

    The gain is a share of the player's payoff range (of its largest payoff in absolute value when
    all are equal), so that games in per cent and in dollars are judged alike.

    Examples:
        >>> game = bimatrix([[3, 0], [5, 1]], [[3, 5], [0, 1]])
        >>> regret(game, [0, 1], [0, 1]), regret(game, [1, 0], [1, 0])
        (0.0, 0.4)
    """
    x, y = np.asarray(row, dtype=float), np.asarray(column, dtype=float)
    gains = []
    for payoff, reply in ((game.row, game.row @ y), (game.column, x @ game.column)):
        scale = float(np.ptp(payoff)) or max(float(np.abs(payoff).max()), 1.0)
        gains.append((float(reply.max()) - float(x @ payoff @ y)) / scale)
    return max(0.0, *gains)


def best_responses(payoff: ArrayLike, opponent: ArrayLike, *, tol: float = 1e-9) -> tuple[int, ...]:
    """Return all actions that are best against a mixed strategy of the opponent (eq. 10.2).

    Args:
        payoff: Own payoffs, one row for each own action, one column for each of the opponent.
        opponent: Probabilities of the opponent's actions.
        tol: Payoffs closer than this share of the range count as equal.

    Examples:
        >>> best_responses([[3, 0], [5, 1], [5, 0]], [1.0, 0.0])
        (1, 2)
    """
    table = np.asarray(payoff, dtype=float)
    check(
        "best responses",
        shape_faults("payoff", table, (None, None), do="one row for each own action"),
        number_faults("payoff", table, do="give a payoff for every pair of actions"),
        _mix_faults("opponent", opponent),
    )
    mix = np.asarray(opponent, dtype=float)
    check(
        "best responses",
        shape_faults("opponent", mix, (table.shape[1],), do="give one probability a column"),
    )
    value = table @ mix
    close = tol * (float(np.ptp(table)) or 1.0)
    return tuple(int(i) for i in np.flatnonzero(value >= value.max() - close))


def _mix_faults(name: str, mix: ArrayLike) -> list[str]:
    """Return the faults of a vector of probabilities."""
    faults = number_faults(name, mix, at_least=0.0, at_most=1.0, do="give probabilities")
    total = float(np.sum(np.asarray(mix, dtype=float))) if not faults else 1.0
    if abs(total - 1.0) > 1e-9:
        faults.append(f"`{name}` adds to {total:.6g}, allowed: 1; divide it by its sum")
    return faults


def solve_bimatrix(game: Bimatrix, *, tol: float = 1e-9) -> Equilibria:
    """Find every Nash equilibrium of a game of two players.

    Strictly dominated actions go first; no equilibrium plays them. What is left is solved by
    enumerating the corners of the best-response polytopes, which finds every extreme equilibrium
    even when there are infinitely many, provided both players together keep at most 16 actions.
    Larger games are searched for all pure equilibria and all with two actions each, and if there
    are none for the one at the end of the logit branch; `complete` is then False.

    Args:
        game: The payoffs.
        tol: Largest regret, as a share of the payoff range, that a listed profile may have.

    Returns:
        The equilibria, pure ones first, then by the row player's payoff from high to low. Nothing
        is selected.

    Examples:
        Two sides that both want a deal, but not the same one:

        >>> found = solve_bimatrix(bimatrix([[3, 0], [0, 2]], [[2, 0], [0, 3]]))
        >>> [profile.payoffs for profile in found.profiles]
        [(3.0, 2.0), (2.0, 3.0), (1.2, 1.2)]
        >>> found.complete, found.degenerate
        (True, False)

    References:
        Avis, Rosenberg, Savani and von Stengel (2010) for the enumeration of extreme equilibria
        and their maximal sets; Knight and Campbell (2018) for the implementation used.
    """
    check("equilibria", number_faults("tol", tol, above=0.0, below=1.0, do="1e-9 is usual"))
    rows, columns = undominated(game.row, game.column)
    small = (game.row[np.ix_(rows, columns)], game.column[np.ix_(rows, columns)])
    complete = len(rows) + len(columns) <= _COMPLETE_UP_TO
    pairs = extreme_pairs(*small) if complete else searched_pairs(*small) or _branch_end(*small)
    profiles = _certified(
        game,
        [
            (_widen(x, rows, game.row.shape[0]), _widen(y, columns, game.row.shape[1]))
            for x, y in pairs
        ],
        tol,
    )
    return Equilibria(
        profiles=profiles,
        components=_components(profiles),
        complete=complete and bool(profiles),
        degenerate=any(_more_replies(game, profile) for profile in profiles),
        method="enumeration of the corners of the best-response polytopes"
        if complete
        else "pure profiles and supports of two actions each, else the end of the logit branch",
        removed=(
            tuple(name for i, name in enumerate(game.row_actions) if i not in set(rows)),
            tuple(name for j, name in enumerate(game.column_actions) if j not in set(columns)),
        ),
    )


def _branch_end(row: FloatArray, column: FloatArray) -> list[tuple[FloatArray, FloatArray]]:
    """Return the equilibria that the logit branch points at as choice becomes exact."""
    from upperhand.game.quantal import logit_path

    scale = max(float(np.ptp(row)), float(np.ptp(column))) or 1.0
    precisions = np.array([100.0, 300.0, 1000.0, 3000.0]) / scale
    try:
        path = logit_path(bimatrix(row, column), precisions.tolist())
    except OptionError:  # the branch is too long; the caller reports that nothing was found
        return []
    return sharpened(row, column, zip(path.row, path.column, strict=True))


def _widen(mix: FloatArray, kept: Sequence[int], size: int) -> FloatArray:
    """Return a strategy of the reduced game as one of the whole game."""
    whole = np.zeros(size)
    whole[list(kept)] = mix
    return whole


def _certified(
    game: Bimatrix, pairs: Sequence[tuple[FloatArray, FloatArray]], tol: float
) -> tuple[Equilibrium, ...]:
    """Return the different profiles whose regret is within the tolerance, in a fixed order."""
    kept: list[Equilibrium] = []
    for x, y in pairs:
        known = any(
            np.abs(x - seen.row).max() < _SAME and np.abs(y - seen.column).max() < _SAME
            for seen in kept
        )
        left = regret(game, x, y)
        if known or left > tol:
            continue
        payoffs = (_tidy(float(x @ game.row @ y)), _tidy(float(x @ game.column @ y)))
        kept.append(Equilibrium(frozen(x), frozen(y), payoffs, left, _label(game, x, y)))
    return tuple(sorted(kept, key=lambda e: (not e.pure, -e.payoffs[0], -e.payoffs[1], e.label)))


def _tidy(value: float) -> float:
    """Return a payoff without the rounding of its last digits."""
    return float(f"{value:.13g}") + 0.0


def _label(game: Bimatrix, x: FloatArray, y: FloatArray) -> str:
    """Return a profile in words."""
    sides = []
    for mix, names in ((x, game.row_actions), (y, game.column_actions)):
        played = [(names[i], mix[i]) for i in np.flatnonzero(mix > _SAME)]
        sides.append(
            played[0][0] if len(played) == 1 else " + ".join(f"{p:.3g} {n}" for n, p in played)
        )
    return f"({sides[0]}, {sides[1]})"


def _more_replies(game: Bimatrix, profile: Equilibrium) -> bool:
    """True when a player has more best replies than the opponent has actions in play."""
    reply_row = best_responses(game.row, profile.column)
    reply_column = best_responses(game.column.T, profile.row)
    return len(reply_row) > int((profile.column > _SAME).sum()) or len(reply_column) > int(
        (profile.row > _SAME).sum()
    )


def _components(profiles: Sequence[Equilibrium]) -> tuple[Component, ...]:
    """Return the maximal sets of interchangeable equilibria."""
    rows = sorted({_key(p.row) for p in profiles}, reverse=True)
    columns = sorted({_key(p.column) for p in profiles}, reverse=True)
    edges = {
        (rows.index(_key(p.row)), columns.index(_key(p.column))): n for n, p in enumerate(profiles)
    }
    return tuple(
        Component(
            rows=tuple(rows[i] for i in left),
            columns=tuple(columns[j] for j in right),
            members=tuple(sorted(edges[i, j] for i in left for j in right)),
        )
        for left, right in bicliques(set(edges))
    )


def _key(mix: FloatArray) -> tuple[float, ...]:
    """Return a strategy rounded so that equal ones are equal."""
    return tuple(float(np.round(p, 7)) + 0.0 for p in mix)
