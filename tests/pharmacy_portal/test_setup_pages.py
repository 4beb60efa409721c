"""電腦設定 and 電腦檢測: the official steps word for word, for everybody, in both languages."""

from __future__ import annotations

import re

import pytest

from tests.pharmacy_portal.tills import Till

OFFICIAL = (
    "個人電腦均需在下列說明逐一完成後，才可正常使用本網站健保服務。",
    "STEP 1",
    "DNS 手動設定",
    "請依據「CMS_DNSSetting.pdf」說明文件進行電腦DNS設定。",
    "STEP 2",
    "安裝讀卡機驅動程式與相關憑證元件、及瀏覽器設定",
    "目前使用的讀卡機有兩種：健保讀卡機、晶片讀卡機。",
    "醫事人員卡、健保卡、醫事機構卡",
    "醫事人員卡、自然人憑證、醫事機構卡、政府單位憑證",
    "STEP 3",
    "權限管理設定",
    "「機構代表→機構管理者→機構使用者」架構",
    "須透過「機構代表」身分以「醫事機構卡」或「政府單位憑證卡」登入後",
    "由「機構管理者」持「醫事人員卡」或「健保卡」或「自然人憑證」登入後",
    "執行「健保服務申請作業」。",
    "使用「機構使用者維護作業」，設定機構使用者。",
    "使用「使用者授權管理作業」，設定使用者可使用之健保服務。",
    "個人電腦 windows環境。",
    "向中華電信申請安裝 VPN 建置線路，完成網路設定測通。",
    "向健保署申請實體或雲端安全模組，並安裝在讀卡機內。",
    "以醫事機構卡授權藥師卡或其他人員。",
)


async def page_of(till: Till, path: str) -> str:
    answer = await till.get(path)
    assert answer.status == 200
    return await answer.text()


async def test_setup_says_what_the_official_pages_say(till: Till) -> None:
    page = await page_of(till, "/setup")
    for words in OFFICIAL:
        assert words in page, words
    assert f"maskmap agent --portal {till.origin}" in page


@pytest.mark.parametrize("path", ["/setup", "/setup/check"])
async def test_both_pages_speak_english_too(till: Till, path: str) -> None:
    page = await page_of(till, f"{path}?lang=en")
    assert '<html lang="en">' in page
    assert "Computer setup" in page


async def test_the_login_page_leads_to_both(till: Till) -> None:
    page = await page_of(till, "/login")
    assert 'href="/setup"' in page
    assert 'href="/setup/check"' in page


async def test_internet_explorer_is_told_what_to_use_by_the_one_script_it_runs(till: Till) -> None:
    page = await page_of(till, "/login")
    assert re.search(r'<p id="old-browser"[^>]* hidden>[^<]*Internet Explorer 11', page)
    assert '<script nomodule src="/static/old-browser.js"></script>' in page
    script = await (await till.get("/static/old-browser.js")).text()
    assert not re.search(r"=>|\bconst\b|\blet\b|`", script), "it knows the language of 2009 only"


async def test_pages_may_speak_to_this_site_and_to_the_agents_ports_only(till: Till) -> None:
    policy = (await till.get("/purchase")).headers["Content-Security-Policy"]
    sources = policy.partition("connect-src ")[2].split(";")[0].split()
    ports = (8463, 8464, 8465)
    agents = {f"{scheme}://127.0.0.1:{port}" for port in ports for scheme in ("http", "ws")}
    assert set(sources) == {"'self'"} | agents
