"""The application: typed calls under `/api/v1`, the page, and the processes behind them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from upperhand._version import __version__
from upperhand.core.fingerprint import fingerprint
from upperhand.web.cache import Cache, seen
from upperhand.web.description import describe
from upperhand.web.guard import Guard
from upperhand.web.jobs import Jobs
from upperhand.web.plain import unpacked
from upperhand.web.pool import Pool
from upperhand.web.problems import MEDIA_TYPE, Problem, ProblemError, fault, refuse

if TYPE_CHECKING:
    from upperhand.web.settings import Settings

OPENING = "october-2025"


@dataclass(slots=True)
class Office:
    """Everything that a running server holds; made and ended by the lifespan."""

    settings: Settings
    answers: Pool
    door: Pool
    jobs: Jobs
    cache: Cache

    async def ask(self, task: str, payload: dict[str, Any], *, kept: bool = True) -> bytes:
        """Return the result of a task, compressed, from memory where it was asked before."""
        key = key_of([task, payload])
        scenario = payload.get("scenario")
        near = key_of(scenario) if scenario is not None else ""
        seconds = self.settings.limits.answer_seconds

        async def make() -> bytes:
            return await self.answers.ask(task, payload, seconds, key=near)

        if not kept:
            return await make()
        return (await self.cache.of(key, make))[0]


def create_app(settings: Settings) -> FastAPI:
    """Return the application; its processes start with its lifespan.

    Examples:
        >>> from pathlib import Path
        >>> from upperhand.web.settings import Settings
        >>> app = create_app(Settings(data_dir=Path("never-started")))
        >>> "/api/v1/answer" in app.openapi()["paths"]
        True
    """
    from upperhand.web.routes import routes
    from upperhand.web.static import Page

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        office = await opened(settings)
        app.state.office = office
        opening = asyncio.create_task(warmed(office)) if settings.warm else None
        if opening is not None:
            opening.add_done_callback(seen)
        try:
            yield
        finally:
            if opening is not None:
                opening.cancel()
            await closed(office)

    app = FastAPI(
        title="upperhand",
        version=__version__,
        summary="Who has the upper hand in a confrontation between trading powers.",
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.include_router(routes())
    app.mount("/", Page())
    app.openapi = lambda: describe(app)  # type: ignore[method-assign]  # FastAPI's own way
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(RecursionError, _on_deep)
    app.add_middleware(Guard, settings=settings)
    return app


async def opened(settings: Settings) -> Office:
    """Start the processes and open the job table."""
    limits = settings.limits
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    worlds = settings.data_dir / "worlds"
    worlds.mkdir(exist_ok=True)
    own = {"UPPERHAND_WORLDS": str(worlds)}
    answers = Pool(
        settings.answer_workers, {"kind": "answer"}, waiting=limits.waiting, environment=own
    )
    door = Pool(
        1, {"kind": "door", "memory": limits.read_bytes}, waiting=20, environment=own
    )  # fmt: skip
    jobs = Jobs(settings, environment=own)
    office = Office(settings, answers, door, jobs, Cache(limits.cache_bytes))
    await answers.start()
    await door.start()
    await jobs.start()
    return office


async def closed(office: Office) -> None:
    """End every process; what is on disk stays."""
    await asyncio.gather(office.jobs.stop(), office.answers.stop(), office.door.stop())


async def warmed(office: Office) -> None:
    """Compute what the page opens with, and let every worker load its world and answer once."""
    import json

    found = await office.ask("preset", {"name": OPENING})
    scenario = json.loads(unpacked(found))["scenario"]
    await asyncio.gather(
        office.ask("vocabulary", {"world": None}),
        office.ask("geo", {}),
        office.ask("scenarios", {}),
        office.ask("answer", {"scenario": scenario, "horizon": None}),
    )
    await asyncio.gather(
        *(
            office.ask(
                "sections",
                {"scenario": scenario, "horizon": None, "width": width,
                 "variable": "real_income_change"},
            )
            for width in (860, 358)
        )
    )  # fmt: skip
    await office.answers.ask_each(
        "answer", {"scenario": scenario, "horizon": None}, office.settings.limits.answer_seconds
    )


def key_of(value: Any) -> str:
    """Return the key of plain data.

    Raises:
        ProblemError: If the data hold what JSON does not have, or nest too deeply.
    """
    try:
        return fingerprint(value)
    except (ValueError, RecursionError) as error:
        raise refuse(400, "numbers must be finite and text valid Unicode") from error


def office_of(request: Request) -> Office:
    """Return what the server holds."""
    found: Office = request.app.state.office
    return found


def sent(content: bytes, request: Request, *, status: int = 200) -> Response:
    """Return compressed JSON as it is, or unpacked for a client that cannot read it."""
    headers = {"vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
    else:
        content = unpacked(content)
    return Response(content, status, headers, media_type="application/json")


def problem_response(problem: Problem) -> Response:
    """Return a problem as a response."""
    import json

    headers = {"retry-after": str(problem.retry_after)} if problem.retry_after else {}
    content = json.dumps(problem.to_dict(), ensure_ascii=False).encode("utf-8", "replace")
    return Response(content, problem.status, headers, media_type=MEDIA_TYPE)


async def _on_problem(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    return problem_response(error.problem)


async def _on_invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = []
    for one in error.errors():
        path = ".".join(str(part) for part in one["loc"] if part not in ("body", "query", "path"))
        found.append(fault(path, str(one["msg"])))
    shown = "; ".join(f"{one['path'] or 'request'}: {one['message']}" for one in found[:5])
    return problem_response(Problem(422, shown, tuple(found)))


async def _on_http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    response = problem_response(Problem(error.status_code, str(error.detail)))
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    return response


async def _on_deep(_request: Request, _error: Exception) -> Response:
    return problem_response(Problem(400, "the body nests too deeply"))
