"""Signing with the staff's card: SoftHSM tokens, and one that locks, which SoftHSM never does."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding
from pkcs11 import Mechanism, TokenFlag, exceptions

from core.domain.statements import enrolment_statement, login_statement
from pharmacy_portal.card_agent.holder import kind_of
from pharmacy_portal.card_agent.modules import find_module
from pharmacy_portal.card_agent.outcomes import CardFault, Outcome
from pharmacy_portal.card_agent.pin import PinQuestion
from pharmacy_portal.card_agent.token import StaffToken
from tests.pharmacy_portal.card_agent.agents import (
    CHALLENGE,
    PORTAL,
    FakePin,
    Page,
    running_agent,
)
from tests.tokens.authority import CardAuthority
from tests.tokens.softhsm import PIN, SOFTHSM, SoftCard, SoftHome

pytestmark = pytest.mark.slow


@asynccontextmanager
async def paired_page(
    folder: Path, token: StaffToken, pin: FakePin | None = None, **options: Any
) -> AsyncIterator[Page]:
    """Run an agent with a token; yield a paired page."""
    pin = pin or FakePin(PIN)
    async with running_agent(folder / "agent", token=token, pin=pin, **options) as page:
        yield await page.pair()


def verify(body: dict[str, Any], statement: bytes, card: SoftCard) -> None:
    """Check a signature as the portal does."""
    certificate = x509.load_pem_x509_certificate(body["certificate"].encode())
    assert certificate == card.certificate
    key, signature = certificate.public_key(), base64.b64decode(body["signature"])
    if isinstance(key, ec.EllipticCurvePublicKey):
        assert body["mechanism"] == "ECDSA-P256-SHA256"
        key.verify(signature, statement, ec.ECDSA(hashes.SHA256()))
    else:
        assert body["mechanism"] == "RSA-PKCS1v15-SHA256"
        key.verify(signature, statement, padding.PKCS1v15(), hashes.SHA256())


def digest(card: SoftCard) -> str:
    der = card.certificate.public_bytes(serialization.Encoding.DER)
    return hashlib.sha256(der).hexdigest()


@pytest.mark.parametrize(
    ("key", "kind"), [("rsa", "personnel"), ("ec", "institution"), ("rsa", "citizen")]
)
async def test_a_card_signs_the_login_statement_of_the_pages_own_origin(
    tmp_path: Path, tokens: SoftHome, authority: CardAuthority, key: str, kind: str
):
    card = tokens.make_card(authority, key=key, kind=kind)
    pin = FakePin(PIN)
    async with paired_page(tmp_path, StaffToken([SOFTHSM]), pin) as page:
        answer = await page.ask("POST", "/v1/login/sign", {"challenge": CHALLENGE})
    assert answer.status == 200
    assert answer.body["card"] == kind
    assert answer.body["intermediates"] == []
    verify(answer.body, login_statement(PORTAL, CHALLENGE, digest(card)), card)
    assert [(one.purpose, one.origin, one.kind) for one in pin.asked] == [("login", PORTAL, kind)]
    assert PIN not in str(answer.body)


async def test_a_card_vouches_for_the_agents_key_and_the_agent_remembers_where(
    tmp_path: Path, tokens: SoftHome, authority: CardAuthority
):
    card = tokens.make_card(authority)
    async with paired_page(tmp_path, StaffToken([SOFTHSM]), enrolled=False) as page:
        assert (await page.ask("GET", "/v1/status")).body["enrolled"] is False
        answer = await page.ask("POST", "/v1/enrol", {"challenge": CHALLENGE})
        assert (await page.ask("GET", "/v1/status")).body["enrolled"] is True
    public = base64.b64decode(answer.body["public_key"])
    assert len(public) == 32
    assert answer.body["machine"]
    statement = enrolment_statement(
        PORTAL, CHALLENGE, digest(card), hashlib.sha256(public).hexdigest()
    )
    verify(answer.body, statement, card)


@pytest.mark.parametrize("path", ["/v1/login/sign", "/v1/enrol"])
@pytest.mark.parametrize(
    "challenge", ["", "c" * 31, "c" * 129, "c" * 40 + "\nmore", "c" * 40 + " ", "證" * 40, 7]
)
async def test_a_page_cannot_choose_what_is_signed(tmp_path: Path, path: str, challenge: object):
    pin = FakePin(PIN)
    async with paired_page(tmp_path, StaffToken(["/nowhere"]), pin) as page:
        assert (await page.ask("POST", path, {"challenge": challenge})).error == (400, "body")
        more = {"challenge": CHALLENGE, "origin": "https://evil.example"}
        assert (await page.ask("POST", path, more)).error == (400, "body")
    assert pin.asked == []


async def test_a_wrong_pin_is_tried_once_and_not_again_by_itself(
    tmp_path: Path, tokens: SoftHome, authority: CardAuthority, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    tokens.make_card(authority)
    pin = FakePin("999999")
    async with paired_page(tmp_path, StaffToken([SOFTHSM]), pin) as page:
        asked = {"challenge": CHALLENGE}
        refused = await page.ask("POST", "/v1/login/sign", asked)
        assert refused.error == (403, "pin_wrong")
        assert len(pin.asked) == 1
        pin.pin = PIN
        assert (await page.ask("POST", "/v1/login/sign", asked)).status == 200
        pin.pin = None
        assert (await page.ask("POST", "/v1/login/sign", asked)).error == (409, "pin_cancelled")
    assert "999999" not in caplog.text
    assert PIN not in caplog.text


async def test_no_card_no_library_no_certificate_have_their_codes(
    tmp_path: Path, tokens: SoftHome, authority: CardAuthority
):
    with pytest.raises(CardFault, match="no_module"):
        StaffToken([str(tmp_path / "missing.so")]).find(None)
    (tmp_path / "rubbish.so").write_bytes(b"not a library")
    with pytest.raises(CardFault, match="no_module"):
        StaffToken([str(tmp_path / "rubbish.so")]).find(None)
    token = StaffToken([SOFTHSM])
    with pytest.raises(CardFault, match="no_token"):
        token.find(None)
    tokens.make_card(authority, with_certificate=False)
    with pytest.raises(CardFault, match="no_certificate"):
        token.find(None)


def test_a_key_that_is_too_short_is_no_card(tokens: SoftHome, authority: CardAuthority):
    tokens.make_card(authority, bits=1024)
    with pytest.raises(CardFault, match="no_certificate"):
        StaffToken([SOFTHSM]).find(None)


def test_of_two_cards_the_one_named_is_taken_and_otherwise_none(
    tokens: SoftHome, authority: CardAuthority
):
    first = tokens.make_card(authority)
    second = tokens.make_card(authority, begins=timedelta(0))
    with pytest.raises(CardFault, match="ambiguous"):
        StaffToken([SOFTHSM]).find(None)
    assert StaffToken([SOFTHSM], second.label).find(None).certificate == second.certificate
    slots = pkcs11.lib(SOFTHSM).get_slots(token_present=True)
    described = next(
        slot.slot_description for slot in slots if slot.get_token().label == first.label
    )
    # A slot is named after its reader.
    assert StaffToken([SOFTHSM]).find(f"{described} 00 00").certificate == first.certificate


def test_a_card_changed_while_the_pin_was_typed_signs_nothing(
    tokens: SoftHome, authority: CardAuthority
):
    token = StaffToken([SOFTHSM])
    card = tokens.make_card(authority)
    found = token.find(None)
    tokens.take_out(card)
    with pytest.raises(CardFault) as gone:
        token.sign(found, PIN, b"statement")
    assert gone.value.outcome in (Outcome.TOKEN_REMOVED, Outcome.TOKEN_FAULT)
    other = tokens.make_card(authority)
    with pytest.raises(CardFault, match="token_removed"):
        token.sign(found, PIN, b"statement")
    assert token.find(None).certificate == other.certificate


async def test_buyers_are_served_and_a_second_signature_waits_not_while_a_pin_is_typed(
    tmp_path: Path, tokens: SoftHome, authority: CardAuthority
):
    tokens.make_card(authority)
    asked, typed = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    class SlowPin(FakePin):
        def ask(self, question: PinQuestion) -> str | None:
            loop.call_soon_threadsafe(asked.set)
            asyncio.run_coroutine_threadsafe(typed.wait(), loop).result(10)
            return PIN

    async with paired_page(tmp_path, StaffToken([SOFTHSM]), SlowPin()) as page:
        signing = asyncio.create_task(page.ask("POST", "/v1/login/sign", {"challenge": CHALLENGE}))
        await asked.wait()
        assert (await page.ask("POST", "/v1/nhi/read", {"nonce": CHALLENGE})).status == 200
        second = await page.ask("POST", "/v1/login/sign", {"challenge": CHALLENGE})
        assert second.error == (423, "card_busy")
        typed.set()
        assert (await signing).status == 200


class LockingLibrary:
    """A provider over SoftHSM that counts wrong PINs as real cards do: three, then locked."""

    def __init__(self, inner: Any, tries: int = 3) -> None:
        self._inner = inner
        self.tries = tries
        self.logins = 0
        self.mechanisms: set[Mechanism] | None = None
        self.pinpad = False

    def reinitialize(self) -> None:
        self._inner.reinitialize()

    def get_slots(self, token_present: bool) -> list[Any]:
        return [_Slot(self, slot) for slot in self._inner.get_slots(token_present)]


class _Slot:
    def __init__(self, library: LockingLibrary, inner: Any) -> None:
        self._library, self._inner = library, inner
        self.slot_id = inner.slot_id
        self.slot_description = inner.slot_description

    def get_token(self) -> Any:
        return _Token(self._library, self, self._inner.get_token())

    def get_mechanisms(self) -> Any:
        return self._library.mechanisms or self._inner.get_mechanisms()


class _Token:
    def __init__(self, library: LockingLibrary, slot: _Slot, inner: Any) -> None:
        self._library, self._inner, self.slot = library, inner, slot
        self.serial, self.label = inner.serial, inner.label
        states = {3: 0, 2: TokenFlag.USER_PIN_COUNT_LOW, 1: TokenFlag.USER_PIN_FINAL_TRY}
        self.flags = inner.flags | states.get(library.tries, TokenFlag.USER_PIN_LOCKED)
        if library.pinpad:
            self.flags |= TokenFlag.PROTECTED_AUTHENTICATION_PATH

    def open(self, user_pin: Any = None) -> Any:
        if user_pin is None:
            return self._inner.open()
        self._library.logins += 1
        if not self._library.tries:
            raise exceptions.PinLocked
        if user_pin is pkcs11.PROTECTED_AUTH:
            return self._inner.open(user_pin=PIN)
        if user_pin != PIN:
            self._library.tries -= 1
            raise exceptions.PinIncorrect
        self._library.tries = 3
        return self._inner.open(user_pin=user_pin)


@pytest.fixture
def locking(tokens: SoftHome, authority: CardAuthority) -> LockingLibrary:
    """Return the library of a card that locks, the card being in."""
    tokens.make_card(authority, kind="personnel", name="王藥師")
    return LockingLibrary(pkcs11.lib(SOFTHSM))


async def test_a_card_is_not_locked_without_the_persons_word(
    tmp_path: Path, locking: LockingLibrary
):
    pin = FakePin("000000")
    token = StaffToken([SOFTHSM], load=lambda _: locking)
    body = {"challenge": CHALLENGE}
    async with paired_page(tmp_path, token, pin) as page:
        first = await page.ask("POST", "/v1/login/sign", body)
        assert first.body == {"error": "pin_wrong"}
        second = await page.ask("POST", "/v1/login/sign", body)
        assert second.body == {"error": "pin_wrong", "tries_left": 1}
        assert pin.asked[1].few_left
        assert "剩餘次數不多" in pin.asked[1].text()
        stopped = await page.ask("POST", "/v1/login/sign", body)
        assert stopped.body == {"error": "pin_final_try", "tries_left": 1}
        assert locking.logins == len(pin.asked) == 2
        assert pin.confirmed[0].final_try
        pin.goes_on = True
        locked = await page.ask("POST", "/v1/login/sign", body)
        assert locked.body == {"error": "pin_locked", "tries_left": 0}
        pin.pin = PIN
        after = await page.ask("POST", "/v1/login/sign", body)
        assert after.body == {"error": "pin_locked", "tries_left": 0}
        assert locking.logins == 3, "a locked card is not tried"


async def test_the_last_try_with_the_right_pin_signs(tmp_path: Path, locking: LockingLibrary):
    locking.tries = 1
    pin = FakePin(PIN, goes_on=True)
    async with paired_page(tmp_path, StaffToken([SOFTHSM], load=lambda _: locking), pin) as page:
        answer = await page.ask("POST", "/v1/login/sign", {"challenge": CHALLENGE})
    assert answer.status == 200
    assert len(pin.confirmed) == 1
    assert "王藥師" in pin.confirmed[0].text()


async def test_a_reader_with_keys_of_its_own_takes_the_pin_itself(
    tmp_path: Path, locking: LockingLibrary
):
    locking.pinpad = True
    pin = FakePin(None)
    async with paired_page(tmp_path, StaffToken([SOFTHSM], load=lambda _: locking), pin) as page:
        answer = await page.ask("POST", "/v1/login/sign", {"challenge": CHALLENGE})
    assert answer.status == 200
    assert pin.asked == []


def test_a_card_with_the_bare_rsa_operation_signs_the_same(locking: LockingLibrary):
    token = StaffToken([SOFTHSM], load=lambda _: locking)
    card = token.find(None)
    whole = token.sign(card, PIN, b"statement")
    locking.mechanisms = {Mechanism.RSA_PKCS}
    assert token.sign(card, PIN, b"statement") == whole
    locking.mechanisms = {Mechanism.SHA1_RSA_PKCS}
    with pytest.raises(CardFault, match="token_fault"):
        token.sign(card, PIN, b"statement")


@pytest.mark.parametrize(
    ("raised", "outcome"),
    [
        (exceptions.DeviceRemoved, "token_removed"),
        (exceptions.TokenNotPresent, "token_removed"),
        (exceptions.SessionHandleInvalid, "token_removed"),
        (exceptions.FunctionCancelled, "pin_cancelled"),
        (exceptions.PinLenRange, "pin_wrong"),
        (exceptions.GeneralError, "token_fault"),
        (exceptions.DeviceMemory, "token_fault"),
    ],
)
def test_what_the_library_raises_becomes_one_of_our_codes(
    locking: LockingLibrary, monkeypatch: pytest.MonkeyPatch, raised: Any, outcome: str
):
    token = StaffToken([SOFTHSM], load=lambda _: locking)
    card = token.find(None)
    plain = _Token.open

    def fail(self: _Token, user_pin: Any = None) -> Any:
        if user_pin is not None:
            raise raised
        return plain(self)

    monkeypatch.setattr(_Token, "open", fail)
    with pytest.raises(CardFault, match=outcome):
        token.sign(card, PIN, b"statement")


@pytest.mark.parametrize("kind", ["personnel", "citizen", "institution", "government", None])
def test_the_kind_of_a_card_is_read_from_its_certificate(
    authority: CardAuthority, kind: str | None
):
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    assert kind_of(authority.issue(key, kind=kind)) == (kind or "other")


def test_a_library_is_only_loaded_from_a_whole_path(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "HCAPKCS11.dll").write_bytes(b"")
    with pytest.raises(CardFault, match="no_module"):
        find_module(["HCAPKCS11.dll"])
    monkeypatch.setenv("PLACE", str(tmp_path))
    assert find_module(["/nowhere.so", "$PLACE/HCAPKCS11.dll"]) == str(tmp_path / "HCAPKCS11.dll")
