"""Political weights that rationalise observed tariffs: the optimum run backwards (Ossa 2014)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError, raise_faults
from upperhand.equilibrium import ossa
from upperhand.equilibrium.ossa_solve import solve_year
from upperhand.equilibrium.ossa_world import OssaWorld
from upperhand.game.first_order import Reach
from upperhand.game.ossa_war import best_reply
from upperhand.world.labels import entry_faults, plain

if TYPE_CHECKING:
    import xarray as xr

Array = npt.NDArray[np.float64]

STEP = 1e-6  # of a rate, for a derivative
HIGHEST = float(np.log(11.0))  # upper bound of a best tariff: 1,000 per cent
LONGEST = 0.3  # largest change of a rate in one Newton step


@dataclass(frozen=True, slots=True)
class PoliticalWeights:
    """Weights at which the observed pattern of tariffs satisfies the first-order conditions.

    Attributes:
        weights: (country, sector), mean 1 in each region; what `OssaWorld` takes.
        level: (country,) points, as a fraction, by which the tariffs that the weights rationalise
            lie above the observed ones, the same in every sector.
        gap: (country,) largest first-order condition left, in units of imports of the sector.
        missed: (country,) largest distance between the pattern and the tariffs that are best at
            the weights, over sectors with a positive weight. Large where the pattern is only a
            local optimum: no weights make it the best.
        reached: (country,) True where the first-order conditions hold.
    """

    weights: xr.DataArray
    level: xr.DataArray
    gap: xr.DataArray
    missed: xr.DataArray
    reached: xr.DataArray


def ossa_political_weights(
    world: OssaWorld, tariff: Any, *, tol: float = 1e-9, max_steps: int = 60
) -> PoliticalWeights:
    """Find the political weights under which observed non-cooperative tariffs are best.

    Weights with mean 1 explain how tariffs differ between sectors and leave their level to the
    terms of trade: the best tariffs are the observed ones plus one number, which is found too.
    Tariffs are the same for all partners. A sector that even weight 0 does not explain keeps it,
    and its best tariff lies above the pattern.

    Args:
        world: The observed year; its own weights are not used.
        tariff: (country, sector), fraction: what each region sets when it does not cooperate.
        tol: Largest first-order condition, in units of imports of the sector.
        max_steps: Newton steps for each region.

    Raises:
        OptionError: If a rate is missing, not finite or not above -1.

    Examples:
        >>> from upperhand.equilibrium.ossa_toy import toy_ossa_world
        >>> found = ossa_political_weights(toy_ossa_world(), [[0.3, 0.5], [0.4, 0.2], [0.1, 0.1]])
        >>> found.weights.sel(country="USA").values.round(3).tolist()
        [1.023, 0.977]

    References:
        Ossa (2014), section II and Table 1.
    """
    import xarray as xr

    world.require_balanced()
    axes = (("country", world.regions), ("sector", world.sectors))
    faults: list[str] = []
    rates = plain(tariff, "tariff", axes, faults)
    if rates is not None:
        bad = ~((rates > -1) & (rates <= 1e3))
        faults += entry_faults(rates, bad, "tariff", axes, "a fraction above -1, at most 1000")
    raise_faults(OptionError, faults, what="tariffs to explain")
    assert rates is not None  # otherwise a fault was raised
    ends = [_weights_of(world.base, k, rates[k], tol, max_steps) for k in range(len(rates))]
    country = {"country": list(world.regions)}

    def by_country(values: list[Any], name: str) -> xr.DataArray:
        return xr.DataArray(np.array(values), dims="country", coords=country, name=name)

    return PoliticalWeights(
        weights=xr.DataArray(
            np.array([end[0] for end in ends]),
            dims=("country", "sector"),
            coords={**country, "sector": list(world.sectors)},
            name="political_weights",
        ),
        level=by_country([end[1] for end in ends], "level"),
        gap=by_country([end[2] for end in ends], "gap"),
        missed=by_country(
            [_missed(world, k, rates[k], end) for k, end in enumerate(ends)], "missed"
        ),
        reached=by_country([end[2] <= tol for end in ends], "reached"),
    )


def _weights_of(
    base: ossa.Base, k: int, rates: Array, tol: float, max_steps: int
) -> tuple[Array, float, float]:
    """Return weights [S], level and gap of one region (eq. 8.14).

    A sector whose weight would be negative gets weight 0; its tariff is then what is best.
    """
    free = np.ones(len(rates), dtype=bool)
    while True:
        weights, level, gap = _newton(base, k, rates, free, tol, max_steps)
        negative = free & (weights < 0)
        if not negative.any():
            return weights, level, gap
        free &= ~negative


def _newton(
    base: ossa.Base, k: int, rates: Array, free: npt.NDArray[np.bool_], tol: float, max_steps: int
) -> tuple[Array, float, float]:
    """Solve for the free weights, the level, and the tariffs of sectors with weight 0."""
    sectors = len(rates)
    weights = np.where(free, sectors / free.sum(), 0.0)
    level = float(np.median(1.0 / (base.sigma - 1.0))) - float(rates.mean())
    now, gap = rates + level, np.inf
    moves = [free.astype(float), *np.eye(sectors)[~free]]
    for _ in range(max_steps):
        matrix = conditions(base, k, now)
        left = matrix @ weights
        gap = float(np.max(np.abs(left)))
        if gap <= tol or not np.isfinite(gap):
            break
        ahead = [(conditions(base, k, now + STEP * m) @ weights - left) / STEP for m in moves]
        system = np.zeros((sectors + 1, sectors + 1))
        system[:-1] = np.column_stack([matrix[:, free], *ahead])
        system[-1, : free.sum()] = 1.0 / sectors
        step = np.linalg.solve(system, np.append(-left, 1.0 - weights.mean()))
        shifts = step[free.sum() :]
        step *= min(1.0, LONGEST / max(float(np.max(np.abs(shifts))), 1e-300))
        weights[free] += step[: free.sum()]
        now = now + np.tensordot(step[free.sum() :], np.array(moves), axes=1)
        level += float(step[free.sum()])
    return weights, level, gap


def _missed(world: OssaWorld, k: int, rates: Array, end: tuple[Array, float, float]) -> float:
    """Return how far the best tariffs are from the pattern; NaN where no reply settled."""
    weights, level, _ = end
    political = np.ones_like(world.political_weights)
    political[k] = weights
    base = world.base._replace(political=political)
    reach = alone(world, k)
    reply = best_reply(
        base,
        reach,
        base.log_duty,
        starts=(None, 0.1, float(np.expm1(reach.highest))),
        scan=False,
        tol=1e-9,
        max_sweeps=400,
    )
    partner = 1 if k == 0 else 0
    best = np.expm1(reply.log_duty[:, k, partner])
    far = np.abs(best - (rates + level))[weights > 0]
    return float(far.max(initial=0.0)) if reply.reached else float("nan")


def alone(world: OssaWorld, k: int) -> Reach:
    """Return the reach of one region with a tariff for each sector."""
    n, s = len(world.regions), len(world.sectors)
    cells = np.zeros((s, n, n), dtype=bool)
    cells[:, k] = np.arange(n) != k
    return Reach((k,), cells, np.zeros_like(cells), 0.0, HIGHEST, "mfn")


def conditions(base: ossa.Base, k: int, rates: Array) -> Array:
    """Return the matrix [S, S] that maps weights to first-order conditions (eq. 8.14).

    Row s is the derivative of each sector's real income in country k by the log of one plus the
    tariff on sector s, over imports of s; the objective is their weighted sum.
    """
    log_duty = base.log_duty.copy()
    log_duty[:, k] = np.log1p(rates)[:, None]
    log_duty[:, k, k] = 0.0
    year = solve_year(base, log_duty).year
    slopes = ossa.with_feedback(base, year, _income_slopes(base, year, k))
    foreign = np.arange(base.labour.size) != k
    columns = [
        ossa.duty_slopes(base, year, slopes, k, outcome)[:, foreign].sum(axis=1)
        for outcome in range(len(rates))
    ]
    imports = year.trade[:, k][:, foreign].sum(axis=1)
    return np.asarray(np.stack(columns, axis=1) / np.where(imports > 0, imports, 1.0)[:, None])


def _income_slopes(base: ossa.Base, year: ossa.Year, k: int) -> ossa.Slopes:
    """Return the slopes of each sector's real income in country k, times its price index."""
    s, n = base.sales.shape
    part = base.labour_share
    share = ossa.labour_shares(base, year.sales)[:, k]
    labour = float((part[:, 0] * year.sales[:, k]).sum())
    income = year.sales[:, k] + share * year.revenue[k]
    sales, revenue, density = np.zeros((s, n, s)), np.zeros((n, s)), np.zeros((s, n, s))
    moved = (np.eye(s) - share[None, :]) * part * (year.revenue[k] / labour)
    sales[:, k] = np.eye(s) + moved
    revenue[k] = share
    power = base.spending[:, k] / base.expenditure[k] / (1.0 - base.sigma)
    density[:, k] = -power[:, None] * income[None, :]
    return ossa.Slopes(sales, revenue, density)
