"""`YearsAhead`: path, firms, leverage, beliefs and timing of one scenario, as data that stand alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path as File
from typing import Any

from upperhand.core.errors import RecordError
from upperhand.core.files import write_text
from upperhand.results.beliefs import Belief
from upperhand.results.firms import FirmSeries
from upperhand.results.leverage_years import LeverageYears
from upperhand.results.names import GROUP_NAMES
from upperhand.results.path import Path
from upperhand.results.timing import Timing

SCHEMA, SCHEMA_VERSION = "upperhand/years", 1
WORDS = ("scenario", "title", "baseline", "names", "goods", "followers")
PATH_FILE, REST_FILE = "path.nc", "years.json"


@dataclass(frozen=True, slots=True, eq=False)
class YearsAhead:
    """The years ahead of a scenario: everything that its brief and its report say.

    Attributes:
        scenario: The scenario in full, as plain data.
        title: Title of the scenario.
        baseline: Its baseline in words.
        names: English names of countries by code.
        goods: English names of technologies by code.
        followers: Country behind in each technology.
        path: Technology and cost by year, with the moves and without them.
        firms: Firms of the record, and their years ahead.
        leverage: The seven measures by year; None when the two sides do not both have a move.
        beliefs: What one must believe for each move to pay.
        timing: When controls and bans are in force in equilibrium, by technology.
    """

    scenario: Mapping[str, Any]
    title: str
    baseline: str
    names: Mapping[str, str]
    goods: Mapping[str, str]
    followers: Mapping[str, str]
    path: Path
    firms: tuple[FirmSeries, ...] = ()
    leverage: LeverageYears | None = None
    beliefs: tuple[Belief, ...] = ()
    timing: tuple[Timing, ...] = ()

    @property
    def ok(self) -> bool:
        """True when every year of the path has an equilibrium."""
        return self.path.ok

    @property
    def fingerprint(self) -> str:
        """What identifies the inputs of the path."""
        return self.path.provenance.inputs

    def name_of(self, code: str) -> str:
        """Return the English name of a country or a side, or the code itself."""
        return str(self.names.get(code) or GROUP_NAMES.get(code, code))

    def good_name(self, code: str) -> str:
        """Return the English name of a technology, or the code itself."""
        return str(self.goods.get(code, code))

    def firm(self, key: str) -> FirmSeries | None:
        """Return a quantity of a firm by its short name, or None."""
        return next((one for one in self.firms if one.key == key), None)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data for JSON; NaN becomes null."""
        return {**self.path.to_dict(), **self._rest()}

    def _rest(self) -> dict[str, Any]:
        return {
            "scenario": dict(self.scenario),
            "title": self.title,
            "baseline": self.baseline,
            "names": dict(self.names),
            "goods": dict(self.goods),
            "followers": dict(self.followers),
            "firms": [one.to_dict() for one in self.firms],
            "leverage": self.leverage.to_dict() if self.leverage else None,
            "beliefs": [asdict(one) for one in self.beliefs],
            "timing": [asdict(one) for one in self.timing],
        }

    def save(self, folder: str | File) -> File:
        """Write two files into a folder: `path.nc` and `years.json`."""
        target = File(folder)
        target.mkdir(parents=True, exist_ok=True)
        self.path.to_netcdf(target / PATH_FILE)
        head = {"schema": SCHEMA, "schema_version": SCHEMA_VERSION}
        text = json.dumps(head | self._rest(), ensure_ascii=False, allow_nan=False, indent=1)
        write_text(target / REST_FILE, text + "\n")
        return target


def read_years(folder: str | File) -> YearsAhead:
    """Read what `YearsAhead.save` wrote.

    Raises:
        RecordError: If the files are missing, altered or of a newer version.
    """
    from pydantic import TypeAdapter, ValidationError

    root = File(folder)
    try:
        content = json.loads((root / REST_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RecordError(f"{root / REST_FILE}: cannot be read; make the path again") from error
    known = isinstance(content, dict) and content.pop("schema", None) == SCHEMA
    version = content.pop("schema_version", None) if known else None
    if not isinstance(version, int) or version > SCHEMA_VERSION:
        raise RecordError(
            f"{root / REST_FILE}: not the years ahead of a scenario, or of a newer version; this "
            f"program reads {SCHEMA} up to {SCHEMA_VERSION}"
        )
    path = Path.from_netcdf(root / PATH_FILE)
    kinds: dict[str, Any] = {
        "firms": tuple[FirmSeries, ...],
        "leverage": LeverageYears | None,
        "beliefs": tuple[Belief, ...],
        "timing": tuple[Timing, ...],
    }
    try:
        rest = {key: TypeAdapter(kind).validate_python(content[key]) for key, kind in kinds.items()}
        words = {key: content[key] for key in WORDS}
    except (ValidationError, KeyError) as error:
        raise RecordError(
            f"{root / REST_FILE}: not the years ahead of a scenario; make the path again"
        ) from error
    return YearsAhead(path=path, **words, **rest)
