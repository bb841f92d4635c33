"""`Counterfactual` as plain data and as netCDF, with its outcome in the first place."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from upperhand.core.errors import RecordError
from upperhand.core.files import replacing
from upperhand.core.outcome import Outcome
from upperhand.core.provenance import Provenance

if TYPE_CHECKING:
    import xarray as xr

    from upperhand.results.counterfactual import Counterfactual

SCHEMA = "upperhand/counterfactual"
SCHEMA_VERSION = 1
Parts = tuple["xr.Dataset", Outcome, Provenance]


def to_dict(result: Counterfactual) -> dict[str, Any]:
    """Return outcome, provenance and every array as lists; NaN and infinity become null."""
    data = result.data
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "summary": result.outcome.sentence(),
        **about(result),
        "attributes": {str(k): plain(v) for k, v in data.attrs.items()},
        "coordinates": {str(dim): plain(data[dim].values) for dim in data.dims if dim in data},
        "variables": {
            str(name): {
                "dims": [str(dim) for dim in array.dims],
                "unit": str(array.attrs.get("units", "")),
                "label": str(array.attrs.get("long_name", "")),
                "values": plain(array.values),
            }
            for name, array in data.data_vars.items()
        },
    }


def from_dict(content: Mapping[str, Any]) -> Parts:
    """Return data, outcome and provenance of a result that `to_dict` described."""
    import xarray as xr

    check_version(content.get("schema"), content.get("schema_version"), where="the JSON data")
    arrays = {
        name: (
            item["dims"],
            _floats(item["values"]),
            {"units": item["unit"], "long_name": item["label"]},
        )
        for name, item in content["variables"].items()
    }
    data = xr.Dataset(arrays, coords=content["coordinates"], attrs=content["attributes"])
    return data, *read_about(content)


def to_netcdf(result: Counterfactual, path: str | Path) -> Path:
    """Write data, outcome and provenance to netCDF, whole or not at all."""
    head = {
        "title": result.outcome.sentence(),
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        **{key: json.dumps(value) for key, value in about(result).items()},
    }
    with replacing(path) as partial:
        write_group(result.data, partial, group=None, attrs=head, mode="w")
    return Path(path)


def netcdf_bytes(data: xr.Dataset) -> bytes:
    """Return a dataset as a netCDF file in memory: a full disk below HDF5 ends the process."""
    return bytes(data.to_netcdf(engine="h5netcdf"))


def write_group(
    data: xr.Dataset, path: Path, *, group: str | None, attrs: Mapping[str, Any], mode: Any
) -> None:
    """Write one dataset into a netCDF file, cubes compressed, its attributes as JSON.

    The file is written through h5netcdf itself, ten times faster than through xarray; in memory
    first, because a disk that fills up below HDF5 ends the process.
    """
    import h5netcdf  # type: ignore[import-untyped]  # it ships no types

    content = io.BytesIO(path.read_bytes() if mode == "a" else b"")
    with h5netcdf.File(content, mode) as opened:
        target = opened if group is None else opened.create_group(group)
        target.attrs.update({**attrs, "attributes": json.dumps(plain(data.attrs))})
        target.dimensions = {str(dim): size for dim, size in data.sizes.items()}
        for name in [*data.coords, *data.data_vars]:
            _write_variable(target, str(name), data[name])
    path.write_bytes(content.getvalue())


def _write_variable(target: Any, name: str, array: xr.DataArray) -> None:
    import h5py

    values = array.values
    packed = {"compression": "gzip", "compression_opts": 1, "shuffle": True}
    options = packed if "exporter" in array.dims else {}
    if values.dtype.kind in "OUT":
        values, dtype = values.astype(object), h5py.string_dtype()
    else:
        dtype = values.dtype
        options = {**options, "fillvalue": math.nan} if values.dtype.kind == "f" else options
    variable = target.create_variable(
        name, tuple(str(dim) for dim in array.dims), dtype=dtype, data=values, **options
    )
    variable.attrs.update({str(key): plain(value) for key, value in array.attrs.items()})


def from_netcdf(path: str | Path) -> Parts:
    """Read data, outcome and provenance of a file that `to_netcdf` wrote."""
    data = read_group(path)
    attrs = data.attrs
    check_version(attrs.get("schema"), attrs.get("schema_version"), where=str(path))
    head = {key: json.loads(attrs[key]) for key in ("outcome", "provenance")}
    return bare(data), *read_about(head)


def read_group(path: str | Path, group: str | None = None) -> xr.Dataset:
    """Read one dataset of a netCDF file.

    Raises:
        RecordError: If the file cannot be read as netCDF, or lacks the group.
    """
    import h5py
    import xarray as xr

    try:
        with h5py.File(path, "r") as file:  # a broken one makes h5netcdf print a traceback later
            file.visititems(lambda _name, _item: None)
        with xr.open_dataset(path, group=group, engine="h5netcdf") as opened:
            return opened.load()
    except FileNotFoundError:
        raise
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise RecordError(f"{path}: not a readable netCDF file ({error}); save it again") from error


def bare(data: xr.Dataset) -> xr.Dataset:
    """Return a dataset with its own attributes, as they were before it was written."""
    own = json.loads(data.attrs["attributes"])
    return data.drop_attrs(deep=False).assign_attrs(own)


def check_version(schema: object, version: object, *, where: str, known: str = SCHEMA) -> None:
    """Raise RecordError unless content of this schema and version can be read."""
    if schema != known:
        raise RecordError(f"{where}: schema is {schema!r}, not {known!r}; give a file of that kind")
    if version is None or int(str(version)) > SCHEMA_VERSION:
        raise RecordError(
            f"{where}: version {version} is newer than {SCHEMA_VERSION}, the newest that this "
            "installation reads; install a newer upperhand"
        )


def plain(value: Any) -> Any:
    """Return arrays, NumPy numbers and containers as plain data; NaN and infinity as None.

    Examples:
        >>> import numpy as np
        >>> plain({"a": np.array([1.0, np.nan]), "b": (np.int64(2), "x")})
        {'a': [1.0, None], 'b': [2, 'x']}
    """
    import numpy as np

    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind == "f" and np.isfinite(value).all():
        return value.tolist()
    if isinstance(value, (list, tuple, np.ndarray)):
        return [plain(item) for item in value]
    return _plain_scalar(value.item() if isinstance(value, np.generic) else value)


def _plain_scalar(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (str, int)) else str(value)


def about(result: Counterfactual) -> dict[str, Any]:
    """Return outcome and provenance as plain data."""
    outcome = result.outcome
    content = {
        "outcome": {
            "ending": outcome.ending,
            "residual": outcome.residual,
            "steps": outcome.steps,
            "method": outcome.method,
            "feasible_share": outcome.feasible_share,
            "detail": outcome.detail,
        },
        "provenance": result.provenance.to_dict(),
    }
    return dict(plain(content))


def read_about(content: Mapping[str, Any]) -> tuple[Outcome, Provenance]:
    """Return what `about` described."""
    ending = dict(content["outcome"])
    ending["residual"] = math.nan if ending["residual"] is None else ending["residual"]
    origin = dict(content["provenance"])
    origin["sources"] = tuple(origin.get("sources", ()))
    return Outcome(**ending), Provenance(**origin)


def _floats(values: Any) -> Any:
    import numpy as np

    return np.array(values, dtype=np.float64)  # None becomes NaN
