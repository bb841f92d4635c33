"""SQL over the draws of a sweep, shut off from everything else on the machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any

from upperhand.core.errors import MissingExtraError, OptionError
from upperhand.uncertainty.swept import parts_of

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

MOST_ROWS = 1_000_000
MEMORY_MB, SECONDS = 4096, 600.0
ALLOWED = "one SELECT on the view `draws`, which is all that a query sees"


def query_sweep(
    folder: str | Path, sql: str, *, seconds: float = SECONDS, memory_mb: int = MEMORY_MB
) -> pd.DataFrame:
    """Return the answer of DuckDB to a query over all draws, a view named `draws`.

    Columns are `cell, draw, scramble, seed, fingerprint, ending`, and one for each `in: NAME`,
    `over: NAME` and `out: NAME`; quote them. DuckDB reads from disk, so the sweep need not fit in
    memory. A query sees the parts of the sweep and no other file, writes nothing, loads no
    extension and changes no setting; its answer has at most a million rows.

    Args:
        folder: Where the sweep lies.
        sql: One SELECT.
        seconds: Most that it may take.
        memory_mb: Most memory that DuckDB may use; it does not go to disk beyond it.

    Raises:
        RecordError: If parts are missing or damaged.
        OptionError: If the query is not one SELECT, is refused, or exceeds a bound.
        MissingExtraError: If DuckDB is not installed.
    """
    engine = _duckdb()
    check_query(sql)
    with engine.connect(":memory:") as base:
        _shut(base, parts_of(folder), memory_mb)
        try:
            with _stopped_after(base, seconds):
                found: pd.DataFrame = base.sql(sql).limit(MOST_ROWS + 1).df()
        except engine.Error as error:
            raise OptionError(_refusal(engine, error, seconds, memory_mb)) from error
    if len(found) > MOST_ROWS:
        raise OptionError(f"query: more than {MOST_ROWS:,} rows; aggregate, or write a `limit`")
    return found


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError as error:
        raise MissingExtraError(
            "queries need DuckDB; install it with: pip install 'upperhand[query]'"
        ) from error
    return duckdb


def check_query(sql: str) -> None:
    """Raise unless a text is one SELECT (or VALUES, FROM, WITH: what only reads).

    Raises:
        OptionError: Saying what it is instead.

    Examples:
        >>> check_query("select count(*) from draws")
        >>> check_query("drop view draws")
        Traceback (most recent call last):
        ...
        upperhand.core.errors.OptionError: query: a DROP statement; allowed: one SELECT on the view `draws`, which is all that a query sees
    """
    engine = _duckdb()
    try:
        statements = engine.extract_statements(sql)
    except engine.Error as error:
        raise OptionError(f"query: {_first_line(error)}; allowed: {ALLOWED}") from error
    if len(statements) != 1:
        raise OptionError(f"query: {len(statements)} statements; allowed: {ALLOWED}")
    if statements[0].type != engine.StatementType.SELECT:
        raise OptionError(f"query: a {statements[0].type.name} statement; allowed: {ALLOWED}")


def _shut(base: duckdb.DuckDBPyConnection, paths: list[Path], memory_mb: int) -> None:
    """Make the view, then close every way to files, network, extensions and settings.

    The order matters: the last setting forbids all others.
    """
    names = [str(path.resolve()) for path in paths]
    base.read_parquet(names, union_by_name=True).create_view("draws")
    settings: dict[str, Any] = {
        "allowed_paths": names,
        "memory_limit": f"{memory_mb}MB",
        "temp_directory": "",
        "python_enable_replacements": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "enable_external_access": False,
        "lock_configuration": True,
    }
    for name, value in settings.items():
        base.execute(f"SET {name} = ?", [value])


@contextmanager
def _stopped_after(base: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    timer = Timer(seconds, base.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _refusal(engine: Any, error: Exception, seconds: float, memory_mb: int) -> str:
    if isinstance(error, engine.InterruptException):
        return f"query: stopped after {seconds:g} seconds; ask for less, or give it more seconds"
    if isinstance(error, engine.OutOfMemoryException):
        return f"query: needs more than {memory_mb:,} MB of memory; ask for less, or give it more"
    return f"query: {_first_line(error)}; allowed: {ALLOWED}"


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
