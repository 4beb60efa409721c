"""All addresses of the portal, each with the permission it needs: the areas' tables, joined."""

from __future__ import annotations

from core.domain.access import Permission
from pharmacy_portal.api import probes
from pharmacy_portal.route_tables import (
    cards,
    content,
    counter,
    day,
    demo,
    entrance,
    outlet,
    people,
    steward,
)
from pharmacy_portal.routes import Route

_AREAS = (entrance, content, counter, outlet, day, cards, people, steward)
PAGES = tuple(row for area in _AREAS for row in area.PAGES)
API = tuple(row for area in _AREAS for row in area.API)
PROBES = (
    Route("GET", "/healthz", probes.get_health, Permission.PUBLIC, any_host=True),
    Route("GET", "/readyz", probes.get_ready, Permission.PUBLIC, any_host=True),
    Route("GET", "/metrics", probes.get_metrics, Permission.PUBLIC, kind="plain", any_host=True),
)
# Served in demo only.
DEMO = demo.DEMO
ROUTES = PAGES + API + PROBES
