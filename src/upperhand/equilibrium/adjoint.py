"""The derivative of the equilibrium map, transposed by hand (model book, eq. 2.16-2.17).

With `z = T(z, p)` at the equilibrium, the derivative of an outcome `f(z, p)` with respect to every
wedge at once is `f_p + lambda T_p` with `lambda = f_z + lambda T_z`. One linear fixed point gives
`lambda`; its cost is about one solve, whatever the number of wedges. In this module `d_x` is the
derivative of the seeded outputs with respect to `x`; the lines follow `hats` backwards.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from upperhand.equilibrium.hats import Base, Flows, Nests, State, Wedges, value_added_weight

Array = npt.NDArray[np.float64]


class Point(NamedTuple):
    """Where the map is differentiated."""

    base: Base
    nests: Nests
    wedges: Wedges
    damp: Array
    state: State
    flows: Flows


class Seed(NamedTuple):
    """Derivatives of what is differentiated, one entry per output of the map.

    Attributes:
        state: With respect to the next state.
        income: [N] with respect to income.
        log_final_price: [N] with respect to the log consumer price.
    """

    state: State
    income: Array
    log_final_price: Array


class Pullback(NamedTuple):
    """Derivatives with respect to everything that enters one evaluation of the map.

    The derivatives of the three tensors are outer products over importer and exporter, kept as
    factors; the missing factor of each is `pull` (exporter) or `density` (importer).
    """

    state: State
    access: Array  # [S, N] importer factor of the kernel
    border: Array  # [S, N] exporter factor of `at_border`, from sales
    imports: Array  # [S, N] importer factor of `at_border`, from purchases
    gate: Array  # [S, N] exporter factor of `at_gate`
    log_productivity: Array  # [S, N]
    subsidy: Array  # [S, N]
    log_factor_supply: Array  # [N]
    imbalance: Array  # [N]
    elasticity: Array  # [S] at given kernels


class _Closing(NamedTuple):
    """Derivatives that come from the last lines of `next_state`."""

    wage: Array
    gap: Array
    factor_price: Array
    value_added: Array
    scale: Array


class _Demand(NamedTuple):
    """Derivatives that come from spending and income."""

    own: Array
    income: Array
    price: Array
    materials: Array
    spent: Array
    log_labour: Array


class _Trade(NamedTuple):
    """Derivatives that come from the trade block."""

    log_pull: Array
    spending: Array
    access: Array
    border: Array
    imports: Array
    gate: Array


def zero_seed(base: Base) -> Seed:
    """Return the seed that differentiates nothing."""
    plane = np.zeros_like(base.spending)
    line = np.zeros(plane.shape[1])
    return Seed(State(line, plane, plane, plane, plane), line, line)


def pull_back(at: Point, seed: Seed) -> Pullback:
    """Return the derivatives of the seeded outputs with respect to state and wedges (eq. 2.17)."""
    base, nests, wedges, state, flows = at.base, at.nests, at.wedges, at.state, at.flows
    share = base.value_added_share * value_added_weight(
        flows.log_cost, state.log_factor_price, nests.value_added
    )
    closing = _closing(at, seed.state)
    demand = _demand(at, seed, closing.gap)
    d_value_added = closing.value_added + base.specific[:, None] * demand.own - demand.spent
    d_revenue = demand.spent + share * d_value_added + _over(closing.scale, flows.revenue)
    d_sales = (1.0 + wedges.subsidy) * (d_revenue - demand.own)
    trade = _trade(at, seed.state.log_price, demand.own, d_sales)

    tilt = (1.0 - nests.value_added) * flows.value_added * d_value_added
    d_gate_price = -base.elasticity[:, None] * trade.log_pull
    d_cost = d_gate_price - tilt - closing.scale
    d_materials = demand.materials + (1.0 - share) * d_cost
    return Pullback(
        state=State(
            log_wage=closing.wage + (1.0 + nests.labour_supply) * demand.log_labour,
            log_price=demand.price + _materials(at, d_materials),
            spend=trade.spending * base.spending * base.active,
            log_factor_price=closing.factor_price + tilt + share * d_cost,
            log_scale=-base.scale[:, None] * d_gate_price,
        ),
        access=trade.access,
        border=trade.border,
        imports=trade.imports,
        gate=trade.gate,
        log_productivity=-d_gate_price,
        subsidy=flows.sales * (d_revenue - demand.own) - d_gate_price / (1.0 + wedges.subsidy),
        log_factor_supply=demand.log_labour,
        imbalance=demand.income,
        elasticity=_elasticity(at, seed.state.log_price, trade.log_pull),
    )


def _closing(at: Point, seed: State) -> _Closing:
    """Wages, factor prices and scale (eq. 2.7, 2.10), backwards."""
    base, flows, eta = at.base, at.flows, at.base.specific[:, None]
    produced = base.value_added > 0
    slow = 1.0 + eta * base.elasticity[:, None] * base.value_added_share
    d_target = seed.log_factor_price / slow
    d_wage = seed.log_wage + ((1.0 - eta) * d_target).sum(axis=0)
    d_gap = at.damp * d_wage
    mobile = (1.0 - eta) * flows.value_added
    return _Closing(
        wage=d_wage,
        gap=d_gap,
        factor_price=seed.log_factor_price - d_target,
        value_added=_over(eta * d_target * produced, flows.value_added)
        - d_wage.sum() / flows.value_added.sum()
        + (1.0 - eta) * d_gap / mobile.sum(axis=0),
        scale=np.where((base.scale[:, None] > 0) & produced, seed.log_scale, 0.0),
    )


def _demand(at: Point, seed: Seed, d_gap: Array) -> _Demand:
    """Spending and income (eq. 2.6, 2.8, 2.9), backwards."""
    base, nests, state, flows = at.base, at.nests, at.state, at.flows
    power_m, power_f = 1.0 - nests.materials, 1.0 - nests.final
    d_new = seed.state.spend / base.spending
    final_mix = base.final_share * np.exp(power_f * (state.log_price - flows.log_final_price))
    final = final_mix * flows.income
    d_income = seed.income + (final_mix * d_new).sum(axis=0)
    d_own = d_income + (at.wedges.imbalance_share * d_income).sum()
    mobile = ((1.0 - base.specific)[:, None] * flows.value_added).sum(axis=0)
    d_log_labour = d_own * mobile / np.exp(flows.labour_gap) - d_gap
    d_final_price = seed.log_final_price - power_f * (final * d_new).sum(axis=0)
    d_final_price = d_final_price - nests.labour_supply * d_log_labour

    raised = (np.exp(power_m * state.log_price) * d_new).T[:, None, :]
    d_spent = np.exp(-power_m * flows.log_materials) * (raised @ base.input_mix)[:, 0, :].T
    inputs = flows.new_spending - final
    return _Demand(
        own=d_own,
        income=d_income,
        price=(power_f * final + power_m * inputs) * d_new + final_mix * d_final_price,
        materials=-power_m * (flows.revenue - flows.value_added) * d_spent,
        spent=d_spent,
        log_labour=d_log_labour,
    )


def _trade(at: Point, d_log_price: Array, d_own: Array, d_sales: Array) -> _Trade:
    """Flows and price indices (eq. 2.4, 2.5), backwards."""
    base, wedges, flows = at.base, at.wedges, at.flows
    active = base.active > 0
    border, gate = d_own * flows.pull, d_sales * flows.pull
    imports = -d_own * flows.density
    if wedges.at_gate is None:
        d_density = _times(wedges.at_border, border + gate)
        d_pull = (d_own + d_sales) * _over(flows.border, flows.pull)
    else:
        d_density = _times(wedges.at_border, border) + _times(wedges.at_gate, gate)
        d_pull = _over(d_own * flows.border + d_sales * flows.sales, flows.pull)
    d_density = d_density - d_own * _over(flows.imports, flows.density)
    d_access = -d_density * flows.density - np.where(active, d_log_price, 0.0) / (
        base.elasticity[:, None]
    )
    d_access = np.where(active, d_access / flows.access, 0.0)
    back = (d_access[:, None, :] @ wedges.kernel + imports[:, None, :] @ wedges.at_border)[:, 0, :]
    return _Trade(
        log_pull=flows.pull * (d_pull + back),
        spending=d_density / flows.access + d_own,
        access=d_access,
        border=border,
        imports=imports,
        gate=gate,
    )


def _materials(at: Point, d_materials: Array) -> Array:
    """Price of materials (eq. 2.1), backwards: to the prices [K, N] of the inputs."""
    power = 1.0 - at.nests.materials
    if power == 0.0:
        return np.asarray((at.base.input_mix @ d_materials.T[:, :, None])[:, :, 0].T)
    scaled = (np.exp(-power * at.flows.log_materials) * d_materials).T[:, :, None]
    back = (at.base.input_mix @ scaled)[:, :, 0].T
    return np.asarray(np.exp(power * at.state.log_price) * back)


def _elasticity(at: Point, d_log_price: Array, d_log_pull: Array) -> Array:
    """Trade elasticities [S] where they stand outside the kernels (eq. 2.4), backwards."""
    through_price = d_log_price * at.flows.log_new_price / at.base.elasticity[:, None]
    through_pull = at.flows.log_producer_price * d_log_pull
    return np.asarray(-(through_price + through_pull).sum(axis=1))


def _times(tensor: Array, exporters: Array) -> Array:
    return np.asarray((tensor @ exporters[:, :, None])[:, :, 0])


def _over(numerator: Array, denominator: Array) -> Array:
    """Divide where the denominator is positive; nothing flows through an empty cell."""
    return np.asarray(
        np.where(denominator > 0, numerator / np.where(denominator > 0, denominator, 1.0), 0.0)
    )
