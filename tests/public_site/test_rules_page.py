"""The page of the rules: whose day, which days are mine, what to do when refused, always today."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from tests.public_site.releases import NOW, masks, some_outlets
from tests.public_site.test_pages import read, with_language

pytestmark = pytest.mark.slow


async def over(folder, start, clock, now, programme=None):
    """Start the site over a release of this moment."""
    folder.publish(some_outlets(), at=now, programme=programme)
    clock.now = now
    return await start()


async def test_the_calendar_shows_this_week_and_the_next(client):
    page = await read(client, "/rules")
    days = [time["datetime"] for time in page.all("time") if "datetime" in time]
    fortnight = [str(date(2020, 2, 3) + timedelta(days=n)) for n in range(14)]
    assert [day for day in days if day in fortnight] == fortnight
    calendar = page.text.partition("這一週和下一週")[2].partition("可以買幾片")[0]
    assert "2/6 今天 雙號" in calendar
    assert "2/7 單號" in calendar
    assert "2/9 皆可" in calendar


async def test_a_digit_marks_its_own_days_and_says_the_next(client):
    page = await read(client, "/rules?digit=3")
    assert "末一碼 3：2月7日（五）起可以買" in page.text
    assert "2/7 單號 ✓ 可以買" in page.text
    assert "2/8 雙號 ✕ 不能買" in page.text
    assert "2/5 單號 ✓" not in page.text  # over
    assert "末一碼 2：今天就可以買" in (await read(client, "/rules?digit=2")).text


async def test_a_number_that_ends_in_a_letter_has_its_days_too(client):
    page = await read(client, "/rules?digit=letter")
    assert "末一碼 英文字母：2月9日（日）起可以買" in page.text


async def test_the_next_purchase_date_is_worked_out_without_an_identity(client):
    page = await read(client, "/rules?digit=2&bought=2020-02-06")
    assert "末一碼 2：2月13日（四）起可以買" in page.text
    assert "2/8 雙號 ✕ 不能買" in page.text
    both = await read(client, "/rules?bought=109/02/06")
    assert "單號：2月14日（五）起可以買" in both.text
    assert "雙號：2月13日（四）起可以買" in both.text
    assert "英文字母：2月16日（日）起可以買" in both.text
    english = await read(client, "/rules?digit=2&bought=2020-02-06&lang=en")
    assert "may buy from Thu, 13 February" in english.text


@pytest.mark.parametrize(
    ("bought", "words"),
    [
        ("2020-02-30", "看不懂這個日期"),
        ("last week", "看不懂這個日期"),
        ("2020-02-07", "這一天還沒到"),
        ("2020-02-05", "這一天實名制還沒開始"),
    ],
)
async def test_a_day_that_cannot_be_answered_says_why(client, bought, words):
    page = await read(client, f"/rules?bought={bought}", 400)
    assert words in page.text
    field = next(control for control in page.all("input") if control.get("name") == "bought")
    assert field["aria-invalid"] == "true"


async def test_children_with_days_of_their_own_get_a_line_of_their_own(folder, start, clock):
    client = await over(folder, start, clock, NOW.replace(month=3, day=10))
    page = await read(client, "/rules?digit=3&bought=2020-03-03")
    assert "末一碼 3：3月11日（三）起可以買" in page.text
    assert "13歲以下兒童：今天就可以買" in page.text


async def test_the_form_keeps_language_and_digit(client):
    page = await read(client, "/rules?digit=3&bought=2020-02-06&lang=en")
    hidden = {control["name"]: control["value"] for control in page.all("input")
              if control.get("type") == "hidden"}  # fmt: skip
    assert hidden["lang"] == "en"
    chosen = [option["value"] for option in page.all("option") if "selected" in option]
    assert chosen == ["3"]
    assert any("bought=2020-02-06" in (link["href"] or "") for link in page.all("a"))


async def test_who_is_refused_without_having_bought_finds_what_to_do(client):
    page = await read(client, "/rules")
    for words in ("我沒買卻被拒", "1922", "請備妥", "最近購買紀錄", "購買期間內已購買"):
        assert words in page.text
    english = await read(client, "/rules?lang=en")
    for words in ("Refused, though I have not bought?", "1922", "Have at hand"):
        assert words in english.text


@pytest.mark.parametrize("language", ["zh-TW", "en"])
async def test_every_question_has_its_section(client, language):
    page = await read(client, with_language("/rules", language))
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    questions = "quota days children foreigners on_behalf refused bring supply history"
    assert set(questions.split()) - {"history"} <= ids


async def test_announced_changes_come_with_their_day(client):
    page = await read(client, "/rules")
    upcoming = page.text.partition("即將實施的規定")[2]
    assert "2020年2月20日（四）起" in upcoming
    assert "12歲以下兒童一次限購4片" in upcoming


async def test_the_past_is_told_and_what_is_in_force_is_marked(folder, start, clock):
    client = await over(folder, start, clock, NOW.replace(month=3, day=10))
    page = await read(client, "/rules")
    history = page.text.partition("規定的沿革")[2]
    assert "2020年2月6日（四）起" in history
    assert "2020年3月5日（四）起 現行" in history
    assert "2020年3月19日" not in history
    assert "2020年3月19日（四）起" in page.text.partition("即將實施的規定")[2]


async def test_pages_kept_before_midnight_turn_with_the_day(folder, start, clock):
    eve = NOW.replace(month=3, day=4, hour=23, minute=59, second=59)
    client = await over(folder, start, clock, eve)
    before = await client.get("/rules")
    assert "每人7天內" in await before.text()
    assert "其他民眾一次限購2片" in await before.text()
    clock.now = eve + timedelta(seconds=1)
    after = await client.get("/rules", headers={"If-None-Match": before.headers["ETag"]})
    text = await after.text()
    assert after.status == 200
    assert "其他民眾一次限購3片" in text
    assert "3月5日（四）" in text


@pytest.mark.parametrize("path", ["/", "/outlets/5901012345", "/rules", "/status", "/data"])
async def test_every_page_shows_the_new_day_at_midnight(folder, start, clock, path):
    eve = NOW.replace(hour=23, minute=59, second=59)
    client = await over(folder, start, clock, eve)
    assert "雙號" in (await read(client, path)).text
    clock.now = eve + timedelta(seconds=1)
    page = await read(client, path)
    assert "2/7（五）" in page.text
    assert "單號" in page.text


async def test_pinned_rules_do_not_turn_but_the_day_does(folder, start, clock):
    eve = NOW.replace(month=3, day=4, hour=23, minute=59, second=59)
    client = await over(folder, start, clock, eve, masks(date(2020, 2, 6)))
    clock.now = eve + timedelta(seconds=1)
    page = await read(client, "/rules")
    assert "示範：規定固定採用109年2月6日起實施之版本" in page.text
    assert "限購2片" in page.text
    assert "3月5日（四） 單號" not in page.text
    assert "即將實施的規定" not in page.text


async def test_before_the_first_block_the_page_says_when_it_begins(folder, start, clock):
    client = await over(folder, start, clock, NOW.replace(day=5))
    page = await read(client, "/rules?digit=3")
    assert "尚未實施" in page.text
    assert "109年2月6日開始實施" in page.text


async def test_a_programme_without_weekdays_needs_no_digit(folder, start, clock):
    client = await over(folder, start, clock, NOW.replace(month=4, day=20))
    page = await read(client, "/rules?bought=2020-04-10")
    assert "4月24日（五）起可以買" in page.text
    assert "單號：" not in page.text


async def test_another_programme_is_told_from_its_own_data(folder, start, clock):
    block = replace(
        masks().block[0], price_ntd={"adult_mask": 6, "child_mask": 6}, effective=date(2020, 2, 1)
    )
    client = await over(folder, start, clock, NOW, replace(masks(), block=(block,)))
    page = await read(client, "/rules")
    assert "2片12元" in page.text
    assert "每片6元" in page.text
