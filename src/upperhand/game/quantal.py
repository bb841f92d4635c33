"""Noisy choice: the logit equilibria that start at pure chance and sharpen with precision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from upperhand.game.checks import FloatArray, check, frozen, number_faults
from upperhand.game.normal_form import Bimatrix


@dataclass(frozen=True, slots=True, eq=False)
class LogitPath:
    """Logit equilibria along the branch that starts where every action is equally likely.

    Attributes:
        precision: Precision of choice, per unit of payoff, one for each point of the path.
        row: Probabilities of the rows, one line for each point.
        column: Probabilities of the columns.
        residual: Largest gap between a probability and its logit reply, over the path.
        folded: True when the branch turns back on the way, so that other branches exist.
    """

    precision: FloatArray
    row: FloatArray
    column: FloatArray
    residual: float
    folded: bool


def logit_reply(game: Bimatrix, precision: float, mix: FloatArray) -> FloatArray:
    """Return each side's logit reply to the other, stacked (eq. 10.5)."""
    rows = game.row.shape[0]
    value = np.r_[game.row @ mix[rows:], mix[:rows] @ game.column] * precision
    weight = np.r_[
        np.exp(value[:rows] - value[:rows].max()), np.exp(value[rows:] - value[rows:].max())
    ]
    return np.concatenate(
        [weight[:rows] / weight[:rows].sum(), weight[rows:] / weight[rows:].sum()]
    )


def logit_path(game: Bimatrix, precisions: Sequence[float], *, max_steps: int = 5000) -> LogitPath:
    """Follow the logit equilibria from pure chance to each precision asked for (eq. 10.5).

    At precision zero every action is equally likely. The branch that starts there is followed by
    its arc length, through folds, and the first passage through each precision is solved exactly.

    Args:
        game: The payoffs.
        precisions: Precisions per unit of payoff, rising, zero or above. Divide by a standard
            deviation of payoff noise to get one.
        max_steps: Steps along the branch before giving up.

    Raises:
        OptionError: If precisions are negative or not rising, or the branch is too long.

    Examples:
        >>> from upperhand.game.normal_form import bimatrix
        >>> path = logit_path(bimatrix([[3, 0], [0, 2]], [[2, 0], [0, 3]]), [0.0, 0.5])
        >>> path.row.round(4).tolist()
        [[0.5, 0.5], [0.5384, 0.4616]]

    References:
        McKelvey and Palfrey (1995); Turocy (2005) for the branch.
    """
    wanted = np.asarray(precisions, dtype=float).ravel()
    faults = number_faults("precisions", wanted, at_least=0.0, do="give precisions from zero up")
    if not faults and (wanted.size == 0 or np.any(np.diff(wanted) <= 0)):
        faults = [f"`precisions` is {wanted.tolist()}, allowed: rising numbers; sort them"]
    check("logit path", faults)
    scale = max(float(np.ptp(game.row)), float(np.ptp(game.column))) or 1.0
    points, folded = _trace(game, wanted, scale, max_steps)
    rows = game.row.shape[0]
    gaps = [np.abs(m - logit_reply(game, p, m)).max() for p, m in zip(wanted, points, strict=True)]
    mixes = np.array(points)
    return LogitPath(
        frozen(wanted), frozen(mixes[:, :rows]), frozen(mixes[:, rows:]), float(max(gaps)), folded
    )


def _system(game: Bimatrix, state: FloatArray, scale: float) -> tuple[FloatArray, FloatArray]:
    """Return residual and Jacobian in log probabilities and scaled precision."""
    rows, columns = game.row.shape
    mix, precision = np.exp(state[:-1]), state[-1] / scale
    value = np.r_[game.row @ mix[rows:], mix[:rows] @ game.column]
    slope = np.zeros((rows + columns, rows + columns))
    slope[:rows, rows:] = game.row * mix[rows:]
    slope[rows:, :rows] = game.column.T * mix[:rows]
    residual = np.zeros(rows + columns)
    jacobian = np.zeros((rows + columns, rows + columns + 1))
    for start, stop in ((0, rows), (rows, rows + columns)):
        first = start
        residual[first] = mix[start:stop].sum() - 1.0
        jacobian[first, start:stop] = mix[start:stop]
        for k in range(start + 1, stop):
            residual[k] = state[k] - state[first] - precision * (value[k] - value[first])
            jacobian[k, :-1] = -precision * (slope[k] - slope[first])
            jacobian[k, k] += 1.0
            jacobian[k, first] -= 1.0
            jacobian[k, -1] = -(value[k] - value[first]) / scale
    return residual, jacobian


def _corrected(
    game: Bimatrix, guess: FloatArray, normal: FloatArray, level: float, scale: float
) -> FloatArray | None:
    """Return the point of the branch on a plane, or None when Newton's method does not settle."""
    state = guess.copy()
    full = np.full_like(guess, np.inf)
    for _ in range(12):
        residual, jacobian = _system(game, state, scale)
        full = np.r_[residual, normal @ state - level]
        if np.abs(full).max() < 1e-12:
            return state
        try:
            step = np.linalg.solve(np.vstack([jacobian, normal]), full)
        except np.linalg.LinAlgError:
            return None
        state = state - step
        if not np.all(np.isfinite(state)) or state[:-1].max() > 1.0:
            return None
    return state if np.abs(full).max() < 1e-9 else None


def _trace(
    game: Bimatrix, wanted: FloatArray, scale: float, max_steps: int
) -> tuple[list[FloatArray], bool]:
    """Return the mixtures at the wanted precisions, and whether the branch folds on the way."""
    rows, columns = game.row.shape
    state = np.r_[np.full(rows, -np.log(rows)), np.full(columns, -np.log(columns)), 0.0]
    forward = np.zeros(rows + columns + 1)
    forward[-1] = 1.0
    points: list[FloatArray] = []
    folded, length, targets = False, 0.1, wanted * scale
    for _ in range(max_steps):
        while len(points) < len(targets) and state[-1] >= targets[len(points)] - 1e-14:
            points.append(np.exp(state[:-1]))
        if len(points) == len(targets):
            return points, folded
        _, jacobian = _system(game, state, scale)
        tangent = np.linalg.svd(jacobian)[2][-1]
        tangent = tangent * np.sign(tangent @ forward)
        target = targets[len(points)]
        folded = folded or bool(tangent[-1] < 0)
        axis = np.zeros_like(tangent)
        axis[-1] = 1.0
        reach = tangent[-1] * length
        if tangent[-1] > 0 and state[-1] + reach >= target:
            guess = state + tangent * (target - state[-1]) / tangent[-1]
            moved = _corrected(game, guess, axis, float(target), scale)
        else:
            guess = state + tangent * length
            moved = _corrected(game, guess, tangent, float(tangent @ guess), scale)
        if moved is None or np.abs(moved - state).max() > 3.0 * length + 1.0:
            length *= 0.5
            if length < 1e-8:
                break
            continue
        forward, state, length = tangent, moved, min(1.5 * length, 2.0)
    check(
        "logit path",
        [
            f"the branch reached precision {state[-1] / scale:.6g} of {wanted[-1]:.6g}, allowed: "
            f"{max_steps} steps; ask for a lower precision or raise `max_steps`"
        ],
    )
    return points, folded
