"""The OpenAPI description: published as it is served, its examples answered, its promises kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support import ROOT

FOLDER = ROOT / "docs" / "reference"
DESCRIPTION: dict[str, Any] = json.loads((FOLDER / "openapi.json").read_text(encoding="utf-8"))
CALLS = [(path, method) for path, calls in DESCRIPTION["paths"].items() for method in calls]
SCHEMAS = DESCRIPTION["components"]["schemas"]


def test_the_published_files_are_what_the_program_writes(api):
    from upperhand.web.publish import published

    for name, text in published().items():
        assert (FOLDER / name).read_text(encoding="utf-8") == text, "refresh it with: make pages"
    served = api.get("/openapi.json").json()
    assert served == DESCRIPTION


def test_every_reference_leads_somewhere():
    def references(node):
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                yield node["$ref"]
            for value in node.values():
                yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    found = set(references(DESCRIPTION))
    known = {f"#/components/schemas/{name}" for name in SCHEMAS}
    assert found <= known
    assert "#/components/schemas/Scenario" in found


@pytest.mark.parametrize(("path", "method"), CALLS)
def test_every_call_says_what_it_does_and_what_may_go_wrong(path, method):
    call = DESCRIPTION["paths"][path][method]
    assert call["summary"]
    problems = {code for code in call["responses"] if code[0] in "45"}
    assert {"400", "401", "403", "422", "429", "503"} <= problems
    for parameter in call.get("parameters", ()):
        assert parameter.get("description") or parameter["schema"].get("pattern"), parameter


def examples() -> list[tuple[str, Any]]:
    """Return the path and body of each example in the description."""
    found = []
    for path, calls in DESCRIPTION["paths"].items():
        body = calls.get("post", {}).get("requestBody", {}).get("content", {})
        for name, example in body.get("application/json", {}).get("examples", {}).items():
            found.append((path, name, example["value"]))
    return found


EXAMPLES = examples()


@pytest.mark.parametrize(
    ("path", "name", "asked"), EXAMPLES, ids=[f"{p} {n}" for p, n, _ in EXAMPLES]
)
def test_every_example_of_a_request_is_answered(api, path, name, asked):
    if path.endswith("/read"):
        pytest.importorskip("spacy")
    response = api.post(path.removeprefix("/api/v1"), json=asked)
    assert response.is_success, (name, response.text)


def test_every_call_with_a_body_has_an_example():
    posts = {path for path, method in CALLS if method == "post"}
    assert posts - {path for path, _, _ in EXAMPLES} == {"/api/v1/worlds"}


@pytest.mark.parametrize(("path", "method"), CALLS)
def test_no_request_makes_the_server_fail_or_break_its_promises(server, path, method):
    """Requests made from the description, as it allows and as it forbids; `make fuzz-web` makes more."""
    pytest.importorskip("schemathesis")
    from tests.web.hammer import hammer

    found = hammer(DESCRIPTION, path, method, server.url, examples=4, fixed=True)
    assert found
    assert max(found) < 500
