"""A `Run` as one netCDF file with a group per case, and its summary as plain data."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from upperhand.core.errors import RecordError
from upperhand.core.files import replacing
from upperhand.results.counterfactual import Counterfactual
from upperhand.results.encode import (
    SCHEMA_VERSION,
    about,
    check_version,
    plain,
    read_about,
    write_group,
)
from upperhand.results.run import Case, Run

if TYPE_CHECKING:
    import xarray as xr

SCHEMA = "upperhand/run"


def run_summary(run: Run) -> dict[str, Any]:
    """Return a run as plain data: the four numbers by horizon, results by country, what was assumed.

    Bilateral arrays are left to the netCDF file.
    """
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "ok": run.ok,
        **plain(about_run(run)),
        "headlines": {h: plain(asdict(run.headline(h))) for h in run.horizons},
        "cases": [{**about_case(case), "countries": _by_country(case)} for case in run.cases],
    }


def about_run(run: Run) -> dict[str, Any]:
    """Return everything of a run but its cases."""
    return {
        "title": run.title,
        "fingerprint": run.fingerprint,
        "baseline": run.baseline,
        "scenario": run.scenario,
        "changes": run.changes,
        "world": run.world,
        "assumptions": run.assumptions,
        "sources": run.sources,
        "environment": run.environment,
    }


def about_case(case: Case) -> dict[str, Any]:
    """Return everything of a case but its arrays."""
    return {
        "key": case.key,
        "label": case.label,
        "kind": case.kind,
        "horizon": case.horizon,
        "moves": list(case.moves),
        "summary": case.counterfactual.outcome.sentence(),
        **about(case.counterfactual),
    }


def shared_arrays(run: Run) -> list[str]:
    """Return the names of arrays that every case holds with the same numbers."""
    datasets = [case.counterfactual.data for case in run.cases]
    names = [str(name) for name in datasets[0].data_vars if str(name).startswith("baseline_")]
    return [
        name
        for name in names
        if all(name in d and d[name].identical(datasets[0][name]) for d in datasets)
    ]


def run_to_netcdf(run: Run, path: str | Path) -> Path:
    """Write a run as one netCDF file: group `baseline`, and `case_00`, `case_01` and so on."""
    shared = shared_arrays(run) if run.cases else []
    head = {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "run": json.dumps(plain(about_run(run))),
    }
    with replacing(path) as partial:
        write_group(_root(run, shared), partial, group=None, attrs=head, mode="w")
        for number, case in enumerate(run.cases):
            data = case.counterfactual.data.drop_vars(shared)
            attrs = {
                "title": case.counterfactual.outcome.sentence(),
                "case": json.dumps(about_case(case)),
            }
            write_group(data, partial, group=f"case_{number:02d}", attrs=attrs, mode="a")
    return Path(path)


def run_from_netcdf(path: str | Path) -> Run:
    """Read a run that `run_to_netcdf` wrote.

    Raises:
        RecordError: If the file holds no run, or one of a newer version.
    """
    import xarray as xr

    try:
        groups = xr.open_groups(path, engine="h5netcdf")
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise RecordError(f"{path}: not a readable netCDF file ({error}); save it again") from error
    loaded = {name: data.load() for name, data in groups.items()}
    for data in groups.values():
        data.close()
    root = loaded.pop("/")
    check_version(
        root.attrs.get("schema"), root.attrs.get("schema_version"), where=str(path), known=SCHEMA
    )
    about = json.loads(root.attrs["run"])
    cases = tuple(read_case(data, root, json.loads(data.attrs["case"])) for data in loaded.values())
    return Run(cases=cases, **about)


def read_case(data: xr.Dataset, shared: xr.Dataset, about: dict[str, Any]) -> Case:
    """Return one case from its own arrays, the shared ones and its description."""
    own = data.drop_attrs(deep=False).assign_attrs(json.loads(data.attrs["attributes"]))
    whole = own.assign({name: shared[name] for name in shared.data_vars})
    outcome, provenance = read_about(about)
    return Case(
        about["key"],
        about["label"],
        about["kind"],
        about["horizon"],
        tuple(about["moves"]),
        Counterfactual(whole, outcome, provenance),
    )


def _root(run: Run, shared: list[str]) -> xr.Dataset:
    import xarray as xr

    return run.cases[0].counterfactual.data[shared] if shared else xr.Dataset()


def _by_country(case: Case) -> dict[str, dict[str, Any]]:
    data = case.counterfactual.data
    names = [n for n, array in data.data_vars.items() if array.dims == ("country",)]
    codes = [str(code) for code in data["country"].values] if names else []
    columns = {str(name): plain(data[name].values) for name in names}
    return {
        code: {name: values[i] for name, values in columns.items()} for i, code in enumerate(codes)
    }
