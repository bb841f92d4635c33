"""The child: one process that takes tasks over a pipe as JSON and sends back JSON.

Messages are bytes, never pickles: a letter, then the content. `p` progress, `r` a result
(compressed), `e` a problem.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from typing import Any

PROGRESS, RESULT, PROBLEM = b"p", b"r", b"e"
MOST_PROGRESS = 10.0  # messages a second


def main(pipe: Connection, about: str) -> None:
    """Work until the pipe closes; the parent's death ends the process at once."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    if hasattr(os, "setsid"):
        os.setsid()
    _follow_parent()
    options = json.loads(about)
    tasks, state = _prepared(options)
    while True:
        try:
            request = json.loads(pipe.recv_bytes())
        except (EOFError, OSError):
            return
        pipe.send_bytes(_done(tasks, state, request, _teller(pipe)))


def _prepared(options: dict[str, Any]) -> tuple[dict[str, Callable[..., Any]], Any]:
    """Import what the tasks need, then put the limits on."""
    from upperhand.web.answers import Runs

    if options.get("kind") == "answer":
        from upperhand.web.tasks import TASKS

        tasks: dict[str, Callable[..., Any]] = dict(TASKS)
    elif options.get("kind") == "job":
        from upperhand.web.job_tasks import JOBS

        tasks = dict(JOBS)
    else:
        from upperhand.web.reading import DOORS

        tasks = dict(DOORS)
    if options.get("memory"):
        limit_memory(int(options["memory"]))
    return tasks, Runs()


def limit_memory(more: int) -> None:
    """Allow this process so many bytes on top of what it has, and no core file."""
    try:
        import resource
    except ImportError:  # no such limits on this system
        return
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123  no such path elsewhere
        now = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + more, now + more))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _done(
    tasks: dict[str, Callable[..., Any]], state: Any, request: Any, tell: Callable[..., None]
) -> bytes:
    from upperhand.web.plain import packed, to_json
    from upperhand.web.problems import problem_of

    try:
        task = tasks[request["task"]]
        payload = request["payload"]
        found = task(state, payload, tell) if request.get("tells") else task(state, payload)
        content: bytes = found if isinstance(found, bytes) else to_json(found)
        return RESULT + packed(content)
    except Exception as error:  # noqa: BLE001  a worker answers whatever happens
        problem = problem_of(error)
        if problem.status >= 500:
            sys.stderr.write("".join(traceback.format_exception(error)))
        told = problem.to_dict() | {"retry_after": problem.retry_after}
        return PROBLEM + json.dumps(told).encode("utf-8")


def _teller(pipe: Connection) -> Callable[[int, int, str], None]:
    """Return a function that sends progress, not more often than anybody can read."""
    last = [0.0]

    def tell(done: int, total: int, words: str) -> None:
        now = time.monotonic()
        if now - last[0] < 1 / MOST_PROGRESS and done < total:
            return
        last[0] = now
        said = {"done": int(done), "total": int(total), "message": str(words)[:200]}
        pipe.send_bytes(PROGRESS + json.dumps(said).encode("utf-8"))

    return tell


def _follow_parent() -> None:
    """End this process when the parent ends, in whatever way."""
    from multiprocessing import parent_process

    parent = parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        wait([sentinel])
        os._exit(0)

    threading.Thread(target=watch, daemon=True, name="follow-parent").start()
