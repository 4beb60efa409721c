"""The authority's acts through the portal: who may, what is refused, what everybody then sees."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from core.community.announced import read_announced
from core.community.listing import Listing
from core.community.store import CommunityStore
from core.domain.calendar import TAIPEI
from core.settings import Settings
from public_site.announcements import Announcements
from tests.pharmacy_portal.tills import API, StandingClock, Till, World, a_sale, running_portal

STEWARD = "/steward"
PAGES = [
    "/steward",
    *(f"/steward/{page}" for page in ("morning", "announcements", "corrections", "directory")),
    "/steward/disputes",
    *(f"/steward/{page}" for page in ("stops", "services", "rules", "pages", "pages/contact")),
]
EVIL = '<script>alert(1)</script>[x](javascript:alert(1)) **b** [ok](https://example.org/a"b)'


def an_announcement(**changes: Any) -> dict[str, Any]:
    body = {"kind": "notice", "audience": "both", "zh": "明日起口罩到貨延後", "en": "Goods late"}
    return body | changes


async def put(till: Till, path: str, body: Any) -> Any:
    return await till.client.put(API + path, json=body)


async def text_of(till: Till, path: str) -> str:
    answer = await till.get(path)
    assert answer.status == 200, path
    return await answer.text()


def audited(world: World, act: str) -> list[dict[str, Any]]:
    with sqlite3.connect(world.settings.database_path) as connection:
        rows = connection.execute("SELECT body FROM audit ORDER BY number").fetchall()
    return [row for (body,) in rows if (row := json.loads(body))["act"] == act]


@pytest.fixture
async def steward(world: World) -> Till:
    till = await world.open_till()
    await till.log_in("steward-1")
    return till


async def test_every_page_of_the_authority_comes_in_both_languages(steward: Till) -> None:
    for path in PAGES:
        assert '<html lang="zh-TW">' in await text_of(steward, path)
        assert '<html lang="en">' in await text_of(steward, f"{path}?lang=en")


async def test_an_announcement_reaches_the_portal_and_the_feed_of_the_site(
    world: World, steward: Till
) -> None:
    made = await steward.post(f"{STEWARD}/announcements", an_announcement())
    assert made.status == 201
    identity = (await made.json())["announcement"]
    outside = await world.open_till()
    assert "明日起口罩到貨延後" in await text_of(outside, "/news")
    assert "Goods late" in await text_of(outside, "/news?lang=en")
    # The site looks again by itself: no restart, and it never opens the ledger.
    feed = Announcements(
        Path("no-such-file.toml"), None, lambda: 0.0, world.settings.announced_file
    )
    assert [one.en for one in feed.now()] == ["Goods late"]
    (row,) = audited(world, "announce")
    assert row["announcement"] == identity
    assert "口罩" not in json.dumps(row, ensure_ascii=False)


async def test_an_announcement_to_the_portal_alone_never_reaches_the_site(
    world: World, steward: Till
) -> None:
    await steward.post(f"{STEWARD}/announcements", an_announcement(audience="portal"))
    assert read_announced(world.settings.announced_file) == ()
    assert "明日起" in await text_of(steward, "/news")
    await steward.post(f"{STEWARD}/announcements", an_announcement(audience="data", zh="資料異動"))
    assert [one.zh for one in read_announced(world.settings.announced_file)] == ["資料異動"]
    assert "資料異動" not in await text_of(steward, "/news")


async def test_a_withdrawn_announcement_is_gone_everywhere_and_stays_on_record(
    world: World, steward: Till
) -> None:
    made = await (await steward.post(f"{STEWARD}/announcements", an_announcement())).json()
    place = f"{STEWARD}/announcements/{made['announcement']}"
    refused = await steward.post(f"{place}/withdraw", {"version": 1, "reason": " "})
    assert refused.status == 400
    gone = await steward.post(f"{place}/withdraw", {"version": 1, "reason": "誤發"})
    assert gone.status == 200
    assert "目前沒有公告" in await text_of(steward, "/news")
    assert read_announced(world.settings.announced_file) == ()
    assert "誤發" in await text_of(steward, "/steward/announcements")


async def test_of_two_stewards_who_edit_one_announcement_the_second_is_told(
    steward: Till,
) -> None:
    made = await (await steward.post(f"{STEWARD}/announcements", an_announcement())).json()
    place = f"{STEWARD}/announcements/{made['announcement']}"
    edit = an_announcement(version=1, effective="2020-02-07")
    assert (await put(steward, place, edit | {"zh": "甲的版本"})).status == 200
    second = await put(steward, place, edit | {"zh": "乙的版本"})
    assert second.status == 409
    assert (await second.json())["code"] == "CONFLICT"
    page = await text_of(steward, "/news")
    assert "甲的版本" in page
    assert "109/02/07" in page


async def test_an_announcement_that_cannot_be_taken_is_refused(steward: Till) -> None:
    for changes in (
        *({"zh": ""}, {"en": " "}, {"kind": "x"}, {"audience": "x"}, {"effective": "soon"}),
        *({"zh": "字" * 1001}, {"zh": "證號 A123456789 之民眾"}),
    ):
        answer = await steward.post(f"{STEWARD}/announcements", an_announcement(**changes))
        assert answer.status == 400, changes


async def test_hostile_words_stay_words(steward: Till) -> None:
    await steward.post(f"{STEWARD}/announcements", an_announcement(zh=EVIL, en=EVIL))
    body = {"version": 0, "zh": EVIL, "en": EVIL, "fields": {}}
    assert (await put(steward, f"{STEWARD}/pages/faq", body)).status == 200
    for path in ("/news", "/faq", "/steward/announcements", "/steward/pages/faq?version=1"):
        page = await text_of(steward, path)
        assert "<script>alert" not in page, path
        assert 'href="javascript' not in page, path
        assert "&lt;script&gt;" in page, path
    assert "<strong>b</strong>" in await text_of(steward, "/faq")
    assert not re.search(r'href="https://example.org/a"', await text_of(steward, "/faq"))
    shown = await (await steward.post(f"{STEWARD}/preview", {"text": EVIL})).json()
    assert {"text": "b", "bold": True} in shown["blocks"][0]["lines"][0]


async def test_a_page_is_edited_restored_and_every_version_kept(
    world: World, steward: Till
) -> None:
    before = await text_of(steward, "/contact")
    body = {"version": 0, "zh": "# 新窗口", "en": "# New contact", "fields": {"phone": "0800-1"}}
    assert (await put(steward, f"{STEWARD}/pages/contact", body)).status == 200
    page = await text_of(steward, "/contact")
    assert "<h2>新窗口</h2>" in page
    assert "0800-1" in page
    late = await put(steward, f"{STEWARD}/pages/contact", body | {"zh": "# 晚到"})
    assert late.status == 409
    back = await steward.post(f"{STEWARD}/pages/contact/restore", {"version": 1, "restores": 0})
    assert back.status == 200
    assert "請勿撥打" in before
    assert "請勿撥打" in await text_of(steward, "/contact")
    versions = await text_of(steward, "/steward/pages/contact")
    assert versions.count('name="restores"') == 2
    assert [row["page"] for row in audited(world, "page_edit")] == ["contact"]
    assert audited(world, "page_restore")[0]["restores"] == 0
    assert (await put(steward, f"{STEWARD}/pages/nothing", body)).status == 404


async def test_the_longest_page_fits_into_one_request(steward: Till) -> None:
    body = {"version": 0, "zh": "字" * 8000, "en": "a" * 8000, "fields": {}}
    assert (await put(steward, f"{STEWARD}/pages/guide", body)).status == 200


async def test_a_stop_refuses_the_next_sale_and_lifting_it_lets_sell_again(
    world: World, steward: Till, counter: Till
) -> None:
    code = (await (await counter.get(f"{API}/me")).json())["institution"]
    stop = {"scope": "outlet", "target": code, "zh": "查核中", "en": "Being inspected"}
    wrong = await steward.post(f"{STEWARD}/stops", stop | {"confirmation": "5900000000"})
    assert (await wrong.json())["code"] == "CONFIRMATION_NEEDED"
    made = await steward.post(f"{STEWARD}/stops", stop | {"confirmation": code})
    assert made.status == 201
    refused = await counter.sell(a_sale())
    document = await refused.json()
    assert refused.status == 409
    assert document["code"] == "STOPPED"
    assert document["details"]["reason"] == {"zh": "查核中", "en": "Being inspected"}
    assert [line["official"] for line in document["words"]][1:] == ["查核中"]
    twice = await steward.post(f"{STEWARD}/stops", stop | {"confirmation": code})
    assert (await twice.json())["code"] == "ALREADY_DONE"
    place = f"{STEWARD}/stops/{(await made.json())['stop']}/lift"
    unsure = await steward.post(place, {"confirmation": ""})
    assert (await unsure.json())["code"] == "CONFIRMATION_NEEDED"
    assert (await steward.post(place, {"confirmation": code})).status == 200
    assert (await counter.sell(a_sale())).status == 201
    assert [row["target"] for row in audited(world, "stop")] == [code]
    assert len(audited(world, "lift_stop")) == 1


@pytest.mark.parametrize("spelling", ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:00+00:00"])
async def test_the_whole_programme_is_stopped_by_its_name_until_its_end(
    world: World, steward: Till, counter: Till, spelling: str
) -> None:
    zone = UTC if "+00:00" in spelling else TAIPEI
    end = (world.clock.now + timedelta(minutes=5)).astimezone(zone)
    stop = {"scope": "programme", "target": "masks", "zh": "全面查核", "en": "Inspection"}
    stop |= {"until": end.strftime(spelling), "confirmation": "masks"}
    past = await steward.post(f"{STEWARD}/stops", stop | {"until": "2020-01-01T00:00"})
    assert past.status == 400
    assert (await steward.post(f"{STEWARD}/stops", stop)).status == 201
    assert (await counter.sell(a_sale())).status == 409
    world.clock.pass_by(minutes=6)
    assert (await counter.sell(a_sale())).status == 201


async def test_a_proposal_is_accepted_into_the_register_once(
    world: World, steward: Till, counter: Till
) -> None:
    code = (await (await counter.get(f"{API}/me")).json())["institution"]
    asked = await counter.post(
        "/outlet/proposals",
        {"kind": "address", "value": "臺北市大安區信義路四段1號", "note": "搬遷"},
    )
    assert asked.status == 201, await asked.text()
    page = await text_of(steward, "/steward/corrections")
    assert "信義路四段1號" in page
    identity = re.findall(r"/steward/proposals/(\w+)", page)[0]
    accepted = await steward.post(f"{STEWARD}/proposals/{identity}", {"verdict": "accepted"})
    assert accepted.status == 200
    again = await steward.post(f"{STEWARD}/proposals/{identity}", {"verdict": "accepted"})
    assert again.status == 409
    entry = await text_of(steward, f"/steward/corrections?code={code}")
    assert "信義路四段1號" in entry
    assert [row["outlet"] for row in audited(world, "proposal_accepted")] == [code]
    with sqlite3.connect(world.settings.database_path) as connection:
        town = connection.execute("SELECT town FROM outlets WHERE code = ?", (code,)).fetchone()
    assert town == ("大安區",)


async def test_a_refused_proposal_needs_a_reason_and_changes_nothing(
    steward: Till, counter: Till
) -> None:
    await counter.post("/outlet/proposals", {"kind": "name", "value": "新名藥局"})
    page = await text_of(steward, "/steward/corrections")
    identity = re.findall(r"/steward/proposals/(\w+)", page)[0]
    place = f"{STEWARD}/proposals/{identity}"
    assert (await steward.post(place, {"verdict": "refused"})).status == 400
    refused = await steward.post(place, {"verdict": "refused", "reason": "與執照不符"})
    assert refused.status == 200
    assert (await (await counter.get(f"{API}/outlet")).json()).get("name") != "新名藥局"


async def test_a_proposed_place_is_shown_beside_the_registers_and_kept_when_accepted(
    world: World, steward: Till, counter: Till
) -> None:
    code = (await (await counter.get(f"{API}/me")).json())["institution"]
    value = {"lat": "25.033", "lon": "121.5654"}
    asked = await counter.post("/outlet/proposals", {"kind": "position", "value": value})
    assert asked.status == 201, await asked.text()
    assert "名冊尚無座標" in await text_of(steward, "/steward/corrections")
    by_hand = {"reason": "民眾反映", "lat": "25.033", "lon": "121.5554"}
    await put(steward, f"{STEWARD}/outlets/{code}", by_hand)
    page = await text_of(steward, "/steward/corrections?lang=en")
    assert "1.0 km to the east" in page
    assert "<svg" in page
    assert "mlat=25.033" in page
    seen = dict(re.findall(r'name="(lat|lon)" value="([^"]*)" data-seen', page))
    identity = re.findall(r"/steward/proposals/(\w+)", page)[0]
    verdict = {"verdict": "accepted", "seen": seen}
    assert (await steward.post(f"{STEWARD}/proposals/{identity}", verdict)).status == 200
    with sqlite3.connect(world.settings.database_path) as connection:
        row = connection.execute(
            "SELECT lat, lon, coordinate_source FROM outlets WHERE code = ?", (code,)
        ).fetchone()
    assert row == (25.033, 121.5654, "correction")
    (kept,) = audited(world, "proposal_accepted")
    assert (kept["before"], kept["after"]) == (seen, {"lat": "25.033", "lon": "121.5654"})
    decided = await text_of(steward, "/steward/corrections")
    assert f"<td>{kept['by']} <span" in decided


async def test_a_verdict_upon_what_the_register_no_longer_says_is_a_conflict(
    world: World, steward: Till, counter: Till
) -> None:
    code = (await (await counter.get(f"{API}/me")).json())["institution"]
    await counter.post("/outlet/proposals", {"kind": "phone", "value": "(02)22222222"})
    page = await text_of(steward, "/steward/corrections")
    identity = re.findall(r"/steward/proposals/(\w+)", page)[0]
    seen = dict(re.findall(r'name="(phone)" value="([^"]*)" data-seen', page))
    by_hand = {"reason": "來電更正", "phone": "(02)33333333"}
    assert (await put(steward, f"{STEWARD}/outlets/{code}", by_hand)).status == 200
    place = f"{STEWARD}/proposals/{identity}"
    stale = await steward.post(place, {"verdict": "accepted", "seen": seen})
    assert stale.status == 409
    assert "changed meanwhile" in await stale.text()
    page = await text_of(steward, "/steward/corrections")
    assert "(02)33333333" in page
    seen = dict(re.findall(r'name="(phone)" value="([^"]*)" data-seen', page))
    assert (await steward.post(place, {"verdict": "accepted", "seen": seen})).status == 200


async def test_accepting_never_undoes_what_else_changed_meanwhile(
    world: World, steward: Till, counter: Till
) -> None:
    code = (await (await counter.get(f"{API}/me")).json())["institution"]
    await counter.post("/outlet/proposals", {"kind": "phone", "value": "(02)22222222"})
    page = await text_of(steward, "/steward/corrections")
    identity = re.findall(r"/steward/proposals/(\w+)", page)[0]
    await put(steward, f"{STEWARD}/outlets/{code}", {"reason": "更名", "name": "新名藥局"})
    verdict = {"verdict": "accepted"}
    assert (await steward.post(f"{STEWARD}/proposals/{identity}", verdict)).status == 200
    with sqlite3.connect(world.settings.database_path) as connection:
        row = connection.execute(
            "SELECT name, phone FROM outlets WHERE code = ?", (code,)
        ).fetchone()
    assert row == ("新名藥局", "(02)22222222")


async def test_the_outlet_reads_why_a_proposal_was_refused(steward: Till, counter: Till) -> None:
    await counter.post("/outlet/proposals", {"kind": "name", "value": "新名藥局"})
    page = await text_of(steward, "/steward/corrections")
    identity = re.findall(r"/steward/proposals/(\w+)", page)[0]
    verdict = {"verdict": "refused", "reason": "與執照不符"}
    await steward.post(f"{STEWARD}/proposals/{identity}", verdict)
    said = await (await counter.get(f"{API}/outlet/proposals")).json()
    assert [(one["state"], one["reason"]) for one in said["proposals"]] == [
        ("refused", "與執照不符")
    ]


async def test_an_entry_is_corrected_by_hand_but_never_moved_out_of_taiwan(
    world: World, steward: Till
) -> None:
    place = f"{STEWARD}/outlets/5901100001"
    body = {"reason": "民眾反映", "lat": "25.033", "lon": "121.5654", "status": "paused"}
    exchanged = await put(steward, place, body | {"lat": "121.5654", "lon": "25.033"})
    assert exchanged.status == 400
    assert (await put(steward, place, body | {"reason": ""})).status == 400
    assert (await put(steward, place, {"reason": "x"})).status == 400
    assert (await put(steward, place, body)).status == 200
    with sqlite3.connect(world.settings.database_path) as connection:
        row = connection.execute(
            "SELECT lon, lat, status, status_reason FROM outlets WHERE code = '5901100001'"
        ).fetchone()
    assert row == (121.5654, 25.033, "paused", "民眾反映")
    missing = await put(steward, f"{STEWARD}/outlets/5901199999", body)
    assert missing.status == 404


async def test_the_directory_is_moderated_and_each_decision_audited(
    world: World, steward: Till
) -> None:
    store = CommunityStore(world.settings.community_path)
    listing = Listing(
        name='<b onclick="x">',
        url="https://example.org/m",
        author="甲",
        category="map",
        platform="web",
    )
    identity = store.submit(listing, world.clock())
    page = await text_of(steward, "/steward/directory")
    assert "<b onclick" not in page
    place = f"{STEWARD}/directory/{identity}"
    assert (await steward.post(place, {"verdict": "rejected"})).status == 400
    assert (await steward.post(place, {"verdict": "accepted"})).status == 200
    assert (await steward.post(place, {"verdict": "accepted"})).status == 409
    assert store.submissions()[0].state == "accepted"
    assert len(audited(world, "directory_review")) == 3


async def test_the_morning_list_names_who_is_silent_and_what_cannot_be_true(
    world: World, steward: Till, counter: Till
) -> None:
    page = await text_of(steward, "/steward/morning?by=08:30")
    code = (await (await counter.get(f"{API}/me")).json())["institution"]
    assert "今日未登入" in page
    assert "未確認到貨" in page
    quiet = re.findall(r'class="code"><a href="[^"]*">(\w{10})<', page)
    assert code not in quiet
    assert len(quiet) == 11
    sheet = await text_of(steward, "/steward/morning.csv?flag=no_intake&sort=town&by=08:30")
    assert sheet.startswith("\ufeffcode,name")
    assert len(sheet.splitlines()) == 12
    early = await text_of(steward, "/steward/morning?by=23:59")
    assert "未確認到貨</td>" not in early


async def test_a_service_is_granted_and_an_administrator_appointed_for_nobodys_institution(
    world: World, steward: Till
) -> None:
    granted = await steward.post(
        f"{STEWARD}/services", {"institution": "5901100009", "verdict": "granted"}
    )
    assert granted.status == 200, await granted.text()
    bad = await steward.post(f"{STEWARD}/services", {"institution": "x", "verdict": "granted"})
    assert bad.status == 400
    body = {"institution": "5901100009", "role": "administrator", "name": "林管理"}
    unknown = await steward.post(f"{STEWARD}/appointments", body | {"institution": "5999999999"})
    assert "not in the register" in (await unknown.json())["detail"]
    invited = await steward.post(f"{STEWARD}/appointments", body)
    assert invited.status == 201
    code = (await invited.json())["code"]
    with sqlite3.connect(world.settings.database_path) as connection:
        assert code not in "".join(connection.iterdump())


async def test_what_could_not_be_told_is_told_when_the_portal_starts(
    world: World, steward: Till
) -> None:
    await steward.post(f"{STEWARD}/announcements", an_announcement())
    world.settings.announced_file.unlink()
    async with running_portal(world.settings, world.clock):
        assert len(read_announced(world.settings.announced_file)) == 1


async def test_nobody_else_may_do_what_the_authority_does(counter: Till) -> None:
    for path in ("/stops", "/announcements", "/preview", "/services", "/appointments"):
        assert (await counter.post(STEWARD + path, {})).status == 403, path
    assert (await put(counter, f"{STEWARD}/pages/faq", {})).status == 403
    assert (await put(counter, f"{STEWARD}/outlets/5901100001", {})).status == 403


async def test_a_candidate_is_previewed_and_tried_without_being_taken_up(
    settings: Settings, clock: StandingClock, tmp_path: Path
) -> None:
    folder = tmp_path / "rules"
    shutil.copytree(settings.rules_folder, folder)
    (folder / "candidates").mkdir()
    shipped = (folder / "masks.toml").read_text("utf-8")
    (folder / "candidates" / "new.toml").write_text(shipped, "utf-8")
    (folder / "candidates" / "bad.toml").write_text("id = 3", "utf-8")
    async with running_portal(replace(settings, rules=folder, rules_of=None), clock) as world:
        till = await world.open_till()
        await till.log_in("steward-1")
        page = await text_of(till, "/steward/rules")
        assert "new.toml" in page
        tried = await text_of(till, "/steward/rules?file=new.toml&try=1")
        assert "試算結果" in tried
        assert "沒有購買紀錄" in tried
        faulty = await text_of(till, "/steward/rules?file=bad.toml")
        assert 'class="error"' in faulty
        assert str(tmp_path) not in faulty
        nowhere = await text_of(till, "/steward/rules?file=../masks.toml")
        assert "there is no candidate" in nowhere
