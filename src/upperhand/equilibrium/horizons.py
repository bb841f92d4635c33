"""Three horizons: what can adjust within months, within two years, and in the long run.

Trade responds little at first and more with time: the ratio of the elasticity after `h` years to
the long-run one follows Boehm, Levchenko and Pandalai-Nayar (2023), whose estimates are 0.76 in
the first year and about 2 after seven to ten years (eq. 2.15).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from math import exp, log

from upperhand.core.errors import OptionError, unknown

FIRST_YEAR, LONG_RUN = 0.76, 2.0
SPEED = log((LONG_RUN - FIRST_YEAR) / (0.05 * LONG_RUN)) / 7.0


def elasticity_path(
    years: float, *, first: float = FIRST_YEAR, last: float = LONG_RUN, speed: float = SPEED
) -> float:
    """Return the trade elasticity `years` after a shock (eq. 2.15).

    Args:
        years: Time since the shock; below one year the first-year value holds.
        first: Elasticity in the first year.
        last: Elasticity in the long run.
        speed: Rate of approach per year; by default 95 per cent of the way after eight years.

    Examples:
        >>> round(elasticity_path(1), 3), round(elasticity_path(4), 3)
        (0.76, 1.578)

    References:
        Boehm, Levchenko and Pandalai-Nayar (2023); the speed is assumed, not estimated.
    """
    return last - (last - first) * exp(-speed * (max(years, 1.0) - 1.0))


@dataclass(frozen=True, slots=True)
class Horizon:
    """What adjusts within a span of time.

    Attributes:
        name: `short`, `medium`, `long` or a name of your own.
        label: The span in words.
        elasticity_ratio: Trade elasticity over its long-run value.
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
    "short": Horizon("short", "0-6 months", elasticity_path(1.0) / LONG_RUN, 0.7, 0.5, 0.2, 0.9),
    "medium": Horizon("medium", "1-2 years", elasticity_path(2.0) / LONG_RUN, 0.4, 0.75, 0.6, 0.95),
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
