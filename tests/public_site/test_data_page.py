"""The pages for app builders: the first screen, the sub-pages, both languages."""

from __future__ import annotations

import re
from datetime import date, timedelta

import msgspec
import pytest

from core.domain import dictionary
from public_site.api_parts import sandbox_calls
from public_site.operations import PROBLEM_CODES
from public_site.parameter_table import parameters_of
from public_site.samples import all_samples
from public_site.serving.policy import DATA_PAGES
from tests.public_site.releases import some_outlets
from tests.public_site.test_beside import DAY, PARQUET, put_history, put_signed
from tests.public_site.test_pages import read, with_language

SUB_PAGES = ("examples", "api", "dictionary", "sandbox", "policy")
ALL = ("/data", *(f"/data/{name}" for name in SUB_PAGES))
LANGUAGES = ("zh-TW", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ALL)
async def test_every_page_is_sound_and_leads_to_the_others(client, path, language):
    page = await read(client, with_language(path, language))
    assert page.open == []
    links = {link["href"] for link in page.all("a")}
    assert {with_language(other, language) for other in ALL} <= links
    ids = [attributes["id"] for _, attributes in page.tags if attributes.get("id")]
    assert len(ids) == len(set(ids))
    assert len(page.all("h1")) == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ALL)
async def test_links_inside_the_site_lead_somewhere(client, path, language):
    page = await read(client, with_language(path, language))
    for link in {link["href"] for link in page.all("a") if link["href"].startswith("/data")}:
        assert (await client.get(link)).status == 200, link


async def test_the_three_lines_come_first_and_name_the_host_that_was_asked(client, start):
    page = await read(client, "/data")
    codes = [tag.get("id") for tag in page.all("code")][:3]
    assert codes == ["csv", "near", "python-line"]
    assert f"curl --compressed -O {str(client.make_url('/')).rstrip('/')}/data/maskdata.csv" in (
        page.text
    )
    public = await start(public_url="https://maskmap.example")
    assert "-O https://maskmap.example/data/maskdata.csv" in (await read(public, "/data")).text


async def test_the_first_page_stays_small(client):
    answer = await client.get("/data")
    assert int(answer.headers["Content-Length"]) < 8_000


async def test_every_file_of_the_manifest_and_every_sample_is_listed(client):
    page = await read(client, "/data")
    files = (await (await client.get("/api/v1/snapshot")).json())["files"]
    links = {link["href"] for link in page.all("a")}
    paths = [file["path"] for file in files if not file["path"].endswith((".gz", ".br"))]
    plain = {f"/data/{path}" for path in paths if "/" not in path}
    assert plain <= links
    assert {f"/data/samples/{name}" for name in all_samples()} <= links
    assert all(path.removeprefix("/data/") in dictionary.FILES for path in plain)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_dictionary_page_tells_every_field(client, language):
    page = await read(client, with_language("/data/dictionary", language))
    fields = (*dictionary.RECORD, *dictionary.ALSO, *dictionary.CURRENT, *dictionary.MANIFEST)
    for field in fields:
        assert field.name in page.text
        assert " ".join(field.meaning.in_language(language).split()) in page.text
    for words in dictionary.AVAILABILITY.values():
        assert words.in_language(language) in page.text


async def test_the_api_page_tells_every_parameter_and_code(client):
    page = await read(client, "/data/api")
    for parameter in parameters_of(("adult_mask", "child_mask")):
        assert " ".join(parameter.meaning.zh.split()) in page.text
    assert all(code in page.text for code in PROBLEM_CODES)
    assert "/openapi.json" in {link["href"] for link in page.all("a")}


@pytest.mark.parametrize("call", sandbox_calls(), ids=lambda call: f"{call.status} {call.path}")
async def test_the_sandbox_answers_as_its_page_says(client, call):
    answer = await client.get(call.path, headers=call.headers)
    assert answer.status == call.status
    if call.shows.en.startswith(("OUTLET_", "PARAMETER_", "CHANGES_", "SNAPSHOT_", "NO_")):
        assert (await answer.json())["code"] == re.match("[A-Z_]+", call.shows.en)[0]


@pytest.mark.parametrize(
    ("contact", "shown"),
    [("", "沒有留下聯絡方式"), ("mailto:data@example.tw", "data@example.tw")],
)
async def test_whom_to_ask_is_told_or_said_to_be_unknown(folder, start, contact, shown):
    folder.publish(some_outlets())
    page = await read(await start(contact=contact), "/data/policy")
    assert shown in page.text


