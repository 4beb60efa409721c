"""Who may do what: permissions and roles as two tables.

A role is what a user is at one institution; a route names the permission it needs. What the
administrator authorises a user for (使用者授權管理) may be less than his role, never more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from core.domain.text import Text


class Permission(StrEnum):
    """One thing a user may do. ``PUBLIC`` needs no login, ``SESSION`` any login."""

    PUBLIC = "public"
    SESSION = "session"
    SELL = "sell"
    TAKE_GOODS = "take_goods"
    SEE_OUTLET = "see_outlet"
    SPEAK_FOR_OUTLET = "speak_for_outlet"
    SEE_PEOPLE = "see_people"
    MANAGE_USERS = "manage_users"
    APPOINT_ADMINISTRATORS = "appoint_administrators"
    STEWARD = "steward"


ROLE_NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "representative": Text("機構代表", "Institution representative"),
        "administrator": Text("機構管理者", "Institution administrator"),
        "pharmacist": Text("藥師", "Pharmacist"),
        "pharmacy_assistant": Text("藥劑生", "Pharmacy assistant"),
        "doctor": Text("醫師", "Doctor"),
        "nurse": Text("護理師", "Nurse"),
        "user": Text("機構使用者", "Institution user"),
        "steward": Text("主管機關", "Authority"),
    }
)

_COUNTER = frozenset(
    {
        Permission.SELL,
        Permission.TAKE_GOODS,
        Permission.SEE_OUTLET,
        Permission.SPEAK_FOR_OUTLET,
    }
)
_PEOPLE = frozenset({Permission.SEE_OUTLET, Permission.SEE_PEOPLE})
_BASE = frozenset({Permission.PUBLIC, Permission.SESSION})
ROLES: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {
        "representative": _BASE | _PEOPLE | {Permission.APPOINT_ADMINISTRATORS},
        "administrator": _BASE | _PEOPLE | {Permission.MANAGE_USERS},
        "pharmacist": _BASE | _COUNTER,
        "pharmacy_assistant": _BASE | _COUNTER,
        "doctor": _BASE | _COUNTER,
        "nurse": _BASE | _COUNTER,
        "user": _BASE | _COUNTER,
        "steward": _BASE | {Permission.STEWARD},
    }
)


COUNTER_ROLES = frozenset(role for role, may in ROLES.items() if Permission.SELL in may)

# What a user may be authorised for, one by one. Whoever does any of it sees the outlet.
SERVICES: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {
        "purchase": frozenset({Permission.SELL, Permission.SEE_OUTLET}),
        "intake": frozenset({Permission.TAKE_GOODS, Permission.SEE_OUTLET}),
        "records": frozenset({Permission.SEE_OUTLET}),
        "outlet": frozenset({Permission.SPEAK_FOR_OUTLET, Permission.SEE_OUTLET}),
    }
)
SERVICE_NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "purchase": Text("購買", "Purchase"),
        "intake": Text("進貨登錄", "Intake"),
        "records": Text("紀錄", "Records"),
        "outlet": Text("號碼牌/售完", "Tickets and sold out"),
    }
)
_OF_SERVICES = frozenset(permission for needs in SERVICES.values() for permission in needs)


def has_permission(
    role: str | None, permission: Permission, services: Collection[str] | None = None
) -> bool:
    """Tell whether a role (None = not logged in) may do something. Unknown roles may nothing.

    ``services`` are those the user is authorised for; None stands for all of his role.
    """
    if permission is Permission.PUBLIC:
        return True
    if role is None or permission not in ROLES.get(role, frozenset()):
        return False
    if services is None or permission not in _OF_SERVICES:
        return True
    return any(permission in SERVICES.get(service, ()) for service in services)


def services_of(role: str) -> tuple[str, ...]:
    """List the services a role may be authorised for: those of which it may do everything."""
    may = ROLES.get(role, frozenset())
    return tuple(name for name, needs in SERVICES.items() if needs <= may)
