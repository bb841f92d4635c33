"""What each country's own part of the equilibrium map does to itself, inverted (decision 23).

Most of a country's purchases are its own goods, so a gap in one of its prices or sectors works
itself out mainly at home. The derivative of the map within each country is a small matrix; its
inverse turns a gap into the step that closes it as far as home is concerned, and Anderson
acceleration is left with what crosses borders. The blocks are those of the baseline. They change
the number of steps, never the solution, so half precision of the usual numbers is enough.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from upperhand.equilibrium.hats import Base, Nests

Array = npt.NDArray[np.float64]
Blocks = npt.NDArray[np.float32]  # [N, unknowns of a country, the same]


class _Plane(NamedTuple):
    """Derivatives of a quantity of each sector [N, S], or of a country's sum over sectors.

    With respect to its own wage, price of materials, spending and gap of the factor price.
    """

    wage: Array
    materials: Array
    spend: Array
    gap: Array


class _Home(NamedTuple):
    """The baseline by country: planes [N, S], inputs and users last in [N, S, S]."""

    theta: Array
    own: Array  # share of home goods in spending
    domestic: Array  # home sales
    spending: Array
    imports: Array
    border: Array
    sales: Array
    border_held: Array  # sales at the border, weighted by the share held in each market
    sales_held: Array  # the same at the gate
    beta: Array
    mix: Array  # [N, input, user]
    users: Array  # [N, user, input] the same: the price of materials by prices of inputs
    final_share: Array
    income: Array  # [N, 1]
    labour: Array  # [N, 1] base of labour income
    mobile: Array  # 1 - specific share
    specific: Array
    slow: Array


def country_blocks(base: Base, nests: Nests, duty: Array, levy: Array, damp: Array) -> Blocks:
    """Return the inverse of one minus the derivative of the map within each country.

    Unknowns of a country: wage, prices, spending and, with specific factors, factor prices.
    Economies of scale, and the numeraire, are left out.

    Args:
        base: The baseline.
        nests: Form of the equations.
        duty: [S, N, N] one plus the tariff at the baseline.
        levy: [S, N, N] one plus the export tax at the baseline.
        damp: [N] step of wages.
    """
    home = _home(base, duty, levy)
    factor = _factor_price(home, nests)
    gate = _gate(home, factor)
    inverse, lifted = _system(home, nests, factor, gate, damp)
    if nests.has_specific:
        inverse = _with_factor_price(home, inverse, lifted, factor)
    return inverse.astype(np.float32)


def _home(base: Base, duty: Array, levy: Array) -> _Home:
    paid = (base.spending * base.active)[:, :, None] * base.share
    at_border = paid / duty
    at_gate = at_border / levy
    own = np.diagonal(base.share, axis1=1, axis2=2)
    mobile = 1.0 - base.specific
    value_added = base.value_added.T
    return _Home(
        theta=base.elasticity[None, :],
        own=own.T,
        domestic=np.diagonal(paid, axis1=1, axis2=2).T,
        spending=base.spending.T,
        imports=at_border.sum(axis=2).T,
        border=at_border.sum(axis=1).T,
        sales=at_gate.sum(axis=1).T,
        border_held=(at_border * base.share).sum(axis=1).T,
        sales_held=(at_gate * base.share).sum(axis=1).T,
        beta=base.value_added_share.T,
        mix=base.input_mix,
        users=base.input_mix.swapaxes(1, 2),
        final_share=base.final_share.T,
        income=base.income[:, None],
        labour=(mobile * value_added).sum(axis=1)[:, None],
        mobile=mobile[None, :],
        specific=base.specific[None, :],
        slow=1.0 + base.specific * base.elasticity * base.value_added_share.T,
    )


def _factor_price(home: _Home, nests: Nests) -> _Plane:
    """Price of value added where its equation holds, with the wage, materials and spending given."""
    zero = np.zeros_like(home.beta)
    if not nests.has_specific:
        return _Plane(zero + 1.0, zero, zero, zero)
    made = home.sales > 0
    sales = np.where(made, home.sales, 1.0)
    reply = np.where(made, home.theta * (home.sales_held - home.sales) / sales, 0.0)
    tilt = np.where(made, 1.0 - nests.value_added, 0.0)
    eta, other = home.specific, 1.0 - home.beta
    whole = 1.0 / (1.0 - eta * (reply * home.beta + tilt * other))
    return _Plane(
        wage=whole * (1.0 - eta),
        materials=whole * eta * other * (reply - tilt),
        spend=whole * eta * np.where(made, home.domestic / sales, 0.0),
        gap=whole * home.slow,
    )


def _gate(home: _Home, factor: _Plane) -> _Plane:
    """Producers' price: value added and materials by their shares."""
    cost = _Plane(*(home.beta * item for item in factor))
    return cost._replace(materials=cost.materials + 1.0 - home.beta)


