"""Settings that hold for every test, made before NumPy is imported."""

from __future__ import annotations

import os

# Two workers with two BLAS threads each would fight for two cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "default", deadline=None, max_examples=30, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.register_profile(  # a change to the code has been seen when one example fails
    "mutants",
    settings.get_profile("ci"),
    max_examples=8,
    phases=[Phase.explicit, Phase.generate],
    database=None,
)
settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switch that `make expected` uses."""
    parser.addoption(
        "--refresh-expected",
        action="store_true",
        help="write the expected headline numbers anew instead of comparing with them",
    )


@pytest.fixture
def refresh_expected(request: pytest.FixtureRequest) -> bool:
    """Return True when expected numbers are to be written and not compared."""
    return bool(request.config.getoption("--refresh-expected"))
