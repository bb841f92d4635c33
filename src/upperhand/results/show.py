"""The table that a reader wants first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from upperhand.results.counterfactual import Counterfactual

COLUMNS = {
    "real_income_change": "real income",
    "real_wage_change": "real wage",
    "consumer_price_change": "prices",
    "terms_of_trade_change": "terms of trade",
    "exports_change": "exports",
}


def summary(result: Counterfactual, *, rows: int = 60) -> str:
    """Return the outcome, then countries by real income with the main changes in per cent."""
    first = result.outcome.sentence()
    names = [name for name in COLUMNS if name in result.data]
    if not names:
        return first
    columns = {name: _point(result, name) for name in names}
    codes = [str(code) for code in result.data["country"].values]
    order = sorted(range(len(codes)), key=lambda i: _key(columns[names[0]][i]))
    head = "country  " + "".join(f"{COLUMNS[name]:>16}" for name in names)
    body = [
        f"{codes[i]:<9}" + "".join(f"{columns[name][i]:>+16.3f}" for name in names)
        for i in order[:rows]
    ]
    more = [f"... and {len(order) - rows} more"] if len(order) > rows else []
    title = f"per cent, new over baseline ({result.provenance.world})"
    return "\n".join([first, title, head, *body, *more])


def _point(result: Counterfactual, name: str) -> list[float]:
    array = result.percent(name)
    if "draw" in array.dims:
        array = array.median("draw")
    return [float(value) for value in array.values]


def _key(value: float) -> tuple[bool, float]:
    return (math.isnan(value), value)
