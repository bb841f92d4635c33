"""What a solution says, by country and sector, as bare arrays (model book, eq. 2.12)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from upperhand.equilibrium.ladder import Solution
from upperhand.equilibrium.welfare import income_parts
from upperhand.world.shock import Shock
from upperhand.world.world import World

Array = npt.NDArray[np.float64]


def outcome_arrays(world: World, shock: Shock, solution: Solution) -> dict[str, Array]:
    """Return every variable of the register that one solve gives, in the register's dims."""
    return {
        **_welfare(world, solution),
        **_trade(world, shock, solution),
        **_sectors(world, solution),
        "real_income_part": income_parts(world, solution),
    }


def nothing_found(found: dict[str, Array]) -> dict[str, Array]:
    """Return the same variables without numbers, except those that are known without a solve."""
    known = {"baseline_income", "baseline_output", "baseline_trade", "baseline_tariff", "tariff"}
    kept = known | {"export_tax"}
    return {name: a if name in kept else np.full_like(a, np.nan) for name, a in found.items()}


def trade_after(solution: Solution) -> Array:
    """Return trade at the border after the shock (exporter, importer, sector), USD million."""
    flows = solution.flows
    tensor = flows.density[:, :, None] * solution.wedges.at_border * flows.pull[:, None, :]
    return np.ascontiguousarray(tensor.transpose(2, 1, 0))


def _welfare(world: World, solution: Solution) -> dict[str, Array]:
    flows, state = solution.flows, solution.state
    income = world.income
    price = np.exp(flows.log_final_price)
    wage, employment = np.exp(state.log_wage), np.exp(flows.log_employment)
    real_income = solution.real_income
    welfare = real_income - _effort(solution) / income
    return {
        "baseline_income": income,
        "nominal_income_change": flows.income / income,
        "real_income_change": real_income,
        "welfare_change": welfare,
        "equivalent_variation": income * (welfare - 1.0),
        "wage_change": wage,
        "real_wage_change": wage / price,
        "employment_change": employment,
        "consumer_price_change": price,
        "tariff_revenue": (solution.calibration.base.spending * state.spend - flows.imports).sum(
            axis=0
        ),
        "export_tax_revenue": (flows.border - flows.sales).sum(axis=0),
        "subsidy_cost": (flows.revenue - flows.sales).sum(axis=0),
    }


def _effort(solution: Solution) -> Array:
    """Return the disutility of the labour added [N], USD million at baseline prices (eq. 2.14).

    Preferences are those of Greenwood, Hercowitz and Huffman (1988); zero when employment is
    fixed.
    """
    base, supply = solution.calibration.base, solution.calibration.nests.labour_supply
    if supply == 0.0:
        return np.zeros_like(base.income)
    labour = ((1.0 - base.specific)[:, None] * base.value_added).sum(axis=0)
    given = np.exp(solution.wedges.log_factor_supply)
    effort = np.exp(solution.flows.log_employment) / given
    power = 1.0 + 1.0 / supply
    return np.asarray(given * labour * (effort**power - 1.0) / power)


def _trade(world: World, shock: Shock, solution: Solution) -> dict[str, Array]:
    after, before, export_tax = trade_after(solution), world.trade, shock.export_tax(world)
    price = np.broadcast_to(solution.flows.log_producer_price.T[:, None, :], after.shape)
    if export_tax is not world.export_tax:
        price = price + np.log1p(export_tax) - np.log1p(world.export_tax)
    crossing = _abroad(before), _abroad(after)
    exports = [flow.sum(axis=(1, 2)) for flow in crossing]
    imports = [flow.sum(axis=(0, 2)) for flow in crossing]
    return {
        "baseline_trade": before,
        "trade": after,
        "baseline_tariff": world.tariff,
        "tariff": shock.tariff(world),
        "export_tax": export_tax,
        "border_price_change": np.exp(price),
        "exports_change": _ratio(exports[1], exports[0]),
        "imports_change": _ratio(imports[1], imports[0]),
        "terms_of_trade_change": np.exp(
            _mean_price(price, crossing, exports, "eis,eis->e")
            - _mean_price(price, crossing, imports, "eis,eis->i")
        ),
    }


def _abroad(flow: Array) -> Array:
    """Return flows (exporter, importer, sector) without sales at home."""
    found, home = flow.copy(), np.arange(len(flow))
    found[home, home] = 0.0
    return found


def _mean_price(
    log_price: Array, flows: Sequence[Array], totals: Sequence[Array], summed: str
) -> Array:
    """Return the Tornqvist mean of log prices: value shares before and after, averaged."""
    means = [
        np.einsum(summed, flow, log_price) / np.maximum(total, 1e-300)
        for flow, total in zip(flows, totals, strict=True)
    ]
    return np.asarray(0.5 * (means[0] + means[1]))


def _sectors(world: World, solution: Solution) -> dict[str, Array]:
    flows, state, base = solution.flows, solution.state, solution.calibration.base
    quantity = flows.sales / base.output / np.exp(flows.log_producer_price)
    labour = _ratio(flows.value_added, base.value_added) / np.exp(state.log_factor_price)
    produced = base.value_added > 0
    return {
        "baseline_output": world.output,
        "sector_price_change": np.exp(state.log_price).T,
        "producer_price_change": np.exp(flows.log_producer_price).T,
        "sector_wage_change": np.exp(state.log_factor_price).T,
        "output_change": np.where(produced, quantity, 1.0).T,
        "employment_sector_change": labour.T,
    }


def _ratio(new: Array, old: Array) -> Array:
    """Return new over old; 1 where there was nothing and is nothing."""
    return np.asarray(np.where(old > 0, new / np.where(old > 0, old, 1.0), 1.0))
