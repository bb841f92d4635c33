"""How uncertain lag and domestic share are: draws over the priors, which need no equilibrium."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from upperhand.technology.parameters import Array
from upperhand.technology.state import Force, State, Technology, draw_technology, run_technology

QUANTILES = (0.1, 0.5, 0.9)
NAMES = {"gap": "gap", "lag": "lag", "domestic_share": "share"}
UNITS = {"gap": "generations", "lag": "years", "domestic_share": "1"}


@dataclass(frozen=True, slots=True)
class Bands:
    """Percentiles by case, technology, year.

    Attributes:
        quantiles: Which percentiles, as fractions.
        values: Array (case, technology, year, quantile) of each quantity.
        chance_slowed: Share of draws in which the measures leave the follower further behind in
            the last year, by technology; NaN for a mineral.
    """

    quantiles: tuple[float, ...]
    values: dict[str, Array]
    chance_slowed: Array

    def arrays(self) -> dict[str, tuple[tuple[str, ...], Array, str, str]]:
        """Return dims, values, label and unit of each quantity by name."""
        dims = ("case", "technology", "year", "quantile")
        found: dict[str, tuple[tuple[str, ...], Array, str, str]] = {
            f"{name}_band": (dims, values, f"Percentiles of {name} over the priors", UNITS[name])
            for name, values in self.values.items()
        }
        label = "Chance that the measures leave the follower further behind"
        return found | {"chance_slowed": (("technology",), self.chance_slowed, label, "1")}


def bands_of(
    tech: Technology,
    years: Sequence[int],
    forces: Mapping[str, Force],
    draws: int,
    seed: int,
) -> Bands:
    """Return percentiles over draws of every uncertain number of technology.

    The same draws serve both cases, so that their difference is the measures'.

    Examples:
        >>> from upperhand.technology.state import technology
        >>> bands = bands_of(technology(), range(2020, 2023), {}, draws=50, seed=1)
        >>> bands.values["lag"].shape
        (2, 6, 3, 3)
    """
    drawn = draw_technology(draws, seed, years=years, base=tech)
    on, off = run_technology(drawn, years, forces), run_technology(drawn, years)
    values = {
        name: np.array([[_percentiles(s, part) for s in c.values()] for c in (on, off)])
        for name, part in NAMES.items()
    }
    slowed = np.array(
        [
            np.nan
            if on[name].good.mineral
            else float(np.mean(on[name].gap[-1] > off[name].gap[-1]))
            for name in on
        ]
    )
    return Bands(QUANTILES, values, slowed)


def _percentiles(state: State, part: str) -> Array:
    values = np.asarray(getattr(state, part))
    if np.isnan(values).any():
        return np.full((len(state.years), len(QUANTILES)), np.nan)
    by_draw = values if values.ndim == 2 else values[:, None]
    return np.asarray(np.quantile(by_draw, QUANTILES, axis=1).T)
