"""restocks.atom: what arrived, as feed readers read it; the same file while nothing arrives."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin

import feedparser
import pytest

from core.domain.programme import Programme
from publisher.collect import Collector
from publisher.formats import restocks_atom
from publisher.publishing import Publisher
from publisher.restocks import KEPT, Restock, Restocks
from tests.publisher.builders import (
    NINE,
    HandClock,
    LedgerFile,
    a_record,
    a_release,
    an_outlet,
    read_by,
    written_by,
)

OTHER = "5901010076"
BOTH = (("adult_mask", 200), ("child_mask", 50))


def _came(code: str = "5901010058", act: int = 1, pieces=BOTH, minutes: int = 0) -> Restock:
    return Restock(act, code, NINE + timedelta(minutes=minutes), pieces)


def _feed(masks: Programme, *restocks: Restock, records=None, **fields):
    records = records or [a_record(), a_record(OTHER, name="乙藥局")]
    release = a_release(*records, restocks=restocks, goods=masks.product, **fields)
    body, rows = written_by(restocks_atom, release)
    return feedparser.parse(body), rows


def test_a_feed_reader_finds_what_arrived_where_and_when(masks) -> None:
    feed, rows = _feed(masks, _came(OTHER, 9, minutes=5), _came(pieces=BOTH[:1]))
    assert (feed.bozo, feed.version, rows) == (False, "atom10", 2)
    assert [entry.title for entry in feed.entries] == [
        "乙藥局（臺北市松山區）到貨：成人口罩 200 片、兒童口罩 50 片",
        "安郁藥局（臺北市松山區）到貨：成人口罩 200 片",
    ]
    assert [entry.updated for entry in feed.entries] == [
        "2020-02-06T09:05:03+08:00",
        "2020-02-06T09:00:03+08:00",
    ]
    assert feed.feed.updated == feed.entries[0].updated
    assert [entry.tags[0].term for entry in feed.entries] == [OTHER, "5901010058"]


def test_a_feed_says_who_made_it_for_whom_and_where_it_lies(masks) -> None:
    feed, _ = _feed(masks, _came(), public_url="https://masks.example")
    links = {link.rel: link.href for link in feed.feed.links}
    assert links["self"] == "https://masks.example/data/restocks.atom"
    assert feed.feed.author and "授權" in feed.feed.rights and "僅供參考" in feed.feed.subtitle
    assert feed.entries[0].link == "https://masks.example/outlets/5901010058"


def test_without_a_public_address_links_lead_from_the_feed_to_the_site(masks) -> None:
    feed, _ = _feed(masks, _came())
    here = "http://localhost:8081/data/restocks.atom"
    outlet, itself = feed.entries[0].link, feed.feed.links[0].href
    assert urljoin(here, outlet) == "http://localhost:8081/outlets/5901010058"
    assert urljoin(here, itself) == here


def test_an_arrival_keeps_its_id_whatever_arrives_later_and_none_shares_it(masks) -> None:
    first, _ = _feed(masks, _came())
    later, _ = _feed(masks, _came(act=7, minutes=9), _came(OTHER, 7), _came(), ttl_s=1)
    ids = [entry.id for entry in later.entries]
    assert ids[-1] == first.entries[0].id
    assert len(set(ids)) == 3 and all(one.startswith("urn:uuid:") for one in ids)


def test_outlets_that_are_not_published_and_goods_of_other_programmes_are_left_out(masks) -> None:
    feed, rows = _feed(
        masks, _came("9999999999"), _came("0000000000"), _came(OTHER, 4, (("test_kit", 9),))
    )
    assert (feed.entries, rows) == ([], 0)


def test_characters_that_xml_cannot_hold_are_replaced_and_others_kept(masks) -> None:
    names = {OTHER: '<b>&"\r\n\t\u2028𠮷😷', "5901010085": "nul\0 \x0b \ufffe"}
    records = [a_record(code, name=name) for code, name in names.items()]
    release = a_release(*records, restocks=[_came(code) for code in names], goods=masks.product)
    body, _ = written_by(restocks_atom, release)
    assert not feedparser.parse(body).bozo
    says = read_by(restocks_atom, body)
    assert says.names == {OTHER: names[OTHER]}
    assert set(says.numbers) == set(names)


def test_a_feed_that_defines_entities_is_not_read(masks) -> None:
    body, _ = written_by(restocks_atom, a_release(a_record()))
    bomb = body.replace(b"<feed", b'<!DOCTYPE feed [<!ENTITY a "b">]><feed', 1)
    with pytest.raises(ValueError, match="entities"):
        read_by(restocks_atom, bomb)


def _intake(ledger: LedgerFile, code: str, adult: int, child: int, minutes: int = 0) -> None:
    """Record one intake of two products, as the counter does."""
    at = NINE + timedelta(minutes=minutes)
    ledger.move(code, "adult_mask", adult, at)
    ledger.move(code, "child_mask", child, at)
    ledger.run(
        "UPDATE entries SET act = position - 1 WHERE position = (SELECT max(position) FROM entries)"
    )


def test_the_products_of_one_intake_are_one_arrival(ledger: LedgerFile, feed) -> None:
    ledger.register(an_outlet())
    _intake(ledger, "5901010058", 200, 50)
    restocks = Restocks()
    restocks.begin(feed)
    assert restocks.newest == (_came(act=1),)


def test_sales_goods_given_back_and_goods_taken_off_are_no_arrivals(
    ledger: LedgerFile, feed
) -> None:
    ledger.register(an_outlet())
    ledger.move("5901010058", "adult_mask", 200)
    ledger.move("5901010058", "adult_mask", -2)
    ledger.run(
        "INSERT INTO entries SELECT 3, 3, 'intake', outlet, product, -10, at, day, by,"
        " origin, note, 0, 0, NULL FROM entries WHERE position = 1"
    )
    ledger.run(
        "INSERT INTO entries SELECT 4, 4, 'reversal', outlet, product, 2, at, day, by,"
        " origin, note, 0, 0, NULL FROM entries WHERE position = 2"
    )
    restocks = Restocks()
    restocks.begin(feed)
    assert [restock.act for restock in restocks.newest] == [1]


def test_following_the_ledger_gives_what_a_restart_gives(ledger, feed, masks, rng) -> None:
    outlets = [an_outlet(), an_outlet(OTHER)]
    ledger.register(*outlets)
    followed = Collector(feed)
    for step in range(KEPT + 60):
        ledger.move(rng.choice(outlets).code, "adult_mask", 200, NINE + timedelta(minutes=step))
        if rng.random() < 0.2:
            followed.collect(masks, NINE)
    followed.collect(masks, NINE)
    anew = Collector(feed)
    anew.collect(masks, NINE)
    assert followed.restocks == anew.restocks
    assert len(anew.restocks) == KEPT
    assert anew.restocks[0].act == KEPT + 60


def test_the_file_stays_the_last_releases_own_while_nothing_arrives(
    ledger: LedgerFile, begin, masks, folder: Path, clock: HandClock
) -> None:
    ledger.register(an_outlet(), an_outlet(OTHER, test=True))
    publisher: Publisher = begin()

    def publish(code: str, pieces: int) -> tuple[int, list[str]]:
        ledger.move(code, "adult_mask", pieces, clock.now)
        clock.forward(seconds=1)
        manifest = publisher.publish(clock.now, masks)
        path = folder / f"{manifest.sequence:010d}" / "restocks.atom"
        feed = feedparser.parse(path.read_bytes())
        return path.stat().st_ino, [entry.tags[0].term for entry in feed.entries]

    first = publish("5901010058", 200)
    assert first[1] == ["5901010058"]
    assert publish("5901010058", -2) == first
    assert publish(OTHER, 200) == first
    inode, codes = publish("5901010058", 50)
    assert inode != first[0] and codes == ["5901010058"] * 2
