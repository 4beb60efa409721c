"""The trust folder: CA certificates (``.pem .crt .cer``) and revocation lists (``.crl``).

It is read again when its files change, so that a new list takes effect without a restart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from core.errors import Invalid
from core.log import get_logger

DEMO_AUTHORITY = "maskmap demo: not a real card"
_CERTIFICATES = (".pem", ".crt", ".cer")
_LISTS = (".crl",)
_log = get_logger(__name__)


@dataclass(frozen=True)
class Trust:
    """What is trusted: roots, and revocation lists."""

    roots: Sequence[x509.Certificate] = ()
    lists: Sequence[x509.CertificateRevocationList] = ()

    def revocation_list(
        self, issuer: x509.Certificate, at: datetime
    ) -> x509.CertificateRevocationList | None:
        """Return the newest list of an issuer: signed with its key, and current at ``at``."""
        lists = [found for found in self.lists if _is_current(found, issuer, at)]
        return max(lists, key=lambda found: found.last_update_utc, default=None)


def _is_current(
    found: x509.CertificateRevocationList, issuer: x509.Certificate, at: datetime
) -> bool:
    if found.issuer != issuer.subject or found.next_update_utc is None:
        return False
    if not found.last_update_utc <= at <= found.next_update_utc:
        return False
    key = issuer.public_key()
    return bool(found.is_signature_valid(key))  # type: ignore[arg-type]


def is_demo_authority(certificate: x509.Certificate) -> bool:
    """Tell whether a CA certificate is the one of the software cards."""
    names = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return any(name.value == DEMO_AUTHORITY for name in names)


def read_certificates(folder: Path) -> list[x509.Certificate]:
    """Read every CA certificate of a folder; none where there is no folder.

    Raises:
        Invalid: naming the file that is none.
    """
    return [certificate for path in _files(folder, _CERTIFICATES) for certificate in _pem(path)]


def _pem(path: Path) -> list[x509.Certificate]:
    body = path.read_bytes()
    try:
        if b"-----BEGIN" in body:
            return x509.load_pem_x509_certificates(body)
        return [x509.load_der_x509_certificate(body)]
    except ValueError:
        raise Invalid(f"{path}: not a certificate") from None


def _read_list(path: Path) -> x509.CertificateRevocationList:
    body = path.read_bytes()
    try:
        if b"-----BEGIN" in body:
            return x509.load_pem_x509_crl(body)
        return x509.load_der_x509_crl(body)
    except ValueError:
        raise Invalid(f"{path}: not a revocation list") from None


def _files(folder: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.iterdir()) if path.suffix.lower() in endings)


class TrustFolder:
    """The trust of this portal. ``demo`` accepts the demo authority, and nothing else."""

    def __init__(self, folder: Path, *, demo: bool = False) -> None:
        self.folder = folder
        self._demo = demo
        self._seen: object = None
        self._trust = Trust()

    def current(self) -> Trust:
        """Return what the folder holds now; the last good reading where a file is damaged."""
        seen = [(path.name, path.stat().st_mtime_ns) for path in _files(self.folder, _ALL)]
        if seen != self._seen:
            try:
                self._trust = self._read()
            except Invalid as fault:
                _log.error("trust_folder_damaged", fault=str(fault))
            self._seen = seen
        return self._trust

    def _read(self) -> Trust:
        found = read_certificates(self.folder)
        roots = [root for root in found if is_demo_authority(root) == self._demo]
        if len(roots) < len(found):
            _log.error("certificates_not_trusted_here", folder=str(self.folder), demo=self._demo)
        return Trust(roots, [_read_list(path) for path in _files(self.folder, _LISTS)])


_ALL = _CERTIFICATES + _LISTS
