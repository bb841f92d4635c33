"""Visits of the page: links made in Python, and a browser that lets nothing leave this machine."""

from __future__ import annotations

import base64
import json
import shutil
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
LAPTOP, PHONE = 1280, 390
TABS = ("effects", "threats", "talks", "years", "claims", "compare", "assumptions", "method")
#: Longest wait for anything, on a machine that does something else as well.
PATIENCE = 120_000


def link_of(scenario: dict[str, Any], horizon: str = "long") -> str:
    """Return the fragment that carries a scenario, made without the page's own code."""
    content = json.dumps({"v": 1, "h": horizon, "s": scenario}).encode()
    return "#s=" + base64.urlsafe_b64encode(zlib.compress(content)).decode().rstrip("=")


@dataclass
class Visit:
    """One profile of a browser, with what it asked of others and what it complained about."""

    context: BrowserContext
    url: str
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, fragment: str = "") -> Page:
        """Return a page that shows the numbers of a link, or of the opening case."""
        page = self.context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(f"{self.url}/{fragment}")
        whole(page)
        return page

    def _heard(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def guard(self, route: Route) -> None:
        """Let requests to this machine through, and write down every other."""
        if urlsplit(route.request.url).hostname in ("127.0.0.1", "localhost"):
            route.continue_()
            return
        self.strangers.append(route.request.url)
        route.abort()


@contextmanager
def visiting(browser: Browser, url: str, width: int = LAPTOP, **more: Any) -> Iterator[Visit]:
    """Open a fresh profile; at its end nothing may have been asked of others, or complained about."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **more)
    visit = Visit(context, url)
    context.route("**/*", visit.guard)
    try:
        yield visit
        assert visit.strangers == []
        assert visit.complaints == []
    finally:
        context.close()


def whole(page: Page) -> None:
    """Wait until the answer on the page is that of the scenario on the page, at all horizons."""
    from playwright.sync_api import expect

    answer = page.locator("section.answer")
    expect(answer.locator(".numbers li").first).to_be_visible(timeout=PATIENCE)
    expect(answer).to_have_attribute("aria-busy", "false", timeout=PATIENCE)


def shown_numbers(page: Page) -> list[dict[str, Any]]:
    """Return the numbers as a reader sees them: title, value, and text by horizon."""
    found = []
    for card in page.locator(".numbers > li").all():
        names, texts = card.locator("dt").all_inner_texts(), card.locator("dd").all_inner_texts()
        found.append(
            {
                "title": card.locator(".name").inner_text(),
                "value": card.locator(".value").inner_text(),
                "by_horizon": dict(zip(names, texts, strict=True)),
            }
        )
    return found


def told_numbers(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the same of an answer of the interface."""
    return [
        {
            "title": number["title"],
            "value": number["value"],
            "by_horizon": {at["horizon"]: at["text"] for at in number["by_horizon"]},
        }
        for number in answer["numbers"]
    ]


def sentence(page: Page) -> str:
    """Return the sentence of the answer."""
    return page.get_by_test_id("sentence").inner_text()


def choose(page: Page, tab: str) -> None:
    """Open a part of the answer."""
    page.locator(f"#tab-{tab}").click()


def scroll_through(page: Page) -> None:
    """Bring every chart into view, so that all of them are drawn."""
    page.locator("figure").first.wait_for()
    for figure in page.locator("figure").all():
        figure.scroll_into_view_if_needed()
        figure.locator(".drawing svg.marks, .drawing table").first.wait_for()
    page.evaluate("window.scrollTo(0, 0)")
