"""The pages: the official words, both languages, nothing inline."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import pharmacy_portal
from core.domain.identity import IDENTITY_TYPES
from pharmacy_portal.words import PAGE_WORDS, SCRIPT_WORDS
from pharmacy_portal.words.card_states import explanations
from tests.pharmacy_portal.tills import Till, World

HOME = Path(pharmacy_portal.__file__).parent
PAGES = ["/", "/purchase", "/intake", "/outlet", "/records"]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


async def text_of(till: Till, path: str) -> str:
    answer = await till.get(path)
    assert answer.status == 200, path
    return await answer.text()


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_comes_in_both_languages(counter: Till, path: str) -> None:
    assert '<html lang="zh-TW">' in await text_of(counter, path)
    english = await text_of(counter, f"{path}?lang=en")
    assert '<html lang="en">' in english
    # Names of people and places stay; our own words must not be left in Chinese.
    visible = re.sub(r'<a href="[^"]*" lang="zh-TW".*?</a>', "", english)
    leftovers = set(re.findall(r"[\u4e00-\u9fff]{3,}", visible)) - outlet_words(english)
    assert not {word for word in leftovers if word in chinese_words()}


def outlet_words(page: str) -> set[str]:
    return set(re.findall(r'class="name">([^<]*)<', page))


def chinese_words() -> set[str]:
    return {text.zh for text in (*PAGE_WORDS.values(), *SCRIPT_WORDS.values())}


async def test_the_browsers_language_is_used_without_a_cookie(counter: Till) -> None:
    answer = await counter.get("/purchase", headers={"Accept-Language": "en-GB,zh;q=0.5"})
    assert '<html lang="en">' in await answer.text()
    answer = await counter.get("/purchase", headers={"Accept-Language": "fr, zh-TW;q=0.8"})
    assert '<html lang="zh-TW">' in await answer.text()


async def test_a_chosen_language_stays_in_the_links(counter: Till) -> None:
    page = await text_of(counter, "/purchase?lang=en")
    assert 'href="/intake?lang=en"' in page
    assert 'href="/intake"' in await text_of(counter, "/purchase")


async def test_the_purchase_page_says_what_the_official_one_says(counter: Till) -> None:
    page = await text_of(counter, "/purchase")
    for words in (
        "防疫口罩管控系統_購買",
        "欄位名稱前有「*」標記者為必填欄位",
        "醫事機構代碼",
        "操作步驟",
        "插卡或「輸入證號+出生日期」",
        "資格審核",
        "可購買片數",
        "成人口罩片數",
        "兒童口罩片數",
        "購買日期",
        "109/02/06",
        "清除",
        "最近購買紀錄",
        "院所簡稱",
        "身分證號",
        "成人購買數量",
        "兒童購買數量",
        "口罩購買說明",
        "1.每人一次限購2片(7天內只能購買2片,2片10元)。",
        "3.代購:一人限代持一張健保卡,購買規則相同。",
        "請先至「防疫口罩管控系統_庫存」作業, 確認今日口罩是否到貨? 若無庫存量將無法進行交易!",
        "請確定是否自動寫入口罩進貨量:成人口罩200片、兒童口罩50片",
        "已到貨，寫入標準量",
        "尚未到貨",
    ):
        assert words in page, words
    for row in IDENTITY_TYPES.values():
        assert f'<option value="{row.code}">{row.label}</option>' in page


async def test_the_intake_page_asks_for_correct_and_complete_data(counter: Till) -> None:
    page = await text_of(counter, "/intake")
    for words in (
        "防疫口罩管控系統_進貨登錄",
        "備註",
        "新增",
        "歷史登錄進貨紀錄",
        "請維護進貨登錄資料之正確性與完整性",
    ):
        assert words in page, words


async def test_the_menu_shows_only_what_the_role_may_do(world: World) -> None:
    till = await world.open_till()
    await till.log_in("administrator-1")
    page = await text_of(till, "/")
    assert 'href="/purchase"' not in page
    assert 'href="/records"' in page


@pytest.mark.parametrize("path", [*PAGES, "/login", "/nowhere"])
async def test_nothing_in_a_page_is_inline(counter: Till, path: str) -> None:
    page = await (await counter.get(path)).text()
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert not re.search(r"\son\w+=", page)
    assert "<style" not in page
    assert " style=" not in page
    assert "http://" not in page
    assert "https://" not in page


async def test_every_file_a_page_names_is_served_and_revalidated(counter: Till) -> None:
    files = [path for path in (HOME / "static").iterdir() if path.is_file()]
    names = {f"/static/{path.name}" for path in files} | {"/static/portal.css"}
    for name in sorted(names):
        answer = await counter.get(name)
        assert answer.status == 200, name
        again = await counter.get(name, headers={"If-None-Match": answer.headers["ETag"]})
        assert again.status == 304
    assert (await counter.get("/static/..%2fapp.py")).status == 404
    assert (await counter.get("/static/nothing.js")).status == 404


@pytest.mark.parametrize("field", ["id_number", "birth_date"])
async def test_no_browser_is_asked_to_remember_a_buyer(counter: Till, field: str) -> None:
    page = await text_of(counter, "/purchase")
    tag = next(tag for tag in re.findall(r"<input[^>]*>", page) if f'id="{field}"' in tag)
    assert 'autocomplete="off"' in tag


def test_every_word_is_there_in_both_languages_and_used() -> None:
    for table in (PAGE_WORDS, SCRIPT_WORDS):
        for key, text in table.items():
            assert text.zh.strip(), key
            assert text.en.strip(), key
            places = re.compile(r"\{(\w+)\}")
            assert set(places.findall(text.zh)) >= set(places.findall(text.en)), key


def test_templates_name_only_words_that_exist_and_all_of_them() -> None:
    sources = "".join(
        path.read_text("utf-8")
        for folder, ending in (("templates", "*.html"), ("pages", "*.py"), ("api", "*.py"))
        for path in (HOME / folder).glob(ending)
    )
    named = set(re.findall(r"""(?:\bt|say)\(["'](\w+)["']""", sources))
    assert named <= set(PAGE_WORDS)
    quoted = set(re.findall(r"""["'](\w+)["']""", sources))
    assert set(PAGE_WORDS) - quoted == set()


def test_scripts_name_only_words_that_exist_and_all_of_them() -> None:
    sources = "".join(path.read_text("utf-8") for path in (HOME / "static").glob("*.js"))
    named = set(re.findall(r'say\(\s*"(\w+)"', sources))
    for either in re.findall(r'say\([^"]*\? "(\w+)" : "(\w+)"', sources):
        named |= set(either)
    for either in re.findall(r'say\([^)]*=== "\w+" \? "(\w+)" : "(\w+)"', sources):
        named |= set(either)
    # The states of agent, reader and card are named by their codes.
    named |= set(explanations())
    assert named == set(SCRIPT_WORDS)


async def test_without_scripts_the_page_says_that_they_are_needed(counter: Till) -> None:
    assert "<noscript>" in await text_of(counter, "/purchase")


async def test_names_from_the_register_cannot_become_markup(world: World) -> None:
    from core.actions.outlets import register_outlets
    from core.domain.outlets import Outlet
    from core.storage import open_state

    till = await world.open_till()
    code = (await till.log_in())["institution"]
    evil = Outlet(code=code, name='<script>x</script>"藥局', kind="pharmacy")
    async with open_state(world.settings) as state:
        await register_outlets(state.ledger, [evil], by="test", clock=world.clock)
    page = await text_of(till, "/purchase")
    assert "<script>x" not in page
    assert "&lt;script&gt;" in page
