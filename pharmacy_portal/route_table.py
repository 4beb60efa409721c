"""All addresses of the portal, each with the permission it needs."""

from __future__ import annotations

from core.domain.access import Permission
from pharmacy_portal.api import demo_tray as tray
from pharmacy_portal.api import intakes, login, probes, purchases
from pharmacy_portal.pages import counter, entrance
from pharmacy_portal.routes import Route

_SELL, _GOODS = Permission.SELL, Permission.TAKE_GOODS
_SEE, _SESSION, _PUBLIC = Permission.SEE_OUTLET, Permission.SESSION, Permission.PUBLIC
V1 = "/api/v1"

PAGES = (
    Route("GET", "/login", entrance.get_login, _PUBLIC, kind="page"),
    Route("GET", "/", counter.get_home, _SESSION, kind="page"),
    Route("GET", "/purchase", counter.get_purchase, _SELL, kind="page"),
    Route("GET", "/intake", counter.get_intake, _GOODS, kind="page"),
    Route("GET", "/records", counter.get_records, _SEE, kind="page"),
    Route("GET", "/static/{name}", entrance.get_static, _PUBLIC, kind="plain"),
)
API = (
    Route("POST", f"{V1}/login/challenge", login.post_challenge, _PUBLIC),
    Route("POST", f"{V1}/login", login.post_login, _PUBLIC),
    Route("GET", f"{V1}/me", login.get_me, _SESSION, passive=True),
    Route("POST", f"{V1}/logout", login.post_logout, _SESSION),
    Route("POST", f"{V1}/eligibility", purchases.post_eligibility, _SELL),
    Route("POST", f"{V1}/sales", purchases.post_sale, _SELL),
    Route("POST", f"{V1}/sales/{{sale}}/void", purchases.post_void, _SELL),
    Route("GET", f"{V1}/sales/recent", purchases.get_recent, _SEE),
    Route("GET", f"{V1}/intakes/today", intakes.get_today, _SEE, passive=True),
    Route("POST", f"{V1}/intakes/automatic", intakes.post_automatic, _GOODS),
    Route("POST", f"{V1}/intakes", intakes.post_intake, _GOODS),
    Route("GET", f"{V1}/intakes", intakes.get_history, _SEE),
    Route("GET", f"{V1}/stock", intakes.get_stock, _SEE, passive=True),
    Route("GET", f"{V1}/outlet", intakes.get_outlet, _SEE),
)
PROBES = (
    Route("GET", "/healthz", probes.get_health, _PUBLIC, any_host=True),
    Route("GET", "/readyz", probes.get_ready, _PUBLIC, any_host=True),
    Route("GET", "/metrics", probes.get_metrics, _PUBLIC, kind="plain", any_host=True),
)
# Served in demo only.
DEMO = (
    Route("POST", f"{V1}/demo/login", tray.post_login, _PUBLIC),
    Route("POST", f"{V1}/demo/read", tray.post_read, _SELL),
)
ROUTES = PAGES + API + PROBES
