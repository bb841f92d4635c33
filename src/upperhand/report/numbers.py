"""Numbers of a run in the shapes that tables and charts need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from upperhand.results.headline import side_members

if TYPE_CHECKING:
    import xarray as xr

    from upperhand.results import Run

Array = npt.NDArray[np.float64]

MOST_MEMBERS = 2  # economies shown for a side with many members


@dataclass(frozen=True, slots=True)
class Spread:
    """A number with the tenth and ninetieth percentile of its draws; equal when there are none."""

    value: float
    low: float
    high: float


def codes(data: xr.Dataset, dim: str = "country") -> list[str]:
    """Return the labels of a dimension."""
    return [str(label) for label in data[dim].values]


def point(array: xr.DataArray) -> Array:
    """Return the values, the median where there are draws."""
    if "draw" in array.dims:
        array = array.median("draw")
    return np.asarray(array.values, dtype=np.float64)


def percent_by_country(run: Run, name: str, *, key: str = "package", horizon: str) -> Array:
    """Return a change in per cent by country; NaN when the case does not hold the variable."""
    data = run.case(key, horizon).counterfactual.data
    if name not in data:
        return np.full(data.sizes.get("country", 0), np.nan)
    return 100 * (point(data[name]) - 1)


def spread_by_country(run: Run, name: str, horizon: str) -> list[Spread]:
    """Return a change in per cent by country with the range over the draws."""
    array = 100 * (run.case("package", horizon).counterfactual.data[name] - 1)
    if name == "real_income_change" and run.ranges is not None:
        codes_of = [str(code) for code in array["country"].values]
        return [
            _drawn(run, code, horizon, float(x))
            for code, x in zip(codes_of, array.values, strict=True)
        ]
    if "draw" not in array.dims:
        return [Spread(float(x), float(x), float(x)) for x in array.values]
    low, mid, high = array.quantile([0.1, 0.5, 0.9], dim="draw").values
    rows = zip(mid, low, high, strict=True)
    return [Spread(float(m), float(a), float(b)) for m, a, b in rows]


def _drawn(run: Run, code: str, horizon: str, value: float) -> Spread:
    """Return the central value of a country with the 80 per cent range of the draws."""
    from upperhand.results.ranges import range_of

    found = range_of(run, code, horizon)
    return (
        Spread(value, value, value) if found is None else Spread(value, found.low_80, found.high_80)
    )


def sector_names(run: Run, data: xr.Dataset) -> list[str]:
    """Return the name of every sector of a result."""
    names: dict[str, Any] = run.world.get("sector_names", {})
    return [str(names.get(code, code)) for code in codes(data, "sector")]


def sides(run: Run) -> list[tuple[str, str, list[str]]]:
    """Return code, name and members of every side."""
    return [(code, run.name_of(code), list(side_members(run, code))) for code in run.sides]


def focus(run: Run, horizon: str = "long") -> list[str]:
    """Return the countries that a reader looks at first: the sides, then the main third parties."""
    head = run.headline(horizon)
    third = [effect.code for effect in (head.gainer, head.loser) if effect is not None]
    known = codes(run.case("package", horizon).counterfactual.data)
    found = [code for code in dict.fromkeys([*main_members(run, horizon), *third]) if code in known]
    return found or known[:2]


def main_members(run: Run, horizon: str) -> list[str]:
    """Return the members of each side, only the largest economies where there are many."""
    data = run.case("package", horizon).counterfactual.data
    known = codes(data)
    income = dict(zip(known, point(data["baseline_income"]), strict=True))
    found: list[str] = []
    for _, _, members in sides(run):
        inside = sorted((m for m in members if m in income), key=lambda m: -income[m])
        found += inside[:MOST_MEMBERS]
    return found


def main_horizon(run: Run) -> str:
    """Return the longest horizon whose package case is an equilibrium, else the longest."""
    good = [h for h in run.horizons if run.case("package", h).counterfactual.outcome.ok]
    return (good or list(run.horizons) or ["long"])[-1]


def source_line(run: Run) -> str:
    """Return the footer of tables and charts: program, world and run."""
    card: dict[str, Any] = run.world.get("card", {})
    data = card.get("title") or run.world.get("name", "")
    return f"upperhand {run.version}; data: {data}; run {run.fingerprint}"
