"""The tools that `upperhand mcp` gives to an assistant: the calls of the HTTP interface, by other means.

The same processes answer, under the same limits; what comes back has the same shape.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import Field

from upperhand._version import __version__
from upperhand.web import models
from upperhand.web.api import Office, closed, opened
from upperhand.web.plain import to_json, unpacked
from upperhand.web.problems import Problem, ProblemError

if TYPE_CHECKING:
    from upperhand.web.settings import Settings

MOST_COMPARED = 4
DRAWN = 64
SCHEMA = "upperhand://scenario.schema.json"
WORDS = (
    "Trade wars as general equilibrium: who loses how much real income, and who has the upper hand. "
    "A scenario is the name of a packaged one (see list_scenarios) or an object; read_scenario shows "
    f"a whole one, vocabulary the codes, the resource {SCHEMA} every field with unit and range. "
    "Changes are against the scenario's baseline. Give ranges, not only central numbers, and the "
    "fingerprint, by which anybody can make the numbers again."
)
Scenario = Annotated[
    str | dict[str, Any], Field(description="Name of a packaged scenario, or a scenario, whole.")
]
Horizon = Annotated[models.HorizonName | None, Field(description="One horizon; all if left out.")]
Draws = Annotated[int, Field(ge=1, le=4096, description="Draws behind the ranges.")]
Claims = Annotated[
    str | dict[str, Any], Field(description="Name of a packaged audit, or claims, whole.")
]
Caller = Context[Office, Any]


class Compared(models.Request):
    """Answers of several scenarios, in the order asked for."""

    answers: list[models.Answer]


class Listed(models.Request):
    """The packaged scenarios."""

    scenarios: list[models.ScenarioSummary]


class Ranges(models.Request):
    """Headline numbers with ranges, and the odds of the upper hand."""

    fingerprint: str
    sentence: str
    numbers: list[models.Number]
    ranges: list[dict[str, Any]]
    odds: list[dict[str, Any]]


class Audited(models.Request):
    """Verdicts on claims."""

    fingerprint: str
    title: str
    sentence: str
    verdicts: list[dict[str, Any]]


def assistant(settings: Settings) -> MCPServer[Office]:
    """Return the server; its processes start with its first client and end with its last.

    Examples:
        >>> from pathlib import Path
        >>> from upperhand.web.settings import Settings
        >>> assistant(Settings(data_dir=Path("never-started"))).name
        'upperhand'
    """

    @asynccontextmanager
    async def lifespan(_server: MCPServer[Office]) -> AsyncIterator[Office]:
        office = await opened(settings)
        try:
            yield office
        finally:
            await closed(office)

    made: MCPServer[Office] = MCPServer(
        "upperhand", version=__version__, instructions=WORDS, lifespan=lifespan, log_level="ERROR"
    )
    for tool in (list_scenarios, read_scenario, vocabulary, check, run, compare, ranges, audit):
        made.add_tool(tool)
    made.resource(SCHEMA, mime_type="application/schema+json")(scenario_schema)
    return made


def scenario_schema() -> str:
    """Return the JSON Schema of a scenario, with unit, range and one sentence for each field."""
    from upperhand.scenario.schema import json_schema

    return json.dumps(json_schema())


async def list_scenarios(context: Caller) -> Listed:
    """List the packaged scenarios, each with its question."""
    return Listed(scenarios=await asked(context, "scenarios", {}))


async def read_scenario(context: Caller, name: str) -> models.Preset:
    """Return one packaged scenario, whole: a model for scenarios of one's own."""
    return models.Preset(**await asked(context, "preset", {"name": name[:80]}))


async def vocabulary(context: Caller, world: str | None = None) -> dict[str, Any]:
    """Return the codes of countries, groups and sectors of a world, and the kinds of moves."""
    found = await asked(context, "vocabulary", {"world": world})
    kinds = {one["kind"]: one["summary"] for one in found["instruments"]}
    names = ("world", "worlds", "countries", "groups", "sectors", "closures")
    return {name: found[name] for name in names} | {"moves": kinds}


