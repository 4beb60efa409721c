"""Addresses that exist in demo only."""

from __future__ import annotations

from core.domain.access import Permission
from pharmacy_portal.api import demo_tray as tray
from pharmacy_portal.routes import V1, Route

DEMO = (
    Route("POST", f"{V1}/demo/login", tray.post_login, Permission.PUBLIC, in_practice=True),
    Route("POST", f"{V1}/demo/read", tray.post_read, Permission.SELL, in_practice=True),
)
