"""What is checked of a login certificate, and of the signature made with its key.

A user is found by ``certificate_key``, never by the name in the certificate: cards are renewed,
and names are not unique.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeGuard

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from core.errors import NotPermitted
from pharmacy_portal.login.trust import Trust

HEADING = "maskmap login v1"
MECHANISMS = ("RSA-PKCS1v15-SHA256", "ECDSA-P256-SHA256")
MAX_INTERMEDIATES = 4
_MAX_CHAIN_DEPTH = 3
_LEAST_RSA_BITS = 2048


class LoginRefused(NotPermitted):
    """The login failed; ``code`` says what stood against it."""

    code = "LOGIN_FAILED"


def signed_text(origin: str, challenge: str, certificate: x509.Certificate) -> bytes:
    """Return the four lines that a card signs."""
    digest = hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()
    return "\n".join((HEADING, origin, challenge, digest)).encode()


def certificate_key(certificate: x509.Certificate) -> str:
    """Return SHA-256 over issuer ‖ subject serial number ‖ public key's hash, as hex."""
    serials = certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    serial = str(serials[0].value) if serials else str(certificate.serial_number)
    public_key = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    whole = certificate.issuer.public_bytes() + serial.encode()
    return hashlib.sha256(whole + hashlib.sha256(public_key).digest()).hexdigest()


def read_certificate(pem: str) -> x509.Certificate:
    """Read one PEM certificate.

    Raises:
        LoginRefused: it is none.
    """
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        raise LoginRefused("certificate is not a PEM certificate with a known key") from None
    return certificate


def check_chain(
    trust: Trust, leaf: x509.Certificate, intermediates: Sequence[x509.Certificate], now: datetime
) -> None:
    """Check chain, validity and revocation at an instant.

    Raises:
        LoginRefused: CERTIFICATE_EXPIRED, CERTIFICATE_UNTRUSTED or CERTIFICATE_REVOKED.
    """
    instant = now.astimezone(UTC)
    if not leaf.not_valid_before_utc <= instant <= leaf.not_valid_after_utc:
        raise LoginRefused("certificate is not valid now", code="CERTIFICATE_EXPIRED")
    for issuer, certificate in _issuers(_chain(trust, leaf, intermediates, instant)):
        _check_revocation(trust, issuer, certificate, instant)


def _chain(
    trust: Trust, leaf: x509.Certificate, intermediates: Sequence[x509.Certificate], at: datetime
) -> list[x509.Certificate]:
    """Return leaf to root."""
    if not trust.roots:
        raise LoginRefused("no certificate authority is trusted", code="CERTIFICATE_UNTRUSTED")
    # Cards of the government's authorities carry no subjectAltName, which the library's own
    # policy for leaves demands; what matters here is checked instead.
    leaf_policy = (
        ExtensionPolicy.permit_all()
        .require_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign)
        .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_no_authority)
    )
    verifier = (
        PolicyBuilder()
        .store(Store(trust.roots))
        .time(at)
        .max_chain_depth(_MAX_CHAIN_DEPTH)
        .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=leaf_policy)
        .build_client_verifier()
    )
    try:
        return list(verifier.verify(leaf, list(intermediates)).chain)
    except VerificationError:
        raise LoginRefused(
            "the certificate does not chain to a trusted authority", code="CERTIFICATE_UNTRUSTED"
        ) from None


def _may_sign(_: Policy, __: x509.Certificate, usage: x509.KeyUsage) -> None:
    if not usage.digital_signature:
        raise ValueError("key usage lacks digitalSignature")


def _is_no_authority(
    _: Policy, __: x509.Certificate, constraints: x509.BasicConstraints | None
) -> None:
    if constraints is not None and constraints.ca:
        raise ValueError("an authority's certificate is no login card")


def _issuers(
    chain: Sequence[x509.Certificate],
) -> list[tuple[x509.Certificate, x509.Certificate]]:
    return list(zip(chain[1:], chain[:-1], strict=True))


def _check_revocation(
    trust: Trust, issuer: x509.Certificate, certificate: x509.Certificate, at: datetime
) -> None:
    """Fail closed: without a list of the issuer that is signed and current, nobody gets in."""
    found = trust.revocation_list(issuer, at)
    if found is None:
        raise LoginRefused("no current revocation list of the issuer", code="CERTIFICATE_UNTRUSTED")
    if found.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
        raise LoginRefused("the certificate is revoked", code="CERTIFICATE_REVOKED")


def check_signature(
    certificate: x509.Certificate, mechanism: str, signature: bytes, text: bytes
) -> None:
    """Check a signature over the four lines.

    Raises:
        LoginRefused: another key, another text, or a mechanism that is not accepted.
    """
    key = certificate.public_key()
    try:
        if mechanism == MECHANISMS[0] and _is_strong_rsa(key):
            key.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
        elif mechanism == MECHANISMS[1] and _is_p256(key):
            key.verify(signature, text, ec.ECDSA(hashes.SHA256()))
        else:
            raise LoginRefused("mechanism and key of the certificate do not fit")
    except InvalidSignature:
        raise LoginRefused("the signature does not fit") from None


def _is_strong_rsa(key: object) -> TypeGuard[rsa.RSAPublicKey]:
    return isinstance(key, rsa.RSAPublicKey) and key.key_size >= _LEAST_RSA_BITS


def _is_p256(key: object) -> TypeGuard[ec.EllipticCurvePublicKey]:
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
