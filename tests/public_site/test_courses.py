"""The days' courses: signed and whole, or not there; served as files; memory that stays small."""

from __future__ import annotations

import base64
from datetime import date, timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from public_site import courses as site_courses
from public_site.courses import COURSES, MOST_DAYS, RETRY_POLLS, Courses
from publisher.signing import sign
from tests.public_site.course_days import A_FULL_DAY, CODE, MORNING, TODAY, write_course

YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def courses(folder) -> Courses:
    return Courses(folder.root, folder.key.public_key)


async def test_a_course_is_taken_and_decoded_for_the_outlet_that_is_asked(folder, courses):
    write_course(folder, {CODE: MORNING})
    await courses.poll()
    course = courses.of(TODAY)
    assert course.products == ("adult_mask", "child_mask")
    assert [list(point) for point in course.points_of(CODE)] == MORNING
    assert course.points_of("5900000000") == []


async def test_without_a_folder_there_is_no_course(courses):
    await courses.poll()
    assert courses.days == {}


async def test_an_unsigned_course_is_never_shown(folder, courses):
    body = write_course(folder, {CODE: MORNING}, signature=b"")
    await courses.poll()
    assert courses.of(TODAY) is None
    stranger = f"{sign(Ed25519PrivateKey.generate(), body)}\n".encode()
    write_course(folder, {CODE: MORNING}, signature=stranger)
    await courses.poll()
    assert courses.of(TODAY) is None
    (folder.root / "courses" / f"{TODAY}.json.sig").unlink()
    await courses.poll()
    assert courses.of(TODAY) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"date": "2020-02-05"},
        {"slot_s": 0},
        {"products": {}},
        {"as_of": "yesterday"},
        {"products": "masks"},
    ],
)
async def test_a_signed_course_that_makes_no_sense_is_refused(folder, courses, changes):
    write_course(folder, {CODE: MORNING}, **changes)
    await courses.poll()
    assert courses.of(TODAY) is None


@pytest.mark.parametrize(
    "points",
    [
        [[-1, 0]],
        [[0, 1, 1]],
        [[-1, 0, 0], [5, -1, 0]],
        [[-1, 0, 0], [7, 1, 1], [7, 2, 2]],
        [[-1, 0, 0], [9, 1, 1], [8, 2, 2]],
        "none",
        [],
    ],
)
async def test_points_that_make_no_sense_are_no_course(folder, courses, points):
    write_course(folder, {CODE: points, "5901012346": MORNING})
    await courses.poll()
    assert courses.of(TODAY).points_of(CODE) == []
    assert courses.of(TODAY).points_of("5901012346")


async def test_a_damaged_file_leaves_the_last_good_one(folder, courses):
    write_course(folder, {CODE: MORNING})
    await courses.poll()
    place = folder.root / "courses" / f"{TODAY}.json"
    place.write_bytes(place.read_bytes()[:-40])
    await courses.poll()
    assert courses.of(TODAY).points_of(CODE)
    write_course(folder, {CODE: MORNING[:2]})
    await courses.poll()
    assert len(courses.of(TODAY).points_of(CODE)) == 2


async def test_what_was_refused_is_tried_again_when_its_cause_may_have_healed(folder):
    write_course(folder, {CODE: MORNING})
    keys = [Ed25519PrivateKey.generate().public_key()]
    courses = Courses(folder.root, lambda: keys[-1])
    await courses.poll()
    assert courses.of(TODAY) is None
    keys.append(folder.key.public_key())
    for _ in range(RETRY_POLLS):
        await courses.poll()
    assert courses.of(TODAY) is not None


async def test_only_what_has_changed_is_read_again(folder, courses):
    write_course(folder, {CODE: A_FULL_DAY}, YESTERDAY)
    write_course(folder, {CODE: MORNING})
    await courses.poll()
    yesterday, version = courses.of(YESTERDAY), courses.version
    await courses.poll()
    assert courses.version == version
    write_course(folder, {CODE: MORNING[:3]})
    await courses.poll()
    assert courses.version == version + 1
    assert courses.of(YESTERDAY) is yesterday


async def test_a_course_that_was_removed_is_forgotten(folder, courses):
    write_course(folder, {CODE: A_FULL_DAY}, YESTERDAY)
    await courses.poll()
    for path in (folder.root / "courses").iterdir():
        path.unlink()
    await courses.poll()
    assert courses.days == {}


async def test_no_more_than_eight_days_are_kept_whatever_lies_there(folder, courses):
    for n in range(12):
        write_course(folder, {CODE: MORNING}, TODAY - timedelta(days=n))
    (folder.root / "courses" / "2020-02-31.json").write_text("{}")
    (folder.root / "courses" / "notes.txt").write_text("")
    await courses.poll()
    assert list(courses.days) == [TODAY - timedelta(days=n) for n in range(MOST_DAYS - 1, -1, -1)]


async def test_outlets_are_kept_as_bytes_until_a_page_asks(folder, courses):
    write_course(folder, {f"59010{n:05d}": A_FULL_DAY for n in range(6500)}, YESTERDAY)
    await courses.poll()
    course = courses.of(YESTERDAY)
    assert len(course.outlets) == 6500
    assert all(isinstance(points, msgspec.Raw) for points in course.outlets.values())
    assert len(course.packed) < len(course.body) / 10


async def test_what_is_far_too_large_is_not_read(folder, courses, monkeypatch):
    monkeypatch.setattr(site_courses, "MOST_BYTES", 100)
    write_course(folder, {CODE: MORNING})
    await courses.poll()
    assert courses.of(TODAY) is None


async def test_the_files_are_served_with_a_signature_that_a_stranger_can_check(folder, start):
    folder.publish([])
    body = write_course(folder, {CODE: MORNING})
    write_course(folder, {CODE: A_FULL_DAY}, YESTERDAY)
    client = await start()
    await client.app[COURSES].poll()
    answer = await client.get(f"/data/courses/{TODAY}.json")
    assert await answer.read() == body
    assert answer.content_type == "application/json"
    assert "immutable" not in answer.headers["Cache-Control"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    signature = await (await client.get(f"/data/courses/{TODAY}.json.sig")).read()
    folder.key.public_key().verify(base64.b64decode(signature), body)
    over = await client.get(f"/data/courses/{YESTERDAY}.json")
    assert "immutable" in over.headers["Cache-Control"]
    known = await client.get(
        f"/data/courses/{YESTERDAY}.json", headers={"If-None-Match": over.headers["ETag"]}
    )
    assert known.status == 304


@pytest.mark.parametrize("name", ["2020-02-01.json", "2020-13-01.json", "2020-02-01.json.sig"])
async def test_a_day_that_is_not_there_is_a_definite_no(client, name):
    answer = await client.get(f"/data/courses/{name}")
    assert answer.status == 404
    assert (await answer.json())["code"] == "NO_COURSE"


async def test_no_name_leads_out_of_the_folder(client):
    for name in ("../current.json", "%2e%2e/current.json", "2020-02-06.json/../../x"):
        answer = await client.get(f"/data/courses/{name}")
        assert answer.status in (200, 400, 404)
        if answer.status == 200:
            assert "sha256" in await answer.json()  # the address of current.json itself


def test_the_day_of_a_test_is_the_day_of_the_first_block():
    assert date(2020, 2, 6) == TODAY
