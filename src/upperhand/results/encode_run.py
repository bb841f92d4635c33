"""A `Run` as one netCDF file with a group per case, and its summary as plain data."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from upperhand.core.files import replacing
from upperhand.results.encode import (
    SCHEMA_VERSION,
    about,
    bare,
    check_version,
    plain,
    read_group,
    write_group,
)
from upperhand.results.run import Case, Run
from upperhand.results.stack import shared_arrays, stack_cases, unstack_cases
from upperhand.results.talks import Talks

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
        "talks": run.talks.to_dict() if run.talks is not None else None,
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


def run_to_netcdf(run: Run, path: str | Path) -> Path:
    """Write a run as one netCDF file: what cases share, and groups with an axis `case`."""
    import xarray as xr

    shared = shared_arrays(run)
    stacks = stack_cases(run.cases, shared)
    root = run.cases[0].counterfactual.data[shared] if run.cases else xr.Dataset()
    head = {
        "title": run.title,
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "run": json.dumps(plain(about_run(run))),
        "cases": json.dumps([about_case(case) for case in run.cases]),
        "stacks": json.dumps([numbers for _, numbers in stacks]),
    }
    with replacing(path) as partial:
        write_group(root, partial, group=None, attrs=head, mode="w")
        for i, (data, _) in enumerate(stacks):
            write_group(data, partial, group=f"cases_{i}", attrs={}, mode="a")
    return Path(path)


def run_from_netcdf(path: str | Path) -> Run:
    """Read a run that `run_to_netcdf` wrote.

    Raises:
        RecordError: If the file holds no run, or one of a newer version.
    """
    root = read_group(path)
    check_version(
        root.attrs.get("schema"), root.attrs.get("schema_version"), where=str(path), known=SCHEMA
    )
    numbers = json.loads(root.attrs["stacks"])
    stacks = [(bare(read_group(path, f"cases_{i}")), found) for i, found in enumerate(numbers)]
    cases = unstack_cases(stacks, bare(root), json.loads(root.attrs["cases"]))
    content = json.loads(root.attrs["run"])
    content["talks"] = talks_from(content.get("talks"))
    return Run(cases=cases, **content)


def talks_from(content: dict[str, Any] | None) -> Talks | None:
    """Return the talks that plain data describe; None for none."""
    return None if content is None else Talks.from_dict(content)


def _by_country(case: Case) -> dict[str, dict[str, Any]]:
    data = case.counterfactual.data
    names = [n for n, array in data.data_vars.items() if array.dims == ("country",)]
    codes = [str(code) for code in data["country"].values] if names else []
    columns = {str(name): plain(data[name].values) for name in names}
    return {
        code: {name: values[i] for name, values in columns.items()} for i, code in enumerate(codes)
    }
