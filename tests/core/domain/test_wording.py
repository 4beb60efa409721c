import re
from datetime import date, timedelta

import msgspec
import pytest

from core.domain.official_lines import aspects
from core.domain.phrases import born, counted, group_name, listed, numeral, shared_name
from core.domain.programme import Block, Group, Programme, SupplyOverride, Window
from core.domain.text import Text
from core.domain.wording import (
    buyers_today,
    days_for_digit,
    differences,
    purchase_notes,
    rules_in_words,
)
from core.rules import load_programmes

PROGRAMMES = load_programmes(None, None)
MASKS, KITS = PROGRAMMES["masks"], PROGRAMMES["test_kits"]
BLOCKS = [(programme, block) for programme in PROGRAMMES.values() for block in programme.block]
OFFICIAL = (
    "1.每人一次限購2片(7天內只能購買2片,2片10元)。",
    "2.身分證字號末碼雙號者(0、2、4、6、8)可於每週二、四、六購買,"
    "單號者(1、3、5、7、9)可於每週一、三、五購買,週日則開放全民皆可購買",
    "3.代購:一人限代持一張健保卡,購買規則相同。",
    "4.每日每個販售點成人口罩200片,兒童口罩50片,但會依實際口罩生產產能作調整。",
    "5.兒童口罩僅限12歲以下兒童健保卡(民國97年以後出生者)購買。",
)


def notes_of(programme: Programme, effective: str, language: str = "zh-TW") -> tuple[str, ...]:
    block = programme.block_on(date.fromisoformat(effective))
    return purchase_notes(programme, block, language)


def test_the_first_block_reads_as_the_official_five_lines():
    assert notes_of(MASKS, "2020-02-06") == OFFICIAL


def test_the_official_five_lines_stand_on_the_slide_character_for_character(shared_data):
    slides = (shared_data / "reference/official/portal-slides-109.2.5.md").read_text("utf-8")
    first_screen = slides.split("### 口罩購買說明:")[1].split("#")[0]
    lines = tuple(re.findall(r"^- (.+)$", first_screen, re.MULTILINE))
    assert lines == notes_of(MASKS, "2020-02-06")


def test_the_first_block_reads_well_in_english_too():
    assert notes_of(MASKS, "2020-02-06", "en") == (
        "1. Each person may buy 2 pieces at a time"
        " (only 2 pieces within 7 days; 2 pieces cost NT$10).",
        "2. Numbers ending in an even digit (0, 2, 4, 6, 8) may buy on Tuesdays, Thursdays and"
        " Saturdays; in an odd digit (1, 3, 5, 7, 9) on Mondays, Wednesdays and Fridays;"
        " on Sundays everybody may buy.",
        "3. On behalf of others: each person may bring one NHI card of another person;"
        " the same rules hold for those cards.",
        "4. Each outlet receives daily – adult masks: 200 pieces, child masks: 50 pieces;"
        " the numbers follow actual production.",
        "5. Child masks are only for children aged 12 and under (born in 2008 or later).",
    )


