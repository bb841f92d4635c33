"""A year solved for a draw: arrays in, arrays out, no labels on the way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError
from upperhand.equilibrium.calibrate import Calibration, wedges_of
from upperhand.equilibrium.hats import State, Wedges
from upperhand.equilibrium.ladder import Solution, solve_wedges
from upperhand.equilibrium.many import solve_many
from upperhand.world.shock import Shock

Array = npt.NDArray[np.float64]
Closure = Literal["fixed", "share", "purge"]

#: Largest gap of the map in a draw: real income is then exact to about a billionth, far below the
#: thousandth that a range is printed with.
TOLERANCE = 1e-9
MOST_STEPS = 500


def solved(
    calibration: Calibration,
    shock: Shock,
    *,
    closure: Closure,
    words: str,
    near: Solution | None = None,
    start: State | None = None,
    tol: float = TOLERANCE,
) -> Solution:
    """Return the equilibrium of a shock on a calibrated world.

    Args:
        calibration: The baseline.
        shock: The whole shock.
        closure: What is done with imbalances.
        words: What was solved, for the error.
        near: An equilibrium near by: first point, and how gaps close within countries.
        start: First point, if another one.
        tol: Largest gap of the map.

    Raises:
        NoEquilibriumError: If there is none.
    """
    if near is not None:
        calibration = replace(calibration, lent=near.calibration.blocks)
        start = near.state if start is None else start
    wedges = partial(_wedges, calibration, shock, closure)
    found = solve_wedges(calibration, wedges, tol=tol, max_steps=MOST_STEPS, start=start)
    return _settled(found, words)


def solved_together(
    calibration: Calibration,
    shocks: Sequence[Shock],
    *,
    closure: Closure,
    words: Sequence[str],
    near: Solution | None = None,
    starts: Sequence[State] = (),
    tol: float = TOLERANCE,
) -> Iterator[Solution]:
    """Yield the equilibria of many shocks on one calibrated world.

    Args and errors as for `solved`, one shock, one word and one first point each.
    """
    if near is not None:
        calibration = replace(calibration, lent=near.calibration.blocks)
    found = solve_many(calibration, shocks, closure=closure, tol=tol, starts=starts)
    for said, solution in zip(words, found, strict=True):
        yield _settled(solution, said)


def _settled(solution: Solution, words: str) -> Solution:
    if not solution.outcome.ok:
        raise NoEquilibriumError(f"{words}: {solution.outcome.sentence()}")
    return solution


def _wedges(calibration: Calibration, shock: Shock, closure: Closure, size: float) -> Wedges:
    found: Any = wedges_of(calibration, shock, closure=closure, size=size)
    return found  # type: ignore[no-any-return]
