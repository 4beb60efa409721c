"""releases.ndjson: one line a release, for ever, so that the chain outlives pruned releases."""

from __future__ import annotations

from pathlib import Path

import msgspec

from core.domain.audit import FIRST_HEAD
from core.domain.snapshot import Manifest
from core.releases import sha256_hex
from publisher import durable

LOG = "releases.ndjson"


class ReleaseLine(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of one release. ``manifest`` is the SHA-256 of its manifest's bytes."""

    sequence: int
    as_of: str
    published_at: str
    ledger_position: str
    audit_position: str
    audit_head: str
    manifest: str


_decode = msgspec.json.Decoder(ReleaseLine).decode

NOTHING_YET = ReleaseLine(
    sequence=0,
    as_of="",
    published_at="",
    ledger_position="0",
    audit_position="0",
    audit_head=FIRST_HEAD.hex(),
    manifest="",
)


def line_of(manifest: Manifest, body: bytes) -> ReleaseLine:
    """Return the line of a release; ``body`` is its manifest's exact bytes."""
    return ReleaseLine(
        sequence=manifest.sequence,
        as_of=manifest.as_of,
        published_at=manifest.published_at,
        ledger_position=manifest.ledger_position,
        audit_position=manifest.audit_position,
        audit_head=manifest.audit_head,
        manifest=sha256_hex(body),
    )


def first_line(folder: Path) -> ReleaseLine | None:
    """Return the line of the very first release; None where the log does not begin with one."""
    try:
        with (folder / LOG).open("rb") as log:
            return _decode(log.readline())
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def read_log(folder: Path) -> tuple[list[ReleaseLine], list[str]]:
    """Read the log, and what is wrong with it; a last line cut off by a crash is left out."""
    path = folder / LOG
    texts = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    lines: list[ReleaseLine] = []
    faults: list[str] = []
    for number, text in enumerate(texts, start=1):
        try:
            line = _decode(text)
        except msgspec.DecodeError as error:
            faults.append(f"line {number} is damaged: {error}")
            continue
        if lines and line.sequence <= lines[-1].sequence:
            faults.append(f"line {number}: release {line.sequence} follows {lines[-1].sequence}")
            continue
        lines.append(line)
    return lines, faults


def mend_log(folder: Path) -> None:
    """Cut off a last line that a crash left half written."""
    path = folder / LOG
    body = path.read_bytes() if path.exists() else b""
    whole = body[: body.rfind(b"\n") + 1]
    if whole != body:
        durable.replace(path, whole)
        durable.sync_folder(folder)


def append_line(folder: Path, line: ReleaseLine) -> None:
    """Remember a release."""
    durable.append(folder / LOG, msgspec.json.encode(line) + b"\n")
