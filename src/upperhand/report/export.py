"""Drawn and laid-out formats by suffix: html, png, svg, xlsx, tex; the rest is written by results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from upperhand.core.errors import OptionError
from upperhand.core.files import write_bytes, write_text
from upperhand.report.sheets import write_workbook
from upperhand.results.counterfactual import Counterfactual
from upperhand.results.run import Case, Run
from upperhand.results.save import WRITERS
from upperhand.results.save import save as save_by_suffix


def save(run: Run | Counterfactual, path: str | Path) -> Path:
    """Write a run or a result in the format that the suffix of `path` names.

    `html` is the report, `png` and `svg` the ranking of economies, `tex` and `xlsx` all tables;
    `csv`, `parquet`, `dta`, `json` and `nc` hold the numbers.

    Raises:
        OptionError: If the suffix is not one of those that can be written.
    """
    return save_by_suffix(run, path)


def as_run(item: Run | Counterfactual) -> Run:
    """Return a run; a single result becomes a run of one case without sides."""
    if isinstance(item, Run):
        return item
    origin = item.provenance
    horizon = str(origin.options.get("horizon", "long"))
    horizon = horizon if horizon in ("short", "medium", "long") else "long"
    return Run(
        scenario={"title": "A single result"},
        title="A single result",
        baseline=f"the world table {origin.world}",
        world={"name": origin.world, "fingerprint": origin.world_fingerprint},
        cases=(Case("package", "All moves", "package", horizon, (), item),),
        sources=[{"key": key, "title": key} for key in origin.sources],
        environment={"upperhand": origin.version},
        fingerprint=origin.inputs,
    )


def write_html(item: Run | Counterfactual, path: Path) -> Path:
    """Write the report."""
    from upperhand.report.html import html_report

    return write_text(path, html_report(as_run(item)))


def write_svg(item: Run | Counterfactual, path: Path) -> Path:
    """Write the ranking of economies as SVG."""
    from upperhand.report.charts import ranking

    return write_text(path, ranking(as_run(item)).svg())


def write_png(item: Run | Counterfactual, path: Path) -> Path:
    """Write the ranking of economies as PNG."""
    from upperhand.report.charts import ranking

    return write_bytes(path, ranking(as_run(item)).png())


def write_tex(item: Run | Counterfactual, path: Path) -> Path:
    """Write every table as LaTeX, one after the other."""
    from upperhand.report.tables import all_tables

    tables = all_tables(as_run(item))
    if not tables:
        raise OptionError(f"{path}: the run holds no table; write .json to see what it holds")
    return write_text(path, "\n".join(table.to_latex() for table in tables))


def write_xlsx(item: Run | Counterfactual, path: Path) -> Path:
    """Write every table as a titled sheet with units, and a first sheet that says what it is."""
    return write_workbook(as_run(item), path)


DRAWN: dict[str, Any] = {
    "html": write_html,
    "svg": write_svg,
    "png": write_png,
    "tex": write_tex,
    "xlsx": write_xlsx,
}
WRITERS.update(DRAWN)
