"""Start the server: an address, a token where it is needed, and a browser if wanted."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from upperhand.core.errors import MissingExtraError, OptionError
from upperhand.web.settings import LOOPBACK, Settings, is_loopback

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI

GRACE = 2  # seconds that open connections get at the end
KEEP_ALIVE = 15
BACKLOG = 2048  # connections that may wait until the server takes them


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens.

    Attributes:
        url: What to open, with the token where there is one.
        token: The token, or the empty string.
    """

    url: str
    token: str


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    names: tuple[str, ...] = (),
    ready: Callable[[Address], None],
) -> None:
    """Serve until interrupted; `ready` is called with the address when the port is open.

    Args:
        settings: How the server runs; hosts and token are set here.
        host: Address to listen on. Other than the loopback address, a token is asked for.
        port: Port; 0 takes a free one.
        names: Further names under which the server is reached.
        ready: Called once.

    Raises:
        MissingExtraError: If the extra `web` is not installed.
        OptionError: If the address cannot be listened on, or the folder of data not be used.
    """
    uvicorn = _uvicorn()
    from upperhand.web.api import create_app

    usable(settings.data_dir)
    bound = listening(host, port)
    token = "" if is_loopback(host) else (settings.token or secrets.token_urlsafe(24))
    settings = replace(settings, token=token, hosts=hosts_of(host, names))
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{bound.getsockname()[1]}/" + (f"#token={token}" if token else "")
    app: FastAPI = create_app(settings)
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, server_header=False, date_header=False,
        timeout_graceful_shutdown=GRACE, timeout_keep_alive=KEEP_ALIVE, proxy_headers=False,
        limit_concurrency=2_000, lifespan="on", ws="none",
    )  # fmt: skip
    server = uvicorn.Server(config)
    ready(Address(url, token))
    try:
        server.run(sockets=[bound])
        if server.should_exit:  # some versions of asyncio lose the interrupt that ended it
            raise KeyboardInterrupt
    finally:
        bound.close()


def usable(folder: Path) -> None:
    """Make the folder of data, and see that no other server holds it.

    Raises:
        OptionError: If it cannot be made, or is in use.
    """
    from upperhand.web.jobs import locked

    try:
        folder.mkdir(parents=True, exist_ok=True)
        locked(folder / "lock").close()
    except OSError as error:
        raise OptionError(
            f"--data-dir {folder}: cannot be written to ({error.strerror}); give another folder"
        ) from error


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address: who comes before the server is ready waits.

    Raises:
        OptionError: If the address is taken or not of this machine.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # else no TCP_NODELAY
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        raise OptionError(
            f"--host {host} --port {port}: cannot be listened on ({error}); take another, or port 0"
        ) from error
    return bound


def hosts_of(host: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names under which requests are accepted.

    Examples:
        >>> hosts_of("127.0.0.1", ())
        ('127.0.0.1', '::1', 'localhost')
        >>> hosts_of("192.0.2.7", ("desk.example",))
        ('127.0.0.1', '::1', 'localhost', '192.0.2.7', 'desk.example')
    """
    own: tuple[str, ...] = () if is_loopback(host) else (host.lower(),)
    if host in ("0.0.0.0", "::"):
        own = tuple(sorted({socket.gethostname().lower(), *_addresses()}))
    return tuple(dict.fromkeys((*LOOPBACK, *own, *(name.lower() for name in names))))


def _addresses() -> set[str]:
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return set()
    return {str(entry[4][0]).partition("%")[0] for entry in found}


def _uvicorn() -> Any:
    try:
        import fastapi  # noqa: F401  # asked for before anything starts
        import uvicorn
    except ImportError as error:
        raise MissingExtraError(
            "the page needs fastapi and uvicorn; install them with: pip install 'upperhand[web]'"
        ) from error
    return uvicorn
