"""Chain, validity, revocation and signature, against authorities made for the purpose."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from prometheus_client import CollectorRegistry

from pharmacy_portal.login.certificates import (
    LoginRefused,
    certificate_key,
    check_signature,
    signed_text,
    weakness,
)
from pharmacy_portal.login.check import CertificateCheck, Evidence
from pharmacy_portal.login.facts import facts_of
from pharmacy_portal.login.fetching import Fetcher
from pharmacy_portal.login.numbers import RevocationNumbers
from pharmacy_portal.login.policy import RevocationPolicy
from pharmacy_portal.login.trust import Trust, TrustFolder
from tests.tokens.authority import SUBJECT_TYPES, make_authority

NOW = datetime(2020, 2, 6, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def a_name(common_name: str, serial: str = "") -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    if serial:
        attributes.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, serial))
    return x509.Name(attributes)


@dataclass
class Authority:
    """A certificate authority of a test."""

    key: Key
    certificate: x509.Certificate

    def issue(
        self,
        subject: x509.Name,
        key: Key,
        *,
        ca: bool = False,
        signs: bool = True,
        begins: datetime = NOW - DAY,
        ends: datetime = NOW + DAY,
        more: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    ) -> x509.Certificate:
        """Issue a certificate; ``more`` extensions, each critical or not."""
        return a_certificate(
            self, subject, key, ca=ca, signs=signs, begins=begins, ends=ends, more=more
        )

    def revocations(
        self,
        *revoked: x509.Certificate,
        begins: datetime = NOW - DAY,
        ends: datetime = NOW + DAY,
        key: Key | None = None,
        scope: x509.ExtensionType | None = None,
    ) -> x509.CertificateRevocationList:
        """Issue a revocation list, signed with this authority's key unless told otherwise."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(begins)
            .next_update(ends)
        )
        for certificate in revoked:
            entry = x509.RevokedCertificateBuilder(certificate.serial_number, NOW - DAY).build()
            builder = builder.add_revoked_certificate(entry)
        if scope is not None:
            builder = builder.add_extension(scope, critical=True)
        return builder.sign(key or self.key, hashes.SHA256())


def a_certificate(
    issuer: Authority | None,
    subject: x509.Name,
    key: Key,
    *,
    ca: bool,
    signs: bool,
    begins: datetime,
    ends: datetime,
    more: tuple[tuple[x509.ExtensionType, bool], ...] = (),
) -> x509.Certificate:
    usage: dict[str, Any] = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    signer = issuer.key if issuer else key
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=signs and not ca, key_cert_sign=ca, crl_sign=ca, **usage
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(identifier, critical=False)
    )
    for extension, critical in more:
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(signer, hashes.SHA256())


def an_authority(common_name: str = "test CA", above: Authority | None = None) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = a_certificate(
        above,
        a_name(common_name),
        key,
        ca=True,
        signs=False,
        begins=NOW - 10 * DAY,
        ends=NOW + 10 * DAY,
    )
    return Authority(key, certificate)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return an_authority()


@pytest.fixture(scope="module")
def card_key() -> Key:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def card(authority: Authority, card_key: Key) -> x509.Certificate:
    return authority.issue(a_name("王小明", "0000000112345678"), card_key)


@dataclass
class HeldTrust:
    """A trust folder without a folder."""

    held: Trust

    def has_moved(self) -> bool:
        return False


def check(
    trust: Trust,
    leaf: x509.Certificate,
    *between: x509.Certificate,
    at: datetime = NOW,
    grace: timedelta = timedelta(),
) -> Evidence:
    """Check a certificate as a login does."""
    numbers = RevocationNumbers(CollectorRegistry())
    made = CertificateCheck(HeldTrust(trust), RevocationPolicy(grace), Fetcher(), numbers)
    return asyncio.run(made.check(leaf, between, at))


def refusal(trust: Trust, leaf: x509.Certificate, *between: x509.Certificate, **when: Any) -> str:
    with pytest.raises(LoginRefused) as caught:
        check(trust, leaf, *between, **when)
    return caught.value.code


def test_a_card_of_a_trusted_authority_is_accepted(
    authority: Authority, card: x509.Certificate
) -> None:
    check(Trust([authority.certificate], [authority.revocations()]), card)


