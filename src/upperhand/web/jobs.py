"""Jobs: a line, workers that are killed on cancel, progress to whoever follows, results on disk."""

from __future__ import annotations

import asyncio
import contextlib
import json
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from upperhand.core.errors import OptionError
from upperhand.web.plain import unpacked
from upperhand.web.pool import Cancelled, Worker
from upperhand.web.problems import Problem, ProblemError, refuse
from upperhand.web.table import OPEN, Row, Table

if TYPE_CHECKING:
    from upperhand.web.api import Office
    from upperhand.web.settings import Settings

MOST_TRIES = 3
FORGET_SECONDS = 7 * 86_400.0
MOST_FOLLOWERS = 400
HEARTBEAT = 15.0
FILES = {
    "report.html": "text/html; charset=utf-8",
    "results.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "results.parquet": "application/vnd.apache.parquet",
    "results.csv": "text/csv; charset=utf-8",
    "results.json": "application/json",
    "scenario.yaml": "application/yaml",
    "record.zip": "application/zip",
}


@dataclass(slots=True)
class Live:
    """How far a running job is; not written to disk.

    Attributes:
        done: Steps done.
        total: Steps in all.
        message: What it does.
        since: When the first step was done, to tell the time left.
        changed: Set and replaced at each change.
    """

    done: int = 0
    total: int = 0
    message: str = ""
    since: float = 0.0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        """Wake up whoever follows."""
        self.changed.set()
        self.changed = asyncio.Event()


