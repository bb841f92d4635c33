"""Which region and which sector of ours a label of a source belongs to."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from upperhand.core.errors import WorldError, nearest, raise_faults

FOLDER = "data/world/concordances"
MOST_FAULTS = 20
#: A concordance is a short table.
LARGEST_FILE = 5_000_000


@dataclass(frozen=True)
class Concordance:
    """Labels of a source and the codes they become.

    Attributes:
        name: Name of the file.
        kind: `region` or `sector`.
        codes: Code by label.
        names: Name of a code in words, where the file gives one.
        numbers: Optional numbers by code: `trade_elasticity`, `low`, `high`.
    """

    name: str
    kind: str
    codes: Mapping[str, str]
    names: Mapping[str, str]
    numbers: Mapping[str, Mapping[str, float]]

    def apply(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the code of every label.

        Labels meet without regard to case, spaces and punctuation.

        Raises:
            WorldError: With every label that the concordance does not have.

        Examples:
            >>> packaged("wiod.regions").apply(["USA", "RoW"])
            ('USA', 'ROW')
            >>> packaged("wiod.regions").apply(["USB"])
            Traceback (most recent call last):
            ...
            upperhand.core.errors.WorldError: wiod.regions.csv: no region for label 'USB'; ...
        """
        known = {_key(label): code for label, code in self.codes.items()}
        missing = [label for label in dict.fromkeys(labels) if _key(label) not in known]
        faults = [
            f"no {self.kind} for label '{label}'{nearest(label, self.codes)}; add a row, or give "
            f"your own file with the columns label,{self.kind}"
            for label in missing[:MOST_FAULTS]
        ]
        if len(missing) > MOST_FAULTS:
            faults.append(f"and {len(missing) - MOST_FAULTS} more labels without a {self.kind}")
        raise_faults(WorldError, faults, what=self.name)
        return tuple(known[_key(label)] for label in labels)


def packaged(name: str) -> Concordance:
    """Return a packaged concordance, for example `wiod.regions`.

    Examples:
        >>> packaged("eora26.sectors").codes["Food & Beverages"]
        'C10T12'
    """
    kind = "sector" if name.endswith("sectors") else "region"
    return _parsed(f"{name}.csv", _text(f"{name}.csv"), kind)


def read_concordance(path: str | Path, kind: str) -> Concordance:
    r"""Read your own concordance: a CSV file with the columns `label` and `region` or `sector`.

    Optional columns: `name` (of the code, in words) and for sectors `trade_elasticity`, `low`,
    `high`, needed where a code is not one of the packaged world. Other columns are notes.

    Raises:
        WorldError: With every faulty line.

    Examples:
        >>> import tempfile
        >>> path = Path(tempfile.mkdtemp()) / "mine.csv"
        >>> _ = path.write_text("label,region\nFRA,EUR\nDEU,EUR\n")
        >>> read_concordance(path, "region").apply(["DEU"])
        ('EUR',)
    """
    place = Path(path)
    if not place.is_file():
        raise WorldError(f"{place}: no such file; give a CSV file with columns label,{kind}")
    if place.stat().st_size > LARGEST_FILE:
        raise WorldError(f"{place}: larger than {LARGEST_FILE:,} bytes; this is no concordance")
    try:
        text = place.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WorldError(f"{place}: byte {error.start} is not UTF-8; save it as CSV") from None
    return _parsed(place.name, text, kind)


@cache
def groups() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return name and members of the unions of sectors that coarser sources need.

    Examples:
        >>> groups()["C30"][1]
        ('C301', 'C302T309')
    """
    rows = csv.DictReader(_text("groups.csv").splitlines())
    return {row["code"]: (row["name"], tuple(row["members"].split())) for row in rows}


@cache
def usd_per_euro() -> dict[int, float]:
    """Return the yearly average of USD per euro (ECU before 1999).

    Examples:
        >>> usd_per_euro()[2022]
        1.053
    """
    rows = csv.DictReader(_text("eur_usd.csv").splitlines())
    return {int(row["year"]): float(row["usd_per_eur"]) for row in rows}


def _text(name: str) -> str:
    return files("upperhand").joinpath(FOLDER, name).read_text(encoding="utf-8")


def _key(label: str) -> str:
    return re.sub(r"[^0-9a-z]+", "", label.casefold())


def _parsed(name: str, text: str, kind: str) -> Concordance:
    rows = list(csv.reader(text.splitlines()))
    header = [cell.strip() for cell in rows[0]] if rows else []
    lacking = [f"column '{c}'" for c in ("label", kind) if c not in header]
    if lacking:
        shown = ", ".join(header[:6]) or "nothing"
        raise WorldError(f"{name}:1: no {' and no '.join(lacking)}; the header is: {shown}")
    codes: dict[str, str] = {}
    names: dict[str, str] = {}
    numbers: dict[str, dict[str, float]] = {}
    seen: dict[str, int] = {}
    faults: list[str] = []
    for line, cells in _lines(rows):
        if len(cells) != len(header):
            faults.append(f"{name}:{line}: {len(cells)} cells, but the header has {len(header)}")
            continue
        row = dict(zip(header, cells, strict=True))
        label, code = row["label"], row[kind]
        if not label or not code:
            faults.append(f"{name}:{line}: label or {kind} is empty; give both")
        elif _key(label) in seen:
            faults.append(f"{name}:{line}: label '{label}' was given in line {seen[_key(label)]}")
        else:
            seen[_key(label)] = line
            codes[label] = code
            if row.get("name"):
                names[code] = row["name"]
            faults += _numbers(row, f"{name}:{line}", numbers.setdefault(code, {}))
    if not codes and not faults:
        faults.append("no rows below the header; add one per label")
    raise_faults(WorldError, faults[:MOST_FAULTS], what=name)
    return Concordance(name, kind, codes, names, numbers)


def _lines(rows: Sequence[list[str]]) -> Iterator[tuple[int, list[str]]]:
    for line, cells in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in cells):
            yield line, [cell.strip() for cell in cells]


def _numbers(row: Mapping[str, str], where: str, found: dict[str, float]) -> list[str]:
    faults = []
    for column in ("trade_elasticity", "low", "high"):
        cell = row.get(column, "")
        if not cell:
            continue
        try:
            found[column] = float(cell)
        except ValueError:
            faults.append(f"{where}: {column} is '{cell}', not a number; write 4.5")
    return faults
