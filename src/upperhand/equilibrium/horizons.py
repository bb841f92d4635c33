"""Three horizons: what can adjust within months, within two years, and in the long run.

The trade elasticity follows the path of `world.adjustment` (eq. 2.15), sector by sector where the
world knows more.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError, unknown
from upperhand.world.adjustment import USUAL_RATIO
from upperhand.world.world import World

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Horizon:
    """What adjusts within a span of time.

    Attributes:
        name: `short`, `medium`, `long` or a name of your own.
        label: The span in words.
        elasticity_ratio: Trade elasticity over its long-run value, in a sector of the usual kind.
        specific_share: Share of value added earned by factors that cannot leave their sector.
        value_added: Elasticity of substitution between value added and materials.
        materials: Elasticity of substitution between inputs.
        final: Elasticity of substitution between sectors in final demand.
    """

    name: str
    label: str
    elasticity_ratio: float
    specific_share: float
    value_added: float
    materials: float
    final: float

    def to_dict(self) -> dict[str, float | str]:
        """Return the numbers as plain data."""
        return asdict(self)


HORIZONS: dict[str, Horizon] = {
    "short": Horizon("short", "0-6 months", USUAL_RATIO[0], 0.7, 0.5, 0.2, 0.9),
    "medium": Horizon("medium", "1-2 years", USUAL_RATIO[1], 0.4, 0.75, 0.6, 0.95),
    "long": Horizon("long", "5-10 years", 1.0, 0.0, 1.0, 1.0, 1.0),
}

RANGES: dict[str, dict[str, tuple[float, float]]] = {
    "elasticity_ratio": {"short": (0.2, 0.6), "medium": (0.4, 0.8), "long": (1.0, 1.0)},
    "specific_share": {"short": (0.4, 0.9), "medium": (0.2, 0.6), "long": (0.0, 0.0)},
    "value_added": {"short": (0.2, 0.8), "medium": (0.5, 1.0), "long": (1.0, 1.0)},
    "materials": {"short": (0.05, 0.5), "medium": (0.3, 1.0), "long": (1.0, 1.0)},
    "final": {"short": (0.7, 1.0), "medium": (0.8, 1.0), "long": (1.0, 1.0)},
}

WHY: dict[str, tuple[str, str]] = {
    "elasticity_ratio": (
        "sourced",
        "Boehm, Levchenko and Pandalai-Nayar (2023): 0.76 in year one, about 2 in the long run",
    ),
    "specific_share": (
        "assumed",
        "short: capital and most labour stay in their sector; medium: capital stays; long: none",
    ),
    "value_added": (
        "sourced for short",
        "short: 0.5 as in Baqaee and Farhi (2019); long: Cobb-Douglas; medium: assumed between",
    ),
    "materials": (
        "assumed",
        "short: near the low end of Atalay (2017); long: Cobb-Douglas; medium: assumed between",
    ),
    "final": (
        "sourced for short",
        "short: 0.9 as in Baqaee and Farhi (2019); long: Cobb-Douglas; medium: assumed between",
    ),
}


def horizon_of(horizon: str | Horizon) -> Horizon:
    """Return a horizon by name, or the one given.

    Raises:
        OptionError: If no horizon has that name.

    Examples:
        >>> horizon_of("short").label
        '0-6 months'
    """
    if isinstance(horizon, Horizon):
        return horizon
    if horizon not in HORIZONS:
        raise OptionError(unknown("horizon", horizon, list(HORIZONS)))
    return HORIZONS[horizon]


def trade_elasticities(world: World, horizon: Horizon) -> Array:
    """Return the trade elasticity of every sector at a horizon (eq. 2.15).

    At `short` and `medium` each sector has the ratio that the world gives it, scaled by how far
    the horizon's own ratio is from the usual one; at any other horizon all have the horizon's.

    Examples:
        >>> from upperhand.world.toy import toy_world
        >>> trade_elasticities(toy_world(), HORIZONS["short"]).round(2).tolist()
        [1.9, 1.52]
    """
    columns = {"short": 0, "medium": 1}
    if horizon.name not in columns:
        return world.trade_elasticity * horizon.elasticity_ratio
    column = columns[horizon.name]
    ratio = world.elasticity_ratio[:, column] * horizon.elasticity_ratio / USUAL_RATIO[column]
    return np.asarray(world.trade_elasticity * ratio)


def horizon_assumptions() -> list[dict[str, object]]:
    """Return every horizon number with range, status and reason, one row each.

    Examples:
        >>> rows = horizon_assumptions()
        >>> rows[0]["name"], rows[0]["status"]
        ('elasticity_ratio (short)', 'sourced')
    """
    return [
        {
            "name": f"{field} ({name})",
            "value": getattr(horizon, field),
            "low": RANGES[field][name][0],
            "high": RANGES[field][name][1],
            "unit": "1",
            "source": WHY[field][1],
            "status": WHY[field][0],
        }
        for field in RANGES
        for name, horizon in HORIZONS.items()
    ]
