"""One snapshot, ready to answer: built once beside the old one, never changed afterwards."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import and_
from typing import Any, overload

import msgspec

from core.domain.programme import Programme, from_document
from core.domain.snapshot import Manifest, OutletRecord
from core.releases import Untrusted
from public_site.bounded import BoundedCache
from public_site.columns import Columns, read_columns
from public_site.folding import search_text
from public_site.strips import Nearest, Strips

OUTLETS_FILE = "outlets.geojson"
_MOST_PAGE_BYTES = 48 * 2**20
_MOST_ANSWER_BYTES = 32 * 2**20
_MOST_INDEX_BYTES = 64 * 2**20
_MOST_QUERIES = 20_000
# Up to so many outlets every record is read when a snapshot is taken, so that no visitor waits for
# it; of more, only those are read that somebody asks for.
MOST_READ_AHEAD = 50_000
_MOST_ENTRIES_KEPT = 20_000
_BYTES_A_POINT = 24


class Entry:
    """One outlet: what templates read, and what a search reads.

    ``record`` leaves out the two times that are the same for all of a release.
    """

    __slots__ = ("_text", "record")

    def __init__(self, record: OutletRecord) -> None:
        self.record = record
        self._text = ""

    @property
    def text(self) -> str:
        """What free text looks at; spelled for comparison when it is first needed."""
        if not self._text:
            self._text = search_text(self.record)
        return self._text


class LateEntries(Sequence[Entry]):
    """The outlets of a very large release, each read when it is asked for."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._kept: BoundedCache[Entry] = BoundedCache(_MOST_ENTRIES_KEPT, lambda entry: 1)

    @overload
    def __getitem__(self, place: int) -> Entry: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Entry]: ...

    def __getitem__(self, place: int | slice) -> Entry | Sequence[Entry]:
        """Return an outlet by its place."""
        if isinstance(place, slice):
            return [self[one] for one in range(len(self))[place]]
        place = range(len(self))[place]
        entry = self._kept.get(place)
        return entry or self._kept.keep(place, Entry(self._columns.record(place)))

    def __len__(self) -> int:
        return len(self._columns)


class Pieces(dict[int, bytes]):
    """What an answer about a place says of each outlet, up to its distance; cut out when needed."""

    def __init__(self, columns: Columns) -> None:
        super().__init__()
        self._columns = columns

    def __missing__(self, place: int) -> bytes:
        if len(self) >= _MOST_ENTRIES_KEPT:
            self.clear()
        piece = self[place] = self._columns.fragment(place) + b',"distance_m":'
        return piece


@dataclass(frozen=True)
class Release:
    """The verified bytes of one release. ``files`` are by path, relative to its folder."""

    manifest: Manifest
    manifest_body: bytes
    manifest_signature: bytes
    files: Mapping[str, bytes]


@dataclass(frozen=True)
class View:
    """The index over one release. ``entries`` ascend by code; places in it name outlets.

    ``stocked`` are the indexes that most people search: by whether pieces are left, of which
    product, and the availability; ``indexes`` remembers others by their query. ``pages`` and
    ``answers`` are remembered by what was asked, however it was written; ``understood`` remembers
    what the text of a query means.
    """

    release: Release
    programme: Programme
    columns: Columns
    entries: Sequence[Entry]
    by_code: Mapping[str, int]
    by_county: Mapping[str, Sequence[int]]
    by_town: Mapping[str, Sequence[int]]
    strips: Strips
    stocked: Mapping[tuple[bool, str, str], Nearest]
    pieces: Pieces
    pages: BoundedCache[Any] = field(
        default_factory=lambda: BoundedCache(_MOST_PAGE_BYTES, lambda page: page.size)
    )
    answers: BoundedCache[bytes] = field(
        default_factory=lambda: BoundedCache(_MOST_ANSWER_BYTES, len)
    )
    indexes: BoundedCache[Nearest] = field(
        default_factory=lambda: BoundedCache(
            _MOST_INDEX_BYTES, lambda index: _BYTES_A_POINT * len(index)
        )
    )
    understood: BoundedCache[Any] = field(
        default_factory=lambda: BoundedCache(_MOST_QUERIES, lambda query: 1)
    )

    @property
    def manifest(self) -> Manifest:
        """The release's manifest."""
        return self.release.manifest

    @property
    def sequence(self) -> int:
        """The number of the release."""
        return self.release.manifest.sequence


def build_view(release: Release, known: View | None = None) -> View:
    """Build the index of a release from its verified bytes.

    What is said of most outlets is what ``known``, the view before, was built from; their parts
    are taken from there, so the cost follows what changed.

    Raises:
        Untrusted: the release is signed, but is not what a snapshot must be.
    """
    try:
        programme = from_document(release.manifest.rules.document)
        columns, same = read_columns(
            release.files[OUTLETS_FILE], programme.product_ids, known.columns if known else None
        )
        entries = _entries(columns, known, same)
    except KeyError as error:
        raise Untrusted(f"release {release.manifest.sequence} lacks {error}") from None
    except (msgspec.DecodeError, ValueError) as error:
        raise Untrusted(f"{OUTLETS_FILE}: {error}") from None
    strips = (
        known.strips if known and known.strips.holds(columns.points) else Strips(columns.points)
    )
    moved = known is None or known.columns.codes != columns.codes
    return View(
        release=release,
        programme=programme,
        columns=columns,
        entries=entries,
        by_code={c: p for p, c in enumerate(columns.codes)}
        if moved or not known
        else known.by_code,
        by_county=_grouped(columns.counties),
        by_town=_grouped(columns.towns),
        strips=strips,
        stocked=_stocked(columns, strips),
        pieces=Pieces(columns),
    )


def _entries(columns: Columns, known: View | None, same: Mapping[int, int]) -> Sequence[Entry]:
    """Return the outlets; those of whom the same is said are taken from the view before."""
    if len(columns) > MOST_READ_AHEAD:
        return LateEntries(columns)
    entries = [
        known.entries[same[place]] if known and place in same else Entry(columns.record(place))
        for place in range(len(columns))
    ]
    for entry in entries:
        entry.text  # noqa: B018 - spelled now, off the event loop
    return entries


def _stocked(columns: Columns, strips: Strips) -> dict[tuple[bool, str, str], Nearest]:
    """Return the indexes by stock: taken from the strips, since no outlet has moved."""
    found = {(False, "", ""): strips.all()}
    buyable = columns.buyable()
    for product in ("", *columns.products):
        left = columns.stocked(product)
        found[True, product, ""] = strips.only(left)
        found[True, product, "buyable"] = strips.only(list(map(and_, left, buyable)))
    return found


def _grouped(codes: Sequence[str]) -> dict[str, Sequence[int]]:
    groups: dict[str, array[int]] = {}
    for place, code in enumerate(codes):
        if code not in groups:
            groups[code] = array("L")
        groups[code].append(place)
    return dict(groups)
