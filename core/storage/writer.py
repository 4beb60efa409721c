"""One thread writes; whoever waits while it commits goes into the next commit together."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

import structlog

from core.errors import Unavailable

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], Any]
Pending = tuple[Work, "Future[Any]"]

_BATCH = 512
_log = structlog.get_logger(__name__)


class Writer:
    """The only writer of a SQLite file in this process; group commit of what waits."""

    def __init__(self, connect: Callable[[], sqlite3.Connection]) -> None:
        self._connect = connect
        self._waiting: queue.SimpleQueue[Pending | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    async def submit(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run work inside the next transaction; return once it is durable.

        Raises:
            Unavailable: the database cannot be written; nothing was recorded.
        """
        future: Future[T] = Future()
        self._waiting.put((work, future))
        # A caller that goes away must not take the committed act with it.
        return await asyncio.shield(asyncio.wrap_future(future))

    def close(self) -> None:
        """Commit what waits, then end the thread."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        while (first := self._waiting.get()) is not None:
            pending, last = self._gather(first)
            try:
                connection = connection or self._connect()
                self._commit(connection, pending)
            except Exception as error:  # noqa: BLE001  # outermost: every waiter learns of it
                _log.exception("writer_failed")
                connection = None
                _fail(pending, error)
            if last:
                break
        if connection is not None:
            connection.close()

    def _gather(self, first: Pending) -> tuple[list[Pending], bool]:
        pending = [first]
        with suppress(queue.Empty):
            while len(pending) < _BATCH:
                more = self._waiting.get_nowait()
                if more is None:
                    return pending, True
                pending.append(more)
        return pending, False

    def _commit(self, connection: sqlite3.Connection, pending: Sequence[Pending]) -> None:
        """Commit all together; if one spoils it, each by itself, so that only that one fails."""
        connection.execute("BEGIN IMMEDIATE")
        try:
            results = [work(connection) for work, _ in pending]
            connection.execute("COMMIT")
        except Exception as error:  # noqa: BLE001  # whatever it was, nothing stays half-written
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if len(pending) > 1:
                for one in pending:
                    self._commit(connection, [one])
                return
            _log.warning("act_failed", error=type(error).__name__)
            _fail(pending, error)
            return
        for (_, future), result in zip(pending, results, strict=True):
            future.set_result(result)


def _fail(pending: Sequence[Pending], error: Exception) -> None:
    for _, future in pending:
        if not future.done():
            future.set_exception(_explained(error))


def _explained(error: Exception) -> Exception:
    if isinstance(error, sqlite3.Error):
        return Unavailable(f"the ledger cannot be written now ({type(error).__name__})")
    return error
