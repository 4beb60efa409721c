"""What is stored of institutions, their services, users, staff lists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What identifies a card's certificate; hashes are lower-case hex SHA-256.

    ``key`` is that of issuer, subject serial and public key together; ``issuer_sha256`` that of
    the issuer's name (DER). ``kind`` is personnel, citizen, institution, government, nhi or other.
    ``name`` is shown and never compared.
    """

    key: str
    issuer_sha256: str
    subject_serial: str
    public_key_sha256: str
    kind: str
    name: str


class People(Protocol):
    """Storage of institutions, their services, users, staff lists."""
