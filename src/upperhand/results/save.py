"""One door for files: the suffix names the format.

Formats of numbers are written here. Formats that are drawn or laid out (`html`, `png`, `svg`, `xlsx`,
`tex`) live in `upperhand.report`, one layer up; it registers its writers when it is imported.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from upperhand.core.errors import MissingExtraError, OptionError, unknown
from upperhand.core.files import replacing, write_text
from upperhand.results.run import Run

if TYPE_CHECKING:
    import pandas as pd

    from upperhand.results.counterfactual import Counterfactual

    Item = Run | Counterfactual

Writer = Callable[[Any, Path], Path]
WRITERS: dict[str, Writer] = {}
SUFFIXES = ("csv", "dta", "html", "json", "nc", "parquet", "png", "svg", "tex", "xlsx")


def save(item: Item, path: str | Path) -> Path:
    """Write a result or a run in the format that the suffix of `path` names.

    Raises:
        OptionError: If the suffix is not one of those that can be written.
    """
    target = Path(path)
    suffix = target.suffix.lower().lstrip(".")
    if suffix not in SUFFIXES:
        raise OptionError(f"{target}: " + unknown("format", suffix or "(none)", SUFFIXES))
    if suffix not in WRITERS:
        import_module("upperhand.report.export")  # registers the drawn formats
    return WRITERS[suffix](item, target)


def frame_of(item: Item) -> pd.DataFrame:
    """Return the long table of a result or a run."""
    from upperhand.results.tidy import counterfactual_frame, run_frame

    return run_frame(item) if isinstance(item, Run) else counterfactual_frame(item)


def warning_of(item: Item) -> str:
    """Return what a reader must know first: the outcome when it is no equilibrium, or nothing."""
    if isinstance(item, Run):
        cases = [case for case in item.cases if not case.counterfactual.outcome.ok]
        return "; ".join(
            f"{case.key} at {case.horizon} horizon: {case.counterfactual.outcome.sentence()}"
            for case in cases[:3]
        )
    return "" if item.outcome.ok else item.outcome.sentence()


def write_csv(item: Item, path: Path) -> Path:
    """Write the long table as CSV; an unconverged result says so in a first line after `#`."""
    warning = warning_of(item)
    first = f"# {warning}\n" if warning else ""
    return write_text(path, first + frame_of(item).to_csv(index=False))


def write_parquet(item: Item, path: Path) -> Path:
    """Write the long table as Parquet; needs the extra `parquet`."""
    try:
        import_module("pyarrow")
    except ImportError as error:
        raise MissingExtraError(
            f"{path}: Parquet needs the package pyarrow, which is not installed; "
            "run `pip install 'upperhand[parquet]'`, or write .csv"
        ) from error
    with replacing(path) as partial:
        frame_of(item).to_parquet(partial, index=False)
    return path


def write_stata(item: Item, path: Path) -> Path:
    """Write the long table for Stata: short names, and labels that say what they are."""
    from upperhand.results.tidy import QUANTILES

    frame = frame_of(item).rename(columns={"case": "moves"})  # `case` is reserved in Stata
    frame["year"] = frame["year"].astype("float64")
    labels = {
        "model": "Model and version",
        "scenario": "Scenario",
        "region": "Country (ISO 3166 alpha-3) or group",
        "variable": "Quantity, with sector, part or partner after the bar",
        "unit": "Unit; 1 is new over baseline or a fraction",
        "year": "Year of the baseline data",
        "horizon": "short 0-6 months, medium 1-2 years, long 5-10 years",
        "moves": "Moves that are switched on",
        "value": "Value",
        **{key: f"{100 * at:.0f}th percentile of the draws" for key, at in QUANTILES.items()},
    }
    warning = warning_of(item)
    with replacing(path) as partial:
        frame.to_stata(
            partial,
            write_index=False,
            version=118,
            variable_labels={key: text for key, text in labels.items() if key in frame},
            data_label=(warning or "upperhand, long table")[:80],
            convert_strl=[c for c in ("variable", "scenario") if frame[c].str.len().max() > 2000],
        )
    return path


def write_json(item: Item, path: Path) -> Path:
    """Write a result in full, or the summary of a run, as JSON."""
    from upperhand.results.encode_run import run_summary

    content = run_summary(item) if isinstance(item, Run) else item.to_dict()
    return write_text(path, json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n")


def write_netcdf(item: Item, path: Path) -> Path:
    """Write everything as netCDF: one group per case for a run."""
    from upperhand.results.encode_run import run_to_netcdf

    return run_to_netcdf(item, path) if isinstance(item, Run) else item.to_netcdf(path)


WRITERS.update(
    csv=write_csv, parquet=write_parquet, dta=write_stata, json=write_json, nc=write_netcdf
)
