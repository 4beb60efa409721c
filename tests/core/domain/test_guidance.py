"""The rules by question: numbers from the block, both languages, nothing that the block denies."""

from __future__ import annotations

import re
from datetime import date

import pytest
from msgspec.structs import replace

from core.domain.guidance import (
    HOTLINES,
    answers,
    price_and_quota,
    refusals_of,
    refused_without_buying,
)
from core.rules import load_programmes

PROGRAMMES = load_programmes(None, None)
MASKS, KITS = PROGRAMMES["masks"], PROGRAMMES["test_kits"]
DAYS = [
    (programme, block.effective) for programme in PROGRAMMES.values() for block in programme.block
]


def chinese(programme, day: date) -> str:
    return "\n".join(line.zh for lines in answers(programme, day).values() for line in lines)


@pytest.mark.parametrize(("programme", "day"), DAYS)
def test_every_block_has_an_answer_to_every_question_in_both_languages(programme, day):
    found = answers(programme, day)
    assert list(found) == [
        "quota", "days", "children", "foreigners", "on_behalf", "bring", "supply",
    ]  # fmt: skip
    for lines in found.values():
        assert lines
        for line in lines:
            assert re.search(r"[\u4e00-\u9fff]", line.zh)
            assert line.en[-1] in ".。）"
            assert not re.search(r"[,;]", line.zh), "half-width punctuation in prose"


def test_before_the_first_block_there_is_nothing_to_answer():
    assert answers(MASKS, date(2020, 2, 5)) == {}
    assert price_and_quota(MASKS, date(2020, 2, 5)) == ()
    assert "NOT_IN_FORCE" in refusals_of(MASKS, date(2020, 2, 5))


def test_price_and_quota_follow_the_block():
    february = chinese(MASKS, date(2020, 2, 6))
    assert "每人一次限購2片" in february
    assert "成人口罩每片5元" in february
    december = chinese(MASKS, date(2020, 12, 31))
    assert "每人一次限購10片" in december
    assert "成人口罩每片4元" in december
    march = chinese(MASKS, date(2020, 3, 5))
    assert "13歲以下兒童買滿5片共25元" in march
    assert "其他民眾買滿3片共15元" in march


def test_children_are_told_their_cut_their_days_and_their_cards():
    lines = "\n".join(line.zh for line in answers(MASKS, date(2020, 2, 27))["children"])
    assert "民國96年以後出生者" in lines
    assert "不分單雙號" in lines
    assert "一人可代持3張" in lines
    everybody = "\n".join(line.zh for line in answers(MASKS, date(2021, 1, 1))["children"])
    assert "不分年齡" in everybody


def test_foreigners_are_told_their_documents_and_the_letter():
    lines = "\n".join(line.zh for line in answers(MASKS, date(2020, 2, 6))["foreigners"])
    assert "03-居留證" in lines and "04-入出境許可證" in lines
    assert "末一碼不是數字者，限於週日購買" in lines
    later = "\n".join(line.zh for line in answers(MASKS, date(2020, 4, 9))["foreigners"])
    assert "週日" not in later


def test_reasons_that_the_block_cannot_give_are_left_out():
    bound, free = refusals_of(MASKS, date(2020, 2, 6)), refusals_of(MASKS, date(2020, 4, 9))
    assert {"WRONG_WEEKDAY", "CHILD_MASK_AGE", "WITHIN_WINDOW", "NO_STOCK"} <= set(bound)
    assert not {"WRONG_WEEKDAY", "PARITY_UNDETERMINED", "CHILD_MASK_AGE"} & set(free)


def test_who_is_refused_without_having_bought_is_told_whom_to_ask_and_what_to_bring():
    steps, bring = refused_without_buying()
    assert "專線" in steps[-1].zh and "lines" in steps[-1].en
    assert "1922" in [number for _, number in HOTLINES]
    assert any("最近購買紀錄" in step.zh for step in steps)
    assert any("下次購買起日" in thing.zh for thing in bring)


def test_a_price_that_differs_by_product_is_told_by_product():
    block = replace(MASKS.block[0], price_ntd={"adult_mask": 5, "child_mask": 3})
    lines = answers(replace(MASKS, block=(block,)), block.effective)["quota"]
    assert any("兒童口罩每片3元" in line.zh for line in lines)
