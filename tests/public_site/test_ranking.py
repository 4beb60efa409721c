"""What was named comes before what has stock; among equals stock decides."""

from __future__ import annotations

import pytest

from public_site.keys import SNAPSHOTS
from tests.public_site.releases import an_outlet
from tests.public_site.test_finding import found

ROAD = "臺北市中正區忠孝西路一段"


@pytest.fixture
async def view(folder, start):
    folder.publish(
        [
            an_outlet("5901010001", name="健康藥局", address=f"{ROAD}49號1樓", adult=0, child=0),
            an_outlet("5901010002", name="健康藥局二店", address=f"{ROAD}149號", adult=200),
            an_outlet("5901010003", name="大健康藥局", address=f"{ROAD}49-1號", adult=500),
            an_outlet("5901010004", name="平安藥局", address=f"{ROAD}4號", adult=300),
            an_outlet(
                "5901010005",
                name="站前藥局",
                address=f"{ROAD}5號",
                adult=900,
                availability="paused",
                phone="02-87654321",
            ),
            an_outlet("5901010006", name="忠孝藥局", address="臺北市中正區健康路7號", adult=10),
        ]
    )
    client = await start()
    return client.app[SNAPSHOTS].look().view


def ends(codes: list[str]) -> str:
    return "".join(code[-1] for code in codes)


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("忠孝西路一段49號", "1"),
        ("忠孝西路1段49", "1"),
        ("忠孝西路49號", "1"),
        ("忠孝西路一段 49-1號", "3"),
        ("忠孝西路1段4號", "4"),
        ("忠孝西路1段4號之9", "4"),
        ("健康藥局", "1"),
        ("5901010001", "1"),
        ("8765-4321", "5"),
        ("中正區 忠孝藥局", "6"),
        ("台北中正健康路", "6"),
        ("忠孝西路一段4號平安藥局", "4"),
        ("健康藥局 忠孝西路一段149號", "2"),
    ],
)
def test_what_was_named_comes_first_whatever_the_stock_next_door(view, typed, best):
    assert ends(found(view, typed))[:1] == best


def test_names_come_before_streets_and_exact_names_before_longer_ones(view):
    assert ends(found(view, "健康")) == "2136"
    assert ends(found(view, "健康藥局")) == "123"


def test_a_road_or_a_town_alone_lists_what_can_be_bought_first(view):
    assert ends(found(view, "忠孝西路")) == "34251"
    assert ends(found(view, "台北市中正區")) == "342651"
    assert ends(found(view, "中正")) == "342651"
    assert ends(found(view, "")) == "342651"


def test_a_door_that_does_not_exist_finds_nothing(view):
    assert found(view, "忠孝西路一段999號") == []
    assert found(view, "高雄市忠孝西路一段49號") == []
