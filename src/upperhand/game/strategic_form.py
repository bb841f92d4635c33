"""The strategic form of a game tree: all its equilibria, and which survive trembles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

from upperhand.game.checks import FloatArray, check
from upperhand.game.enumerate import pure_equilibria
from upperhand.game.extensive import (
    Chance,
    Decision,
    End,
    Information,
    Node,
    Plan,
    players_of,
    walk,
)
from upperhand.game.normal_form import Bimatrix, Equilibria, bimatrix, solve_bimatrix

_MOST_STRATEGIES = 4096  # profiles of pure strategies that a strategic form may have


@dataclass(frozen=True, slots=True, eq=False)
class StrategicForm:
    """A tree as a table of pure strategies.

    Attributes:
        strategies: For each player, each strategy as pairs of information name and action.
        payoffs: Expected payoffs, one axis a player, the players on the last axis.
    """

    strategies: tuple[tuple[tuple[tuple[str, str], ...], ...], ...]
    payoffs: FloatArray


def strategic_form(tree: Node) -> StrategicForm:
    """Write a tree as a table of pure strategies and expected payoffs.

    Raises:
        OptionError: If the table would have more than 4096 cells.

    Examples:
        >>> tree = Decision(0, "start", {"stop": End((1, 0)), "go": End((0, 1))})
        >>> strategic_form(tree).payoffs.tolist()
        [[[1.0, 0.0]], [[0.0, 1.0]]]
    """
    count = players_of(tree)
    menus: dict[Information, tuple[str, ...]] = {}
    for _, node in walk(tree):
        if isinstance(node, Decision):
            menus.setdefault((node.player, node.information), tuple(node.moves))
    strategies = tuple(
        tuple(
            tuple(zip([i for (p, i) in menus if p == player], choice, strict=True))
            for choice in product(*(menu for (p, _), menu in menus.items() if p == player))
        )
        for player in range(count)
    )
    shape = tuple(len(s) for s in strategies)
    cells = int(np.prod(shape))
    if cells > _MOST_STRATEGIES:
        check(
            "strategic form",
            [
                f"the tree has {cells} profiles of strategies, allowed: "
                f"{_MOST_STRATEGIES}; shorten the tree or its menus"
            ],
        )
    payoffs = np.zeros((*shape, count))
    for place in np.ndindex(*shape):
        plan = {
            (player, info): {action: 1.0}
            for player in range(count)
            for info, action in strategies[player][place[player]]
        }
        payoffs[place] = expected_payoffs(tree, plan)
    return StrategicForm(strategies, payoffs)


def expected_payoffs(tree: Node, plan: Plan) -> tuple[float, ...]:
    """Return expected payoffs when everybody follows a plan of action probabilities.

    Examples:
        >>> tree = Decision(0, "start", {"stop": End((1, 0)), "go": End((0, 1))})
        >>> expected_payoffs(tree, {(0, "start"): {"stop": 0.25, "go": 0.75}})
        (0.25, 0.75)
    """
    if isinstance(tree, End):
        return tuple(float(x) for x in tree.payoffs)
    if isinstance(tree, Chance):
        parts = [(p, expected_payoffs(after, plan)) for p, after in tree.branches]
    else:
        mix = plan[tree.player, tree.information]
        parts = [
            (mix[name], expected_payoffs(after, plan))
            for name, after in tree.moves.items()
            if mix.get(name, 0.0) > 0.0
        ]
    return tuple(sum(p * v[k] for p, v in parts) for k in range(len(parts[0][1])))


@dataclass(frozen=True, slots=True, eq=False)
class TreeEquilibria:
    """Equilibria of a tree.

    Attributes:
        form: The strategic form that was solved.
        pure: Positions of the pure equilibria, by player.
        pure_payoffs: Their payoffs.
        all: Every equilibrium, for two players; None for more, where only pure ones are searched.
    """

    form: StrategicForm
    pure: tuple[tuple[int, ...], ...]
    pure_payoffs: tuple[tuple[float, ...], ...]
    all: Equilibria | None

    def sentence(self) -> str:
        """Return what was searched and found, in words."""
        if self.all is not None:
            return self.all.sentence()
        return (
            f"{len(self.pure)} pure equilibria; with more than two players mixed equilibria "
            "were not searched"
        )


def tree_equilibria(tree: Node) -> TreeEquilibria:
    """Find the Nash equilibria of a tree with hidden information, through its strategic form.

    Strategic-form equilibria may lie behind threats that nobody would carry out; check a pure one
    with `survives_trembles`.

    Examples:
        >>> entry = Decision(
        ...     0,
        ...     "entrant",
        ...     {
        ...         "stay out": End((0, 2)),
        ...         "enter": Decision(
        ...             1, "incumbent", {"fight": End((-1, -1)), "share": End((1, 1))}
        ...         ),
        ...     },
        ... )
        >>> tree_equilibria(entry).pure_payoffs
        ((0.0, 2.0), (1.0, 1.0))
    """
    form = strategic_form(tree)
    pure = pure_equilibria(form.payoffs)
    both: Equilibria | None = None
    if form.payoffs.shape[-1] == 2:
        both = solve_bimatrix(as_bimatrix(form))
    reached = tuple(tuple(float(x) for x in form.payoffs[place]) for place in pure)
    return TreeEquilibria(form, pure, reached, both)


def as_bimatrix(form: StrategicForm) -> Bimatrix:
    """Return the strategic form of two players as a game with named rows and columns."""
    names = [
        [" ".join(f"{i}:{a}" for i, a in strategy) or "nothing to choose" for strategy in side]
        for side in form.strategies
    ]
    return bimatrix(
        form.payoffs[..., 0], form.payoffs[..., 1], row_actions=names[0], column_actions=names[1]
    )


def survives_trembles(tree: Node, place: tuple[int, ...], *, smallest: float = 1e-3) -> bool:
    """Say whether a pure equilibrium is optimal against small mistakes everywhere (eq. 10.9).

    Every action that the plan does not take gets a small probability. All rankings of these
    mistakes, from likely to less likely, are tried at two sizes; the plan survives when under one
    ranking each player, at each information name, is best off following it. True shows that the
    equilibrium is trembling-hand perfect up to the sizes tried; False says that no ranking did.

    Args:
        tree: The game, with at most six actions off the plan.
        place: Positions of the strategies in `strategic_form`, by player.
        smallest: The smaller of the two sizes of mistake.

    Examples:
        >>> entry = Decision(
        ...     0,
        ...     "entrant",
        ...     {
        ...         "stay out": End((0, 2)),
        ...         "enter": Decision(
        ...             1, "incumbent", {"fight": End((-1, -1)), "share": End((1, 1))}
        ...         ),
        ...     },
        ... )
        >>> survives_trembles(entry, (0, 0)), survives_trembles(entry, (1, 1))
        (False, True)

    References:
        Selten (1975).
    """
    form = strategic_form(tree)
    plan = {(p, i): a for p, k in enumerate(place) for i, a in form.strategies[p][k]}
    menus = {
        (n.player, n.information): tuple(n.moves) for _, n in walk(tree) if isinstance(n, Decision)
    }
    off = [(key, a) for key, menu in menus.items() for a in menu if a != plan[key]]
    if len(off) > 6:
        check(
            "trembles",
            [f"the plan leaves {len(off)} actions untaken, allowed: 6; check a smaller tree"],
        )
    return any(
        all(_follows(tree, plan, menus, off, order, size) for size in (10.0 * smallest, smallest))
        for order in _rankings(len(off))
    )


def _rankings(count: int) -> Iterator[tuple[int, ...]]:
    """Yield orders of magnitude for the mistakes: all equal first, then every ranking."""
    yield (1,) * count
    yield from permutations(range(1, count + 1))


def _follows(
    tree: Node,
    plan: Mapping[Information, str],
    menus: Mapping[Information, tuple[str, ...]],
    off: list[tuple[Information, str]],
    order: tuple[int, ...],
    size: float,
) -> bool:
    """True when following the plan is best at every information name under these mistakes."""
    mistake = {key_action: size**rank for key_action, rank in zip(off, order, strict=True)}
    mixed: dict[Information, dict[str, float]] = {}
    for key, menu in menus.items():
        slips = {a: mistake[key, a] for a in menu if a != plan[key]}
        mixed[key] = {**slips, plan[key]: 1.0 - sum(slips.values())}

    def value(key: Information, action: str) -> float:
        return expected_payoffs(tree, {**mixed, key: {action: 1.0}})[key[0]]

    return all(
        value(key, plan[key]) >= max(value(key, a) for a in menu) - 1e-15
        for key, menu in menus.items()
    )
