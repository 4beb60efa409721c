"""The table of words: complete, in use, and the same placeholders in both languages."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import public_site
from core.domain.snapshot import AVAILABILITIES
from public_site.words import TABLES, WORDS

ROOT = Path(public_site.__file__).parent
ASKED = re.compile(
    r"""(?:\bt|\bword|reader\.word)\(\s*(?:self\.)?["']([a-z0-9_.\-]+)["'](?!\s*~)"""
)
# The other of two: t("this" if it is so else "that").
ELSE = re.compile(r"""\bt\("[a-z0-9_]+" if [^{}]*? else "([a-z0-9_]+)\"""")
# Keys that are put together: what stands before the name, and the names.
MADE = {
    "": ("open_now", "window_now"),
    "without_": ("open_now", "window_now"),
    "theme_": ("auto", "light", "dark"),
    "level_": ("plenty", "some", "few", "none"),
    "availability_": AVAILABILITIES,
    "part_": ("0", "1", "2"),
    "day_": tuple("0123456"),
    "rules_": ("quota", "days", "children", "foreigners", "on_behalf", "bring", "supply"),
    "bought_": ("unreadable", "future", "too_early"),
    "own_": ("odd", "even", "letter"),
    "feed_": ("active", "stale", "ended"),
    "fault_": ("untrusted", "older", "shrunken", "missing", "other"),
    "source_": ("correction", "register", "town", "demo", "not_stated"),
    "precision_": ("rooftop", "road", "town", ""),
    "data_way_": ("files", "examples", "api", "dictionary", "sandbox", "policy"),
    "news_": ("notice", "change", "incident", "sunset"),
}
# Keys handed on by name: the table of links, titles of pages, units of time, lines of code.
HANDED = re.compile(
    r"""["']((?:nav|days|hours|minutes|seconds)_[a-z]+|outlet_unknown|not_found|failed|invalid|empty|refused)["']"""
)


def asked_for() -> set[str]:
    """Return every key that templates and code ask for."""
    keys: set[str] = set()
    for path in [*ROOT.rglob("*.html"), *ROOT.rglob("*.py")]:
        if path.parent.name == "words":
            continue
        text = path.read_text()
        keys |= set(ASKED.findall(text)) | set(ELSE.findall(text))
        for key in HANDED.findall(text):
            keys |= {key} if key in WORDS else {f"{key}_title", f"{key}_text"} & set(WORDS)
    return keys | {start + name for start, names in MADE.items() for name in names}


def test_every_word_that_is_asked_for_exists():
    assert asked_for() - set(WORDS) == set()


def test_no_key_stands_in_two_tables():
    assert sum(len(table.WORDS) for table in TABLES) == len(WORDS)


def test_no_word_is_left_over():
    assert set(WORDS) - asked_for() == set()


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_have_the_same_gaps(key):
    text = WORDS[key]
    assert text.zh and text.en
    gaps = [
        {name for _, name, _, _ in string.Formatter().parse(words) if name}
        for words in (text.zh, text.en)
    ]
    assert gaps[0] == gaps[1]


def test_chinese_is_chinese_and_english_is_not():
    same = {"map_pieces", "api_title", "open_osm", "refused_text", "other_language", "quoted"}
    for key, text in WORDS.items():
        if key not in same:
            assert re.search(r"[\u4e00-\u9fff]", text.zh), key
            assert not re.search(r"[\u4e00-\u9fff]", text.en), key
