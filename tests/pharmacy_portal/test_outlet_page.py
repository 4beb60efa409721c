"""The outlet's page: its words are the site's, and a browser can work it by keyboard."""

from __future__ import annotations

from pathlib import Path

import pharmacy_portal
import public_site
from core.domain.outlet_says import PAUSE_REASONS
from core.domain.proposals import KINDS
from pharmacy_portal.words import PAGE_WORDS
from public_site.words.frame import WORDS as SITE_WORDS
from tests.pharmacy_portal.tills import Till


def test_the_portal_calls_things_as_the_site_does() -> None:
    shared = [key for key in PAGE_WORDS if key.startswith(("level_", "availability_"))]
    assert len(shared) == 8
    for key in shared:
        assert PAGE_WORDS[key] == SITE_WORDS[key], key


def test_the_shapes_are_those_of_the_site() -> None:
    files = [
        Path(package.__file__ or "").parent / "static/shapes.svg"
        for package in (pharmacy_portal, public_site)
    ]
    assert files[0].read_bytes() == files[1].read_bytes()


async def test_the_page_offers_every_reason_and_every_correction(counter: Till) -> None:
    for language in ("zh-TW", "en"):
        page = await (await counter.get(f"/outlet?lang={language}")).text()
        for text in (*PAUSE_REASONS.values(), *KINDS.values()):
            assert f">{text.in_language(language)}<" in page
    assert 'data-key="3"' in page
