"""Priors of what the model already knows a range for: elasticities, horizons, assumed numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from upperhand.equilibrium.horizons import HORIZONS, RANGES, WHY
from upperhand.uncertainty.priors import Kind, Prior
from upperhand.world.world import World

#: Share of the variance of log elasticities that sectors have in common where a world lists no
#: published sets to measure it on (assumed; 0 to 1).
COMMON = 0.5
ELASTICITY = "trade elasticity"
FEW_SETS = 3  # fewer published sets than this measure no common share


def elasticity_priors(world: World) -> tuple[Prior, ...]:
    """Return a lognormal prior for the long-run trade elasticity of every sector.

    Median and range are the world's. The share that all sectors have in common is measured on the
    published sets of the world's card: a source that is high for one sector may be high for all.
    Sectors to which every set gives the same number rest on the same estimates and move as one.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> [(p.name, p.low, p.value, p.high) for p in elasticity_priors(toy_world())]
        [('trade elasticity (GOODS)', 2.0, 5.0, 8.0), ('trade elasticity (SERV)', 4.0, 4.0, 10.0)]
    """
    card = world.card.get("elasticities", {})
    used = published_sets(card, len(world.sectors))
    common = common_share(np.log(list(used.values()))) if len(used) >= FEW_SETS else COMMON
    source = str(card.get("range", f"range of {world.name}"))
    return tuple(
        Prior(
            name=f"{ELASTICITY} ({sector})",
            kind="lognormal",
            value=float(world.trade_elasticity[k]),
            low=float(world.elasticity_range[k, 0]),
            high=float(world.elasticity_range[k, 1]),
            source=source,
            status="sourced",
            family="trade elasticities",
            common=common,
            origin=_origin(world, used, k),
            group="trade elasticities",
        )
        for k, sector in enumerate(world.sectors)
    )


def common_share(log_values: Any) -> float:
    """Return the share of the variance across sources that all sectors share (source, sector).

    The variance of the mean deviation of a source, over the mean variance of a sector.

    Examples:
        >>> common_share(np.array([[0.0, 1.0], [2.0, 3.0]]))
        1.0
        >>> common_share(np.array([[0.0, 3.0], [2.0, 1.0]]))
        0.0
    """
    deviation = log_values - log_values.mean(axis=0)
    whole = float((deviation**2).mean())
    return float((deviation.mean(axis=1) ** 2).mean()) / whole if whole else 0.0


def horizon_priors(horizons: Iterable[str]) -> tuple[Prior, ...]:
    """Return a triangular prior for each number of the horizons that has a range.

    Examples:
        >>> [prior.name for prior in horizon_priors(["short"])][:2]
        ['elasticity_ratio (short)', 'specific_share (short)']
    """
    return tuple(
        Prior(
            name=f"{field} ({name})",
            kind="triangular",
            value=float(getattr(HORIZONS[name], field)),
            low=span[0],
            high=span[1],
            source=WHY[field][1],
            status=WHY[field][0],
            group="speed of adjustment",
        )
        for field, by_horizon in RANGES.items()
        for name, span in by_horizon.items()
        if name in set(horizons) and span[0] < span[1]
    )


def prior_of_assumption(
    row: Mapping[str, Any], *, name: str = "", kind: Kind = "triangular", group: str = ""
) -> Prior:
    """Return the prior of an assumed number from its row: name, value, low, high, source, status.

    A value outside its range widens the range.

    Examples:
        >>> row = {
        ...     "name": "leak",
        ...     "value": 10,
        ...     "low": 0,
        ...     "high": 30,
        ...     "source": "judgement",
        ...     "status": "assumed",
        ...     "unit": "per cent",
        ... }
        >>> prior_of_assumption(row).kind
        'triangular'
    """
    value = float(row["value"])
    return Prior(
        name=name or str(row["name"]),
        kind=kind,
        value=value,
        low=min(float(row["low"]), value),
        high=max(float(row["high"]), value),
        source=str(row["source"]),
        status=str(row["status"]),
        unit=str(row.get("unit", "1")),
        group=group,
    )


def published_sets(card: Mapping[str, Any], sectors: int) -> dict[str, list[float]]:
    """Return the published sets behind the world's own elasticities, as its card names them.

    A world in other sectors than its card, as after aggregation, has none.
    """
    words = {word.strip(",.") for word in str(card.get("default", "")).split()}
    sets = card.get("sets", {})
    return {name: v for name, v in sets.items() if name in words and len(v) == sectors}


def _origin(world: World, sets: Mapping[str, list[float]], sector: int) -> str:
    """Return a name that sectors share when the world and every set give them the same number."""
    if not sets:
        return ""
    own = np.column_stack(
        [world.trade_elasticity, world.elasticity_range, *map(np.asarray, sets.values())]
    )
    same = (own == own[sector]).all(axis=1)
    twins = [code for code, equal in zip(world.sectors, same, strict=True) if equal]
    return f"estimate for {', '.join(twins)}" if len(twins) > 1 else ""
