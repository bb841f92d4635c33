"""Save a world to one file and read it back, with the same bytes every time.

The file is an uncompressed NumPy archive (`.npz`): little-endian float64 arrays, exact, members
in a fixed order with a fixed time stamp. It is not compressed so that the bytes depend on the
numbers alone and not on the release of a compression library; arrays that are zero everywhere
are left out, and the wheel compresses the rest. The fingerprint of labels and arrays is in the
file and is compared when it is read. Nothing in it is ever unpickled.
"""

from __future__ import annotations

import io
import json
import math
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from upperhand.core.errors import WorldError
from upperhand.core.files import write_bytes
from upperhand.core.fingerprint import canonical_json
from upperhand.world.adjustment import USUAL_RATIO
from upperhand.world.check import axes_of, check_world
from upperhand.world.labels import Array
from upperhand.world.world import ARRAY_FIELDS, World

FORMAT = "upperhand-world-1"
#: Largest file that is opened, in bytes; a world of 200 countries and 60 sectors needs 60 MB.
LARGEST_FILE = 500_000_000
_STAMP = (1980, 1, 1, 0, 0, 0)
_META = "meta.json"
#: What reading a damaged or forged archive may raise; RuntimeError covers encrypted members.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    EOFError,
    RuntimeError,
)


def save_world(world: World, path: str | Path) -> Path:
    """Write the world to `path` (`.npz`), whole or not at all, and return the path.

    Examples:
        >>> import tempfile
        >>> from upperhand.world.toy import toy_world
        >>> path = save_world(toy_world(), Path(tempfile.mkdtemp()) / "toy.npz")
        >>> read_world(path).fingerprint == toy_world().fingerprint
        True
    """
    return write_bytes(path, world_bytes(world))


def world_bytes(world: World) -> bytes:
    """Return the content of the file: the same world gives the same bytes on any machine."""
    try:
        meta = canonical_json(_meta(world)).encode("utf-8")
    except (TypeError, ValueError) as error:
        raise WorldError(
            f"world '{world.name}': its card cannot be saved ({error}); keep text, numbers and lists"
        ) from None
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression=zipfile.ZIP_STORED) as archive:
        archive.writestr(_member(_META), meta)
        for name in ARRAY_FIELDS:
            array = getattr(world, name)
            if array.any() and not (name == "elasticity_ratio" and (array == USUAL_RATIO).all()):
                archive.writestr(_member(f"{name}.npy"), _npy(array))
    return buffer.getvalue()


def read_world(path: str | Path) -> World:
    """Read a saved world and check it.

    Raises:
        WorldError: If the file is not a saved world, is damaged, or does not add up.
    """
    source = Path(path)
    content = _content(source)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            world = _from_archive(archive)
    except _DAMAGE as error:
        detail = str(error).strip("'\"") or type(error).__name__
        raise WorldError(
            f"{source}: not a saved world ({detail}); give a file written by "
            "`upperhand world build` or `save_world`"
        ) from None
    check_world(world).require_ok()
    return world


def _content(source: Path) -> bytes:
    if not source.is_file():
        raise WorldError(f"{source}: no such file; check the path")
    size = source.stat().st_size
    if size > LARGEST_FILE:
        raise WorldError(f"{source}: {size:,} bytes; allowed: at most {LARGEST_FILE:,}")
    if size == 0:
        raise WorldError(f"{source}: the file is empty; write it again")
    return source.read_bytes()


def _from_archive(archive: zipfile.ZipFile) -> World:
    for info in archive.infolist():
        if info.compress_type != zipfile.ZIP_STORED or info.file_size > LARGEST_FILE:
            raise ValueError(f"member {info.filename} is compressed or too large")
    meta = json.loads(archive.read(_META).decode("utf-8"))
    if meta["format"] != FORMAT:
        raise ValueError(f"format {meta['format']!r}; this version reads {FORMAT!r}")
    countries, sectors = tuple(meta["countries"]), tuple(meta["sectors"])
    if 8 * (len(countries) + len(sectors)) ** 3 > LARGEST_FILE:
        raise ValueError(f"{len(countries)} countries and {len(sectors)} sectors are too many")
    present = set(archive.namelist())
    arrays: dict[str, Array] = {}
    for name, axes in axes_of(countries, sectors).items():
        shape = tuple(len(labels) for _, labels in axes)
        member = f"{name}.npy"
        empty = USUAL_RATIO if name == "elasticity_ratio" else 0.0
        absent = np.broadcast_to(np.array(empty), shape)
        arrays[name] = _array(archive.read(member), shape) if member in present else absent
    world = World(
        name=str(meta["name"]),
        year=int(meta["year"]),
        countries=countries,
        sectors=sectors,
        country_names=dict(meta["country_names"]),
        sector_names=dict(meta["sector_names"]),
        card=dict(meta["card"]),
        **arrays,
    )
    if world.fingerprint != meta["fingerprint"]:
        raise ValueError(f"fingerprint {world.fingerprint}, expected {meta['fingerprint']}")
    return world


def _meta(world: World) -> Mapping[str, Any]:
    return {
        "format": FORMAT,
        "name": world.name,
        "year": world.year,
        "countries": list(world.countries),
        "sectors": list(world.sectors),
        "country_names": world.country_names,
        "sector_names": world.sector_names,
        "card": world.card,
        "fingerprint": world.fingerprint,
    }


def _member(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=_STAMP)
    info.create_system = 3  # the same bytes on every operating system
    info.external_attr = 0o644 << 16
    return info


def _npy(array: Array) -> bytes:
    buffer = io.BytesIO()
    fixed = np.ascontiguousarray(array, dtype="<f8")
    np.lib.format.write_array(buffer, fixed, version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def _array(content: bytes, shape: tuple[int, ...]) -> Array:
    """Read one array after its header has been compared with what is expected."""
    stream = io.BytesIO(content)
    np.lib.format.read_magic(stream)
    found, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    if found != shape or fortran or dtype.str != "<f8":
        raise ValueError(f"an array has shape {found} and type {dtype}; expected {shape} float64")
    data = content[stream.tell() :]
    if len(data) != 8 * math.prod(shape):
        raise ValueError("an array is cut short")
    return np.frombuffer(data, dtype="<f8").reshape(shape).astype(np.float64)