def _mixed(gate: _Plane, factor: _Plane, by_gate: Array, by_margin: Array, spend: Array) -> _Plane:
    """What moves with the gate price, with spending, and with the margin.

    The margin is the factor price less the price of materials.
    """
    margin = factor._replace(materials=factor.materials - 1.0)
    found = _Plane(*(by_gate * a + by_margin * b for a, b in zip(gate, margin, strict=True)))
    return found._replace(spend=found.spend + spend)


def _system(
    home: _Home, nests: Nests, factor: _Plane, gate: _Plane, damp: Array
) -> tuple[Array, Array]:
    """Return the inverse on wage, prices and spending, and what gaps of factor prices add to them."""
    n, s = home.beta.shape
    beta, other = home.beta, 1.0 - home.beta
    elastic = home.theta * (home.sales_held - home.sales)
    tilt = (1.0 - nests.value_added) * beta * home.sales * other
    earned = _mixed(gate, factor, beta * elastic, tilt, beta * home.domestic)
    spent = _mixed(gate, factor, other * elastic, -tilt, other * home.domestic)
    matrix = np.zeros((n, 1 + 2 * s, 1 + 2 * s))
    right = np.zeros((n, 1 + 2 * s, s))
    rows = (slice(0, 1), slice(1, 1 + s), slice(1 + s, 1 + 2 * s))
    blocks = (
        _wage_row(home, nests, earned, damp),
        _price_rows(home, gate),
        _spending_rows(home, nests, spent, _money(home, nests, gate, factor)),
    )
    for place, block in zip(rows, blocks, strict=True):
        matrix[:, place], right[:, place] = block[..., :-s], block[..., -s:]
    diagonal = np.arange(1, 1 + 2 * s)
    matrix[:, diagonal, diagonal] += 1.0
    return _inverse(matrix), right


def _inverse(matrix: Array) -> Array:
    """Return the inverses; the identity, which steps without help, where there is none."""
    try:
        return np.asarray(np.linalg.inv(matrix))
    except np.linalg.LinAlgError:
        bare = np.eye(matrix.shape[-1])
        singular = np.linalg.matrix_rank(matrix) < matrix.shape[-1]
        return np.asarray(np.linalg.inv(np.where(singular[:, None, None], bare, matrix)))


def _money(home: _Home, nests: Nests, gate: _Plane, factor: _Plane) -> _Plane:
    """Income less that of mobile labour: net revenue of the state, and specific factors."""
    elastic = home.theta * (home.sales_held - home.sales)
    tilt = (1.0 - nests.value_added) * home.beta * home.sales * (1.0 - home.beta)
    duties = home.domestic - home.imports * home.own + home.border_held - home.border
    return _mixed(
        gate,
        factor,
        home.theta * duties + (home.specific * home.beta - 1.0) * elastic,
        home.specific * tilt,
        home.spending - home.imports + home.specific * home.beta * home.domestic,
    )


def _wage_row(home: _Home, nests: Nests, earned: _Plane, damp: Array) -> Array:
    """Demand for mobile labour over its supply [N, 1, wage + prices + spending + gaps]."""
    share, supply = home.mobile / home.labour, nests.labour_supply
    row = [
        1.0 + supply - (share * earned.wage).sum(axis=1)[:, None],
        -_times(share * earned.materials, home.users) - supply * home.final_share,
        -share * earned.spend,
        share * earned.gap,
    ]
    return np.asarray(damp[:, None, None] * np.concatenate(row, axis=1)[:, None, :])


def _price_rows(home: _Home, gate: _Plane) -> Array:
    """Prices of goods less what home producers add to them."""
    own = home.own
    blocks = [
        -(own * gate.wage)[:, :, None],
        -(own * gate.materials)[:, :, None] * home.users,
        -_diagonal(own * gate.spend),
        _diagonal(own * gate.gap),
    ]
    return np.concatenate(blocks, axis=2)


