"""Texts that the authority publishes: nothing in them breaks a page, a line or a feed."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from core.actions.published_words import published
from core.errors import Invalid


@pytest.mark.parametrize("sign", ["\ufffe", "\uffff", "\x00", "\x0b", "\u202e", "\u200b", "\ue000"])
def test_what_is_no_text_is_dropped(sign: str) -> None:
    shown = published(f"停{sign}售", 10)
    assert shown == "停售"
    element = ElementTree.Element("title")
    element.text = shown
    assert ElementTree.fromstring(ElementTree.tostring(element)).text == shown


def test_a_number_behind_signs_that_are_dropped_is_still_found() -> None:
    with pytest.raises(Invalid):
        published("A1234\u200b56\uffff789", 30)
