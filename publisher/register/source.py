"""From a file to its text: compression by content, byte order mark, NUL, broken UTF-8."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from core.errors import Invalid
from publisher.register.faults import Faults

# A list of the world's outlets has about 250 MB: far more is no register, or a bomb.
MAX_BYTES = 1 << 30
_GZIP = b"\x1f\x8b"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: Path, faults: Faults) -> str:
    """Return the text of a plain or gzipped UTF-8 file without its byte order mark.

    NUL characters and broken UTF-8 are noted in ``faults``; the text then has U+FFFD in their
    place, so that the reading can go on and name other faults too.

    Raises:
        Invalid: the file cannot be opened or unpacked, is empty, or is UTF-16.
    """
    data = read_bytes(path)
    if data.startswith(_UTF_16):
        raise Invalid(f"{path}: the file is UTF-16; save it as CSV UTF-8")
    _note_nul(data, faults)
    _note_broken(data, faults)
    text = data.decode("utf-8", "replace").replace("\x00", "\ufffd").removeprefix("\ufeff")
    if not text.strip():
        raise Invalid(f"{path}: the file is empty; fetch it again")
    return text


def read_bytes(path: Path) -> bytes:
    """Return a file's bytes, unpacked if they are gzip, whatever the file is called."""
    try:
        data = path.read_bytes()
        if not data.startswith(_GZIP):
            return data
        with gzip.open(path) as packed:
            unpacked = packed.read(MAX_BYTES + 1)
    except EOFError as error:
        raise Invalid(f"{path}: the gzip file ends early; fetch it again") from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise Invalid(f"{path}: the gzip file is damaged ({error}); fetch it again") from error
    except OSError as error:
        raise Invalid(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(unpacked) > MAX_BYTES:
        raise Invalid(f"{path}: unpacks to more than {MAX_BYTES:,} bytes; this is no register")
    return unpacked


def _note_nul(data: bytes, faults: Faults) -> None:
    count, at = data.count(b"\x00"), data.find(b"\x00")
    if count:
        reason = f"{count:,} NUL characters, the first at byte {at}"
        line = data.count(b"\n", 0, at) + 1
        faults.add(line, f"{reason}; the file was torn while it was written: fetch it again")


def _note_broken(data: bytes, faults: Faults) -> None:
    """Note the first broken byte of each line that is not UTF-8."""
    start = 0
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            faults.add(number, _broken_reason(start + error.start, line[error.start]))
        start += len(line) + 1


def _broken_reason(at: int, byte: int) -> str:
    return (
        f"broken UTF-8 at byte {at} (0x{byte:02x}); fetch the file again, "
        "or save it as CSV UTF-8 if it came from a spreadsheet"
    )
