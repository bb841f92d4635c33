"""The line before the workers."""

from __future__ import annotations

import asyncio
import json

import pytest

pytest.importorskip("fastapi")

from tests.web.support import TOY
from upperhand.web.plain import unpacked
from upperhand.web.pool import Pool


def test_every_idle_worker_is_given_the_same_task():
    """So that none meets its first visitor before it has loaded its world."""
    asked, answers = [], []

    async def whole() -> None:
        pool = Pool(2, {"kind": "answer"}, waiting=5)
        for worker in pool.workers:
            worker.ask = noted(worker)  # what it does stays the same
        await pool.start()
        try:
            await pool.ask_each("answer", {"scenario": TOY}, 60.0)
            assert len(pool.idle) == 2
        finally:
            await pool.stop()

    def noted(worker):
        ask = worker.ask

        def asking(*args, **options):
            asked.append(worker)
            answers.append(json.loads(unpacked(ask(*args, **options))))
            return b""

        return asking

    asyncio.run(whole())
    assert len(set(asked)) == len(asked) == 2
    assert answers[0]["numbers"] == answers[1]["numbers"]
