"""Monopolistic competition with fixed numbers of firms, as pure functions (model book, chapter 8).

The economy of Ossa (2014): firms earn profits, tariffs are paid on the value at the border, and
nobody uses inputs. Axes: sectors first, then countries, `[sector, country]`; tensors are
`[sector, importer, exporter]`. Tariffs enter as `log_duty`, the logarithm of one plus the rate.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Base(NamedTuple):
    """The observed year. Shapes in brackets.

    Attributes:
        weight: [S, N, N] trade x (1 + tariff) ** sigma: demand at no tariff, in units of demand.
        log_duty: [S, N, N] log of one plus the tariff in force.
        sigma: [S] elasticity of substitution between varieties, above 1.
        labour_share: [S, 1] share of labour in sales: 1 - 1 / sigma, the rest being profit; 1 under
            perfect competition.
        spending: [S, N] spending at users' prices, tariffs included.
        sales: [S, N] sales of all firms of a sector, net of tariffs.
        labour: [N] labour income.
        expenditure: [N] total spending.
        revenue: [N] tariff revenue.
        political: [N, S] political weight of each sector, mean 1 in each country.
    """

    weight: Array
    log_duty: Array
    sigma: Array
    labour_share: Array
    spending: Array
    sales: Array
    labour: Array
    expenditure: Array
    revenue: Array
    political: Array


class Year(NamedTuple):
    """Everything that follows from wages, spending and tariffs in one pass.

    Attributes:
        log_wage: [N] wage, new over baseline.
        log_spend: [N] total spending, new over baseline.
        log_duty: [S, N, N] log of one plus the new tariff.
        share: [S, N, N] share of each exporter in an importer's spending, tariffs included.
        trade: [S, N, N] new trade, net of tariffs.
        log_density: [S, N] log of the price index to the power 1 - sigma, new over baseline.
        sales: [S, N] new sales of each exporter.
        revenue: [N] new tariff revenue.
    """

    log_wage: Array
    log_spend: Array
    log_duty: Array
    share: Array
    trade: Array
    log_density: Array
    sales: Array
    revenue: Array


def base_of(
    trade: Array, tariff: Array, sigma: Array, political: Array, *, has_profits: bool = True
) -> Base:
    """Return the baseline from tensors [sector, importer, exporter] of trade and tariffs."""
    labour_share = (1.0 - 1.0 / sigma if has_profits else np.ones_like(sigma))[:, None]
    paid = trade * (1.0 + tariff)
    spending, sales = paid.sum(axis=2), trade.sum(axis=1)
    return Base(
        weight=trade * (1.0 + tariff) ** sigma[:, None, None],
        log_duty=np.log1p(tariff),
        sigma=sigma,
        labour_share=labour_share,
        spending=spending,
        sales=sales,
        labour=(labour_share * sales).sum(axis=0),
        expenditure=spending.sum(axis=0),
        revenue=(trade * tariff).sum(axis=(0, 2)),
        political=political,
    )


def year_of(base: Base, log_duty: Array, log_wage: Array, log_spend: Array) -> Year:
    """Return trade, sales, prices and revenue at given wages and spending (eq. 8.1, 8.3)."""
    away = (1.0 - base.sigma)[:, None, None]
    paid = base.weight * np.exp(away * (log_duty + log_wage))
    total = paid.sum(axis=2)
    bought = total > 0
    share = paid / np.where(bought, total, 1.0)[:, :, None]
    density = np.log(np.where(bought, total, 1.0) / np.where(bought, base.spending, 1.0))
    spent = base.spending * np.exp(log_spend)
    trade = share * spent[:, :, None] * np.exp(-log_duty)
    return Year(
        log_wage=log_wage,
        log_spend=log_spend,
        log_duty=log_duty,
        share=share,
        trade=trade,
        log_density=density,
        sales=trade.sum(axis=1),
        revenue=spent.sum(axis=0) - trade.sum(axis=(0, 2)),
    )


def sector_prices(base: Base, year: Year) -> Array:
    """Return the log price index [S, N] of each sector, new over baseline (eq. 8.3)."""
    return year.log_density / (1.0 - base.sigma)[:, None]


def consumer_prices(base: Base, year: Year) -> Array:
    """Return the log price index [N] of consumption, new over baseline (eq. 8.3)."""
    return np.asarray((base.spending * sector_prices(base, year)).sum(axis=0) / base.expenditure)


def profits(base: Base, year: Year) -> Array:
    """Return profits [S, N], new over baseline (eq. 8.1); 1 where nothing was sold."""
    sold = base.sales > 0
    return np.where(sold, year.sales / np.where(sold, base.sales, 1.0), 1.0)


def total_profits(base: Base, year: Year) -> Array:
    """Return the profits [N] of all sectors together, new over baseline."""
    rate = 1.0 - base.labour_share
    return np.asarray((rate * year.sales).sum(axis=0) / (rate * base.sales).sum(axis=0))


def gaps(base: Base, year: Year) -> Array:
    """Return what is missing to an equilibrium [2 N]: wages, then budgets (eq. 8.2, 8.4).

    Each is a share of the country's labour income or spending. World accounts add up at any
    wages and spending, so one condition is redundant; world labour income, the numeraire, is added
    to each in its place.
    """
    wage = np.exp(year.log_wage)
    labour = (base.labour_share * year.sales).sum(axis=0) - base.labour * wage
    profit = ((1.0 - base.labour_share) * year.sales).sum(axis=0)
    spent = base.expenditure * np.exp(year.log_spend)
    budget = base.labour * wage + profit + year.revenue - spent
    level = (base.labour * wage).sum() / base.labour.sum() - 1.0
    return np.asarray(np.concatenate([labour / base.labour, budget / base.expenditure]) + level)


def slopes_of_gaps(base: Base, year: Year) -> Array:
    """Return the derivative [2 N, 2 N] of the gaps by log wages and log spending (eq. 8.6)."""
    n = base.labour.size
    away, part = (1.0 - base.sigma)[:, None], base.labour_share
    share, trade = year.share.reshape(-1, n), year.trade.reshape(-1, n)
    wage = base.labour * np.exp(year.log_wage)
    profit_share = 1.0 - part

    def by_wage(rate: Array) -> Array:
        """Return the derivative of the sum of rate x sales."""
        heavy = np.broadcast_to(away * rate, base.sales.shape).reshape(-1, 1)
        own = (away * rate * year.sales).sum(axis=0)
        return np.asarray(np.diag(own) - (heavy * trade).T @ share)

    duties = year.trade * np.expm1(year.log_duty)
    by_sector = duties.sum(axis=2)
    revenue = away[:, :, None] * (duties - by_sector[:, :, None] * year.share)
    spent = base.expenditure * np.exp(year.log_spend)
    sold = year.trade.sum(axis=0)
    slopes = np.empty((2 * n, 2 * n))
    slopes[:n, :n] = by_wage(part) - np.diag(wage)
    slopes[:n, n:] = (part[:, :, None] * year.trade).sum(axis=0).T
    slopes[n:, :n] = np.diag(wage) + by_wage(profit_share) + revenue.sum(axis=0)
    slopes[n:, n:] = sold.T - slopes[:n, n:] + np.diag(year.revenue - spent)
    slopes /= np.concatenate([base.labour, base.expenditure])[:, None]
    slopes[:, :n] += wage / base.labour.sum()
    return slopes


def labour_shares(base: Base, sales: Array) -> Array:
    """Return the share [S, N] of each sector in a country's labour."""
    labour = base.labour_share * sales
    return np.asarray(labour / labour.sum(axis=0))


