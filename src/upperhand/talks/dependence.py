"""Structural power: whose value added is in what the other buys (model book, eq. 12.21-12.22)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import NoEquilibriumError, OptionError, raise_faults, unknown
from upperhand.equilibrium.horizons import Horizon, horizon_of, trade_elasticities
from upperhand.numerics.anderson import solve_fixed_point
from upperhand.world.world import World

Array = npt.NDArray[np.float64]

EXACT = 1e-13  # of a share of value added: what rounding leaves


@dataclass(frozen=True, slots=True)
class Dependence:
    """How much of what one side buys rests on the other.

    Attributes:
        holder: Countries that supply.
        target: Country that buys.
        horizon: At which horizon substitution is judged.
        power: Log points of real income that a cut of all of it would cost at fixed wages.
        face_value: Share of the holder in the target's spending, at face value.
        look_through: Share of the holder's value added in the target's spending, all tiers.
        sectors: Contribution of each good the target buys, largest first: code, contribution to
            `power`, look-through share.
    """

    holder: tuple[str, ...]
    target: str
    horizon: str
    power: float
    face_value: float
    look_through: float
    sectors: tuple[tuple[str, float, float], ...]


def dependence(
    world: World, holder: Sequence[str], target: str, *, horizon: str | Horizon = "long"
) -> Dependence:
    """Return the power that a holder's supplies give it over a buyer (eq. 12.21-12.22).

    For every good, the share of the holder in what the target spends on it is looked through all
    tiers of suppliers: the holder's value added in the delivered good. A cut raises the price of
    the good by `-ln(1 - share) / elasticity`; goods are weighted by final spending on them.
    Wages are fixed, so this is a first reading; the equilibrium of a cut-off is the second.

    Args:
        world: The observed year.
        holder: Countries that supply; together, for a coalition.
        target: Country that buys.
        horizon: Whose elasticities say how easily others replace the holder.

    Raises:
        OptionError: If a country is unknown or on both sides.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> found = dependence(toy_world(), ["CHN"], "USA")
        >>> 0 < found.power < 0.1, found.look_through > 0
        (True, True)

    References:
        Clayton, Maggiori and Schreger (2024), reconstructed; Baldwin, Freeman and
        Theodorakopoulos (2023).
    """
    names = (*holder, target)
    faults = [
        unknown("country", name, world.countries) for name in names if name not in world.countries
    ]
    if target in holder:
        faults.append(f"{target} is on both sides; a country has no power over itself")
    raise_faults(OptionError, faults, what="dependence")
    rows = [world.countries.index(name) for name in holder]
    j = world.countries.index(target)
    content = value_added_content(world, tuple(rows))
    theta = trade_elasticities(world, horizon_of(horizon))
    parts, share, weight, origin = power_from(world, content, j, theta)
    order = np.argsort(-parts)
    return Dependence(
        holder=tuple(holder),
        target=target,
        horizon=horizon_of(horizon).name,
        power=float(parts.sum()),
        face_value=float(weight @ origin[rows].sum(axis=0)),
        look_through=float(weight @ share),
        sectors=tuple((world.sectors[k], float(parts[k]), float(share[k])) for k in order),
    )


def power_from(
    world: World, content: Array, target: int, theta: Array
) -> tuple[Array, Array, Array, Array]:
    """Return what a holder's content in goods means for a buyer (eq. 12.22).

    Args:
        world: The observed year.
        content: Share (country, sector) of the holder's value added in each product.
        target: Position of the buyer.
        theta: Trade elasticity of each sector.

    Returns:
        By sector: parts of the power, look-through shares, weights in final spending, and shares
        (country, sector) of each origin.
    """
    paid = world.trade[:, target, :] * (1.0 + world.tariff[:, target, :])
    spending = paid.sum(axis=0)
    origin = paid / np.where(spending > 0, spending, 1.0)
    share = np.clip((origin * content).sum(axis=0), 0.0, 1.0 - 1e-9)
    final = np.maximum(world.final_demand[target], 0.0)
    weight = final / final.sum()
    return -weight * np.log1p(-share) / theta, share, weight, origin


@lru_cache(maxsize=4)
def value_added_content(world: World, rows: tuple[int, ...]) -> Array:
    """Return the share (country, sector) of the holder's value added in each product (eq. 12.21).

    All tiers: value-added shares times the Leontief inverse, solved for the holder only, tier by
    tier with acceleration. The last few are kept, since horizons share them.

    Raises:
        NoEquilibriumError: If some inputs cost as much as what is made of them, tier after tier.
    """
    n, s = world.value_added_share.shape
    paid = world.trade * (1.0 + world.tariff)
    spending = paid.sum(axis=0)
    origin = paid / np.where(spending > 0, spending, 1.0)[None]
    own = np.zeros((n, s))
    own[list(rows)] = world.value_added_share[list(rows)]

    def one_more_tier(flat: Array) -> Array:
        content = flat.reshape(n, s)
        bought = (origin * content[:, None, :]).sum(axis=0)  # of each input in each country
        return np.asarray((own + (bought[:, None, :] @ world.input_share)[:, 0, :]).ravel())

    end = solve_fixed_point(one_more_tier, own.ravel(), tol=EXACT)
    if not end.reached:
        raise NoEquilibriumError(
            f"value added by origin does not settle: tiers of inputs still add {end.gap:.1e}; check "
            "that every product has some value added of its own"
        )
    return end.point.reshape(n, s)
