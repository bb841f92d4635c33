"""Make the pictures of the docs from real runs and the real page: `python docs/.hooks/pictures.py`.

Needs chromium. What is shown is the reports that `upperhand run october-2025` and `upperhand path october-2025` write,
and the page that `upperhand serve` opens, as a browser shows them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FOLDER = Path(__file__).resolve().parents[1] / "learn" / "pictures"
SCENARIO = "october-2025"
WIDE, NARROW = (1280, 800), (390, 780)
#: Pictures of the years ahead, by section of their report.
YEARS = {
    "years-gap": "years-behind",
    "years-cost": "years-cost",
    "years-leverage": "years-leverage",
}
CODE = "from upperhand.cli import main; main()"
PATIENCE = 600_000  # the talks of the case take a minute on an idle machine


def report(folder: Path) -> Path:
    """Run the scenario and return its report."""
    command = [sys.executable, "-c", CODE, "run", SCENARIO, "--no-talks", "-o", "report.html"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "report.html"


def years_report(folder: Path) -> Path:
    """Follow the scenario over the years and return the report of that."""
    command = [sys.executable, "-c", CODE, "path", SCENARIO]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return next(folder.glob("runs/*/report.html"))


def years_pictures(window: Browser, address: str) -> None:
    """Write the charts of the years ahead: distance, controls, cost and leverage by year."""
    page = window.new_page(viewport={"width": WIDE[0], "height": WIDE[1]}, color_scheme="light")
    page.goto(address)
    for name, section in YEARS.items():
        figure = page.locator(f"section[aria-labelledby={section}] figure").first
        figure.screenshot(path=FOLDER / f"{name}.png")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve the page, and return its address."""
    options = ["serve", "--no-open", "--port", "0", "--data-dir", str(folder)]
    server = subprocess.Popen(
        [sys.executable, "-c", CODE, *options], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    try:
        yield server.stdout.readline().split()[-1]
    finally:
        server.terminate()
        server.wait(30)


def page_pictures(window: Browser, address: str) -> None:
    """Write the opening page at two widths, and best responses and the deal."""
    for name, (width, height) in (("page", WIDE), ("page-narrow", NARROW)):
        page = window.new_page(viewport={"width": width, "height": height}, color_scheme="light")
        page.goto(address)
        page.get_by_test_id("upper-hand").wait_for(timeout=PATIENCE)
        page.wait_for_timeout(1000)
        page.screenshot(path=FOLDER / f"{name}.png")
        if name == "page":
            for tab in ("threats", "talks"):
                page.locator(f"#tab-{tab}").click()
                page.evaluate("document.querySelector('[role=tablist]').scrollIntoView()")
                page.wait_for_timeout(1000)
                page.screenshot(path=FOLDER / f"page-{tab}.png")


def main() -> None:
    """Write reports and page at two widths, the map, best responses, the deal and the years ahead."""
    from playwright.sync_api import sync_playwright

    browser = next(
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    )
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        page_of = report(Path(folder)).as_uri()
        window = play.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for name, (width, height) in (("report", WIDE), ("report-narrow", NARROW)):
            page = window.new_page(viewport={"width": width, "height": height})
            page.goto(page_of)
            page.wait_for_timeout(1000)
            page.screenshot(path=FOLDER / f"{name}.png")
            if name == "report":
                page.locator("section:has(> h2:text-is('Map'))").screenshot(path=FOLDER / "map.png")
        years_pictures(window, years_report(Path(folder)).as_uri())
        with served(Path(folder) / "served") as address:
            page_pictures(window, address)
        window.close()


if __name__ == "__main__":
    main()
