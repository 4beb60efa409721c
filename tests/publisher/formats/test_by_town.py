"""by-town/: one file a town, written only while something in it is other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.domain.snapshot import release_folder
from core.releases import read_manifest_of
from publisher.formats import by_town, ndjson
from publisher.release_data import FragmentCache
from tests.publisher.builders import NINE, a_record, a_release, an_outlet, bodies_of, written_by

ELSEWHERE = {"county_code": "68000", "county": "桃園市", "town_code": "68000010", "town": "桃園區"}
NOWHERE = {"county_code": "", "county": "", "town_code": "", "town": ""}


def test_a_file_names_its_town_and_lists_the_lines_of_the_ndjson() -> None:
    release = a_release(a_record(), a_record("5901010076"), a_record("5932010010", **ELSEWHERE))
    bodies = bodies_of(by_town, release)
    assert set(bodies) == {"by-town/63000010.json", "by-town/68000010.json"}
    shard = json.loads(bodies["by-town/63000010.json"])
    outlets = shard.pop("outlets")
    assert shard == {
        "town_code": "63000010",
        "town": "松山區",
        "county_code": "63000",
        "county": "臺北市",
        "changed_in": 7,
        "as_of": "2020-02-06T09:00:03+08:00",
    }
    lines = written_by(ndjson, release)[0].splitlines()
    assert outlets == [json.loads(line) for line in lines[:2]]
    assert all(line in bodies["by-town/63000010.json"] for line in lines[:2])


def test_outlets_of_which_nobody_knows_the_town_have_a_file_of_their_own() -> None:
    bodies = bodies_of(by_town, a_release(a_record(**NOWHERE)))
    (shard,) = map(json.loads, bodies.values())
    assert list(bodies) == ["by-town/unknown.json"]
    assert (shard["town_code"], shard["town"], shard["county"]) == ("", "", "")


def test_only_towns_in_which_something_changed_have_another_version() -> None:
    cache = FragmentCache()
    here, there = a_record(), a_record("5932010010", **ELSEWHERE)

    def versions(*records) -> dict[str, int]:
        return {w.path: w.version for w in by_town.write(a_release(*records, cache=cache))}

    first = versions(here, there)
    second = versions(here, a_record("5932010010", **ELSEWHERE, counts={"adult_mask": 1}))
    assert first["by-town/63000010.json"] == second["by-town/63000010.json"]
    assert first["by-town/68000010.json"] != second["by-town/68000010.json"]


def test_an_outlet_that_moves_to_another_town_changes_both() -> None:
    cache = FragmentCache()
    both = [a_record(), a_record("5901010076"), a_record("5932010010", **ELSEWHERE)]
    first = bodies_of(by_town, a_release(*both, cache=cache))
    both[1] = a_record("5901010076", **ELSEWHERE)
    second = {w.path: w.rows for w in by_town.write(a_release(*both, cache=cache, sequence=8))}
    assert second == {"by-town/63000010.json": 1, "by-town/68000010.json": 2}
    assert set(first) == set(second)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (b'{"town_code":"63000010"', b'{"town_code":"63000020"'),
        (b'"outlets":[\n{"code":"5901010058"', b'"outlets":[\n{"code":"5901010099"'),
        (b'"town_code":"63000010","town":"\xe6', b'"town_code":"63000099","town":"\xe6'),
    ],
)
def test_a_file_of_another_town_or_out_of_order_is_not_read(right: bytes, wrong: bytes) -> None:
    release = a_release(a_record(), a_record("5901010076"))
    ((path, body),) = bodies_of(by_town, release).items()
    assert by_town.read({path: body}).rows == 2
    assert right in body
    with pytest.raises(ValueError, match=r"town|ascend"):
        by_town.read({path: wrong.join(body.rsplit(right, 1))})


def test_the_file_of_a_town_where_nothing_happened_is_the_last_releases_own(
    ledger, begin, masks, folder: Path, signing_key, clock
) -> None:
    ledger.register(an_outlet(), an_outlet("5932010010", **ELSEWHERE))
    publisher = begin()
    first = publisher.publish(NINE, masks)
    ledger.move("5932010010", "adult_mask", 200)
    second = publisher.publish(NINE.replace(minute=1), masks)
    here, there = (
        [folder / release_folder(m.sequence) / f"by-town/{town}.json" for m in (first, second)]
        for town in ("63000010", "68000010")
    )
    assert here[0].stat().st_ino == here[1].stat().st_ino
    assert there[0].stat().st_ino != there[1].stat().st_ino
    assert [json.loads(path.read_bytes())["changed_in"] for path in (*here, *there)] == [1, 1, 1, 2]
    manifest, _ = read_manifest_of(folder, 2, signing_key.public_key())
    named = {entry.path for entry in manifest.files}
    assert {"by-town/63000010.json", "by-town/63000010.json.gz"} <= named
