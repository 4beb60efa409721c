"""What is kept of a certificate to find its user again: never a name alone, never an ID number."""

from __future__ import annotations

import hashlib

from cryptography import x509
from cryptography.x509.oid import NameOID

from core.ports.people import CertificateFacts
from pharmacy_portal.login.kinds import kind_of
from pharmacy_portal.login.revocation import key_digest


def facts_of(certificate: x509.Certificate) -> CertificateFacts:
    """Return issuer, subject serial number, key's hash, kind and name of a certificate.

    ``key`` is the hex SHA-256 over issuer ‖ subject serial number ‖ public key's hash: the same
    for a certificate issued again for the same key, another one for a renewed card.
    """
    serial, public_key = subject_serial(certificate), key_digest(certificate)
    issuer = certificate.issuer.public_bytes()
    whole = issuer + serial.encode() + bytes.fromhex(public_key)
    return CertificateFacts(
        key=hashlib.sha256(whole).hexdigest(),
        issuer_sha256=hashlib.sha256(issuer).hexdigest(),
        subject_serial=serial,
        public_key_sha256=public_key,
        kind=kind_of(certificate),
        name=common_name(certificate),
    )


def subject_serial(certificate: x509.Certificate) -> str:
    """Return the subject's serial number; the certificate's own where the subject has none."""
    return _attribute(certificate, NameOID.SERIAL_NUMBER) or str(certificate.serial_number)


def common_name(certificate: x509.Certificate) -> str:
    """Return the subject's name, for people to read."""
    return _attribute(certificate, NameOID.COMMON_NAME)


def _attribute(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str:
    found = certificate.subject.get_attributes_for_oid(oid)
    return str(found[0].value) if found else ""
