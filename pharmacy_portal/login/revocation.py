"""Certificate revocation lists, read once: whose they are, how long they hold, which serials.

A list of a large authority is half a megabyte; its signature is checked and its entries are read
when it arrives, so that a login only looks a number up. Source: RFC 5280, sections 5 and 6.3.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

ACCEPTED_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
# How far the clocks of an authority and of this computer may differ.
SKEW = timedelta(minutes=5)
_UNDERSTOOD = {
    x509.ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
    x509.ExtensionOID.CRL_NUMBER,
    x509.ExtensionOID.ISSUING_DISTRIBUTION_POINT,
}


@dataclass(frozen=True)
class RevocationList:
    """A list whose signature was checked with the key named by ``issuer_key``.

    ``points``: the list speaks only for certificates that name one of these distribution points;
    none: for all of the authority's. ``authorities`` narrows it to CA certificates (True) or to
    others (False). ``source``: where it was found, for the operator.
    """

    issuer: str
    issuer_key: str
    last_update: datetime
    next_update: datetime
    serials: frozenset[int]
    points: frozenset[str] = frozenset()
    authorities: bool | None = None
    source: str = ""

    def covers(self, certificate: x509.Certificate, issuer_key: str) -> bool:
        """Tell whether the list speaks for a certificate of the authority with that key."""
        if issuer_key != self.issuer_key:
            return False
        if self.authorities is not None and self.authorities != is_authority(certificate):
            return False
        return not self.points or bool(self.points & set(distribution_points(certificate)))

    def holds(self, at: datetime, grace: timedelta) -> bool:
        """Tell whether the list may be used at an instant."""
        return self.last_update - SKEW <= at <= self.next_update + grace

    def ends_soon(self, at: datetime) -> bool:
        """Tell whether less than a quarter of the list's life, at most six hours, is left."""
        life = self.next_update - self.last_update
        return at > self.next_update - min(life / 4, timedelta(hours=6))


def key_digest(certificate: x509.Certificate) -> str:
    """Return the hex SHA-256 of a certificate's public key: the one name nobody else can have."""
    body = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(body).hexdigest()


def is_authority(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate may sign others."""
    found = extension(certificate.extensions, x509.BasicConstraints)
    return found is not None and found.ca


def extension(
    extensions: x509.Extensions, kind: type[x509.extensions.ExtensionTypeVar]
) -> x509.extensions.ExtensionTypeVar | None:
    """Return one extension's value, or None."""
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def distribution_points(certificate: x509.Certificate) -> list[str]:
    """List where a certificate says that lists of its authority are found."""
    found = extension(certificate.extensions, x509.CRLDistributionPoints)
    return [url for point in found or () for url in _urls(point.full_name)]


def list_points(found: x509.CertificateRevocationList) -> list[str]:
    """List where a revocation list says that it is found."""
    scope = extension(found.extensions, x509.IssuingDistributionPoint)
    return _urls(scope.full_name) if scope else []


def _urls(names: Iterable[x509.GeneralName] | None) -> list[str]:
    return [name.value for name in names or () if isinstance(name, x509.UniformResourceIdentifier)]


def read_list(
    found: x509.CertificateRevocationList, issuer: x509.Certificate, source: str = ""
) -> RevocationList | None:
    """Check a list's signature with an authority's key and read it; None where it does not hold.

    Refused too: SHA-1, lists without an end, and scopes that this program does not understand.
    """
    if found.issuer != issuer.subject or found.next_update_utc is None:
        return None
    if not _understood(found) or not signed_by(found, issuer):
        return None
    scope = extension(found.extensions, x509.IssuingDistributionPoint)
    return RevocationList(
        issuer=issuer.subject.rfc4514_string(),
        issuer_key=key_digest(issuer),
        last_update=found.last_update_utc,
        next_update=found.next_update_utc,
        serials=frozenset(entry.serial_number for entry in found),
        points=frozenset(list_points(found)),
        authorities=_only_authorities(scope),
        source=source,
    )


def _understood(found: x509.CertificateRevocationList) -> bool:
    if any(one.critical and one.oid not in _UNDERSTOOD for one in found.extensions):
        return False
    scope = extension(found.extensions, x509.IssuingDistributionPoint)
    return scope is None or not (
        scope.indirect_crl
        or scope.only_some_reasons
        or scope.only_contains_attribute_certs
        or scope.relative_name
    )


def _only_authorities(scope: x509.IssuingDistributionPoint | None) -> bool | None:
    if scope is None or scope.only_contains_ca_certs == scope.only_contains_user_certs:
        return None
    return scope.only_contains_ca_certs


def signed_by(found: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    """Tell whether an authority's key made a list's signature."""
    key = issuer.public_key()
    if not isinstance(found.signature_hash_algorithm, ACCEPTED_HASHES):
        return False
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return False
    return found.is_signature_valid(key)


def verify_with(
    key: object, signature: bytes, text: bytes, algorithm: hashes.HashAlgorithm | None
) -> None:
    """Check a signature of an authority or a responder.

    Raises:
        InvalidSignature: it does not fit.
        ValueError: key or hash are of a kind that is not accepted.
    """
    if not isinstance(algorithm, ACCEPTED_HASHES):
        raise ValueError("hash not accepted")
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(signature, text, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, text, ec.ECDSA(algorithm))
    else:
        raise ValueError("kind of key not accepted")


class Revocations:
    """The lists of one reading of the trust folder; newest first for each authority."""

    def __init__(
        self,
        lists: Sequence[tuple[x509.CertificateRevocationList, str]] = (),
        authorities: Sequence[x509.Certificate] = (),
    ) -> None:
        self._raw = tuple(lists)
        self._of: dict[str, list[RevocationList]] = {}
        for authority in authorities:
            self.learn(authority)

    def learn(self, authority: x509.Certificate) -> list[RevocationList]:
        """Return an authority's lists; their signatures are checked the first time only."""
        key = key_digest(authority)
        if key not in self._of:
            read = (read_list(found, authority, source) for found, source in self._raw)
            held = sorted(filter(None, read), key=lambda one: one.last_update, reverse=True)
            self._of[key] = held
        return self._of[key]

    def covering(
        self,
        certificate: x509.Certificate,
        issuer: x509.Certificate,
        at: datetime,
        grace: timedelta,
    ) -> RevocationList | None:
        """Return the newest list that speaks for a certificate and may be used at an instant."""
        key = key_digest(issuer)
        held = (one for one in self.learn(issuer) if one.covers(certificate, key))
        return next((one for one in held if one.holds(at, grace)), None)

    def newest(self) -> list[RevocationList]:
        """List the newest list of each authority and scope."""
        by_scope: dict[tuple[str, frozenset[str], bool | None], RevocationList] = {}
        for lists in self._of.values():
            for one in lists:
                by_scope.setdefault((one.issuer_key, one.points, one.authorities), one)
        return list(by_scope.values())
