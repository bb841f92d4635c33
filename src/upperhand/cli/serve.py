"""`upperhand serve`: the page and the HTTP interface."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from upperhand.cli.show import say


def serve(
    host: Annotated[
        str, typer.Option(help="Address to listen on; beyond this machine a token is asked for.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 takes a free one.", min=0, max=65535)] = 8765,
    open_: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser.")
    ] = True,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of jobs and results; by default the user's own.")
    ] = None,
    workers: Annotated[
        int, typer.Option(help="Processes that answer; 0 for one on each processor.", min=0, max=64)
    ] = 0,
    job_workers: Annotated[int, typer.Option(help="Processes that run jobs.", min=1, max=64)] = 1,
    name: Annotated[
        list[str] | None, typer.Option("--name", help="Further name that the server is known by.")
    ] = None,
    token: Annotated[
        str, typer.Option(envvar="UPPERHAND_TOKEN", help="Access token; a new one by default.")
    ] = "",
) -> None:
    """Serve the page and the HTTP interface on this machine.

    Example: upperhand serve
    """
    from upperhand.web.serve import Address
    from upperhand.web.serve import serve as run
    from upperhand.web.settings import Settings, default_data_dir, default_workers

    def ready(address: Address) -> None:
        say(f"upperhand is at {address.url}")
        if address.token:
            say("Whoever has this address with its token may use the server; keep it to yourself.")
        say("Stop it with Ctrl+C.")
        import sys

        sys.stdout.flush()
        if open_:
            import webbrowser

            webbrowser.open(address.url)

    settings = Settings(
        data_dir=data_dir or default_data_dir(),
        answer_workers=workers or default_workers(),
        job_workers=job_workers,
        token=token,
    )
    run(settings, host=host, port=port, names=tuple(name or ()), ready=ready)
