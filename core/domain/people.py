"""Institutions and users (機構代表 → 機構管理者 → 機構使用者): records and pure rules.

Source: slides of 109.2.5 (首次使用, STEP 3) and the manual (貳、伍).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Literal

from core.domain.access import COUNTER_ROLES
from core.domain.text import Text

# No 0/O, 1/I/L, 8/B: what is read out over a telephone must not be mistaken.
CODE_SIGNS = "2345679ACDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 8
CODE_VALID_FOR = timedelta(days=7)
# Where the authority's own people are kept; no outlet, and no invented code either, has this one.
AUTHORITY = "CDC0000000"

Source = Literal["direct", "invitation", "staff_list"]
ServiceState = Literal["none", "applied", "granted", "refused", "withdrawn"]
InvitationKind = Literal["appointment", "renewal"]

# 職登藥師及藥劑生 of a pharmacy, 職登之醫師及護理人員 of a health centre.
PROFESSIONS: Mapping[str, str] = MappingProxyType(
    {"藥師": "pharmacist", "藥劑生": "pharmacy_assistant", "醫師": "doctor", "護理師": "nurse"}
)
LISTED_ROLES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "pharmacy": frozenset({"pharmacist", "pharmacy_assistant"}),
        "health_centre": frozenset({"doctor", "nurse"}),
    }
)
SERVICE_STATES: Mapping[str, Text] = MappingProxyType(
    {
        "none": Text("尚未申請", "Not applied for"),
        "applied": Text("審核中", "Waiting for the authority"),
        "granted": Text("已核准", "Granted"),
        "refused": Text("未核准", "Refused"),
        "withdrawn": Text("已停止", "Withdrawn"),
    }
)
# Who logs in where no institution's administrator decides otherwise: the counter first.
ROLE_ORDER = ("pharmacist", "pharmacy_assistant", "doctor", "nurse", "user")
_MANAGING_ORDER = ("administrator", "representative", "steward")
_CARDS_OF_INSTITUTIONS = frozenset({"institution", "government"})


@dataclass(frozen=True, slots=True)
class Certificate:
    """A card's certificate bound to a user. Hashes are hex SHA-256; empty = not known yet."""

    key: str
    user: str
    kind: str
    issuer_sha256: str
    subject_serial: str
    public_key_sha256: str
    bound_at: datetime
    bound_by: str
    last_used_at: datetime | None = None
    retired_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What one user may do at one institution, who said so, and when it was last used."""

    user: str
    name: str
    institution: str
    role: str
    services: tuple[str, ...] | None = None
    source: Source = "direct"
    granted_by: str = ""
    granted_at: datetime | None = None
    last_used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """A one-time code for one person, who redeems it with a card; only its keyed hash is kept.

    ``user`` is whose card a ``renewal`` renews; an ``appointment`` grants ``role``.
    """

    id: str
    kind: InvitationKind
    institution: str
    role: str
    services: tuple[str, ...] | None
    name: str
    user: str
    code_hash: str
    by: str
    at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One line of the authority's list of practising staff (職登). ``issuer_sha256`` may be empty.

    ``user`` is who logged in with that card; ``blocked_by`` the administrator who shut it out.
    """

    institution: str
    role: str
    name: str
    subject_serial: str
    issuer_sha256: str = ""
    id: str = ""
    user: str = ""
    blocked_by: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """Where an institution stands with the service 防疫口罩管控系統 (健保服務申請作業)."""

    institution: str
    state: ServiceState = "none"
    had_before: bool = False
    applied_by: str = ""
    applied_at: datetime | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Roster:
    """Everything stored of one institution's people, as one transaction sees it."""

    institution: str
    kind: str
    service: Service
    access: Sequence[Access] = ()
    invitations: Sequence[Invitation] = ()
    staff: Sequence[StaffMember] = ()

    def of_user(self, user: str) -> list[Access]:
        """Return what one user may do here."""
        return [access for access in self.access if access.user == user]

    def in_role(self, role: str) -> list[Access]:
        """Return who has a role here."""
        return [access for access in self.access if access.role == role]


@dataclass(frozen=True, slots=True)
class CardRecord:
    """What is stored that concerns one card: its binding, those of the same subject, and so on.

    ``services`` are the states of the institutions that ``access`` and ``staff`` name.
    ``kinds`` are the kinds of outlet; ``redeemed``: this card's user redeemed the code before.
    """

    bound: Certificate | None = None
    same_subject: Sequence[Certificate] = ()
    name: str = ""
    access: Sequence[Access] = ()
    staff: Sequence[StaffMember] = ()
    invitation: Invitation | None = None
    invited: Sequence[Certificate] = ()
    redeemed: bool = False
    services: Mapping[str, Service] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)


def listed_role_fits(kind: str, role: str) -> bool:
    """Tell whether the list authorises a role by itself at an outlet of this kind."""
    return role in LISTED_ROLES.get(kind, frozenset())


def card_fits(role: str, card_kind: str) -> bool:
    """Tell whether a kind of card may hold a role: an institution's card its representative.

    A card whose kind nobody could read (``other``) is judged by who gave its holder the code.
    """
    if card_kind in _CARDS_OF_INSTITUTIONS:
        return role == "representative"
    return role != "representative" or card_kind in ("other", "")


def effective_services(access: Access, service: Service | None) -> tuple[str, ...] | None:
    """Return what an access allows now: nothing at the counter while the service is not granted."""
    if access.role not in COUNTER_ROLES or (service is not None and service.state == "granted"):
        return access.services
    return ()


def preferred(access: Sequence[Access], services: Mapping[str, Service]) -> list[Access]:
    """Return one access for each institution: the one a login there begins with."""
    best: dict[str, Access] = {}
    for one in sorted(access, key=lambda one: _rank(one, services.get(one.institution))):
        best.setdefault(one.institution, one)
    return [best[institution] for institution in sorted(best)]


def _rank(access: Access, service: Service | None) -> tuple[bool, int]:
    idle = effective_services(access, service) == ()
    order = ROLE_ORDER + _MANAGING_ORDER
    return idle, order.index(access.role) if access.role in order else len(order)


def staff_left(known: Sequence[StaffMember], listed: Sequence[StaffMember]) -> list[StaffMember]:
    """Return who is no longer on the list, at institutions that the list names."""
    named = {member.institution for member in listed}
    still = {staff_key(member) for member in listed}
    return [one for one in known if one.institution in named and staff_key(one) not in still]


def staff_key(member: StaffMember) -> tuple[str, str, str, str]:
    """Return what tells one line of the list from another."""
    return member.institution, member.subject_serial, member.issuer_sha256, member.role


def has_left(left_on: date | None, today: date) -> bool:
    """Tell whether somebody who leaves on a day (his last is the day before) has left."""
    return left_on is not None and left_on <= today
