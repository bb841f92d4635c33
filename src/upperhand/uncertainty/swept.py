"""Read a sweep back as an ensemble, every part checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from upperhand.core.errors import OptionError, RecordError, raise_faults
from upperhand.results.ensemble import Ensemble
from upperhand.results.save_ensemble import from_frame, pyarrow
from upperhand.uncertainty.parts import head_of
from upperhand.uncertainty.sweep import part_path, read_manifest

if TYPE_CHECKING:
    import pandas as pd

MOST_NAMED = 5  # missing or damaged parts that an error names


def read_sweep(folder: str | Path, *, cell: int = 0) -> Ensemble:
    """Return one cell of a finished sweep as an ensemble.

    Args:
        folder: Where the sweep lies.
        cell: Point of the grid; 0 where there is none.

    Raises:
        RecordError: If parts are missing or damaged (each named).
        OptionError: If there is no such cell.
    """
    about = read_manifest(folder)
    if not 0 <= cell < len(about["cells"]):
        raise OptionError(f"cell {cell}; allowed: 0 to {len(about['cells']) - 1}")
    per_cell = about["parts"] // len(about["cells"])
    wanted = [part_path(Path(folder), cell, k) for k in range(per_cell)]
    check_parts(wanted, about["plan"])
    pa, parquet = pyarrow()
    tables = [parquet.read_table(path) for path in wanted]
    frame = pa.concat_tables(tables, promote_options="default").to_pandas()
    extra = {name: about[name] for name in ("units", "seed", "groups", "priors")}
    made_by = about["provenance"] | {"plan": about["plan"], "cell": about["cells"][cell]}
    return from_frame(_ordered(frame), extra | {"provenance": made_by})


def parts_of(folder: str | Path) -> list[Path]:
    """Return the parts of a sweep, all cells, once each is found whole.

    Raises:
        RecordError: If parts are missing or damaged (each named).
    """
    about = read_manifest(folder)
    cells = len(about["cells"])
    paths = [
        part_path(Path(folder), cell, k)
        for cell in range(cells)
        for k in range(about["parts"] // cells)
    ]
    check_parts(paths, about["plan"])
    return paths


def check_parts(paths: list[Path], plan: str) -> None:
    """Raise unless every part is there, whole, and of this plan.

    Raises:
        RecordError: Naming the first parts that are not.
    """
    faults = [fault for path in paths if (fault := _fault(path, plan))]
    more = len(faults) - MOST_NAMED
    shown = [*faults[:MOST_NAMED], f"and {more} more"] if more > 0 else faults
    again = "; run the same sweep again, which makes only what is missing"
    raise_faults(RecordError, [fault + again for fault in shown], what="sweep")


def _fault(path: Path, plan: str) -> str:
    if not path.is_file():
        return f"{_short(path)} is missing"
    try:
        head: dict[str, Any] = head_of(path)
    except (ValueError, OSError):
        return f"{_short(path)} is damaged"
    return "" if head["plan"] == plan else f"{_short(path)} is of another sweep"


def _short(path: Path) -> str:
    return "/".join(path.parts[-3:])


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the ending last; a part where every draw failed has no outputs."""
    for name in frame.columns:
        if str(name).startswith("out: "):
            frame[name] = frame[name].astype(np.float64)
    return frame.drop(columns=["cell", "seed", "fingerprint"])