class Jobs:
    """The line, the workers, and the folder of results; one server uses a folder at a time."""

    def __init__(self, settings: Settings, *, environment: dict[str, str]) -> None:
        self.settings = settings
        self.folder = settings.data_dir / "results"
        self.workers = [Worker({"kind": "job"}, environment) for _ in range(settings.job_workers)]
        self.threads = ThreadPoolExecutor(settings.job_workers, thread_name_prefix="upperhand-job")
        self.live: dict[str, Live] = {}
        self.running: dict[str, Worker] = {}
        self.cancelled: set[str] = set()
        self.more = asyncio.Condition()
        self.loops: list[asyncio.Task[None]] = []
        self.followers = 0
        self.table: Table
        self.lock: Any = None
        self.stopping = False

    async def start(self) -> None:
        """Open the table, put interrupted jobs back into the line, and begin."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.lock = locked(self.settings.data_dir / "lock")
        self.table = Table(self.settings.data_dir / "jobs.sqlite")
        for rest in self.folder.glob(".*"):
            shutil.rmtree(rest, ignore_errors=True)
        self.table.requeue(MOST_TRIES)
        self.table.forget_old(FORGET_SECONDS)
        for row in self.table.in_state("done"):
            if not (self.folder / row.id).is_dir():
                self.table.forget(row.id)
        self.loops = [asyncio.create_task(self._serve(worker)) for worker in self.workers]

    async def stop(self) -> None:
        """End every job and process; interrupted jobs run again at the next start."""
        self.stopping = True
        for loop in self.loops:
            loop.cancel()
        for worker in self.workers:
            worker.cancel()
        await asyncio.gather(*self.loops, return_exceptions=True)
        await asyncio.to_thread(self.threads.shutdown, wait=True)
        for worker in self.workers:
            worker.end()
        self.table.close()
        self.lock.close()

    async def ask(self, asked: dict[str, Any], office: Office) -> dict[str, Any]:
        """Put a job into the line, or return the same one that is there.

        Raises:
            ProblemError: If the request is wrong, or the line is too long.
        """
        found = json.loads(unpacked(await office.ask("job", asked)))
        old = self.table.get(found["id"])
        if old is not None and old.state in (*OPEN, "done"):
            return self.status(old.id)
        if self.count("queued") >= self.settings.limits.queued:
            raise refuse(503, "the line is full; ask again later", retry_after=30)
        request = json.dumps(found["request"], ensure_ascii=True)
        self.live.pop(found["id"], None)
        self.table.put(
            Row(found["id"], asked["kind"], found["fingerprint"], request, created=time.time())
        )
        async with self.more:
            self.more.notify()
        return self.status(found["id"])

    def count(self, state: str) -> int:
        """Return how many jobs are in a state."""
        return self.table.count(state)

    def status(self, job: str) -> dict[str, Any]:
        """Return where a job stands.

        Raises:
            ProblemError: If there is no such job.
        """
        row = self._row(job)
        live = self.live.get(job, Live())
        return {
            "id": row.id,
            "kind": row.kind,
            "fingerprint": row.fingerprint,
            "state": row.state,
            "done": live.done,
            "total": live.total,
            "eta_s": _time_left(live) if row.state == "running" else None,
            "place": self.table.place(row) if row.state == "queued" else 0,
            "message": live.message if row.state == "running" and live.message else row.message,
            "problem": json.loads(row.problem) if row.problem else None,
            "files": self._files(row) if row.state == "done" else [],
        }

    def may_follow(self, job: str) -> None:
        """Check that there is something to follow, before the first event is sent.

        Raises:
            ProblemError: If there is no such job, or too many follow jobs already.
        """
        self._row(job)
        if self.followers >= MOST_FOLLOWERS:
            raise refuse(503, "too many follow jobs at the moment; ask for its state instead",
                         retry_after=10)  # fmt: skip

    async def follow(self, job: str) -> AsyncIterator[dict[str, Any]]:
        """Yield the state of a job at each change, until it ends."""
        self.followers += 1
        try:
            while (status := self.status(job))["state"] in OPEN:
                changed = self.live.setdefault(job, Live()).changed
                yield status
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), HEARTBEAT)
            yield status
        finally:
            self.followers -= 1

    async def cancel(self, job: str) -> dict[str, Any]:
        """Take a job out of the line, or end the process that works on it.

        Raises:
            ProblemError: If there is no such job, or it ended already.
        """
        row = self._row(job)
        if row.state not in OPEN:
            raise refuse(409, f"the job is {row.state}; only a queued or running one is cancelled")
        if row.state == "queued":
            self._end(row, "cancelled", "cancelled before it began")
        else:
            self.cancelled.add(job)
            if job in self.running:
                self.running[job].cancel()
            while job in self.running:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.live[job].changed.wait(), 0.2)
        return self.status(job)

    def result(self, job: str, width: int) -> bytes:
        """Return what a job found, compressed, with charts of that width.

        Raises:
            ProblemError: If there is no such job, or it has no result.
        """
        row = self._done(job)
        path = self.folder / row.id / f"result-{width}.json.gz"
        if not path.is_file():
            raise refuse(404, "the result of this job was removed; ask for it again")
        path.parent.touch()
        return path.read_bytes()

    def file(self, job: str, name: str) -> tuple[Path, str]:
        """Return a file of a finished job and its media type; only names that are known.

        Raises:
            ProblemError: If there is no such job or file.
        """
        row = self._done(job)
        path = self.folder / row.id / "files" / name
        if name not in FILES or not path.is_file():
            shown = ", ".join(self._files(row))
            raise refuse(404, f"the job has no such file; it has: {shown}")
        return path, FILES[name]

    def _row(self, job: str) -> Row:
        row = self.table.get(job)
        if row is None:
            raise refuse(404, "there is no such job; it may have been removed: ask for it again")
        return row

    def _done(self, job: str) -> Row:
        row = self._row(job)
        if row.state != "done":
            raise refuse(409, f"the job is {row.state}; it has no result")
        return row

    def _files(self, row: Row) -> list[str]:
        folder = self.folder / row.id / "files"
        return [name for name in FILES if (folder / name).is_file()]

    async def _serve(self, worker: Worker) -> None:
        """Work off the line, one job after the other, for ever."""
        while True:
            async with self.more:
                while not (line := self.table.in_state("queued")):
                    await self.more.wait()
                row = replace(
                    line[0], state="running", message="starting", started=time.time(),
                    tries=line[0].tries + 1,
                )  # fmt: skip
                self.table.put(row)
            await self._work(row, worker)

    async def _work(self, row: Row, worker: Worker) -> None:
        live = self.live.setdefault(row.id, Live())
        live.done, live.total, live.since = 0, 0, time.monotonic()
        loop = asyncio.get_running_loop()
        self.running[row.id] = worker
        worker.stopped = row.id in self.cancelled
        live.tell()

        def tell(said: dict[str, Any]) -> None:
            loop.call_soon_threadsafe(self._progress, live, said)

        place = Path(tempfile.mkdtemp(prefix=".job-", dir=self.folder))
        payload = {"kind": row.kind, "request": row.asked(), "folder": str(place)}
        seconds = self.settings.limits.job_seconds
        try:
            await loop.run_in_executor(self.threads, worker.ask, row.kind, payload, seconds, tell)
            self._keep(row, place)
        except Cancelled:
            if not self.stopping:
                self._end(row, "cancelled", "cancelled")
        except ProblemError as error:
            if row.id in self.cancelled:
                self._end(row, "cancelled", "cancelled")
            elif not self.stopping:
                self._end(row, "failed", error.problem.detail, error.problem)
        finally:
            self.running.pop(row.id, None)
            self.cancelled.discard(row.id)
            shutil.rmtree(place, ignore_errors=True)
            live.tell()

    def _progress(self, live: Live, said: dict[str, Any]) -> None:
        live.done, live.total, live.message = said["done"], said["total"], said["message"]
        live.tell()

    def _keep(self, row: Row, place: Path) -> None:
        """Give the finished folder its name, whole, then say that the job is done."""
        target = self.folder / row.id
        shutil.rmtree(target, ignore_errors=True)
        place.rename(target)
        self._end(row, "done", "done")
        self._make_room()

    def _end(self, row: Row, state: str, message: str, problem: Problem | None = None) -> None:
        told = json.dumps(problem.to_dict()) if problem is not None else ""
        self.table.put(
            replace(row, state=state, message=message, problem=told, finished=time.time())
        )
        if row.id in self.live:
            self.live.pop(row.id).tell()

    def _make_room(self) -> None:
        """Remove the results that were not looked at for longest, until the rest fits."""
        found = [(entry.stat().st_mtime, entry) for entry in self.folder.iterdir()
                 if not entry.name.startswith(".")]  # fmt: skip
        sizes = {entry: size_of(entry) for _, entry in found}
        total = sum(sizes.values())
        for _, entry in sorted(found)[:-1]:
            if total <= self.settings.limits.disk_bytes:
                return
            shutil.rmtree(entry, ignore_errors=True)
            self.table.forget(entry.name)
            total -= sizes[entry]


def size_of(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def locked(path: Path) -> Any:
    """Return an open file that no other server can hold at the same time.

    Raises:
        OptionError: If another server holds it.
    """
    file = path.open("w", encoding="ascii")
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except ImportError:  # no such locks on this system
        return file
    except OSError as error:
        file.close()
        raise OptionError(
            f"{path.parent}: another server uses this folder; stop it, or give another --data-dir"
        ) from error
    return file


def _time_left(live: Live) -> float | None:
    """Return the seconds that the rest takes at the pace so far; None before there is a pace."""
    spent = time.monotonic() - live.since
    if live.done < 1 or live.total <= 0 or spent < 1:
        return None
    return round(spent * (live.total - live.done) / live.done, 1)
