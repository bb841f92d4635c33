"""Replications: the numbers that papers print against ours, with a verdict on each (0040).

A replication is a folder with `README.md`, `run.py` (a short script on the public names),
`printed.csv` (what the paper prints, and how surely we know it) and `data.csv` (which files it
needs, where to get them, under which licence). Nothing here knows a paper.
"""

from __future__ import annotations

import csv
import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType

from upperhand.core.errors import (
    MissingExtraError,
    NoEquilibriumError,
    OptionError,
    raise_faults,
    unknown,
)
from upperhand.results.replication import Replication, Row

Key = tuple[str, str, str, str]
Numbers = Mapping[Key, float]
Found = Iterable[tuple[Key, float]]

#: How a printed number is known.
KNOWN = ("read", "remembered", "independent", "side by side", "")
COLUMNS = (
    *("table", "row", "column", "option", "printed", "digits", "page", "known"),
    *("tolerance", "limit", "removed_by", "reason"),
)
#: A printed number is matched when ours rounds to it; this much for ties of binary fractions.
TIE = 1e-9


@dataclass(frozen=True, slots=True)
class Printed:
    """One line of `printed.csv`.

    Attributes:
        key: Table, row, column, and the option under which ours is computed ('' for the paper's).
        printed: The number in print; None where we do not know it.
        digits: Decimals in print.
        page: Page, or where else it stands.
        known: `read`, `remembered`, `independent` (not in print: an independent computation),
            `side by side` (another program computes it now) or ''.
        tolerance: Distance that is allowed for the reason given.
        limit: Largest distance that the reason explains.
        removed_by: Option of the line that shows the same number without the difference.
        reason: Why the number may differ, in words.
    """

    key: Key
    printed: float | None
    digits: int
    page: str
    known: str
    tolerance: float | None
    limit: float | None
    removed_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file that a replication reads, and where to get it."""

    path: str
    what: str
    get: str
    licence: str


def home() -> Path:
    """Return the folder of the replications: of the checkout, or of the installed package.

    Examples:
        >>> (home() / "ossa-2014" / "printed.csv").is_file()
        True
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "replications", package.parents[1] / "replications"):
        if folder.is_dir():
            return folder
    raise OptionError(
        f"the replications are neither in {package} nor in a checkout above it; install the wheel "
        "again, or run from a checkout"
    )


def names() -> tuple[str, ...]:
    """Return the names of all replications.

    Examples:
        >>> "caliendo-parro-2015" in names()
        True
    """
    return tuple(sorted(path.parent.name for path in home().glob("*/printed.csv")))


def folder_of(name: str) -> Path:
    """Return the folder of one replication.

    Raises:
        OptionError: If there is none of that name.
    """
    if name not in names():
        raise OptionError(unknown("replication", name, (*names(), "all")))
    return home() / name


def data_folder(given: str | Path | None = None) -> Path | None:
    """Return where the data sets of the papers lie, or None.

    Args:
        given: Folder of the user. Default: `shared/data` beside the checkout, where there is one.

    Raises:
        OptionError: If the given folder does not exist.
    """
    if given is not None:
        if not Path(given).is_dir():
            raise OptionError(f"{given}: no such folder; give the one that holds the data sets")
        return Path(given)
    beside = home().parent.parent / "shared" / "data"
    return beside if beside.is_dir() else None


