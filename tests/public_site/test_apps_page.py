"""The directory of applications: page, JSON, form, review, and what hostile people send."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner

from core.cli import main
from core.community.history import load_history
from core.community.listing import read_listing
from core.community.store import MOST_AN_HOUR, CommunityStore, LinkCheck
from core.errors import Unavailable
from public_site import directory
from tests.public_site.hostile import STRINGS
from tests.public_site.releases import NOW

GOOD = {
    "name": "口罩小幫手",
    "url": "https://helper.example.org/",
    "author": "某人",
    "author_url": "",
    "description": "找最近的販售點",
    "category": "map",
    "platform": "web",
    "website": "",
}


@pytest.fixture(autouse=True)
def looked_at_each_time(monkeypatch):
    monkeypatch.setattr(directory, "LOOK_EVERY_S", 0.0)


@pytest.fixture
def store(settings) -> CommunityStore:
    return CommunityStore(settings.community_path)


async def send(client, **changes: str):
    return await client.post("/apps/submit", data=GOOD | changes, allow_redirects=False)


def accept(store: CommunityStore) -> None:
    for submission in store.submissions():
        if submission.state == "waiting":
            store.review(submission.id, "accepted", by="某科", reason="", at=NOW)


async def test_the_page_lists_the_applications_of_2020_and_the_links_beside_them(client):
    answer = await client.get("/apps", headers={"Accept-Language": "zh-TW"})
    text = await answer.text()
    assert answer.status == 200
    for app in load_history().apps:
        assert app.listing.url in text
    for link in load_history().related:
        assert link.url in text
    assert "<img" not in text


async def test_a_category_filters_and_its_chip_takes_the_filter_away(client):
    text = await (await client.get("/apps?category=telegram")).text()
    assert "https://t.me/TWMaskFindBot" in text and "kuro.tw" not in text
    assert (await client.get("/apps?category=game")).status == 400


async def test_programs_get_the_same_list_as_json_from_any_origin(client):
    answer = await client.get("/apps.json")
    document = await answer.json()
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert [app["id"] for app in document["apps"]] == [app.id for app in load_history().apps]
    assert {"name", "url", "author", "category", "platform", "first_seen", "link", "origin"} <= set(
        document["apps"][0]
    )
    again = await client.get("/apps.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status == 304


async def test_a_submission_is_shown_on_page_and_json_only_once_it_is_accepted(
    client, store, clock
):
    answer = await send(client)
    assert answer.status == 303
    sent = await client.get(answer.headers["Location"])
    reference = store.submissions()[0].id
    assert sent.status == 200 and reference in await sent.text()
    assert GOOD["url"] not in await (await client.get("/apps")).text()
    accept(store)
    clock.now += timedelta(seconds=1)  # Pages are remembered for the second they speak of.
    text = await (await client.get("/apps")).text()
    assert GOOD["url"] in text and GOOD["description"] in text
    assert (await (await client.get("/apps.json")).json())["apps"][0]["id"] == reference


async def test_the_language_of_the_address_stays_after_sending(client):
    answer = await client.post("/apps/submit?lang=en", data=GOOD, allow_redirects=False)
    page = await client.get(answer.headers["Location"])
    assert 'lang="en"' in await page.text()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"author_url": "ftp://example.org"}, "author_url"),
        ({"category": ""}, "category"),
        ({"platform": "fax"}, "platform"),
        ({"description": "字" * 301}, "description"),
    ],
)
async def test_a_bad_field_comes_back_with_words_and_everything_that_was_entered(
    client, store, changes, field
):
    answer = await send(client, **changes)
    text = await answer.text()
    assert answer.status == 400
    assert f'id="{field}-about"' in text and 'aria-invalid="true"' in text
    assert GOOD["description"] in text or field == "description"
    assert store.submissions() == []


async def test_the_same_address_twice_is_a_conflict_in_words(client, store):
    await send(client)
    answer = await send(client, name="另一個名字")
    assert answer.status == 409
    assert len(store.submissions()) == 1


async def test_a_program_that_fills_the_hidden_field_is_thanked_and_forgotten(client, store):
    assert (await send(client, website="https://spam.example")).status == 303
    assert store.submissions() == []


async def test_a_flood_is_told_to_come_back_and_loses_nothing_it_typed(client, store):
    for number in range(MOST_AN_HOUR):
        assert (await send(client, url=f"https://example.org/{number}")).status == 303
    answer = await send(client, url="https://example.org/one-too-many")
    assert answer.status == 503
    assert "https://example.org/one-too-many" in await answer.text()


async def test_a_form_on_another_site_cannot_send_in_its_readers_name(client, store):
    answer = await client.post(
        "/apps/submit", data=GOOD, headers={"Sec-Fetch-Site": "cross-site"}, allow_redirects=False
    )
    assert answer.status == 403
    assert store.submissions() == []


async def test_a_damaged_database_leaves_the_list_and_refuses_new_ones(client, settings):
    settings.community_path.write_bytes(b"no database" * 100)
    assert (await client.get("/apps")).status == 200
    assert (await client.get("/apps.json")).status == 200
    assert (await send(client)).status == 503


async def test_a_link_that_was_found_broken_is_marked_in_words(client, store):
    url = load_history().apps[0].listing.url
    store.save_link_check(LinkCheck(url, "2020-02-07T10:00:00+08:00", False, "HTTP 404"))
    text = await (await client.get("/apps", headers={"Accept-Language": "zh-TW"})).text()
    assert "連結失效" in text and "2020-02-07 檢查" in text


class Written(HTMLParser):
    """Counts the elements of a page and collects where links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on") or name == "style"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]


