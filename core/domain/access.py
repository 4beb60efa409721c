"""Who may do what: permissions and roles as two tables.

A role is what a user is at one institution; a route names the permission it needs.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    MANAGE_USERS = "manage_users"
    APPOINT_ADMINISTRATORS = "appoint_administrators"
    STEWARD = "steward"


ROLE_NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "representative": Text("機構代表", "Institution representative"),
        "administrator": Text("機構管理者", "Institution administrator"),
        "pharmacist": Text("藥師", "Pharmacist"),
        "nurse": Text("護理師", "Nurse"),
        "user": Text("機構使用者", "Institution user"),
        "steward": Text("主管機關", "Authority"),
    }
)

_COUNTER = frozenset({Permission.SELL, Permission.TAKE_GOODS, Permission.SEE_OUTLET})
_BASE = frozenset({Permission.PUBLIC, Permission.SESSION})
ROLES: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {
        "representative": _BASE | {Permission.SEE_OUTLET, Permission.APPOINT_ADMINISTRATORS},
        "administrator": _BASE | {Permission.SEE_OUTLET, Permission.MANAGE_USERS},
        "pharmacist": _BASE | _COUNTER,
        "nurse": _BASE | _COUNTER,
        "user": _BASE | _COUNTER,
        "steward": _BASE | {Permission.STEWARD},
    }
)


def has_permission(role: str | None, permission: Permission) -> bool:
    """Tell whether a role (None = not logged in) may do something. Unknown roles may nothing."""
    if permission is Permission.PUBLIC:
        return True
    return role is not None and permission in ROLES.get(role, frozenset())
