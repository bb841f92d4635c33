"""`python -m benchmarks.web`: the server under load, measured from outside.

Goals on two cores: a moved slider to new numbers in 0.5 s (median); 200 users, each with a request
every 3 s for 60 s, half of them new, without an error and 95 per cent within 2 s; 20 jobs queued and
cancelled without a process, file or thread left; flat memory over 10,000 requests; a restart that
loses no finished job; a page of at most 600 KB on the wire.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import copy
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import httpx

from benchmarks.measure import ROOT, Row, machine, shown, table

PACED = 3.0  # seconds between the requests of one user


@dataclass
class Site:
    """A running server.

    Attributes:
        url: Of the interface.
        process: Of the server.
        folder: Of its jobs and results.
    """

    url: str
    process: subprocess.Popen[str]
    folder: Path

    def client(self) -> httpx.Client:
        """Return a client."""
        return httpx.Client(base_url=self.url, timeout=120)


@contextlib.contextmanager
def site(folder: Path) -> Iterator[Site]:
    """Start `upperhand serve` with two workers, and end it."""
    code = "from upperhand.cli import main; main()"
    command = [sys.executable, "-c", code, "serve", "--no-open", "--port", "0", "--workers", "2",
               "--data-dir", str(folder)]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1] + "api/v1"
    try:
        for _ in range(600):
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(f"{url}/health").is_success:
                    break
            time.sleep(0.1)
        settle(process.pid)
        yield Site(url, process, folder)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        process.stdout.close()


def settle(pid: int) -> None:
    """Wait until the server has prepared what it opens with and every worker is idle."""
    before = -1.0
    for _ in range(60):
        now = busy(pid)
        if now - before < 0.05:
            return
        before = now
        time.sleep(1.0)


def slid(scenario: dict[str, Any], points: float) -> dict[str, Any]:
    """Return a scenario with the first move's slider elsewhere."""
    moved = copy.deepcopy(scenario)
    moved["moves"][0]["add_pp"] = round(points, 3)
    return moved


def preset(client: httpx.Client, name: str) -> dict[str, Any]:
    """Return a packaged scenario."""
    found: dict[str, Any] = client.get(f"/scenarios/{name}").json()["scenario"]
    return found


def slider_rows(place: Site, *, moves: int) -> Iterator[Row]:
    """Yield the time from a moved slider to new numbers, one user alone."""
    with place.client() as client:
        for name in ("october-2025", "uniform-10"):
            scenario = preset(client, name)
            client.post("/answer", json={"scenario": scenario, "horizon": "long"})
            for horizon in ("long", None):
                taken = []
                for i in range(moves):
                    asked = {
                        "scenario": slid(scenario, 20 + i + random.random()),
                        "horizon": horizon,
                    }
                    start = time.perf_counter()
                    client.post("/answer", json=asked).raise_for_status()
                    taken.append(time.perf_counter() - start)
                what = "three horizons" if horizon is None else "one horizon"
                yield Row(
                    f"slider to new numbers, {name}, {what}", shown(statistics.median(taken)),
                    note=f"slowest of {moves}: {shown(max(taken))}; goal 0.5 s (median)",
                )  # fmt: skip


async def crowd(url: str, scenario: dict[str, Any], users: int, seconds: float) -> list[Any]:
    """Return (seconds, status, new) of every request of so many users."""
    found: list[tuple[float, int, bool]] = []
    limits = httpx.Limits(max_connections=users, max_keepalive_connections=users)
    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:

        async def user(i: int) -> None:
            chance = random.Random(i)
            await asyncio.sleep(chance.uniform(0, PACED))
            until = time.monotonic() + seconds
            new = i % 2 == 0
            while time.monotonic() < until:
                points = chance.uniform(1, 99) if new else 50.0
                start = time.monotonic()
                asked = {"scenario": slid(scenario, points), "horizon": "long"}
                try:
                    status = (await client.post("/answer", json=asked)).status_code
                except httpx.HTTPError:
                    status = 0
                found.append((time.monotonic() - start, status, new))
                new = not new
                await asyncio.sleep(max(0.0, PACED - (time.monotonic() - start)))

        await asyncio.gather(*(user(i) for i in range(users)))
    return found


