"""What is done with text and tables from outside, in a process with little memory and time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from upperhand.core.errors import MissingExtraError, UpperhandError
from upperhand.web.answers import Runs
from upperhand.web.problems import refuse

Payload = dict[str, Any]
MOST_TAGS = 20_000
MOST_TABLES = 400_000_000  # bytes of tables when unpacked
TABLES = ("trade", "sectors", "inputs", "value_added", "countries")


def read(_runs: Runs, payload: Payload) -> Payload:
    """Return the draft that an article gives."""
    import tempfile

    from upperhand.audit.read import draft_from, read_article

    html = payload.get("html")
    if html is not None and html.count("<") > MOST_TAGS:
        raise refuse(422, f"more than {MOST_TAGS:,} tags; paste the text instead", path="html")
    with tempfile.TemporaryDirectory(prefix="upperhand-read-") as folder:
        path = Path(folder) / ("article.html" if html is not None else "article.txt")
        path.write_text(html if html is not None else str(payload["text"]), encoding="utf-8",
                        errors="replace")  # fmt: skip
        try:
            return draft_from(read_article(path, day=payload.get("date"))).to_dict()
        except MissingExtraError:
            raise
        except UpperhandError as error:  # the reader of the message never saw the file
            field = "html" if html is not None else "text"
            raise refuse(422, str(error).removeprefix(f"{path}: "), path=field) from error


def own_world(_runs: Runs, payload: Payload) -> Payload:
    """Read a zip of the user's own tables, check it, and save it under a name made of its content."""
    import tempfile

    from upperhand.core.fingerprint import fingerprint
    from upperhand.scenario.worlds import build_own

    balance = bool(payload.get("balance"))
    with tempfile.TemporaryDirectory(prefix="upperhand-world-") as place:
        folder = Path(place)
        kind = unpacked_tables(Path(payload["path"]), folder)
        marks = [[path.name, _mark(path)] for path in sorted(folder.iterdir())]
        name = f"own-{fingerprint([marks, balance])[:12]}"
        return build_own(kind, folder, Path(payload["folder"]), name, balance=balance)


def _mark(path: Path) -> str:
    """Return what identifies the content of a file."""
    from hashlib import file_digest

    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def unpacked_tables(path: Path, folder: Path) -> str:
    """Write the tables of a zip to a folder, and return their kind, `csv` or `parquet`.

    Only files of known names at the top are written, under those names; sizes are counted while
    they are unpacked, whatever the zip says about itself.

    Raises:
        ProblemError: If the zip is none, holds anything else, or grows too large.
    """
    import zipfile

    try:
        with zipfile.ZipFile(path) as packed:
            names = [entry.filename for entry in packed.infolist()]
            kind = _kind_of(names)
            left = MOST_TABLES
            for entry in packed.infolist():
                left -= _written(packed, entry, folder / entry.filename, left)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, ValueError) as error:
        raise refuse(422, "the upload is not a readable zip of tables") from error
    return kind


def _kind_of(names: list[str]) -> str:
    known = {f"{table}.{kind}" for table in TABLES for kind in ("csv", "parquet")}
    strange = [name for name in names if name not in known]
    kinds = {name.rpartition(".")[2] for name in names}
    if strange or len(names) != len(set(names)) or len(kinds) != 1 or not _has_trade(names):
        allowed = ", ".join(f"{table}.csv" for table in TABLES)
        raise refuse(
            422,
            f"got {', '.join(n[:40] for n in names[:8]) or 'no file'}; allowed: {allowed}, or the "
            "same as .parquet, at the top of the zip, each once, trade and sectors among them",
        )
    return kinds.pop()


def _has_trade(names: list[str]) -> bool:
    return {"trade", "sectors"} <= {name.partition(".")[0] for name in names}


def _written(packed: Any, entry: Any, target: Path, left: int) -> int:
    size = 0
    with packed.open(entry) as source, target.open("wb") as out:
        while block := source.read(1 << 20):
            size += len(block)
            if size > left:
                raise refuse(413, f"the tables unpack to more than {MOST_TABLES:,} bytes")
            out.write(block)
    return size


DOORS: dict[str, Callable[[Runs, Payload], Any]] = {"read": read, "own_world": own_world}
