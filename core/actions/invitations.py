"""One-time codes (授權碼): how a person who has a card, but no account yet, is let in.

A code is shown once to whoever invites, told to the invited person, and redeemed at a login with
that person's own card. Kept is a keyed hash, so that a copy of the database redeems nothing.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.actions.desk import free_text
from core.domain.buyers import PersonKeys
from core.domain.people import (
    CODE_LENGTH,
    CODE_SIGNS,
    CODE_VALID_FOR,
    Invitation,
    InvitationKind,
    Roster,
)
from core.errors import Invalid, MaskmapError, NotPermitted
from core.log import scrub_text
from core.ports import AuditRow, Change, People

LONGEST_NAME = 40
LONGEST_SHOWN = 200
_ID_BYTES = 8


class PeopleState(Protocol):
    """The part of an opened state that people's actions need."""

    @property
    def people(self) -> People:
        """Institutions and users."""

    @property
    def keys(self) -> PersonKeys:
        """Keys outside the database."""


@dataclass(frozen=True, slots=True)
class Invited:
    """A fresh invitation with its code: the only moment at which the code is known."""

    invitation: Invitation
    code: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What an invitation is to be: for whom, and for what."""

    role: str
    name: str
    services: tuple[str, ...] | None = None
    kind: InvitationKind = "appointment"
    user: str = ""


def issue(state: PeopleState, wish: Wish, *, by: str, institution: str, at: datetime) -> Invited:
    """Make an invitation with a code of its own; nothing is stored yet.

    Raises:
        Invalid: there is no name, it is too long, or it holds an identity number.
    """
    name = free_text(wish.name, LONGEST_NAME)
    if not name:
        raise Invalid("name whom the code is for")
    code = "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))
    invitation = Invitation(
        id=secrets.token_hex(_ID_BYTES),
        kind=wish.kind,
        institution=institution,
        role=wish.role,
        services=wish.services,
        name=name,
        user=wish.user,
        code_hash=code_hash(state, code),
        by=by,
        at=at,
        expires_at=at + CODE_VALID_FOR,
    )
    return Invited(invitation, code)


def code_hash(state: PeopleState, code: str) -> str:
    """Return the keyed hash of a code, however it was typed; empty for what cannot be one."""
    normal = "".join(code.upper().split()).replace("-", "")
    if len(normal) != CODE_LENGTH or not set(normal) <= set(CODE_SIGNS):
        return ""
    return state.keys.fingerprint(b"invitation\0" + normal.encode()).hex()


def refused(row: AuditRow, error: MaskmapError) -> Change:
    """Refuse an act: an audit row says so, and nothing else is written.

    Whom or what it named may be made up, out of an address or a body: of that no number is kept.
    """
    shown = {name: _plain(one) if isinstance(one, str) else one for name, one in row.items()}
    return Change([shown | {"refused": error.code}], refusal=error)


def _plain(text: str) -> str:
    return scrub_text(unicodedata.normalize("NFKC", text))[:LONGEST_SHOWN]


def holds(roster: Roster, user: str, role: str) -> bool:
    """Tell whether a user has a role there at the moment of the act itself."""
    return any(access.role == role for access in roster.of_user(user))


def no_longer() -> MaskmapError:
    """Return the error of somebody whose role ended while he was acting."""
    return NotPermitted("your role at this institution has ended")
