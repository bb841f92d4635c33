"""The report in a real browser: offline, without JavaScript, on a phone and on a laptop."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]


@pytest.fixture(scope="module")
def browser():
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def address(report, tmp_path_factory) -> str:
    path: Path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(report, encoding="utf-8")
    return path.as_uri()


@pytest.fixture(params=[(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")], ids=str)
def page(request, browser, address):
    width, scheme = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        java_script_enabled=False,
        offline=True,
    )
    opened = context.new_page()
    opened.asked = []
    opened.on("request", lambda request: opened.asked.append(request.url))
    opened.complaints = []
    opened.on("console", lambda message: opened.complaints.append(message.text))
    opened.goto(address)
    yield opened
    context.close()


def test_page_asks_for_nothing_but_itself_and_complains_about_nothing(page, address):
    assert [url for url in page.asked if not url.startswith("data:")] == [address]
    assert page.complaints == []


def test_page_does_not_scroll_sideways(page):
    """Scripts are off in the page; the protocol of the browser still measures it."""
    client = page.context.new_cdp_session(page)
    size = client.send("Page.getLayoutMetrics")
    assert size["cssContentSize"]["width"] <= size["cssLayoutViewport"]["clientWidth"]


def test_one_drawing_of_each_chart_is_visible_and_fits(page):
    width = page.viewport_size["width"]
    for figure in page.locator("figure").all():
        shown = [d for d in figure.locator(".drawing svg").all() if d.is_visible()]
        assert len(shown) == 1
        box = shown[0].bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["height"] > 20


def test_tables_open_without_scripts(page):
    first = page.locator("details").first
    assert not first.locator("table").is_visible()
    first.locator("summary").click()
    assert first.locator("table").is_visible()


def test_text_of_charts_is_large_enough_to_read(page):
    sizes = [
        box["height"]
        for text in page.locator("figure .drawing svg:visible text").all()[:60]
        if (box := text.bounding_box())
    ]
    assert min(sizes) >= 9
