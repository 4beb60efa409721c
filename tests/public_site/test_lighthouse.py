"""Lighthouse's accessibility rules on the search page; its speed is measured by `make bench`."""

from __future__ import annotations

import asyncio
import random
import shutil

import pytest

from tests.lighthouse_run import PROGRAM, scores
from tests.public_site.releases import many_outlets

pytestmark = pytest.mark.e2e


@pytest.fixture
def node() -> str:
    found = shutil.which("node")
    if found is None or not PROGRAM.exists():
        pytest.skip("no Lighthouse here: `make test` installs it with npm")
    return found


@pytest.mark.parametrize("path", ["/", "/?lang=en&q=%E8%97%A5%E5%B1%80", "/rules", "/apps"])
async def test_lighthouse_finds_the_pages_accessible(folder, start, chromium, node, path):
    folder.publish(many_outlets(random.Random(0), 300))
    client = await start()
    url = str(client.make_url(path))
    found = await asyncio.to_thread(scores, url, chromium, node, "accessibility")
    assert found["accessibility"] >= 95
