"""What a server does besides answering."""

from __future__ import annotations

import asyncio
import gc
from types import SimpleNamespace

from public_site import server
from public_site.keys import SNAPSHOTS


async def test_memory_is_spared_from_the_collector_once_the_first_snapshot_is_there(monkeypatch):
    calls: list[str] = []
    monkeypatch.setattr(server, "SETTLE_LOOK_S", 0)
    monkeypatch.setattr(gc, "collect", lambda: calls.append("collect"))
    monkeypatch.setattr(gc, "freeze", lambda: calls.append("freeze"))
    snapshots = SimpleNamespace(published=None)
    task = asyncio.create_task(server.settled({SNAPSHOTS: snapshots}))
    for _ in range(3):
        await asyncio.sleep(0)
    assert calls == []
    snapshots.published = object()
    await task
    assert calls == ["collect", "freeze"]
