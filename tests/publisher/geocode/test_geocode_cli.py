"""``maskmap outlets geocode``, from the register to the register."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from core.cli import main
from core.domain.outlets import Outlet
from publisher.geocode import cli
from publisher.geocode.cache import cache_path
from publisher.register.building import outlet_of
from publisher.register.cli import registered
from publisher.register.evidence import evidence_path, load_evidence
from tests.publisher.builders import LedgerFile

pytestmark = pytest.mark.slow

ROAD = "臺北市松山區八德路三段"
# Doors of that road, more or less, so that no answer lies outside the town.
WEST, LAT = 121.5500, 25.0478
CORRECTED, KNOWN, SAME, BESIDE, LOST = (f"590101000{n}" for n in range(1, 6))


def an_outlet(code: str, address: str, **changed: object) -> Outlet:
    return replace(outlet_of(code, "健安藥局", address), **changed)


def placed(code: str, address: str, source: str, east_m: float) -> Outlet:
    where = {"lon": round(WEST + east_m / 100_800, 6), "lat": LAT}
    said = {"coordinate_source": source, "coordinate_precision": "rooftop"}
    return an_outlet(code, address, **where, **said)


@pytest.fixture
def register(ledger: LedgerFile) -> LedgerFile:
    """Return the ledger of five outlets, two of which are placed."""
    ledger.register(
        placed(CORRECTED, f"{ROAD}1號", "correction", 0),
        placed(KNOWN, f"{ROAD}21號", "kai", 200),
        an_outlet(SAME, "台北市松山區八德路3段２１號2樓"),
        an_outlet(BESIDE, f"{ROAD}11號"),
        an_outlet(LOST, "臺北市松山區沒有人路7號"),
    )
    return ledger


@pytest.fixture
def geocode(settings, register, monkeypatch):
    def run(*arguments: str, **environment: str) -> Result:
        for name, value in environment.items():
            monkeypatch.setenv(f"MASKMAP_{name}", value)
        command = ["outlets", "geocode", *arguments, "--state", str(settings.state)]
        return CliRunner().invoke(main, command)

    return run


def places(settings) -> dict[str, tuple[str, str]]:
    return {
        code: (outlet.coordinate_source, outlet.coordinate_precision)
        for code, outlet in registered(settings).items()
    }


def house(number: str, lon: float = 121.5511, lat: float = 25.0479) -> dict[str, object]:
    details = {"road": "沒有人路", "house_number": number}
    where = {"lon": str(lon), "lat": str(lat), "display_name": f"沒有人路{number}號"}
    return {**where, "place_rank": 30, "address": details}


def test_without_a_service_the_register_itself_answers_and_the_rest_is_told(geocode, settings):
    result = geocode()
    assert result.exit_code == 0, result.output
    assert places(settings) == {
        CORRECTED: ("correction", "rooftop"),
        KNOWN: ("kai", "rooftop"),
        SAME: ("same_address", "rooftop"),
        BESIDE: ("same_road", "road"),
        LOST: ("town_centre", "town"),
    }
    beside = registered(settings)[BESIDE]
    assert (beside.lon, beside.lat) == (pytest.approx(WEST + 100 / 100_800, abs=1e-6), LAT)
    assert "2 entries of the register changed" in result.stderr
    assert "1 outlets remain without a place of their own" in result.stderr
    assert "MASKMAP_GEOCODE_HOSTS" in result.stderr
    told = load_evidence(settings.state)
    assert dict(zip(told["source"], told["precision"], strict=True)) == {
        "same_address": "rooftop",
        "same_road": "road",
    }
    assert not cache_path(settings.state).exists()


def test_a_second_run_changes_nothing(geocode, settings):
    geocode()
    before = evidence_path(settings.state).read_bytes(), registered(settings)
    again = json.loads(geocode("--json").stdout)
    assert again["changed"] == []
    assert (evidence_path(settings.state).read_bytes(), registered(settings)) == before


def test_a_dry_run_asks_nobody_and_writes_nothing(geocode, settings, serve):
    fake = serve(lambda _: [])
    before = registered(settings)
    result = geocode("--dry-run", "--json", GEOCODE_HOSTS=fake.host, NOMINATIM_URL=fake.url)
    report = json.loads(result.stdout)
    assert [one["code"] for one in report["placed"]] == [SAME, BESIDE]
    assert report["services"]["nominatim"]["not_asked"] == 2
    assert "nothing was written" in result.stderr
    assert (fake.questions, registered(settings)) == ([], before)
    assert not evidence_path(settings.state).exists()


def test_a_service_places_what_the_register_cannot_and_is_not_asked_twice(geocode, settings, serve):
    fake = serve(lambda asked: [house("7")] if "沒有人路" in asked["q"] else [])
    said = {"GEOCODE_HOSTS": fake.host, "NOMINATIM_URL": fake.url, "NOMINATIM_EVERY": "0"}
    report = json.loads(geocode("--json", **said).stdout)
    assert places(settings)[LOST] == ("nominatim", "rooftop")
    assert report["remaining"] == 0
    assert [asked["q"] for asked in fake.questions] == [
        "臺北市松山區八德路3段11號",
        "臺北市松山區沒有人路7號",
    ]
    again = json.loads(geocode("--json", **said).stdout)
    assert len(fake.questions) == 2
    assert again["services"]["nominatim"]["from_cache"] == 1
    assert again["changed"] == []


def test_a_later_service_that_knows_the_door_replaces_our_guess_along_the_road(
    geocode, settings, serve
):
    geocode()
    answer = {"AddressList": [{"FULL_ADDR": f"{ROAD}11號", "X": 121.5512, "Y": 25.0479}]}
    fake = serve(lambda asked: answer if "11號" in asked["oAddress"] else {"AddressList": []})
    said = {"GEOCODE_HOSTS": fake.host, "TGOS_URL": f"{fake.url}/QueryAddr", "TGOS_EVERY": "0"}
    geocode(TGOS_APP_ID="id", TGOS_API_KEY="key", **said)
    assert places(settings)[BESIDE] == ("tgos", "rooftop")
    assert places(settings)[CORRECTED] == ("correction", "rooftop")


def test_what_cannot_be_true_is_refused_with_the_reason(geocode, settings, serve):
    fake = serve(lambda _: [house("7", lon=120.67, lat=24.15)])
    said = {"GEOCODE_HOSTS": fake.host, "NOMINATIM_URL": fake.url, "NOMINATIM_EVERY": "0"}
    result = geocode("--json", LOST, **said)
    (refused,) = json.loads(result.stdout)["refused"]
    assert (refused["code"], refused["source"]) == (LOST, "nominatim")
    assert re.fullmatch(r"[0-9]+ m outside 臺北市松山區", refused["reason"])
    assert places(settings)[LOST] == ("town_centre", "town")


def test_codes_and_a_limit_choose_who_is_looked_at(geocode, settings):
    assert json.loads(geocode("--json", BESIDE, KNOWN).stdout)["changed"] == [BESIDE]
    limited = json.loads(geocode("--json", "--limit", "1").stdout)
    assert (limited["looked_at"], limited["changed"], limited["remaining"]) == (1, [SAME], 2)


def test_a_code_that_nobody_registered_refuses_the_call(geocode, settings):
    before = registered(settings)
    result = geocode("5901019999", SAME)
    assert result.exit_code == 1
    assert "not in the register: 5901019999" in result.stderr
    assert registered(settings) == before


def test_a_service_that_fails_again_and_again_is_left_and_the_exit_code_says_so(
    geocode, settings, serve
):
    fake = serve(lambda _: (401, {}, b""))
    result = geocode(GEOCODE_HOSTS=fake.host, NOMINATIM_URL=fake.url, NOMINATIM_EVERY="0")
    assert result.exit_code == cli.SERVICE_LEFT
    assert "left: GeocoderAuthenticationFailure" in result.stderr
    assert places(settings)[SAME] == ("same_address", "rooftop")


def test_half_a_key_is_told_before_anything_is_done(geocode):
    result = geocode(TGOS_APP_ID="id")
    assert result.exit_code == 1
    assert "tgos_api_key: TGOS needs its id and its key" in result.stderr


def test_the_key_comes_from_a_file_and_is_never_told(geocode, serve, tmp_path, settings):
    secret = tmp_path / "key"
    secret.write_text("s3cret\n")
    fake = serve(lambda _: (403, {}, b"s3cret is wrong"))
    said = {"GEOCODE_HOSTS": fake.host, "TGOS_URL": f"{fake.url}/QueryAddr"}
    result = geocode("--json", TGOS_APP_ID="id", TGOS_API_KEY_FILE=str(secret), **said)
    assert fake.questions[0]["oAPIKey"] == "s3cret"
    assert "s3cret" not in result.output + result.stderr


def test_who_is_corrected_while_services_are_asked_stays_as_corrected(geocode, settings, serve):
    here = placed(LOST, "臺北市松山區沒有人路7號", "correction", 50)

    def answer(asked: dict[str, str]) -> object:
        steward = LedgerFile(settings)
        steward.register(here)
        steward.close()
        return [house("7")]

    fake = serve(answer)
    geocode(LOST, GEOCODE_HOSTS=fake.host, NOMINATIM_URL=fake.url, NOMINATIM_EVERY="0")
    assert len(fake.questions) == 1
    assert registered(settings)[LOST] == here


def test_what_was_found_before_an_interruption_is_kept(geocode, settings, monkeypatch):
    found = cli.find

    async def interrupted(links, asked):
        if asked.code == LOST:
            raise KeyboardInterrupt
        return await found(links, asked)

    monkeypatch.setattr(cli, "find", interrupted)
    assert geocode().exit_code != 0
    assert places(settings)[SAME] == ("same_address", "rooftop")
    assert places(settings)[BESIDE] == ("same_road", "road")


def test_a_real_list_outranks_our_guess_and_a_door_of_ours_is_contested(
    geocode, settings, tmp_path: Path
):
    geocode()
    points = (BESIDE, WEST + 0.01), (SAME, WEST + 0.01)
    kai = tmp_path / "kai.csv"
    rows = "".join(f"{code},{lon:.6f},{LAT}\n" for code, lon in points)
    kai.write_text("code,lng,lat\n" + rows, encoding="utf-8")
    state = ("--state", str(settings.state))
    assert CliRunner().invoke(main, ["outlets", "import", str(kai), *state]).exit_code == 0
    assert places(settings)[BESIDE] == ("kai", "rooftop")
    doubts = json.loads(CliRunner().invoke(main, ["outlets", "check", "--json", *state]).stdout)
    differing = [one["code"] for one in doubts["doubts"] if one["kind"] == "sources_differ"]
    assert differing == [SAME]
