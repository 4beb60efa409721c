"""Permissions as the JSON and the cards name them."""

from __future__ import annotations

from core.domain.access import ROLES, Permission


def permissions_of(role: str) -> list[str]:
    """List what a role may do beyond what any login may."""
    base = {Permission.PUBLIC, Permission.SESSION}
    return sorted(permission.value for permission in ROLES.get(role, frozenset()) - base)
