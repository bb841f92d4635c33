"""The equations of one year, as pure functions on bare arrays (model book, chapter 2).

Every quantity with `log_` is the logarithm of a change, new over baseline. Axes: sectors first,
then countries, `[sector, country]`; tensors are `[sector, importer, exporter]`. The functions use
the array namespace of their arguments, so that NumPy and JAX run the same formulas. State and wedges
may carry one more axis in front, `[shock, sector, country]`, with `Patched` tensors: many shocks on
one baseline at once.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from upperhand.equilibrium.tensors import over_exporters, over_importers

Array = Any  # a NumPy or JAX array; the shape stands in each docstring


class Base(NamedTuple):
    """The observed year, calibrated. Shapes in brackets.

    Attributes:
        share: [S, N, N] share of each exporter in an importer's spending, tariffs included.
        spending: [S, N] spending at users' prices; 1 where there is none.
        output: [S, N] producers' revenue; 1 where there is none.
        value_added_share: [S, N] share of value added in revenue.
        input_mix: [N, K, S] share of each input K in the materials of user S; columns add to 1.
        final_share: [S, N] share of each sector in final spending.
        value_added: [S, N] value added.
        imbalance: [N] imports minus exports.
        elasticity: [S] trade elasticity.
        scale: [S] elasticity of productivity to the scale of a sector.
        specific: [S] share of value added earned by factors that cannot leave the sector.
        active: [S, N] 1 where there is spending, 0 elsewhere; where there is none, `share` gives
            the good to the country itself, so that every price stays defined.
        income: [N] income spent on final demand.
    """

    share: Array
    spending: Array
    output: Array
    value_added_share: Array
    input_mix: Array
    final_share: Array
    value_added: Array
    imbalance: Array
    elasticity: Array
    scale: Array
    specific: Array
    active: Array
    income: Array


class Nests(NamedTuple):
    """What selects the form of the equations: plain numbers, known before anything is compiled."""

    value_added: float = 1.0  # elasticity of substitution between value added and materials
    materials: float = 1.0  # between inputs
    final: float = 1.0  # between sectors in final demand
    labour_supply: float = 0.0  # elasticity of employment to the real wage
    has_specific: bool = False  # some factors cannot leave their sector
    has_scale: bool = False  # productivity depends on the scale of the sector


class Wedges(NamedTuple):
    """A shock in the form that the equations use.

    Attributes:
        kernel: [S, N, N] share x availability x (cost and wedge change) ** -elasticity (eq. 2.4).
        at_border: [S, N, N] the same over 1 + new tariff.
        at_gate: [S, N, N] the same over (1 + new tariff)(1 + new export tax); None when there is
            no export tax, and then it equals `at_border`.
        log_productivity: [S, N].
        subsidy: [S, N] new output subsidy as a fraction; None when there is none.
        log_factor_supply: [N].
        imbalance: [N] new nominal imbalance (closure "fixed" and "purge").
        imbalance_share: [N] new imbalance as a share of world income (closure "share").
    """

    kernel: Array
    at_border: Array
    at_gate: Array
    log_productivity: Array
    subsidy: Array
    log_factor_supply: Array
    imbalance: Array
    imbalance_share: Array


class State(NamedTuple):
    """The unknowns of the fixed point.

    Attributes:
        log_wage: [N].
        log_price: [S, N] price index of each sector's goods for users.
        spend: [S, N] spending, new over baseline.
        log_factor_price: [S, N] price of value added by sector.
        log_scale: [S, N] scale of the sector: quantity of its input bundle.
    """

    log_wage: Array
    log_price: Array
    spend: Array
    log_factor_price: Array
    log_scale: Array


class Materials(NamedTuple):
    """The nest of inputs at given prices (eq. 2.1).

    Attributes:
        log_price: [S, N] price index of the materials of each user.
        lifted: [K, N] price of each input to the power of the nest; None if Cobb-Douglas.
        total: [S, N] the index to the same power; None if Cobb-Douglas.
    """

    log_price: Array
    lifted: Array | None
    total: Array | None


class Flows(NamedTuple):
    """Everything that follows from a state in one pass: prices, flows, income."""

    pull: Array  # [S, N] producer price ** -elasticity, scaled by sector to stay in range
    access: Array  # [S, N] sum of kernel x pull over exporters
    density: Array  # [S, N] spending over access
    log_cost: Array  # [S, N] unit cost of the input bundle
    materials: Materials  # price of materials, with its parts
    log_producer_price: Array  # [S, N] price at the gate, before export tax
    log_new_price: Array  # [S, N] price index that the costs imply
    imports: Array  # [S, N] spending at border values
    border: Array  # [S, N] sales at border values, export tax included
    sales: Array  # [S, N] sales at the gate
    revenue: Array  # [S, N] producers' revenue, subsidy included
    value_added: Array  # [S, N]
    value_added_share: Array  # [S, N] of revenue
    log_employment: Array  # [N]
    labour_gap: Array  # [N] log of labour demand over supply
    income: Array  # [N]
    log_final_price: Array  # [N]
    final_mix: Array  # [S, N] share of each sector in final spending
    new_spending: Array  # [S, N]


def materials_nest(base: Base, log_price: Array, elasticity: float) -> Materials:
    """Return the price of materials of each using sector, with its parts (eq. 2.1)."""
    xp = log_price.__array_namespace__()
    mix = xp.permute_dims(base.input_mix, (0, 2, 1))
    if elasticity == 1.0:
        return Materials(by_country(mix, log_price), None, None)
    power = 1.0 - elasticity
    lifted = xp.exp(power * log_price)
    total = by_country(mix, lifted)
    total = total + (total <= 0)  # users without materials
    return Materials(xp.log(total) / power, lifted, total)


def materials_demand(base: Base, spent: Array, materials: Materials) -> Array:
    """Return spending [K, N] on each input, from spending on materials [S, N] (eq. 2.6)."""
    if materials.lifted is None:
        return by_country(base.input_mix, spent)
    return materials.lifted * by_country(base.input_mix, spent / materials.total)


def by_country(matrices: Array, plane: Array) -> Array:
    """Return the matrix [N, A, B] of each country times its column of a plane [B, N]: [A, N]."""
    if plane.ndim == 2:
        return (matrices @ plane.T[:, :, None])[:, :, 0].T
    return _in_order((matrices @ _in_order(plane.T)).T)


def _in_order(array: Array) -> Array:
    """Return an array with its last axis contiguous, as matrix products want it."""
    xp = array.__array_namespace__()
    return xp.reshape(xp.reshape(array, (-1,)), array.shape)


def bundle_nest(
    base: Base, log_factor_price: Array, log_materials: Array, elasticity: float
) -> tuple[Array, Array]:
    """Return the log cost [S, N] of value added and materials, and the former's share (eq. 2.2, 2.6)."""
    beta = base.value_added_share
    if elasticity == 1.0:
        return beta * log_factor_price + (1.0 - beta) * log_materials, beta
    xp, power = log_materials.__array_namespace__(), 1.0 - elasticity
    value_added = beta * xp.exp(power * log_factor_price)
    total = value_added + (1.0 - beta) * xp.exp(power * log_materials)
    return xp.log(total) / power, value_added / total


