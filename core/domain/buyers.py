"""Buyers without names: person keys and masked numbers.

An identity number lives only in request memory. At rest stands HMAC-SHA256(key, normalised
number) cut to 128 bits, with the id of the key; the keys stand outside the database.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.domain.identity import normalise_number

KEY_BYTES = 16
_NONCE_BYTES = 12


@dataclass(frozen=True, slots=True, order=True)
class PersonKey:
    """A buyer as the ledger knows him: key id and 16-byte keyed hash."""

    key_id: str
    value: bytes


class PersonKeys:
    """The live keys (two while rotating). New links are written under ``current``."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        if current not in keys:
            raise ValueError(f"the current person key {current!r} is not among the keys")
        self._keys = dict(keys)
        self.current = current
        sealing = hmac.digest(self._keys[current], b"maskmap seal v1", hashlib.sha256)
        self._seal = AESGCM(sealing)

    def of(self, number: str) -> PersonKey:
        """Return the person key of a number under the current key."""
        return self._key(self.current, normalise_number(number))

    def all_of(self, number: str) -> tuple[PersonKey, ...]:
        """Return the person keys under every live key, sorted (the order of locking)."""
        normal = normalise_number(number)
        return tuple(sorted(self._key(key_id, normal) for key_id in self._keys))

    def fingerprint(self, text: bytes) -> bytes:
        """Return a keyed hash of a request body, to compare repeats without keeping it."""
        return hmac.digest(self._keys[self.current], b"body\0" + text, hashlib.sha256)

    def seal(self, masked: str, person: PersonKey) -> bytes:
        """Encrypt a masked number for today's list of recent purchases."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._seal.encrypt(nonce, masked.encode(), person.value)

    def unseal(self, sealed: bytes, person: PersonKey) -> str:
        """Decrypt what ``seal`` made; empty when the key has been rotated away, or nothing was."""
        nonce, box = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        if not box:
            return ""
        try:
            return self._seal.decrypt(nonce, box, person.value).decode()
        except InvalidTag:
            return ""

    def _key(self, key_id: str, number: str) -> PersonKey:
        digest = hmac.digest(self._keys[key_id], number.encode(), hashlib.sha256)
        return PersonKey(key_id, digest[:KEY_BYTES])


def mask_number(number: str) -> str:
    """Keep the first two and last two characters: ``A1******89``."""
    normal = normalise_number(number)
    return normal[:2] + "*" * max(0, len(normal) - 4) + normal[-2:]
