"""What is said at two tills reaches the site's answers, and ends at midnight without any act."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from core.domain.calendar import TAIPEI
from core.rules import MASKS, load_programmes
from public_site.app import make_app
from public_site.keys import SNAPSHOTS
from publisher.publishing import Publisher, open_publisher
from tests.pharmacy_portal.tills import API, World

CODE = "5901100001"


@pytest.fixture
async def site(world: World) -> AsyncIterator[TestClient[Any, Any]]:
    """Return the site over the folder that the publisher fills."""
    settings = world.settings
    with open_publisher(settings, clock=world.clock) as publisher:
        publisher.tick(programme_of(world))
    client: TestClient[Any, Any] = TestClient(TestServer(make_app(settings, world.clock)))
    await client.start_server()
    yield client
    await client.close()


def programme_of(world: World) -> Any:
    return load_programmes(world.settings.rules_folder, world.settings.rules_of)[MASKS]


async def seen(world: World, site: TestClient[Any, Any], publisher: Publisher) -> dict[str, Any]:
    """Tick, let the site take the release up, and ask it."""
    manifest = publisher.tick(programme_of(world))
    assert manifest is not None
    await site.server.app[SNAPSHOTS].poll()
    answer = await (await site.get(f"/api/v1/outlets/{CODE}")).json()
    assert answer["snapshot"] == manifest.sequence
    return answer["outlet"] if "outlet" in answer else answer["outlets"][0]


async def test_two_tills_one_outlet_and_the_public(
    world: World, site: TestClient[Any, Any]
) -> None:
    tills = [await world.open_till() for _ in range(2)]
    for till in tills:
        await till.log_in()
    await tills[0].take_goods()
    windows = [{"days": [4], "start": "09:00", "end": "11:00", "pieces": 50}]
    said = [
        await tills[0].client.put(f"{API}/outlet", json={"sold_out": True, "phone_hidden": True}),
        await tills[1].client.put(
            f"{API}/outlet",
            json={
                "note": "側門",
                "sale_windows": windows,
                "tickets": {"time": "08:30", "count": 9},
            },
        ),
    ]
    assert [answer.status for answer in said] == [200, 200]
    with open_publisher(world.settings, clock=world.clock) as publisher:
        world.clock.pass_by(seconds=1)
        public = await seen(world, site, publisher)
        assert (public["availability"], public["adult_mask"]) == ("sold_out", 200)
        assert public["availability_until"] == "2020-02-07T00:00:00+08:00"
        assert (public["note"], public["sale_windows"]) == ("側門", "四 09:00-11:00 50片")
        assert (public["tickets"], public["phone"]) == ("08:30 發 9 張", "")
        found = await (await site.get("/api/v1/outlets?availability=sold_out")).json()
        assert [outlet["code"] for outlet in found["outlets"]] == [CODE]
        world.clock.now = datetime(2020, 2, 7, tzinfo=TAIPEI)
        public = await seen(world, site, publisher)
        assert (public["availability"], public["note"]) == ("buyable", "側門")
