"""The derivative of the equilibrium map, transposed by hand (model book, eq. 2.16-2.17).

With `z = T(z, p)` at the equilibrium, the derivative of an outcome `f(z, p)` with respect to every
wedge at once is `f_p + lambda T_p` with `lambda = f_z + lambda T_z`. One linear fixed point gives
`lambda`; its cost is about one solve, whatever the number of wedges. In this module `d_x` is the
derivative of the seeded outcomes with respect to `x`; the lines follow `hats` backwards.

Derivatives carry one more axis than what they are derivatives of, the last: [P] outcomes at once,
for example the objectives of P players, so that the tensors are read once for all of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from upperhand.equilibrium.hats import (
    Base,
    Flows,
    Nests,
    State,
    Wedges,
)

Array = npt.NDArray[np.float64]


class Point(NamedTuple):
    """Where the map is differentiated, with what does not change between sweeps.

    Planes are [S, N, 1] and lines [N, 1], ready to meet derivatives [S, N, P] and [N, P].

    Attributes:
        share: Share of value added in revenue.
        final_mix: Share of each sector in final spending.
        final: Final spending.
        labour_income: [N, 1].
        mobile: Share of each sector in a country's demand for mobile labour, per unit of value
            added.
        earned: Specific share over value added, 0 where nothing is produced.
        slow: Inverse step of factor prices.
        border_pull: Sales at the border per unit of pull.
        sales_pull: Sales at the gate per unit of pull.
        bought: Imports per unit of density.
        lifted: Prices to the power of the materials nest; None if Cobb-Douglas.
        lowered: Prices of materials to minus that power; None if Cobb-Douglas.
    """

    base: Base
    nests: Nests
    wedges: Wedges
    damp: Array
    state: State
    flows: Flows
    share: Array
    final_mix: Array
    final: Array
    labour_income: Array
    mobile: Array
    earned: Array
    slow: Array
    border_pull: Array
    sales_pull: Array
    bought: Array
    lifted: Array | None
    lowered: Array | None


def point_at(
    base: Base, nests: Nests, wedges: Wedges, damp: Array, state: State, flows: Flows
) -> Point:
    """Return the point at which `pull_back` differentiates."""
    eta, materials = base.specific[:, None], flows.materials
    demand = ((1.0 - eta) * flows.value_added).sum(axis=0)
    earned = _over(np.broadcast_to(eta, flows.value_added.shape), flows.value_added)
    slow = 1.0 / (1.0 + eta * base.elasticity[:, None] * base.value_added_share)
    return Point(
        base,
        nests,
        wedges,
        damp[:, None],
        State(*(item[..., None] for item in state)),
        _with_outcomes(flows),
        share=flows.value_added_share[..., None],
        final_mix=flows.final_mix[..., None],
        final=(flows.final_mix * flows.income)[..., None],
        labour_income=(demand / np.exp(flows.labour_gap))[:, None],
        mobile=((1.0 - eta) / demand)[..., None],
        earned=earned[..., None],
        slow=slow[..., None],
        border_pull=_over(flows.border, flows.pull)[..., None],
        sales_pull=_over(flows.sales, flows.pull)[..., None],
        bought=_over(flows.imports, flows.density)[..., None],
        lifted=None if materials.lifted is None else materials.lifted[..., None],
        lowered=None if materials.total is None else 1.0 / materials.total[..., None],
    )


def _with_outcomes(flows: Flows) -> Flows:
    """Return flows with an axis of outcomes; their parts of the materials nest are in `Point`."""
    each: dict[str, Any] = {
        name: item[..., None] for name, item in flows._asdict().items() if name != "materials"
    }
    return Flows(materials=flows.materials, **each)


class Seed(NamedTuple):
    """Derivatives of the outcomes with respect to what one evaluation of the map gives.

    Attributes:
        state: With respect to the next state.
        income: [N, P] with respect to income.
        log_final_price: [N, P] with respect to the log consumer price.
        value_added: [S, N, P] with respect to value added by sector.
        revenue: [N, P] with respect to revenue from tariffs and export taxes.
        log_output: [S, N, P] with respect to the log quantity of output.
    """

    state: State
    income: Array
    log_final_price: Array
    value_added: Array
    revenue: Array
    log_output: Array


class Pullback(NamedTuple):
    """Derivatives with respect to everything that enters one evaluation of the map.

    The derivatives of the three tensors are outer products over importer and exporter, kept as
    factors; the missing factor of each is `pull` (exporter) or `density` (importer).
    """

    state: State
    access: Array  # [S, N, P] importer factor of the kernel
    border: Array  # [S, N, P] exporter factor of `at_border`, from sales
    imports: Array  # [S, N, P] importer factor of `at_border`, from purchases
    gate: Array  # [S, N, P] exporter factor of `at_gate`
    log_productivity: Array  # [S, N, P]
    subsidy: Array  # [S, N, P]
    log_factor_supply: Array  # [N, P]
    imbalance: Array  # [N, P]
    elasticity: Array  # [S, P] at given kernels


class _Closing(NamedTuple):
    """Derivatives that come from the last lines of `next_state`."""

    wage: Array
    gap: Array
    factor_price: Array
    value_added: Array
    scale: Array
    log_supply: Array


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


def zero_seed(base: Base, outcomes: int = 1) -> Seed:
    """Return the seed that differentiates nothing, for a number of outcomes."""
    sectors, countries = base.spending.shape
    plane = np.zeros((sectors, countries, outcomes))
    line = np.zeros((countries, outcomes))
    return Seed(State(line, plane, plane, plane, plane), line, line, plane, line, plane)


class _Sweep(NamedTuple):
    """One pass backwards: what the next pass needs, and what the derivatives are made of."""

    state: State
    trade: _Trade
    demand: _Demand
    log_supply: Array
    revenue: Array
    gate_price: Array


def sweep_back(at: Point, seed: Seed) -> State:
    """Return the derivatives of the seeded outcomes with respect to the state (eq. 2.17)."""
    return _sweep(at, seed).state


def pull_back(at: Point, seed: Seed) -> Pullback:
    """Return the derivatives of the seeded outcomes with respect to state and wedges (eq. 2.17)."""
    swept, subsidy = _sweep(at, seed), at.wedges.subsidy
    subsidised = 1.0 if subsidy is None else 1.0 + subsidy[..., None]
    earned = at.flows.sales * (swept.revenue - swept.demand.own)
    return Pullback(
        state=swept.state,
        access=swept.trade.access,
        border=swept.trade.border,
        imports=swept.trade.imports,
        gate=swept.trade.gate,
        log_productivity=-swept.gate_price,
        subsidy=earned - swept.gate_price / subsidised,
        log_factor_supply=swept.demand.log_labour + swept.log_supply,
        imbalance=swept.demand.income,
        elasticity=_elasticity(at, seed.state.log_price, swept.trade.log_pull),
    )


def _sweep(at: Point, seed: Seed) -> _Sweep:
    """The lines of one evaluation of the map, backwards."""
    base, nests, flows = at.base, at.nests, at.flows
    closing = _closing(at, seed.state)
    demand = _demand(at, seed, closing.gap)
    d_value_added = closing.value_added - demand.spent + seed.value_added
    if nests.has_specific:
        d_value_added = d_value_added + base.specific[:, None, None] * demand.own
    d_revenue = demand.spent + at.share * d_value_added
    if nests.has_scale:
        d_revenue = d_revenue + _over(closing.scale, flows.revenue)
    d_sales = d_revenue - demand.own
    if at.wedges.subsidy is not None:
        d_sales = (1.0 + at.wedges.subsidy[..., None]) * d_sales
    d_sales = d_sales - seed.revenue
    if seed.log_output.any():
        d_sales = d_sales + _over(seed.log_output, flows.sales)
    trade = _trade(at, seed.state.log_price, demand.own + seed.revenue, d_sales)

    d_gate_price = -base.elasticity[:, None, None] * trade.log_pull - seed.log_output
    d_cost = d_gate_price - closing.scale
    d_factor_price = closing.factor_price
    if nests.value_added != 1.0:
        tilt = (1.0 - nests.value_added) * flows.value_added * d_value_added
        d_cost, d_factor_price = d_cost - tilt, d_factor_price + tilt
    d_materials = demand.materials + (1.0 - at.share) * d_cost
    state = State(
        log_wage=closing.wage + (1.0 + nests.labour_supply) * demand.log_labour,
        log_price=demand.price + _materials(at, d_materials),
        spend=trade.spending * base.spending[..., None],
        log_factor_price=d_factor_price + at.share * d_cost,
        log_scale=-base.scale[:, None, None] * d_gate_price,
    )
    return _Sweep(state, trade, demand, closing.log_supply, d_revenue, d_gate_price)


def _closing(at: Point, seed: State) -> _Closing:
    """Wages, factor prices and scale (eq. 2.7, 2.10), backwards."""
    base, flows = at.base, at.flows
    d_wage, d_factor_price = seed.log_wage, seed.log_factor_price
    d_value_added = d_scale = np.zeros((1, 1, 1))
    d_supply = np.zeros_like(d_wage)
    if at.nests.has_specific:
        d_target = at.slow * seed.log_factor_price
        d_wage = d_wage + ((1.0 - base.specific[:, None, None]) * d_target).sum(axis=0)
        d_factor_price = d_factor_price - d_target
        d_supply = -(base.specific[:, None, None] * d_target).sum(axis=0)
        d_value_added = at.earned * d_target
    if at.nests.has_scale:
        grows = (base.scale[:, None] > 0) & (base.value_added > 0)
        d_scale = np.where(grows[..., None], seed.log_scale, 0.0)
    d_gap = at.damp * d_wage
    numeraire = d_wage.sum(axis=0) / flows.value_added.sum()
    return _Closing(
        wage=d_wage,
        gap=d_gap,
        factor_price=d_factor_price,
        value_added=d_value_added + at.mobile * d_gap - numeraire,
        scale=d_scale,
        log_supply=d_supply,
    )


def _demand(at: Point, seed: Seed, d_gap: Array) -> _Demand:
    """Spending and income (eq. 2.6, 2.8, 2.9), backwards."""
    base, nests, flows = at.base, at.nests, at.flows
    power_m, power_f = 1.0 - nests.materials, 1.0 - nests.final
    d_new = seed.state.spend / base.spending[..., None]
    d_income = seed.income + (at.final_mix * d_new).sum(axis=0)
    d_own = d_income + at.wedges.imbalance_share @ d_income
    d_log_labour = d_own * at.labour_income - d_gap
    d_final_price = seed.log_final_price - nests.labour_supply * d_log_labour
    d_price = at.final_mix * d_final_price
    if power_f != 0.0:
        tilted = power_f * at.final * d_new
        d_price = d_price + tilted - at.final_mix * tilted.sum(axis=0)
    raised = d_new if at.lifted is None else at.lifted * d_new
    d_spent = _by_country(base.input_mix.swapaxes(1, 2), raised)
    d_materials = np.zeros((1, 1, 1))
    if at.lowered is not None:
        d_spent = at.lowered * d_spent
        d_price = d_price + power_m * (flows.new_spending - at.final) * d_new
        d_materials = -power_m * (flows.revenue - flows.value_added) * d_spent
    return _Demand(d_own, d_income, d_price, d_materials, d_spent, d_log_labour)


def _trade(at: Point, d_log_price: Array, d_net: Array, d_sales: Array) -> _Trade:
    """Flows and price indices (eq. 2.4, 2.5), backwards.

    `d_net` is the derivative by spending less imports plus sales at the border.
    """
    base, wedges, flows = at.base, at.wedges, at.flows
    border, gate = d_net * flows.pull, d_sales * flows.pull
    imports = -d_net * flows.density
    if wedges.at_gate is None:
        d_density = wedges.at_border @ (border + gate)
        d_pull = (d_net + d_sales) * at.border_pull
    else:
        d_density = wedges.at_border @ border + wedges.at_gate @ gate
        d_pull = d_net * at.border_pull + d_sales * at.sales_pull
    d_density = d_density - d_net * at.bought
    d_access = -d_density * flows.density - d_log_price / base.elasticity[:, None, None]
    d_access = d_access / flows.access
    d_pull = d_pull + wedges.kernel.swapaxes(1, 2) @ d_access
    d_pull = d_pull + wedges.at_border.swapaxes(1, 2) @ imports
    return _Trade(
        log_pull=flows.pull * d_pull,
        spending=d_density / flows.access + d_net,
        access=d_access,
        border=border,
        imports=imports,
        gate=gate,
    )


def _materials(at: Point, d_materials: Array) -> Array:
    """Price of materials (eq. 2.1), backwards: to the prices of the inputs."""
    if at.lifted is None or at.lowered is None:
        return _by_country(at.base.input_mix, d_materials)
    return np.asarray(at.lifted * _by_country(at.base.input_mix, at.lowered * d_materials))


def _elasticity(at: Point, d_log_price: Array, d_log_pull: Array) -> Array:
    """Trade elasticities [S, P] where they stand outside the kernels (eq. 2.4), backwards."""
    through_price = d_log_price * at.flows.log_new_price / at.base.elasticity[:, None, None]
    through_pull = at.flows.log_producer_price * d_log_pull
    return np.asarray(-(through_price + through_pull).sum(axis=1))


def _by_country(matrices: Array, planes: Array) -> Array:
    """Return matrices [N, A, B] times planes [B, N, P], country by country: [A, N, P]."""
    return np.asarray((matrices @ planes.swapaxes(0, 1)).swapaxes(0, 1))


def _over(numerator: Array, denominator: Array) -> Array:
    """Divide where the denominator is positive; nothing flows through an empty cell."""
    safe = np.where(denominator > 0, denominator, 1.0)
    return np.asarray(np.where(denominator > 0, numerator / safe, 0.0))
