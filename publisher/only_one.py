"""One publisher at a time: a lock that the kernel lets go of when its holder dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import Conflict


@contextmanager
def only_one(lock_file: Path) -> Iterator[None]:
    """Hold a lock file.

    Raises:
        Conflict: another publisher holds it.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    with lock_file.open("a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise Conflict(f"another publisher (process {holder}) holds {lock_file}") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