@pytest.mark.parametrize(
    ("programme", "effective", "sentences"),
    [
        (
            MASKS,
            "2020-02-20",
            [
                "1.12歲以下兒童一次限購4片,其中成人口罩至多2片;其他民眾一次限購2片。"
                "每人7天內只能購買一次,每片5元。",
                "成人口罩400片,兒童口罩200片",
            ],
        ),
        (
            MASKS,
            "2020-02-27",
            [
                "週日則開放全民皆可購買;13歲以下兒童不分單雙號,每日皆可購買。",
                "一人限代持一張健保卡,13歲以下兒童健保卡則限代持三張",
                "5.兒童口罩僅限13歲以下兒童健保卡(民國96年以後出生者)購買。",
            ],
        ),
        (MASKS, "2020-03-05", ["限購5片,其中成人口罩至多3片;其他民眾一次限購3片。", "600片"]),
        (MASKS, "2020-03-19", ["16歲以下兒童健保卡(民國93年以後出生者)"]),
        (
            MASKS,
            "2020-04-09",
            [
                "1.16歲以下兒童一次限購10片;其他民眾一次限購9片。每人14天內只能購買一次,每片5元。",
                "2.不分身分證字號末碼單雙號,每日皆可購買。",
                "5.成人口罩、兒童口罩不限年齡皆可購買,片數合併計算。",
            ],
        ),
        (
            MASKS,
            "2020-12-31",
            [
                "1.每人一次限購10片(14天內只能購買10片,10片40元)。",
                "6.原廠包裝 10 片一包，仍可零買。",
            ],
        ),
        (
            KITS,
            "2022-04-28",
            [
                "1.每人每輪限購1份(本輪自111年4月28日起,1份500元)。",
                "4.每日每個販售點家用快篩試劑78份,",
            ],
        ),
        (KITS, "2022-06-13", ["本輪自111年6月6日起", "2.不分身分證字號末碼單雙號"]),
        (KITS, "2022-11-01", ["1.每人每輪限購6份,可分次購買(本輪自111年11月1日起,每份500元)。"]),
    ],
)
def test_a_later_block_says_what_changed(programme, effective, sentences):
    notes = "\n".join(notes_of(programme, effective))
    for sentence in sentences:
        assert sentence in notes


@pytest.mark.parametrize(
    ("programme", "block"), BLOCKS, ids=lambda x: str(getattr(x, "effective", ""))
)
def test_every_number_of_a_block_appears_in_its_words_in_both_languages(programme, block):
    for language in ("zh-TW", "en"):
        notes = "\n".join(purchase_notes(programme, block, language))
        numbers = set(map(int, re.findall(r"\d+", notes)))
        expected = set(block.daily_supply.values()) | {group.total for group in block.group}
        expected |= {block.window.days} if block.window.days else set()
        for group in block.group:
            expected |= {limit for limit in group.limits.values() if limit < group.total}
        assert expected <= numbers
        price = next(iter(block.price_ntd.values()))
        assert {price, price * block.group[0].total} & numbers


@pytest.mark.parametrize(
    ("programme", "block"), BLOCKS, ids=lambda x: str(getattr(x, "effective", ""))
)
def test_no_language_leaks_into_the_other(programme, block):
    english = "\n".join(purchase_notes(programme, block, "en"))
    assert not re.search(r"[\u3000-\u9fff\uff00-\uffef]", english)
    assert "None" not in english and "{" not in english
    chinese = "\n".join(purchase_notes(programme, block, "zh-TW"))
    assert not re.search(r"[A-Za-z{}]", chinese)


@pytest.mark.parametrize(
    ("programme", "day", "zh", "en"),
    [
        (MASKS, "2020-02-05", "尚未實施", "Not in force yet"),
        (MASKS, "2020-02-06", "雙號", "Even last digits"),
        (MASKS, "2020-02-07", "單號", "Odd last digits"),
        (MASKS, "2020-02-09", "皆可", "Everybody"),
        (
            MASKS,
            "2020-02-28",
            "單號（13歲以下兒童皆可）",
            "Odd last digits (children aged 13 and under: any digit)",
        ),
        (MASKS, "2020-03-01", "皆可", "Everybody"),
        (MASKS, "2020-04-09", "皆可", "Everybody"),
        (KITS, "2022-06-11", "雙號", "Even last digits"),
        (KITS, "2022-06-14", "皆可", "Everybody"),
    ],
)
def test_whose_day_it_is(programme, day, zh, en):
    assert buyers_today(programme, date.fromisoformat(day)) == Text(zh, en)


def test_the_next_days_of_a_last_digit_history_aside():
    week = days_for_digit(MASKS, 3, date(2020, 2, 4), 7)
    assert [day for day, _ in week] == [date(2020, 2, 4) + timedelta(days=n) for n in range(7)]
    assert [may for _, may in week] == [False, False, False, True, False, True, True]
    assert [may for _, may in days_for_digit(MASKS, None, date(2020, 2, 10), 7)] == [False] * 6 + [
        True
    ]


