"""`Ensemble`: many draws of one question, with ranges, signs and the draws that have no answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import OptionError, raise_faults, unknown

if TYPE_CHECKING:
    import pandas as pd

Array = npt.NDArray[np.float64]
Column = npt.NDArray[Any]
#: Quantiles of a range: lower and upper end of 95 and of 80 per cent, and the median.
LEVELS = {"low_95": 0.025, "low_80": 0.1, "median": 0.5, "high_80": 0.9, "high_95": 0.975}
FEW = 4  # draws that each independent estimate needs before its spread means anything


@dataclass(frozen=True, slots=True)
class Range:
    """What the draws say about one quantity; over the draws that have an answer.

    Attributes:
        name: The quantity.
        unit: Its unit.
        median: Half of the draws are below.
        low_80: Lower end of the 80 per cent range.
        high_80: Upper end.
        low_95: Lower end of the 95 per cent range.
        high_95: Upper end.
        error: Monte Carlo standard error of each of these five, by name; NaN with too few draws.
        positive: Share of the draws that are above zero.
        positive_low: The same if every failed draw were at or below zero.
        positive_high: The same if every failed draw were above zero.
        positive_error: Monte Carlo standard error of `positive`.
        draws: Number of draws, failed ones included.
        failed: Draws without an answer.
    """

    name: str
    unit: str
    median: float
    low_80: float
    high_80: float
    low_95: float
    high_95: float
    error: dict[str, float]
    positive: float
    positive_low: float
    positive_high: float
    positive_error: float
    draws: int
    failed: int

    def sentence(self) -> str:
        """Return median, 80 per cent range, sign and failures in words.

        Examples:
            >>> values = np.linspace(-1, 9, 101)
            >>> make_ensemble({"loss": values}).range("loss").sentence()
            'loss 4 (80 per cent: -0.0533 to 8.05), positive in 89 per cent of 101 draws'
        """
        if self.failed == self.draws:
            return f"{self.name}: none of {self.draws} draws has an answer"
        unit = f" {self.unit}" if self.unit not in ("", "1") else ""
        text = (
            f"{self.name} {self.median:.3g}{unit} (80 per cent: {self.low_80:.3g} to "
            f"{self.high_80:.3g}), positive in {100 * self.positive:.0f} per cent of "
            f"{self.draws - self.failed} draws"
        )
        return text + (f"; {self.failed} more have no answer" if self.failed else "")


@dataclass(frozen=True, slots=True, eq=False)
class Ensemble:
    """Many draws of one question.

    Attributes:
        draw: Number of each draw, as the sweep counts them.
        scramble: Independent estimate that each draw belongs to.
        inputs: One column per prior: numbers, or names of alternatives.
        outputs: One column per quantity; NaN where the draw has no answer.
        endings: Empty, or why the draw has no answer.
        units: Unit of each quantity.
        seed: Seed of the draws.
        groups: Group of each input, for attributions.
        priors: Rows of the priors, for a report.
        provenance: Version, fingerprints and whatever else made the numbers.
        partial: Quantities that some draws with an answer do not have, such as a ratio of losses
            where nobody loses; NaN there.

    Examples:
        >>> many = make_ensemble({"loss": np.array([1.0, 2.0, np.nan])})
        >>> len(many), many.failed, many.failures()
        (3, 1, {'no number': 1})
    """

    draw: npt.NDArray[np.int64]
    scramble: npt.NDArray[np.int64]
    inputs: dict[str, Column]
    outputs: dict[str, Array]
    endings: Column
    units: dict[str, str] = field(default_factory=dict)
    seed: int = 0
    groups: dict[str, str] = field(default_factory=dict)
    priors: tuple[dict[str, Any], ...] = ()
    provenance: dict[str, Any] = field(default_factory=dict)
    partial: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        raise_faults(OptionError, _faults(self), what="ensemble")

    def __len__(self) -> int:
        return len(self.draw)

    def __repr__(self) -> str:
        return self.summary()

    @property
    def quantities(self) -> tuple[str, ...]:
        """Names of what was computed."""
        return tuple(self.outputs)

    @property
    def answered(self) -> npt.NDArray[np.bool_]:
        """True for each draw that has an answer."""
        return np.asarray(self.endings == "")

    @property
    def failed(self) -> int:
        """Number of draws without an answer."""
        return int((~self.answered).sum())

    def failures(self) -> dict[str, int]:
        """Return how many draws ended in each way that is no answer, the commonest first."""
        return dict(Counter(str(e) for e in self.endings if e != "").most_common())

    def having(self, quantity: str) -> npt.NDArray[np.bool_]:
        """Return True for each draw that has an answer and this quantity.

        Raises:
            OptionError: If the ensemble has no such quantity.
        """
        if quantity not in self.outputs:
            raise OptionError(unknown("quantity", quantity, self.quantities))
        if quantity not in self.partial:
            return self.answered
        return np.asarray(self.answered & np.isfinite(self.outputs[quantity]))

    def values(self, quantity: str) -> Array:
        """Return one quantity over the draws that have it.

        Raises:
            OptionError: If the ensemble has no such quantity.
        """
        return self.outputs[quantity][self.having(quantity)]

    def range(self, quantity: str) -> Range:
        """Return median, ranges, sign and Monte Carlo error of one quantity (eq. 13.4, 13.5)."""
        having = self.having(quantity)
        values, scramble = self.outputs[quantity][having], self.scramble[having]
        parts = [values[scramble == s] for s in np.unique(scramble)]
        total, good = len(self), len(values)
        above = int((values > 0).sum())
        ends = dict(zip(LEVELS, quantiles(values, tuple(LEVELS.values())), strict=True))
        by_part = [[*quantiles(p, tuple(LEVELS.values())), float((p > 0).mean())] for p in parts if
                   len(p) >= FEW]  # fmt: skip
        errors = standard_error(np.array(by_part).reshape(-1, len(LEVELS) + 1))
        return Range(
            name=quantity,
            unit=self.units.get(quantity, "1"),
            **ends,
            error=dict(zip(LEVELS, errors[:-1], strict=True)),
            positive=above / good if good else float("nan"),
            positive_low=above / total,
            positive_high=(above + total - good) / total,
            positive_error=errors[-1],
            draws=total,
            failed=total - good,
        )

    def ranges(self) -> tuple[Range, ...]:
        """Return the range of every quantity."""
        return tuple(self.range(name) for name in self.quantities)

    def summary(self) -> str:
        """Return a table of ranges; the first line counts the draws without an answer."""
        lines = [f"{len(self)} draws, seed {self.seed}, {self.failed} without an answer"]
        lines += [f"  {count} x {why}" for why, count in self.failures().items()]
        return "\n".join([*lines, *(found.sentence() for found in self.ranges())])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per draw: draw, scramble, inputs, outputs and ending."""
        import pandas as pd

        columns: dict[str, Column] = {"draw": self.draw, "scramble": self.scramble}
        columns |= {f"in: {name}": column for name, column in self.inputs.items()}
        columns |= {f"out: {name}": column for name, column in self.outputs.items()}
        return pd.DataFrame(columns | {"ending": self.endings})

    def save(self, path: str | Path) -> Path:
        """Write to netCDF (`.nc`) or Parquet (`.parquet`), by the suffix."""
        from upperhand.results.save_ensemble import save_ensemble

        return save_ensemble(self, path)


