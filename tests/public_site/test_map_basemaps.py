"""No other host is asked for anything, unless the operator offers its tiles."""

from __future__ import annotations

import re

import pytest

from core.settings import Settings
from public_site.basemaps import BASEMAPS, offered, origins
from tests.public_site.releases import some_outlets


def test_without_the_setting_no_other_host_is_named():
    assert origins(Settings()) == ()
    assert offered(Settings(), "zh-TW") == []


@pytest.mark.parametrize("basemap", BASEMAPS.values(), ids=str)
def test_each_basemap_is_asked_by_https_and_credited_in_both_languages(basemap):
    assert basemap.origin.startswith("https://") and basemap.origin.count("/") == 2
    assert all(place in basemap.path for place in ("{z}", "{x}", "{y}"))
    assert basemap.credit.zh and basemap.credit.en and basemap.name.zh != basemap.name.en


async def test_only_offered_hosts_stand_in_the_policy_and_on_the_page(folder, start):
    folder.publish(some_outlets())
    client = await start(basemaps="osm")
    answer = await client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    pictures = re.search(r"img-src ([^;]*)", policy)
    assert pictures and set(pictures[1].split()) - {"data:"} == {"'self'", BASEMAPS["osm"].origin}
    assert "unsafe" not in policy
    assert BASEMAPS["nlsc"].origin not in await answer.text()
