"""How far the economy has adjusted to measures of a given age (model book, eq. 5.24)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from upperhand.equilibrium.horizons import HORIZONS, Horizon
from upperhand.world.adjustment import LONG_RUN, elasticity_path
from upperhand.world.world import World

NODES = tuple(HORIZONS[name] for name in ("short", "medium", "long"))
RATIOS = tuple(node.elasticity_ratio for node in NODES)


def horizon_after(years: float) -> Horizon:
    """Return what can adjust some years after a shock (eq. 5.24).

    The trade elasticity follows eq. 2.15; the other numbers lie between those of the short, the
    medium and the long horizon, as far along as the elasticity is.

    Args:
        years: Time since the shock; below one year the first year holds.

    Examples:
        >>> first, late = horizon_after(1), horizon_after(30)
        >>> round(first.elasticity_ratio, 2), first.specific_share, round(late.specific_share, 3)
        (0.38, 0.7, 0.0)
    """
    ratio = elasticity_path(years) / LONG_RUN

    def along(name: str) -> float:
        return float(np.interp(ratio, RATIOS, [getattr(node, name) for node in NODES]))

    return Horizon(
        name=f"year {years:g}",
        label=f"{years:g} years after the measures",
        elasticity_ratio=ratio,
        specific_share=along("specific_share"),
        value_added=along("value_added"),
        materials=along("materials"),
        final=along("final"),
    )


def world_after(world: World, horizon: Horizon) -> World:
    """Return the world with each sector's own pace of adjustment (eq. 5.24).

    A sector that the world knows to adjust more slowly than usual, such as magnets, keeps its own
    ratios of short and medium to long-run elasticity.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> world = world_after(toy_world(), horizon_after(1))
        >>> world.trade_elasticity.round(3).tolist()
        [5.0, 4.0]
    """
    columns = np.column_stack([world.elasticity_ratio, np.ones(len(world.sectors))])
    own = np.array([np.interp(horizon.elasticity_ratio, RATIOS, row) for row in columns])
    scale = own / horizon.elasticity_ratio
    if np.allclose(scale, 1.0, rtol=1e-12):
        return world
    return replace(world, trade_elasticity=world.trade_elasticity * scale)
