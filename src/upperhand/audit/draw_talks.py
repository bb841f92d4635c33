"""Numbers of threats, deals and clocks over draws, for claims that name them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from upperhand.audit.model_test import value_of
from upperhand.audit.schema import ModelClaim
from upperhand.scenario.draw_talks import MEASURES, holds, measure_name, waits_name

if TYPE_CHECKING:
    from upperhand.results.ensemble import Ensemble

Array = npt.NDArray[np.float64]
Read = Callable[["Ensemble"], Array]


def column_of(path: str, sides: Sequence[str], horizon: str) -> Read | None:
    """Return how the number of a path is read from the draws of a run; None where it is not drawn.

    Args:
        path: Path of a quantity, as in a claim.
        sides: Codes of the two sides.
        horizon: `short`, `medium` or `long`.

    Examples:
        >>> column_of("ceiling/break_even_pp/USA", ("USA", "CHN"), "long") is None
        True
        >>> column_of("leverage/favours/clock/CHN", ("USA", "CHN"), "long") is None
        False
    """
    family, key, *rest = path.split("/")
    first, second = sides
    side = rest[-1] if rest else ""
    if family == "headline" and key in ("percent", "usd_million"):
        what, size = ("real income", 1.0) if key == "percent" else ("equivalent variation", 1e3)
        return lambda many: size * many.outputs[f"{what} of {side}, {horizon}"]
    if family != "leverage":
        return None
    if key == "holder" or (key == "favours" and rest[0] == "clock"):
        name = holds if key == "holder" else waits_name
        sign = 1.0 if side == first else -1.0
        silent = key != "holder"  # a clock that favours nobody says nothing; a hand may be nobody's
        return lambda many: _is(many.outputs[name(first, second, horizon)], sign, silent=silent)
    if key == "favours" and rest[0] == "surplus_share":
        return lambda many: _is(
            np.sign(many.outputs[measure_name("surplus_share", side, horizon)] - 0.5), 1.0
        )
    if key == "favours" and rest[0] == "threat_advantage":
        return lambda many: _is(
            np.sign(many.outputs[measure_name("threat_advantage", side, horizon)]), 1.0
        )
    if key in MEASURES:
        return lambda many: many.outputs[measure_name(key, side, horizon)]
    return None


def _is(column: Array, value: float, *, silent: bool = True) -> Array:
    """Return 1 where a column has a value, 0 elsewhere, NaN where it has none or is `silent` at zero."""
    known = np.isfinite(column) & ~((column == 0) & silent)
    return np.where(known, (column == value).astype(np.float64), np.nan)


def are_drawn(claim: ModelClaim, sides: Sequence[str]) -> bool:
    """Say whether every quantity of a claim is a number of each draw of a run."""
    if len(sides) != 2:
        return False
    paths = [path for check in claim.checks for path in check.paths]
    return all(column_of(path, sides, claim.horizons[0]) is not None for path in paths)


def checks_over_draws(
    claim: ModelClaim, many: Ensemble, sides: Sequence[str], name: Callable[[int, str], str]
) -> Ensemble:
    """Return draws of a run with one column for each check and horizon of a claim.

    Args:
        claim: A claim of which `are_drawn` is true.
        many: Draws of a run with talks.
        sides: Codes of the two sides.
        name: Gives the name of a column by check and horizon.
    """
    columns: dict[str, Array] = {}
    for horizon in claim.horizons:
        for i, check in enumerate(claim.checks):
            columns[name(i, horizon)] = _column(check, many, sides, horizon)
    known = np.isfinite(np.array(list(columns.values())))
    # where comparisons must agree, one that is silent speaks neither for the claim nor against it
    lost = ~(known.any(axis=0) if claim.holds == "agree" else known.all(axis=0))
    endings = np.where((many.endings == "") & lost, "no number", many.endings)
    kept = endings == ""
    outputs = {key: np.where(kept, column, np.nan) for key, column in columns.items()}
    return replace(many, outputs=outputs, endings=endings, units={}, partial=tuple(columns))


def _column(check: Any, many: Ensemble, sides: Sequence[str], horizon: str) -> Array:
    reads = {path: column_of(path, sides, horizon) for path in check.paths}
    columns = {path: read(many) for path, read in reads.items() if read is not None}
    rows = []
    for k in range(len(many)):
        here = {path: float(column[k]) for path, column in columns.items()}
        value = value_of(check, here.get)
        rows.append(float("nan") if value is None else value)
    return np.array(rows)
