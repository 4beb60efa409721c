"""Software cards: a CA of their own, a key and a certificate a card, in the published layout.

The validity is generous on purpose: the demo also runs with its clock in February 2020.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from pharmacy_portal.login.trust import DEMO_AUTHORITY

REVOKED = "ca.crl"
FROM = datetime(2020, 1, 1, tzinfo=UTC)
UNTIL = datetime(2045, 1, 1, tzinfo=UTC)
_EXPIRED_FROM = datetime(2018, 1, 1, tzinfo=UTC)
_EXPIRED_UNTIL = datetime(2019, 12, 31, tzinfo=UTC)
_RSA_BITS = 2048
# What real certificates say by object identifiers stands in the title of these; else: personnel.
_KIND_OF_ROLE = {
    "citizen": "citizen",
    "institution": "institution",
    "government": "government",
    "steward": "government",
    "nhi": "nhi",
}
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Card:
    """One card to be made: ``<role>-<n>``, and what stands in its ``card.json``."""

    name: str
    facts: Mapping[str, object] = field(default_factory=dict)
    rsa: bool = False
    expired: bool = False
    revoked: bool = False


@dataclass(frozen=True)
class Authority:
    """The CA of the software cards of one state folder."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


def open_authority(cards: Path, key_file: Path) -> Authority:
    """Return the state's demo authority; make it where there is none yet."""
    certificate_file = cards / "ca.pem"
    if key_file.exists() and certificate_file.exists():
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        return Authority(key, x509.load_pem_x509_certificate(certificate_file.read_bytes()))
    authority = _new_authority()
    write_secret(key_file, _key_pem(authority.key))
    _write(certificate_file, _pem(authority.certificate))
    return authority


def issue(authority: Authority, cards: Iterable[Card], folder: Path) -> dict[str, x509.Certificate]:
    """Make cards in a folder; return their certificates by name."""
    made: dict[str, x509.Certificate] = {}
    for card in cards:
        key = _card_key(card)
        certificate = _certificate(authority, card, key)
        home = folder / card.name
        _write(home / "certificate.pem", _pem(certificate))
        write_secret(home / "key.pem", _key_pem(key))
        facts = json.dumps({"card": card.name, **card.facts}, ensure_ascii=False, indent=2)
        _write(home / "card.json", facts.encode() + b"\n")
        made[card.name] = certificate
    _write(folder / "ca.pem", _pem(authority.certificate))
    return made


def write_revocations(
    authority: Authority, revoked: Iterable[x509.Certificate], folders: Iterable[Path]
) -> None:
    """Write the revocation list, those revoked before included, into every folder."""
    folders = list(dict.fromkeys(folders))
    entries = [entry for folder in folders for entry in _former_entries(folder / REVOKED)]
    entries += [
        x509.RevokedCertificateBuilder(certificate.serial_number, FROM).build()
        for certificate in revoked
    ]
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(authority.certificate.subject)
        .last_update(FROM)
        .next_update(UNTIL)
    )
    for entry in {entry.serial_number: entry for entry in entries}.values():
        builder = builder.add_revoked_certificate(entry)
    body = builder.sign(authority.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    for folder in folders:
        _write(folder / REVOKED, body)


def _former_entries(path: Path) -> list[x509.RevokedCertificate]:
    return list(x509.load_pem_x509_crl(path.read_bytes())) if path.exists() else []


def _new_authority() -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = _subject("maskmap demo CA")
    public = key.public_key()
    usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
    builder = _builder(subject, subject, public, FROM, UNTIL)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(usage, critical=True)
    return Authority(key, builder.sign(key, hashes.SHA256()))


def _certificate(authority: Authority, card: Card, key: PrivateKey) -> x509.Certificate:
    begins, ends = (_EXPIRED_FROM, _EXPIRED_UNTIL) if card.expired else (FROM, UNTIL)
    kind = _KIND_OF_ROLE.get(card.name.rpartition("-")[0], "personnel")
    subject = _subject(str(card.facts.get("name", card.name)), serial=card.name, kind=kind)
    builder = _builder(subject, authority.certificate.subject, key.public_key(), begins, ends)
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    usage = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
    builder = builder.add_extension(
        x509.BasicConstraints(ca=False, path_length=None), critical=True
    )
    builder = builder.add_extension(usage, critical=True)
    return builder.add_extension(issuer_key, critical=False).sign(authority.key, hashes.SHA256())


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
    begins: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _subject(common_name: str, serial: str = "", kind: str = "") -> x509.Name:
    attributes = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "TW"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, DEMO_AUTHORITY),
        x509.NameAttribute(NameOID.COMMON_NAME, common_name),
    ]
    if serial:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial))
    if kind:
        attributes.append(x509.NameAttribute(NameOID.TITLE, kind))
    return x509.Name(attributes)


def _card_key(card: Card) -> PrivateKey:
    if card.rsa:
        return rsa.generate_private_key(public_exponent=65537, key_size=_RSA_BITS)
    return ec.generate_private_key(ec.SECP256R1())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def write_secret(path: Path, body: bytes) -> None:
    """Write a file that only its owner may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(body)


def _write(path: Path, body: bytes) -> None:
    """Put a whole file in place at once, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_bytes(body)
    fresh.replace(path)
