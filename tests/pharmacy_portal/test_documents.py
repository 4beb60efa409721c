"""The page for vendors says what the code does."""

from __future__ import annotations

import re

import pytest

from core.domain.refusals import REFUSALS
from pharmacy_portal.pages.menu import MENU
from pharmacy_portal.route_table import API, DEMO, PAGES, PROBES
from tests.conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "portal-api.md").read_text("utf-8")


def test_every_call_stands_in_the_table_with_its_permission() -> None:
    rows = dict(re.findall(r"^\| `(\w+ /api/v1\S*)` \| ([^|]+) \|", PAGE, re.MULTILINE))
    words = {"public": "–", "session": "any login"}
    wanted = {
        f"{route.method} {route.path}": words.get(
            route.permission.value, f"`{route.permission.value}`"
        )
        for route in API
    }
    assert rows == wanted


@pytest.mark.parametrize("path", [route.path for route in (*DEMO, *PROBES)])
def test_the_other_addresses_are_named(path: str) -> None:
    assert f"{path}`" in PAGE


def test_every_code_is_listed() -> None:
    listed = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)*)`", PAGE[PAGE.index("## Errors") :]))
    said_by_others = {
        "REFUSED",
        "RELEASE_WITHHELD",
        "SNAPSHOT_UNTRUSTED",
        "OBJECT_STORE_UNAVAILABLE",
    }
    assert listed == set(REFUSALS) - said_by_others | {"CHOOSE_INSTITUTION"}


def test_the_menu_leads_to_pages_with_the_same_permission() -> None:
    permissions = {route.path: route.permission for route in PAGES}
    assert {item.path: item.permission for item in MENU}.items() <= permissions.items()
