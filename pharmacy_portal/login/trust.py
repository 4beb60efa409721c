"""The trust folder: CA certificates (``.pem .crt .cer``) and revocation lists (``.crl``).

It is read again when its files change, so that a new list takes effect without a restart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import Store

from core.errors import Invalid
from core.log import get_logger
from pharmacy_portal.login.revocation import Revocations, list_points

DEMO_AUTHORITY = "maskmap demo: not a real card"
_CERTIFICATES = (".pem", ".crt", ".cer")
_LISTS = (".crl",)
_log = get_logger(__name__)


class Trust:
    """What is trusted: anchors, the authorities below them, and their revocation lists.

    Every certificate of the folder is an anchor, but for those that another one of the folder has
    issued: these are offered when a chain is built, and their own revocation is looked at.
    """

    def __init__(
        self,
        certificates: Sequence[x509.Certificate] = (),
        lists: Sequence[x509.CertificateRevocationList | tuple[Any, str]] = (),
    ) -> None:
        self.roots, self.between = _sorted_out(certificates)
        self.store = Store(self.roots) if self.roots else None
        named = [one if isinstance(one, tuple) else (one, "") for one in lists]
        self.points = sorted({url for found, _ in named for url in list_points(found)})
        self.revocations = Revocations(named, [*self.roots, *self.between])


def _sorted_out(
    certificates: Sequence[x509.Certificate],
) -> tuple[list[x509.Certificate], list[x509.Certificate]]:
    """Tell anchors from the authorities that one of them vouches for."""
    subjects = {one.subject for one in certificates if one.subject == one.issuer}
    between = [one for one in certificates if one.issuer in subjects and one.subject != one.issuer]
    return [one for one in certificates if one not in between], between


def is_demo_authority(certificate: x509.Certificate) -> bool:
    """Tell whether a CA certificate is the one of the software cards."""
    return _is_demo(certificate.subject)


def is_demo_issued(certificate: x509.Certificate) -> bool:
    """Tell whether a certificate names the authority of the software cards as its issuer."""
    return _is_demo(certificate.issuer)


def _is_demo(name: x509.Name) -> bool:
    names = name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    return any(one.value == DEMO_AUTHORITY for one in names)


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
    return parse_list(path.read_bytes(), str(path))


def parse_list(body: bytes, source: str) -> x509.CertificateRevocationList:
    """Read a revocation list, PEM or DER.

    Raises:
        Invalid: naming the source, where it is none.
    """
    try:
        if body.startswith(b"-----BEGIN"):
            return x509.load_pem_x509_crl(body)
        return x509.load_der_x509_crl(body)
    except ValueError:
        raise Invalid(f"{source}: not a revocation list") from None


def _files(folder: Path, endings: tuple[str, ...]) -> Iterator[Path]:
    if folder.is_dir():
        yield from (path for path in sorted(folder.iterdir()) if path.suffix.lower() in endings)


class TrustFolder:
    """The trust of this portal, and the lists fetched beside it.

    ``demo`` accepts the demo authority, and nothing else.
    """

    def __init__(self, folder: Path, *, demo: bool = False, fetched: Path | None = None) -> None:
        self.folder = folder
        self.fetched = fetched
        self._demo = demo
        self._seen: object = None
        self._moved: object = None
        self._trust = Trust()

    @property
    def held(self) -> Trust:
        """What was read last; asks no disk."""
        return self._trust

    def has_moved(self) -> bool:
        """Tell cheaply whether a file came, went or was replaced since the last look."""
        return self._moments() != self._moved

    def current(self) -> Trust:
        """Return what the folder holds now; the last good reading where a file is damaged."""
        moments = self._moments()
        seen = [_look_of(path) for path in self._all_files()]
        if seen != self._seen:
            try:
                self._trust = self._read()
            except Invalid as fault:
                _log.error("alarm_trust_folder_damaged", fault=str(fault))
            except OSError as fault:
                # Replaced while it was being read; the next look sees it.
                _log.warning("trust_folder_unsettled", fault=type(fault).__name__)
                return self._trust
            self._seen = seen
        self._moved = moments
        return self._trust

    def _moments(self) -> list[int]:
        folders = [self.folder, *([self.fetched] if self.fetched else [])]
        return [folder.stat().st_mtime_ns if folder.is_dir() else 0 for folder in folders]

    def _all_files(self) -> Iterator[Path]:
        yield from _files(self.folder, _ALL)
        if self.fetched:
            yield from _files(self.fetched, _LISTS)

    def _read(self) -> Trust:
        found = read_certificates(self.folder)
        known = [one for one in found if is_demo_authority(one) == self._demo]
        if len(known) < len(found):
            _log.error("certificates_not_trusted_here", folder=str(self.folder), demo=self._demo)
        lists = [path for path in self._all_files() if path.suffix.lower() in _LISTS]
        return Trust(known, [(_read_list(path), path.name) for path in lists])


def _look_of(path: Path) -> tuple[str, int, int, int]:
    state = path.stat()
    return str(path), state.st_ino, state.st_size, state.st_mtime_ns


_ALL = _CERTIFICATES + _LISTS