def test_a_child_may_come_on_any_day_where_its_group_may():
    first = date(2020, 2, 25)
    adult = days_for_digit(MASKS, 1, first, 4)
    child = days_for_digit(MASKS, 1, first, 4, born=date(2012, 1, 1))
    assert [may for _, may in adult] == [False, True, False, True]
    assert [may for _, may in child] == [False, True, True, True]


def test_the_public_words_of_the_first_day_answer_every_question():
    words = rules_in_words(MASKS, date(2020, 2, 6))
    assert list(words) == ["zh-TW", "en"]
    assert len(words["zh-TW"]) == len(words["en"])
    zh = "\n".join(words["zh-TW"])
    for part in (
        "109年2月6日（週四）可購買者：雙號。",
        "每人一次限購2片",
        "2片10元",
        "即使沒有買滿",
        "109年2月6日購買，109年2月13日起可再購買",
        "民國97年以後出生者",
        "12歲以下兒童可購買成人口罩或兒童口罩",
        "證號末一碼不是數字者，限於週日購買。",
        "代購：一人限代持一張健保卡",
        "01-健保卡、02-健保卡",
        "03-居留證、04-入出境許可證",
        "沒有庫存時無法購買",
        "自109年2月6日起實施；依據：",
    ):
        assert part in zh
    assert "示範" not in zh
    en = "\n".join(words["en"])
    for part in (
        "Who may buy on Thursday, 6 February 2020: even last digits.",
        "again from 13 February 2020",
        "04 Entry permit",
        "may buy on Sundays only",
    ):
        assert part in en


def test_where_children_may_come_on_any_day_the_letter_at_the_end_does_not_bind_them():
    words = rules_in_words(MASKS, date(2020, 2, 27))
    assert "證號末一碼不是數字者，限於週日購買（13歲以下兒童不在此限）。" in words["zh-TW"]
    assert any("(children aged 13 and under excepted)" in line for line in words["en"])


def test_no_example_of_the_next_date_is_given_that_a_coming_block_makes_untrue():
    def window_line(programme: Programme) -> str:
        words = rules_in_words(programme, date(2020, 4, 8))["zh-TW"]
        return next(line for line in words if line.startswith("7天內買過一次"))

    assert window_line(MASKS) == "7天內買過一次就不能再買，即使沒有買滿，也不分販售點。"
    assert "109年4月15日起可再購買" in window_line(MASKS.pinned_to(date(2020, 4, 8)))


def test_a_pinned_programme_says_first_that_its_rules_are_not_those_of_today():
    words = rules_in_words(MASKS.pinned_to(date(2020, 2, 6)), date(2026, 3, 5))
    assert words["zh-TW"][0].startswith("示範：規定固定採用109年2月6日起實施之版本")
    assert words["en"][0].startswith("Demonstration: the rules are held at those in force from 6")
    assert words["zh-TW"][1] == "115年3月5日（週四）可購買者：雙號。"


def test_before_the_first_day_the_words_say_when_it_begins():
    words = rules_in_words(MASKS, date(2020, 2, 5))
    assert words["zh-TW"] == ["口罩實名制自109年2月6日開始實施，在此之前不販售。"]
    assert words["en"] == [
        "Name-based mask rationing begins on 6 February 2020; nothing is sold before."
    ]


def test_sentences_that_do_not_apply_are_left_out():
    later = "\n".join(rules_in_words(MASKS, date(2021, 1, 1))["zh-TW"])
    assert "限於週日" not in later
    assert "年齡以出生日期認定" not in later
    assert "原廠包裝" in later
    kits = rules_in_words(KITS, date(2022, 11, 1))["zh-TW"]
    assert "同一輪內各次購買合併計算，合計不得超過上限；購買紀錄全國合併，不分販售點。" in kits
    assert any("須等下一輪" in line for line in rules_in_words(KITS, date(2022, 5, 1))["zh-TW"])


