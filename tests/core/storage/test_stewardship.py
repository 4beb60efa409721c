"""The authority's texts keep every version; the morning's sums follow the entries."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from core.actions import intakes, purchases
from core.domain.eligibility import Claim
from core.domain.text import Text
from core.errors import Conflict, Refused
from core.ports.stewardship import AnnouncementVersion, PageVersion
from core.storage.migrate import migrate
from core.storage.sqlite import SqliteLedger
from tests.builders import GROWN_UP, OTHER_PHARMACY, PHARMACY, SUNDAY, a_desk, a_number, an_outlet

DAY = date(2020, 2, 9)
ROW: dict[str, object] = {"act": "test", "by": "steward"}


@pytest.fixture
async def store(state: Path) -> AsyncIterator[SqliteLedger]:
    migrate(state / "ledger.sqlite")
    ledger = SqliteLedger(state / "ledger.sqlite")
    outlets = [an_outlet(PHARMACY), an_outlet(OTHER_PHARMACY)]
    await ledger.save_outlets(outlets, {"act": "register", "by": "test"}, SUNDAY)
    yield ledger
    ledger.close()


def an_announcement(version: int = 1, identity: str = "s1") -> AnnouncementVersion:
    words = Text(f"第{version}版", f"version {version}")
    return AnnouncementVersion(
        identity, version, "notice", DAY, DAY, "both", words, "steward", SUNDAY
    )


async def test_the_newest_version_of_an_announcement_is_in_force(store: SqliteLedger) -> None:
    for version in (1, 2, 3):
        await store.save_announcement(an_announcement(version), ROW)
    (found,) = await store.announcements()
    assert found == an_announcement(3)


@pytest.mark.parametrize("number", [0, 1, 3])
async def test_only_the_next_version_is_taken(store: SqliteLedger, number: int) -> None:
    await store.save_announcement(an_announcement(1), ROW)
    with pytest.raises(Conflict):
        await store.save_announcement(an_announcement(number), ROW)


async def test_a_page_keeps_its_versions_with_who_and_when(store: SqliteLedger) -> None:
    assert await store.page("faq") is None
    first = PageVersion("faq", 1, Text("甲", "a"), "s1", SUNDAY, {"phone": "1"})
    second = replace(first, version=2, words=Text("乙", "b"), by="s2", restores=0)
    await store.save_page(first, ROW, SUNDAY)
    await store.save_page(second, ROW, SUNDAY)
    assert await store.page("faq") == second
    assert await store.page_versions("faq") == [second, first]
    with pytest.raises(Conflict):
        await store.save_page(second, ROW, SUNDAY)


async def test_the_sums_of_a_day_are_the_same_read_at_once_or_bit_by_bit(
    store: SqliteLedger, rng: random.Random
) -> None:
    desk = a_desk(store)
    for outlet in (PHARMACY, OTHER_PHARMACY):
        for key, pieces in (("in", 200), ("out", -rng.randrange(1, 20))):
            await intakes.manual_intake(
                desk, by="t", outlet=outlet, pieces={"adult_mask": pieces}, key=key, body=b""
            )
    for person in range(20):
        outlet = rng.choice((PHARMACY, OTHER_PHARMACY))
        claim = Claim("02", a_number(person), GROWN_UP)
        try:
            await purchases.record_sale(
                desk,
                by="t",
                outlet=outlet,
                claim=claim,
                pieces={"adult_mask": 2},
                key=f"{person}",
                body=b"",
            )
        except Refused:
            continue
        if rng.random() < 0.5:
            await store.outlet_days(DAY, "masks")
    bit_by_bit = await store.outlet_days(DAY, "masks")
    store._day_sums = None
    assert await store.outlet_days(DAY, "masks") == bit_by_bit
    assert sum(one.sales for one in bit_by_bit) == 20
    assert all(one.typed == one.sales and one.negative > 0 for one in bit_by_bit)
    assert await store.outlet_days(date(2020, 2, 10), "masks") != bit_by_bit