async def check(context: Caller, scenario: Scenario) -> models.Checked:
    """Check a scenario without running it: what each move changes, clashes, idle moves."""
    whole = {"scenario": await scenario_of(context, scenario), "yaml": None}
    return models.Checked(**await asked(context, "check", whole))


async def run(context: Caller, scenario: Scenario, horizon: Horizon = None) -> models.Answer:
    """Run a scenario: who gains and loses how much, by horizon, without ranges; in a second."""
    return await _answer(context, scenario, horizon)


async def compare(
    context: Caller,
    scenarios: Annotated[list[Scenario], Field(min_length=2, max_length=MOST_COMPARED)],
    horizon: Horizon = None,
) -> Compared:
    """Run two to four scenarios, to compare their numbers."""
    return Compared(answers=[await _answer(context, one, horizon) for one in scenarios])


async def ranges(
    context: Caller, scenario: Scenario, draws: Draws = DRAWN, seed: int | None = None
) -> Ranges:
    """Run a scenario with ranges from draws of what is not known; takes a minute or more."""
    whole = await scenario_of(context, scenario)
    job = models.JobRequest(kind="ranges", scenario=whole, draws=draws, seed=seed)
    found = await worked(context, job)
    return Ranges(**{name: found[name] for name in Ranges.model_fields})


async def audit(
    context: Caller, claims: Claims, scenario: Scenario | None = None, seed: int | None = None
) -> Audited:
    """Test claims against data and model; those about the scenario given call it `this`."""
    whole = None if scenario is None else await scenario_of(context, scenario)
    job = models.JobRequest(kind="audit", claims=claims, scenario=whole, seed=seed)
    found = await worked(context, job)
    return Audited(**{name: found[name] for name in Audited.model_fields})


async def _answer(context: Caller, scenario: Any, horizon: str | None) -> models.Answer:
    whole = {"scenario": await scenario_of(context, scenario), "horizon": horizon}
    return models.Answer(**await asked(context, "answer", whole))


async def asked(context: Caller, task: str, payload: dict[str, Any]) -> Any:
    """Return what the HTTP interface would send.

    Raises:
        ToolError: If it would send a problem; the words say which fields are faulty.
    """
    office = office_of(context)
    if len(to_json(payload)) > office.settings.limits.body_bytes:
        raise ToolError(f"more than {office.settings.limits.body_bytes:,} bytes; send less")
    try:
        return json.loads(unpacked(await office.ask(task, payload)))
    except ProblemError as error:
        raise ToolError(words_of(error.problem)) from error


async def worked(context: Caller, job: models.JobRequest) -> dict[str, Any]:
    """Run a job to its end, tell its progress, and return its result.

    Raises:
        ToolError: If it is refused or fails.
    """
    office = office_of(context)
    payload = job.model_dump()
    if len(to_json(payload)) > office.settings.limits.body_bytes:
        raise ToolError(f"more than {office.settings.limits.body_bytes:,} bytes; send less")
    try:
        name = (await office.jobs.ask(payload, office))["id"]
        async for status in office.jobs.follow(name):
            if status["state"] == "running":
                await context.report_progress(status["done"], status["total"], status["message"])
        if (problem := office.jobs.status(name)["problem"]) is not None:
            raise ToolError(str(problem["detail"]))
        found: dict[str, Any] = json.loads(unpacked(office.jobs.result(name, 860)))
    except ProblemError as error:
        raise ToolError(words_of(error.problem)) from error
    return found


async def scenario_of(context: Caller, scenario: str | dict[str, Any]) -> dict[str, Any]:
    """Return a scenario, whole; a name is that of a packaged one and never a file."""
    if isinstance(scenario, dict):
        return scenario
    found: dict[str, Any] = await asked(context, "preset", {"name": scenario[:80]})
    return dict(found["scenario"])


def office_of(context: Caller) -> Office:
    """Return what the server holds."""
    return context.request_context.lifespan_context


def words_of(problem: Problem) -> str:
    r"""Return a problem with its faults by field.

    Examples:
        >>> words_of(Problem(422, "wrong", ({"path": "moves[0].by", "message": "unknown"},)))
        'wrong\n- moves[0].by: unknown'
    """
    faults = (f"- {one['path']}: {one['message']}" for one in problem.errors)
    return "\n".join([problem.detail, *faults])
