"""How domestic supply gains on foreign supply: as observed, by learning, or by directed research.

Three laws of the log odds of domestic supply at free access. Each passes through the share that was
measured; they differ in what happens from then on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from upperhand.technology.direction import Substitutes, relative_profit
from upperhand.technology.learning import unit_cost
from upperhand.technology.market import domestic_share, drift_of, logit
from upperhand.technology.parameters import Array, Number, Race

#: Years of output at the measured share that stand for all experience before it; assumed.
YEARS_BEFORE = 5.0


@dataclass(frozen=True, slots=True)
class Market:
    """One market on a grid of dates; arrays are (date,) or (date, draw).

    Attributes:
        race: Parameters.
        share: Share of domestic suppliers where it was measured.
        drift: Yearly growth of the log odds measured at the reference control.
        drift_control: That control.
        at: Position of the date at which the share was measured.
        control: Mean intensity of control from each date to the next.
        access: Share of foreign supply that may be sold and bought from each date to the next.
        gap: Generations behind at each date; NaN for a mineral.
        substitutes: Domestic and foreign inputs and the research between them.
        steps: Dates a year.
    """

    race: Race
    share: float
    drift: Number
    drift_control: float
    at: int
    control: Array
    access: Array
    gap: Array
    substitutes: Substitutes
    steps: int


def observed(market: Market) -> Array:
    """Return the log odds that grow as they were observed to, in proportion to control (eq. 5.5).

    Examples:
        >>> ones = np.ones(3)
        >>> market = Market(Race(), 0.5, 0.5, 0.5, 0, ones, ones, ones, Substitutes(), 1)
        >>> observed(market).tolist()
        [0.0, 1.0, 2.0]
    """
    growth = [
        np.asarray(drift_of(market.drift, c, market.drift_control)) / market.steps
        for c in market.control[:-1]
    ]
    like = np.zeros_like(np.asarray(market.drift))
    level = np.cumsum(np.array([like, *growth]), axis=0)
    return np.asarray(level + logit(market.share) - level[market.at])


def learning(market: Market) -> Array:
    """Return the log odds that follow relative cost, which falls with experience (eq. 5.38).

    Own output counts whole, that of others in part and less under control; each generation behind
    costs `quality_step`. Before the share was measured the odds are those observed.

    Examples:
        >>> ones = np.ones(3)
        >>> market = Market(Race(), 0.5, 0.5, 0.5, 0, 0 * ones, ones, 2 * ones, Substitutes(), 1)
        >>> bool(learning(market)[2] > 0)
        True
    """
    race, world = market.race, 1.0 / np.asarray(market.race.revenue_research)
    odds = list(observed(market)[: market.at + 1])
    own = market.share * YEARS_BEFORE + 0.0 * world
    others = (world - market.share) * YEARS_BEFORE
    first = None
    for t in range(market.at, len(market.control)):
        spill = np.asarray(race.learning_spillover) * (1.0 - market.control[t])
        home = np.log(unit_cost(own, others, race.learning_rate, spill))
        abroad = np.log(unit_cost(others, own, race.learning_rate, race.learning_spillover))
        behind = np.nan_to_num(np.asarray(race.quality_step) * market.gap[t])
        relative = home - abroad + behind
        if first is None:
            first = relative
        else:
            odds.append(logit(market.share) - race.price_elasticity * (relative - first))
        share = np.asarray(domestic_share(odds[-1], market.access[t]))
        own, others = own + share / market.steps, others + (world - share) / market.steps
    return np.array(np.broadcast_arrays(*odds))


def directed(market: Market) -> Array:
    """Return the log odds when all research goes where its profit is higher (eq. 5.39).

    Control and closed access shrink the market of foreign inputs; research on domestic ones then
    pays, and may go on paying after repeal.

    Examples:
        >>> ones = np.ones(4)
        >>> market = Market(Race(), 0.3, 0.5, 0.5, 0, 0.9 * ones, ones, ones, Substitutes(), 1)
        >>> bool((np.diff(directed(market)) > 0).all())
        True
    """
    model = market.substitutes
    power = model.elasticity - 1.0
    odds = list(observed(market)[: market.at + 1])
    log_lead = float(logit(market.share)) / power
    gain = model.growth * model.success
    for t in range(market.at, len(market.control) - 1):
        open_to = float((1.0 - market.control[t]) * market.access[t])
        profit = relative_profit(model, float(np.exp(log_lead)), 0.5, open_to)
        step = np.log1p(gain) if profit > 1.0 else -np.log1p(gain)
        log_lead += step / market.steps
        odds.append(power * log_lead + 0.0 * np.asarray(market.drift))
    return np.array(np.broadcast_arrays(*odds))


SupplyModel = Callable[[Market], Array]
