import pytest
from geopy.location import Location

from publisher.geocode.asking import asked_of
from publisher.geocode.grading import grade_arcgis, grade_nominatim, grade_tgos
from publisher.geocode.judging import refusal
from publisher.register import boundaries
from tests.publisher.builders import an_outlet

ASKED = asked_of(an_outlet())
HERE = (25.046086, 121.551182)


def a_location(address: str = "", raw: object = None, at: tuple[float, float] = HERE) -> Location:
    return Location(address, at, raw or {})


@pytest.mark.parametrize(
    ("address", "precision"),
    [
        ("臺北市松山區中正里4鄰八德路三段12巷51弄16號", "rooftop"),
        ("臺北市松山區八德路三段12巷51弄18號", "road"),
        ("臺北市松山區八德路三段12巷16號", "road"),
        ("臺北市松山區八德路四段12巷51弄16號", ""),
        ("臺北市中山區八德路三段12巷51弄16號", ""),
        ("臺北市松山區", ""),
    ],
)
def test_tgos_is_believed_as_far_as_its_address_goes(address, precision):
    assert grade_tgos(ASKED.address, a_location(address)) == precision


@pytest.mark.parametrize(
    ("raw", "precision"),
    [
        (
            {"place_rank": 30, "address": {"road": "八德路三段12巷51弄", "house_number": "16"}},
            "rooftop",
        ),
        (
            {"place_rank": 30, "address": {"road": "八德路三段12巷51弄", "house_number": "16號"}},
            "rooftop",
        ),
        ({"place_rank": 30, "address": {"road": "八德路三段", "house_number": "16"}}, "road"),
        ({"place_rank": 26, "address": {"road": "八德路三段"}}, "road"),
        ({"place_rank": 26, "address": {"road": "南京東路三段"}}, ""),
        ({"place_rank": 16, "address": {"suburb": "松山區", "road": "八德路三段"}}, ""),
        ({"place_rank": "many"}, ""),
        ({}, ""),
    ],
)
def test_nominatim_is_believed_by_number_and_name(raw, precision):
    assert grade_nominatim(ASKED.address, a_location(raw=raw)) == precision


@pytest.mark.parametrize(
    ("kind", "score", "precision"),
    [
        ("PointAddress", 98.5, "rooftop"),
        ("PointAddress", 80, ""),
        ("StreetAddress", 90, "road"),
        ("Locality", 100, ""),
        ("", 100, ""),
    ],
)
def test_arcgis_is_believed_by_its_kind_of_match_and_score(kind, score, precision):
    raw = {"score": score, "attributes": {"Addr_type": kind}}
    assert grade_arcgis(ASKED.address, a_location(raw=raw)) == precision


def test_answers_outside_taiwan_outside_the_town_or_too_coarse_are_refused_with_the_reason():
    assert refusal(ASKED, a_location(), "rooftop") == ""
    assert "outside Taiwan" in refusal(ASKED, a_location(at=(0.0, 0.0)), "rooftop")
    assert "outside Taiwan" in refusal(ASKED, a_location(at=(25.05, -121.55)), "rooftop")
    assert "too coarse: 松山區" in refusal(ASKED, a_location("松山區"), "")
    taichung = a_location(at=(24.15, 120.67))
    assert "m outside 臺北市松山區" in refusal(ASKED, taichung, "rooftop")


def test_without_boundaries_the_towns_reach_judges(monkeypatch):
    monkeypatch.setattr(boundaries, "town_boundaries", lambda: None)
    assert refusal(ASKED, a_location(), "rooftop") == ""
    assert "outside 臺北市松山區" in refusal(ASKED, a_location(at=(25.20, 121.55)), "road")
