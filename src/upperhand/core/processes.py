"""What processes started from this one inherit."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
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


def pool(workers: int) -> ProcessPoolExecutor:
    """Return processes that start afresh and end with this one, however it goes."""
    from multiprocessing import get_context

    return ProcessPoolExecutor(
        max_workers=workers, mp_context=get_context("spawn"), initializer=_leave_with_parent
    )


@contextmanager
def beside(*, wanted: bool) -> Iterator[ProcessPoolExecutor | None]:
    """Keep one more process at hand for the block, or none.

    After an error nobody waits for it: it ends with what it is at.

    Examples:
        >>> with beside(wanted=False) as other:
        ...     other is None
        True
    """
    if not wanted:
        yield None
        return
    with inherited(ONE_THREAD):
        other = pool(1)
        try:
            yield other
        except BaseException:
            other.shutdown(wait=False, cancel_futures=True)
            raise
        other.shutdown()


def _leave_with_parent() -> None:
    """End this worker when the process that started it is gone, however it went."""
    from multiprocessing import parent_process
    from threading import Thread

    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    Thread(target=watch, daemon=True).start()
