"""The tools for an assistant, used by the client of the official kit, over standard input and output."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.web.support import BOTH, TOY
from tests.web.test_jobs import CLAIM

pytest.importorskip("mcp", reason="the extra mcp is not installed")

COMMAND = "from upperhand.cli import main; main()"


def spoken(talk: Callable[[Any], Awaitable[Any]]) -> Any:
    """Return what a talk with a fresh server gives."""
    from mcp import Client, StdioServerParameters

    async def whole() -> Any:
        import os

        command = StdioServerParameters(
            command=sys.executable, args=["-c", COMMAND, "mcp"], env=dict(os.environ)
        )
        async with Client(command) as client:
            return await talk(client)

    return asyncio.run(whole())


async def told(client: Any, tool: str, **asked: Any) -> dict[str, Any]:
    """Return the structured answer of a tool."""
    found = await client.call_tool(tool, asked)
    assert not found.is_error, found.content
    return dict(found.structured_content)


async def refused(client: Any, tool: str, **asked: Any) -> str:
    """Return the words with which a tool refuses."""
    found = await client.call_tool(tool, asked)
    assert found.is_error
    return str(found.content[0].text)


@pytest.fixture(scope="module")
def said():
    """Everything that one talk with the server gives; the tests look at its parts."""
    steps: list[tuple[float, float | None, str | None]] = []

    async def progress(done, total, message):
        steps.append((done, total, message))

    async def talk(client):
        tools = (await client.list_tools()).tools
        drawn = await client.call_tool(
            "ranges", {"scenario": TOY, "draws": 3, "seed": 5}, progress_callback=progress
        )
        wrong = BOTH | {"closure": "open", "world": "toy"}
        return {
            "tools": {tool.name: tool for tool in tools},
            "instructions": client.instructions,
            "schema": await client.read_resource("upperhand://scenario.schema.json"),
            "listed": await told(client, "list_scenarios"),
            "preset": await told(client, "read_scenario", name="uniform-10"),
            "words": await told(client, "vocabulary", world="toy"),
            "checked": await told(client, "check", scenario=TOY),
            "run": await told(client, "run", scenario=BOTH),
            "compared": await told(client, "compare", scenarios=[TOY, BOTH], horizon="long"),
            "ranges": drawn,
            "steps": steps,
            "audit": await told(client, "audit", claims=CLAIM, scenario=TOY),
            "wrong": await refused(client, "run", scenario=wrong),
            "file": await refused(client, "run", scenario="/etc/passwd"),
            "world": await refused(client, "run", scenario=TOY | {"world": "/etc/passwd"}),
            "one": await refused(client, "compare", scenarios=[TOY]),
            "many": await refused(client, "ranges", scenario=TOY, draws=5000),
            "large": await refused(client, "run", scenario=TOY | {"notes": ["x" * 1_100_000]}),
            "claims": await refused(client, "audit", claims="../../etc/passwd"),
        }

    return spoken(talk)


def test_each_tool_says_what_it_takes_and_gives(said):
    assert set(said["tools"]) == {
        "list_scenarios", "read_scenario", "vocabulary", "check", "run", "compare", "ranges",
        "audit",
    }  # fmt: skip
    for tool in said["tools"].values():
        assert tool.description
        assert tool.output_schema
    assert "fingerprint" in said["instructions"]


def test_tools_give_the_schemas_of_the_http_interface(said):
    from upperhand.web import models

    for name, model in (("run", models.Answer), ("check", models.Checked)):
        given = said["tools"][name].output_schema["properties"]
        assert set(given) == set(model.model_json_schema()["properties"])
    schema = json.loads(said["schema"].contents[0].text)
    assert schema["title"] == "upperhand scenario"


def test_an_assistant_gets_the_numbers_and_fingerprint_of_everybody(said):
    import upperhand as uh

    run = uh.run(uh.Scenario.model_validate(BOTH), cases=["package"], with_talks=False)
    for horizon in run.horizons:
        sides = said["run"]["headline"][horizon]["sides"]
        assert [s["percent"] for s in sides] == [s.percent for s in run.headline(horizon).sides]
    assert said["run"]["fingerprint"] == run.fingerprint
    assert said["compared"]["answers"][1]["fingerprint"] == run.fingerprint
    assert set(said["compared"]["answers"][0]["headline"]) == {"long"}


def test_packaged_scenarios_are_listed_and_read(said):
    from upperhand.scenario.read import library

    assert [row["name"] for row in said["listed"]["scenarios"]] == list(library())
    assert said["preset"]["scenario"]["title"] == said["preset"]["title"]
    assert [c["code"] for c in said["words"]["countries"]] == ["USA", "CHN", "VNM"]
    assert said["checked"]["ok"] is True


def test_ranges_come_with_progress(said):
    found = said["ranges"].structured_content
    assert found["ranges"]
    assert len(said["steps"]) > 2


def test_claims_are_judged(said):
    assert said["audit"]["sentence"] == "1 claim: 1 supported"


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("wrong", "closure"),
        ("file", "no packaged scenario of that name"),
        ("world", "unknown world"),
        ("one", "at least 2"),
        ("many", "4096"),
        ("large", "1,000,000 bytes"),
        ("claims", "unknown audit"),
    ],
)
def test_a_wrong_request_is_refused_in_words(said, case, words):
    assert words in said[case]
