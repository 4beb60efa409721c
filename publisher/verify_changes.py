"""Do the changes of a release turn the release before into it?

Both are read as any reader would, by their JSON, not by the fragments that the publisher compares.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from publisher import changes

Objects = Mapping[str, Mapping[str, Any]]
"""What a release says of each outlet, by code, without the times of the release."""


def objects_of(body: bytes) -> Objects | None:
    """Read the NDJSON of a release; None where it cannot be read."""
    try:
        outlets = [msgspec.json.decode(line) for line in body.split(b"\n")[:-1]]
        return {str(said["code"]): said for said in outlets}
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return None


def untold(before: Objects | None, now: Objects, body: bytes) -> Iterator[str]:
    """Yield what the changes say wrongly or leave out.

    ``before`` is None where the release before is not there any more: then only what they say of
    this release is compared.
    """
    try:
        told = {
            code: text and msgspec.json.decode(text) for code, text in changes.read(body).items()
        }
    except (msgspec.DecodeError, ValueError) as error:
        yield f"it cannot be read: {error}"
        return
    for code, said in told.items():
        if said != now.get(code):
            yield f"it says otherwise of outlet {code} than the release"
        elif before is not None and said == before.get(code):
            yield f"it tells outlet {code}, which is as it was"
    if before is not None:
        for code in sorted({*before, *now} - told.keys()):
            if before.get(code) != now.get(code):
                yield f"it does not tell what changed at outlet {code}"
