"""Ensembles on disk: netCDF or Parquet, with what made them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from upperhand.core.errors import MissingExtraError, OptionError, RecordError, unknown
from upperhand.core.files import replacing
from upperhand.results.encode import netcdf_bytes
from upperhand.results.ensemble import Ensemble

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

SUFFIXES = (".nc", ".parquet")
KEY = "upperhand_ensemble"
PLURAL = {"input": "inputs", "alternative": "alternatives", "quantity": "quantities"}


def save_ensemble(ensemble: Ensemble, path: str | Path) -> Path:
    """Write an ensemble to `.nc` or `.parquet`.

    Raises:
        OptionError: If the suffix is another one.
        MissingExtraError: If Parquet is asked for and not installed.
    """
    target = Path(path)
    if target.suffix not in SUFFIXES:
        raise OptionError(unknown("suffix", target.suffix, SUFFIXES, where=str(target)))
    head = json.dumps(about(ensemble))
    with replacing(target) as partial:
        if target.suffix == ".nc":
            partial.write_bytes(netcdf_bytes(_stacked(ensemble).assign_attrs({KEY: head})))
        else:
            _write_parquet(ensemble.to_frame(), head, partial)
    return target


def read_ensemble(path: str | Path) -> Ensemble:
    """Read an ensemble from `.nc` or `.parquet`.

    Raises:
        RecordError: If the file is damaged or no ensemble.
    """
    target = Path(path)
    if target.suffix not in SUFFIXES:
        raise OptionError(unknown("suffix", target.suffix, SUFFIXES, where=str(target)))
    if not target.is_file():
        raise RecordError(f"{target}: there is no such file; check the path")
    try:
        frame, head = _netcdf(target) if target.suffix == ".nc" else _parquet(target)
        return from_frame(frame, json.loads(head))
    except (OSError, KeyError, ValueError) as error:
        raise RecordError(
            f"{target}: is damaged or no ensemble ({error}); save it again"
        ) from error


def about(ensemble: Ensemble) -> dict[str, Any]:
    """Return everything but the columns as plain data."""
    return {
        "units": ensemble.units,
        "seed": ensemble.seed,
        "groups": ensemble.groups,
        "priors": list(ensemble.priors),
        "provenance": ensemble.provenance,
    }


def from_frame(frame: pd.DataFrame, head: dict[str, Any]) -> Ensemble:
    """Return the ensemble of a frame as `Ensemble.to_frame` makes it."""

    def columns(prefix: str) -> dict[str, Any]:
        names = [str(name) for name in frame.columns if str(name).startswith(prefix)]
        return {name.removeprefix(prefix): frame[name].to_numpy() for name in names}

    inputs, outputs = columns("in: "), columns("out: ")
    endings = frame["ending"].to_numpy(dtype=object)
    order = [prior["name"] for prior in head["priors"]]
    return Ensemble(
        draw=frame["draw"].to_numpy(dtype=np.int64),
        scramble=frame["scramble"].to_numpy(dtype=np.int64),
        inputs={n: inputs[n] for n in order} if set(order) == set(inputs) else inputs,
        outputs=outputs,
        endings=endings,
        units=head["units"],
        seed=head["seed"],
        groups=head["groups"],
        priors=tuple(head["priors"]),
        provenance=head["provenance"],
        partial=partial_of(outputs, endings),
    )


def partial_of(outputs: dict[str, Any], endings: Any) -> tuple[str, ...]:
    """Return the quantities that some draws with an answer do not have.

    Examples:
        >>> partial_of({"x": np.array([1.0, np.nan])}, np.array(["", ""], dtype=object))
        ('x',)
    """
    good = np.asarray(endings) == ""
    return tuple(n for n, column in outputs.items() if not np.isfinite(column[good]).all())


def _stacked(ensemble: Ensemble) -> xr.Dataset:
    """Return the columns as a few arrays: a file of hundreds of variables is slow."""
    import xarray as xr

    text = {n: c.astype(str) for n, c in ensemble.inputs.items() if c.dtype.kind != "f"}
    numbers = {n: c for n, c in ensemble.inputs.items() if n not in text}
    data: dict[str, Any] = {
        "draw": ("row", ensemble.draw),
        "scramble": ("row", ensemble.scramble),
        "ending": ("row", ensemble.endings.astype(str)),
    }
    blocks = {"input": numbers, "alternative": text, "quantity": ensemble.outputs}
    for name, columns in blocks.items():
        if columns:
            data[PLURAL[name]] = (("row", name), np.column_stack(list(columns.values())))
    coords = {name: list(columns) for name, columns in blocks.items() if columns}
    return xr.Dataset(data, coords=coords)


def _netcdf(path: Path) -> tuple[pd.DataFrame, str]:
    import pandas as pd
    import xarray as xr

    with xr.open_dataset(path, engine="h5netcdf") as stored:
        data = stored.load()
    if "quantities" not in data and "ending" in data and "row" in data.dims:
        return data.to_dataframe(), str(data.attrs[KEY])  # written before columns were stacked
    columns: dict[str, Any] = {name: data[name].values for name in ("draw", "scramble")}
    for name, prefix in (("input", "in: "), ("alternative", "in: "), ("quantity", "out: ")):
        if name in data.coords:
            labels = [str(label) for label in data[name].values]
            block = data[PLURAL[name]].values
            columns |= {f"{prefix}{label}": block[:, k] for k, label in enumerate(labels)}
    return pd.DataFrame(columns | {"ending": data["ending"].values}), str(data.attrs[KEY])


def _write_parquet(frame: pd.DataFrame, head: str, path: Path) -> None:
    pa, parquet = pyarrow()
    table = pa.Table.from_pandas(frame, preserve_index=False)
    parquet.write_table(table.replace_schema_metadata({KEY: head}), path)


def _parquet(path: Path) -> tuple[pd.DataFrame, str]:
    _, parquet = pyarrow()
    table = parquet.read_table(path)
    return table.to_pandas(), (table.schema.metadata or {})[KEY.encode()].decode()


def pyarrow() -> tuple[Any, Any]:
    """Return pyarrow and its Parquet module.

    Raises:
        MissingExtraError: If it is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise MissingExtraError(
            "Parquet needs pyarrow; install it with: pip install 'upperhand[parquet]'"
        ) from error
    return pa, parquet
