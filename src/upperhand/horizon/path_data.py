"""What a path found, as labelled arrays with units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from upperhand.horizon.bands import Bands
from upperhand.horizon.cost_draws import CostDraws
from upperhand.horizon.plan import Plan
from upperhand.results.crossing import first_crossings
from upperhand.results.path import CASES
from upperhand.technology.goods import Technology
from upperhand.technology.parameters import Array
from upperhand.technology.state import State
from upperhand.world.world import World

if TYPE_CHECKING:
    import xarray as xr

Arrays = dict[str, tuple[tuple[str, ...], Array, str, str]]
BILLION_A_YEAR = "USD billion a year"


def path_data(
    world: World,
    tech: Technology,
    plan: Plan,
    states: Mapping[str, Mapping[str, State]],
    incomes: Array,
    members: Mapping[str, Sequence[str]],
    bands: Bands,
) -> xr.Dataset:
    """Return technologies, incomes and costs with their labels and units.

    Args:
        world: The baseline.
        tech: Technologies.
        plan: Which policies are in force when.
        states: The technologies by case.
        incomes: Real income over the baseline (case, side, period).
        members: Countries of each side.
        bands: Percentiles over draws.
    """
    import xarray as xr

    arrays = {
        **_technologies(plan, states),
        **_costs(world, plan, incomes, members),
        "age": (("year",), np.array(plan.ages), "Mean age of the measures in force", "years"),
        **bands.arrays(),
    }
    whole = plan.steps == 1
    return xr.Dataset(
        {
            name: (dims, values, {"long_name": label, "units": unit})
            for name, (dims, values, label, unit) in arrays.items()
        },
        coords={
            "case": list(CASES),
            "technology": [good.name for good in tech.goods],
            "side": list(members),
            "year": list(plan.years) if whole else list(plan.dates),
            "quantile": list(bands.quantiles),
            **({"parameter": [name for name, _ in bands.turns_on]} if bands.turns_on else {}),
        },
    )


def _technologies(plan: Plan, states: Mapping[str, Mapping[str, State]]) -> Arrays:
    back, by_good = len(plan.dates), ("case", "technology", "year")

    def stack(name: str) -> Array:
        return np.array(
            [[np.asarray(getattr(s, name))[-back:] for s in states[c].values()] for c in CASES]
        )

    saving = "Use of a unit of the good, over the first year"
    left = "Stock laid in before an announced measure that is left, years of use"
    return {
        "gap": (by_good, stack("gap"), "Gap to the frontier", "generations"),
        "lag": (by_good, stack("lag"), "Distance to the frontier", "years"),
        "domestic_share": (by_good, stack("share"), "Share of domestic suppliers", "1"),
        "control": (by_good, stack("control"), "Intensity of control, record included", "1"),
        "efficiency": (by_good, stack("efficiency"), saving, "1"),
        "stock": (by_good[1:], np.array([plan.stocks[n] for n in states["with"]]), left, "years"),
    }


def _costs(
    world: World, plan: Plan, incomes: Array, members: Mapping[str, Sequence[str]]
) -> Arrays:
    sides = [np.isin(world.countries, list(codes)) for codes in members.values()]
    income = np.array([world.income[inside].sum() for inside in sides])
    cost = 100.0 * (incomes[0] / incomes[1] - 1.0)
    usd = (incomes[0] - incomes[1]) * income[:, None] / 1e3
    by_side, change = ("side", "year"), "Change of real income by the measures"
    all_years = ("case", "side", "year")
    return {
        "real_income_change": (all_years, incomes, "Real income over the baseline", "1"),
        "cost": (by_side, cost, change, "per cent"),
        "cost_usd_bn": (by_side, usd, change, BILLION_A_YEAR),
        "cumulative_usd_bn": (
            by_side,
            np.cumsum(usd, axis=1) / plan.steps,
            change + ", summed up since the first year, not discounted",
            "USD billion",
        ),
        "pain_ratio": (
            ("year",),
            pain_ratios(cost),
            "Loss of the second side over the first's",
            "1",
        ),
    }


def cost_arrays(
    costs: CostDraws, usd: Array, cost: Array, dates: Array, steps: int
) -> dict[str, tuple[tuple[str, ...], Array, dict[str, str]]]:
    """Return the bands of the cost, by year and summed up, and when each draw crosses one.

    Args:
        costs: Costs over draws.
        usd: Cost in the reference, USD billion a year (side, period).
        cost: The same in per cent.
        dates: Start of each period, decimal years.
        steps: Periods a year.
    """
    words = f"{len(costs.cost)} draws"
    words += f", {costs.failed} without equilibrium" if costs.failed else ""
    scale = np.nanmean(usd / np.where(cost == 0, np.nan, cost), axis=1)[:, None]
    dims, ratio = ("side", "year", "quantile"), ("year", "quantile")
    found: Arrays = {
        "cost_band": (dims, costs.band(), f"Percentiles of the change, {words}", "per cent"),
        "cumulative_band": (
            dims,
            costs.summed(scale / steps),
            f"Percentiles of the change summed up, {words}",
            "USD billion",
        ),
        "pain_ratio_band": (ratio, costs.ratio_band(), f"Percentiles of the ratio, {words}", "1"),
        "chance_second_hurts_more": (
            ("year",),
            costs.chance_second_hurts_more(),
            "Chance that the second side loses more, per cent of its income",
            "1",
        ),
        "crossing": (
            ("draw",),
            first_crossings(costs.ratio(), dates, 1.0 / steps),
            f"Date at which the pain ratio first crosses one, {words}; none where it never does",
            "years",
        ),
    }
    return {
        name: (dims, values, {"long_name": label, "units": unit})
        for name, (dims, values, label, unit) in found.items()
    }


def pain_ratios(cost: Array) -> Array:
    """Return the second side's loss over the first's by year; NaN unless both lose (eq. 5.25).

    Examples:
        >>> pain_ratios(np.array([[-0.5, 0.1], [-1.0, -1.0]])).tolist()
        [2.0, nan]
    """
    both = (cost[:2] < 0).all(axis=0)
    return np.where(both, cost[1] / np.where(both, cost[0], 1.0), np.nan)
