"""What processes started from this one inherit."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

#: One thread each for linear algebra: processes share the cores, and sums are added in one order
#: whatever the number of cores. NumPy reads these when it is imported.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@contextmanager
def inherited(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment for processes started in the block, then put them back.

    Examples:
        >>> with inherited({"UPPERHAND_EXAMPLE": "1"}):
        ...     os.environ["UPPERHAND_EXAMPLE"]
        '1'
        >>> "UPPERHAND_EXAMPLE" in os.environ
        False
    """
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