def test_a_card_below_an_intermediate_authority_is_accepted(card_key: Key) -> None:
    root = an_authority("root")
    middle = an_authority("middle", above=root)
    leaf = middle.issue(a_name("leaf"), card_key)
    trust = Trust([root.certificate], [root.revocations(), middle.revocations()])
    check(trust, leaf, middle.certificate)
    assert refusal(trust, leaf) == "CERTIFICATE_UNTRUSTED"


def test_a_card_below_a_revoked_intermediate_authority_is_refused(card_key: Key) -> None:
    root = an_authority("root")
    middle = an_authority("middle", above=root)
    leaf = middle.issue(a_name("leaf"), card_key)
    lists = [root.revocations(middle.certificate), middle.revocations()]
    assert refusal(Trust([root.certificate], lists), leaf, middle.certificate) == (
        "CERTIFICATE_REVOKED"
    )


def test_an_unknown_authority_is_refused(card: x509.Certificate) -> None:
    other = an_authority("other")
    trust = Trust([other.certificate], [other.revocations()])
    assert refusal(trust, card) == "CERTIFICATE_UNTRUSTED"


def test_an_authority_of_the_same_name_is_refused(card: x509.Certificate) -> None:
    twin = an_authority("test CA")
    assert refusal(Trust([twin.certificate], [twin.revocations()]), card) == (
        "CERTIFICATE_UNTRUSTED"
    )


def test_without_any_trust_nobody_gets_in(card: x509.Certificate) -> None:
    assert refusal(Trust(), card) == "CERTIFICATE_UNTRUSTED"


def test_a_revoked_card_is_refused(authority: Authority, card: x509.Certificate) -> None:
    trust = Trust([authority.certificate], [authority.revocations(card)])
    assert refusal(trust, card) == "CERTIFICATE_REVOKED"


def test_a_missing_revocation_list_lets_nobody_in(
    authority: Authority, card: x509.Certificate
) -> None:
    assert refusal(Trust([authority.certificate]), card) == "REVOCATION_UNKNOWN"


def test_an_outdated_revocation_list_lets_nobody_in(
    authority: Authority, card: x509.Certificate
) -> None:
    old = authority.revocations(begins=NOW - 3 * DAY, ends=NOW - DAY)
    trust = Trust([authority.certificate], [old])
    assert refusal(trust, card) == "REVOCATION_UNKNOWN"
    assert check(trust, card, grace=DAY + timedelta(minutes=1)).revocation == "crl"


def test_a_revocation_list_signed_by_somebody_else_does_not_count(
    authority: Authority, card: x509.Certificate, card_key: Key
) -> None:
    forged = authority.revocations(key=card_key)
    assert refusal(Trust([authority.certificate], [forged]), card) == "REVOCATION_UNKNOWN"


@pytest.mark.parametrize(("begins", "ends"), [(-3, -1), (1, 3)])
def test_a_card_outside_its_validity_is_refused(
    authority: Authority, card_key: Key, begins: int, ends: int
) -> None:
    leaf = authority.issue(
        a_name("leaf"), card_key, begins=NOW + begins * DAY, ends=NOW + ends * DAY
    )
    trust = Trust([authority.certificate], [authority.revocations()])
    assert refusal(trust, leaf) == "CERTIFICATE_EXPIRED"


def test_a_card_that_may_not_sign_is_refused(authority: Authority, card_key: Key) -> None:
    leaf = authority.issue(a_name("leaf"), card_key, signs=False)
    trust = Trust([authority.certificate], [authority.revocations()])
    assert refusal(trust, leaf) == "CERTIFICATE_UNTRUSTED"


def test_an_authoritys_own_certificate_is_no_login_card(authority: Authority) -> None:
    trust = Trust([authority.certificate], [authority.revocations()])
    assert refusal(trust, authority.certificate) == "CERTIFICATE_UNTRUSTED"


def test_a_card_issued_by_a_card_is_refused(
    authority: Authority, card: x509.Certificate, card_key: Key
) -> None:
    holder = Authority(card_key, card)
    leaf = holder.issue(a_name("leaf"), ec.generate_private_key(ec.SECP256R1()))
    trust = Trust([authority.certificate], [authority.revocations()])
    assert refusal(trust, leaf, card) == "CERTIFICATE_UNTRUSTED"


