"""Game trees: moves, chance, hidden information; backward induction and the strategic form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations, product

import numpy as np

from upperhand.game.checks import FloatArray, check, number_faults
from upperhand.game.enumerate import pure_equilibria
from upperhand.game.normal_form import Bimatrix, Equilibria, bimatrix, solve_bimatrix

_MOST_STRATEGIES = 4096  # profiles of pure strategies that a strategic form may have


@dataclass(frozen=True, slots=True)
class End:
    """The end of a path, with a payoff for each player."""

    payoffs: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """A player's move.

    Attributes:
        player: Position of the player, from 0.
        information: Name of what the player knows; nodes of one name look the same to the player.
        moves: What follows each action.
    """

    player: int
    information: str
    moves: Mapping[str, Node]


@dataclass(frozen=True, slots=True)
class Chance:
    """A move of chance: pairs of probability and what follows."""

    branches: tuple[tuple[float, Node], ...]


Node = End | Decision | Chance
Information = tuple[int, str]
Plan = Mapping[Information, Mapping[str, float]]


def _walk(node: Node, path: str = "start") -> Iterator[tuple[str, Node]]:
    """Yield every node with its path in words."""
    yield path, node
    if isinstance(node, Decision):
        for name, after in node.moves.items():
            yield from _walk(after, f"{path} > {name}")
    elif isinstance(node, Chance):
        for place, (_, after) in enumerate(node.branches):
            yield from _walk(after, f"{path} > chance {place}")


def players_of(tree: Node) -> int:
    """Return the number of players, after checking the whole tree.

    Raises:
        OptionError: If payoffs have different lengths, probabilities do not add to one, a player
            does not exist, or nodes of one information name offer different actions.

    Examples:
        >>> players_of(Decision(0, "start", {"stop": End((1, 0)), "go": End((0, 1))}))
        2
    """
    ends = [node for _, node in _walk(tree) if isinstance(node, End)]
    count = len(ends[0].payoffs) if ends else 0
    faults, menus = [], dict[Information, tuple[str, ...]]()
    for path, node in _walk(tree):
        if isinstance(node, End):
            faults += number_faults(f"payoffs at {path}", node.payoffs, do="give finite payoffs")
            if len(node.payoffs) != count:
                faults.append(
                    f"`payoffs at {path}` has {len(node.payoffs)} numbers, allowed: "
                    f"{count}; give one for each player"
                )
        elif isinstance(node, Chance):
            total = sum(p for p, _ in node.branches)
            if abs(total - 1.0) > 1e-12 or any(p <= 0 for p, _ in node.branches):
                faults.append(
                    f"chance at {path} adds to {total:.6g}, allowed: positive "
                    "probabilities that add to 1; rescale them"
                )
        else:
            menu = tuple(node.moves)
            known = menus.setdefault((node.player, node.information), menu)
            if not 0 <= node.player < count or not menu:
                faults.append(
                    f"player {node.player} at {path} has {len(menu)} moves, allowed: a "
                    f"player below {count} with a move; add the move or the payoff"
                )
            if set(known) != set(menu):
                faults.append(
                    f"information '{node.information}' at {path} offers {menu}, allowed: "
                    f"{known}; rename it or offer the same actions"
                )
    check("game tree", faults)
    return count


@dataclass(frozen=True, slots=True)
class Induction:
    """What backward induction finds.

    Attributes:
        payoffs: Every payoff that a subgame-perfect equilibrium in pure actions reaches.
        choices: For each information name, all actions that are best in some such equilibrium.
        unique: True when no mover is ever indifferent.
    """

    payoffs: tuple[tuple[float, ...], ...]
    choices: Mapping[str, tuple[str, ...]]
    unique: bool


def backward_induction(tree: Node) -> Induction:
    """Solve a game tree with perfect information from its ends (eq. 10.6).

    Where a mover is indifferent every choice is followed, so all subgame-perfect payoffs come
    out; none is selected.

    Args:
        tree: The game. Every information name must belong to one node.

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
        >>> found = backward_induction(entry)
        >>> found.payoffs, dict(found.choices)
        (((1.0, 1.0),), {'entrant': ('enter',), 'incumbent': ('share',)})
    """
    players_of(tree)
    seen: dict[Information, int] = {}
    for _, node in _walk(tree):
        if isinstance(node, Decision):
            key = (node.player, node.information)
            seen[key] = seen.get(key, 0) + 1
    hidden = [name for (_, name), times in seen.items() if times > 1]
    check(
        "backward induction",
        [
            f"information '{name}' covers several nodes, allowed: one; use `tree_equilibria`"
            for name in hidden
        ],
    )
    best: dict[str, set[str]] = {}
    values = _values(tree, best)
    names = [node.information for _, node in _walk(tree) if isinstance(node, Decision)]
    choices = {name: tuple(sorted(best[name])) for name in names}
    return Induction(
        tuple(sorted(values, reverse=True)),
        choices,
        all(len(c) == 1 for c in choices.values()) and len(values) == 1,
    )


def _values(node: Node, best: dict[str, set[str]]) -> set[tuple[float, ...]]:
    """Return the subgame-perfect payoffs of a node, noting the best actions."""
    if isinstance(node, End):
        return {tuple(float(x) for x in node.payoffs)}
    if isinstance(node, Chance):
        parts = [[(p, v) for v in _values(after, best)] for p, after in node.branches]
        return {
            tuple(float(sum(p * v[k] for p, v in mix)) for k in range(len(mix[0][1])))
            for mix in product(*parts)
        }
    menu = {name: _values(after, best) for name, after in node.moves.items()}
    who, reached = node.player, set[tuple[float, ...]]()
    best.setdefault(node.information, set())
    for name, values in menu.items():
        # An action is best in some equilibrium if others may be as bad as their worst.
        floor = max(
            (min(v[who] for v in other) for key, other in menu.items() if key != name),
            default=-np.inf,
        )
        good = {v for v in values if v[who] >= floor - 1e-12}
        if good:
            best[node.information].add(name)
            reached |= good
    return reached


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
    for _, node in _walk(tree):
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
        (n.player, n.information): tuple(n.moves) for _, n in _walk(tree) if isinstance(n, Decision)
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


def map_payoffs(tree: Node, change: Callable[[tuple[float, ...]], tuple[float, ...]]) -> Node:
    """Return the same tree with every payoff changed.

    Examples:
        >>> map_payoffs(End((1.0, 2.0)), lambda u: (2 * u[0], u[1]))
        End(payoffs=(2.0, 2.0))
    """
    if isinstance(tree, End):
        return End(change(tree.payoffs))
    if isinstance(tree, Chance):
        return Chance(tuple((p, map_payoffs(n, change)) for p, n in tree.branches))
    return Decision(
        tree.player,
        tree.information,
        {name: map_payoffs(n, change) for name, n in tree.moves.items()},
    )
