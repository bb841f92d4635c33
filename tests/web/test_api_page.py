"""The example of the page on HTTP runs as it is printed."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.support import ROOT


def test_the_example_runs_and_fetches_a_report(server, tmp_path):
    text = (ROOT / "docs" / "do" / "api.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n(.+?)```", text, re.DOTALL)
    assert found is not None
    code = found[1].replace("http://127.0.0.1:8765", server.url)
    code = code.replace('"title":', '"world": "toy", "title":')  # the same, on a small world
    (tmp_path / "example.py").write_text(code, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-W", "error", "example.py"], cwd=tmp_path, capture_output=True, text=True,
        check=True, timeout=300,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert lines[0].startswith("The United States gains")
    assert re.fullmatch("[0-9a-f]{16}", lines[-1])
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Ten points on Chinese goods" in report
