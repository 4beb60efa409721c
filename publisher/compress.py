"""The `.gz` beside each text file: the same bytes from the same text, whenever it is made.

What the two strengths cost: docs/decisions/0021-what-a-release-costs.md.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

from zlib_ng import zlib_ng

MEDIA_TYPE = "application/gzip"
SUFFIX = ".gz"
_GZIP = 16 + zlib.MAX_WBITS
_QUICK_LEVEL, _SMALL_LEVEL = 2, 6

Compress = Callable[[bytes], bytes]


def quick(body: bytes) -> bytes:
    """Compress in half the time; for releases every second. The header has no time."""
    return zlib_ng.compress(body, _QUICK_LEVEL, _GZIP)


def small(body: bytes) -> bytes:
    """Compress to a sixth less; for releases every half minute. The header has no time."""
    return zlib_ng.compress(body, _SMALL_LEVEL, _GZIP)


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
