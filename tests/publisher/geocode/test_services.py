"""Services as real servers: pace, retries, the circuit, and the only way out."""

from __future__ import annotations

import pytest
from geopy.exc import (
    GeocoderRateLimited,
    GeocoderServiceError,
    GeocoderTimedOut,
)
from yarl import URL

from core.clock import system_clock
from core.settings import Settings
from publisher.geocode.asking import asked_of
from publisher.geocode.cache import Cache, cache_path
from publisher.geocode.limiter import Patient
from publisher.geocode.links import FAULTS_IN_A_ROW, Service
from publisher.geocode.network import LARGEST_ANSWER_BYTES, HostNotAllowed, NamedHosts, allowed
from publisher.geocode.services import configured
from tests.publisher.builders import an_outlet

KNOWS_NOTHING: list[object] = []


class HandClock(Patient):
    """A limiter whose seconds pass only while it sleeps."""

    def __init__(self, func, *, every_s):
        super().__init__(func, every_s=every_s)
        self.now = 0.0
        self.slept: list[float] = []

    def _clock(self):
        return self.now

    async def _sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds


async def get(url: str, *hosts: str, timeout_s: float = 5) -> str:
    adapter = NamedHosts(frozenset(hosts), proxies=None, ssl_context=None)
    async with adapter:
        return await adapter.get_text(url, timeout=timeout_s, headers={})


async def test_only_named_hosts_are_asked(serve):
    fake = serve(lambda _: {"ok": 1})
    assert await get(fake.url, fake.host) == '{"ok": 1}'
    for hosts in ((), ("127.0.0.1",), ("127.0.0.1:1",), ("example.org",)):
        with pytest.raises(HostNotAllowed):
            await get(fake.url, *hosts)
    assert len(fake.questions) == 1


def test_a_bare_host_means_the_usual_port():
    hosts = frozenset({"a.tw", "b.tw:8443"})
    assert allowed(URL("https://a.tw/x"), hosts)
    assert not allowed(URL("https://a.tw:8443/x"), hosts)
    assert allowed(URL("https://b.tw:8443/x"), hosts)
    assert not allowed(URL("https://b.tw/x"), hosts)
    assert not allowed(URL("https://evil-a.tw/x"), hosts)
    assert not allowed(URL("https://a.tw.evil.org/x"), hosts)


async def test_redirects_are_not_followed(serve):
    secret = serve(lambda _: {"secret": 1})
    fake = serve(lambda _: (302, {"Location": secret.url}, b""))
    with pytest.raises(GeocoderServiceError, match="redirects"):
        await get(fake.url, fake.host, secret.host)
    assert secret.questions == []


async def test_a_name_that_leads_into_a_private_network_is_refused(serve):
    fake = serve(lambda _: {"ok": 1})
    port = URL(fake.url).port
    with pytest.raises(GeocoderServiceError, match="not on the public internet"):
        await get(f"http://localhost:{port}/", f"localhost:{port}")
    assert fake.questions == []


async def test_proxies_of_the_environment_are_not_used(serve, monkeypatch):
    proxy, fake = serve(lambda _: b"proxied"), serve(lambda _: {"ok": 1})
    monkeypatch.setenv("http_proxy", proxy.url)
    assert await get(fake.url, fake.host) == '{"ok": 1}'
    assert proxy.questions == []


async def test_an_answer_without_end_is_refused(serve):
    fake = serve(lambda _: b" " * (LARGEST_ANSWER_BYTES + 1))
    with pytest.raises(GeocoderServiceError, match="too large"):
        await get(fake.url, fake.host)


def a_service(fake, tmp_path, *, most=None, every_s=1.0) -> Service:
    settings = Settings(geocode_hosts=fake.host, nominatim_url=fake.url, contact="mailto:a@b.tw")
    cache = Cache(cache_path(tmp_path), system_clock)
    (service,), _ = configured(settings, cache)
    service.ask = HandClock(service.ask.func, every_s=every_s)
    service.most = most
    return service


async def ask(service: Service, *numbers: int) -> list[object]:
    """Ask for doors of one road, and close the connections."""
    outlets = [an_outlet(address=f"臺北市松山區八德路三段{n}號") for n in numbers]
    try:
        return [await service.locate(asked_of(outlet)) for outlet in outlets]
    finally:
        await service.geocoder.__aexit__(None, None, None)


