"""How uncertain lag and domestic share are: draws over the priors, which need no equilibrium."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from upperhand.technology.goods import Force, Technology, draw_technology
from upperhand.technology.parameters import Array, parameters
from upperhand.technology.state import State, run_technology

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
        free: Array (technology, year, quantile) without any control ever, of lag and domestic share.
        chance_closing: Share of draws in which the follower is nearer in the last year than in the
            first, with the measures, by technology; NaN for a mineral.
        turns_on: The parameters that matter most for what the record's controls did to the gap in
            chips, with their rank correlation.
        unsettled: Share of draws that have no gap, because research of the two firms does not
            settle; they are left out of everything else.
    """

    quantiles: tuple[float, ...]
    values: dict[str, Array]
    chance_slowed: Array
    chance_controls_slowed: Array
    free: dict[str, Array]
    chance_closing: Array
    turns_on: tuple[tuple[str, float], ...]
    unsettled: float = 0.0

    def arrays(self) -> dict[str, tuple[tuple[str, ...], Array, str, str]]:
        """Return dims, values, label and unit of each quantity by name."""
        dims = ("case", "technology", "year", "quantile")
        found: dict[str, tuple[tuple[str, ...], Array, str, str]] = {
            f"{name}_band": (dims, values, f"Percentiles of {name} over the priors", UNITS[name])
            for name, values in self.values.items()
        }
        label = "Chance that the measures leave the follower further behind"
        for name, values in self.free.items():
            words, unit = f"{name}, no controls ever", UNITS[name]
            found[f"{name}_free"] = (dims[1:3], values[..., 1], f"Median {words}", unit)
            found[f"{name}_free_band"] = (dims[1:], values, f"Percentiles of {words}", unit)
        record = "Chance that the controls of the record leave the follower further behind"
        nearer = "Chance that the follower is nearer in the last year than in the first"
        if self.turns_on:
            sizes = np.array([size for _, size in self.turns_on])
            words = "Rank correlation with what the record's controls do to the gap in chips"
            found["turns_on"] = (("parameter",), sizes, words, "1")
        return found | {
            "chance_closing": (("technology",), self.chance_closing, nearer, "1"),
            "chance_slowed": (("technology",), self.chance_slowed, label, "1"),
            "chance_controls_slowed": (("technology",), self.chance_controls_slowed, record, "1"),
        }


def bands_of(
    tech: Technology,
    years: Sequence[int],
    forces: Mapping[str, Force],
    draws: int,
    seed: int,
    *,
    steps: int = 1,
) -> Bands:
    """Return percentiles over draws of every uncertain number of technology.

    The same draws serve both cases, so that their difference is the measures'.

    Examples:
        >>> from upperhand.technology.goods import technology
        >>> bands = bands_of(technology(), range(2020, 2023), {}, draws=50, seed=1)
        >>> bands.values["lag"].shape
        (2, 6, 3, 3)
    """
    drawn = draw_technology(draws, seed, years=years, base=tech)
    on = run_technology(drawn, years, forces, steps=steps)
    off = run_technology(drawn, years, steps=steps)
    values = {
        name: np.array([[_percentiles(s, part) for s in c.values()] for c in (on, off)])
        for name, part in NAMES.items()
    }
    free = run_technology(drawn.without_controls(), years, steps=steps)
    return Bands(
        QUANTILES,
        values,
        _chance(on, off),
        _chance(off, free),
        {name: np.array([_percentiles(s, NAMES[name]) for s in free.values()]) for name in FREE},
        _closing(on),
        _turns_on(drawn, off, free) if draws >= FEWEST_TO_RANK else (),
        max((_missing(s) for c in (on, off, free) for s in c.values()), default=0.0),
    )


def _missing(state: State) -> float:
    """Return the share of draws without a gap; none of a mineral's."""
    return 0.0 if state.good.mineral else float(np.isnan(state.gap).any(axis=0).mean())


def _chance(first: Mapping[str, State], second: Mapping[str, State]) -> Array:
    """Return the share of draws in which the first state is further behind in the last year."""
    found = []
    for a, b in zip(first.values(), second.values(), strict=True):
        apart = a.gap[-1] - b.gap[-1]
        settled = apart[np.isfinite(apart)]
        found.append(float(np.mean(settled > ROUNDING)) if settled.size else np.nan)
    return np.array(found)


def _closing(states: Mapping[str, State]) -> Array:
    """Return the share of draws with a smaller lag in the last year than in the first."""
    found = []
    for state in states.values():
        moved = np.atleast_1d(state.lag[-1] - state.lag[0])
        settled = moved[np.isfinite(moved)]
        found.append(float(np.mean(settled < -ROUNDING)) if settled.size else np.nan)
    return np.array(found)


def _turns_on(
    drawn: Technology, on: Mapping[str, State], off: Mapping[str, State]
) -> tuple[tuple[str, float], ...]:
    """Return the three parameters whose rank goes most with what controls do to the gap in chips."""
    if "chips" not in on:
        return ()
    apart = on["chips"].gap[-1] - off["chips"].gap[-1]
    settled = np.isfinite(apart)
    outcome = _ranks(apart[settled])
    found = {
        name: float(np.corrcoef(_ranks(getattr(drawn.race, name)[settled]), outcome)[0, 1])
        for name in parameters()
    }
    ordered = sorted(found.items(), key=lambda item: -abs(item[1]))
    return tuple(ordered[:3])


def _ranks(values: Array) -> Array:
    return np.argsort(np.argsort(values)).astype(np.float64)


def _percentiles(state: State, part: str) -> Array:
    """Return percentiles by date over the draws that have a value; NaN where none has."""
    values = np.asarray(getattr(state, part))
    by_draw = values if values.ndim == 2 else values[:, None]
    if np.isnan(by_draw).all():
        return np.full((len(state.dates), len(QUANTILES)), np.nan)
    return np.asarray(np.nanquantile(by_draw, QUANTILES, axis=1).T)
