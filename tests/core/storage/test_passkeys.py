"""Passkeys and certificates at rest: what races decide, and what the audit trail gets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.domain.buyers import PersonKey
from core.ports import Grant, Session, User
from core.ports.passkeys import LiveSession, LoginCertificate, Passkey
from core.settings import Settings
from core.storage import State, open_state
from core.storage.feed import LedgerFeed

NOW = datetime(2020, 2, 6, 1, tzinfo=UTC)
PERSON = PersonKey("k1", b"p" * 16)


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[State]:
    async with open_state(Settings(state=tmp_path)) as state:
        yield state


def a_passkey(identity: str = "one", **changes: object) -> Passkey:
    values = {"name": "手機", "public_key": b"cose", "sign_count": 3, "institution": "5901100001"}
    return Passkey(id=identity, user="u1", created_at=NOW, **(values | changes))  # type: ignore[arg-type]


def a_certificate(user: str = "u1", fingerprint: str = "f1") -> LoginCertificate:
    return LoginCertificate(fingerprint, user, "k", "PEM", NOW + timedelta(days=1), NOW)


def audit(path: Path) -> int:
    feed = LedgerFeed(path / "ledger.sqlite")
    count = len(list(feed.audit_rows(0)))
    feed.close()
    return count


async def test_a_passkey_is_found_by_id_by_user_and_by_card(opened: State, tmp_path: Path) -> None:
    made = a_passkey(person=PERSON, transports=("internal", "hybrid"))
    assert await opened.passkeys.save_passkey(made, {"act": "a"})
    assert not await opened.passkeys.save_passkey(a_passkey(name="other"), {"act": "b"})
    assert audit(tmp_path) == 1, "what changed nothing leaves no row"
    assert await opened.passkeys.passkey("one") == made
    assert await opened.passkeys.passkeys_of("u1") == [made]
    assert await opened.passkeys.passkeys_of_person([PERSON]) == [made]
    assert await opened.passkeys.passkeys_of_person([PersonKey("k2", PERSON.value)]) == []


async def test_of_two_uses_of_one_answer_one_wins(opened: State) -> None:
    await opened.passkeys.save_passkey(a_passkey(), {"act": "a"})
    use = opened.passkeys.use_passkey
    won = await asyncio.gather(*(use("one", after=3, count=4, at=NOW) for _ in range(8)))
    assert sorted(won) == [False] * 7 + [True]


async def test_only_its_own_user_removes_a_passkey(opened: State, tmp_path: Path) -> None:
    await opened.passkeys.save_passkey(a_passkey(), {"act": "a"})
    assert not await opened.passkeys.remove_passkey("one", "u2", {"act": "b"}, NOW)
    assert await opened.passkeys.remove_passkey("one", "u1", {"act": "c"}, NOW)
    assert await opened.passkeys.passkeys_of("u1") == []
    assert audit(tmp_path) == 2


async def test_a_certificate_is_kept_once_and_follows_its_user(
    opened: State, tmp_path: Path
) -> None:
    for user in ("u1", "u1", "u2"):
        await opened.passkeys.remember_certificate(a_certificate(user), {"act": "seen"})
    assert audit(tmp_path) == 2
    assert await opened.passkeys.certificates_of("u1", NOW) == []
    assert await opened.passkeys.certificates_of("u2", NOW) == [a_certificate("u2")]
    assert await opened.passkeys.certificates_of("u2", NOW + timedelta(days=2)) == []


async def test_live_sessions_are_those_seen_lately_that_rest_on_a_certificate(
    opened: State, tmp_path: Path
) -> None:
    unserved = {"services": "none"}

    def a_session(identity: str, seen: datetime, data: dict[str, str]) -> Session:
        return Session(
            identity, "u1", "n", "5901100001", "pharmacist", "k", NOW, seen, unserved | data
        )

    user = User("u1", "n", "k", (Grant("5901100001", "pharmacist"),))
    await opened.accounts.save_users([user], {"act": "enrol"}, NOW)
    lately, early = NOW, NOW - timedelta(hours=1)
    for session in (
        a_session("live", lately, {"fingerprint": "f1"}),
        a_session("idle", early, {"fingerprint": "f1"}),
        a_session("of before", lately, {}),
    ):
        await opened.accounts.open_session(session, {"act": "login"})
    found = await opened.passkeys.live_sessions(NOW - timedelta(minutes=16))
    assert found == [LiveSession("live", "u1", "5901100001", "f1")]
    live = a_session("live", lately, {"fingerprint": "f1"})
    lock = {"locked_at": "now"}
    assert await opened.passkeys.change_session(live, lock, {"act": "lock"}, NOW)
    gone = a_session("gone", lately, {})
    assert not await opened.passkeys.change_session(gone, lock, {"act": "lock"}, NOW)
    assert audit(tmp_path) == 5
    # A copy from before the lock neither takes it away nor brings back what was forgotten.
    await opened.accounts.touch_session(live)
    await opened.accounts.remember(live, {"practice": "1", "fingerprint": ""})
    stored = await opened.accounts.session("live")
    assert stored is not None
    assert stored.data == unserved | {"locked_at": "now", "practice": "1"}
