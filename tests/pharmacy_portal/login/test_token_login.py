"""Logging in with a key inside a PKCS#11 token, and the ways a login must not succeed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.ocsp import OCSPCertStatus

from core.settings import Settings
from tests.pharmacy_portal.login.authority_servers import RealCards, real_cards, signer
from tests.pharmacy_portal.tills import API, StandingClock, Till
from tests.tokens.authority import Authority, make_authority

pkcs11 = pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed: make install")
from tests.tokens.softhsm import SoftCard, loaded, soft_tokens  # noqa: E402

DAY = timedelta(days=1)
Sign = Callable[[bytes], bytes]
Refused = Callable[..., Awaitable[str]]


def signs_in(card: SoftCard, pin: str | None = None) -> Sign:
    """Return how the token signs."""

    def sign(text: bytes) -> bytes:
        token = loaded().get_token(token_label=card.label)
        with token.open(user_pin=pin or card.pin) as session:
            key = session.get_key(pkcs11.ObjectClass.PRIVATE_KEY)
            return key.sign(text, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS)

    return sign


@pytest.fixture
async def real(
    settings: Settings, clock: StandingClock, tmp_path: Path
) -> AsyncIterator[RealCards]:
    trust = tmp_path / "trust"
    async with real_cards(settings, clock, trust, ocsp_url="{url}ocsp") as found:
        found.authority.answer = found.cards.ocsp
        yield found


async def test_a_token_logs_in_and_ten_ways_are_refused(real: RealCards, tmp_path: Path) -> None:
    """The ten refusals of the design, over HTTP, with the key inside the token throughout."""
    with soft_tokens(tmp_path) as home:
        card = home.make_card(real.cards)
        public, sign = card.certificate.public_key(), signs_in(card)
        await real.enrol(card.certificate)
        till = await real.world.open_till()

        async def refused(certificate: x509.Certificate, sign: Sign = sign, **changes: str) -> str:
            real.authority.issued[certificate.serial_number] = certificate
            answer = await real.try_login(till, certificate, sign, **changes)
            assert answer.status == 401, await answer.text()
            assert (await till.get(f"{API}/me")).status == 401
            return (await answer.json())["code"]

        assert await refused(card.certificate, nonce="x" * 43) == "LOGIN_FAILED"
        await real_refusals_of_the_certificate(real, public, refused)

        other = real.cards.issue(public, serial="another")
        real.authority.answer = lambda asked: real.cards.ocsp(asked, OCSPCertStatus.REVOKED)
        assert await refused(other) == "CERTIFICATE_REVOKED"
        real.authority.answer = lambda _: real.cards.ocsp(card.certificate)
        assert await refused(real.cards.issue(public)) == "REVOCATION_UNKNOWN"

        real.authority.answer = real.cards.ocsp
        with pytest.raises(pkcs11.exceptions.PinIncorrect):
            await refused(card.certificate, signs_in(card, "000000"))

        await other_mutations_are_refused(real, card, sign, refused)
        answer = await real.try_login(till, card.certificate, sign)
        assert answer.status == 200, await answer.text()
        assert (await till.get(f"{API}/me")).status == 200

        real.list_in_folder(card.certificate, since=timedelta(hours=-1))
        await till.post("/logout")
        assert await refused(card.certificate) == "CERTIFICATE_REVOKED"


async def real_refusals_of_the_certificate(
    real: RealCards, public: rsa.RSAPublicKey, refused: Refused
) -> None:
    """Other authority, expired, not yet valid, self-signed or an authority's, a leaf's leaf."""
    cards = real.cards
    stranger = make_authority(real.world.clock())
    assert await refused(stranger.issue(public)) == "CERTIFICATE_UNTRUSTED"
    assert await refused(cards.issue(public, begins=-3 * DAY, ends=-DAY)) == "CERTIFICATE_EXPIRED"
    assert await refused(cards.issue(public, begins=DAY, ends=3 * DAY)) == "CERTIFICATE_EXPIRED"
    issuer_key = cards.issuer.key
    assert isinstance(issuer_key, rsa.RSAPrivateKey)
    own = signer(issuer_key)
    assert await refused(cards.issuer.certificate, own) == "CERTIFICATE_UNTRUSTED"
    own_key = rsa.generate_private_key(65537, 2048)
    holder = Authority(own_key, cards.issue(own_key.public_key()))
    assert await refused(cards.issue(public, by=holder)) == "CERTIFICATE_UNTRUSTED"


async def other_mutations_are_refused(
    real: RealCards, card: SoftCard, sign: Sign, refused: Refused
) -> None:
    """Another origin, another mechanism, a used challenge, the challenge of another browser."""
    certificate = card.certificate
    assert await refused(certificate, origin="https://phishing.example") == "LOGIN_FAILED"
    for mechanism in ("ECDSA-P256-SHA256", "RSA-PKCS1v15-SHA1", "RSA-PSS-SHA256", ""):
        assert await refused(certificate, mechanism=mechanism) == "LOGIN_FAILED"
    mine, other = await real.world.open_till(), await real.world.open_till()
    challenge = (await (await mine.post("/login/challenge")).json())["challenge"]
    stolen = await real.try_login(other, certificate, sign, nonce=challenge)
    assert (await stolen.json())["code"] == "LOGIN_FAILED"
    assert await used_twice(real, card, sign, mine) == (200, 401)


async def used_twice(real: RealCards, card: SoftCard, sign: Sign, till: Till) -> tuple[int, int]:
    """Send the same signature twice, the cookie of the challenge put back in between."""
    sent: list[bytes] = []

    def once(text: bytes) -> bytes:
        sent.append(text)
        return sign(text)

    first = await real.try_login(till, card.certificate, once)
    nonce = sent[0].decode().split("\n")[2]
    second = await real.try_login(till, card.certificate, sign, nonce=nonce)
    await till.post("/logout")
    return first.status, second.status
