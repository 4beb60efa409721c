"""Revocation as the portal lives it: lists fetched, responders asked, sessions ended."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.ocsp import OCSPCertStatus

from core.settings import Settings
from core.storage.feed import LedgerFeed
from pharmacy_portal.login.certificates import fingerprint_of
from pharmacy_portal.login.refresh import ListRefresh
from pharmacy_portal.login.sweep import RevocationSweep
from pharmacy_portal.wiring import PORTAL, Portal
from tests.pharmacy_portal.login.authority_servers import RealCards, real_cards, signer
from tests.pharmacy_portal.tills import API, StandingClock, Till
from tests.tokens.authority import make_authority, pem

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)
KEY = rsa.generate_private_key(65537, 2048)


@pytest.fixture
def options() -> dict[str, Any]:
    """Return the settings of this test's portal; a test may override it."""
    return {"revocation_urls": "{url}good.crl"}


@pytest.fixture
async def real(
    settings: Settings, clock: StandingClock, tmp_path: Path, options: dict[str, Any]
) -> AsyncIterator[RealCards]:
    async with real_cards(settings, clock, tmp_path / "trust", **options) as found:
        found.authority.show("good.crl")
        yield found


@pytest.fixture
async def card(real: RealCards) -> x509.Certificate:
    made = real.cards.issue(KEY.public_key(), crl_url=f"{real.authority.url}good.crl")
    await real.enrol(made)
    return made


def portal_of(real: RealCards) -> Portal:
    return real.world.server.app[PORTAL]


async def tend(real: RealCards) -> None:
    """Do once what the background does every half minute."""
    portal = portal_of(real)
    refresh = ListRefresh(portal.certificates, portal.settings.revocation_folder)
    await refresh.run_once(real.world.clock())
    sweep = RevocationSweep(portal.state, portal.sessions, portal.certificates)
    await sweep.run_once(real.world.clock())


async def login(real: RealCards, till: Till, certificate: x509.Certificate) -> str:
    """Log in; return the refusal's code, or nothing."""
    answer = await real.try_login(till, certificate, signer(KEY))
    return (await answer.json()).get("code", "")


def metric(real: RealCards, name: str) -> float:
    """Return a number of the portal's metrics, all labels added up."""
    text = portal_of(real).metrics.exposition().decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in text if line.startswith(name))


async def audit(real: RealCards) -> list[str]:
    feed = LedgerFeed(real.world.settings.database_path)
    rows = [line.body.decode() for line in feed.audit_rows(0)]
    feed.close()
    return rows


async def test_a_revoked_cards_live_session_ends_with_the_next_list(
    real: RealCards, card: x509.Certificate
) -> None:
    till, other = await real.world.open_till(), await real.world.open_till()
    assert await login(real, till, card) == ""
    await tend(real)
    assert (await till.get(f"{API}/me")).status == 200
    real.world.clock.pass_by(seconds=59)
    real.authority.show("good.crl", card, since=-HOUR)
    await tend(real)
    assert (await till.get(f"{API}/me")).status == 401
    assert await login(real, other, card) == "CERTIFICATE_REVOKED"
    rows = await audit(real)
    assert any('"act":"session_ended"' in r and "CERTIFICATE_REVOKED" in r for r in rows)
    assert any('"act":"login"' in r and '"evidence":"crl"' in r for r in rows)
    assert metric(real, "maskmap_portal_revocation_sessions_ended_total") == 1


async def test_a_session_ends_when_its_card_runs_out(real: RealCards) -> None:
    short = real.cards.issue(KEY.public_key(), ends=timedelta(minutes=10))
    await real.enrol(short)
    till = await real.world.open_till()
    assert await login(real, till, short) == ""
    real.world.clock.pass_by(minutes=11)
    await tend(real)
    assert (await till.get(f"{API}/me")).status == 401


async def test_a_session_ends_when_its_authority_is_trusted_no_longer(
    real: RealCards, card: x509.Certificate
) -> None:
    till = await real.world.open_till()
    assert await login(real, till, card) == ""
    (real.trust / "root.pem").unlink()
    await tend(real)
    assert (await till.get(f"{API}/me")).status == 401


