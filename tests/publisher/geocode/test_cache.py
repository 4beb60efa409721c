from datetime import datetime, timedelta

import pytest
from geopy.location import Location

from core.domain.calendar import TAIPEI
from publisher.geocode.cache import FOUND_DAYS, UNKNOWN_DAYS, Cache, cache_path

NOW = datetime(2020, 2, 6, 9, 0, tzinfo=TAIPEI)
FOUND = Location("臺北市…16號", (25.046, 121.551), {"place_rank": 30})


@pytest.fixture
def opened(tmp_path):
    """Open the cache as a run some days later would."""
    return lambda days=0: Cache(cache_path(tmp_path), lambda: NOW + timedelta(days=days))


def test_an_answer_survives_the_run_that_asked(opened):
    opened().keep("a", "tgos https://x", FOUND)
    kept = opened().get("a", "tgos https://x")
    assert (kept.location.point, kept.location.raw) == (FOUND.point, FOUND.raw)
    assert kept.location.address == FOUND.address


def test_another_service_or_address_is_another_question(opened):
    opened().keep("a", "tgos https://x", FOUND)
    assert opened().get("a", "tgos https://y") is None
    assert opened().get("b", "tgos https://x") is None


@pytest.mark.parametrize(("location", "days"), [(FOUND, FOUND_DAYS), (None, UNKNOWN_DAYS)])
def test_answers_end_and_not_knowing_ends_sooner(opened, location, days):
    opened().keep("a", "s", location)
    assert opened(days - 1).get("a", "s") is not None
    assert opened(days).get("a", "s") is None


def test_a_line_cut_short_by_a_crash_costs_that_answer_only(opened, tmp_path):
    opened().keep("a", "s", FOUND)
    opened().keep("b", "s", None)
    path = cache_path(tmp_path)
    path.write_bytes(path.read_bytes()[:-9])
    cache = opened()
    assert cache.get("a", "s") is not None
    assert cache.get("b", "s") is None
    cache.tidy()
    cache.keep("c", "s", FOUND)
    assert all(opened().get(one, "s") for one in "ac")


def test_tidying_leaves_what_still_counts_once(opened, tmp_path):
    for location in (None, FOUND):
        opened().keep("a", "s", location)
    opened(-UNKNOWN_DAYS).keep("old", "s", None)
    opened().tidy()
    assert len(cache_path(tmp_path).read_bytes().splitlines()) == 1
    assert opened().get("a", "s").location is not None
