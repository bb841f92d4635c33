"""Why real income changes: two exact decompositions (model book, eq. 2.19-2.20).

By cause: along the path of the shock, real income changes by the sum of a terms-of-trade term, the
wedge on every flow times the change of its quantity, and the direct effects of costs, varieties,
productivity, scale, factors and transfers. The path is integrated with Chebyshev nodes, every term
on its own; that the terms add up to the whole is a check, not a definition.

By kind of income: the log change of real income is split by logarithmic means, which is exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from upperhand.equilibrium.calibrate import between, kernel_axes
from upperhand.equilibrium.ladder import Solution
from upperhand.world.shock import Shock
from upperhand.world.world import World

Array = npt.NDArray[np.float64]

PARTS = (
    "terms_of_trade",
    "volume_of_trade",
    "trade_cost",
    "availability",
    "productivity",
    "scale",
    "subsidy",
    "factor_supply",
    "transfers",
)
INCOME_PARTS = (
    "factor_income",
    "tariff_revenue",
    "export_tax_revenue",
    "subsidy_cost",
    "transfers",
    "prices",
)


def gains_from_trade(own_share: float, elasticity: float) -> float:
    """Return the share of real income that autarky would cost, in the one-sector model (eq. 2.21).

    Args:
        own_share: Share of spending on domestic goods, 0 to 1.
        elasticity: Trade elasticity, above 0.

    Examples:
        >>> round(100 * gains_from_trade(0.93, 5.0), 4)
        1.4409

    References:
        Arkolakis, Costinot and Rodriguez-Clare (2012).
    """
    return 1.0 - float(own_share ** (1.0 / elasticity))


def income_parts(world: World, solution: Solution) -> Array:
    """Return (country, income_part): parts of the log change of real income (eq. 2.20).

    The parts of income are weighted by the logarithmic mean of income before and after; the last
    part is the fall of the consumer price.
    """
    flows, base = solution.flows, solution.calibration.base
    before, after = world.income, flows.income
    same = np.isclose(before, after, rtol=1e-13, atol=0.0)
    mean = np.where(same, before, (after - before) / np.log(np.where(same, 2.0, after / before)))
    spending = base.spending * solution.state.spend
    duties = (spending - flows.imports).sum(axis=0)
    levies = (flows.border - flows.sales).sum(axis=0)
    subsidies = (flows.revenue - flows.sales).sum(axis=0)
    earned = flows.value_added.sum(axis=0)
    transfers = after - earned - duties - levies + subsidies
    changes = [
        earned - world.value_added.sum(axis=1),
        duties - world.tariff_revenue,
        levies - world.export_tax_revenue,
        -subsidies,
        transfers - world.imbalance,
    ]
    return np.stack([*(change / mean for change in changes), -flows.log_final_price], axis=1)


def path_nodes(count: int) -> Array:
    """Return Chebyshev-Lobatto nodes on 0 to 1, ends included."""
    return np.asarray(0.5 * (1.0 - np.cos(np.pi * np.arange(count) / (count - 1))))


@lru_cache(maxsize=8)
def path_weights(count: int) -> Array:
    """Return the matrix Q with `u @ Q @ v` the integral of u dv for values at the nodes.

    Differentiation of the interpolating polynomial times the Clenshaw-Curtis weights.
    """
    from numpy.polynomial import chebyshev

    points = 2.0 * path_nodes(count) - 1.0
    values = chebyshev.chebvander(points, count - 1)
    to_coefficients = np.linalg.inv(values)
    slope = chebyshev.chebvander(points, count - 2) @ chebyshev.chebder(np.eye(count))
    antiderivative = chebyshev.chebint(np.eye(count))
    ends = chebyshev.chebval(1.0, antiderivative) - chebyshev.chebval(-1.0, antiderivative)
    return np.asarray((ends @ to_coefficients)[:, None] * (slope @ to_coefficients))


def welfare_parts(world: World, shock: Shock, path: Sequence[Solution]) -> Array:
    """Return (country, part): parts of the log change of real income, by cause (eq. 2.19).

    Args:
        world: The baseline.
        shock: The whole shock.
        path: Solutions at `path_nodes(len(path))` of the shock, the baseline first.
    """
    income = np.stack([solution.flows.income for solution in path])
    goods = _goods_parts(_goods(world, shock, path), income)
    places = _place_parts(path, income)
    return np.stack([{**goods, **places}[part] for part in PARTS], axis=1)


class _Goods(NamedTuple):
    """Bilateral values along the path, [node, S, importer, exporter] each."""

    border: Array  # value at the border
    log_price: Array  # border price
    tariff: Array
    export_tax: Array
    log_cost: Array
    variety: Array  # spending per unit of availability, over the trade elasticity
    available: Array


def _goods(world: World, shock: Shock, path: Sequence[Solution]) -> _Goods:
    nodes = path_nodes(len(path))
    theta = path[0].calibration.base.elasticity[:, None, None]
    tariff = [kernel_axes(between(world.tariff, shock.tariff(world), t)) for t in nodes]
    levy = [kernel_axes(between(world.export_tax, shock.export_tax(world), t)) for t in nodes]
    cost = [t * np.log(kernel_axes(shock.trade_cost)) for t in nodes]
    available = [1.0 - t * (1.0 - kernel_axes(shock.availability)) for t in nodes]
    start = np.log1p(kernel_axes(world.export_tax))
    prices, values, varieties = [], [], []
    for k, solution in enumerate(path):
        flows = solution.flows
        border = flows.density[:, :, None] * solution.wedges.at_border * flows.pull[:, None, :]
        values.append(border)
        prices.append(flows.log_producer_price[:, None, :] + np.log1p(levy[k]) - start)
        delivered = prices[k] - flows.log_producer_price[:, None, :] + cost[k]
        delivered = delivered + np.log1p(tariff[k]) - np.log1p(tariff[0])
        unbanned = solution.calibration.base.share * np.exp(-theta * delivered)
        varieties.append(flows.density[:, :, None] * unbanned * flows.pull[:, None, :] / theta)
    stacked = (values, prices, tariff, levy, cost, varieties, available)
    return _Goods(*(np.stack(item) for item in stacked))


def _goods_parts(goods: _Goods, income: Array) -> dict[str, Array]:
    """Terms of trade, volume, costs and varieties, each by country."""
    n = income.shape[1]
    foreign = ~np.eye(n, dtype=bool)
    buyer, seller = income[:, None, :, None], income[:, None, None, :]
    price = np.exp(goods.log_price)
    quantity = goods.border / price
    abroad = goods.border * foreign
    return {
        "terms_of_trade": _along(abroad / seller, goods.log_price).sum(axis=(0, 1))
        - _along(abroad / buyer, goods.log_price).sum(axis=(0, 2)),
        "volume_of_trade": _along(goods.tariff * price / buyer, quantity).sum(axis=(0, 2))
        + _along(goods.export_tax / (1.0 + goods.export_tax) * price / seller, quantity).sum(
            axis=(0, 1)
        ),
        "trade_cost": -_along(goods.border * (1.0 + goods.tariff) / buyer, goods.log_cost).sum(
            axis=(0, 2)
        ),
        "availability": _along(goods.variety / buyer, goods.available).sum(axis=(0, 2)),
    }


def _place_parts(path: Sequence[Solution], income: Array) -> dict[str, Array]:
    """Productivity, scale, subsidies, factors and transfers, each by country."""
    flows = [solution.flows for solution in path]
    base = path[0].calibration.base
    per_income = income[:, None, :]
    revenue = np.stack([flow.revenue for flow in flows]) / per_income
    sales = np.stack([flow.sales for flow in flows])
    price = np.exp(np.stack([flow.log_producer_price for flow in flows]))
    subsidy = np.stack([flow.revenue / np.maximum(flow.sales, 1e-300) - 1.0 for flow in flows])
    scale = base.scale[:, None] * np.stack([solution.state.log_scale for solution in path])
    mobile = (1.0 - base.specific)[:, None]
    labour = np.stack([(mobile * flow.value_added).sum(axis=0) for flow in flows]) / income
    employment = np.stack([flow.log_employment for flow in flows])
    staying = np.stack([(base.specific[:, None] * f.value_added).sum(axis=0) for f in flows])
    staying = staying / income
    supply = np.stack([solution.wedges.log_factor_supply for solution in path])
    productivity = np.stack([solution.wedges.log_productivity for solution in path])
    transfers = np.stack([_transfers(solution) for solution in path])
    return {
        "productivity": _along(revenue, productivity).sum(axis=0),
        "scale": _along(revenue, scale).sum(axis=0),
        "subsidy": -_along(subsidy * price / per_income, sales / price).sum(axis=0),
        "factor_supply": _along(labour, employment) + _along(staying, supply),
        "transfers": _along(1.0 / income, transfers),
    }


def _transfers(solution: Solution) -> Array:
    """Return the transfer from abroad [N]: spending on imports minus sales of exports."""
    flows = solution.flows
    return np.asarray((flows.imports - flows.border).sum(axis=0))


def _along(level: Array, value: Array) -> Array:
    """Return the integral of level d(value) along the path; nodes are the first axis."""
    change = np.tensordot(path_weights(len(level)), value, axes=(1, 0))
    return np.asarray((level * change).sum(axis=0))
