"""Many cases in few arrays: cases with the same variables share one dataset with a `case` axis.

A file with one array per variable is written and read ten times faster than one file per case, and
a reader who opens it with any netCDF tool selects `case="long/package"`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from upperhand.results.counterfactual import Counterfactual, label_variable
from upperhand.results.encode import plain, read_about
from upperhand.results.run import Case

if TYPE_CHECKING:
    import xarray as xr

    from upperhand.results.run import Run

Stack = tuple["xr.Dataset", list[int]]


def light(case: Case) -> Case:
    """Return a case as records keep it: bilateral arrays of the package only.

    Cases of single sides and moves are for comparison by country and sector; their bilateral arrays
    come back when the scenario is run again, and would be nine tenths of a record.
    """
    if case.kind == "package":
        return case
    found = case.counterfactual
    data = found.data.drop_dims([dim for dim in ("exporter", "importer") if dim in found.data.dims])
    return replace(case, counterfactual=replace(found, data=data))


def shared_arrays(run: Run) -> list[str]:
    """Return the names of baseline arrays that every case holds with the same numbers."""
    if not run.cases:
        return []
    first, *others = (case.counterfactual.data for case in run.cases)
    names = [str(name) for name in first.data_vars if str(name).startswith("baseline_")]
    return [n for n in names if all(n in d and _identical(d[n], first[n]) for d in others)]


def _identical(one: xr.DataArray, other: xr.DataArray) -> bool:
    """Tell whether two arrays are identical; cases of one run mostly hold the very same one."""
    return (one.values is other.values and one.dims == other.dims) or one.identical(other)


def stack_cases(cases: Sequence[Case], shared: Sequence[str]) -> list[Stack]:
    """Return datasets with a `case` axis, each with the positions of its cases."""
    groups: dict[str, list[int]] = {}
    for number, case in enumerate(cases):
        groups.setdefault(_signature(case, shared), []).append(number)
    return [(_stacked([cases[i] for i in found], shared), found) for found in groups.values()]


def unstack_cases(
    stacks: Sequence[tuple[xr.Dataset, Sequence[int]]],
    shared: xr.Dataset,
    abouts: Sequence[dict[str, Any]],
) -> tuple[Case, ...]:
    """Return the cases in their order, from stacks, shared arrays and descriptions."""
    found: dict[int, Case] = {}
    for data, numbers in stacks:
        for place, number in enumerate(numbers):
            own = data.isel(case=place).drop_vars("case")
            whole = own.assign(_fitting(shared, own, abouts[number]["kind"]))
            found[number] = _case(abouts[number], whole)
    return tuple(found[number] for number in range(len(abouts)))


def _fitting(shared: xr.Dataset, own: xr.Dataset, kind: str) -> dict[Any, Any]:
    """Return the shared arrays that a case has: all, or those of its own dims where it is light."""
    return {
        name: array
        for name, array in shared.data_vars.items()
        if kind == "package" or set(array.dims) <= set(own.dims)
    }


def _case(about: dict[str, Any], data: xr.Dataset) -> Case:
    outcome, provenance = read_about(about)
    return Case(
        about["key"],
        about["label"],
        about["kind"],
        about["horizon"],
        tuple(about["moves"]),
        Counterfactual(data, outcome, provenance),
    )


def _signature(case: Case, shared: Sequence[str]) -> str:
    data = case.counterfactual.data.drop_vars(shared, errors="ignore")
    arrays = {str(n): [list(map(str, a.dims)), a.shape] for n, a in data.data_vars.items()}
    labels = {str(n): plain(a.values) for n, a in data.coords.items()}
    return json.dumps([arrays, labels, plain(data.attrs)], sort_keys=True)


def _stacked(cases: Sequence[Case], shared: Sequence[str]) -> xr.Dataset:
    import xarray as xr

    parts = [case.counterfactual.data.drop_vars(shared, errors="ignore") for case in cases]
    arrays = {
        name: xr.Variable(
            ("case", *array.dims),
            np.stack([part[name].values for part in parts]),
            array.attrs,
            fastpath=True,  # a NumPy array: xarray would import Dask to see
        )
        for name, array in parts[0].data_vars.items()
    }
    labels = np.array([f"{case.horizon}/{case.key}" for case in cases], dtype=object)
    coords = {**parts[0].coords, "case": label_variable("case", labels)}
    return xr.Dataset(arrays, coords=coords, attrs=parts[0].attrs)
