"""One publisher at a time: two locks that the kernel lets go of when their holder ends, however.

One is a file in the state, which names the holder; the other is the snapshot folder itself, so
that publishers of two states, or one whose lock file somebody removed, never write into one folder.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from core.errors import Conflict
from core.log import get_logger

Wait = Callable[[str], None]
"""Waits a moment for whoever leads, of whom it is told; raises where it waits no longer."""

LOCK = "publisher.lock"
_UNLOCKABLE = {errno.EBADF, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL}
_log = get_logger(__name__)


def refuse(leader: str) -> None:
    """Do not wait at all.

    Raises:
        Conflict: always.
    """
    raise Conflict(f"another publisher ({leader}) is at work here; stop it first")


@contextmanager
def only_one(lock_file: Path, folder: Path, wait: Wait = refuse) -> Iterator[None]:
    """Hold the lead over a state and its snapshot folder.

    Raises:
        Conflict: another publisher leads, and ``wait`` does not wait.
    """
    lock_file.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as held:
        while not _taken(lock_file, os.O_RDWR | os.O_CREAT, held):
            wait(_holder(lock_file))
        while not _taken(folder, os.O_RDONLY | os.O_DIRECTORY, held):
            wait(f"of {folder}, for another state")
        lock_file.write_text(str(os.getpid()), encoding="ascii")
        yield


def _taken(place: Path, flags: int, held: ExitStack) -> bool:
    """Lock a file or folder until ``held`` ends, if nobody else has it."""
    handle = os.open(place, flags, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return False
    except OSError as error:
        if error.errno not in _UNLOCKABLE or not flags & os.O_DIRECTORY:
            os.close(handle)
            raise
        _log.warning("a folder on this disk cannot be locked", folder=str(place))
    held.callback(os.close, handle)
    return True


def _holder(lock_file: Path) -> str:
    number = lock_file.read_text(encoding="ascii").strip()
    return f"process {number or 'unknown'}"
