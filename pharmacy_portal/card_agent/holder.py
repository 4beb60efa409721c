"""What a card's certificate says of its holder, for the eye: the portal judges for itself.

Source: subject directory attributes of the government's public-key infrastructure (2.5.29.9,
subject type 2.16.886.1.100.2.1), as seen in public readers of HCA and MOICA cards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cryptography import x509
from cryptography.x509.oid import NameOID

OTHER = "other"
_DIRECTORY_ATTRIBUTES = x509.ObjectIdentifier("2.5.29.9")
# The types as DER object identifiers: whole values, so that none is found inside another's bytes.
_ARC = bytes.fromhex("608676016403")  # 2.16.886.1.100.3
_KINDS: Mapping[bytes, str] = MappingProxyType(
    {
        b"\x06\x08" + _ARC + b"\x01\x01": "citizen",
        b"\x06\x08" + _ARC + b"\x01\x07": "personnel",
        b"\x06\x08" + _ARC + b"\x02\x01": "government",
        b"\x06\x08" + _ARC + b"\x02\x15": "institution",
    }
)
_TITLES = frozenset({"personnel", "citizen", "institution", "government"})


@dataclass(frozen=True, repr=False)
class Holder:
    """A card's kind and the name in it; shown in the agent's own dialog, never logged."""

    kind: str
    name: str


def holder_of(certificate: x509.Certificate) -> Holder:
    """Return whose card it is, as far as its certificate says."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return Holder(kind_of(certificate), str(names[0].value) if names else "")


def kind_of(certificate: x509.Certificate) -> str:
    """Return personnel, citizen, institution, government, or other."""
    titles = certificate.subject.get_attributes_for_oid(NameOID.TITLE)
    if titles and str(titles[0].value) in _TITLES:
        return str(titles[0].value)
    try:
        found = certificate.extensions.get_extension_for_oid(_DIRECTORY_ATTRIBUTES).value
    except (x509.ExtensionNotFound, ValueError):
        return OTHER
    body = found.value if isinstance(found, x509.UnrecognizedExtension) else b""
    return next((kind for oid, kind in _KINDS.items() if oid in body), OTHER)
