"""The door: who may ask, how much and how often; and the headers of every answer.

One layer around the whole application, before any of its code sees a request: host name, access
token, requests from other sites, rate, size of the body. See the threat model in the reference.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import math
import time
from collections import OrderedDict
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

from upperhand.web.problems import MEDIA_TYPE, Problem, ProblemError, refuse

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from upperhand.web.settings import Settings

COOKIE = "upperhand_token"
API = "/api/"
BODY_SECONDS = 30.0
MOST_ADDRESSES = 10_000
#: Calls that start costly work, by method and path.
HEAVY = (("POST", "/api/v1/jobs"), ("POST", "/api/v1/read"), ("POST", "/api/v1/worlds"))
UPLOADS = ("/api/v1/worlds",)

POLICY = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'",
        "img-src 'self' data: blob:", "font-src 'self'", "connect-src 'self'",
        "manifest-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
    )
)  # fmt: skip
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}


class Bucket:
    """How often each address may ask: tokens that refill with time."""

    def __init__(self, per_second: float, burst: int) -> None:
        self.per_second, self.burst = per_second, burst
        self.left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, now: float) -> int:
        """Take one token; return 0, or the seconds after which there is one again.

        Examples:
            >>> bucket = Bucket(1.0, 2)
            >>> [bucket.take("a", 0.0) for _ in range(3)], bucket.take("a", 1.0)
            ([0, 0, 1], 0)
        """
        level, then = self.left.pop(address, (float(self.burst), now))
        level = min(float(self.burst), level + (now - then) * self.per_second)
        enough = level >= 1
        self.left[address] = (level - 1 if enough else level, now)
        while len(self.left) > MOST_ADDRESSES:
            self.left.popitem(last=False)
        return 0 if enough else max(1, math.ceil((1 - level) / self.per_second))


class Guard:
    """Wraps the application; refuses what must not reach it."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        limits = settings.limits
        self.app, self.settings = app, settings
        self.often = Bucket(limits.rate_per_second, limits.burst)
        self.heavy = Bucket(limits.heavy_per_second, limits.heavy_burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it with a problem."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        cookie: list[str] = []

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": with_headers(message.get("headers", ()), cookie)}
            await send(message)

        try:
            self.admit(scope, headers, cookie)
            content = await body(receive, headers, self.most_bytes(scope))
        except ProblemError as error:
            await send_problem(answered, error.problem)
            return
        await self.app(scope, replayed(content, receive), answered)

    def admit(self, scope: Scope, headers: dict[str, str], cookie: list[str]) -> None:
        """Check host, origin, token and rate.

        Raises:
            ProblemError: If the request must not come in.
        """
        path, method = scope["path"], scope["method"]
        if host_of(headers.get("host", "")) not in self.settings.hosts:
            raise refuse(403, "this server is not known by that name; use the address it printed")
        if path.startswith(API):
            if self.is_foreign(headers):
                raise refuse(403, "requests from other sites are not answered")
            if self.settings.token:
                self.check_token(headers, cookie)
        address = scope["client"][0] if scope.get("client") else "unknown"
        now = time.monotonic()
        wait = self.often.take(address, now)
        if not wait and any(method == verb and path == call for verb, call in HEAVY):
            wait = self.heavy.take(address, now)
        if wait:
            raise refuse(429, f"too many requests from here; ask again in {wait} s",
                         retry_after=wait)  # fmt: skip

    def is_foreign(self, headers: dict[str, str]) -> bool:
        """Say whether a browser sends this for a page of another site."""
        if headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            return True
        origin = headers.get("origin")
        return origin is not None and host_of(origin.rpartition("//")[2]) not in self.settings.hosts

    def check_token(self, headers: dict[str, str], cookie: list[str]) -> None:
        """Compare the token in constant time; the first use leaves it in a cookie.

        Raises:
            ProblemError: If there is no token, or another one.
        """
        kind, _, given = headers.get("authorization", "").partition(" ")
        bearer = given.strip() if kind.lower() == "bearer" else ""
        secret = self.settings.token.encode()
        if bearer and hmac.compare_digest(bearer.encode("utf-8", "replace"), secret):
            flags = "HttpOnly; SameSite=Strict; Path=/; Max-Age=86400"
            cookie.append(f"{COOKIE}={self.settings.token}; {flags}")
            return
        kept = _cookie(headers.get("cookie", ""))
        if kept and hmac.compare_digest(kept.encode("utf-8", "replace"), secret):
            return
        raise refuse(401, "send the access token that the server printed: Authorization: Bearer")

    def most_bytes(self, scope: Scope) -> int:
        """Return how large the body of a request may be."""
        limits = self.settings.limits
        return limits.upload_bytes if scope["path"] in UPLOADS else limits.body_bytes


async def body(receive: Receive, headers: dict[str, str], most: int) -> bytes:
    """Return the whole body, refused as soon as it is known to be too large.

    Raises:
        ProblemError: If it is too large, too slow, or its length is no number.
    """
    length = headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit():
        raise refuse(400, "the length of the content is not a number")
    if int(length[:20]) > most:
        raise refuse(413, f"the body is larger than {most:,} bytes; send less")
    parts, size = [], 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    raise refuse(400, "the connection ended before the body did")
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > most:
                    raise refuse(413, f"the body is larger than {most:,} bytes; send less")
                if not message.get("more_body"):
                    return b"".join(parts)
    except TimeoutError as error:
        raise refuse(400, f"the body took longer than {BODY_SECONDS:g} s") from error


def replayed(content: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body once, then waits for the client to leave."""
    sent: list[bool] = []

    async def again() -> Message:
        if not sent:
            sent.append(True)
            return {"type": "http.request", "body": content, "more_body": False}
        return await receive()

    return again


def host_of(header: str) -> str:
    """Return the host of a `Host` header without its port.

    Examples:
        >>> host_of("127.0.0.1:8000"), host_of("[::1]:80"), host_of("evil.example")
        ('127.0.0.1', '::1', 'evil.example')
    """
    text = header.strip().lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0]


def with_headers(
    given: Iterable[tuple[bytes, bytes]], cookie: list[str]
) -> list[tuple[bytes, bytes]]:
    """Return the headers of a response with those that every response carries."""
    found = list(given)
    present = {name.lower() for name, _ in found}
    more = {k: v for k, v in HEADERS.items() if k.encode() not in present}
    if b"cache-control" not in present:
        more["cache-control"] = "no-store"
    found += [(k.encode(), v.encode()) for k, v in more.items()]
    return found + [(b"set-cookie", text.encode()) for text in cookie]


async def send_problem(send: Send, problem: Problem) -> None:
    """Send a problem as the whole response."""
    content = json.dumps(problem.to_dict()).encode("utf-8")
    headers = [
        (b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(content)).encode()),
    ]  # fmt: skip
    if problem.retry_after:
        headers.append((b"retry-after", str(problem.retry_after).encode()))
    if problem.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    start: Any = {"type": "http.response.start", "status": problem.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": content})


def _cookie(header: str) -> str:
    try:
        found = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found is not None else ""
