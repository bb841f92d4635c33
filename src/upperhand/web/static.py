"""The page's files: from the package, compressed once, with headers that let browsers keep them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.responses import Response

from upperhand.web.plain import SMALL, packed
from upperhand.web.problems import refuse

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
    "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8",
    "webmanifest": "application/manifest+json",
}
PACKABLE = ("html", "js", "css", "json", "svg", "txt", "webmanifest")
HASHED, OTHERS = "public, max-age=31536000, immutable", "no-cache"
NO_PAGE = (
    "<!doctype html><html lang=en><title>upperhand</title><p>The interface is running, but the "
    "page was not built into this installation. See /api/v1/openapi.json."
)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page.

    Attributes:
        kind: Media type.
        content: As it is.
        small: Compressed; empty where that does not help.
        mark: Entity tag.
        keep: How long browsers may keep it.
    """

    kind: str
    content: bytes
    small: bytes
    mark: str
    keep: str


@lru_cache(maxsize=1)
def assets() -> dict[str, Asset]:
    """Return every file of the page by its path; what is not listed here is not served.

    Examples:
        >>> "/" in assets(), "/../api.py" in assets()
        (True, False)
    """
    folder = files("upperhand.web").joinpath("static")
    found: dict[str, Asset] = {}
    if folder.is_dir():
        for entry in folder.iterdir():
            if entry.is_file() and _suffix(entry.name) in TYPES:
                found[f"/{entry.name}"] = asset(entry.name, entry.read_bytes(), hashed=False)
        inner = folder.joinpath("assets")
        for entry in inner.iterdir() if inner.is_dir() else ():
            if entry.is_file() and _suffix(entry.name) in TYPES:
                found[f"/assets/{entry.name}"] = asset(entry.name, entry.read_bytes(), hashed=True)
    index = found.get("/index.html") or asset("index.html", NO_PAGE.encode(), hashed=False)
    return found | {"/": index}


def asset(name: str, content: bytes, *, hashed: bool) -> Asset:
    """Return a file as it is served; one whose name holds its hash may be kept for ever."""
    suffix = _suffix(name)
    small = packed(content) if suffix in PACKABLE and len(content) > SMALL else b""
    mark = hashlib.sha256(content).hexdigest()[:20]
    return Asset(TYPES[suffix], content, small, f'"{mark}"', HASHED if hashed else OTHERS)


class Page:
    """Serves the files of the page by exact path."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a file, or say that there is none."""
        if scope["method"] not in ("GET", "HEAD"):
            raise refuse(405, "files can only be read: GET or HEAD")
        found = assets().get(scope["path"])
        if found is None:
            raise refuse(404, "there is no such page; start from /")
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        await served(found, headers)(scope, receive, send)


def served(found: Asset, headers: dict[str, str]) -> Response:
    """Return the response for a file: whole, compressed, or 'not changed'."""
    given = {"etag": found.mark, "cache-control": found.keep, "vary": "accept-encoding"}
    if found.mark in (mark.strip() for mark in headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=given)
    if found.small and "gzip" in headers.get("accept-encoding", ""):
        return Response(
            found.small, headers=given | {"content-encoding": "gzip"}, media_type=found.kind
        )
    return Response(found.content, headers=given, media_type=found.kind)


def _suffix(name: str) -> str:
    return name.rpartition(".")[2].lower()