async def test_nothing_hostile_in_a_listing_becomes_markup_or_a_link_that_runs(
    client, store, clock
):
    assert len(STRINGS) >= 200
    plain = Written()
    await send(client)
    accept(store)
    plain.feed(await (await client.get("/apps")).text())
    for number, text in enumerate(STRINGS):
        clock.now = NOW + timedelta(hours=number + 1)
        fields = {"name": text, "author": text, "description": text}
        answer = await send(
            client, url=f"https://example.org/{number}", author_url=text[:400], **fields
        )
        assert answer.status in (303, 400), text
    accept(store)
    hostile = Written()
    body = await (await client.get("/apps")).text()
    hostile.feed(body)
    assert set(hostile.elements) == set(plain.elements)
    assert all(re.match(r"https?://|/|#", link) for link in hostile.links)
    json.loads(await (await client.get("/apps.json")).text())


@pytest.fixture
def cli(settings):
    def run(*words: str):
        return CliRunner().invoke(main, ["--state", str(settings.state), *words])

    return run


def test_a_steward_accepts_rejects_and_must_say_why(cli, store):
    first = store.submit(read_listing(GOOD), NOW)
    second = store.submit(read_listing(GOOD | {"url": "https://example.org/2"}), NOW)
    assert first in cli("apps", "list", "--waiting").stdout
    assert cli("apps", "review", first, "accepted", "--by", "某科").exit_code == 0
    assert cli("apps", "review", first, "accepted", "--by", "某科").exit_code == 1
    assert cli("apps", "review", second, "rejected", "--by", "某科").exit_code == 2
    reason = ("--reason", "廣告")
    assert cli("apps", "review", second, "rejected", "--by", "某科", *reason).exit_code == 0
    assert cli("apps", "review", "nothing", "accepted", "--by", "某科").exit_code == 1
    states = {found.id: found.state for found in store.submissions()}
    assert states == {first: "accepted", second: "rejected"}


async def test_a_database_that_was_busy_is_read_as_soon_as_it_is_free(client, monkeypatch):
    held = client.app[directory.DIRECTORY]
    with monkeypatch.context() as patch:
        patch.setattr(directory, "directory", _busy)
        before = await held.now()
    assert await held.now() is not before


def _busy(store: object) -> None:
    raise Unavailable("database is locked")
