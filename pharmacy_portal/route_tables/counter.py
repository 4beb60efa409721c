"""Addresses of the counter: 購買, 進貨登錄, 紀錄."""

from __future__ import annotations

from core.domain.access import Permission
from pharmacy_portal.api import intakes, purchases
from pharmacy_portal.pages import counter
from pharmacy_portal.routes import V1, Route

_SELL, _GOODS = Permission.SELL, Permission.TAKE_GOODS
_SEE, _SESSION = Permission.SEE_OUTLET, Permission.SESSION

PAGES = (
    Route("GET", "/", counter.get_home, _SESSION, kind="page", when_locked=True),
    Route("GET", "/purchase", counter.get_purchase, _SELL, kind="page", when_locked=True),
    Route("GET", "/intake", counter.get_intake, _GOODS, kind="page"),
    Route("GET", "/records", counter.get_records, _SEE, kind="page"),
)
API = (
    Route("POST", f"{V1}/eligibility", purchases.post_eligibility, _SELL, in_practice=True),
    Route("POST", f"{V1}/sales", purchases.post_sale, _SELL, in_practice=True),
    Route("POST", f"{V1}/sales/{{sale}}/void", purchases.post_void, _SELL, in_practice=True),
    Route("GET", f"{V1}/sales/recent", purchases.get_recent, _SEE),
    Route("GET", f"{V1}/intakes/today", intakes.get_today, _SEE, passive=True),
    Route("POST", f"{V1}/intakes/automatic", intakes.post_automatic, _GOODS, in_practice=True),
    Route("POST", f"{V1}/intakes", intakes.post_intake, _GOODS, in_practice=True),
    Route("GET", f"{V1}/intakes", intakes.get_history, _SEE),
    Route("GET", f"{V1}/stock", intakes.get_stock, _SEE, passive=True),
)
