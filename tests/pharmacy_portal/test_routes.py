"""The route table: a permission on every row, and every row kept to it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from msgspec.structs import replace

from core.domain.access import ROLES, Permission, has_permission
from core.domain.content_pages import CONTENT_PAGES
from pharmacy_portal.api import probes
from pharmacy_portal.route_table import DEMO, ROUTES
from pharmacy_portal.routes import Route
from tests.pharmacy_portal.tills import Till, World, running_portal

CARD_OF_ROLE = {
    "pharmacist": "pharmacist-1",
    "pharmacy_assistant": "assistant-1",
    "doctor": "doctor-1",
    "nurse": "nurse-1",
    "user": "citizen-1",
    "administrator": "administrator-1",
    "representative": "institution-1",
    "steward": "steward-1",
}
EVERY_ROUTE = [*ROUTES, *DEMO]
# After these a session is another one, or none.
ENDS_OR_LOCKS = ("/logout", "/lock", "/login", "/switch")


PLACES = {"name": "portal.css", "page": next(iter(CONTENT_PAGES)), "role": "user"}


def concrete(route: Route) -> str:
    """Fill the places of a path."""
    return re.sub(r"\{(\w+)\}", lambda place: PLACES.get(place[1], "999"), route.path)


async def ask(till: Till, route: Route) -> Any:
    body = {} if route.method != "GET" else None
    return await till.client.request(
        route.method, concrete(route), json=body, allow_redirects=False
    )


async def till_of(world: World, role: str | None) -> Till:
    """Open a till where somebody of a role has logged in, or nobody."""
    till = await world.open_till()
    if role:
        await till.log_in(CARD_OF_ROLE[role])
    return till


def test_a_route_without_a_permission_does_not_load() -> None:
    with pytest.raises(TypeError):
        Route("GET", "/x", probes.get_health)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="names no permission"):
        Route("GET", "/x", probes.get_health, None)  # type: ignore[arg-type]


def test_no_address_stands_twice_in_the_table() -> None:
    rows = [(route.method, route.path) for route in EVERY_ROUTE]
    assert len(rows) == len(set(rows))


def test_there_is_a_card_for_every_role() -> None:
    assert set(CARD_OF_ROLE) == set(ROLES)


@pytest.mark.parametrize("role", [None, *CARD_OF_ROLE])
async def test_every_route_is_open_to_exactly_the_roles_of_its_permission(
    world: World, role: str | None
) -> None:
    till = await till_of(world, role)
    for route in EVERY_ROUTE:
        answer = await ask(till, route)
        place = f"{role}: {route.method} {route.path} → {answer.status}"
        if has_permission(role, route.permission):
            assert answer.status not in (401, 403), place
            assert answer.status < 500, place
        elif role is None and route.kind == "page":
            assert answer.status == 303, place
            assert answer.headers["Location"].startswith("/login"), place
        else:
            assert answer.status == (403 if role else 401), place
        if route.path.endswith(ENDS_OR_LOCKS):
            till = await till_of(world, role)


async def test_an_unknown_address_says_so_in_the_readers_way(till: Till) -> None:
    page = await till.get("/nowhere", headers={"Accept-Language": "en"})
    assert page.status == 404
    assert page.content_type == "text/html"
    assert "There is no such record" in await page.text()
    answer = await till.get("/api/v1/nowhere")
    assert answer.status == 404
    assert answer.content_type == "application/problem+json"


async def test_a_wrong_method_is_named(till: Till) -> None:
    answer = await till.client.delete("/api/v1/sales")
    assert answer.status == 405
    assert answer.content_type == "application/problem+json"


async def test_demo_addresses_do_not_exist_without_demo(world: World) -> None:
    async with running_portal(replace(world.settings, demo=False), world.clock) as real:
        till = await real.open_till()
        assert (await till.post("/demo/login", {"card": "pharmacist-1"})).status == 404
        login = await (await till.get("/login")).text()
        assert "data-card" not in login
        assert "示範" not in login
        refused = await till.try_login("pharmacist-1")
        assert (await refused.json())["code"] == "CERTIFICATE_UNTRUSTED"


def test_only_probes_and_the_entrance_are_public() -> None:
    public = {r.path for r in EVERY_ROUTE if r.permission is Permission.PUBLIC}
    assert public == {
        "/login",
        "/setup",
        "/setup/check",
        "/news",
        *(f"/{page}" for page in CONTENT_PAGES),
        "/static/{name}",
        "/api/v1/login",
        "/api/v1/login/challenge",
        "/api/v1/login/passkey",
        "/api/v1/login/passkey/options",
        "/api/v1/demo/login",
        "/healthz",
        "/readyz",
        "/metrics",
    }
