"""A certificate authority as the cards have one: a root, "Test HCA" below it, CRL and OCSP.

Built fresh by each test session; nothing of it is a real authority's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
DAY = timedelta(days=1)
# Subject directory attributes of the government's cards: what kind of holder the card has.
DIRECTORY_ATTRIBUTES = x509.ObjectIdentifier("2.5.29.9")
SUBJECT_TYPE = "2.16.886.1.100.2.1"
SUBJECT_TYPES = {
    "citizen": "2.16.886.1.100.3.1.1",
    "personnel": "2.16.886.1.100.3.1.7",
    "institution": "2.16.886.1.100.3.2.21",
    "government": "2.16.886.1.100.3.2.1",
}
_SIGNS = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
_ISSUES = x509.KeyUsage(False, False, False, False, False, True, True, False, False)


@dataclass(frozen=True)
class Authority:
    """A key that issues certificates, and its own certificate."""

    key: PrivateKey
    certificate: x509.Certificate


@dataclass(frozen=True)
class CardAuthority:
    """The root, and the authority below it that issues cards."""

    root: Authority
    issuer: Authority
    now: datetime

    def issue(
        self,
        public_key: PublicKey,
        *,
        kind: str | None = "personnel",
        name: str = "測試藥師",
        serial: str = "0000000112345678",
        begins: timedelta = -DAY,
        ends: timedelta = 365 * DAY,
        policies: Sequence[str] = (),
        ocsp_url: str | None = None,
        crl_url: str | None = None,
        by: Authority | None = None,
    ) -> x509.Certificate:
        """Make a card's certificate; ``begins`` and ``ends`` count from the authority's now."""
        by = by or self.issuer
        builder = _builder(_name(name, serial), by.certificate.subject, public_key)
        builder = builder.not_valid_before(self.now + begins).not_valid_after(self.now + ends)
        builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
        builder = builder.add_extension(_SIGNS, critical=True)
        builder = builder.add_extension(_issued_with(by.key), critical=False)
        for extension in _described(kind, policies, ocsp_url, crl_url):
            builder = builder.add_extension(extension, critical=False)
        return builder.sign(by.key, hashes.SHA256())

    def crl(
        self,
        revoked: Iterable[x509.Certificate | int] = (),
        *,
        by: Authority | None = None,
        since: timedelta = -DAY,
        until: timedelta = DAY,
    ) -> x509.CertificateRevocationList:
        """Make the revocation list of the cards' issuer, or of another authority."""
        by = by or self.issuer
        builder = x509.CertificateRevocationListBuilder().issuer_name(by.certificate.subject)
        builder = builder.last_update(self.now + since).next_update(self.now + until)
        for one in revoked:
            number = one if isinstance(one, int) else one.serial_number
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder(number, self.now + since).build()
            )
        return builder.sign(by.key, hashes.SHA256())

    def ocsp(
        self,
        certificate: x509.Certificate,
        status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
        *,
        by: Authority | None = None,
        since: timedelta = timedelta(),
        until: timedelta = DAY,
        delegated: bool = False,
    ) -> bytes:
        """Answer for a certificate, as DER; ``by`` signs, with its certificate if ``delegated``."""
        by = by or self.issuer
        is_revoked = status is ocsp.OCSPCertStatus.REVOKED
        builder = ocsp.OCSPResponseBuilder().add_response(
            certificate,
            self.issuer.certificate,
            hashes.SHA1(),
            status,
            self.now + since,
            self.now + until,
            self.now - DAY if is_revoked else None,
            None,
        )
        builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
        if delegated:
            builder = builder.certificates([by.certificate])
        return builder.sign(by.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)

    def ocsp_responder(self, *, may_answer: bool = True) -> Authority:
        """Make a responder that the issuer has authorised to answer (or not)."""
        key = ec.generate_private_key(ec.SECP256R1())
        by = self.issuer
        builder = _builder(_name("Test OCSP"), by.certificate.subject, key.public_key())
        builder = builder.not_valid_before(self.now - DAY).not_valid_after(self.now + 30 * DAY)
        builder = builder.add_extension(x509.BasicConstraints(False, None), critical=True)
        builder = builder.add_extension(_SIGNS, critical=True)
        if may_answer:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
            builder = builder.add_extension(usage, critical=False)
        return Authority(key, builder.sign(by.key, hashes.SHA256()))

    def write_trust(self, folder: Path, revoked: Iterable[x509.Certificate] = ()) -> Path:
        """Write a trust folder: the root, and the revocation lists of both authorities."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "root.pem").write_bytes(pem(self.root.certificate))
        lists = {"issuer.crl": self.crl(revoked), "root.crl": self.crl(by=self.root)}
        for name, made in lists.items():
            (folder / name).write_bytes(made.public_bytes(serialization.Encoding.PEM))
        return folder


def make_authority(now: datetime | None = None) -> CardAuthority:
    """Make a root and "Test HCA" below it, valid ten years around ``now``."""
    now = (now or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = Authority(root_key, _ca("Test Root CA", root_key, None, now, path_length=1))
    key = rsa.generate_private_key(65537, 2048)
    return CardAuthority(root, Authority(key, _ca("Test HCA", key, root, now, path_length=0)), now)


def pem(certificate: x509.Certificate) -> bytes:
    """Return a certificate as PEM."""
    return certificate.public_bytes(serialization.Encoding.PEM)


def _ca(
    name: str, key: PrivateKey, by: Authority | None, now: datetime, *, path_length: int
) -> x509.Certificate:
    issuer = by.certificate.subject if by else _name(name)
    builder = _builder(_name(name), issuer, key.public_key())
    builder = builder.not_valid_before(now - 1825 * DAY).not_valid_after(now + 1825 * DAY)
    builder = builder.add_extension(x509.BasicConstraints(True, path_length), critical=True)
    builder = builder.add_extension(_ISSUES, critical=True)
    signer = by.key if by else key
    builder = builder.add_extension(_issued_with(signer), critical=False)
    return builder.sign(signer, hashes.SHA256())


def _builder(subject: x509.Name, issuer: x509.Name, key: PublicKey) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _issued_with(key: PrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _name(common_name: str, serial: str = "") -> x509.Name:
    parts = [(NameOID.COUNTRY_NAME, "TW"), (NameOID.ORGANIZATION_NAME, "Test authority")]
    parts += [(NameOID.COMMON_NAME, common_name)]
    parts += [(NameOID.SERIAL_NUMBER, serial)] if serial else []
    return x509.Name([x509.NameAttribute(oid, value) for oid, value in parts])


def _described(
    kind: str | None, policies: Sequence[str], ocsp_url: str | None, crl_url: str | None
) -> Iterable[x509.ExtensionType]:
    """Yield what the certificate says of its holder, and where its state can be asked."""
    if kind:
        yield x509.UnrecognizedExtension(DIRECTORY_ATTRIBUTES, _subject_type(SUBJECT_TYPES[kind]))
    if policies:
        yield x509.CertificatePolicies(
            [x509.PolicyInformation(x509.ObjectIdentifier(policy), None) for policy in policies]
        )
    if ocsp_url:
        place = x509.UniformResourceIdentifier(ocsp_url)
        access = x509.AccessDescription(x509.oid.AuthorityInformationAccessOID.OCSP, place)
        yield x509.AuthorityInformationAccess([access])
    if crl_url:
        place = x509.UniformResourceIdentifier(crl_url)
        yield x509.CRLDistributionPoints([x509.DistributionPoint([place], None, None, None)])


def _subject_type(value: str) -> bytes:
    """Return SEQUENCE OF Attribute {type, SET OF {value}} with one attribute."""
    attribute = _tlv(0x30, _oid(SUBJECT_TYPE) + _tlv(0x31, _oid(value)))
    return _tlv(0x30, attribute)


def _oid(dotted: str) -> bytes:
    first, second, *rest = (int(part) for part in dotted.split("."))
    return _tlv(0x06, b"".join(_base128(arc) for arc in (40 * first + second, *rest)))


def _base128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


def _tlv(tag: int, body: bytes) -> bytes:
    assert len(body) < 0x80
    return bytes([tag, len(body)]) + body
