"""Make the pictures of the first hour from a real run: `python docs/.hooks/pictures.py`.

Needs chromium. What is shown is the report that `upperhand run october-2025` writes, as a browser shows it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "learn" / "pictures"
SCENARIO = "october-2025"
WIDE, NARROW = (1280, 800), (390, 780)


def report(folder: Path) -> Path:
    """Run the scenario and return its report."""
    code = "from upperhand.cli import main; main()"
    command = [sys.executable, "-c", code, "run", SCENARIO, "--no-talks", "-o", "report.html"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "report.html"


def main() -> None:
    """Write the first screen at two widths, and the map."""
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
        window.close()


if __name__ == "__main__":
    main()
