"""The last weeks on an outlet's page: bars, a table, and when it is usually sold out."""

from __future__ import annotations

import re
from datetime import date, timedelta

import msgspec
import pytest

from core.domain.calendar import rfc3339
from public_site.courses import COURSES
from public_site.long_days import load_long_days
from public_site.pages.long_course import _usual_words
from public_site.pages.reader import Reader
from publisher.signing import sign
from tests.public_site.course_days import CODE, TODAY
from tests.public_site.releases import NOW, Folder, an_outlet
from tests.public_site.test_pages import read, with_language

PAGE = f"/outlets/{CODE}"
DAYS = [TODAY - timedelta(days=n) for n in range(28, 0, -1)]
# Opening, received, sold, closing, minute of selling out, minutes in stock.
SOLD_OUT_AT_TEN = (0, 200, 200, 0, 600, 90)
SOME_LEFT = (0, 200, 150, 50, -1, 900)
NOTHING = (0, 0, 0, 0, -1, 0)


def rows(*days: tuple[int, ...]) -> list[list[int]]:
    return [[index, *day] for index, day in enumerate(days)]


def write_long(folder: Folder, outlets: object, **changes: object) -> bytes:
    """Write the signed last weeks and return their bytes."""
    body = msgspec.json.encode(
        {
            "as_of": rfc3339(NOW),
            "days": [str(day) for day in DAYS],
            "products": ["adult_mask", "child_mask"],
            "outlets": outlets,
        }
        | changes
    )
    place = folder.root / "courses" / "long.json"
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(body)
    place.with_name("long.json.sig").write_bytes(f"{sign(folder.key, body)}\n".encode())
    return body


def unsigned(folder: Folder, body: bytes) -> None:
    """Put other bytes in the place of what was signed."""
    (folder.root / "courses" / "long.json").write_bytes(body.replace(b"[]", b"[ ]"))


@pytest.fixture
async def client(folder, start):
    """The site over one outlet that is sold out by ten on most days, but never on Sundays."""
    folder.publish([an_outlet(adult=128, child=0)])
    adult = rows(*(SOME_LEFT if day.weekday() == 6 else SOLD_OUT_AT_TEN for day in DAYS))
    child = rows(*(NOTHING for _ in DAYS))
    write_long(folder, {CODE: {"adult_mask": adult, "child_mask": child}})
    client = await start()
    await client.app[COURSES].poll()
    return client


async def test_the_page_says_when_each_weekday_is_usually_sold_out(client):
    page = await read(client, PAGE)
    assert page.text.count("10:00（4 天中 4 天）") == 6
    assert page.text.count("多半沒賣完（4 天中 0 天賣完）") == 1
    english = await read(client, with_language(PAGE, "en"))
    assert english.text.count("10:00 (4 of 4 days)") == 6
    assert "usually some left" in english.text


async def test_the_weeks_are_a_picture_named_by_its_finding_and_a_table(client):
    page = await read(client, PAGE)
    assert "28 天裡 28 天有貨，有貨的日子平均賣出 193 片，24 天賣完" in page.text
    assert "28 天都沒有貨" in page.text
    assert len([tag for tag in page.all("rect") if tag.get("class") == "bar"]) == 28
    assert len([tag for tag in page.all("circle") if tag.get("class") == "out"]) == 24
    assert not any("style" in attributes for _, attributes in page.tags)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    named = {svg["aria-labelledby"] for svg in page.all("svg") if svg.get("role") == "img"}
    assert {"weeks-1", "weeks-2"} <= named <= {*ids}
    assert len(ids) == len(set(ids))


async def test_days_without_a_row_had_nothing_and_count(folder, start):
    folder.publish([an_outlet(adult=128, child=0)])
    write_long(folder, {CODE: {"adult_mask": [[3, *SOLD_OUT_AT_TEN]]}})
    client = await start()
    await client.app[COURSES].poll()
    assert "28 天裡 1 天有貨" in (await read(client, PAGE)).text


async def test_text_mode_says_the_same_without_pictures(client):
    html = await (await client.get(f"{PAGE}?mode=text")).text()
    assert "10:00（4 天中 4 天）" in html
    assert not re.search("<(svg|script|img)", html)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda folder: write_long(folder, {CODE: {"adult_mask": [[99, *NOTHING]]}}),
        lambda folder: write_long(folder, {CODE: "nonsense"}),
        lambda folder: write_long(folder, {}, days=["2020-02-02", "2020-02-01"]),
        lambda folder: unsigned(folder, write_long(folder, {CODE: {"adult_mask": []}})),
        lambda folder: None,
    ],
)
async def test_without_good_weeks_the_page_stays_and_shows_none(folder, start, spoil):
    folder.publish([an_outlet(adult=128, child=0)])
    spoil(folder)
    client = await start()
    await client.app[COURSES].poll()
    page = await read(client, PAGE)
    assert "128" in page.text
    assert "通常幾點賣完" not in page.text


async def test_what_was_good_stays_until_something_good_takes_its_place(client, folder, clock):
    (folder.root / "courses" / "long.json").write_bytes(b"torn")
    await client.app[COURSES].poll()
    assert "10:00（4 天中 4 天）" in (await read(client, PAGE)).text
    write_long(folder, {CODE: {"adult_mask": rows(*(SOME_LEFT for _ in DAYS))}})
    clock.now += timedelta(seconds=1)
    await client.app[COURSES].poll()
    assert "10:00（4 天中 4 天）" not in (await read(client, PAGE)).text


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((), "資料不足"),
        ((SOLD_OUT_AT_TEN,), "資料不足"),
        ((SOLD_OUT_AT_TEN, NOTHING, NOTHING), "資料不足"),
        ((SOLD_OUT_AT_TEN, SOME_LEFT), "10:00（2 天中 1 天）"),
        ((SOLD_OUT_AT_TEN, SOME_LEFT, SOME_LEFT), "多半沒賣完（3 天中 1 天賣完）"),
        (
            ((0, 9, 9, 0, 480, 9), (0, 9, 9, 0, 1080, 9), SOLD_OUT_AT_TEN),
            "10:00（3 天中 3 天）",
        ),
    ],
)
def test_what_is_usual_is_the_median_of_the_days_with_goods(tmp_path, days, words):
    folder = Folder(tmp_path / "snapshots", tmp_path / "key.pem")
    write_long(folder, {CODE: {"adult_mask": rows(*days)}})
    long = load_long_days(folder.root, folder.key.public_key())
    reader = Reader("zh-TW", {})
    assert _usual_words(long.of(CODE)["adult_mask"], reader) == words
    assert all(isinstance(day.day, date) for day in long.of(CODE)["adult_mask"])
