"""Menus over draws: what every pair of packages does, from the few equilibria that matter.

A menu of seven moves has 128 equilibria. What a package does is the sum of what its moves do alone
and of how they interact, and most interactions are small. A draw solves every move alone and the
interactions that are not small at the central numbers; the small ones keep their central values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError

Array = npt.NDArray[np.float64]
#: An interaction is solved in each draw where it exceeds this share of the largest effect of a move.
SMALL = 0.002


def parts_of(worth: Array) -> Array:
    """Return what each set of moves adds to what its subsets do (eq. 13.10).

    Args:
        worth: [..., 2^n] effect of every set; entry `m` is that of the moves whose bits are set.

    Examples:
        >>> parts_of(np.array([0.0, 1.0, 2.0, 5.0])).tolist()
        [0.0, 1.0, 2.0, 2.0]
    """
    return _transformed(worth, -1.0)


def worth_of(parts: Array) -> Array:
    """Return the effect of every set of moves from what each set adds (eq. 13.10).

    Examples:
        >>> worth_of(np.array([0.0, 1.0, 2.0, 2.0])).tolist()
        [0.0, 1.0, 2.0, 5.0]
    """
    return _transformed(parts, 1.0)


@dataclass(frozen=True, eq=False)
class Menu:
    """Central effects of every set of moves, and the sets that draws solve again.

    Attributes:
        moves: Names of the moves, in the order of the bits.
        parts: [2, 2^n] what each set adds for both sides at the central numbers, USD million.
        solved: Sets that each draw solves, smallest first.
    """

    moves: tuple[str, ...]
    parts: Array
    solved: tuple[int, ...]

    def worth(self, solve: Callable[[Sequence[tuple[str, ...]]], Array]) -> Array:
        """Return the effect [2, 2^n] of every set of moves in a draw (eq. 13.10).

        Args:
            solve: Returns the effects [B, 2] of sets of moves by their names, smallest sets first.
        """
        parts = self.parts.copy()
        effects = solve([self.names(mask) for mask in self.solved])
        for mask, effect in zip(self.solved, effects, strict=True):
            inside = [m for m in range(1, mask) if m & mask == m]
            parts[:, mask] = effect - parts[:, inside].sum(axis=1)
        return worth_of(parts)

    def names(self, mask: int) -> tuple[str, ...]:
        """Return the moves of a set."""
        return tuple(name for k, name in enumerate(self.moves) if mask >> k & 1)


def menu_of(moves: Sequence[str], worth: Array, *, small: float = SMALL) -> Menu:
    """Return a menu from the central effects of every set of moves.

    Args:
        moves: Names, in the order of the bits.
        worth: [2, 2^n] effects on both sides.
        small: Interactions below this share of the largest effect of a move keep their value.

    Raises:
        OptionError: If some set has no equilibrium at the central numbers.

    Examples:
        >>> worth = np.array([[0.0, -1.0, -2.0, -3.5], [0.0, -4.0, -1.0, -5.0]])
        >>> menu_of(["a", "b"], worth).solved, menu_of(["a", "b"], worth, small=0.2).solved
        ((1, 2, 3), (1, 2))
    """
    if worth.shape != (2, 2 ** len(moves)):
        raise OptionError(f"effects are {worth.shape}; allowed: (2, {2 ** len(moves)})")
    if not np.isfinite(worth).all():
        raise OptionError("some packages have no equilibrium, so a menu cannot be drawn from them")
    parts = parts_of(worth)
    single = [1 << k for k in range(len(moves))]
    floor = small * np.abs(parts[:, single]).max(initial=0.0)
    masks = sorted(range(1, 2 ** len(moves)), key=lambda m: (m.bit_count(), m))
    chosen = tuple(m for m in masks if m in single or np.abs(parts[:, m]).max() > floor)
    return Menu(tuple(moves), parts, chosen)


def by_mask(cube: Array, sets: tuple[Sequence[Sequence[int]], Sequence[Sequence[int]]]) -> Array:
    """Return effects [2, 2^n] by set from a table [2, row, column] of pairs of packages.

    Args:
        cube: Effects of each pair.
        sets: Positions of the moves in each row's package and in each column's.

    Examples:
        >>> cube = np.arange(8.0).reshape(2, 2, 2)
        >>> by_mask(cube, (((), (0,)), ((), (0,)))).tolist()
        [[0.0, 2.0, 1.0, 3.0], [4.0, 6.0, 5.0, 7.0]]
    """
    masks = _masks(sets)
    found = np.full((len(cube), masks.size), np.nan)
    found[:, masks.ravel()] = cube.reshape(len(cube), -1)
    return found


def by_pair(worth: Array, sets: tuple[Sequence[Sequence[int]], Sequence[Sequence[int]]]) -> Array:
    """Return a table [2, row, column] of pairs of packages from effects [2, 2^n] by set.

    Examples:
        >>> worth = np.array([[0.0, 2.0, 1.0, 3.0], [4.0, 6.0, 5.0, 7.0]])
        >>> by_pair(worth, (((), (0,)), ((), (0,)))).ravel().tolist()
        [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    """
    return np.asarray(worth[:, _masks(sets)])


def odds(holder: Array) -> Mapping[str, float]:
    """Return the share of draws in which the first, the second or neither side holds.

    Args:
        holder: 1 for the first side, -1 for the second, 0 for neither.

    Examples:
        >>> dict(odds(np.array([1.0, -1.0, -1.0, 0.0])))
        {'first': 0.25, 'second': 0.5, 'neither': 0.25}
    """
    return {
        "first": float((holder > 0).mean()),
        "second": float((holder < 0).mean()),
        "neither": float((holder == 0).mean()),
    }


def _masks(
    sets: tuple[Sequence[Sequence[int]], Sequence[Sequence[int]]],
) -> npt.NDArray[np.intp]:
    """Return the set of moves of each pair of packages as bits, the first side's moves first."""
    rows, columns = sets
    shift = max((k + 1 for chosen in rows for k in chosen), default=0)
    first = np.array([sum(1 << k for k in chosen) for chosen in rows], dtype=np.intp)
    second = np.array([sum(1 << k + shift for k in chosen) for chosen in columns], dtype=np.intp)
    return np.asarray(first[:, None] | second[None, :])


def _transformed(values: Array, sign: float) -> Array:
    found = np.array(values, dtype=np.float64)
    size = found.shape[-1]
    if size & (size - 1):
        raise OptionError(f"{size} sets; allowed: two to the power of the moves")
    step = 1
    while step < size:
        view = found.reshape(*found.shape[:-1], size // (2 * step), 2, step)
        view[..., 1, :] += sign * view[..., 0, :]
        step *= 2
    return found
