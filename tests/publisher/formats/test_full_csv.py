"""maskdata-all.csv: all fields, explicit zeros, and nothing a spreadsheet would run."""

from __future__ import annotations

import csv
import io

import pytest

from core.spreadsheets import guarded, unguarded
from publisher.formats import full_csv
from tests.publisher.builders import a_record, a_release, read_by, written_by


def _rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_every_field_of_the_record_has_its_column() -> None:
    body, rows = written_by(
        full_csv, a_release(a_record(note="先來先買", website="https://a.example/"))
    )
    (row,) = _rows(body)
    assert rows == 1
    assert row == {
        "code": "5901010058",
        "name": "安郁藥局",
        "kind": "pharmacy",
        "phone": "(02)25774551",
        "address": "臺北市松山區八德路３段１２巷５１弄１６號１樓",
        "county_code": "63000",
        "county": "臺北市",
        "town_code": "63000010",
        "town": "松山區",
        "lon": "121.551182",
        "lat": "25.046086",
        "coordinate_source": "register",
        "coordinate_precision": "rooftop",
        "adult_mask": "120",
        "adult_mask_level": "plenty",
        "child_mask": "0",
        "child_mask_level": "none",
        "availability": "buyable",
        "availability_reason": "",
        "availability_since": "",
        "availability_until": "",
        "note": "先來先買",
        "sale_windows": "",
        "tickets": "",
        "service_periods": "NNNNNNYNNNNNNYNNNNNNY",
        "website": "https://a.example/",
        "phone_status": "",
        "changed_at": "2020-02-06T08:59:58+08:00",
        "valid_at": "2020-02-06T09:00:03+08:00",
        "published_at": "2020-02-06T09:00:05+08:00",
    }


def test_an_outlet_without_stock_is_listed_with_its_zeros() -> None:
    body, rows = written_by(
        full_csv, a_release(a_record(counts={"adult_mask": 0, "child_mask": 0}))
    )
    assert rows == 1
    assert _rows(body)[0]["adult_mask"] == "0"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+886",
        "-",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝ＨＹＰＥＲ",
        "＋１",
        "－１",
        "＠ａ",
        " =1",
        "\u3000＝1",
        '=cmd|" /C calc"!A0',
    ],
)
def test_a_text_that_a_spreadsheet_would_run_is_prefixed_with_a_quote(text: str) -> None:
    body, _ = written_by(full_csv, a_release(a_record(note=text, name=text)))
    (row,) = _rows(body)
    assert row["note"] == f"'{text}"
    assert read_by(full_csv, body).names == {"5901010058": text}


@pytest.mark.parametrize(
    "text", ["", "(02)25774551", "安郁藥局", "a=b", "１+１", "'引號", "09:00-12:00"]
)
def test_other_texts_are_published_as_they_are(text: str) -> None:
    assert guarded(text) == text == unguarded(text)


def test_the_quote_can_be_taken_off_again_whatever_the_text_was(rng) -> None:
    alphabet = "'=+-@＝＋－＠ \t\r\n\0aあ堃,\""
    for _ in range(2000):
        text = "".join(rng.choices(alphabet, k=rng.randrange(6)))
        assert unguarded(guarded(text)) == text


def test_numbers_stay_bare() -> None:
    body, _ = written_by(full_csv, a_release(a_record(lon=119.5, lat=23.567891234)))
    assert b",119.5,23.567891," in body
    assert b",120,plenty,0,none," in body


def test_rare_characters_quotes_and_line_breaks_come_back_as_they_were() -> None:
    names = ["堃𡘙藥局", 'say "hi"', "a,b", "two\r\nlines", "巿立"]
    records = [a_record(f"590101{n:04d}", name=name) for n, name in enumerate(names)]
    body, _ = written_by(full_csv, a_release(*records))
    assert list(read_by(full_csv, body).names.values()) == names


def test_a_heading_that_was_changed_is_not_read() -> None:
    body, _ = written_by(full_csv, a_release(a_record()))
    with pytest.raises(ValueError, match="heading"):
        read_by(full_csv, body.replace(b"code,name", b"name,code", 1))
