"""One thread writes; whoever waits while it commits goes into the next commit together."""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, TypeVar

from core.errors import MaskmapError, Unavailable
from core.log import get_logger
from core.ports import Order, Reply
from core.storage.batch import batches

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], Any]
ApplyOrders = Callable[[sqlite3.Connection, Sequence[Order]], list[Reply | MaskmapError]]

_MOST_WAITING = 512
_log = get_logger(__name__)


@dataclass(slots=True)
class Pending:
    """One thing to be done in the next transaction, and who waits for it."""

    what: Order | Work
    done: Future[Any] = field(default_factory=Future)


class Writer:
    """The only writer of a SQLite file in this process; group commit of what waits."""

    def __init__(self, connect: Callable[[], sqlite3.Connection], apply: ApplyOrders) -> None:
        self._connect = connect
        self._apply = apply
        self._waiting: queue.SimpleQueue[Pending | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    async def submit(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run work inside the next transaction; return once it is durable.

        Raises:
            Unavailable: the database cannot be written; nothing was recorded.
        """
        result: T = await self._put(Pending(work))
        return result

    async def submit_order(self, order: Order) -> Reply | MaskmapError:
        """Decide an order together with the others that wait; return once it is durable.

        Raises:
            Unavailable: the database cannot be written; nothing was recorded.
        """
        outcome: Reply | MaskmapError = await self._put(Pending(order))
        return outcome

    async def _put(self, pending: Pending) -> Any:
        self._waiting.put(pending)
        # A caller that goes away must not take the committed act with it.
        return await asyncio.shield(asyncio.wrap_future(pending.done))

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
            while len(pending) < _MOST_WAITING:
                more = self._waiting.get_nowait()
                if more is None:
                    return pending, True
                pending.append(more)
        return pending, False

    def _commit(self, connection: sqlite3.Connection, pending: Sequence[Pending]) -> None:
        """Commit all together; if one spoils it, each by itself, so that only that one fails."""
        connection.execute("BEGIN IMMEDIATE")
        try:
            results = list(self._results(connection, pending))
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
        for one, result in zip(pending, results, strict=True):
            one.done.set_result(result)

    def _results(self, connection: sqlite3.Connection, pending: Sequence[Pending]) -> Iterator[Any]:
        """Do everything in turn; orders that follow each other are one batch."""
        for are_orders, run in groupby(pending, key=lambda one: isinstance(one.what, Order)):
            things: list[Any] = [one.what for one in run]
            if are_orders:
                for part in batches(things, _MOST_WAITING):
                    yield from self._apply(connection, part)
            else:
                yield from (work(connection) for work in things)


def _fail(pending: Sequence[Pending], error: Exception) -> None:
    for one in pending:
        if not one.done.done():
            one.done.set_exception(_explained(error))


def _explained(error: Exception) -> Exception:
    if isinstance(error, sqlite3.Error):
        return Unavailable(f"the ledger cannot be written now ({type(error).__name__})")
    return error
