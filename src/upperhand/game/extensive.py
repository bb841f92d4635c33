"""Game trees: moves, chance, hidden information; backward induction."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import numpy as np

from upperhand.game.checks import check, number_faults


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


def walk(node: Node, path: str = "start") -> Iterator[tuple[str, Node]]:
    """Yield every node with its path in words."""
    yield path, node
    if isinstance(node, Decision):
        for name, after in node.moves.items():
            yield from walk(after, f"{path} > {name}")
    elif isinstance(node, Chance):
        for place, (_, after) in enumerate(node.branches):
            yield from walk(after, f"{path} > chance {place}")


def players_of(tree: Node) -> int:
    """Return the number of players, after checking the whole tree.

    Raises:
        OptionError: If payoffs have different lengths, probabilities do not add to one, a player
            does not exist, or nodes of one information name offer different actions.

    Examples:
        >>> players_of(Decision(0, "start", {"stop": End((1, 0)), "go": End((0, 1))}))
        2
    """
    ends = [node for _, node in walk(tree) if isinstance(node, End)]
    count = len(ends[0].payoffs) if ends else 0
    faults, menus = [], dict[Information, tuple[str, ...]]()
    for path, node in walk(tree):
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
    for _, node in walk(tree):
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
    names = [node.information for _, node in walk(tree) if isinstance(node, Decision)]
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
