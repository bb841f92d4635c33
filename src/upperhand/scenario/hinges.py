"""What the ranges of a scenario hinge on, as plain data for reports and the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upperhand.core.errors import OptionError
from upperhand.uncertainty.hinges import hinges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from upperhand.results.ensemble import Ensemble


def hinge_rows(found: Ensemble, names: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return the Shapley effect of each group of inputs on each quantity, or on those named.

    Each row has `quantity`, `parts` (by group, adding to `explained`), `explained`, and a `note` where
    the draws are too few or the quantity never moves.

    Examples:
        >>> import numpy as np
        >>> from upperhand.results.ensemble import make_ensemble
        >>> a, b = np.random.default_rng(1).normal(size=(2, 4000))
        >>> many = make_ensemble({"y": a + b}, inputs={"a": a, "b": b})
        >>> row = hinge_rows(many)[0]
        >>> row["quantity"], sorted(row["parts"]), row["note"]
        ('y', ['a', 'b'], '')
    """
    return [_row(found, name) for name in names or found.quantities]


def _row(found: Ensemble, quantity: str) -> dict[str, Any]:
    try:
        one = hinges(found, quantity)
    except OptionError as error:
        return {"quantity": quantity, "parts": {}, "explained": None, "note": str(error)}
    return {"quantity": quantity, "parts": one.parts, "explained": one.explained, "note": ""}