async def test_without_a_list_that_holds_nobody_gets_in_and_an_alarm_is_raised(
    real: RealCards, card: x509.Certificate, capsys: pytest.CaptureFixture[str]
) -> None:
    till, late = await real.world.open_till(), await real.world.open_till()
    assert await login(real, till, card) == ""
    # The list ends a day later; a quarter of its life before that there is a warning.
    real.authority.lists.clear()
    clock = real.world.clock
    start = clock.now
    clock.now = start + timedelta(hours=19)
    await tend(real)
    assert metric(real, "maskmap_portal_revocation_alarm") == 0
    assert "revocation_list_ends_soon" in capsys.readouterr().out
    clock.now = start + timedelta(hours=24, minutes=59)
    await tend(real)
    assert metric(real, "maskmap_portal_revocation_alarm") == 2, "issuer and root"
    assert await login(real, late, card) == "", "within the hour of grace"
    assert "alarm_revocation_list_ended" in capsys.readouterr().out
    clock.now = start + timedelta(hours=25, minutes=1)
    await tend(real)
    assert await login(real, await real.world.open_till(), card) == "REVOCATION_UNKNOWN"
    assert (await late.get(f"{API}/me")).status == 200, "a counter at work goes on"


async def test_a_fetched_list_is_kept_for_the_next_start_and_never_replaced_by_an_older_one(
    real: RealCards, card: x509.Certificate
) -> None:
    (real.trust / "issuer.pem").write_bytes(pem(real.cards.issuer.certificate))
    real.authority.show("good.crl", card, since=-HOUR)
    await tend(real)
    folder = real.world.settings.revocation_folder
    kept = [path.read_bytes() for path in folder.iterdir()]
    assert kept == [real.authority.lists["good.crl"]]
    real.authority.show("good.crl", since=-2 * HOUR)
    await tend(real)
    assert [path.read_bytes() for path in folder.iterdir()] == kept
    assert await login(real, await real.world.open_till(), card) == "CERTIFICATE_REVOKED"


