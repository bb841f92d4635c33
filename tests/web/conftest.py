"""One server for each module of tests, with one worker for answers and one for jobs."""

from __future__ import annotations

import sys

import pytest

if sys.platform == "win32":  # the tests read /proc and send signals
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    from tests.web.support import running

    with running(tmp_path_factory.mktemp("server") / "data") as found:
        yield found


@pytest.fixture
def api(server):
    client = server.client()
    yield client
    client.close()
