"""Ask a server whatever its description allows, and what it forbids: `python -m tests.web.hammer 1000`.

The tests make a few requests for each call, the command as many as it is told.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

PROMISES = [
    not_a_server_error, content_type_conformance, response_schema_conformance,
    status_code_conformance,
]  # fmt: skip


@schemathesis.serializer("application/zip")
def as_bytes(_context: Any, value: Any) -> bytes:
    """Return what a table's zip is replaced by: bytes, as they come."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def hammer(
    description: dict[str, Any], path: str, method: str, url: str, *, examples: int, fixed: bool
) -> Counter[int]:
    """Make requests of a call, half of them against its description; return how often each status came.

    A server error, or an answer that the description does not promise, is raised.
    """
    operation = schemathesis.openapi.from_dict(description)[path][method.upper()]
    found: Counter[int] = Counter()
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @settings(
            max_examples=examples, deadline=None, derandomize=fixed, database=None,
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            response = case.call_and_validate(base_url=url, checks=PROMISES, timeout=60)
            found[response.status_code] += 1

        try:
            ask()
        except Unsatisfiable:
            if mode.is_positive:  # what takes any text cannot be asked wrongly
                raise
    return found


def main() -> int:
    """Ask every call so often; return 1 if there was a finding."""
    from tests.web.support import running

    parser = argparse.ArgumentParser(prog="python -m tests.web.hammer", description=__doc__)
    parser.add_argument("examples", type=int, nargs="?", default=200, help="requests of each kind")
    examples, wrong = parser.parse_args().examples, 0
    limits = {"rate_per_second": 1e6, "burst": 10**6, "heavy_per_second": 1e6,
              "heavy_burst": 10**6, "queued": 10**6}  # fmt: skip
    with (
        tempfile.TemporaryDirectory() as place,
        running(Path(place) / "data", limits=limits) as server,
    ):
        client = server.client()
        description = client.get("/openapi.json").json()
        for path, calls in description["paths"].items():
            for method in calls:
                try:
                    found = hammer(
                        description, path, method, server.url, examples=examples, fixed=False
                    )
                except Exception as error:  # noqa: BLE001  a finding is shown, and the next call asked
                    wrong += 1
                    sys.stdout.write(f"{method.upper()} {path}: {error}\n")
                    continue
                sys.stdout.write(f"{method.upper():6} {path}: {dict(sorted(found.items()))}\n")
                sys.stdout.flush()
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
