"""A sweep in parts: which draws each holds, and the bytes that each becomes, wherever it is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from upperhand.core.errors import OptionError, raise_faults
from upperhand.core.fingerprint import canonical_json, fingerprint
from upperhand.uncertainty.draws import SCRAMBLES, Draw, check_draws, draw_columns, rows
from upperhand.uncertainty.priors import Priors
from upperhand.uncertainty.run import Task, answer, names_of

#: Key of the metadata in the footer of each part.
KEY = b"upperhand_sweep"
PART_SIZE = 256
MOST_CELLS = 10_000


@dataclass(frozen=True)
class Plan:
    """What a sweep computes: the same plan gives the same bytes on every machine of one kind.

    Attributes:
        task: Numbers of one draw by name; must be importable by a worker.
        priors: What the draws are made from.
        draws: Draws in each cell.
        seed: Of the draws; each cell has the same draws, so that cells differ by their cell alone.
        task_id: Identifies everything in the task that can change a number.
        cells: Points of the grid; a single empty one where there is no grid.
        part_size: Draws in a part.
    """

    task: Task
    priors: Priors
    draws: int
    seed: int
    task_id: str
    cells: tuple[Draw, ...] = ({},)
    part_size: int = PART_SIZE

    def __post_init__(self) -> None:
        check_draws(self.draws, self.seed)
        raise_faults(OptionError, list(self._faults()), what="sweep")

    def _faults(self) -> Iterator[str]:
        if self.part_size < 1:
            yield f"part_size={self.part_size}; allowed: 1 or more"
        for name in sorted({n for cell in self.cells for n in cell} & set(self.priors.names)):
            yield f"'{name}' is drawn and on the grid; leave it out of one of them"

    @property
    def fingerprint(self) -> str:
        """Sixteen characters that identify every number; more draws of a sweep are the same sweep."""
        from upperhand._version import __version__

        return fingerprint(
            {
                "task": self.task_id,
                "priors": self.priors.fingerprint,
                "seed": self.seed,
                "cells": list(self.cells),
                "part_size": self.part_size,
                "version": __version__,
            }
        )

    @property
    def parts_per_cell(self) -> int:
        """Parts that hold the draws of one cell."""
        return -(-self.draws // self.part_size)

    @property
    def parts(self) -> int:
        """Parts in all."""
        return self.parts_per_cell * len(self.cells)

    @property
    def rows(self) -> int:
        """Draws in all cells."""
        return self.draws * len(self.cells)

    def span(self, part: int) -> tuple[int, int, int]:
        """Return the cell of a part, its first draw, and one past its last.

        Examples:
            >>> plan = Plan(print, Priors(()), draws=5, seed=1, task_id="t", part_size=2)
            >>> [plan.span(part) for part in range(plan.parts)]
            [(0, 0, 2), (0, 2, 4), (0, 4, 5)]
        """
        cell, k = divmod(part, self.parts_per_cell)
        return cell, k * self.part_size, min((k + 1) * self.part_size, self.draws)


@dataclass(frozen=True, slots=True)
class Made:
    """A part as it comes from a worker.

    Attributes:
        part: Its number.
        content: The bytes of its Parquet file.
        rows: Draws in it.
        failed: Draws without an answer.
        seconds: Time that the worker took.
    """

    part: int
    content: bytes
    rows: int
    failed: int
    seconds: float


def grid_cells(over: Mapping[str, list[Any]]) -> tuple[Draw, ...]:
    """Return every combination of the values of a grid.

    Raises:
        OptionError: If a value is no number and no text, a list is empty, or there are too many.

    Examples:
        >>> grid_cells({"rate": [0, 50], "closure": ["fixed"]})
        ({'rate': 0.0, 'closure': 'fixed'}, {'rate': 50.0, 'closure': 'fixed'})
    """
    raise_faults(OptionError, list(_grid_faults(over)), what="grid")
    values = [[v if isinstance(v, str) else float(v) for v in column] for column in over.values()]
    count = int(np.prod([len(column) for column in values])) if values else 1
    if count > MOST_CELLS:
        raise OptionError(f"grid: {count} combinations; allowed: {MOST_CELLS}, so make it coarser")
    return tuple(dict(zip(over, point, strict=True)) for point in product(*values))


def _grid_faults(over: Mapping[str, Any]) -> Iterator[str]:
    for name, column in over.items():
        if not isinstance(column, list) or not column:
            yield f"'{name}' needs a list of values, such as [0, 50, 100]"
            continue
        for value in column:
            number = isinstance(value, int | float) and not isinstance(value, bool)
            if not (isinstance(value, str) or (number and np.isfinite(value))):
                yield f"'{name}' has the value {value!r}; allowed: numbers and words"


def make_part(plan: Plan, part: int) -> Made:
    """Return one part of a sweep; runs in a worker."""
    from time import perf_counter

    begin = perf_counter()
    cell, start, stop = plan.span(part)
    columns = draw_columns(plan.priors, start, stop, seed=plan.seed)
    draws = list(rows(columns)) if columns else [{} for _ in range(start, stop)]
    found = [answer(plan.task, draw | plan.cells[cell]) for draw in draws]
    names = names_of(numbers for numbers, why in found if not why)
    table: dict[str, Any] = {
        "cell": np.full(stop - start, cell, dtype=np.int32),
        "draw": np.arange(start, stop, dtype=np.int64),
        "scramble": np.arange(start, stop, dtype=np.int64) % SCRAMBLES,
        "seed": np.full(stop - start, plan.seed, dtype=np.int64),
        "fingerprint": [fingerprint_of_draw(plan, draw | plan.cells[cell]) for draw in draws],
    }
    table |= {f"over: {n}": [v] * (stop - start) for n, v in plan.cells[cell].items()}
    table |= {f"in: {name}": column for name, column in columns.items()}
    table |= {f"out: {n}": [numbers.get(n) for numbers, _ in found] for n in names}
    table["ending"] = [why for _, why in found]
    failed = sum(bool(why) for _, why in found)
    head = {
        "plan": plan.fingerprint,
        "cell": cell,
        "start": start,
        "rows": stop - start,
        "failed": failed,
    }
    content = _parquet_bytes(table, head)
    return Made(part, content, stop - start, failed, perf_counter() - begin)


def fingerprint_of_draw(plan: Plan, values: Draw) -> str:
    """Return what identifies a draw: the task and every value it was given."""
    return fingerprint({"task": plan.task_id, "values": values})


def head_of(content: Any) -> dict[str, Any]:
    """Return what the footer of a part says; `content` is a path or bytes that Parquet can read.

    Raises:
        ValueError: If it is not a whole part of a sweep.
    """
    import json

    from upperhand.results.save_ensemble import pyarrow

    _, parquet = pyarrow()
    with parquet.ParquetFile(content) as file:
        head = (file.schema_arrow.metadata or {}).get(KEY)
        if head is None or file.metadata.num_rows != json.loads(head)["rows"]:
            raise ValueError("is no whole part of a sweep")
    return dict(json.loads(head))


def _parquet_bytes(columns: dict[str, Any], head: dict[str, Any]) -> bytes:
    from upperhand.results.save_ensemble import pyarrow

    pa, parquet = pyarrow()
    table = pa.table(columns).replace_schema_metadata({KEY: canonical_json(head)})
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd")
    return bytes(sink.getvalue().to_pybytes())