def crowd_rows(place: Site, *, users: int, seconds: float) -> Iterator[Row]:
    """Yield the times of a crowd, half of whose requests are new."""
    for name in ("uniform-10", "october-2025"):
        with place.client() as client:
            scenario = preset(client, name)
        before = busy(place.process.pid)
        found = asyncio.run(crowd(place.url, scenario, users, seconds))
        work = busy(place.process.pid) - before
        errors = sum(status != 200 for _, status, _ in found)
        times = sorted(taken for taken, _, _ in found)
        fresh = sum(new for _, _, new in found)
        p95 = times[int(0.95 * (len(times) - 1))]
        yield Row(
            f"{users} users, {seconds:g} s, {name}",
            f"p50 {shown(statistics.median(times))}, p95 {shown(p95)}",
            note=f"{len(found)} requests, {fresh} new, {errors} errors; server and workers took "
            f"{work:.0f} s of processor time; goal: no error, p95 2 s",
        )


def job_rows(place: Site, *, jobs: int) -> Iterator[Row]:
    """Yield what is left of jobs that were queued and cancelled."""
    with place.client() as client:
        scenario = preset(client, "uniform-10")
        before = processes(place.process.pid)
        start = time.perf_counter()
        names = [
            client.post(
                "/jobs", json={"kind": "ranges", "scenario": scenario, "draws": 999, "seed": i}
            ).json()["id"]
            for i in range(jobs)
        ]  # fmt: skip
        time.sleep(1)
        for name in reversed(names):
            client.delete(f"/jobs/{name}").raise_for_status()
        taken = time.perf_counter() - start - 1
        time.sleep(1)
        more = len(processes(place.process.pid)) - len(before)
        files = len(list((place.folder / "results").iterdir()))
        open_files = len(list(Path(f"/proc/{place.process.pid}/fd").iterdir()))
    yield Row(
        f"{jobs} jobs queued and cancelled", shown(taken),
        note=f"{max(more, 0)} processes and {files} files left, {open_files} files open; goal: none left",
    )  # fmt: skip


