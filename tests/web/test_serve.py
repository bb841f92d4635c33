"""`upperhand serve` as users start it: what it prints, how it ends, what it refuses."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.support import ROOT
from tests.web.support import TOY, children, launched
from upperhand.web.serve import listening

COMMAND = [sys.executable, "-c", "from upperhand.cli import main; main()"]
HEAVY = ("fastapi", "uvicorn", "starlette", "mcp", "numpy", "scipy", "pandas", "altair")


def serve(*words: str) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [*COMMAND, "serve", "--no-open", *words], capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip


def test_the_command_serves_page_and_interface_until_it_is_stopped(tmp_path):
    command = [*COMMAND, "serve", "--no-open", "--port", "0", "--workers", "1"]
    server = launched([*command, "--data-dir", str(tmp_path / "data")], tmp_path / "data")
    page = httpx.get(server.url)
    assert page.status_code == 200
    for path in re.findall(r'(?:src|href)="(/?[^":]+)"', page.text):
        part = httpx.get(f"{server.url}/{path.lstrip('./')}")
        assert part.status_code == 200, path
    client = server.client()
    assert client.post("/answer", json={"scenario": TOY}).is_success
    mine = children(server.process.pid)
    assert len(mine) >= 3
    assert server.stop() == 130
    assert server.log.read_text(encoding="utf-8").strip() in ("", "stopped")
    last = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in mine):
        assert time.monotonic() < last
        time.sleep(0.05)


def test_who_comes_before_the_server_is_ready_waits():
    """The address is printed before the processes have started; a browser may open it at once."""
    with (
        listening("127.0.0.1", 0) as bound,
        socket.create_connection(bound.getsockname(), timeout=5) as early,
    ):
        accepted, _ = bound.accept()
        with accepted:
            accepted.sendall(b"later")
            assert early.recv(5) == b"later"


def test_a_port_that_is_taken_and_a_host_that_is_not_ours_are_refused(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = serve("--port", port, "--data-dir", str(tmp_path))
    assert done.returncode == 2
    assert "take another, or port 0" in done.stderr
    done = serve("--host", "192.0.2.1", "--data-dir", str(tmp_path))
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_folder_of_data_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    done = serve("--port", "0", "--data-dir", str(tmp_path / "file" / "data"))
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["serve", "mcp"])
def test_help_loads_nothing_heavy(command):
    code = (
        "import sys, json\nfrom upperhand.cli.guard import guarded\n"
        f"guarded([{command!r}, '--help'])\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_every_test_that_the_threat_model_names_exists():
    page = (ROOT / "docs" / "reference" / "threat-model.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    text = "\n".join(p.read_text("utf-8") for p in (ROOT / "tests").rglob("test_*.py"))
    assert len(named) > 15
    assert [name for name in sorted(named) if f"def {name}(" not in text] == []
