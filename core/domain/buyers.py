"""Buyers without names: person keys and masked numbers.

An identity number lives only in request memory. At rest stands HMAC-SHA256(key, normalised
number) cut to 128 bits, with the id of the key; the keys stand outside the database.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.domain.identity import normalise_number

KEY_BYTES = 16
_NONCE_BYTES = 12
_COUNTER_BYTES = 4


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
        # Copies of a ready HMAC object: the one-shot function lets go of the interpreter lock,
        # and a busy event loop is slow to give it back to the writer.
        self._macs = {key_id: hmac.new(key, digestmod="sha256") for key_id, key in keys.items()}
        self.current = current
        self._seal = AESGCM(self._digest(current, b"maskmap seal v1"))
        # A random start, then counting: no nonce comes twice under one key.
        self._nonce_start = secrets.token_bytes(_NONCE_BYTES - _COUNTER_BYTES)
        self._sealed = count()

    def of(self, number: str) -> PersonKey:
        """Return the person key of a number under the current key."""
        return self._key(self.current, normalise_number(number))

    def all_of(self, number: str) -> tuple[PersonKey, ...]:
        """Return the person keys under every live key, sorted (the order of locking)."""
        normal = normalise_number(number)
        return tuple(sorted(self._key(key_id, normal) for key_id in self._macs))

    def fingerprint(self, text: bytes) -> bytes:
        """Return a keyed hash of a request body, to compare repeats without keeping it."""
        return self._digest(self.current, b"body\0" + text)

    def seal(self, masked: str, person: PersonKey) -> bytes:
        """Encrypt a masked number for today's list of recent purchases."""
        nonce = self._nonce_start + next(self._sealed).to_bytes(_COUNTER_BYTES, "big")
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
        return PersonKey(key_id, self._digest(key_id, number.encode())[:KEY_BYTES])

    def _digest(self, key_id: str, text: bytes) -> bytes:
        mac = self._macs[key_id].copy()
        mac.update(text)
        return mac.digest()


def mask_number(number: str) -> str:
    """Keep the first two and last two characters: ``A1******89``."""
    normal = normalise_number(number)
    return normal[:2] + "*" * max(0, len(normal) - 4) + normal[-2:]
