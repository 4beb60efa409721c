"""What cards and card agents sign: each statement's text stands here, once.

The portal checks these statements and the card agent composes them. A statement is UTF-8 lines
joined by LF, without a final LF; its first line names what it is, so that a signature over one
kind can never pass for another.
"""

from __future__ import annotations

import hashlib
from datetime import date

LOGIN_HEADING = "maskmap login v1"
AGENT_HEADING = "maskmap agent v1"
READING_HEADING = "maskmap reading v1"
AGENT_ID_DIGITS = 32


def login_statement(origin: str, challenge: str, certificate_sha256: str) -> bytes:
    """Return the four lines that a card signs to log in.

    ``origin`` is ``scheme://host[:port]`` as served; ``certificate_sha256`` is the lower-case hex
    SHA-256 of the certificate's DER.
    """
    return _lines(LOGIN_HEADING, origin, challenge, certificate_sha256)


def enrolment_statement(
    origin: str, challenge: str, certificate_sha256: str, public_key_sha256: str
) -> bytes:
    """Return the five lines that a staff card signs to vouch for a card agent's key.

    Both digests are lower-case hex SHA-256: of the certificate's DER, of the raw public key.
    """
    return _lines(AGENT_HEADING, origin, challenge, certificate_sha256, public_key_sha256)


def reading_statement(
    origin: str,
    nonce: str,
    agent: str,
    reader: str,
    read_at: str,
    record_sha256: str,
    id_number: str,
    birth_date: date,
) -> bytes:
    """Return the nine lines that a card agent signs for one reading of one card.

    ``read_at`` is RFC 3339 with offset, the text as it is sent; ``id_number`` is normalised
    (trimmed, upper case, half width); the birth date is written ``YYYY-MM-DD``.
    """
    return _lines(
        READING_HEADING,
        origin,
        nonce,
        agent,
        reader,
        read_at,
        record_sha256,
        id_number,
        birth_date.isoformat(),
    )


def agent_id_of(raw_public_key: bytes) -> str:
    """Name an agent: the first 32 hex digits of SHA-256 of its raw Ed25519 public key."""
    return hashlib.sha256(raw_public_key).hexdigest()[:AGENT_ID_DIGITS]


def _lines(*lines: str) -> bytes:
    """Join the lines.

    Raises:
        ValueError: a line holds a line break, which could make two statements of one text.
    """
    if any("\n" in line or "\r" in line for line in lines):
        raise ValueError("a line of a statement holds a line break")
    return "\n".join(lines).encode()
