"""`python -m benchmarks.page`: the page in a real browser, from the address to the numbers.

Goals: first paint within 0.5 s, the map within 1.5 s, a moved slider to new numbers within 0.5 s
(median), at most 600 KB on the wire. Needs chromium.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import ROOT, Row, machine, shown, table
from benchmarks.web import site

OPENINGS, SLIDES = 5, 21
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
SLIDE = """points => new Promise(done => {
  const slider = document.querySelector('li.card input[type=range]');
  const answer = document.querySelector('.answer .fades');
  const start = performance.now();
  let asked = false;
  const watch = setInterval(() => {
    asked ||= answer.classList.contains('stale');
    if (!asked || answer.classList.contains('stale')) return;
    clearInterval(watch);
    done(performance.now() - start);
  }, 5);
  slider.value = points;
  slider.dispatchEvent(new Event('input', {bubbles: true}));
})"""


def opened(browser: Any, address: str) -> dict[str, float]:
    """Open the page with nothing kept, and return seconds to paint, numbers and map, and bytes."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wire = [0.0]
    client = context.new_cdp_session(page)
    client.send("Network.enable")
    client.on("Network.loadingFinished", lambda event: wire.append(event["encodedDataLength"]))
    start = time.perf_counter()
    page.goto(address)
    page.locator(".numbers").wait_for(timeout=60_000)
    numbers = time.perf_counter() - start
    page.locator("#chart-map").scroll_into_view_if_needed(timeout=60_000)
    page.locator("#chart-map svg.marks").wait_for(timeout=60_000)
    found = {
        "paint": page.evaluate(PAINT) / 1e3, "numbers": numbers,
        "map": time.perf_counter() - start, "bytes": sum(wire),
    }  # fmt: skip
    context.close()
    return found


def slides(browser: Any, address: str) -> list[float]:
    """Move the first slider, and return the seconds to new numbers of each move."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.route("**/api/v1/jobs", lambda route: route.abort())  # the answer alone
    page = context.new_page()
    page.goto(address)
    page.locator("#chart-map").wait_for(timeout=60_000)
    taken = []
    for k in range(SLIDES):
        taken.append(page.evaluate(SLIDE, 20 + 3 * k) / 1e3)
        page.locator("section.answer[aria-busy=false]").wait_for(timeout=60_000)
    context.close()
    return taken


def rows(browser: Any, address: str) -> Iterator[Row]:
    """Measure, one row a goal."""
    found = [opened(browser, address) for _ in range(OPENINGS)]

    def middle(name: str) -> float:
        return statistics.median(one[name] for one in found)

    yield Row("first paint", shown(middle("paint")), note="goal 0.5 s")
    yield Row("opening numbers", shown(middle("numbers")))
    yield Row("map drawn", shown(middle("map")), note="scrolled into view at once; goal 1.5 s")
    size = max(one["bytes"] for one in found) / 1e3
    yield Row("on the wire, headers too", f"{size:.0f} KB", note="goal 600 KB")
    taken = slides(browser, address)
    note = f"slowest of {SLIDES}: {shown(max(taken))}; goal 0.5 s (median)"
    yield Row("slider to new numbers on the page", shown(statistics.median(taken)), note=note)


def main() -> None:
    """Measure, print, and write `benchmarks/page.md`."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with (
        tempfile.TemporaryDirectory(prefix="upperhand-bench-") as place,
        site(Path(place)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        text = f"{table(list(rows(browser, server.url.removesuffix('api/v1'))))}\n\n{machine()}.\n"
        browser.close()
    sys.stdout.write(text)
    (ROOT / "benchmarks" / "page.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
