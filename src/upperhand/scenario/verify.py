"""Recompute a run record and compare every number."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from upperhand.core.errors import RecordError, raise_faults
from upperhand.scenario.read import scenario_from
from upperhand.scenario.run import Progress, run_scenario

if TYPE_CHECKING:
    from upperhand.results.run import Run
    from upperhand.results.talks import PayoffTable

TOLERANCE = 1e-9  # relative; another processor changes the last digits only


@dataclass(frozen=True, slots=True)
class Verification:
    """How far a recomputed run is from its record.

    Attributes:
        fingerprint: Fingerprint of the record.
        cases: Cases compared.
        largest: Largest difference relative to the largest number of its array.
        where: Case and variable of the largest difference.
        same_version: False when the record was made by another version.
    """

    fingerprint: str
    cases: int
    largest: float
    where: str
    same_version: bool

    def sentence(self) -> str:
        """Return the verdict in words."""
        text = f"verified: {self.cases} cases recomputed, largest difference {self.largest:.1e}"
        return text if self.same_version else text + " (made by another version)"


def verify(folder: str | Path, *, progress: Progress | None = None) -> Verification:
    """Read a record, run its scenario again and compare.

    Raises:
        RecordError: If the record was altered, or a recomputed number differs.
    """
    from upperhand.results.run import read_record

    record = read_record(folder)
    decompose = any("welfare_part" in case.counterfactual.data for case in record.cases)
    scenario = scenario_from(record.scenario)
    again = run_scenario(
        scenario, progress=progress, decompose=decompose, with_talks=record.talks is not None
    )
    faults = []
    if record.world["fingerprint"] != again.world["fingerprint"]:
        faults.append("the world table differs from the one that was used")
    same_version = record.environment.get("version") == again.environment["version"]
    if same_version and record.fingerprint != again.fingerprint:
        faults.append(f"fingerprint {record.fingerprint}, recomputed {again.fingerprint}")
    largest, where = compare(record, again)
    if not largest <= TOLERANCE:
        faults.append(f"{where}: differs by {largest:.1e}; allowed: {TOLERANCE:.0e}")
    raise_faults(RecordError, faults, what=f"record {folder}")
    return Verification(record.fingerprint, len(record.cases), largest, where, same_version)


def compare(record: Run, again: Run) -> tuple[float, str]:
    """Return the largest relative difference between two runs, and where it is."""
    largest, where = 0.0, "no difference"
    for case in record.cases:
        other = again.case(case.key, case.horizon).counterfactual.data
        for name, array in case.counterfactual.data.data_vars.items():
            if array.dtype.kind != "f":
                continue
            gap = _gap(array.values, other[name].values)
            if not gap <= largest:
                largest, where = gap, f"{case.key}, {case.horizon}, {name}"
    for table, other_table in zip(_tables(record), _tables(again), strict=True):
        gap = _gap(_numbers(table.usd_bn), _numbers(other_table.usd_bn))
        if not gap <= largest:
            largest, where = gap, f"talks, {table.horizon}, payoffs"
    return largest, where


def _tables(run: Run) -> tuple[PayoffTable, ...]:
    return run.talks.tables if run.talks is not None else ()


def _numbers(cube: object) -> np.ndarray:
    return np.array(cube, dtype=np.float64)  # None becomes NaN


def _gap(one: np.ndarray, other: np.ndarray) -> float:
    both = np.isnan(one) == np.isnan(other)
    if not both.all():
        return float("inf")
    size = max(float(np.nanmax(np.abs(one), initial=0.0)), 1e-300)
    return float(np.nanmax(np.abs(one - other), initial=0.0)) / size
