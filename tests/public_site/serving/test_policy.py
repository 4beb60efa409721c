"""What browsers may do with our pages, and how long data last."""

from __future__ import annotations

from datetime import date

import pytest

from core.settings import Settings
from public_site.basemaps import origins
from public_site.serving.policy import content_policy


def directives(policy: str) -> dict[str, list[str]]:
    """Take a policy apart."""
    parts = (part.split() for part in policy.split(";"))
    return {name: sources for name, *sources in parts}


def test_by_default_no_other_origin_is_ever_named():
    for sources in directives(content_policy(origins(Settings()))).values():
        assert set(sources) <= {"'self'", "'none'"}


@pytest.mark.parametrize(
    ("basemaps", "hosts"),
    [
        ("nlsc", {"https://wmts.nlsc.gov.tw"}),
        ("osm", {"https://tile.openstreetmap.org"}),
        ("nlsc,osm", {"https://wmts.nlsc.gov.tw", "https://tile.openstreetmap.org"}),
    ],
)
def test_tiles_may_come_from_the_basemaps_that_are_set(basemaps, hosts):
    policy = directives(content_policy(origins(Settings(basemaps=basemaps))))
    assert set(policy.pop("img-src")) == {"'self'", "data:"} | hosts
    for sources in policy.values():
        assert set(sources) <= {"'self'", "'none'"}


@pytest.mark.parametrize("path", ["/", "/api/v1/outlets", "/data/points.json", "/nowhere"])
async def test_every_answer_has_the_policy_and_nothing_unsafe(start, folder, path):
    client = await start(basemaps="nlsc,osm")
    answer = await client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "worker-src 'self'; manifest-src 'self'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/api/v1/outlets", "/data/points.json", "/data/1/points.json"])
async def test_data_say_when_they_end(start, client, path):
    assert "Sunset" not in (await client.get(path)).headers
    ending = await start(sunset=date(2020, 12, 31))
    for _ in range(2):  # the second time from memory
        answer = await ending.get(path)
        # The end of the last day in Taipei.
        assert answer.headers["Sunset"] == "Thu, 31 Dec 2020 16:00:00 GMT"
        assert answer.headers["Link"] == '</status>; rel="sunset"'
    assert "Sunset" not in (await ending.get("/")).headers
