"""The job table: one row for each job, in SQLite with a write-ahead log; it survives a crash."""

from __future__ import annotations

import json
import sqlite3
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

COLUMNS = (
    "id", "kind", "fingerprint", "request", "state", "message", "problem", "created", "started",
    "finished", "tries",
)  # fmt: skip
OPEN = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Row:
    """One job.

    Attributes:
        id: Identifies kind, request, world and version.
        kind: `run`, `ranges`, `talks`, `path` or `audit`.
        fingerprint: Of the run, as the command line prints it.
        request: What was asked, canonical, as JSON.
        state: `queued`, `running`, `done`, `failed` or `cancelled`.
        message: What it does or how it ended, in words.
        problem: The problem of a failed job, as JSON; empty otherwise.
        created: When it was asked for, seconds since 1970.
        started: When it began; 0 before.
        finished: When it ended; 0 before.
        tries: How often it was begun.
    """

    id: str
    kind: str
    fingerprint: str
    request: str
    state: str = "queued"
    message: str = "waiting"
    problem: str = ""
    created: float = 0.0
    started: float = 0.0
    finished: float = 0.0
    tries: int = 0

    def asked(self) -> dict[str, Any]:
        """Return the request."""
        found: dict[str, Any] = json.loads(self.request)
        return found


class Table:
    """The rows, in memory as they are on disk; written at once."""

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute("PRAGMA busy_timeout=5000")
        self.connection.execute(
            "CREATE TABLE IF NOT EXISTS jobs (id TEXT PRIMARY KEY, kind TEXT, fingerprint TEXT, "
            "request TEXT, state TEXT, message TEXT, problem TEXT, created REAL, started REAL, "
            "finished REAL, tries INTEGER)"
        )

    def put(self, row: Row) -> Row:
        """Write a row, new or changed."""
        values = [getattr(row, name) for name in COLUMNS]
        marks = ", ".join("?" for _ in COLUMNS)
        names = ", ".join(COLUMNS)
        self.connection.execute(f"INSERT OR REPLACE INTO jobs ({names}) VALUES ({marks})", values)
        return row

    def get(self, job: str) -> Row | None:
        """Return a row, or None."""
        found = self._select("WHERE id = ?", job)
        return found[0] if found else None

    def in_state(self, *states: str) -> list[Row]:
        """Return the rows in any of these states, the oldest first."""
        marks = ", ".join("?" for _ in states)
        return self._select(f"WHERE state IN ({marks}) ORDER BY created, id", *states)

    def count(self, state: str) -> int:
        """Return how many jobs are in a state."""
        cursor = self.connection.execute("SELECT COUNT(*) FROM jobs WHERE state = ?", (state,))
        return int(cursor.fetchone()[0])

    def place(self, row: Row) -> int:
        """Return how many queued jobs are before this one."""
        cursor = self.connection.execute(
            "SELECT COUNT(*) FROM jobs WHERE state = 'queued' AND (created, id) < (?, ?)",
            (row.created, row.id),
        )
        return int(cursor.fetchone()[0])

    def forget(self, job: str) -> None:
        """Remove a row."""
        self.connection.execute("DELETE FROM jobs WHERE id = ?", (job,))

    def forget_old(self, seconds: float) -> None:
        """Remove failed and cancelled jobs that ended so long ago."""
        self.connection.execute(
            "DELETE FROM jobs WHERE state IN ('failed', 'cancelled') AND finished < ?",
            (time.time() - seconds,),
        )

    def requeue(self, most_tries: int) -> list[Row]:
        """Put jobs that a crash or a stop interrupted back into the line; give up on some.

        Returns the rows that were given up.
        """
        lost = []
        for row in self.in_state("running"):
            if row.tries < most_tries:
                self.put(replace(row, state="queued", message="waiting again after a restart"))
                continue
            told = {"title": "Interrupted", "status": 500, "errors": [], "type": "interrupted"}
            told["detail"] = f"interrupted {row.tries} times by a restart; ask for it again"
            lost.append(
                self.put(
                    replace(
                        row, state="failed", message="interrupted", problem=json.dumps(told),
                        finished=time.time(),
                    )
                )
            )  # fmt: skip
        return lost

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def _select(self, where: str, *values: object) -> list[Row]:
        names = ", ".join(COLUMNS)
        cursor = self.connection.execute(f"SELECT {names} FROM jobs {where}", values)
        return [Row(*values) for values in cursor.fetchall()]
