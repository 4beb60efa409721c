"""The one route table: method, path, handler, permission. A route without one does not load."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from core.domain.access import Permission

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Kind = Literal["json", "page", "plain"]
V1 = "/api/v1"
# Administrative acts: a passkey is convenient, but only the card is the authority's word.
CARD_PERMISSIONS = frozenset(
    {Permission.MANAGE_USERS, Permission.APPOINT_ADMINISTRATORS, Permission.STEWARD}
)


@dataclass(frozen=True)
class Route:
    """One row. ``kind`` says how errors are told: as problem+json, as a page, or in plain words.

    ``passive`` routes (a till that only refreshes its numbers) do not put off the idle limit.
    ``any_host`` routes answer under every name: the probes of an operator.
    ``when_locked`` routes answer a locked session too; of pages, those without records.
    ``needs_card`` acts are refused to a session that began with a passkey: CARD_LOGIN_REQUIRED.
    What changes something under a permission of ``CARD_PERMISSIONS`` needs the card anyway.
    ``in_practice`` acts are open to a session that practises: they use the request's desk only.

    Raises:
        TypeError: no permission is named.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    handler: Handler
    permission: Permission
    kind: Kind = "json"
    passive: bool = False
    any_host: bool = False
    in_practice: bool = False
    when_locked: bool = False
    needs_card: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.permission, Permission):
            raise TypeError(f"{self.method} {self.path} names no permission")

    @property
    def card_needed(self) -> bool:
        """Tell whether the session has to have begun with a card."""
        return self.needs_card or (self.method != "GET" and self.permission in CARD_PERMISSIONS)


ROUTE_OF = web.AppKey("route_of", dict[web.AbstractRoute, Route])


def add_routes(app: web.Application, table: Iterable[Route]) -> None:
    """Serve a table's routes; the row of each is found again under ``ROUTE_OF``."""
    rows = app.setdefault(ROUTE_OF, {})
    for row in table:
        rows[app.router.add_route(row.method, row.path, row.handler)] = row


def route_of(request: web.Request) -> Route | None:
    """Return the row a request matched; None where nothing matched."""
    return request.app[ROUTE_OF].get(request.match_info.route)
