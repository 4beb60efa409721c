"""Reading a software card, and signing with its key what a real card would sign."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from core.errors import Invalid
from pharmacy_portal.login.certificates import read_certificate, signed_text
from pharmacy_portal.login.verification import LoginRequest


def read_facts(card: Path) -> dict[str, object]:
    """Read a card's ``card.json``.

    Raises:
        Invalid: there is none, or it is damaged.
    """
    try:
        facts = json.loads((card / "card.json").read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise Invalid(f"{card} is not a software card: {fault}") from None
    return dict(facts)


def sign_login(
    card: Path, origin: str, challenge: str, institution: str | None = None
) -> LoginRequest:
    """Sign a login with a software card.

    Raises:
        Invalid: the folder is no card that can sign.
    """
    try:
        pem = (card / "certificate.pem").read_text("ascii")
        key = serialization.load_pem_private_key((card / "key.pem").read_bytes(), None)
    except (OSError, ValueError) as fault:
        raise Invalid(f"{card} is not a software card: {fault}") from None
    text = signed_text(origin, challenge, read_certificate(pem))
    if isinstance(key, rsa.RSAPrivateKey):
        signature = key.sign(text, padding.PKCS1v15(), hashes.SHA256())
        mechanism = "RSA-PKCS1v15-SHA256"
    else:
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        signature = key.sign(text, ec.ECDSA(hashes.SHA256()))
        mechanism = "ECDSA-P256-SHA256"
    return LoginRequest(
        certificate=pem,
        signature=base64.b64encode(signature).decode(),
        mechanism=mechanism,
        institution=institution,
    )
