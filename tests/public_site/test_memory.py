"""What is remembered of one question is never the answer to another."""

from __future__ import annotations

from datetime import date, timedelta

from tests.public_site.releases import NOW, an_outlet, some_outlets

HERE = "lat=25.0478&lon=121.517"


async def test_a_text_that_looks_like_another_when_decoded_is_answered_itself(client):
    for sent, shown in (("a%2526b", "a%26b"), ("a%26b", "a&amp;b")):
        page = await (await client.get(f"/?q={sent}")).text()
        assert f'value="{shown}"' in page


async def test_what_is_open_now_is_asked_anew_each_minute_however_it_is_written(
    folder, start, clock
):
    folder.publish([an_outlet(service_periods="N" * 21)])
    client = await start()
    midnight = timedelta(hours=14)
    for name in ("open_now", "open%5Fnow", "open_now=&open_now"):
        for path in (f"/api/v1/nearby?{HERE}&", "/api/v1/outlets?"):
            found = []
            for clock.now in (NOW, NOW + midnight):
                answer = await (await client.get(f"{path}{name}=1")).json()
                found.append(len(answer["outlets"]))
            assert found == [1, 0], path + name


async def test_the_end_of_the_feed_is_told_to_those_who_hold_the_answer_before(
    folder, start, clock
):
    folder.publish(some_outlets())
    client = await start(sunset=date(2020, 2, 6))
    clock.now = NOW + timedelta(hours=1)
    before = await client.get("/api/v1/snapshot")
    assert (await before.json())["feed"]["status"] == "stale"
    clock.now = NOW + timedelta(days=1)
    held = {"If-None-Match": before.headers["ETag"]}
    after = await client.get("/api/v1/snapshot", headers=held)
    assert (await after.json())["feed"]["status"] == "ended"


async def test_a_page_names_the_address_at_which_it_was_asked(folder, start):
    folder.publish([an_outlet("590101A011")])
    client = await start()
    for code in ("590101a011", "590101A011"):
        page = await (await client.get(f"/outlets/{code}?lang=en")).text()
        assert f"/outlets/{code}?lang=zh-TW" in page
