"""The published algorithm, word for word: the second route to an equilibrium.

Caliendo and Parro (2015), section 5 and appendix: guess wages; iterate unit costs and price
indices to a fixed point; compute trade shares; solve the linear system for expenditure; look at
the trade balance; correct the wages. Written from the paper, without a look at the package's own
solver: the two share nothing but `World` and `Shock`.

`solve_reference` is vectorised over arrays (one linear solve for all expenditures);
`solve_literally` walks through countries and sectors in Python loops. Cobb-Douglas nests, labour
mobile across sectors, tariff and export-tax revenue paid to households, imbalances fixed in units
of world factor income.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, log, prod
from typing import Any

import numpy as np
import numpy.typing as npt

from upperhand.world.shock import Shock
from upperhand.world.world import World

Array = npt.NDArray[np.float64]


class NoFixedPointError(RuntimeError):
    """The nested loops did not reach their tolerance."""


@dataclass(frozen=True)
class Data:
    """What the algorithm reads from the baseline and the shock."""

    share: Array  # (i, n, k) share of exporter i in what n spends on k
    cost: Array  # (i, n, k) trade cost and taxes, new over old
    available: Array  # (i, n, k)
    tariff: Array  # (i, n, k) after the shock
    export_tax: Array  # (i, n, k) after the shock
    labour_share: Array  # (n, s)
    input_share: Array  # (n, k, s)
    final_share: Array  # (n, k)
    productivity: Array  # (n, s) new over old
    elasticity: Array  # (k,)
    factor_income: Array  # (n,) baseline value added times factor supply, new over old
    world_income: float  # the numeraire: baseline world factor income
    deficit: Array  # (n,)
    income: Array  # (n,) baseline


def read_data(world: World, shock: Shock) -> Data:
    """Return shares, wedges and accounts of the baseline."""
    if np.any(shock.subsidy_add):
        raise ValueError("the published algorithm has no subsidies; leave subsidy_add at 0")
    tariff, export_tax = shock.tariff(world), shock.export_tax(world)
    paid = world.trade * (1 + world.tariff)
    total = paid.sum(axis=0)
    taxes = (1 + tariff) * (1 + export_tax) / ((1 + world.tariff) * (1 + world.export_tax))
    final = world.final_demand
    return Data(
        share=np.divide(paid, total, out=np.zeros_like(paid), where=total > 0),
        cost=shock.trade_cost * taxes,
        available=shock.availability,
        tariff=tariff,
        export_tax=export_tax,
        labour_share=world.value_added_share,
        input_share=world.input_share,
        final_share=final / final.sum(axis=1, keepdims=True),
        productivity=shock.productivity,
        elasticity=world.trade_elasticity,
        factor_income=world.value_added.sum(axis=1) * shock.factor_supply,
        world_income=float(world.value_added.sum()),
        deficit=world.imbalance,
        income=final.sum(axis=1),
    )


def solve_reference(
    world: World, shock: Shock, *, closure: str = "fixed", tol: float = 1e-12, steps: int = 5000
) -> dict[str, Any]:
    """Solve by the nested loops, vectorised: one linear system for all expenditures."""
    return _outer_loop(read_data(world, shock), _prices, _expenditure, closure, tol, steps)


def solve_literally(
    world: World, shock: Shock, *, closure: str = "fixed", tol: float = 1e-12, steps: int = 5000
) -> dict[str, Any]:
    """Solve by the nested loops, one country and one sector at a time. For small worlds."""
    return _outer_loop(
        read_data(world, shock), _prices_in_loops, _expenditure_in_loops, closure, tol, steps
    )


def _outer_loop(
    data: Data,
    prices: Callable[[Data, Array, Array, float], tuple[Array, Array]],
    expenditure: Callable[[Data, Array, Array, Array], Array],
    closure: str,
    tol: float,
    steps: int,
) -> dict[str, Any]:
    """Correct the wages until factor demand equals factor supply in every country.

    The correction is multiplicative; its exponent grows while the gap shrinks and falls when it
    does not, so that large shocks do not make wages swing.
    """
    if closure != "fixed":
        raise ValueError("the reference knows only closure='fixed'")
    wage = np.full(len(data.income), data.world_income / data.factor_income.sum())
    price = np.ones_like(data.final_share)
    damping, last = 0.5, np.inf
    for step in range(1, steps + 1):
        cost, price = prices(data, wage, price, tol / 10)
        share = trade_share(data, cost, price)
        spending = expenditure(data, wage, share, data.deficit)
        demand = factor_demand(data, share, spending)
        supply = wage * data.factor_income
        gap = float(np.max(np.abs(demand / supply - 1)))
        if gap < tol:
            return _result(data, wage, price, share, spending) | {"steps": step, "gap": gap}
        damping = min(1.0, damping * 1.05) if gap < last else max(0.05, damping / 2)
        last = gap
        wage = wage * (np.maximum(demand, 1e-3 * supply) / supply) ** damping
        wage = wage * data.world_income / (wage * data.factor_income).sum()
    raise NoFixedPointError(f"factor markets are {gap:.1e} apart after {steps} corrections")


def trade_share(data: Data, cost: Array, price: Array) -> Array:
    """Return new trade shares (i, n, k)."""
    power = -data.elasticity
    delivered = (cost[:, None, :] * data.cost) ** power
    return data.share * data.available * delivered / price[None, :, :] ** power


def factor_demand(data: Data, share: Array, spending: Array) -> Array:
    """Return what producers pay to labour (n,)."""
    keep = 1 / ((1 + data.tariff) * (1 + data.export_tax))
    output = (share * spending[None, :, :] * keep).sum(axis=1)
    return np.asarray((data.labour_share * output).sum(axis=1))


def _prices(data: Data, wage: Array, price: Array, tol: float) -> tuple[Array, Array]:
    """Iterate unit costs and price indices to a fixed point for given wages."""
    power = -data.elasticity
    weight = data.share * data.available * data.cost**power
    used = data.share.sum(axis=0) > 0
    if np.any(used & (weight.sum(axis=0) == 0)):
        raise NoFixedPointError("a good that is used has lost its last source")
    for _ in range(10_000):
        logs = data.labour_share * np.log(wage)[:, None]
        logs = logs + np.einsum("nks,nk->ns", data.input_share, np.log(price))
        cost = np.exp(logs) / data.productivity
        total = np.einsum("ink,ik->nk", weight, cost**power)
        new = np.where(used, np.where(used, total, 1.0) ** (1 / power), 1.0)
        change = float(np.max(np.abs(np.log(new / price))))
        price = new
        if change < tol:
            return cost, price
    raise NoFixedPointError("prices did not settle")


def _expenditure(data: Data, wage: Array, share: Array, deficit: Array) -> Array:
    """Solve the linear system for the spending of each country on each sector."""
    n, s = data.final_share.shape
    received = share / ((1 + data.tariff) * (1 + data.export_tax))
    by_duty = (data.tariff / (1 + data.tariff) * share).sum(axis=0)
    matrix = data.input_share[:, :, None, :] * received[:, None, :, :]
    matrix += data.final_share[:, :, None, None] * (data.export_tax * received)[:, None, :, :]
    home = np.arange(n)
    matrix[home, :, home, :] += data.final_share[:, :, None] * by_duty[:, None, :]
    fixed = data.final_share * (wage * data.factor_income + deficit)[:, None]
    system = np.eye(n * s) - matrix.reshape(n * s, n * s)
    return np.linalg.solve(system, fixed.reshape(n * s)).reshape(n, s)


def _prices_in_loops(data: Data, wage: Array, price: Array, tol: float) -> tuple[Array, Array]:
    """Do what `_prices` does, one country and one sector at a time."""
    countries, sectors = range(price.shape[0]), range(price.shape[1])
    cost, price = np.ones_like(price), price.copy()
    for _ in range(10_000):
        for n in countries:
            for s in sectors:
                inputs = prod(price[n, k] ** data.input_share[n, k, s] for k in sectors)
                labour = wage[n] ** data.labour_share[n, s]
                cost[n, s] = labour * inputs / data.productivity[n, s]
        change = 0.0
        for n in countries:
            for k in sectors:
                new = _price_of_one_good(data, cost, n, k)
                change = max(change, abs(log(new / price[n, k])))
                price[n, k] = new
        if change < tol:
            return cost, price
    raise NoFixedPointError("prices did not settle")


def _price_of_one_good(data: Data, cost: Array, n: int, k: int) -> float:
    """Return the price index of sector k in country n; 1 where nothing is bought."""
    theta, total, bought = data.elasticity[k], 0.0, 0.0
    for i in range(cost.shape[0]):
        bought += data.share[i, n, k]
        if data.share[i, n, k] > 0 and data.available[i, n, k] > 0:
            delivered = exp(-theta * log(cost[i, k] * data.cost[i, n, k]))
            total += data.share[i, n, k] * data.available[i, n, k] * delivered
    if bought == 0:
        return 1.0
    if total == 0:
        raise NoFixedPointError("a good that is used has lost its last source")
    return float(total ** (-1 / theta))


def _expenditure_in_loops(data: Data, wage: Array, share: Array, deficit: Array) -> Array:
    """Do what `_expenditure` does, filling the system cell by cell."""
    n_countries, n_sectors = data.final_share.shape
    countries, sectors = range(n_countries), range(n_sectors)
    system = np.eye(n_countries * n_sectors)
    fixed = np.zeros(n_countries * n_sectors)
    for n in countries:
        for k in sectors:
            row, final = n * n_sectors + k, data.final_share[n, k]
            fixed[row] = final * (wage[n] * data.factor_income[n] + deficit[n])
            for m in countries:
                for s in sectors:
                    tariff, tax = data.tariff[n, m, s], data.export_tax[n, m, s]
                    sold = share[n, m, s] / ((1 + tariff) * (1 + tax))
                    use = data.input_share[n, k, s] * sold + final * tax * sold
                    system[row, m * n_sectors + s] -= use
                    duty = data.tariff[m, n, s] / (1 + data.tariff[m, n, s]) * share[m, n, s]
                    system[row, n * n_sectors + s] -= final * duty
    return np.linalg.solve(system, fixed).reshape(n_countries, n_sectors)


def _result(data: Data, wage: Array, price: Array, share: Array, spending: Array) -> dict[str, Any]:
    """Return what the two routes compare."""
    bought = share * spending[None, :, :]
    trade = bought / (1 + data.tariff)
    duties = (trade * data.tariff).sum(axis=(0, 2))
    taxes = (trade * data.export_tax / (1 + data.export_tax)).sum(axis=(1, 2))
    income = wage * data.factor_income + duties + taxes + data.deficit
    consumer_price = np.exp((data.final_share * np.log(price)).sum(axis=1))
    return {
        "wage_change": wage,
        "price_change": price,
        "trade": trade,
        "spending": spending,
        "income": income,
        "real_income_change": income / data.income / consumer_price,
    }