def final_nest(base: Base, log_price: Array, elasticity: float) -> tuple[Array, Array]:
    """Return the log consumer price [N] and the share [S, N] of each sector (eq. 2.1, 2.9)."""
    share = base.final_share
    if elasticity == 1.0:
        return (share * log_price).sum(axis=-2), share
    xp, power = log_price.__array_namespace__(), 1.0 - elasticity
    parts = share * xp.exp(power * log_price)
    total = parts.sum(axis=-2)
    return xp.log(total) / power, parts / total[..., None, :]


def producer_price(
    base: Base, nests: Nests, wedges: Wedges, log_cost: Array, log_scale: Array
) -> Array:
    """Return the log price [S, N] at the gate: cost over productivity, scale, subsidy (eq. 2.3)."""
    price = log_cost - wedges.log_productivity
    if nests.has_scale:
        price = price - base.scale[:, None] * log_scale
    if wedges.subsidy is not None:
        price = price - log_cost.__array_namespace__().log1p(wedges.subsidy)
    return price


def flows_of(base: Base, nests: Nests, wedges: Wedges, state: State) -> Flows:
    """Return prices, flows and income at `state` (eq. 2.1-2.9)."""
    xp = state.log_price.__array_namespace__()
    materials = materials_nest(base, state.log_price, nests.materials)
    cost, share = bundle_nest(base, state.log_factor_price, materials.log_price, nests.value_added)
    gate = producer_price(base, nests, wedges, cost, state.log_scale)

    theta = base.elasticity[:, None]
    power = -theta * gate
    shift = power.max(axis=-1, keepdims=True)
    pull = xp.exp(power - shift)  # eq. 2.4, scaled by sector to stay in range
    access = over_exporters(wedges.kernel, pull)
    price = -(xp.log(access) + shift) / theta

    spending = base.spending * state.spend
    density = spending / access  # eq. 2.5
    imports = density * over_exporters(wedges.at_border, pull)
    border = pull * over_importers(wedges.at_border, density)
    sales = border if wedges.at_gate is None else pull * over_importers(wedges.at_gate, density)
    revenue = sales if wedges.subsidy is None else sales * (1.0 + wedges.subsidy)

    value_added = share * revenue
    inputs = materials_demand(base, revenue - value_added, materials)

    final_price, mix = final_nest(base, state.log_price, nests.final)
    employment = wedges.log_factor_supply + nests.labour_supply * (state.log_wage - final_price)
    mobile = 1.0 - base.specific[:, None]
    labour_demand = (mobile * value_added).sum(axis=-2)
    labour_base = (mobile * base.value_added).sum(axis=0)
    labour_income = labour_base * xp.exp(state.log_wage + employment)  # eq. 2.7
    net = spending - imports + border - revenue
    if nests.has_specific:
        net = net + base.specific[:, None] * value_added
    own = labour_income + net.sum(axis=-2)
    world = own.sum(axis=-1, keepdims=True)
    income = own + wedges.imbalance + wedges.imbalance_share * world  # eq. 2.8
    return Flows(
        pull=pull,
        access=access,
        density=density,
        log_cost=cost,
        materials=materials,
        log_producer_price=gate,
        log_new_price=price,
        imports=imports,
        border=border,
        sales=sales,
        revenue=revenue,
        value_added=value_added,
        value_added_share=share,
        log_employment=employment,
        labour_gap=xp.log(labour_demand / labour_income),
        income=income,
        log_final_price=final_price,
        final_mix=mix,
        new_spending=inputs + mix * income[..., None, :],  # eq. 2.9
    )


