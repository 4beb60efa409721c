"""What holds for every module found in publisher/formats, those dropped in later included."""

from __future__ import annotations

import contextlib
import random
from pathlib import Path

import pytest

from core.domain.snapshot import OutletRecord
from publisher import compress, formats, release_data
from publisher.release_data import FragmentCache, ReleaseData
from publisher.restocks import Restock
from tests.publisher.builders import NINE, a_record, a_release, bodies_of

FORMATS = formats.all_formats()
# What tells of arrivals lists no stock, and only outlets where something arrived.
NEWS = {"restocks.atom"}
each = pytest.mark.parametrize("form", FORMATS, ids=lambda form: form.PATHS[0])


def _some(rng: random.Random, count: int = 40) -> list[OutletRecord]:
    return [
        a_record(
            f"59{number:08d}",
            name=rng.choice(["安郁", "a,b", '"', "堃", "=x"]) + str(number),
            counts={"adult_mask": rng.choice([0, 1, 250]), "child_mask": rng.choice([0, 7])},
            lon=rng.uniform(118.2, 122.0),
            lat=rng.uniform(21.9, 26.4),
        )
        for number in range(count)
    ]


def _with_arrivals(records: list[OutletRecord], **fields: object) -> ReleaseData:
    """Build a release in which goods arrived at every third outlet, and at one that is none."""
    codes = [*(record.code for record in records[::3]), "0000000000"]
    came = [Restock(n, code, NINE, (("adult_mask", 200),)) for n, code in enumerate(codes, 1)]
    return a_release(*records, restocks=came[::-1], **fields)


def test_the_formats_of_the_contract_are_there() -> None:
    paths = {path for form in FORMATS for path in form.PATHS}
    assert paths >= {
        *("maskdata.csv", "maskdata-all.csv", "outlets.geojson", "points.json"),
        *("outlets.ndjson", "outlets.parquet", "by-town/", "restocks.atom"),
        *("outlet_information.json", "outlet_status.json"),
    }


def test_a_module_dropped_into_the_folder_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dropped_in.py").write_text('PATHS = ("dropped.txt",)\n')
    monkeypatch.setattr(formats, "__path__", [*formats.__path__, str(tmp_path)])
    assert ("dropped.txt",) in {form.PATHS for form in formats.all_formats()}


@each
def test_what_is_written_reads_back_with_the_same_outlets_and_numbers(form, rng) -> None:
    records = _some(rng)
    release = _with_arrivals(records)
    says = form.read(bodies_of(form, release))
    news = form.PATHS[0] in NEWS
    listed = records[::3] if news else [r for r in records if says.whole or any(r.counts.values())]
    assert says.rows == len(listed)
    assert {written.rows for written in form.write(release)} <= {*range(len(listed) + 1)}
    assert says.names == {record.code: record.name for record in listed}
    stock = {record.code: {} if news else dict(record.counts) for record in listed}
    assert says.numbers == stock
    assert list(says.numbers) == [record.code for record in listed]
    assert says.source_time in ("", "2020/02/06 09:00:03")


@pytest.mark.parametrize("most_kept", [0, release_data.MOST_KEPT])
@each
def test_a_release_made_of_kept_fragments_is_the_same_as_one_made_anew(
    form, rng, monkeypatch, most_kept
) -> None:
    monkeypatch.setattr(release_data, "MOST_KEPT", most_kept)
    records, cache = _some(rng), FragmentCache()
    for step in range(30):
        for _ in range(rng.randrange(4)):
            place = rng.randrange(len(records))
            stock = {"adult_mask": rng.randrange(3), "child_mask": rng.randrange(3)}
            records[place] = a_record(records[place].code, counts=stock)
        if step % 7 == 3:
            del records[rng.randrange(len(records))]
        if step % 7 == 5:
            records.append(a_record(f"99{step:08d}"))
        kept = _with_arrivals(records, cache=cache, sequence=step)
        if rng.random() < 0.3:
            kept.towns()  # A release that failed before this format was written.
            continue
        anew = _with_arrivals(records, sequence=step)
        assert bodies_of(form, kept) == bodies_of(form, anew)


@each
def test_only_what_changed_is_made_again(form, rng, monkeypatch) -> None:
    records, cache, made = _some(rng), FragmentCache(), []
    write = ReleaseData.fragments

    def counted(self: ReleaseData, path: str, make) -> list[bytes]:
        return write(self, path, lambda record: made.append(record.code) or make(record))

    monkeypatch.setattr(ReleaseData, "fragments", counted)
    form.write(a_release(*records, cache=cache))
    assert {*made} <= {record.code for record in records}
    made.clear()
    records[3] = a_record(records[3].code)
    form.write(a_release(*records, cache=cache, sequence=8))
    assert {*made} <= {records[3].code}


@each
def test_files_cut_anywhere_never_say_the_same_as_the_whole_ones(form) -> None:
    bodies = bodies_of(form, _with_arrivals([a_record(), a_record("5901010076")]))
    says = form.read(bodies)
    for path, body in bodies.items():
        whole = len(body.rstrip(b"\n"))
        for length in {*range(0, whole, 1 + whole // 2000), *range(max(0, whole - 200), whole)}:
            with contextlib.suppress(ValueError, KeyError):
                assert form.read(bodies | {path: body[:length]}) != says


@pytest.mark.parametrize("compressed", [compress.quick, compress.small])
def test_a_compressed_file_holds_the_plain_one_and_no_time(compressed) -> None:
    body = "健保特約機構\n".encode() * 1000
    packed = compressed(body)
    assert packed == compressed(body)
    assert packed[4:8] == bytes(4)
    assert compress.ungzipped(packed, len(body)) == body


@pytest.mark.parametrize("damage", [lambda b: b[:-5], lambda b: b + b"x", lambda b: b"no" + b[2:]])
def test_a_damaged_compressed_file_is_refused(damage) -> None:
    with pytest.raises(ValueError, match=r"compressed|gzip"):
        compress.ungzipped(damage(compress.quick(b"abc" * 100)), 300)


def test_a_compressed_file_longer_than_the_plain_one_is_not_inflated() -> None:
    with pytest.raises(ValueError, match="longer"):
        compress.ungzipped(compress.quick(bytes(10_000_000)), 1000)