def government(base: Base, year: Year) -> Array:
    """Return what each government maximises [N], new over baseline (eq. 8.5)."""
    before = _weighted_income(base, base.sales, base.revenue)
    after = _weighted_income(base, year.sales, year.revenue)
    return np.asarray(after / before / np.exp(consumer_prices(base, year)))


def _weighted_income(base: Base, sales: Array, revenue: Array) -> Array:
    income = sales + labour_shares(base, sales) * revenue
    return np.asarray((base.political.T * income).sum(axis=0))


def real_income(base: Base, year: Year) -> Array:
    """Return real income [N], new over baseline: the objective when all weights are 1."""
    before = base.sales.sum(axis=0) + base.revenue
    after = year.sales.sum(axis=0) + year.revenue
    return np.asarray(after / before / np.exp(consumer_prices(base, year)))


class Slopes(NamedTuple):
    """Derivatives of P outcomes by the three channels through which a tariff works.

    Attributes:
        sales: [S, N, P] by the sales of each exporter.
        revenue: [N, P] by tariff revenue.
        log_density: [S, N, P] by the log of the price index to the power 1 - sigma.
    """

    sales: Array
    revenue: Array
    log_density: Array


def government_slopes(base: Base, year: Year, weights: Array) -> Slopes:
    """Return the slopes of weighted sums of log government welfare, wages and spending held.

    Args:
        base: The baseline.
        year: Where they are taken.
        weights: [N, P] weight of each country in each of P sums.
    """
    political = base.political.T
    part = base.labour_share
    shares = labour_shares(base, year.sales)
    mean = (political * shares).sum(axis=0)
    income = _weighted_income(base, year.sales, year.revenue)
    labour = (part * year.sales).sum(axis=0)
    by_sales = (political + part * (political - mean) * year.revenue / labour) / income
    power = base.spending / base.expenditure / (1.0 - base.sigma)[:, None]
    return Slopes(
        sales=by_sales[:, :, None] * weights,
        revenue=(mean / income)[:, None] * weights,
        log_density=-power[:, :, None] * weights,
    )


