"""The page of an outlet: the number, its course, the rule of the day, and where it all is from."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from core.domain.calendar import rfc3339
from public_site.courses import COURSES
from tests.public_site.course_days import A_FULL_DAY, CODE, MORNING, TODAY, write_course
from tests.public_site.releases import NOW, an_outlet, masks
from tests.public_site.test_pages import read, with_language

PAGE = f"/outlets/{CODE}"


@pytest.fixture
async def client(folder, start):
    """The site over one outlet with a course of today and of the two days before."""
    folder.publish([an_outlet(adult=128, child=0, changed_at=rfc3339(NOW))])
    write_course(folder, {CODE: MORNING})
    write_course(folder, {CODE: A_FULL_DAY}, TODAY - timedelta(days=1))
    write_course(folder, {CODE: MORNING}, TODAY - timedelta(days=2))
    client = await start()
    await client.app[COURSES].poll()
    return client


async def test_the_course_is_told_in_words(client):
    page = await read(client, PAGE)
    assert "08:10 前到貨，增 200 片" in page.text
    assert "09:30 前售完" in page.text
    assert "10:30 有 128 片" in page.text
    english = await read(client, with_language(PAGE, "en"))
    assert "200 pieces more by 08:10" in english.text
    assert "sold out by 09:30" in english.text


async def test_the_last_point_of_today_is_the_snapshots_number(client):
    html = await (await client.get(PAGE)).text()
    labels = re.findall(r'class="text? ?label label-now"[^>]*>([0-9,]+)', html)
    labels = labels or re.findall(r'label-now"[^>]*>([0-9,]+)', html)
    assert labels == ["128", "0"]
    paths = re.findall(r'class="line" d="([^"]+)"', html)
    assert paths[0].endswith("H630")  # 10:30, when the publisher last looked


async def test_what_the_course_tells_after_the_snapshot_is_left_out(folder, start):
    folder.publish([an_outlet(adult=150, child=0)], at=NOW.replace(hour=9, minute=35))
    write_course(folder, {CODE: MORNING})
    client = await start()
    await client.app[COURSES].poll()
    page = await read(client, PAGE)
    assert "09:35 有 150 片" in page.text
    assert "130" not in page.text


async def test_a_number_newer_than_the_course_is_its_own_last_step(folder, start, clock):
    folder.publish([an_outlet(adult=7, child=0, changed_at=rfc3339(NOW - timedelta(minutes=3)))])
    write_course(folder, {CODE: MORNING})
    client = await start()
    await client.app[COURSES].poll()
    page = await read(client, PAGE)
    rows = page.text.partition("看每一次變動的數字")[2].partition("每 10 分鐘")[0]
    assert "10:20 130 0" in rows
    assert "10:27 7 0" in rows


async def test_the_days_before_are_told_with_when_goods_came_and_went(client):
    page = await read(client, PAGE)
    before = page.text.partition("最近幾天")[2]
    assert "2月5日（三）" in before
    assert "0 時有 12 片，09:00 前售完，11:00 前到貨，增 194 片，15:20 前售完" in before
    assert "2月4日（二）" in before
    assert "當天剩 130 片" in before
    assert "2月3日" not in before


async def test_every_change_stands_in_a_table_too(client):
    page = await read(client, PAGE)
    rows = page.text.partition("看每一次變動的數字")[2]
    for row in ("00:00 0 0", "08:10 200 50", "08:30 180 30", "10:20 130 0", "10:30 128 0"):
        assert row in rows


@pytest.mark.parametrize("spoilt", ["none", "unsigned", "damaged", "another outlet's"])
async def test_without_a_good_course_the_page_stays_and_says_so(folder, start, spoilt):
    folder.publish([an_outlet()])
    if spoilt == "unsigned":
        write_course(folder, {CODE: MORNING}, signature=b"bm9uZQ==\n")
    elif spoilt == "damaged":
        write_course(folder, {CODE: [["x"]]})
    elif spoilt == "another outlet's":
        write_course(folder, {"5901019999": MORNING})
    client = await start()
    await client.app[COURSES].poll()
    page = await read(client, PAGE)
    assert page.text.count("尚無資料") == 2
    assert "128" in page.text
    assert "No course yet" in (await read(client, with_language(PAGE, "en"))).text


async def test_a_day_on_which_nothing_has_changed_yet_is_a_flat_line(folder, start, clock):
    folder.publish([an_outlet()], at=NOW - timedelta(hours=12))
    folder.renew(NOW)
    page = await read(await start(), PAGE)
    assert "沒有變動，一直是 128 片" in page.text


async def test_in_a_night_without_a_course_an_unchanged_number_is_a_flat_line(folder, start):
    folder.publish([an_outlet(changed_at=rfc3339(NOW - timedelta(hours=12)))])
    page = await read(await start(), PAGE)
    assert "沒有變動，一直是 128 片" in page.text
    assert page.text.count("尚無資料") == 1  # the days before


async def test_a_new_course_shows_without_a_restart(folder, start, clock):
    folder.publish([an_outlet()])
    client = await start()
    await client.app[COURSES].poll()
    assert "尚無資料" in (await read(client, PAGE)).text
    write_course(folder, {CODE: MORNING})
    await client.app[COURSES].poll()
    clock.now += timedelta(seconds=1)
    assert "08:10 前到貨" in (await read(client, PAGE)).text


async def test_the_rule_of_the_day_stands_on_the_page(client):
    page = await read(client, PAGE)
    assert "雙號" in page.text
    assert "每人一次限購2片" in page.text
    assert "成人口罩每片5元" in page.text


async def test_the_rule_is_that_of_the_clocks_day_after_midnight(folder, start, clock):
    folder.publish([an_outlet()], at=NOW.replace(month=3, day=4, hour=23, minute=59, second=50))
    clock.now = NOW.replace(month=3, day=4, hour=23, minute=59, second=59)
    client = await start()
    assert "限購2片" in (await read(client, PAGE)).text
    clock.now += timedelta(seconds=1)
    assert "限購3片" in (await read(client, PAGE)).text


async def test_windows_that_can_be_read_are_a_list_and_free_text_stays(folder, start):
    folder.publish(
        [
            an_outlet(sale_windows="一至五 09:00-11:00 50片; 六 10:00-12:00"),
            an_outlet("5901012346", sale_windows="早上發完為止"),
        ]
    )
    client = await start()
    page = await read(client, PAGE)
    assert "週一至五 09:00–11:00 50片" in page.text
    assert "現在是販售時段，到 11:00" in page.text
    free = await read(client, "/outlets/5901012346")
    assert "早上發完為止" in free.text
    assert "現在是販售時段" not in free.text


async def test_no_window_is_called_open_where_nobody_can_buy(folder, start):
    folder.publish([an_outlet(sale_windows="每日 09:00-11:00", availability="paused")])
    assert "現在是販售時段" not in (await read(await start(), PAGE)).text


async def test_a_hidden_phone_is_not_given(folder, start):
    folder.publish([an_outlet(phone="")])
    page = await read(await start(), PAGE)
    assert "電話 未提供" in page.text
    assert not any((link["href"] or "").startswith("tel:") for link in page.all("a"))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("correction", "經人工查證後更正"),
        ("town", "以鄉鎮市區中心代替"),
        ("town_centre", "以鄉鎮市區中心代替"),
        ("kiang", "社群或機關整理之座標：kiang"),
        ("", "未註明"),
    ],
)
async def test_the_source_of_the_position_is_told_in_words(folder, start, source, words):
    folder.publish([an_outlet(coordinate_source=source)])
    assert words in (await read(await start(), PAGE)).text


async def test_reason_and_time_stand_beside_what_is_in_the_way(folder, start):
    folder.publish(
        [
            an_outlet(
                availability="tickets_gone",
                availability_reason="今日 100 張",
                availability_since=rfc3339(NOW - timedelta(minutes=40)),
                tickets="09:00 發 100 張",
            )
        ]
    )
    page = await read(await start(), PAGE)
    for words in ("號碼牌已發完", "今日 100 張", "09:50 起", "09:00 發 100 張"):
        assert words in page.text


async def test_the_picture_is_named_by_its_finding_and_has_no_style_attribute(client):
    page = await read(client, PAGE)
    pictures = [svg for svg in page.all("svg") if svg.get("role") == "img"]
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(pictures) == 2
    assert all(picture["aria-labelledby"] in ids for picture in pictures)
    assert not any("style" in attributes for _, attributes in page.tags)


async def test_text_mode_has_no_picture_but_number_and_finding(client):
    html = await (await client.get(f"{PAGE}?mode=text")).text()
    assert not re.search("<(svg|script|img|link rel=.stylesheet)", html)
    assert "128" in html
    assert "08:10 前到貨，增 200 片" in html


async def test_under_pinned_rules_the_page_says_so(folder, start):
    folder.publish([an_outlet()], programme=masks(TODAY))
    assert "示範" in (await read(await start(), PAGE)).text


async def test_what_ends_by_itself_says_when_and_reasons_speak_the_readers_language(
    folder, start
) -> None:
    today = {
        "availability": "paused",
        "availability_reason": "停電，暫停販售",
        "availability_since": rfc3339(NOW - timedelta(minutes=40)),
        "availability_until": rfc3339(NOW + timedelta(hours=2)),
        "tickets": "08:30 發 100 張",
        "phone": "",
        "phone_status": "hidden",
    }
    folder.publish([an_outlet(**today)])
    client = await start()
    chinese = (await read(client, PAGE)).text
    for words in ("停電，暫停販售", "09:50 起", "至 12:30", "販售期間不公開電話"):
        assert words in chinese
    english = (await read(client, f"{PAGE}?lang=en")).text
    for words in ("Power cut", "until 12:30", "100 given out at 08:30", "Not shown during the"):
        assert words in english
    folder.publish([an_outlet(**today | {"availability_until": "2020-02-07T00:00:00+08:00"})])
    assert "至今日結束" in (await read(await start(), PAGE)).text


@pytest.mark.parametrize("field", ["availability_reason", "sale_windows", "tickets", "note"])
async def test_hostile_words_of_an_outlet_are_shown_as_text(folder, start, field) -> None:
    text = "<img src=x onerror=alert(1)>\"'{{7*7}}"
    said = {"availability": "paused", field: text}
    folder.publish([an_outlet(**said)])
    client = await start()
    for path in (PAGE, f"{PAGE}?lang=en", f"{PAGE}?mode=text", "/", "/?mode=text"):
        body = await (await client.get(path)).text()
        assert "<img src=x" not in body
        assert "&lt;img src=x" in body, path
