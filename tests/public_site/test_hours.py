"""Open now and sale window now, by the Taipei minute that was asked."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.domain.calendar import TAIPEI
from public_site.hours import closed_on, open_at, selling_at
from tests.public_site.releases import NOW, an_outlet

# Open on Monday mornings, Tuesday afternoons and Sunday evenings only.
WEEK = "NYYYYYY" + "YNYYYYY" + "YYYYYYN"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a time in the week of Monday, 3 February 2020."""
    return datetime(2020, 2, 2 + day, hour, minute, tzinfo=TAIPEI)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (at(1, 7, 59), False),
        (at(1, 8), True),
        (at(1, 11, 59), True),
        (at(1, 12), False),
        (at(2, 12), True),
        (at(2, 17, 59), True),
        (at(2, 18), False),
        (at(7, 18), True),
        (at(7, 21, 59), True),
        (at(7, 22), False),
        (at(1, 8).astimezone(UTC), True),
    ],
)
def test_an_outlet_is_open_in_the_parts_of_its_week(moment, is_open):
    assert open_at(an_outlet(service_periods=WEEK), moment) is is_open


@pytest.mark.parametrize("periods", ["", "N", "X" * 21, "N" * 20 + "?"])
def test_unknown_periods_are_not_open(periods):
    outlet = an_outlet(service_periods=periods)
    assert not open_at(outlet, at(1, 9))
    assert not closed_on(outlet, at(1, 9).date())


@pytest.mark.parametrize("availability", ["paused", "closed"])
def test_who_is_paused_or_closed_is_neither_open_nor_selling(availability):
    outlet = an_outlet(
        service_periods="N" * 21, sale_windows="每日 00:00-24:00", availability=availability
    )
    assert not open_at(outlet, at(1, 9))
    assert not selling_at(outlet, at(1, 9))


def test_closed_all_day_is_known_from_three_parts():
    assert closed_on(an_outlet(service_periods=WEEK), at(3, 9).date())
    assert not closed_on(an_outlet(service_periods=WEEK), at(7, 9).date())


def test_an_outlet_sells_inside_its_windows_only():
    outlet = an_outlet(sale_windows="一至五 09:00-11:00 50片; 六 10:00-12:00")
    assert selling_at(outlet, at(1, 9))
    assert not selling_at(outlet, at(1, 11))
    assert selling_at(outlet, at(6, 10, 30))
    assert not selling_at(outlet, at(7, 10, 30))
    assert not selling_at(an_outlet(sale_windows="看門口公告"), at(1, 9))


async def codes(client, query: str) -> list[str]:
    answer = await client.get(f"/api/v1/outlets?{query}")
    assert answer.status == 200, await answer.text()
    return [outlet["code"] for outlet in (await answer.json())["outlets"]]


@pytest.fixture
async def two(folder, start):
    """A site with one outlet for the morning and one for the afternoon; it is Thursday 10:30."""
    morning, afternoon = "N" * 7 + "Y" * 14, "Y" * 7 + "N" * 7 + "Y" * 7
    folder.publish(
        [
            an_outlet("5901010011", service_periods=morning, sale_windows="四 10:00-10:31"),
            an_outlet("5901010022", service_periods=afternoon, sale_windows="四 10:31-11:00"),
        ]
    )
    return await start()


async def test_answers_follow_the_minute_although_the_snapshot_stays(two, clock, folder):
    assert await codes(two, "open_now=1") == ["5901010011"]
    assert await codes(two, "window_now=1") == ["5901010011"]
    assert await codes(two, "open_now=1&window_now=1&kind=pharmacy") == ["5901010011"]
    clock.now = NOW.replace(minute=31)
    assert await codes(two, "window_now=1") == ["5901010022"]
    assert await codes(two, "open%5Fnow=yes&window_now=0") == ["5901010011"]
    clock.now = NOW.replace(hour=12, minute=0)
    assert await codes(two, "open_now=1") == ["5901010022"]
    assert len(await codes(two, "open_now=0")) == 2


async def test_a_tag_of_one_minute_is_not_good_for_the_next(two, clock):
    path = "/api/v1/outlets?window_now=1"
    tag = (await two.get(path)).headers["ETag"]
    assert (await two.get(path, headers={"If-None-Match": tag})).status == 304
    clock.now = NOW.replace(minute=31)
    answer = await two.get(path, headers={"If-None-Match": tag})
    assert answer.status == 200
    assert "5901010022" in await answer.text()


async def test_pages_follow_the_minute_too(two, clock):
    page = await (await two.get("/?window_now=1")).text()
    assert "/outlets/5901010011" in page and "/outlets/5901010022" not in page
    clock.now = NOW.replace(minute=31)
    page = await (await two.get("/?window_now=1")).text()
    assert "/outlets/5901010022" in page and "/outlets/5901010011" not in page


async def test_near_and_map_take_the_same_filters(two):
    for path in ("/api/v1/nearby?lat=25.0478&lon=121.517&", "/api/v1/map?"):
        text = await (await two.get(f"{path}open_now=1")).text()
        assert "5901010011" in text and "5901010022" not in text
