"""What the API says of outlets is valid by the schema that is published for app builders."""

from __future__ import annotations

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from core.domain.schemas import outlet_schema

SCHEMA = outlet_schema(("adult_mask", "child_mask"))


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/outlets",
        "/api/v1/nearby?lat=25.0478&lon=121.517",
        "/api/v1/outlets?codes=590101A011,2331010014",
    ],
)
async def test_every_outlet_of_the_api_is_valid_by_the_published_schema(client, path):
    check = Draft202012Validator(SCHEMA, format_checker=FormatChecker())
    outlets = (await (await client.get(path)).json())["outlets"]
    assert outlets
    for outlet in outlets:
        assert [error.message for error in check.iter_errors(outlet)] == []


async def test_one_outlet_of_the_api_is_valid_too(client):
    answer = await (await client.get("/api/v1/outlets/590101A011")).json()
    Draft202012Validator(SCHEMA).validate(answer["outlet"])
