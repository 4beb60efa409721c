"""Builders of institutions' people: a state on real SQLite, cards, and the first appointments."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from core.actions import appointments, service_applications, users
from core.actions.invitations import Wish
from core.actions.people import recognise
from core.ports import CertificateFacts, User
from core.storage import State, state_of
from core.storage.migrate import migrate
from core.storage.sqlite import SqliteLedger
from tests.builders import OTHER_PHARMACY, PHARMACY, SUNDAY, an_outlet, known_keys

CENTRE = "2301290011"
ISSUER = "a" * 64
OPERATOR = "operator"


@cache
def _empty() -> bytes:
    """Migrate an empty ledger once; every test gets a copy."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.sqlite"
        migrate(path)
        return path.read_bytes()


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[State]:
    """Open an empty state with two pharmacies and a health centre in its register."""
    path = folder / "ledger.sqlite"
    path.write_bytes(_empty())
    ledger = SqliteLedger(path)
    try:
        outlets = [an_outlet(), an_outlet(OTHER_PHARMACY), an_outlet(CENTRE, kind="health_centre")]
        await ledger.save_outlets(outlets, {"act": "register", "by": "test"}, SUNDAY)
        yield state_of(ledger, known_keys())
    finally:
        ledger.close()


def a_card(who: str, kind: str = "personnel", **changes: str) -> CertificateFacts:
    """Return the facts of somebody's card."""
    facts = CertificateFacts(f"key-{who}", ISSUER, f"serial-{who}", f"public-{who}", kind, who)
    return replace(facts, **changes)


def renewed(card: CertificateFacts) -> CertificateFacts:
    """Return the next card of the same subject: another key."""
    return replace(card, key=card.key + "'", public_key_sha256=card.public_key_sha256 + "'")


async def let_in(state: State, code: str, card: CertificateFacts, now: datetime = SUNDAY) -> User:
    """Log in for the first time with a code."""
    user = await recognise(state, card, now, code)
    assert user is not None
    return user


async def a_representative(state: State, institution: str = PHARMACY, who: str = "rep") -> User:
    """Let the authority make somebody the representative."""
    invited = await appointments.appoint(
        state,
        by=OPERATOR,
        institution=institution,
        name=who,
        now=SUNDAY,
        role="representative",
        authority=True,
    )
    return await let_in(state, invited.code, a_card(f"{who}-{institution}", "institution"))


async def an_administrator(
    state: State, by: User, institution: str = PHARMACY, who: str = "admin"
) -> User:
    """Let a representative appoint somebody."""
    invited = await appointments.appoint(
        state, by=by.id, institution=institution, name=who, now=SUNDAY
    )
    return await let_in(state, invited.code, a_card(who))


async def a_user(
    state: State, by: User, institution: str = PHARMACY, who: str = "user", *services: str
) -> User:
    """Let an administrator invite somebody to the counter."""
    wish = Wish("user", who, users.chosen(services or ("purchase",)))
    (invited,) = await users.invite_users(
        state, [wish], by=by.id, institution=institution, now=SUNDAY
    )
    return await let_in(state, invited.code, a_card(who, "citizen"))


async def served(state: State, *institutions: str) -> None:
    """Grant institutions the service."""
    await service_applications.list_served(
        state, institutions or (PHARMACY, OTHER_PHARMACY, CENTRE), by=OPERATOR, now=SUNDAY
    )


async def access_at(state: State, institution: str = PHARMACY) -> set[tuple[str, str]]:
    """Return who has which role at an institution."""
    roster = await state.people.roster(institution, SUNDAY)
    return {(one.user, one.role) for one in roster.access}