def _spending_rows(home: _Home, nests: Nests, spent: _Plane, money: _Plane) -> Array:
    """Spending less what home incomes and users add to it, per unit of baseline spending."""
    alpha, supply = home.final_share, nests.labour_supply
    paid = money.wage.sum(axis=1) + home.labour[:, 0] * (1.0 + supply)
    by_price = _times(money.materials, home.users) - home.labour * supply * alpha
    drawn = (home.mix * spent.materials[:, None, :]) @ home.users
    drawn += (1.0 - nests.materials) * _swapped_inputs(home)
    drawn += (1.0 - nests.final) * home.income[:, :, None] * _swapped_goods(alpha)
    blocks = [
        -(_times(spent.wage, home.users) + alpha * paid[:, None])[:, :, None],
        -drawn - alpha[:, :, None] * by_price[:, None, :],
        -home.mix * spent.spend[:, None, :] - alpha[:, :, None] * money.spend[:, None, :],
        home.mix * spent.gap[:, None, :] + alpha[:, :, None] * money.gap[:, None, :],
    ]
    return np.asarray(np.concatenate(blocks, axis=2) / home.spending[:, :, None])


def _with_factor_price(home: _Home, inverse: Array, right: Array, factor: _Plane) -> Array:
    """Return the inverse with the factor prices, which follow from the other unknowns."""
    follow = np.concatenate(
        [
            factor.wage[:, :, None],
            factor.materials[:, :, None] * home.users,
            _diagonal(factor.spend),
        ],
        axis=2,
    )
    gaps = inverse @ right
    lower = np.concatenate([follow @ inverse, follow @ gaps + _diagonal(factor.gap)], axis=2)
    whole = np.concatenate([np.concatenate([inverse, gaps], axis=2), lower], axis=1)
    ahead = home.mobile / home.slow  # factor prices follow the wage of the same step
    whole[:, :, 0] -= (whole[:, :, inverse.shape[1] :] @ ahead[:, :, None])[:, :, 0]
    return whole


def _swapped_inputs(home: _Home) -> Array:
    """Substitution between inputs: their spending by their prices, at given spending of users."""
    used = home.mix * ((1.0 - home.beta) * home.sales)[:, None, :]
    return np.asarray(_diagonal(used.sum(axis=2)) - used @ home.users)


def _swapped_goods(alpha: Array) -> Array:
    """Substitution in final demand: shares by prices."""
    return np.asarray(_diagonal(alpha) - alpha[:, :, None] * alpha[:, None, :])


def _diagonal(planes: Array) -> Array:
    """Return planes [N, S] as diagonal matrices [N, S, S]."""
    return np.asarray(planes[:, :, None] * np.eye(planes.shape[1]))


def _times(planes: Array, matrices: Array) -> Array:
    """Return row vectors [N, S] times matrices [N, S, K]."""
    return np.asarray((planes[:, None, :] @ matrices)[:, 0, :])


def step_of(blocks: Blocks, gap: Array) -> Array:
    """Return the step that closes a gap within each country; unknowns in the order of `Layout`.

    Gaps of many solves at once are rows.
    """
    n, size, _ = blocks.shape
    end, gaps = n * size, gap.reshape(-1, gap.shape[-1])
    planes = (len(gaps), size - 1, n)
    by_country = np.empty((n, size, len(gaps)), dtype=np.float32)
    by_country[:, 0] = gaps[:, :n].T
    by_country[:, 1:] = gaps[:, n:end].reshape(planes).T
    found = blocks @ by_country
    step = gaps.copy()  # what the blocks leave out stays as it is
    step[:, :n] = found[:, 0].T
    step[:, n:end].reshape(planes)[...] = found[:, 1:].T
    return step.reshape(gap.shape)


def step_back_of(blocks: Blocks, gap: Array, outcomes: int) -> Array:
    """Return the step that closes a gap in multipliers: the transpose of `step_of`, by outcome."""
    n, size, _ = blocks.shape
    line, end = n * outcomes, n * size * outcomes
    by_country = np.empty((n, size, outcomes), dtype=np.float32)
    by_country[:, 0] = gap[:line].reshape(n, outcomes)
    by_country[:, 1:] = gap[line:end].reshape(size - 1, n, outcomes).swapaxes(0, 1)
    found = blocks.swapaxes(1, 2) @ by_country
    step = gap.copy()
    step[:line] = found[:, 0].ravel()
    step[line:end].reshape(size - 1, n, outcomes)[...] = found[:, 1:].swapaxes(0, 1)
    return step
