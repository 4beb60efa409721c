"""The many ways to write one address."""

from __future__ import annotations

import pytest

from public_site.folding import fold, words_of


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
        ("大同藥局（總店）", "大同藥局(總店)"),
    ],
)
def test_two_ways_to_write_one_thing_are_equal_when_folded(typed, stored):
    assert fold(typed) == fold(stored)


def test_folding_keeps_what_differs_apart():
    assert fold("中山路1段") != fold("中山路2段")
    assert fold("一心路") != fold("1心路")


def test_a_query_is_taken_apart_at_spaces_and_behind_county_and_town():
    assert words_of("健安 大同") == ("健安", "大同")
    assert words_of("台北市中正區忠孝西路") == ("臺北市", "中正區", "忠孝西路")
    assert words_of("台北市重慶北路2段") == ("臺北市", "重慶北路2段")
    assert words_of("  ") == ()
