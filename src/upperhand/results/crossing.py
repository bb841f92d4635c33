"""When the pain ratio of a path crosses one: the date, and its distribution over draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def first_crossings(ratio: Array, dates: Array, span: float) -> Array:
    """Return the date at which each row of ratios first crosses one; NaN if it never does (eq. 5.27).

    Between two periods the logarithm of the ratio is taken to be a straight line. A ratio that
    starts at one does not cross there, and nothing crosses next to a period without a ratio.

    Args:
        ratio: Loss of the second side over the first's (draw, period); NaN unless both lose.
        dates: Start of each period, decimal years.
        span: Length of a period in years.

    Examples:
        >>> ratio = np.array([[0.5, 2.0, 0.5], [2.0, 3.0, 4.0], [0.5, np.nan, 2.0]])
        >>> first_crossings(ratio, np.array([2026.0, 2027.0, 2028.0]), 1.0).tolist()
        [2026.5, nan, nan]
        >>> first_crossings(
        ...     ratio[:, :1], np.array([2026.0]), 1.0
        ... ).tolist()  # one period crosses nothing
        [nan, nan, nan]
    """
    log = np.log(np.atleast_2d(ratio))
    before, after = log[:, :-1], log[:, 1:]
    crosses = (before * after <= 0) & (before != 0)  # never true where one is NaN
    part = before / np.where(crosses, before - after, 1.0)
    when = np.where(crosses, dates[:-1] + span * part, np.nan)
    first: Array = np.fmin.reduce(when, axis=1, initial=np.nan)  # dates ascend, and NaN is none
    return first


@dataclass(frozen=True, slots=True)
class Crossings:
    """Dates at which the pain ratio first crosses one, over draws.

    Attributes:
        draws: Draws with an equilibrium in every year.
        never: Share of them in which it does not cross within the path.
        low: 10th percentile of the dates of the draws that cross; NaN when none does.
        median: Their median.
        high: Their 90th percentile.
    """

    draws: int
    never: float
    low: float
    median: float
    high: float

    def sentence(self) -> str:
        """Return the distribution in words.

        Examples:
            >>> print(crossings_of(np.array([2027.0, 2028.0, np.nan, np.nan])).sentence())
            of 4 draws 50% have no crossing; in the others it is in 2027.5 (80 per cent range 2027.1 to 2027.9)
            >>> print(crossings_of(np.full(4, np.nan)).sentence())
            none of 4 draws has a crossing
        """
        if self.never == 1.0:
            return f"none of {self.draws} draws has a crossing"
        return (
            f"of {self.draws} draws {100 * self.never:.0f}% have no crossing; in the others it is in "
            f"{self.median:.1f} (80 per cent range {self.low:.1f} to {self.high:.1f})"
        )


def crossings_of(dates: Array) -> Crossings | None:
    """Return the distribution of dates over draws, NaN where a draw has none; None without draws."""
    if not len(dates):
        return None
    found = dates[np.isfinite(dates)]
    ends = np.quantile(found, (0.1, 0.5, 0.9)) if len(found) else (np.nan,) * 3
    low, median, high = (float(x) for x in ends)
    return Crossings(len(dates), 1.0 - len(found) / len(dates), low, median, high)
