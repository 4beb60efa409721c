"""A card agent of the tests: it signs what the real one signs, or something else if asked to."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.domain.calendar import rfc3339
from core.domain.statements import agent_id_of, enrolment_statement, reading_statement
from tests.pharmacy_portal.tills import API, StandingClock, Till, an_even_number

BORN = date(1986, 3, 14)
RECORD = "ab" * 32


@dataclass
class CardAgent:
    """One computer's agent, with a key of its own."""

    clock: StandingClock
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes_raw()

    @property
    def id(self) -> str:
        return agent_id_of(self.public_key)

    async def enrolment(self, till: Till, card: str = "pharmacist-1") -> dict[str, Any]:
        """Fetch a challenge, and answer it as ``/v1/enrol`` does."""
        challenge = (await (await till.post("/agents/challenge")).json())["challenge"]
        pem = (till.cards / card / "certificate.pem").read_text("ascii")
        digest = x509.load_pem_x509_certificate(pem.encode()).fingerprint(hashes.SHA256()).hex()
        own = hashlib.sha256(self.public_key).hexdigest()
        text = enrolment_statement(till.origin, challenge, digest, own)
        return {
            "public_key": base64.b64encode(self.public_key).decode(),
            "machine": "櫃台一",
            "certificate": pem,
            "intermediates": [],
            "signature": base64.b64encode(_signed(till.cards / card, text)).decode(),
            "mechanism": "ECDSA-P256-SHA256",
            "challenge": challenge,
        }

    async def enrol(self, till: Till, card: str = "pharmacist-1") -> None:
        """Enrol at the till's institution."""
        answer = await till.post("/agents", await self.enrolment(till, card))
        assert answer.status == 201, await answer.text()
        assert await answer.json() == {"agent_id": self.id}

    def reading(self, till: Till, nonce: str, /, **signed: Any) -> dict[str, str]:
        """Read a card; ``signed`` changes what is signed, not what is told."""
        told = {
            "nonce": nonce,
            "reader": "Reader 00 00",
            "read_at": rfc3339(self.clock()),
            "record_sha256": RECORD,
        }
        values = {
            "origin": till.origin,
            "agent": self.id,
            "id_number": an_even_number(),
            "birth_date": BORN,
        }
        text = reading_statement(**(told | values | signed))
        proof = base64.b64encode(self.key.sign(text)).decode()
        return told | {"proof": f"{self.id}:{proof}"}

    async def read(self, till: Till, /, **signed: Any) -> dict[str, str]:
        """Fetch a nonce and read a card."""
        return self.reading(till, await a_nonce(till), **signed)


async def a_nonce(till: Till) -> str:
    """Fetch a nonce of this till's session."""
    answer = await till.post("/readings/nonce")
    assert answer.status == 200, await answer.text()
    return str((await answer.json())["nonce"])


async def revoke(till: Till, agent: str) -> int:
    """Ask for a revocation; return the answer's status."""
    return (await till.client.delete(f"{API}/agents/{agent}")).status


def _signed(card: Path, text: bytes) -> bytes:
    key = serialization.load_pem_private_key((card / "key.pem").read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key.sign(text, ec.ECDSA(hashes.SHA256()))