def next_wage(base: Base, flows: Flows, damp: Array, log_wage: Array) -> Array:
    """Return wages [N] moved towards labour-market clearing, world factor income fixed (eq. 2.7)."""
    return log_wage + damp * flows.labour_gap - numeraire_gap(base, flows)[..., None]


def numeraire_gap(base: Base, flows: Flows) -> Array:
    """Return the log of world factor income over its baseline: the numeraire, zero in equilibrium."""
    xp = flows.value_added.__array_namespace__()
    return xp.log(flows.value_added.sum(axis=(-2, -1)) / base.value_added.sum())


def rest_of_state(
    base: Base, nests: Nests, wedges: Wedges, flows: Flows, state: State, log_wage: Array
) -> State:
    """Return prices, spending, factor prices and scale that follow from `flows` (eq. 2.10)."""
    spend = flows.new_spending / base.spending
    scale = state.log_scale
    if nests.has_specific:
        factor_price = next_factor_price(
            base, flows, state.log_factor_price, log_wage, wedges.log_factor_supply
        )
    else:
        xp = log_wage.__array_namespace__()
        factor_price = xp.broadcast_to(log_wage[..., None, :], state.log_price.shape)
    if nests.has_scale:
        scale = scale_of(base, flows)
    return State(log_wage, flows.log_new_price, spend, factor_price, scale)


def next_factor_price(
    base: Base, flows: Flows, log_factor_price: Array, log_wage: Array, log_supply: Array
) -> Array:
    """Return the log price [S, N] of value added, moved towards what its factors earn (eq. 2.7).

    A change of factor supply scales the factors that stay in their sector like those that move.
    """
    xp = log_wage.__array_namespace__()
    eta, idle = base.specific[:, None], base.value_added <= 0
    earned = xp.log((flows.value_added + idle) / (base.value_added + idle))
    target = (1.0 - eta) * log_wage[..., None, :] + eta * (earned - log_supply[..., None, :])
    slow = 1.0 + eta * base.elasticity[:, None] * base.value_added_share
    return log_factor_price + (target - log_factor_price) / slow


def scale_of(base: Base, flows: Flows) -> Array:
    """Return the log quantity [S, N] of the input bundle in sectors with scale economies (2.3)."""
    xp = flows.log_cost.__array_namespace__()
    grows = (base.scale[:, None] > 0) & (base.value_added > 0)
    grown = xp.log(xp.where(grows, flows.revenue / base.output, 1.0))
    return xp.where(grows, grown - flows.log_cost, 0.0)


def next_state(base: Base, nests: Nests, wedges: Wedges, damp: Array, state: State) -> State:
    """Return the image of `state` under the equilibrium map (eq. 2.10).

    A state that the map leaves unchanged is an equilibrium. World factor income is the
    numeraire: it keeps its baseline value.
    """
    flows = flows_of(base, nests, wedges, state)
    return state_after(base, nests, wedges, damp, state, flows)


def state_after(
    base: Base, nests: Nests, wedges: Wedges, damp: Array, state: State, flows: Flows
) -> State:
    """Return the image of `state`, from the flows at it (eq. 2.10)."""
    wage = next_wage(base, flows, damp, state.log_wage)
    return rest_of_state(base, nests, wedges, flows, state, wage)


def start_state(base: Base) -> State:
    """Return the baseline itself: no change anywhere."""
    xp = base.spending.__array_namespace__()
    zeros = xp.zeros_like(base.spending)
    return State(zeros[0], zeros, base.active, zeros, zeros)


def wage_damping(base: Base) -> Array:
    """Return the step [N] of wages per log point of excess labour demand.

    One over one plus the elasticity of labour demand to the own wage with everything else
    fixed; it changes the number of steps, never the solution.
    """
    xp = base.share.__array_namespace__()
    theta = base.elasticity[:, None]
    sold = base.spending[:, :, None] * base.share
    spread = xp.sum(sold * (1.0 - base.share), axis=1)
    return xp.sum(base.value_added, axis=0) / xp.sum(
        base.value_added + theta * spread * base.value_added_share, axis=0
    )
