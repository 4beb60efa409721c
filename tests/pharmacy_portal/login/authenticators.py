"""A passkey without a browser: ES256, no attestation; every answer can be falsified."""

from __future__ import annotations

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from yarl import URL

from tests.pharmacy_portal.tills import Till

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One credential; it counts its signatures unless ``counts`` is off, as synced ones do."""

    origin: str
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""
    count: int = 0
    counts: bool = True

    def create(self, options: dict[str, Any], flags: int = PRESENT | VERIFIED) -> dict[str, Any]:
        """Answer ``navigator.credentials.create``."""
        self.handle = base64url_to_bytes(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        cose = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        made = b"\0" * 16 + struct.pack(">H", len(self.id)) + self.id + cose
        data = self._data(options["rp"]["id"], flags | ATTESTED) + made
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options)
        return self._answer(clientDataJSON=client, attestationObject=attestation)

    def get(self, options: dict[str, Any], flags: int = PRESENT | VERIFIED) -> dict[str, Any]:
        """Answer ``navigator.credentials.get``."""
        data = self._data(options["rpId"], flags)
        client = self._client("webauthn.get", options)
        text = data + hashlib.sha256(client).digest()
        signature = self.key.sign(text, ec.ECDSA(hashes.SHA256()))
        return self._answer(
            clientDataJSON=client,
            authenticatorData=data,
            signature=signature,
            userHandle=self.handle,
        )

    def _client(self, kind: str, options: dict[str, Any]) -> bytes:
        told = {"type": kind, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(told | {"crossOrigin": False}).encode()

    def _data(self, relying_party: str, flags: int) -> bytes:
        self.count += self.counts
        return (
            hashlib.sha256(relying_party.encode()).digest()
            + bytes((flags,))
            + struct.pack(">I", self.count)
        )

    def _answer(self, **response: bytes) -> dict[str, Any]:
        identity = bytes_to_base64url(self.id)
        told: dict[str, Any] = {name: bytes_to_base64url(body) for name, body in response.items()}
        told["transports"] = ["internal", "invented"]
        return {"id": identity, "rawId": identity, "type": "public-key", "response": told}


def an_authenticator(till: Till) -> Authenticator:
    """Return one in the till's browser."""
    return Authenticator(str(URL(till.origin)))


async def enrol(
    till: Till, authenticator: Authenticator, name: str = "手機", **more: Any
) -> dict[str, Any]:
    """Make a passkey for whoever is logged in."""
    options = (await (await till.post("/passkeys/options")).json())["options"]
    body = {"credential": authenticator.create(options), "name": name, **more}
    answer = await till.post("/passkeys", body)
    assert answer.status == 201, await answer.text()
    return await answer.json()


async def login_options(till: Till, **body: Any) -> dict[str, Any]:
    """Ask what the authenticator shall sign."""
    answer = await till.post("/login/passkey/options", body)
    assert answer.status == 200, await answer.text()
    return (await answer.json())["options"]


async def try_passkey(till: Till, authenticator: Authenticator, **body: Any) -> Any:
    """Try to log in with a passkey."""
    credential = authenticator.get(await login_options(till))
    return await till.post("/login/passkey", {"credential": credential, **body})
