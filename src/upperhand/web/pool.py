"""The parent's side: a fixed number of worker processes, each doing one thing at a time.

Processes are spawned, so that nothing of the server is in them; they are killed when a task takes
too long or is cancelled, with everything they started, and replaced.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from upperhand.core.processes import ONE_THREAD, inherited
from upperhand.web.cache import seen
from upperhand.web.problems import Problem, ProblemError, refuse
from upperhand.web.worker import PROBLEM, PROGRESS, main

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

Tell = Callable[[dict[str, Any]], None]
STARTING = threading.Lock()  # the environment of new processes is set for one at a time


class Cancelled(Exception):  # noqa: N818  an ending, not a fault
    """The task was cancelled; its worker was ended."""


class Worker:
    """One process and the pipe to it; whoever holds it is the only one to use it."""

    def __init__(self, options: dict[str, Any], environment: dict[str, str]) -> None:
        self.options = options
        self.environment = environment
        self.process: SpawnProcess | None = None
        self.pipe: Connection | None = None
        self.stopped = False
        self.keys: list[str] = []

    def start(self) -> None:
        """Start the process; it is ready when it answers."""
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=main, args=(theirs, json.dumps(self.options)), name="upperhand-worker"
        )
        with STARTING, inherited(ONE_THREAD | self.environment):
            process.start()
        theirs.close()
        self.process, self.pipe, self.keys = process, ours, []

    def ask(
        self, task: str, payload: dict[str, Any], seconds: float, tell: Tell | None = None
    ) -> bytes:
        """Send a task and return its result, compressed.

        Raises:
            ProblemError: If the task has a problem, takes too long, or takes the process with it.
        """
        if self.process is None or not self.process.is_alive():
            self.end()
            self.start()
        if self.stopped:  # cancelled while it started
            self.end()
            raise Cancelled
        assert self.pipe is not None
        request = {"task": task, "payload": payload, "tells": tell is not None}
        try:
            self.pipe.send_bytes(json.dumps(request).encode("utf-8"))
            while self.pipe.poll(seconds):
                kind, content = _split(self.pipe.recv_bytes())
                if kind == PROGRESS:
                    if tell is not None:
                        tell(json.loads(content))
                    continue
                if kind == PROBLEM:
                    raise ProblemError(_problem(json.loads(content)))
                return content
        except (EOFError, OSError) as error:
            self.end()
            if self.stopped:
                raise Cancelled from error
            raise refuse(503, "the worker ended before it was done; send less, or ask again",
                         retry_after=5) from error  # fmt: skip
        self.end()
        raise refuse(503, f"no answer within {seconds:g} seconds; send less, or ask again",
                     retry_after=10)  # fmt: skip

    def end(self) -> None:
        """Kill the process with everything it started, and wait for it."""
        process, self.process = self.process, None
        pipe, self.pipe = self.pipe, None
        if process is not None and process.pid is not None:
            _kill(process)
            process.join(5)
            process.close()
        if pipe is not None:
            pipe.close()

    def cancel(self) -> None:
        """Kill the process while another thread waits for it; that thread cleans up."""
        self.stopped = True
        process = self.process
        if process is not None and process.pid is not None:
            _kill(process)


class Pool:
    """Workers of one kind, and the line before them."""

    def __init__(
        self,
        size: int,
        options: dict[str, Any],
        *,
        waiting: int,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.workers = [Worker(options, environment or {}) for _ in range(size)]
        self.idle = list(self.workers)
        self.free = asyncio.Semaphore(size)
        self.threads = ThreadPoolExecutor(size, thread_name_prefix="upperhand-ask")
        self.most_waiting = waiting
        self.waiting = 0

    async def start(self) -> None:
        """Start every process, at the same time."""
        loop = asyncio.get_running_loop()
        found = (loop.run_in_executor(self.threads, worker.start) for worker in self.workers)
        await asyncio.gather(*found)

    async def stop(self) -> None:
        """End every process and thread."""
        for worker in self.workers:
            worker.cancel()
        await asyncio.to_thread(self.threads.shutdown, wait=True)
        for worker in self.workers:
            worker.end()

    async def ask(
        self, task: str, payload: dict[str, Any], seconds: float, *, key: str = ""
    ) -> bytes:
        """Return the result of a task, compressed; a worker that knows `key` is preferred.

        Raises:
            ProblemError: If too many wait already, or as `Worker.ask`.
        """
        if self.waiting >= self.most_waiting:
            raise refuse(503, "too many answers are asked for at the moment", retry_after=2)
        self.waiting += 1
        try:
            await self.free.acquire()
        finally:
            self.waiting -= 1
        worker = next((w for w in self.idle if key and key in w.keys), self.idle[-1])
        self.idle.remove(worker)
        loop = asyncio.get_running_loop()
        working = loop.run_in_executor(self.threads, worker.ask, task, payload, seconds)
        working.add_done_callback(seen)
        working.add_done_callback(lambda _: self._back(worker, key))
        return await asyncio.shield(working)

    async def ask_each(self, task: str, payload: dict[str, Any], seconds: float) -> None:
        """Give every worker that is idle now the same task, and wait for all of them."""
        await asyncio.gather(*(self.ask(task, payload, seconds) for _ in self.idle))

    def _back(self, worker: Worker, key: str) -> None:
        if key:
            worker.keys = [*worker.keys[-3:], key]
        self.idle.append(worker)
        self.free.release()


def _kill(process: SpawnProcess) -> None:
    """Kill a process and the group that it leads."""
    with contextlib.suppress(ProcessLookupError, PermissionError, ValueError):
        if hasattr(os, "killpg") and process.pid is not None and process.is_alive():
            with contextlib.suppress(ProcessLookupError):
                if os.getpgid(process.pid) == process.pid:
                    os.killpg(process.pid, signal.SIGKILL)
        process.kill()


def _split(message: bytes) -> tuple[bytes, bytes]:
    return message[:1], message[1:]


def _problem(data: dict[str, Any]) -> Problem:
    return Problem(
        int(data["status"]), str(data["detail"]), tuple(data["errors"]), str(data["type"]),
        int(data["retry_after"]),
    )  # fmt: skip
