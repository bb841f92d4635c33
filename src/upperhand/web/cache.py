"""Answers by key: kept in memory while there is room, and computed once however many ask."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any


class Cache:
    """The last answers, compressed as they are sent; the oldest go first."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes, self.size = most_bytes, 0
        self.kept: OrderedDict[str, bytes] = OrderedDict()
        self.asked: dict[str, asyncio.Task[bytes]] = {}

    async def of(self, key: str, make: Callable[[], Awaitable[bytes]]) -> tuple[bytes, bool]:
        """Return the answer of a key, and whether it was there already.

        Who asks for what is being made waits for the same; a failure is not kept.
        """
        if key in self.kept:
            self.kept.move_to_end(key)
            return self.kept[key], True
        if key not in self.asked:
            self.asked[key] = asyncio.create_task(self._make(key, make))
            self.asked[key].add_done_callback(seen)
        return await asyncio.shield(self.asked[key]), False

    async def _make(self, key: str, make: Callable[[], Awaitable[bytes]]) -> bytes:
        try:
            content = await make()
            self.keep(key, content)
            return content
        finally:
            del self.asked[key]

    def keep(self, key: str, content: bytes) -> None:
        """Keep an answer, and drop the oldest until all fit."""
        if len(content) > self.most_bytes:
            return
        self.size += len(content) - len(self.kept.pop(key, b""))
        self.kept[key] = content
        while self.size > self.most_bytes:
            _, old = self.kept.popitem(last=False)
            self.size -= len(old)


def seen(done: asyncio.Future[Any]) -> None:
    """Take note of how something ended whose asker may have left."""
    if not done.cancelled():
        done.exception()
