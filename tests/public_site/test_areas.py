"""Counties, towns and kinds as people and programs name them."""

from __future__ import annotations

import pytest

from tests.public_site.test_hours import codes

TAIPEI = ["5901012345", "5901012346", "5901012347", "5901012348", "590101A011"]


@pytest.mark.parametrize(
    "county",
    ["台北", "臺北", "台北市", "臺北市", "Taipei City", "taipei", "Taipei", "63000", "台 北 市"],
)
async def test_a_county_is_known_by_each_of_its_names(client, county):
    assert await codes(client, f"county={county}") == TAIPEI


@pytest.mark.parametrize(
    "town",
    ["大同區", "大同", "63000060", "臺北市大同區", "台北大同區", "Datong District", "datong",
     "Datong District, Taipei City"],
)  # fmt: skip
async def test_a_town_is_known_by_each_of_its_names(client, town):
    assert await codes(client, f"county=臺北&town={town}") == ["5901012346"]


async def test_a_name_of_two_counties_is_asked_back(client):
    answer = await client.get("/api/v1/outlets?county=新竹")
    assert answer.status == 400
    detail = (await answer.json(content_type=None))["detail"]
    assert "新竹縣" in detail and "新竹市" in detail


async def test_kinds_may_be_several(client):
    assert len(await codes(client, "kind=pharmacy,health_centre")) == 6
    assert await codes(client, "kind=health_centre,hospital") == ["2331010014"]
    assert await codes(client, "kind=hospital&kind=health_centre") == ["2331010014"]
    answer = await client.get("/api/v1/outlets?kind=pharmacy,bakery")
    assert answer.status == 400
    page = await client.get("/?kind=pharmacy,health_centre")
    assert page.status == 200
