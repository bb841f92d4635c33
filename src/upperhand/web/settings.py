"""What the server may do: where it listens, where results lie, and how much anybody may ask for."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

LOOPBACK = ("127.0.0.1", "::1", "localhost")
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds that hold before any work starts.

    Attributes:
        body_bytes: Largest body of a request in JSON.
        upload_bytes: Largest upload of a table.
        article_characters: Longest article that is read.
        rate_per_second: Requests a second that one address may make for long.
        burst: Requests that one address may make at once.
        heavy_per_second: Jobs, articles and uploads a second that one address may start for long.
        heavy_burst: How many of these at once.
        waiting: Answers that may wait for a worker; beyond it the server says that it is busy.
        answer_seconds: Longest time that an answer may take.
        read_seconds: Longest time that reading an article or a table may take.
        read_bytes: Memory that reading may take, on top of the idle worker's.
        queued: Jobs that may wait.
        draws: Largest number of draws of a job.
        job_seconds: Longest time that a job may take.
        cache_bytes: Answers kept in memory.
        disk_bytes: Results kept on disk; the oldest go first.
    """

    body_bytes: int = MB
    upload_bytes: int = 60 * MB
    article_characters: int = 200_000
    rate_per_second: float = 100.0
    burst: int = 300
    heavy_per_second: float = 1.0
    heavy_burst: int = 40
    waiting: int = 400
    answer_seconds: float = 30.0
    read_seconds: float = 20.0
    read_bytes: int = 1500 * MB
    queued: int = 200
    draws: int = 4096
    job_seconds: float = 3600.0
    cache_bytes: int = 64 * MB
    disk_bytes: int = 2000 * MB


@dataclass(frozen=True, slots=True)
class Settings:
    """How one server runs.

    Attributes:
        data_dir: Folder of the job table, results and uploaded worlds.
        hosts: Names under which requests are accepted, without port.
        token: Secret that every request must carry; empty on the loopback address.
        answer_workers: Processes that answer.
        job_workers: Processes that run jobs.
        warm: Compute the opening answer when the server starts.
        limits: Bounds.
    """

    data_dir: Path
    hosts: tuple[str, ...] = LOOPBACK
    token: str = ""
    answer_workers: int = 2
    job_workers: int = 1
    warm: bool = True
    limits: Limits = field(default_factory=Limits)


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach an address.

    Examples:
        >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
        (True, True, False)
    """
    import ipaddress

    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def default_data_dir() -> Path:
    """Return the user's folder for results: `$UPPERHAND_DATA`, else the one for such data.

    Examples:
        >>> default_data_dir().name
        'upperhand'
    """
    given = os.environ.get("UPPERHAND_DATA")
    if given:
        return Path(given)
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "upperhand"


def default_workers() -> int:
    """Return how many processes answer: one for each processor that this process may use."""
    return max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
