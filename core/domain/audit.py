"""The audit trail (稽核紀錄): canonical rows, and the heads that chain them.

A row is RFC 8785 JSON in UTF-8, numbered at commit. A release's head is SHA-256(previous head ‖
SHA-256 of each row in commit order up to its position), so nobody can change, drop or insert a
row below a published head.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

FIRST_HEAD = bytes(32)
_sorted = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One numbered row as it is kept: its canonical bytes and their SHA-256 (32 bytes)."""

    number: int
    body: bytes
    sha256: bytes


def canonical(row: Mapping[str, object]) -> bytes:
    """Return a row's canonical bytes.

    Rows hold only strings, whole numbers, booleans, None, lists and objects with ASCII names,
    for which sorted compact JSON is RFC 8785.
    """
    return _sorted.encode(row)


def row_hash(body: bytes) -> bytes:
    """Return the 32 bytes that the chain takes of one canonical row."""
    return hashlib.sha256(body).digest()


def next_head(previous: bytes, hashes: Iterable[bytes]) -> bytes:
    """Chain the hashes of further rows to a head (32 bytes each)."""
    digest = hashlib.sha256(previous)
    for row in hashes:
        digest.update(row)
    return digest.digest()
