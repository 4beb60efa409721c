"""maskdata.csv against the real files of 2020, byte for byte after the heading line."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import datetime
from pathlib import Path

import pytest

from core.domain.calendar import TAIPEI
from core.domain.snapshot import OutletRecord
from publisher.formats import official_csv
from tests.publisher.builders import a_record, a_release, read_by, written_by

HEADING = (
    "醫事機構代碼,醫事機構名稱,醫事機構地址,醫事機構電話,"
    "成人口罩剩餘數,兒童口罩剩餘數,來源資料時間\n"
)
# As the authority published them: the demo file has other times, `crlf` was saved by an app.
REAL = (
    "20200206_085707_43215c4d",
    "20200206_113604_0c80397f",
    "20200207_205813_812ef21b",
    "20200217_125911_4028c40f",
    "20200220_085911_69c0cfd6",
)


def _records(text: str) -> tuple[list[OutletRecord], str]:
    rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
    records = [
        a_record(
            code,
            name=name,
            address=address,
            phone=phone,
            counts={"adult_mask": int(adult), "child_mask": int(child)},
        )
        for code, name, address, phone, adult, child, _ in rows
    ]
    return sorted(records, key=lambda record: record.code), rows[0][6]


@pytest.mark.parametrize("name", REAL)
def test_a_real_file_read_and_written_again_is_the_same_after_its_heading(
    name: str, shared_data: Path
) -> None:
    real = gzip.decompress((shared_data / "data" / "raw" / f"{name}.csv.gz").read_bytes())
    records, time = _records(real.decode("utf-8-sig"))
    records.append(a_record("9999999999", counts={"adult_mask": 0, "child_mask": 0}))
    as_of = datetime.strptime(time, "%Y/%m/%d %H:%M:%S").replace(tzinfo=TAIPEI)
    written, rows = written_by(official_csv, a_release(*records, as_of=as_of))
    assert written.split(b"\n", 1)[1] == real.split(b"\n", 1)[1]
    assert rows == len(records) - 1


def test_the_heading_is_frozen_and_follows_a_byte_order_mark() -> None:
    body, rows = written_by(official_csv, a_release())
    assert body == b"\xef\xbb\xbf" + HEADING.encode()
    assert rows == 0


def test_rows_with_both_numbers_zero_are_left_out_and_others_keep_their_zero() -> None:
    body, rows = written_by(
        official_csv,
        a_release(
            a_record("0145080011", counts={"adult_mask": 0, "child_mask": 3}),
            a_record("5901010058", counts={"adult_mask": 0, "child_mask": 0}),
        ),
    )
    lines = body.decode("utf-8-sig").splitlines()
    assert rows == 1
    assert [line.split(",")[0] for line in lines[1:]] == ["0145080011"]
    assert lines[1].endswith(",0,3,2020/02/06 09:00:03")


def test_paused_and_withdrawn_outlets_stay_in_the_file() -> None:
    body, _ = written_by(official_csv, a_release(a_record(availability="closed")))
    assert b"5901010058" in body


def test_a_field_is_quoted_only_if_it_must_be_and_no_name_is_altered() -> None:
    odd = ["=1+1", "a,b", 'say "hi"', "two\nlines", "𠮷野家堃", "＝全形", " 前後 "]
    records = [a_record(f"590101{n:04d}", name=name) for n, name in enumerate(odd)]
    body, _ = written_by(official_csv, a_release(*records))
    assert list(read_by(official_csv, body).names.values()) == odd
    text = body.decode("utf-8-sig")
    assert ",=1+1," in text
    assert ',"a,b",' in text
    assert ',"say ""hi""",' in text
    assert text.count('"') == 2 + 6 + 2


def test_source_times_that_differ_within_a_file_are_not_read() -> None:
    body, _ = written_by(official_csv, a_release(a_record(), a_record("5901010076")))
    torn = body.replace(b"09:00:03", b"09:00:04", 1)
    with pytest.raises(ValueError, match="source times differ"):
        read_by(official_csv, torn)
