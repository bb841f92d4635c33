"""Ladders of escalation: where each side stops, and the risk it would run to go on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from upperhand.game.checks import FloatArray, check, frozen, number_faults, shape_faults

Side = int


@dataclass(frozen=True, slots=True, eq=False)
class Ladder:
    """A ladder of packages, from the status quo (rung 0) to the top.

    Attributes:
        hold: Payoffs if the ladder ends at each rung, dims (rung, side).
        concede: Payoffs if one side gives in at each rung, dims (rung, who concedes, side).
        rungs: Names of the rungs.
        sides: Names of the two sides.
    """

    hold: FloatArray
    concede: FloatArray
    rungs: tuple[str, ...]
    sides: tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Escalation:
    """What backward induction says about a ladder.

    Attributes:
        path: The moves in order, as triples of rung name, side and choice.
        payoffs: Payoffs where the path ends.
        choice: Best choices, dims (rung, mover), each `climb`, `hold` or `concede`; joined by
            `or` when the mover is indifferent (then hold goes before concede, concede before climb).
        stop: For each side, the lowest rung at which it would not climb if it were to move.
        stops_first: Name of the side whose stop comes first, or None when both stop together.
        critical_risk: Largest probability of the top rung that each side accepts at each rung
            rather than concede, dims (rung, side); NaN where conceding is no worse than standing
            or the top rung is no disaster.
        dominance: For each side, the lowest rung from which it dominates, or None.
        tie: True when some mover is indifferent, so that another path is as good.
    """

    path: tuple[tuple[str, str, str], ...]
    payoffs: tuple[float, float]
    choice: tuple[tuple[str, str], ...]
    stop: tuple[int, int]
    stops_first: str | None
    critical_risk: FloatArray
    dominance: tuple[int | None, int | None]
    tie: bool


def ladder(
    hold: ArrayLike,
    concede: ArrayLike,
    *,
    rungs: tuple[str, ...] | None = None,
    sides: tuple[str, str] = ("first", "second"),
) -> Ladder:
    """Build a ladder from payoffs, with every fault named at once.

    Args:
        hold: Payoffs if the ladder ends at each rung, dims (rung, side); rung 0 is the status quo.
        concede: Payoffs if a side gives in at each rung, dims (rung, who concedes, side).
        rungs: Names of the rungs.
        sides: Names of the sides.

    Raises:
        OptionError: If there are fewer than two rungs, shapes differ or a payoff is not finite.

    Examples:
        >>> ladder([[0, 0], [-1, -2]], [[[-1, 1], [1, -1]]] * 2).rungs
        ('rung 0', 'rung 1')
    """
    check(
        "ladder",
        shape_faults("hold", hold, (None, 2), do="one row for each rung, one column a side"),
        number_faults("hold", hold, do="give every payoff"),
        number_faults("concede", concede, do="give every payoff"),
    )
    count = len(np.asarray(hold, dtype=float))
    names = rungs or tuple(f"rung {k}" for k in range(count))
    faults = shape_faults("concede", concede, (count, 2, 2), do="dims (rung, who concedes, side)")
    if count < 2 or len(names) != count or len(set(names)) != count:
        faults.append(
            f"`rungs` is {list(names)}, allowed: {max(count, 2)} different names; name "
            "each rung of `hold` once, the status quo first"
        )
    if len(set(sides)) != 2:
        faults.append(f"`sides` is {sides}, allowed: two different names; name each side once")
    check("ladder", faults)
    return Ladder(frozen(hold), frozen(concede), names, sides)


def critical_risk(stand: float, concede: float, disaster: float) -> float:
    """Return the largest risk of disaster that standing firm is worth (eq. 10.8).

    Args:
        stand: Payoff of standing firm when the other gives in.
        concede: Payoff of giving in.
        disaster: Payoff of disaster.

    Returns:
        A probability. Zero when conceding is as good as winning; one when disaster is no worse
        than conceding, so that no risk deters.

    Raises:
        OptionError: If a payoff is not finite, or disaster is as good as winning.

    Examples:
        >>> critical_risk(stand=10, concede=4, disaster=-20)
        0.2

    References:
        Ellsberg (1959); Powell (1988).
    """
    faults = [
        f
        for n, v in (("stand", stand), ("concede", concede), ("disaster", disaster))
        for f in number_faults(n, v, do="give a finite payoff")
    ]
    if not faults and disaster >= stand:
        faults = [
            f"`disaster` is {disaster:g}, allowed: below `stand` ({stand:g}); a disaster that "
            "is no worse than winning deters nobody, and the risk has no meaning"
        ]
    check("critical risk", faults)
    return float(min(1.0, max(0.0, (stand - concede) / (stand - disaster))))


def solve_ladder(game: Ladder, *, first: Side = 0) -> Escalation:
    """Solve a ladder by backward induction (eq. 10.7).

    Sides move in turn. The mover climbs one rung, holds (the ladder ends where it stands) or
    concedes; at the top nobody can climb.

    Args:
        game: The ladder.
        first: The side that moves at rung 0: 0 or 1.

    Examples:
        One rung of tariffs hurts the second side more, and it concedes rather than answer:

        >>> game = ladder([[0, 0], [1, -1], [-1.5, -5]], [[[-2, 2], [2, -0.5]]] * 3)
        >>> found = solve_ladder(game)
        >>> found.path
        (('rung 0', 'first', 'climb'), ('rung 1', 'second', 'concede'))
        >>> found.payoffs, found.stops_first
        ((2.0, -0.5), 'second')
    """
    if first not in (0, 1):
        check("ladder", [f"`first` is {first!r}, allowed: 0 or 1; give the side that moves first"])
    top = len(game.hold) - 1
    value = np.zeros((top + 1, 2, 2))
    choices = [["", ""] for _ in range(top + 1)]
    for rung in range(top, -1, -1):
        for mover in (0, 1):
            options = {"hold": game.hold[rung], "concede": game.concede[rung, mover]}
            if rung < top:
                options["climb"] = value[rung + 1, 1 - mover]
            best = max(float(option[mover]) for option in options.values())
            good = [name for name, o in options.items() if o[mover] >= best - 1e-12]
            value[rung, mover] = options[good[0]]
            choices[rung][mover] = " or ".join(good)
    path, payoffs = _played(game, choices, value, first)
    stop = tuple(
        next((k for k in range(top + 1) if choices[k][side].split(" or ")[0] != "climb"), top)
        for side in (0, 1)
    )
    return Escalation(
        path=path,
        payoffs=payoffs,
        choice=tuple((row[0], row[1]) for row in choices),
        stop=(stop[0], stop[1]),
        stops_first=None if stop[0] == stop[1] else game.sides[int(stop[1] < stop[0])],
        critical_risk=frozen(_risks(game)),
        dominance=(_dominates(game, value, 0), _dominates(game, value, 1)),
        tie=any(" or " in c for row in choices for c in row),
    )


def _played(
    game: Ladder, choices: list[list[str]], value: FloatArray, first: Side
) -> tuple[tuple[tuple[str, str, str], ...], tuple[float, float]]:
    """Return the moves along the path and where it ends."""
    path: list[tuple[str, str, str]] = []
    for rung, row in enumerate(choices):
        mover = (first + rung) % 2
        move = row[mover].split(" or ")[0]
        path.append((game.rungs[rung], game.sides[mover], move))
        if move != "climb":
            break
    end = value[0, first]
    return tuple(path), (float(end[0]), float(end[1]))


def _risks(game: Ladder) -> FloatArray:
    """Return critical risks, dims (rung, side), with the top rung as the disaster."""
    risks = np.full(game.hold.shape, np.nan)
    for rung in range(len(game.hold)):
        for side in (0, 1):
            stand = float(game.concede[rung, 1 - side, side])
            give, disaster = float(game.concede[rung, side, side]), float(game.hold[-1, side])
            if stand > max(give, disaster):
                risks[rung, side] = critical_risk(stand, give, disaster)
    return risks


def _dominates(game: Ladder, value: FloatArray, side: Side) -> int | None:
    """Return the lowest rung from which a side gains relatively and prefers climbing to yielding."""
    relative = game.hold[:, side] - game.hold[:, 1 - side]
    lowest: int | None = None
    for rung in range(len(game.hold) - 2, -1, -1):
        climbs = value[rung + 1, 1 - side, side] > game.concede[rung, side, side]
        if not (relative[rung + 1] > relative[rung] and climbs):
            break
        lowest = rung
    return lowest
