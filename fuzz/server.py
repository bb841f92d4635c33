"""Bodies of requests to the server: the application itself, with its tasks run in this process."""

from __future__ import annotations

import asyncio
import json
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

SCENARIO = {
    "title": "T",
    "moves": [{"kind": "tariff", "by": "USA", "against": ["CHN"], "add_pp": 10}],
}
CALLS = ("check", "assumptions", "python", "cite", "read")


def api(data: bytes, _folder: Path) -> None:
    """Post a body to the call that the first byte picks; an answer of 500 or more is a fault."""
    call, body = (CALLS[data[0] % len(CALLS)], data[1:]) if data else ("check", b"")
    status, answer = asyncio.run(_posted(_app(), f"/api/v1/{call}", body))
    if status >= 500:
        raise AssertionError(f"{call} answered {status}: {answer[:200]!r}")
    json.loads(answer)


def api_seeds() -> list[bytes]:
    """Return a right body for each call."""
    text = "Ottawa will put a duty of 25% on American trucks from 1 November."
    bodies: list[dict[str, Any]] = [
        {"scenario": SCENARIO},
        {"scenario": SCENARIO},
        {"scenario": SCENARIO},
        {"scenario": SCENARIO},
        {"text": text, "date": "2025-10-14"},
    ]
    found = [bytes([i]) + json.dumps(body).encode() for i, body in enumerate(bodies)]
    page = {"html": f"<html><body><p>{text}</p></body></html>", "date": None}
    return [*found, b"\4" + json.dumps(page).encode(), b"\0" + b'{"yaml": "title: T\\nmoves: []"}']


class _InProcess:
    """Runs the tasks of workers here, and sends what a worker sends."""

    async def ask(self, task: str, payload: dict[str, Any], *_: Any, **__: Any) -> bytes:
        from upperhand.web.api import key_of
        from upperhand.web.plain import packed, to_json
        from upperhand.web.problems import Problem, ProblemError, problem_of
        from upperhand.web.reading import DOORS
        from upperhand.web.tasks import TASKS

        key_of([task, payload])
        try:
            found = {**TASKS, **DOORS}[task](_runs(), json.loads(json.dumps(payload)))
            return packed(found if isinstance(found, bytes) else to_json(found))
        except Exception as error:
            problem = problem_of(error)
            if problem.status >= 500:
                raise
            raise ProblemError(Problem(problem.status, problem.detail, problem.errors)) from error


@lru_cache(maxsize=1)
def _runs() -> Any:
    from upperhand.web.answers import Runs

    return Runs()


@lru_cache(maxsize=1)
def _app() -> Any:
    from upperhand.web.api import create_app
    from upperhand.web.settings import Limits, Settings

    many = Limits(rate_per_second=1e9, burst=10**9, heavy_per_second=1e9, heavy_burst=10**9)
    settings = Settings(data_dir=Path("never-started"), limits=many)
    app = create_app(settings)
    place = _InProcess()
    app.state.office = SimpleNamespace(ask=place.ask, door=place, settings=settings)
    return app


async def _posted(app: Any, path: str, body: bytes) -> tuple[int, bytes]:
    """Send one request to an application as a server does, and return status and body."""
    sent: list[dict[str, Any]] = []
    parts = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> dict[str, Any]:
        return parts.pop(0) if parts else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "path": path, "raw_path": path.encode(), "query_string": b"", "root_path": "",
        "scheme": "http", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 9),
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json"),
                    (b"content-length", str(len(body)).encode())],
    }  # fmt: skip
    await app(scope, receive, send)
    status = next(m["status"] for m in sent if m["type"] == "http.response.start")
    return status, b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
