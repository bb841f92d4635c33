"""One server and one browser for each module; profiles are fresh for each test."""

from __future__ import annotations

import sys

import pytest

from tests.browser.visits import CHROMIUM, visiting

if sys.platform == "win32":  # the server of these tests ends by a signal
    collect_ignore_glob = ["test_*.py"]


def pytest_collection_modifyitems(items):
    here = [item for item in items if "tests/browser" in str(item.path)]
    for item in here:
        item.add_marker(pytest.mark.browser)
        if CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason="chromium is not installed"))


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    from tests.web.support import running

    with running(tmp_path_factory.mktemp("page") / "data") as found:
        yield found


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, server):
    with visiting(browser, server.url) as found:
        yield found
