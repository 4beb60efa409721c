"""The OpenAPI document: valid, complete, and true of the answers."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

import public_site
from public_site.openapi import paths_of
from public_site.operations import PROBLEM_CODES
from public_site.parameter_table import CHANGES, FILTERED, NEAR, parameters_of
from public_site.search import PARAMETERS

PRODUCTS = ("adult_mask", "child_mask")
# Answered, but no part of the interface: pages, what operators ask, our own files.
NO_INTERFACE = re.compile(
    r"/(|apps|apps/.*|data|data/[a-z]+|healthz|readyz|metrics|outlets/\{code\}(/card)?|rules|status|offline|report"
    r"|supply|api/v1|static/.*|favicon\.ico|robots\.txt|sw\.js|manifest\.webmanifest|sandbox.*)"
)


@pytest.fixture
async def document(client):
    answer = await client.get("/openapi.json")
    assert answer.status == 200 and answer.content_type == "application/json"
    return await answer.json()


def checker(document, name: str) -> Draft202012Validator:
    """Return a validator of one component."""
    resource = Resource(contents=document, specification=DRAFT202012)
    registry = Registry().with_resource("urn:openapi", resource)
    return Draft202012Validator(
        {"$ref": f"urn:openapi#/components/schemas/{name}"}, registry=registry
    )


async def test_the_document_is_valid_openapi_3_1(document):
    assert document["openapi"].startswith("3.1")
    validate(document)


async def test_servers_follow_the_host_or_the_operators_address(client, start, document):
    origin = str(client.make_url("/")).rstrip("/")
    assert [server["url"] for server in document["servers"]] == [origin, f"{origin}/sandbox"]
    public = await start(public_url="https://maskmap.example/", contact="mailto:a@example.tw")
    document = await (await public.get("/openapi.json")).json()
    assert document["servers"][0]["url"] == "https://maskmap.example"
    assert document["info"]["contact"] == {"email": "a@example.tw"}


async def test_every_route_of_the_interface_is_described_and_nothing_else(client, document):
    paths = paths_of(client.app)
    expected = {path for path in paths if not NO_INTERFACE.fullmatch(path)}
    assert set(document["paths"]) == expected


async def test_the_root_of_the_api_leads_to_it(client, document):
    answer = await client.get("/api/v1")
    assert answer.url.path == "/openapi.json" and await answer.json() == document


async def test_it_is_known_by_its_tag_and_open_to_every_origin(client):
    answer = await client.get("/openapi.json")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert (await client.get("/openapi.json", headers=tag)).status == 304


def test_the_filters_described_are_those_that_are_read():
    described = [one.name for one in parameters_of(PRODUCTS) if one.calls == FILTERED]
    assert sorted(described) == sorted(PARAMETERS)


def test_every_code_that_the_site_answers_is_described():
    root = Path(public_site.__file__).parent
    text = "".join(path.read_text() for path in root.rglob("*.py") if "apps" not in path.name)
    used = set(re.findall(r'code(?::[^=\n]*)?\s*=\s*"([A-Z][A-Z_]+)"', text))
    internal = {"SNAPSHOT_OLDER", "SNAPSHOT_SHRUNKEN"}
    pages = {"UNEXPECTED"}
    assert used - internal - pages - set(PROBLEM_CODES) == set()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v1/outlets", "Outlets"),
        ("/api/v1/outlets?limit=3", "Outlets"),
        ("/api/v1/outlets/599901A002", "OneOutlet"),
        ("/api/v1/nearby?lat=25.0478&lon=121.517", "Nearby"),
        ("/api/v1/map", "Map"),
        ("/api/v1/changes?since=2", "Changes"),
        ("/api/v1/snapshot", "Snapshot"),
        ("/api/v1/outlets?limit=0", "Problem"),
        ("/api/v1/changes?since=0", "Problem"),
    ],
)
async def test_answers_have_exactly_the_members_described(client, document, path, name):
    if (
        path.partition("?")[0] not in document["paths"]
        and "{" not in path
        and "/outlets/" not in path
    ):
        pytest.fail(f"{path} is not described")
    answer = await (await client.get(f"/sandbox{path}")).json()
    checker(document, name).validate(answer)
    schema = document["components"]["schemas"][name]
    assert set(answer) == set(schema["properties"]) - ({"full"} - set(answer))
    for outlet in answer.get("outlets", [])[:1] if name != "Map" else []:
        which = schema["properties"]["outlets"]["items"]["$ref"].rpartition("/")[2]
        assert set(outlet) == set(document["components"]["schemas"][which]["properties"])


def tries() -> list[tuple[str, str, int]]:
    """Return calls at each bound and just beyond, with the status expected."""
    found = []
    for one in parameters_of(PRODUCTS):
        at = {NEAR: "nearby?lat=25&lon=121", CHANGES: "changes?"}.get(one.calls[0], "outlets?")
        schema = one.schema
        good = [one.example] if one.example else []
        good += [str(schema[side]) for side in ("minimum", "maximum") if side in schema]
        good += [str(word) for word in schema.get("enum", ())]
        bad = [str(schema["minimum"] - 1)] if "minimum" in schema else []
        bad += [str(schema["maximum"] + 1)] if "maximum" in schema else []
        bad += ["no-such-word"] if "enum" in schema else []
        bad += ["x" * (schema["maxLength"] + 1)] if "maxLength" in schema else []
        if one.calls == (CHANGES,):
            good = [one.example]
        found += [(f"{at}&{one.name}={value}", "good", 200) for value in good]
        found += [(f"{at}&{one.name}={value}", "bad", 400) for value in bad]
    return found


@pytest.mark.parametrize(("call", "what", "status"), tries())
async def test_every_bound_described_is_the_bound_that_is_kept(client, call, what, status):
    path, _, query = call.partition("?")
    last = dict(part.split("=", 1) for part in query.split("&") if "=" in part)
    answer = await client.get(f"/sandbox/api/v1/{path}", params=last)
    assert answer.status == status, await answer.text()


@pytest.mark.slow
@pytest.mark.parametrize("base", ["", "/sandbox"])
async def test_schemathesis_finds_nothing(client, seed, base, tmp_path):
    schema = tmp_path / "openapi.json"
    document = await (await client.get("/openapi.json")).json()
    origin = document["servers"][0]["url"]
    if base:
        document["servers"] = [{"url": origin + base}]
        document["paths"] = {
            path: item for path, item in document["paths"].items() if "servers" not in item["get"]
        }
    schema.write_text(json.dumps(document))
    # A query that breaks a bound may be so long that it is refused for its length alone.
    (tmp_path / "schemathesis.toml").write_text(
        "[checks.negative_data_rejection]\n"
        'expected-statuses = ["400", "404", "406", "414", "503"]\n'
        # A number made an object is sent as other, unknown keys, or as none: both are let pass.
        "[phases.fuzzing.checks.negative_data_rejection]\nenabled = false\n"
    )
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", str(schema), "--url", origin + base),
        *("--seed", str(seed), "--max-examples", "10", "--no-color"),
        # A county or a box may be well formed and yet none: the answer 400 is described.
        *("--exclude-checks", "positive_data_acceptance", "--phases", "examples,coverage,fuzzing"),
        cwd=tmp_path,
        env=os.environ | {"PYTHONUTF8": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await run.communicate()
    assert run.returncode == 0, said.decode()[-8000:]
