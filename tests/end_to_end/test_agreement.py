"""All public answers at one snapshot say the same."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any, NamedTuple

import pytest

from tests.end_to_end.driving import ADULT, CHILD, Answer, Demo, poll

pytestmark = pytest.mark.e2e

OUTLETS = 200
_NUMBER = re.compile(r'class="pieces"><b>(\d+)</b>')
_SNAPSHOT = re.compile(r"第 (\d+) 號資料集")

Numbers = tuple[int, int]


class Said(NamedTuple):
    """What one public answer says: its snapshot, and adult and child pieces by outlet."""

    snapshot: int
    numbers: Mapping[str, Numbers]


def of_file(answer: Answer, rows: Iterable[Mapping[str, Any]], *names: str) -> Said:
    code, adult, child = names
    numbers = {str(row[code]): (int(row[adult]), int(row[child])) for row in rows}
    return Said(int(answer.headers["X-Snapshot"]), numbers)


def csv_file(demo: Demo, name: str, *names: str) -> Said:
    answer = demo.public(f"/data/{name}")
    return of_file(answer, csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))), *names)


def json_file(demo: Demo, name: str, *names: str) -> Said:
    answer = demo.public(f"/data/{name}")
    return of_file(answer, (one["properties"] for one in answer.json["features"]), *names)


def api_list(demo: Demo, codes: list[str]) -> Said:
    answer = demo.public(f"/api/v1/outlets?codes={','.join(codes)}&limit=1000").json
    return Said(answer["snapshot"], {one["code"]: pair(one) for one in answer["outlets"]})


def api_outlets(demo: Demo, codes: list[str]) -> list[Said]:
    answers = [demo.published(code) for code in codes]
    return [Said(a["snapshot"], {a["outlet"]["code"]: pair(a["outlet"])}) for a in answers]


def pages(demo: Demo, codes: list[str]) -> list[Said]:
    return [of_page(code, demo.public(f"/outlets/{code}").text) for code in codes]


def of_page(code: str, text: str) -> Said:
    adult, child = map(int, _NUMBER.findall(text))
    return Said(int(_SNAPSHOT.findall(text)[-1]), {code: (adult, child)})


def pair(outlet: Mapping[str, Any]) -> Numbers:
    return outlet[ADULT], outlet[CHILD]


def test_every_public_answer_says_the_same_of_200_random_outlets(demo, rng):
    said, codes = poll(lambda: at_one_snapshot(demo, rng))
    whole = said["maskdata-all.csv"].numbers
    assert len(codes) == OUTLETS
    for name, answer in said.items():
        for code in codes:
            # The official file leaves out rows with both numbers zero.
            absent = (0, 0) if name == "maskdata.csv" else None
            assert answer.numbers.get(code, absent) == whole[code], (name, code)
    assert said["outlets.geojson"].numbers == whole == said["points.json"].numbers
    assert said["maskdata.csv"].numbers == {c: n for c, n in whole.items() if any(n)}


def at_one_snapshot(demo: Demo, rng: Random) -> tuple[dict[str, Said], list[str]] | None:
    """Ask everything; nothing is returned if a new snapshot came in between."""
    said = {
        "maskdata-all.csv": csv_file(demo, "maskdata-all.csv", "code", ADULT, CHILD),
        "maskdata.csv": csv_file(
            demo, "maskdata.csv", "醫事機構代碼", "成人口罩剩餘數", "兒童口罩剩餘數"
        ),
        "outlets.geojson": json_file(demo, "outlets.geojson", "code", ADULT, CHILD),
        "points.json": json_file(demo, "points.json", "id", "mask_adult", "mask_child"),
    }
    codes = rng.sample(sorted(said["maskdata-all.csv"].numbers), OUTLETS)
    one_by_one = {"outlet": api_outlets(demo, codes), "page": pages(demo, codes)}
    said["list"] = api_list(demo, codes)
    named = {answer.snapshot for answer in said.values()}
    for name, answers in one_by_one.items():
        named |= {answer.snapshot for answer in answers}
        numbers = {code: n for answer in answers for code, n in answer.numbers.items()}
        said[name] = Said(answers[0].snapshot, numbers)
    return (said, codes) if len(named) == 1 else None


def test_the_addresses_of_2020_give_the_files_of_today(demo):
    for old, new in (
        ("/resource/mask/maskdata.csv", "/data/maskdata.csv"),
        ("/json/points.json", "/data/points.json"),
    ):
        assert demo.public(old).body == demo.public(new).body


def test_what_is_downloaded_is_what_the_manifest_signed(demo):
    done = demo.maskmap("snapshot", "verify", "--against-ledger")
    assert done.returncode == 0, done.stdout + done.stderr
