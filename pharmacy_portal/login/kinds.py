"""What kind of card a certificate belongs to.

Source: object identifiers of the government's PKI as public programs use them (subject type in
subjectDirectoryAttributes; MOICA, 工商, GCA/XCA attributes; HCA person and institution). No public
sample of a whole HCA certificate was found, so a kind is a description: it opens nothing by
itself, and an unknown one is ``other``. The demo's cards say it in the subject's title.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from cryptography import x509
from cryptography.x509.oid import NameOID

from pharmacy_portal.login.trust import is_demo_issued

KINDS = ("personnel", "citizen", "institution", "government", "nhi", "other")
_DIRECTORY_ATTRIBUTES = x509.ObjectIdentifier("2.5.29.9")
# The first that is found in a certificate decides.
_KIND_OF_OID: Mapping[str, str] = MappingProxyType(
    {
        "2.16.886.1.100.3.1.7": "personnel",  # HCA, person (HPC)
        "2.16.886.1.100.3.2.21": "institution",  # HCA, medical institution (HOP)
        "2.16.886.1.100.3.1.1": "citizen",  # natural person
        "2.16.886.1.100.3.2.1": "government",  # government unit
        "2.16.886.1.100.2.51": "citizen",  # MOICA, last four of the number
        "2.16.886.1.100.2.101": "institution",  # 工商, unified number
        "2.16.886.1.100.2.102": "government",  # GCA, XCA
    }
)


def kind_of(certificate: x509.Certificate) -> str:
    """Return one of ``KINDS``."""
    if is_demo_issued(certificate):
        titles = certificate.subject.get_attributes_for_oid(NameOID.TITLE)
        return next((str(one.value) for one in titles if one.value in KINDS), "other")
    found = set(_object_identifiers(certificate))
    return next((kind for oid, kind in _KIND_OF_OID.items() if oid in found), "other")


def _object_identifiers(certificate: x509.Certificate) -> Iterator[str]:
    """Yield policies, and every object identifier inside the subject's directory attributes."""
    for one in certificate.extensions:
        if isinstance(one.value, x509.CertificatePolicies):
            yield from (policy.policy_identifier.dotted_string for policy in one.value)
        elif one.oid == _DIRECTORY_ATTRIBUTES and isinstance(one.value, x509.UnrecognizedExtension):
            yield from _contained(one.value.value)


def _contained(der: bytes) -> Iterator[str]:
    """Yield which known identifiers stand in a DER value, tag and length included."""
    for dotted in _KIND_OF_OID:
        body = _encoded(dotted)
        if bytes((0x06, len(body))) + body in der:
            yield dotted


def _encoded(dotted: str) -> bytes:
    """Encode an object identifier's arcs (X.690, 8.19)."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    return b"".join(_base128(arc) for arc in (first * 40 + second, *rest))


def _base128(arc: int) -> bytes:
    groups = [arc & 0x7F]
    while arc := arc >> 7:
        groups.append(arc & 0x7F | 0x80)
    return bytes(reversed(groups))