async def test_what_is_no_list_of_a_known_authority_is_left(
    real: RealCards, card: x509.Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    (real.trust / "issuer.pem").write_bytes(pem(real.cards.issuer.certificate))
    stranger = make_authority(real.world.clock()).crl([card])
    lists = real.authority.lists
    good = lists.pop("good.crl")
    bodies = {
        "gone": None,
        "junk": b"-----BEGIN X509 CRL-----\njunk",
        "another authority's": stranger.public_bytes(serialization.Encoding.DER),
        "cut off": good[:-20],
    }
    folder = real.world.settings.revocation_folder
    for kind, body in bodies.items():
        if body is not None:
            lists["good.crl"] = body
        await tend(real)
        assert not folder.exists() or not list(folder.iterdir()), kind
    lists["good.crl"] = good
    monkeypatch.setattr("pharmacy_portal.login.fetching.LIST_LIMIT_BYTES", len(good) - 1)
    await tend(real)
    assert not folder.exists() or not list(folder.iterdir()), "too large"
    assert metric(real, 'maskmap_portal_revocation_fetches_total{outcome="failed"}') >= 5
    assert await login(real, await real.world.open_till(), card) == ""


class TestMoved:
    """An address that sends elsewhere."""

    @pytest.fixture
    def options(self) -> dict[str, Any]:
        return {"revocation_urls": "{url}moved.crl"}

    async def test_no_redirect_is_followed(self, real: RealCards) -> None:
        await tend(real)
        assert "moved.crl" in real.authority.asked
        assert "good.crl" not in real.authority.asked


class TestNamedByTheCard:
    """The address of the list stands in the card; the operator allowed its host, or not."""

    @pytest.fixture(params=["{host}", "127.0.0.1", "crl.example.tw"])
    def options(self, request: pytest.FixtureRequest) -> dict[str, Any]:
        return {"revocation_hosts": request.param}

    async def test_only_allowed_hosts_are_asked(
        self, real: RealCards, card: x509.Certificate
    ) -> None:
        real.authority.show("good.crl", card, since=-HOUR)
        till = await real.world.open_till()
        assert await login(real, till, card) == ""
        await tend(real)
        allowed = real.world.settings.revocation_hosts == real.authority.host
        assert ("good.crl" in real.authority.asked) is allowed
        assert (await till.get(f"{API}/me")).status == (401 if allowed else 200)


class TestResponder:
    """OCSP: an answer that comes counts; where none comes the list decides."""

    @pytest.fixture
    def options(self) -> dict[str, Any]:
        return {"revocation_hosts": "{host}"}

    @pytest.fixture
    async def card(self, real: RealCards) -> x509.Certificate:
        made = real.cards.issue(KEY.public_key(), ocsp_url=f"{real.authority.url}ocsp")
        await real.enrol(made)
        return made

    async def test_a_good_answer_is_remembered_ten_minutes_and_stands_in_the_audit_trail(
        self, real: RealCards, card: x509.Certificate
    ) -> None:
        real.authority.answer = real.cards.ocsp
        for _ in range(3):
            assert await login(real, await real.world.open_till(), card) == ""
        assert real.authority.asked.count("ocsp") == 1
        assert any('"evidence":"crl+ocsp"' in row for row in await audit(real))
        real.world.clock.pass_by(minutes=10)
        assert await login(real, await real.world.open_till(), card) == ""
        assert real.authority.asked.count("ocsp") == 2

    async def test_without_an_answer_the_list_decides(
        self, real: RealCards, card: x509.Certificate
    ) -> None:
        assert await login(real, await real.world.open_till(), card) == ""
        assert any('"evidence":"crl"' in row for row in await audit(real))
        (real.trust / "issuer.crl").unlink()
        assert await login(real, await real.world.open_till(), card) == "REVOCATION_UNKNOWN"
        real.authority.answer = real.cards.ocsp
        assert await login(real, await real.world.open_till(), card) == ""
        assert any('"evidence":"ocsp"' in row for row in await audit(real))

    async def test_a_live_session_ends_when_the_responder_says_revoked(
        self, real: RealCards, card: x509.Certificate
    ) -> None:
        real.authority.answer = real.cards.ocsp
        till = await real.world.open_till()
        assert await login(real, till, card) == ""
        portal = portal_of(real)
        sweep = RevocationSweep(portal.state, portal.sessions, portal.certificates)
        await sweep.run_once(real.world.clock())
        assert (await till.get(f"{API}/me")).status == 200
        real.authority.answer = lambda asked: real.cards.ocsp(asked, OCSPCertStatus.REVOKED)
        await sweep.run_once(real.world.clock())
        assert (await till.get(f"{API}/me")).status == 401

    async def test_no_sweep_asks_more_than_its_share_and_all_have_their_turn(
        self, real: RealCards, card: x509.Certificate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("pharmacy_portal.login.sweep.ASKED_EACH_SWEEP", 1)
        other = real.cards.issue(KEY.public_key(), ocsp_url=f"{real.authority.url}ocsp")
        await real.enrol(other)
        asked: list[int] = []

        def answer(question: Any) -> Any:
            asked.append(question.serial_number)
            return real.cards.ocsp(question)

        real.authority.answer = real.cards.ocsp
        for one in (card, other):
            assert await login(real, await real.world.open_till(), one) == ""
        real.authority.answer = answer
        portal = portal_of(real)
        sweep = RevocationSweep(portal.state, portal.sessions, portal.certificates)
        await sweep.run_once(real.world.clock())
        assert len(asked) == 1
        await sweep.run_once(real.world.clock())
        assert set(asked) == {card.serial_number, other.serial_number}

    async def test_every_kind_of_answer(self, real: RealCards, card: x509.Certificate) -> None:
        cards, stranger = real.cards, make_authority(real.world.clock())
        forbidden = cards.ocsp_responder(may_answer=False)
        answers = {
            "delegated": (cards.ocsp(card, by=cards.ocsp_responder(), delegated=True), ""),
            "good": (cards.ocsp(card), ""),
            "revoked": (cards.ocsp(card, OCSPCertStatus.REVOKED), "CERTIFICATE_REVOKED"),
            "unknown": (cards.ocsp(card, OCSPCertStatus.UNKNOWN), "REVOCATION_UNKNOWN"),
            "stale": (cards.ocsp(card, since=-2 * HOUR, until=-HOUR), "REVOCATION_UNKNOWN"),
            "of tomorrow": (cards.ocsp(card, since=HOUR, until=2 * HOUR), "REVOCATION_UNKNOWN"),
            "undelegated": (cards.ocsp(card, by=forbidden, delegated=True), "REVOCATION_UNKNOWN"),
            "signed by a stranger": (
                cards.ocsp(card, by=stranger.ocsp_responder(), delegated=True),
                "REVOCATION_UNKNOWN",
            ),
            "about another": (cards.ocsp(cards.issue(KEY.public_key())), "REVOCATION_UNKNOWN"),
            "of another issuer": (stranger.ocsp(card), "REVOCATION_UNKNOWN"),
            "junk": (b"junk", "REVOCATION_UNKNOWN"),
        }
        for kind, (body, code) in answers.items():
            real.authority.answer = lambda _, body=body: body
            portal_of(real).certificates.forget_answer(fingerprint_of(card))
            found = await login(real, await real.world.open_till(), card)
            assert found == code, kind