def test_the_signed_text_has_four_lines_and_no_last_line_feed(card: x509.Certificate) -> None:
    lines = signed_text("https://portal.example.tw", "abc", card).decode().split("\n")
    digest = card.fingerprint(hashes.SHA256()).hex()
    assert lines == ["maskmap login v1", "https://portal.example.tw", "abc", digest]


def test_an_rsa_signature_is_checked(authority: Authority) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    leaf = authority.issue(a_name("leaf"), key)
    good = key.sign(b"text", padding.PKCS1v15(), hashes.SHA256())
    check_signature(leaf, "RSA-PKCS1v15-SHA256", good, b"text")
    for mechanism, signature in (
        ("RSA-PKCS1v15-SHA256", key.sign(b"text", padding.PKCS1v15(), hashes.SHA1())),
        ("RSA-PKCS1v15-SHA256", key.sign(b"other", padding.PKCS1v15(), hashes.SHA256())),
        ("ECDSA-P256-SHA256", good),
        ("RSA-PSS-SHA256", good),
    ):
        with pytest.raises(LoginRefused):
            check_signature(leaf, mechanism, signature, b"text")


def test_a_short_rsa_key_is_refused(authority: Authority) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    leaf = authority.issue(a_name("leaf"), key)
    signature = key.sign(b"text", padding.PKCS1v15(), hashes.SHA256())
    with pytest.raises(LoginRefused):
        check_signature(leaf, "RSA-PKCS1v15-SHA256", signature, b"text")


def test_another_curve_is_refused(authority: Authority) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    leaf = authority.issue(a_name("leaf"), key)
    signature = key.sign(b"text", ec.ECDSA(hashes.SHA256()))
    with pytest.raises(LoginRefused):
        check_signature(leaf, "ECDSA-P256-SHA256", signature, b"text")


def test_a_renewed_card_with_the_same_name_is_somebody_else(authority: Authority) -> None:
    subject = a_name("王小明", "0000000112345678")
    one = authority.issue(subject, ec.generate_private_key(ec.SECP256R1()))
    two = authority.issue(subject, ec.generate_private_key(ec.SECP256R1()))
    assert certificate_key(one) != certificate_key(two)


def test_the_same_key_certified_again_is_the_same_user(authority: Authority, card_key: Key) -> None:
    subject = a_name("王小明", "0000000112345678")
    assert certificate_key(authority.issue(subject, card_key)) == certificate_key(
        authority.issue(subject, card_key)
    )


def test_the_trust_folder_takes_up_new_lists_without_a_restart(
    authority: Authority, card: x509.Certificate, tmp_path: Path
) -> None:
    pem = serialization.Encoding.PEM
    folder = TrustFolder(tmp_path)
    assert not folder.current().roots
    (tmp_path / "ca.pem").write_bytes(authority.certificate.public_bytes(pem))
    assert refusal(folder.current(), card) == "REVOCATION_UNKNOWN"
    (tmp_path / "ca.crl").write_bytes(authority.revocations().public_bytes(pem))
    check(folder.current(), card)
    (tmp_path / "new.crl").write_bytes(
        authority.revocations(card, begins=NOW - DAY / 2).public_bytes(serialization.Encoding.DER)
    )
    assert refusal(folder.current(), card) == "CERTIFICATE_REVOKED"


def test_a_damaged_file_leaves_the_last_good_trust(
    authority: Authority, card: x509.Certificate, tmp_path: Path
) -> None:
    pem = serialization.Encoding.PEM
    (tmp_path / "ca.pem").write_bytes(authority.certificate.public_bytes(pem))
    (tmp_path / "ca.crl").write_bytes(authority.revocations().public_bytes(pem))
    folder = TrustFolder(tmp_path)
    folder.current()
    (tmp_path / "other.crl").write_text("torn")
    check(folder.current(), card)


def test_a_real_trust_folder_never_trusts_the_demo_authority(template_state: Path) -> None:
    assert not TrustFolder(template_state / "cards").current().roots
    assert TrustFolder(template_state / "cards", demo=True).current().roots


