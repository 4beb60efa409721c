"""Which files are described: those of the newest release, and the history beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.domain import dictionary
from core.domain.snapshot import FileEntry, HistoryFile, Manifest, release_folder
from core.domain.text import Text
from core.releases import PACKED
from publisher.catalogue.about import FeedStatus, Operator

# Older days stand in the index of the history alone, so that the catalogue does not grow for ever.
DAYS_LISTED = 92


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What a catalogue describes: a release, when the first one was, the days of the history.

    ``began`` is the day of the first release (``YYYY-MM-DD``).
    """

    manifest: Manifest
    products: Sequence[str]
    began: str
    operator: Operator
    history: Sequence[HistoryFile] = ()

    @property
    def status(self) -> FeedStatus:
        """Tell whether the feed goes on."""
        return self.operator.status_of(self.manifest)

    @property
    def folder(self) -> str:
        """Return the folder of the release."""
        return release_folder(self.manifest.sequence)


def plain_files(manifest: Manifest) -> list[FileEntry]:
    """Return the files of a release but for packed copies and folders of many files."""
    return [entry for entry in single_files(manifest) if not entry.path.endswith(PACKED)]


def single_files(manifest: Manifest) -> list[FileEntry]:
    """Return the files of a release, packed copies too, but for folders of many files."""
    return [entry for entry in manifest.files if "/" not in entry.path]


def folders(manifest: Manifest) -> list[str]:
    """Return the folders of a release that hold many files: ``by-town/``."""
    return sorted({f"{e.path.partition('/')[0]}/" for e in manifest.files if "/" in e.path})


def words_of(path: str) -> Text:
    """Say what a file of a release holds; its name where nobody says more."""
    return dictionary.FILES.get(path, Text(path, path))


def unpacked(path: str) -> str:
    """Return the name of the plain file of a packed copy, or the name itself."""
    return path.rpartition(".")[0] if path.endswith(PACKED) else path


def listed_days(files: Sequence[HistoryFile]) -> Iterator[tuple[str, list[HistoryFile]]]:
    """Yield the newest days of the history that are over, each with its files, in order.

    The files of a day that is not over change between releases, and so stand in the index alone.
    """
    days: dict[str, list[HistoryFile]] = {}
    for file in files:
        if file.complete:
            days.setdefault(file.day, []).append(file)
    for day in sorted(days)[-DAYS_LISTED:]:
        yield day, sorted(days[day], key=lambda file: file.path)