def memory_rows(place: Site, *, requests: int) -> Iterator[Row]:
    """Yield how memory grows over many requests: new answers, cached ones and refusals."""
    with place.client() as client:
        scenario = {"title": "memory", "world": "toy", "moves": [
            {"kind": "tariff", "by": "USA", "against": ["CHN"], "add_pp": 1, "source": "a test"}]}  # fmt: skip
        seen = []
        for i in range(requests):
            if i % max(requests // 5, 1) == 0:
                seen.append(memory(place.process.pid))
            points = 1 + (i % 2000) / 100 if i % 10 == 0 else 5.0
            body = {"scenario": slid(scenario, points), "horizon": "long"}
            response = client.post("/answer", json=body if i % 7 else {"scenario": {}})
            if response.status_code == 429:
                time.sleep(1)
        seen.append(memory(place.process.pid))
    growth = seen[-1] - seen[1]
    yield Row(
        f"{requests:,} requests, memory", f"{growth:+.0f} MB",
        note="server and workers, after the first fifth: "
        + ", ".join(f"{value:.0f}" for value in seen) + " MB; goal: flat",
    )  # fmt: skip


def page_rows(place: Site) -> Iterator[Row]:
    """Yield the bytes on the wire until the opening page is whole, and the time of its first byte."""
    size, count = 0, 0
    root = place.url.removesuffix("/api/v1")
    static = ROOT / "src" / "upperhand" / "web" / "static"
    headers = {"accept-encoding": "gzip"}
    with httpx.Client(timeout=60, headers=headers) as client:
        start = time.perf_counter()
        with client.stream("GET", f"{root}/") as response:
            next(response.iter_raw())
            first = time.perf_counter() - start
        paths = [
            "/",
            *(f"/assets/{path.name}" for path in (static / "assets").iterdir()),
            "/icon.svg",
        ]
        scenario = client.get(f"{place.url}/scenarios/october-2025").json()["scenario"]
        calls: list[tuple[str, str, Any]] = [("GET", f"{root}{path}", None) for path in paths]
        calls += [
            ("GET", f"{place.url}/{call}", None)
            for call in ("vocabulary", "geo", "scenarios", "scenarios/october-2025")
        ]
        calls += [
            ("POST", f"{place.url}/{call}", {"scenario": scenario})
            for call in ("answer", "sections")
        ]
        for method, url, asked in calls:
            with client.stream(method, url, json=asked) as response:
                size += sum(len(part) for part in response.iter_raw())
                count += response.is_success
    yield Row("first byte of the page", shown(first))
    yield Row(
        "the opening page on the wire", f"{size / 1e3:.0f} KB",
        note=f"{count} of {len(calls)} parts: every file of the page, and the calls it opens with, "
        "bodies only; goal 600 KB",
    )  # fmt: skip


def restart_rows(folder: Path) -> Iterator[Row]:
    """Yield how many finished jobs a `kill -9` loses."""
    claim = {"title": "t", "scenario": "uniform-10", "claims": [{
        "id": "lag", "words": "w", "test": "fact", "checks": [{"fact": {
            "metric": "process_node_lag_china", "entity": "China vs leaders", "period": "2024-08"},
            "at_least": 4}]}]}  # fmt: skip
    with site(folder) as place, place.client() as client:
        asked = [{"kind": "audit", "claims": claim, "seed": seed} for seed in range(10)]
        names = [client.post("/jobs", json=one).json()["id"] for one in asked]
        while client.get("/health").json()["queued"] or client.get("/health").json()["running"]:
            time.sleep(0.2)
        place.process.kill()
        place.process.wait()
    start = time.perf_counter()
    with site(folder) as place, place.client() as client:
        ready = time.perf_counter() - start
        kept = sum(client.get(f"/jobs/{name}/result").is_success for name in names)
    yield Row(
        "kill -9 and restart", f"{len(names) - kept} of {len(names)} lost",
        note=f"answers again after {shown(ready)}; goal: none lost",
    )  # fmt: skip


def processes(pid: int) -> list[int]:
    """Return a process and all that it started."""
    found = [pid]
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError, IndexError):
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            if entry.name.isdigit() and parent == pid:
                found += processes(int(entry.name))
    return found


def memory(pid: int) -> float:
    """Return the memory of a process and its children, in MB."""
    total = 0
    for one in processes(pid):
        with contextlib.suppress(OSError):
            total += int(Path(f"/proc/{one}/statm").read_text().split()[1])
    return total * os.sysconf("SC_PAGE_SIZE") / 1e6


def busy(pid: int) -> float:
    """Return the processor time of a process and its children, in seconds."""
    total = 0
    for one in processes(pid):
        with contextlib.suppress(OSError):
            parts = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            total += int(parts[11]) + int(parts[12])
    return total / os.sysconf("SC_CLK_TCK")


def rows(folder: Path, *, small: bool = False) -> Iterator[Row]:
    """Yield every row; small ones show that the benchmark works and measure nothing."""
    with site(folder / "data") as place:
        yield from page_rows(place)
        yield from slider_rows(place, moves=2 if small else 30)
        yield from crowd_rows(place, users=4 if small else 200, seconds=1 if small else 60)
        yield from job_rows(place, jobs=2 if small else 20)
        yield from memory_rows(place, requests=10 if small else 10_000)
    yield from restart_rows(folder / "again")


def main() -> None:
    """Measure, print, and write `benchmarks/web.md`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.web", description=__doc__)
    parser.add_argument("--small", action="store_true", help="only show that it works")
    small = parser.parse_args().small
    found = []
    with tempfile.TemporaryDirectory(prefix="upperhand-bench-") as place:
        for row in rows(Path(place), small=small):
            found.append(row)
            print(f"  {row.case}: {row.ours}; {row.note}", file=sys.stderr, flush=True)
    text = f"{table(found)}\n\n{machine()}.\n"
    print(text)
    if not small:
        (ROOT / "benchmarks" / "web.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
