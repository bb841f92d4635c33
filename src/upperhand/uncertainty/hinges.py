"""What a range hinges on, from the draws that are there: tornado rows and Shapley effects.

Nothing is solved again. Both work on ranks, so that a bent but rising effect counts in full.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError
from upperhand.results.ensemble import Ensemble
from upperhand.uncertainty.shapley import Array, coalition_worth, shapley_values

#: Share of the draws at each end of a tornado's bar.
FIFTH = 0.2


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a tornado.

    Attributes:
        name: The input.
        group: What kind of number it is.
        correlation: Rank correlation with the quantity, -1 to 1; NaN for alternatives.
        low: Median of the quantity in the fifth of draws with the lowest input; of
            alternatives, the lowest median of a level.
        high: The same at the highest fifth; of alternatives, the highest median.
        low_at: Median input of the lowest fifth, or the level.
        high_at: Median input of the highest fifth, or the level.
    """

    name: str
    group: str
    correlation: float
    low: float
    high: float
    low_at: float | str
    high_at: float | str

    @property
    def swing(self) -> float:
        """Width of the bar."""
        return abs(self.high - self.low)


@dataclass(frozen=True, slots=True)
class Hinges:
    """Parts of the variance of a quantity's ranks.

    Attributes:
        quantity: The quantity.
        parts: Shapley effect of each group, the largest first; they add to `explained`.
        explained: Share of the variance that a line in the ranks explains, adjusted for the
            number of inputs.
        draws: Draws with an answer.
        failed: Draws without one.
    """

    quantity: str
    parts: dict[str, float]
    explained: float
    draws: int
    failed: int


def tornado(ensemble: Ensemble, quantity: str) -> tuple[Bar, ...]:
    """Return one bar for each input that varies, the widest first (eq. 13.8).

    Examples:
        >>> from upperhand.results.ensemble import make_ensemble
        >>> a, b = np.arange(100.0), np.arange(100.0) % 7
        >>> many = make_ensemble({"y": 3 * a + b}, inputs={"b": b, "a": a})
        >>> [bar.name for bar in tornado(many, "y")]
        ['a', 'b']
    """
    having, y = ensemble.having(quantity), ensemble.values(quantity)
    _enough(len(y), 1)
    bars = [
        _bar(name, ensemble.groups.get(name, name), column[having], y)
        for name, column in ensemble.inputs.items()
        if len(np.unique(column[having])) > 1
    ]
    return tuple(sorted(bars, key=lambda bar: -bar.swing))


def hinges(ensemble: Ensemble, quantity: str) -> Hinges:
    """Return the part of each group of inputs in the variance of a quantity (eq. 13.6, 13.7).

    The worth of a set of groups is the adjusted share of the variance of the quantity's ranks that
    a line in their ranks explains; Shapley effects divide it, also among inputs that err together.

    Raises:
        OptionError: If there are fewer than three draws for each input, or the quantity is flat.

    Examples:
        >>> from upperhand.results.ensemble import make_ensemble
        >>> a, b = np.random.default_rng(1).normal(size=(2, 4000))
        >>> many = make_ensemble({"y": 2 * a + b}, inputs={"a": a, "b": b})
        >>> {name: round(part, 1) for name, part in hinges(many, "y").parts.items()}
        {'a': 0.8, 'b': 0.2}

    References:
        Owen and Prieur (2017) for dependent inputs; ranks as in Iman and Conover (1979).
    """
    having, y = ensemble.having(quantity), ensemble.values(quantity)
    groups: dict[str, list[Array]] = {}
    for name, column in ensemble.inputs.items():
        group = ensemble.groups.get(name, name)
        groups.setdefault(group, []).extend(scores(column[having]))
    groups = {name: columns for name, columns in groups.items() if columns}
    columns = [column for block in groups.values() for column in block]
    _enough(len(y), len(columns))
    if np.ptp(y) == 0 or not columns:
        raise OptionError(f"'{quantity}' is the same in every draw; it hinges on nothing drawn")
    gram = np.atleast_2d(np.cov([*columns, ranks(y)]))
    blocks, at = [], 0
    for block in groups.values():
        blocks.append(list(range(at, at + len(block))))
        at += len(block)
    plain = coalition_worth(gram[:-1, :-1], gram[:-1, -1], blocks) / gram[-1, -1]
    worth = _adjusted(plain, gram[:-1, :-1], blocks, len(y))
    parts = dict(zip(groups, shapley_values(worth).tolist(), strict=True))
    ordered = dict(sorted(parts.items(), key=lambda item: -item[1]))
    return Hinges(quantity, ordered, float(worth[-1]), len(y), len(ensemble) - len(y))


def ranks(values: Array) -> Array:
    """Return ranks, ties at their mean, scaled to between 0 and 1.

    Examples:
        >>> ranks(np.array([3.0, 1.0, 2.0])).round(2).tolist()
        [0.83, 0.17, 0.5]
    """
    from scipy.stats import rankdata

    return np.asarray((rankdata(values) - 0.5) / len(values))


def scores(column: npt.NDArray[np.generic]) -> list[Array]:
    """Return an input as columns of numbers: its ranks, or one column for each level but the first."""
    if column.dtype.kind == "f":
        return [ranks(column.astype(np.float64))] if len(np.unique(column)) > 1 else []
    return [np.asarray(column == level, dtype=np.float64) for level in np.unique(column)[1:]]


def rank_correlation(x: Array, y: Array) -> float:
    """Return the correlation of the ranks (eq. 13.8).

    Examples:
        >>> rank_correlation(np.array([1.0, 2.0, 3.0]), np.array([1.0, 8.0, 27.0]))
        1.0
    """
    return float(np.clip(np.corrcoef(ranks(x), ranks(y))[0, 1], -1, 1).round(15))


def _bar(name: str, group: str, x: npt.NDArray[np.generic], y: Array) -> Bar:
    if x.dtype.kind != "f":
        medians = {str(level): float(np.median(y[x == level])) for level in np.unique(x)}
        low, high = min(medians, key=medians.__getitem__), max(medians, key=medians.__getitem__)
        return Bar(name, group, float("nan"), medians[low], medians[high], low, high)
    number = x.astype(np.float64)
    order, count = np.argsort(number, kind="stable"), max(int(FIFTH * len(y)), 1)
    ends = order[:count], order[-count:]
    low_y, high_y = (float(np.median(y[end])) for end in ends)
    low_x, high_x = (float(np.median(number[end])) for end in ends)
    flat = np.ptp(y) == 0
    return Bar(
        name, group, 0.0 if flat else rank_correlation(number, y), low_y, high_y, low_x, high_x
    )


def _adjusted(plain: Array, gram: Array, blocks: list[list[int]], draws: int) -> Array:
    """Return shares explained less what so many inputs would explain of noise."""
    found = plain.copy()
    for mask in range(1, len(plain)):
        chosen = [k for p, block in enumerate(blocks) if mask >> p & 1 for k in block]
        free = int(np.linalg.matrix_rank(gram[np.ix_(chosen, chosen)], hermitian=True))
        found[mask] = 1 - (1 - plain[mask]) * (draws - 1) / (draws - free - 1)
    return found


def _enough(draws: int, inputs: int) -> None:
    if draws < 3 * (inputs + 1):
        raise OptionError(
            f"{draws} draws with an answer for {inputs} inputs; at least {3 * (inputs + 1)} say "
            "what the range hinges on, so raise `draws`"
        )
