"""The pages: both languages, no scripts needed, nothing hostile runs, sound HTML."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html.parser import HTMLParser
from urllib.parse import quote

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
    "/?q=臺北車站&open_now=1",
    "/?bbox=121.4,25.0,121.6,25.1&window_now=1",
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

    VOID = ("meta", "link", "input", "br", "hr", "use", "path", "circle", "rect")

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
    assert "今天 2/6（四）可買： 雙號" in chinese.text
    assert any(field.get("name") == "q" for field in english.all("input"))


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


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{777*777}}"


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
        assert "603729" not in page.text
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


async def test_a_wrong_condition_is_named_without_foreign_words(client):
    chinese = (await read(client, "/?page=x&lang=zh-TW", status=400)).text
    assert "網址中的條件「page」有誤" in chinese
    assert "must be" not in chinese


async def test_nonsense_and_signs_alone_find_nothing_and_suggest_no_half_words(client):
    for nonsense in ("<script>", "\U0001f431", "？？", "zhzzzz", "5901"):
        page = await read(client, f"/?q={quote(nonsense)}")
        assert "沒有符合的販售點" in page.text, nonsense
        assert "改查" not in page.text, nonsense
    blank = await read(client, "/?q=%E2%80%8B%20")
    assert "沒有符合的販售點" not in blank.text


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


TEXT_PAGES = ["/?mode=text", "/?mode=text&lat=25.048&lon=121.517", "/outlets/5901012345?mode=text"]


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_names_the_rule_of_the_day_in_one_line(client, path):
    page = await read(client, path)
    assert "今天 2/6（四）可買： 雙號" in page.text
    english = await read(client, with_language(path, "en"))
    assert "Today, Thu 6 Feb: Even last digits" in english.text


async def test_the_rule_of_the_day_changes_at_midnight_in_taipei_without_a_restart(
    folder, client, clock
):
    clock.now = NOW.replace(hour=23, minute=59, second=59)
    folder.renew(clock.now)
    await client.app[SNAPSHOTS].poll()
    assert "2/6（四）可買： 雙號" in (await read(client, "/")).text
    clock.now += timedelta(seconds=2)
    assert "2/7（五）可買： 單號" in (await read(client, "/")).text


@pytest.mark.parametrize(("day", "words"), [(7, "資料將於 2020-02-07"), (5, "資料已於 2020-02-05")])
async def test_every_page_says_that_the_service_ends(folder, start, day, words):
    folder.publish(some_outlets())
    client = await start(sunset=date(2020, 2, day))
    for path in ("/", "/?mode=text", "/rules", "/outlets/5901012345"):
        assert words in (await read(client, path)).text


async def test_links_for_sharing_are_whole_and_name_the_host_that_was_asked(client, start):
    for site, host in ((client, "masks.example:8080"), (client, "other.example")):
        await names_host(site, host, f"http://{host}")
    await names_host(await start(public_url="https://masks.example/"), "x", "https://masks.example")


async def names_host(client, host: str, origin: str) -> None:
    path = "/?county=63000&lat=25.048&lon=121.517&utm_source=x&lang=en"
    page = await read(client, path, Host=host)
    named = {meta["property"]: meta["content"] for meta in page.all("meta") if "property" in meta}
    assert named["og:image"].startswith(f"{origin}/static/share-en.png?v=")
    assert named["og:url"] == f"{origin}/?county=63000&lang=en"  # not where the reader stands
    links = {(link["rel"], link.get("hreflang")): link["href"] for link in page.all("link")}
    assert links["canonical", None] == f"{origin}/?county=63000&lang=en"
    assert links["alternate", "zh-Hant"] == f"{origin}/?county=63000&lang=zh-TW"
    assert links["alternate", "en"] == f"{origin}/?county=63000&lang=en"
    assert links["alternate", "x-default"] == f"{origin}/?county=63000"


async def test_a_host_that_is_none_is_not_repeated(client):
    answer = await client.get("/", headers={"Host": '"><b>x</b>'})
    assert "<b>x</b>" not in await answer.text()


async def test_a_tracker_in_one_address_does_not_reach_the_next_reader(client):
    await read(client, "/?utm_source=secret")
    assert "secret" not in (await (await client.get("/")).text())


async def test_share_pictures_are_small_and_hold_no_number(client):
    for name in ("share-zh.png", "share-en.png"):
        answer = await client.get(f"/static/{name}")
        body = await answer.read()
        assert answer.content_type == "image/png"
        assert body[16:24] == (1200).to_bytes(4, "big") + (630).to_bytes(4, "big")
        assert len(body) < 60_000


async def test_the_first_page_is_small_enough_for_a_thin_line(folder, start, rng):
    folder.publish(list({o.code: o for o in many_outlets(rng, 200)}.values()))
    client = await start()
    page = await read(client, "/")
    ours = [link["href"] for link in page.all("link") if link["rel"] in ("stylesheet", "icon")]
    ours += [script["src"] for script in page.all("script")]
    ours.append(next(use["href"] for use in page.all("use")))
    total = sum([await packed_size(client, path) for path in ["/", *ours]])
    assert total <= 60_000


async def packed_size(client, path: str) -> int:
    async with client.get(
        path.partition("#")[0], headers={"Accept-Encoding": "gzip"}, auto_decompress=False
    ) as answer:
        assert answer.status == 200
        return len(await answer.read())


@pytest.mark.parametrize("language", ["zh-TW", "en"])
@pytest.mark.parametrize("path", TEXT_PAGES)
async def test_text_only_pages_fetch_nothing_else_and_are_tiny(folder, start, rng, path, language):
    folder.publish([an_outlet(), *many_outlets(rng, 150)])
    client = await start()
    path = with_language(path, language)
    page = await read(client, path)
    assert not page.all("script", "img", "svg", "use", "style")
    assert [link["rel"] for link in page.all("link")] == ["canonical"]
    assert page.open == []
    assert await packed_size(client, path) <= 6_000
    assert "健安藥局" in page.text or "lat" not in path
    for link in page.all("a"):
        if (link["href"] or "").startswith("/") and "mode" not in link["href"]:
            assert "lang=" in link["href"]  # only the way back to the full page


async def test_every_page_has_a_text_only_form_and_a_way_back(client):
    for path in PAGES:
        page = await read(client, path)
        way = next(a["href"] for a in page.all("a") if "mode=text" in (a["href"] or ""))
        plain = await read(client, way)
        assert not plain.all("script", "svg", "img")
        assert not [link for link in plain.all("link") if link["rel"] == "stylesheet"]
        assert any("mode" not in (a["href"] or "mode") for a in plain.all("a"))


async def test_text_only_forms_and_links_keep_the_mode(client):
    page = await read(client, "/?mode=text&county=63000")
    assert {"type": "hidden", "name": "mode", "value": "text"} in page.all("input")
    outlet = next(a["href"] for a in page.all("a") if a["href"].startswith("/outlets/"))
    assert "mode=text" in outlet


async def test_a_row_says_all_that_one_must_know_before_going(folder, start):
    folder.publish(
        [
            an_outlet(
                tickets="08:30 發號碼牌 100 張",
                sale_windows="一至五 09:00-11:00 50片",
                note="自備零錢",
                changed_at=(NOW - timedelta(minutes=3)).isoformat(),
            )
        ]
    )
    page = await read(await start(), "/?lat=25.0488&lon=121.517")
    for words in ("110 公尺", "南", "128", "片", "充足", "不多", "3 分鐘前異動", "營業中"):
        assert words in page.text
    for words in ("號碼牌", "08:30 發號碼牌", "週一至五 09:00", "正在販售時段", "自備零錢"):
        assert words in page.text
    names = [a["href"] for a in page.all("a")]
    assert "tel:0223456789" in names
    assert "/outlets/5901012345#where" in names
    row = page.all("li")[[li.get("data-code") for li in page.all("li")].index("5901012345")]
    assert (row["data-lat"], row["data-lon"]) == ("25.0478", "121.517")


async def test_a_station_in_the_box_means_what_is_nearest_to_it(client):
    page = await read(client, "/?q=臺北車站")
    assert "離臺北車站最近的" in page.text
    assert outlets_on(page)[0] in ("/outlets/5901012345", "/outlets/5901012347")
    english = await read(client, "/?q=臺北車站&lang=en")
    assert "nearest to Taipei" in english.text


async def test_the_area_of_the_map_is_kept_and_can_be_taken_away(client):
    page = await read(client, "/?bbox=121.51,25.05,121.52,25.06")
    assert outlets_on(page) == ["/outlets/5901012346"]
    assert "地圖範圍" in page.text
    assert "/" in [a["href"] for a in page.all("a") if a.get("id") == "chip-bbox"]
    empty = await read(client, "/?bbox=120.0,23.0,120.01,23.01")
    assert "不限地圖範圍" in empty.text


async def test_what_is_open_now_and_what_sells_now_can_be_asked(folder, start, clock):
    folder.publish(
        [
            an_outlet("5901010011", name="早上藥局", service_periods="N" * 7 + "Y" * 14),
            an_outlet("5901010022", name="下午藥局", service_periods="Y" * 7 + "N" * 7 + "Y" * 7),
            an_outlet("5901010033", name="時段藥局", sale_windows="每日 10:00-11:00"),
        ]
    )
    client = await start()
    opened = await read(client, "/?open_now=1")
    assert "早上藥局" in opened.text
    assert "下午藥局" not in opened.text
    assert outlets_on(await read(client, "/?window_now=1")) == ["/outlets/5901010033"]
    clock.now = NOW.replace(hour=11, minute=0, second=0)
    late = await read(client, "/?window_now=1")
    assert outlets_on(late) == []
    assert "不限販售時段" in late.text


async def test_marks_that_turn_text_around_stay_inside_their_own_words(folder, start):
    folder.publish([an_outlet(name="健安\u202e局藥\u2066", note="\u202eetoN")])
    client = await start()
    for path in ("/", "/outlets/5901012345", "/?mode=text"):
        html = await (await client.get(path)).text()
        assert "<bdi" in html
        outside = re.sub(r"<bdi[^>]*>.*?</bdi>", "", html, flags=re.DOTALL)
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", outside)
