"""The packed copies beside each text file: the same bytes from the same text, whenever made.

What the two strengths cost: docs/decisions/0021-what-a-release-costs.md.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import brotli
from isal import isal_zlib
from zlib_ng import zlib_ng

from core.releases import BROTLI, GZIPPED

_GZIP = 16 + zlib.MAX_WBITS
_QUICK_LEVEL, _SMALL_LEVEL = 2, 6
_BROTLI_QUALITY = 5
# Below this the copy saves less than one packet on the way.
WORTH_BROTLI_BYTES = 16_384

Compress = Callable[[bytes], bytes]


class Copy(NamedTuple):
    """A packed copy: what its name ends in, its media type, its bytes."""

    suffix: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Strength:
    """How hard the copies are pressed; ``brotli`` is None where there is no time for it.

    Every text has its `.gz`, the many small files of a folder too: readers are promised it.
    """

    gzip: Compress
    brotli: Compress | None = None

    def copies(self, body: bytes) -> Iterator[Copy]:
        """Yield the packed copies of a text."""
        yield Copy(GZIPPED, "application/gzip", self.gzip(body))
        if self.brotli and len(body) >= WORTH_BROTLI_BYTES:
            yield Copy(BROTLI, "application/x-brotli", self.brotli(body))


def quick(body: bytes) -> bytes:
    """Compress in a sixth of the time; for releases every second. The header has no time."""
    packed: bytes = isal_zlib.compress(body, _QUICK_LEVEL, _GZIP)
    return packed


def small(body: bytes) -> bytes:
    """Compress to a sixth less; for releases every half minute. The header has no time."""
    return zlib_ng.compress(body, _SMALL_LEVEL, _GZIP)


def by_brotli(body: bytes) -> bytes:
    """Compress to a Brotli stream, smaller than gzip of the same text."""
    return brotli.compress(body, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY)


QUICK, SMALL = Strength(quick), Strength(small, by_brotli)


def ungzipped(body: bytes, limit: int) -> bytes:
    """Decompress one gzip member that holds at most ``limit`` bytes.

    Raises:
        ValueError: it is damaged, longer, or followed by something else.
    """
    machine = zlib.decompressobj(_GZIP)
    try:
        text = machine.decompress(body, limit + 1)
    except zlib.error as error:
        raise ValueError(f"not a gzip file: {error}") from None
    if len(text) > limit or not machine.eof or machine.unused_data:
        raise ValueError("the compressed file is longer than the plain one, or is cut short")
    return text


def unbrotlied(body: bytes, limit: int) -> bytes:
    """Decompress one Brotli stream that holds at most ``limit`` bytes.

    Raises:
        ValueError: it is damaged, longer, or followed by something else.
    """
    machine = brotli.Decompressor()
    try:
        text: bytes = machine.process(body, output_buffer_limit=limit + 1)
        while len(text) <= limit and not machine.is_finished():
            more = machine.process(b"", output_buffer_limit=limit + 1 - len(text))
            if not more:
                break
            text += more
    except brotli.error as error:
        raise ValueError(f"not a Brotli file: {error}") from None
    if len(text) > limit or not machine.is_finished():
        raise ValueError("the compressed file is longer than the plain one, or is cut short")
    return text


UNPACKED = {GZIPPED: ungzipped, BROTLI: unbrotlied}
"""How a packed copy is read back, by what its name ends in."""
