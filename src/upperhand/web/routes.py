"""The calls: each checks its request, asks a worker, and sends what comes back."""

from __future__ import annotations

import re
from collections.abc import AsyncIterable
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from upperhand._version import __version__
from upperhand.web import models
from upperhand.web.api import OPENING, office_of, sent
from upperhand.web.plain import packed, to_json
from upperhand.web.problems import refuse

PREFIX = "/api/v1"


def routes() -> APIRouter:
    """Return every call of the interface."""
    found = APIRouter(prefix=PREFIX, responses=_problems(400, 401, 403, 405, 413, 422, 429, 503))
    for method, path, call, model, *more in (
        ("GET", "/health", health, models.Health),
        ("GET", "/vocabulary", vocabulary, models.Vocabulary),
        ("GET", "/scenarios", scenarios, list[models.ScenarioSummary]),
        ("GET", "/scenarios/{name}", preset, models.Preset, 404),
        ("GET", "/register", register, models.Register),
        ("GET", "/geo", geo, dict[str, Any]),
        ("POST", "/check", check, models.Checked),
        ("POST", "/answer", answer, models.Answer),
        ("POST", "/sections", sections, models.Sections),
        ("POST", "/assumptions", assumptions, models.Assumptions),
        ("POST", "/python", python_code, models.PythonCode),
        ("POST", "/cite", cite, models.Citation),
        ("POST", "/read", read, models.ReadOut, 501),
        ("POST", "/jobs", start_job, models.JobStatus),
        ("GET", "/jobs/{job}", job_status, models.JobStatus, 404),
        ("DELETE", "/jobs/{job}", cancel_job, models.JobStatus, 404, 409),
        ("GET", "/jobs/{job}/result", job_result, models.JobResult, 404, 409),
    ):
        code = 202 if call is start_job else 200
        found.add_api_route(
            path, call, methods=[method], response_model=None, status_code=code,
            responses=_done(code, model=model) | _problems(*more), operation_id=call.__name__,
            summary=_first_line(call),
        )  # fmt: skip
    _other_routes(found)
    return found


def _other_routes(found: APIRouter) -> None:
    """Add the calls that take or give something else than JSON."""
    from starlette.responses import FileResponse

    from upperhand.web.jobs import FILES

    tables = {"schema": {"type": "string", "format": "binary"}}
    found.add_api_route(
        "/worlds", upload_world, methods=["POST"], response_model=None,
        responses=_done(200, model=models.UploadedWorld) | _problems(415, 501),
        openapi_extra={"requestBody": {"required": True, "content": {"application/zip": tables}}},
        operation_id="upload_world", summary=_first_line(upload_world),
    )  # fmt: skip
    found.add_api_route(
        "/jobs/{job}/events", job_events, methods=["GET"], response_class=EventSourceResponse,
        responses=_problems(404), operation_id="job_events", summary=_first_line(job_events),
    )  # fmt: skip
    kinds = {kind.partition(";")[0]: tables for kind in FILES.values()}
    found.add_api_route(
        "/jobs/{job}/files/{name}", job_file, methods=["GET"], response_model=None,
        response_class=FileResponse,
        responses=_done(200, content=kinds) | _problems(404, 409),
        operation_id="job_file", summary=_first_line(job_file),
    )  # fmt: skip


async def health(request: Request) -> Response:
    """Say whether the server can answer."""
    jobs = office_of(request).jobs
    found = {
        "ok": True, "version": __version__, "queued": jobs.count("queued"),
        "running": jobs.count("running"),
    }  # fmt: skip
    return sent(packed(to_json(found)), request)


async def vocabulary(
    request: Request,
    world: Annotated[str | None, Query(max_length=80, description="Name of a world.")] = None,
) -> Response:
    """Return countries, goods, instruments with their fields, colours and limits."""
    return sent(await office_of(request).ask("vocabulary", {"world": world}), request)


async def scenarios(request: Request) -> Response:
    """List the packaged scenarios."""
    return sent(await office_of(request).ask("scenarios", {}), request)


async def preset(
    request: Request,
    name: Annotated[str, Path(description="Name of a packaged scenario.", examples=[OPENING])],
) -> Response:
    """Return one packaged scenario, canonical and as YAML."""
    return sent(await office_of(request).ask("preset", {"name": name[:80]}), request)


async def register(
    request: Request,
    date: Annotated[date, Query(description="A day of the register.")],
    after_horizon: Annotated[
        Literal["expired", "extended"] | None,
        Query(description="After July 2026: whether the truce expired or was extended."),
    ] = None,
) -> Response:
    """List the measures of the dated register in force on a day."""
    asked = {"date": date.isoformat(), "after_horizon": after_horizon}
    return sent(await office_of(request).ask("register", asked), request)