def make_ensemble(
    outputs: dict[str, Array],
    *,
    inputs: dict[str, Column] | None = None,
    endings: Column | None = None,
    scrambles: int = 8,
    **about: Any,
) -> Ensemble:
    """Return an ensemble from columns; draws are numbered from 0.

    Args:
        outputs: One column per quantity.
        inputs: One column per prior.
        endings: Empty or the reason of each failure; by default a draw with a NaN has failed.
        scrambles: Draw `k` belongs to the independent estimate `k % scrambles`.
        about: Further fields of `Ensemble`.

    Examples:
        >>> make_ensemble({"x": np.arange(5.0)}).range("x").median
        2.0
    """
    count = len(next(iter(outputs.values())))
    if endings is None:
        missing = np.isnan(np.column_stack(list(outputs.values()))).any(axis=1)
        endings = np.where(missing, "no number", "").astype(object)
    draw = np.arange(count, dtype=np.int64)
    return Ensemble(draw, draw % scrambles, inputs or {}, outputs, endings, **about)


def read_ensemble(path: str | Path) -> Ensemble:
    """Read an ensemble that `Ensemble.save` wrote.

    Raises:
        RecordError: If the file is none, or damaged.
    """
    from upperhand.results.save_ensemble import read_ensemble as read

    return read(path)


def quantiles(values: Array, levels: tuple[float, ...]) -> list[float]:
    """Return quantiles that are unbiased for the median of each order statistic (eq. 13.4).

    Examples:
        >>> quantiles(np.arange(1.0, 10.0), (0.1, 0.5, 0.9))
        [1.2666666666666666, 5.0, 8.733333333333333]

    References:
        Hyndman and Fan (1996), definition 8.
    """
    if not len(values):
        return [float("nan")] * len(levels)
    return [float(q) for q in np.quantile(values, levels, method="median_unbiased")]


def standard_error(estimates: Array) -> list[float]:
    """Return the standard error of the mean of independent estimates (estimate, number) (eq. 13.5).

    Examples:
        >>> standard_error(np.array([[1.0], [3.0]]))
        [1.0]
    """
    if len(estimates) < 2:  # a spread needs two
        return [float("nan")] * estimates.shape[1]
    return [float(e) for e in estimates.std(axis=0, ddof=1) / np.sqrt(len(estimates))]


def _faults(ensemble: Ensemble) -> list[str]:
    count = len(ensemble.draw)
    columns = {"scramble": ensemble.scramble, "endings": ensemble.endings}
    columns |= ensemble.inputs | ensemble.outputs
    found = [
        f"{name} has {len(column)} rows; allowed: {count}, one for each draw"
        for name, column in columns.items()
        if len(column) != count
    ]
    if not count:
        found.append("has no draws; ask for at least one")
    if len(np.unique(ensemble.draw)) != count:
        found.append("holds a draw twice; each draw counts once")
    if not found:
        good = ensemble.answered
        found += [
            f"{name} is no number in a draw that has an answer; give the draw an ending"
            for name, column in ensemble.outputs.items()
            if name not in ensemble.partial and not np.isfinite(column[good]).all()
        ]
    return found