async def test_questions_are_spaced_and_say_who_asks(serve, tmp_path):
    fake = serve(lambda _: KNOWS_NOTHING)
    service = a_service(fake, tmp_path, every_s=1.5)
    await ask(service, 1, 3, 5)
    assert service.ask.slept == [1.5, 1.5]
    assert [asked["q"] for asked in fake.questions] == [
        f"臺北市松山區八德路3段{n}號" for n in (1, 3, 5)
    ]
    assert all(asked["countrycodes"] == "tw" for asked in fake.questions)
    assert all(agent.startswith("maskmap/") and "a@b.tw" in agent for agent in fake.agents)


async def test_what_was_asked_once_is_never_asked_again_known_or_not(serve, tmp_path):
    house = {"lat": "25.04", "lon": "121.55", "display_name": "x", "place_rank": 30}
    fake = serve(lambda asked: [house] if asked["q"].endswith("段1號") else [])
    first = await ask(a_service(fake, tmp_path), 1, 3, 1)
    again = a_service(fake, tmp_path)
    assert [bool(found) for found in await ask(again, 1, 3)] == [True, False]
    assert [bool(found) for found in first] == [True, False, True]
    assert (len(fake.questions), again.questions, again.cached) == (2, 0, 2)


async def test_a_fault_that_passes_is_asked_again_later_each_time(serve, tmp_path):
    answers = iter([(503, {}, b""), (503, {}, b""), KNOWS_NOTHING])
    fake = serve(lambda _: next(answers))
    service = a_service(fake, tmp_path)
    assert await ask(service, 1) == [None]
    assert (service.faults, service.ask.slept) == (0, [2.0, 4.0])


async def test_retry_after_is_obeyed(serve, tmp_path):
    answers = iter([(429, {"Retry-After": "30"}, b""), KNOWS_NOTHING])
    fake = serve(lambda _: next(answers))
    service = a_service(fake, tmp_path)
    await ask(service, 1)
    assert service.ask.slept == [30.0]


def test_no_service_makes_us_wait_for_hours():
    patient = Patient(None, every_s=1)
    assert patient.wait_s(GeocoderRateLimited("x", retry_after=86_400), 0) == 60
    assert [patient.wait_s(GeocoderTimedOut("x"), n) for n in range(6)] == [2, 4, 8, 16, 32, 60]


async def test_after_faults_in_a_row_the_service_is_left_and_says_why(serve, tmp_path):
    fake = serve(lambda _: (500, {}, b""))
    service = a_service(fake, tmp_path)
    await ask(service, *range(1, 20, 2))
    assert len(fake.questions) == FAULTS_IN_A_ROW * 3
    assert "5 faults in a row" in service.left
    assert service.unasked == 5
    assert not cache_path(tmp_path).exists()


async def test_one_answer_between_faults_keeps_the_service(serve, tmp_path):
    fake = serve(lambda asked: [] if "段9號" in asked["q"] else (400, {}, b""))
    service = a_service(fake, tmp_path)
    await ask(service, 1, 3, 5, 7, 9, 11, 13, 15, 17)
    assert (service.left, service.faults) == ("", 8)


@pytest.mark.parametrize("status", [401, 402, 403])
async def test_a_service_that_refuses_the_key_is_asked_once(serve, tmp_path, status):
    fake = serve(lambda _: (status, {}, b""))
    service = a_service(fake, tmp_path)
    service.ask.max_retries = 0
    await ask(service, 1, 3, 5)
    assert (len(fake.questions), service.unasked) == (1, 2)
    assert service.left


async def test_a_silent_service_is_not_waited_for(serve, tmp_path):
    fake = serve(lambda _: KNOWS_NOTHING)
    with pytest.raises(GeocoderTimedOut):
        await get(fake.url, fake.host, timeout_s=1e-9)


async def test_no_more_is_asked_than_the_operator_of_the_service_wants(serve, tmp_path):
    fake = serve(lambda _: KNOWS_NOTHING)
    service = a_service(fake, tmp_path, most=2)
    await ask(service, 1, 3, 5, 7)
    assert (len(fake.questions), service.unasked) == (2, 2)
    assert "wants no more" in service.left


