"""Announcements: one file, told as page, Atom and JSON; a damaged file changes nothing."""

from __future__ import annotations

import os
from datetime import date

import feedparser
import pytest
from structlog.testing import capture_logs

from core.community.announced import Announced, read_announced, write_announced
from core.errors import Invalid
from core.resources import data_path
from public_site.announcements import Announcements, parse

ONE = """
[[announcement]]
id = "{id}"
kind = "change"
date = {date}
effective = 2027-03-01
zh = "多一個欄位。詳見資料字典。"
en = "A field is added. See the dictionary."
"""


def written(path, *announcements: tuple[str, str], mtime: int = 1) -> None:
    path.write_text("".join(ONE.format(id=id_, date=day) for id_, day in announcements))
    os.utime(path, (mtime, mtime))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "announcements.toml"


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_announcements_that_come_with_maskmap_are_good():
    found = parse(data_path("announcements.toml").read_text(encoding="utf-8"))
    assert any("/api/v1" in one.zh and "/api/v1" in one.en for one in found)


def test_the_newest_comes_first(file):
    written(file, ("a", "2026-11-22"), ("b", "2026-12-01"))
    assert [one.id for one in Announcements(file, None).now()] == ["b", "a"]


def test_a_changed_file_is_read_again_without_a_restart(file):
    seconds = Seconds()
    written(file, ("a", "2026-11-22"))
    announced = Announcements(file, None, seconds)
    assert len(announced.now()) == 1
    written(file, ("a", "2026-11-22"), ("b", "2026-12-01"), mtime=2)
    seconds.now = 1.5
    assert len(announced.now()) == 2


def told(identity: str = "s20201122-abc123", **more: str) -> Announced:
    day = date(2026, 11, 22)
    words = {"zh": "口罩到貨延後。", "en": "Goods late."}
    return Announced(id=identity, kind="notice", date=day, effective=day, **(words | more))


def test_what_the_authority_announces_is_told_at_the_next_look_without_a_restart(file, tmp_path):
    seconds, path = Seconds(), tmp_path / "announced.json"
    written(file, ("operator", "2026-11-20"))
    announced = Announcements(file, None, seconds, path)
    assert [one.id for one in announced.now()] == ["operator"]
    write_announced(path, 1, [told()])
    assert [one.id for one in announced.now()] == ["operator"]
    seconds.now = 1.0
    assert [one.id for one in announced.now()] == ["s20201122-abc123", "operator"]
    write_announced(path, 2, [])
    seconds.now = 2.0
    assert [one.id for one in announced.now()] == ["operator"]


def test_an_older_list_of_the_authority_never_replaces_a_newer(tmp_path):
    path = tmp_path / "announced.json"
    write_announced(path, 5, [told()])
    write_announced(path, 4, [])
    assert [one.id for one in read_announced(path)] == ["s20201122-abc123"]


@pytest.mark.parametrize("damage", [b"{", b"[]", b'{"revision": 1}', b"\xff"])
def test_a_damaged_list_of_the_authority_leaves_everything_as_it_was(file, tmp_path, damage):
    seconds, path = Seconds(), tmp_path / "announced.json"
    written(file, ("operator", "2026-11-20"))
    write_announced(path, 1, [told()])
    announced = Announcements(file, None, seconds, path)
    assert len(announced.now()) == 2
    path.write_bytes(damage)
    seconds.now = 1.0
    with capture_logs() as logs:
        assert len(announced.now()) == 2
    assert len(logs) == 1


def test_the_operators_words_stand_where_an_id_is_used_twice(file, tmp_path):
    path = tmp_path / "announced.json"
    written(file, ("same", "2026-11-20"))
    write_announced(path, 1, [told("same")])
    (one,) = Announcements(file, None, Seconds(), path).now()
    assert one.kind == "change"


@pytest.mark.parametrize(
    "damage",
    [
        "[[announcement]",
        "announcement = 3",
        '[[announcement]]\nid = "a"',
        ONE.format(id="Not an id", date="2026-11-22"),
        ONE.format(id="a", date="2026-11-22") + 'more = "no such member"',
        ONE.format(id="a", date="2026-11-22") * 2,
    ],
)
def test_a_damaged_file_keeps_the_last_good_one_and_is_logged(file, damage):
    seconds = Seconds()
    written(file, ("good", "2026-11-22"))
    announced = Announcements(file, None, seconds)
    announced.now()
    with pytest.raises(Invalid):
        parse(damage)
    file.write_text(damage)
    os.utime(file, (2, 2))
    with capture_logs() as lines:
        for second in range(2, 8):
            seconds.now = second
            assert [one.id for one in announced.now()] == ["good"]
    assert sum("announcements refused" in line["event"] for line in lines) == 1
    file.unlink()
    seconds.now = 9
    assert [one.id for one in announced.now()] == ["good"]


def test_no_file_at_the_start_means_no_announcements(file):
    assert Announcements(file, None).now() == ()


def test_the_sunset_setting_announces_itself_once(file):
    written(file, ("a", "2026-11-22"))
    first, *_ = Announcements(file, date(2027, 6, 30)).now()
    assert first.kind == "sunset" and first.effective == date(2027, 6, 30)
    assert "2027-06-30" in first.zh and "2027-06-30" in first.en
    file.write_text(file.read_text().replace('"change"', '"sunset"'))
    assert len(Announcements(file, date(2027, 6, 30)).now()) == 1


@pytest.mark.parametrize(("language", "words"), [("zh-TW", "多一個欄位"), ("en", "A field")])
async def test_the_atom_feed_is_read_by_a_feed_reader(start, file, language, words):
    written(file, ("a", "2026-11-22"), ("b", "2026-12-01"))
    client = await start(announcements=file, public_url="https://maskmap.example")
    answer = await client.get(f"/data/announcements.atom?lang={language}")
    assert answer.status == 200 and answer.content_type == "application/atom+xml"
    feed = feedparser.parse(await answer.read())
    assert feed.bozo == 0 and feed.version == "atom10"
    assert feed.feed.id == "https://maskmap.example/data/announcements.atom"
    assert feed.feed.updated == "2026-12-01T00:00:00+08:00"
    assert feed.feed.language == language
    newest = feed.entries[0]
    assert newest.id.endswith("#b") and words in newest.title and newest.tags[0].term == "change"
    assert "2027-03-01" in newest.content[0].value
    assert len({entry.id for entry in feed.entries}) == 2


async def test_the_feeds_ask_nothing_of_a_snapshot_and_know_their_tag(start, file):
    written(file, ("a", "2026-11-22"))
    client = await start(announcements=file)
    for path in ("/data/announcements.json", "/data/announcements.atom"):
        answer = await client.get(path)
        assert answer.status == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        tag = {"If-None-Match": answer.headers["ETag"]}
        assert (await client.get(path, headers=tag)).status == 304
    (said,) = (await (await client.get("/data/announcements.json")).json())["announcements"]
    assert said == {
        "id": "a",
        "kind": "change",
        "date": "2026-11-22",
        "effective": "2027-03-01",
        "zh": "多一個欄位。詳見資料字典。",
        "en": "A field is added. See the dictionary.",
    }
