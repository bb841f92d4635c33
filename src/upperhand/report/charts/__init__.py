"""Charts as Vega-Lite specifications made in Python: one for page, notebook, report and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from upperhand.report.charts.bars import alone, diversion, ranking, sectors
from upperhand.report.charts.base import NARROW, WIDE, Chart
from upperhand.report.charts.parts import horizons, welfare, who_pays
from upperhand.report.charts.ranges import range_charts
from upperhand.report.charts.talks import talks_charts
from upperhand.report.charts.world_map import world_map

if TYPE_CHECKING:
    from upperhand.results import Run

__all__ = [
    "NARROW", "WIDE", "Chart", "all_charts", "alone", "diversion", "horizons", "ranking", "sectors",
    "talks_charts", "welfare", "who_pays", "world_map",
]  # fmt: skip


def all_charts(run: Run) -> tuple[Chart, ...]:
    """Return every chart for which the run has a table, in the order of the report."""
    from upperhand.report.tables import all_tables

    present = {table.key for table in all_tables(run)}
    makers = {
        "ranking": ranking,
        "sectors": sectors,
        "who_pays": who_pays,
        "welfare": welfare,
        "diversion": diversion,
        "alone": alone,
        "headline": horizons,
    }
    rest = tuple(make(run) for key, make in makers.items() if key in present)
    rest = (*rest, *range_charts(run), *talks_charts(run))
    return (world_map(run), *rest) if "ranking" in present else rest