def replicate(name: str, data: str | Path | None = None) -> Replication:
    """Run one replication and judge every number.

    Args:
        name: One of `names()`.
        data: Folder with the data sets, one folder each as `data.csv` lists them.

    Returns:
        A row per number of `printed.csv`. Where a file or another program is missing, the rows
        say so and `missing` says what to get; nothing is guessed.

    Raises:
        OptionError: If the name is unknown, or the script and its `printed.csv` disagree.
    """
    folder = folder_of(name)
    lines = read_printed(folder / "printed.csv")
    found = data_folder(data)
    missing = _missing(folder, found)
    ours: Numbers = {}
    theirs: Numbers = {}
    absent = "data not here"
    start = time.process_time()
    if not missing:
        script = script_of(folder)
        python = _peer(script)
        missing, absent = _not_installed(script, python), "not installed"
        try:
            ours = _collected(_ours(script, found, python))
            theirs = _theirs(script, found, python)
        except MissingExtraError as error:
            missing, absent = [f"{name}: {error}"], "not installed"
        except NoEquilibriumError as error:
            missing, absent = [f"{name}: {error}"], "no equilibrium"
    seconds = time.process_time() - start
    _same_keys(name, lines, ours)
    title = (folder / "README.md").read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
    rows = judged(name, lines, ours, theirs, absent=absent)
    return Replication(name, title, tuple(rows), seconds, tuple(missing))


def replicate_all(
    data: str | Path | None = None, *, progress: Callable[[int, int, str], None] | None = None
) -> list[Replication]:
    """Run every replication, one after the other."""
    result = []
    for position, name in enumerate(names()):
        if progress is not None:
            progress(position, len(names()), name)
        result.append(replicate(name, data))
    return result


def judged(
    name: str,
    lines: Sequence[Printed],
    ours: Numbers,
    theirs: Numbers,
    *,
    absent: str = "data not here",
) -> Iterator[Row]:
    """Yield a row per line: the printed number, ours, and what to say of the two.

    Args:
        name: Name of the replication.
        lines: What the paper prints.
        ours: Our numbers by key.
        theirs: Numbers that another program computed just now, by key.
        absent: Verdict on a line of which a side is missing.
    """
    printed = {
        line.key: theirs.get(line.key) if line.known == "side by side" else line.printed
        for line in lines
    }
    first = {
        line.key: _plain(line, printed[line.key], ours.get(line.key), absent) for line in lines
    }
    for line in lines:
        verdict = first[line.key]
        if verdict == "differs" and _explained(line, printed, ours, first):
            verdict = "explained"
        yield Row(
            *(name, *line.key, printed[line.key], line.digits, line.page, line.known),
            *(ours.get(line.key), verdict, "" if verdict == "same" else line.reason),
        )


def _plain(line: Printed, printed: float | None, ours: float | None, absent: str) -> str:
    """Return the verdict without explanations."""
    if ours is None or (printed is None and line.known == "side by side"):
        return absent
    if printed is None:
        return "open"
    gap = abs(ours - printed)
    if gap <= 0.5 * 10.0**-line.digits + TIE:
        return "same"
    return "within" if line.tolerance is not None and gap <= line.tolerance else "differs"


def _explained(
    line: Printed, printed: Mapping[Key, float | None], ours: Numbers, first: Mapping[Key, str]
) -> bool:
    """Return whether another option removes the difference, or its cause covers it."""
    if line.removed_by:
        other = (*line.key[:3], "" if line.removed_by == "-" else line.removed_by)
        return first[other] in ("same", "within")
    value = printed[line.key]
    return (
        line.limit is not None and value is not None and abs(ours[line.key] - value) <= line.limit
    )


def read_printed(path: Path) -> list[Printed]:
    """Read `printed.csv`.

    Raises:
        OptionError: With every fault, by line.
    """
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    faults: list[str] = []
    lines = [_line(row, f"line {i}", faults) for i, row in enumerate(rows, start=2)]
    known = {line.key for line in lines}
    if len(known) < len(lines):
        faults.append("a key (table, row, column, option) is given twice; keep one")
    faults += [
        f"{line.key}: removed_by names no line; give the option of another line of the same cell"
        for line in lines
        if line.removed_by
        and (*line.key[:3], "" if line.removed_by == "-" else line.removed_by) not in known
    ]
    raise_faults(OptionError, faults, what=str(path))
    return lines


