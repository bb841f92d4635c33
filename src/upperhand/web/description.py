"""The OpenAPI description: FastAPI's, with the schema of scenario files put in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fastapi import FastAPI

PROBLEM = {"$ref": "#/components/schemas/ProblemDetails"}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the description, made once."""
    if app.openapi_schema is None:
        from fastapi.openapi.utils import get_openapi

        made = get_openapi(
            title=app.title, version=app.version, summary=app.summary, routes=app.routes,
            description="Every number is the one that the command line prints for the same "
            "scenario. Errors are `application/problem+json` with the path of each faulty field.",
        )  # fmt: skip
        for path, asked in examples().items():
            content = made["paths"][path]["post"]["requestBody"]["content"]["application/json"]
            content["examples"] = {"example": {"value": asked}}
        app.openapi_schema = with_scenario(made)
    return app.openapi_schema


def examples() -> dict[str, dict[str, Any]]:
    """Return a request for each call that takes one, by path."""
    from upperhand.web.models import EXAMPLE

    asked = {"scenario": EXAMPLE}
    calls: dict[str, dict[str, Any]] = {
        "check": asked,
        "answer": asked | {"horizon": "long"},
        "sections": asked | {"horizon": "long", "variable": "real_wage_change"},
        "assumptions": asked,
        "python": asked,
        "cite": asked,
        "read": {"text": "Ottawa will put a duty of 25% on American trucks.", "date": "2025-10-15"},
        "jobs": asked | {"kind": "ranges", "draws": 64},
    }
    return {f"/api/v1/{name}": body for name, body in calls.items()}


def with_scenario(description: dict[str, Any]) -> dict[str, Any]:
    """Return the description with references to the scenario's schema in place of its mark."""
    from upperhand.scenario.schema import json_schema

    schema = json_schema()
    parts = schema.pop("$defs")
    schema.pop("$schema")
    schemas = description["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    added = {f"Scenario{_short(name)}": part for name, part in parts.items()}
    schemas |= {"Scenario": schema, **added}
    found: dict[str, Any] = _resolved(description)
    return found


def _short(name: str) -> str:
    return name.rsplit("__", 1)[-1]


def _resolved(node: Any) -> Any:
    """Replace the mark by a reference, and local references by those of the description."""
    if isinstance(node, list):
        return [_resolved(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "x-upperhand-schema" in node:
        kept = {k: v for k, v in node.items() if k not in ("x-upperhand-schema", "type")}
        return {**_resolved(kept), "$ref": f"#/components/schemas/{node['x-upperhand-schema']}"}
    found = {key: _resolved(value) for key, value in node.items()}
    reference = found.get("$ref")
    if isinstance(reference, str) and reference.startswith("#/$defs/"):
        found["$ref"] = f"#/components/schemas/Scenario{_short(reference[8:])}"
    mapping = found.get("mapping")
    if isinstance(mapping, dict):
        found["mapping"] = {
            k: v.replace("#/$defs/", "#/components/schemas/Scenario") if isinstance(v, str) else v
            for k, v in mapping.items()
        }
    return found