def test_the_public_nominatim_is_held_to_its_policy(tmp_path):
    cache = Cache(cache_path(tmp_path), system_clock)
    public = "https://nominatim.openstreetmap.org"
    hosts = "nominatim.openstreetmap.org"
    fast = Settings(geocode_hosts=hosts, nominatim_url=public, nominatim_every=0)
    (service,), _ = configured(fast, cache)
    assert (service.most, service.ask.min_delay_seconds) == (50, 1.1)
    own = Settings(geocode_hosts="osm.example.tw", nominatim_url="https://osm.example.tw/nominatim")
    (service,), _ = configured(own, cache)
    assert service.most is None
    assert service.geocoder.api == "https://osm.example.tw/nominatim/search"


def test_by_default_nothing_is_asked_and_a_host_that_is_not_named_is_told(tmp_path):
    cache = Cache(cache_path(tmp_path), system_clock)
    assert configured(Settings(), cache) == ([], [])
    keys = Settings(tgos_app_id="id", tgos_api_key="key", arcgis_url="https://gis.example.tw")
    services, kept_out = configured(keys, cache)
    assert services == []
    assert kept_out == [
        "tgos: addr.tgos.tw is not in MASKMAP_GEOCODE_HOSTS; not asked",
        "arcgis: gis.example.tw is not in MASKMAP_GEOCODE_HOSTS; not asked",
    ]


async def test_tgos_hears_its_key_and_the_cache_never_does(serve, tmp_path):
    answer = {"AddressList": [{"FULL_ADDR": "臺北市松山區八德路三段1號", "X": 121.55, "Y": 25.04}]}
    fake = serve(lambda _: answer)
    settings = Settings(
        geocode_hosts=fake.host,
        tgos_url=f"{fake.url}/q/QueryAddr",
        tgos_app_id="the id",
        tgos_api_key="s3cret+/=",
    )
    cache = Cache(cache_path(tmp_path), system_clock)
    (service,), _ = configured(settings, cache)
    (found,) = await ask(service, 1)
    assert found.longitude == 121.55
    (asked,) = fake.questions
    assert (asked["oAPIKey"], asked["oAPPId"], asked["oSRS"]) == (
        "s3cret+/=",
        "the id",
        "EPSG:4326",
    )
    assert fake.paths == ["/q/QueryAddr"]
    assert "s3cret" not in cache_path(tmp_path).read_text("utf-8") + repr(service.key)


async def test_arcgis_answers_by_the_same_way(serve, tmp_path):
    candidate = {
        "address": "x",
        "location": {"x": 121.55, "y": 25.04},
        "score": 99,
        "attributes": {"Addr_type": "PointAddress"},
    }
    fake = serve(lambda _: {"candidates": [candidate]})
    settings = Settings(geocode_hosts=fake.host, arcgis_url=fake.url)
    (service,), _ = configured(settings, Cache(cache_path(tmp_path), system_clock))
    (found,) = await ask(service, 1)
    assert service.grade(asked_of(an_outlet()).address, found) == "rooftop"
    assert fake.questions[0]["outFields"] == "Addr_type"


async def test_an_address_without_a_road_is_not_sent(serve, tmp_path):
    fake = serve(lambda _: KNOWS_NOTHING)
    service = a_service(fake, tmp_path)
    assert await service.locate(asked_of(an_outlet(address="臺北市松山區"))) is None
    assert fake.questions == []


@pytest.mark.parametrize(
    "junk",
    [
        b"<html>sorry</html>",
        {"error": "x"},
        [{"lat": "121.55", "lon": "25.04", "display_name": "exchanged"}],
        [{"lat": "x", "lon": "y", "display_name": "z"}],
        [3],
        3,
        b"[" * 100_000,
        b'[{"lat": 25, "lon": ' + b"9" * 400 + b', "display_name": "far"}]',
        b'[{"lat": 25, "lon": 121.5, "display_name": "\\ud800"}]',
        b"\xff\xfe",
    ],
)
@pytest.mark.filterwarnings("ignore:Latitude normalization")
async def test_junk_is_a_fault_and_never_the_end_of_a_run(serve, tmp_path, junk):
    service = a_service(serve(lambda _: junk), tmp_path)
    assert await ask(service, 1) == [None]
    assert service.faults == 1
    assert not cache_path(tmp_path).exists()
