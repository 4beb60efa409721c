"""The agent's own key, and what it signs of a reading.

The proof says: an enrolled agent says that it has read this record, in this reader, at this time,
for this one nonce of this portal. It does not say that the card was real: the record is not signed
by the card, and a copy of it reads the same.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.domain.statements import agent_id_of, reading_statement
from core.errors import Invalid
from pharmacy_portal.card_agent.home import Home
from pharmacy_portal.card_agent.nhi import NhiRecord

_KEY_FILE = "agent-key.pem"
_ENROLMENTS_FILE = "enrolments.json"


@dataclass(frozen=True, repr=False)
class AgentKey:
    """The key of this agent, made on its first start; it never leaves the computer."""

    private: Ed25519PrivateKey

    @property
    def public(self) -> bytes:
        """Return the raw public key, 32 bytes."""
        return self.private.public_key().public_bytes_raw()

    @property
    def public_sha256(self) -> str:
        """Return the lower-case hex SHA-256 of the raw public key."""
        return hashlib.sha256(self.public).hexdigest()

    @property
    def agent_id(self) -> str:
        """Return the agent's name at every portal."""
        return agent_id_of(self.public)

    def prove(
        self, record: NhiRecord, *, origin: str, nonce: str, reader: str, read_at: datetime
    ) -> dict[str, str]:
        """Return the signed account of one reading, as the portal takes it."""
        at = read_at.isoformat(timespec="milliseconds")
        statement = reading_statement(
            origin, nonce, self.agent_id, reader, at, record.sha256, record.id_number, record.born
        )
        signature = base64.b64encode(self.private.sign(statement)).decode()
        return {
            "nonce": nonce,
            "reader": reader,
            "read_at": at,
            "record_sha256": record.sha256,
            "proof": f"{self.agent_id}:{signature}",
        }


def open_key(home: Home) -> AgentKey:
    """Return the agent's key; make it on the first start.

    Raises:
        Invalid: the file holds something else. It is not replaced: the portal knows the old key.
    """
    body = home.read(_KEY_FILE)
    if body is None:
        key = Ed25519PrivateKey.generate()
        home.write(_KEY_FILE, _pem(key))
        return AgentKey(key)
    path = home.path / _KEY_FILE
    try:
        found = serialization.load_pem_private_key(body, None)
    except (ValueError, TypeError):
        raise Invalid(f"{path} is damaged; remove it and enrol the agent anew") from None
    if not isinstance(found, Ed25519PrivateKey):
        raise Invalid(f"{path} holds another kind of key; remove it and enrol the agent anew")
    return AgentKey(found)


class Enrolments:
    """Where this agent's key has been vouched for with a staff card, as far as it knows itself."""

    def __init__(self, home: Home, key: AgentKey) -> None:
        self._home = home
        self._agent_id = key.agent_id
        self._origins = _parse(home.read(_ENROLMENTS_FILE)).get(self._agent_id, [])

    def __contains__(self, origin: str) -> bool:
        return origin in self._origins

    def add(self, origin: str) -> None:
        """Remember that a card has signed for this origin."""
        if origin not in self._origins:
            self._origins = [*self._origins, origin]
            # Below the key's name: with a new key nothing is enrolled.
            body = msgspec.json.encode({self._agent_id: self._origins})
            self._home.write(_ENROLMENTS_FILE, body)


def _parse(body: bytes | None) -> dict[str, list[str]]:
    try:
        return msgspec.json.decode(body or b"{}", type=dict[str, list[str]])
    except msgspec.DecodeError:
        return {}


def _pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


# What the agent says its time is; replaced in tests.
Now = Callable[[], datetime]


def local_time() -> datetime:
    """Return this computer's time with its offset."""
    return datetime.now().astimezone()
