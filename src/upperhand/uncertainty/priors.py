"""Priors: what a number could be, with its source, and which numbers err together.

Each prior has a latent standard normal. Numbers of one family share a factor, and numbers taken from
one and the same estimate share all that is left, so that they move as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError, raise_faults, unknown
from upperhand.core.fingerprint import fingerprint

Array = npt.NDArray[np.float64]
Kind = Literal["normal", "lognormal", "triangular", "uniform", "discrete"]
#: Probability between `low` and `high` of a normal prior, before it is cut off at its ends.
MASS = 0.95
SUM_TOLERANCE = 1e-9  # of probabilities that ought to add to one


@dataclass(frozen=True, slots=True)
class Prior:
    """What one number of a model could be.

    Attributes:
        name: The number, as the task knows it.
        kind: `normal` and `lognormal` have `value` as median and a spread of their own on each
            side; `triangular` has it as mode; `uniform` ignores it; `discrete` has `levels`.
        value: The number that a run without draws uses.
        low: Lower end; no draw is below it unless `bounded` is off.
        high: Upper end.
        source: Where the range was read, or why it was assumed.
        status: `sourced`, `assumed` or `option`.
        unit: Unit of value, low and high.
        family: Numbers of one family err together; empty for none.
        common: Share of the latent variance that the family shares, 0 to 1.
        origin: Priors of one origin share the rest as well: they rest on the same estimate.
            Empty: the prior's own.
        group: What a reader calls this kind of number, for attributions.
        bounded: Cut the normal kinds off at their ends. Otherwise the ends hold 95 per cent.
        levels: Alternatives of a discrete prior.
        weights: Their probabilities.

    Examples:
        >>> prior = Prior("markup", "lognormal", 2.0, 1.0, 8.0, "a paper", "sourced")
        >>> prior.quantile(np.array([0.0, 0.5, 1.0])).round(6).tolist()
        [1.0, 2.0, 8.0]
    """

    name: str
    kind: Kind
    value: float
    low: float
    high: float
    source: str
    status: str
    unit: str = "1"
    family: str = ""
    common: float = 0.0
    origin: str = ""
    group: str = ""
    bounded: bool = True
    levels: tuple[str, ...] = ()
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        raise_faults(OptionError, list(_faults(self)), what=f"prior '{self.name}'")

    def quantile(self, u: Array) -> npt.NDArray[Any]:
        """Return the values that have probability `u` below them (eq. 13.1, 13.2)."""
        if self.kind == "discrete":
            ends = np.cumsum(self.weights)
            at = np.searchsorted(ends[:-1], u, side="right")
            return np.asarray(self.levels)[at]
        if self.low == self.high:
            return np.full(np.shape(u), self.low)
        if self.kind == "uniform":
            return self.low + u * (self.high - self.low)
        if self.kind == "triangular":
            return _triangular(u, self.low, self.value, self.high)
        inside = (1 - MASS) / 2 + MASS * u if self.bounded else u
        return _two_piece(self, inside)

    def to_dict(self) -> dict[str, Any]:
        """Return what a report shows: name, value, low, high, unit, source, status and kind."""
        row: dict[str, Any] = {
            name: getattr(self, name)
            for name in ("name", "value", "low", "high", "unit", "source", "status", "kind")
        }
        if self.kind == "discrete":
            row |= dict.fromkeys(("value", "low", "high"))  # none of them is a number
            row |= {"levels": list(self.levels), "weights": list(self.weights)}
        return row | {
            name: getattr(self, name)
            for name in ("family", "common", "origin", "group")
            if getattr(self, name)
        }


@dataclass(frozen=True, slots=True)
class Priors:
    """The priors of one question, in order, with the factors that they share.

    Examples:
        >>> both = Priors((Prior("a", "uniform", 0, -1, 1, "", "assumed"),))
        >>> both.names, both.factors
        (('a',), ('a',))
    """

    members: tuple[Prior, ...]
    names: tuple[str, ...] = field(init=False)
    factors: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        names = tuple(prior.name for prior in self.members)
        twice = sorted({name for name in names if names.count(name) > 1})
        faults = [f"'{name}' stands twice; give each number one prior" for name in twice]
        raise_faults(OptionError, faults, what="priors")
        object.__setattr__(self, "names", names)
        object.__setattr__(self, "factors", tuple(dict.fromkeys(_factors(self.members))))

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[Prior]:
        return iter(self.members)

    @property
    def fingerprint(self) -> str:
        """Sixteen characters that identify everything that can change a draw."""
        return fingerprint([prior.to_dict() | {"bounded": prior.bounded} for prior in self])

    @property
    def groups(self) -> tuple[str, ...]:
        """Group of each prior, its name where it has none."""
        return tuple(prior.group or prior.name for prior in self)

    def central(self) -> dict[str, float | str]:
        """Return the values of a run without draws; of alternatives, the likeliest."""
        return {
            prior.name: prior.levels[int(np.argmax(prior.weights))] if prior.levels else prior.value
            for prior in self
        }

    def loadings(self) -> Array:
        """Return how much of each factor is in each latent normal (prior, factor) (eq. 13.3)."""
        weight = np.zeros((len(self), len(self.factors)))
        for row, prior in enumerate(self):
            own = self.factors.index(prior.origin or prior.name)
            weight[row, own] = np.sqrt(1 - prior.common)
            if prior.common:
                weight[row, self.factors.index(f"family: {prior.family}")] = np.sqrt(prior.common)
        return weight

    def values(self, u: Array) -> dict[str, npt.NDArray[Any]]:
        """Return one column per prior from independent uniforms (draw, factor) (eq. 13.1-13.3)."""
        from scipy.special import ndtr, ndtri

        loading = self.loadings()
        alone = (loading**2).max(axis=1) == 1.0
        column = loading.argmax(axis=1)
        latent = ndtri(u)
        found = {}
        for row, prior in enumerate(self):
            # alone: no rounding on the way to a normal and back
            mixed = None if alone[row] else ndtr((latent * loading[row]).sum(axis=1))
            found[prior.name] = prior.quantile(u[:, column[row]] if mixed is None else mixed)
        return found


def alternatives(
    name: str,
    levels: Iterable[str],
    *,
    weights: Iterable[float] | None = None,
    source: str,
    status: str = "assumed",
    group: str = "model",
) -> Prior:
    """Return a prior over readings of the model; equally likely unless `weights` says otherwise.

    Examples:
        >>> alternatives("closure", ["fixed", "share"], source="both are in use").weights
        (0.5, 0.5)
    """
    named = tuple(levels)
    chance = tuple(weights) if weights is not None else (1 / max(len(named), 1),) * len(named)
    return Prior(
        name, "discrete", float("nan"), float("nan"), float("nan"), source, status,
        group=group, levels=named, weights=chance,
    )  # fmt: skip


def _factors(members: Iterable[Prior]) -> Iterator[str]:
    for prior in members:
        if prior.common:
            yield f"family: {prior.family}"
        yield prior.origin or prior.name


def _two_piece(prior: Prior, u: Array) -> Array:
    """Return quantiles of a normal with its own spread on each side of the median (eq. 13.2)."""
    from scipy.special import ndtri

    change = np.log if prior.kind == "lognormal" else np.asarray
    low, middle, high = (float(change(x)) for x in (prior.low, prior.value, prior.high))
    z = ndtri(u) / ndtri((1 + MASS) / 2)
    at = middle + np.where(z < 0, middle - low, high - middle) * z
    found = np.exp(at) if prior.kind == "lognormal" else at
    return np.clip(found, prior.low, prior.high) if prior.bounded else np.asarray(found)


def _triangular(u: Array, low: float, mode: float, high: float) -> Array:
    """Return quantiles of the triangle over low, mode, high (eq. 13.1)."""
    left = low + np.sqrt(u * (high - low) * (mode - low))
    right = high - np.sqrt((1 - u) * (high - low) * (high - mode))
    return np.where(u * (high - low) < mode - low, left, right)


def _faults(prior: Prior) -> Iterator[str]:
    if prior.kind not in get_args(Kind):
        yield unknown("kind", prior.kind, get_args(Kind))
    if not 0 <= prior.common <= 1:
        yield f"common is {prior.common:g}; allowed: 0 to 1"
    if prior.common and not prior.family:
        yield "has a common part and no family; name the `family`, or leave `common` at 0"
    if prior.kind == "discrete":
        yield from _discrete_faults(prior)
        return
    if prior.levels or prior.weights:
        yield f"levels and weights belong to kind='discrete', not to '{prior.kind}'"
    if not all(np.isfinite([prior.value, prior.low, prior.high])):
        yield f"needs three numbers, got {prior.low:g}, {prior.value:g}, {prior.high:g}"
    elif not prior.low <= prior.value <= prior.high:
        yield f"the value {prior.value:g} is outside [{prior.low:g}, {prior.high:g}]; widen the range"
    if prior.kind == "lognormal" and not prior.low > 0:
        yield f"low is {prior.low:g}; a lognormal needs a positive range, or kind='normal'"


def _discrete_faults(prior: Prior) -> Iterator[str]:
    if not prior.levels:
        yield "has no levels; name at least one alternative"
    if len(prior.levels) != len(prior.weights):
        yield f"{len(prior.levels)} levels and {len(prior.weights)} weights; give one for each"
    elif prior.levels and (min(prior.weights) < 0 or abs(sum(prior.weights) - 1) > SUM_TOLERANCE):
        yield f"weights add to {sum(prior.weights):g}; allowed: none negative, and 1 in all"
    if len(set(prior.levels)) != len(prior.levels):
        yield "names a level twice; give each alternative one name"
