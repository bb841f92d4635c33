"""A run that no solver made, for every test of the report."""

from __future__ import annotations

import pytest

from tests.report.synthetic import synthetic_run
from upperhand.results import Run


@pytest.fixture(scope="session")
def run() -> Run:
    """Three horizons, three moves, two sides, six regions."""
    return synthetic_run()


@pytest.fixture(scope="session")
def report(run) -> str:
    """The report of that run."""
    from upperhand.report import html_report

    return html_report(run)
