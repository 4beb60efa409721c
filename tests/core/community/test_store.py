"""The directory's database: the queue, reviews, link checks, crowds and damage."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from core.community.directory import BROKEN, UNCHECKED, WORKS, directory
from core.community.history import load_history
from core.community.listing import Listing
from core.community.store import (
    MOST_AN_HOUR,
    MOST_WAITING,
    AlreadyListed,
    CommunityStore,
    LinkCheck,
    QueueFull,
)
from core.domain.calendar import TAIPEI
from core.errors import Conflict, NotFound, Unavailable

NOW = datetime(2020, 2, 6, 10, 0, tzinfo=TAIPEI)


def a_listing(number: int = 1) -> Listing:
    return Listing(
        name=f"口罩地圖 {number}",
        url=f"https://example.org/{number}",
        author="某人",
        category="map",
        platform="web",
    )


@pytest.fixture
def store(tmp_path) -> CommunityStore:
    return CommunityStore(tmp_path / "below" / "community.sqlite")


def test_without_a_file_there_is_history_only_and_none_is_made(store):
    entries = directory(store)
    assert [entry.id for entry in entries] == [app.id for app in load_history().apps]
    assert not store.path.exists()


def test_a_submission_waits_and_is_shown_once_accepted(store):
    identity = store.submit(a_listing(), NOW)
    assert [found.state for found in store.submissions()] == ["waiting"]
    assert identity not in {entry.id for entry in directory(store)}
    store.review(identity, "accepted", by="某科", reason="", at=NOW)
    shown = directory(store)[0]
    assert (shown.id, shown.origin, shown.first_seen) == (identity, "submission", "2020-02-06")
    assert (shown.listing, shown.link) == (a_listing(), UNCHECKED)


def test_a_withdrawn_one_disappears_and_its_reason_is_kept(store):
    identity = store.submit(a_listing(), NOW)
    store.review(identity, "accepted", by="某科", reason="", at=NOW)
    store.review(identity, "withdrawn", by="某科", reason="作者要求", at=NOW)
    assert identity not in {entry.id for entry in directory(store)}
    assert store.submissions()[0].reason == "作者要求"


def test_the_same_address_is_taken_once_until_it_is_rejected(store):
    identity = store.submit(a_listing(), NOW)
    with pytest.raises(AlreadyListed):
        store.submit(replace(a_listing(), url="http://www.example.org/1/"), NOW)
    store.review(identity, "rejected", by="某科", reason="看不懂", at=NOW)
    again = store.submit(a_listing(), NOW)
    with pytest.raises(AlreadyListed):
        store.review(identity, "accepted", by="某科", reason="", at=NOW)
    states = {found.id: found.state for found in store.submissions()}
    assert states == {identity: "rejected", again: "waiting"}


def test_reviewing_what_is_not_there_or_stands_so_already_is_refused(store):
    with pytest.raises(NotFound):
        store.review("000000000000", "accepted", by="某科", reason="", at=NOW)
    identity = store.submit(a_listing(), NOW)
    store.review(identity, "accepted", by="某科", reason="", at=NOW)
    with pytest.raises(Conflict):
        store.review(identity, "accepted", by="某科", reason="", at=NOW)


def test_a_flood_within_an_hour_is_stopped_and_ends_with_the_hour(store):
    for number in range(MOST_AN_HOUR):
        store.submit(a_listing(number), NOW)
    with pytest.raises(QueueFull):
        store.submit(a_listing(MOST_AN_HOUR), NOW + timedelta(minutes=59))
    assert store.submit(a_listing(MOST_AN_HOUR), NOW + timedelta(minutes=61))


def test_no_more_wait_than_a_steward_can_read(store):
    for number in range(MOST_WAITING):
        store.submit(a_listing(number), NOW + timedelta(hours=number))
    with pytest.raises(QueueFull):
        store.submit(a_listing(MOST_WAITING), NOW + timedelta(hours=2 * MOST_WAITING))


def test_eight_at_once_with_one_address_leave_one(store):
    def submit(_: int) -> str:
        try:
            return store.submit(a_listing(), NOW)
        except AlreadyListed:
            return ""

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(submit, range(8)))
    assert len([answer for answer in answers if answer]) == 1
    assert len(store.submissions()) == 1


def test_what_the_link_check_found_is_shown_with_its_time(store):
    works, broken = (app.listing.url for app in load_history().apps[:2])
    store.save_link_check(LinkCheck(works, "2020-02-07T10:00:00+08:00", True, "HTTP 200"))
    store.save_link_check(LinkCheck(broken, "2020-02-07T10:00:00+08:00", True, "HTTP 200"))
    store.save_link_check(LinkCheck(broken, "2020-02-08T10:00:00+08:00", False, "HTTP 404"))
    found = {entry.listing.url: entry for entry in directory(store)}
    assert (found[works].link, found[broken].link) == (WORKS, BROKEN)
    assert found[broken].link_checked_at == "2020-02-08T10:00:00+08:00"


def test_a_damaged_file_is_unavailable_and_says_which(store):
    store.path.parent.mkdir()
    store.path.write_bytes(b"this is no database" * 100)
    with pytest.raises(Unavailable, match="directory's database"):
        store.submissions()
    with pytest.raises(Unavailable):
        store.submit(a_listing(), NOW)


def test_an_act_that_fails_half_way_leaves_nothing(store):
    identity = store.submit(a_listing(), NOW)
    with sqlite3.connect(store.path) as database:
        database.execute("drop table review")
    with pytest.raises(Unavailable):
        store.review(identity, "accepted", by="某科", reason="", at=NOW)
    with sqlite3.connect(store.path) as database:
        state = database.execute("select state from submission").fetchone()
    assert state == ("waiting",)


def test_the_history_is_the_community_list_of_2020(shared_data):
    page = (shared_data / "reference/official/community-platform-hackmd.md").read_text("utf-8")
    applications, _, links = page.partition("### 相關連結")
    history = load_history()
    assert applications.count("<summary>") == len(history.apps)
    for app in history.apps:
        assert app.listing.name in applications and app.listing.url in applications
        assert f"by {app.listing.author}" in applications or app.listing.author in applications
        assert app.listing.author_url in applications
    assert [link.url for link in history.related] == [
        line.partition("](")[2].rstrip(")\n") for line in links.splitlines() if "](http" in line
    ][: len(history.related)]
