"""The many ways to write one address."""

from __future__ import annotations

import pytest

from public_site.folding import fold, phones_of, without_village
from public_site.readings import readings, words_of


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("台北市", "臺北市"),
        ("桃園巿", "桃園市"),
        ("忠孝西路1段49號", "忠孝西路一段４９號"),
        ("忠孝 西路", "忠孝西路"),
        ("忠孝　西路", "忠孝西路"),
        ("ＡＢＣ藥局", "abc藥局"),
        ("5-1號", "５之１號"),
        ("5號之1", "５－１號"),
        ("四十九號", "49號"),
        ("一百零二巷", "102巷"),
        ("中山1路", "中山一路"),
        ("49號1樓", "49號"),
        ("49號一樓之2", "49號B1"),
        ("49號1F", "49號(地下1樓)"),
        ("326號、328號", "326、328號"),
        ("大同藥局（總店）", "大同藥局(總店)"),
        ("忠孝\u200b西\u202e路", "忠孝西路"),
    ],
)
def test_two_ways_to_write_one_thing_are_equal_when_folded(typed, stored):
    assert fold(typed) == fold(stored)


def test_folding_keeps_what_differs_apart():
    assert fold("中山路1段") != fold("中山路2段")
    assert fold("一心路") != fold("1心路")
    assert fold("9號") not in fold("49號")
    assert fold("49號") not in fold("149號") + fold("49-1號") + fold("1-49號")


@pytest.mark.parametrize(
    ("street", "without"),
    [
        ("五權里自強南路45號", "自強南路45號"),
        ("重光里12鄰中華路3號", "中華路3號"),
        ("大里路10號", "大里路10號"),
        ("後厝村10號", "後厝村10號"),
        ("芳苑村斗苑路芳苑段194巷17號", "斗苑路芳苑段194巷17號"),
    ],
)
def test_villages_are_left_out_where_a_road_follows(street, without):
    assert without_village(fold(street)) == fold(without)


def test_telephone_numbers_are_digits_without_extensions():
    assert phones_of("(03)3325880 分機 10") == ["033325880"]
    assert phones_of("02-2345-6789、0912 345 678") == ["0223456789", "0912345678"]
    assert phones_of("無") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("健安 大同", ("健安", "大同")),
        ("台北市中正區忠孝西路", ("臺北市", "中正區", "忠孝西路")),
        ("台北市重慶北路2段", ("臺北市", "重慶北路·2段")),
        ("100 台灣台北市中正區忠孝西路一段49號2樓", ("臺北市", "中正區", "忠孝西路·1段·49號")),
        ("中華民國臺北縣板橋市文化路", ("新北市", "板橋區", "文化路")),
        ("10048臺北市中正區忠孝西路", ("臺北市", "中正區", "忠孝西路")),
        ("大安區健康藥局", ("大安區", "健康藥局")),
        ("大安區，健康藥局", ("大安區", "健康藥局")),
        ("中正路49號健康藥局", ("中正路·49號", "健康藥局")),
        ("02-2345-6789", ("0223456789",)),
        ("(02)2345 6789", ("0223456789",)),
        ("+886 2 2345 6789", ("0223456789",)),
        ("2345-6789", ("23456789",)),
        ("５９０１０１２３４５", ("5901012345",)),
        ("  ", ()),
        ("\u202e\x00", ()),
    ],
)
def test_a_text_is_taken_apart_as_people_write(text, words):
    assert words_of(text) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("板橋文化路", ("板橋", "文化路")),
        ("台北大安和平東路三段", ("臺北市", "大安", "和平東路·3段")),
        ("中正路5-1號", ("中正路·5號",)),
        ("中正路5號", ("中正路·5-",)),
        ("中正路49號", ("中正路", "·49號")),
    ],
)
def test_looser_readings_follow_the_strict_one(text, words):
    assert words in list(readings(text))[1:]
