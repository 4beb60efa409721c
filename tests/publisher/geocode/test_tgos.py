import json

import pytest
from geopy.exc import GeocoderParseError, GeocoderServiceError

from publisher.geocode.tgos import parse_answer

ADDRESS = "臺北市松山區八德路三段12巷51弄16號"
ROW = {"FULL_ADDR": ADDRESS, "X": 121.551182, "Y": 25.046086, "COUNTY": "臺北市"}
ANSWER = {"Info": [{"OutTotal": "1", "OutMatchType": "完全比對"}], "AddressList": [ROW]}
CHINESE = {
    "回傳資訊": [],
    "門牌清單": [{"完整地址": ADDRESS, "X坐標": "121.551182", "Y坐標": "25.046086"}],
}


def wrapped(text: str) -> str:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    start = '<?xml version="1.0" encoding="utf-8"?>\r\n<string xmlns="http://tempuri.org/">'
    return f"{start}{escaped}</string>"


XML = (
    "<QueryAddr><AddressList><AddressInfo>"
    f"<FULL_ADDR>{ADDRESS}</FULL_ADDR><X>121.551182</X><Y>25.046086</Y>"
    "</AddressInfo></AddressList></QueryAddr>"
)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ANSWER),
        "\ufeff" + json.dumps(CHINESE, ensure_ascii=False),
        wrapped(json.dumps(ANSWER, ensure_ascii=False)),
        XML,
        wrapped(XML),
    ],
    ids=["json", "chinese json", "json in xml", "xml", "xml in xml"],
)
def test_every_form_of_an_answer_is_read(text):
    found = parse_answer(text)
    assert (found.address, found.longitude, found.latitude) == (ADDRESS, 121.551182, 25.046086)


def test_no_address_is_no_fault():
    assert parse_answer('{"Info": [], "AddressList": []}') is None
    assert parse_answer("<QueryAddr></QueryAddr>") is None


def test_a_fault_in_words_is_told():
    with pytest.raises(GeocoderServiceError, match="介接失敗"):
        parse_answer(wrapped("介接失敗"))


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<a><b></a>",
        '{"AddressList": 3}',
        '{"AddressList": [3]}',
        '{"AddressList": [{"FULL_ADDR": "x"}]}',
        '{"AddressList": [{"FULL_ADDR": "x", "X": "east", "Y": 1}]}',
        "3",
    ],
)
def test_junk_is_refused(text):
    with pytest.raises(GeocoderParseError):
        parse_answer(text)


def test_nesting_without_end_is_refused():
    with pytest.raises(GeocoderServiceError):
        parse_answer("[" * 200_000)
