"""Menus of packages and what every pair of packages costs both sides (model book, eq. 12.20).

A side's menu is every set of its moves, from nothing to everything. Each pair of packages is an
equilibrium of the world; nothing is added up from parts, so that interactions count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError
from upperhand.equilibrium.calibrate import calibrate
from upperhand.equilibrium.hats import State
from upperhand.equilibrium.horizons import Horizon, horizon_of
from upperhand.equilibrium.many import TOGETHER, solve_many
from upperhand.equilibrium.solve import Closure
from upperhand.world.shock import Shock, ShockSource, check_shock, compose, no_shock
from upperhand.world.world import World

Array = npt.NDArray[np.float64]
Pair = tuple[tuple[int, ...], tuple[int, ...]]

MOST_MOVES = 6
LAST = 5  # moves whose joint interaction the first guess leaves out
ACCURATE = 1e-9  # of the map; payoffs then agree with a tight solve to about 1e-8


@dataclass(frozen=True, slots=True)
class Package:
    """A set of moves of one side.

    Attributes:
        moves: Positions of the moves among the side's own.
        label: The moves in words; `hold` when there are none.
    """

    moves: tuple[int, ...]
    label: str


@dataclass(frozen=True, eq=False)
class Payoffs:
    """What every pair of packages does to both sides, compared with both holding.

    Attributes:
        sides: Names of the two sides.
        menus: Packages of each side; the first holds, the last is everything.
        percent: [2, A, B] change of real income of each side, per cent.
        usd: [2, A, B] equivalent variation of each side, USD million a year.
        horizon: Name of the horizon.
        failed: Pairs (row, column) without an equilibrium; their payoffs are NaN.
    """

    sides: tuple[str, str]
    menus: tuple[tuple[Package, ...], tuple[Package, ...]]
    percent: Array
    usd: Array
    horizon: str
    failed: tuple[tuple[int, int], ...]


def packages(labels: Sequence[str]) -> tuple[Package, ...]:
    """Return every set of moves, smallest first.

    Raises:
        OptionError: If there are more moves than a menu can hold.

    Examples:
        >>> [package.label for package in packages(["tariff", "chips"])]
        ['hold', 'tariff', 'chips', 'tariff + chips']
    """
    if len(labels) > MOST_MOVES:
        raise OptionError(
            f"a side has {len(labels)} moves, allowed: {MOST_MOVES} (64 packages); group moves "
            "that belong together by giving them the same `group`"
        )
    sets = [
        chosen
        for size in range(len(labels) + 1)
        for chosen in combinations(range(len(labels)), size)
    ]
    return tuple(
        Package(chosen, " + ".join(labels[k] for k in chosen) or "hold") for chosen in sets
    )


def payoffs(
    world: World,
    sides: tuple[str, str],
    members: tuple[Sequence[str], Sequence[str]],
    moves: tuple[Sequence[Sequence[ShockSource]], Sequence[Sequence[ShockSource]]],
    labels: tuple[Sequence[str], Sequence[str]],
    *,
    horizon: str | Horizon,
    closure: Closure = "fixed",
    progress: Callable[[int, int, str], None] | None = None,
) -> Payoffs:
    """Solve every pair of packages of the two sides (eq. 12.20).

    Args:
        world: The baseline.
        sides: Names of the sides.
        members: Countries of each side; their real incomes are weighted by baseline income.
        moves: For each side, its moves; each move is one or more measures that go together.
        labels: For each side, the names of its moves.
        horizon: `short`, `medium`, `long` or a `Horizon`.
        closure: `fixed` or `share`.
        progress: Called with (pairs done, pairs in all, words).

    Returns:
        The tables. A pair without an equilibrium is NaN and listed, never left out.
    """
    menus = (packages(labels[0]), packages(labels[1]))
    shocks = tuple(
        [_together(world, own, package) for package in menu]
        for own, menu in zip(moves, menus, strict=True)
    )
    weights = np.stack([_weights(world, codes) for codes in members])
    shape = (len(menus[0]), len(menus[1]))
    change = np.full((2, *shape), np.nan)
    calibration = calibrate(world, horizon_of(horizon), scale=False, labour_supply=0.0)
    states: dict[Pair, State] = {}
    done = 0
    for cells in _batches(menus):
        pairs = [(menus[0][a].moves, menus[1][b].moves) for a, b in cells]
        joint = [compose(shocks[0][a], shocks[1][b]) for a, b in cells]
        for shock in joint:
            check_shock(world, shock)
        found = solve_many(
            calibration, joint, closure=closure, tol=ACCURATE,
            starts=[_guess(states, pair) for pair in pairs],
        )  # fmt: skip
        for cell, pair, one in zip(cells, pairs, found, strict=True):
            if one.outcome.ok:
                gain = one.real_income - 1.0
                change[:, *cell] = weights @ gain if any(pair) else 0.0
                states[pair] = one.state
            done += 1
            if progress is not None:
                progress(done, shape[0] * shape[1], f"packages, {horizon} horizon")
    failed = tuple((int(a), int(b)) for a, b in np.argwhere(np.isnan(change[0])))
    income = np.array([world.income[np.isin(world.countries, codes)].sum() for codes in members])
    return Payoffs(
        sides=sides,
        menus=menus,
        percent=100.0 * change,
        usd=income[:, None, None] * change,
        horizon=horizon_of(horizon).name,
        failed=failed,
    )


def _batches(
    menus: tuple[tuple[Package, ...], tuple[Package, ...]],
) -> Iterator[list[tuple[int, int]]]:
    """Yield the pairs of packages, fewest moves first, in batches of as many moves.

    Each pair guesses from smaller ones, and a batch holds no more shocks than are solved together.
    """
    levels: dict[int, list[tuple[int, int]]] = {}
    for a, one in enumerate(menus[0]):
        for b, other in enumerate(menus[1]):
            levels.setdefault(len(one.moves) + len(other.moves), []).append((a, b))
    for size in sorted(levels):
        for at in range(0, len(levels[size]), TOGETHER):
            yield levels[size][at : at + TOGETHER]


def _together(world: World, own: Sequence[Sequence[ShockSource]], package: Package) -> Shock:
    total = no_shock(world)
    for k in package.moves:
        for source in own[k]:
            shock = source if isinstance(source, Shock) else source.to_shock(world)
            total = compose(total, shock)
    return total


def _guess(states: dict[Pair, State], pair: Pair) -> State | None:
    """Return a start: as if the last few moves did not interact all at once.

    Inclusion and exclusion over pairs solved before; None when one of them has no equilibrium.
    """
    mine, yours = pair
    last = [(side, k) for side, own in enumerate(pair) for k in own][-LAST:]
    if len(last) < 2:
        return states.get(((), ()))
    guess: list[Array | float] = [0.0] * len(State._fields)
    for size in range(1, len(last) + 1):
        for dropped in combinations(last, size):
            part = (
                tuple(k for k in mine if (0, k) not in dropped),
                tuple(k for k in yours if (1, k) not in dropped),
            )
            if part not in states:
                return None
            sign = 1.0 if size % 2 else -1.0
            guess = [x + sign * y for x, y in zip(guess, states[part], strict=True)]
    return State(*(np.asarray(x) for x in guess))


def _weights(world: World, codes: Sequence[str]) -> Array:
    """Return the share [N] of each country in a side's baseline income."""
    inside = np.isin(world.countries, codes)
    return np.asarray(np.where(inside, world.income, 0.0) / world.income[inside].sum())
