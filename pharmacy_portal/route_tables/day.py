"""Addresses of the day: stocktake, close, dispute, practice."""

from __future__ import annotations

from core.domain.access import Permission
from pharmacy_portal.api import day as api
from pharmacy_portal.pages import day
from pharmacy_portal.routes import V1, Route

_SELL, _GOODS = Permission.SELL, Permission.TAKE_GOODS
_SEE = Permission.SEE_OUTLET

PAGES = (
    Route("GET", "/stocktake", day.get_stocktake, _GOODS, kind="page"),
    Route("GET", "/day", day.get_day, _SEE, kind="page"),
    Route("GET", "/day.csv", api.get_day_csv, _SEE, kind="page"),
)
API = (
    Route("POST", f"{V1}/stocktakes", api.post_stocktake, _GOODS, in_practice=True),
    Route("GET", f"{V1}/day", api.get_day, _SEE, passive=True),
    Route("POST", f"{V1}/disputes", api.post_dispute, _SELL),
    Route("GET", f"{V1}/disputes", api.get_disputes, _SEE),
    Route("POST", f"{V1}/practice", api.post_practice, _SELL, in_practice=True),
)
