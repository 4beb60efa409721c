"""What is checked of a login certificate, and of the signature made with its key.

A user is found by ``certificate_key``, never by the name in the certificate: cards are renewed,
and names are not unique.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeGuard

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID
from cryptography.x509.verification import (
    ClientVerifier,
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from core.domain.statements import login_statement
from core.errors import NotPermitted
from pharmacy_portal.login.facts import facts_of
from pharmacy_portal.login.revocation import ACCEPTED_HASHES, extension
from pharmacy_portal.login.trust import Trust

MECHANISMS = ("RSA-PKCS1v15-SHA256", "ECDSA-P256-SHA256")
MAX_INTERMEDIATES = 4
_MAX_CHAIN_DEPTH = 3
_LEAST_RSA_BITS = 2048
# Critical extensions of a leaf that are looked at, here or by the library.
_UNDERSTOOD = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.CERTIFICATE_POLICIES,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
}
# A card without purposes serves any; one with purposes must have one that a person signs with.
_PURPOSES = {
    ExtendedKeyUsageOID.CLIENT_AUTH,
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    ExtendedKeyUsageOID.SMARTCARD_LOGON,
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
}


class LoginRefused(NotPermitted):
    """The login failed; ``code`` says what stood against it."""

    code = "LOGIN_FAILED"


def signed_text(origin: str, challenge: str, certificate: x509.Certificate) -> bytes:
    """Return the four lines that a card signs."""
    return login_statement(origin, challenge, fingerprint_of(certificate))


def fingerprint_of(certificate: x509.Certificate) -> str:
    """Return the lower-case hex SHA-256 of a certificate's DER."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def certificate_key(certificate: x509.Certificate) -> str:
    """Return the key under which a certificate's user is found."""
    return facts_of(certificate).key


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


def build_chain(
    trust: Trust, leaf: x509.Certificate, intermediates: Sequence[x509.Certificate], now: datetime
) -> list[x509.Certificate]:
    """Return leaf to anchor, each valid at an instant; revocation is looked at elsewhere.

    Raises:
        LoginRefused: CERTIFICATE_EXPIRED or CERTIFICATE_UNTRUSTED.
    """
    instant = now.astimezone(UTC)
    if not leaf.not_valid_before_utc <= instant <= leaf.not_valid_after_utc:
        raise LoginRefused("certificate is not valid now", code="CERTIFICATE_EXPIRED")
    if trust.store is None:
        raise LoginRefused("no certificate authority is trusted", code="CERTIFICATE_UNTRUSTED")
    try:
        verifier = _verifier(trust.store, instant)
        chain = list(verifier.verify(leaf, [*trust.between, *intermediates]).chain)
    except VerificationError:
        raise LoginRefused(
            "the certificate does not chain to a trusted authority", code="CERTIFICATE_UNTRUSTED"
        ) from None
    if len(chain) < 2:
        raise LoginRefused("an anchor is no login card", code="CERTIFICATE_UNTRUSTED")
    if fault := next(filter(None, (leaf_fault(leaf), *map(weakness, chain[:-1]))), None):
        raise LoginRefused(fault, code="CERTIFICATE_UNTRUSTED")
    return chain


def _verifier(store: Store, at: datetime) -> ClientVerifier:
    # Cards of the government's authorities carry no subjectAltName, which the library's own
    # policy for leaves demands; what matters here is checked instead (see `leaf_fault`).
    leaf_policy = (
        ExtensionPolicy.permit_all()
        .require_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_sign)
        .may_be_present(x509.BasicConstraints, Criticality.AGNOSTIC, _is_no_authority)
    )
    return (
        PolicyBuilder()
        .store(store)
        .time(at)
        .max_chain_depth(_MAX_CHAIN_DEPTH)
        .extension_policies(ca_policy=ExtensionPolicy.webpki_defaults_ca(), ee_policy=leaf_policy)
        .build_client_verifier()
    )


def leaf_fault(leaf: x509.Certificate) -> str | None:
    """Say what stands against a leaf that the library was told not to look at; None: nothing."""
    if any(one.critical and one.oid not in _UNDERSTOOD for one in leaf.extensions):
        return "the certificate has a critical extension that is not understood"
    purposes = extension(leaf.extensions, x509.ExtendedKeyUsage)
    if purposes is not None and not _PURPOSES & set(purposes):
        return "the certificate is not made for logging in"
    return None


def weakness(certificate: x509.Certificate) -> str | None:
    """Say what is too weak about a certificate that is no anchor; None: nothing."""
    if not isinstance(certificate.signature_hash_algorithm, ACCEPTED_HASHES):
        return "the certificate is signed with a hash that is not accepted"
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size < _LEAST_RSA_BITS:
        return "the certificate's key is too short"
    return None


def _may_sign(_: Policy, __: x509.Certificate, usage: x509.KeyUsage) -> None:
    if not usage.digital_signature:
        raise ValueError("key usage lacks digitalSignature")


def _is_no_authority(
    _: Policy, __: x509.Certificate, constraints: x509.BasicConstraints | None
) -> None:
    if constraints is not None and constraints.ca:
        raise ValueError("an authority's certificate is no login card")


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
