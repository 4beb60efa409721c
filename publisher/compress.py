"""The `.gz` beside each text file: the same bytes from the same text, whenever it is made."""

from __future__ import annotations

import zlib

from zlib_ng import zlib_ng

MEDIA_TYPE = "application/gzip"
SUFFIX = ".gz"
# Level and library were measured: docs/decisions/0023-what-a-release-costs.md.
_LEVEL = 6
_GZIP = 16 + zlib.MAX_WBITS


def gzipped(body: bytes) -> bytes:
    """Compress; the header has no time, so that equal text gives equal bytes."""
    return zlib_ng.compress(body, _LEVEL, _GZIP)


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
