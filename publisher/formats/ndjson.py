"""outlets.ndjson: every outlet as one JSON object a line, as ``changes.ndjson`` tells what changed.

A line holds nothing of the release itself, so a reader who puts the lines of the changes in the
place of the old ones, by code, has the next file byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from publisher.release_data import ReleaseData, Stated, Written, numbers_in

PATH = "outlets.ndjson"
MEDIA_TYPE = "application/x-ndjson"
PATHS = (PATH,)

_decode = msgspec.json.Decoder(dict[str, object]).decode


def write(release: ReleaseData) -> list[Written]:
    """Write the file."""
    objects = release.objects()
    body = b"\n".join([*objects, b""])
    return [Written(PATH, MEDIA_TYPE, body, len(objects))]


def objects_of(body: bytes) -> dict[str, bytes]:
    """Return the lines of a written file by code.

    Raises:
        ValueError: it is not such a file.
    """
    if body and not body.endswith(b"\n"):
        raise ValueError("the last line has no end")
    lines = body.split(b"\n")[:-1]
    found = {str(_decode(line)["code"]): line for line in lines}
    if len(found) != len(lines):
        raise ValueError("an outlet is there twice")
    return found


def read(bodies: Mapping[str, bytes]) -> Stated:
    """Read the file back.

    Raises:
        ValueError: it is not such a file.
    """
    outlets = {code: _decode(line) for code, line in objects_of(bodies[PATH]).items()}
    return Stated(
        "",
        {code: str(said["name"]) for code, said in outlets.items()},
        {code: numbers_in(said) for code, said in outlets.items()},
        whole=True,
        rows=len(outlets),
    )
