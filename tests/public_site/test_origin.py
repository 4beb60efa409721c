"""Links that must be whole name the host that was asked, if it is one."""

from __future__ import annotations

import pytest

from tests.public_site.releases import some_outlets

WHOLE = ("/openapi.json", "/data/announcements.atom", "/data/examples")


@pytest.mark.parametrize("host", ["a:b:c", "a:99999999", "[::", 'x"><y', "u@x", "a b", ""])
@pytest.mark.parametrize("path", WHOLE)
async def test_a_host_that_is_none_is_left_out(client, path, host):
    answer = await client.get(path, headers={"Host": host})
    assert answer.status == 200
    assert f"://{host}/" not in await answer.text() or not host


@pytest.mark.parametrize("path", WHOLE)
async def test_the_address_of_the_operator_stands_before_the_host(folder, start, path):
    folder.publish(some_outlets())
    client = await start(public_url="https://masks.example.tw/")
    answer = await client.get(path, headers={"Host": "other.example"})
    body = await answer.text()
    assert answer.status == 200
    assert "https://masks.example.tw/" in body and "other.example" not in body
