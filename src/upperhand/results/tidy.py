"""Long tables in the IAMC columns: one row per number, with its unit.

Columns are `model, scenario, region, variable, unit, year` and `value`, or `p10, p50, p90` when the
result has draws; a run adds `horizon` and `case`. `region` is an ISO3 or group code. `variable` is a
name of the register, followed by a bar and the sector, the part or the partner where there is one:
`output_change|C26`, `trade|to CHN`. Bilateral amounts of money are added over sectors; bilateral
rates stay in the netCDF file, and `to_frame` gives any variable in full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upperhand.core.variables import register

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from upperhand.results.counterfactual import Counterfactual
    from upperhand.results.run import Run

IAMC = ("model", "scenario", "region", "variable", "unit", "year")
QUANTILES = {"p10": 0.10, "p50": 0.50, "p90": 0.90}


def variable_frame(result: Counterfactual, name: str) -> pd.DataFrame:
    """Return one variable with a column per dimension, `value` (or quantiles) and `unit`."""
    array = result[name]
    frame = _values(array).reset_index()
    return frame.assign(unit=_unit(name, array))


def counterfactual_frame(
    result: Counterfactual, *, scenario: str = "", only_countries: bool = False
) -> pd.DataFrame:
    """Return every variable of one result as one long table, or those by country only."""
    import pandas as pd

    parts = [
        _tidy_variable(str(name), array)
        for name, array in result.data.data_vars.items()
        if not only_countries or not {"sector", "exporter"} & set(array.dims)
    ]
    frame = pd.concat([part for part in parts if part is not None], ignore_index=True)
    if "p50" in frame and "value" in frame:  # what no draw changes is certain
        frame = frame.assign(**{key: frame[key].fillna(frame["value"]) for key in QUANTILES})
        frame = frame.drop(columns="value")
    return _with_head(frame, result, scenario or result.provenance.inputs)


def run_frame(run: Run) -> pd.DataFrame:
    """Return a run as one long table, with columns `horizon` and `case`.

    The package of all moves is given in full; cases of single sides and moves by country. The
    netCDF file holds every case in full.
    """
    import pandas as pd

    scenario = str(run.scenario.get("name") or run.title)
    parts = [
        counterfactual_frame(
            case.counterfactual, scenario=scenario, only_countries=case.kind != "package"
        ).assign(year=run.world.get("year"), horizon=case.horizon, case=case.key)
        for case in run.cases
    ]
    frame = pd.concat(parts, ignore_index=True)
    numbers = [column for column in ("value", *QUANTILES) if column in frame]
    return frame[[*IAMC, "horizon", "case", *numbers]]


def _with_head(frame: pd.DataFrame, result: Counterfactual, scenario: str) -> pd.DataFrame:
    year = result.data.attrs.get("year", result.provenance.options.get("year"))
    frame = frame.assign(
        model=f"upperhand {result.provenance.version}", scenario=scenario, year=year
    )
    numbers = [column for column in ("value", *QUANTILES) if column in frame]
    return frame[[*IAMC, *numbers]]


def _tidy_variable(name: str, array: xr.DataArray) -> pd.DataFrame | None:
    unit = _unit(name, array)
    if "exporter" in array.dims:
        if unit == "1":
            return None
        array = array.sum("sector", skipna=False)
    frame = _values(array).reset_index()
    region = "exporter" if "exporter" in frame else "country"
    extra = [d for d in ("sector", "part", "income_part") if d in frame]
    label = frame[extra[0]].astype(str) if extra else None
    if "importer" in frame:
        label = "to " + frame["importer"].astype(str)
    numbers = [column for column in ("value", *QUANTILES) if column in frame]
    named = name if label is None else name + "|" + label
    return frame[numbers].assign(region=frame[region].astype(str), variable=named, unit=unit)


def _values(array: xr.DataArray) -> pd.DataFrame:
    if "draw" not in array.dims:
        return array.to_series().rename("value").to_frame()
    spread = array.quantile(list(QUANTILES.values()), dim="draw")
    columns: dict[str, Any] = {
        key: spread.sel(quantile=at).drop_vars("quantile").to_series()
        for key, at in QUANTILES.items()
    }
    import pandas as pd

    return pd.DataFrame(columns)


def _unit(name: str, array: xr.DataArray) -> str:
    known = register()
    return known[name].unit if name in known else str(array.attrs.get("units", ""))
