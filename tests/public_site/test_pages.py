"""The pages: both languages, no scripts needed, nothing hostile runs, sound HTML."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from msgspec.structs import replace

from core.domain.snapshot import DISCLAIMER_ZH
from public_site.keys import SNAPSHOTS
from tests.public_site.releases import NOW, an_outlet, many_outlets, masks, some_outlets

PAGES = [
    "/",
    "/?q=健安",
    "/?county=63000&in_stock=1",
    "/?lat=25.048&lon=121.517",
    "/?q=沒有這種地方",
    "/outlets/5901012345",
    "/outlets/5901012348",
    "/outlets/2331010014",
    "/rules",
    "/rules?digit=3",
    "/data",
    "/status",
]
BAD_PAGES = ["/outlets/5900000000", "/nowhere", "/?kind=bakery"]


class Reading(HTMLParser):
    """What a test wants to know of a page."""

    VOID = ("meta", "link", "input", "br", "use", "path", "circle", "rect")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-3:]}"
        self.open.pop()

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, *names: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag in names]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.texts).split())


async def read(client, path: str, status: int = 200, **headers: str) -> Reading:
    answer = await client.get(path, headers=headers)
    html = await answer.text()
    assert answer.status == status, html
    assert answer.content_type == "text/html"
    return Reading(html)


def outlets_on(page: Reading) -> list[str]:
    """Return the addresses of the outlets in the order of the list."""
    hrefs = [link["href"] or "" for link in page.all("a")]
    return [href for href in hrefs if href.startswith("/outlets/") and "#" not in href]


def with_language(path: str, language: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


@pytest.mark.parametrize("language", ["zh-TW", "en"])
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_sound_html(client, path, language):
    page = await read(client, with_language(path, language))
    assert page.open == []
    assert page.all("html")[0]["lang"] == language
    assert page.text.count("｜") >= 1  # a title of its own
    headings = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert headings.count(1) == 1
    first = headings.index(1)
    assert all(b <= a + 1 for a, b in zip(headings[first:], headings[first + 1 :], strict=False))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    labelled = {label["for"] for label in page.all("label")}
    for control in page.all("input", "select"):
        assert control.get("type") == "hidden" or control["id"] in labelled
    for _, attributes in page.tags:
        assert not any(name == "style" or name.startswith("on") for name in attributes)
        for name in ("aria-labelledby", "aria-describedby"):
            assert set((attributes.get(name) or "").split()) <= set(ids)
    assert all("src" in script for script in page.all("script"))
    for link in page.all("a"):
        if (link["href"] or "").startswith("https://"):
            assert "noreferrer" in (link["rel"] or "")


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_shows_the_age_of_the_data_and_the_disclaimer(client, clock, path):
    clock.now = NOW + timedelta(seconds=12)
    page = await read(client, path)
    assert "資料 10:30:05 · 12 秒前" in page.text
    assert DISCLAIMER_ZH in page.text
    english = await read(client, with_language(path, "en"))
    assert "Data 10:30:05 · 12 s ago" in english.text
    assert "are for reference" in english.text


@pytest.mark.parametrize("path", BAD_PAGES)
async def test_faults_have_designed_pages_in_both_languages(client, path):
    status = 400 if "kind" in path else 404
    chinese = await read(client, with_language(path, "zh-TW"), status)
    english = await read(client, with_language(path, "en"), status)
    assert chinese.all("html")[0]["lang"] == "zh-TW"
    assert english.all("html")[0]["lang"] == "en"
    assert chinese.text != english.text
    assert any(link["href"] == "/?lang=en" for link in english.all("a"))


async def test_links_keep_the_language_that_was_chosen(client):
    page = await read(client, "/?lang=en")
    own = [link["href"] for link in page.all("a") if (link["href"] or "").startswith("/")]
    assert own
    for href in own:
        assert "lang=" in href
    unchosen = await read(client, "/", **{"Accept-Language": "en-GB"})
    assert unchosen.all("html")[0]["lang"] == "en"
    assert all("lang=en" not in (link["href"] or "") for link in unchosen.all("a"))


@pytest.mark.parametrize(
    ("wish", "language"),
    [
        ("", "zh-TW"),
        ("zh-TW,zh;q=0.9,en;q=0.8", "zh-TW"),
        ("en-US,en;q=0.9,zh-TW;q=0.8", "en"),
        ("fr,en;q=0.3,zh;q=0.9", "zh-TW"),
        ("vi-VN", "en"),
        ("*", "zh-TW"),
        ("en;q=nonsense", "en"),
    ],
)
async def test_the_browser_chooses_the_language(client, wish, language):
    page = await read(client, "/rules", **{"Accept-Language": wish})
    assert page.all("html")[0]["lang"] == language


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


async def test_hostile_texts_are_shown_and_do_not_run(folder, start):
    record = an_outlet(
        name=HOSTILE,
        address=HOSTILE,
        note=HOSTILE,
        phone=HOSTILE,
        tickets=HOSTILE,
        sale_windows=HOSTILE,
        availability="paused",
        availability_reason=HOSTILE,
        coordinate_source=HOSTILE,
        website="javascript:alert(1)",
        county=HOSTILE,
        town=HOSTILE,
    )
    folder.publish([record])
    client = await start()
    for path in ("/", f"/outlets/{record.code}", f"/?q={'%3Cscript%3Ealert(3)%3C/script%3E'}"):
        page = await read(client, path)
        assert all("src" in script for script in page.all("script"))
        assert not page.all("img")
        assert "49" not in page.text.replace("7*7", "")
        assert not any((link["href"] or "").startswith("javascript") for link in page.all("a"))
        for _, attributes in page.tags:
            assert "onerror" not in attributes
    assert HOSTILE in (await read(client, f"/outlets/{record.code}")).text


async def test_hostile_texts_in_the_address_do_not_run(client):
    for path in ("/outlets/<script>alert(1)</script>", "/?kind=<script>alert(1)</script>"):
        answer = await client.get(path)
        assert answer.status in (400, 404)
        assert all("src" in script for script in Reading(await answer.text()).all("script"))


async def test_the_policy_forbids_everything_from_elsewhere(client):
    for path in ("/", "/api/v1/snapshot", "/data/points.json", "/nowhere", "/static/site.css"):
        headers = (await client.get(path)).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self'")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Set-Cookie" not in headers


async def test_an_outlet_page_shows_what_stands_in_the_way(client):
    page = await read(client, "/outlets/5901012348")
    assert "暫停販售" in page.text
    assert "盤點中" in page.text
    assert "充足" not in page.text
    row = await read(client, "/?q=暫停藥局")
    assert "暫停販售" in row.text


async def test_a_withdrawn_outlet_keeps_its_page(folder, start):
    folder.publish([an_outlet(availability="closed", availability_reason="歇業")])
    page = await read(await start(), "/outlets/5901012345")
    assert "已停止販售" in page.text
    assert "128" in page.text


async def test_levels_are_told_by_word_and_shape(client):
    answer = await client.get("/outlets/5901012345")
    html = await answer.text()
    for shape, word in (("plenty", "充足"), ("few", "不多")):
        assert f"#{shape}" in html
        assert word in html


async def test_phone_and_ways_are_plain_links(client):
    page = await read(client, "/outlets/2331010014")
    hrefs = [link["href"] or "" for link in page.all("a")]
    assert "tel:033325880" in hrefs
    assert any(href.startswith("geo:24.993,121.301") for href in hrefs)
    assert any(href.startswith("https://www.openstreetmap.org/") for href in hrefs)
    assert any("destination=%E6%A1%83" in href for href in hrefs)  # the town only is known
    assert "只知道在哪個鄉鎮市區" in page.text


async def test_stale_data_turn_into_a_notice_and_every_outlet_is_in_doubt(client, clock):
    clock.now = NOW + timedelta(minutes=5)
    for path in ("/", "/outlets/5901012345", "/status"):
        page = await read(client, path)
        assert "資料已停止更新" in page.text
    page = await read(client, "/outlets/5901012345")
    assert "待確認" in page.text
    assert "充足" not in page.text
    assert "128" in page.text


async def test_before_the_first_snapshot_there_is_a_designed_page(start):
    client = await start()
    page = await read(client, "/", 503)
    assert "資料準備中" in page.text
    assert any(meta.get("http-equiv") == "refresh" for meta in page.all("meta"))


async def test_a_page_is_rendered_once_for_each_snapshot(folder, start, monkeypatch):
    folder.publish(some_outlets())
    client = await start()
    view = client.app[SNAPSHOTS].look().view
    first = await (await client.get("/rules")).text()
    assert len(view.pages) == 1
    assert await (await client.get("/rules")).text() == first
    assert len(view.pages) == 1
    await client.get("/rules?lang=en")
    assert len(view.pages) == 2


async def test_a_page_is_not_sent_again_within_a_second_and_anew_after(client, clock):
    first = await client.get("/")
    tag = first.headers["ETag"]
    assert (await client.get("/", headers={"If-None-Match": tag})).status == 304
    clock.now = NOW + timedelta(seconds=1)
    assert (await client.get("/", headers={"If-None-Match": tag})).status == 200


async def test_nearby_rows_tell_distance_and_direction(client):
    page = await read(client, "/?lat=25.0478&lon=121.517")
    assert "280 公尺" in page.text
    assert "東南" in page.text
    assert "大同藥局" in page.text
    assert "離您最近的" in page.text


async def test_filters_are_links_and_the_chosen_ones_can_be_taken_away(client):
    page = await read(client, "/?product=adult_mask&in_stock=1&county=63000")
    hrefs = [link["href"] for link in page.all("a")]
    assert "/?product=adult_mask&in_stock=1" in hrefs  # without the county
    assert "/?county=63000&in_stock=1" in hrefs  # without the product
    assert "/?county=63000&product=adult_mask" in hrefs  # not only what is in stock


async def test_the_towns_of_the_chosen_county_can_be_chosen(client):
    page = await read(client, "/?county=臺北市")
    values = [option.get("value") for option in page.all("option")]
    assert "63000050" in values
    assert "68000010" not in values


async def test_a_town_of_another_county_is_forgotten(client):
    page = await read(client, "/?county=68000&town=63000050")
    assert "桃園市桃園區衛生所" in page.text


async def test_an_empty_result_says_what_to_try(client):
    page = await read(client, "/?q=售完藥局&in_stock=1")
    assert "沒有符合的販售點" in page.text
    assert "包含目前售完的" in page.text
    assert "最近且現在有的販售點" in page.text
    assert "健安藥局" in page.text
    longer = await read(client, "/?q=台北市重慶北路2段999號")
    assert "改查「台北市重慶北路2段」" in longer.text


async def test_long_lists_come_in_pages(folder, start, rng):
    outlets = list({o.code: o for o in many_outlets(rng, 120)}.values())
    folder.publish(outlets)
    client = await start()
    seen: list[str] = []
    path = "/"
    while path:
        page = await read(client, path)
        seen += outlets_on(page)
        path = next((a["href"] for a in page.all("a") if a.get("rel") == "next"), None)
    assert sorted(seen) == sorted(f"/outlets/{o.code}" for o in outlets)


async def test_what_can_be_bought_comes_first(client):
    page = await read(client, "/")
    names = outlets_on(page)
    assert names[0] == "/outlets/5901012345"
    assert set(names[-2:]) == {"/outlets/5901012347", "/outlets/5901012348"}


async def test_the_rules_say_whose_day_it_is_and_answer_a_digit(client):
    page = await read(client, "/rules")
    assert "2月6日（四） 雙號" in page.text
    assert "每人一次限購2片" in page.text
    digit = await read(client, "/rules?digit=3")
    assert (digit.text.count("✓ 可以買"), digit.text.count("✕ 不能買")) == (6, 5)
    english = await read(client, "/rules?lang=en")
    assert "Even last digits" in english.text


@pytest.mark.parametrize("digit", ["33", "x", "A123456789", "-1"])
async def test_only_a_last_digit_is_accepted(client, digit):
    await read(client, f"/rules?digit={digit}", 400)


async def test_the_rules_follow_the_programme_of_the_snapshot(folder, start, clock):
    later = masks().pinned_to(date(2020, 4, 9))
    folder.publish(some_outlets(), programme=replace(later, pinned=False))
    clock.now = NOW.replace(month=4, day=10)
    folder.renew(clock.now)
    page = await read(await start(), "/rules")
    assert "皆可" in page.text
    assert "14天" in page.text


async def test_pages_say_when_the_rules_are_pinned(folder, start):
    folder.publish(some_outlets(), programme=masks(date(2020, 2, 6)))
    client = await start()
    for path in ("/", "/outlets/5901012345", "/rules", "/status"):
        assert "示範" in (await read(client, path)).text


async def test_the_lines_on_the_data_page_name_the_host_that_was_asked(client, start):
    page = await read(client, "/data", Host="masks.example:8080")
    assert "http://masks.example:8080/data/maskdata.csv" in page.text
    behind = await start(public_url="https://masks.example/")
    page = await read(behind, "/data")
    assert "https://masks.example/data/maskdata.csv" in page.text


async def test_robots_and_icon_are_there(client):
    robots = await client.get("/robots.txt")
    assert "User-agent" in await robots.text()
    icon = await client.get("/favicon.ico")
    assert icon.content_type == "image/svg+xml"


async def test_static_files_may_be_kept_for_ever_under_their_own_address(client):
    page = await read(client, "/")
    sheet = next(a["href"] for a in page.all("link") if a.get("rel") == "stylesheet")
    answer = await client.get(sheet)
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.content_type == "text/css"
    plain = await client.get(sheet.partition("?")[0])
    assert "immutable" not in plain.headers["Cache-Control"]
    known = await client.get(sheet, headers={"If-None-Match": answer.headers["ETag"]})
    assert known.status == 304


async def test_outlets_closed_today_come_after_those_that_are_open(folder, start):
    closed, opened = "Y" * 21, "N" * 21
    folder.publish(
        [
            an_outlet("5901010011", name="休息藥局", adult=200, service_periods=closed),
            an_outlet("5901010022", name="營業藥局", adult=20, service_periods=opened),
        ]
    )
    page = await read(await start(), "/")
    assert page.text.index("營業藥局") < page.text.index("休息藥局")
