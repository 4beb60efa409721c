"""The few marks of the authority's pages, read into a tree; nothing of it is ever HTML.

``# heading`` and ``## smaller``, ``- item``, ``1. item``, a blank line between paragraphs,
``**bold**`` and ``[words](address)``. An address begins with ``https://`` or ``http://``, or with
``/`` for a page of this site; any other stays as it was written. What shows the tree escapes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Literal
from urllib.parse import urlsplit

import msgspec

BlockKind = Literal["heading", "subheading", "paragraph", "list", "numbers"]
_MARKED = re.compile(
    r"\*\*(?P<bold>[^*\n]{1,500})\*\*|\[(?P<words>[^\[\]\n]{1,200})\]\((?P<to>[^()\s]{1,500})\)"
)
_OWN_PAGE = re.compile(r"/(?:[a-z0-9][a-z0-9-]*(?:/[a-z0-9-]+)*)?(?:#[a-z0-9-]+)?")
_STARTS: tuple[tuple[BlockKind, re.Pattern[str]], ...] = (
    ("subheading", re.compile(r"## +(.+)")),
    ("heading", re.compile(r"# +(.+)")),
    ("list", re.compile(r"[-*] +(.+)")),
    ("numbers", re.compile(r"[0-9]{1,3}[.)] +(.+)")),
)


class Span(msgspec.Struct, frozen=True, omit_defaults=True):
    """A run of words; ``to`` is the address of a link."""

    text: str
    bold: bool = False
    to: str = ""


class Block(msgspec.Struct, frozen=True):
    """A heading, paragraph or list; each line or item is a run of spans."""

    kind: BlockKind
    lines: tuple[tuple[Span, ...], ...]


def parse_markup(text: str) -> tuple[Block, ...]:
    """Read a text; whatever is no mark is words. Takes time in proportion to its length."""
    return tuple(_blocks(text))


def safe_address(address: str) -> str:
    """Return an address a link may lead to, else nothing."""
    if _OWN_PAGE.fullmatch(address):
        return address
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    plain = address.isprintable() and "\\" not in address and "@" not in parts.netloc
    return address if plain and parts.scheme in ("http", "https") and parts.hostname else ""


def _blocks(text: str) -> Iterator[Block]:
    lines = (_line(line.strip()) for line in text.splitlines())
    for kind, run in groupby(lines, key=lambda line: line[0]):
        found = [_spans(words) for _, words in run]
        if kind in ("heading", "subheading"):
            yield from (Block(kind, (spans,)) for spans in found)
        elif kind is not None:
            yield Block(kind, tuple(found))


def _line(line: str) -> tuple[BlockKind | None, str]:
    if not line:
        return None, ""
    for kind, start in _STARTS:
        match = start.fullmatch(line)
        if match:
            return kind, match[1]
    return "paragraph", line


def _spans(words: str) -> tuple[Span, ...]:
    found: list[Span] = []
    begin = 0
    for match in _MARKED.finditer(words):
        span = _marked(match)
        if span is None:
            continue
        if match.start() > begin:
            found.append(Span(words[begin : match.start()]))
        found.append(span)
        begin = match.end()
    if begin < len(words):
        found.append(Span(words[begin:]))
    return tuple(found)


def _marked(match: re.Match[str]) -> Span | None:
    if match["bold"] is not None:
        return Span(match["bold"], bold=True)
    to = safe_address(match["to"])
    return Span(match["words"], to=to) if to else None
