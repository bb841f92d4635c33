"""`upperhand mcp`: the tools for an assistant, over standard input and output."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def mcp(
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of jobs and results; by default none is kept.")
    ] = None,
    workers: Annotated[int, typer.Option(help="Processes that answer.", min=1, max=64)] = 1,
) -> None:
    """Let an assistant run scenarios, over the Model Context Protocol on standard input and output.

    Example: upperhand mcp
    """
    import tempfile

    from upperhand.core.errors import MissingExtraError
    from upperhand.web.settings import Settings

    try:
        from upperhand.web.assistant import assistant
    except ImportError as error:
        raise MissingExtraError(
            f"{error}; install what an assistant needs with: pip install 'upperhand[mcp]'"
        ) from error
    with tempfile.TemporaryDirectory(prefix="upperhand-mcp-", ignore_cleanup_errors=True) as place:
        folder = data_dir or Path(place)
        assistant(Settings(data_dir=folder, answer_workers=workers, warm=False)).run("stdio")
