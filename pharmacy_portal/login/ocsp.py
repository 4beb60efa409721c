"""One question to an OCSP responder, and what is checked of its answer. Source: RFC 6960."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from pharmacy_portal.login.revocation import SKEW, extension, verify_with

# An answer without an end of its own is believed this long.
BELIEVED_FOR = timedelta(minutes=10)
_SHA1, _SHA256 = hashes.SHA1(), hashes.SHA256()  # noqa: S303  # SHA-1 only names the issuer here


class OcspRefused(Exception):
    """An answer came that must not be believed."""


class OcspSilent(Exception):
    """No answer came, or the responder said that it cannot answer now."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a responder said of one certificate, and until when that may be believed."""

    status: ocsp.OCSPCertStatus
    believed_until: datetime


def responders(certificate: x509.Certificate) -> list[str]:
    """List the responders a certificate names."""
    found = extension(certificate.extensions, x509.AuthorityInformationAccess)
    return [
        entry.access_location.value
        for entry in found or ()
        if entry.access_method == AuthorityInformationAccessOID.OCSP
        and isinstance(entry.access_location, x509.UniformResourceIdentifier)
    ]


def question(certificate: x509.Certificate, issuer: x509.Certificate) -> bytes:
    """Return the DER of a question about one certificate.

    SHA-1 names the issuer, as every responder understands it; nothing rests on it. No nonce:
    the responders of large authorities answer from a store.
    """
    builder = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, _SHA1)
    return builder.build().public_bytes(serialization.Encoding.DER)


def read_answer(
    body: bytes, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
) -> Answer:
    """Check an answer.

    Raises:
        OcspSilent: the responder says that it cannot answer now.
        OcspRefused: it is about another certificate, too old, or signed by somebody else.
    """
    try:
        answer = ocsp.load_der_ocsp_response(body)
        if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
            raise OcspSilent(answer.response_status.name)
        _check_signature(answer, issuer, at)
        return _read_single(answer, certificate, issuer, at)
    except (ValueError, UnsupportedAlgorithm, InvalidSignature, x509.InvalidVersion) as fault:
        raise OcspRefused(type(fault).__name__) from None


def _read_single(
    answer: ocsp.OCSPResponse,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    at: datetime,
) -> Answer:
    for one in answer.responses:
        if not _is_about(one, certificate, issuer):
            continue
        ends = one.next_update_utc or one.this_update_utc + BELIEVED_FOR
        if not one.this_update_utc - SKEW <= at <= ends + SKEW:
            raise OcspRefused("the answer is not of now")
        return Answer(one.certificate_status, min(ends, at + BELIEVED_FOR))
    raise OcspRefused("the answer is about another certificate")


def _is_about(
    one: ocsp.OCSPSingleResponse, certificate: x509.Certificate, issuer: x509.Certificate
) -> bool:
    """Compare serial number and both hashes of the issuer with a question of our own."""
    if one.serial_number != certificate.serial_number:
        return False
    algorithm = one.hash_algorithm
    asked = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, algorithm).build()
    return (one.issuer_name_hash, one.issuer_key_hash) == (
        asked.issuer_name_hash,
        asked.issuer_key_hash,
    )


def _check_signature(answer: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime) -> None:
    """Accept the issuer's own signature, or that of a responder it delegated to.

    Raises:
        OcspRefused: it is neither's.
    """
    for signer in (issuer, *_delegates(answer, issuer, at)):
        try:
            verify_with(
                signer.public_key(),
                answer.signature,
                answer.tbs_response_bytes,
                answer.signature_hash_algorithm,
            )
        except InvalidSignature:
            continue
        return
    raise OcspRefused("the answer is signed by somebody else")


def _delegates(
    answer: ocsp.OCSPResponse, issuer: x509.Certificate, at: datetime
) -> Iterator[x509.Certificate]:
    """Yield the certificates in an answer that the issuer gave the purpose of signing answers."""
    for found in answer.certificates:
        usage = extension(found.extensions, x509.ExtendedKeyUsage)
        if usage is None or ExtendedKeyUsageOID.OCSP_SIGNING not in usage:
            continue
        if not found.not_valid_before_utc <= at <= found.not_valid_after_utc:
            continue
        if found.issuer != issuer.subject:
            continue
        try:
            verify_with(
                issuer.public_key(),
                found.signature,
                found.tbs_certificate_bytes,
                found.signature_hash_algorithm,
            )
        except (InvalidSignature, ValueError):
            continue
        yield found
