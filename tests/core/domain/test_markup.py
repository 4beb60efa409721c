"""The marks of the authority's pages: a tree of words, and only addresses that are safe."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.markup import Block, Span, parse_markup, safe_address


def test_every_mark_is_read() -> None:
    text = "# 大\n## 小\n一段\n兩行\n\n- 甲\n- **乙**\n"
    text += "1. [丙](https://example.org/a?b=1)\n2) [丁](/faq)"
    assert parse_markup(text) == (
        Block("heading", ((Span("大"),),)),
        Block("subheading", ((Span("小"),),)),
        Block("paragraph", ((Span("一段"),), (Span("兩行"),))),
        Block("list", ((Span("甲"),), (Span("乙", bold=True),))),
        Block(
            "numbers",
            ((Span("丙", to="https://example.org/a?b=1"),), (Span("丁", to="/faq"),)),
        ),
    )


@pytest.mark.parametrize(
    "address",
    [
        *("javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//evil.example"),
        *("ftp://example.org", "https://", "http:///x", "https://a@evil.example", "/\\evil"),
        *("https://e\u202egro.example", "\thttps://example.org", "mailto:a@example.org", "x", ""),
    ],
)
def test_an_address_that_is_not_safe_stays_words(address: str) -> None:
    assert safe_address(address) == ""
    spans = parse_markup(f"[x]({address})")[0].lines[0]
    assert all(not span.to for span in spans)


@given(st.text(max_size=400))
def test_whatever_is_typed_is_read_and_leads_nowhere_else(text: str) -> None:
    for block in parse_markup(text):
        for line in block.lines:
            for span in line:
                assert not span.to or span.to.startswith(("http://", "https://", "/"))
                assert not span.to.startswith("//")