def _line(row: Mapping[str, str], where: str, faults: list[str]) -> Printed:
    if set(row) != set(COLUMNS):
        faults.append(f"{where}: columns must be {', '.join(COLUMNS)}")
        row = {**dict.fromkeys(COLUMNS, ""), **row}
    if row["known"] not in KNOWN:
        faults.append(f"{where}: {unknown('known', row['known'], KNOWN)}")
    if bool(row["printed"]) != (row["known"] in ("read", "remembered", "independent")):
        faults.append(f"{where}: say how a printed number is known; leave both out where it is not")
    if (row["tolerance"] or row["limit"] or row["removed_by"]) and not row["reason"]:
        faults.append(f"{where}: a tolerance, limit or option needs a reason")
    return Printed(
        key=(row["table"], row["row"], row["column"], row["option"]),
        printed=_number(row["printed"]),
        digits=int(row["digits"] or 0),
        page=row["page"],
        known=row["known"],
        tolerance=_number(row["tolerance"]),
        limit=_number(row["limit"]),
        removed_by=row["removed_by"],
        reason=row["reason"],
    )


def _number(text: str) -> float | None:
    return float(text) if text else None


def script_of(folder: Path) -> ModuleType:
    """Return `run.py` of a replication as a module."""
    name = f"upperhand_replication_{folder.name.replace('-', '_')}"
    spec = importlib.util.spec_from_file_location(name, folder / "run.py")
    if spec is None or spec.loader is None:
        raise OptionError(f"{folder / 'run.py'} cannot be read; restore it from the checkout")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _collected(found: Found) -> dict[Key, float]:
    return {key: float(value) for key, value in found}


def _same_keys(name: str, lines: Sequence[Printed], ours: Numbers) -> None:
    if not ours:
        return
    listed = {line.key for line in lines}
    faults = [
        f"run.py gives {key}, which printed.csv does not list" for key in ours if key not in listed
    ]
    faults += [f"printed.csv lists {key}, which run.py does not give" for key in listed - set(ours)]
    raise_faults(OptionError, faults, what=name)


def sources(name: str) -> list[Source]:
    """Return the files that a replication reads."""
    with (folder_of(name) / "data.csv").open(encoding="utf-8", newline="") as file:
        return [Source(**row) for row in csv.DictReader(file)]


def _missing(folder: Path, data: Path | None) -> list[str]:
    return [
        f"{folder.name}: no {source.path} ({source.what}); get it: {source.get}; "
        f"licence: {source.licence}; then --data DIR with DIR/{source.path}"
        for source in sources(folder.name)
        if data is None or not (data / source.path).exists()
    ]


def _peer(script: ModuleType) -> list[str] | None:
    """Return the command of a Python that has the other program, or None.

    That is this Python, or an environment of the benchmarks in the checkout.
    """
    wanted = getattr(script, "PEER", "")
    if not wanted:
        return None
    package, _, release = wanted.partition("==")
    try:
        if version(package) == release:
            return [sys.executable]
    except PackageNotFoundError:
        pass
    python = home().parent / f".venv-bench-{package}" / "bin" / "python"
    ready = python.parents[1] / "ready"
    return [str(python)] if ready.exists() else None


def _ours(script: ModuleType, data: Path | None, python: list[str] | None) -> Found:
    """Return what the script computes; where another program has the table, with its Python."""
    found: Found = (
        script.numbers(data, python)
        if getattr(script, "TABLE_OF_PEER", False)
        else script.numbers(data)
    )
    return found


def _theirs(script: ModuleType, data: Path | None, python: list[str] | None) -> dict[Key, float]:
    if python is None:
        return {}
    try:
        return _collected(script.their_numbers(python, data))
    except (subprocess.SubprocessError, OSError) as error:
        raise OptionError(f"{script.PEER} did not run: {error}; install it again") from None


def _not_installed(script: ModuleType, python: list[str] | None) -> list[str]:
    wanted = getattr(script, "PEER", "")
    if not wanted or python is not None:
        return []
    return [
        f"{wanted} is not installed: its side of the table is empty; get it with "
        f"pip install '{wanted}', or in an environment of its own with make bench"
    ]