@pytest.mark.parametrize(
    ("programme", "block"), BLOCKS, ids=lambda x: str(getattr(x, "effective", ""))
)
def test_every_public_sentence_ends_like_one(programme, block):
    words = rules_in_words(programme, block.effective)
    assert all(line.endswith("。") for line in words["zh-TW"])
    assert all(line.endswith(".") for line in words["en"])
    assert not any(re.search(r"[,;:()]", line) for line in words["zh-TW"])


def test_only_what_changes_is_told():
    first, second = MASKS.block[:2]
    pairs = differences(MASKS, first, second)
    assert [(was.zh[:8], now.zh[:8]) for was, now in pairs] == [
        ("每人一次限購2片", "12歲以下兒童一"),
        ("每日每個販售點成", "每日每個販售點成"),
    ]
    assert differences(MASKS, first, first) == []
    assert all(was is None for was, _ in differences(MASKS, None, first))
    (gone,) = [pair for pair in differences(MASKS, MASKS.block[-1], first) if pair[1] is None]
    assert gone[0] == MASKS.block[-1].note


# --- blocks nobody has announced yet -------------------------------------------------------------


def a_block(**changes: object) -> Block:
    return msgspec.structs.replace(MASKS.block[-1], **({"note": None} | changes))


def line(block: Block, name: str) -> tuple[str, str]:
    text = aspects(MASKS, block)[name]
    return text.zh, text.en


def test_a_quota_in_instalments_within_days():
    block = a_block(window=Window("rolling", "pieces", days=14))
    assert line(block, "quota") == (
        "每人14天內限購10片(可分次購買,每片4元)。",
        "Each person may buy 10 pieces within 14 days (in instalments if wished; NT$4 a piece).",
    )


def test_quotas_of_groups_in_a_round_with_two_prices():
    limits = {"adult_mask": 3, "child_mask": 3}
    block = a_block(
        window=Window("round", "pieces", since=date(2020, 12, 31)),
        group=(
            Group("old", limits, 6, born_from=date(1956, 7, 1)),
            Group("rest", limits | {"adult_mask": 4}, 4),
        ),
        price_ntd={"adult_mask": 4, "child_mask": 3},
    )
    assert line(block, "quota") == (
        "民國45年7月1日以後出生者每輪限購6片,其中成人口罩至多3片,其中兒童口罩至多3片;"
        "其他民眾每輪限購4片,其中兒童口罩至多3片。"
        "每人可分次購買(本輪自109年12月31日起),成人口罩每片4元、兒童口罩每片3元。",
        "The limit a round: those born on or after 1 July 1956 6 pieces, of which at most 3 pieces"
        " of adult masks, of which at most 3 pieces of child masks; everybody else 4 pieces,"
        " of which at most 3 pieces of child masks. Each person may buy in instalments"
        " (this round began on 31 December 2020);"
        " adult masks NT$4 a piece and child masks NT$3 a piece.",
    )


def test_a_supply_that_differs_somewhere_says_so():
    override = SupplyOverride(daily_supply={"adult_mask": 1}, county="連江縣")
    zh, en = line(a_block(supply_override=(override,)), "supply")
    assert "(部分販售點另訂)" in zh
    assert "(some outlets differ)" in en


def test_a_cut_within_a_year_is_spelt_out():
    block = a_block(
        group=(
            Group("young", {"adult_mask": 2, "child_mask": 2}, 2, born_from=date(2008, 9, 2)),
            Group("rest", {"adult_mask": 2}, 2),
        )
    )
    assert line(block, "ages") == (
        "兒童口罩僅限民國97年9月2日以後出生者購買。",
        "Child masks are only for those born on or after 2 September 2008.",
    )


def test_phrases():
    assert counted(1, Text("份", "packs")) == Text("1份", "1 pack")
    assert numeral(3) == "三" and numeral(12) == "12"
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert shared_name(MASKS.product) == "口罩"
    assert born(date(2008, 1, 1)).zh == "民國97年以後出生者"
    everyone = MASKS.block[-1]
    assert group_name(everyone, everyone.group[0]).zh == "每人"
