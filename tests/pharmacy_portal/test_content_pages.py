"""公告事項, 聯絡窗口 …: open to everybody, in both languages, complete as shipped."""

from __future__ import annotations

import itertools
import re

from core.domain.content_pages import CONTENT_PAGES
from tests.pharmacy_portal.tills import Till

PAGES = ["news", *CONTENT_PAGES]


async def test_the_authoritys_pages_are_open_to_everybody_in_both_languages(till: Till) -> None:
    for page, language in itertools.product(PAGES, ("zh-TW", "en")):
        answer = await till.get(f"/{page}?lang={language}")
        text = await answer.text()
        assert answer.status == 200
        assert f'<html lang="{language}">' in text
        assert "<noscript>" not in text
        assert '<script type="module"' not in text
        assert '<a href="/privacy?lang=' in text


async def test_no_number_of_2020_is_given_as_one_to_call(till: Till) -> None:
    page = await (await till.get("/contact")).text()
    assert "請勿撥打" in page
    fields = re.findall(r"<dd>([^<]*)</dd>", page)
    assert len(fields) == 5
    assert all("尚未提供" in field for field in fields)


async def test_without_announcements_the_page_says_so(till: Till) -> None:
    assert "目前沒有公告" in await (await till.get("/news")).text()


async def test_the_login_page_leads_to_the_policies(till: Till) -> None:
    page = await (await till.get("/login")).text()
    for path in ("/privacy", "/security", "/copyright", "/contact"):
        assert f'href="{path}"' in page
