"""What a submission must fulfil, and what is a public link."""

from __future__ import annotations

import pytest

from core.community.listing import BadField, is_public_link, plain_line, read_listing, same_link

GOOD = {
    "name": "口罩地圖",
    "url": "https://example.org/mask?lang=zh",
    "author": "好想工作室",
    "category": "map",
    "platform": "web",
}


def test_a_full_submission_is_read():
    listing = read_listing(GOOD | {"author_url": "https://例子.台灣/我", "description": "一句話"})
    assert (listing.name, listing.description) == ("口罩地圖", "一句話")
    assert listing.author_url == "https://例子.台灣/我"


@pytest.mark.parametrize("missing", sorted(GOOD))
def test_each_required_field_is_asked_for_by_name(missing):
    with pytest.raises(BadField) as refused:
        read_listing({name: value for name, value in GOOD.items() if name != missing})
    assert refused.value.field == missing
    assert refused.value.words.zh and refused.value.words.en


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "字" * 81},
        {"description": "字" * 301},
        {"category": "game"},
        {"platform": "fax"},
        {"url": "javascript:alert(1)"},
        {"author_url": "mailto:somebody@example.org"},
    ],
)
def test_a_bad_field_is_refused_with_words(changed):
    with pytest.raises(BadField) as refused:
        read_listing(GOOD | changed)
    assert refused.value.field in changed


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "http://example.org:8080/path?q=1#there",
        "https://line.me/ti/p/@592zrdyn",
        "https://xn--fsqu00a.xn--0zwm56d/",
        "https://sub.domain.example.org/%E5%8F%A3",
    ],
)
def test_a_link_to_a_public_host_is_taken(url):
    assert is_public_link(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "//example.org",
        "ftp://example.org",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,<script>",
        "https://",
        "https://localhost",
        "https://intranet/",
        "https://127.0.0.1/",
        "https://0x7f.1/",
        "https://2130706433/",
        "https://[::1]/",
        "https://user:secret@example.org/",
        "https://example.org@evil.example/",
        "https://example.org:port/",
        "https://example.org:99999999/",
        "https://exa mple.org/",
        "https://example.org/\u202egnp",
        "https://example.org/\x00",
        "https://[example.org/",
    ],
)
def test_any_other_link_is_refused(url):
    assert not is_public_link(url)


def test_a_text_becomes_one_line_without_marks_that_steer():
    assert plain_line("  口罩\n\t地圖\u202e\u200f\x07 ") == "口罩 地圖"


def test_two_spellings_of_one_address_are_told_to_be_one():
    assert same_link("https://www.example.org/mask/") == same_link("http://example.org/mask")
    assert same_link("https://example.org/a") != same_link("https://example.org/b")
