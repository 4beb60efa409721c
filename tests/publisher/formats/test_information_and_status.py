"""outlet_information.json and outlet_status.json: what seldom changes, and what does all day."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from publisher.formats import information_and_status as feeds
from publisher.release_data import FragmentCache, outlet_object
from tests.publisher.builders import NINE, a_record, a_release, an_outlet, bodies_of

LATER = NINE + timedelta(minutes=1)


def test_the_list_of_feeds_leads_to_the_two_files_beside_it() -> None:
    listed = json.loads(bodies_of(feeds, a_release(a_record()))["feeds.json"])
    assert listed["data"]["feeds"] == [
        {"name": "outlet_information", "url": "outlet_information.json"},
        {"name": "outlet_status", "url": "outlet_status.json"},
    ]
    assert (listed["ttl"], listed["version"]) == (30, "1.0")


def test_each_file_has_its_envelope_and_one_object_an_outlet() -> None:
    bodies = bodies_of(feeds, a_release(a_record(), ttl_s=5))
    for path in ("outlet_information.json", "outlet_status.json"):
        said = json.loads(bodies[path])
        assert [*said] == ["last_updated", "ttl", "version", "data"]
        assert (said["last_updated"], said["ttl"]) == ("2020-02-06T09:00:03+08:00", 5)
        assert [outlet["outlet_id"] for outlet in said["data"]["outlets"]] == ["5901010058"]


def test_together_they_say_what_the_outlets_object_says_and_nothing_twice() -> None:
    record = a_record(note="先來先買", availability="paused", availability_reason="盤點")
    bodies = bodies_of(feeds, a_release(record))
    known, said = (
        json.loads(bodies[path])["data"]["outlets"][0]
        for path in ("outlet_information.json", "outlet_status.json")
    )
    assert known.keys() & said.keys() == {"outlet_id"}
    whole = json.loads(outlet_object(record, ("adult_mask", "child_mask")))
    code = whole.pop("code")
    assert {**known, **said} == {"outlet_id": code, **whole}


def test_sales_leave_the_information_as_it_is_and_a_new_telephone_does_not() -> None:
    cache = FragmentCache()

    def version(**fields: object) -> int | None:
        release = a_release(a_record(**fields), cache=cache, as_of=LATER)
        return feeds.write(release)[0].version

    first = version()
    assert version(counts={"adult_mask": 1, "child_mask": 2}, note="售完為止") == first
    assert version(phone="", phone_status="hidden") != first
    assert version() == first


def test_information_of_another_interval_is_written_anew() -> None:
    first, second = (a_release(a_record(), ttl_s=ttl_s) for ttl_s in (1, 30))
    for path in ("outlet_information.json", "feeds.json"):
        before, after = ({w.path: w.version for w in feeds.write(r)}[path] for r in (first, second))
        assert before != after, path


def test_files_that_list_other_outlets_are_not_read() -> None:
    bodies = bodies_of(feeds, a_release(a_record(), a_record("5901010076")))
    fewer = bodies_of(feeds, a_release(a_record()))
    with pytest.raises(ValueError, match="other outlets"):
        feeds.read(bodies | {"outlet_information.json": fewer["outlet_information.json"]})


def test_the_unchanged_information_is_the_last_releases_own_file(
    ledger, begin, masks, folder
) -> None:
    ledger.register(an_outlet())
    publisher = begin()
    publisher.publish(NINE, masks)
    ledger.move("5901010058", "adult_mask", 200)
    publisher.publish(LATER, masks)
    first, second = (folder / f"000000000{n}" for n in (1, 2))
    same = [
        (first / name).stat().st_ino == (second / name).stat().st_ino
        for name in ("outlet_information.json", "outlet_status.json", "feeds.json")
    ]
    assert same == [True, False, True]
