"""The agent's own folder: one for each user of the computer, closed to everybody else.

It holds the agent's key, the digests of the tokens of paired pages, the readers' roles, where the
agent is enrolled, and ``agent.toml``, which an installer may write. No reading is ever in it.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path

from core.errors import Invalid

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_NAME = "maskmap-agent"
_OWNER_ONLY = 0o700
_LOCK = "agent.lock"


def default_folder(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Path:
    """Return where this user's programs keep what is theirs, by the platform's custom."""
    home = Path(environ.get("USERPROFILE" if platform == "win32" else "HOME") or Path.home())
    if platform == "win32":
        return Path(environ.get("APPDATA") or home / "AppData" / "Roaming") / _NAME
    if platform == "darwin":
        return home / "Library" / "Application Support" / _NAME
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / _NAME


class Home:
    """The folder; every file in it is readable by its owner alone, and replaced whole."""

    def __init__(self, path: Path) -> None:
        """Open the folder; make it where it is missing.

        Raises:
            Invalid: it cannot be made, or belongs to another user.
        """
        self.path = path
        self._lock: int | None = None
        try:
            path.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
            # On Windows the folder below the user's profile has the profile's rights.
            if sys.platform != "win32":
                path.chmod(_OWNER_ONLY)
        except OSError as error:
            raise Invalid(f"{path}: {error.strerror}; choose another with --folder") from error

    def read(self, name: str) -> bytes | None:
        """Return a file's bytes; None where there is none."""
        try:
            return (self.path / name).read_bytes()
        except OSError:
            return None

    def write(self, name: str, body: bytes) -> None:
        """Put a whole file in place at once, with rights for its owner only."""
        fresh = self.path / f".{name}.new"
        fresh.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(fresh, flags, stat.S_IRUSR | stat.S_IWUSR), "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path / name)

    def remove(self, name: str) -> bool:
        """Remove a file; tell whether there was one."""
        try:
            (self.path / name).unlink()
        except FileNotFoundError:
            return False
        return True

    def version(self, name: str) -> tuple[int, int] | None:
        """Return what changes when the file does; None where there is none."""
        try:
            found = (self.path / name).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino

    def take(self) -> bool:
        """Become this folder's one running agent; False where another process is it.

        The system lets go of the lock when the process ends, however it ends.
        """
        number = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, stat.S_IRUSR | stat.S_IWUSR)
        try:
            _lock(number)
        except OSError:
            os.close(number)
            return False
        self._lock = number
        return True

    def let_go(self) -> None:
        """Let another process be the agent of this folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _lock(number: int) -> None:
    if sys.platform == "win32":
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
