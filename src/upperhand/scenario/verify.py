"""Recompute a run record and compare every number: cases, talks, ranges and the years ahead."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from upperhand.core.errors import RecordError, raise_faults
from upperhand.scenario.read import scenario_from
from upperhand.scenario.run import Progress, run_scenario

if TYPE_CHECKING:
    from upperhand.results.ensemble import Ensemble
    from upperhand.results.run import Run
    from upperhand.results.talks import Talks
    from upperhand.results.years_ahead import YearsAhead

Array = npt.NDArray[np.float64]

TOLERANCE = 1e-9  # relative; another processor changes the last digits only
#: Deals, ceilings and what rests on them are found by searches that stop within some 1e-8 of a point.
SEARCHED = 1e-6
SMALLEST = 1e-6  # size of numbers below which a difference counts as if they were so large


@dataclass(frozen=True, slots=True)
class Verification:
    """How far a recomputed run is from its record.

    Attributes:
        fingerprint: Fingerprint of the record.
        cases: Cases compared.
        largest: Largest difference relative to the largest number of its array.
        where: Case and variable of the largest difference.
        same_version: False when the record was made by another version.
        more: What was recomputed besides the cases, in words.
    """

    fingerprint: str
    cases: int
    largest: float
    where: str
    same_version: bool
    more: str = ""

    def sentence(self) -> str:
        """Return the verdict in words."""
        text = f"verified: {self.cases} cases{self.more} recomputed, largest difference {self.largest:.1e}"
        return text if self.same_version else text + " (made by another version)"


def verify(folder: str | Path, *, progress: Progress | None = None) -> Verification:
    """Read a record, run its scenario again with the same draws and years, and compare.

    Raises:
        RecordError: If the record was altered, or a recomputed number differs.
    """
    from upperhand.results.run import read_record

    record = read_record(folder)
    again = _again(record, progress)
    faults = []
    if record.world["fingerprint"] != again.world["fingerprint"]:
        faults.append("the world table differs from the one that was used")
    same_version = record.environment.get("version") == again.environment["version"]
    if same_version and record.fingerprint != again.fingerprint:
        faults.append(f"fingerprint {record.fingerprint}, recomputed {again.fingerprint}")
    found = list(compare(record, again))
    faults += [
        f"{gap.where}: differs by {gap.size:.1e}; allowed: {gap.allowed:.0e}"
        for gap in found
        if not gap.size <= gap.allowed
    ]
    raise_faults(RecordError, faults, what=f"record {folder}")
    worst = max(found, key=lambda gap: gap.size)
    where = worst.where if worst.size else "no difference"
    parts = [name for name in PARTS if getattr(record, name) is not None]
    more = "".join(f", {name}" for name in parts)
    return Verification(
        record.fingerprint, len(record.cases), worst.size, where, same_version, more
    )


def _again(record: Run, progress: Progress | None) -> Run:
    """Run what a record holds: its cases, and talks, ranges and years where it has them."""
    return run_scenario(
        scenario_from(record.scenario),
        draws=len(record.ranges) if record.ranges is not None else 0,
        seed=record.ranges.seed if record.ranges is not None else record.environment.get("seed"),
        decompose=any("welfare_part" in case.counterfactual.data for case in record.cases),
        with_talks=record.talks is not None,
        with_years=record.years is not None,
        progress=progress,
    )


#: Parts of a run besides its cases.
PARTS = ("talks", "ranges", "years")


class Gap(NamedTuple):
    """The largest difference of an array, relative to its largest number; infinite where one is missing."""

    where: str
    size: float
    allowed: float


def compare(record: Run, again: Run) -> Iterator[Gap]:
    """Yield the difference of every array of numbers of two runs."""
    for case in record.cases:
        other = again.case(case.key, case.horizon).counterfactual.data
        for name, array in case.counterfactual.data.data_vars.items():
            if array.dtype.kind == "f":
                where = f"{case.key}, {case.horizon}, {name}"
                yield Gap(where, _gap(array.values, other[name].values, 1e-300), TOLERANCE)
    for part in PARTS:
        one, two = (arrays_in(_plain(getattr(run, part))) for run in (record, again))
        for name in one | two:
            gap = _gap(one.get(name, NOTHING), two.get(name, NOTHING), SMALLEST)
            yield Gap(f"{part}{name}", gap, SEARCHED)


NOTHING = np.zeros(0)


def _plain(part: Talks | Ensemble | YearsAhead | None) -> Any:
    """Return a part of a run as plain data."""
    from upperhand.results.ensemble import Ensemble

    if isinstance(part, Ensemble):
        return {name: values.tolist() for name, values in part.outputs.items()}
    return part.to_dict() if part is not None else {}


def arrays_in(value: Any) -> dict[str, Array]:
    """Return the numbers of plain data by the names that lead to them; what is null is NaN.

    Examples:
        >>> {
        ...     name: found.tolist()
        ...     for name, found in arrays_in({"a": [1, 2], "b": [{"c": 3}]}).items()
        ... }
        {'.a': [1.0, 2.0], '.b.c': [3.0]}
    """
    found: dict[str, list[float]] = {}
    for name, number in _numbers(value, ""):
        found.setdefault(name, []).append(number)
    return {name: np.array(numbers) for name, numbers in found.items()}


def _numbers(value: Any, name: str) -> Iterator[tuple[str, float]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _numbers(item, f"{name}.{key}")
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _numbers(item, name)
    elif value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        yield name, float("nan" if value is None else value)


def _gap(one: Array, other: Array, least: float) -> float:
    if one.shape != other.shape or (np.isnan(one) != np.isnan(other)).any():
        return float("inf")
    size = max(float(np.nanmax(np.abs(one), initial=0.0)), least)
    return float(np.nanmax(np.abs(one - other), initial=0.0)) / size