async def geo(request: Request) -> Response:
    """Return the shapes of the map as TopoJSON."""
    return sent(await office_of(request).ask("geo", {}), request)


async def check(request: Request, asked: models.CheckRequest) -> Response:
    """Check a scenario: what each move changes, clashes, moves that change nothing."""
    if (asked.scenario is None) == (asked.yaml is None):
        raise refuse(422, "give either `scenario` or `yaml`", path="scenario")
    return sent(await office_of(request).ask("check", asked.model_dump()), request)


async def answer(request: Request, asked: models.AnswerRequest) -> Response:
    """Return the instant answer: sentence and numbers by horizon."""
    return sent(await office_of(request).ask("answer", asked.model_dump()), request)


async def sections(request: Request, asked: models.SectionsRequest) -> Response:
    """Return charts and tables of the instant answer."""
    return sent(await office_of(request).ask("sections", asked.model_dump()), request)


async def assumptions(request: Request, asked: models.ScenarioRequest) -> Response:
    """Return every number that a scenario rests on, with its range."""
    return sent(await office_of(request).ask("assumptions", asked.model_dump()), request)


async def python_code(request: Request, asked: models.ScenarioRequest) -> Response:
    """Return a program that makes the same numbers."""
    return sent(await office_of(request).ask("python", asked.model_dump()), request)


async def cite(request: Request, asked: models.ScenarioRequest) -> Response:
    """Return how to cite a run, and what it rests on."""
    return sent(await office_of(request).ask("cite", asked.model_dump()), request)


async def read(request: Request, asked: models.ReadRequest) -> Response:
    """Draft moves and claims from an article, for a reader to confirm."""
    office = office_of(request)
    if (asked.text is None) == (asked.html is None):
        raise refuse(422, "give either `text` or `html`", path="text")
    seconds = office.settings.limits.read_seconds
    return sent(await office.door.ask("read", asked.model_dump(), seconds), request)


async def upload_world(
    request: Request,
    balance: Annotated[bool, Query(description="Repair a table that nearly adds up.")] = False,
) -> Response:
    """Read a world of the user's own: a zip of tables in CSV or Parquet, sent as the body."""
    from upperhand.web.uploads import stored

    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("application/zip", "application/octet-stream"):
        raise refuse(415, "send a zip of tables, as application/zip")
    found = await stored(office_of(request), await request.body(), balance=balance)
    return sent(found, request)


async def start_job(request: Request, asked: models.JobRequest) -> Response:
    """Start a computation, or find the same one: progress under its `id`."""
    office = office_of(request)
    if asked.kind == "audit" and asked.claims is None:
        raise refuse(422, "missing; name a packaged audit or send claims", path="claims")
    if asked.kind != "audit" and asked.scenario is None:
        raise refuse(422, "missing; send the scenario", path="scenario")
    status = await office.jobs.ask(asked.model_dump(), office)
    return sent(packed(to_json(status)), request, status=202)


async def job_status(request: Request, job: models.JobId) -> Response:
    """Say where a job stands."""
    return sent(packed(to_json(office_of(request).jobs.status(job))), request)


async def may_follow(request: Request, job: models.JobId) -> str:
    """Return the job to follow; a problem must be found before the first event is sent."""
    office_of(request).jobs.may_follow(job)
    return job


async def job_events(
    request: Request, job: Annotated[str, Depends(may_follow)]
) -> AsyncIterable[ServerSentEvent]:
    """Follow a job: one event for each change until it ends."""
    async for status in office_of(request).jobs.follow(job):
        yield ServerSentEvent(data=status, event="status", retry=2000)


async def cancel_job(request: Request, job: models.JobId) -> Response:
    """Cancel a job; a running one is ended at once."""
    return sent(packed(to_json(await office_of(request).jobs.cancel(job))), request)


async def job_result(
    request: Request,
    job: models.JobId,
    width: Annotated[models.Width, Query(description="Width of the charts.")] = 860,
) -> Response:
    """Return what a job found."""
    return sent(office_of(request).jobs.result(job, width), request)


async def job_file(
    request: Request,
    job: models.JobId,
    name: Annotated[str, Path(description="One of the names that the job's state lists.")],
) -> Response:
    """Download a file of a finished job."""
    from starlette.responses import FileResponse

    path, kind = office_of(request).jobs.file(job, name)
    shown = f"upperhand-{job}-{path.name}"
    return FileResponse(path, media_type=kind, filename=shown)


def _done(code: int, **content: Any) -> dict[int | str, dict[str, Any]]:
    return {code: {"description": "Done", **content}}


def _problems(*codes: int) -> dict[int | str, dict[str, Any]]:
    content = {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}
    }
    return {code: {"description": "Problem", "content": content} for code in codes}


def _first_line(call: Any) -> str:
    return re.sub(r"\.$", "", (call.__doc__ or "").strip().splitlines()[0])
