"""Write the published description: `python -m upperhand.web.publish docs/reference`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

NAME, PAGE = "openapi.json", "http-api.md"


def published() -> dict[str, str]:
    """Return the generated files by name: the OpenAPI description, and its calls as a page.

    Examples:
        >>> sorted(published())
        ['http-api.md', 'openapi.json']
    """
    from upperhand.web.api import create_app
    from upperhand.web.settings import Settings

    found = create_app(Settings(data_dir=Path("never-started"))).openapi()
    text = json.dumps(found, indent=1, ensure_ascii=False)
    return {NAME: f"{text}\n", PAGE: page(found)}


def page(description: dict[str, Any]) -> str:
    """Return the calls of a description as a page with one table, then the problems."""
    lines = [
        "# Which calls does the HTTP interface have?",
        "",
        f"Generated from [the OpenAPI description]({NAME}), which a running server also sends under",
        "`/api/v1/openapi.json`. How to use them: [Ask over HTTP](../do/api.md).",
        "",
        "| call | what it does | takes | gives |",
        "|---|---|---|---|",
    ]
    for path, calls in description["paths"].items():
        for method, call in calls.items():
            done = next(code for code in call["responses"] if code.startswith("2"))
            cells = (
                f"`{method.upper()} {path}`", call["summary"],
                _shape(call.get("requestBody", {})), _shape(call["responses"][done]),
            )  # fmt: skip
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _shape(node: dict[str, Any]) -> str:
    """Return the name of what a request or response carries."""
    for kind, content in node.get("content", {}).items():
        schema = content.get("schema", {})
        listed = schema.get("items", {}).get("$ref", "")
        name = (schema.get("$ref") or listed).rpartition("/")[2]
        return f"{'list of ' * bool(listed)}`{name}`" if name else f"`{kind}`"
    return ""


def main() -> None:
    """Write the files into the folder that is named, docs/reference by default."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference")
    for name, text in published().items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
