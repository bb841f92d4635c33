"""Printing: text and JSON to stdout, notes and progress to stderr."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

Progress = Callable[[int, int, str], None]


def say(text: str) -> None:
    """Print one block of text to stdout."""
    sys.stdout.write(text.rstrip("\n") + "\n")


def note(text: str) -> None:
    """Print one line to stderr, so that stdout stays clean for pipes."""
    sys.stderr.write(text.rstrip("\n") + "\n")


def say_json(value: Any) -> None:
    """Print one JSON value; numbers that are not finite become null."""
    say(json.dumps(finite(value), indent=2, ensure_ascii=False))


def finite(value: Any) -> Any:
    """Return plain data in which NaN and infinity are None.

    Examples:
        >>> finite({"a": [1.5, float("nan")]})
        {'a': [1.5, None]}
    """
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key): finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(item) for item in value]
    return value


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return rows as columns of equal width.

    Examples:
        >>> print(table(["code", "name"], [["USA", "United States"]]))
        code  name
        USA   United States
    """
    cells = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in cells]
    return "\n".join(line.rstrip() for line in lines)


@contextmanager
def progress_bar(*, wanted: bool) -> Iterator[Progress | None]:
    """Give a function that shows progress on stderr, or None where nobody looks at it."""
    if not wanted or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("reading")

        def tell(done: int, total: int, words: str) -> None:
            bar.update(task, completed=done, total=total, description=words[:48])

        yield tell
