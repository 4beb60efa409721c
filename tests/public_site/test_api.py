"""The JSON interface: members, filters, paging, nearness, conditions, faults."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from geopy.distance import great_circle

from public_site.keys import SNAPSHOTS
from tests.public_site.releases import NOW, an_outlet, many_outlets, some_outlets

ENVELOPE = ["snapshot", "as_of", "published_at", "checked_at", "stale"]


async def codes(client, query: str) -> list[str]:
    answer = await client.get(f"/api/v1/outlets?{query}")
    assert answer.status == 200, await answer.text()
    return [outlet["code"] for outlet in (await answer.json())["outlets"]]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/outlets",
        "/api/v1/outlets/5901012345",
        "/api/v1/nearby?lat=25.0478&lon=121.517",
        "/api/v1/snapshot",
    ],
)
async def test_every_answer_opens_with_the_snapshot_it_comes_from(client, path):
    answer = await (await client.get(path)).json()
    assert list(answer)[:5] == ENVELOPE
    assert answer["snapshot"] == 1
    assert answer["checked_at"] == "2020-02-06T10:30:05+08:00"
    assert answer["stale"] is False


async def test_an_outlet_has_the_fields_of_the_geojson_and_its_point(client):
    features = await (await client.get("/data/outlets.geojson")).json(content_type=None)
    for feature in features["features"]:
        code = feature["properties"]["code"]
        outlet = (await (await client.get(f"/api/v1/outlets/{code}")).json())["outlet"]
        lon, lat = feature["geometry"]["coordinates"]
        assert outlet == {**feature["properties"], "lon": lon, "lat": lat}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=健安", ["5901012345"]),
        ("q=5901012346", ["5901012346"]),
        ("q=臺北市中正區忠孝西路1段", ["5901012345", "5901012347", "5901012348"]),
        ("q=台北市 大同", ["5901012346"]),
        ("q=桃園市縣府路", ["2331010014"]),
        ("q=a號", ["590101A011"]),
        ("q=Taoyuan", ["2331010014"]),
        ("q=健安 大同", []),
        ("county=臺北市&kind=pharmacy&in_stock=1&product=child_mask", 3),
        ("county=台北市&town=大同區", ["5901012346"]),
        ("county=63000&town=63000060", ["5901012346"]),
        ("town=Datong District", ["5901012346"]),
        ("kind=health_centre", ["2331010014"]),
        ("in_stock=1&product=child_mask&county=桃園市", ["2331010014"]),
        ("in_stock=0&q=售完", ["5901012347"]),
        ("in_stock=1&q=售完", []),
        ("availability=paused", ["5901012348"]),
        ("bbox=121.3,24.9,121.4,25.0", ["2331010014"]),
        ("codes=5901012346,2331010014,9999999999", ["2331010014", "5901012346"]),
        ("codes=5901012346&codes=590101a011", ["5901012346", "590101A011"]),
        ("county=&town=&q=&kind=&utm_source=x&q=健安", ["5901012345"]),
    ],
)
async def test_a_search_finds_what_it_means(client, query, expected):
    found = await codes(client, query)
    assert len(found) == expected if isinstance(expected, int) else found == expected


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/api/v1/outlets?kind=bakery", "kind"),
        ("/api/v1/outlets?product=toilet_paper", "product"),
        ("/api/v1/outlets?in_stock=perhaps", "in_stock"),
        ("/api/v1/outlets?availability=maybe", "availability"),
        ("/api/v1/outlets?county=Atlantis", "county"),
        ("/api/v1/outlets?town=Atlantis", "town"),
        ("/api/v1/outlets?bbox=1,2,3", "bbox"),
        ("/api/v1/outlets?bbox=122,25,121,26", "bbox"),
        ("/api/v1/outlets?bbox=121,nan,122,26", "bbox"),
        ("/api/v1/outlets?codes=12345", "codes"),
        ("/api/v1/outlets?cursor=%00", "cursor"),
        ("/api/v1/outlets?limit=0", "limit"),
        ("/api/v1/outlets?limit=١", "limit"),
        ("/api/v1/outlets?limit=100000", "limit"),
        (f"/api/v1/outlets?q={'x' * 101}", "q"),
        ("/api/v1/nearby", "lat"),
        ("/api/v1/nearby?lat=25", "lon"),
        ("/api/v1/nearby?lat=nan&lon=121", "lat"),
        ("/api/v1/nearby?lat=91&lon=121", "lat"),
        ("/api/v1/nearby?lat=25&lon=east", "lon"),
        ("/api/v1/nearby?lat=25&lon=121&radius_m=0", "radius_m"),
        ("/api/v1/nearby?lat=25&lon=121&radius_m=inf", "radius_m"),
        ("/api/v1/nearby?lat=25&lon=121&limit=101", "limit"),
    ],
)
async def test_a_bad_value_is_named_and_explained(client, path, parameter):
    answer = await client.get(path)
    assert answer.status == 400
    assert answer.content_type == "application/problem+json"
    problem = await answer.json(content_type=None)
    assert problem["code"] == "PARAMETER_INVALID"
    assert problem["detail"].startswith(f"{parameter}: ")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_too_many_codes_are_told_how_many_may_be_asked_for(client):
    answer = await client.get("/api/v1/outlets?codes=" + "5901012346," * 201)
    assert answer.status == 400
    assert "at most 200 codes" in (await answer.json(content_type=None))["detail"]


async def test_an_address_that_is_not_there_says_where_the_others_stand(client):
    problem = await (await client.get("/api/v1/nothing")).json(content_type=None)
    assert problem["code"] == "NOT_FOUND"
    assert "/openapi.json" in problem["detail"]


async def test_an_unknown_outlet_is_a_404_with_a_code(client):
    answer = await client.get("/api/v1/outlets/5900000000")
    assert answer.status == 404
    assert (await answer.json(content_type=None))["code"] == "OUTLET_UNKNOWN"


async def test_pages_of_a_list_hold_every_outlet_once(folder, start, rng):
    outlets = {o.code: o for o in many_outlets(rng, 500)}
    folder.publish(list(outlets.values()))
    client = await start()
    seen: list[str] = []
    path = "/api/v1/outlets?limit=37&in_stock=1"
    while path:
        answer = await (await client.get(path)).json()
        seen += [outlet["code"] for outlet in answer["outlets"]]
        path = answer["next"]
    expected = sorted(code for code, o in outlets.items() if any(o.counts.values()))
    assert seen == expected
    assert answer["total"] == len(expected)


async def test_a_page_keeps_its_place_when_a_new_snapshot_comes_between(folder, start):
    folder.publish(some_outlets())
    client = await start()
    first = await (await client.get("/api/v1/outlets?limit=2")).json()
    folder.publish([*some_outlets(), an_outlet("2331010013")], at=NOW + timedelta(seconds=1))
    await client.app[SNAPSHOTS].poll()
    second = await (await client.get(first["next"])).json()
    last_seen = first["outlets"][-1]["code"]
    assert second["snapshot"] == 2
    assert all(outlet["code"] > last_seen for outlet in second["outlets"])


@pytest.mark.parametrize("product", ["", "adult_mask", "child_mask"])
async def test_nearby_agrees_with_geopy_over_all_outlets(folder, start, rng, product):
    outlets = list({o.code: o for o in many_outlets(rng, 1500)}.values())
    folder.publish(outlets)
    client = await start()
    for _ in range(15):
        lat, lon = round(rng.uniform(22, 25.2), 5), round(rng.uniform(120.1, 121.8), 5)
        radius_m = rng.choice([1000, 3000, 20_000])
        query = f"lat={lat}&lon={lon}&radius_m={radius_m}&in_stock=1&product={product}"
        answer = await (await client.get(f"/api/v1/nearby?{query}")).json()
        expected = sorted(
            (great_circle((lat, lon), (o.lat, o.lon)).m, o.code)
            for o in outlets
            if (o.counts[product] if product else any(o.counts.values()))
        )
        expected = [pair for pair in expected if pair[0] <= radius_m][:20]
        assert len(answer["outlets"]) == len(expected)
        for outlet, (distance_m, _) in zip(answer["outlets"], expected, strict=True):
            assert outlet["distance_m"] == pytest.approx(distance_m, abs=0.06)
        assert sorted(o["code"] for o in answer["outlets"]) == sorted(c for _, c in expected)


async def test_nearby_says_how_far_and_where(client):
    answer = await (await client.get("/api/v1/nearby?lat=25.0478&lon=121.517&limit=2")).json()
    nearest, second = answer["outlets"]
    assert (nearest["code"], nearest["distance_m"]) == ("5901012345", 0.0)
    assert (second["code"], second["direction"]) == ("5901012347", "south-east")
    assert 250 < second["distance_m"] < 320
    assert second["bearing_deg"] == pytest.approx(135, abs=10)


async def test_the_snapshot_answer_names_rules_files_and_position(client):
    answer = await (await client.get("/api/v1/snapshot")).json()
    assert answer["ledger_position"] == "10"
    assert answer["rules"]["block"] == "2020-02-06"
    assert answer["counts"]["outlets"] == len(some_outlets())
    for file in answer["files"]:
        assert (await client.get(file["url"])).status == 200


async def test_an_answer_is_not_sent_twice_to_who_has_it(client):
    first = await client.get("/api/v1/outlets/5901012345")
    again = await client.get(
        "/api/v1/outlets/5901012345", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status == 304
    assert await again.read() == b""
    assert again.headers["ETag"] == first.headers["ETag"]


async def test_the_tag_changes_with_every_member_of_the_answer(folder, start, clock):
    folder.publish(some_outlets())
    client = await start()
    tags = [(await client.get("/api/v1/snapshot")).headers["ETag"]]
    folder.renew(NOW + timedelta(seconds=5))
    await client.app[SNAPSHOTS].poll()
    tags.append((await client.get("/api/v1/snapshot")).headers["ETag"])
    clock.now = NOW + timedelta(minutes=5)
    answer = await client.get("/api/v1/snapshot")
    assert (await answer.json())["stale"] is True
    tags.append(answer.headers["ETag"])
    assert len(set(tags)) == 3


async def test_open_data_may_be_read_from_any_page(client):
    answer = await client.get("/api/v1/outlets", headers={"Origin": "https://app.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    asked = await client.options("/api/v1/outlets", headers={"Origin": "https://app.example"})
    assert asked.status == 204
    assert "If-None-Match" in asked.headers["Access-Control-Allow-Headers"]
    page = await client.get("/")
    assert "Access-Control-Allow-Origin" not in page.headers


async def test_head_answers_like_get_without_a_body(client):
    head = await client.head("/api/v1/outlets/5901012345")
    get = await client.get("/api/v1/outlets/5901012345")
    assert head.status == 200
    assert head.headers["ETag"] == get.headers["ETag"]
    assert await head.read() == b""


async def test_only_reading_is_possible(client):
    answer = await client.post("/api/v1/outlets", json={})
    assert answer.status == 405
    assert (await answer.json(content_type=None))["code"] == "METHOD_NOT_ALLOWED"
    assert "GET" in answer.headers["Allow"]


async def test_long_answers_are_compressed_and_equal(client):
    plain = await client.get("/api/v1/outlets", headers={"Accept-Encoding": "identity"})
    packed = await client.get("/api/v1/outlets", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert await packed.read() == await plain.read()
    refused = await client.get("/api/v1/outlets", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


async def test_before_the_first_snapshot_programs_get_a_problem(folder, start):
    client = await start()
    for path in ("/api/v1/outlets", "/data/maskdata.csv", "/readyz"):
        answer = await client.get(path)
        assert answer.status == 503
        assert answer.headers["Retry-After"]
        assert (await answer.json(content_type=None))["code"] == "NO_SNAPSHOT"
    assert (await client.get("/healthz")).status == 200


async def test_a_query_that_is_too_long_is_refused(client):
    answer = await client.get("/api/v1/outlets?q=" + "x" * 5000)
    assert answer.status == 414


async def test_two_askers_do_not_see_each_others_parameters(client):
    await client.get("/api/v1/outlets?limit=2&utm_source=first&q=")
    answer = await (await client.get("/api/v1/outlets?limit=2")).json()
    assert "utm_source" not in answer["next"]


async def test_answers_are_exact_json(client):
    body = await (await client.get("/api/v1/nearby?lat=25.0478&lon=121.517")).read()
    assert msgspec.json.decode(body)["outlets"]


async def test_the_snapshot_answer_says_whether_the_feed_goes_on(folder, start, clock):
    folder.publish(some_outlets())
    client = await start(sunset=NOW.date() + timedelta(days=1))
    feed = (await (await client.get("/api/v1/snapshot")).json())["feed"]
    assert feed == {"status": "active", "sunset": "2020-02-07"}
    clock.now = NOW + timedelta(days=2)
    feed = (await (await client.get("/api/v1/snapshot")).json())["feed"]
    assert feed == {"status": "ended", "sunset": "2020-02-07"}


async def test_a_feed_without_an_end_says_so(client):
    feed = (await (await client.get("/api/v1/snapshot")).json())["feed"]
    assert feed == {"status": "active", "sunset": None}


@pytest.mark.parametrize(
    "query",
    [
        "lon=121.517&lat=25.0478",
        "lat=25.0478&limit=20&lon=121.517",
        "radius_m=3000&lat=25.0478&lon=121.517&utm_source=x",
        "lat=%32%35.0478&lon=121.517",
        "lat=%2B25.0478&lon=1.21517e2",
        "lat=25.04780&lon=121.5170000&kind=",
    ],
)
async def test_a_place_may_be_written_in_many_ways(client, query):
    plain = await (await client.get("/api/v1/nearby?lat=25.0478&lon=121.517")).json()
    assert await (await client.get(f"/api/v1/nearby?{query}")).json() == plain


@pytest.mark.parametrize(
    "query",
    ["lat=25&lon=121&lat=26", "lat=25&lat=26", "lon=1&lon=2", "lat=991&lon=1", "lat=1&lon=-180.1"],
)
async def test_a_place_that_is_none_is_refused(client, query):
    answer = await client.get(f"/api/v1/nearby?{query}")
    assert answer.status == 400
    assert (await answer.json(content_type=None))["code"] == "PARAMETER_INVALID"


async def test_nearby_with_any_filter_finds_what_the_list_finds(folder, start, rng):
    folder.publish(list({o.code: o for o in many_outlets(rng, 400)}.values()))
    client = await start()
    place = "lat=25.0478&lon=121.517&radius_m=50000&limit=100"
    filters = ["in_stock=1&availability=buyable", "kind=pharmacy&product=child_mask&in_stock=1"]
    filters += ["availability=buyable", "county=新北市", "q=藥局&in_stock=1", "open_now=1"]
    filters += ["bbox=121.4,25.0,121.6,25.1", "kind=clinic", "town=板橋區&in_stock=1"]
    for wanted in filters:
        near = (await (await client.get(f"/api/v1/nearby?{place}&{wanted}")).json())["outlets"]
        listed = (await (await client.get(f"/api/v1/outlets?limit=1000&{wanted}")).json())[
            "outlets"
        ]
        way = [(great_circle((25.0478, 121.517), (o["lat"], o["lon"])).m, o) for o in listed]
        exact = sorted((metres, o["code"]) for metres, o in way if metres <= 50_000)[:100]
        assert [o["code"] for o in near] == [code for _, code in exact], wanted


async def test_what_is_open_now_is_asked_anew_each_minute(folder, start, clock):
    # Open on Thursday mornings only: until noon.
    folder.publish([an_outlet(service_periods="YYYNYYY" + "Y" * 14)])
    client = await start()
    path = "/api/v1/nearby?lat=25.0478&lon=121.517&open_now=1"
    assert (await (await client.get(path)).json())["outlets"]
    clock.now = NOW.replace(hour=12, minute=1)
    assert (await (await client.get(path)).json())["outlets"] == []


async def test_a_cursor_skips_nothing_and_repeats_nothing_over_a_new_release(folder, start, rng):
    outlets = {o.code: o for o in many_outlets(rng, 120)}
    folder.publish(list(outlets.values()))
    client = await start()
    seen: list[str] = []
    path, number = "/api/v1/outlets?limit=25", 0
    while path:
        answer = await (await client.get(path)).json()
        seen += [outlet["code"] for outlet in answer["outlets"]]
        path, number = answer["next"], number + 1
        gone = outlets.pop(rng.choice(seen), None)
        folder.publish(list(outlets.values()), at=NOW + timedelta(seconds=number))
        await client.app[SNAPSHOTS].poll()
        assert gone is None or gone.code in seen
    assert seen == sorted(set(seen))
    assert set(outlets) <= set(seen)
