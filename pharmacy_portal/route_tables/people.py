"""Addresses of institutions and users, and of one's own account."""

from __future__ import annotations

from core.domain.access import Permission
from pharmacy_portal.api import account
from pharmacy_portal.api import people as api
from pharmacy_portal.pages import account as account_page
from pharmacy_portal.pages import people as pages
from pharmacy_portal.routes import V1, Route

_SESSION, _SEE = Permission.SESSION, Permission.SEE_PEOPLE
_APPOINT, _MANAGE = Permission.APPOINT_ADMINISTRATORS, Permission.MANAGE_USERS
_PEOPLE, _USER = f"{V1}/people", f"{V1}/people/users/{{user}}"

PAGES: tuple[Route, ...] = (
    Route("GET", "/people", pages.get_people, _SEE, kind="page"),
    Route("GET", "/people/audit", pages.get_acts, _SEE, kind="page"),
    Route("GET", "/people/users.csv", pages.get_template, _MANAGE, kind="plain"),
    Route("GET", "/account", account_page.get_account, _SESSION, kind="page"),
)
API: tuple[Route, ...] = (
    Route("GET", _PEOPLE, api.get_people, _SEE),
    Route("GET", f"{_PEOPLE}/audit", api.get_acts, _SEE),
    Route("POST", f"{_PEOPLE}/administrators", api.post_administrator, _APPOINT),
    Route("DELETE", f"{_PEOPLE}/administrators/{{user}}", api.delete_administrator, _APPOINT),
    Route(
        "DELETE",
        f"{_PEOPLE}/administrators/codes/{{invitation}}",
        api.delete_administrator_code,
        _APPOINT,
    ),
    Route("POST", f"{_PEOPLE}/service", api.post_service, _MANAGE),
    Route("POST", f"{_PEOPLE}/users", api.post_user, _MANAGE),
    Route("POST", f"{_PEOPLE}/users/list", api.post_users, _MANAGE),
    Route("DELETE", f"{_PEOPLE}/users/codes/{{invitation}}", api.delete_user_code, _MANAGE),
    Route("PUT", f"{_USER}/services", api.put_services, _MANAGE),
    Route("POST", f"{_USER}/renewal", api.post_renewal, _MANAGE),
    Route("DELETE", _USER, api.delete_user, _MANAGE),
    Route("PUT", f"{_PEOPLE}/staff/{{member}}", api.put_staff, _MANAGE),
    Route("GET", f"{V1}/account", account.get_access, _SESSION),
    Route("POST", f"{V1}/session/switch", account.post_switch, _SESSION, in_practice=True),
    Route("POST", f"{V1}/account/codes", account.post_code, _SESSION, needs_card=True),
    Route("POST", f"{V1}/account/cards", account.post_card, _SESSION, needs_card=True),
    Route(
        "DELETE",
        f"{V1}/account/access/{{institution}}/{{role}}",
        account.delete_access,
        _SESSION,
        needs_card=True,
    ),
)
