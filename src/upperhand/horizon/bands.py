"""How uncertain lag and domestic share are: draws over the priors, which need no equilibrium."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from upperhand.technology.parameters import Array, parameters
from upperhand.technology.state import Force, State, Technology, draw_technology, run_technology

QUANTILES = (0.1, 0.5, 0.9)
FREE = ("lag", "domestic_share")
FEWEST_TO_RANK = 50
ROUNDING = 1e-9
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
        chance_controls_slowed: The same for the controls of the record, against none ever.
        free: Median by technology and year without any control ever, of lag and domestic share.
        turns_on: The parameters that matter most for what the record's controls did to the gap in
            chips, with their rank correlation.
    """

    quantiles: tuple[float, ...]
    values: dict[str, Array]
    chance_slowed: Array
    chance_controls_slowed: Array
    free: dict[str, Array]
    turns_on: tuple[tuple[str, float], ...]

    def arrays(self) -> dict[str, tuple[tuple[str, ...], Array, str, str]]:
        """Return dims, values, label and unit of each quantity by name."""
        dims = ("case", "technology", "year", "quantile")
        found: dict[str, tuple[tuple[str, ...], Array, str, str]] = {
            f"{name}_band": (dims, values, f"Percentiles of {name} over the priors", UNITS[name])
            for name, values in self.values.items()
        }
        label = "Chance that the measures leave the follower further behind"
        found |= {
            f"{name}_free": (dims[1:3], values, f"Median {name}, no controls ever", UNITS[name])
            for name, values in self.free.items()
        }
        record = "Chance that the controls of the record leave the follower further behind"
        return found | {
            "chance_slowed": (("technology",), self.chance_slowed, label, "1"),
            "chance_controls_slowed": (("technology",), self.chance_controls_slowed, record, "1"),
        }


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
    free = run_technology(drawn.without_controls(), years)
    return Bands(
        QUANTILES,
        values,
        _chance(on, off),
        _chance(off, free),
        {
            name: np.array([_percentiles(s, NAMES[name])[:, 1] for s in free.values()])
            for name in FREE
        },
        _turns_on(drawn, off, free) if draws >= FEWEST_TO_RANK else (),
    )


def _chance(first: Mapping[str, State], second: Mapping[str, State]) -> Array:
    """Return the share of draws in which the first state is further behind in the last year."""
    return np.array(
        [
            np.nan if a.good.mineral else float(np.mean(a.gap[-1] > b.gap[-1] + ROUNDING))
            for a, b in zip(first.values(), second.values(), strict=True)
        ]
    )


def _turns_on(
    drawn: Technology, on: Mapping[str, State], off: Mapping[str, State]
) -> tuple[tuple[str, float], ...]:
    """Return the three parameters whose rank goes most with what controls do to the gap in chips."""
    if "chips" not in on:
        return ()
    outcome = _ranks(on["chips"].gap[-1] - off["chips"].gap[-1])
    found = {
        name: float(np.corrcoef(_ranks(np.asarray(getattr(drawn.race, name))), outcome)[0, 1])
        for name in parameters()
    }
    ordered = sorted(found.items(), key=lambda item: -abs(item[1]))
    return tuple(ordered[:3])


def _ranks(values: Array) -> Array:
    return np.argsort(np.argsort(values)).astype(np.float64)


def _percentiles(state: State, part: str) -> Array:
    values = np.asarray(getattr(state, part))
    if np.isnan(values).any():
        return np.full((len(state.years), len(QUANTILES)), np.nan)
    by_draw = values if values.ndim == 2 else values[:, None]
    return np.asarray(np.quantile(by_draw, QUANTILES, axis=1).T)
