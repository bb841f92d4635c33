"""Uploads: a table is written to a folder of its own and read by the process behind the door."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from upperhand.web.problems import refuse

if TYPE_CHECKING:
    from upperhand.web.api import Office

MOST_WORLDS = 50
SECONDS = 3.0  # a table takes this many times as long as an article may


async def stored(office: Office, content: bytes, *, balance: bool) -> bytes:
    """Store a zip of tables as a world, and return what it is, compressed."""
    folder = office.settings.data_dir / "worlds"
    if not content:
        raise refuse(422, "got an empty body; send a zip of tables")
    if len(list(folder.glob("*.npz"))) >= MOST_WORLDS:
        raise refuse(503, f"this server keeps {MOST_WORLDS} worlds already; remove some first")
    with tempfile.TemporaryDirectory(prefix="upperhand-upload-") as place:
        path = Path(place) / "tables.zip"
        await asyncio.to_thread(path.write_bytes, content)
        seconds = SECONDS * office.settings.limits.read_seconds
        asked = {"path": str(path), "folder": str(folder), "balance": balance}
        return await office.door.ask("own_world", asked, seconds)
