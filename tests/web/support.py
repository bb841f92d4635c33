"""A server in a process of its own, as users run it, and scenarios that every door must answer alike."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

#: What `upperhand serve` does, with limits that a test can reach.
LAUNCH = """
import json, sys
from pathlib import Path
from upperhand.web.serve import serve
from upperhand.web.settings import Limits, Settings

given = json.loads(sys.argv[1])
limits = Limits(**given.pop("limits"))
host, names = given.pop("host"), tuple(given.pop("names"))
settings = Settings(data_dir=Path(given.pop("data_dir")), limits=limits, **given)
serve(settings, host=host, port=0, names=names, ready=lambda found: print(found.url, flush=True))
"""
TOY: dict[str, Any] = {
    "title": "Ten points",
    "world": "toy",
    "moves": [
        {"kind": "tariff", "by": "USA", "against": ["CHN"], "add_pp": 10, "source": "a test"}
    ],
}
BOTH: dict[str, Any] = {
    "title": "Ten points each",
    "world": "toy",
    "moves": [
        {"kind": "tariff", "by": "USA", "against": ["CHN"], "add_pp": 10, "source": "a test"},
        {"kind": "tariff", "by": "CHN", "against": ["USA"], "add_pp": 15, "source": "a test"},
    ],
}
#: Ten scenarios: a packaged name and the changes to it, as for `--set`.
TEN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("october-2025", ()),
    ("april-2025", ()),
    ("2018-2019", ()),
    ("chips-for-magnets", ()),
    ("uniform-10", ()),
    ("october-2025", ("moves[0].add_pp=54", "closure=share")),
    ("october-2025", ("moves[8].withhold_pct=80", "baseline.weights=statutory")),
    ("chips-for-magnets", ("options.elasticity_factor=1.5",)),
    ("uniform-10", ("moves[0].add_pp=20", "world=icio-2022")),
    ("october-2025", ("baseline.as_of=2025-07-01", "horizons=[short, long]")),
)


@dataclass
class Server:
    """A running server.

    Attributes:
        process: Of the server; its workers are its children.
        url: Address without token.
        token: Access token; empty on the loopback address.
        folder: Where its jobs, results and worlds lie.
        log: File of its standard error.
    """

    process: subprocess.Popen[str]
    url: str
    token: str
    folder: Path
    log: Path
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self, **more: Any) -> httpx.Client:
        """Return a client of the interface; it is closed with the server."""
        given = {"base_url": f"{self.url}/api/v1", "timeout": 120.0} | more
        made = httpx.Client(**given)
        self.clients.append(made)
        return made

    def stop(self, *, kill: bool = False) -> int:
        """End the server, politely or not, and return its exit code."""
        for client in self.clients:
            client.close()
        self.process.send_signal(signal.SIGKILL if kill else signal.SIGINT)
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def start(folder: Path, **more: Any) -> Server:
    """Start a server on a free port and wait until it answers."""
    given = {
        "data_dir": str(folder), "answer_workers": 1, "warm": False, "host": "127.0.0.1",
        "names": (), "limits": {"heavy_per_second": 1000.0, "heavy_burst": 1000},
    } | more  # fmt: skip
    return launched([sys.executable, "-c", LAUNCH, json.dumps(given)], folder)


def launched(command: list[str], folder: Path) -> Server:
    """Run a command that serves and prints its address; return the server when it answers."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "stderr.txt"
    with log.open("a", encoding="utf-8") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=os.environ.copy()
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert "http" in line, log.read_text(encoding="utf-8")
    address, _, token = line.split()[-1].partition("#token=")
    server = Server(
        process, address.rstrip("/").replace("0.0.0.0", "127.0.0.1"), token, folder, log
    )
    headers = {"authorization": f"Bearer {token}"} if token else {}
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{server.url}/api/v1/health", headers=headers).status_code == 200:
                return server
        except httpx.TransportError:
            time.sleep(0.05)
    server.stop(kill=True)
    raise AssertionError(log.read_text(encoding="utf-8"))


@contextmanager
def running(folder: Path, **more: Any) -> Iterator[Server]:
    """Start a server, and end it with the block; nothing of it may be left."""
    server = start(folder, **more)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


def ended(client: httpx.Client, job: str, *, seconds: float = 120) -> dict[str, Any]:
    """Return the state of a job when it has ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        status = client.get(f"/jobs/{job}").raise_for_status().json()
        if status["state"] not in ("queued", "running"):
            return dict(status)
        time.sleep(0.05)
    raise AssertionError(f"job {job} is still {status['state']}: {status['message']}")


def scenario_of(name: str, changes: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return a packaged scenario with changes, as the interface takes it."""
    from upperhand.scenario.read import read_scenario

    return read_scenario(name, changes=list(changes)).to_dict()


def children(pid: int) -> list[int]:
    """Return the processes that a process started, and theirs, from the system's table."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text(encoding="ascii", errors="replace")
            except OSError:
                continue
            state, parent = stat.rpartition(")")[2].split()[:2]
            if state != "Z":
                parents[int(entry.name)] = int(parent)
    found, waiting = [], [pid]
    while waiting:
        here = waiting.pop()
        mine = [child for child, parent in parents.items() if parent == here]
        found += mine
        waiting += mine
    return found
