"""Permissions as the JSON and the cards name them."""

from __future__ import annotations

from collections.abc import Collection

from core.domain.access import ROLES, Permission, has_permission
from core.ports import Session

SERVICES = "services"
NO_SERVICES = "none"


def permissions_of(role: str, services: Collection[str] | None = None) -> list[str]:
    """List what a role may do beyond what any login may."""
    named = ROLES.get(role, frozenset()) - {Permission.PUBLIC, Permission.SESSION}
    return sorted(one.value for one in named if has_permission(role, one, services))


def authorised_services(session: Session) -> tuple[str, ...] | None:
    """Return the services a session's user is authorised for; None = all of the role."""
    services = session.data.get(SERVICES)
    return None if services is None else tuple(services.split())


def may(session: Session | None, permission: Permission) -> bool:
    """Tell whether a session (None = not logged in) permits something."""
    if session is None:
        return has_permission(None, permission)
    return has_permission(session.role, permission, authorised_services(session))
