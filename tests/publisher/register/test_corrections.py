"""What the authority corrected stands through imports, geocoding and consensus."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime

import pytest
from click.testing import CliRunner

from core.actions.corrections import correct_outlet
from core.cli import main
from core.domain.calendar import TAIPEI
from core.storage import open_state
from publisher.register.cli import registered

pytestmark = pytest.mark.slow

CODE = "5901010001"
HEADING = "醫事機構代碼,醫事機構名稱,醫事機構地址,醫事機構電話,成人口罩剩餘數,兒童口罩剩餘數"
ROW = f"{CODE},健安藥局,臺北市松山區民生路1號,(02)11111111,3,4"


def clock() -> datetime:
    return datetime(2020, 2, 6, 9, 0, tzinfo=TAIPEI)


@pytest.fixture
def maskmap(settings):
    def run(*arguments: object):
        command = ["outlets", *map(str, arguments), "--state", str(settings.state)]
        result = CliRunner().invoke(main, command)
        assert result.exit_code == 0, result.output
        return result

    return run


@pytest.fixture
def mask_csv(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(f"{HEADING}\n{ROW}\n", encoding="utf-8")
    return path


@pytest.fixture
def correct(settings):
    def run(**values: str) -> None:
        async def do() -> None:
            async with open_state(settings) as state:
                await correct_outlet(
                    state.stewardship, clock, by="steward", code=CODE, values=values, reason="x"
                )

        asyncio.run(do())

    return run


def entry(settings):
    return registered(settings)[CODE]


def test_a_corrected_text_stands_against_every_later_list_and_the_list_is_told_of(
    maskmap, mask_csv, correct, settings
):
    maskmap("import", mask_csv)
    correct(address="臺北市大安區信義路四段1號", phone="(02)22222222")
    corrected = entry(settings)
    assert (corrected.town, corrected.coordinate_precision) == ("大安區", "town")
    report = json.loads(maskmap("import", "--json", mask_csv).stdout)
    assert entry(settings) == corrected
    assert report["changed"] == []
    told = [one["detail"] for one in report["conflicts"] if one["kind"] == "corrected"]
    assert len(told) == 2
    assert "'(02)11111111'; the correction '(02)22222222' stands" in told[1]


def test_what_was_not_corrected_still_follows_the_lists(maskmap, mask_csv, correct, settings):
    maskmap("import", mask_csv)
    correct(phone="(02)22222222")
    mask_csv.write_text(f"{HEADING}\n{ROW.replace('健安', '新安')}\n", encoding="utf-8")
    maskmap("import", mask_csv)
    assert (entry(settings).name, entry(settings).phone) == ("新安藥局", "(02)22222222")


def test_another_correction_ends_the_first(maskmap, mask_csv, correct, settings):
    maskmap("import", mask_csv)
    correct(phone="(02)22222222")
    correct(phone="(02)33333333")
    maskmap("import", mask_csv)
    assert entry(settings).phone == "(02)33333333"


def test_a_corrected_place_stands_against_collectors_who_agree_and_against_geocoding(
    maskmap, mask_csv, correct, settings, tmp_path
):
    maskmap("import", mask_csv)
    correct(lon="121.5600", lat="25.0600")
    for name in ("kai", "exk"):
        path = tmp_path / f"{name}.csv"
        path.write_text(f"code,lng,lat\n{CODE},121.557,25.058\n", encoding="utf-8")
        maskmap("import", path)
    maskmap("geocode")
    maskmap("import", mask_csv)
    place = entry(settings)
    assert (place.lon, place.lat, place.coordinate_source) == (121.56, 25.06, "correction")
    assert maskmap("check").stdout == ""
