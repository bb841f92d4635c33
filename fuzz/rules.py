"""What one input may do: work or be refused, within two seconds, leaving nothing behind."""

from __future__ import annotations

import signal
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from upperhand.core.errors import UpperhandError

SECONDS = 2.0
WALL_SECONDS = 60.0  # a target that waits for something uses no processor


class FindingError(AssertionError):
    """An input that broke a rule."""


@contextmanager
def within(seconds: float = SECONDS) -> Iterator[None]:
    """Raise a finding when the block takes longer, by the processor's clock or the wall's.

    Of the wall's clock more is allowed, as the machine may be busy with something else.
    """

    def stop(number: int, _frame: object) -> None:
        clock = "processor time" if number == signal.SIGPROF else "waiting"
        raise FindingError(f"hangs: more than {seconds:g} s of {clock}")

    old = [signal.signal(number, stop) for number in (signal.SIGPROF, signal.SIGALRM)]
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, WALL_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in zip((signal.SIGPROF, signal.SIGALRM), old, strict=True):
            signal.signal(number, handler)


def refused(run: Callable[[bytes, Path], None], data: bytes, folder: Path) -> bool:
    """Run one input in a folder; return whether it was refused.

    Raises:
        FindingError: If it broke a rule; the cause is attached.
    """
    before = _files(folder)
    try:
        with within(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run(data, folder)
        said_no = False
    except UpperhandError as error:
        if not str(error).strip():
            raise FindingError("refused without a word") from error
        said_no = True
    except FindingError:
        raise
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt):
            raise
        raise FindingError(
            f"{type(error).__name__} at {_where(error)}: {str(error)[:200]}"
        ) from error
    left = _files(folder) - before
    if left:
        raise FindingError(f"left behind: {', '.join(sorted(left))[:200]}")
    return said_no


def _where(error: BaseException) -> str:
    """Return the deepest line of the package that an error came through."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/upperhand/" in frame.filename] or frames
    return f"{Path(own[-1].filename).name}:{own[-1].lineno}"


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@contextmanager
def workplace() -> Iterator[Path]:
    """Give a folder of its own, in which temporary files of the package are made as well."""
    with tempfile.TemporaryDirectory(prefix="fuzz-") as name:
        old = tempfile.tempdir
        tempfile.tempdir = name
        try:
            yield Path(name)
        finally:
            tempfile.tempdir = old