def with_feedback(base: Base, year: Year, direct: Slopes) -> Slopes:
    """Return the slopes with all feedback through wages and spending (eq. 8.7).

    One linear system in 2 N multipliers serves all outcomes.
    """
    n = base.labour.size
    away = (1.0 - base.sigma)[:, None, None]
    pull = direct.sales
    rate = np.expm1(year.log_duty)
    # By log wage: sales of the exporter itself, and of all who sell beside it.
    worth = year.trade @ pull
    duties = year.trade * rate
    worth += duties.sum(axis=2)[:, :, None] * direct.revenue
    inside = worth - direct.log_density
    by_wage = (away * pull * year.sales[:, :, None]).sum(axis=0)
    by_wage += (away * duties).sum(axis=0).T @ direct.revenue
    by_wage -= ((away * year.share).transpose(0, 2, 1) @ inside).sum(axis=0)
    by_spend = worth.sum(axis=0)
    multipliers = np.linalg.solve(slopes_of_gaps(base, year).T, np.concatenate([by_wage, by_spend]))
    labour = multipliers[:n] / base.labour[:, None]
    budget = multipliers[n:] / base.expenditure[:, None]
    part = base.labour_share[:, :, None]
    return Slopes(
        sales=direct.sales - part * labour - (1.0 - part) * budget,
        revenue=direct.revenue - budget,
        log_density=direct.log_density,
    )


def duty_slopes(base: Base, year: Year, slopes: Slopes, importer: int, outcome: int) -> Array:
    """Return the derivative [S, exporter] by the log duties of one importer (eq. 8.8)."""
    top, bottom = duty_ratio(base, year, slopes, importer, outcome)
    trade = year.trade[:, importer]
    return trade * (top - bottom * np.exp(year.log_duty[:, importer]))


def duty_ratio(
    base: Base, year: Year, slopes: Slopes, importer: int, outcome: int
) -> tuple[Array, Array]:
    """Return top [S, exporter] and bottom [S, 1] of the duty that sets its slope to zero (eq. 8.9).

    One plus the best tariff is top over bottom where both are positive.
    """
    sigma = base.sigma[:, None]
    pull = slopes.sales[:, :, outcome]
    money = slopes.revenue[importer, outcome]
    trade = year.trade[:, importer]
    worth = (trade * (pull + money * np.expm1(year.log_duty[:, importer]))).sum(axis=1)
    spent = base.spending[:, importer] * np.exp(year.log_spend[importer])
    bought = spent > 0
    net = slopes.log_density[:, importer, outcome] - worth
    net = np.where(bought, net / np.where(bought, spent, 1.0), 0.0)
    return sigma * (money - pull), (sigma - 1.0) * (money + net[:, None])
