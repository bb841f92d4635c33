"""`Replication`: what a paper prints, what we compute, and the verdict on each number."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

#: What can be said of a number, from best to worst.
VERDICTS = (
    "same",
    "within",
    "explained",
    "open",
    "not installed",
    "data not here",
    "no equilibrium",
    "differs",
)


@dataclass(frozen=True, slots=True)
class Row:
    """A printed number, ours and the verdict."""

    paper: str
    table: str
    row: str
    column: str
    option: str
    printed: float | None
    digits: int
    page: str
    known: str
    ours: float | None
    verdict: str
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return the row as plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Replication:
    """All rows of one paper.

    Attributes:
        name: Name of the folder.
        title: First line of its README.
        rows: One per number.
        seconds: CPU time of the run.
        missing: What is needed and not here, one sentence each.
    """

    name: str
    title: str
    rows: tuple[Row, ...]
    seconds: float
    missing: tuple[str, ...] = ()

    def count(self, verdict: str) -> int:
        """Return the number of rows with a verdict."""
        return sum(row.verdict == verdict for row in self.rows)

    @property
    def ok(self) -> bool:
        """True unless a number differs without an explanation, or a solve found nothing."""
        return not self.count("differs") and not self.count("no equilibrium")

    def to_dict(self) -> dict[str, Any]:
        """Return the replication as plain data."""
        return {
            "name": self.name,
            "title": self.title,
            "seconds": self.seconds,
            "missing": list(self.missing),
            "verdicts": {verdict: self.count(verdict) for verdict in VERDICTS},
            "rows": [row.to_dict() for row in self.rows],
        }