async def test_polling_advice_names_the_interval_of_the_snapshot(client):
    text = (await read(client, "/data/policy?lang=en")).text
    for words in ("(now 30 s)", "If-None-Match", "/api/v1/changes", "Retry-After", "/api/v2"):
        assert words in text


async def test_attribution_is_ready_to_copy_with_the_time_of_the_data(client):
    page = await read(client, "/data/policy?lang=en")
    assert "as of 2020-02-06 10:30:05" in page.text
    assert any("data-copy" in block for block in page.all("div"))


async def test_announcements_are_told_on_the_pages(folder, start, tmp_path):
    folder.publish(some_outlets())
    file = tmp_path / "announcements.toml"
    file.write_text(
        '[[announcement]]\nid = "a"\nkind = "incident"\ndate = 2026-12-01\n'
        'effective = 2026-12-02\nzh = "<b>停電</b>"\nen = "<b>A power cut</b>"\n'
    )
    client = await start(announcements=file, sunset=date(2027, 6, 30))
    for path in ("/data", "/data/policy", "/status"):
        page = await read(client, f"{path}?lang=en")
        assert "<b>A power cut</b> (from 2026-12-02)" in page.text
        assert "until 2027-06-30" in page.text


def test_every_sub_page_is_known_to_depend_on_language_and_host():
    assert {f"/data/{name}" for name in SUB_PAGES} == set(DATA_PAGES)


@pytest.mark.parametrize("path", ALL)
async def test_what_is_remembered_of_a_page_is_never_sent_to_another_reader(client, path):
    said = set()
    for language in ("zh-TW", "en"):
        for host in ("a.example", "b.example"):
            for _ in range(3):
                headers = {"Accept-Language": language, "Host": host}
                html = await (await client.get(path, headers=headers)).text()
                assert f'<html lang="{language}">' in html
                assert f"http://{host}/data" in html
            said.add(html)
    assert len(said) == 4


@pytest.mark.parametrize("path", ALL)
async def test_nothing_is_shown_but_a_notice_until_the_first_snapshot(start, path):
    client = await start()
    await read(client, path, status=503)
    assert (await client.get("/openapi.json")).status == 200


@pytest.mark.parametrize("path", ALL)
async def test_text_mode_says_the_same_without_sheet_and_script(client, path):
    page = await read(client, f"{path}?mode=text&lang=en")
    assert not page.all("script", "style")
    assert not [link for link in page.all("link") if link.get("rel") == "stylesheet"]
    full = await read(client, f"{path}?lang=en")
    assert len(page.all("code")) == len(full.all("code"))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_history_and_catalogue_are_listed_once_they_are_there(
    client, folder, clock, language
):
    before = await read(client, with_language("/data", language))
    assert not any("history/" in link["href"] for link in before.all("a"))
    for name in ("datapackage.json", "dcat.jsonld", "outlet.schema.json"):
        put_signed(folder, name, b"{}")
    put_history(folder, {DAY: b"date\n", f"{DAY}.gz": b"packed", PARQUET: b"PAR1"})
    clock.now += timedelta(seconds=1)
    page = await read(client, with_language("/data", language))
    links = {link["href"] for link in page.all("a")}
    assert {f"/data/{DAY}", f"/data/{PARQUET}", "/data/history/index.json"} <= links
    assert {"/data/datapackage.json", "/data/dcat.jsonld", "/data/outlet.schema.json"} <= links
    assert f"/data/{DAY}.gz" not in links
    assert page.open == []


async def test_search_engines_find_the_dataset_at_the_host_that_was_asked(client, folder):
    said = {"@type": "Dataset", "name": "</script><b>&", "contentUrl": "points.json"}
    put_signed(folder, "dataset.jsonld", msgspec.json.encode(said))
    html = await (await client.get("/data")).text()
    found = re.findall('<script type="application/ld\\+json">(.*?)</script>', html, re.DOTALL)
    assert len(found) == 1
    host = str(client.make_url("/data/points.json"))
    assert msgspec.json.decode(found[0]) == said | {"contentUrl": host}


async def test_a_forged_dataset_is_not_embedded(client, folder):
    put_signed(folder, "dataset.jsonld", b'{"name":"ours"}')
    (folder.root / "dataset.jsonld").write_bytes(b'{"name":"forged"}')
    html = await (await client.get("/data")).text()
    assert "forged" not in html