def test_a_critical_extension_that_nobody_understands_is_refused(
    authority: Authority, card_key: Key
) -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    trust = Trust([authority.certificate], [authority.revocations()])
    critical = authority.issue(a_name("leaf"), card_key, more=((unknown, True),))
    assert refusal(trust, critical) == "CERTIFICATE_UNTRUSTED"
    check(trust, authority.issue(a_name("leaf"), card_key, more=((unknown, False),)))


@pytest.mark.parametrize(
    ("purpose", "accepted"),
    [
        (ExtendedKeyUsageOID.CLIENT_AUTH, True),
        (ExtendedKeyUsageOID.SMARTCARD_LOGON, True),
        (ExtendedKeyUsageOID.SERVER_AUTH, False),
        (ExtendedKeyUsageOID.OCSP_SIGNING, False),
    ],
)
def test_a_certificate_for_another_purpose_is_no_login_card(
    authority: Authority, card_key: Key, purpose: x509.ObjectIdentifier, accepted: bool
) -> None:
    usage = x509.ExtendedKeyUsage([purpose])
    leaf = authority.issue(a_name("leaf"), card_key, more=((usage, True),))
    trust = Trust([authority.certificate], [authority.revocations()])
    if accepted:
        check(trust, leaf)
    else:
        assert refusal(trust, leaf) == "CERTIFICATE_UNTRUSTED"


def test_a_certificate_signed_with_sha_1_is_refused() -> None:
    """The library signs nothing with SHA-1 any more, so a stand-in says that it was."""

    class Weak:
        signature_hash_algorithm = hashes.SHA1()

    fault = weakness(Weak())  # type: ignore[arg-type]
    assert fault == "the certificate is signed with a hash that is not accepted"


def a_scope(**named: Any) -> x509.IssuingDistributionPoint:
    values: dict[str, Any] = {
        "full_name": None,
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**(values | named))


def test_a_partial_list_speaks_for_its_own_certificates_only(
    authority: Authority, card_key: Key
) -> None:
    here = x509.UniformResourceIdentifier("http://crl.example.tw/0.crl")
    point = x509.DistributionPoint([here], None, None, None)
    points = x509.CRLDistributionPoints([point])
    inside = authority.issue(a_name("in"), card_key, more=((points, False),))
    outside = authority.issue(a_name("out"), card_key)
    partial = authority.revocations(scope=a_scope(full_name=[here]))
    trust = Trust([authority.certificate], [partial])
    check(trust, inside)
    assert refusal(trust, outside) == "REVOCATION_UNKNOWN"
    for scope in (a_scope(only_contains_ca_certs=True), a_scope(indirect_crl=True)):
        other = Trust([authority.certificate], [authority.revocations(scope=scope)])
        assert refusal(other, outside) == "REVOCATION_UNKNOWN"


def test_the_newest_list_counts(authority: Authority, card: x509.Certificate) -> None:
    older = authority.revocations(card, begins=NOW - 2 * DAY)
    lists = [older, authority.revocations(begins=NOW - DAY)]
    check(Trust([authority.certificate], lists), card)


def test_an_authority_in_the_folder_need_not_be_sent_along(card_key: Key) -> None:
    root = an_authority("root")
    middle = an_authority("middle", above=root)
    leaf = middle.issue(a_name("leaf"), card_key)
    both = [root.certificate, middle.certificate]
    trust = Trust(both, [root.revocations(), middle.revocations()])
    assert check(trust, leaf).chain[-1] == root.certificate
    revoked = [root.revocations(middle.certificate), middle.revocations()]
    assert refusal(Trust(both, revoked), leaf) == "CERTIFICATE_REVOKED"


@pytest.mark.parametrize("kind", [*SUBJECT_TYPES, None])
def test_a_certificate_tells_what_kind_of_card_it_belongs_to(kind: str | None) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = make_authority(NOW).issue(key.public_key(), kind=kind, name="王小明", serial="00123")
    facts = facts_of(leaf)
    assert facts.kind == (kind or "other")
    assert (facts.name, facts.subject_serial) == ("王小明", "00123")


def test_a_title_says_nothing_on_a_real_card(authority: Authority, card_key: Key) -> None:
    titled = x509.Name([x509.NameAttribute(NameOID.TITLE, "government")])
    assert facts_of(authority.issue(titled, card_key)).kind == "other"
