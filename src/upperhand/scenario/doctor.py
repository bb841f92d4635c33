"""Is this installation sound? A few checks, each with what to do."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from upperhand.core.errors import UpperhandError

NEEDED = (
    *("numpy", "scipy", "xarray", "pandas", "pydantic", "ruamel.yaml", "pycountry", "altair"),
    *("vl_convert", "openpyxl", "typer", "rich", "h5netcdf", "h5py"),
)
EXTRAS = {"jax": "second engine", "pyarrow": "Parquet files"}


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what, whether it passed, what was found or what to do."""

    name: str
    ok: bool
    detail: str
    optional: bool = False


def examine() -> list[Check]:
    """Return every check of the installation.

    Examples:
        >>> examine()[0].name
        'Python'
    """
    recent = sys.version_info >= (3, 11)
    python = Check("Python", recent, sys.version.split()[0] + ("" if recent else "; use 3.11+"))
    extras = [_extra(name, use) for name, use in EXTRAS.items()]
    return [
        python,
        _packages(),
        *extras,
        _try("world", _world),
        _try("solver", _solver),
        _try("disk", _disk),
    ]


def _packages() -> Check:
    missing = []
    for name in NEEDED:
        try:
            import_module(name)
        except ImportError:
            missing.append(name)
    advice = f"missing: {', '.join(missing)}; pip install upperhand again"
    return Check("packages", not missing, advice if missing else f"{len(NEEDED)} found")


def _extra(name: str, use: str) -> Check:
    try:
        return Check(f"extra {name}", ok=True, detail=f"{version(name)} ({use})", optional=True)
    except PackageNotFoundError:
        return Check(f"extra {name}", ok=False, detail=f"not installed ({use})", optional=True)


def _try(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, ok=True, detail=look())
    except (UpperhandError, ImportError, OSError, ValueError) as error:
        return Check(name, ok=False, detail=f"{type(error).__name__}: {error}")


def _world() -> str:
    from upperhand.scenario.worlds import DEFAULT, about, check

    sound, report = check(DEFAULT)
    if not sound:
        raise ValueError(report)
    return f"{DEFAULT}, fingerprint {about(DEFAULT)['fingerprint']}"


def _solver() -> str:
    from upperhand.equilibrium import solve_counterfactual
    from upperhand.measures import Tariff
    from upperhand.scenario.worlds import world_of

    move = Tariff(by="USA", against=("CHN",), add_pp=10)
    return solve_counterfactual(world_of("toy"), move).require_converged().outcome.sentence()


def _disk() -> str:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        (Path(folder) / "probe").write_bytes(b"x")
    return "the current folder can be written"
