"""The link ``current`` in the snapshot folder: the newest release under a name that stays.

For web servers that cannot read ``current.json``. It is switched by one rename after
``current.json``, so a file that is opened through it is whole and of one release; two files opened
one after the other may be of two. It proves nothing: the manifest beside the file does, as always.
"""

from __future__ import annotations

from pathlib import Path

from core.domain.snapshot import release_folder
from core.log import get_logger
from publisher import durable
from publisher.followers import Told

LINK = "current"
# Not the ending of files that are being written: who sweeps those expects no links.
_ASIDE = f".{LINK}.new"

_log = get_logger(__name__)


class CurrentLink:
    """Keeps the link of one snapshot folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._named = ""

    def keep_up(self, told: Told) -> None:
        """Let the link name the newest release; a disk that has no links goes without."""
        name = release_folder(told.manifest.sequence)
        if name == self._named:
            return
        try:
            self._switch(name)
        except OSError as error:
            _log.warning("no link to the newest release", reason=str(error))
        self._named = name

    def _switch(self, name: str) -> None:
        link, aside = self._folder / LINK, self._folder / _ASIDE
        if link.is_symlink() and link.readlink() == Path(name):
            return
        aside.unlink(missing_ok=True)
        aside.symlink_to(name, target_is_directory=True)
        aside.replace(link)
        durable.sync_folder(self._folder)

    def finish(self) -> None:
        """Do nothing: it is never put off."""
